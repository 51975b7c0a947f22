"""The engines side by side: `python -m benchmarks.embedding DATA [--limit N]`.

Each engine runs in a process of its own and is given the same 32 articles in turn, the order rotating; what counts is
CPU time of the whole process, as a ratio to `SentenceTransformer.encode` with default settings in the same turn. All
are given title and full text, but for the shipped input, title and 60 words. Stories are then found by average link on
the cosines, each engine with the cut that is best for it, on newscluster_5w1h and on AllSides stories with two full
texts or more; the ratio of the B-cubed F1 has a 95 % interval by bootstrap over stories.
"""

import argparse
import multiprocessing
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.setting_sections import EmbedSettings
from aggregator.stories.bcubed import item_scores
from aggregator.stories.embedding import PACKAGED, lead, load_embedder, model_folder
from benchmarks.cut import read

SEED = 0
STORIES = 500
TURN = 32
CUTS = np.arange(0.1, 0.9, 0.01)
SAMPLES = 2000
Floats = NDArray[np.float32]
Texts = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True)
class Labelled:
    """Articles (title, text) and the true story of each."""

    name: str
    rows: list[Mapping[str, str]]
    stories: list[str]


@dataclass
class Engine:
    """A way to embed, in a process of its own."""

    name: str
    kind: str
    text: Texts
    start_seconds: float = 0
    peak_mb: float = 0
    cpu: list[float] = field(default_factory=list)
    vectors: dict[str, list[Floats]] = field(default_factory=dict)
    connection: Connection | None = None


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of the evaluation sets")
    parser.add_argument("--limit", type=int, help="so many articles of each set")
    parser.add_argument("--stories", type=int, default=STORIES, help="so many AllSides stories")
    parser.add_argument("--only", choices=["newscluster", "allsides"], help="one of the sets")
    parser.add_argument("--without", nargs="*", default=[], help="engines to leave out, such as onnx-int8")
    arguments = parser.parse_args()
    sets = [newscluster(arguments.data), allsides(arguments.data, arguments.stories)]
    sets = [one for one in sets if arguments.only in (None, one.name)]
    if arguments.limit:
        sets = [Labelled(s.name, s.rows[: arguments.limit], s.stories[: arguments.limit]) for s in sets]
    engines = [
        Engine("`SentenceTransformer.encode`, default settings", "default", whole),
        Engine("onnx, 128 tokens", "onnx", whole),
        Engine("onnx-int8, 128 tokens", "onnx-int8", whole),
        Engine("onnx, title and 60 words (shipped)", "onnx", opening),
    ]
    engines = [engine for engine in engines if engine.kind not in arguments.without]
    measure(engines, sets)
    show(engines, sets)


def whole(row: Mapping[str, str]) -> str:
    """Title and full text."""
    return f"{row['title']}. {row['text']}"


def opening(row: Mapping[str, str]) -> str:
    """What the stage embeds."""
    return lead(row["title"], row["text"], EmbedSettings().lead_words)


def newscluster(data: Path) -> Labelled:
    """All of newscluster_5w1h."""
    rows = read(data / "newscluster_5w1h" / "articles.jsonl.gz")
    return Labelled("newscluster", list(rows), [row["story_id"] for row in rows])


def allsides(data: Path, count: int) -> Labelled:
    """Some AllSides stories with two full texts or more, the same each time."""
    full = {row["id"]: row["text"] for row in read(data / "allsides_stories" / "fulltext.jsonl.gz")}
    titles = {row["id"]: row["title"] for row in read(data / "allsides_stories" / "articles.jsonl.gz")}
    stories = read(data / "allsides_stories" / "stories.jsonl.gz")
    told = {one["story_id"]: [key for key in one["article_ids"] if key in full] for one in stories}
    many = sorted(story for story, keys in told.items() if len(keys) >= 2)
    chosen = random.Random(SEED).sample(many, min(count, len(many)))
    pairs = [(story, key) for story in chosen for key in told[story]]
    random.Random(SEED).shuffle(pairs)
    return Labelled(
        "allsides", [{"title": titles[key], "text": full[key]} for _, key in pairs], [story for story, _ in pairs]
    )


