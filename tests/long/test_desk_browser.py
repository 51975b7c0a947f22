"""The desk in a real browser, over the sample newsroom: a day's work of a chief editor, and what readers see of it.

Needs Chromium as `test_site_browser.py` says. With DESK_SHOTS=FOLDER every view is kept as a picture.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from sqlalchemy import select

from aggregator.articles.archive import ImportReport, OutletNames, read_line, save_articles
from aggregator.desk import users
from aggregator.desk.app import create_app
from aggregator.desk.asked import Workplace
from aggregator.store.desk_tables import Glance
from aggregator.store.story_tables import Decision, Membership
from aggregator.store.tables import Article, Document
from aggregator.stories.decisions import PAGE_KINDS, undone
from aggregator.stories.ids import members_of, story_of
from pipelines.batch import Instance, run_batch
from tests.long.browser import RULES, follow
from tests.newsroom import Replay

pytestmark = pytest.mark.long

PASSWORD = "a long enough password"
SHOTS = os.environ.get("DESK_SHOTS", "")
LATER = ("embed", "cluster", "embed-sentences", "analyse", "summarise", "publish")
INVENTED = "The mayor of Port Amity, Teresa Blackwood, said: “It was a hoax”."
DEK = (
    "An earthquake off the coast of East Corran injured 14 people in Port Amity, whose mayor, Teresa Blackwood, said:"
    " “We were lucky in the hour and lucky in the depth”."
)
#: what a browser says of answers that are refusals on purpose
REFUSALS = ("status of 401", "status of 409", "status of 422", "status of 403", "status of 404")


@dataclass
class Newsroom:
    """The sample instance with the desk served on loopback."""

    instance: Instance
    address: str
    #: what the articles of each story with a page were called, before anything was decided
    titles: dict[str, list[str]]

    def run(self) -> None:
        """The later stages of a batch: what the next run would do."""
        assert run_batch(self.instance, names=LATER).failure == ""

    def page(self, words: str) -> str:
        """The id of the page most of whose articles had these words in their titles before anything was decided."""
        return max(self.titles, key=lambda key: sum(words in title for title in self.titles[key]))

    def members(self, key: str) -> list[str]:
        with self.instance.store.read() as session:
            return members_of(session, key)

    def item(self, key: str) -> dict[str, Any]:
        """The page as the JSON feed has it."""
        feed = json.loads((self.instance.data / "site" / "feeds" / "all.json").read_text(encoding="utf-8"))
        return next((one["_story"] for one in feed["items"] if one["_story"]["id"] == key), {})

    def home(self, article: str) -> str | None:
        """The story that an article is in."""
        with self.instance.store.read() as session:
            return session.get_one(Membership, article).story_id

    def last(self) -> int | None:
        """The last decision that stands and can be undone."""
        with self.instance.store.read() as session:
            every = list(session.scalars(select(Decision).order_by(Decision.id.desc())))
            gone = undone(every)
            return next((one.id for one in every if one.id not in gone and one.undoes is None), None)

    def view(self, number: int) -> str:
        """Where a decision is shown."""
        with self.instance.store.read() as session:
            decision = session.get_one(Decision, number)
            return f"/desk/{'page' if decision.kind in PAGE_KINDS else 'story'}/{decision.subjects[0]}"

    def copy(self, article: str) -> str:
        """A new article comes in: the text of one that is known, printed by another outlet; its id."""
        with self.instance.store.write() as session:
            old = session.get_one(Article, article)
            text = session.scalars(select(Document.text).where(Document.article_id == article, Document.current)).one()
            line = {
                "url": f"https://late.example/{uuid4().hex}", "title": f"{old.title}, again",
                "text": f"{text}\nSeen twice.", "outlet": "The Latecomer", "published_at": old.order_at.isoformat(),
            }  # fmt: skip
            now = self.instance.clock.now()
            archived = read_line(json.dumps(line).encode(), "late", now)
            save_articles(session, [archived], OutletNames(session), now, ImportReport())
            return archived.id


@pytest.fixture(scope="module")
def newsroom(replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with replay.copied(tmp_path_factory.mktemp("desk") / "data") as instance:
        with instance.store.write() as session:
            for name, role in (("Che", "chief"), ("Edi", "editor"), ("Rea", "reader")):
                users.add(session, name, PASSWORD, role, instance.clock.now())
        work = Workplace(instance.store, instance.settings, instance.topics, instance.data, instance.clock)
        config = uvicorn.Config(create_app(work), port=0, log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        with instance.store.read() as session:
            told = select(Membership.story_id, Article.title).join(Article, Article.id == Membership.article_id)
            titles: dict[str, list[str]] = {key: [] for key in session.scalars(select(Glance.page_id))}
            for key, title in session.execute(told.where(Membership.story_id.in_(titles))):
                titles[key].append(title)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Newsroom(instance, f"http://127.0.0.1:{port}", titles)
        server.should_exit = True
        thread.join()


class Window:
    """Somebody's window, which keeps what it complained of."""

    def __init__(self, browser: Any, newsroom: Newsroom, **how: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **how})
        self.page, self.newsroom = self.context.new_page(), newsroom
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        self.page.goto(self.newsroom.address + path)

    def sign_in(self, name: str) -> None:
        self.open("/desk")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        follow(self.page, self.page.get_by_role("button", name="Sign in"))
        self.page.get_by_role("heading", name="Queue").wait_for()

    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    def decide(self, summary: str, button: str, reason: str) -> None:
        """Open one of the boxes, give a reason and send it."""
        box = self.page.locator("details.box").filter(has=self.page.locator("summary", has_text=summary)).last
        if not box.evaluate("each => each.open"):
            box.locator("summary").first.click()
        box.get_by_label("Reason").fill(reason)
        follow(self.page, box.get_by_role("button", name=button))

    def done(self) -> str:
        self.page.locator(".note.good").wait_for()
        return str(self.page.locator(".note.good").inner_text())

    def undo(self, number: int, reason: str) -> None:
        entry = self.page.locator(f"#decision-{number}")
        entry.locator("summary").click()
        entry.get_by_label("Reason").fill(reason)
        follow(self.page, entry.get_by_role("button", name=f"Undo decision {number}"))
        self.done()


