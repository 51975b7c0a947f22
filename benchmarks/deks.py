"""Deks against neutral human summaries: `python -m benchmarks.deks DATA --cache DIR [--stories N]`.

DATA is the folder of the AllSides stories. Printed are the mean ROUGE-1, -2 and -L F1 (stemmed; Lin 2004) of the dek's
first sentence beside the lead of the center article: one sentence, three, and both cut to the dek's number of words.
"""

import argparse
import sys
from pathlib import Path
from statistics import mean

from rouge_score.rouge_scorer import RougeScorer

from aggregator.analysis.sentences import split_sentences
from aggregator.summarise.context import PageContext
from aggregator.summarise.lede import write_dek
from aggregator.summarise.plan import Plan, Reading
from benchmarks.stories import allsides

MEASURES = ("rouge1", "rouge2", "rougeL")
DAY = "2026-01-01T00:00:00Z"


def main() -> None:
    """Print a row per way to write a dek."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--stories", type=int, default=150)
    options = parser.parse_args()
    score(options.data, options.cache, options.stories)


def score(data: Path, cache: Path, most: int) -> None:
    """Print the table over the first `most` stories."""
    scorer = RougeScorer(MEASURES, use_stemmer=True)
    found: dict[str, list[tuple[list[float], int]]] = {}
    missing = 0
    for story in allsides(data, most, cache):
        context = PageContext(story.id, "https://unknown.example/", DAY, DAY, DAY[:10])
        plan = Plan(Reading(story.analysis, context.read_at_most), context)
        write_dek(plan)
        dek = plan.dek[0].text if plan.dek else ""
        lead = [sentence.text for sentence in split_sentences(story.leads[0])]
        missing += not dek
        words = len(dek.split())
        whole = " ".join(" ".join(s.text for s in split_sentences(story.leads[0])).split())
        texts = {
            "dek": dek,
            "LEAD-1 of the center": lead[0],
            "LEAD-3 of the center": " ".join(lead[:3]),
            "its lead, as many words": " ".join(whole.split()[:words]),
        }
        for name, text in texts.items():
            scores = scorer.score(story.summary, text)
            found.setdefault(name, []).append(([scores[each].fmeasure for each in MEASURES], len(text.split())))
    sys.stdout.write(f"{missing} stories got no dek and count as zero.\n\n")
    sys.stdout.write("| text | ROUGE-1 | ROUGE-2 | ROUGE-L | words | stories |\n|---|---|---|---|---|---|\n")
    for name, rows in found.items():
        scores = " | ".join(f"{mean(row[k] for row, _ in rows):.3f}" for k in range(len(MEASURES)))
        sys.stdout.write(f"| {name} | {scores} | {mean(words for _, words in rows):.1f} | {len(rows)} |\n")


if __name__ == "__main__":
    main()
