"""Will this installation work? Each finding says what is wrong and what to do."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from aggregator.clock import Clock
from aggregator.errors import AggregatorError, ConfigError
from aggregator.settings import Settings, load_settings
from aggregator.sources.outlets import load_outlets
from aggregator.store.instance import DATABASE, database_url
from aggregator.store.migrate import SchemaState, schema_state
from aggregator.store.sessions import Store
from pipelines.alerts import find_alerts
from pipelines.room import GB, LITTLE_DISK


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `ok`, `warn` (works, but), or `fail`."""

    level: str
    subject: str
    text: str


def examine(
    config: Path, data: Path, database: str, time_of: Callable[[Store, Settings], datetime]
) -> Iterator[Finding]:
    """Look at everything; later checks are left out when the configuration cannot be read.

    `time_of` says what time it is for an instance: alerts go by the time of its news.
    """
    try:
        settings = load_settings(config, overrides={"store": {"url": database}} if database else None)
        outlets = load_outlets(config)
    except ConfigError as error:
        yield Finding("fail", "configuration", str(error))
        return
    asked = [outlet for outlet in outlets if outlet.asked]
    feeds = sum(len(outlet.feeds) for outlet in asked)
    said = f"{config}: {len(outlets)} outlets, {len(asked)} of them asked, {feeds} feeds"
    yield Finding("ok", "configuration", said)
    if not feeds:
        yield Finding("warn", "outlets", f"{config / 'outlets.toml'} names no feed: only imports bring articles")
    if not settings.net.contact and not settings.instance.sample:
        yield Finding("warn", "contact", "[net] contact is empty: hosts cannot tell whom to write to")
    found = _database(settings, data)
    yield found
    if found.level == "ok" and (settings.store.url.get_secret_value() or (data / DATABASE).exists()):
        yield from _alerts(settings, data, time_of)
    yield _disk(settings, data)
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


def _alerts(settings: Settings, data: Path, time_of: Callable[[Store, Settings], datetime]) -> Iterator[Finding]:
    """What a run would warn of, but for the disk, which is looked at in any case."""
    store = Store(database_url(settings, data))
    try:
        for alert in find_alerts(store, settings, data, Clock(time_of(store, settings))):
            if alert.name != LITTLE_DISK:
                yield Finding("warn", alert.name, alert.text)
    finally:
        store.close()


def _disk(settings: Settings, data: Path) -> Finding:
    there = next(folder for folder in (data, *data.resolve().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / GB:.1f} GB free at {there}"
    if free < settings.keep.min_free_gb * GB:
        wanted = (
            f"[keep] min_free_gb asks for {settings.keep.min_free_gb:g}: no new pages are fetched until there is room"
        )
        return Finding("warn", "disk", f"{text}; {wanted}")
    return Finding("ok", "disk", text)


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
