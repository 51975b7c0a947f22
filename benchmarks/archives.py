"""Run real archives through the command line and score the stories: `python benchmarks/archives.py DATA [--only NAME]`.

For each set: import, embed and cluster as an operator would run them, each in a process of its own, with wall and CPU
time, peak memory and articles a second; then B-cubed on the labelled articles. Prints Markdown for docs/quality.md.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.stories.bcubed import agreement, bootstrap_f1

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Archive:
    """A set: where it lies, which of its lines are taken, and how it is imported."""

    name: str
    file: str
    keep: Callable[[Mapping[str, Any]], bool] = lambda row: True
    options: tuple[str, ...] = ()


ARCHIVES = (
    Archive("AllSides from 2018-09", "allsides_stories/stream.jsonl.gz", lambda row: row["date"] >= "2018-09-01"),
    Archive("newscluster, no dates", "newscluster_5w1h/articles.jsonl.gz", options=("--no-dates",)),
)


def main() -> None:
    """Run each set and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--only", default="", help="sets whose name holds this")
    options = parser.parse_args()
    for archive in ARCHIVES:
        if options.only in archive.name:
            with tempfile.TemporaryDirectory() as folder:
                measure(archive, options.data, Path(folder))


def measure(archive: Archive, data: Path, folder: Path) -> None:
    """Import, embed, cluster, score, print."""
    truth = taken(archive, data, folder / "archive.jsonl")
    place = ["--data", str(folder / "data"), "--quiet"]
    print(f"\n**{archive.name}**: {len(truth)} articles\n")
    print("| stage | wall s | CPU s | peak MB | articles/s |")
    print("|---|---|---|---|---|")
    commands = {
        "import": [*place, "import", str(folder / "archive.jsonl"), *archive.options],
        "embed": [*place, "embed"],
        "cluster": [*place, "cluster"],
    }
    for stage, arguments in commands.items():
        wall, cpu, peak = timed(arguments)
        print(f"| {stage} | {wall:.1f} | {cpu:.1f} | {peak:.0f} | {len(truth) / wall:.0f} |")
    print("\n" + scored(truth, exported(place)))


def taken(archive: Archive, data: Path, target: Path) -> dict[str, str | None]:
    """The lines of the set that are kept, written to `target`; the true story of each by external id."""
    truth: dict[str, str | None] = {}
    with gzip.open(data / archive.file, "rt", encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:
        for line in lines:
            row = json.loads(line)
            if archive.keep(row):
                out.write(line)
                truth[row["id"]] = row["story_id"]
    return truth


def timed(arguments: Sequence[str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MB of one command, as the operating system counts them."""
    began = time.monotonic()
    command = [sys.executable, "-m", "aggregator", "--config", "config", *arguments]
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def exported(place: Sequence[str]) -> dict[str, str | None]:
    """The found story of each article by external id."""
    command = [sys.executable, "-m", "aggregator", "--config", "config", *place, "export", "articles"]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {row["external_id"]: row["story_id"] for row in map(json.loads, out.splitlines())}


def scored(truth: Mapping[str, str | None], found: Mapping[str, str | None]) -> str:
    """B-cubed and its companions on the labelled articles; one without a story stands alone."""
    keys = sorted(key for key, story in truth.items() if story)
    true, got = [truth[key] for key in keys], [found.get(key) or f"alone {key}" for key in keys]
    result, (low, high) = agreement(true, got), bootstrap_f1(true, got)
    return (
        f"{len(keys)} labelled: B-cubed P {result.precision:.3f}, R {result.recall:.3f}, "
        f"**F1 {result.f1:.3f}** [{low:.3f}–{high:.3f}], pairwise F1 {result.pairwise_f1:.3f}, "
        f"stories found per true one {result.story_ratio:.2f}"
    )


if __name__ == "__main__":
    main()
