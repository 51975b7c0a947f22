"""Own words: instances of templates, names found in the evidence, and nothing else."""

import pytest

from aggregator.summarise.speech import BY_FORM, OPENINGS, VERBS, licensed
from aggregator.summarise.templates import ABSENCES, LABELS, Known, is_own, number_of, understand

KNOWN = Known(
    passages=(
        "“People deserve quiet mornings,” said council member Dana Ruiz, who wrote the ban on leaf blowers.",
        "Beckett said battery models do not last a working day. Residents asked for limits on hours.",
    ),
    documents=("The group’s president, Tom Beckett, spoke. Sen. Ann Poe left.",),
    outlets=frozenset(["Valley Ledger"]),
    labels=frozenset(["Landscape Association"]),
    dates=frozenset(["October 21"]),
)


@pytest.mark.parametrize(
    "text",
    [
        ".", "; ", " and ", "Dana Ruiz", "Argues that ", "says: ", "Calls the ban ", "Rejects ",
        "Council member Dana Ruiz said: ", "Tom Beckett says that ", "; Beckett says that ", "Residents say that ",
        "The Landscape Association’s case: ", "The other side: ", "On October 21, ", "Valley Ledger reports that ",
        "On one point the two sides contradict each other: Beckett says that ",
        "The other side: according to Beckett, ",
    ],
)  # fmt: skip
def test_templates_and_names_are_own_words(text: str) -> None:
    assert is_own(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "Sadly, ", "Mary Jones says that ", "Harbor Post reports that ", "Calls the disgraceful ban ", "“",
        "On May 1, ", "Mayor Dana Ruiz said: ", "The Mayors’ case: ", "Beckett lied that ", "[1]", "<b>",
        "Beckett says that\n",
    ],
)  # fmt: skip
def test_anything_else_is_not(text: str) -> None:
    assert not is_own(text, KNOWN)


def test_slots_say_what_was_understood() -> None:
    own = understand("; Tom Beckett argues that ", KNOWN)

    assert own is not None
    assert (own.values("person"), own.values("says")) == (["Tom Beckett"], ["argues"])


def test_the_full_form_of_a_title_may_stand_for_its_short_one() -> None:
    known = Known(passages=("“No,” said Sen. Ann Poe.",))

    assert understand("Senator Poe", known, LABELS) is not None
    assert understand("Governor Poe", known, LABELS) is None


def test_an_absence_gives_its_numbers() -> None:
    own = understand("Residents, quoted in 34 % of comparable stories and in none of these three.", KNOWN, ABSENCES)

    assert own is not None
    assert own.numbers == [34, 3]


@pytest.mark.parametrize(
    ("text", "value"), [("three", 3), ("1,200", 1200), ("34 %", 34), ("7-2", None), ("many", None)]
)
def test_numbers_are_read_in_words_and_figures(text: str, value: float | None) -> None:
    assert number_of(text) == value


def test_no_opening_is_stronger_than_the_verb_of_the_source() -> None:
    says, argues = OPENINGS["Says that "], OPENINGS["Argues that "]

    assert all(licensed(says, form) for form in BY_FORM)
    assert licensed(argues, "argued")
    assert not licensed(argues, "said")


def test_every_verb_opens_a_sentence_for_one_and_for_several() -> None:
    for verb in VERBS:
        assert {OPENINGS[opening].base for opening in verb.openings} == {verb.base}
