"""Will this installation work? Each finding says what is wrong and what to do."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from aggregator.errors import AggregatorError, ConfigError
from aggregator.settings import Settings, load_settings
from aggregator.sources.outlets import load_outlets
from aggregator.store.instance import DATABASE, database_url
from aggregator.store.migrate import SchemaState, schema_state
from aggregator.store.sessions import Store

_LITTLE_DISK = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `ok`, `warn` (works, but), or `fail`."""

    level: str
    subject: str
    text: str


def examine(config: Path, data: Path, database: str) -> Iterator[Finding]:
    """Look at everything; later checks are left out when the configuration cannot be read."""
    try:
        settings = load_settings(config, overrides={"store": {"url": database}} if database else None)
        outlets = load_outlets(config)
    except ConfigError as error:
        yield Finding("fail", "configuration", str(error))
        return
    feeds = sum(len(outlet.feeds) for outlet in outlets)
    yield Finding("ok", "configuration", f"{config}: {len(outlets)} outlets, {feeds} feeds")
    if not feeds:
        yield Finding("warn", "outlets", f"{config / 'outlets.toml'} names no feed: only imports bring articles")
    if not settings.net.contact and not settings.instance.sample:
        yield Finding("warn", "contact", "[net] contact is empty: hosts cannot tell whom to write to")
    yield _database(settings, data)
    yield _disk(data)
    yield _model(settings)
    yield _torch()


def _database(settings: Settings, data: Path) -> Finding:
    if not settings.store.url.get_secret_value() and not (data / DATABASE).exists():
        return Finding("ok", "database", f"{data / DATABASE} is not there yet; the first run makes it")
    try:
        store = Store(database_url(settings, data))
        try:
            state = schema_state(store)
        finally:
            store.close()
    except AggregatorError as error:
        return Finding("fail", "database", str(error))
    if state is SchemaState.CURRENT:
        return Finding("ok", "database", f"{store.shown}, schema up to date")
    return Finding("fail", "database", f"the schema is {state}: run `aggregator db upgrade`")


def _disk(data: Path) -> Finding:
    there = next(folder for folder in (data, *data.resolve().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    level = "warn" if free < _LITTLE_DISK else "ok"
    return Finding(level, "disk", f"{free / 1e9:.1f} GB free at {there}")


def _model(settings: Settings) -> Finding:
    from aggregator.stories.embedding import load_embedder

    embed = settings.embed
    try:
        embedder = load_embedder(embed.model, embed.max_tokens, embed.threads, embed.engine)
        length = float((embedder.embed(["a test sentence"])[0] ** 2).sum())
    except (AggregatorError, ImportError, OSError) as error:
        return Finding("fail", "model", f"{embed.model}: {error}")
    if abs(length - 1) > 1e-3:
        return Finding("fail", "model", f"{embed.model} gives vectors of length {length:.3f}, not 1")
    found = f"{embed.model}, {embedder.dimension} dimensions, {embedder.engine}"
    if embed.engine.startswith("onnx") and not embedder.engine.startswith("onnx"):
        return Finding(
            "warn", "model", f"{found}: no ONNX file could be made (the log says why), so this takes its place"
        )
    return Finding("ok", "model", found)


def _torch() -> Finding:
    try:
        import torch
    except ImportError as error:
        return Finding("fail", "torch", str(error))
    try:
        installed = version("torch")
    except PackageNotFoundError:
        installed = torch.__version__
    if torch.version.cuda:
        return Finding("warn", "torch", f"{installed} is the CUDA build: several gigabytes that a CPU does not need")
    return Finding("ok", "torch", f"{installed}, CPU build")
