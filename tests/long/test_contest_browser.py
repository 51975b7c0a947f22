"""A contest in a real browser: from the outlet's page to the form, the desk's queue, the answer, and back to the page.

With DESK_SHOTS=FOLDER every view is kept as a picture.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from aggregator.clock import Clock
from aggregator.publish.publish import publish
from aggregator.setting_sections import SiteSettings
from aggregator.settings import Settings
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet
from tests.desk.rooms import PASSWORD, TOPICS, Room, furnish
from tests.long.browser import fits, follow, violations

pytestmark = pytest.mark.long

SHOTS = os.environ.get("DESK_SHOTS", "")
TEXT = "It calls itself independent:\nhttps://example.com/about"
UNIT = {"kind": "edition", "country": "", "language": "", "paths": [], "sections": []}
ANSWER = "We read its statement of June.\nThe rater was told, and looks at it."


@dataclass
class Served:
    """A desk and its public site on loopback."""

    room: Room
    address: str

    def publish(self) -> None:
        publish(self.room.store, self.room.settings, TOPICS, self.room.data, self.room.clock)


@contextmanager
def answering(room: Room, door: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(room.app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield
    server.should_exit = True
    thread.join()


@pytest.fixture
def served(sqlite: Store, clock: Clock, tmp_path: Path) -> Iterator[Served]:
    furnish(sqlite, clock)
    with sqlite.write() as session:
        edition = {"key": "scotland", **UNIT, "name": "Scottish edition"}
        session.get_one(Outlet, "outlet-1").units = [edition]
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        room = Room(sqlite, tmp_path / "data", clock, Settings(site=SiteSettings(base_url=address)))
        room.user("Edi", "editor")
        found = Served(room, address)
        found.publish()
        with answering(room, door):
            yield found


def look(page: Any, name: str) -> None:
    """No rule of accessibility is broken, nothing is scrolled sideways."""
    if SHOTS:
        width, dark = page.viewport_size["width"], page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True)
    assert violations(page) == [], name
    assert fits(page), name


def test_a_contest_goes_from_the_form_to_the_desk_and_its_answer_onto_the_outlets_page(
    served: Served, page: Any
) -> None:
    page.goto(f"{served.address}/outlet/outlet-1/")
    follow(page, page.get_by_role("link", name="Contest a label"))
    look(page, "form")

    page.get_by_label("What is wrong").select_option("rating-wrong")
    page.get_by_label("What should be said instead").fill("No.")
    follow(page, page.get_by_role("button", name="Send"))
    page.locator("#text:focus").wait_for()
    assert "so far there are 3" in page.locator("#why-text").inner_text()
    look(page, "form-error")

    page.get_by_label("What should be said instead").fill(TEXT)
    follow(page, page.get_by_role("button", name="Send"))
    reference = page.locator("b.id").inner_text()
    look(page, "received")

    page.goto(f"{served.address}/desk/contests")
    page.get_by_label("Name").fill("Edi")
    page.get_by_label("Password").fill(PASSWORD)
    follow(page, page.get_by_role("button", name="Sign in"))
    look(page, "queue")
    follow(page, page.locator(f"h3 a[href$='{reference}']"))
    look(page, "contest")
    page.get_by_label("Left as it is").check()
    page.locator("#answer-text").fill(ANSWER)
    page.get_by_label("Show readers the contest").check()
    follow(page, page.get_by_role("button", name="Answer", exact=True))
    assert "It stands on the outlet’s page" in page.locator(".note.good").inner_text()
    look(page, "contest-answered")

    served.publish()
    page.goto(f"{served.address}/contest/outlet-1/{reference}")
    follow(page, page.get_by_role("link", name="the outlet’s page"))
    told = page.locator(f"#{reference}").inner_text()
    assert all(line in told for line in (*ANSWER.splitlines(), *TEXT.splitlines()))
    assert reference in told
    look(page, "outlet")


def test_the_form_is_sent_by_keyboard_and_without_a_script(served: Served, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900}, java_script_enabled=False)
    window = context.new_page()
    window.goto(f"{served.address}/contest/outlet-1")
    window.locator("#unit").focus()
    for key in ("Tab", "a", "Tab"):
        window.keyboard.press(key)
    window.keyboard.type(TEXT)
    window.keyboard.press("Tab")  # past the field that people do not see
    window.keyboard.press("Enter")

    window.get_by_text("It waits for the desk").wait_for()
    context.close()


def test_large_letters_need_no_sideways_scrolling(served: Served, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 900})
    window = context.new_page()
    for path in ("/contest/outlet-1", "/contest/nobody"):
        window.goto(served.address + path)
        window.evaluate("document.documentElement.style.fontSize = '200%'")
        assert fits(window), path
    context.close()
