"""Score the sample newsroom's stories against its fact sheets: `python -m benchmarks.sample [--replayed DIR]`.

The sample fixed nothing: the cut comes from benchmarks/cut.py. Prints B-cubed over all articles that joined or founded
a story, and for each event into how many stories it fell.
"""

import json
from collections import Counter, defaultdict

from aggregator.articles.urls import article_id
from aggregator.stories.bcubed import agreement, bootstrap_f1
from benchmarks.newsroom import newsroom_at_its_end, options
from pipelines.batch import Instance
from tests.newsroom import exports, gold_stories, name_by_url


def main() -> None:
    """Replay, score, print."""
    with newsroom_at_its_end(options(__doc__).parse_args().replayed) as instance:
        score(instance)


def score(instance: Instance) -> None:
    """Print how the stories of a replayed newsroom agree with its events."""
    rows = [json.loads(line) for line in exports(instance)["articles"].splitlines()]
    names = {article_id(url): name for url, name in name_by_url().items()}
    placed = [(gold_stories()[names[row["id"]]], row["story_id"]) for row in rows if row["story_id"]]
    true, found = [event for event, _ in placed], [story for _, story in placed]
    result, (low, high) = agreement(true, found), bootstrap_f1(true, found)
    print(
        f"{len(placed)} articles: B-cubed P {result.precision:.3f}, R {result.recall:.3f}, F1 {result.f1:.3f} "
        f"[{low:.3f}-{high:.3f}], pairwise F1 {result.pairwise_f1:.3f}, stories per event {result.story_ratio:.2f}"
    )
    parts: dict[str, Counter[str]] = defaultdict(Counter)
    for event, story in placed:
        parts[event][story] += 1
    for event, stories in sorted(parts.items()):
        shared = sorted({other for s in stories for other, its in parts.items() if s in its} - {event})
        if not event.startswith("single:") or shared:
            print(
                f"  {event:28} {sorted(stories.values(), reverse=True)} {'with ' + ', '.join(shared) if shared else ''}"
            )


if __name__ == "__main__":
    main()
