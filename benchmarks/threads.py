"""What threads hold together: `python -m benchmarks.threads DATA [--cache FILE] [--read N]`.

There is no gold for threads. AllSides gives each of its labelled stories one topic ("Supreme Court", "North Korea"):
two stories of one thread should mostly have the same. That is a weak measure in both directions: tags such as
"Politics" and "White House" overlap, and a topic is wider than a thread. So a random sample of links is printed to be
read as well. The cut is chosen on 2018-03 to 2018-08; the months from 2018-09 on are scored once.
"""

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from pathlib import Path

from aggregator.setting_sections import ClusterSettings, EmbedSettings, ThreadSettings
from aggregator.stories.background import background_frequencies, document_frequencies
from aggregator.stories.join import Item
from aggregator.stories.threads import ARTICLES, Link, Subject, features_of, place_stories
from benchmarks.cut import Set, cached_vectors, make_set, month_range, read, replay

CUTS = (0.24, 0.28, 0.30, 0.32, 0.34, 0.38)
SEED = 0


def main() -> None:
    """Print a row for each cut on the development months, one for the report months, and links to be read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--cache", type=Path, help="an .npz file for the vectors")
    parser.add_argument("--read", type=int, default=0, help="so many links of the report months, to be read")
    arguments = parser.parse_args()
    folder = arguments.data / "allsides_stories"
    stream, vectors = read(folder / "stream.jsonl.gz"), cached_vectors(EmbedSettings(), arguments.cache)
    topics = {row["story_id"]: row["topics"] for row in read(folder / "stories.jsonl.gz") if row["topics"]}
    print("months              cut linked  pairs of one topic   random  largest threads")
    dev = make_set("2018-03 to 2018-08", month_range(stream, "2018-03", "2018-08"), vectors)
    found = stories(dev)
    for cut in CUTS:
        report(dev, found, topics, ThreadSettings(join=cut))
    later = make_set("2018-09 to 2019-06", month_range(stream, "2018-09", "2019-06"), vectors)
    found = stories(later)
    links = report(later, found, topics, ThreadSettings())
    titles = {row["id"]: row["title"] for row in stream}
    linked = [link for link in links if link.previous_id]
    for link in random.Random(SEED).sample(linked, min(arguments.read, len(linked))):
        print(f"{link.score:.2f} {titles[link.story_id][:90]} <- {titles[link.previous_id][:90]}")


def stories(one: Set) -> list[tuple[Subject, list[Item]]]:
    """The stories of a set, each named by its first article, that are large enough to be threaded."""
    groups: dict[str, list[Item]] = defaultdict(list)
    found = replay(one.items, ClusterSettings())
    for item in one.items:
        groups[found[item.id]].append(item)
    frequencies, common = background_frequencies(), sorted(one.items, key=lambda item: item.order)
    subjects, seen = [], 0
    for items in sorted(
        (sorted(some, key=lambda item: item.order) for some in groups.values()), key=lambda s: s[0].order
    ):
        until = items[0].order_at.date() - timedelta(days=1)
        start = seen
        while seen < len(common) and common[seen].order_at.date() < until:
            seen += 1
        frequencies.add(document_frequencies(item.terms for item in common[start:seen]), seen - start)
        if len(items) >= ThreadSettings().min_articles:
            features = features_of([(item.terms, item.vector) for item in items[:ARTICLES]], frequencies)
            subject = Subject(items[0].id, items[0].order_at, items[-1].order_at, items[0].id, features)
            subjects.append((subject, items))
    return subjects


def report(
    one: Set, found: Sequence[tuple[Subject, list[Item]]], topics: Mapping[str, str], settings: ThreadSettings
) -> Sequence[Link]:
    """Place the stories, print a row, and give the links."""
    start = time.process_time()
    links = place_stories([subject for subject, _ in found], [], settings, ClusterSettings().dense_weight)
    cost = 1000 * (time.process_time() - start) / len(found)
    topic = {subject.id: _topic(items, one.gold, topics) for subject, items in found}
    threads: dict[str, list[str]] = defaultdict(list)
    for link in links:
        threads[link.group].append(link.story_id)
    pairs = [pair for thread in threads.values() for pair in combinations(thread, 2) if all(topic[key] for key in pair)]
    same = sum(topic[a] == topic[b] for a, b in pairs)
    tagged = Counter(tag for tag in topic.values() if tag)
    total = tagged.total()
    random_share = sum(n * (n - 1) for n in tagged.values()) / (total * (total - 1))
    largest = sorted(map(len, threads.values()), reverse=True)[:5]
    linked = sum(link.previous_id is not None for link in links)
    print(
        f"{one.name} {settings.join:.2f} {linked}/{len(links)} {same}/{len(pairs)} = {same / len(pairs):.2f}"
        f"  {random_share:.3f}  {largest}  {cost:.2f} ms a story",
        flush=True,
    )
    return links


def _topic(items: Sequence[Item], gold: Mapping[str, str], topics: Mapping[str, str]) -> str:
    tags = Counter(topics[gold[item.id]] for item in items if gold.get(item.id) in topics)
    return tags.most_common(1)[0][0] if tags else ""


if __name__ == "__main__":
    main()
