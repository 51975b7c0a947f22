"""The benchmark of polling on a small farm: what it claims of a second poll is true, and it does not rot."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_thirty_feeds_are_asked_twice_and_all_that_offered_validators_are_unchanged() -> None:
    command = [sys.executable, "-m", "benchmarks.polling", "--feeds", "30", "--hosts", "6", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "second poll: 25 of 25 feeds that offered validators answered 304 (100.00 %), 0 robots.txt" in done.stdout
    assert "states at the first poll: http-5xx 2, ok 28" in done.stdout
    figures = re.findall(r"^\| (?:first|second) \| [\d.]+ \| [\d.]+ \| \d+ \| (\d+) \|$", done.stdout, re.MULTILINE)
    assert [0 < int(peak) < 300 for peak in figures] == [True, True], "megabytes"
