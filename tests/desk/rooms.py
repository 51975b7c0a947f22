"""A desk to test: some stories of a made-up archive, one of them with a page and its documents, and browsers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import lxml.html
from sqlalchemy import event, func, select
from starlette.testclient import TestClient

from aggregator.clock import Clock
from aggregator.desk import users
from aggregator.desk.app import create_app
from aggregator.desk.asked import Workplace
from aggregator.desk.gate import COOKIE
from aggregator.settings import Settings
from aggregator.store.contest_tables import Contest, ContestText
from aggregator.store.desk_tables import SignIn, User
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Decision, Membership, Slice, StoryEvent, StoryRow
from aggregator.store.tables import Article, Document, Outlet
from aggregator.stories.topics import Topic, Topics
from aggregator.summarise.page import StoryPage
from aggregator.summarise.versions import MACHINE, save_version
from aggregator.text import sha256
from tests.stories.archive import add_articles, place

DATA = Path(__file__).parents[1] / "summarise" / "data"
PAGE: dict[str, Any] = json.loads((DATA / "page.json").read_text(encoding="utf-8"))
PASSWORD = "correct horse battery"
STORY: str = PAGE["id"]
TOPICS = Topics((Topic("local", "Local"), Topic("ai", "Artificial Intelligence")))
SAME = {"sec-fetch-site": "same-origin"}
#: a contest that waits for an answer
CONTESTED = "c_first"


@cache
def hashed() -> str:
    return users.hashed(PASSWORD)


@dataclass
class Wall:
    """The machine's time, as far as the desk can tell."""

    now: datetime = datetime(2026, 10, 10, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Room:
    """An instance with a desk. `browser()` is somebody's window, signed in if a role is named."""

    store: Store
    data: Path
    clock: Clock
    settings: Settings = field(default_factory=Settings)
    wall: Wall = field(default_factory=Wall)

    def __post_init__(self) -> None:
        work = Workplace(self.store, self.settings, TOPICS, self.data, self.clock, self.wall)
        self.app = create_app(work)

    def user(self, name: str, role: str) -> None:
        with self.store.write() as session:
            if session.get(User, name.casefold()) is None:
                session.add(
                    User(key=name.casefold(), name=name, password=hashed(), role=role, created_at=self.wall.now)
                )

    def browser(self, role: str = "", name: str = "") -> "Browser":
        browser = Browser(TestClient(self.app, base_url="http://desk.example", headers=SAME, follow_redirects=True))
        if role:
            name = name or {"reader": "Rea", "editor": "Edi", "chief": "Che"}[role]
            self.user(name, role)
            token = sha256(f"{name} {self.wall.now} {id(browser)}")
            row = SignIn(
                token_sha=sha256(token), user_key=name.casefold(), csrf=f"token of {name}",
                created_at=self.wall.now, seen_at=self.wall.now,
            )  # fmt: skip
            with self.store.write() as session:
                session.add(row)
            browser.client.cookies.set(COOKIE, token, domain="desk.example", path="/desk")
        return browser

    def decisions(self) -> list[Decision]:
        with self.store.read() as session:
            return list(session.scalars(select(Decision).order_by(Decision.id)))

    def stories(self) -> list[str]:
        """The stories that have members, the oldest first, but that of the page."""
        with self.store.read() as session:
            query = select(StoryRow.id).where(StoryRow.size > 0, StoryRow.id != STORY)
            return list(session.scalars(query.order_by(StoryRow.made_at, StoryRow.first_at, StoryRow.id)))

    def members(self, key: str) -> list[str]:
        with self.store.read() as session:
            query = select(Membership.article_id).where(Membership.story_id == key).order_by(Membership.article_id)
            return list(session.scalars(query))


@dataclass
class Answer:
    """What came back: status, text, and the document."""

    status: int
    text: str
    url: str
    headers: Mapping[str, str]

    @property
    def document(self) -> Any:
        return lxml.html.fromstring(self.text)

    @property
    def words(self) -> str:
        """What a reader of the page reads, on one line."""
        return " ".join(self.document.text_content().split())

    def form(self, action: str) -> dict[str, Any]:
        """The fields of the form that is sent to an address with that end, as they are filled in."""
        for form in self.document.forms:
            targets = [form.get("action") or "", *(b.get("formaction") or "" for b in form.iter("button"))]
            if any(target.endswith(action) for target in targets):
                return dict(form.form_values()) | {
                    area.get("name"): (area.text or "").removeprefix("\n") for area in form.iter("textarea")
                }
        raise AssertionError(f"no form for {action}")

    def has_form(self, action: str) -> bool:
        try:
            return bool(self.form(action))
        except AssertionError:
            return False


@dataclass
class Browser:
    """Somebody's window."""

    client: TestClient

    def get(self, path: str, *, follow: bool = True) -> Answer:
        return _answer(self.client.get(path, follow_redirects=follow))

    def post(
        self, path: str, fields: Mapping[str, Any] | None = None, *, follow: bool = True, **headers: str
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return _answer(self.client.post(path, data=dict(fields or {}), headers=sent, follow_redirects=follow))

    def send(self, view: str, action: str, /, **fields: Any) -> Answer:
        """Open a view and send one of its forms, with these fields filled in."""
        form = self.get(view).form(action)
        return self.post(action, {**form, "reason": "as the sources say", **fields})


def _answer(response: Any) -> Answer:
    return Answer(response.status_code, response.text, str(response.url), response.headers)


def furnish(store: Store, clock: Clock, articles: int = 48) -> None:
    """An archive of six events in their stories, and a story with a page."""
    with store.write() as session:
        add_articles(session, range(articles))
    place(store, clock)
    with store.write() as session:
        _outlets(session)
        _story(session, clock)
        _contest(session)
        page = StoryPage.model_validate({**PAGE, "version": 1, "status": "published", "corrections": []})
        save_version(session, page, clock, input_sha="evidence 1", recipe="r", by=MACHINE)


def add_stories(room: Room, count: int) -> None:
    """Stories of one article each."""
    at = datetime(2026, 10, 4, tzinfo=UTC)
    with room.store.write() as session:
        slice_id = session.scalar(select(func.max(Slice.id)))
        for number in range(count):
            article, key = f"a_single_{number}", f"s_single_{number}"
            session.add(
                Article(
                    id=article, url="", outlet_key="post", origin="import", title=f"A lone report, number {number}",
                    found_at=at, order_at=at + timedelta(minutes=number), entry_sha=article,
                )
            )  # fmt: skip
            session.flush()
            times = {"made_at": at, "first_at": at, "last_at": at + timedelta(minutes=number)}
            session.add(StoryRow(id=key, founding_article_id=article, size=1, members_sha=article, **times))
            session.flush()
            row = {"slice_id": slice_id, "content_sha": article, "score": 1.0, "joined_at": at}
            session.add(Membership(article_id=article, story_id=key, **row))


def save(room: Room, version: int, status: str, by: str = MACHINE, reason: str = "", **changes: Any) -> None:
    """Another version of the page, as the machine or an editor would store it."""
    with room.store.write() as session:
        save_within(session, room.clock, version, status, by, reason, **changes)


def save_within(
    session: Any, clock: Clock, version: int, status: str, by: str = MACHINE, reason: str = "", **changes: Any
) -> None:
    """The same in a transaction that is under way."""
    page = StoryPage.model_validate({**PAGE, "version": version, "status": status, "corrections": [], **changes})
    save_version(session, page, clock, input_sha=f"evidence {version}", recipe="r", reason=reason, by=by)
    session.flush()


def _outlets(session: Any) -> None:
    for number, source in enumerate(PAGE["sources"]):
        key = f"outlet-{number}"
        session.add(Outlet(key=key, name=source["outlet"]))
        session.flush()
        label = source["lean"]["label"]
        at = datetime(2026, 1, 1, tzinfo=UTC)
        if label in ("Left", "Lean Left", "Center", "Lean Right", "Right"):
            position = ("Left", "Lean Left", "Center", "Lean Right", "Right").index(label) - 2
            session.add(
                RatingRow(
                    id=key, outlet_key=key, unit="news", rater="a rater", family="a rater", state="rated", label=label,
                    position=position, method="read", reason="", url="", rated_on=at.date(), valid_from=at.date(),
                    recorded_at=at,
                )
            )  # fmt: skip


def _contest(session: Any) -> None:
    at = datetime(2026, 10, 6, 9, tzinfo=UTC)
    session.add(
        Contest(
            id=CONTESTED, outlet_key="outlet-0", unit="news", subject="rating-wrong", came_by="form", recorded_at=at
        )
    )
    session.flush()
    session.add(ContestText(contest_id=CONTESTED, text="It called itself a paper of the centre until last year."))


def _story(session: Any, clock: Clock) -> None:
    rows = [json.loads(line) for line in (DATA / "documents.jsonl").read_text(encoding="utf-8").splitlines()]
    sources = {source["article_id"]: number for number, source in enumerate(PAGE["sources"])}
    at = datetime(2026, 10, 5, 9, tzinfo=UTC)
    slice_id = session.scalar(select(func.max(Slice.id)))
    for row in rows:
        key = row["article_id"]
        session.add(
            Article(
                id=key, url=f"https://{key.replace('_', '-')}.example/1", outlet_key=f"outlet-{sources.get(key, 0)}",
                origin="import", title=row["title"], published_at=at, found_at=at, order_at=at, entry_sha=key,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            Document(
                article_id=key, revision=row["revision"], current=True, input_sha=key, recipe="test",
                title=row["title"], text=row["text"], text_sha256=row["text_sha256"], content_sha=key, language="en",
                kind="news", extent="full", regions=row["regions"], authors=[], published_at=at, date_trust="feed",
                made_at=at,
            )
        )  # fmt: skip
    founder = rows[0]["article_id"]
    story = {"made_at": at, "first_at": at, "last_at": at, "size": len(rows), "members_sha": "as made"}
    session.add(StoryRow(id=STORY, founding_article_id=founder, **story))
    session.flush()
    for row in rows:
        key = row["article_id"]
        session.add(
            Membership(article_id=key, story_id=STORY, slice_id=slice_id, content_sha=key, score=0.4, joined_at=at)
        )
        session.add(StoryEvent(at=at, story_id=STORY, kind="joined", article_id=key, score=0.4, reason="average link"))


class Counted:
    """Counts the statements that a store sends."""

    def __init__(self, store: Store) -> None:
        self.statements: list[str] = []
        for engine in {store._reader, store._writer}:
            event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.statements.append(statement)

    def of(self, browser: Browser, path: str) -> int:
        self.statements.clear()
        assert browser.get(path).status == 200
        return len(self.statements)
