"""The static site: its files, its print rules, and that hostile text comes out inert."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import ConfigError, StageFailed
from aggregator.publish.charts import coverage_bar
from aggregator.publish.files import File, SiteInfo, write_files
from aggregator.publish.items import content_of
from aggregator.publish.pages import Pages
from aggregator.publish.prose import paragraph, passage
from aggregator.publish.render import web_address
from aggregator.publish.site import render_site
from aggregator.publish.sitemap import sitemaps
from aggregator.summarise.page import Evidence, StoryPage, Tombstone, Topic
from tests.publish.site_pages import (
    COST,
    covered_story,
    evidence,
    raw_story,
    source,
    story,
    syndicated,
    taken,
    tombstone,
)

SITE = SiteInfo(
    "The Evening Ledger", "https://news.example.org", "en", "UTC", datetime(2026, 10, 22, tzinfo=UTC), "Sample"
)
TOPICS = (Topic(slug="business", name="Business"), Topic(slug="ai", name="Artificial Intelligence"))
METHOD = (
    "# Method\n\nWe read [the docs](quality.md) and [this](https://example.org/x).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
)
PAGE = "story/s_licence/council-votes-to-license-open-weights/index.html"
SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
TAGS = frozenset({
    "a", "article", "aside", "b", "bdi", "blockquote", "body", "caption", "circle", "dd", "desc", "defs", "details",
    "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "head", "header", "html", "li",
    "line", "link", "main", "mark", "meta", "nav", "ol", "p", "path", "pattern", "q", "rect", "script",
    "section", "span", "summary", "svg", "symbol", "table", "tbody", "td", "text", "th", "thead", "time", "title", "tr",
    "ul", "use",
})  # fmt: skip


def files(*pages: StoryPage | Tombstone, site: SiteInfo = SITE, **options: Any) -> dict[str, str]:
    rendered = render_site(Pages.of(pages, options.pop("before", None)), site, TOPICS, **{"method": METHOD, **options})
    return {file.path: file.content.decode() for file in rendered if isinstance(file, File)}


def html(text: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(text)


def page(*pages: StoryPage, path: str = PAGE, **options: Any) -> lxml.html.HtmlElement:
    return html(files(*(pages or (story(),)), **options)[path])


def said(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def one(root: lxml.html.HtmlElement, selector: str) -> lxml.html.HtmlElement:
    (found,) = root.xpath(selector)
    return found


def hostile(value: Any, text: str) -> Any:
    """A page's values with `text` in the place of every text that comes from outside."""
    outside = {
        "text", "quote", "title", "outlet", "author", "name", "role", "label", "speaker", "verb", "note",
        "reason", "headline", "topic", "element", "kind", "rater", "method", "url", "stance", "licence",
        "engine", "owner", "country",
    }  # fmt: skip
    fixed = {"composed", "synthesis", "organisation", "title", "story"}

    def change(key: str, inner: Any) -> Any:
        if isinstance(inner, dict | list):
            return hostile(inner, text)
        ours = key == "label" and inner in (
            "Left",
            "Lean Left",
            "Center",
            "Lean Right",
            "Right",
            "Unrated",
            "Mixed",
            "Disputed",
        )
        return text if key in outside and isinstance(inner, str) and inner not in fixed and not ours else inner

    if isinstance(value, dict):
        return {key: change(key, inner) for key, inner in value.items()}
    return [hostile(inner, text) for inner in value] if isinstance(value, list) else value


def elements(text: str) -> Iterator[lxml.html.HtmlElement]:
    return (element for element in html(text).iter() if isinstance(element.tag, str))


def assert_inert(rendered: Mapping[str, str]) -> None:
    for path, text in rendered.items():
        if not path.endswith(".html"):
            continue
        for element in elements(text):
            assert element.tag.lower() in TAGS, (path, element.tag)
            for name, value in element.attrib.items():
                assert not name.startswith("on"), (path, name)
                assert name != "style", path
                if name in ("href", "src"):
                    assert not re.match(r"\s*(javascript|data:(?!,$)|vbscript)", value, re.IGNORECASE), (path, value)
            if element.tag == "script":
                assert element.get("type") == "application/ld+json"
                json.loads(element.text)
        assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text), path


# The files


