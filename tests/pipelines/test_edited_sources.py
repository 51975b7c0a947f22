"""What happens to a published page when its sources change, are withheld or are purged: nothing that is gone stays."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import undefer
from typer.testing import CliRunner

from aggregator.analysis import vectors
from aggregator.analysis.analyse import Analyse
from aggregator.analysis.vectors import SentenceVectors
from aggregator.articles.documents import SAME_PAGE, save_document
from aggregator.articles.entries import store_entries
from aggregator.articles.extraction import document_from_text
from aggregator.articles.urls import article_id
from aggregator.cli.main import app
from aggregator.clock import Clock
from aggregator.errors import LockHeld, Rejected
from aggregator.publish.export import export_articles, export_decisions
from aggregator.publish.publish import publish
from aggregator.settings import Settings
from aggregator.sources.domains import Domains
from aggregator.stage import drain
from aggregator.store import leases
from aggregator.store.page_tables import AnalysisRow, PageRow, SentenceVectorsRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow
from aggregator.store.tables import Article, Attempt, Document, Feed, FeedCheck, Response
from aggregator.stories.cluster import Cluster
from aggregator.stories.topics import Topics
from aggregator.summarise.actions import act, undo
from aggregator.summarise.page import StoryPage
from aggregator.summarise.redact import REMOVED
from aggregator.summarise.stale import stale_pages
from aggregator.summarise.write import Summarise
from aggregator.types import Entry
from pipelines.batch import Instance
from pipelines.lock import run_lock
from pipelines.purge import purge
from tests.pipelines.test_bad_pages import TEXTS, Bags, Desk

CABINET = """The Harbor Falls council banned gas-powered leaf blowers on Monday after two hours of talk.
Mayor Dana Whitlock said the noise had "kept whole streets from working at home" since the pandemic.
The rule takes effect on April 1 and carries a fine of $100 for a first offence, the clerk said.
Landscaper Tom Reyes told the council that an electric crew costs him $9,000 more for each truck.
Residents filled the hall, and 31 of them asked to speak before the vote was taken at last."""


@pytest.fixture
def desk(sqlite: Store, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A story of four articles, with its page on the site."""
    monkeypatch.setattr(vectors, "load_embedder", lambda *_: Bags())
    made = Desk(sqlite, clock, tmp_path / "data", Settings())
    for key, text in {**TEXTS, "cabinet": CABINET}.items():
        made.text(key, text)
    made.run()
    assert made.page() is not None
    return made


def run(desk: Desk) -> None:
    """The next run, an hour later: what stories hold, what is found in them, their pages, the site."""
    desk.clock.move(desk.clock.now() + timedelta(hours=1))
    settings, embed, languages = desk.settings, desk.settings.embed, desk.settings.extract.languages
    for stage in (
        Cluster(settings.cluster, embed, languages, desk.clock),
        SentenceVectors(embed, languages, desk.clock),
        Analyse(embed, languages, desk.clock),
        Summarise(settings, Topics(), desk.clock),
    ):
        drain(stage, desk.store, desk.clock)
    publish(desk.store, settings, Topics(), desk.data, desk.clock)


def cited(desk: Desk) -> tuple[str, str]:
    """A sentence that the page took from an article's text, and that article."""
    page = StoryPage.model_validate(desk.page())
    one = next(e for paragraph in page.body for s in paragraph for e in s.evidence if e.field == "text")
    return one.article_id, one.quote


def edit(desk: Desk, article: str, before: str, after: str) -> None:
    """The article's page says something else from now on."""
    desk.clock.move(desk.clock.now() + timedelta(minutes=5))
    with desk.store.write() as session:
        old = session.scalars(select(Document).where(Document.article_id == article, Document.current)).one()
        assert before in old.text
        found = document_from_text(old.text.replace(before, after), title=old.title)
        row = session.get_one(Article, article)
        save_document(session, row, found, input_sha="edited", recipe="x", now=desk.clock.now())


def marked(desk: Desk) -> list[str]:
    with desk.store.read() as session:
        return [one.evidence.quote for page in stale_pages(session) for one in page.passages]


