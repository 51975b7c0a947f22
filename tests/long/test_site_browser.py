"""The site in a real browser: no violation found by axe-core, nothing wider than a phone, light and dark.

Needs Chromium on the machine (`apt-get install chromium`; another path by CHROMIUM) and the Python packages
`playwright` and `axe-playwright-python`, which brings axe-core along. No browser is downloaded.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.publish.files import SiteInfo, write_files
from aggregator.publish.pages import Pages
from aggregator.publish.site import render_site
from aggregator.publish.threads import Threads
from aggregator.summarise.page import Topic
from tests.long.browser import fits, opened, served, violations
from tests.publish.outlets_told import ledgers
from tests.publish.site_pages import covered_story, crowded, raw_story, story, syndicated, tombstone

pytestmark = pytest.mark.long

METHOD = Path(__file__).parent.parent.parent / "docs" / "method.md"
FILES = (
    "index.html", "story/s_licence/index.html", "story/s_plain/index.html", "story/s_crowd/index.html",
    "story/s_copies/index.html", "story/s_covered/index.html",
    "method/index.html", "topic/ai/index.html", "topic/health/index.html", "story/s_gone/index.html", "404.html",
    "thread/t_licence/index.html", "thread/t_former/index.html", "outlets/index.html",
    "outlet/harbor-post/index.html", "outlet/disputed/index.html", "outlet/nobody/index.html",
    "outlet/foreign/index.html", "outlet/crowd/index.html",
)  # fmt: skip


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A published site over HTTP on loopback."""
    root = tmp_path_factory.mktemp("site")
    site = SiteInfo(
        "The Ledger", "https://x.example", "en", "UTC", datetime(2026, 10, 22, tzinfo=UTC), "Sample", "a@x.example"
    )
    known = [{**one, "outlet_key": "harbor-post" if one["n"] < 5 else "disputed"} for one in raw_story()["sources"]]
    bare = story("s_plain", perspectives=[], viewpoints=[], quotes=[], claims=[], timeline=[], not_represented=[])
    topics = [Topic(slug="ai", name="Artificial Intelligence"), Topic(slug="health", name="Health")]
    pages = [story(sources=known), bare, crowded("s_crowd"), syndicated(), covered_story(), tombstone("s_gone")]
    life = {"s_plain": "archived", "s_licence": "growing", "s_crowd": "reopened"}
    threads = Threads({"t_licence": ["s_plain", "s_crowd", "s_licence"]}, life, {"t_former": "t_licence"})
    told = render_site(
        Pages.of(pages), site, topics, method=METHOD.read_text("utf-8"), threads=threads, ledgers=ledgers()
    )
    write_files(told, root)
    with served(root) as found:
        yield found


@pytest.mark.parametrize("file", FILES)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(page: Any, address: str, file: str) -> None:
    complaints = opened(page, f"{address}/{file}")

    assert violations(page) == []
    assert fits(page)
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


@pytest.mark.parametrize("key", ["story/s_licence", "story/s_crowd", "outlet/harbor-post", "outlet/crowd", "outlets"])
@pytest.mark.parametrize(("width", "size"), [(320, 100), (390, 200)])
def test_small_windows_and_large_letters_need_no_sideways_scrolling(
    browser: Any, address: str, width: int, size: int, key: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/{key}/index.html")

    page.evaluate(f"document.documentElement.style.fontSize = '{size}%'")

    assert fits(page)
    context.close()
