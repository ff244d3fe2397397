"""The pages, in a real browser: what they show is what the API says, for everybody and with any content."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browsing import DESKTOP, PHONE, Visit, a_browser, visiting
from tests.conftest import Databases
from tests.desks import Desk, count, desk_at, report, source

HTML = {"Accept": "text/html"}


# For this file alone: the browser's library keeps an event loop running, which other tests could not bear.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as made:
        yield made


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    return Databases("sqlite", tmp_path_factory.mktemp("pages"), None)


@pytest.fixture(scope="module")
def desk(sqlite: Databases) -> Iterator[Desk]:
    with desk_at(sqlite.seeded()) as made:
        yield made


@pytest.fixture
def visit(browser: Browser, desk: Desk) -> Iterator[Visit]:
    with visiting(browser, str(desk.client.base_url)) as made:
        yield made


def figures(page: Page) -> dict[str, str]:
    """The large numbers by their words."""
    return {
        one.locator(".words").inner_text(): one.locator(".value").inner_text().replace("\n", " ")
        for one in page.locator(".figures").first.locator(".figure").all()
    }


def test_the_overview_shows_the_numbers_of_the_api(visit: Visit, desk: Desk):
    page = visit.go("/?as_of=2024-03-31")
    assert figures(page) == {
        "people deployed": "64,382",
        "countries sending them": "118",
        "missions": "21",
        "women": "9.7%",
        "since February 2024": "−107",
    }
    [row] = desk.read("/v1/totals", as_of="2024-03-31")["data"]
    assert (row["total"], row["women"]) == (64_382, 6_249)
    countries = desk.read("/v1/totals", as_of="2024-03-31", by="country")["data"]
    assert sum(one["total"] > 0 for one in countries) == 118
    missions = desk.read("/v1/totals", as_of="2024-03-31", by="mission")["data"]
    assert sum(one["total"] > 0 for one in missions) == 21
    assert (
        desk.read("/v1/differences", **{"from": "2024-02-29", "to": "2024-03-31", "by": "mission"})["meta"]["delta"]
        == -107
    )


def test_unknown_is_told_and_never_zero(visit: Visit):
    shown = figures(visit.go("/"))
    assert shown["people deployed"] == "61,127"
    assert shown["since June 2025"] == "unknown no report"


def test_a_lower_bound_is_called_one(visit: Visit):
    assert figures(visit.go("/?as_of=2025-05-31"))["people deployed"] == "at least 163"


def test_the_slider_changes_the_date_and_the_back_button_takes_it_back(visit: Visit):
    page = visit.go("/")
    slider = page.get_by_role("slider", name="Date")
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.locator(".date")).to_have_text("31 December 2024")
    expect(page.locator(".figure .value").first).to_have_text("61,201")
    assert page.url.endswith("/?as_of=2024-12-31")
    expect(slider).to_have_attribute("aria-valuetext", "31 December 2024")
    page.get_by_role("button", name="Earlier").click()
    expect(page.locator(".figure .value").first).to_have_text("61,788")
    page.go_back()
    expect(page.locator(".figure .value").first).to_have_text("61,201")
    expect(page.get_by_role("slider", name="Date")).to_have_attribute("aria-valuetext", "31 December 2024")
    visit.settle()


def test_every_number_leads_to_its_rows_and_their_source(visit: Visit):
    page = visit.go("/countries/KAZ?as_of=2024-03-31")
    page.locator(".figure .value a").first.click()
    page.wait_for_url("**/rows?of=*")
    row = page.get_by_role("row").filter(has_text="UNDOF").filter(has_text="139")
    expect(row).to_have_count(1)
    row.get_by_role("link", name="un-dpo-2024-03-31").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report un-dpo-2024-03-31")
    page.locator("dl").get_by_role("link", name="un-dpo-2024-03-31").click()
    expect(page.locator("dl")).to_contain_text("UN report")
    visit.settle()


def test_an_announced_number_leads_to_its_sentence(visit: Visit):
    page = visit.go("/countries/KAZ")
    story = page.get_by_role("region", name="What happened under the approval of 19 January 2024")
    expect(story.get_by_role("row").filter(has_text="Approved").first).to_contain_text("up to 430")
    expect(story.get_by_role("row").filter(has_text="Planned to be there")).to_contain_text("March 2024")
    page.locator(".figures.small .figure").filter(has_text="allowed").first.get_by_role("link").click()
    page.wait_for_url("**/sources/caspian-news-2024-01-20#claim-*")
    expect(page.locator(".marked")).to_contain_text("Kazakhstan may send at most 430 military personnel")
    visit.settle()


def test_the_page_of_a_mission_holds_its_ceiling_against_its_people(visit: Visit):
    shown = figures(visit.go("/missions/UNDOF?as_of=2024-03-31"))
    assert shown["people deployed"] == "1,261"
    assert shown["military people allowed"] == "1,250"
    expect(visit.page.locator(".figures").first).to_contain_text("1,261 counted, 11 above")


def test_charts_are_drawn_under_the_policy_and_their_marks_lead_to_sentences(visit: Visit):
    page = visit.go("/countries/KAZ")
    visit.see_everything()
    texts = " ".join(page.locator(".chart svg text").all_text_contents())
    assert "up to 430 allowed" in texts
    assert "139 for UNDOF, March 2024 (plan)" in texts
    page.locator(".chart svg text", has_text="139 for UNDOF, March 2024 (plan)").click()
    page.wait_for_url("**/sources/caspian-news-2024-01-20#claim-*")
    expect(page.locator(".marked")).to_contain_text("139")
    visit.settle()


def test_filters_and_pages_of_a_list_stand_in_the_address(visit: Visit):
    page = visit.go("/discrepancies")
    page.get_by_label("Mission", exact=True).fill("UNDOF")
    page.get_by_label("Kind", exact=True).select_option("above_ceiling")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").last).to_contain_text("1,261 military people, 11 more than the 1,250")
    visit.settle()
    assert page.url.endswith("?kind=above_ceiling&mission=UNDOF") or page.url.endswith(
        "?mission=UNDOF&kind=above_ceiling"
    )
    visit.go("/changes")
    first = page.locator("tbody tr").first.inner_text()
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("tbody tr").first).not_to_have_text(first)
    assert "cursor=" in page.url
    visit.settle()


def test_a_posted_headcount_changes_the_total(visit: Visit, desk: Desk):
    desk.post("/v1/sources", source("golan-times"))
    page = visit.go("/post?form=report")
    page.get_by_label("Token of an analyst").fill(desk.tokens["ann"])
    page.get_by_role("button", name="Keep for this tab").click()
    page.get_by_label("Source").fill("golan-times")
    page.get_by_label("Id of the report").fill("golan-times")
    page.get_by_label("Date the counts are about").fill("2025-08-20")
    page.get_by_label("Country", exact=True).fill("Kazakhstan")
    page.get_by_label("Mission", exact=True).fill("UNDOF")
    page.get_by_label("People").fill("137")
    page.get_by_role("button", name="Record the report").click()
    expect(page.locator(".notice.good")).to_contain_text("Recorded as change")
    assert desk.tokens["ann"] not in page.url
    assert not any(desk.tokens["ann"] in request.url for request in visit.asked)
    keys = [r.headers.get("idempotency-key") for r in visit.asked if r.method == "POST"]
    assert len(keys) == 1
    assert re.fullmatch(r"[0-9a-f]{32}", keys[0])
    visit.go("/countries/KAZ?as_of=2025-08-20")
    undof = page.get_by_role("region", name="By mission").get_by_role("row").filter(has_text="UNDOF")
    expect(undof.get_by_role("cell").first).to_have_text("137")
    [row] = desk.read("/v1/totals", country="KAZ", mission="UNDOF", as_of="2025-08-20")["data"]
    assert row["total"] == 137


def test_what_the_api_refuses_is_shown_at_the_field(visit: Visit, desk: Desk):
    page = visit.go("/post?form=report")
    page.evaluate("token => sessionStorage.setItem('peacekeeping-token', token)", desk.tokens["ann"])
    page = visit.go("/post?form=report")
    page.get_by_label("Source").fill("caspian-news-2024-01-20")
    page.get_by_label("Id of the report").fill("new-report")
    page.get_by_label("Date the counts are about").fill("2025-13")
    page.get_by_role("button", name="Add a headcount").click()
    second = page.get_by_role("group", name="Headcount 2")
    second.get_by_label("Country").fill("Kasachstan")
    second.get_by_label("Mission").fill("UNDOF")
    second.get_by_label("People").fill("many")
    first = page.get_by_role("group", name="Headcount 1")
    first.get_by_label("Country").fill("KAZ")
    first.get_by_label("Mission").fill("UNDOF")
    first.get_by_label("People").fill("5")
    page.get_by_role("button", name="Record the report").click()
    date = page.get_by_label("Date the counts are about")
    expect(date).to_have_attribute("aria-invalid", "true")
    expect(second.get_by_label("People")).to_have_attribute("aria-invalid", "true")
    expect(first.get_by_label("People")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".field").filter(has=date).locator(".problem")).to_contain_text("There is no such date")
    expect(page.locator(".notice")).to_be_focused()
    page.get_by_role("link", name="Headcount 2, People").click()
    expect(second.get_by_label("People")).to_be_focused()
    expect(second.get_by_label("People")).to_have_value("many")
    told = [text for text in visit.complaints if "422" not in text]
    assert told == []
    visit.complaints.clear()


def test_a_record_is_corrected_and_retracted_with_a_reason_and_the_revision_that_was_seen(visit: Visit, desk: Desk):
    desk.post("/v1/sources", source("own-notes"))
    rows = [count(9, mission="MINURSO", women=3, men=6)]
    made = desk.post("/v1/reports", report("own-notes", as_of="2016-02-29", headcounts=rows)).json()["data"]
    number = made["headcounts"][0]["id"]
    page = visit.go(f"/post?form=correct&noun=headcounts&record={number}")
    page.get_by_label("Token of an analyst").fill(desk.tokens["bob"])
    page.get_by_role("button", name="Keep for this tab").click()
    page.get_by_role("button", name="Load the record").click()
    expect(page.get_by_label("Women")).to_have_value("3")
    page.get_by_label("Women").fill("4")
    page.get_by_label("Men", exact=True).fill("5")
    page.get_by_label("Reason").first.fill("Misread: four are women")
    page.get_by_role("button", name="Correct it").click()
    expect(page.locator(".notice.good")).to_contain_text("Recorded as change")
    record = desk.read(f"/v1/headcounts/{number}")
    assert (record["women"], record["men"], record["total"], record["revision"]) == (4, 5, 9, 2)
    sent = next(request for request in visit.asked if request.method == "PATCH")
    assert sent.post_data_json == {"women": 4, "men": 5, "reason": "Misread: four are women"}
    assert sent.headers["if-match"].startswith('"1-')
    page.get_by_role("button", name="Load the record").click()
    expect(page.get_by_role("heading", name=f"Revision 2 of headcounts/{number}")).to_be_visible()
    expect(page.get_by_label("Women")).to_have_value("4")
    page.get_by_label("Reason").last.fill("An example only")
    page.get_by_role("button", name="Retract it").click()
    expect(page.locator(".notice.good")).to_contain_text("Recorded as change")
    assert desk.get(f"/v1/headcounts/{number}").status_code == 404
    visit.settle()


def test_a_file_is_checked_before_it_is_recorded(visit: Visit, desk: Desk, tmp_path: Path):
    template = desk.client.get("/v1/imports/template.csv").text.strip()
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    names = template.split(",")
    line = {"report": "desk-notes", "country": "KAZ", "mission": "UNTSO", "personnel_type": "troops", "total": "4"}
    wrong.write_text(f"{template}\n" + ",".join({**line, "total": "-4"}.get(name, "") for name in names) + "\n")
    right.write_text(f"{template}\n" + ",".join(line.get(name, "") for name in names) + "\n")
    desk.post("/v1/sources", source("desk-notes"))
    desk.post("/v1/reports", report("desk-notes", as_of="2025-09-30"))
    page = visit.go("/post?form=import")
    page.get_by_label("Token of an analyst").fill(desk.tokens["ann"])
    page.get_by_role("button", name="Keep for this tab").click()
    page.get_by_label("File", exact=True).set_input_files(wrong)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("region", name="Faults")).to_contain_text("-4")
    expect(page.get_by_role("button", name="Record it")).to_have_count(0)
    page.get_by_label("File", exact=True).set_input_files(right)
    page.get_by_role("button", name="Check the file").click()
    before = desk.revision()
    page.get_by_role("button", name="Record it").click()
    expect(page.locator(".notice.good")).to_contain_text(f"Recorded as change {before + 1}")
    [row] = desk.read("/v1/totals", country="KAZ", mission="UNTSO", as_of="2025-09-30")["data"]
    assert row["total"] == 4


def test_markup_in_names_is_shown_as_text(visit: Visit, desk: Desk):
    title = "<img src=x onerror=alert(1)><b>bold</b>"
    made = desk.post("/v1/sources", source("sly-paper", title=title, url="javascript:alert(1)"))
    if made.status_code != 201:
        made = desk.post("/v1/sources", source("sly-paper", title=title))
    assert made.status_code == 201
    desk.post("/v1/reports", report("sly-paper", headcounts=[count(5, comment=title)], as_of="2019-02-28", note=title))
    page = visit.go("/sources/sly-paper")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert page.locator("main img, main b").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    visit.go("/reports/sly-paper")
    expect(page.locator("dl")).to_contain_text(title)
    assert page.locator("main img, main b").count() == 0
    visit.go("/sources")
    page.get_by_label("Title has").fill("onerror")
    expect(page.get_by_role("link", name=title)).to_have_count(1)
    assert page.locator("main img, main b").count() == 0
    visit.settle()


PAGES = [
    "/",
    "/countries/KAZ",
    "/missions/UNDOF",
    "/discrepancies?mission=UNDOF",
    "/changes",
    "/sources/caspian-news-2024-01-20",
    "/reports/un-dpo-2024-03-31?country=KAZ",
    "/rows?of=%2Fv1%2Fdeployments%3Fcountry%3DKAZ",
    "/post?form=report",
    "/missions?status=active",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_fit_for_everybody(browser: Browser, desk: Desk, path: str):
    base = str(desk.client.base_url)
    with visiting(browser, base, viewport=PHONE, scheme="dark") as visit:
        page = visit.go(path)
        visit.see_everything()
        assert not visit.too_wide()
        assert faults_of(page) == []
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")
        assert not visit.too_wide()
        assert faults_of(page) == []
        assert visit.repeated() == []


def faults_of(page: Page) -> list[str]:
    """What keeps people out, by the rules of WCAG 2.2 AA that can be checked by a program."""
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    # The shapes of a chart are one picture with a name, beside its numbers in a table.
    found = Axe().run(page, {"exclude": [[".chart svg"]]}, rules).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:150]} {one['nodes'][0]['failureSummary'][:250]}" for one in found]


def test_the_page_needs_little(browser: Browser, desk: Desk):
    with visiting(browser, str(desk.client.base_url)) as visit:
        sizes: dict[str, int] = {}
        visit.page.on("requestfinished", lambda r: sizes.update({r.url: r.sizes()["responseBodySize"]}))
        visit.go("/")
        visit.see_everything()
    bundle = [size for url, size in sizes.items() if url.endswith("/vega-embed.js")]
    assert len(bundle) == 1
    assert sum(sizes.values()) - bundle[0] < 500_000
    assert bundle[0] < 400_000


def test_an_empty_record_says_how_to_begin(browser: Browser, sqlite: Databases):
    with desk_at(sqlite.migrated()) as empty, visiting(browser, str(empty.client.base_url)) as visit:
        page = visit.go("/")
        expect(page.get_by_role("heading", name="The record is empty")).to_be_visible()
        expect(page.locator("main")).to_contain_text("peacekeeping seed")
        visit.go("/discrepancies")
        expect(page.locator("main")).to_contain_text("No discrepancy is found")


def test_a_service_out_of_reach_is_told_and_asked_again(visit: Visit):
    page = visit.page
    page.route("**/v1/reports?*", lambda route: route.fulfill(status=503, body="{}"))
    page.goto(visit.base + "/")
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    page.unroute("**/v1/reports?*")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".figure .value").first).to_have_text("61,127")
    visit.settle()
    assert all("503" in text for text in visit.complaints)
    visit.complaints.clear()


def test_a_page_can_be_cited_as_it_is(visit: Visit, desk: Desk):
    page = visit.go("/countries/KAZ?as_of=2024-03-31")
    page.get_by_role("button", name="Cite this").click()
    link = page.get_by_label("Fixed link").input_value()
    moment = desk.read(f"/v1/changes/{desk.revision()}")["recorded_at"]
    assert link == f"{visit.base.rstrip('/')}/countries/KAZ?as_of=2024-03-31&known_at={moment.replace(':', '%3A')}"
    assert "as of 31 March 2024" in page.get_by_label("Citation").input_value()
    visit.go(link.removeprefix(visit.base.rstrip("/")))
    expect(page.locator("#state")).to_contain_text("The record as it stood on")
    assert figures(page)["people deployed"] == "158"
    assert all("known_at=" in r.url for r in visit.asked[-5:] if "/v1/" in r.url)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/countries/ZZZ", 404, "There is no country &#x27;ZZZ&#x27;."),
        ("/missions/UNDO", 404, 'href="/missions/UNDOF"'),
        ("/sources/nothing", 404, "There is no source &#x27;nothing&#x27;."),
        ("/reports/nothing", 404, "There is no report &#x27;nothing&#x27;."),
        ("/countries/KAZ?as_of=banana", 404, "write a date as 2024, 2024-03 or 2024-03-18"),
        ("/?known_at=2024-99", 404, "is no date (known_at)"),
        ("/countries/%3Cscript%3E", 404, "&lt;script&gt;"),
        ("/countries/kazakhstan", 200, "<h1>Kazakhstan</h1>"),
        ("/missions/fnuod", 200, "<h1>UNDOF</h1>"),
    ],
)
def test_the_server_knows_which_pages_there_are(desk: Desk, path: str, status: int, words: str):
    answer = desk.client.get(path, headers=HTML, follow_redirects=True)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self';"
    )
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_pages_are_asked_about_and_files_are_kept(desk: Desk):
    page = desk.client.get("/countries/KAZ", headers=HTML)
    assert page.headers["cache-control"] == "no-cache"
    again = desk.client.get("/countries/KAZ", headers={**HTML, "If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    files = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)
    assert len(files) > 8
    for file in files:
        answer: httpx.Response = desk.client.get(file)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        plain = desk.client.get(file, headers={"Accept-Encoding": "identity"})
        assert plain.content == answer.content
    gone = desk.client.get("/assets/0123456789abcdef/main.js")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


def test_programs_get_the_entry_and_people_the_overview(desk: Desk):
    assert desk.client.get("/").json()["reference"] == "/docs"
    page = desk.client.get("/", headers=HTML)
    assert "<h1>Peacekeeping deployment tracker</h1>" in page.text
    assert "<noscript>" in page.text
    assert "Accept" in page.headers["vary"]