@pytest.fixture(params=[True, False], ids=["with-scripts", "without-scripts"], scope="module")
def signed_in(request: pytest.FixtureRequest, browser: Any, newsroom: Newsroom) -> Iterator[Window]:
    window = Window(browser, newsroom, java_script_enabled=request.param)
    window.sign_in("Che")
    yield window
    assert [text for text in window.complaints if not any(refusal in text for refusal in REFUSALS)] == []
    window.context.close()


@pytest.fixture
def chief(signed_in: Window, newsroom: Newsroom) -> Iterator[Window]:
    """A chief's window; what they decide is undone afterwards, the last first."""
    yield signed_in
    while (number := newsroom.last()) is not None:
        signed_in.open(newsroom.view(number))
        signed_in.undo(number, "the round is over")
    newsroom.run()


def test_a_merged_page_leads_to_the_other_until_that_is_undone(chief: Window, newsroom: Newsroom) -> None:
    halden, tamarack = newsroom.page("Halden Falls"), newsroom.page("Tamarack")

    gone, kept = _merge(chief, newsroom, halden, tamarack)

    assert newsroom.item(gone)["merged_into"] == kept
    chief.open(f"/story/{gone}/")
    follow(chief.page, chief.page.locator(f"article a[href*='{kept}']"))
    assert f"/story/{kept}/" in chief.page.url
    chief.open(f"/desk/story/{gone}")
    assert chief.page.url.endswith(f"/desk/story/{kept}")

    number = newsroom.last()
    assert number is not None
    chief.undo(number, "two towns, two strikes")
    newsroom.run()
    assert {newsroom.item(one)["status"] for one in (halden, tamarack)} == {"published"}


def test_a_story_is_split_and_an_article_moved_and_moved_back(chief: Window, newsroom: Newsroom) -> None:
    hearing, mayor = newsroom.page("Open AI Models"), newsroom.page("Saltmarsh mayor")
    part = _split(chief, newsroom, hearing)
    for key in (hearing, part):
        assert {one["article_id"] for one in newsroom.item(key)["sources"]} <= set(newsroom.members(key))

    moved = newsroom.members(mayor)[0]
    chief.open(f"/desk/story/{mayor}")
    chief.page.locator(f"#{moved}").check()
    chief.page.locator("#with-articles").get_by_label("Reason").first.fill("it tells of the hearing")
    chief.page.locator("summary", has_text="Move into another story").click()
    chief.page.locator("#move-id").fill(hearing)
    follow(chief.page, chief.page.get_by_role("button", name="Move into that story"))

    assert "move" in chief.done()
    assert moved in newsroom.members(hearing)
    number = newsroom.last()
    assert number is not None
    chief.undo(number, "it does not")
    assert moved in newsroom.members(mayor)


