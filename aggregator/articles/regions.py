"""Regions: the stretches of a document in which the outlet is not the one speaking.

Two sources, used together: what the elements of the page were (a blockquote, a caption, an embedded post, a list),
found again in the text by their letters and digits, and what the text itself gives away, which is all that an imported
text has. Where it is doubtful a stretch is marked: a region only keeps words from being taken as the outlet's report.
"""

import re
from bisect import bisect_right, insort
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from lxml import etree

from aggregator.articles import phrases
from aggregator.articles.body import Paragraph
from aggregator.articles.markup import key, lines, names, squeeze
from aggregator.articles.quotes import find_quotations
from aggregator.types import Region, RegionKind

_POST = re.compile(
    r"twitter-(?:tweet|video)|instagram-media|tiktok-embed|fb-(?:post|video)|reddit-(?:embed|card)|bluesky-embed"
    r"|mastodon-embed|threads-"
    r"|telegram-post|social-?(?:embed|post)|embedded-?(?:post|tweet)|tweet(?:[-_](?:embed|text|body))?\b|truthsocial",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"caption|cutline|(?:photo|image|media|picture)[-_]*(?:credit|description|info)|\bcredits?\b", re.IGNORECASE
)
_PULL_QUOTE = re.compile(r"pull-?_?quote|block-?_?quote|quote-?(?:block|text|body)", re.IGNORECASE)
_NOTICE = re.compile(
    r"correction|clarification|editor[s'’]*[-_]?note|disclaimer|disclosure|affiliate|update[-_]?note"
    r"|article[-_]?note|newsletter|subscribe"
    r"|cookie|tagline|author[-_]?bio|contributors?\b|credit-?line|copyright|republish",
    re.IGNORECASE,
)
_MAX_CHARS = {RegionKind.CAPTION: 700, RegionKind.NOTICE: 900, RegionKind.LIST: 700}
_MARKED_TAGS = frozenset((
    "blockquote", "figcaption", "li", "div", "p", "span", "aside", "section", "figure", "em", "small", "td", "h2",
    "h3", "h4", "h5",
))  # fmt: skip
_BY_TAG = {"blockquote": RegionKind.QUOTATION, "figcaption": RegionKind.CAPTION, "li": RegionKind.LIST}
_SHORT_CAPTION = 450
_MIN_CONTAINED = 20
_MIN_INSIDE = 40
_MAX_MARKS = 1500
_MOST = 0.7


class Mark(NamedTuple):
    """An element of the page that is not the outlet speaking, by the letters and digits of its text."""

    kind: RegionKind
    key: str


def read_marks(tree: etree._Element) -> list[Mark]:
    """The captions, posts, quotations, lists and notices of a page without unread elements, outer elements first."""
    marks: list[Mark] = []
    walk = etree.iterwalk(tree, events=("start",))
    for _, element in walk:
        if element.tag in ("nav", "footer", "form"):
            walk.skip_subtree()
            continue
        kind = _kind(element) if element.tag in _MARKED_TAGS else None
        if kind is None:
            continue
        shown = "".join(element.itertext())
        identity = key(shown) if len(shown) < 100_000 else ""
        if identity and len(squeeze(shown)) <= _MAX_CHARS.get(kind, 20_000):
            if kind is RegionKind.QUOTATION and _is_post(" ".join(lines(element))):
                kind = RegionKind.EMBED
            marks.append(Mark(kind, identity))
            walk.skip_subtree()
        if len(marks) >= _MAX_MARKS:
            break
    return marks


