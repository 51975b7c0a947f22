"""What an editor does to a page: hold, publish, withdraw, correct. Each is a decision on record and a new version."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from aggregator.clock import Clock, rfc3339
from aggregator.errors import Rejected
from aggregator.store.page_tables import PageRow
from aggregator.store.tables import Decision
from aggregator.summarise.page import ENDED, SEEN, Correction, StoryPage
from aggregator.summarise.write import EDITOR, save_version, seen_version
from aggregator.text import one_line

#: the state a page is in after each action
AFTER = {"hold": "held", "publish": "published", "withdraw": "withdrawn", "correct": "corrected"}
ROLE = "operator"


def act(session: Session, page_id: str, kind: str, *, actor: str, reason: str, clock: Clock) -> StoryPage:
    """Record the decision and append the version that follows from it.

    `reason` of a withdrawal or correction is shown to readers. A correction is of the version that readers see: it lets
    no other out. Raises Rejected when there is no such page, when the page was withdrawn or merged before, when it is
    held or published already, when there is nothing to correct because readers see no version, or when actor or reason
    is empty.
    """
    actor, reason = one_line(actor, 80), one_line(reason, 500)
    if not actor or not reason:
        raise Rejected("incomplete", "an actor and a reason are required")
    row = newest(session, page_id)
    if row is None:
        raise Rejected("no-page", f"there is no page {page_id}")
    if row.status in ENDED and kind != "publish":
        raise Rejected("ended", f"the page was {row.status} before: {row.reason}")
    if row.status == "merged":
        raise Rejected("ended", f"the page was merged into {row.content['merged_into']}")
    if kind == "publish" and row.status in ("published", "corrected"):
        raise Rejected("done", "the page is published already")
    if kind == "hold" and row.status == "held" and row.made_by == EDITOR:
        raise Rejected("done", f"the page is held already: {row.reason}")
    content = _seen(session, row) if kind == "correct" else row.content
    if kind == "publish" and row.status == "held" and row.made_by != EDITOR:
        raise Rejected("faulty", f"the page breaks a citation rule: {row.reason}")
    page = _changed(StoryPage.model_validate({**content, "version": row.version}), kind, reason, rfc3339(clock.now()))
    save_version(session, page, clock, input_sha=row.input_sha, recipe=row.recipe, reason=reason, by=EDITOR)
    payload: dict[str, Any] = {"version": page.version}
    session.add(
        Decision(at=clock.now(), actor=actor, role=ROLE, kind=kind, subjects=[page_id], payload=payload, reason=reason)
    )
    session.flush()
    return page


def newest(session: Session, page_id: str) -> PageRow | None:
    """The newest version of a page, with its content."""
    query = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == page_id)
    return session.scalar(query.order_by(PageRow.version.desc()).limit(1))


def _seen(session: Session, newest: PageRow) -> Any:
    """The content that readers see: of the newest version, or of an older one where the machine holds that back."""
    if newest.status in SEEN:
        return newest.content
    version = seen_version(session, newest.id)
    if version is None:
        raise Rejected("held", f"readers see no version of the page: {newest.reason}")
    return session.get_one(PageRow, (newest.id, version), options=[undefer(PageRow.content)]).content


def _changed(page: StoryPage, kind: str, reason: str, now: str) -> StoryPage:
    update: dict[str, Any] = {"version": page.version + 1, "status": AFTER[kind], "updated_at": now}
    if kind in ("withdraw", "correct"):
        note = Correction(at=now, kind="withdrawal" if kind == "withdraw" else "correction", note=reason)
        update["corrections"] = [*page.corrections, note]
    return page.model_copy(update=update)
