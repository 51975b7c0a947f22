"""How much CPU the way from articles to a published page takes: `python -m benchmarks.speed [--replayed DIR]`.

Every story of the replayed sample newsroom that has a page is embedded, analysed, written, checked and published again,
from memory, without database and network. Seconds are CPU seconds of this process, its threads included, so that they
hold on a busy machine too: a core does the printed number in a second, two processes on two cores twice that.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from aggregator.analysis.analyse import analyse
from aggregator.analysis.model import Analysis, SourceText
from aggregator.analysis.sources import load_sources
from aggregator.analysis.vectors import sentence_recipe
from aggregator.publish.feeds import render_feeds
from aggregator.publish.files import SiteInfo, write_files
from aggregator.publish.kept import Kept
from aggregator.publish.pages import Pages
from aggregator.publish.site import render_site
from aggregator.resources import resource
from aggregator.store.page_tables import AnalysisRow
from aggregator.stories.embedding import load_embedder
from aggregator.summarise.context import PageContext
from aggregator.summarise.extractive import ExtractiveEngine
from aggregator.summarise.page import StoryPage, Topic
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.validate import Documents, faults
from aggregator.summarise.write import copy_limits
from benchmarks.newsroom import newsroom_at_its_end, options
from pipelines.batch import Instance

#: every page is published so many times, under ids of its own
COPIES = 10
DAY = "2026-10-19T06:00:00Z"
Result = TypeVar("Result")


def main() -> None:
    """Replay, measure, print."""
    with newsroom_at_its_end(options(__doc__).parse_args().replayed) as instance:
        measure(instance)


def measure(instance: Instance) -> None:
    """Print a row for each step of a replayed newsroom's stories."""
    stories = _stories(instance)
    articles = {source.article_id: source for _, sources in stories for source in sources}
    print(f"{len(stories)} stories of {len(articles)} articles\n")
    print("| step | CPU s | what | a second and core | CPU ms each |\n|---|---|---|---|---|")
    embed = instance.settings.embed
    embedder = load_embedder(embed.model, embed.max_tokens, 1, embed.engine)
    texts = [sentence.text for source in articles.values() for sentence in source.sentences]
    embedder.embed(texts[:64])
    _timed("sentence vectors", "articles", len(articles), lambda: embedder.embed(texts))
    analyses = _timed("analyse", "stories", len(stories), lambda: [analyse(key, found) for key, found in stories])
    pages = _timed("summarise", "stories", len(stories), lambda: _pages(analyses))
    _timed("check every citation", "pages", len(pages), lambda: _checked(instance, analyses, pages))
    site = SiteInfo("Sample", "https://sample.example", "en", "UTC", instance.clock.now())
    pages = [page.model_copy(update={"id": f"{page.id}{i}"}) for i in range(COPIES) for page in pages]
    topics = list({page.topic.slug: page.topic for page in pages}.values())
    with tempfile.TemporaryDirectory() as folder:
        kept = Kept(Path(folder))
        _timed("publish the site", "pages", len(pages), lambda: _site(pages, site, topics, kept))
        _timed(
            "publish the feeds",
            "pages",
            len(pages),
            lambda: write_files(
                render_feeds(Pages.of(pages), site, topics, Kept(Path(folder, "entries"))), Path(folder)
            ),
        )
        again = Kept(Path(folder), left=kept.now())
        _timed("publish the site again", "pages", len(pages), lambda: _site(pages, site, topics, again))


def _stories(instance: Instance) -> list[tuple[str, list[SourceText]]]:
    recipe = sentence_recipe(instance.settings.embed)
    with instance.store.read() as session:
        keys = session.scalars(select(AnalysisRow.story_id).order_by(AnalysisRow.story_id)).all()
        return [(key, list(load_sources(session, key, instance.clock.now(), vector_recipe=recipe))) for key in keys]


def _timed(step: str, what: str, count: int, work: Callable[[], Result]) -> Result:
    started = time.process_time()
    result = work()
    spent = time.process_time() - started
    print(f"| {step} | {spent:.2f} | {count} {what} | {count / spent:.1f} | {1000 * spent / count:.0f} |")
    return result


def _pages(analyses: Sequence[Analysis]) -> list[StoryPage]:
    engine = ExtractiveEngine()
    site = "https://sample.example/story"
    written = (
        engine.write(one, PageContext(one.story_id, f"{site}/{one.story_id}", DAY, DAY, DAY[:10], status="published"))
        for one in analyses
    )
    return [page for page in written if isinstance(page, StoryPage)]


def _checked(instance: Instance, analyses: Sequence[Analysis], pages: Sequence[StoryPage]) -> None:
    by_id = {one.story_id: one for one in analyses}
    broken = [page.id for page in pages if faults(page, _documents(by_id[page.id]), copy_limits(instance.settings))]
    if broken:
        print(f"| broken | | {', '.join(broken)} | | |")


def _documents(analysis: Analysis) -> Documents:
    return {
        (one.article_id, one.revision): DocumentText(one.title, one.text, one.regions, one.kind, one.extent, one.rights)
        for one in analysis.sources
    }


def _site(pages: Sequence[StoryPage], site: SiteInfo, topics: Sequence[Topic], kept: Kept) -> None:
    method = (resource("docs") / "method.md").read_text("utf-8")
    write_files(render_site(Pages.of(pages), site, topics, method=method, kept=kept), kept.root)


if __name__ == "__main__":
    main()
