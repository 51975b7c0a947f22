"""The site in a real browser: no violation found by axe-core, nothing wider than a phone, light and dark.

Needs Chromium on the machine (`apt-get install chromium`; another path by CHROMIUM) and the Python packages
`playwright` and `axe-playwright-python`, which brings axe-core along. No browser is downloaded.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from aggregator.publish.files import SiteInfo, write_files
from aggregator.publish.site import render_site
from aggregator.summarise.page import Topic
from tests.publish.site_pages import story, tombstone

pytestmark = pytest.mark.long

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
#: offline: no look-up, no update, no first-run page
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps",
]  # fmt: skip
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
METHOD = Path(__file__).parent.parent.parent / "docs" / "method.md"
FILES = (
    "index.html", "story/s_licence/index.html", "story/s_plain/index.html", "method/index.html", "topic/ai/index.html",
    "topic/health/index.html", "story/s_gone/index.html", "404.html",
)  # fmt: skip


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A published site over HTTP on loopback."""
    root = tmp_path_factory.mktemp("site")
    site = SiteInfo(
        "The Ledger", "https://x.example", "en", "UTC", datetime(2026, 10, 22, tzinfo=UTC), "Sample", "a@x.example"
    )
    bare = story("s_plain", perspectives=[], viewpoints=[], quotes=[], claims=[], timeline=[], not_represented=[])
    topics = [Topic(slug="ai", name="Artificial Intelligence"), Topic(slug="health", name="Health")]
    pages = [story(), bare, tombstone("s_gone")]
    write_files(render_site(pages, site, topics, method=METHOD.read_text("utf-8")), root)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(params=[(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """A window of a phone or of a desk, light or dark."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def opened(page: Any, address: str) -> list[str]:
    """Load a page and open all it has to show; what it complained of or tried to load from elsewhere."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.extend([request.url] if not request.url.startswith(
        ("http://127.0.0.1:", "data:,")) else []))  # fmt: skip
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return complaints


@pytest.mark.parametrize("file", FILES)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(page: Any, address: str, file: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    complaints = opened(page, f"{address}/{file}")

    found = axe.Axe().run(page, options=RULES).response["violations"]

    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert complaints == []


def test_the_first_tab_offers_to_skip_to_the_content(page: Any, address: str) -> None:
    opened(page, f"{address}/index.html")

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")


def test_evidence_opens_without_any_script_on_the_page(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/story/s_licence/index.html")
    proof = page.locator(".body details").nth(1)
    assert not proof.locator("blockquote").first.is_visible()

    proof.locator("summary").click()

    assert proof.locator("blockquote").first.is_visible()
    assert proof.locator("mark").first.is_visible()
    context.close()


@pytest.mark.parametrize(("width", "size"), [(320, 100), (390, 200)])
def test_small_windows_and_large_letters_need_no_sideways_scrolling(
    browser: Any, address: str, width: int, size: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/story/s_licence/index.html")

    page.evaluate(f"document.documentElement.style.fontSize = '{size}%'")

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
