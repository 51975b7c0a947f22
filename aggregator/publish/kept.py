"""What a publish left, so that the next one makes only what is made from something else: as make does, but by hash."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator.publish.files import AsLeft, File
from aggregator.text import sha256

_HASH = 32


@dataclass(frozen=True, slots=True)
class Left:
    """A file as a publish left it, and the hash of what it was made from. `written` is when, in nanoseconds."""

    made_from: str
    size: int
    sha256: str
    written: int


class Kept:
    """The files under `root` as the last publish left them, and those that this one keeps or makes.

    `common` is what all of them are made from beside their own: the settings, the program. Without `left` all are made.
    """

    def __init__(self, root: Path = Path(), common: object = (), left: Mapping[str, Left] | None = None) -> None:
        self.root = root
        self._common, self._left = common, left or {}
        self._now: dict[str, tuple[str, int, str]] = {}

    def files(
        self, paths: Sequence[str], made_from: object, make: Callable[[], Iterable[File]]
    ) -> Iterator[File | AsLeft]:
        """The files `paths`, which `make` gives in this order: not made where all are still as they were left.

        `made_from` is all that they depend on, as a value whose `repr` says the whole of it.
        """
        key = sha256(repr((self._common, made_from)))[:_HASH]
        left = [self._as_left(path, key) for path in paths]
        kept = [one for one in left if one is not None]
        for file in make() if len(kept) < len(paths) else kept:
            self._now[file.path] = key, file.size, file.sha256
            yield file

    def size(self, path: str) -> int:
        """How many bytes a file has that this publish kept or made."""
        return self._now[path][1]

    def sha256(self, path: str) -> str:
        """The hash of a file that this publish kept or made."""
        return self._now[path][2]

    def __contains__(self, path: str) -> bool:
        return path in self._now

    def now(self) -> dict[str, Left]:
        """All that this publish kept or made and that lies there so, for the next."""
        found = {}
        for path, (key, size, digest) in self._now.items():
            target = self.root / path
            if target.is_file() and (stat := target.stat()).st_size == size:
                found[path] = Left(key, size, digest, stat.st_mtime_ns)
        return found

    def _as_left(self, path: str, key: str) -> AsLeft | None:
        left, target = self._left.get(path), self.root / path
        if left is None or left.made_from != key or not target.is_file():
            return None
        found = target.stat()
        if (found.st_size, found.st_mtime_ns) != (left.size, left.written):
            return None
        return AsLeft(path, left.size, left.sha256)
