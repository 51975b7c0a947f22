"""The page view: evidence inside its source, edits with the validator's answer, decisions, versions."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, undefer

from aggregator.store.page_tables import PageRow
from aggregator.store.tables import Document
from aggregator.summarise.versions import EDITOR
from tests.desk.rooms import PAGE, STORY, Answer, Browser, Counted, Room, save, save_within

VIEW = f"/desk/page/{STORY}"
#: what the sources bear out, and what they do not
DEK = "From April nobody in Harbor Falls may use a gas-powered leaf blower, by a council vote of 7-2."
INVENTED = "Dana Ruiz said: “Nobody will ever sleep again”."


def send(browser: Browser, name: str, /, **fields: object) -> Answer:
    if name == "edit":
        return browser.post(
            f"{VIEW}/edit", {**form(browser.get(VIEW), str(fields["field"])), "reason": "clearer", **fields}
        )
    return browser.send(VIEW, f"{VIEW}/{name}", **fields)


def form(answer: Answer, field: str) -> dict[str, str]:
    """The edit form of headline or dek, as it is filled in."""
    found = next(one for one in answer.document.forms if one.fields.get("field") == field)
    return {name: (found.fields[name] or "").removeprefix("\n") for name in found.fields}


def versions(room: Room) -> list[tuple[int, str, str]]:
    with room.store.read() as session:
        rows = session.scalars(select(PageRow).where(PageRow.id == STORY).order_by(PageRow.version))
        return [(row.version, row.status, row.made_by) for row in rows]


def content(room: Room) -> dict[str, object]:
    with room.store.read() as session:
        query = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == STORY)
        return dict(session.scalars(query.order_by(PageRow.version.desc())).first().content)  # type: ignore[union-attr]


def test_each_sentence_opens_to_its_passage_inside_the_text_of_the_source(either: Room) -> None:
    answer = either.browser("reader").get(VIEW)

    said = [
        one for one in answer.document.xpath("//details[@class='said']") if "7-2" in one.find("summary").text_content()
    ]
    quote = said[0].xpath(".//blockquote")[0]
    assert "voted 7-2 on Tuesday to ban gas-powered leaf blowers" in quote.xpath("string(./mark)")
    assert "complaints about noise" in quote.text_content()  # goes on after the passage
    assert said[0].xpath(".//mark/b")  # the words that were taken


def test_a_source_that_is_kept_no_longer_still_shows_the_passage(room: Room) -> None:
    with room.store.write() as session:
        for document in session.scalars(select(Document).where(Document.article_id == "a_1")):
            document.text = ""

    answer = room.browser("reader").get(VIEW)

    assert "kept no longer, but for this passage" in answer.words
    assert "voted 7-2 on Tuesday" in answer.words


def test_taken_words_and_own_words_are_told_apart(room: Room) -> None:
    document = room.browser("reader").get(VIEW).document

    assert document.xpath("//summary//span[@class='extract'][contains(@title, 'Words of')]")
    assert document.xpath("//summary//q")


def test_a_dek_that_the_sources_bear_out_becomes_a_version(either: Room) -> None:
    answer = send(either.browser("editor"), "edit", field="dek", text=DEK)

    assert answer.status == 200, answer.words
    assert "Version 2 is published" in answer.words
    assert versions(either)[-1] == (2, "published", EDITOR)
    assert "".join(str(one["text"]) for one in content(either)["dek"]) == DEK  # type: ignore[attr-defined]


def test_the_validator_answers_beside_what_was_typed(either: Room) -> None:
    answer = send(either.browser("editor"), "edit", field="dek", text=INVENTED, reason="stronger")

    assert answer.status == 422
    assert "the quotation “Nobody will ever sleep again” is in none of the passages" in answer.words
    assert form(answer, "dek")["text"] == INVENTED
    assert form(answer, "dek")["reason"] == "stronger"
    assert form(answer, "headline")["text"] == PAGE["headline"]
    assert len(versions(either)) == 1
    assert not either.decisions()


def test_a_headline_of_ten_thousand_characters_is_refused_and_comes_back_whole(room: Room) -> None:
    text = "Council <b>votes</b> " * 500

    answer = send(room.browser("editor"), "edit", field="headline", text=text)

    assert answer.status == 422
    assert "headline" in answer.words
    assert form(answer, "headline")["text"] == text
    assert "<b>votes</b>" not in answer.text


def test_whoever_was_slower_sees_both_versions_and_keeps_what_they_typed(either: Room) -> None:
    slow = either.browser("editor", "Slow")
    typed = {**form(slow.get(VIEW), "dek"), "text": "My own words.", "reason": "mine"}
    send(either.browser("editor", "Fast"), "edit", field="dek", text=DEK)

    answer = slow.post(f"{VIEW}/edit", typed)

    assert answer.status == 409
    assert "Version 2 was made meanwhile by the editor" in answer.words
    assert "What version 2 changes in version 1" in answer.words
    assert any("nobody in Harbor Falls may" in one.text_content() for one in answer.document.xpath("//ins"))
    assert answer.document.xpath("//del")
    assert form(answer, "dek")["text"] == "My own words."
    assert form(answer, "dek")["version"] == "2"
    assert len(versions(either)) == 2


@pytest.mark.parametrize("name", ["approve", "hold", "correct", "withdraw"])
def test_every_decision_on_a_page_is_about_the_version_that_was_looked_at(room: Room, name: str) -> None:
    chief = room.browser("chief")
    fields = chief.get(VIEW).form(f"/{name}")
    save(room, 2, "published")

    answer = chief.post(f"{VIEW}/{name}", {**fields, "reason": "as I read it"})

    assert answer.status == 409
    assert "as I read it" in answer.text
    assert len(versions(room)) == 2


def test_a_decision_at_the_same_moment_as_another_change_is_refused_and_keeps_what_was_typed(either: Room) -> None:
    chief = either.browser("chief")
    fields = chief.get(VIEW).form("/hold")
    under_way = threading.Event()

    def run() -> None:
        with either.store.write() as session:
            save_within(session, either.clock, 2, "published")
            under_way.set()
            wait_for_the_other(session)

    with ThreadPoolExecutor(1) as beside:
        written = beside.submit(run)
        assert under_way.wait(10)
        answer = chief.post(f"{VIEW}/hold", {**fields, "reason": "as I read it"})
        written.result()

    assert answer.status == 409
    assert "Version 2 was made meanwhile by the machine" in answer.words
    assert "as I read it" in answer.text
    assert versions(either) == [(1, "published", "machine"), (2, "published", "machine")]


def wait_for_the_other(session: Session) -> None:
    """Until another transaction waits for this one; SQLite does not tell."""
    if session.get_bind().dialect.name == "sqlite":
        time.sleep(0.5)
        return
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not session.scalar(text("select count(*) from pg_locks where not granted")):
        time.sleep(0.02)


def test_a_form_that_names_no_version_is_refused(room: Room) -> None:
    answer = room.browser("editor").post(f"{VIEW}/approve", {"csrf": "token of Edi", "reason": "x"})

    assert answer.status == 409


def test_a_page_is_approved_held_published_corrected_and_withdrawn(either: Room) -> None:
    chief = either.browser("chief")
    for name, state in (
        ("approve", "published"), ("hold", "held"), ("publish", "published"), ("correct", "corrected"),
        ("withdraw", "withdrawn"), ("publish", "published"),
    ):  # fmt: skip
        answer = send(chief, name, reason=f"why we {name}")
        assert answer.status == 200
        assert versions(either)[-1][1] == state
        assert f"why we {name}" in answer.words
    assert [(one.kind, one.actor, one.role) for one in either.decisions()][4] == ("withdraw", "Che", "chief")


def test_what_was_withdrawn_only_a_chief_brings_back(room: Room) -> None:
    send(room.browser("chief"), "withdraw")
    editor = room.browser("editor")

    assert not editor.get(VIEW).has_form("/publish")
    answer = editor.post(f"{VIEW}/publish", {"csrf": "token of Edi", "version": "2", "reason": "please"})

    assert answer.status == 403
    assert "only a chief brings it back" in answer.words
    assert versions(room)[-1][1] == "withdrawn"


def test_an_editor_is_not_offered_to_withdraw(room: Room) -> None:
    assert not room.browser("editor").get(VIEW).has_form("/withdraw")
    assert room.browser("chief").get(VIEW).has_form("/withdraw")


def test_the_machines_later_version_is_a_proposal_beside_what_readers_see(either: Room) -> None:
    editor = either.browser("editor")
    send(editor, "edit", field="dek", text=DEK)
    save(either, 3, "draft")

    answer = editor.get(VIEW)

    assert "Readers see version 2; version 3 is the newest" in answer.words
    assert "Version 3 is a proposal of the machine’s" in answer.words
    assert "What version 3 changes in version 2" in answer.words
    assert any("nobody in Harbor Falls may" in one.text_content() for one in answer.document.xpath("//del"))
    assert "nobody in Harbor Falls may" in editor.get(f"{VIEW}/2").document.xpath(
        "string(//section[@aria-labelledby='text'])"
    )


def test_a_decision_on_a_page_is_undone(either: Room) -> None:
    editor = either.browser("editor")
    send(editor, "edit", field="dek", text=DEK)

    answer = editor.send(VIEW, "/desk/decision/1/undo", reason="the old one was better")

    assert answer.status == 200
    assert "Decision 1 is undone." in answer.words
    assert [one["text"] for one in content(either)["dek"]] == [one["text"] for one in PAGE["dek"]]  # type: ignore[attr-defined]


def test_an_older_version_is_shown_but_not_decided_about(room: Room) -> None:
    editor = room.browser("editor")
    send(editor, "approve")

    answer = editor.get(f"{VIEW}/1")

    assert "This is not the newest version." in answer.words
    assert not answer.has_form("/hold")
    assert "compare" in answer.words


def test_a_version_that_breaks_a_rule_is_not_offered_for_approval(room: Room) -> None:
    save(room, 2, "held", reason="rule 4")
    answer = room.browser("chief").get(VIEW)

    assert not answer.has_form("/approve")
    assert not answer.has_form("/edit")
    assert answer.has_form("/withdraw")


def test_a_page_or_version_that_never_was_is_not_found(room: Room) -> None:
    editor = room.browser("editor")

    assert editor.get("/desk/page/s_nothing").status == 404
    assert editor.get(f"{VIEW}/77").status == 404
    assert (
        editor.post("/desk/page/s_nothing/hold", {"csrf": "token of Edi", "version": "1", "reason": "x"}).status == 404
    )
    assert editor.get(f"{VIEW}/hold").status == 200  # the address of a form, opened by itself


def test_nothing_but_headline_and_dek_can_be_edited(room: Room) -> None:
    editor = room.browser("editor")
    answer = editor.post(
        f"{VIEW}/edit", {"csrf": "token of Edi", "version": "1", "field": "body", "text": "x", "reason": "x"}
    )

    assert answer.status == 422
    assert len(versions(room)) == 1


def test_the_number_of_queries_does_not_grow_with_the_versions(room: Room) -> None:
    reader, counted = room.browser("reader"), Counted(room.store)
    few = counted.of(reader, VIEW)
    for version in range(2, 12):
        save(room, version, "published")

    assert counted.of(reader, VIEW) <= few <= 12


def test_a_passage_that_its_outlet_has_edited_away_is_marked_with_what_it_said(either: Room) -> None:
    browser = either.browser("reader")
    assert "Source changed." not in browser.get(VIEW).words
    with either.store.write() as session:
        old = session.scalars(select(Document).where(Document.article_id == "a_1", Document.current)).one()
        old.current = False
        session.flush()
        columns = {column.key: getattr(old, column.key) for column in Document.__table__.columns}
        session.add(Document(**{**columns, "revision": 2, "current": True, "text": "The vote was put off."}))
    words = browser.get(VIEW).words
    assert "Source changed." in words
    assert "edited: " in words