def test_the_validator_refuses_what_is_invented_and_readers_see_what_is_not(chief: Window, newsroom: Newsroom) -> None:
    quake = newsroom.page("arthquake")
    _edit(chief, quake)
    chief.decide("Approve", "Approve version", "read against the sources")
    assert "is published" in chief.done()
    chief.decide("Correct", "Note the correction", "The quake was felt in two counties, not three.")
    assert "is corrected" in chief.done()
    newsroom.run()

    assert newsroom.item(quake)["status"] == "corrected"
    assert newsroom.item(quake)["provenance"]["reviewed_by_role"] == "chief"
    assert newsroom.item(quake)["dek"][0]["text"] == DEK
    assert newsroom.item(quake)["corrections"][-1]["note"] == "The quake was felt in two counties, not three."
    chief.open(f"/story/{quake}/")
    assert "lucky in the hour and lucky in the depth" in chief.page.locator(".story-head .dek").inner_text()
    assert "The quake was felt in two counties, not three." in chief.text()


def test_a_withdrawn_page_says_why_at_every_address(chief: Window, newsroom: Newsroom) -> None:
    drug = newsroom.page("Alzheimer")
    slug = newsroom.item(drug)["url"].rpartition("/")[2]
    _withdraw(chief, drug)
    newsroom.run()

    assert newsroom.item(drug)["status"] == "withdrawn"
    assert "body" not in newsroom.item(drug)
    for address in (f"/story/{drug}/", f"/story/{drug}/{slug}/"):
        chief.open(address)
        assert "The study it rests on was retracted." in chief.text()


def test_when_new_articles_come_in_nothing_that_was_decided_is_undone(chief: Window, newsroom: Newsroom) -> None:
    quake, drug = newsroom.page("arthquake"), newsroom.page("Alzheimer")
    gone, kept = _merge(chief, newsroom, newsroom.page("Halden Falls"), newsroom.page("Tamarack"))
    part = _split(chief, newsroom, newsroom.page("Open AI Models"))
    _edit(chief, quake)
    _withdraw(chief, drug)
    newsroom.run()
    before = {key: set(newsroom.members(key)) for key in (kept, part, quake, drug)}

    new = [newsroom.copy(sorted(members)[0]) for members in before.values()]
    newsroom.run()

    assert {newsroom.home(article) for article in new} & before.keys()  # so the machine had something to decide
    assert all(members <= set(newsroom.members(key)) for key, members in before.items())
    assert newsroom.members(gone) == []
    assert newsroom.item(gone)["merged_into"] == kept
    assert newsroom.item(quake)["dek"][0]["text"] == DEK
    assert newsroom.item(drug)["status"] == "withdrawn"


def _withdraw(chief: Window, key: str) -> None:
    chief.open(f"/desk/page/{key}")
    chief.decide("Withdraw", "Withdraw the page", "The study it rests on was retracted.")
    chief.done()


def _merge(chief: Window, newsroom: Newsroom, one: str, other: str) -> tuple[str, str]:
    chief.open(f"/desk/story/{one}")
    chief.page.locator("summary", has_text="Merge with another story").click()
    chief.page.get_by_label("Look for stories by words").fill("school bus drivers")
    follow(chief.page, chief.page.get_by_role("button", name="Look"))
    chief.page.locator("summary", has_text="Merge with another story").wait_for()
    chief.page.locator(f"form[action$='/merge'] input[value='{other}']").check()
    chief.page.locator("#reason-merge").fill("one strike of one union")
    follow(chief.page, chief.page.get_by_role("button", name="Merge", exact=True))
    assert "merge" in chief.done()
    with newsroom.instance.store.read() as session:
        kept = story_of(session, one).id
    newsroom.run()
    return (other if kept == one else one), kept


def _split(chief: Window, newsroom: Newsroom, key: str) -> str:
    chief.open(f"/desk/story/{key}")
    for article in newsroom.members(key)[:3]:
        chief.page.locator(f"#{article}").check()
    chief.page.locator("#with-articles").get_by_label("Reason").first.fill("about the firm, not the hearing")
    follow(chief.page, chief.page.get_by_role("button", name="Split off"))
    assert "split" in chief.done()
    follow(chief.page, chief.page.get_by_role("link", name="a story of its own"))
    part = chief.page.url.rpartition("/")[2]
    assert len(newsroom.members(part)) == 3
    newsroom.run()
    return part


