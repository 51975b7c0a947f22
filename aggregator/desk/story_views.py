"""The story view, and the decisions that are taken in it."""

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from aggregator.analysis.gap_day import newest_test
from aggregator.analysis.gap_editing import set_aside, take_back
from aggregator.desk import page_views
from aggregator.desk.asked import Act, Asked, Note
from aggregator.desk.story import revision, told
from aggregator.errors import Rejected
from aggregator.store.story_tables import Decision
from aggregator.stories.decisions import GAP_KIND, PAGE_KINDS, about
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import members_of, story_of
from aggregator.summarise import actions
from aggregator.summarise.standing import standing

_CHANGED = "the story changed since you opened it. It is shown as it is now, and what you typed is still there"
_Decide = Callable[[StoryEditor, str, Asked], Decision]


def show(asked: Asked, note: Note | None) -> Response:
    """A story. One that was merged leads to the story that it is part of now."""
    words = asked.query.get("find") or (note.typed.get("find") if note else "")
    with asked.work.store.read() as session:
        story = story_of(session, asked.params["key"])
        if story.id != asked.params["key"] and note is None:
            more = f"?done={asked.query.get('done')}" if asked.query.number("done") else ""
            return RedirectResponse(f"{asked.pages.prefix}/desk/story/{story.id}{more}", 303)
        values = told(session, story, asked.work.clock.now(), words)
        done_id = asked.query.number("done")
        done = session.get(Decision, done_id) if done_id is not None else None
        topics = asked.work.topics.topics
        picked = set(note.typed.all("article") if note else asked.query.all("pick"))
        return asked.pages.answer(
            asked, "desk-story.html", note=note, told=values, done=done, topics=topics, find=words, picked=picked,
            join=asked.work.settings.cluster.join, gap=newest_test(session, story.id),
            merged_from=asked.params["key"] if story.id != asked.params["key"] else "",
        )  # fmt: skip


def _decision(decide: _Decide) -> Act:
    """Take a decision on the story that was looked at, if it is still as it was then."""

    def act(asked: Asked) -> str:
        work = asked.work
        with work.store.write() as session:
            editor = StoryEditor(session, work.clock, _by(asked))
            story = story_of(session, asked.params["key"])
            if asked.typed.get("rev") != revision(story):
                raise Rejected("stale", _CHANGED)
            decision = decide(editor, story.id, asked)
            return f"/desk/story/{decision.subjects[0]}?done={decision.id}"

    return act


def _by(asked: Asked) -> By:
    if asked.visitor is None:
        raise Rejected("incomplete", "sign in first")
    return By(asked.visitor.name, asked.visitor.role, asked.typed.get("reason"))


def _chosen(asked: Asked) -> str:
    """The story that was typed in, by id or address, else the one that was picked."""
    typed = asked.typed.get("other_id").strip()
    return typed.split("/story/", 1)[-1].split("/", 1)[0] if typed else asked.typed.get("other")


def _merge(editor: StoryEditor, key: str, asked: Asked) -> Decision:
    other = _named(asked, "merge it with")
    if not asked.may("chief"):
        _refuse_withdrawn(editor.session, key, story_of(editor.session, other).id)
    return editor.merge([key, other])


def _move(editor: StoryEditor, key: str, asked: Asked) -> Decision:
    return editor.move(_articles_of(editor, key, asked), _named(asked, "move the articles to"))


def _named(asked: Asked, purpose: str) -> str:
    other = _chosen(asked)
    if not other:
        raise Rejected("incomplete", f"pick a story to {purpose}, or type its id")
    return other


def _articles(asked: Asked) -> list[str]:
    articles = asked.typed.all("article")
    if not articles:
        raise Rejected("incomplete", "tick the articles that this is about")
    return articles


def _articles_of(editor: StoryEditor, key: str, asked: Asked) -> list[str]:
    """The ticked articles, all of the story that was looked at: of another one the editor saw no state."""
    articles = _articles(asked)
    if strange := sorted(set(articles) - set(members_of(editor.session, key))):
        raise Rejected("not-member", f"{strange[0]} is not in {key}")
    return articles


def _refuse_withdrawn(session: Session, *keys: str) -> None:
    """What a chief withdrew goes into no other page without a chief."""
    for key in keys:
        if standing(about(session, key)).withdrawn:
            raise Rejected("withdrawn", f"the page of {key} was withdrawn: only a chief may merge its story")


def _topic(editor: StoryEditor, key: str, asked: Asked) -> Decision:
    slug = asked.typed.get("topic")
    if slug and slug not in {topic.slug for topic in asked.work.topics.topics}:
        raise Rejected("incomplete", "there is no such topic")
    return editor.set_topic(key, slug)


def _thread(editor: StoryEditor, key: str, asked: Asked) -> Decision:
    """By what was picked: the thread of another story, none, or as the machine finds."""
    picked = asked.typed.get("thread")
    if picked not in ("", "alone", "with"):
        raise Rejected("incomplete", "say into which thread")
    if picked == "with":
        return editor.set_thread(key, _named(asked, "put it into the thread of"))
    return editor.set_thread(key, key if picked else "")


merge = _decision(_merge)
split = _decision(lambda editor, key, asked: editor.split(key, _articles(asked)))
move = _decision(_move)
remove = _decision(lambda editor, key, asked: editor.remove(_articles_of(editor, key, asked)))
keep = _decision(lambda editor, key, asked: editor.keep(_articles_of(editor, key, asked)))
lock = _decision(lambda editor, key, asked: editor.lock(key))
unlock = _decision(lambda editor, key, asked: editor.unlock(key))
rename = _decision(lambda editor, key, asked: editor.rename(key, asked.typed.get("name")))
set_topic = _decision(_topic)
set_thread = _decision(_thread)
set_gap_aside = _decision(lambda editor, key, asked: set_aside(editor.session, editor.clock, editor.by, key))


def undo(asked: Asked) -> str:
    """Take a decision back: one's own, or as chief anybody's. Raises Rejected("not-yours"), and what undoing raises."""
    work, by = asked.work, _by(asked)
    number = _number(asked)
    with work.store.write() as session:
        decision = _known(session, number)
        if decision.actor != by.actor and not asked.may("chief"):
            raise Rejected("not-yours", f"decision {number} is {decision.actor}’s: they, or a chief, can undo it")
        if decision.kind in PAGE_KINDS:
            page = actions.undo(session, number, actor=by.actor, role=by.role, reason=by.reason, clock=work.clock)
            return f"/desk/page/{page.id}?undone={number}"
        if decision.kind == GAP_KIND:
            undoing = take_back(session, work.clock, by, number)
        else:
            undoing = StoryEditor(session, work.clock, by).undo(number)
        return f"/desk/story/{undoing.subjects[0]}?done={undoing.id}"


def show_decided(asked: Asked, note: Note | None) -> Response:
    """The view of what a decision is about, where its undoing was refused."""
    with asked.work.store.read() as session:
        decision = _known(session, _number(asked))
    inner = Asked(
        asked.work, asked.pages, asked.path, {"key": decision.subjects[0]}, visitor=asked.visitor, address=asked.address
    )
    if note is not None:
        note = Note(f"undo-{decision.id}", note.typed, note.status, note.text)
    return (page_views.show if decision.kind in PAGE_KINDS else show)(inner, note)


def _number(asked: Asked) -> int:
    digits = asked.params["number"]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def _known(session: Session, number: int) -> Decision:
    decision = session.get(Decision, number)
    if decision is None:
        raise Rejected("no-decision", f"there is no decision {number}")
    return decision
