"""The one HTML page around every view: its head, the navigation, and what stands there before a script has run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

NAME = "Peacekeeping deployment tracker"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_NAVIGATION = (
    ("/", "Overview"),
    ("/countries", "Countries"),
    ("/missions", "Missions"),
    ("/discrepancies", "Discrepancies"),
    ("/changes", "Changes"),
    ("/sources", "Sources"),
    ("/post", "Post an update"),
    ("/docs", "API"),
)


@dataclass(frozen=True)
class Page:
    """A view: the script module that draws it, what it is about, and addresses that say the same without a script."""

    module: str
    title: str
    lead: str = ""
    key: str = ""
    section: str = ""
    without_script: Sequence[str] = field(default=())


def render(page: Page, root: str, modules: Sequence[str]) -> str:
    """The page of a view; `root` is the address of the assets and `modules` are all that its script needs."""
    links = ", ".join(f'<a href="{escape(href)}"><code>{escape(href)}</code></a>' for href in page.without_script)
    body = f"""<h1>{escape(page.title)}</h1>
<p class="lead" id="lead">{escape(page.lead)}</p>
<noscript><p class="notice">This page is drawn by a script from the public API. Without it, ask the API itself:
{links}. Its reference is at <a href="/openapi.json">/openapi.json</a>.</p></noscript>
<div id="content" data-page="{escape(page.module)}" data-key="{escape(page.key)}"></div>"""
    head = f'<script type="module" src="{root}/main.js"></script>\n' + "\n".join(
        f'<link rel="modulepreload" href="{root}/{module}">' for module in modules
    )
    return document(page.title, body, root, section=page.section, head=head)


def render_failure(title: str, message: str, links: Sequence[tuple[str, str]], root: str) -> str:
    """A page that says what is wrong and where to go; `links` are addresses and their words."""
    items = "".join(f'<li><a href="{escape(href)}">{escape(words)}</a></li>' for href, words in links)
    body = f"<h1>{escape(title)}</h1>\n<p>{escape(message)}</p>\n<ul>{items}</ul>"
    return document(title, body, root)


def document(title: str, body: str, root: str, *, section: str = "", head: str = "") -> str:
    """The whole document around a body of HTML."""
    full = NAME if title == NAME else f"{title} - {NAME}"
    items = "".join(
        f'<li><a href="{href}"{" aria-current=page" if href == section else ""}>{words}</a></li>'
        for href, words in _NAVIGATION
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(full)}</title>
<link rel="stylesheet" href="{root}/style.css">
<link rel="icon" href="{root}/icon.svg" type="image/svg+xml">
{head}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/">{NAME}</a>
<nav aria-label="Pages"><ul>{items}</ul></nav>
</header>
<main id="main" tabindex="-1">
{body}
</main>
<footer class="bottom">
<p>Every figure leads to the report and the source that states it. Unknown is never shown as zero.
Boundaries and names on maps imply no opinion on the legal status of any territory.</p>
</footer>
</body>
</html>
"""
