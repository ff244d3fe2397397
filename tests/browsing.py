"""A real browser for tests, and a page that notices whatever a reader should never meet."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Chromium as it is installed; without one the test is skipped, and fails where `CI_BROWSER` says there is one."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None and os.environ.get("CI_BROWSER"):
        pytest.fail("There is no Chromium, and CI_BROWSER is set: install it (Debian: apt-get install chromium).")
    if path is None:
        pytest.skip("Needs Chromium (Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """One page in a fresh context, with everything it asked for and complained about."""

    page: Page
    base: str
    asked: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)

    def _request(self, request: Request) -> None:
        self.asked.append(request)

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def go(self, path: str, waits_for: str | None = None) -> Page:
        """Open a page and wait until nothing on it is still being asked for."""
        self.page.goto(self.base + path)
        if waits_for:
            self.page.wait_for_selector(waits_for)
        self.settle()
        return self.page

    def settle(self) -> None:
        self.page.wait_for_selector("[aria-busy]", state="detached")
        self.page.wait_for_load_state("networkidle")

    def see_everything(self) -> None:
        """Scroll through the page, so that every chart is drawn."""
        charts = self.page.locator(".chart")
        for place in range(charts.count()):
            charts.nth(place).scroll_into_view_if_needed()
            charts.nth(place).locator("svg").first.wait_for()
        self.settle()

    def repeated(self) -> list[str]:
        """Addresses of the API and of files that were asked for more than once."""
        told = Counter(request.url for request in self.asked if request.method == "GET")
        return [url for url, times in told.items() if times > 1]

    def strangers(self) -> list[str]:
        """Addresses of other hosts."""
        home = urlsplit(self.base).netloc
        return [r.url for r in self.asked if urlsplit(r.url).scheme != "data" and urlsplit(r.url).netloc != home]

    def too_wide(self) -> bool:
        """True if the page has to be scrolled sideways."""
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@contextmanager
def visiting(browser: Browser, base: str, *, viewport=DESKTOP, scheme: str = "light") -> Iterator[Visit]:
    """A visit that fails if the page complained, asked another host, or asked for anything twice."""
    context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    visit = Visit(context.new_page(), base)
    try:
        yield visit
        assert not visit.complaints, visit.complaints
        assert not visit.strangers(), visit.strangers()
    finally:
        context.close()