def test_every_link_inside_the_site_leads_to_a_file_and_a_place_in_it() -> None:
    rendered = files(story(), story("s_two"), tombstone("s_gone"), tombstone("s_merged", "merged", "s_licence"))
    ids = {path: set(html(text).xpath("//@id")) for path, text in rendered.items() if path.endswith(".html")}

    for path in ids:
        for link in html(rendered[path]).xpath("//@href"):
            parts = urlsplit(link)
            if parts.scheme or path == "404.html":
                continue
            there = unquote(urlsplit(urljoin("https://x.example/" + path, link)).path).lstrip("/")
            assert there in rendered, (path, link)
            assert not parts.fragment or parts.fragment in ids[there], (path, link)


def test_ids_are_unique_and_headings_descend_by_one() -> None:
    rendered = files(story(), story("s_two", topic={"slug": "business", "name": "Business"}), tombstone("s_gone"))

    for path, text in rendered.items():
        if path.endswith(".html"):
            root = html(text)
            ids = root.xpath("//@id")
            assert len(ids) == len(set(ids)), path
            levels = [int(element.tag[1]) for element in root.iter("h1", "h2", "h3", "h4")]
            assert levels[0] == 1, path
            assert levels.count(1) == 1, path
            assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs() -> None:
    for path, text in files(story()).items():
        if path.endswith(".html"):
            assert_inert({path: text})
            loaded = [element.get("href") for element in html(text).iter("link") if element.get("rel") == "stylesheet"]
            assert all(not urlsplit(address).netloc for address in loaded)
    assert "url(" not in files(story())["style.css"].replace("url(#", "")
    assert "@import" not in files(story())["style.css"]


def test_the_same_pages_give_the_same_bytes_whatever_the_hour() -> None:
    later = SiteInfo(SITE.title, SITE.base_url, "en", "UTC", SITE.now + timedelta(days=3), SITE.notice)
    pages = [story(), story("s_two"), tombstone("s_gone")]

    assert files(*pages) == files(*reversed(pages), site=later)


def test_every_slug_ever_used_resolves() -> None:
    rendered = files(story(), slugs={"s_licence": ["first-name", "second-name", "present-name"]})

    present = html(rendered["story/s_licence/present-name/index.html"])
    permanent = html(rendered["story/s_licence/index.html"])
    canonical = "https://news.example.org/story/s_licence/present-name/"
    for old in ("first-name", "second-name"):
        redirect = html(rendered[f"story/s_licence/{old}/index.html"])
        assert one(redirect, "//meta[@http-equiv='refresh']").get("content") == (
            "0; url=../../../story/s_licence/present-name/index.html"
        )
        assert one(redirect, "//link[@rel='canonical']").get("href") == canonical
        assert one(redirect, "//main//a").get("href") == "../../../story/s_licence/present-name/index.html"
    for root in (present, permanent):
        assert one(root, "//link[@rel='canonical']").get("href") == canonical
        assert said(one(root, "//h1")) == story().headline


def test_a_slug_that_comes_back_is_no_redirect_to_itself() -> None:
    rendered = files(story(), slugs={"s_licence": ["one", "two", "one"]})

    assert "refresh" not in rendered["story/s_licence/one/index.html"]
    assert "refresh" in rendered["story/s_licence/two/index.html"]


def test_a_story_without_any_slug_is_at_its_id() -> None:
    rendered = files(story(url="https://news.example.org/story/s_licence"))

    assert [path for path in rendered if path.startswith("story/")] == ["story/s_licence/index.html"]


def test_drafts_and_held_pages_are_not_published() -> None:
    rendered = files(story("s_draft", status="draft"), story("s_held", status="held"), story())

    assert not [path for path in rendered if "s_draft" in path or "s_held" in path]
    assert "s_held" not in rendered["index.html"]


def test_a_withdrawn_page_keeps_its_address_and_shows_none_of_its_text() -> None:
    rendered = files(tombstone("s_gone"), story(status="withdrawn"), slugs={"s_gone": ["old", "new"]})

    assert "this page was withdrawn" in said(html(rendered["story/s_gone/new/index.html"])).lower()
    assert "It rested on a hoax." in rendered["story/s_gone/index.html"]
    assert "refresh" in rendered["story/s_gone/old/index.html"]
    assert "licence from" not in rendered[PAGE]
    assert "noindex" in rendered[PAGE]
    assert "s_gone" not in rendered["index.html"] + rendered["sitemap.xml"]
    assert "No stories yet" in rendered["index.html"]


def test_a_merged_page_leads_to_the_story_that_took_it_in() -> None:
    rendered = files(story(), tombstone("s_merged", "merged", "s_licence"), tombstone("s_lost", "merged", "s_nowhere"))

    link = one(html(rendered["story/s_merged/index.html"]), "//main//p/a[@dir='auto']")
    assert link.get("href") == "../../" + PAGE
    assert said(link) == story().headline
    assert "no longer published" in rendered["story/s_lost/index.html"]


