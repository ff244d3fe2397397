"""Pictures say the numbers of the answers, name what they rest on, and draw nothing that is not there."""

import copy
import json
import re
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import vl_convert

from app.answers.reconciliation_rows import ReconciliationMeta, ReconciliationRow
from app.charts.bundle import bundle
from app.charts.drawing import NotDrawn
from app.charts.frame import Unchartable, refuse_many
from app.charts.lines import Lines, Point
from app.charts.reconciliation import reconciliation_chart
from app.charts.render import encoded
from app.charts.words import distinct
from app.core.database import Database
from app.core.history import record
from app.core.names import Names, Register
from app.core.settings import Settings
from app.core.shapes import Picture
from app.countries.store import COUNTRIES
from tests.conftest import Databases, serving
from tests.rows import make_change, make_country
from tests.worlds import make_places, state, un_table

QUESTIONS = {
    "map": "/v1/totals?by=country&as_of=2024-03-31",
    "bars": "/v1/totals?by=mission&as_of=2024-03-31",
    "stacked": "/v1/totals?by=region,sex&as_of=2024-03-31",
    "line": "/v1/totals?by=month&as_of=2024-03-31",
    "series": "/v1/series?mission=UNDOF&from=2024-01&to=2024-07",
    "lines": "/v1/series?by=country&from=2023-12&to=2024-06",
    "ranking": "/v1/rankings?month=2024-03",
    "gaps": "/v1/gaps?as_of=2024-03-31",
    "reconciliation": "/v1/reconciliation?country=KAZ&as_of=2024-06-30",
}
EMPTY = (
    *("totals?by=country", "totals?by=sex", "totals?by=sex,region", "totals?by=month"),
    *("series?by=mission", "series?from=2024-01&to=2024-03", "gaps", "reconciliation"),
)
SVG, PNG, VEGA_LITE = "image/svg+xml", "image/png", "application/vnd.vegalite.v6+json"
MARKUP = 'Fiji <script>alert("1")</script> & Co'


