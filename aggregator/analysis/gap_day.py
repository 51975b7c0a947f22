"""The coverage-gap test in the pipeline: each story once, together with those of its day.

A story is looked at 24 hours after its first report. All stories whose 24 hours ended on one calendar day of the site's
time zone are tested together, by the first run after that day: only then is it known how many tests there are, and a
finding that is once told is not taken back because more stories came. So a gap is told 24 to 48 hours after the first
report. A story that turns out to be due later (it became worth a page late, or its analysis failed) goes into the list
of the next day; after three days it is only counted. What a run does follows from the database and the clock alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, undefer

from aggregator.analysis import gap_words as words
from aggregator.analysis.attention import Window, attention, not_counted
from aggregator.analysis.gap import (
    LEAST_OBSERVED,
    LEAST_SOURCES,
    LEAST_STORIES,
    LEFT,
    RIGHT,
    VERSION,
    Figures,
    Floats,
    figures,
    flagged,
    usual,
)
from aggregator.analysis.gap_history import TEST, YOUNG_FOR, Story, Table, carried_by, history, side_of
from aggregator.analysis.gap_observed import asked_since, observed_outlets, watched
from aggregator.settings import Settings
from aggregator.sources.ledger import tags
from aggregator.sources.units import NEWS
from aggregator.store.gap_tables import GapTest
from aggregator.store.page_tables import AnalysisRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import StoryEvent, StoryRow
from aggregator.store.tables import Article
from aggregator.store.upsert import in_parts
from aggregator.stories.topics import Topics
from aggregator.text import sha256

GAP, NONE, NOT_TESTED = "gap", "none", "not-tested"
VOID, SET_ASIDE, RESTORED = "void", "set-aside", "restored"
#: a story whose day no run looked at for so long is only counted, for what is usual
_LATE = timedelta(days=3)
#: stories that began earlier are not looked at any more
_OLDEST = timedelta(days=90)
_CHANGES = ("merged", "split", "moved", "removed")


@dataclass(frozen=True)
class Due:
    """A story whose 24 hours are over: the day on which they `ended`, and the day in whose list it is tested."""

    id: str
    first_at: datetime
    ended: date
    day: date


def present_test(story_id: InstrumentedAttribute[str] | str) -> ColumnElement[bool]:
    """The condition of the newest row of a story's tests."""
    every = aliased(GapTest)
    newest = select(func.max(every.id)).where(every.story_id == story_id).scalar_subquery()
    return GapTest.id == newest


