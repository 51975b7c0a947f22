"""The disk budget: how much room is taken and left; where it is short, pages as fetched are emptied early."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, exists, func, or_, select, update

from aggregator.setting_sections import KeepSettings
from aggregator.store.sessions import Store
from aggregator.store.size import database_size
from aggregator.store.tables import Attempt, Document, Response

GB = 1_000_000_000
OVER_BUDGET, LITTLE_DISK = "over-budget", "little-disk"
_CHUNK = 500


@dataclass(frozen=True)
class Room:
    """Bytes that database and data directory hold (0 if there is no budget), and bytes that are left to grow into.

    `prunable` are those of pages as fetched that are done with. `local` says that emptying them also helps the disk:
    the database's file lies here and is written again from within.
    """

    used: int
    free: int
    prunable: int = 0
    local: bool = True


def over_budget(room: Room, keep: KeepSettings) -> int:
    """How many bytes more are held than `[keep] max_gb` allows."""
    return max(room.used - int(keep.max_gb * GB), 0) if keep.max_gb else 0


def too_little_free(room: Room, keep: KeepSettings) -> int:
    """How many bytes are lacking to `[keep] min_free_gb`."""
    return max(int(keep.min_free_gb * GB) - room.free, 0)


def lacking(room: Room, keep: KeepSettings) -> Iterator[tuple[str, str]]:
    """What pruning cannot mend, by name, in words. No new pages are fetched then."""
    if over_budget(room, keep) > room.prunable:
        held = f"database and data hold {room.used / GB:.3g} GB, [keep] max_gb allows {keep.max_gb:g}"
        yield OVER_BUDGET, f"{held}: no new pages are fetched until more is allowed or less is kept"
    if too_little_free(room, keep) > room.prunable * room.local:
        free = f"{room.free / GB:.3g} GB of disk are free, [keep] min_free_gb asks for {keep.min_free_gb:g}"
        yield LITTLE_DISK, f"{free}: no new pages are fetched until there is room"


def done_with() -> ColumnElement[bool]:
    """Pages that are still kept and were read, or cannot be."""
    read = exists().where(
        Document.article_id == Response.article_id, Document.current, Document.input_sha == Response.html_sha
    )
    this_page = (Attempt.key == Response.article_id, Attempt.input_sha == Response.html_sha)
    given_up = exists().where(Attempt.stage == "extract", *this_page, Attempt.buried)
    return Response.html.is_not(None) & or_(read, given_up)


def measure_room(store: Store, data: Path, keep: KeepSettings) -> Room:
    """Look at the disk. The data directory is only walked when there is a budget to hold it against."""
    there = next(folder for folder in (data, *data.resolve().parents) if folder.exists())
    size = database_size(store)
    database = store.url.database if store.is_sqlite else None
    used = size.used + sum(_files(data, database)) if keep.max_gb else 0
    room = Room(used, shutil.disk_usage(there).free + size.reusable, local=store.is_sqlite)
    if not over_budget(room, keep) and not too_little_free(room, keep):
        return room
    with store.read() as session:
        prunable = session.scalar(select(func.coalesce(func.sum(func.length(Response.html)), 0)).where(done_with()))
    return Room(room.used, room.free, prunable or 0, room.local)


def _files(data: Path, database: str | None) -> Iterator[int]:
    """The sizes of all files below `data` but the database's own, which are counted by what they hold."""
    mine = {Path(f"{database}{end}").resolve() for end in ("", "-wal", "-shm")} if database else set()
    for folder, _, names in os.walk(data):
        for name in names:
            file = Path(folder) / name
            if not file.is_symlink() and file.resolve() not in mine:
                yield file.stat().st_size if file.exists() else 0


def make_room(store: Store, data: Path, keep: KeepSettings) -> tuple[int, str]:
    """Keep to the budget: how many pages were emptied early, and why no new ones may be fetched all the same."""
    room = measure_room(store, data, keep)
    size = max(over_budget(room, keep), too_little_free(room, keep) if room.local else 0)
    emptied = prune_early(store, size) if size else 0
    if emptied:
        room = measure_room(store, data, keep)
    return emptied, ", ".join(name for name, _ in lacking(room, keep))


def prune_early(store: Store, size: int) -> int:
    """Empty the oldest pages that are done with, until `size` bytes are free or there are no more; how many."""
    length = func.length(Response.html)
    oldest = select(Response.article_id, length).where(done_with()).order_by(Response.fetched_at, Response.article_id)
    keys: list[str] = []
    with store.read() as session:
        for key, freed in session.execute(oldest).yield_per(_CHUNK):
            if size <= 0:
                break
            keys.append(key)
            size -= freed
    for start in range(0, len(keys), _CHUNK):
        with store.write() as session:
            some = Response.article_id.in_(keys[start : start + _CHUNK])
            session.execute(
                update(Response).where(some, done_with()).values(html=None),
                execution_options={"synchronize_session": False},
            )
    return len(keys)