def test_the_sitemap_names_every_story_once_and_the_robots_file_names_the_sitemap() -> None:
    rendered = files(story(), story("s_two"), tombstone("s_gone"))

    tree = ElementTree.fromstring(rendered["sitemap.xml"])
    names = [element.text for element in tree.iter(f"{SITEMAPS}loc")]
    assert len(names) == len(set(names))
    assert "https://news.example.org/" + PAGE.removesuffix("index.html") in names
    assert "https://news.example.org/topic/business/" in names
    assert "Sitemap: https://news.example.org/sitemap.xml" in rendered["robots.txt"]


def test_a_sitemap_that_would_be_too_long_names_lists_which_come_before_it() -> None:
    rows = [(f"story/s_{n}/index.html", "2026-10-21T18:00:00Z") for n in range(100_001)]
    *parts, index = sitemaps("https://news.example.org", rows)

    names = [element.text for element in ElementTree.fromstring(index.content).iter(f"{SITEMAPS}loc")]
    assert (index.path, names) == ("sitemap.xml", [f"https://news.example.org/{part.path}" for part in parts])
    counts = [len(ElementTree.fromstring(part.content).findall(f"{SITEMAPS}url")) for part in parts]
    assert counts == [50_000, 50_000, 1]


def test_a_site_below_a_path_finds_its_style_from_its_error_page() -> None:
    site = SiteInfo("Ledger", "https://example.org/news/", "en", "UTC", SITE.now)

    rendered = files(story(), site=site)

    assert one(html(rendered["404.html"]), "//link[@rel='stylesheet']").get("href").startswith("/news/style.css")
    assert (
        one(html(rendered[PAGE]), "//link[@rel='canonical']").get("href").startswith("https://example.org/news/story/")
    )


def test_a_syndicated_story_says_whose_text_it_is_who_shares_it_and_how_many_owners_there_are() -> None:
    root = page(syndicated(), path="story/s_copies/index.html")

    assert "9 sources, 7 independent, 8 owners (7 not known)" in said(one(root, "//header[@class='story-head']"))
    rail = said(one(root, "//aside"))
    assert "[5] has text of [1]: 43 % of the shorter one" in rail
    assert "[8] may be a copy of [1]: only the beginning was seen" in rail
    first, copy = (said(one(root, f"//li[@id='source-{n}']")) for n in (1, 4))
    assert "Same text as [1], so counted once" in copy
    assert "Same text as" not in first
    for card in (first, copy):
        assert "Text of Northern Press, which has no copy of it among the sources" in card


def test_lists_of_stories_count_independent_sources_too() -> None:
    pages = (story(), syndicated())

    home, topic = page(*pages, path="index.html"), page(*pages, path="topic/ai/index.html")
    more = one(page(*pages), "//ul[@class='more']")

    assert "9 sources, 7 independent, 8 owners (7 not known)" in said(home)
    assert "9 sources, 7 independent, 8 owners (7 not known)" in said(topic)
    assert "9 sources, 7 independent" in said(more)


# Lists of stories


def test_the_home_page_has_the_topics_in_their_order_with_counts_in_words() -> None:
    coverage = {**raw_story()["coverage"], "independent": 9}
    pages = [
        story(coverage=coverage),
        *(story(f"s_{i}", topic={"slug": "business", "name": "Business"}) for i in range(8)),
    ]

    root = page(*pages, path="index.html")

    assert [said(element) for element in root.xpath("//section[@class='shelf']//h2")] == ["Business"]
    assert "All 8 stories in Business" in said(root)
    lead = one(root, "//article[@class='card lead']")
    assert "Left 1 Lean Left 1 Center 1 Lean Right 1 Right 1 Not in the bar: 1 unrated, 1 mixed, 1 disputed" in said(
        lead
    )
    assert "9 sources, all independent" in said(lead)
    assert "corrected" in said(lead)


def test_a_site_without_stories_says_so() -> None:
    rendered = files()

    assert "No stories yet" in rendered["index.html"]
    assert "No stories in this topic yet" in rendered["topic/ai/index.html"]


def test_a_topic_that_only_a_page_knows_gets_its_shelf() -> None:
    rendered = files(story(topic={"slug": "sport", "name": "Sport"}))

    assert "Sport" in said(html(rendered["topic/sport/index.html"]))
    assert "topic/sport/index.html" in rendered["index.html"]


