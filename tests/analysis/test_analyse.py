"""Stories worth a page are embedded, analysed, and analysed again only when something about them has changed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select, update

from aggregator.analysis import vectors
from aggregator.analysis.analyse import Analyse, analyse, ratings_state
from aggregator.analysis.sources import evidence_sha, load_sources
from aggregator.analysis.stored import analysis_from_json, analysis_to_json
from aggregator.analysis.vectors import SentenceVectors, unpack
from aggregator.articles.documents import content_sha
from aggregator.clock import Clock
from aggregator.errors import Retryable
from aggregator.setting_sections import EmbedSettings
from aggregator.settings import Settings
from aggregator.sources import ledger
from aggregator.stage import drain
from aggregator.store import leases
from aggregator.store.page_tables import AnalysisRow, SentenceVectorsRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, Slice, StoryRow
from aggregator.store.tables import Article, Attempt, Document, Outlet
from aggregator.stories.embedding import PACKAGED, space_of
from aggregator.stories.ids import mark_stories
from aggregator.stories.topics import Topic, Topics
from aggregator.text import sha256
from aggregator.types import Lean, LeanState, Rating
from pipelines.prune import prune_vectors
from tests.analysis.stories import bag, source

EMBED, LANGUAGES = EmbedSettings(), ("en",)
BAN = "The city council voted to ban gas-powered leaf blowers from April onward."
QUOTE = "“Nobody will miss the noise,” said Mayor Ada Lund."
TOPICS = Topics((Topic("garden", "Garden", frozenset({"garden"})),))


class Bags:
    """An embedder without a model; counts what it was asked."""

    space, engine, dimension = space_of(PACKAGED, 128), "test", 256

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        return bag(texts)


@pytest.fixture
def bags(monkeypatch: pytest.MonkeyPatch) -> Bags:
    embedder = Bags()
    monkeypatch.setattr(vectors, "load_embedder", lambda *_: embedder)
    return embedder


def document(article: str, text: str, now: datetime, *, revision: int = 1, **changes: Any) -> Document:
    values: dict[str, Any] = {
        "article_id": article, "revision": revision, "current": True, "input_sha": text, "recipe": "x",
        "title": f"On blowers, by {article}", "text": text, "text_sha256": sha256(text),
        "content_sha": content_sha("", text), "language": "en", "kind": "news", "extent": "full", "regions": [],
        "authors": [], "made_at": now, **changes,
    }  # fmt: skip
    return Document(**values)


def told_by(name: str) -> str:
    """The ban, the quotation, and sentences of the article's own."""
    random = Random(name)
    words = ["".join(random.choices("abcdefghijklmnop", k=7)) for _ in range(60)]
    own = " ".join(f"{' '.join(words[at : at + 12]).title()}." for at in range(0, 60, 12))
    return f"{BAN} {QUOTE} {own}"


def add_story(
    store: Store, now: datetime, story: str = "s_1", *, count: int = 3, text: str | None = None, **changes: Any
) -> None:
    """A story of `count` articles of as many outlets."""
    with store.write() as session:
        if session.get(Slice, 1) is None:
            session.add(Slice(id=1, day=now.date(), placed_at=now, recipe="x", documents=0, terms={}))
        names = [f"{story}-{n}" for n in range(count)]
        for n, name in enumerate(names):
            session.add(Outlet(key=name, name=name.title()))
            session.flush()
            at = now - timedelta(hours=count - n)
            session.add(
                Article(
                    id=name, url=f"https://{name}.example/", outlet_key=name, origin="feed", entry_sha="x",
                    section="garden", published_at=at, found_at=at, order_at=at,
                )
            )  # fmt: skip
            session.flush()
            session.add(document(name, told_by(name) if text is None else text, now, **changes))
        session.flush()
        session.add(
            StoryRow(
                id=story, founding_article_id=names[0], made_at=now, first_at=now, last_at=now, size=count,
                members_sha="",
            )
        )  # fmt: skip
        session.flush()
        for name in names:
            sha = session.scalars(select(Document.content_sha).where(Document.article_id == name)).one()
            session.add(
                Membership(article_id=name, story_id=story, slice_id=1, content_sha=sha, score=1.0, joined_at=now)
            )
        session.flush()
        mark_stories(session, {story})


