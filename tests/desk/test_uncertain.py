"""The least certain tenth: which articles are in it, what can be decided there, and how many queries it takes."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aggregator.desk.uncertain import PAGE, Uncertain, uncertain
from aggregator.store.story_tables import Membership, NearMiss, StoryRow
from aggregator.stories.editing import By, StoryEditor
from tests.desk.rooms import STORY, Counted, Room, add_stories

VIEW = "/desk/uncertain"


@pytest.fixture
def doubtful(room: Room) -> Room:
    """A room with twenty articles open for review, the least certain of which nearly joined another story."""
    with room.store.write() as session:
        session.execute(update(StoryRow).values(last_at=room.clock.now() - timedelta(days=1)))
        session.execute(update(Membership).values(confidence=None))
        chosen = session.scalars(
            select(Membership).where(Membership.story_id != STORY).order_by(Membership.story_id, Membership.article_id)
        ).all()[:20]
        for number, member in enumerate(chosen):
            member.confidence = (20 + number) / 100
        other = next(key for key in room.stories() if key != chosen[0].story_id)
        session.execute(NearMiss.__table__.delete())  # type: ignore[attr-defined]
        session.add(NearMiss(article_id=chosen[0].article_id, story_id=other, score=0.17))
    return room


def listed(room: Room, days: float = 0) -> Uncertain:
    with room.store.read() as session:
        return uncertain(session, room.clock.now() + timedelta(days=days))


def test_the_least_certain_tenth_is_listed_with_the_stories_that_its_articles_nearly_joined(doubtful: Room) -> None:
    found = listed(doubtful)

    assert (found.total, found.of) == (2, 20)
    assert [one.confidence for one in found.articles] == [0.2, 0.21]
    assert [near.score for near in found.articles[0].near] == [0.17]
    assert "confidence 0.20" in doubtful.browser("reader").get(VIEW).words


def test_what_is_old_locked_or_placed_by_an_editor_is_not_open_for_review(doubtful: Room) -> None:
    first = listed(doubtful).articles[0]
    assert listed(doubtful, days=20).of == 0

    with doubtful.store.write() as session:
        StoryEditor(session, doubtful.clock, By("Ann", "chief", "looked at it")).keep([first.id])
        session.get_one(Membership, listed(doubtful).articles[1].id).confidence = 1.0
    assert first.id not in [one.id for one in listed(doubtful).articles]
    assert listed(doubtful).of == 18

    with doubtful.store.write() as session:
        session.execute(update(StoryRow).values(locked=True))
    assert listed(doubtful).of == 0


def test_an_article_alone_is_listed_only_if_a_story_is_near_it(doubtful: Room) -> None:
    add_stories(doubtful, 2)
    with doubtful.store.write() as session:
        session.execute(update(StoryRow).values(last_at=doubtful.clock.now()))
        for number in range(2):
            session.get_one(Membership, f"a_single_{number}").confidence = 0.1
        session.add(NearMiss(article_id="a_single_0", story_id=STORY, score=0.14))

    assert "a_single_0" in [one.id for one in listed(doubtful).articles]
    assert listed(doubtful).of == 21


@pytest.mark.parametrize("decision", ["keep", "move", "merge", "split"])
def test_each_decision_is_taken_from_the_list_and_takes_the_article_off_it(doubtful: Room, decision: str) -> None:
    one = listed(doubtful).articles[0]
    browser = doubtful.browser("editor")

    done = browser.send(VIEW, f"/desk/story/{one.story}/{decision}")

    assert done.status == 200
    assert [row.kind for row in doubtful.decisions()] == [decision]
    assert one.id not in [row.id for row in listed(doubtful).articles]


def test_a_reader_sees_the_list_without_forms(doubtful: Room) -> None:
    page = doubtful.browser("reader").get(VIEW)

    assert not page.has_form("/keep")
    assert "Nearly joined" in page.words


def test_the_list_takes_as_many_queries_for_one_article_as_for_many(doubtful: Room) -> None:
    counted = Counted(doubtful.store)
    browser = doubtful.browser("reader")
    few = counted.of(browser, VIEW)
    add_stories(doubtful, PAGE * 12)
    with doubtful.store.write() as session:
        session.execute(update(StoryRow).values(last_at=doubtful.clock.now()))
        session.execute(update(Membership).values(confidence=0.5))
        for number in range(PAGE * 12):
            session.add(NearMiss(article_id=f"a_single_{number}", story_id=STORY, score=0.11))

    assert counted.of(browser, VIEW) == few
    assert len(listed(doubtful).articles) == PAGE
