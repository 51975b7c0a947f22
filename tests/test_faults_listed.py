"""docs/faults.md says what is done about each fault of the web, and which tests hold the program to it."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent
FAULTS = range(1, 141)


@cache
def _tests_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_fault_has_a_test_that_is_there() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\| (.+) \|$", (ROOT.parent / "docs/faults.md").read_text("utf-8"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(FAULTS)
    missing = [
        (number, file, name)
        for number, cell in rows
        for part in cell.split("<br>")
        for file, *names in [re.findall(r"`([\w./]+)`", part)]
        for name in names
        if name not in _tests_of(file)
    ]
    assert not missing
