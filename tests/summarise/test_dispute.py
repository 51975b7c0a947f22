"""Disputes: who is found to stand against whom, and what the page prints of the two sides."""

import pytest

from aggregator.analysis.model import SourceText
from aggregator.summarise.dispute import find_camps
from aggregator.summarise.exact import Reported, check_reported
from aggregator.summarise.holders import voices
from aggregator.summarise.naming import read_called
from aggregator.summarise.selection import Story
from aggregator.summarise.statements import opened
from tests.summarise.test_extractive import analysed, dispute, source, written

TRIAL = """SALTMERE (Wire) — A grand jury charged Saltmere harbor master Owen Pryce with fraud on Monday over \
contracts for the north pier.
Prosecutors say that Pryce steered three pier contracts to a company that his cousin owns.
"The harbor contracts were sold, and the public paid for them twice," said Ellen Voss, the district attorney.
Pryce's lawyer, Martin Hale, said that the charges should never have been filed at all.
"There is no evidence in this indictment that a single dollar reached my client," Hale said.
The trial is scheduled to begin in Saltmere on March 3."""

MERGER = """SALTMERE (Wire) — Judge Ann Teller blocked the merger of the ferry lines Corliss Ferries and Bay Link on \
Tuesday, and fares will stay under review.
The Marine Safety Bureau, which sued in May, had asked the court to stop the merger.
"The merger would have left commuters with one ferry line and no choice," said Paul Renner, director of the Marine \
Safety Bureau.
Corliss Ferries said that the ruling would cost 300 jobs and that the merger was necessary to pay for new boats.
"The court must not decide how many boats a bay needs," said Lena Moss, chief executive of Corliss Ferries.
Corliss Ferries and Bay Link carry about 40,000 passengers a day across Saltmere Bay."""

COURT = """TAMARACK (Wire) — The Supreme Court upheld the state's ban on night fishing on Monday in a 5-4 decision.
Justice Carl Ames, who wrote for the majority, said that the ban should stand because the legislature may protect \
the lake.
Justice Rosa Lund wrote in her dissent that the ban would harm families who have fished at night for a century.
"The decision takes a right away and gives no reason for it," Justice Rosa Lund wrote in her dissent.
The ban on night fishing covers 14 lakes and takes effect on June 1."""

VOTE = """TAMARACK (Wire) — The state Senate approved a bill on fuel taxes on Thursday by 21 to 18, a party-line vote.
Democrats say that the bill would pay for roads that 200,000 drivers use every day.
Republicans argue that the bill would punish rural families who have no other way to work.
The bill on fuel taxes now goes to the House, which is expected to vote on Monday."""

RATES = """TAMARACK (Wire) — The White House said on Friday that it would cut the coast guard budget by 4 percent.
Senior administration officials say that the cut was aimed at money that the coast guard must return anyway.
The White House says that a good part of the cut comes from the budget of last year.
The cut of the coast guard budget would save $90 million, according to the plan."""


def told_by_three(text: str, title: str, *changes: tuple[str, str]) -> tuple[SourceText, ...]:
    """A story that three outlets tell in nearly the same words."""
    other = text
    for old, new in changes:
        other = other.replace(old, new)
    return (
        source("Meridian Wire", title, text),
        source("Elm Gazette", f"{title}, officials say", other.replace("(Wire) ", ""), hours=1),
        source("Plainview Courier", f"{title} after months", other.replace("(Wire) ", ""), hours=2),
    )


def sides(text: str, title: str) -> list[set[str]]:
    """The labels of the two sides of a story, none if it is no dispute."""
    story = Story(analysed(*told_by_three(text, title)))
    found = find_camps(story, voices(story)).sides
    return [{voice.label for voice in side} for side in found[:2]]


def test_prosecutors_and_the_defence_are_two_sides() -> None:
    found = sides(TRIAL, "Saltmere harbor master charged with fraud over pier contracts")
    assert {"Pryce’s lawyers"} in found
    assert {"Prosecutors", "District Attorney Voss"} in found


def test_who_sued_stands_against_whom_the_titles_name() -> None:
    found = sides(MERGER, "Judge blocks merger of Corliss Ferries and Bay Link")
    assert {"Marine Safety Bureau"} in found
    assert {"Corliss Ferries"} in found