def test_a_story_stands_on_the_page_of_each_of_its_topics_and_on_one_shelf_at_home() -> None:
    both = [{"slug": "sport", "name": "Sport"}, {"slug": "business", "name": "Business"}]
    several = [story(f"s_{number}", topic=both[0], topics=both) for number in range(3)]

    rendered = files(*several)

    for slug in ("sport", "business"):
        assert len(html(rendered[f"topic/{slug}/index.html"]).xpath("//article")) == 3
    shelves = html(rendered["index.html"]).xpath("//section[@class='shelf']//h2")
    assert [said(shelf) for shelf in shelves] == ["Sport"]
    kicker = html(next(text for path, text in rendered.items() if path.startswith("story/s_0/"))).xpath(
        "//p[@class='kicker']"
    )
    assert said(kicker[0]) == "Sport · Business"


def test_a_topic_with_many_stories_goes_on_in_plain_headlines() -> None:
    root = page(*(story(f"s_{i:03}") for i in range(70)), path="topic/ai/index.html")

    assert len(root.xpath("//article")) == 60
    assert len(root.xpath("//main/ul/li")) == 10


# A story in print


def test_a_story_has_its_elements_in_the_order_of_the_contract() -> None:
    headings = [said(element) for element in page().xpath("//main//h2")]

    assert headings == [
        "Who covers this story", "Perspectives", "What’s not represented", "Why this matters", "The story",
        "Viewpoints in depth", "Sources", "Claims, side by side", "Headlines, side by side", "Who is quoted, and where",
        "Timeline of reports", "More in Artificial Intelligence", "How this page was made",
    ]  # fmt: skip


def test_an_element_without_evidence_leaves_no_heading_but_its_reason_in_words() -> None:
    omitted = [{"element": "viewpoints", "reason": "too-little-evidence: no holder with three statements"}]
    fields = ("perspectives", "viewpoints", "quotes", "timeline", "claims", "related", "not_represented")
    bare = story(**{field: [] for field in fields}, omitted=omitted)

    root = page(bare)

    assert not {"Perspectives", "Viewpoints in depth", "Timeline of reports"} & {said(h) for h in root.iter("h2")}
    assert "Viewpoints in depth: too little evidence: no holder with three statements." in said(root)


def test_markers_stand_before_the_full_stop_and_the_paragraph_list_after_it() -> None:
    paragraphs = [said(element) for element in page().xpath("//section[@class='body']/p[@dir]")]

    assert paragraphs[0].endswith("The cost: The city has set aside $250,000 for the office [2].[1][2]")
    assert paragraphs[2].endswith("publishing their models [4][5].[4][5]")
    assert paragraphs[3].startswith("Seven of nine sources name the cost of the licence. The city expects")


def test_a_paragraph_of_one_source_has_one_marker_at_its_end_and_no_list() -> None:
    second = page().xpath("//section[@class='body']/p[@dir]")[1]

    assert len(second.xpath(".//a[@class='marker']")) == 1
    assert said(second).endswith("Tom Beckett said: “This is a tax on tinkering” [3].")


def test_a_sentence_that_ends_in_a_quotation_keeps_its_marks_together() -> None:
    by_n = {s.n: s for s in story().sources}
    sentence = story().body[1][1].model_copy(update={"parts": story().body[1][1].parts[:2]})

    (line,) = paragraph([sentence], by_n).lines

    assert line.end == ""
    assert line.markers == (3,)


def test_taken_words_are_told_from_own_ones_and_only_verbatim_words_are_quotations() -> None:
    body = one(page(), "//section[@class='body']")

    extract = body.xpath("p[@dir]//span[@class='extract']")[1]
    assert said(extract) == "The city has set aside $250,000 for the office"
    assert extract.get("title") == "Words of The Commons"
    assert {said(q) for q in body.iter("q")} == {
        "“This is a tax on tinkering”", "“Once weights are out, nobody can call them back”",
    }  # fmt: skip
    assert "shortened at most" in said(body)


def test_the_evidence_of_each_sentence_is_there_without_a_script_with_the_taken_words_marked() -> None:
    proof = page().xpath("//section[@class='body']/details")[1]

    assert [said(claim) for claim in proof.xpath(".//p[@class='claim']")] == [
        "The builders’ case: Small firms say that the licence will force them to stop publishing their models.",
        "Tom Beckett said: “This is a tax on tinkering”.",
    ]
    quoted = proof.xpath(".//blockquote")[0]
    assert said(quoted) == COST
    assert [said(mark) for mark in quoted.iter("mark")] == [
        "Small firms say that the licence", "will force them to stop publishing their models",
    ]  # fmt: skip
    assert "[3] Free Market Review, text · read it there" in said(proof)


