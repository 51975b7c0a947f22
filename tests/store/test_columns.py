"""Column types mean the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow
from aggregator.store.tables import Article, Host, Outlet, Response, Run

MOMENT = datetime(2026, 10, 10, 12, 30, 15, 123456, tzinfo=UTC)


def article(store: Store) -> None:
    with store.write() as session:
        session.add(Outlet(key="o", name="O"))
        session.flush()
        session.add(
            Article(
                id="a",
                url="https://o.example/a",
                outlet_key="o",
                origin="feed",
                found_at=MOMENT,
                order_at=MOMENT,
                entry_sha="s",
            )
        )


def test_a_time_comes_back_in_utc_from_any_zone(store: Store) -> None:
    zones = {f"h{hours}": timezone(timedelta(hours=hours)) for hours in (0, 2, -11, 5.5)}
    with store.write() as session:
        session.add_all(Host(host=host, robots_at=MOMENT.astimezone(zone)) for host, zone in zones.items())

    with store.read() as session:
        found = session.scalars(select(Host.robots_at)).all()

    assert [moment.isoformat() for moment in found if moment] == [MOMENT.isoformat()] * len(zones)


def test_times_of_two_zones_are_compared_by_moment(store: Store) -> None:
    late = MOMENT.astimezone(timezone(timedelta(hours=-11)))  # a smaller clock face than MOMENT's
    with store.write() as session:
        session.add_all([Host(host="a", robots_at=MOMENT), Host(host="b", robots_at=late + timedelta(seconds=1))])

    with store.read() as session:
        assert session.scalars(select(Host.host).where(Host.robots_at > late)).all() == ["b"]
        assert session.scalars(select(Host.host).order_by(Host.robots_at.desc())).first() == "b"


def test_no_time_comes_back_as_none(store: Store) -> None:
    with store.write() as session:
        session.add(Host(host="h", robots_at=None))

    with store.read() as session:
        assert session.scalars(select(Host.robots_at)).one() is None


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = MOMENT.replace(tzinfo=None)

    with pytest.raises(StatementError, match="has no zone"), store.write() as session:
        session.add(Host(host="h", robots_at=naive))
    with pytest.raises(StatementError, match="has no zone"), store.read() as session:
        session.scalars(select(Host).where(Host.robots_at > naive)).all()


def embedding(recipe: str, vector: Any) -> EmbeddingRow:
    return EmbeddingRow(
        article_id="a", recipe=recipe, input_sha="i", space="s", engine="e", vector=vector, made_at=MOMENT
    )


def test_a_vector_is_32_bit_floats_whatever_goes_in(store: Store) -> None:
    wanted = np.array([1, -2, 0, 4], np.float32)
    given: dict[str, Any] = {kind: wanted.astype(kind) for kind in ("float64", "float32", "float16", "int64", ">f4")}
    given |= {"list": wanted.tolist(), "every other": np.repeat(wanted, 2).astype(np.float64)[::2]}
    article(store)
    with store.write() as session:
        session.add_all(embedding(kind, vector) for kind, vector in given.items())

    with store.read() as session:
        found = {row.recipe: row.vector for row in session.scalars(select(EmbeddingRow))}

    assert {vector.dtype for vector in found.values()} == {np.dtype(np.float32)}
    assert {kind: vector.tolist() for kind, vector in found.items()} == dict.fromkeys(given, wanted.tolist())


def test_a_vector_keeps_every_bit(store: Store) -> None:
    vector = np.random.default_rng(7).standard_normal(384).astype(np.float32)
    article(store)
    with store.write() as session:
        session.add(embedding("r", vector))

    with store.read() as session:
        assert session.scalars(select(EmbeddingRow.vector)).one().tobytes() == vector.tobytes()


def test_json_comes_back_as_it_went_in(store: Store) -> None:
    values: list[Any] = [
        *({}, [], "text", 0, False),
        {"a": [1, 2.5, None, True, {"b": "ø\u2028\\"}]},
        ["x", 2**53, -0.1],
        {"long": "y" * 100_000},
    ]
    with store.write() as session:
        session.add_all(Run(id=f"r{n}", started_at=MOMENT, report=value) for n, value in enumerate(values))

    with store.read() as session:
        assert session.scalars(select(Run.report).order_by(Run.id)).all() == values


def response(body: bytes | None) -> Response:
    texts = {"input_sha": "i", "recipe": "r", "final_url": "u", "content_type": "t", "html_sha": "h"}
    return Response(article_id="a", html=body, fetched_at=MOMENT, **texts)


def test_a_body_comes_back_byte_for_byte_and_is_stored_small(store: Store) -> None:
    article(store)
    for body in (b"", b"\0\xff", b"<p>same</p>" * 10_000):
        with store.write() as session:
            session.merge(response(body))

        with store.read() as session:
            assert session.scalars(select(Response.html)).one() == body
            assert session.scalar(text("select length(html) from responses")) <= len(body) / 100 + 20


def test_an_emptied_body_is_none(store: Store) -> None:
    article(store)
    with store.write() as session:
        session.add(response(None))

    with store.read() as session:
        assert session.scalars(select(Response.html)).one() is None
