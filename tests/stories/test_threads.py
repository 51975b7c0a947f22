"""Threads: an ongoing subject over time, whose id outlives every new computation."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.setting_sections import ThreadSettings
from aggregator.stage import drain
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Slice, StoryEvent, StoryRow
from aggregator.store.tables import Article
from aggregator.store.thread_tables import ThreadRow, ThreadStory
from aggregator.stories.background import background_frequencies
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import mark_stories
from aggregator.stories.thread import Thread
from aggregator.stories.thread_subjects import _Common
from aggregator.stories.threads import Features, Link, Subject, place_stories
from aggregator.summarise.purge import purge_articles
from tests.stories.archive import SETTINGS, START, WORDS, add_article, article_id, cluster_stage, place

AT = datetime(2026, 10, 1, tzinfo=UTC)
ANN = By("Ann", "editor", "as the sources say")


def subject(key: str, day: float, about: Sequence[float], *, pin: str = "", thread: str = "") -> Subject:
    """A story of that day; `about` is what it is about, as weights of made-up subjects."""
    vector = np.array(about, np.float32) / np.float32(np.linalg.norm(about))
    terms = {f"subject{n}": float(weight) for n, weight in enumerate(vector) if weight}
    at = AT + timedelta(days=day)
    return Subject(key, at, at, "a" + key, Features(terms, vector), pin, thread)


def groups(links: Sequence[Link]) -> dict[str, str]:
    return {link.story_id: link.group for link in links}


def placed(*stories: Subject, earlier: Sequence[Subject] = ()) -> dict[str, str]:
    return groups(place_stories(stories, earlier, ThreadSettings(), 0.2))


def test_a_story_joins_the_thread_of_the_stories_that_it_is_most_like() -> None:
    found = placed(subject("trial", 0, [1, 0]), subject("flood", 5, [0, 1]), subject("verdict", 30, [3, 1]))

    assert found == {"trial": "trial", "flood": "flood", "verdict": "trial"}


def test_the_order_in_which_stories_are_given_does_not_matter() -> None:
    stories = [subject(f"s{n}", n, [n % 3 + 0.1, (n * 7) % 5, 1]) for n in range(12)]

    assert placed(*stories) == placed(*reversed(stories))


def test_what_lies_further_back_than_the_window_is_not_continued() -> None:
    assert placed(subject("old", 0, [1]), subject("new", 61, [1])) == {"old": "old", "new": "new"}


def test_a_subject_goes_on_for_years_as_long_as_its_last_stories_are_near() -> None:
    found = placed(*(subject(f"s{n:03}", 20 * n, [1]) for n in range(500)))

    assert set(found.values()) == {"s000"}


def test_stories_like_only_one_story_of_a_thread_do_not_drag_it_away() -> None:
    trial = [subject(f"trial{n}", n, [1, 0, 0]) for n in range(5)]
    bridge = subject("bridge", 6, [1, 1, 0])
    other = subject("other", 7, [0.1, 1, 1])

    found = placed(*trial, bridge, other)

    assert found["bridge"] == "trial0"
    assert found["other"] == "other"  # near the bridge, on average not near the thread


def test_an_editors_word_holds_a_story_apart_and_puts_another_one_in() -> None:
    found = placed(
        subject("a", 0, [1, 0]), subject("b", 1, [1, 0], pin="b"), subject("c", 2, [0, 1], pin="a"),
        subject("d", 3, [1, 0.2]),
    )  # fmt: skip

    assert found == {"a": "a", "b": "b", "c": "a", "d": "a"}


def test_words_of_editors_that_form_a_circle_make_one_thread() -> None:
    found = placed(
        subject("a", 0, [1, 0, 0], pin="c"), subject("b", 1, [0, 1, 0], pin="a"), subject("c", 2, [0, 0, 1], pin="b")
    )

    assert set(found.values()) == {"a"}


def test_a_story_without_anything_to_compare_stands_alone() -> None:
    empty = Subject("empty", AT, AT, "a0", None)

    assert placed(empty, subject("b", 1, [1])) == {"empty": "empty", "b": "b"}


class Press:
    """An archive in which event 0 goes on for weeks, and what its stories became."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock, self.count = store, clock, 0

    def story(self, event: int, day: float, size: int = 2) -> None:
        with self.store.write() as session:
            for _ in range(size):
                self.count += 1
                at = START + timedelta(days=day, minutes=self.count)
                add_article(session, article_id(self.count), event, at, self.count)

    def run(self, day: float = 90) -> None:
        self.clock.move(START + timedelta(days=day))
        place(self.store, self.clock)
        self.thread()

    def thread(self) -> int:
        return drain(Thread(SETTINGS.threads, cluster_stage(self.clock), self.clock), self.store, self.clock).ok

    def threads(self) -> dict[str, list[str]]:
        """The stories of each thread, oldest first; those of none under ""."""
        with self.store.read() as session:
            rows = session.scalars(select(ThreadStory).order_by(ThreadStory.first_at)).all()
            size = {row.id: row.size for row in session.scalars(select(StoryRow))}
            found: dict[str, list[str]] = {}
            for row in rows:
                if size[row.story_id]:
                    found.setdefault(row.thread_id or "", []).append(row.story_id)
            return found

    def told(self) -> list[tuple[str, str]]:
        with self.store.read() as session:
            rows = session.scalars(select(StoryEvent).where(StoryEvent.kind.in_(("threaded", "unthreaded"))))
            return [(row.kind, row.story_id) for row in rows]

    def decide(self, key: str, to: str) -> int:
        with self.store.write() as session:
            return StoryEditor(session, self.clock, ANN).set_thread(key, to).id

    def undo(self, number: int) -> None:
        with self.store.write() as session:
            StoryEditor(session, self.clock, ANN).undo(number)


