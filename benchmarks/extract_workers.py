"""CPU of extraction in one process and in two: `python benchmarks/extract_workers.py DATA`.

The stage's own batches on the stage's own executors. Counted is the CPU time of this process and of all below it from
their second page on; in turn, the least of the rounds.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from aggregator.articles.evaluation import read_gold
from aggregator.articles.extract import Extract, FetchedArticle
from aggregator.clock import Clock
from aggregator.executors import Workers
from aggregator.setting_sections import ExtractSettings
from aggregator.stage import attempt

SPECS = ("processes:1", "processes:2")


def main() -> None:
    """Print CPU seconds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pages", type=int, default=160)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    pages = [gold.page for gold in read_gold(arguments.data)][: arguments.pages]
    items = [FetchedArticle(f"a_{number}", "sha", page) for number, page in enumerate(pages)]
    stage = Extract(ExtractSettings(), Clock())
    spent = {spec: min(_spent(stage, items, spec) for _ in range(arguments.rounds)) for spec in SPECS}
    for spec, seconds in spent.items():
        print(f"{spec:12} {seconds:.2f} s CPU over {len(items)} pages, {seconds / spent[SPECS[0]]:.3f} of one process")


def _spent(stage: Extract, items: list[FetchedArticle], spec: str) -> float:
    with Workers(spec) as workers:
        # each process loads its models with its first page
        for future in [workers.submit(attempt, stage, [item]) for item in items[: workers.width]]:
            workers.result(future)
        before = _cpu()
        running = [workers.submit(attempt, stage, batch) for batch in _batches(items, stage.batch_size)]
        for future in running:
            workers.result(future)
        return _cpu() - before


def _batches(items: list[FetchedArticle], size: int) -> Iterator[list[FetchedArticle]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _cpu() -> float:
    """CPU seconds of this process and of those below it that live."""
    own = psutil.Process(os.getpid())
    return sum(sum(one.cpu_times()[:2]) for one in (own, *own.children(recursive=True)))


if __name__ == "__main__":
    main()
