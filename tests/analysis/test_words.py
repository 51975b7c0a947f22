"""Names, figures and content words of sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.analysis.words import content_words, hedges, name_key, names, negations, numbers


def found(text: str) -> list[str]:
    return [name.text for name in names(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bill of Senator Maria de la Cruz passed.", ["Maria de la Cruz"]),
        ("He left the Department of Justice for Halcyon Micro.", ["Department of Justice", "Halcyon Micro"]),
        ("Critics of Trump’s White House said so.", ["Trump", "White House"]),
        (
            "On Monday, U.S. Rep. J. D. Vance met Gregory Sandoval-Pruitt.",
            ["U.S.", "J. D. Vance", "Gregory Sandoval-Pruitt"],
        ),
        ("However, officials of the Justice Department agreed.", ["Justice Department"]),
        ("Supreme Court Justice Elena Kagan wrote it.", ["Supreme Court", "Elena Kagan"]),
        ("In March, I told the CDC about COVID-19.", ["CDC", "COVID-19"]),
        ("the Centers for Disease Control and Prevention", ["Centers for Disease Control and Prevention"]),
    ],
)
def test_names_are_runs_of_capitals_without_titles_and_possessives(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The head of the Taxpayers’ League spoke.", ["Taxpayers’ League"]),
        ("He led the National Taxpayers' Union and the Police Officers’ Pension Fund.",
         ["National Taxpayers' Union", "Police Officers’ Pension Fund"]),
        ("It was the Detroit Tigers’ Miguel Brera who ran.", ["Detroit Tigers", "Miguel Brera"]),
        ("They sang ‘for all Democrats’ Biden said.", ["Democrats", "Biden"]),
    ],
)  # fmt: skip
def test_an_organisation_may_be_named_after_its_members(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_a_word_at_the_head_of_a_sentence_is_judged_by_its_use_elsewhere() -> None:
    assert found("Hope faded. They lost hope.") == []
    assert [name.text for name in names("Hope spoke first.", "They asked Hope twice, and Hope answered.")] == ["Hope"]


def test_a_name_is_compared_without_title_possessive_and_accents() -> None:
    assert name_key("Sen. José Núñez Jr.") == name_key("Jose Nunez’s") == "jose nunez"
    assert name_key("U.S.") == "us"


@pytest.mark.parametrize(
    ("text", "value", "unit", "high", "hedge"),
    [
        ("a $38.5 billion deal", 38.5e9, "USD", None, ""),
        ("about 2.5 million euros", 2.5e6, "EUR", None, "about"),
        ("rose by 11 to 14 percent", 11, "percent", 14, ""),
        ("a cut of 3 percentage points", 3, "points", None, ""),
        ("At least 12 people were killed", 12, "killed", None, "at least"),
        ("the death toll rose to 19", 19, "killed", None, ""),
        ("and 30 injured", 30, "injured", None, ""),
        ("more than 2,300 new jobs", 2300, "job", None, "more than"),
        ("voted 7-2 for it", 7, "vote", 2, ""),
        ("on Oct. 14, 2026, the", 20261014, "date", None, ""),
        ("since 2024 it", 2024, "year", None, ""),
        ("at 5:30 p.m. sharp", 17.5, "time", None, ""),
        ("a 3-year-old boy", 3, "age", None, ""),
        ("twenty-one schools closed", 21, "school", None, ""),
        ("up to 40 firms", 40, "firm", None, "up to"),
    ],
)
def test_a_figure_has_its_value_unit_range_and_hedge(
    text: str, value: float, unit: str, high: float | None, hedge: str
) -> None:
    [number] = numbers(text)

    assert (number.value, number.unit, number.high, number.hedge) == (value, unit, high, hedge)


@pytest.mark.parametrize("text", ["COVID-19 and the F-16", "a page on example.org/2024x", "one of them", "Section B2"])
def test_digits_inside_words_are_no_figures(text: str) -> None:
    assert numbers(text) == []


def test_content_words_are_folded_stemmed_and_without_function_words() -> None:
    assert content_words("The judges’ rulings were blocked") == content_words("A judge ruling blocks")


def test_hedges_and_negations_are_seen() -> None:
    assert hedges("It could reportedly cost more than that.") == ("could", "reportedly", "more than")
    assert negations("They don’t plan to, and he denied it; not now.") == ("don’t", "denied", "not")


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(["$", "Mr. ", "3", "-", "1,000", " to ", "Jan. ", "IV", "O’", " of ", " million"])
        | st.text(max_size=10),
        max_size=30,
    ).map("".join)
)
def test_offsets_are_verbatim_whatever_the_text(text: str) -> None:
    for found_name in names(text):
        assert text[found_name.start : found_name.end] == found_name.text
    last = 0
    for number in numbers(text):
        assert text[number.start : number.end] == number.text
        assert number.start >= last
        last = number.end
