"""The body: what belongs together stands together, nothing is told twice, and it ends with what comes next."""

from dataclasses import replace

import pytest

from aggregator.analysis.words import content_words
from aggregator.summarise.alone import is_told_alone
from aggregator.summarise.coming import steps_to_come
from aggregator.summarise.compose import Draft
from aggregator.summarise.context import CopyLimits
from aggregator.summarise.page import Part, Sentence
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.plan import Plan, Reading
from aggregator.summarise.report import stated
from aggregator.summarise.selection import Candidate
from aggregator.summarise.statements import can_be_joined, inverted
from aggregator.summarise.stretches import Stretches, points_back, tell
from aggregator.summarise.templates import Known, is_own
from aggregator.summarise.validate import faults
from aggregator.types import Extent, Lean
from tests.summarise.test_extractive import CONTEXT, analysed, dispute, source, written

LIBRARY = """The Elm Hill library will lose its reading room, the county board decided on Tuesday by five votes to four.
"A library without chairs is a cupboard," said Nora Finch, director of the Friends of Elm Hill.
The reading room has 64 seats and was opened in 1931.
"We counted 300 readers on a wet Tuesday," Finch said.
"We have asked for a meeting and have heard nothing," Finch said.
The county board will close the reading room of the library on November 3."""


def plan_of(*texts: str) -> Plan:
    """An unwritten page of a story in which each outlet has one of these texts."""
    outlets = zip(("Meridian Wire", "Elm Gazette", "Plainview Courier", "Hill Post"), texts, strict=False)
    sources = [
        source(name, "County board closes Elm Hill reading room", text, Lean.LEAN_LEFT, at)
        for at, (name, text) in enumerate(outlets)
    ]
    return Plan(Reading(analysed(*sources), 40), replace(CONTEXT, limits=CopyLimits(share=1.0)))


def candidate_of(plan: Plan, opening: str) -> Candidate:
    return next(one for one in plan.story.candidates if one.text.startswith(opening))


def test_a_statement_stands_behind_the_fact_that_stands_before_it_in_the_article() -> None:
    plan = plan_of(LIBRARY)
    opening = candidate_of(plan, "The reading room has 64 seats")
    steps = Stretches(plan).stretch(opening.source, opening.sentence.index, 90)

    assert steps[0].candidate is opening
    assert [step.index for step in steps] == sorted(step.index for step in steps)
    assert not any(
        a.statement and b.statement and c.statement for a, b, c in zip(steps, steps[1:], steps[2:], strict=False)
    )


def test_an_outlet_is_credited_once_a_paragraph() -> None:
    plan = plan_of(LIBRARY)
    opening = plan.story.candidates[0]
    paragraph: list[Draft] = []
    tell(plan, paragraph, Stretches(plan).stretch(opening.source, opening.sentence.index, 90), set())

    assert len(paragraph) > 1
    assert sum("Meridian Wire" in draft.text for draft in paragraph) == 1


def test_two_quotations_of_one_speaker_in_one_article_are_one_sentence() -> None:
    plan = plan_of(LIBRARY)
    voice = next(voice for voice in plan.voices if voice.surname == "Finch")
    one, other = sorted((s for s in voice.statements if s.form == "quote"), key=lambda s: s.passage.start)[:2]

    assert can_be_joined(one, other)
    assert inverted(one, voice, introduce=False, second=other).text == f"Finch said: “{one.text}” and “{other.text}”."


def test_quotations_of_two_articles_are_not_joined() -> None:
    plan = plan_of(LIBRARY, LIBRARY.replace("wet Tuesday", "wet Sunday"))
    quotes = [s for voice in plan.voices for s in voice.statements if s.form == "quote"]
    pairs = [(one, other) for one in quotes for other in quotes if one.source is not other.source]

    assert pairs
    assert not any(can_be_joined(one, other) for one, other in pairs)


def test_the_same_speaker_is_not_said_to_have_said_twice_in_a_row() -> None:
    plan = plan_of(LIBRARY)
    voice = next(voice for voice in plan.voices if voice.surname == "Finch")
    quote = next(s for s in voice.statements if s.form == "quote")

    assert inverted(quote, voice, introduce=False, again=True).text.startswith("In the words of Finch: “")


def test_what_another_outlet_tells_of_a_printed_claim_is_a_retelling() -> None:
    again = (
        "By five votes to four, the county board decided on Tuesday that the Elm Hill library loses its reading room."
    )
    plan = plan_of(LIBRARY, again)
    first, second = candidate_of(plan, "The Elm Hill library"), candidate_of(plan, "By five votes")

    assert not plan.retells(second, second.text)
    plan.take_report([], first, first.text)
    assert plan.retells(second, second.text)


