"""Insert-or-update does the same on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from aggregator.store.sessions import Store
from aggregator.store.tables import Alias, Host, Instance
from aggregator.store.upsert import upsert

MOMENT = datetime(2026, 10, 10, 12, tzinfo=UTC)


def rows(store: Store) -> dict[str, tuple[str, int]]:
    with store.read() as session:
        return {row.host: (row.robots, row.robots_status) for row in session.scalars(select(Host))}


def host(name: str, robots: str = "", status: int = 0) -> dict[str, object]:
    return {"host": name, "robots": robots, "robots_status": status}


def test_new_rows_are_added_and_known_ones_changed(store: Store) -> None:
    with store.write() as session:
        upsert(session, Host, [host("a", "old", 1), host("b", "old", 1)])
        upsert(session, Host, [host("b", "new", 2), host("c", "new", 2)])

    assert rows(store) == {"a": ("old", 1), "b": ("new", 2), "c": ("new", 2)}


def test_columns_that_are_not_given_stay_as_they_are(store: Store) -> None:
    with store.write() as session:
        upsert(session, Host, [host("a", "old", 1)])
        upsert(session, Host, [{"host": "a", "robots": "new"}])

    assert rows(store) == {"a": ("new", 1)}


def test_known_rows_are_left_alone_without_update(store: Store) -> None:
    with store.write() as session:
        upsert(session, Host, [host("a", "old", 1)])
        upsert(session, Host, [host("a", "new", 2), host("b", "new", 2)], update=False)

    assert rows(store) == {"a": ("old", 1), "b": ("new", 2)}


def test_the_same_rows_twice_change_nothing(store: Store) -> None:
    for _ in range(2):
        with store.write() as session:
            upsert(session, Host, [host("a", "x", 1), host("b", "y", 2)])

    assert rows(store) == {"a": ("x", 1), "b": ("y", 2)}


def test_no_rows_are_no_statement(store: Store) -> None:
    with store.write() as session:
        upsert(session, Host, [])

    assert rows(store) == {}


def test_rows_that_are_nothing_but_a_key_can_be_there_already(store: Store) -> None:
    with store.write() as session:
        upsert(session, Host, [host("a", "old", 1)])
        upsert(session, Host, [{"host": "a"}])

    assert rows(store) == {"a": ("old", 1)}


def test_more_rows_than_a_statement_takes_are_written_in_several(store: Store) -> None:
    many = [host(f"h{n}", "x", n) for n in range(11_000)]  # 33,000 parameters; SQLite takes 32,766
    with store.write() as session:
        upsert(session, Host, many)

    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Host)) == len(many)


def test_column_types_hold_here_too(store: Store) -> None:
    row = {"id": 1, "name": "n", "sample": False, "created_at": MOMENT}
    with store.write() as session:
        upsert(session, Instance, [row])
    with store.read() as session:
        assert session.scalars(select(Instance.created_at)).one() == MOMENT

    with pytest.raises(StatementError, match="has no zone"), store.write() as session:
        upsert(session, Instance, [{**row, "created_at": MOMENT.replace(tzinfo=None)}])


def test_other_constraints_than_the_key_are_not_passed_over(store: Store) -> None:
    with pytest.raises(StatementError, match=r"(?i)foreign key"), store.write() as session:
        upsert(session, Alias, [{"url_key": "u", "article_id": "nobody"}])


def test_an_error_takes_the_whole_transaction_back(store: Store) -> None:
    def fail() -> None:
        with store.write() as session:
            upsert(session, Host, [host("a")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert rows(store) == {}