def _edit(chief: Window, key: str) -> None:
    chief.open(f"/desk/page/{key}")
    form = chief.page.locator("#form-dek")
    form.locator("summary").click()
    form.get_by_label("Dek").fill(INVENTED)
    form.get_by_label("Reason").fill("plainer")
    form.get_by_role("button").click()
    chief.page.locator("#why-edit").wait_for()
    assert "the quotation “It was a hoax” is in none of the passages" in chief.text()
    assert form.get_by_label("Dek").input_value() == INVENTED
    assert chief.page.evaluate("document.activeElement.id") == "why-edit"
    form.get_by_label("Dek").fill(DEK)
    form.get_by_role("button").click()
    assert "is published" in chief.done()


VIEWS = {
    "sign-in": "/desk/sign-in", "queue": "/desk", "queue-none": "/desk?state=none&q=school",
    "uncertain": "/desk/uncertain", "contests": "/desk/contests",
    "queue-empty": "/desk?q=zzzz",
    "story": "/desk/story/{hearing}", "story-find": "/desk/story/{hearing}?find=school", "page": "/desk/page/{hearing}",
    "page-compared": "/desk/page/{hearing}/2?against=1", "page-old": "/desk/page/{hearing}/1",
    "nothing": "/desk/story/s_nothing",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        *((name, scheme, 1280) for name in ("Che", "Rea") for scheme in ("light", "dark")),
        *(("Che", scheme, 390) for scheme in ("light", "dark")),
    ],
)
def test_axe_finds_no_violation_in_any_view(
    browser: Any, newsroom: Newsroom, name: str, scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    window = Window(browser, newsroom, viewport={"width": width, "height": 900}, color_scheme=scheme)
    hearing = newsroom.page("Open AI Models")
    found = []
    for view, path in VIEWS.items():
        if view == "queue":
            window.sign_in(name)
        window.open(path.format(hearing=hearing))
        for unfolded in (False, True):
            if unfolded:
                window.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            for each in axe.Axe().run(window.page, options=RULES).response["violations"]:
                found.append((view, each["id"], [node["html"][:200] for node in each["nodes"]][:3]))
            assert window.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), view
            if SHOTS:
                part = "-unfolded" if unfolded else ""
                window.page.screenshot(path=Path(SHOTS) / f"{name}-{view}{part}-{width}-{scheme}.png", full_page=True)
    window.context.close()
    assert found == []


def test_filters_answer_without_a_reload_and_say_how_many(browser: Any, newsroom: Newsroom) -> None:
    window = Window(browser, newsroom)
    window.sign_in("Rea")
    window.page.evaluate("window.mark = 'same page'")

    window.page.get_by_label("State", exact=True).select_option("none")
    window.page.get_by_role("heading", name="Without a page").wait_for()

    assert window.page.evaluate("window.mark") == "same page"
    assert "state=none" in window.page.url
    assert "without a page" in window.page.locator("#answer").inner_text()
    window.context.close()


def test_everything_is_reached_by_keyboard(browser: Any, newsroom: Newsroom) -> None:
    window = Window(browser, newsroom)
    window.sign_in("Edi")
    window.open(f"/desk/story/{newsroom.page('Open AI Models')}")

    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    window.page.keyboard.press("Enter")
    seen = set()
    for _ in range(60):
        window.page.keyboard.press("Tab")
        seen.add(window.page.evaluate("(document.activeElement.name || document.activeElement.textContent).trim()"))
        assert window.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"

    assert {"article", "reason", "Split off into a story of their own", "Lock", "Rename"} <= seen
    window.context.close()


def test_large_letters_need_no_sideways_scrolling(browser: Any, newsroom: Newsroom) -> None:
    window = Window(browser, newsroom, viewport={"width": 390, "height": 900})
    window.sign_in("Che")
    hearing = newsroom.page("Open AI Models")
    for path in ("/desk", f"/desk/story/{hearing}", f"/desk/page/{hearing}"):
        window.open(path)
        window.page.evaluate("document.documentElement.style.fontSize = '200%'")
        window.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert window.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    window.context.close()
