"""What the desk shows of a page: one of its versions with its evidence, what another changes, its history, what can be
done with it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from aggregator.desk.evidence import Block, blocks, texts_of
from aggregator.desk.story import Past, past
from aggregator.errors import Rejected
from aggregator.store.page_tables import PageRow
from aggregator.summarise.page import ENDED, SEEN, StoryPage
from aggregator.summarise.stale import Stale, stale_evidence
from aggregator.summarise.versions import EDITOR, shown


@dataclass(frozen=True)
class Version:
    """A version in the list of all."""

    version: int
    status: str
    made_by: str
    made_at: datetime
    reason: str


@dataclass(frozen=True)
class Change:
    """A sentence that one version has and another has not: `kind` is "new" or "gone"."""

    kind: str
    place: str
    text: str


@dataclass(frozen=True)
class Leaf:
    """All that the page view shows. `seen` is the version that readers see; `compared` the one that `changes` are from.

    `stale` are passages of this version that are in the present texts no longer, if readers see it or it is the newest.
    `acts` are the kinds of decision that are possible now, on the newest version only.
    """

    page: StoryPage
    row: Version
    versions: Sequence[Version]
    newest: int
    seen: int | None
    blocks: Sequence[Block]
    compared: int | None
    changes: Sequence[Change]
    past: Sequence[Past]
    acts: Sequence[str]
    stale: Sequence[Stale] = ()


def leaf(session: Session, key: str, version: int | None = None, against: int | None = None) -> Leaf:
    """A version of a page (the newest by default), compared with version `against` or with what readers see.

    Raises Rejected("no-page").
    """
    columns = (PageRow.version, PageRow.status, PageRow.made_by, PageRow.made_at, PageRow.reason)
    rows = session.execute(select(*columns).where(PageRow.id == key).order_by(PageRow.version.desc())).all()
    versions = [Version(*row) for row in rows]
    row = next((one for one in versions if version in (None, one.version)), None)
    if row is None:
        raise Rejected("no-page", f"there is no page {key}" + (f" in version {version}" if version else ""))
    seen = shown(versions)
    page = _load(session, key, row.version)
    known = {one.version for one in versions}
    other = against if against in known else seen.version if seen else None
    compared = other if other != row.version else None
    here = blocks(page, texts_of(session, page))
    changes = _changes(blocks(_load(session, key, compared), {}), here) if compared is not None else []
    return Leaf(
        page=page,
        row=row,
        versions=versions,
        newest=versions[0].version,
        seen=seen.version if seen else None,
        blocks=here,
        compared=compared,
        changes=changes,
        past=past(session, key),
        acts=_acts(versions[0], page, seen) if row is versions[0] else (),
        stale=stale_evidence(session, page) if page.status not in ENDED and (row is versions[0] or row is seen) else (),
    )


def _load(session: Session, key: str, version: int) -> StoryPage:
    row = session.get_one(PageRow, (key, version), options=[undefer(PageRow.content)])
    return StoryPage.model_validate(row.content)


def _changes(old: Sequence[Block], new: Sequence[Block]) -> list[Change]:
    """What the new version says that the old one does not, and the other way round, in the order of the page."""
    before = [(said.place, said.text) for block in old for said in block.said]
    after = [(said.place, said.text) for block in new for said in block.said]
    matcher = SequenceMatcher(None, [text for _, text in before], [text for _, text in after], autojunk=False)
    found: list[Change] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            found += [Change("gone", *one) for one in before[i:j]] + [Change("new", *one) for one in after[k:m]]
    return found


def _acts(newest: Version, page: StoryPage, seen: Any) -> tuple[str, ...]:
    """The decisions that `actions.act` and `actions.edit` would take on the newest version as it stands."""
    if newest.status in ENDED:
        return ("publish",) if newest.status == "withdrawn" else ()
    faulty = newest.status == "held" and newest.made_by != EDITOR
    possible = {
        "edit": not faulty,
        "approve": not faulty and newest.status != "approved" and not (seen_now(newest) and page.provenance.reviewed),
        "publish": not faulty and not seen_now(newest),
        "hold": not (newest.status == "held" and newest.made_by == EDITOR),
        "correct": seen is not None,
        "withdraw": True,
    }
    return tuple(kind for kind, can in possible.items() if can)


def seen_now(newest: Version) -> bool:
    """Whether readers see the newest version."""
    return newest.status in SEEN
