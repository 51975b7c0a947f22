"""`article show`: what is known of an article's date, text, rights and picture."""

from datetime import timedelta

from aggregator.articles.documents import save_document
from aggregator.clock import Clock, rfc3339
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Outlet
from aggregator.types import Extent, Extracted, Kind, Picture, Rights
from pipelines.trace import trace_article

FOUND = Extracted(
    title="Bridge closed",
    text="The council closed the bridge.",
    language="en",
    kind=Kind.NEWS,
    extent=Extent.FULL,
    rights=Rights.QUOTE,
    rights_basis="X-Robots-Tag: noarchive",
    image=Picture("https://lantern.example/b.jpg", "Ann Ash"),
    agreement=0.914,
)


def test_an_article_tells_its_doubtful_date_its_rights_its_picture_and_how_sure_its_text_is(
    sqlite: Store, clock: Clock
) -> None:
    now = clock.now()
    with sqlite.write() as session:
        session.add(Outlet(key="lantern", name="Lantern"))
        session.flush()
        article = Article(
            id="a_1", url="https://lantern.example/b", outlet_key="lantern", origin="feed", found_at=now, order_at=now,
            entry_sha="e", published_raw="soon", date_note="unreadable",
        )  # fmt: skip
        session.add(article)
        session.flush()
        save_document(session, article, FOUND, input_sha="p", recipe="r", now=now + timedelta(hours=1))
    with sqlite.read() as session:
        trace = trace_article(session, "a_1", Settings(), now)
    assert trace is not None
    assert trace.facts["lean"] == (
        f"Unrated (no rating): its outlet's news on {now.date()}, as known {rfc3339(now)}, by families-1"
    )
    assert trace.facts["published"] == "not known (date in the feed 'soon': unreadable)"
    (read,) = [step.detail for step in trace.steps if step.stage == "extract"]
    for fact in (
        "two extractors agree by 91%",
        "rights quote (X-Robots-Tag: noarchive)",
        "picture https://lantern.example/b.jpg by Ann Ash",
    ):
        assert fact in read
