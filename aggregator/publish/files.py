"""Files of the site and the feeds: rendered as values, then written so that no reader ever sees half of one."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from aggregator.errors import StageFailed
from aggregator.text import sha256

_SUFFIX = ".part-written"


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """The publication as a whole. `base_url` is absolute, `timezone` an IANA name, `notice` a line on every page.

    `contact` is where readers report errors: a mail address or a web address.
    """

    title: str
    base_url: str
    language: str
    timezone: str
    now: datetime
    notice: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file to publish; `path` is relative with forward slashes."""

    path: str
    content: bytes

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return sha256(self.content)


@dataclass(frozen=True, slots=True)
class AsLeft:
    """A file that is published already, made from the same: its content is not made again."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a publish did: files written, files that were already so, and left-overs of a killed publish removed."""

    changed: int
    unchanged: int
    removed: int = 0


def write_files(files: Iterable[File | AsLeft], root: Path) -> Written:
    """Write `files` under `root` in the order given, each by a temporary file and a rename; equal ones stay untouched.

    Nothing that was ever published is removed: a link to it may be anywhere. A process killed at any moment leaves
    whole files only, and its temporary file is removed by the next publish.
    Raises StageFailed when a path leaves `root` or the disk refuses.
    """
    changed = unchanged = 0
    try:
        root.mkdir(parents=True, exist_ok=True)
        removed = _sweep(root)
        for file in files:
            if isinstance(file, File) and _write(_target(root, file.path), file.content):
                changed += 1
            else:
                unchanged += 1
    except OSError as error:
        raise StageFailed("publish", f"{error.filename or root}: {error.strerror}") from error
    return Written(changed, unchanged, removed)


def _target(root: Path, path: str) -> Path:
    parts = path.split("/")
    if not path.isprintable() or "\\" in path or any(part in ("", ".", "..") or len(part) > 200 for part in parts):
        raise StageFailed("publish", f"{path[:200]!r} is not a path inside the site")
    return root.joinpath(PurePosixPath(path))


def _write(target: Path, content: bytes) -> bool:
    if target.is_file() and target.stat().st_size == len(content) and target.read_bytes() == content:
        return False
    write_whole(target, content)
    return True


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + _SUFFIX)
    part.write_bytes(content)
    os.replace(part, target)


def _sweep(root: Path) -> int:
    """Remove the temporary files of a publish that was killed; how many there were."""
    left = [path for path in root.rglob("*" + _SUFFIX) if path.is_file()]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)
