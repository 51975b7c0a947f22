"""Users of the desk, by the functions and by the command line."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from aggregator.cli.main import app
from aggregator.clock import Clock
from aggregator.desk import users
from aggregator.errors import ConfigError, Rejected
from aggregator.store.desk_tables import SignIn, User
from aggregator.store.sessions import Store
from tests.desk.rooms import PASSWORD, Room

ROOT = Path(__file__).parents[2]


def add(store: Store, clock: Clock, name: str, password: str = PASSWORD, role: str = "editor") -> None:
    with store.write() as session:
        users.add(session, name, password, role, clock.now())


def test_a_password_is_kept_as_an_argon2_hash_alone(store: Store, clock: Clock) -> None:
    add(store, clock, "  Ann\tSmith ")

    with store.read() as session:
        user = session.get_one(User, "ann smith")
        assert (user.name, user.role, user.disabled) == ("Ann Smith", "editor", False)
        assert user.password.startswith("$argon2id$")
        assert users.is_right(user, PASSWORD)
        assert not users.is_right(user, PASSWORD + " ")


@pytest.mark.parametrize(
    ("name", "password", "role", "reason"),
    [
        ("ANN", PASSWORD, "editor", "taken"), (" \u200b ", PASSWORD, "editor", "name"),
        ("x" * 61, PASSWORD, "editor", "name"),
        ("Ben", "too short", "editor", "password"), ("Ben", "x" * 1001, "editor", "password"),
        ("Ben", PASSWORD, "king", "role"), ("", PASSWORD, "editor", "name"),
    ],
)  # fmt: skip
def test_who_cannot_be_let_in_is_told_why(
    sqlite: Store, clock: Clock, name: str, password: str, role: str, reason: str
) -> None:
    add(sqlite, clock, "Ann")

    with pytest.raises(Rejected) as error:
        add(sqlite, clock, name, password, role)

    assert error.value.reason == reason


def test_an_unknown_user_has_no_right_password() -> None:
    assert not users.is_right(None, PASSWORD)


def test_another_password_signs_out_everywhere_and_lets_a_disabled_user_in_again(room: Room) -> None:
    browser = room.browser("editor", "Ann")
    with room.store.write() as session:
        users.disable(session, "ANN")
    assert browser.get("/desk", follow=False).status == 303

    with room.store.write() as session:
        users.set_password(session, "ann", "another long password")

    assert browser.post("/desk/sign-in", {"name": "Ann", "password": PASSWORD}).status == 401
    assert "Ann (editor)" in browser.post("/desk/sign-in", {"name": "Ann", "password": "another long password"}).words
    with room.store.write() as session:
        users.set_password(session, "ann", PASSWORD)
        assert session.scalar(select(func.count()).select_from(SignIn)) == 0
    assert browser.get("/desk", follow=False).status == 303


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of an instance with an empty database."""
    where = tmp_path / "data"
    assert run(where, "db", "upgrade").exit_code == 0
    return where


def run(data: Path, *words: str, given: str = "", **environment: str) -> Result:
    arguments = ["--config", str(ROOT / "config" / "sample"), "--data", str(data), *words]
    return CliRunner().invoke(app, arguments, input=given, env=environment)


def test_users_are_added_listed_disabled_and_given_passwords_from_the_shell(data: Path) -> None:
    assert run(data, "user", "add", "Ann", "--role", "chief", given=PASSWORD + "\n").exit_code == 0
    assert run(data, "user", "add", "Ben", "--role", "reader", AGGREGATOR_USER_PASSWORD=PASSWORD).exit_code == 0
    assert run(data, "user", "disable", "ben").exit_code == 0

    listed = run(data, "user", "list").stdout.splitlines()

    assert [line.split()[:2] for line in listed] == [["Ann", "chief"], ["Ben", "reader"]]
    assert "disabled" in listed[1]
    assert run(data, "user", "password", "Ben", given="a new long password\n").exit_code == 0
    assert "disabled" not in run(data, "user", "list").stdout


@pytest.mark.parametrize(
    "words",
    [("add", "Ann", "--role", "king"), ("disable", "Nobody"), ("password", "Nobody"), ("add", "", "--role", "chief")],
)
def test_what_is_wrong_is_said_in_a_line(data: Path, words: tuple[str, ...]) -> None:
    done = run(data, "user", *words, given=PASSWORD + "\n")

    assert done.exit_code == 1
    assert done.stderr.startswith("aggregator: ")


def test_a_short_password_is_refused_without_being_printed(data: Path) -> None:
    done = run(data, "user", "add", "Ann", "--role", "editor", given="short\n")

    assert done.exit_code == 1
    assert "12 to 1000 characters" in done.stderr
    assert "short" not in done.stderr.replace("too short", "")


def test_serving_starts_only_on_a_database_that_is_ready(tmp_path: Path) -> None:
    done = run(tmp_path / "nothing", "serve")

    assert isinstance(done.exception, ConfigError)
    assert "holds no database yet" in str(done.exception)


def test_serve_says_where_it_is_and_ends_cleanly(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = run(data, "serve", "--port", str(taken.getsockname()[1]))
    assert "cannot be listened at" in str(busy.exception)
    command = [sys.executable, "-m", "aggregator", "--config", str(ROOT / "config" / "sample"), "--data", str(data)]
    with subprocess.Popen([*command, "serve", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split("at ", 1)[1].split(",")[0]
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"{address}healthz", timeout=5) as answer:
                    assert answer.read() == b"ok\n"
                break
            except ConnectionError:
                time.sleep(0.1)
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
