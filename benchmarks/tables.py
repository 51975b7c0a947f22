"""Every table of docs/quality.md that the sample newsroom gives, from one replay: `python -m benchmarks.tables [DATA]`.

With DATA, the folder of the evaluation sets, the deks of real stories follow. `--replayed DIR` takes a data directory
in which the sample was replayed already.
"""

from pathlib import Path

from benchmarks import claims, deks, quotes, sample, speed
from benchmarks.newsroom import newsroom_at_its_end, options

DEK_STORIES = 300


def main() -> None:
    """Print them all."""
    parser = options(__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--cache", type=Path, default=Path("var/bench/vectors"), help="a folder for sentence vectors")
    chosen = parser.parse_args()
    with newsroom_at_its_end(chosen.replayed) as instance:
        print("## Stories\n")
        sample.score(instance)
        print("\n## Claims, coverage, first reports\n")
        claims.score_events(instance)
        print("\n## Quotations\n")
        quotes.score_quotes(quotes.documents_of(instance))
        print("\n## Speed\n")
        speed.measure(instance)
    if chosen.data:
        print("\n## Deks\n")
        deks.score(chosen.data / "allsides_stories", chosen.cache, DEK_STORIES)


if __name__ == "__main__":
    main()
