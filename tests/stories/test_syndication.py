"""Copies of one text are found however they were cut, and nothing else is taken for one."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.stories.syndication import Carried, Reuse, find_copies, syndication_groups

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


def test_copies_that_credit_an_absent_agency_name_it_and_the_earliest_stands_for_them() -> None:
    texts = {
        "late": carried(article(1), 2, wire="Northern Press", outlet="Elm Gazette"),
        "early": carried(article(1), 1, outlet="Plainview Courier"),
        "other": carried(article(2), 0, wire="Northern Press", outlet="Harbor Tribune"),
    }

    found = find_copies(texts)

    assert found.originals == {"late": "early", "early": "early", "other": "other"}
    assert found.credits == {"early": "Northern Press"}


def test_of_two_agencies_the_one_that_is_in_the_story_is_the_origin_else_the_one_that_more_copies_credit() -> None:
    here = {
        "a": carried(article(1), 0, wire="Northern Press", outlet="Elm Gazette"),
        "b": carried(article(1), 1, wire="Meridian Wire", outlet="Harbor Tribune"),
        "wire": carried(article(1), 9, outlet="The Meridian Wire"),
    }
    away = {**here, "wire": carried(article(1), 9, wire="Meridian Wire", outlet="Brass Pickle")}

    assert set(find_copies(here).originals.values()) == {"wire"}
    assert find_copies(here).credits == {}
    assert find_copies(away).credits == {"a": "Meridian Wire"}


def test_a_text_that_nobody_else_carries_is_its_outlets_own_whomever_it_credits() -> None:
    found = find_copies({"a": carried(article(1), wire="Northern Press", outlet="Elm Gazette")})

    assert (found.originals, found.credits) == ({"a": "a"}, {})


def test_a_text_of_which_half_is_anothers_is_told_and_not_collapsed() -> None:
    half = "\n".join([*article(1).split("\n")[:6], *article(2).split("\n")[:6]])
    texts = {"own": carried(article(1), 0, outlet="A"), "copy": carried(article(1), 1, outlet="B")}
    texts |= {"half": carried(half, 2, outlet="C"), "alone": carried(article(3), 3, outlet="D")}

    found = find_copies(texts)

    assert found.originals == {"own": "own", "copy": "own", "half": "half", "alone": "alone"}
    assert [(one.article_id, one.of, one.kind) for one in found.reuses] == [("half", "own", "partial")]
    assert 0.45 < found.reuses[0].share < 0.55


def test_an_outlet_that_repeats_itself_reuses_nobodys_text() -> None:
    half = "\n".join([*article(1).split("\n")[:6], *article(2).split("\n")[:6]])

    assert find_copies({"a": carried(article(1), outlet="A"), "b": carried(half, 1, outlet="A")}).reuses == ()


def test_the_beginning_of_an_article_is_a_possible_copy_and_counts_for_itself() -> None:
    lead = " ".join(article(1).split()[:60])
    texts = {"whole": carried(article(1), outlet="A"), "lead": carried(lead, 1, outlet="B")._replace(whole=False)}
    same = {name: carried(lead, n, outlet=name)._replace(whole=False) for n, name in enumerate("ab")}

    assert find_copies(texts).originals == {"whole": "whole", "lead": "lead"}
    assert find_copies(texts).reuses == (Reuse("lead", "whole", 1.0, "possible-copy"),)
    assert find_copies(same).reuses == (Reuse("b", "a", 1.0, "possible-copy"),)


def test_a_copy_of_which_a_hundred_words_were_seen_is_one() -> None:
    seen = " ".join(article(1).split()[:110])
    texts = {"whole": carried(article(1)), "seen": carried(seen, 1)._replace(whole=False)}

    assert find_copies(texts).originals == {"whole": "whole", "seen": "whole"}


def test_a_copy_without_date_counts_from_when_it_was_found() -> None:
    texts = {
        "found-before": carried(article(1), 1),
        "dated": carried(article(1), 2),
        "found-after": carried(article(1), 3),
    }

    assert set(syndication_groups(texts).values()) == {"found-before"}


@pytest.mark.parametrize("text", ["", "Five words are no text.", "buffalo " * 2000, "Read on. Subscribe. " * 50])
def test_texts_that_say_too_little_are_nobodys_copy(text: str) -> None:
    found = find_copies({name: carried(text) for name in "abc"} | {"own": carried(article(1))})

    assert found.originals == {"a": "a", "b": "b", "c": "c", "own": "own"}
    assert found.reuses == ()


def test_the_notice_of_an_agency_below_a_short_text_makes_it_no_other_text() -> None:
    short = " ".join(article(1).split()[:36])
    notice = (
        "© 2026 Meridian Wire. All rights reserved. This material may not be published, broadcast, rewritten or "
        "redistributed without permission, whoever may ask for it and for whatever purpose that may be."
    )

    assert set(syndication_groups({"a": carried(article(1, 3)), "b": carried(f"{short}\n{notice}", 1)}).values()) == {
        "a"
    }


def test_ten_thousand_copies_are_one_group_also_if_each_differs() -> None:
    words = article(1, 3).split()
    texts = {f"a{n:05}": carried(article(1, 3), n / 9999) for n in range(10_000)}
    few = {f"b{n:05}": carried(" ".join([*words[: n % 90], f"w{n}", *words[n % 90 + 1 :]]), 2) for n in range(600)}

    assert set(syndication_groups(texts | few).values()) == {"a00000"}


def test_copies_are_found_also_where_other_texts_that_share_half_come_first() -> None:
    paragraphs = article(1).split("\n")
    first = "\n".join([*paragraphs[:6], *article(2).split("\n")[:6]])
    last = "\n".join([*paragraphs[6:], *article(3).split("\n")[:6]])
    copies = {f"c{n}": carried(f"{article(1)} Ends{n}.", 9) for n in range(60)}

    found = syndication_groups({"a": carried(first), "b": carried(last), **copies})

    assert found == {"a": "a", "b": "b"} | dict.fromkeys(copies, found["c0"])


def test_short_texts_are_nobodys_copy() -> None:
    texts = {name: carried("The story continues below. Subscribe to read on.") for name in "abc"}

    assert syndication_groups(texts) == {"a": "a", "b": "b", "c": "c"}


def test_five_hundred_copies_are_one_group() -> None:
    texts = {f"a{n:03}": carried(article(1, 3), n) for n in range(500)}

    assert set(syndication_groups(texts).values()) == {"a000"}


@given(st.permutations(range(9)))
@settings(max_examples=20)
def test_the_order_of_the_articles_changes_nothing(order: list[int]) -> None:
    texts = {f"a{n}": carried(cut(0.1 * (n % 3))(article(n // 3, 4)), n) for n in range(9)}
    shuffled = {f"a{n}": texts[f"a{n}"] for n in order}

    assert syndication_groups(shuffled) == syndication_groups(texts)


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=200), max_size=5))
@settings(max_examples=100)
def test_any_text_has_an_original_that_is_its_own_original(texts: Mapping[str, str]) -> None:
    found = syndication_groups({key: carried(text) for key, text in texts.items()})

    assert found.keys() == texts.keys()
    assert all(found[original] == original for original in found.values())
