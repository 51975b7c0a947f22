"""Changing `outlets.toml` without rewriting it: tables are appended, one key is set or taken away, the rest stays.

The file is its owner's: comments, order and spacing are theirs. Each change is made to the text, and is only written if
the text then says exactly what was meant.
"""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aggregator.errors import ConfigError
from aggregator.sources.outlets import OutletSpec, checked_outlets
from aggregator.text import one_line

NAME = "outlets.toml"
_DISABLED, _OFFERED = "disabled", "offered"


def append_outlets(config: Path, specs: Sequence[OutletSpec]) -> None:
    """Add a table for each outlet at the end of the file, which is made if there is none.

    Raises ConfigError, and changes nothing, if the file cannot be read or written, or if an outlet has a key, a domain
    or a feed of another.
    """
    file = config / NAME
    text = _read(file) if file.exists() else ""
    before = _tables(text, file)
    for spec in specs:
        if spec.key in before:
            raise ConfigError("is an outlet already", file=file, key=spec.key, fix="give another --key")
    end = "\r\n" if "\r\n" in text else "\n"
    blank = end if text and not text.endswith("\n") else ""
    tables = end.join(table_text(spec).replace("\n", end) for spec in specs)
    changed = f"{text}{blank}{end if text.strip() else ''}{tables}"
    wanted = dict(before) | {spec.key: _plain(spec) for spec in specs}
    _write(file, changed, wanted)


def set_disabled(config: Path, key: str, reason: str) -> None:
    """Set `disabled = "reason"` in the table of an outlet; with an empty reason, take it away.

    Raises ConfigError if there is no such outlet, or if its table is written in a way that only its owner can change.
    """
    _change(config, [key], drop=(_DISABLED,), add={_DISABLED: one_line(reason, 300)} if reason else {})


def set_asked(config: Path, keys: Sequence[str]) -> None:
    """Take `disabled` and `offered` away from the tables of these outlets, all of them or none.

    Raises ConfigError as `set_disabled` does.
    """
    _change(config, keys, drop=(_DISABLED, _OFFERED), add={})


def _change(config: Path, keys: Sequence[str], *, drop: Sequence[str], add: Mapping[str, str]) -> None:
    """Take the keys `drop` out of the tables of some outlets, and put those of `add` below each header."""
    file = config / NAME
    text = _read(file)
    before = _tables(text, file)
    wanted, lines = dict(before), text.splitlines(keepends=True)
    for key in keys:
        if key not in before:
            raise ConfigError("is not an outlet", file=file, key=key, fix="`aggregator outlets list` names them")
        table = {name: value for name, value in before[key].items() if name not in drop}
        wanted[key] = {**table, **add}
        _change_table(lines, key, drop, add)
    _write(file, "".join(lines), wanted)


def _change_table(lines: list[str], key: str, drop: Sequence[str], add: Mapping[str, str]) -> None:
    at = _header(lines, key)
    if at is None:
        return
    end = "\r\n" if lines[at].endswith("\r\n") else "\n"
    stop = next((n for n in range(at + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    for n in reversed(range(at + 1, stop)):
        if re.match(rf"\s*(?:{'|'.join(drop)})\s*=", lines[n]):
            del lines[n]
    if add:
        lines[at] = lines[at].rstrip("\r\n") + end
        lines[at + 1 : at + 1] = [f"{name} = {_quoted(value)}{end}" for name, value in add.items()]


def table_text(spec: OutletSpec) -> str:
    """The outlet as a table of the file; what is at its default is left out."""
    plain = _plain(spec)
    feeds = plain.pop("feeds", [])
    lines = [f"[{spec.key}]", *(f"{name} = {_value(value)}" for name, value in plain.items())]
    if feeds:
        rows = [", ".join(f"{name} = {_value(value)}" for name, value in feed.items()) for feed in feeds]
        lines += ["feeds = [", *(f"  {{ {row} }}," for row in rows), "]"]
    return "\n".join(lines) + "\n"


def _plain(spec: OutletSpec) -> dict[str, Any]:
    """What a TOML parser shall find in the outlet's table."""
    table: dict[str, Any] = spec.model_dump(mode="json", exclude={"key"}, exclude_defaults=True)
    return table


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string of TOML 1.0: JSON's escapes are among its own, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _header(lines: Sequence[str], key: str) -> int | None:
    pattern = re.compile(rf"""\s*\[\s*(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')\s*\]\s*(?:#.*)?$""")
    return next((n for n, line in enumerate(lines) if pattern.match(line.rstrip("\r\n"))), None)


def _tables(text: str, file: Path) -> Mapping[str, Any]:
    try:
        tables = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not valid TOML: {error}", file=file, fix="mend the line") from None
    checked_outlets(tables, file)
    return tables


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 text (byte {error.start})", file=file, fix="save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=file) from None


def _write(file: Path, text: str, wanted: Mapping[str, Any]) -> None:
    """Put the text in the file's place, at once, if it says what is wanted."""
    try:
        as_meant = tomllib.loads(text.removeprefix("\ufeff")) == wanted
    except tomllib.TOMLDecodeError:
        as_meant = False
    if not as_meant:
        raise ConfigError("cannot be changed from here without touching the rest", file=file, fix="edit it by hand")
    checked_outlets(wanted, file)
    target = file.resolve()
    draft = target.with_name(f".{target.name}.new")
    try:
        draft.write_bytes(text.encode())
        if target.exists():
            shutil.copymode(target, draft)
        os.replace(draft, target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(f"cannot be written: {error.strerror}", file=file) from None