def test_no_two_sentences_of_a_body_have_half_of_their_words_in_common() -> None:
    page = written(*dispute())
    said = [
        set(content_words(" ".join(part.text for part in sentence.parts if not part.own)))
        for paragraph in page.body
        for sentence in paragraph
    ]
    for at, words in enumerate(said):
        for others in said[:at]:
            assert len(words & others) <= 0.6 * max(4, min(len(words), len(others)))


def test_dated_steps_are_kept_for_the_end() -> None:
    plan = plan_of(LIBRARY)

    assert [step.candidate.text[:23] for step in steps_to_come(plan)] == ["The county board will c"]


def test_the_day_of_a_saying_is_not_the_day_of_a_step() -> None:
    plan = plan_of("On Tuesday the county board said that the Elm Hill reading room will remain a matter of debate.")

    assert steps_to_come(plan) == []


@pytest.mark.parametrize(
    "text", ["Prices would fall, he said, if the plan passed.", "Senator Poe did not buy it.", "One, Ann Poe, left."]
)
def test_a_sentence_that_only_one_before_it_explains_opens_no_stretch(text: str) -> None:
    assert points_back(text)


def test_an_overtaken_article_speaks_for_its_day_and_for_nobody_else() -> None:
    plan = plan_of(LIBRARY, LIBRARY)
    fact = candidate_of(plan, "The reading room has 64 seats")
    draft = stated(fact, fact.text, plan.story, "Meridian Wire", "October 5")

    assert draft.text.startswith("On October 5, Meridian Wire reported that the reading room")
    assert {passage.source.outlet for passage in draft.passages} == {"Meridian Wire"}
    assert is_own(
        "On October 5, Meridian Wire reported that ",
        Known(outlets=frozenset(["Meridian Wire"]), dates=frozenset(["October 5"])),
    )


def test_only_is_said_of_a_fact_that_no_other_whole_article_is_near_to() -> None:
    others = [
        "The county board closed the Elm Hill reading room on Tuesday, a step that readers had fought since May.",
        "Readers of Elm Hill lose a room: the county board decided so on Tuesday after a long debate about money.",
        "The county board needs money and closes the reading room of the Elm Hill library, it said on Tuesday.",
    ]
    plan = plan_of(LIBRARY, *others)
    fact = candidate_of(plan, "The reading room has 64 seats")
    event = candidate_of(plan, "The Elm Hill library")

    assert is_told_alone(plan.story, fact, "Finch counted 64 seats that date from 1931.")
    assert not is_told_alone(plan.story, event, event.text)
    few = plan_of(LIBRARY, *others[:1])
    assert not is_told_alone(few.story, candidate_of(few, "The reading room has 64"), fact.text)


def test_only_is_not_said_where_an_article_was_not_seen_whole() -> None:
    plan = plan_of(LIBRARY, *["The county board closed a room on Tuesday, readers of Elm Hill said."] * 3)
    fact = candidate_of(plan, "The reading room has 64 seats")
    teaser = replace(plan.analysis.sources[1], extent=Extent.TEASER)
    plan.story.analysis = replace(plan.analysis, sources=(plan.analysis.sources[0], teaser, *plan.analysis.sources[2:]))

    assert not is_told_alone(plan.story, fact, fact.text)


def test_the_validator_refuses_only_where_another_source_tells_the_same() -> None:
    sources = dispute()
    documents = {
        (s.article_id, 1): DocumentText(s.title, s.text, s.regions, s.kind, s.extent, s.rights) for s in sources
    }
    page = written(*sources)
    first = page.dek[0]
    outlet = next(card.outlet for card in page.sources if card.n == first.evidence[0].n)
    parts = [
        Part(text=f"Only {outlet} reports that ", own=True, evidence=None),
        *(part for part in first.parts if not part.own),
        Part(text=".", own=True, evidence=None),
    ]
    claimed = Sentence(
        text="".join(part.text for part in parts),
        kind="composed",
        parts=parts,
        citations=[first.evidence[0].n],
        evidence=first.evidence[:1],
        figures=None,
    )
    found = faults(page.model_copy(update={"dek": [claimed]}), documents)

    assert any(fault.rule == 8 and "as well" in fault.text for fault in found)


def test_paragraphs_of_a_body_are_neither_scraps_nor_walls() -> None:
    page = written(*dispute())
    sizes = [sum(len(sentence.text.split()) for sentence in paragraph) for paragraph in page.body]

    assert 1 <= len(sizes) <= 4
    assert all(size <= 125 for size in sizes)
