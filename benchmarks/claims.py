"""Score the sample newsroom's claims, coverage and first reports by its fact sheets.

    python -m benchmarks.claims [--replayed DIR]

The articles of each event are read as one story, whatever the clusterer made of them. A claim of a fact sheet is
matched to the claim of ours that holds most of the sentences nearest to it (cosine >= .60, figures that do not
disagree, one sentence an article); those without a match count against recall over all. Printed: precision over what
was found, recall over the matched claims and over all. The weights of the pair score were fitted on pairs made from
these sheets, so they flatter; on the pairs themselves, each event judged by the weights of the others, precision was
.88 and recall .70.
"""

import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from aggregator.analysis.claims import find_claims
from aggregator.analysis.coverage import coverage
from aggregator.analysis.disagreement import counts, disagree
from aggregator.analysis.model import Claim, SourceText
from aggregator.analysis.sources import load_articles, with_syndication
from aggregator.articles.urls import article_id
from aggregator.stories.embedding import Embedder, load_embedder
from aggregator.types import Kind, Lean
from benchmarks.newsroom import newsroom_at_its_end, options
from pipelines.batch import Instance
from tests.newsroom import CONFIG, FACTS, name_by_url, newsroom

LISTS = ("reported_by", "contradicted_by", "not_mentioned_by")
NEAR = 0.60


class Score:
    """Hits, found and gold, by what is scored."""

    def __init__(self) -> None:
        self.hits: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.matched: Counter[str] = Counter()
        self.gold: Counter[str] = Counter()

    def add(self, name: str, found: set[Any], gold: set[Any], *, matched: bool = True) -> None:
        """Count one comparison; what has no match was not found."""
        self.gold[name] += len(gold)
        if matched:
            self.hits[name] += len(found & gold)
            self.found[name] += len(found)
            self.matched[name] += len(gold)

    def print(self, name: str) -> None:
        """One row of the table."""
        hits, found, matched, gold = (part[name] for part in (self.hits, self.found, self.matched, self.gold))
        precision, recall, over_all = (hits / max(whole, 1) for whole in (found, matched, gold))
        rates = f"{precision:.3f} | {recall:.3f} | {over_all:.3f}"
        print(f"| {name.replace('_', ' ')} | {rates} | {hits} | {found} | {gold} |")


def main() -> None:
    """Replay, analyse each event, print."""
    with newsroom_at_its_end(options(__doc__).parse_args().replayed) as instance:
        score_events(instance)


def score_events(instance: Instance) -> None:
    """Print how claims, coverage and first reports of a replayed newsroom's events agree with the fact sheets."""
    sheets = [tomllib.loads(file.read_text("utf-8")) for file in sorted(FACTS.glob("*.toml"))]
    events = [sheet for sheet in sheets if sheet["kind"] != "singles"]
    names = {article_id(url): name for url, name in name_by_url().items()}
    score, claims, seconds = Score(), 0, 0.0
    embed = instance.settings.embed
    embedder = load_embedder(embed.model, embed.max_tokens, embed.threads, embed.engine)
    for sheet in events:
        wanted = {names_id for names_id, name in names.items() if name in {one["id"] for one in sheet["articles"]}}
        with instance.store.read() as session:
            read = load_articles(session, sorted(wanted), instance.clock.now())
        english = [_embedded(replace(one, article_id=names[one.article_id]), embedder) for one in read]
        sources, _ = with_syndication([one for one in english if one.language == "en"])
        started = time.process_time()
        found = find_claims(sources)
        seconds += time.process_time() - started
        claims += len(found)
        score_claims(score, sheet["claims"], found, sources, embedder)
        score_coverage(score, sheet, sources)
    print(f"{len(events)} events, {claims} claims found, {1000 * seconds / len(events):.0f} ms CPU a story\n")
    print("| what | P | R of matched | R over all | right | found | gold |\n|---|---|---|---|---|---|---|")
    for name in (*LISTS, "claims matched", "coverage by lean", "first by lean", "first report", "independent"):
        score.print(name)


