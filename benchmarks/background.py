"""Count the background's document frequencies: `python benchmarks/background.py DATA`.

DATA/allsides_stories/stream.jsonl.gz holds dated articles (title, text, date); those before 2018 are counted, which
leaves the later ones for measuring. Writes terms and counts, no text, to aggregator/stories/background.tsv.gz, the same
bytes each time.
"""

import argparse
import gzip
import json
from pathlib import Path

import aggregator.stories
from aggregator.setting_sections import ClusterSettings
from aggregator.stories.background import document_frequencies
from aggregator.stories.terms import term_counts

BEFORE = "2018-01-01"
#: a term of fewer documents tells nothing that an unknown term does not
LEAST = 3
TARGET = Path(aggregator.stories.__path__[0]) / "background.tsv.gz"


def main() -> None:
    """Read the stream, count, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    with gzip.open(parser.parse_args().data / "allsides_stories" / "stream.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["date"] < BEFORE]
    words = ClusterSettings().body_words
    counts = document_frequencies(term_counts(row["title"], row["text"], words) for row in rows)
    kept = sorted((term, count) for term, count in counts.items() if count >= LEAST)
    text = "\n".join([str(len(rows)), *(f"{term}\t{count}" for term, count in kept)]) + "\n"
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(rows)} documents, {len(kept)} of {len(counts)} terms, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
