"""Why it matters, who is not represented, opinion and viewpoints, on small stories of our own."""

from dataclasses import replace

import pytest

from aggregator.analysis.model import SourceText
from aggregator.analysis.stakeholders import groups_in
from aggregator.summarise.absent import none_missing, not_represented
from aggregator.summarise.consequence import consequence, is_dated_step
from aggregator.summarise.context import Comparison, GroupShare, PageContext
from aggregator.summarise.extractive import ExtractiveEngine
from aggregator.summarise.holders import voices
from aggregator.summarise.page import StoryPage
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.selection import Story
from aggregator.summarise.validate import faults
from aggregator.types import Kind, Lean
from tests.summarise.test_extractive import CONTEXT, analysed, dispute, source, written

ESSAY = """Harbor Falls has been kinder to its machines than to the people who live beside them. The council should \
have banned gas leaf blowers ten years ago. Nobody would accept a chainsaw under his window at seven in the morning. \
Every spring the letters arrive at this desk, and each time they are answered with a shrug and the promise of a study. \
A study was made, and it lies in a drawer beside the last one, with the same figures and the same stain of coffee. \
It took two members with small children to find the drawer, and one clerk with patience to read what was in it."""


def essay(*authors: str, kind: Kind = Kind.OPINION) -> SourceText:
    piece = source("Harbor Tribune", "The leaf blower ban is right", ESSAY, Lean.LEFT, 4, kind)
    return replace(piece, authors=authors)


def missing(*sources: SourceText, context: PageContext = CONTEXT) -> list[str]:
    analysis = analysed(*sources)
    return [one.text for one in not_represented(analysis, voices(Story(analysis)), context)]


@pytest.mark.parametrize(
    "text",
    [
        "The bill would require landlords to repair 40,000 flats by the end of the year.",
        "The ruling clears the way for a trial that could cost the city $2 billion.",
        "Ms Okafor would be the first woman to lead the bank.",
        "The outage leaves about 46,000 residents without safe tap water.",
        "The decision sets a precedent for every harbor on the coast.",
    ],
)
def test_a_consequence_is_what_a_decision_or_event_brings_about(text: str) -> None:
    assert consequence(text)


@pytest.mark.parametrize(
    "text",
    [
        "The Taxpayers’ League put out a paper claiming that the tax would cost families $900 a year.",
        "Critics say the bill would force clinics to close.",
        "The flood killed nine people and would be the worst since 1951.",
        "Senator Ruiz will take the train home.",
        "In 2009 the council allowed, for the first time in years, a market on Sundays.",
        "The old law would have required a permit.",
        "The council met on Monday in the town hall.",
    ],
)
def test_a_camps_claim_a_toll_a_persons_doings_and_the_past_are_no_consequence(text: str) -> None:
    assert not consequence(text)


def test_a_view_of_those_who_study_such_things_counts_with_their_name() -> None:
    assert consequence(
        "An estimated 23 million people could lose cover under the plan, according to the Budget Office."
    )


def test_a_dated_step_has_its_date_beside_its_verb() -> None:
    assert is_dated_step("The council is scheduled to vote on the fund on November 16.")
    assert not is_dated_step("The council is expected to vote on the fund.")
    assert not is_dated_step("Ms. Whitfield, whose term expires next summer, took care not to be drawn.")
    assert not is_dated_step("The office will accept reports until June, when the money ends.")


def test_why_it_matters_is_told_by_reports_and_never_by_a_camp() -> None:
    *others, last = dispute()
    reported = "The ban would affect about 3,400 households in Harbor Falls that keep a gas machine in a shed."
    told = source("Elm Gazette", last.title, f"{last.text}\n{reported}", Lean.LEAN_LEFT, 2)
    why = " ".join(one.text for one in written(*others, told).why_it_matters)
    assert reported in why
    assert "Beckett" not in why
    assert "little guy" not in why


def test_an_opinion_piece_is_quoted_with_its_author_and_outlet_and_has_a_card() -> None:
    page = written(*dispute(), essay("Lucille Brandt"))
    opined = [s.text for paragraph in page.body for s in paragraph if "opinion piece" in s.text]
    assert len(opined) == 1
    assert opined[0].startswith("In an opinion piece, Lucille Brandt of Harbor Tribune writes: “")
    assert [card.kind for card in page.sources if card.outlet == "Harbor Tribune"] == ["opinion"]


def test_an_opinion_piece_of_two_authors_or_of_none_is_not_quoted() -> None:
    for piece in (essay(), essay("Lucille Brandt", "Peter Galloway"), essay("Editorial Board")):
        assert "Harbor Tribune" not in {card.outlet for card in written(*dispute(), piece).sources}


def test_satire_is_not_quoted_even_with_an_author() -> None:
    page = written(*dispute(), essay("Lucille Brandt", kind=Kind.SATIRE))
    assert "Harbor Tribune" not in {card.outlet for card in page.sources}


