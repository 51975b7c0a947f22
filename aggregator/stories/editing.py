"""What editors do to stories: merge, split, move, remove, keep, lock, rename, set topic or thread, and undo each.

Each is one transaction of the caller: the decision on record, the rows changed, an event in the stories concerned. What
is refused is refused before anything is written, with a reason that says what to do. Ids are never given twice; a
merged story stays as a redirect that resolves through further merges.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.store.story_tables import Decision, Membership, StoryRow
from aggregator.store.tables import Article
from aggregator.stories.constraints import refuse_leaving, refuse_meeting
from aggregator.stories.decisions import UNDO, alone, record, signed, to_undo
from aggregator.stories.effects import EFFECTS, apply
from aggregator.stories.ids import members_of, story_of, unused_story_id
from aggregator.text import one_line

_NAME = 200


@dataclass(frozen=True)
class By:
    """Who decides, in which role, and why."""

    actor: str
    role: str
    reason: str


class StoryEditor:
    """Decisions on stories within one session; the caller's transaction makes each whole or nothing."""

    def __init__(self, session: Session, clock: Clock, by: By) -> None:
        self.session, self.clock = session, clock
        alone(session)
        actor, reason = signed(by.actor, by.reason)
        self.by = By(actor, by.role, reason)

    def merge(self, ids: Sequence[str]) -> Decision:
        """Join two or more stories into the oldest of them; the others become redirects to it.

        Raises Rejected: "no-story", "locked", or "same-story" where fewer than two are left after following redirects,
        "contradiction" where a decision holds some of them apart.
        """
        stories = list({story.id: story for story in (self._open(key) for key in ids)}.values())
        if len(stories) < 2:
            raise Rejected("same-story", f"{' and '.join(ids)} are one story already")
        kept, *others = sorted(stories, key=lambda story: (story.made_at, story.first_at, story.id))
        members = {story.id: self._members(story.id) for story in (kept, *others)}
        refuse_meeting(self.session, [article for some in members.values() for article in some])
        return self._decide("merge", list(members), {"members": members})

    def split(self, key: str, articles: Sequence[str]) -> Decision:
        """Part `articles` from the others of a story; the larger part keeps the id, of equal ones that of the founder.

        Raises Rejected: "no-story", "locked", "not-member", "empty-part", "contradiction".
        """
        story = self._open(key)
        members = self._members(story.id)
        chosen = self._of(articles, members, story.id)
        rest = _without(members, chosen)
        if not chosen or not rest:
            raise Rejected("empty-part", f"{story.id} has {len(members)} articles: both parts need at least one")
        founder_leaves = story.founding_article_id in chosen
        if len(chosen) > len(rest) or (len(chosen) == len(rest) and founder_leaves):
            chosen, rest = rest, chosen
        refuse_leaving(self.session, chosen, rest)
        founder = min(chosen, key=lambda article: (self.session.get_one(Article, article).order_at, article))
        new = unused_story_id(self.session, founder)
        return self._decide("split", [story.id, new], {"articles": chosen, "rest": rest, "founder": founder})

    def move(self, articles: Sequence[str], to: str) -> Decision:
        """Put articles of one story into another.

        Raises Rejected: "no-story", "locked", "not-member", "same-story", "contradiction", "empty-part" if none would
        be left behind.
        """
        target = self._open(to)
        homes = {self._home(article) for article in articles}
        if len(homes) != 1:
            raise Rejected("not-member", "articles are moved out of one story at a time")
        story = self._open(homes.pop())
        if story.id == target.id:
            raise Rejected("same-story", f"the articles are in {target.id} already")
        chosen = self._of(articles, self._members(story.id), story.id)
        rest = self._leaves_some(story, chosen, "merge the two stories instead")
        refuse_leaving(self.session, chosen, rest)
        refuse_meeting(self.session, [*chosen, *self._members(target.id)])
        return self._decide("move", [story.id, target.id], {"articles": chosen})

    def remove(self, articles: Sequence[str]) -> Decision:
        """Take articles out of their story and of every other: no later run places them.

        Raises Rejected: "no-story", "locked", "not-member", "contradiction", "empty-part" if none would be left behind.
        """
        homes = {self._home(article) for article in articles}
        if len(homes) != 1:
            raise Rejected("not-member", "articles are removed from one story at a time")
        story = self._open(homes.pop())
        chosen = self._of(articles, self._members(story.id), story.id)
        rest = self._leaves_some(story, chosen, "withdraw its page instead")
        refuse_leaving(self.session, chosen, rest)
        return self._decide("remove", [story.id], {"articles": chosen})

    def keep(self, articles: Sequence[str]) -> Decision:
        """Confirm that articles stand rightly in their story: no later run takes them out of it.

        Raises Rejected: "no-story", "locked", "not-member".
        """
        homes = {self._home(article) for article in articles}
        if len(homes) != 1:
            raise Rejected("not-member", "articles are kept in one story at a time")
        story = self._open(homes.pop())
        return self._decide("keep", [story.id], {"articles": self._of(articles, self._members(story.id), story.id)})

    def lock(self, key: str) -> Decision:
        """From now on nothing joins or leaves. Raises Rejected("no-story"), or ("locked") if that is so already."""
        return self._decide("lock", [self._open(key).id], {})

    def unlock(self, key: str) -> Decision:
        """The opposite of lock. Raises Rejected("no-story"), or ("not-locked")."""
        story = self._story(key)
        if not story.locked:
            raise Rejected("not-locked", f"{story.id} is not locked")
        return self._decide("unlock", [story.id], {})

    def rename(self, key: str, name: str) -> Decision:
        """Give a story a name of its own for the desk; an empty one gives the machine's back. At most 200 characters.

        Raises Rejected: "no-story", "too-long".
        """
        story = self._story(key)
        wanted = one_line(name)
        if len(wanted) > _NAME:
            raise Rejected("too-long", f"a name of {len(wanted)} characters: {_NAME} are allowed")
        return self._decide("rename", [story.id], {"name": wanted, "before": story.name})

    def set_topic(self, key: str, topic: str) -> Decision:
        """Put a story on a shelf of the configuration; empty: as its articles say. Raises Rejected("no-story")."""
        story = self._story(key)
        return self._decide("topic", [story.id], {"topic": one_line(topic, 60), "before": story.topic})

    def set_thread(self, key: str, to: str) -> Decision:
        """Put a story in the thread of the story `to`; `to` the story itself: in none; empty: as the machine finds.

        Raises Rejected: "no-story"; "contradiction" where `to` is held out of every thread, or the story is to be and
        another one was put with it.
        """
        story = self._story(key)
        with_ = self._story(to).id if to else ""
        if with_ != story.id and with_ and self._story(with_).thread_with == with_:
            raise Rejected("contradiction", f"{with_} is held out of every thread: undo that first")
        bound = select(StoryRow.id).where(StoryRow.thread_with == story.id, StoryRow.id != story.id).limit(1)
        if with_ == story.id and (other := self.session.scalar(bound)):
            raise Rejected("contradiction", f"{other} was put in the thread of {story.id}: undo that first")
        others = [with_] if with_ not in ("", story.id) else []
        return self._decide("thread", [story.id, *others], {"with": with_, "before": story.thread_with})

    def undo(self, number: int) -> Decision:
        """Take a story decision back: what it changed is as it was before, what came since stays.

        Articles whose story a run has merged since go back to where that leads. Raises Rejected as `decisions.to_undo`
        does, "locked" while a story concerned is locked, and "contradiction" where a decision holds the articles apart
        from what their old story has become.
        """
        decision = to_undo(self.session, number)
        if decision.kind not in EFFECTS:
            raise Rejected("no-decision", f"decision {number} ({decision.kind}) is not about a story")
        if decision.kind not in ("lock", "unlock", "rename", "topic", "thread"):
            for key in decision.subjects:
                self._open(key)
        if decision.kind in ("move", "remove"):
            home = self._members(self._story(decision.subjects[0]).id)
            refuse_meeting(self.session, [*decision.payload["articles"], *home])
        undoing = self._record(UNDO, decision.subjects, {"kind": decision.kind}, decision.id)
        apply(self.session, undoing, decision)
        return undoing

    def _decide(self, kind: str, subjects: Sequence[str], payload: dict[str, Any]) -> Decision:
        decision = self._record(kind, subjects, payload)
        apply(self.session, decision)
        return decision

    def _record(
        self, kind: str, subjects: Sequence[str], payload: dict[str, Any], undoes: int | None = None
    ) -> Decision:
        by = self.by
        return record(
            self.session,
            self.clock,
            kind,
            subjects,
            payload,
            actor=by.actor,
            role=by.role,
            reason=by.reason,
            undoes=undoes,
        )

    def _story(self, key: str) -> StoryRow:
        return story_of(self.session, key)

    def _open(self, key: str) -> StoryRow:
        return self._unlocked(self._story(key))

    def _unlocked(self, story: StoryRow) -> StoryRow:
        if story.locked:
            raise Rejected("locked", f"{story.id} is locked: unlock it first")
        return story

    def _members(self, key: str) -> list[str]:
        return members_of(self.session, key)

    def _home(self, article: str) -> str:
        membership = self.session.get(Membership, article)
        if membership is None or membership.story_id is None:
            raise Rejected("not-member", f"{article} is in no story")
        return membership.story_id

    def _of(self, articles: Sequence[str], members: Sequence[str], key: str) -> list[str]:
        wanted = set(articles)
        if strange := sorted(wanted - set(members)):
            raise Rejected("not-member", f"{', '.join(strange[:3])} is not in {key}")
        return [article for article in members if article in wanted]

    def _leaves_some(self, story: StoryRow, chosen: Sequence[str], instead: str) -> list[str]:
        rest = _without(self._members(story.id), chosen)
        if not rest:
            raise Rejected("empty-part", f"nothing would be left of {story.id}: {instead}")
        return rest


def _without(members: Sequence[str], chosen: Sequence[str]) -> list[str]:
    out = set(chosen)
    return [article for article in members if article not in out]
