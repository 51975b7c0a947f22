"""The form by which readers contest a label: open to all, loses nothing typed, and takes no flood."""

import asyncio
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from aggregator.desk import app
from aggregator.setting_sections import SiteSettings
from aggregator.settings import Settings
from aggregator.sources.contest_filing import MOST_OF_OUTLET
from aggregator.sources.ledger import IMPORT, Change, append
from aggregator.store.contest_tables import Contest, ContestSender, ContestText
from aggregator.store.tables import Outlet
from aggregator.types import Lean, RaterKind, Rating
from tests.desk.rooms import CONTESTED, SAME, Answer, Browser, Room
from tests.desk.test_hostile import EVIL, TAGS

FORM = "/contest/outlet-1"
TEXT = "It says of itself that it is of no party:\nhttps://example.com/about"
UNIT = {"kind": "edition", "country": "", "language": "", "paths": [], "sections": []}
FIELDS = {"unit": "news", "subject": "rating-wrong", "text": TEXT}


def caller(room: Room, address: str) -> Browser:
    """A reader's window, from an address."""
    return Browser(TestClient(room.app, base_url="http://desk.example", headers=SAME, client=(address, 50_000)))


def with_page(room: Room) -> None:
    """The outlet's page is published."""
    page = room.data / "site" / "outlet" / "outlet-1" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("<h1>An outlet</h1>", encoding="utf-8")


def kept(room: Room) -> list[Contest]:
    """The contests that came in, but the one that was there."""
    with room.store.read() as session:
        return list(session.scalars(select(Contest).where(Contest.id != CONTESTED).order_by(Contest.recorded_at)))


def wrong(answer: Answer) -> dict[str, str]:
    """What is said beside each field, which its control refers to."""
    found = {}
    for control in answer.document.xpath("//*[@aria-invalid]"):
        why = control.get("aria-describedby").split()[-1]
        found[control.get("name")] = " ".join(answer.document.get_element_by_id(why).text_content().split())
    return found


def test_anybody_contests_a_label_and_learns_where_the_answer_will_stand(room: Room) -> None:
    reader = room.browser()
    assert not reader.get(FORM).document.xpath("//main//a")  # it has no page yet
    with_page(room)
    form = reader.get(FORM)
    assert "http://localhost:8000/outlet/outlet-1/" in form.document.xpath("//main//a/@href")

    assert form.status == 200
    assert "Lean Right" in form.words
    assert "You are not asked who you are" in form.words
    sent = {**form.form(FORM), **FIELDS}
    assert sent.keys() == {"unit", "subject", "text", "website"}
    done = reader.post(FORM, {**sent, "text": TEXT.replace("\n", "\r\n")})

    (contest,) = kept(room)
    assert done.url.endswith(f"{FORM}/{contest.id}")  # loading it again sends nothing again
    assert contest.id in done.words
    assert "It waits for the desk" in done.words
    assert "http://localhost:8000/outlet/outlet-1/#contest" in done.document.xpath("//main//a/@href")
    assert (contest.outlet_key, contest.unit, contest.subject, contest.came_by) == (
        "outlet-1", "news", "rating-wrong", "form",
    )  # fmt: skip
    with room.store.read() as session:
        assert session.get_one(ContestText, contest.id).text == TEXT
        assert "testclient" not in session.get_one(ContestSender, contest.id).who
    assert not {"set-cookie"} & {*form.headers, *done.headers}


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"text": "Too short."}, "text", "so far there are 10"),
        ({"text": "x" * 3001}, "text", "At most 3,000 characters are taken; there are 3,001"),
        ({"unit": "sport"}, "unit", "Choose which part of the outlet you mean: news, opinion."),
        ({"subject": ""}, "subject", "Choose what is wrong."),
        ({"website": "https://spam.example"}, "website", "Leave the last field empty"),
    ],
)
def test_a_field_that_is_not_right_is_named_beside_it_and_keeps_what_was_typed(
    room: Room, change: dict[str, str], field: str, why: str
) -> None:
    answer = room.browser().post(FORM, {**FIELDS, **change})

    assert answer.status == 422
    assert list(wrong(answer)) == [field]
    assert why in wrong(answer)[field]
    assert answer.document.xpath("//*[@autofocus]/@name") == [field]
    assert answer.document.xpath("//*[@role='alert']//a/@href") == [f"#{field}"]
    assert answer.form(FORM)["text"] == {**FIELDS, **change}["text"]
    assert kept(room) == []


def test_a_double_click_is_one_contest(room: Room) -> None:
    reader = room.browser()

    assert reader.post(FORM, FIELDS).url == reader.post(FORM, FIELDS).url
    assert len(kept(room)) == 1


def test_a_fourth_contest_within_an_hour_is_told_to_wait_and_loses_nothing(room: Room) -> None:
    for number in range(3):  # one person has all addresses of a /64
        assert caller(room, f"2001:db8::{number}").post(FORM, {**FIELDS, "text": f"{TEXT} {number}"}).status == 200

    answer = caller(room, "2001:db8::9").post(FORM, FIELDS)

    assert (answer.status, answer.headers["retry-after"]) == (429, "3600")
    assert "3 contests are taken an hour" in answer.words
    assert answer.form(FORM)["text"] == TEXT
    assert answer.document.xpath("//*[@autofocus]/@role") == ["alert"]
    assert caller(room, "2001:db8:0:1::9").post(FORM, FIELDS).status == 200
    room.wall.wait(hours=1)
    assert caller(room, "2001:db8::9").post(FORM, {**FIELDS, "text": f"{TEXT} again"}).status == 200
    assert len(kept(room)) == 5


