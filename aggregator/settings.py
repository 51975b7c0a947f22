"""Settings: code defaults < `pipeline.toml` < secrets directory < environment < command-line arguments.

The only module that reads the environment. Unknown keys are errors, at every level; each complaint names the file (or
the environment variable), the key, and the fix. Read once at the edge and passed down.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError, model_validator

from aggregator.errors import ConfigError
from aggregator.setting_sections import (
    AlertSettings,
    ClusterSettings,
    DeskSettings,
    EmbedSettings,
    ExecutorSettings,
    ExtractSettings,
    FetchSettings,
    GapSettings,
    IndexSettings,
    InstanceSettings,
    KeepSettings,
    NetSettings,
    PagesSettings,
    PollSettings,
    PublishSettings,
    RunSettings,
    SampleSettings,
    ScheduleSettings,
    Section,
    SiteSettings,
    StoreSettings,
    ThreadSettings,
)
from aggregator.setting_words import in_words

ENV_PREFIX = "AGGREGATOR_"
#: environment variables with a meaning of their own, not a section's key
ENV_SPECIAL = {
    "CONFIG", "DATA_DIR", "DATABASE_URL", "NOW", "TORCH_INDEX", "SECRETS_DIR", "LOG_JSON", "QUIET", "USER_PASSWORD",
}  # fmt: skip


class Settings(Section):
    """Everything that can be set, one table of `pipeline.toml` each."""

    instance: InstanceSettings = InstanceSettings()
    site: SiteSettings = SiteSettings()
    store: StoreSettings = StoreSettings()
    net: NetSettings = NetSettings()
    poll: PollSettings = PollSettings()
    fetch: FetchSettings = FetchSettings()
    extract: ExtractSettings = ExtractSettings()
    embed: EmbedSettings = EmbedSettings()
    index: IndexSettings = IndexSettings()
    cluster: ClusterSettings = ClusterSettings()
    threads: ThreadSettings = ThreadSettings()
    gap: GapSettings = GapSettings()
    pages: PagesSettings = PagesSettings()
    publish: PublishSettings = PublishSettings()
    desk: DeskSettings = DeskSettings()
    run: RunSettings = RunSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    alert: AlertSettings = AlertSettings()
    keep: KeepSettings = KeepSettings()
    executors: ExecutorSettings = ExecutorSettings()
    sample: SampleSettings = SampleSettings()

    @model_validator(mode="after")
    def _sample_only(self) -> "Settings":
        if not self.instance.sample and (self.net.hosts or self.sample.ticks):
            raise ValueError("[net.hosts] and [sample] are for sample instances; set [instance] sample = true")
        return self


def load_settings(
    config: Path, *, environ: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """The settings of the instance whose configuration directory is `config`.

    `overrides` is nested like the file and wins over everything (command-line arguments).
    Raises ConfigError naming file or variable, key and fix.
    """
    environ = os.environ if environ is None else environ
    file = config / "pipeline.toml"
    if not config.is_dir():
        raise ConfigError("there is no such directory", file=config, fix="--config DIR, or `aggregator init DIR`")
    layers: list[tuple[str, dict[str, Any]]] = [(str(file), read_toml(file) if file.exists() else {})]
    if secrets := environ.get(ENV_PREFIX + "SECRETS_DIR"):
        layers.append((secrets, _secrets(Path(secrets))))
    layers.append(("environment", _environment(environ)))
    layers.append(("arguments", dict(overrides or {})))
    merged: dict[str, Any] = {}
    origin: dict[tuple[str, ...], str] = {}
    for source, values in layers:
        _merge(merged, values, source, origin)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise _complaint(error, origin, str(file)) from None


def user_password() -> str:
    """The password for `aggregator user add` and `user password` in AGGREGATOR_USER_PASSWORD; empty if not set."""
    return os.environ.get(ENV_PREFIX + "USER_PASSWORD", "")


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file; ConfigError with the line if it is missing, unreadable or malformed."""
    try:
        return tomllib.loads(_read_text(file))
    except ValueError as error:  # TOMLDecodeError, or a number of too many digits
        raise ConfigError(f"is not valid TOML: {error}", file=file, fix="mend the line") from None


