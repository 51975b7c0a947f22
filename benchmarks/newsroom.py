"""The replayed sample newsroom, shared by the benchmarks that score it: replaying it takes more than a minute."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aggregator.cli.logs import set_up_logs
from pipelines.batch import Instance
from tests.newsroom import replayed, sample_instance


def options(doc: str | None) -> argparse.ArgumentParser:
    """The options that these benchmarks share."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument(
        "--replayed", type=Path, metavar="DIR", help="a data directory in which the sample was replayed"
    )
    return parser


@contextmanager
def newsroom_at_its_end(data: Path | None = None) -> Iterator[Instance]:
    """The sample instance after its last tick: that in `data`, or one replayed here and now."""
    set_up_logs(as_json=False, quiet=True)
    if data is not None:
        with sample_instance(data, tick=-1) as instance:
            yield instance
        return
    with tempfile.TemporaryDirectory() as folder, sample_instance(Path(folder)) as instance:
        replayed(instance)
        yield instance
