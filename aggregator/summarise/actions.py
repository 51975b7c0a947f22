"""What an editor does to a page: edit, approve, hold, publish, withdraw, correct, and undo each.

Each is a decision on record and a new version that follows from it; versions are never changed. What an editor edited
or approved the machine does not overwrite: its later versions are drafts beside it (`standing`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from aggregator.clock import Clock, rfc3339
from aggregator.errors import Rejected
from aggregator.store.page_tables import PageRow
from aggregator.store.tables import Document
from aggregator.stories.decisions import PAGE_KINDS, UNDO, record, signed, to_undo
from aggregator.summarise.context import CopyLimits
from aggregator.summarise.edits import LONGEST, edited
from aggregator.summarise.page import ENDED, SEEN, Correction, Edited, StoryPage
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.validate import Documents
from aggregator.summarise.versions import EDITOR, PURGED_INPUT, save_version, seen_version
from aggregator.text import one_line
from aggregator.types import Extent, Kind, Region, RegionKind, Rights

#: the state a page is in after each action
AFTER = {"hold": "held", "publish": "published", "withdraw": "withdrawn", "correct": "corrected", "approve": "approved"}
ROLE = "operator"


@dataclass(frozen=True)
class _By:
    actor: str
    role: str
    reason: str


def _by(actor: str, role: str, reason: str) -> _By:
    actor, reason = signed(actor, reason)
    return _By(actor, role, reason)


def act(
    session: Session,
    page_id: str,
    kind: str,
    *,
    actor: str,
    reason: str,
    clock: Clock,
    role: str = ROLE,
    version: int | None = None,
) -> StoryPage:
    """Record the decision and append the version that follows from it.

    `reason` of a withdrawal or correction is shown to readers. A correction is of the version that readers see: it lets
    no other out. `version` is the one that the editor looked at. Raises Rejected when there is no such page, when the
    page was withdrawn or merged before, when it is held or published already ("done"), when there is nothing to correct
    because readers see no version, when actor or reason is empty ("incomplete"), or when somebody was faster ("stale").
    """
    by = _by(actor, role, reason)
    row = _present(session, page_id, kind, version)
    if kind == "publish" and row.status in ("published", "corrected"):
        raise Rejected("done", "the page is published already")
    if kind == "hold" and row.status == "held" and row.made_by == EDITOR:
        raise Rejected("done", f"the page is held already: {row.reason}")
    if kind in ("publish", "approve") and row.input_sha == PURGED_INPUT:
        raise Rejected("faulty", "sources of the page were purged: the next run writes it anew, if enough is left")
    if kind in ("publish", "approve") and row.status == "held" and row.made_by != EDITOR:
        raise Rejected("faulty", f"the page breaks a citation rule: {row.reason}")
    content = _seen(session, row) if kind == "correct" else row.content
    page = _changed(StoryPage.model_validate({**content, "version": row.version}), kind, by, rfc3339(clock.now()), row)
    return _keep(session, clock, page, row, kind, by)


def edit(
    session: Session,
    page_id: str,
    field: Edited,
    text: str,
    *,
    actor: str,
    reason: str,
    clock: Clock,
    limits: CopyLimits,
    role: str = ROLE,
    version: int | None = None,
) -> StoryPage:
    """Put a headline or dek of one's own into the version that was looked at, held to the sources (`paraphrase`).

    Raises Rejected as `act` does; Broken with everything that the validator says of it: nothing is kept then.
    """
    by = _by(actor, role, reason)
    row = _present(session, page_id, "edit", version)
    before = StoryPage.model_validate({**row.content, "version": row.version})
    page = edited(before, field, text, documents_of(session, before), limits)
    page = page.model_copy(update={"version": row.version + 1, "updated_at": rfc3339(clock.now())})
    return _keep(session, clock, page, row, "edit", by, {"field": field, "text": one_line(text, LONGEST[field])})


def undo(session: Session, number: int, *, actor: str, reason: str, clock: Clock, role: str = ROLE) -> StoryPage:
    """Take a decision on a page back: the page is again as it was before, for readers too.

    What the machine wrote meanwhile it writes anew. Raises Rejected as `decisions.to_undo` does.
    """
    by = _by(actor, role, reason)
    decision = to_undo(session, number)
    if decision.kind not in PAGE_KINDS:
        raise Rejected("no-decision", f"decision {number} ({decision.kind}) is not about a page")
    row = newest(session, decision.subjects[0])
    if row is None:
        raise Rejected("no-page", f"there is no page {decision.subjects[0]}")
    if row.status == "merged":
        raise Rejected("ended", f"the page was merged into {row.content['merged_into']}: undo that first")
    back, status = _before(session, row.id, decision.payload["before"])
    page = StoryPage.model_validate(
        {**back.content, "version": row.version + 1, "status": status, "updated_at": rfc3339(clock.now())}
    )
    back_by = back.made_by if status in SEEN else EDITOR
    save_version(session, page, clock, input_sha=back.input_sha, recipe=back.recipe, reason=by.reason, by=back_by)
    payload = {"kind": decision.kind, "version": page.version, "before": row.version}
    record(session, clock, UNDO, [row.id], payload, actor=by.actor, role=role, reason=by.reason, undoes=number)
    return page


def _before(session: Session, page_id: str, version: int) -> tuple[PageRow, str]:
    """The version to go back to, and in which status: what readers saw; if nothing, a draft that they do not see."""
    every = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == page_id, PageRow.version <= version)
    rows = session.scalars(every.order_by(PageRow.version.desc())).all()
    if rows[0].input_sha == PURGED_INPUT:
        return rows[0], "held"
    if rows[0].status in SEEN or (rows[0].status in ("held", "approved", "draft") and rows[0].made_by == EDITOR):
        return rows[0], rows[0].status
    last = next((row for row in rows if row.status in SEEN), None)
    if last is not None and last.input_sha == PURGED_INPUT:
        return last, "held"
    return (last, last.status) if last else (rows[0], "draft")


def release(session: Session, clock: Clock) -> list[str]:
    """Let approved versions out to readers; the ids of their pages. A draft that the machine wrote since waits."""
    rows = session.scalars(select(PageRow).order_by(PageRow.id, PageRow.version.desc())).all()
    newest_of: dict[str, PageRow] = {}
    latest: dict[str, int] = {}
    for row in rows:
        latest.setdefault(row.id, row.version)
        if row.status != "draft":
            newest_of.setdefault(row.id, row)
    approved = [row for row in newest_of.values() if row.status == "approved"]
    for row in approved:
        status = "corrected" if row.content["corrections"] else "published"
        update = {"version": latest[row.id] + 1, "status": status, "updated_at": rfc3339(clock.now())}
        page = StoryPage.model_validate({**row.content, **update})
        save_version(session, page, clock, input_sha=row.input_sha, recipe=row.recipe, by=EDITOR)
    return [row.id for row in approved]


def newest(session: Session, page_id: str) -> PageRow | None:
    """The newest version of a page, with its content."""
    query = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == page_id)
    return session.scalar(query.order_by(PageRow.version.desc()).limit(1))


def documents_of(session: Session, page: StoryPage) -> Documents:
    """The documents that a page's cards are of, in the revisions that it cites.

    Raises Rejected("gone") where one is no longer kept.
    """
    cited = {one.article_id: one.revision for one in page.every_evidence()}
    rows = session.scalars(select(Document).where(Document.article_id.in_(cited)))
    found = {(row.article_id, row.revision): _document(row) for row in rows if cited[row.article_id] == row.revision}
    if missing := sorted(set(cited.items()) - set(found)):
        raise Rejected("gone", f"revision {missing[0][1]} of {missing[0][0]} is no longer kept")
    return found


def _document(row: Document) -> DocumentText:
    regions = tuple(Region(one["start"], one["end"], RegionKind(one["kind"])) for one in row.regions)
    return DocumentText(row.title, row.text, regions, Kind(row.kind), Extent(row.extent), Rights(row.rights))


def _present(session: Session, page_id: str, kind: str, version: int | None) -> PageRow:
    row = newest(session, page_id)
    if row is None:
        raise Rejected("no-page", f"there is no page {page_id}")
    if row.status == "merged":
        raise Rejected("ended", f"the page was merged into {row.content['merged_into']}")
    if row.status in ENDED and kind != "publish":
        raise Rejected("ended", f"the page was {row.status} before: {row.reason}")
    if version is not None and version != row.version:
        raise Rejected(
            "stale", f"version {row.version} was made meanwhile by the {row.made_by}, {rfc3339(row.made_at)}"
        )
    return row


def _seen(session: Session, newest: PageRow) -> Any:
    """The content that readers see: of the newest version, or of an older one where the machine holds that back."""
    if newest.status in SEEN:
        return newest.content
    version = seen_version(session, newest.id)
    if version is None:
        raise Rejected("held", f"readers see no version of the page: {newest.reason}")
    return session.get_one(PageRow, (newest.id, version), options=[undefer(PageRow.content)]).content


def _changed(page: StoryPage, kind: str, by: _By, now: str, row: PageRow) -> StoryPage:
    update: dict[str, Any] = {"version": page.version + 1, "status": AFTER[kind], "updated_at": now}
    if kind in ("withdraw", "correct"):
        note = Correction(at=now, kind="withdrawal" if kind == "withdraw" else "correction", note=by.reason)
        update["corrections"] = [*page.corrections, note]
    if kind == "approve":
        update["provenance"] = page.provenance.model_copy(update={"reviewed": True, "reviewed_by_role": by.role})
        update["status"] = row.status if row.status in SEEN else "approved"
    return page.model_copy(update=update)


def _keep(
    session: Session, clock: Clock, page: StoryPage, row: PageRow, kind: str, by: _By, more: Mapping[str, Any] = {}
) -> StoryPage:
    save_version(session, page, clock, input_sha=row.input_sha, recipe=row.recipe, reason=by.reason, by=EDITOR)
    payload = {"version": page.version, "before": row.version, **more}
    record(session, clock, kind, [page.id], payload, actor=by.actor, role=by.role, reason=by.reason)
    return page
