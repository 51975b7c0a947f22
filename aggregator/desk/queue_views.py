"""The queue as it is shown."""

from urllib.parse import urlencode

from starlette.responses import Response

from aggregator.desk.asked import Asked, Note
from aggregator.desk.queue import STATES, Wanted, queue
from aggregator.desk.uncertain import uncertain


def show(asked: Asked, note: Note | None) -> Response:
    """A page of the queue, by the fields of its form; `note`: why signing out was refused."""
    query, now = asked.query, asked.work.clock.now()
    state = query.get("state", "pages")
    wanted = Wanted(
        state=state if state in STATES else "pages",
        topic=query.get("topic"),
        locked=bool(query.get("locked")),
        words=query.get("q"),
        page=query.number("page") or 1,
    )
    with asked.work.store.read() as session:
        found = queue(session, wanted, now)
        return asked.pages.answer(
            asked, "desk-queue.html", note=note, queue=found, wanted=wanted, states=STATES, now=now,
            topics=asked.work.topics.topics, names={topic.slug: topic.name for topic in asked.work.topics.topics},
            address=lambda **change: _address(wanted, **change),
        )  # fmt: skip


def show_uncertain(asked: Asked, note: Note | None) -> Response:
    """A page of the articles whose place is least certain."""
    with asked.work.store.read() as session:
        found = uncertain(session, asked.work.clock.now(), asked.query.number("page") or 1)
        return asked.pages.answer(asked, "desk-uncertain.html", note=note, found=found)


def _address(wanted: Wanted, **change: object) -> str:
    """The address of the queue with some of its fields changed; a change but that of the page leads to the first."""
    fields: dict[str, object] = {
        "state": wanted.state,
        "topic": wanted.topic,
        "locked": "on" if wanted.locked else "",
        "q": wanted.words,
    }
    fields.update(change)
    return "/desk?" + urlencode({name: value for name, value in fields.items() if value})