def with_saga(press: Press) -> Press:
    """Three stories of one subject, ten days apart, and one of another."""
    for day in (0, 10, 20):
        press.story(0, day)
    press.story(3, 5)
    press.run()
    return press


@pytest.fixture
def press(sqlite: Store, clock: Clock) -> Press:
    return Press(sqlite, clock)


@pytest.fixture
def saga(press: Press) -> Press:
    return with_saga(press)


def test_either_database_gives_the_same_threads(store: Store, clock: Clock) -> None:
    either = with_saga(Press(store, clock))
    (thread,) = [key for key in either.threads() if key]
    (other,) = either.threads()[""]
    either.decide(other, either.threads()[thread][0])

    assert either.thread() == 1
    assert len(either.threads()[thread]) == 4
    assert either.thread() == 0


def test_stories_of_one_subject_weeks_apart_are_one_thread(saga: Press) -> None:
    threads = saga.threads()

    assert sorted(map(len, threads.values())) == [1, 3]
    assert len(threads[""]) == 1
    assert len(saga.told()) == 3


def test_a_run_with_nothing_new_does_and_tells_nothing(saga: Press) -> None:
    before = saga.told()

    assert saga.thread() == 0
    saga.run(91)
    assert saga.told() == before


def test_threads_do_not_depend_on_how_articles_were_delivered(saga: Press, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'daily.sqlite'}")
    upgrade(store)
    daily = Press(store, Clock(START))
    for day, event in ((0, 0), (5, 3), (10, 0), (20, 0)):
        daily.story(event, day, 1)
        daily.run(day + 0.3)
        daily.story(event, day, 1)
        daily.run(day + 1)
    daily.run()

    assert sorted(map(len, daily.threads().values())) == sorted(map(len, saga.threads().values()))
    assert len([key for key in daily.threads() if key]) == 1
    store.close()


def test_a_thread_keeps_its_id_when_it_goes_on(saga: Press) -> None:
    (before,) = [key for key in saga.threads() if key]
    saga.story(0, 30)
    saga.run(95)

    assert len(saga.threads()[before]) == 4