def test_opinion_under_a_name_that_is_not_its_authors_breaks_a_rule() -> None:
    sources = (*dispute(), essay("Lucille Brandt"))
    page = written(*sources)
    content = page.as_json()
    for card in content["sources"]:
        if card["outlet"] == "Harbor Tribune":
            card["author"] = "Somebody Else"
    documents = {
        (s.article_id, 1): DocumentText(s.title, s.text, s.regions, s.kind, s.extent, s.rights) for s in sources
    }
    assert faults(StoryPage.model_validate(content), documents)


def test_viewpoints_are_of_two_holders_at_least_or_none() -> None:
    page = written(*dispute())
    assert len(page.viewpoints) != 1
    assert len({one.holder.name for one in page.viewpoints}) == len(page.viewpoints)


def test_a_group_is_missing_where_comparable_stories_quote_it_and_this_one_does_not() -> None:
    shares = (GroupShare("Economists", 9, 0.36, 0.1), GroupShare("Business groups and employers", 10, 0.4, 0.1))
    context = replace(CONTEXT, comparison=Comparison(1_200, 25, shares, reason=""))
    found = missing(*dispute(), context=context)
    assert "Economists, quoted in 36% of comparable stories and in none of these three." in found
    page = ExtractiveEngine().write(analysed(*dispute()), context)
    assert isinstance(page, StoryPage)
    assert next(one.basis["figures"]["of"] for one in page.not_represented if "Economists" in one.text) == 25


def test_a_group_that_stands_where_somebody_speaks_is_not_called_missing() -> None:
    heard = "“The noise costs us sleep, and the council knows it,” said Mara Lindt, an economist who lives on Elm Hill."
    first, *others = dispute()
    told = source("Meridian Wire", first.title, f"{first.text}\n{heard}")
    comparison = Comparison(1_200, 25, (GroupShare("Economists", 9, 0.36, 0.1),), reason="")
    assert not any(
        "Economists" in one for one in missing(told, *others, context=replace(CONTEXT, comparison=comparison))
    )


def test_where_the_archive_is_too_small_the_reason_says_so() -> None:
    small = replace(CONTEXT, comparison=Comparison(80, 0, reason="the archive holds 80 articles"))
    assert "the archive holds 80 articles" in none_missing(small)
    assert "25 stories like this one" in none_missing(replace(CONTEXT, comparison=Comparison(1_200, 25, reason="")))


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Quillmark did not respond to a request for comment.", "Quillmark, which gave Meridian Wire no answer."),
        ("Quillmark declined to comment.", "Quillmark, which declined to comment to Meridian Wire."),
        ("A spokesman for Quillmark could not be reached.", "Quillmark, which Meridian Wire could not reach."),
        ("Mara Lindt did not return two calls.", "Mara Lindt, who gave Meridian Wire no answer."),
    ],
)
def test_who_gave_no_answer_is_told_as_the_outlet_tells_it(sentence: str, told: str) -> None:
    first, *others = dispute()
    assert told in missing(source("Meridian Wire", first.title, f"{first.text}\n{sentence}"), *others)


def test_silence_towards_somebody_else_is_none_towards_the_outlet() -> None:
    first, *others = dispute()
    text = f"{first.text}\nQuillmark did not respond to the subpoena of the county."
    assert not any("Quillmark" in one for one in missing(source("Meridian Wire", first.title, text), *others))


def test_a_group_was_not_heard_only_if_the_clause_that_says_so_names_it() -> None:
    first, *others = dispute()
    text = f"{first.text}\nNo teachers were invited to testify, and pupils went home early."
    found = missing(source("Meridian Wire", first.title, text), *others)
    assert "Teachers, who were not heard, as Meridian Wire points out." in found
    assert not any("Students" in one for one in found)


def test_all_whom_nobody_represented_are_named() -> None:
    first, *others = dispute()
    text = f"{first.text}\nNo one on the panel represented farmers, patients or hobbyists, for whom it counts."
    found = missing(source("Meridian Wire", first.title, text), *others)
    assert [one.split(",")[0] for one in found][:2] == ["Patients", "Farmers"]


def test_only_a_country_from_which_an_outlet_could_be_read_is_missing() -> None:
    abroad = tuple(
        replace(one, text=f"{one.text}\nMakers in Canada follow the vote. Canada sells half of the machines.")
        for one in dispute()
    )
    assert not any("Canada" in one for one in missing(*abroad))
    assert any("Canada" in one for one in missing(*abroad, context=replace(CONTEXT, reachable=frozenset(["CA", "US"]))))


def test_groups_are_known_by_names_and_roles() -> None:
    assert groups_in("Miriam Kessling; Northgate’s health commissioner") == {"Doctors and public-health workers"}
    assert groups_in("Dana Ruiz; council member") == frozenset()
