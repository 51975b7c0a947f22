"""Texts that want to be more than text: script, bidirectional controls, endless titles, in every view of the desk."""

import copy
import re
from typing import Any

import pytest
from sqlalchemy import select

from aggregator.store.story_tables import NearMiss
from aggregator.store.tables import Article, Document, Outlet
from aggregator.stories.editing import By, StoryEditor
from tests.desk.rooms import PAGE, STORY, Room, save

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>{{ 7*7 }}{% raw %}"
BIDI = "\u202ereversed\u2066\u200f"
LONG = "endless " * 1_250
EVIL = SCRIPT + BIDI
TAGS = re.compile(r"<script(?! src=\"/desk/static/htmx)|<img|<svg onload|onerror=\W", re.IGNORECASE)


@pytest.fixture(params=[EVIL, LONG, "javascript:alert(1)", "\U0001f4a3" * 3000], ids=["script", "long", "url", "emoji"])
def poisoned(request: pytest.FixtureRequest, room: Room) -> Room:
    """A room in which every text that comes from outside is an attack."""
    text = request.param
    with room.store.write() as session:
        for outlet in session.scalars(select(Outlet)):
            outlet.name = text
        for article in session.scalars(select(Article)):
            article.title, article.url = text, "javascript:alert(1)"
        for document in session.scalars(select(Document)):
            document.title, document.text = text, text + document.text  # its kind is ours: one of `types.Kind`
        key, other = room.stories()[:2]
        session.merge(NearMiss(article_id="a_1", story_id=key, score=0.15))
        session.merge(NearMiss(article_id="a_0000", story_id=STORY, score=0.15))
        editor = StoryEditor(session, room.clock, By("Ann " + text[:70], "chief", "since " + text))
        editor.rename(other, text[:190])
        editor.set_topic(other, text[:50])
        editor.lock(STORY)
    save(room, 2, "held", reason=text, **poison(text))
    return room


def poison(text: str) -> dict[str, Any]:
    """The page with the attack in headline, dek, body, labels, names, sources and reasons."""
    page = copy.deepcopy(PAGE)
    page["headline"] = text
    for sentence in (*page["dek"], *(one for paragraph in page["body"] for one in paragraph)):
        sentence["text"], sentence["parts"] = text, [{"text": text, "own": True, "evidence": None}]
    for source in page["sources"]:
        source.update(outlet=text, title=text, url="javascript:alert(1)", author=text)
    for view in page["perspectives"]:
        view["label"], view["holder"]["name"] = text, text
    page["omitted"] = [{"element": text, "reason": text}]
    page["corrections"] = [{"at": "2026-10-10T12:00:00Z", "kind": "correction", "note": text}]
    page["topic"] = {"slug": "x", "name": text}
    for name in ("version", "status"):
        page.pop(name)
    return {**page, "corrections": page["corrections"]}


def test_in_every_view_an_attack_is_text(poisoned: Room) -> None:
    room = poisoned
    chief = room.browser("chief")
    key, other = room.stories()[:2]
    for address in (
        "/desk", "/desk?state=none", "/desk?state=held", f"/desk/story/{STORY}", f"/desk/story/{key}?find=a",
        f"/desk/story/{other}", f"/desk/page/{STORY}", f"/desk/page/{STORY}/1", f"/desk/page/{STORY}/2?against=1",
    ):  # fmt: skip
        answer = chief.get(address)
        assert answer.status == 200
        assert not TAGS.search(answer.text), address
        assert "49" not in answer.document.xpath("string(//h1)")
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200f]", answer.text), address
        assert not answer.document.xpath("//a[starts-with(@href, 'javascript')]")
        # names are cut: a list of stories stays a list
        assert all(len(one.text_content()) < 700 for one in answer.document.xpath("//h1 | //h3[a]"))


def test_what_was_typed_comes_back_as_text_too(room: Room) -> None:
    editor = room.browser("editor")
    view = f"/desk/story/{STORY}"
    for name in ("merge", "rename", "topic", "lock", "split"):
        answer = editor.send(view, f"{view}/{name}", reason="", other_id=EVIL, name=EVIL, topic=EVIL)
        assert answer.status in (409, 422)
        assert not TAGS.search(answer.text)
    edit = editor.post(
        f"/desk/page/{STORY}/edit",
        {"csrf": "token of Edi", "version": "1", "field": "dek", "text": EVIL, "reason": EVIL},
    )
    assert edit.status == 422
    assert not TAGS.search(edit.text)
    assert EVIL in [form.fields["text"].removeprefix("\n") for form in edit.document.forms if "text" in form.fields]
    late = room.browser().post(f"{view}/rename", {"name": EVIL, "reason": EVIL, EVIL: EVIL})
    assert late.status == 401
    assert not TAGS.search(late.text)


@pytest.mark.parametrize("key", ["%3Cscript%3Ealert(1)%3C/script%3E", "%00", "..%2f..%2fetc", "x" * 3000])
def test_whatever_is_asked_for_is_not_found_and_stays_text(either: Room, key: str) -> None:
    chief = either.browser("chief")
    for address in (f"/desk/story/{key}", f"/desk/page/{key}", f"/desk/page/{STORY}/{key}", f"/desk/{key}"):
        answer = chief.get(address)
        assert answer.status in (200, 404)
        assert not TAGS.search(answer.text)
