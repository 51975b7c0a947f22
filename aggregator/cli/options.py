"""What the global options mean: from directories and a time to an open instance."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from aggregator.settings import Settings
    from aggregator.sources.outlets import OutletSpec
    from aggregator.store.sessions import Store
    from pipelines.batch import Instance, Progress

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def agreed(yes: bool, question: str) -> bool:
    """Whether to go on: a person at a terminal is asked, a script has said so by calling."""
    return yes or not sys.stdin.isatty() or typer.confirm(question)


def sample_time(store: "Store", settings: "Settings") -> "datetime":
    """Where a sample instance's replay stands: its clock goes on from there, not from today."""
    from sqlalchemy import func, select

    from aggregator.clock import parse_time, wall
    from aggregator.store.tables import Run

    with store.read() as session:
        last = session.scalar(select(func.max(Run.started_at)))
    ticks = settings.sample.ticks
    return last or (parse_time(ticks[0]) if ticks else wall())


@dataclass(frozen=True)
class Options:
    """The global options as given."""

    config: Path
    data: Path
    database: str
    now: str
    log_json: bool
    quiet: bool

    def settings(self) -> "Settings":
        """The settings of the configuration directory, with --database on top."""
        from aggregator.settings import load_settings

        return load_settings(self.config, overrides={"store": {"url": self.database}} if self.database else None)

    def outlets(self) -> "tuple[OutletSpec, ...]":
        """The outlets of the configuration directory."""
        from aggregator.errors import ConfigError
        from aggregator.sources.outlets import load_outlets

        if not self.config.is_dir():
            fix = "--config DIR, or `aggregator init DIR`"
            raise ConfigError("there is no such directory", file=self.config, fix=fix)
        return load_outlets(self.config)

    @contextmanager
    def instance(self, *, create: bool = False) -> Iterator["Instance"]:
        """The instance, opened; with `create`, its database is made if there is none.

        The whole configuration is read before anything is written.
        """
        from aggregator.cli.logs import set_up_logs
        from aggregator.clock import Clock, parse_time
        from aggregator.sources.outlets import load_outlets
        from aggregator.store.instance import open_store
        from aggregator.stories.topics import load_topics
        from pipelines.batch import Instance

        set_up_logs(as_json=self.log_json, quiet=self.quiet or self.attended)
        settings = self.settings()
        outlets, topics = load_outlets(self.config), load_topics(self.config)
        clock = Clock(parse_time(self.now, end_of_day=True)) if self.now else Clock()
        store = open_store(settings, self.data, clock, create=create)
        if settings.instance.sample and not self.now:
            clock.move(sample_time(store, settings))
        try:
            yield Instance(settings, store, clock, self.data, outlets, topics)
        finally:
            store.close()

    def time(self, store: "Store", settings: "Settings") -> "datetime":
        """What time it is: --now, else where the replay of a sample instance stands, else the machine's time."""
        from aggregator.clock import parse_time, wall

        if self.now:
            return parse_time(self.now, end_of_day=True)
        return sample_time(store, settings) if settings.instance.sample else wall()

    @property
    def attended(self) -> bool:
        """Whether a person watches: progress bars then."""
        return sys.stderr.isatty() and not self.quiet and not self.log_json


@contextmanager
def progress_bars(options: Options) -> Iterator["Progress"]:
    """Bars on stderr while a person watches, nothing otherwise."""
    if not options.attended:
        yield lambda stage, n: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description:8}"), TextColumn("{task.completed} done"))
    with Bars(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, n: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None)
            bars.update(tasks[stage], advance=n)

        yield advance
