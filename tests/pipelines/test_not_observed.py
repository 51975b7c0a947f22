"""That a source does not mention something is said of full texts alone, from the fetched page to the published one."""

from pathlib import Path

import pytest
from sqlalchemy import select

from aggregator.analysis import vectors
from aggregator.clock import Clock
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Document
from tests.pipelines.test_bad_pages import TEXTS, Bags, Desk
from tests.pipelines.test_edited_sources import CABINET

WORD = "protect workers"  # what the three others tell of the ban


@pytest.fixture
def desk(sqlite: Store, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Three outlets tell a story; a fourth is still to come."""
    monkeypatch.setattr(vectors, "load_embedder", lambda *_: Bags())
    made = Desk(sqlite, clock, tmp_path / "data", Settings())
    for key, text in TEXTS.items():
        made.text(key, text)
    return made


def told(desk: Desk) -> tuple[set[str], set[str], set[str]]:
    """All outlets on the page; those that do not mention the claim; those of which it was not observed."""
    desk.run()
    page = desk.page()
    assert page is not None
    outlets = {card["n"]: card["outlet_key"] for card in page["sources"]}
    [claim] = [one for one in page["claims"] if WORD in one["text"]]
    silent, unseen = ({outlets[n] for n in claim[name]} for name in ("not_mentioned_by", "not_observed"))
    return set(outlets.values()), silent, unseen


def test_a_full_text_without_a_claim_does_not_mention_it(desk: Desk) -> None:
    desk.text("cabinet", CABINET)

    assert told(desk)[1:] == ({"cabinet"}, set())


def test_of_a_teaser_nothing_is_said_to_be_missing(desk: Desk) -> None:
    desk.text("cabinet", CABINET)
    with desk.store.write() as session:
        document = session.scalars(select(Document).join(Article).where(Article.outlet_key == "cabinet")).one()
        document.extent = "teaser"

    assert told(desk)[1:] == (set(), {"cabinet"})


def test_of_an_entry_that_only_its_feed_told_nothing_is_said_to_be_missing(desk: Desk) -> None:
    desk.fetched("cabinet", "<html><body><div id=app></div></body></html>", title="Council bans leaf blowers")
    with desk.store.write() as session:
        article = session.scalars(select(Article).where(Article.outlet_key == "cabinet")).one()
        article.feed_html = "".join(f"<p>{line}</p>" for line in CABINET.splitlines()).encode()

    outlets, silent, unseen = told(desk)

    assert (silent, unseen) == (set(), {"cabinet"} & outlets)
    with desk.store.read() as session:
        read = select(Document.extent).join(Article).where(Article.outlet_key == "cabinet")
        assert session.scalars(read).all() == ["teaser"]


def test_an_article_that_could_not_be_fetched_is_neither_silent_nor_on_the_page(desk: Desk) -> None:
    desk.add("cabinet", title="Council bans leaf blowers")

    outlets, silent, unseen = told(desk)

    assert "cabinet" not in outlets | silent | unseen
