"""A narrator's jokes, verdicts and asides are not printed as report; what a speaker says is."""

import pytest

from aggregator.summarise.commentary import judge
from aggregator.summarise.narrator import is_narrated
from aggregator.summarise.wording import is_report
from tests.summarise.test_extractive import source


@pytest.mark.parametrize(
    "text",
    [
        "Curiously, the bill leaves private schools alone.",
        "The first million, note, is untouched.",
        "Nobody in Ashgrove this week rose to defend the telephone.",
        "Were the senators to count, they would begin at the other end of the shelf.",
        "If the prosecutor is right, somebody grew rich on the harbour.",
        "The town may never learn which of the two engineers had a point.",
        "This decision is bad news for thousands of tenants in the valley.",
        "The most draconian parts of the law were not in force in June.",
        "Investors like the growth; the question is who holds the risk.",
        "Count the small suppliers, and the share of the two companies falls.",
        "One imagines the reaction had the money gone missing elsewhere.",
        "So are most of the people in the state.",
    ],
)
def test_the_narrators_own_verdict_is_no_report(text: str) -> None:
    assert is_narrated(text)


@pytest.mark.parametrize(
    "text",
    [
        "No one was injured in the blast, the fire service said.",
        "Rivera called the plan “draconian” and left the room.",
        "The union said that the company would never agree to five paid hours.",
        "The council voted 7 to 2 on Tuesday to close the bridge until May.",
        "Had he known of the leak, he would have called the crew, Adler said.",
    ],
)
def test_plain_report_and_what_a_speaker_is_given_for_stay(text: str) -> None:
    assert not is_narrated(text)


@pytest.mark.parametrize(
    "text",
    [
        "A bill that was heard last week, the Open Model Act, would, but it has not reached a vote.",
        "New York After a week of criticism, the paper said on Sunday it was sorry about the cartoon.",
        "Interim report findings The interim report into the crash finds that the pilots followed the rules.",
        "Transfers and contributions (in millions) Note: The senator ended the quarter with $11 million.",
        "Con: His style in opinions and speeches could give opponents material to question him on.",
        "As Lakeshore's Carla Jensen has reported, Peters is not the first nominee to be questioned.",
        "The rallies here celebrate the movement's star and and now its president, Paul Adler.",
        "The wife of Mr. Adler had run for office in the state with the help of then-Gov.",
        "Members pressed officials with questions. specific policy questions and got few answers.",
    ],
)
def test_broken_sentences_and_furniture_are_no_report(text: str) -> None:
    assert not is_report(text)


_REPORT = "The council voted on Tuesday to close the bridge, its clerk said."
_VERDICT = "Curiously, nobody in the town hall could really say what the bridge is for."


def test_an_article_that_judges_and_names_no_speaker_is_commentary() -> None:
    assert judge(source("a", "Council closes the bridge", text=" ".join([_VERDICT] * 8 + [_REPORT] * 2))).is_commentary


def test_an_article_that_says_who_said_what_is_report() -> None:
    found = judge(source("a", "Council closes the bridge", text=" ".join([_REPORT] * 9 + [_VERDICT])))
    assert not found.is_commentary
    assert found.share == pytest.approx(0.1)


def test_questions_set_as_headings_do_not_make_an_explainer_commentary() -> None:
    text = "\n".join(f"What did the council decide, part {at}?\n{_REPORT}" for at in range(6))
    assert judge(source("a", "Council closes the bridge", text=text)).share == 0.0


def test_a_title_that_demands_something_tells_against_an_article() -> None:
    plain = "The council closed the bridge on Tuesday after two votes."
    text = " ".join([_VERDICT, *[plain] * 4, _REPORT])
    assert not judge(source("a", "Council closes the bridge", text=text)).is_commentary
    assert judge(source("a", "The council should reopen the bridge", text=text)).is_commentary
