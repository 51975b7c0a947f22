import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from aggregator.stories.terms import STOP_WORDS, term_counts, terms


def test_case_accents_and_the_possessive_are_folded() -> None:
    assert list(terms("Élysée\u2019s ÉLYSÉE Elysee's")) == ["elysee"] * 3


def test_words_may_hold_marks_inside_and_figures_count() -> None:
    assert list(terms("(U.S.-led AT&T's merger, well-known: 2.5% of 85)")) == [
        "u.s",
        "led",
        "at&t",
        "merger",
        "well-known",
        "2.5",
        "85",
    ]


def test_stop_words_and_single_letters_are_left_out() -> None:
    assert list(terms("The senator doesn\u2019t say x on Monday")) == ["senator"]


def test_other_scripts_have_terms() -> None:
    assert list(terms("Путин встретился")) == ["путин", "встретился"]


def test_title_words_count_threefold() -> None:
    assert term_counts("Flood hits", "Flood water rises", 250) == {"flood": 4, "hits": 3, "water": 1, "rises": 1}


def test_only_the_first_words_of_the_text_count() -> None:
    assert term_counts("", "alpha beta  gamma\ndelta", 3) == {"alpha": 1, "beta": 1, "gamma": 1}
    assert term_counts("", "", 3) == {}


def test_a_text_without_spaces_has_no_more_terms_than_its_first_words_could_have() -> None:
    endless = "/".join(f"w{number}" for number in range(100_000))
    assert len(term_counts("", endless, 250)) < 250 * 40
    assert len(term_counts("", "one " * 10 + endless, 11)) < 11 * 40


@given(st.text())
def test_any_text_gives_clean_terms(text: str) -> None:
    for term in terms(text):
        assert len(term) > 1
        assert term not in STOP_WORDS
        assert not any(unicodedata.combining(letter) or letter.isspace() for letter in term)
