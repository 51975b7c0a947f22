"""Who tells a story, how many independently, who first, and under which headlines."""

from dataclasses import replace

from aggregator.analysis.claims import find_claims
from aggregator.analysis.coverage import among, coverage
from aggregator.analysis.model import Claim, Origin, SideCount
from aggregator.analysis.timeline import first_reports, headlines_by_side
from aggregator.types import Kind, Lean, LeanState
from tests.analysis.stories import rated, source

WIRE = source("wire", hours=1, lean=rated(Lean.CENTER))
COPY = source("copy", hours=0, lean=rated(Lean.RIGHT), syndication_id="a-wire")
LEFT = source("left", hours=2, lean=rated(Lean.LEFT))


def test_a_copy_is_a_source_but_no_independent_one() -> None:
    found = coverage([WIRE, COPY, LEFT])

    assert (found.articles, found.sources, found.independent) == (3, 3, 2)
    assert found.by_lean == {"Left": SideCount(1, 1), "Center": SideCount(1, 1), "Right": SideCount(1, 0)}


def test_an_outlet_with_a_copy_and_a_text_of_its_own_is_independent() -> None:
    own = replace(COPY, article_id="a-copy-2", syndication_id="a-copy-2")

    found = coverage([WIRE, COPY, own])

    assert (found.articles, found.sources, found.independent) == (3, 2, 2)
    assert found.by_lean["Right"] == SideCount(1, 1)


def test_two_articles_of_one_outlet_count_once() -> None:
    again = source("left-2", hours=3, outlet_key="left", lean=rated(Lean.LEFT))

    assert (coverage([LEFT, again]).sources, coverage([LEFT, again]).independent) == (1, 1)


def test_texts_of_an_absent_agency_are_one_voice_beside_the_outlets_own() -> None:
    agency = Origin("Northern Press")
    first, second = (replace(one, origin=agency, syndication_id=one.article_id) for one in (WIRE, LEFT))
    own = replace(WIRE, article_id="a-own", syndication_id="a-own")
    copy = replace(COPY, origin=agency, syndication_id="a-wire")

    assert coverage([first, copy]).independent == 1
    assert coverage([first, copy, second]).independent == 1
    assert coverage([first, copy, second, own]).independent == 2


def test_an_agency_with_another_article_here_is_not_counted_for_the_copies_too() -> None:
    copies = [replace(one, origin=Origin("Left", "left"), syndication_id="a-wire") for one in (WIRE, COPY)]

    assert coverage([*copies, LEFT]).independent == 1


def test_where_the_original_is_left_out_its_earliest_copy_stands_for_it_and_the_author_stays() -> None:
    later = source("later", hours=5, syndication_id="a-wire")

    kept = among([later, COPY], [WIRE, COPY, later])

    assert {one.syndication_id for one in kept} == {"a-copy"}
    assert {one.origin for one in kept} == {Origin("Wire", "wire")}
    assert coverage(kept).independent == 1
    assert [one.syndication_id for one in among([WIRE, COPY], [WIRE, COPY, later])] == ["a-wire", "a-wire"]


def test_outlets_of_one_owner_count_once_and_those_of_unknown_owners_each() -> None:
    owned = [source(name, owner=owner) for name, owner in (("a", "Signal Group"), ("b", "signal group"), ("c", ""))]

    found = coverage([*owned, source("d")])

    assert (found.sources, found.owners, found.owners_unknown) == (4, 3, 2)


def test_what_is_off_the_scale_stands_beside_it() -> None:
    states = (LeanState.UNRATED, LeanState.MIXED, LeanState.DISPUTED)
    off = [source(state.value, lean=rated(state=state)) for state in states]

    found = coverage([LEFT, *off])

    assert found.by_lean == {"Left": SideCount(1, 1)}
    assert (found.unrated, found.mixed, found.disputed) == (1, 1, 1)


def test_satire_tells_nothing() -> None:
    joke = source("joke", hours=-5, lean=rated(Lean.LEFT), kind=Kind.SATIRE)

    assert coverage([joke, LEFT]) == coverage([LEFT])
    assert coverage([joke]).articles == 0


def test_the_first_report_of_each_side_is_its_earliest_and_an_original_before_its_copy() -> None:
    again = source("again", hours=3, lean=rated(Lean.LEFT))
    same_moment = replace(WIRE, lean=rated(Lean.RIGHT), published_at=COPY.published_at)

    assert coverage([again, LEFT]).first == {"Left": "a-left"}
    assert coverage([COPY, same_moment]).first == {"Right": "a-wire"}


def test_nobody_covers_an_empty_story() -> None:
    assert coverage([]).sources == 0
    assert first_reports([], []) == ()
    assert headlines_by_side([]) == ()


def test_the_timeline_starts_with_the_first_report_and_names_who_had_each_claim_first() -> None:
    claim = Claim("c1", "The dam broke.", (("a-left", 0),), reported_by=("a-wire", "a-left"))
    alone = Claim("c2", "It rained.", (("a-left", 1),), reported_by=("a-left",))

    found = first_reports([COPY, WIRE, LEFT], [claim, alone])

    assert [(one.article_id, one.claim_id, one.text) for one in found] == [
        ("a-copy", "", "Title of copy"),
        ("a-wire", "c1", "The dam broke."),
    ]


def test_an_article_without_a_date_is_first_in_nothing() -> None:
    undated = replace(LEFT, published_at=None)
    claim = Claim("c1", "The dam broke.", (("a-left", 0),), reported_by=("a-left", "a-wire"))

    assert {one.article_id for one in first_reports([undated, WIRE], [claim])} == {"a-wire"}


def test_headlines_run_from_left_to_right_one_an_outlet_and_the_unplaced_last() -> None:
    later = source("left-2", hours=9, outlet_key="left", lean=rated(Lean.LEFT))
    unrated = source("new", hours=-9)

    found = headlines_by_side([unrated, COPY, WIRE, later, LEFT])

    assert [(one.article_id, one.label) for one in found] == [
        ("a-left", "Left"),
        ("a-wire", "Center"),
        ("a-copy", "Right"),
        ("a-new", "Unrated"),
    ]


def test_a_story_of_identical_copies_has_no_shared_claim_and_one_independent_source() -> None:
    text = "The council banned leaf blowers on Tuesday evening. The vote was seven to two after a long debate."
    copies = [source(name, text, syndication_id="a-one") for name in ("one", "two", "three")]

    assert find_claims(copies) == ()
    assert coverage(copies).independent == 1