def measure(engines: Sequence[Engine], sets: Sequence[Labelled]) -> None:
    """Embed all sets with all engines, turn by turn."""
    context = multiprocessing.get_context("spawn")
    processes = []
    for engine in engines:
        engine.connection, theirs = context.Pipe()
        processes.append(context.Process(target=_serve, args=(theirs, engine.kind)))
        processes[-1].start()
        theirs.close()  # so that a process that died is noticed
        engine.start_seconds = engine.connection.recv()
    for one in sets:
        for number, start in enumerate(range(0, len(one.rows), TURN)):
            rows = one.rows[start : start + TURN]
            turn = number % len(engines)
            for engine in [*engines[turn:], *engines[:turn]]:
                assert engine.connection is not None
                engine.connection.send([engine.text(row) for row in rows])
                spent, vectors, engine.peak_mb = engine.connection.recv()
                engine.cpu.append(spent / len(rows))
                engine.vectors.setdefault(one.name, []).append(vectors)
    for engine, process in zip(engines, processes, strict=True):
        assert engine.connection is not None
        engine.connection.send(None)
        process.join()


def _serve(connection: Connection, kind: str) -> None:
    began = time.process_time()
    embed = _default() if kind == "default" else load_embedder(PACKAGED, 128, 1, kind).embed  # type: ignore[arg-type]
    embed(["a text"])
    connection.send(time.process_time() - began)
    while texts := connection.recv():
        began = time.process_time()
        vectors = embed(texts)
        spent = time.process_time() - began
        connection.send((spent, vectors, peak_mb()))


def _default() -> Callable[[Sequence[str]], Any]:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(model_folder(PACKAGED)), device="cpu").encode


def peak_mb() -> float:
    """The most memory that this process ever had (Linux)."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1000


def show(engines: Sequence[Engine], sets: Sequence[Labelled]) -> None:
    """A row for each engine, against the first."""
    sizes = ", ".join(f"{one.name} {len(one.rows)} articles in {len(set(one.stories))} stories" for one in sets)
    print(f"{sizes}; {len(engines[0].cpu)} turns\n")
    heads = "".join(f" F1 {one.name} (cut) | ratio, 95 % |" for one in sets)
    print(f"| engine | CPU ms an article | ratio | peak MB | start, CPU s |{heads}")
    print("|---|---|---|---|---|" + "---|---|" * len(sets))
    base = engines[0]
    reference = {one.name: best(base, one) for one in sets}
    for engine in engines:
        ratio = median(mine / theirs for mine, theirs in zip(engine.cpu, base.cpu, strict=True))
        line = f"| {engine.name} | {1000 * float(np.mean(engine.cpu)):.1f} | {ratio:.2f} | {engine.peak_mb:.0f} | "
        line += f"{engine.start_seconds:.1f} |"
        for one in sets:
            scores, cut = best(engine, one)
            value, low, high = ratio_of_f1(one.stories, scores, reference[one.name][0])
            line += f" {f1(scores.mean(axis=1)):.3f} ({cut:.2f}) | {value:.3f}, {low:.3f}-{high:.3f} |"
        print(line, flush=True)


def best(engine: Engine, one: Labelled) -> tuple[NDArray[np.float64], float]:
    """B-cubed precision and recall (2, n) of each article at the cut with the best F1, and that cut (a distance)."""
    from scipy.cluster.hierarchy import fcluster, linkage  # not above: it would count as memory of the engines
    from scipy.spatial.distance import squareform

    vectors = np.concatenate(engine.vectors[one.name]).astype(np.float64)
    distances = np.clip(1 - vectors @ vectors.T, 0, 2)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    found = [(np.stack(item_scores(one.stories, fcluster(tree, cut, "distance").tolist())), cut) for cut in CUTS]
    return max(found, key=lambda pair: f1(pair[0].mean(axis=1)))


def f1(precision_recall: NDArray[np.float64]) -> float:
    """Of mean precision and mean recall."""
    precision, recall = precision_recall.tolist()
    return float(2 * precision * recall / (precision + recall))


def ratio_of_f1(
    stories: Sequence[str], mine: NDArray[np.float64], theirs: NDArray[np.float64]
) -> tuple[float, float, float]:
    """The ratio, and its 95 % interval from stories drawn with replacement, the same for both."""
    names = sorted(set(stories))
    rows = [np.flatnonzero(np.array(stories) == name) for name in names]
    chance = np.random.default_rng(SEED)
    ratios = []
    for _ in range(SAMPLES):
        drawn = np.concatenate([rows[number] for number in chance.integers(0, len(names), len(names))])
        ratios.append(f1(mine[:, drawn].mean(axis=1)) / f1(theirs[:, drawn].mean(axis=1)))
    low, high = np.quantile(ratios, [0.025, 0.975]).tolist()
    return f1(mine.mean(axis=1)) / f1(theirs.mean(axis=1)), low, high


if __name__ == "__main__":
    main()