def test_the_figures_behind_a_synthesis_are_shown() -> None:
    last = page().xpath("//section[@class='body']/details")[3]

    assert "Counted for this page: share 0.78; sources 9; with cost 7." in said(last)


def test_a_passage_that_was_cut_says_so_and_corroboration_is_told_from_origin() -> None:
    cut = Evidence.model_validate({**evidence(1, "One two three."), "end": 400})

    shown = passage(cut, story().sources[0], [])

    assert shown.more
    assert not shown.taken


def test_the_coverage_bar_has_its_words_and_a_table_and_leaves_the_unrated_outside() -> None:
    rail = one(page(), "//aside")

    chart = one(rail, ".//*[@role='img']")
    assert chart.get("aria-labelledby") == "bar-title bar-desc"
    assert said(one(rail, ".//*[@id='bar-desc']")) == (
        "Of 5 independent rated sources: 1 Left, 1 Lean Left, 1 Center, 1 Lean Right, 1 Right. "
        "Not in the bar: 1 unrated, 1 mixed, 1 disputed."
    )
    assert len(chart.xpath("*[local-name()='rect']")) == 5
    rows = [said(row) for row in rail.xpath(".//tbody/tr")]
    assert rows[2] == "Center 2 1 (20 %)"
    assert len(rows) == 8
    assert "was not tested: no history" in said(rail)


def test_a_story_whose_sources_are_all_unrated_has_no_bar_and_no_center() -> None:
    coverage = {**raw_story()["coverage"], "by_lean": {}, "unrated": 9, "mixed": 0, "disputed": 0, "first": {}}
    unrated = story(coverage=coverage)

    root = page(unrated)

    assert coverage_bar(unrated.coverage).segments == ()
    assert not root.xpath("//*[@role='img']")
    assert "No place on the scale: 9 unrated" in said(one(root, "//aside"))


def test_a_foreign_scale_a_range_and_a_licence_that_forbids_a_label_are_said_on_the_card_and_in_the_feed() -> None:
    cards = raw_story()["sources"]
    cards[4]["lean"] |= {"scale_of": "US", "low": "Center", "high": "Right", "families": 2}
    cards[4]["lean"]["raters"][0]["attribution"] = "Desk of Harbor Falls, CC BY 4.0"
    cards[5]["lean"] |= {"label": "Unrated", "raters": [], "why_unrated": "licence"}

    root = page(story(sources=cards))

    assert said(one(root, "//li[@id='source-5']/p[1]")) == "[5] Business Wire & Sons Lean Right (US scale)"
    assert "Lean Right (US scale)" in said(one(root, "//section[@aria-labelledby='headlines']"))
    rated = said(one(root, "//li[@id='source-5']"))
    assert "on the US scale; 2 raters; another would probably say something from Center to Right; by the rule" in rated
    assert "read 40 articles Desk of Harbor Falls, CC BY 4.0" in rated
    assert "may not be passed on" in said(one(root, "//li[@id='source-6']"))
    item = content_of(story(sources=cards), SITE)
    assert "(Lean Right, US scale)" in item.html


def test_a_source_card_names_who_rated_the_outlet_and_where_the_text_came_from() -> None:
    root = page()

    assert said(one(root, "//li[@id='source-5']/p[1]")) == "[5] Business Wire & Sons Lean Right"
    assert "Desk of Harbor Falls: Lean Right, 1 March 2026, read 40 articles" in said(one(root, "//li[@id='source-5']"))
    assert "No rating of its news pages that holds for the day of this article is on file." in said(
        one(root, "//li[@id='source-6']")
    )
    assert "only its teaser was seen" in said(one(root, "//li[@id='source-8']"))
    assert "Same text as [1], so counted once" in said(one(root, "//li[@id='source-9']"))
    assert "counted once" not in said(one(root, "//li[@id='source-1']"))
    assert one(root, "//li[@id='source-5']//p[@class='read']/a").get("href") == "https://outlet-5.example/licence"
    assert said(one(root, "//li[@id='source-5']//p[@class='read']")).startswith("Read on Business Wire & Sons →")


def test_the_claims_matrix_says_in_words_who_reports_contradicts_and_is_silent() -> None:
    rows = page().xpath("//table[@class='matrix']/tbody/tr")

    assert "contradicts [2]" in said(rows[1])
    assert "do not mention it [1][9]" in said(rows[1])
    assert "not seen [8]" in said(rows[1])


