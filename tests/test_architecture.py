"""House rules that a reader can rely on, checked over the whole source."""

import ast
import resource as limits
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted([*(ROOT / "aggregator").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")])
CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
HEAVY = (
    "torch",
    "sqlalchemy",
    "pydantic",
    "trafilatura",
    "distributed",
    "numpy",
    "lxml",
    "httpx",
    "onnxruntime",
    "tokenizers",
)
MOST_LINES, MOST_IN_A_FUNCTION, SCREEN = 500, 60, 40


def parsed() -> Iterator[tuple[str, ast.Module]]:
    for file in SOURCES:
        yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an expression, or nothing."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def uses(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every dotted name in a module with its line, without aliases: `import datetime as d; d.datetime.now`
    is `datetime.datetime.now`, and `from os import environ` is `os.environ`.
    """
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases.update({alias.asname: alias.name for alias in node.names if alias.asname})
        elif isinstance(node, ast.ImportFrom):
            aliases.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, _, rest = dotted(node).partition(".")
            yield node.lineno, f"{aliases.get(first, first)}.{rest}".rstrip(".")


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, and every name from one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offenders(names: set[str], *allowed: str) -> list[str]:
    return [
        f"{file}:{line} {name}"
        for file, tree in parsed()
        if file not in allowed
        for line, name in uses(tree)
        if any(name == banned or name.endswith("." + banned) for banned in names)
    ]


def sees(source: str) -> set[str]:
    return {name for _, name in uses(ast.parse(source))}


def test_the_checks_below_see_through_aliases() -> None:
    assert "datetime.datetime.now" in sees("from datetime import datetime as d\nd.now()")
    assert "datetime.datetime.now" in sees("import datetime as dt\ndt.datetime.now()")
    assert "time.time" in sees("from time import time")
    assert "os.environ.get" in sees("import os\nos.environ.get('X')")
    assert "print" in sees("print('x')")


def test_imports_point_down() -> None:
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which("lint-imports")
    if command is None:
        pytest.skip("import-linter is not installed")

    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_clock_asks_for_the_time() -> None:
    assert offenders(CLOCK, "aggregator/clock.py") == []


def test_only_the_settings_read_the_environment() -> None:
    allowed_elsewhere = "os.environ.update"  # sets what a library reads

    found = offenders({"os.environ", "os.getenv", "os.environ.get", "os.environb"}, "aggregator/settings.py")

    updates = {f"{file}:{line}" for file, tree in parsed() for line, name in uses(tree) if name == allowed_elsewhere}
    assert [place for place in found if place.split(" ")[0] not in updates] == []


def test_only_the_fetcher_opens_http_connections() -> None:
    http = ("httpx", "httpcore", "requests", "aiohttp", "urllib3", "urllib.request", "http.client")
    found = [
        f"{file} {name}"
        for file, tree in parsed()
        if not file.startswith("aggregator/net/")
        for name in imports(tree)
        if any(name == banned or name.startswith(banned + ".") for banned in http)
    ]

    assert found == []


def test_nothing_prints() -> None:
    assert offenders({"print", "builtins.print"}) == []


def test_the_help_answers_without_any_heavy_import_in_half_a_second_of_cpu() -> None:
    script = f"""
import sys
sys.argv = ["aggregator", "--help"]
from aggregator.cli.main import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
loaded = sorted(name for name in {HEAVY!r} if name in sys.modules)
assert not loaded, loaded
"""
    seconds = []
    for _ in range(3):
        before = limits.getrusage(limits.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
        after = limits.getrusage(limits.RUSAGE_CHILDREN)
        assert done.returncode == 0, done.stderr
        assert "Usage" in done.stdout
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.5


def test_no_file_is_over_500_lines() -> None:
    lengths = {
        file.relative_to(ROOT).as_posix(): len(file.read_text(encoding="utf-8").splitlines()) for file in SOURCES
    }

    assert {file: lines for file, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.filterwarnings("default::UserWarning")
def test_functions_fit_a_screen() -> None:
    long = {
        f"{file}:{node.lineno} {node.name}": length
        for file, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > SCREEN
    }

    if long:
        warnings.warn(f"longer than {SCREEN} lines: {long}", UserWarning, stacklevel=1)
    assert {name: length for name, length in long.items() if length > MOST_IN_A_FUNCTION} == {}
