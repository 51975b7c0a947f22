"""Diffs of two texts: what stayed, went and came; nothing a hostile text holds makes them slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.articles.diffs import diff, sentences, word_change

OLD = 'The bridge is closed. It was built in 1931.\n"It is unsafe," said Ann Ash. The repair costs 2 million dollars.'


def told(old: str, new: str) -> list[str]:
    signs = {"same": " ", "gone": "-", "new": "+"}
    return [f"{signs[one.kind]} {one.text}" for one in diff(old, new)]


def test_an_edited_sentence_is_gone_and_new_among_those_that_stayed() -> None:
    assert told(OLD, OLD.replace("2 million", "3 million")) == [
        "  The bridge is closed.",
        "  It was built in 1931.",
        '  "It is unsafe," said Ann Ash.',
        "- The repair costs 2 million dollars.",
        "+ The repair costs 3 million dollars.",
    ]


def test_blanks_and_line_ends_are_no_change() -> None:
    assert {one.kind for one in diff(OLD, OLD.replace(". ", ".\n\n  ").replace("It was", "It\u00a0was"))} == {"same"}


def test_a_sentence_that_moved_is_gone_here_and_new_there() -> None:
    assert told("One. Two. Three.", "Two. Three. One.") == ["- One.", "  Two.", "  Three.", "+ One."]


@pytest.mark.parametrize(("old", "new"), [("", ""), ("", OLD), (OLD, "")])
def test_empty_texts_are_texts(old: str, new: str) -> None:
    assert [one.kind for one in diff(old, new)] == ["gone"] * len(sentences(old)) + ["new"] * len(sentences(new))


FEW = st.lists(st.sampled_from(["One.", "Two.", "Three is here.", "Four!", "Five?"]), max_size=12).map(" ".join)


@given(FEW | st.text(max_size=60), FEW | st.text(max_size=60))
def test_a_diff_holds_both_texts_in_order(old: str, new: str) -> None:
    found = diff(old, new)
    assert [one.text for one in found if one.kind != "new"] == sentences(old)
    assert [one.text for one in found if one.kind != "gone"] == sentences(new)


@given(FEW)
def test_a_text_beside_itself_has_no_change(text: str) -> None:
    assert all(one.kind == "same" for one in diff(text, text))


def test_words_are_counted_wherever_they_stand() -> None:
    assert word_change("a b c", "c b d e") == (2, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A. " * 100_000, "A. " * 99_999 + "B."),
        ("A. B. " * 60_000, "B. A. " * 60_000),
        ("x" * 400_000, "x" * 400_001),
        ('." ' * 100_000, '"). ' * 100_000),
        (" ".join(f"S{n}." for n in range(60_000)), " ".join(f"S{n}." for n in reversed(range(60_000)))),
    ],
    ids=["one sentence", "two in turn", "one word", "marks", "reversed"],
)
def test_hostile_texts_take_time_in_proportion_to_their_length(old: str, new: str) -> None:
    began = time.process_time()
    diff(old, new)
    assert time.process_time() - began < 3