def test_a_unit_that_only_a_secret_rating_names_is_no_unit_to_strangers(room: Room) -> None:
    secret = Rating("R", date(2026, 1, 1), label=Lean.LEFT, kind=RaterKind.CONTENT, unit="canary", export=False)
    with room.store.write() as session:
        append(session, [Change("outlet-1", secret, "new")], room.clock.now(), IMPORT)

    form, answer = room.browser().get(FORM), room.browser().post(FORM, {**FIELDS, "unit": "canary"})

    assert "canary" not in form.text.lower()
    assert wrong(answer)["unit"] == "Not right yet: Choose which part of the outlet you mean: news, opinion."
    assert room.browser().post(FORM, {**FIELDS, "unit": "canary"}).status == 422
    assert room.browser().post(FORM, FIELDS).status == 200
    assert "canary" in room.browser("reader").get(f"/desk/contest/{kept(room)[0].id}").text


def test_where_too_many_wait_for_an_answer_the_next_is_told_so(room: Room) -> None:
    for number in range(MOST_OF_OUTLET):
        caller(room, f"192.0.2.{number}").post(FORM, {**FIELDS, "text": f"{TEXT} {number}"}, follow=False)

    answer = caller(room, "198.51.100.1").post(FORM, FIELDS)

    assert answer.status == 429
    assert "20 contests of this outlet wait" in answer.words
    assert answer.form(FORM)["text"] == TEXT


def test_a_form_that_never_ends_is_given_up(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "_MOST_SECONDS", 0.05)
    first = [{"type": "http.request", "body": b"unit=news&te", "more_body": True}]
    sent: list[Any] = []

    async def receive() -> Any:
        if not first:
            await asyncio.sleep(60)
        return first.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": FORM, "headers": [], "query_string": b"", "client": None}
    asyncio.run(room.app(scope, receive, send))

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


@pytest.mark.parametrize(
    "origin", [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "", "origin": "http://e.example"}]
)
def test_no_other_site_sends_one_in_a_readers_name(room: Room, origin: dict[str, str]) -> None:
    assert room.browser().post(FORM, FIELDS, **origin).status == 403
    assert kept(room) == []


@pytest.mark.parametrize(
    "path", ["/contest/nobody", "/contest/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/contest/%00", f"{FORM}/c_none",
             f"{FORM}/{CONTESTED}"],
)  # fmt: skip
def test_where_there_is_no_outlet_or_no_such_contest_of_it_nothing_is_said_of_any(room: Room, path: str) -> None:
    answer = room.browser().get(path)

    assert answer.status == 404
    assert "There is nothing to contest here" in answer.words
    assert not TAGS.search(answer.text)
    assert room.browser().post("/contest/nobody", FIELDS).status == 404


@pytest.mark.parametrize(
    "text", [EVIL, "</textarea><script>alert(1)</script>", "\u202e" * 9 + "abcdefghijklmnopqrstuvwxyz"]
)
def test_hostile_texts_and_names_stay_text_in_the_form(room: Room, text: str) -> None:
    with room.store.write() as session:
        outlet = session.get_one(Outlet, "outlet-1")
        outlet.name = EVIL
        outlet.units = [{"key": "e", **UNIT, "name": EVIL}]
    fields = {"unit": text, "subject": text, "text": text, "website": text}
    for answer in (
        room.browser().post(FORM, fields), room.browser().get(f"{FORM}?unit={text}"),
        room.browser().post(FORM, {**FIELDS, "text": f"{text} {TEXT}"}),
    ):  # fmt: skip
        assert answer.status in (200, 422)
        assert not TAGS.search(answer.text)
        assert "49" not in answer.document.xpath("string(//h1)")
    again = room.browser().post(FORM, fields)
    assert again.form(FORM)["text"] == text


def test_the_form_is_a_page_of_the_site_that_runs_no_script_and_may_send_to_nobody_else(room: Room) -> None:
    answer = room.browser().get(FORM)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    meta = answer.document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "form-action 'self'" in meta
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.document.xpath("//link[@rel='stylesheet']/@href")[0].startswith("/style.css?v=")
    assert not answer.document.xpath("//script")
    assert "form-action 'none'" in room.browser().get("/").headers["content-security-policy"]


def test_below_a_path_of_base_url_and_without_a_form(room: Room) -> None:
    def at(**site: Any) -> Room:
        return replace(room, settings=Settings(site=SiteSettings(**site)))

    with_page(room)
    below = at(base_url="https://news.example/daily").browser()
    done = below.post(f"/daily{FORM}", FIELDS)
    assert done.url.startswith(f"http://desk.example/daily{FORM}/c_")
    assert "https://news.example/daily/outlet/outlet-1/#contest" in done.document.xpath("//main//a/@href")
    none = at(contest="none", contact="desk@news.example").browser().get(FORM)
    assert none.status == 404
    assert "desk@news.example" in none.words


def test_the_confirmation_says_when_the_answer_is_there_and_not_what_was_written(room: Room) -> None:
    editor = room.browser("editor")
    view = f"/contest/outlet-0/{CONTESTED}"
    assert "It waits for the desk" in room.browser().get(view).words
    form = editor.get(f"/desk/contest/{CONTESTED}").form("/answer")
    editor.post(f"/desk/contest/{CONTESTED}/answer", {**form, "outcome": "unchanged", "text": "It stands."})

    words = room.browser().get(view).words
    assert "It has been answered" in words
    assert not re.search("paper of the centre|It stands", words)
    with room.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Contest)) == 1
