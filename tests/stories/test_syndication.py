"""Copies of one text are found however they were cut, and nothing else is taken for one."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.stories.syndication import Carried, syndication_groups

NOON = datetime(2026, 10, 10, 12, tzinfo=UTC)
VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "r", "st", "lk", "ve", "mo")]


def article(seed: int, paragraphs: int = 12) -> str:
    """A text of its own: two sentences of words drawn by `seed` a paragraph."""
    random = Random(seed)
    sentences = [" ".join(random.choices(VOCABULARY, k=20)).capitalize() + "." for _ in range(2 * paragraphs)]
    return "\n".join(" ".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2))


def carried(text: str, hours: float = 0, *, title: str = "", wire: str = "", outlet: str = "") -> Carried:
    return Carried(title, text, NOON + timedelta(hours=hours), wire, outlet)


def cut(share: float) -> Callable[[str], str]:
    return lambda text: text[: int(len(text) * (1 - share))]


def with_agency(text: str) -> str:
    notice = "Copyright Meridian Wire. All rights reserved. This text may not be published or rewritten."
    return f"TAMARACK (Meridian) — {text}\n{notice}"


def reordered(text: str) -> str:
    paragraphs = text.split("\n")
    return "\n".join(paragraphs[1::2] + paragraphs[::2])


def some_replaced(text: str) -> str:
    other = article(99).split("\n")
    return "\n".join(other[n] if n % 7 == 3 else paragraph for n, paragraph in enumerate(text.split("\n")))


def with_two_inserted(text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([first, article(98, 1), *rest, article(97, 1)])


@pytest.mark.parametrize(
    "change",
    [str, cut(0.3), cut(0.7), with_agency, reordered, some_replaced, with_two_inserted, str.upper],
    ids=["same", "cut-30", "cut-70", "agency", "reordered", "replaced", "inserted", "upper"],
)
def test_a_copy_is_found_however_it_was_changed(change: Callable[[str], str]) -> None:
    texts = {f"own{n}": carried(article(n)) for n in range(8)}
    texts |= {f"copy{n}": carried(change(article(n)), 1, title="Another headline") for n in range(8)}

    found = syndication_groups(texts)

    assert found == {f"{kind}{n}": f"own{n}" for kind in ("own", "copy") for n in range(8)}


def test_two_reports_that_share_a_long_statement_are_two_texts() -> None:
    statement = "“" + " ".join(article(5, 3).split()) + "”"
    texts = {name: carried(f"{article(seed, 3)}\n{statement}") for name, seed in (("a", 1), ("b", 2))}

    assert syndication_groups(texts) == {"a": "a", "b": "b"}


def test_a_note_that_shares_a_paragraph_with_a_long_report_is_a_text_of_its_own() -> None:
    shared = article(5, 1)
    texts = {"note": carried(f"{shared}\n{article(6, 1)}"), "report": carried(f"{article(7, 12)}\n{shared}")}

    assert syndication_groups(texts) == {"note": "note", "report": "report"}


def test_the_original_is_the_agency_that_a_copy_credits_even_if_it_was_seen_later() -> None:
    texts = {
        "copy": carried(article(1), 0, wire="Meridian Wire", outlet="Plainview Courier"),
        "wire": carried(article(1), 2, wire="Meridian Wire", outlet="Meridian Wire"),
    }

    assert syndication_groups(texts) == {"copy": "wire", "wire": "wire"}


def test_without_an_agency_the_earliest_is_the_original_then_the_longest() -> None:
    late = {"a": carried(article(1), 2), "b": carried(article(1), 1)}
    cut_short = {"a": carried(cut(0.3)(article(1))), "b": carried(article(1))}

    assert set(syndication_groups(late).values()) == {"b"}
    assert set(syndication_groups(cut_short).values()) == {"b"}


def test_copies_of_a_copy_have_one_original() -> None:
    paragraphs = article(1, 20).split("\n")
    parts = {"a": paragraphs[:14], "b": paragraphs[3:17], "c": paragraphs[7:]}
    texts = {name: carried("\n".join(part), hours) for hours, (name, part) in enumerate(parts.items())}

    assert set(syndication_groups(texts).values()) == {"a"}


def test_short_texts_are_nobodys_copy() -> None:
    texts = {name: carried("The story continues below. Subscribe to read on.") for name in "abc"}

    assert syndication_groups(texts) == {"a": "a", "b": "b", "c": "c"}


def test_five_hundred_copies_are_one_group() -> None:
    texts = {f"a{n:03}": carried(article(1, 3), n) for n in range(500)}

    assert set(syndication_groups(texts).values()) == {"a000"}


@given(st.permutations(range(9)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_articles_changes_nothing(order: list[int]) -> None:
    texts = {f"a{n}": carried(cut(0.1 * (n % 3))(article(n // 3, 4)), n) for n in range(9)}
    shuffled = {f"a{n}": texts[f"a{n}"] for n in order}

    assert syndication_groups(shuffled) == syndication_groups(texts)


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=200), max_size=5))
@settings(max_examples=100, deadline=None)
def test_any_text_has_an_original_that_is_its_own_original(texts: Mapping[str, str]) -> None:
    found = syndication_groups({key: carried(text) for key, text in texts.items()})

    assert found.keys() == texts.keys()
    assert all(found[original] == original for original in found.values())
