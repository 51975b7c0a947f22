"""How often a story's main topic is right: `python -m benchmarks.topics DATA [--cache FILE]`.

The labels are those of two sets: what AllSides filed its stories under (2018-03 to 2018-08, by which the weights in
`aggregator.stories.topics` were chosen, and 2018-09 on), and the categories of newscluster. Labels that have no place
among the topics of `config/topics.toml`, or more than one, are left out. These sets have no sections, so that titles
and prototypes alone decide; beside it stands what the titles alone would do.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from aggregator.setting_sections import EmbedSettings
from aggregator.store.columns import Vector
from aggregator.stories.embedding import lead
from aggregator.stories.prototypes import nearness
from aggregator.stories.topics import Topics, load_topics
from benchmarks.archives import ROOT
from benchmarks.cut import Row, Vectors, cached_vectors, month_range, read

ALLSIDES = {
    "politics": (
        "Politics, White House, Immigration, Supreme Court, Elections, Election: Presidential, US Senate, US House,"
        " US Congress, Campaign Finance, Voter Rights - Voter Integrity, FBI, Justice Department,"
        " Gun Control and Gun Rights, Abortion, Budget - Debt, Taxes, Polarization, Civil Rights, LGBT Rights,"
        " Homeland Security, State Department, Bridging Divides, NRA, Death Penalty"
    ),
    "world": (
        "World, Middle East, North Korea, Russia, Foreign Policy, China, Israel, Asia, ISIS, Great Britain, Mexico,"
        " Europe, Terrorism"
    ),
    "business": "Economy and Jobs, Trade, Business, Corporations, Labor, Housing, Treasury",
    "technology": "Technology, Cybersecurity",
    "health": "Healthcare, Medicare",
    "science": "Science",
    "environment": "Environment, Energy, Disaster, Animal Welfare",
    "sport": "Sports",
    "culture": "Culture, Arts and Entertainment, Religion and Faith, Holiday",
}
NEWSCLUSTER = {slug: slug for slug in ("world", "technology", "science", "business")} | {
    "entertainment": "culture",
    "sports": "sport",
}

Story = tuple[str, list[str], Vector]


def main() -> None:
    """Print a row for each set: titles alone, and with prototypes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--cache", type=Path, help="an .npz file for the vectors")
    options = parser.parse_args()
    vectors = cached_vectors(EmbedSettings(), options.cache)
    topics = load_topics(ROOT / "config")
    slug_of = {label: slug for slug, labels in ALLSIDES.items() for label in labels.split(", ")}
    filed = read(options.data / "allsides_stories" / "stories.jsonl.gz")
    labels = {row["story_id"]: slug_of[row["topics"]] for row in filed if row["topics"] in slug_of}
    stream = read(options.data / "allsides_stories" / "stream.jsonl.gz")
    for name, first, last in (("allsides dev", "2018-03", "2018-08"), ("allsides later", "2018-09", "2019-06")):
        show(name, stories(month_range(stream, first, last), labels, vectors), topics)
    rows = read(options.data / "newscluster_5w1h" / "articles.jsonl.gz")
    categories: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        categories[row["story_id"]][NEWSCLUSTER[row["category"]]] += 1
    most = {key: counted.most_common(1)[0][0] for key, counted in categories.items()}
    show("newscluster", stories(rows, most, vectors), topics)


def stories(rows: Sequence[Row], labels: Mapping[str, str], vectors: Vectors) -> list[Story]:
    """Label, titles and mean vector of each labelled story."""
    chosen = [row for row in rows if row["story_id"] in labels]
    found = vectors([lead(row["title"], row["text"], EmbedSettings().lead_words) for row in chosen])
    members: dict[str, list[tuple[str, Vector]]] = defaultdict(list)
    for row, vector in zip(chosen, found, strict=True):
        members[row["story_id"]].append((row["title"], vector))
    made = []
    for key, articles in sorted(members.items()):
        mean = np.mean([vector for _, vector in articles], axis=0)
        made.append((labels[key], [title for title, _ in articles], mean / np.linalg.norm(mean)))
    return made


def show(name: str, rows: Sequence[Story], topics: Topics) -> None:
    """The share of stories whose main topic is right, and of those that have the right one among theirs."""
    bare = Topics(tuple(replace(topic, prototypes=()) for topic in topics.topics))
    line = f"{name:<14} {len(rows):4} stories"
    for what, used in (("titles", bare), ("prototypes", topics)):
        given = [
            [topic.slug for topic in used.of([("", title) for title in titles], nearness(used, EmbedSettings(), mean))]
            for _, titles, mean in rows
        ]
        first = np.mean([slugs[0] == label for slugs, (label, _, _) in zip(given, rows, strict=True)])
        among = np.mean([label in slugs for slugs, (label, _, _) in zip(given, rows, strict=True)])
        news = np.mean([slugs == ["news"] for slugs in given])
        length = np.mean([len(slugs) for slugs in given])
        line += f"  {what}: main {first:.3f}, among them {among:.3f} ({length:.2f} a story), News {news:.3f}"
    print(line, flush=True)


if __name__ == "__main__":
    main()
