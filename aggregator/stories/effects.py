"""What decisions do to the rows: memberships, stories, redirects and events, forwards and backwards.

A function of the rows and the decision alone, so that stories can be made again from the record (`rebuild`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.store.story_tables import Decision, Membership, StoryEvent, StoryRow
from aggregator.store.tables import Article
from aggregator.stories.confidence import EDITOR
from aggregator.stories.constraints import pinned_articles
from aggregator.stories.ids import NOBODY, mark_stories, members_of, story_of


def apply(session: Session, decision: Decision, undone: Decision | None = None) -> None:
    """Change the stories as a recorded decision says; `undone`: the one that it takes back.

    A function of the rows and the decision alone, so that stories can be made again from the record.
    """
    if undone is None:
        EFFECTS[decision.kind][0](session, decision, decision)
    else:
        EFFECTS[undone.kind][1](session, decision, undone)
    _rate(session, decision.subjects)


def _rate(session: Session, stories: Sequence[str]) -> None:
    """What editors placed is certain; where they took that back, nothing is known until the story changes again."""
    pinned = pinned_articles(session)
    changed = set()
    for row in session.scalars(select(Membership).where(Membership.story_id.in_(stories))):
        if (row.article_id in pinned) != (row.confidence == EDITOR):
            row.confidence = row.settled_confidence = EDITOR if row.article_id in pinned else None
            changed.add(row.story_id)
    session.flush()
    mark_stories(session, filter(None, changed))


_Effect = Callable[[Session, Decision, Decision], None]


def _merge(session: Session, now: Decision, what: Decision) -> None:
    kept, *others = what.subjects
    for other in others:
        articles = what.payload["members"][other]
        _put(session, articles, kept)
        _empty(session, other, redirect_to=kept)
        _tell(session, now, kept, "merged", other, articles=articles)
    mark_stories(session, [kept])


def _unmerge(session: Session, now: Decision, what: Decision) -> None:
    kept, *others = what.subjects
    for other in others:
        here = set(members_of(session, kept))
        session.get_one(StoryRow, other).redirect_to = None
        articles = [article for article in what.payload["members"][other] if article in here]
        _put(session, articles, other)
        _tell(session, now, kept, "split", other, articles=articles)
        mark_stories(session, [other])
    mark_stories(session, [kept])


def _split(session: Session, now: Decision, what: Decision) -> None:
    key, new = what.subjects
    founder = session.get_one(Article, what.payload["founder"])
    at = founder.order_at
    session.add(
        StoryRow(
            id=new,
            founding_article_id=founder.id,
            made_at=now.at,
            first_at=at,
            last_at=at,
            size=0,
            members_sha=NOBODY,
        )
    )
    session.flush()
    _put(session, what.payload["articles"], new)
    _tell(session, now, key, "split", new, articles=what.payload["articles"])
    mark_stories(session, [key, new])


def _unsplit(session: Session, now: Decision, what: Decision) -> None:
    key, new = what.subjects
    articles = members_of(session, new)
    _put(session, articles, key)
    _empty(session, new, redirect_to=key)
    _tell(session, now, key, "merged", new, articles=articles)
    mark_stories(session, [key])


def _move(session: Session, now: Decision, what: Decision) -> None:
    source, target = what.subjects
    _moved(session, now, what.payload["articles"], source, target)


def _unmove(session: Session, now: Decision, what: Decision) -> None:
    source, target = what.subjects
    home = story_of(session, source).id  # a run may have merged what was left of it
    if home != target:
        _moved(session, now, what.payload["articles"], target, home)


def _moved(session: Session, now: Decision, articles: Sequence[str], source: str, target: str) -> None:
    _put(session, articles, target)
    for article in articles:
        _tell(session, now, source, "moved", target, article=article)
    mark_stories(session, [source, target])


def _remove(session: Session, now: Decision, what: Decision) -> None:
    _put(session, what.payload["articles"], None)
    for article in what.payload["articles"]:
        _tell(session, now, what.subjects[0], "removed", article=article)
    mark_stories(session, what.subjects)


def _restore(session: Session, now: Decision, what: Decision) -> None:
    home = story_of(session, what.subjects[0]).id
    _put(session, what.payload["articles"], home)
    for article in what.payload["articles"]:
        _tell(session, now, home, "joined", article=article)
    mark_stories(session, [home])


def _as_it_is(session: Session, now: Decision, what: Decision) -> None:
    """Only what may happen later differs."""


def _locked(to: bool) -> _Effect:
    def effect(session: Session, now: Decision, what: Decision) -> None:
        session.get_one(StoryRow, what.subjects[0]).locked = to

    return effect


def _named(field: str, which: str) -> _Effect:
    def effect(session: Session, now: Decision, what: Decision) -> None:
        setattr(session.get_one(StoryRow, what.subjects[0]), field, what.payload[which])

    return effect


#: the effect of each kind, and the opposite one
EFFECTS: dict[str, tuple[_Effect, _Effect]] = {
    "merge": (_merge, _unmerge),
    "split": (_split, _unsplit),
    "move": (_move, _unmove),
    "remove": (_remove, _restore),
    "keep": (_as_it_is, _as_it_is),
    "lock": (_locked(True), _locked(False)),
    "unlock": (_locked(False), _locked(True)),
    "rename": (_named("name", "name"), _named("name", "before")),
    "topic": (_named("topic", "topic"), _named("topic", "before")),
    "thread": (_named("thread_with", "with"), _named("thread_with", "before")),
}


def _put(session: Session, articles: Sequence[str], key: str | None) -> None:
    for article in articles:
        membership = session.get_one(Membership, article)
        membership.story_id = membership.settled_id = key
    session.flush()


def _empty(session: Session, key: str, *, redirect_to: str) -> None:
    story = session.get_one(StoryRow, key)
    story.redirect_to, story.size, story.members_sha = redirect_to, 0, NOBODY
    session.flush()


def _tell(
    session: Session,
    decision: Decision,
    key: str,
    kind: str,
    other: str | None = None,
    *,
    article: str | None = None,
    articles: Sequence[str] | None = None,
) -> None:
    at: datetime = decision.at
    reason = f"decision {decision.id}: {decision.reason}"
    event = StoryEvent(at=at, story_id=key, kind=kind, article_id=article, other_id=other, reason=reason)
    event.articles = list(articles) if articles is not None else None
    session.add(event)
