"""docs/operators.md describes every command, option and setting, and none that there is not."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import SecretStr

from aggregator.cli.main import app
from aggregator.settings import ENV_PREFIX, ENV_SPECIAL, Settings

DOCS = Path(__file__).parents[2] / "docs"
HELP = {"--help", "-h"}


def sections(text: str) -> dict[str, str]:
    """The text below each heading, by heading; what is in a code block is no heading."""
    found, heading, in_code = {"": ""}, "", False
    for line in text.splitlines():
        in_code ^= line.startswith("```")
        if line.startswith("#") and not in_code:
            heading = line.lstrip("#").strip()
        found[heading] = found.get(heading, "") + line + "\n"
    return found


@pytest.fixture(scope="module")
def operators() -> dict[str, str]:
    return sections((DOCS / "operators.md").read_text(encoding="utf-8"))


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command that does something, with its words."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
        return
    for name, one in below.items():
        yield from walk(one, (*path, name))


def options(command: Any) -> set[str]:
    named = [param for param in command.params if param.param_type_name == "option"]
    return {name for param in named for name in (*param.opts, *param.secondary_opts)} - HELP


ROOT = typer.main.get_command(app)
COMMANDS = dict(walk(ROOT))


def described(operators: dict[str, str], path: tuple[str, ...]) -> str:
    """What stands below the heading that names the command, alone or among others."""
    name = " ".join(path)
    return next((text for heading, text in operators.items() if name in re.split(r",\s*", heading)), "")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_a_section_with_an_example(operators: dict[str, str], path: tuple[str, ...]) -> None:
    text = described(operators, path)
    code = "\n".join(re.findall(r"^```[^\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    assert re.search(rf"\baggregator (--\S+ \S+ )*{' '.join(path)}\b", code)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_is_described_with_its_command(operators: dict[str, str], path: tuple[str, ...]) -> None:
    text = described(operators, path)
    missing = {name for name in options(COMMANDS[path]) if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)}
    assert not missing


def test_every_global_option_is_described_with_its_variable(operators: dict[str, str]) -> None:
    text = next(text for heading, text in operators.items() if heading.lower() == "options of every command")
    missing = {name for name in options(ROOT) if not re.search(rf"`{name}[ `]", text)}
    variables = {param.envvar for param in ROOT.params if param.envvar}
    assert not missing
    assert not {name for name in variables if f"`{name}`" not in text}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_no_option_is_described_that_there_is_not(operators: dict[str, str], path: tuple[str, ...]) -> None:
    known = options(COMMANDS[path]) | options(ROOT) | HELP
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", described(operators, path)))
    assert not told - known


def plain(value: Any) -> Any:
    """A default as TOML has it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described_with_its_true_default(operators: dict[str, str], name: str) -> None:
    text = operators.get(f"[{name}]", "")
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", text, re.MULTILINE))
    told = {key: tomllib.loads(f"v = {value}")["v"] for key, value in rows.items()}
    section = Settings.model_fields[name].default
    assert told == {key: plain(value) for key, value in section}


def test_every_environment_variable_with_a_meaning_of_its_own_is_described(operators: dict[str, str]) -> None:
    text = "".join(operators.values())
    assert not {name for name in ENV_SPECIAL if f"`{ENV_PREFIX}{name}`" not in text}


@pytest.mark.parametrize("code", [0, 1, 2, 75])
def test_every_exit_code_is_described(operators: dict[str, str], code: int) -> None:
    assert re.search(rf"^\| `?{code}`? \|", operators["Exit codes"], re.MULTILINE)


@pytest.mark.parametrize("file", sorted({"operators.md", *os.listdir(DOCS)} if DOCS.is_dir() else {"operators.md"}))
def test_links_between_documents_lead_somewhere(file: str) -> None:
    if not file.endswith(".md"):
        assert (DOCS / file).stat().st_size
        return
    text = (DOCS / file).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|mailto:)([^)#]+)(?:#[^)]*)?\)", text)
    assert not [target for target in targets if not (DOCS / target).exists()]
