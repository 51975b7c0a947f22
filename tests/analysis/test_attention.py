"""How much of what each side published in a story's first day is about it: counted once, from outlets that answered."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from aggregator.analysis.attention import NOBODY, Window, attention
from aggregator.analysis.gap_day import look_for_gaps
from aggregator.analysis.gap_words import VOID
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Membership, StoryEvent
from aggregator.store.tables import Article, Document, FeedCheck, Outlet
from aggregator.summarise.attention import BEFORE, YOUNG, attention_of, check_attention
from aggregator.summarise.page import Attention
from tests.analysis.test_gap_day import FIRST, LEFT, OVER, RIGHT, TOPICS, filled, newest

DAY = timedelta(hours=24)


@pytest.fixture
def newsroom(sqlite: Store) -> Store:
    return filled(sqlite)


def add(store: Store, outlet: str, name: str, at: datetime, **more: str) -> None:
    with store.write() as session:
        session.add(
            Article(
                id=name, url=f"https://{outlet}.example/{name}", outlet_key=outlet, origin="feed", entry_sha="x",
                found_at=at, order_at=at, published_at=at, **more,
            )
        )  # fmt: skip


def sides(found: Attention) -> dict[str, tuple[int, int, int, int]]:
    return {one.side: (one.outlets, one.articles, one.outlets_on_story, one.on_story) for one in found.sides}


def looked_at(store: Store, settings: Settings, now: datetime = OVER) -> Attention:
    """What a page says after a run, which the validator takes as it is."""
    look_for_gaps(store, settings, TOPICS, now)
    found = attention_of(newest(store))
    assert not list(check_attention(found))
    return found


def test_attention_is_counted_with_the_test_over_all_that_the_side_published(
    newsroom: Store, settings: Settings
) -> None:
    for n in range(5):
        add(newsroom, RIGHT[0], f"more-{n}", FIRST + timedelta(hours=n))

    found = looked_at(newsroom, settings)

    assert sides(found) == {"left": (14, 14, 12, 12), "center": (0, 0, 0, 0), "right": (14, 19, 0, 0)}
    assert [one.share for one in found.sides] == [round(12 / 14, 5), None, 0.0]
    assert "12 of the 14 articles of 14 left-leaning outlets, nothing to count of Center outlets" in found.text


def test_the_window_is_the_24_hours_from_the_first_report(newsroom: Store, settings: Settings) -> None:
    for n, hours in enumerate((-1, 24, 25)):
        add(newsroom, RIGHT[0], f"more-{n}", FIRST + timedelta(hours=hours))

    assert sides(looked_at(newsroom, settings))["right"] == (14, 15, 0, 0)


def test_outlets_that_could_not_be_asked_count_neither_in_the_whole_nor_in_the_part(
    newsroom: Store, settings: Settings
) -> None:
    with newsroom.write() as session:
        for check in session.scalars(select(FeedCheck).where(FeedCheck.at > FIRST)):
            if check.feed_id in (*LEFT[:2], *RIGHT):
                check.state = "http-5xx"

    assert sides(looked_at(newsroom, settings)) == {"left": (12, 12, 10, 10), "center": (0,) * 4, "right": (0,) * 4}


def test_satire_and_what_is_withheld_are_no_attention(newsroom: Store, settings: Settings) -> None:
    add(newsroom, RIGHT[0], "gone", FIRST, withheld="purged: x")
    with newsroom.write() as session:
        session.get_one(Outlet, RIGHT[1]).satire = True
        document = session.scalars(select(Document).where(Document.article_id == LEFT[0])).one()
        document.kind = "satire"

    found = sides(looked_at(newsroom, settings))

    assert (found["right"], found["left"]) == ((13, 13, 0, 0), (13, 13, 11, 11))


def test_later_articles_of_the_story_and_later_runs_change_nothing(newsroom: Store, settings: Settings) -> None:
    before = looked_at(newsroom, settings)
    add(newsroom, RIGHT[0], "late", FIRST + timedelta(hours=2))

    assert looked_at(newsroom, settings, OVER + timedelta(days=1)) == before


def test_for_attention_alone_no_page_is_written_anew(newsroom: Store, settings: Settings) -> None:
    with newsroom.write() as session:
        for member in session.scalars(select(Membership)):
            if member.article_id != LEFT[0]:
                session.delete(member)

    found = looked_at(newsroom, settings)

    assert found.state == "counted"
    assert (newest(newsroom).state, newest(newsroom).page_sha) == ("not-tested", "")


def test_a_merge_or_split_voids_it_without_a_new_page_where_nothing_else_was_told(
    newsroom: Store, settings: Settings
) -> None:
    with newsroom.write() as session:
        for member in session.scalars(select(Membership)):
            if member.article_id not in LEFT[:2]:
                session.delete(member)
    looked_at(newsroom, settings)
    reason = newest(newsroom).reason
    with newsroom.write() as session:
        later = OVER + timedelta(hours=1)
        session.add(StoryEvent(at=later, story_id="s_new", kind="split", other_id="s_0", articles=[LEFT[1]]))

    found = looked_at(newsroom, settings, OVER + timedelta(hours=2))

    assert (found.state, found.reason) == ("not-counted", VOID)
    assert (newest(newsroom).page_sha, newest(newsroom).reason) == ("", reason)


def test_a_page_says_why_nothing_was_counted(newsroom: Store, settings: Settings) -> None:
    assert attention_of(None) == Attention(state="not-yet", reason=YOUNG)
    assert looked_at(newsroom, settings, OVER + timedelta(days=10)).reason
    old = newest(newsroom)
    old.content = {"version": "gap/1"}
    assert attention_of(old) == Attention(state="not-counted", reason=BEFORE)
    with newsroom.read() as session:
        nobody = attention(session, [Window("s_new", FIRST, FIRST + DAY, ())], OVER)
    assert nobody["s_new"]["reason"] == NOBODY


def test_figures_that_do_not_fit_each_other_are_faulty(newsroom: Store, settings: Settings) -> None:
    found = looked_at(newsroom, settings)
    left, center, right = found.sides
    changes = (
        {"sides": [left.model_copy(update={"on_story": 15}), center, right]},
        {"sides": [left.model_copy(update={"share": 0.1}), center, right]},
        {"sides": [left.model_copy(update={"outlets": 99}), center, right]},
        {"sides": [center, right]}, {"text": "Nobody cares."}, {"state": "not-yet"}, {"until": found.since},
        {"since": "2026-10-10"},
    )  # fmt: skip

    assert all(list(check_attention(found.model_copy(update=change))) for change in changes)


def test_however_many_stories_there_are_the_database_is_asked_a_few_times(newsroom: Store) -> None:
    windows = [Window(f"s_{n}", FIRST, FIRST + DAY, LEFT) for n in range(120)]
    asked: list[str] = []
    with newsroom.read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: asked.append(args[2]))
        attention(session, windows, datetime(2026, 10, 12, tzinfo=UTC))

    assert sum(statement.startswith("SELECT") for statement in asked) == 4