def spec_of(client: httpx.Client, address: str) -> dict[str, Any]:
    answer = client.get(address, params={**httpx.URL(address).params, "format": "vega-lite"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == VEGA_LITE
    return answer.json()


def picture_of(client: httpx.Client, address: str, output: str) -> bytes:
    answer = client.get(address, params={**httpx.URL(address).params, "format": output})
    assert answer.status_code == 200, answer.text
    return answer.content


def rows_of(client: httpx.Client, address: str) -> list[dict[str, Any]]:
    return client.get(address).json()["data"]


def values_in(spec: dict[str, Any], *names: str) -> Iterator[dict[str, Any]]:
    """The rows of a specification that have all of these fields, in order."""
    for view in [spec, *spec.get("layer", []), *(layer for one in spec.get("vconcat", []) for layer in one["layer"])]:
        rows = view.get("data", {}).get("values", [])
        yield from (row for row in rows if isinstance(row, dict) and row.keys() >= set(names))


def words_in(spec: dict[str, Any]) -> str:
    texts = [layer["mark"]["text"] for layer in spec["layer"] if isinstance(layer["mark"].get("text"), list)]
    return " ".join(line for text in texts for line in text)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A complete table of January, an article of February, and a country with markup for a name."""
    settings = Settings(database_url=Databases("sqlite", tmp_path_factory.mktemp("small"), None).migrated())
    database = Database(settings)
    make_places(database)
    with database.write() as session:
        record(session, make_change(session), COUNTRIES, [make_country(iso3="NPL", name=MARKUP, m49=524)])
    un_table(database, "2024-01-31", {"country": "NPL", "total": 1200}, {"country": "KAZ", "total": 7})
    state(database, "article", "2024-03-10", {"country": "NPL", "total": 40})
    database.close()
    with serving(settings) as client:
        yield client


@pytest.mark.parametrize("name", ["bars", "ranking"])
def test_the_numbers_of_a_picture_are_those_of_the_answer(seeded: httpx.Client, name: str):
    rows = rows_of(seeded, QUESTIONS[name])
    drawn = [row["total"] for row in values_in(spec_of(seeded, QUESTIONS[name]), "total")]
    assert drawn == sorted((row["total"] for row in rows), reverse=True)[: len(drawn)]
    assert (len(drawn), drawn[0]) == ((21, 17115) if name == "bars" else (20, 6124))


def test_the_map_colours_contributors_and_sizes_missions(seeded_sqlite: httpx.Client):
    spec = spec_of(seeded_sqlite, QUESTIONS["map"])
    shapes = spec["layer"][0]["data"]["values"]["objects"]["countries"]["geometries"]
    told = {shape["properties"]["country"]: shape["properties"] for shape in shapes if shape["properties"]["name"]}
    answered = {row["country"]: row["total"] for row in rows_of(seeded_sqlite, QUESTIONS["map"])}
    dots = {row["country"]: row["total"] for row in values_in(spec, "country", "latitude")}
    drawn = {code: one["total"] for code, one in told.items() if one["total"]} | dots
    assert drawn == {code: total for code, total in answered.items() if total}
    assert (told["NPL"]["total"], told["NPL"]["band"]) == (6124, "5,000 or more")
    assert (told["KAZ"]["total"], told["KAZ"]["band"]) == (158, "100 to 999")
    assert dots == {"KIR": 4, "MLT": 9, "STP": 1}
    missions = {row["mission"]: row["total"] for row in values_in(spec, "mission", "latitude")}
    by_mission = {row["mission"]: row["total"] for row in rows_of(seeded_sqlite, QUESTIONS["bars"])}
    assert missions == {code: by_mission[code] for code in missions}
    assert missions["MINUSCA"] == 17115
    assert "Boundaries and names shown do not imply official endorsement." in words_in(spec)


def test_zero_is_coloured_otherwise_than_unknown(small: httpx.Client):
    def band(country: str, **query: str) -> str:
        answer = small.get("/v1/totals", params={"by": "country", "format": "vega-lite", **query}).json()
        shapes = answer["layer"][0]["data"]["values"]["objects"]["countries"]["geometries"]
        return next(one["properties"]["band"] for one in shapes if one["id"] == {"NPL": 524, "FRA": 250}[country])

    with_france = {"as_of": "2024-01-31"}
    assert band("NPL", **with_france) == "1,000 to 4,999"
    # A country that the record does not hold has no colour at all.
    assert band("FRA", **with_france) == "not asked about"


def test_who_was_not_asked_about_has_no_colour(seeded_sqlite: httpx.Client):
    def bands(query: str) -> dict[int, str]:
        spec = spec_of(seeded_sqlite, f"/v1/totals?by=country&{query}")
        shapes = spec["layer"][0]["data"]["values"]["objects"]["countries"]["geometries"]
        return {shape["id"]: shape["properties"]["band"] for shape in shapes if "id" in shape}

    belgium, kazakhstan, estonia, andorra = 56, 398, 233, 36
    complete = bands("region=Europe&as_of=2024-01-31&mission=UNDOF")
    assert complete[kazakhstan] == "not asked about"
    assert complete[belgium] == "0"
    # An article tells of Kazakhstan alone: of all others nothing is known.
    partial = bands("as_of=2024-01-20&source=caspian-news-2024-01-20")
    assert partial[kazakhstan] == "10 to 99"
    assert {partial[belgium], partial[estonia], partial[andorra]} == {"unknown"}


def test_a_line_is_broken_where_nothing_is_known(seeded_sqlite: httpx.Client):
    spec = spec_of(seeded_sqlite, QUESTIONS["series"])
    drawn = {row["month"]: row["exact"] for row in values_in(spec, "exact")}
    assert drawn == {
        "2024-01": 1130,
        "2024-02": 1148,
        "2024-03": 1261,
        "2024-04": 1141,
        "2024-05": 1136,
        "2024-06": 1162,
        "2024-07": None,
    }
    assert "× Nothing is known of that month" not in words_in(spec)
    bound = [row for row in values_in(spec, "at_least") if row["at_least"]]
    assert {row["label"] for row in bound} == {"at least 140"}
    assert "Triangles: at least so many." in words_in(spec)


def test_a_month_without_any_report_shows_a_cross_with_the_reason(small: httpx.Client):
    spec = spec_of(small, "/v1/series?from=2024-01&to=2024-03")
    crosses = [layer for layer in spec["layer"] if layer["mark"].get("text") == "×"]
    [cross] = crosses[0]["data"]["values"]
    assert (cross["month"], cross["label"]) == ("2024-02", "unknown (no report)")
    assert "× Nothing is known of that month" in words_in(spec)


def test_the_ceiling_stands_over_a_whole_mission_alone(seeded_sqlite: httpx.Client):
    ceilings = [row["ceiling"] for row in values_in(spec_of(seeded_sqlite, QUESTIONS["series"]), "ceiling", "when")]
    assert ceilings == [1250] * 8  # seven months, and the one that its words stand at
    monusco = spec_of(seeded_sqlite, "/v1/series?mission=MONUSCO&from=2024-06&to=2024-07")
    assert [row["text"] for row in values_in(monusco, "text")] == ["ceiling 16,161", "ceiling 13,813"]
    for part in (
        "mission=UNDOF&country=KAZ",
        "mission=UNDOF&by=country",
        "mission=UNDOF,UNIFIL",
        "mission=UNDOF&sex=men",
    ):
        spec = spec_of(seeded_sqlite, f"/v1/series?{part}&from=2024-01&to=2024-03")
        assert not list(values_in(spec, "ceiling")), part


def test_ten_lines_are_drawn_and_the_others_are_counted(seeded_sqlite: httpx.Client):
    spec = spec_of(seeded_sqlite, QUESTIONS["lines"])
    names = spec["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert names[:4] == ["Nepal", "India", "Bangladesh", "Rwanda"]
    assert len(names) == 10
    assert {row["line"] for row in values_in(spec, "line")} == set(names)
    groups = len({row["country"] for row in rows_of(seeded_sqlite, QUESTIONS["lines"])})
    assert f"The 10 largest lines; {groups - 10} smaller ones are left out." in spec["title"]["subtitle"]


def test_what_is_not_drawn_of_a_ranking_is_told_in_a_line(seeded_sqlite: httpx.Client):
    spec = spec_of(seeded_sqlite, QUESTIONS["ranking"])
    rest = rows_of(seeded_sqlite, QUESTIONS["ranking"])[20:]
    assert len(rest) == 98
    assert f"And 98 more contributors with {sum(row['total'] for row in rest):,} people together." in words_in(spec)
    first = next(values_in(spec, "name"))
    assert first["name"] == "1. Nepal"
    assert re.match(r"\d+\.\d% women; ", first["detail"])


def test_gaps_show_people_beside_the_ceiling(seeded_sqlite: httpx.Client):
    spec = spec_of(seeded_sqlite, QUESTIONS["gaps"])
    drawn = {row["name"]: row for row in values_in(spec, "ceiling")}
    undof = drawn["UNDOF military"]
    assert (undof["deployed"], undof["ceiling"], undof["is_above"], undof["label"]) == (
        1261,
        1250,
        True,
        "1,261 of 1,250",
    )
    bound = [row for row in rows_of(seeded_sqlite, QUESTIONS["gaps"]) if row["ceiling"] is not None]
    assert len(drawn) == len(bound)
    assert "Without a ceiling in numbers: UNFICYP (871 people)" in words_in(spec)


def test_the_announced_stands_beside_the_planned_and_the_counted(seeded_sqlite: httpx.Client):
    spec = spec_of(seeded_sqlite, QUESTIONS["reconciliation"])
    marks = {row["what"]: row for row in values_in(spec, "what", "href")}
    allowed = marks["Allowed by Parliament of Kazakhstan (joint session of both houses)"]
    assert (allowed["persons"], allowed["on"], allowed["text"]) == (430, "2024-01-19", "up to 430 allowed")
    assert (allowed["detail"], allowed["href"]) == (
        "approved unanimously, no tally given",
        "/v1/sources/caspian-news-2024-01-20",
    )
    planned = marks["Planned: First independent national contingent (reserve company)"]
    # March 2024 is the month, never a day of it.
    assert (planned["persons"], planned["on"], planned["until"]) == (139, "2024-03-01", "2024-04-01")
    counted = {row["on"]: row["exact"] for row in values_in(spec, "exact")}
    assert counted == {
        "2024-02-29": 20,
        "2024-03-31": 139,
        "2024-04-30": 139,
        "2024-05-31": 139,
        "2024-06-30": 140,
    }
    reports = [row["href"] for row in values_in(spec, "exact", "href")]
    assert reports[1] == "/v1/reports/un-dpo-2024-03-31"
    for address in {row["href"] for row in values_in(spec, "href")}:
        assert seeded_sqlite.get(address).status_code == 200, address
    assert "Planned: 139 for UNDOF, March 2024." in spec["description"]


def test_a_month_without_a_count_is_a_hole_in_the_line(seeded_sqlite: httpx.Client):
    spec = spec_of(seeded_sqlite, QUESTIONS["reconciliation"])
    [row], meta = rows_and_meta(seeded_sqlite)
    row.timeline = [entry for entry in row.timeline if entry.on != "2024-04-30"]
    redrawn = reconciliation_chart([row], meta, names())
    assert {one["on"]: one["exact"] for one in values_in(redrawn, "exact")}["2024-04-30"] is None
    assert {one["on"]: one["exact"] for one in values_in(spec, "exact")}["2024-04-30"] == 139


def rows_and_meta(client: httpx.Client) -> tuple[list[ReconciliationRow], ReconciliationMeta]:
    answer = client.get(
        QUESTIONS["reconciliation"], params={"country": "KAZ", "as_of": "2024-06-30", "timeline": "true"}
    )
    body = answer.json()
    rows = [ReconciliationRow.model_validate(row) for row in body["data"]]
    return rows, ReconciliationMeta.model_validate(body["meta"])


def names() -> Names:
    empty = {"names": {}, "codes": {}}
    return Names(Register("country", **empty), Register("mission", **empty))


def test_six_authorisations_are_drawn_and_the_others_named(seeded_sqlite: httpx.Client):
    [row], meta = rows_and_meta(seeded_sqlite)
    rows = [row.model_copy(update={"authorisation": f"decree-{number}"}) for number in range(8)]
    spec = reconciliation_chart(rows, meta, names())
    assert len(spec["vconcat"]) == 6
    assert "And decree-6 and decree-7: ask for `authorisation` to see them." in spec["description"]
    assert encoded(spec, Picture.PNG).startswith(b"\x89PNG")


def test_what_has_no_number_is_told_and_not_drawn(seeded_sqlite: httpx.Client):
    [row], meta = rows_and_meta(seeded_sqlite)
    plan = row.plans[0].model_copy(update={"planned_persons": None, "label": "A company"})
    bare = row.model_copy(update={"ceiling": None, "plans": [plan], "timeline": []})
    spec = reconciliation_chart([bare], meta, names())
    assert spec["layer"][0]["mark"]["text"] == "Neither a number nor a count is recorded"
    assert "Planned without a number or a date: A company." in spec["description"]
    assert b"Neither a number" in encoded(spec, Picture.SVG)


def test_every_specification_is_one_of_vega_lite(seeded_sqlite: httpx.Client, capfd: pytest.CaptureFixture[str]):
    def compile_it(spec: dict[str, Any]) -> str:
        vl_convert.vegalite_to_vega(spec, show_warnings=True)
        captured = capfd.readouterr()
        return captured.out + captured.err

    for name, address in QUESTIONS.items():
        spec = spec_of(seeded_sqlite, address)
        assert spec["$schema"] == "https://vega.github.io/schema/vega-lite/v6.json"
        assert "background" not in json.dumps(spec)
        assert compile_it(spec) == "", name
    spec["layer"][0]["encoding"]["nonsense"] = {"field": "x"}
    assert "nonsense" in compile_it(spec)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_drawing_is_named_and_brings_nothing_along(seeded_sqlite: httpx.Client, name: str):
    spec = spec_of(seeded_sqlite, QUESTIONS[name])
    answer = seeded_sqlite.get(QUESTIONS[name], headers={"Accept": SVG})
    assert answer.headers["content-type"] == SVG
    head = re.match(r'<svg role="img" [^>]*><title>([^<]*)</title><desc>([^<]*)</desc>', answer.text)
    assert head is not None
    assert head[1] == spec["title"]["text"]
    assert len(head[2]) > 80
    assert "revision 119 of the record." in head[2]
    assert "<script" not in answer.text
    assert set(re.findall(r"https?://[^\"< ]*", answer.text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert set(re.findall(r'href="(.)', answer.text)) <= {"/"}


def test_a_png_has_two_pixels_for_one(seeded_sqlite: httpx.Client):
    drawn = picture_of(seeded_sqlite, QUESTIONS["ranking"], "png")
    svg = picture_of(seeded_sqlite, QUESTIONS["ranking"], "svg").decode()
    width, height = re.search(r'width="(\d+)" height="(\d+)"', svg).groups()  # type: ignore[union-attr]
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", drawn[16:24]) == (2 * int(width), 2 * int(height))


def test_a_picture_is_not_sent_again_to_who_has_it(tmp_path: Path):
    url = Databases("sqlite", tmp_path, None).seeded_places()
    with serving(Settings(database_url=url, cache_bytes=10_000_000)) as client:
        first = client.get("/v1/gaps?format=svg")
        again = client.get("/v1/gaps?format=svg", headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert client.get("/v1/gaps?format=png").headers["etag"] != first.headers["etag"]
        assert "accept" in first.headers["vary"].lower()


def test_an_empty_record_is_drawn_as_such(tmp_path: Path):
    url = Databases("sqlite", tmp_path, None).migrated()
    with serving(Settings(database_url=url)) as client:
        for address in EMPTY:
            assert b"Nothing is recorded for this question" in picture_of(client, f"/v1/{address}", "svg"), address
        ranking = client.get("/v1/rankings?format=svg")
        assert (ranking.status_code, ranking.json()["code"]) == (404, "no_report")
        assert picture_of(client, "/v1/totals?by=mission", "png").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "query",
    ["", "by=country,mission", "by=country,mission,sex", "by=month,mission,sex"],
)
def test_what_cannot_be_drawn_says_what_can(seeded_sqlite: httpx.Client, query: str):
    answer = seeded_sqlite.get(f"/v1/totals?as_of=2024-03-31&format=svg&{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    body = answer.json()
    assert body["code"] == "unchartable"
    assert body["errors"][0]["parameter"] == "by"
    assert "`country` (a map), `mission`" in body["detail"]


def test_two_dimensions_are_stacked_either_way_round(seeded_sqlite: httpx.Client):
    sums = {}
    for by in ("mission,sex", "sex,mission"):
        spec = spec_of(seeded_sqlite, f"/v1/totals?as_of=2024-03-31&by={by}")
        sums[by] = {(row["name"], row["part"]): row["total"] for row in values_in(spec, "part", "total")}
    assert sums["mission,sex"] == sums["sex,mission"]
    answered = rows_of(seeded_sqlite, "/v1/totals?as_of=2024-03-31&by=mission,sex")
    assert sums["mission,sex"] == {(row["mission"], row["sex"]): row["total"] for row in answered}


def test_a_picture_has_no_more_than_5000_rows():
    refuse_many(5000, "Less.")
    with pytest.raises(Unchartable, match=r"at most 5,000 rows; this has more\. Less\."):
        refuse_many(5001, "Less.")


def test_a_series_of_too_many_months_says_how_to_ask(seeded_sqlite: httpx.Client):
    answer = seeded_sqlite.get("/v1/series?by=country&country=KAZ,FRA,NPL,IND&from=1900-01&to=2024-12&format=svg")
    assert answer.status_code == 422
    assert answer.json()["code"] == "unchartable"
    assert "Ask for fewer months with `from` and `to`" in answer.json()["detail"]


def test_lines_are_chosen_by_their_highest_month():
    read = Lines()
    for line, total in (("a", 1), ("b", None), ("c", 9), ("a", 12), ("c", 2)):
        read.add(Point(line, "2024-01", total, False, ""))
    assert read.largest(2) == ["a", "c"]
    assert read.largest() == ["a", "c", "b"]


def test_markup_in_a_name_stays_text(small: httpx.Client):
    for address in ("/v1/totals?by=country,sex&as_of=2024-01-31", "/v1/series?by=country&from=2024-01&to=2024-03"):
        svg = picture_of(small, address, "svg").decode()
        assert "<script" not in svg
        assert "&lt;script&gt;" in svg
    assert spec_of(small, "/v1/rankings?month=2024-01")["description"].count(MARKUP) == 1
    title = picture_of(small, "/v1/series?country=NPL&from=2024-01&to=2024-03", "svg").decode()
    assert "<title>Fiji &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; Co: " in title


def test_pictures_are_offered_where_there_are_any(seeded_sqlite: httpx.Client):
    drawn = {"totals", "series", "rankings", "gaps", "reconciliation"}
    paths = seeded_sqlite.get("/openapi.json").json()["paths"]
    for path, operations in paths.items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        is_drawn = path.removeprefix("/v1/") in drawn
        assert ({SVG, PNG, VEGA_LITE} <= content.keys()) == is_drawn, path
        asked = [one["schema"] for one in operations.get("get", {}).get("parameters", []) if one["name"] == "format"]
        assert any("vega-lite" in schema.get("enum", []) for schema in asked) == is_drawn, path
    for path in ("/v1/missions", "/v1/shares", "/v1/deployments"):
        refused = seeded_sqlite.get(f"{path}?format=svg")
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "format")
        assert "'json', 'csv' or 'ndjson'" in refused.json()["detail"]
        assert seeded_sqlite.get(path, headers={"Accept": PNG}).status_code == 406
    unknown = seeded_sqlite.get("/v1/gaps?format=pdf")
    assert unknown.status_code == 422
    assert "vega-lite" in unknown.json()["detail"]
    assert "image/png" in seeded_sqlite.get("/v1/gaps", headers={"Accept": "image/webp"}).json()["detail"]


def test_the_accept_header_chooses_as_readers_mean_it(seeded_sqlite: httpx.Client):
    def content_type(accept: str) -> str:
        return seeded_sqlite.get("/v1/gaps?mission=UNDOF", headers={"Accept": accept}).headers["content-type"]

    assert content_type("*/*") == "application/json"
    assert content_type(VEGA_LITE) == VEGA_LITE
    assert content_type("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8") == SVG
    # A browser that opens an address names pictures too, and gets the answer to read.
    page = (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8"
    )
    assert content_type(page) == "application/json"


def test_drawing_fetches_nothing():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        spec = {
            "title": {"text": "x"},
            "description": "x",
            "data": {"url": f"http://127.0.0.1:{listener.getsockname()[1]}/numbers.json"},
            "mark": "bar",
            "encoding": {"x": {"field": "a", "type": "quantitative"}},
        }
        with pytest.raises(NotDrawn) as failure:
            encoded(spec, Picture.SVG)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert "not allowed" in str(failure.value.__cause__)


def test_what_cannot_be_drawn_is_a_problem_and_the_next_picture_is_drawn():
    spec: dict[str, Any] = {"title": {"text": "x"}, "description": "x", "mark": {"type": "nonsense"}}
    with pytest.raises(NotDrawn, match="could not be drawn"):
        encoded(spec, Picture.PNG)
    spec["mark"] = {"type": "text", "text": "y"}
    spec["data"] = {"values": [{}]}
    assert encoded(spec, Picture.PNG).startswith(b"\x89PNG")


def test_pictures_are_drawn_anew_after_the_process_has_ended():
    from app.charts.drawing import DRAWING

    spec = {"title": {"text": "x"}, "description": "x", "mark": "point", "data": {"values": [{}]}}
    before = encoded(spec, Picture.SVG)
    process = DRAWING._process
    assert process is not None
    process.kill()
    assert encoded(spec, Picture.SVG) == before
    assert DRAWING._process is not process


def test_many_at_once_are_all_drawn():
    spec = {"title": {"text": "x"}, "description": "x", "mark": "point", "data": {"values": [{}]}}
    drawn: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: drawn.append(encoded(copy.deepcopy(spec), Picture.SVG))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 8
    assert len(set(drawn)) == 1


def test_the_service_itself_never_loads_what_draws():
    code = "import sys, app.main, app.charts.bundle; print('vl_convert' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_the_script_for_pages_is_made_once():
    made = bundle()
    assert bundle() is made
    text = made.decode()
    assert text.rstrip().endswith("as vegaEmbed};")
    assert 'from"http' not in text.replace(" ", "")
    assert 500_000 < len(made) < 2_000_000


def test_what_the_document_shows_is_drawn(seeded_sqlite: httpx.Client):
    text = (Path(__file__).parent.parent / "docs" / "charts.md").read_text(encoding="utf-8")
    requests = re.findall(r"^    GET (\S+)", text, re.MULTILINE)
    assert [seeded_sqlite.get(request).status_code for request in requests] == [200, 200, 200, 422]
    refused = seeded_sqlite.get(requests[3]).json()
    assert refused["detail"].startswith("A bar can be made of 6 parts; `country` and `mission` both have more values.")


def test_what_has_one_name_is_not_drawn_as_one():
    assert distinct(["Fiji", "Guinea", "Fiji"]) == ["Fiji", "Guinea", "Fiji (2)"]


def test_one_count_alone_has_a_month_to_stand_in(seeded_sqlite: httpx.Client, capfd: pytest.CaptureFixture[str]):
    [row], meta = rows_and_meta(seeded_sqlite)
    counted = [entry for entry in row.timeline if entry.on == "2024-03-31"]
    spec = reconciliation_chart(
        [row.model_copy(update={"ceiling": None, "plans": [], "timeline": counted})], meta, names()
    )
    assert spec["layer"][0]["encoding"]["x"]["scale"]["domain"] == ["2024-03-01", "2024-04-01"]
    vl_convert.vegalite_to_vega(spec, show_warnings=True)
    assert capfd.readouterr() == ("", "")