def page_part(story_id: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """What of a page's input comes from the test, in SQL: empty while there is nothing to tell."""
    newest = select(GapTest.page_sha).where(GapTest.story_id == story_id).order_by(GapTest.id.desc()).limit(1)
    part: ColumnElement[str] = func.coalesce(newest.scalar_subquery(), literal(""))
    return part


def newest_test(session: Session, story_id: str) -> GapTest | None:
    """What is known of a story now; None before its test."""
    return session.scalar(select(GapTest).where(present_test(story_id)))


def look_for_gaps(store: Store, settings: Settings, topics: Topics, now: datetime) -> int:
    """Test all stories whose day is over, and void tests whose story has changed; how many rows that made."""
    with store.write() as session:
        made = [_voided(test, now) for test in _changed(session, now)]
        session.add_all(made)
    count = len(made)
    zone = ZoneInfo(settings.site.timezone)
    with store.read() as session:
        days = due_days(session, zone, now)
    for day, stories in sorted(days.items()):
        with store.read() as session:
            rows = rows_of_day(session, day, stories, settings.gap.q, topics, zone, now)
        with store.write() as session:
            session.add_all(rows)
        count += len(rows)
    return count


def due_days(session: Session, zone: ZoneInfo, now: datetime) -> Mapping[date, list[Due]]:
    """The stories to be tested now, by the day of their list."""
    today = now.astimezone(zone).date()
    begin = datetime.combine(today, time(), zone).astimezone(UTC)
    tested = exists().where(GapTest.story_id == StoryRow.id)
    query = (
        select(StoryRow.id, StoryRow.first_at)
        .join(AnalysisRow, AnalysisRow.story_id == StoryRow.id)
        .where(StoryRow.redirect_to.is_(None), StoryRow.size > 0, ~tested)
        .where(StoryRow.first_at < begin - YOUNG_FOR, StoryRow.first_at >= now - _OLDEST)
        .order_by(StoryRow.first_at, StoryRow.id)
    )
    last = session.scalar(select(func.max(GapTest.day)))
    found: dict[date, list[Due]] = defaultdict(list)
    for key, first_at in session.execute(query):
        ended = (first_at + YOUNG_FOR).astimezone(zone).date()
        day = max(ended, last + timedelta(days=1)) if last else ended
        if day < today:
            found[day].append(Due(key, first_at, ended, day))
    return found


def rows_of_day(
    session: Session, day: date, due: Sequence[Due], limit: float, topics: Topics, zone: ZoneInfo, now: datetime
) -> list[GapTest]:
    """The rows of a day's stories."""
    asked = asked_since(session)
    today = now.astimezone(zone).date()
    late = [one for one in due if today - one.ended > _LATE]
    untold = {"version": VERSION, "attention": not_counted(words.LATE)}
    counted = [_row(story, NOT_TESTED, words.LATE, untold, now) for story in _stories(session, late, asked, now)]
    stories = _stories(session, [one for one in due if today - one.ended <= _LATE], asked, now)
    if not stories:
        return counted
    past = history(session, day, asked, now)
    table = Table.of(session, [*past, *stories], asked, now)
    told, then = table.told(stories), table.told(past)
    found = figures(then, told, table.sides, usual(then, len(table.topics)))
    sides = _sides(session, asked, now)
    begun = {one.id: one.first_at for one in due}
    given = attention(session, [_window(story, begun[story.id], asked) for story in stories], now)
    rows = list(_rows(stories, found, limit, topics, sides, now))
    for row in rows:  # beside the test's own figures: for these alone no page is written anew
        row.content = {**row.content, "attention": given[row.story_id]}
    return [*counted, *rows]


def _window(story: Story, begun: datetime, asked: Mapping[str, Any]) -> Window:
    return Window(story.id, begun, begun + YOUNG_FOR, asked.keys() - set(story.missing))


def _stories(session: Session, due: Sequence[Due], asked: Mapping[str, datetime | None], now: datetime) -> list[Story]:
    """What was told of each, and by whom it could have been; an outlet's habit is that before the story's own day."""
    found = []
    for _, group in groupby(sorted(due, key=lambda one: (one.ended, one.first_at, one.id)), key=lambda one: one.ended):
        some = list(group)
        polls = watched(session, some[0].first_at, some[-1].first_at + YOUNG_FOR)
        found += [_story(session, one, asked, polls, now) for one in some]
    return found


def _story(
    session: Session, one: Due, asked: Mapping[str, datetime | None], polls: Mapping[str, Any], now: datetime
) -> Story:
    analysis = session.get_one(AnalysisRow, one.id, options=[undefer(AnalysisRow.content)])
    carried = carried_by(session, one.id, one.first_at, analysis.content, now)
    observed = set(observed_outlets(polls, one.first_at, one.first_at + YOUNG_FOR))
    return Story(one.id, one.day, analysis.topic, carried, sorted(set(asked) - observed))


def _sides(session: Session, asked: Mapping[str, Any], now: datetime) -> Mapping[int, set[str]]:
    """The outlets of each side whose feeds are asked, by their news."""
    by_outlet = {outlet: side_of(tag) for outlet, tag in tags(session, sorted(asked), now, NEWS).items()}
    return {side: {outlet for outlet, of in by_outlet.items() if of == side} for side in (LEFT, RIGHT)}


def _rows(
    stories: Sequence[Story],
    found: Figures,
    limit: float,
    topics: Topics,
    sides: Mapping[int, set[str]],
    now: datetime,
) -> Iterator[GapTest]:
    q, gaps = flagged(found, limit)
    family = int(found.eligible.sum())
    for at, story in enumerate(stories):
        topic, n, k, share = topics.get(story.topic).name, int(found.n[at]), int(found.k[at]), float(found.share[at])
        content: dict[str, Any] = {
            "version": VERSION, "topic": topic, "n": n, "k": k, "stories": int(found.stories[at]),
            "observed_share": _short(found.seen[at].min()), "family": family, "limit": limit,
        }  # fmt: skip
        if reason := _reason(topic, n, int(found.stories[at]), found.seen[at]):
            yield _row(story, NOT_TESTED, reason, content, now)
            continue
        right = k / share < (n - k) / (1 - share)
        of_side = sides[RIGHT if right else LEFT]
        told = words.Counted(
            side=words.RIGHT_SIDE if right else words.LEFT_SIDE,
            n=n,
            few=k if right else n - k,
            usual=_short(n * (share if right else 1 - share)),
            topic=topic,
            answered=len(of_side - set(story.missing)),
            outlets=len(of_side),
        )
        content |= {
            "expected_share": _short(share), "phi": _short(found.phi[at]), "p": _short(found.p[at]),
            "q": _short(q[at]), "side": told.side, "observed": told.few, "expected": told.usual,
            "answered": told.answered, "outlets": told.outlets, "text": words.told(told),
        }  # fmt: skip
        yield _row(story, GAP if gaps[at] else NONE, "", content, now)


def _reason(topic: str, n: int, stories: int, seen: Floats) -> str:
    """Why a story is not tested; the numbers are those of `Figures.eligible`."""
    if n < LEAST_SOURCES:
        return words.too_few_sources(n)
    if stories < LEAST_STORIES:
        return words.too_few_stories(topic, stories)
    if seen.min() < LEAST_OBSERVED:
        side = words.LEFT_SIDE if seen[0] <= seen[1] else words.RIGHT_SIDE
        return words.too_little_seen(side, float(seen.min()))
    return ""


def _row(story: Story, state: str, reason: str, content: Mapping[str, Any], now: datetime) -> GapTest:
    told = "" if state == NOT_TESTED else sha256(repr((story.id, state, sorted(content.items()))))[:12]
    return GapTest(
        story_id=story.id, kind=TEST, day=story.day, made_at=now, state=state, reason=reason, topic=story.topic,
        content=dict(content), carried=list(story.carried), missing=list(story.missing), page_sha=told,
    )  # fmt: skip


def _short(number: float) -> float:
    """Six digits: what is stored can be computed again from what is stored."""
    return float(f"{number:.6g}")


def _changed(session: Session, now: datetime) -> list[GapTest]:
    """Tests whose story has lost, or got by a merge or a move, articles that had been out when it was a day old.

    What an editor did to the finding meanwhile does not hide what happened to the story since the test itself.
    """
    made = aliased(GapTest)
    went = (StoryEvent.story_id == GapTest.story_id) & StoryEvent.kind.in_(_CHANGES)
    came = (StoryEvent.other_id == GapTest.story_id) & (StoryEvent.kind == "moved")
    query = (
        select(GapTest, StoryEvent, StoryRow.first_at)
        .join(StoryRow, StoryRow.id == GapTest.story_id)
        .join(StoryEvent, went | came)
        .join(made, (made.story_id == GapTest.story_id) & (made.kind == TEST))
        .where(present_test(StoryRow.id), GapTest.kind != VOID)
        .where(GapTest.made_at >= now - _OLDEST, StoryEvent.at > made.made_at)
        .order_by(GapTest.id, StoryEvent.id)
    )
    rows = [
        (test, first_at, {*(event.articles or ()), *([event.article_id] if event.article_id else [])})
        for test, event, first_at in session.execute(query)
    ]
    out: dict[str, datetime] = {}
    for some in in_parts(sorted({article for _, _, articles in rows for article in articles})):
        when = session.execute(select(Article.id, Article.order_at).where(Article.id.in_(some)))
        out |= {row.id: row.order_at for row in when}
    found = {
        test.id: test
        for test, first_at, articles in rows
        if any(out[key] <= first_at + YOUNG_FOR for key in articles if key in out)
    }
    return list(found.values())


def _voided(test: GapTest, now: datetime) -> GapTest:
    content = {"version": VERSION, "attention": not_counted(words.VOID)}
    # of a story that was not tested nothing was told but its attention
    quietly = test.state == NOT_TESTED and test.kind == TEST
    reason = test.reason if quietly else words.VOID
    return follow(test, VOID, NOT_TESTED, reason, content, now, quietly=quietly)


def follow(
    test: GapTest,
    kind: str,
    state: str,
    reason: str,
    content: Mapping[str, Any],
    now: datetime,
    decision: int | None = None,
    *,
    quietly: bool = False,
) -> GapTest:
    """A further row of the story of `test`, for which its page is written anew unless that is done `quietly`."""
    sha = "" if quietly else sha256(f"{test.id} {kind} {reason} {decision}")[:12]
    return GapTest(
        story_id=test.story_id, kind=kind, day=test.day, made_at=now, state=state, reason=reason, topic=test.topic,
        content=dict(content), carried=test.carried, missing=test.missing, decision_id=decision, page_sha=sha,
    )  # fmt: skip
