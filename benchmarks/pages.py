"""Pages of real stories: `python -m benchmarks.pages DATA --cache DIR [--stories N] [--out DIR]`.

DATA is the folder of the AllSides stories. Printed are how many stories got a page and what stands on them, and the CPU
milliseconds of a page with vectors stored (analysis left out). With --out each page is written there as text, to read.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from aggregator.errors import Rejected
from aggregator.summarise.context import PageContext
from aggregator.summarise.extractive import ExtractiveEngine
from aggregator.summarise.page import Sentence, StoryPage
from benchmarks.stories import allsides

DAY = "2026-01-01T00:00:00Z"


def main() -> None:
    """Write the pages and print what is on them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--stories", type=int, default=150)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    spent = 0.0
    for story in allsides(options.data, options.stories, options.cache):
        context = PageContext(story.id, "https://unknown.example/", DAY, DAY, DAY[:10])
        started = time.process_time()
        page = ExtractiveEngine().write(story.analysis, context)
        spent += time.process_time() - started
        counts["stories"] += 1
        if isinstance(page, Rejected):
            counts[f"none: {page.reason}"] += 1
            continue
        counts.update(_counts(page))
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            (options.out / f"{story.id}.txt").write_text(as_text(page, story.summary), encoding="utf-8")
    for name, count in sorted(counts.items()):
        sys.stdout.write(f"{name:32} {count:6} {count / max(1, counts['pages']):8.2f} a page\n")
    sys.stdout.write(f"CPU ms a page {1000 * spent / max(1, counts['stories']):.0f}\n")


def _counts(page: StoryPage) -> dict[str, int]:
    body = [sentence for paragraph in page.body for sentence in paragraph]
    return {
        "pages": 1,
        "with opposed perspectives": bool(page.perspectives),
        "with why it matters": bool(page.why_it_matters),
        "with what is not represented": bool(page.not_represented),
        "viewpoints": len(page.viewpoints),
        "paragraphs": len(page.body),
        "body words": sum(len(sentence.text.split()) for sentence in body),
        "body sentences": len(body),
        "of them with several sources": sum(len(sentence.citations) > 1 for sentence in body),
        "source cards": len(page.sources),
    }


def as_text(page: StoryPage, summary: str) -> str:
    """A page in plain text, to be read beside the human summary."""
    lines = [page.headline, "", _sentences(page.dek), "", f"(human summary: {summary})", ""]
    lines += [f"- {one.label} ({one.holder.role}): {_sentences([one.sentence])}" for one in page.perspectives]
    lines += [f"- not represented: {one.text}" for one in page.not_represented]
    lines += ["", f"Why: {_sentences(page.why_it_matters)}", ""]
    lines += [f"{_sentences(paragraph)}\n" for paragraph in page.body]
    for one in page.viewpoints:
        lines += [f"## {one.name}: {_sentences([one.stance])}", _sentences(one.sentences), ""]
    lines += [f"[{card.n}] {card.outlet} ({card.lean.label}): {card.title}" for card in page.sources]
    lines += ["", *(f"no {one.element}: {one.reason}" for one in page.omitted)]
    return "\n".join(lines) + "\n"


def _sentences(sentences: list[Sentence]) -> str:
    return " ".join(f"{one.text} {''.join(f'[{n}]' for n in one.citations)}" for one in sentences)


if __name__ == "__main__":
    main()