def test_a_source_of_which_nothing_could_be_said_is_not_clear_in_the_matrix() -> None:
    [claim, *_] = raw_story()["claims"]
    rows = page(story(claims=[{**claim, "reported_by": [1, 3]}])).xpath("//table[@class='matrix']/tbody/tr")

    assert "not clear [2]" in said(rows[0])
    assert "not clear [8]" not in said(rows[0])


def test_reports_of_one_source_at_one_time_stand_under_one_time() -> None:
    at = "2026-10-21T09:00:00Z"
    entries = [{"at": at, "n": 1, "text": text} for text in ("The council voted.", "The rule costs money.")]

    [entry] = page(story(timeline=entries)).xpath("//ol[@class='timeline']/li")

    assert said(entry) == "21 October 2026, 09:00 UTC · Harbor Post [1] The council voted. The rule costs money."


def test_a_form_of_address_stands_before_the_name_and_a_role_after_it() -> None:
    quotes = [{**raw_story()["quotes"][0], "speaker": "Mira Solberg", "role": role} for role in ("Sen.", "head of it")]

    captions = [said(each) for each in page(story(quotes=quotes)).xpath("//figcaption")]

    assert [caption.split(" · ")[0] for caption in captions] == ["Sen. Mira Solberg", "Mira Solberg, head of it"]


def test_what_changed_since_the_version_before_is_told() -> None:
    made = one(page(before={"s_licence": story(headline="An Older Headline", version=1)}), "//section[@class='made']")

    assert "What changed since version 1" in said(made)
    assert "The headline was “An Older Headline”." in said(made)
    assert "What changed" not in said(page())


def test_a_page_that_was_early_in_its_topic_shows_those_nearest_in_time() -> None:
    day = "2026-10-{:02}T08:00:00Z"
    pages = [story(f"s_{n}", related=[], headline=f"Story {n}", published_at=day.format(n)) for n in range(1, 8)]

    root = page(*pages, path="story/s_3/index.html")

    more = one(root, "//section[@aria-labelledby='more']")
    assert [said(each) for each in more.xpath(".//a")] == ["Story 4", "Story 5", "Story 6", "Story 7"]
    assert "Artificial Intelligence" in said(more)


def test_headlines_and_quotes_stand_by_side_and_an_empty_side_says_so() -> None:
    root = page()

    headlines = [said(side) for side in one(root, "//section[@aria-labelledby='headlines']").xpath(".//h3")]
    quotes = one(root, "//section[@aria-labelledby='quotes']")
    assert headlines == ["From the left", "From the center", "From the right", "Without a place on the scale"]
    assert "No quotation from an outlet of this side." in said(quotes.xpath(".//div[@class='side']")[1])


def test_the_page_says_how_it_was_made_and_that_nobody_reviewed_it() -> None:
    reviewed = {**raw_story()["provenance"], "reviewed": True, "reviewed_by_role": "duty editor", "model": "some-model"}

    assert "Written by software, not yet reviewed" in said(page())
    assert "reviewed by duty editor" in said(page(story(provenance=reviewed)))
    assert "with the model some-model" in said(page(story(provenance=reviewed)))
    assert "The vote was 7-2, not 7-3." in said(page())


def test_errors_are_reported_to_the_operators_address_with_page_and_version() -> None:
    def link(contact: str) -> list[str]:
        site = SiteInfo("L", SITE.base_url, "en", "UTC", SITE.now, contact=contact)
        return page(site=site).xpath("//section[@class='made']//a[contains(., 'Report it')]/@href")

    assert link("desk@example.org")[0].startswith(
        "mailto:desk@example.org?subject=Error%20in%20s_licence%2C%20version%202"
    )
    assert link("https://example.org/report") == ["https://example.org/report"]
    assert link("") == []
    assert link("javascript:alert(1)@x") == []


def test_a_story_that_leans_on_old_articles_says_so() -> None:
    aged = [{**source(n), "published_at": "2026-08-01" if n < 3 else None} for n in range(1, 10)]

    assert "2 sources are more than two weeks older than this page" in said(page(story(sources=aged)))
    assert "undated" in said(page(story(sources=aged)))


def test_times_are_printed_in_the_site_s_zone_and_kept_exact() -> None:
    site = SiteInfo("L", SITE.base_url, "en", "America/New_York", SITE.now)

    times = page(site=site).xpath("//header[@class='story-head']//time")

    assert [(at.get("datetime"), said(at)) for at in times] == [
        ("2026-10-21T18:00:00Z", "21 October 2026, 14:00 EDT"),
        ("2026-10-21T20:30:00Z", "21 October 2026, 16:30 EDT"),
    ]