def test_another_setting_places_all_stories_anew_and_keeps_the_id(saga: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saga.threads()
    monkeypatch.setattr("aggregator.stories.thread.MOST", 1)  # one at a time
    settings = SETTINGS.threads.model_copy(update={"join": 0.3})
    stage = Thread(settings, cluster_stage(saga.clock), saga.clock)

    assert drain(stage, saga.store, saga.clock).ok == 4
    assert saga.threads() == before


def test_a_story_that_is_merged_away_leaves_its_thread(saga: Press) -> None:
    (thread,) = [key for key in saga.threads() if key]
    first, second, third = saga.threads()[thread]
    with saga.store.write() as session:
        StoryEditor(session, saga.clock, ANN).merge([first, second])
    saga.thread()

    assert saga.threads()[thread] == [first, third]
    with saga.store.read() as session:
        assert session.get_one(ThreadStory, second).thread_id is None


def test_a_story_held_apart_leaves_and_comes_back_when_that_is_undone(saga: Press) -> None:
    (thread,) = [key for key in saga.threads() if key]
    stories = saga.threads()[thread]
    number = saga.decide(stories[1], stories[1])
    saga.thread()
    apart = saga.threads()
    saga.undo(number)
    saga.thread()

    assert apart[thread] == [stories[0], stories[2]]
    assert stories[1] in apart[""]
    assert saga.threads()[thread] == stories


def test_a_thread_of_two_keeps_its_id_through_a_parting_and_its_undoing(press: Press) -> None:
    press.story(0, 0)
    press.story(0, 10)
    press.run()
    ((thread, stories),) = press.threads().items()
    number = press.decide(stories[1], stories[1])
    press.thread()
    press.undo(number)
    press.thread()

    assert press.threads() == {thread: stories}


def test_an_editor_puts_a_story_of_other_words_into_a_thread(saga: Press) -> None:
    (thread,) = [key for key in saga.threads() if key]
    (other,) = saga.threads()[""]
    number = saga.decide(other, saga.threads()[thread][2])  # the older one goes with a later one
    saga.thread()
    together = saga.threads()
    saga.undo(number)
    saga.thread()

    assert len(together[thread]) == 4
    assert saga.threads()[""] == [other]


def test_a_story_put_to_another_is_taken_back_although_a_third_was_put_there_later(press: Press) -> None:
    for event in (0, 2, 4):
        press.story(event, 5 * event)
    press.run()
    one, other, third = press.threads()[""]
    number = press.decide(other, one)
    press.decide(third, one)
    press.undo(number)
    press.thread()

    assert [stories for key, stories in press.threads().items() if key] == [[one, third]]


def test_what_contradicts_an_editors_word_is_refused(saga: Press) -> None:
    (thread,) = [key for key in saga.threads() if key]
    first, second, _ = saga.threads()[thread]
    (other,) = saga.threads()[""]
    saga.decide(first, first)
    with pytest.raises(Rejected, match="held out of every thread"):
        saga.decide(other, first)
    saga.decide(other, second)
    with pytest.raises(Rejected, match="was put in the thread"):
        saga.decide(second, second)


def test_of_purged_articles_no_term_is_kept(saga: Press) -> None:
    (thread,) = [key for key in saga.threads() if key]
    with saga.store.write() as session:
        purge_articles(session, [article_id(1), article_id(2)], "asked for")
        first = session.get_one(ThreadStory, saga.threads()[thread][0])
        assert (first.terms, first.vector) == ({}, None)
    saga.thread()

    with saga.store.read() as session:
        assert session.get_one(ThreadStory, first.story_id).terms == {}


def test_a_late_story_between_two_does_not_take_the_threads_id_away(saga: Press) -> None:
    (thread,) = [key for key in saga.threads() if key]
    saga.story(0, 9.9)  # found three months later
    saga.run(100)

    assert [key for key in saga.threads() if key] == [thread]


def test_what_lies_between_an_old_story_and_one_of_today_is_not_placed_anew(saga: Press) -> None:
    saga.story(4, 9.9)
    saga.story(2, 80)
    place(saga.store, saga.clock)
    stage = Thread(SETTINGS.threads, cluster_stage(saga.clock), saga.clock)
    with saga.store.read() as session:
        (item,) = stage.load(session, stage.pending(session, 1))
    assert len(item.stories) == 1
    assert max(one.first_at for one in item.new) < START + timedelta(days=70)
    assert saga.thread() == 2


def test_two_threads_that_become_one_keep_the_older_id_and_the_other_leads_there(saga: Press) -> None:
    (thread,) = [key for key in saga.threads() if key]
    saga.story(3, 30)
    saga.run(95)
    young = next(key for key in saga.threads() if key not in ("", thread))
    for key in saga.threads()[young]:
        saga.decide(key, saga.threads()[thread][0])
    saga.thread()

    assert [key for key in saga.threads() if key] == [thread]
    with saga.store.read() as session:
        assert session.get_one(ThreadRow, young).redirect_to == thread


def test_a_story_dated_years_ago_is_no_reason_to_place_anew_what_lies_between(saga: Press) -> None:
    saga.story(5, -4000)
    saga.story(5, 89)
    place(saga.store, saga.clock)
    assert taking_part(saga) == 1
    saga.thread()

    with saga.store.write() as session:  # the page of an article without a date came to name one
        story = session.scalars(select(StoryRow).order_by(StoryRow.first_at.desc()).limit(1)).one()
        session.get_one(Article, story.founding_article_id).order_at = START - timedelta(days=3000)
        mark_stories(session, [story.id])
        story.members_sha = "changed"
    assert taking_part(saga) == 1


def taking_part(press: Press) -> int:
    """How many stories are read and compared in the next step."""
    stage = Thread(SETTINGS.threads, cluster_stage(press.clock), press.clock)
    with press.store.read() as session:
        (item,) = stage.load(session, stage.pending(session, 1))
    return len(item.new) + len(item.earlier)


def test_how_common_terms_are_is_the_same_counted_forwards_or_backwards(saga: Press) -> None:
    known = cluster_stage(saga.clock).known
    with saga.store.read() as session:
        days = sorted(session.scalars(select(Slice.day)), reverse=True)
        counted = _Common(session, known, 0)
        for day in [days[0] + timedelta(days=9), *days]:
            expected = background_frequencies()
            for one in session.scalars(select(Slice).where(Slice.day < day - timedelta(days=1))):
                expected.add(one.terms, one.documents)
            assert (counted.before(day).idf(WORDS) == expected.idf(WORDS)).all()