def score_claims(
    score: Score,
    gold: Sequence[Mapping[str, Any]],
    found: Sequence[Claim],
    sources: Sequence[SourceText],
    embedder: Embedder,
) -> None:
    """Match each claim of the sheet to one of ours and compare who is said to do what with it."""
    seen = {one.article_id for one in sources}
    vectors = embedder.embed([claim["text"] for claim in gold])
    for claim, vector in zip(gold, vectors, strict=True):
        right = {name: set(claim[name]) & seen for name in LISTS}
        judged = set().union(*right.values())
        ours = matching(claim["text"], vector, found, sources)
        score.add("claims matched", {claim["id"]} if ours else set(), {claim["id"]})
        for name in LISTS:
            score.add(name, set(getattr(ours, name, ())) & judged, right[name], matched=ours is not None)


def matching(text: str, vector: Any, found: Sequence[Claim], sources: Sequence[SourceText]) -> Claim | None:
    """Our claim that holds most of the sentences nearest to `text`."""
    of_member = defaultdict(list)
    for claim in found:
        for member in claim.members:
            of_member[member].append(claim)
    votes: Counter[str] = Counter()
    for source in sources:
        if source.vectors is None or not len(source.vectors):
            continue
        cosines = source.vectors @ vector
        best = int(cosines.argmax())
        if cosines[best] < NEAR or disagree(counts(text), counts(source.sentences[best].text)):
            continue
        for claim in of_member[(source.article_id, best)]:
            votes[claim.id] += cosines[best]
    if not votes:
        return None
    most = max(votes, key=lambda key: (votes[key], key))
    return next(claim for claim in found if claim.id == most)


def score_coverage(score: Score, sheet: Mapping[str, Any], sources: Sequence[SourceText]) -> None:
    """Compare counts and first reports with what the files of the newsroom say; opinion pieces have no rated unit."""
    roles = {one["id"]: one["role"] for one in sheet["articles"]}
    files = {one.article_id: newsroom().versions[one.article_id][0] for one in sources if one.kind is Kind.NEWS}
    table = tomllib.loads((CONFIG / "outlets.toml").read_text("utf-8"))
    found = coverage([one for one in sources if one.kind is Kind.NEWS])
    leans = {name: place(table[file.outlet].get("ratings", [])) for name, file in files.items()}
    outlets: dict[Lean, set[str]] = defaultdict(set)
    first: dict[Lean, str] = {}
    for name in sorted(files, key=lambda name: (files[name].published, roles[name] == "wire-copy", name)):
        if lean := leans[name]:
            outlets[lean].add(files[name].outlet)
            first.setdefault(lean, name)
    by_lean = {(label, count.sources) for label, count in found.by_lean.items()}
    score.add("coverage by lean", by_lean, {(lean.value, len(keys)) for lean, keys in outlets.items()})
    rated = {(label, name) for label, name in found.first.items() if label in set(Lean)}
    score.add("first by lean", rated, {(lean.value, name) for lean, name in first.items()})
    earliest = min(sources, key=lambda one: (one.order_at, one.syndication_id != one.article_id)).article_id
    known = {sheet["first_report"]} & files.keys()
    score.add("first report", {earliest} if known else set(), known)
    own = {file.outlet for name, file in files.items() if roles[name] != "wire-copy"}
    score.add("independent", {found.independent}, {len(own)})


def place(ratings: Sequence[Mapping[str, Any]]) -> Lean | None:
    """Where raters less than two steps apart put an outlet: their mean, halves away from Center."""
    positions = [Lean(rating["label"]).position for rating in ratings if "label" in rating]
    if not positions or max(positions) - min(positions) >= 2:
        return None
    mean = sum(positions) / len(positions)
    return list(Lean)[int(abs(mean) + 0.5) * (1 if mean >= 0 else -1) + 2]


def _embedded(source: SourceText, embedder: Embedder) -> SourceText:
    vectors = embedder.embed([sentence.text for sentence in source.sentences])
    return replace(source, vectors=np.asarray(vectors, np.float32))


if __name__ == "__main__":
    main()
