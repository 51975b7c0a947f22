"""Exact mode: what may be left out of a source sentence, and what may not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.summarise.compose import lowered
from aggregator.summarise.exact import Reported, check_cut, check_quotation, check_reported, check_title, cuts, reported

VOTE = (
    "But the Harbor Falls city council, which has nine members, voted 7-2 on Tuesday to ban gas-powered leaf blowers"
    " (and mowers) from next April, after two years of complaints about noise."
)
BECKETT = (
    "Tom Beckett, president of the Harbor Falls Landscape Association, said on Friday that the ban would cost jobs."
)

ALLOWED = [
    ("The council met on Tuesday.", "The council met on Tuesday."),
    ("the council met on Tuesday", "The council met on Tuesday."),
    ("The council voted for the ban on Monday.", "But the council voted for the ban on Monday."),
    ("The council voted for the ban.", "However, the council voted for the ban."),
    ("The council voted for the ban.", "HARBOR FALLS (AP) — The council voted for the ban."),
    ("The council voted for the ban.", "Harbor Falls (CNN) The council voted for the ban."),
    ("The council voted 7-2 to ban leaf blowers.", "The council voted 7-2 on Tuesday to ban leaf blowers."),
    ("The council voted 7-2 to ban leaf blowers.", "The council voted 7-2 Tuesday to ban leaf blowers."),
    ("Officials in the city closed three schools.", "On Tuesday, officials in the city closed three schools."),
    ("The agency (EPA) closed the plant.", "The agency (EPA) closed the plant late on Tuesday night."),
    ("The agency closed the plant for good.", "The agency (EPA) closed the plant for good."),
    ("Tom Beckett voted for the ban.", "Tom Beckett, president of the Landscape Association, voted for the ban."),
    ("Dana Ruiz voted for the ban.", "Dana Ruiz, 43, voted for the ban."),
    ("Dana Ruiz voted for the ban.", "Dana Ruiz, who drafted the ordinance, voted for the ban."),
    ("Dana Ruiz voted for the ban.", "Dana Ruiz voted for the ban, which covers homeowners and contractors."),
    ("The city closed three schools.", "The city closed three schools, as crews worked on the main."),
]
REFUSED = [
    # a word added, moved, replaced
    ("The council met again on Tuesday.", "The council met on Tuesday."),
    ("On Tuesday the council met again.", "The council met again on Tuesday."),
    ("The board met again on Tuesday.", "The council met again on Tuesday."),
    ("The council voted 2-7 for the ban.", "The council voted 7-2 for the ban."),
    # negation, hedge, modal, status
    ("The mayor did say that he would sign it.", "The mayor did not say that he would sign it."),
    ("The mayor signed the measure on Monday.", "The mayor reportedly signed the measure on Monday."),
    ("The former mayor of Harbor Falls sued.", "The former mayor of Harbor Falls never sued."),
    ("The mayor of Harbor Falls sued the state.", "The former mayor of Harbor Falls sued the state."),
    ("The ban takes effect in April next year.", "The proposed ban takes effect in April next year."),
    ("The city bans all leaf blowers there.", "The city could ban all leaf blowers there."),
    # attribution and condition
    ("The ban will cost two hundred jobs.", "The ban will cost two hundred jobs, according to the trade group."),
    ("The ban will cost two hundred jobs.", "The ban will cost two hundred jobs, the trade group said."),
    ("The ban takes effect in April next year.", "The ban takes effect in April next year, unless a judge steps in."),
    ("The ban takes effect in April next year.", "The ban takes effect in April next year, if the mayor signs it."),
    ("Ruiz voted for the ban on blowers.", "Ruiz, who said that it was too late, voted for the ban on blowers."),
    ("The city closed its schools.", "The city closed its schools, which did not surprise anybody."),
    # the subject, or a piece of the sentence that must stay
    (
        "In yet another sign of trouble at 9.6 weeks, has been blocked.",
        "In yet another sign of trouble in Ohio, the law at 9.6 weeks, has been blocked.",
    ),
    ("In Ohio closed the plant for good.", "In Ohio, the governor, a Democrat, closed the plant for good."),
    ("On, officials closed three of the schools.", "On Tuesday, officials closed three of the schools."),
    ("Providers such closed three of the schools.", "Providers such as Hollow Creek closed three of the schools."),
    ("Russia and China voted for the ban.", "Russia, the United States, and China voted for the ban."),
    ("The paper released found three leaks.", "The paper released on Tuesday found three leaks."),
    ("Dana Ruiz, who wrote the ordinance.", "Dana Ruiz, who wrote the ordinance, voted for the ban."),
    ("The council met for two hours.", "The council met Monday for two hours and Tuesday for three."),
    ("He left on some day, days before the vote.", "He left on Tuesday, days before the vote."),
    # the inside of a quotation
    (
        "“The council, with nine members, voted,” he said.",
        "“The council, which is mad, with nine members, voted,” he said.",
    ),
    ("The people deserve quiet mornings here.” she said.", "But the people deserve quiet mornings here.” she said."),
    # too much
    ("", "The council met again on Tuesday."),
    ("Dana Ruiz voted.", "Dana Ruiz, who wrote the ordinance, voted on Tuesday."),
]  # fmt: skip


@pytest.mark.parametrize(("cut", "passage"), ALLOWED)
def test_adjuncts_may_go(cut: str, passage: str) -> None:
    assert check_cut(cut, passage) == ""


@pytest.mark.parametrize(("cut", "passage"), REFUSED)
def test_everything_else_stays(cut: str, passage: str) -> None:
    assert check_cut(cut, passage) != ""


def test_the_shorter_forms_come_longest_first() -> None:
    found = list(cuts(VOTE))

    assert found[-1] == ("The Harbor Falls city council voted 7-2 to ban gas-powered leaf blowers from next April.")
    assert [len(text) for text in found] == sorted((len(text) for text in found), reverse=True)
    assert len(found) == len(set(found))


def test_a_shorter_form_is_a_sentence_and_an_allowed_cut() -> None:
    for text in cuts(VOTE):
        assert check_cut(text, VOTE) == ""
        assert re.fullmatch(r"[A-Z].*[^,]\.", text)
        assert not re.search(r"  | ,|,,", text)


def test_a_sentence_without_adjuncts_has_no_shorter_form() -> None:
    assert list(cuts("The council banned leaf blowers.")) == []


@pytest.mark.parametrize(
    ("passage", "clause", "speaker", "verb"),
    [
        (
            BECKETT,
            "the ban would cost jobs",
            "Tom Beckett, president of the Harbor Falls Landscape Association,",
            "said",
        ),
        ("Ruiz told the council the day before that the ban is overdue.", "the ban is overdue", "Ruiz", "told"),
        ("The ban will cost jobs, Tom Beckett said.", "The ban will cost jobs", "Tom Beckett said", "said"),
        (
            "The ban will cost jobs, said Tom Beckett, a trader.",
            "the ban will cost jobs",
            "Tom Beckett, a trader",
            "said",
        ),
        ("The ban will cost jobs, according to the group.", "the ban will cost jobs", "the group", "according to"),
        ("According to Beckett, the ban will cost jobs.", "the ban will cost jobs", "Beckett", "according to"),
        ("Beckett urged the council to wait for a year.", "the council to wait for a year", "Beckett", "urged"),
        (
            "Beckett said the ban will cost jobs, but declined to say how many.",
            "the ban will cost jobs",
            "Beckett",
            "said",
        ),
        ("Ruiz denied that the ban will cost jobs.", "the ban will cost jobs", "Ruiz", "denied"),
    ],
)
def test_reported_words_are_found_with_their_speaker(passage: str, clause: str, speaker: str, verb: str) -> None:
    found = check_reported(clause, passage)

    assert isinstance(found, Reported)
    assert (found.speaker, found.verb) == (speaker, verb)


@pytest.mark.parametrize(
    "passage",
    [
        "The council banned leaf blowers.",
        "Ruiz did not say that the ban is overdue.",
        "Ruiz, who said that the ban is overdue, voted for it.",
        "When asked what the ban costs, Ruiz left the room.",
        "Ruiz reportedly said that the ban is overdue.",
        "“The ban is overdue,” Ruiz said.",
    ],
)
def test_no_words_are_reported_where_none_are_said(passage: str) -> None:
    assert reported(passage) == ()


def test_at_second_hand_the_last_speaker_counts() -> None:
    found = reported("Beckett argued that the ban would cost jobs, the Ledger reported.")

    assert [(one.speaker, one.verb) for one in found] == [("the Ledger reported", "reported")]


@pytest.mark.parametrize(
    ("words", "reason", "spoken"),
    [
        ("a tax on the little guy", "", True),
        ("This is a tax on the little guy", "", True),
        ("said Tom Beckett", "", False),
        ("a tax on the Little guy", "the words are not in the passage", False),
        ("tax on the little gu", "the words are not in the passage", False),
        ("good for anybody", "the rest of the clause takes back or limits what is quoted", False),
    ],
)
def test_a_quotation_is_verbatim_and_fair(words: str, reason: str, spoken: bool) -> None:
    passage = "“This is a tax on the little guy. It is not good for anybody,” said Tom Beckett, who leads the group."

    assert check_quotation(words, passage) == (reason, spoken)


@pytest.mark.parametrize(
    ("headline", "title", "allowed"),
    [
        ("Council Votes to Ban Leaf Blowers", "Council votes to ban leaf blowers", True),
        ("Council Votes to Ban Leaf Blowers", "Council Votes to Ban Leaf Blowers, as Landscapers Protest", True),
        ("Council Votes to Ban Leaf Blowers", "Breaking: Council Votes to Ban Leaf Blowers | The Post", True),
        ("Council Votes to Ban Leaf Blowers", "Council Votes to Ban Leaf Blowers if Mayor Agrees", False),
        ("Council Votes to Ban", "Council Votes to Ban Leaf Blowers", False),
        ("Ban Will Cost Jobs", "Beckett: Ban Will Cost Jobs", False),
        ("Council Votes to Ban Leaf Blowers", "Council Votes Not to Ban Leaf Blowers", False),
    ],
)
def test_a_title_is_cut_at_the_boundary_of_a_clause_only(headline: str, title: str, allowed: bool) -> None:
    assert (check_title(headline, title) == "") is allowed


PLAIN = "The mayor of Harbor Falls signed the narrow ban that nobody had asked him for."
WORDS = """
the Council Ruiz , who , said voted not a an mayor of Ohio on Tuesday ( EPA ) “ ” " . after which as has been in But
7-2 ’s — ;
"""


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join)))
def test_any_text_is_borne(text: str) -> None:
    for shorter in cuts(text):
        assert check_cut(shorter, text) == ""
    reported(text)
    check_title(text, text)
    check_quotation(text[3:9], text)


@given(st.data())
def test_no_single_word_of_a_plain_sentence_may_go(data: st.DataObject) -> None:
    words = PLAIN.split()
    at = data.draw(st.integers(0, len(words) - 1))

    assert check_cut(" ".join(words[:at] + words[at + 1 :]), PLAIN) != ""


def test_a_dateline_without_a_dash_goes_whole() -> None:
    text = "New York (CNN Business) After a week of criticism, the council said on Sunday that it was sorry about it."
    assert "After a week of criticism, the council said on Sunday that it was sorry about it." in set(cuts(text))
    assert check_cut("New York After a week of criticism, the council said on Sunday that it was sorry about it.", text)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Moscow was kicked out of the group.", "Moscow was kicked out of the group."),
        ("Republicans voted against the plan.", "Republicans voted against the plan."),
        ("Local 92 had no say in it.", "Local 92 had no say in it."),
        ("In 2011, half of the arrests were there.", "in 2011, half of the arrests were there."),
        ("Drivers walked out on Monday.", "drivers walked out on Monday."),
    ],
)
def test_behind_reports_that_only_a_common_word_loses_its_capital(text: str, printed: str) -> None:
    assert lowered(text, text) == printed