def public(desk: Desk) -> str:
    """All that readers and machines get."""
    kept = ("site", ".published")  # what is served, and what it is put together from
    files = (file for file in desk.data.rglob("*.*") if file.is_file() and any(part in str(file) for part in kept))
    return "".join(file.read_text("utf-8") for file in files)


def test_a_passage_that_was_edited_away_is_marked_at_once_and_gone_with_the_next_run(desk: Desk) -> None:
    article, quote = cited(desk)
    assert marked(desk) == []
    edit(desk, article, quote, "The council put the vote off.")
    assert quote in marked(desk)

    run(desk)
    page = StoryPage.model_validate(desk.page())
    assert page.version == 2
    assert quote not in {one.quote for one in page.every_evidence()}
    assert marked(desk) == []


def test_an_edit_elsewhere_in_the_text_marks_nothing(desk: Desk) -> None:
    article, quote = cited(desk)
    edit(desk, article, quote, "First of all. " + quote)
    assert marked(desk) == []


def test_a_page_that_an_editor_has_touched_stays_marked_while_the_new_version_is_a_proposal(desk: Desk) -> None:
    with desk.store.write() as session:
        act(session, "s_1", "approve", actor="Edi", reason="read", clock=desk.clock)
    article, quote = cited(desk)
    edit(desk, article, quote, "The council put the vote off.")
    run(desk)
    with desk.store.read() as session:
        newest = session.scalars(select(PageRow).order_by(PageRow.version.desc())).first()
        assert newest is not None
        assert newest.status == "draft"
    assert quote in marked(desk)


def test_a_page_without_its_withheld_article_is_written_anew_and_one_with_too_little_left_is_withdrawn(
    desk: Desk,
) -> None:
    for key in ("cabinet", "gazette"):
        with desk.store.write() as session:
            article = session.get_one(Article, article_id(f"https://{key}.example/story"))
            article.withheld = "the same text on many pages"
            gone = article.id
        run(desk)
        page = desk.page() if key == "cabinet" else None
        assert page is None or gone not in json.dumps(page)
    with desk.store.read() as session:
        newest = session.scalars(select(PageRow).order_by(PageRow.version.desc())).first()
        assert newest is not None
        assert newest.status == "withdrawn"


# purging


def instance(desk: Desk) -> Instance:
    return Instance(desk.settings, desk.store, desk.clock, desk.data)


def stored(desk: Desk) -> str:
    """Every text that the database has of articles and pages."""
    with desk.store.read() as session:
        texts = [json.dumps(content, ensure_ascii=False) for content in session.scalars(select(PageRow.content))]
        texts += [f"{row.title} {row.summary} {row.authors}" for row in session.scalars(select(Article))]
        texts += [f"{row.title} {row.text} {row.regions}" for row in session.scalars(select(Document))]
        texts += [json.dumps(row) for row in session.scalars(select(AnalysisRow.content))]
    return "\n".join(texts)


def test_a_purged_text_is_nowhere_and_its_page_is_held_until_it_is_written_without_it(desk: Desk) -> None:
    article, quote = cited(desk)
    with desk.store.write() as session:
        session.get_one(Article, article).feed_html = quote.encode()
        title = session.scalars(select(Document.title).where(Document.article_id == article)).one()
    assert quote in public(desk)
    done = purge(instance(desk), url=article, actor="Edi", reason="asked for")

    assert (done.articles, done.documents, [page.id for page in done.pages]) == (1, 1, ["s_1"])
    assert desk.page() is None
    for text in (quote, title):
        assert text not in public(desk)
        assert text not in stored(desk)
    with desk.store.read() as session:
        row = session.get_one(Article, article)
        assert (row.withheld, row.feed_html, row.url != "") == ("purged: asked for", None, True)
        for table in (SentenceVectorsRow, EmbeddingRow):
            assert session.scalar(select(func.count()).where(table.article_id == article)) == 0
        assert article not in [one["id"] for one in export_articles(session, desk.clock.now())]
        (decision,) = export_decisions(session)
        for page in session.scalars(select(PageRow.content)):
            StoryPage.model_validate(page)
    assert (decision["kind"], decision["actor"], decision["subjects"]) == ("purge", "Edi", [article])

    run(desk)
    page = desk.page()
    assert page is not None
    assert article not in json.dumps(page)
    assert quote not in public(desk)