def suggestion(word: str, known: Sequence[str]) -> str:
    """A fix for a misspelt key: the nearest known one, or the list of them."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(sorted(known))


def _secrets(directory: Path) -> dict[str, Any]:
    """Files named `section__key` in the secrets directory; a trailing newline is dropped."""
    if not directory.is_dir():
        raise ConfigError("there is no such directory", file=directory, key=ENV_PREFIX + "SECRETS_DIR")
    files = [file for file in directory.iterdir() if "__" in file.name and file.is_file()]
    return _nest({file.name.lower(): _read_text(file).rstrip("\n") for file in files}, str(directory))


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # some editors put a byte order mark before the text
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 text (byte {error.start})", file=file, fix="save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=file) from None


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    named = {k[len(ENV_PREFIX) :]: v for k, v in environ.items() if k.startswith(ENV_PREFIX)}
    for name in named.keys() - ENV_SPECIAL:
        if "__" not in name:
            _refuse_near_miss(name)
    values = _nest({k.lower(): v for k, v in named.items() if k not in ENV_SPECIAL and "__" in k}, "environment")
    if url := named.get("DATABASE_URL"):
        values.setdefault("store", {})["url"] = url
    return values


def _refuse_near_miss(name: str) -> None:
    """AGGREGATOR_NET_CONTACT was surely meant for [net] contact. Others may belong to somebody else and are let be."""
    meant = {f"{s}_{k}".upper(): f"{s}__{k}".upper() for s in Settings.model_fields for k in _known_keys([s])}
    near = difflib.get_close_matches(name, [*meant, *ENV_SPECIAL], n=1, cutoff=0.9)
    if near:
        fix = f"did you mean {ENV_PREFIX}{meant.get(near[0], near[0])}?"
        raise ConfigError("is not a known variable", file="environment", key=ENV_PREFIX + name, fix=fix)


def _nest(flat: Mapping[str, str], source: str) -> dict[str, Any]:
    """`{"net__contact": "x"}` as `{"net": {"contact": "x"}}`; a value in brackets is read as a TOML value."""
    nested: dict[str, Any] = {}
    for name, value in sorted(flat.items()):  # a table comes before its keys
        *path, key = name.split("__")
        table = nested
        shown = ENV_PREFIX + name.upper() if source == "environment" else name
        for part in path:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise ConfigError(f"{part!r} has a value of its own", file=source, key=shown, fix="set one of the two")
        try:
            table[key] = tomllib.loads(f"v = {value}")["v"] if re.fullmatch(r"\s*[\[{].*[\]}]\s*", value) else value
        except ValueError as error:
            fix = "a value in brackets is read as TOML, such as [80, 443]"
            raise ConfigError(f"is not valid TOML: {error}", file=source, key=shown, fix=fix) from None
    return nested


def _merge(
    into: dict[str, Any],
    values: Mapping[str, Any],
    source: str,
    origin: dict[tuple[str, ...], str],
    path: tuple[str, ...] = (),
) -> None:
    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            if not isinstance(into.get(key), dict):
                into[key], origin[here] = {}, source
            _merge(into[key], value, source, origin, here)
        else:
            into[key], origin[here] = value, source


def _complaint(error: ValidationError, origin: Mapping[tuple[str, ...], str], file: str) -> ConfigError:
    """The first thing that pydantic found, in words of the operator."""
    first = error.errors()[0]
    path = tuple(str(part) for part in first["loc"])
    known_path = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in origin), ())
    source = origin.get(known_path, file)
    key = ENV_PREFIX + "__".join(known_path).upper() if source == "environment" else ".".join(path)
    if first["type"] == "extra_forbidden":
        known = _known_keys(path[:-1])
        return ConfigError("is not a known setting", file=source, key=key, fix=suggestion(path[-1], known))
    message = in_words(first)
    message = message[0].lower() + message[1:]
    shown = "" if isinstance(first["input"], dict) or path[:1] == ("store",) else f"{str(first['input'])[:80]!r}: "
    return ConfigError(shown + message, file=source, key=key, fix="see docs/operators.md, Settings")


def _known_keys(path: Sequence[str]) -> list[str]:
    model: Any = Settings
    for part in path:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        model = next((a for a in (annotation, *get_args(annotation)) if hasattr(a, "model_fields")), None)
        if model is None:
            return []
    return list(model.model_fields)
