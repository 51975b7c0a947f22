"""The extractive engine on small stories of our own."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from aggregator.analysis.claims import find_claims
from aggregator.analysis.coverage import coverage
from aggregator.analysis.model import Analysis, SourceText
from aggregator.analysis.quotes import find_quotes, find_said, resolve_speakers
from aggregator.analysis.sentences import split_sentences
from aggregator.analysis.words import content_words
from aggregator.errors import Rejected
from aggregator.store.columns import Vector
from aggregator.summarise.context import PageContext
from aggregator.summarise.extractive import ExtractiveEngine
from aggregator.summarise.figures import Development, outcomes
from aggregator.summarise.page import Sentence, StoryPage
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.references import is_definite, refers_back
from aggregator.summarise.selection import Fact
from aggregator.summarise.speech import OPENINGS
from aggregator.summarise.validate import faults
from aggregator.summarise.wording import has_main_clause, is_loaded, is_plain_title, is_report
from aggregator.types import Extent, Kind, Lean, LeanState, LeanTag, Rating, Region, RegionKind, Rights

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
DAY = "2026-10-06T00:00:00Z"
CONTEXT = PageContext("s_1", "https://news.example/story/s_1", DAY, DAY, "2026-10-06")

WIRE = """HARBOR FALLS (Wire) — The Harbor Falls City Council voted 7-2 on Monday to ban gas-powered leaf blowers from \
April, after two years of complaints about noise.
The ordinance would require landscaping firms to replace about 900 machines by the end of 2027, the city clerk said.
"People deserve quiet mornings," said council member Dana Ruiz, who wrote the ordinance and supports the ban.
Opponents said the ban would raise prices for homeowners. "This is a tax on the little guy and nobody at city hall \
asked us," said Tom Beckett, president of the Harbor Falls Landscape Association.
Beckett said that 140 firms would each spend about $6,000 on new machines.
Ruiz said that the city would help small firms with a fund of $200,000.
The council is scheduled to vote on the fund on November 16."""

COURIER = """The Harbor Falls City Council voted 7-2 on Monday to ban gas-powered leaf blowers from April, a decision \
that landscapers had fought for two years.
Council member Dana Ruiz said that the ban would protect workers who carry the machines all day.
"A leaf blower at seven in the morning is not a right, and we have said so now," Ruiz said.
Tom Beckett, president of the Harbor Falls Landscape Association, warned that the ban would close family firms within \
a year.
"We will fight this ordinance in court, and we will win there," Beckett said.
Electric machines cost about $1,200 each, and batteries last for some 40 minutes, according to the association.
The county recorded 310 complaints about leaf blowers last year, more than about any other machine."""

GAZETTE = """Leaf blowers that run on gasoline will be banned in Harbor Falls from April, the City Council decided on \
Monday by seven votes to two.
The Harbor Falls Landscape Association opposes the ban and had asked for an exemption for small firms.
"Quiet has a value that no invoice shows, and this vote recognizes it," said Dana Ruiz, the council member who wrote \
the ordinance.
Residents of Elm Hill collected 2,100 signatures for the ban in the spring.
Residents of the quarter had complained since 2024 about noise that starts before seven in the morning.
The ordinance would make Harbor Falls the first city in the county with such a ban."""

QUAKE = """PORT AMITY (Wire) — A magnitude 6.3 earthquake struck off Port Amity before dawn on Monday and injured 14 \
people, the National Seismic Center said.
The earthquake toppled the tower of the St. Brendan church and cut power to about 18,000 customers.
The harbor road remained closed on Monday afternoon because a bridge had moved by four inches.
Engineers inspected 23 brick buildings along Harbor Street in the morning."""


def vectors(texts: Sequence[str]) -> Vector:
    """Bags of words as unit vectors: alike where words are alike."""
    rows = np.zeros((len(texts), 256), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in content_words(text):
            row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 256] += 1
        row /= np.linalg.norm(row) or 1
    return rows


def source(
    name: str,
    title: str,
    text: str,
    lean: Lean | None = Lean.CENTER,
    hours: int = 0,
    kind: Kind = Kind.NEWS,
    regions: tuple[Region, ...] = (),
    copy_of: str = "",
) -> SourceText:
    """An article of the outlet `name`; its id is made from that."""
    sentences = split_sentences(text, regions)
    rating = Rating("Fairweather Index", date(2026, 2, 1), label=lean) if lean else None
    tag = LeanTag(LeanState.RATED, lean, raters=(rating,)) if rating else LeanTag(LeanState.UNRATED)
    key = "a_" + name.lower().replace(" ", "_")
    return SourceText(
        article_id=key,
        revision=1,
        outlet_key=name.lower().replace(" ", "-"),
        outlet=name,
        unit="news",
        lean=tag,
        country="US",
        title=title,
        text=text,
        url=f"https://{key}.example/1",
        published_at=NOON + timedelta(hours=hours),
        found_at=NOON,
        authors=(),
        kind=kind,
        extent=Extent.FULL,
        rights=Rights.FULL,
        language="en",
        wire="",
        regions=regions,
        sentences=sentences,
        vectors=vectors([sentence.text for sentence in sentences]),
        syndication_id=copy_of or key,
    )


def analysed(*sources: SourceText) -> Analysis:
    """What analysis finds in a story of these articles."""
    quotes = resolve_speakers(sources, [quote for one in sources for quote in find_quotes(one)])
    said = tuple(one for each in sources for one in find_said(each))
    return Analysis("s_1", sources, coverage(sources), tuple(find_claims(sources)), tuple(quotes), said)


def written(*sources: SourceText) -> StoryPage:
    """The page of a story, which must be one."""
    page = ExtractiveEngine().write(analysed(*sources), CONTEXT)
    assert isinstance(page, StoryPage), page
    return page


def dispute() -> tuple[SourceText, ...]:
    return (
        source("Meridian Wire", "Council votes to ban gas leaf blowers in Harbor Falls from April", WIRE),
        source(
            "Plainview Courier", "Harbor Falls council bans gas leaf blowers over protest", COURIER, Lean.LEAN_RIGHT, 1
        ),
        source("Elm Gazette", "Harbor Falls bans gas leaf blowers from spring", GAZETTE, Lean.LEAN_LEFT, 2),
    )


def prose(page: StoryPage) -> list[Sentence]:
    """Every sentence of a page."""
    sentences = [*page.dek, *page.why_it_matters, *(one.sentence for one in page.perspectives)]
    sentences += [sentence for paragraph in page.body for sentence in paragraph]
    return sentences + [s for one in page.viewpoints for s in (one.stance, *one.sentences)]


def everything(page: StoryPage) -> str:
    return " ".join([page.headline, *(sentence.text for sentence in prose(page))])


def test_a_dispute_gets_opposed_camps_that_open_with_a_verb() -> None:
    page = written(*dispute())
    assert {one.label for one in page.perspectives} == {"Harbor Falls Landscape Association", "Council Member Ruiz"}
    openings = (*(opening.strip() for opening in OPENINGS), "Says:", "Say:")
    for one in page.perspectives:
        assert one.sentence.text.startswith(openings)
        assert one.holder.evidence


def test_a_spokesman_speaks_for_his_organisation() -> None:
    page = written(*dispute())
    holders = {one.holder.name: one.holder for one in (*page.perspectives, *page.viewpoints)}
    assert holders["Harbor Falls Landscape Association"].kind == "organisation"
    assert "Tom Beckett" in holders["Harbor Falls Landscape Association"].role


def test_a_plain_event_has_no_camps() -> None:
    page = written(
        source("Meridian Wire", "Magnitude 6.3 earthquake off Port Amity injures 14 people", QUAKE),
        source(
            "Elm Gazette",
            "Earthquake off Port Amity injures 14",
            QUAKE.replace("(Wire) ", "").replace("toppled", "broke"),
            hours=1,
        ),
        source(
            "Plainview Courier",
            "Earthquake shakes Port Amity and injures 14 people",
            QUAKE.replace("Engineers", "City engineers"),
            hours=2,
        ),
    )
    assert page.perspectives == []
    assert "perspectives" in {one.element for one in page.omitted}


def test_the_page_passes_the_validator() -> None:
    sources = dispute()
    documents = {
        (s.article_id, 1): DocumentText(s.title, s.text, s.regions, s.kind, s.extent, s.rights) for s in sources
    }
    assert faults(written(*sources), documents) == []


def test_the_same_analysis_gives_the_same_page() -> None:
    assert written(*dispute()).model_dump_json() == written(*dispute()).model_dump_json()


def test_no_taken_words_are_printed_twice() -> None:
    taken = [
        part.text.strip("“”. ") for sentence in prose(written(*dispute())) for part in sentence.parts if not part.own
    ]
    assert len(taken) == len(set(taken))


def test_a_surname_never_stands_before_the_full_name() -> None:
    page = written(*dispute())
    body = " ".join(sentence.text for paragraph in page.body for sentence in paragraph)
    for surname, full in (("Beckett", "Tom Beckett"), ("Ruiz", "Dana Ruiz")):
        if surname in body:
            assert body.index(surname) == body.index(full) + len(full) - len(surname)


def test_facts_that_several_outlets_state_cite_them_all() -> None:
    page = written(*dispute())
    assert any(len(sentence.citations) > 1 for sentence in prose(page))


def test_a_fact_is_not_stated_by_a_sentence_with_another_figure() -> None:
    fact = Fact.of("The council voted 7-2 to ban leaf blowers.")
    assert fact.is_stated_by("The council voted 7-2 on Monday to ban leaf blowers.", 0.95)
    assert not fact.is_stated_by("The council voted 6-3 on Monday to ban leaf blowers.", 0.95)
    assert not fact.is_stated_by("The council voted 7-2 not to ban leaf blowers.", 0.95)


def test_the_newest_toll_is_told_and_none_that_was_overtaken() -> None:
    early = QUAKE.replace("injured 14 people", "killed two people")
    late = (
        "Nine people are known to have died in the earthquake off Port Amity, the county said on Tuesday morning.\n"
        "Search teams are looking for survivors in the brick buildings along Harbor Street.\n"
        "The earthquake had a magnitude of 6.3 and toppled the tower of the St. Brendan church on Monday.\n"
        "Power was back on Tuesday for most of the 18,000 customers who had lost it, the utility said.\n"
        "The harbor road is open again, but schools in the city stay closed until the end of the week."
    )
    page = written(
        source("Meridian Wire", "Earthquake off Port Amity kills at least 2 people", early),
        source(
            "Elm Gazette", "At least two dead as earthquake shakes Port Amity", early.replace("(Wire) ", ""), hours=1
        ),
        source("Plainview Courier", "Nine dead after earthquake off Port Amity, county says", late, hours=24),
    )
    assert "Nine" in page.headline
    assert not re.search(r"\b(?:two people|2 people|two dead)\b", everything(page))


def test_a_toll_that_rises_makes_a_developing_story() -> None:
    early = source(
        "Elm Gazette", "Two dead after flood", "The flood killed two people in the lower town on Friday night."
    )
    late = source(
        "Courier", "Toll rises", "Nine people are known to have died in the flood in the lower town.", hours=20
    )
    development = Development.of([early, late])
    assert development.moves
    assert development.is_stale("The flood killed two people.")
    assert not development.is_stale("Nine people are known to have died.")
    assert outcomes("The quake injured 14 people and killed three.") == [("injured", 14.0), ("killed", 3.0)]


def test_satire_and_opinion_never_speak_as_report() -> None:
    joke = "The Harbor Falls City Council voted 9-0 on Monday to ban leaves, effective immediately, the trees said."
    view = "The council has done the only decent thing that a city can do about leaf blowers in our time."
    page = written(
        *dispute(),
        source("Brass Pickle", "Council bans leaves", joke, None, 3, Kind.SATIRE),
        source("Harbor Tribune", "The ban is right", view, Lean.LEFT, 4, Kind.OPINION),
    )
    assert "trees" not in everything(page)
    assert "decent thing" not in everything(page)
    assert "Brass Pickle" not in {card.outlet for card in page.sources}


def test_words_of_an_embed_are_not_taken() -> None:
    text = GAZETTE + "\nThe council voted 7-2 on Monday for tyranny and every gardener in Harbor Falls knows it now."
    start = text.index("The council voted 7-2 on Monday for tyranny")
    embed = Region(start, len(text), RegionKind.EMBED)
    one, two, three = dispute()
    marked = source("Elm Gazette", three.title, text, Lean.LEAN_LEFT, 2, regions=(embed,))
    assert "tyranny" not in everything(written(one, two, marked))


def test_copies_are_cards_but_not_independent() -> None:
    one, two, three = dispute()
    copied = source("Northgate Post", one.title, WIRE, Lean.CENTER, 3, copy_of=one.article_id)
    page = written(one, two, three, copied)
    assert page.coverage.articles == len(page.sources)
    assert page.coverage.independent < page.coverage.sources or "Northgate Post" not in {c.outlet for c in page.sources}


def test_a_story_without_a_report_is_rejected_with_its_reason() -> None:
    only = source("Brass Pickle", "Council bans leaves", "The trees said so on Monday.", None, 0, Kind.SATIRE)
    found = ExtractiveEngine().write(analysed(only), CONTEXT)
    assert isinstance(found, Rejected)
    assert found.reason == "no-report"


@pytest.mark.parametrize(
    "text", ["", "…", "<script>alert(1)</script> [3] “”” \u202e", "A" * 5_000, "No verb here " * 400]
)
def test_hostile_texts_give_a_page_or_a_reason(text: str) -> None:
    hostile = source("Odd Outlet", "<b>[1]</b> \u202e title " * 20, text, None, 5)
    for story in ((hostile,), (*dispute(), hostile), (hostile, replace(hostile, article_id="a_2", outlet_key="two"))):
        found = ExtractiveEngine().write(analysed(*story), CONTEXT)
        assert isinstance(found, Rejected | StoryPage)


def test_five_hundred_articles_still_give_a_page() -> None:
    one, two, three = dispute()
    many = [
        replace(each, article_id=f"a_{k}", outlet_key=f"o-{k}", outlet=f"Outlet {k}", syndication_id=f"a_{k}")
        for k, each in enumerate([one, two, three] * 167)
    ]
    sources = tuple(many[:500])
    page = ExtractiveEngine().write(replace(analysed(*dispute()), sources=sources), CONTEXT)
    assert isinstance(page, StoryPage)
    assert page.coverage.articles == len(page.sources)


@pytest.mark.parametrize(
    "text",
    [
        "However, the vote was close.",
        "It would cost $5 million.",
        "The company declined.",
        "That is why he left.",
        "Both of them agreed.",
    ],
)
def test_openings_that_lean_on_a_sentence_before_are_seen(text: str) -> None:
    assert refers_back(text)


def test_a_definite_noun_is_clear_once_the_reader_met_it() -> None:
    assert is_definite("The shelter opened at noon.", set())
    assert not is_definite("The shelter opened at noon.", {"shelter"})
    assert not is_definite("The cost of the shelter rose by half.", set())


def test_only_whole_neutral_sentences_are_report() -> None:
    assert is_report("The council voted 7-2 on Monday to ban leaf blowers.")
    assert not is_report("Why did the council vote for this ban at all?")
    assert not is_report("We watched the council vote for the ban on Monday.")
    assert not has_main_clause("Notes on how the council voted")
    assert is_loaded("The council rammed through its shameful ban on Monday.")
    assert not is_loaded("The mayor called the ban “shameful” on Monday.")


def test_a_headline_that_teases_or_shouts_is_not_plain() -> None:
    assert is_plain_title("Council votes to ban gas leaf blowers")
    for title in (
        "Why the council banned leaf blowers",
        "COUNCIL BANS LEAF BLOWERS",
        "Is this the end of leaf blowers?",
        "‘Quiet’: council acts",
    ):
        assert not is_plain_title(title)