def test_a_dissent_stands_against_the_majority() -> None:
    assert sides(COURT, "Supreme Court upholds ban on night fishing") == [{"Justice Ames"}, {"Justice Lund"}]


def test_parties_are_two_sides_where_a_report_tells_that_they_voted_so() -> None:
    assert {"Democrats"} in sides(VOTE, "Senate approves bill on fuel taxes")
    assert {"Republicans"} in sides(VOTE, "Senate approves bill on fuel taxes")


def test_parties_that_no_report_opposes_are_no_sides() -> None:
    together = VOTE.replace(", a party-line vote", "").replace("punish rural families", "reach rural families")
    assert sides(together, "Senate approves bill on fuel taxes") == []


def test_two_voices_of_one_office_are_no_dispute() -> None:
    assert sides(RATES, "White House cuts coast guard budget") == []


def test_one_case_in_depth_alone_is_left_out_with_its_reason() -> None:
    page = written(*dispute())
    assert len(page.viewpoints) != 1
    assert page.viewpoints or "viewpoints" in {one.element for one in page.omitted}


def test_a_surname_alone_means_the_bearer_in_the_office_that_the_article_names() -> None:
    text = """President Marta Quill signed the ferry bill on Monday, and President Quill left at once.
Her brother Jonas Quill watched from the street with a flag.
Quill said that the bill would keep the ferries running for ten years."""
    story = Story(analysed(source("Meridian Wire", "President Quill signs ferry bill", text)))
    assert "Marta Quill" in {voice.name for voice in voices(story)}


def test_a_person_spelled_in_two_ways_is_one_voice() -> None:
    one = "Senator Marta J. Quill said that the ferry bill should pass this year."
    other = "Senator Marta Quill said that the ferry bill must pay for 12 boats."
    story = Story(
        analysed(source("Meridian Wire", "Ferry bill", one), source("Elm Gazette", "Ferry bill passes", other, hours=1))
    )
    quills = [voice for voice in voices(story) if voice.surname == "Quill"]
    assert [len(voice.statements) for voice in quills] == [2]


def test_a_former_lawyer_speaks_for_nobody() -> None:
    text = TRIAL.replace("Pryce's lawyer, Martin Hale,", "Pryce's former lawyer, Martin Hale,")
    story = Story(analysed(*told_by_three(text, "Saltmere harbor master charged with fraud over pier contracts")))
    assert "Pryce’s lawyers" not in {voice.label for voice in voices(story)}


def test_groups_may_speak_in_the_present() -> None:
    found = check_reported("the ban would ruin small firms", "Critics say the ban would ruin small firms.")
    assert isinstance(found, Reported)
    assert found.verb == "say"


@pytest.mark.parametrize(
    "passage", ["The critics' claim that the ban is unfair was heard.", "A report that firms fail."]
)
def test_a_noun_that_looks_like_a_verb_reports_nothing(passage: str) -> None:
    assert isinstance(check_reported("the ban is unfair", passage), str)


def test_what_somebody_calls_a_thing_is_a_thing_and_quoted_words() -> None:
    called = read_called("called", "the pier law “dangerous” and “immoral,” and left")
    assert called is not None
    assert (called.opening(plural=False), called.quoted) == ("Calls the pier law ", ("dangerous", "immoral"))
    described = read_called("described", "the vote as “a theft”")
    assert described is not None
    assert described.opening(plural=True) == "Describe the vote as "


@pytest.mark.parametrize("text", ["it “a theft”", "for a new vote", "the vote a theft", "the [pier] law “bad [sic]”"])
def test_a_call_without_a_named_thing_and_quoted_words_is_none(text: str) -> None:
    assert read_called("called", text) is None


def test_a_call_is_a_statement_of_whoever_stands_beside_the_verb() -> None:
    text = VOTE.replace(
        "Republicans argue that the bill would punish rural families who have no other way to work.",
        "Republicans called the bill “a punishment for rural families” and “a trick.”",
    )
    story = Story(analysed(source("Meridian Wire", "Senate approves bill on fuel taxes", text)))
    voice = next(voice for voice in voices(story) if voice.label == "Republicans")
    assert [opened(statement, voice).text for statement in voice.statements] == [
        "Call the bill “a punishment for rural families” and “a trick”."
    ]