def run(store: Store, clock: Clock, topics: Topics = TOPICS) -> tuple[int, int]:
    """Drain both stages; how many documents were embedded and stories analysed."""
    embedded = drain(SentenceVectors(EMBED, LANGUAGES, clock), store, clock)
    analysed = drain(Analyse(EMBED, LANGUAGES, clock, topics), store, clock)
    assert embedded.failed == analysed.failed == 0, (embedded, analysed)
    return embedded.ok, analysed.ok


def content(store: Store, story: str = "s_1") -> Any:
    with store.read() as session:
        return session.scalars(select(AnalysisRow.content).where(AnalysisRow.story_id == story)).one()


def edit(store: Store, now: datetime, article: str, text: str) -> None:
    """A new revision, and what clustering does with it."""
    with store.write() as session:
        session.execute(update(Document).where(Document.article_id == article).values(current=False))
        new = document(article, text, now, revision=2)
        session.add(new)
        session.execute(update(Membership).where(Membership.article_id == article).values(content_sha=new.content_sha))
        session.flush()
        mark_stories(session, {"s_1"})


def test_a_story_worth_a_page_is_embedded_and_analysed_once(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())

    assert run(store, clock) == (3, 1)
    assert run(store, clock) == (0, 0)

    found = content(store)
    assert found["topics"] == ["garden"]
    assert found["claims"][0]["reported_by"] == ["s_1-0", "s_1-1", "s_1-2"]
    assert {quote["speaker"] for quote in found["quotes"]} == {"Ada Lund"}
    assert found["coverage"]["sources"] == 3
    assert QUOTE[1:20] not in json.dumps([found["quotes"], found["said"]], ensure_ascii=False)


@pytest.mark.parametrize(
    "changes",
    [{"count": 2}, {"language": "es"}, {"kind": "satire"}, {"rights": "metadata", "text": "", "count": 2}],
    ids=["two", "language", "satire", "rights"],
)
def test_other_stories_are_left_alone(store: Store, clock: Clock, bags: Bags, changes: dict[str, Any]) -> None:
    add_story(store, clock.now(), **changes)

    assert run(store, clock) == (0, 0)
    assert bags.asked == []