def find_regions(paragraphs: Sequence[Paragraph], marks: Sequence[Mark] = ()) -> tuple[Region, ...]:
    """Sorted, disjoint regions of the text made of `paragraphs` joined by single newlines.

    Nested stretches: the outer one wins; an inline quotation yields to anything else.
    """
    size = sum(len(key(paragraph.text)) for paragraph in paragraphs)
    # an element that holds most of the article is a layout, whatever it is called
    marks = [mark for mark in marks if len(mark.key) <= max(_MIN_INSIDE, _MOST * size)]
    everything = "\n".join(mark.key for mark in marks)
    kinds = [
        _marked(paragraph, marks, everything) or _said(paragraph, at >= len(paragraphs) - 3)
        for at, paragraph in enumerate(paragraphs)
    ]
    _extend_posts(paragraphs, kinds)
    _extend_lists(paragraphs, kinds)
    offsets = [0]
    for paragraph in paragraphs:
        offsets.append(offsets[-1] + len(paragraph.text) + 1)
    regions = _blocks(kinds, offsets)
    inline = [
        Region(offsets[at] + start, offsets[at] + end, kind) for at, start, end, kind in _inside(paragraphs, marks)
    ]
    regions.sort(key=_start)
    for region in sorted(inline, key=lambda each: (each.start, -each.end)):
        if _uncovered(region.start, region.end, regions) == [(region.start, region.end)]:
            insort(regions, region, key=_start)
    quotations = [
        Region(begin, stop, RegionKind.QUOTATION)
        for number, start, end in find_quotations([paragraph.text for paragraph in paragraphs])
        for begin, stop in _uncovered(offsets[number] + start, offsets[number] + end, regions)
    ]
    return tuple(sorted([*regions, *quotations], key=_start))


def _start(region: Region) -> int:
    return region.start


def _kind(element: etree._Element) -> RegionKind | None:
    return _kind_of(str(element.tag), names(element))


@lru_cache(maxsize=8192)
def _kind_of(tag: str, name: str) -> RegionKind | None:
    """What an element is by its tag and its class or id; the same ones come again and again."""
    if name and _POST.search(name):
        return RegionKind.EMBED
    if tag in _BY_TAG:
        return _BY_TAG[tag]
    for pattern, kind in (
        (_PULL_QUOTE, RegionKind.QUOTATION),
        (_CAPTION, RegionKind.CAPTION),
        (_NOTICE, RegionKind.NOTICE),
    ):
        if name and pattern.search(name):
            return kind
    return None


def _is_post(text: str) -> bool:
    return bool(phrases.POST_SIGNATURE.search(text) or phrases.POST_TRACE.search(text))


def _marked(paragraph: Paragraph, marks: Sequence[Mark], everything: str) -> RegionKind | None:
    """What the page's element was, if the paragraph is one or lies within one; `everything` is all marks' keys."""
    wanted = key(paragraph.text)
    if wanted not in everything:
        return None
    for mark in marks:
        if wanted == mark.key or (len(wanted) >= _MIN_CONTAINED and wanted in mark.key):
            if mark.kind is RegionKind.LIST and (
                len(paragraph.text) > _MAX_CHARS[RegionKind.LIST] or paragraph.tag == "quote"
            ):
                continue
            return mark.kind
    return None


def _said(paragraph: Paragraph, at_end: bool) -> RegionKind | None:
    """What the paragraph gives away by its words or by the element that trafilatura kept."""
    text = paragraph.text
    if phrases.POST_SIGNATURE.search(text) or (len(text) < 400 and phrases.POST_TRACE.search(text)):
        return RegionKind.EMBED
    if paragraph.tag == "quote":
        return RegionKind.QUOTATION
    if phrases.NOTICE.match(text) or phrases.BOILERPLATE.match(text) or (at_end and phrases.CLOSING.match(text)):
        return RegionKind.NOTICE
    if len(text) <= _SHORT_CAPTION and (phrases.CAPTION.match(text) or _credited(text)):
        return RegionKind.CAPTION
    if (
        paragraph.tag == "row"
        or (paragraph.tag == "item" and len(text) <= _MAX_CHARS[RegionKind.LIST])
        or phrases.BULLET.match(text)
    ):
        return RegionKind.LIST
    return None


