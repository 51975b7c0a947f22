"""Sessions: who may write, who waits for whom, and what a driver's words become."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from aggregator.errors import ConfigError, StoreError
from aggregator.store.sessions import Store
from aggregator.store.tables import Host

PROCESSES, TIMES = 4, 50


def hosts(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(session.scalars(select(Host.host)))


def test_a_writing_session_is_committed_at_its_end(store: Store) -> None:
    with store.write() as session:
        session.add(Host(host="a"))

    assert hosts(store) == ["a"]


def test_any_error_takes_a_writing_session_back(store: Store) -> None:
    def fail() -> None:
        with store.write() as session:
            session.add(Host(host="a"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert hosts(store) == []
    with store.write() as session:
        session.add(Host(host="b"))
    assert hosts(store) == ["b"]


def test_a_constraint_that_is_broken_is_told_as_such(store: Store) -> None:
    with store.write() as session:
        session.add(Host(host="a"))

    with pytest.raises(IntegrityError), store.write() as session:
        session.add(Host(host="a"))


def test_a_reader_cannot_write_and_a_writer_can_afterwards(store: Store) -> None:
    with pytest.raises((StoreError, DBAPIError), match=r"(?i)read.?only"), store.read() as session:
        session.add(Host(host="a"))

    with store.write() as session:
        session.add(Host(host="b"))
    assert hosts(store) == ["b"]


def test_what_was_read_can_be_used_when_the_session_is_over(store: Store) -> None:
    with store.write() as session:
        session.add(Host(host="a", robots="x"))

    with store.read() as session:
        row = session.get(Host, "a")

    assert row is not None
    assert row.robots == "x"


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    with store.write() as session:
        session.add(Host(host="a"))
        session.flush()
        began = time.monotonic()
        assert hosts(store) == []
        assert time.monotonic() - began < 10

    assert hosts(store) == ["a"]


def test_a_writer_does_not_wait_for_a_reader_who_sees_one_state(store: Store) -> None:
    with store.read() as reading:
        assert reading.scalars(select(Host)).all() == []
        with store.write() as writing:
            writing.add(Host(host="a"))
        assert reading.scalars(select(Host)).all() == []

    assert hosts(store) == ["a"]


def test_a_second_writer_waits_for_the_first(store: Store) -> None:
    def second() -> list[str]:
        with store.write() as session:
            store.exclusive(session, "x")
            return list(session.scalars(select(Host.host)))

    with ThreadPoolExecutor(1) as pool:
        with store.write() as session:
            store.exclusive(session, "x")
            waiting = pool.submit(second)
            time.sleep(0.2)
            assert not waiting.done()
            session.add(Host(host="a"))
        assert waiting.result(10) == ["a"]


def count_up(url: str, start: Barrier) -> None:
    """Read a number and write it back one greater, again and again."""
    store = Store(url)
    start.wait(60)
    for _ in range(TIMES):
        with store.write() as session:
            store.exclusive(session, "count")
            row = session.get_one(Host, "counter")
            row.robots_status += 1
    store.close()


def test_nothing_is_lost_when_processes_read_modify_and_write_at_once(store: Store) -> None:
    with store.write() as session:
        session.add(Host(host="counter"))
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES)
    url = store.url.render_as_string(hide_password=False)

    processes = [context.Process(target=count_up, args=(url, start)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0] * PROCESSES
    with store.read() as session:
        assert session.get_one(Host, "counter").robots_status == PROCESSES * TIMES


@pytest.mark.parametrize(
    "url", ["", "rubbish", "nosql://x", "oracle://u:hunter2@h/x", "postgresql+psycopg://u:hunter2@h:port/x"]
)
def test_what_is_no_database_address_is_a_complaint_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match="not a database address") as caught:
        Store(url)

    assert caught.value.key == "store.url"
    assert "sqlite:///" in caught.value.fix
    assert "hunter2" not in str(caught.value)


def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    store = Store(f"postgresql+psycopg://u:hunter2@/x?host={tmp_path}")

    with pytest.raises(StoreError) as caught, store.read() as session:
        session.scalars(select(Host)).all()
    store.close()

    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("not a database at all, " * 100)
    store = Store(f"sqlite:///{tmp_path / 'x.sqlite'}")

    for use in (store.read, store.write):
        with pytest.raises(StoreError, match=r"x\.sqlite: file is not a database"), use() as session:
            session.scalars(select(Host)).all()
    store.close()