def test_what_turned_out_to_be_the_same_page_is_purged_with_it(desk: Desk) -> None:
    article, quote = cited(desk)
    with desk.store.write() as session:
        session.add(
            Article(
                id="a_copy", url="https://hop.example/7", outlet_key=session.get_one(Article, article).outlet_key,
                origin="feed", summary=quote, found_at=desk.clock.now(), order_at=desk.clock.now(), entry_sha="",
                withheld=SAME_PAGE + article,
            )
        )  # fmt: skip
    done = purge(instance(desk), url=article, actor="Edi", reason="asked for")
    assert (done.articles, quote in stored(desk)) == (2, False)


def test_a_page_of_which_too_little_is_left_stays_held(desk: Desk) -> None:
    for key in ("cabinet", "gazette"):
        purge(instance(desk), outlet=key, actor="Edi", reason="asked for")
    run(desk)
    with desk.store.read() as session:
        newest = session.scalars(select(PageRow).order_by(PageRow.version.desc())).first()
        assert newest is not None
        assert (newest.status, newest.made_by) == ("held", "editor")
    assert desk.page() is None
    with desk.store.write() as session, pytest.raises(Rejected, match="were purged"):
        act(session, "s_1", "publish", actor="Edi", reason="out with it", clock=desk.clock)