def _credited(text: str) -> bool:
    """Whether a short text ends in the credit of a picture."""
    return bool(phrases.CREDIT_HINT.search(text) and phrases.CREDIT.search(text[-160:]))


def _extend_posts(paragraphs: Sequence[Paragraph], kinds: list[RegionKind | None]) -> None:
    """A line that only signs a post takes the post before it along."""
    for at, paragraph in enumerate(paragraphs):
        signs = phrases.POST_SIGNATURE.match(paragraph.text)
        if (
            signs
            and at
            and kinds[at] is RegionKind.EMBED
            and kinds[at - 1] in (None, RegionKind.QUOTATION, RegionKind.LIST)
        ):
            kinds[at - 1] = RegionKind.EMBED


def _extend_lists(paragraphs: Sequence[Paragraph], kinds: list[RegionKind | None]) -> None:
    """Lists are runs of two or more; clauses that end in semicolons are one too, with the clause that closes them."""
    for at, paragraph in enumerate(paragraphs):
        clause = re.search(r";(?:\s*(?:and|or|und|et|y))?$", paragraph.text)
        nearby = [other.text for other in (*paragraphs[max(0, at - 1) : at], *paragraphs[at + 1 : at + 2])]
        if clause and any(re.search(r";(?:\s*(?:and|or|und|et|y))?$", text) for text in nearby):
            for each in (at, at + 1):
                if each < len(kinds) and kinds[each] is None:
                    kinds[each] = RegionKind.LIST
    for kind, group in groupby(range(len(kinds)), key=kinds.__getitem__):
        run = list(group)
        if kind is RegionKind.LIST and len(run) < 2 and paragraphs[run[0]].tag != "row":
            kinds[run[0]] = None


def _blocks(kinds: Sequence[RegionKind | None], offsets: Sequence[int]) -> list[Region]:
    """One region per run of paragraphs of one kind."""
    regions: list[Region] = []
    for kind, group in groupby(range(len(kinds)), key=kinds.__getitem__):
        if kind is not None:
            run = list(group)
            regions.append(Region(offsets[run[0]], offsets[run[-1] + 1] - 1, kind))
    return regions


def _inside(paragraphs: Sequence[Paragraph], marks: Sequence[Mark]) -> list[tuple[int, int, int, RegionKind]]:
    """Credits, and whole elements that were run together with their paragraph: (paragraph, start, end, kind)."""
    found: list[tuple[int, int, int, RegionKind]] = []
    marks = [
        mark
        for mark in marks
        if mark.kind not in (RegionKind.LIST, RegionKind.QUOTATION) and len(mark.key) >= _MIN_INSIDE
    ]
    everything = "\n".join(key(text) for text, _ in paragraphs) if marks else ""
    marks = [mark for mark in marks if mark.key in everything]
    for at, (text, _) in enumerate(paragraphs):
        if phrases.CREDIT_HINT.search(text):
            found.extend(
                (at, match.start(), match.end(), RegionKind.CAPTION) for match in phrases.CREDIT.finditer(text)
            )
        wanted = key(text) if marks else ""
        for mark in marks:
            if len(mark.key) >= len(wanted) or mark.key not in wanted:
                continue
            places = [place for place, char in enumerate(text) for _ in key(char)]
            begin = wanted.index(mark.key)
            if len(places) == len(wanted):
                found.append((at, places[begin], places[begin + len(mark.key) - 1] + 1, mark.kind))
    return found


def _uncovered(start: int, end: int, regions: Sequence[Region]) -> list[tuple[int, int]]:
    """The parts of [start, end) that none of the sorted, disjoint `regions` covers."""
    pieces: list[tuple[int, int]] = []
    for at in range(max(0, bisect_right(regions, start, key=_start) - 1), len(regions)):
        other = regions[at]
        if other.start >= end:
            break
        if other.end > start:
            if start < other.start:
                pieces.append((start, other.start))
            start = other.end
    return [*pieces, (start, end)] if start < end else pieces
