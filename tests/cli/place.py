"""An instance on disk and the program run on it, for the tests of the command line."""

import logging
import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from aggregator.cli.main import app
from aggregator.errors import AggregatorError
from aggregator.store.instance import DATABASE
from aggregator.store.sessions import Store

ROOT = Path(__file__).parents[2]
WIDE = {"COLUMNS": "200", "TERMINAL_WIDTH": "200", "TERM": "dumb"}


class Place:
    """A configuration and a data directory, and the program run on them."""

    def __init__(self, folder: Path) -> None:
        self.config, self.data = folder / "config", folder / "data"
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("AGGREGATOR_")}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "aggregator", *self.options(), *arguments]

    def options(self) -> list[str]:
        return ["--config", str(self.config), "--data", str(self.data)]

    def look(self, *arguments: str) -> Result:
        """The command in this process; errors of ours are in the result's `exception`."""
        handlers, level = logging.root.handlers[:], logging.root.level
        try:
            done = CliRunner().invoke(app, [*self.options(), *arguments], env=WIDE)
        finally:
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)
        assert done.exception is None or isinstance(done.exception, (SystemExit, AggregatorError)), done.exception
        return done

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.command(*arguments), cwd=ROOT, env=self.environment, stdout=pipe, stderr=pipe, text=True
        )

    def run(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def configure(self, pipeline: str = "", outlets: str = "") -> None:
        self.config.mkdir(exist_ok=True)
        (self.config / "pipeline.toml").write_text(pipeline)
        (self.config / "outlets.toml").write_text(outlets)

    def store(self) -> Store:
        return Store(f"sqlite:///{self.data / DATABASE}")