def test_a_time_zone_that_is_none_is_the_operators_error() -> None:
    for zone in ("Mars/Olympus", "../../etc/passwd", ""):
        with pytest.raises(ConfigError, match="time zone"):
            files(site=SiteInfo("L", SITE.base_url, "en", zone, SITE.now))


def test_the_linked_data_names_the_sources_and_that_software_wrote_it() -> None:
    data = json.loads(one(page(), "//script").text)

    assert data["@type"] == "NewsArticle"
    assert data["url"] == "https://news.example.org/" + PAGE.removesuffix("index.html")
    assert len(data["isBasedOn"]) == 9
    assert data["isBasedOn"][0]["publisher"]["name"] == "Harbor Post"
    assert data["digitalSourceType"].endswith("/AlgorithmicMediaDigitalSource")
    assert data["correction"] == ["The vote was 7-2, not 7-3."]


def test_the_method_page_is_the_document_without_raw_html_or_links_that_lead_nowhere() -> None:
    text = METHOD + "\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n    a < b\n"

    root = page(path="method/index.html", method=text)

    assert said(one(root, "//h1")) == "Method"
    assert [link.get("href") for link in root.xpath("//article//a[not(ancestor::nav)]")] == ["https://example.org/x"]
    assert not root.xpath("//article//script")
    assert one(root, "//table/ancestor::div[@role='region']").get("tabindex") == "0"


def test_the_method_page_begins_with_its_contents() -> None:
    text = (
        "# Method\n\n### Before all\n\n## [Lean](https://e.org) *labels*\n\n### Checks\n\n## Contents\n\n### Checks\n\n"
        "#### No more\n\n## Main\n"
    )

    root = page(path="method/index.html", method=text)

    links = root.xpath("//nav[@class='contents']//a")
    assert [said(link) for link in links] == ["Before all", "Lean labels", "Checks", "Contents", "Checks", "Main"]
    assert [link.get("href") for link in links] == [
        "#before-all", "#lean-labels", "#checks", "#contents-2", "#checks-2", "#main-2",
    ]  # fmt: skip
    assert [len(link.xpath("ancestor::li")) for link in links] == [1, 1, 2, 1, 2, 1]
    assert all(len(root.xpath(f"//*[@id='{link.get('href')[1:]}']")) == 1 for link in links)
    assert not page(path="method/index.html", method="# Method\n\nShort.\n").xpath("//nav[@class='contents']")


def test_a_story_of_five_hundred_articles_still_makes_a_page() -> None:
    many = [{**source(1 + n % 9), "n": n + 1, "article_id": f"a_{n + 1}"} for n in range(500)]
    claims = [{"id": f"c{k}", "text": f"Claim {k}", "reported_by": list(range(1, 501))} for k in range(60)]
    headlines = [{"n": n + 1, "title": "Title", "lean": "Center"} for n in range(500)]

    text = files(story(sources=many, claims=claims, headlines=headlines))[PAGE]

    root = html(text)
    assert len(root.xpath("//li[@class='source']")) == 500
    assert len(root.xpath("//table[@class='matrix']/tbody/tr")) == 20
    assert "40 more claims in the page’s data" in said(root)
    assert len(text) < 1_500_000


# Hostile text