def test_one_outlet_makes_no_page(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    with store.write() as session:
        session.execute(update(Article).values(outlet_key="s_1-0"))

    assert run(store, clock) == (0, 0)


def test_vectors_come_back_as_they_were_made(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    run(store, clock)

    with store.read() as session:
        row = session.get_one(SentenceVectorsRow, ("s_1-0", 1))
        assert np.array_equal(unpack(row), bag(bags.asked[: row.count]))


def test_a_text_without_a_sentence_is_done_too(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now(), text="")

    assert run(store, clock) == (3, 1)
    assert content(store)["claims"] == []


def test_texts_that_may_only_be_quoted_are_counted_and_not_read(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now(), rights="quote")

    assert run(store, clock) == (0, 1)
    assert content(store)["coverage"]["articles"] == 3
    assert content(store)["quotes"] == []


def test_a_story_waits_for_the_vectors_of_its_members(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())

    assert drain(Analyse(EMBED, LANGUAGES, clock), store, clock).ok == 0


def test_a_member_that_can_get_no_vectors_is_not_waited_for(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    run(store, clock)
    edit(store, clock.now(), "s_1-2", "Another text. It has two sentences.")
    with store.write() as session:
        sha = session.scalars(select(Document.content_sha).where(Document.article_id == "s_1-2", Document.current))
        session.add(Attempt(stage="embed-sentences", key="s_1-2", input_sha=sha.one(), buried=True))

    assert run(store, clock) == (0, 1)
    assert content(store)["claims"][0]["reported_by"] == ["s_1-0", "s_1-1"]


def test_an_edited_member_is_embedded_and_its_story_analysed_again(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    add_story(store, clock.now(), "s_2")
    run(store, clock)
    edit(store, clock.now(), "s_1-2", "A wholly different text about chestnut trees. It rained.")

    assert run(store, clock) == (1, 1)
    assert content(store)["claims"][0]["reported_by"] == ["s_1-0", "s_1-1"]
    with store.read() as session:
        assert session.get(SentenceVectorsRow, ("s_1-2", 1)) is None


def test_a_withheld_member_is_no_longer_read(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now(), count=4)
    run(store, clock)
    with store.write() as session:
        session.execute(update(Article).where(Article.id == "s_1-3").values(withheld="asked to"))

    assert run(store, clock) == (0, 1)
    assert content(store)["coverage"]["articles"] == 3


def pruned(store: Store, clock: Clock, days: float) -> int:
    """Let time pass and prune, as if all pages had been given up; the number of articles that were emptied."""
    clock.move(clock.now() + timedelta(days=days))
    with store.write() as session:
        session.merge(Attempt(stage="summarise", key="s_1", input_sha="x", buried=True))
    return prune_vectors(store, clock, Settings())


def test_the_vectors_of_a_story_that_is_closed_and_done_are_emptied(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    run(store, clock)

    assert pruned(store, clock, 20) == 0  # the window of 7 days and a margin of 14
    assert pruned(store, clock, 2) == 3
    assert pruned(store, clock, 1) == 0
    with store.read() as session:
        assert {row.vectors for row in session.scalars(select(SentenceVectorsRow))} == {b""}


def test_an_emptied_story_is_not_embedded_again_for_a_new_rating(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    run(store, clock)
    pruned(store, clock, 30)
    with store.write() as session:
        ledger.record(session, "s_1-0", [Rating("R", date(2026, 1, 1), label=Lean.LEFT)], clock.now())

    assert run(store, clock) == (0, 0)


def test_an_emptied_story_whose_article_changes_gets_all_its_vectors_again(
    store: Store, clock: Clock, bags: Bags
) -> None:
    add_story(store, clock.now(), count=4)
    run(store, clock)
    pruned(store, clock, 30)
    edit(store, clock.now(), "s_1-2", "A wholly different text about chestnut trees. It rained.")

    assert run(store, clock) == (4, 1)
    assert content(store)["claims"][0]["reported_by"] == ["s_1-0", "s_1-1", "s_1-3"]


def test_an_article_withheld_from_an_emptied_story_leaves_it(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now(), count=4)
    run(store, clock)
    pruned(store, clock, 30)
    with store.write() as session:
        session.execute(update(Article).where(Article.id == "s_1-3").values(withheld="asked to"))

    assert run(store, clock) == (3, 1)
    assert content(store)["coverage"]["articles"] == 3


def test_vectors_that_somebody_still_waits_for_stay(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    drain(SentenceVectors(EMBED, LANGUAGES, clock), store, clock)

    assert pruned(store, clock, 30) == 0  # not analysed
    drain(Analyse(EMBED, LANGUAGES, clock, TOPICS), store, clock)
    with store.write() as session:
        session.delete(session.get_one(Attempt, ("summarise", "s_1")))
    assert prune_vectors(store, clock, Settings()) == 0  # not written


def test_a_new_rating_changes_the_stories_of_its_outlet_alone(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    add_story(store, clock.now(), "s_2")
    run(store, clock)
    with store.read() as session:
        before = {row.story_id: row.evidence_sha for row in session.scalars(select(AnalysisRow))}
    with store.write() as session:
        ledger.record(session, "s_1-0", [Rating("R", date(2026, 1, 1), label=Lean.LEFT)], clock.now())

    assert run(store, clock) == (0, 2)
    assert run(store, clock) == (0, 0)
    assert content(store)["coverage"]["by_lean"] == {"Left": {"sources": 1, "independent": 1}}
    with store.read() as session:
        after = {row.story_id: row.evidence_sha for row in session.scalars(select(AnalysisRow))}
    assert after["s_1"] != before["s_1"]
    assert after["s_2"] == before["s_2"]


def test_a_rating_changes_the_state_when_it_is_recorded_and_on_no_other_day(store: Store) -> None:
    now = datetime.fromisoformat("2026-10-10T12:00:00+00:00")
    with store.write() as session:
        session.add(Outlet(key="o", name="O"))
        session.flush()
        ledger.record(session, "o", [Rating("R", date(2026, 10, 12), LeanState.RATED, Lean.LEFT)], now)

    with store.read() as session:
        days = [ratings_state(session, now + timedelta(days=days)) for days in (-1, 0, 1, 2, 3)]
    assert days[0] != days[1]  # which article it counts for is a matter of the article's own day
    assert len(set(days[1:])) == 1


def test_other_topics_analyse_again(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    run(store, clock)

    assert run(store, clock, Topics()) == (0, 1)
    assert content(store)["topics"] == ["news"]


def test_the_topic_that_an_editor_chose_comes_before_those_that_are_near(
    store: Store, clock: Clock, bags: Bags, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.analysis.analyse.nearness", lambda *_: {"garden": 0.1, "port": 0.5, "sea": 0.48})
    add_story(store, clock.now())
    topics = Topics((*TOPICS.topics, Topic("port", "Port"), Topic("sea", "Sea")))
    run(store, clock, topics)
    assert content(store)["topics"] == ["garden", "port", "sea"]

    with store.write() as session:
        session.get_one(StoryRow, "s_1").topic = "sea"
    run(store, clock, topics)
    assert content(store)["topics"] == ["sea", "garden", "port"]


def test_a_redirected_story_is_not_analysed(store: Store, clock: Clock, bags: Bags) -> None:
    add_story(store, clock.now())
    with store.write() as session:
        session.execute(update(StoryRow).values(redirect_to="s_0"))

    assert run(store, clock) == (0, 0)


def test_a_leased_story_is_not_given_twice(sqlite: Store, clock: Clock, bags: Bags) -> None:
    add_story(sqlite, clock.now())
    drain(SentenceVectors(EMBED, LANGUAGES, clock), sqlite, clock)
    stage = Analyse(EMBED, LANGUAGES, clock)

    first = leases.claim(sqlite, stage.name, stage.pending, 10, stage.lease)
    second = leases.claim(sqlite, stage.name, stage.pending, 10, stage.lease)

    assert [item.key for item in first.items] == ["s_1"]
    assert second.items == []


def test_what_is_stored_gives_the_analysis_back(sqlite: Store, clock: Clock, bags: Bags) -> None:
    add_story(sqlite, clock.now())
    run(sqlite, clock)
    stage = Analyse(EMBED, LANGUAGES, clock, TOPICS)

    with sqlite.read() as session:
        sources = load_sources(session, "s_1", clock.now(), vector_recipe=stage.vector_recipe)
    found = analysis_from_json("s_1", content(sqlite), sources)
    made = analyse("s_1", sources, topics=("garden",))

    assert (found.claims, found.quotes, found.said, found.coverage) == (
        *(made.claims, made.quotes, made.said, made.coverage),
    )
    assert [one.article_id for one in found.sources] == ["s_1-0", "s_1-1", "s_1-2"]
    assert json.loads(json.dumps(analysis_to_json(made))) == content(sqlite)


def test_an_analysis_of_other_documents_is_refused() -> None:
    sources = [source("a", BAN), source("b", BAN)]
    stored = analysis_to_json(analyse("s_1", sources))

    with pytest.raises(Retryable, match="analysis-outdated"):
        analysis_from_json("s_1", stored, [sources[0], replace(sources[1], revision=2)])


def test_everything_that_a_page_could_print_is_evidence() -> None:
    one = source("a", BAN)
    changes: list[dict[str, Any]] = [
        {"revision": 2}, {"text": "x"}, {"title": "x"}, {"outlet": "x"}, {"url": "x"}, {"authors": ("x",)},
        {"lean": source("b").lean.__class__(LeanState.MIXED)}, {"wire": "x"},
    ]  # fmt: skip

    assert evidence_sha([one]) == evidence_sha([replace(one, vectors=None)])
    assert len({evidence_sha([one]), *(evidence_sha([replace(one, **change)]) for change in changes)}) == 9


def test_the_analysis_of_a_story_of_satire_is_empty() -> None:
    found = analyse("s", [])

    assert (found.claims, found.quotes, found.said, found.sources) == ((), (), (), ())