def test_a_purge_that_is_done_again_changes_nothing_and_one_that_was_cut_off_is_finished(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    article, quote = cited(desk)
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.purge.purge_page", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            purge(instance(desk), url=article, actor="Edi", reason="asked for")
    assert quote in stored(desk)
    purge(instance(desk), url=article, actor="Edi", reason="asked for")
    assert quote not in stored(desk)
    before = stored(desk)
    again = purge(instance(desk), url=article, actor="Edi", reason="asked for")
    assert (again.articles, again.before, again.pages, stored(desk)) == (1, 1, (), before)
    with desk.store.read() as session:
        assert len(list(export_decisions(session))) == 2


def test_undoing_an_editors_decision_brings_no_redacted_version_back_to_readers(desk: Desk) -> None:
    with desk.store.write() as session:
        act(session, "s_1", "correct", actor="Edi", reason="a slip", clock=desk.clock)
    purge(instance(desk), url=cited(desk)[0], actor="Edi", reason="asked for")
    with desk.store.write() as session:
        undo(session, 1, actor="Edi", reason="no slip", clock=desk.clock)
    publish(desk.store, desk.settings, Topics(), desk.data, desk.clock)
    assert desk.page() is None
    assert REMOVED not in public(desk)
    with desk.store.write() as session, pytest.raises(Rejected, match="cannot be undone"):
        undo(session, 2, actor="Edi", reason="back", clock=desk.clock)


def test_a_dry_run_only_tells(desk: Desk) -> None:
    before = stored(desk)
    told = purge(instance(desk), outlet="wire", actor="Edi", reason="asked for", dry_run=True)
    assert (told.articles, told.documents, [page.id for page in told.pages]) == (1, 1, ["s_1"])
    assert stored(desk) == before
    with desk.store.read() as session:
        assert list(export_decisions(session)) == []


def test_nothing_is_purged_beside_a_run_or_without_a_name_that_is_known(desk: Desk) -> None:
    with run_lock(desk.store), pytest.raises(LockHeld):
        purge(instance(desk), outlet="wire", actor="Edi", reason="asked for")
    for wanted, reason in (({"outlet": "nobody"}, "no-outlet"), ({"url": "https://x.example/"}, "no-article")):
        with pytest.raises(Rejected) as caught:
            purge(instance(desk), **wanted, actor="Edi", reason="asked for")
        assert caught.value.reason == reason
    with pytest.raises(Rejected, match="required"):
        purge(instance(desk), outlet="wire", actor="Edi", reason=" ")


def test_neither_a_feed_nor_a_worker_brings_a_purged_article_back(desk: Desk) -> None:  # 139
    key = article_id("https://wire.example/story")
    now = desk.clock.now()
    with desk.store.write() as session:
        session.add(Feed(id="f", url="https://wire.example/rss", outlet_key="wire"))
        session.add(
            Attempt(stage="extract", key=key, input_sha="x", token="t", owner="elsewhere:1:0.0",
                    leased_until=now + timedelta(hours=1))
        )  # fmt: skip
    purge(instance(desk), outlet="wire", actor="Edi", reason="asked for")
    with desk.store.write() as session:
        assert leases.release(session, "extract", "t", [key]) == set()
        entry = Entry(url="https://wire.example/story", title="The purged title", summary="its summary")
        feed = session.get_one(Feed, "f")
        check = FeedCheck(feed_id="f", at=now, state="ok", status=200)
        store_entries(session, feed, [entry], now, check, Domains(session), None)
        row = session.get_one(Article, key)
        assert (row.title, row.summary, row.withheld) == ("", "", "purged: asked for")
        assert session.scalar(select(func.count()).select_from(Response)) == 0


def test_it_is_the_same_on_postgresql(
    store: Store, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "load_embedder", lambda *_: Bags())
    made = Desk(store, clock, tmp_path / "data", Settings())
    for key, text in {**TEXTS, "cabinet": CABINET}.items():
        made.text(key, text)
    made.run()
    test_a_purged_text_is_nowhere_and_its_page_is_held_until_it_is_written_without_it(made)


def test_every_version_that_took_something_is_redacted_and_stays_readable(desk: Desk) -> None:
    article, quote = cited(desk)
    edit(desk, article, quote, "The council put the vote off.")
    run(desk)
    purge(instance(desk), url=article, actor="Edi", reason="asked for")
    with desk.store.read() as session:
        rows = session.scalars(select(PageRow).options(undefer(PageRow.content)).order_by(PageRow.version)).all()
        assert [row.version for row in rows] == [1, 2, 3]
        for row in rows:
            page = StoryPage.model_validate(row.content)
            assert article not in {one.article_id for one in page.every_evidence()}
            assert article not in {card.article_id for card in page.sources}
    assert quote not in stored(desk)


def test_the_commands_tell_what_changed_and_purge_it(desk: Desk, sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    base = ["--config", str(tmp_path / "config"), "--data", str(desk.data), "--database", sqlite_url, "--quiet"]

    def tell(*command: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*base, "--now", desk.clock.now().isoformat(), *command])
        return done.exit_code, done.output

    assert tell("page", "check") == (0, "")
    article, quote = cited(desk)
    edit(desk, article, quote, "The council put the vote off.")
    code, said = tell("page", "check")
    assert (code, quote in said) == (1, True)
    assert "1 rest on passages that were edited away" in tell("status")[1]
    assert "source changed: [" in tell("page", "show", "s_1")[1]
    assert json.loads(tell("page", "check", "--json")[1])[0]["id"] == "s_1"
    assert f"- {quote}" in tell("article", "diff", article)[1]
    assert len(json.loads(tell("article", "revisions", article, "--json")[1])) == 2
    assert tell("article", "diff", article, "--from", "7")[0] == 1

    dry = tell("purge", "--url", article, "--reason", "asked for", "--dry-run")
    assert dry == (0, "1 articles, 2 texts would be purged\npage s_1: would be redacted\n")
    done = tell("purge", "--url", article, "--reason", "asked for")
    assert done[1].endswith("page s_1: 1 versions redacted; held until the next run has written it anew\n")
    assert "purged: asked for" in tell("article", "show", article)[1]
    assert tell("purge", "--url", article, "--outlet", "wire", "--reason", "x")[0] == 2
    assert tell("purge", "--outlet", "nobody", "--reason", "x") == (1, "aggregator: there is no outlet nobody\n")
