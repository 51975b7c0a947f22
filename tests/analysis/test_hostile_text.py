"""Texts that nobody would write: long runs of one thing cost time in proportion to their length, and break nothing."""

import time
from collections.abc import Callable

import pytest

from aggregator.analysis.analyse import analyse
from aggregator.analysis.claims import find_claims
from aggregator.analysis.equivalence import traits
from aggregator.analysis.numbers import numbers
from aggregator.analysis.quotes import find_quotes, find_said
from aggregator.analysis.sentences import split_sentences
from aggregator.analysis.statements import Statements
from aggregator.analysis.words import content_words, hedges, names, negations
from aggregator.errors import Rejected
from aggregator.summarise.context import PageContext
from aggregator.summarise.extractive import ExtractiveEngine
from tests.analysis.stories import source
from tests.summarise.test_extractive import COURIER, GAZETTE, WIRE

SIZE = 100_000
RUNS = {
    "one letter": "a", "one capital": "A", "digits": "7", "commas": ",", "quotation marks": "“", "straight marks": '"',
    "apostrophes": "’", "spaces": " ", "line ends": "\n", "full stops": ".", "dashes": "—", "brackets": "(",
    "hyphenated": "a-a-a-", "titles": "Mr. ", "initials": "A. ", "groups of digits": "1,1,1,", "capitals": "A ",
    "denials": "not ", "possessives": "A’s ", "speech": "he said ", "quotations": "“a b c” said A, ",
    "negated": "an’t ", "sentences": "Ann Poe said that it was no good. ",
}  # fmt: skip
#: those that were the slowest to read
WORST = ("commas", "quotation marks", "apostrophes", "dashes", "spaces", "quotations", "initials", "sentences")
#: CPU seconds for 100 kB
MOST = 1.0
PAGE = PageContext(
    "s_1", "https://news.example/story/s_1", "2026-10-10T12:00:00Z", "2026-10-10T12:00:00Z", "2026-10-10"
)


def cost(work: Callable[[], object]) -> float:
    """CPU seconds of a piece of work."""
    before = time.process_time()
    work()
    return time.process_time() - before


def hostile(run: str) -> str:
    return (run * (SIZE // len(run) + 1))[:SIZE]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("read", [split_sentences, names, numbers, negations, hedges, content_words, traits])
def test_every_reader_of_words_is_linear(read: Callable[[str], object], run: str) -> None:
    text = hostile(run)

    assert cost(lambda: read(text)) < MOST


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_quotations_speech_and_statements_are_found_in_bounded_time(run: str) -> None:
    article = source("north", f"{WIRE}\n{hostile(run)}\n{COURIER}")

    assert cost(lambda: find_quotes(article)) < MOST
    assert cost(lambda: find_said(article)) < MOST
    assert cost(lambda: Statements([article])) < MOST
    assert "Dana Ruiz" in {quote.speaker for quote in find_quotes(article)}


@pytest.mark.parametrize("run", [RUNS[name] for name in WORST], ids=WORST)
def test_a_story_with_such_an_article_still_gets_its_page(run: str) -> None:
    sources = [
        source("north", WIRE, hours=0, title="Council bans gas-powered leaf blowers from April"),
        source("south", f"{COURIER} {hostile(run)}", hours=1, title="Landscapers lose a fight of two years"),
        source("east", f"{hostile(run)}\n{GAZETTE}", hours=2, title="Gas-powered leaf blowers will be banned"),
    ]
    analysis = analyse("s_1", sources)

    assert cost(lambda: find_claims(sources)) < MOST
    pages: list[object] = []
    assert cost(lambda: pages.append(ExtractiveEngine().write(analysis, PAGE))) < 3 * MOST
    assert not isinstance(pages[0], Rejected)


def test_a_key_of_many_digits_is_no_figure() -> None:
    assert numbers("The serial number is " + "7" * 400 + ".") == []
    assert [number.value for number in numbers("They counted 123,456,789,012 of them.")] == [123_456_789_012.0]
