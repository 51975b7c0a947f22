"""Whether a publish would change anything: what the last one was made from, and the files as it left them.

Site and feeds depend on the pages, the ledger of outlets, the settings, the topics and the program alone. If all these
are as they were, and nobody touched a file, there is nothing to render. All of this lies beside the site, so that it is
never served, and can be removed at any time: the next publish then makes everything.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import astuple
from functools import cache
from importlib.metadata import version
from pathlib import Path

from aggregator.errors import StageFailed
from aggregator.publish.entries import EXTENSIONS
from aggregator.publish.files import write_whole
from aggregator.publish.kept import Kept, Left
from aggregator.text import sha256

STATE = ".published"
#: the single files of the last publish; and the entries of the feeds, of which the feeds are put together
_FILES, _ENTRIES = ".published-files", ".published-entries"
_PROGRAM = Path(__file__).parent.parent
_LIBRARIES = ("babel", "jinja2", "markdown-it-py", "pydantic")


@cache
def program() -> str:
    """The hash of the program that renders, templates and libraries included."""
    files = (file for file in _PROGRAM.rglob("*") if file.is_file() and file.suffix != ".pyc")
    parts = [f"{file.relative_to(_PROGRAM)} {sha256(file.read_bytes())}" for file in sorted(files)]
    return sha256("\n".join([*parts, *(f"{name} {version(name)}" for name in _LIBRARIES)]))


def files_as_left(data: Path, root: Path, made_from: str) -> int | None:
    """How many files the last publish left under `root`, if it was made from the same and they are as it left them."""
    try:
        last = json.loads((data / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # lost or harmed
        return None
    if not isinstance(last, dict) or last.get("made_from") != made_from or last.get("disk") != _disk(root):
        return None
    return int(last["files"])


def kept_of(data: Path, root: Path, common: object) -> tuple[Kept, Kept]:
    """The files under `root` and the entries of the feeds, as the last publish left them; `common`: see Kept."""
    try:
        left = json.loads((data / _FILES).read_text(encoding="utf-8"))
        site, entries = ({path: Left(*one) for path, one in left[part].items()} for part in ("site", "entries"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):  # lost or harmed: all are made
        site, entries = {}, {}
    return Kept(root, common, site), Kept(data / _ENTRIES, common, entries)


def remember(data: Path, root: Path, made_from: str, files: int, kept: Kept, entries: Kept) -> None:
    """Note what a publish was made from and how it left its `files`; entries that no feed has any more are removed.

    Raises StageFailed when the disk refuses.
    """
    try:
        for file in entries.root.glob("*"):
            if file.name.endswith(EXTENSIONS) and file.name not in entries:
                file.unlink(missing_ok=True)
        parts = {"site": kept.now(), "entries": entries.now()}
        left = {part: {path: astuple(one) for path, one in found.items()} for part, found in parts.items()}
        write_whole(data / _FILES, json.dumps(left).encode())
        text = json.dumps({"made_from": made_from, "files": files, "disk": _disk(root)})
        write_whole(data / STATE, text.encode())
    except OSError as error:
        raise StageFailed("publish", f"{error.filename or data}: {error.strerror}") from error


def _disk(root: Path) -> str:
    return sha256("\n".join(sorted(_listed(root)))) if root.is_dir() else ""


def _listed(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _listed(Path(entry.path))
            else:
                found = entry.stat(follow_symlinks=False)
                yield f"{entry.path} {found.st_size} {found.st_mtime_ns}"