ATTACKS = (
    '<script>alert(1)</script>"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>]]><!-- {{ 7 * 7 }} {% raw %}",
    "javascript:alert(document.cookie)",
    "\u202egnp.exe\u202c \u2066right\u2069 \u200f[3] [99](x)",
    "' onmouseover='alert(1)' style='position:fixed",
    "\x00\x1b[31m\ud800\ufffe \u2028 \x85",
    "“[3]” \"[3]\" &lt;b&gt; &#x3c;script&#x3e;",
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_text_comes_out_inert(attack: str) -> None:
    raw = hostile(covered_story("s_licence").as_json(), attack)
    page_of_attacks = StoryPage.model_validate({**raw, "topic": {"slug": "ai", "name": attack}})
    tomb = tombstone("s_gone").model_copy(update={"headline": attack})
    site = SiteInfo(attack, SITE.base_url, "en", "UTC", SITE.now, attack, attack)

    rendered = files(page_of_attacks, tomb, site=site)

    assert_inert(rendered)
    for text in rendered.values():
        text.encode()
        assert "49" not in re.findall(r"\b49\b", text)


def test_a_fake_marker_in_a_source_s_words_is_no_link() -> None:
    fake = taken(1, "“It is proved [3][99]”", "“It is proved [3][99],” she said.", before="Solberg said: ")

    root = page(story(body=[[fake]]))

    first = root.xpath("//section[@class='body']/p[@dir]")[0]
    assert [said(link) for link in first.iter("a")] == ["[1]"]
    assert said(first) == "Solberg said: “It is proved [3][99]” [1]."


def test_titles_of_a_hundred_kilobytes_are_cut() -> None:
    long = "Very long words " * 6400
    solid = "x" * 100_000

    for text in (long, solid):
        raw = hostile(raw_story(), text)
        rendered = files(StoryPage.model_validate({**raw, "topic": {"slug": "ai", "name": text}}))

        assert len(rendered["index.html"]) < 30_000
        assert len(rendered["story/s_licence/index.html"]) < 600_000
        assert len(said(one(html(rendered["story/s_licence/index.html"]), "//h1"))) <= 300


@settings(max_examples=25)
@given(st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(ATTACKS))
def test_no_text_changes_what_kinds_of_elements_a_page_has(text: str) -> None:
    assert_inert(files(StoryPage.model_validate({**hostile(raw_story(), text), "topic": {"slug": "ai", "name": "AI"}})))


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://", "https://[", "ftp://a.example/",
                "https://a.example/" + "x" * 3000, "https://a.example/\nx", " https://a.example", ""],
)  # fmt: skip
def test_only_web_addresses_are_linked(address: str) -> None:
    assert web_address(address) == ""
    assert web_address("https://a.example/ä?b=c&d") == "https://a.example/ä?b=c&d"


def test_a_source_without_a_web_address_has_no_link() -> None:
    root = page(story(sources=[{**source(n), "url": "javascript:alert(1)"} for n in range(1, 10)]))

    assert not root.xpath("//li[@class='source']//p[@class='read']")
    assert "javascript" not in one(root, "//script").text


# Writing


def write(root: Path, listed: Sequence[tuple[str, str]]) -> tuple[int, int, int]:
    written = write_files([File(path, text.encode()) for path, text in listed], root)
    return written.changed, written.unchanged, written.removed


def test_only_changed_files_are_touched_and_none_is_removed(tmp_path: Path) -> None:
    assert write(tmp_path, [("a/b.html", "1"), ("c.html", "2")]) == (2, 0, 0)
    before = (tmp_path / "c.html").stat().st_mtime_ns, (tmp_path / "c.html").stat().st_ino

    assert write(tmp_path, [("a/b.html", "3"), ("c.html", "2")]) == (1, 1, 0)
    assert write(tmp_path, [("c.html", "2")]) == (0, 1, 0)

    assert ((tmp_path / "c.html").stat().st_mtime_ns, (tmp_path / "c.html").stat().st_ino) == before
    assert (tmp_path / "a/b.html").read_text() == "3"


def test_a_whole_site_published_twice_changes_nothing(tmp_path: Path) -> None:
    pages = [story(), tombstone("s_gone")]
    first = write_files(render_site(Pages.of(pages), SITE, TOPICS), tmp_path)

    second = write_files(render_site(Pages.of(pages), SITE, TOPICS), tmp_path)

    assert second.changed == 0
    assert second.unchanged == first.changed


def test_a_file_is_replaced_whole_and_what_a_killed_publish_left_is_swept(tmp_path: Path) -> None:
    write(tmp_path, [("story/x/index.html", "old")])
    (tmp_path / "story/x/index.html.part-written").write_text("half")
    reader = (tmp_path / "story/x/index.html").open()

    assert write(tmp_path, [("story/x/index.html", "new")]) == (1, 0, 1)

    with reader:
        assert reader.read() == "old"  # who was reading keeps the old file to its end
    assert [path.name for path in tmp_path.rglob("*.part-written")] == []


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "a//b", "", ".", "a\\b", "a\x00b", "x" * 300])
def test_no_file_is_written_outside_the_site(tmp_path: Path, path: str) -> None:
    with pytest.raises(StageFailed, match="not a path inside the site"):
        write(tmp_path / "site", [(path, "x")])

    assert list(tmp_path.rglob("x")) == []


def test_a_disk_that_refuses_is_a_failed_stage(tmp_path: Path) -> None:
    (tmp_path / "story").write_text("a file where a folder should be")

    with pytest.raises(StageFailed, match="publish"):
        write(tmp_path, [("story/x/index.html", "x")])
