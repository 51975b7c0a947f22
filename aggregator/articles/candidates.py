"""Which text of a page is its article: what two extractors find in it, what it declares, what its feed carried.

trafilatura gives the body, at first without its own comparison of methods (`fast`). resiliparse (Bevendorff et al.
2018, ECIR) reads the same page at a tenth of the cost. Where the two agree the body is nearly always right; only where
they do not is trafilatura asked again with all its methods, and then what the page declares and what the feed carried
have a say. How often that is right: docs/quality.md.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lxml import etree

from aggregator.articles.body import Paragraph, declared_paragraphs, extract_paragraphs, tidy
from aggregator.articles.markup import lines, parse
from aggregator.errors import Rejected

#: from here on the quick text is taken as it stands
AGREED = 0.85
#: what a declared or carried text needs to be taken instead
CONFIRMED = 0.8
#: below it so much may be missing that nothing is said about what the article leaves out
DOUBTFUL = 0.6
#: a shorter text gives no second opinion
_MIN_SECOND = 120
#: a feed's text of so many characters is no summary
_WHOLE = 1500
#: words; scripts without spaces go by characters
_NO_SPACES = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(f"{_NO_SPACES.pattern}|{_WORD.pattern}")
_CUT_OFF = ("...", "…", "[…]", "[...]")


class Choice(NamedTuple):
    """The paragraphs of the article, and how far the second extractor agrees (None: it found next to nothing)."""

    paragraphs: list[Paragraph]
    agreement: float | None = None
    #: the two disagree, and the text that was taken may lack what the other one has
    doubtful: bool = False


class Offers(NamedTuple):
    """Other texts of the article: what the page declares, and what the feed carried."""

    declared: list[Paragraph]
    carried: list[Paragraph]


def choose(tree: etree._Element, second: str, url: str, title: str, offers: Offers, least: int) -> Choice:
    """The article in `tree`; `second` is what the second extractor found in the same page.

    Where the body has fewer than `least` characters the longest of the three is taken; where the extractors agree by
    less than AGREED, a declared or carried text that the second one confirms.
    """
    theirs = Counter(tokens(second))
    best, shared = _shown(tree, url, title, theirs, fast=True)
    if shared < AGREED:
        best, shared = _shown(tree, url, title, theirs, fast=False)
        for other in offers:
            confirmed = _share(other, theirs)
            if confirmed >= CONFIRMED and confirmed > shared:
                best, shared = other, confirmed
    if chars(best) < least:
        longest = max((best, *offers), key=chars)
        if longest is not best:
            best, shared = longest, _share(longest, theirs)
    if len(second) < _MIN_SECOND:
        return Choice(best)
    more = len(second) > chars(best) > 0
    return Choice(best, round(shared, 3), doubtful=shared < DOUBTFUL and more)


def second_text(source: str) -> str:
    """The main text of a page by resiliparse; "" where it finds none or cannot read the page."""
    from resiliparse.extract.html2text import extract_plain_text

    try:
        return str(extract_plain_text(source, main_content=True, alt_texts=False, links=False, noscript=False))
    except (ValueError, RuntimeError, UnicodeError):
        return ""


def carried_paragraphs(html: str, title: str) -> list[Paragraph]:
    """The text that a feed carried, as HTML or plain."""
    try:
        found = [Paragraph(line) for line in lines(parse(html))] if html.strip() else []
    except Rejected:
        return []
    return tidy(found, title)


def offered(body: str, title: str, carried: list[Paragraph]) -> Offers:
    """`body` is what JSON-LD declares as `articleBody`."""
    return Offers(tidy(declared_paragraphs(body), title), carried)


def is_whole(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether a feed's text is taken for the whole article: long, and not cut off."""
    return chars(paragraphs) >= _WHOLE and not paragraphs[-1].text.rstrip().endswith(_CUT_OFF)


def chars(paragraphs: Iterable[Paragraph]) -> int:
    """The length of the text, newlines included."""
    return sum(len(paragraph.text) + 1 for paragraph in paragraphs)


def tokens(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return (_TOKEN if _NO_SPACES.search(text) else _WORD).findall(text.lower())


def agreement(one: Counter[str], other: Counter[str]) -> float:
    """F1 of two bags of words, 0 to 1."""
    common = (one & other).total()
    return 2 * common / (one.total() + other.total()) if common else 0.0


def _shown(
    tree: etree._Element, url: str, title: str, second: Counter[str], *, fast: bool
) -> tuple[list[Paragraph], float]:
    found = tidy(extract_paragraphs(tree, url, fast=fast), title)
    return found, _share(found, second)


def _share(paragraphs: Iterable[Paragraph], second: Counter[str]) -> float:
    return agreement(Counter(_tokens_of(paragraphs)), second)


def _tokens_of(paragraphs: Iterable[Paragraph]) -> list[str]:
    return tokens("\n".join(paragraph.text for paragraph in paragraphs))
