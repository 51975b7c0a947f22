"""The sample newsroom's own site in a real browser: home, a topic, three stories, the method, 404, a tombstone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aggregator.publish.publish import publish
from aggregator.summarise.actions import act
from tests.long.browser import fits, opened, served, violations
from tests.newsroom import Replay

pytestmark = pytest.mark.long

#: the hearing, whose page has every element, is the one that most independent outlets tell
ELEMENTS = ("perspectives", "not_represented", "why_it_matters", "viewpoints")
#: section labels of a story that has everything
SECTIONS = (
    "coverage", "perspectives", "missing", "why", "story", "viewpoints", "sources", "claims", "headlines", "quotes",
    "timeline", "more", "made",
)  # fmt: skip
#: an outlet whose raters disagree, one without rating, one on another country's scale, one whose news and opinion are
#: rated apart, one whose rating changed, one with a rating that may not be passed on
OUTLETS = ("lakeshore-radio", "stackline", "fjordside-herald", "harbor-tribune", "gazetteer", "capital-standard")
FILES = ("home", "topic", "whole", "story", "plain", "method", "404", "withdrawn", "held", "outlets", *OUTLETS)


@dataclass(frozen=True)
class Published:
    """The sample's site on loopback: its address, and the path of each page by what it is."""

    address: str
    paths: dict[str, str]
    whole: dict[str, Any]


@pytest.fixture(scope="module")
def site(replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """The newsroom after its last tick, one of its pages withdrawn, one corrected and one held by an editor."""
    with replay.copied(tmp_path_factory.mktemp("browser") / "data") as one:
        feed = json.loads((one.data / "site" / "feeds" / "all.json").read_text("utf-8"))
        pages = sorted((item["_story"] for item in feed["items"]), key=lambda page: -page["coverage"]["independent"])
        whole, story, *_, held, withdrawn, plain = pages
        for page, kind in ((story, "correct"), (held, "hold"), (withdrawn, "withdraw")):
            with one.store.write() as session:
                act(session, page["id"], kind, actor="Ann", reason="A name was wrong.", clock=one.clock)
        publish(one.store, one.settings, one.topics, one.data, one.clock)
        named = {"whole": whole, "story": story, "plain": plain, "withdrawn": withdrawn, "held": held}
        paths = {name: f"story/{page['id']}/index.html" for name, page in named.items()}
        topic = f"topic/{whole['topic']['slug']}/index.html"
        paths |= {"home": "index.html", "topic": topic, "method": "method/index.html", "404": "404.html"}
        paths |= {"outlets": "outlets/index.html", **{key: f"outlet/{key}/index.html" for key in OUTLETS}}
        with served(one.data / "site") as address:
            yield Published(address, paths, whole)


@pytest.mark.parametrize("name", FILES)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(page: Any, site: Published, name: str) -> None:
    complaints = opened(page, f"{site.address}/{site.paths[name]}")

    assert violations(page) == []
    assert fits(page)
    assert complaints == []


def test_the_page_of_the_hearing_shows_every_element(page: Any, site: Published) -> None:
    opened(page, f"{site.address}/{site.paths['whole']}")

    assert all(site.whole[name] for name in ELEMENTS)
    for label in SECTIONS:
        heading = page.locator(f"#{label}")
        assert heading.is_visible(), label
    shown = page.inner_text("main")
    assert f"{site.whole['coverage']['sources']} sources, {site.whole['coverage']['independent']} independent" in shown
    for words in ("Published", "updated", "What changed since version", "Report it", "Corrections", "Who rated it"):
        assert words in shown, words
    for source in site.whole["sources"]:
        card = page.locator(f"#source-{source['n']}").inner_text()
        assert source["outlet"] in card
        assert source["lean"]["label"] in card
        for rater in source["lean"]["raters"]:
            assert rater["rater"] in card
            assert rater["method"] in card


def test_the_correction_of_a_page_is_announced_at_its_head(page: Any, site: Published) -> None:
    opened(page, f"{site.address}/{site.paths['story']}")

    assert "1 correction" in page.locator(".story-head").inner_text()
    assert "A name was wrong." in page.locator(".made").inner_text()


def test_evidence_opens_by_keyboard_where_no_script_runs(browser: Any, site: Published) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{site.address}/{site.paths['whole']}")
    proof = page.locator(".body details").first
    assert not proof.locator("blockquote").first.is_visible()

    proof.locator("summary").focus()
    page.keyboard.press("Enter")

    assert proof.locator("blockquote").first.is_visible()
    assert proof.locator("mark").first.is_visible()
    context.close()


def test_whatever_has_the_focus_shows_it(page: Any, site: Published) -> None:
    page.goto(f"{site.address}/{site.paths['whole']}")

    for _ in range(25):
        page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        assert page.evaluate("document.activeElement !== document.body")
        assert page.evaluate(f"{style}.outlineStyle") == "solid"
        assert page.evaluate(f"parseFloat({style}.outlineWidth)") >= 2


def test_every_link_of_the_pages_leads_to_a_page(browser: Any, site: Published, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    seen: set[str] = set()
    for name in FILES:
        page.goto(f"{site.address}/{site.paths[name]}")
        links = page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)")
        seen |= {link.partition("#")[0] for link in links if link.startswith(site.address)}

    answers = {link: context.request.get(link).status for link in sorted(seen)}

    assert {link: status for link, status in answers.items() if status != 200} == {}
    context.close()
