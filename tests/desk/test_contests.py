"""Contests at the desk: the open ones first, each with the ledger that it is about, answered by editors."""

from datetime import timedelta

import pytest

from aggregator.sources import contest_answers
from aggregator.sources.contest_answers import Reply, Signed, redact
from aggregator.sources.contest_filing import file_contest
from aggregator.store.contest_tables import Contest
from aggregator.store.tables import Outlet
from tests.desk.rooms import CONTESTED, Answer, Counted, Room
from tests.desk.test_hostile import EVIL, TAGS

VIEW = f"/desk/contest/{CONTESTED}"
EDI = Signed("Edi", "editor")


def file(room: Room, days: float, text: str, outlet: str = "outlet-1") -> str:
    """A contest of so many days ago."""
    with room.store.write() as session:
        at = room.clock.now() - timedelta(days=days)
        return file_contest(session, outlet, "news", "facts-wrong", f"{text}, in at least twenty characters", at).id


def listed(answer: Answer) -> list[str]:
    return [href.rpartition("/")[2] for href in answer.document.xpath("//ol[@class='list']//h3/a/@href")]


def test_the_longest_waiting_come_first_and_those_answered_last_the_newest_answer_first(either: Room) -> None:
    new, old, done, again = (file(either, days, f"{days} days ago") for days in (1, 9, 8, 7))
    with either.store.write() as session:
        for minutes, key, outcome in ((0, done, "changed"), (1, again, "unchanged"), (2, done, "partly")):
            at = either.clock.now() + timedelta(minutes=minutes)
            contest_answers.answer(session, key, Reply(outcome, "Because."), EDI, at)
    reader = either.browser("reader")

    every = reader.get("/desk/contests")
    assert listed(every) == [old, CONTESTED, new, done, again]
    assert "All 5 Open 3 Changed in part 1 Left as it is 1" in every.words
    assert "Contests 3 open" in every.words  # the head of every view says so
    assert "Contests 3 open" in reader.get("/desk").words
    assert listed(reader.get("/desk/contests?state=open")) == [old, CONTESTED, new]
    assert listed(reader.get("/desk/contests?state=partly")) == [done]
    assert listed(reader.get("/desk/contests?state=hm&page=99")) == listed(every)
    assert "No contest is like that" in reader.get("/desk/contests?state=not-taken").words


def test_fifty_stand_on_a_page_with_as_many_queries_as_a_few(room: Room) -> None:
    reader, counted = room.browser("reader"), Counted(room.store)
    few = counted.of(reader, "/desk/contests")
    with room.store.write() as session:
        session.add_all(
            Contest(
                id=f"c_{n:03}", outlet_key="outlet-1", unit="news", subject="other", came_by="form",
                recorded_at=room.clock.now(),
            )
            for n in range(60)
        )  # fmt: skip

    assert counted.of(reader, "/desk/contests") <= few
    first = reader.get("/desk/contests")
    assert len(listed(first)) == 50
    assert len(listed(reader.get(first.document.xpath("//a[@rel='next']/@href")[0]))) == 11
    assert counted.of(reader, "/desk/contest/c_001") <= 20


def test_a_contest_stands_beside_the_whole_ledger_of_its_outlet(room: Room) -> None:
    key = file(room, 1, "The owner is another")
    other = file(room, 2, "The owner is a third")

    view = room.browser("editor").get(f"/desk/contest/{key}")

    assert "The owner is another, in at least twenty characters" in view.words
    assert "Readers see Lean Right" in view.words
    assert "a rater: Lean Right, 2026-01-01 counts" in view.words
    assert "May be passed on (the desk’s own)" in view.words
    assert f"/desk/contest/{other}" in view.document.xpath("//section[@aria-labelledby='others']//a/@href")
    assert "outlets import-ratings" in view.words


def test_an_editor_answers_and_a_chief_corrects_and_a_reader_looks_on(room: Room) -> None:
    editor, chief, reader = (room.browser(role) for role in ("editor", "chief", "reader"))
    other = room.browser("editor", "Ann")
    assert not reader.get(VIEW).has_form("/answer")

    done = editor.send(VIEW, f"{VIEW}/answer", outcome="unchanged", text="We looked.\nIt stands.", quote="on")
    assert done.status == 200
    assert "It stands on the outlet’s page after the next run or publish" in done.words
    assert "Left as it is · Edi (editor)" in done.words
    assert ", quoting the contest" in done.words
    assert "All 1 Open 0 Left as it is 1" in reader.get("/desk/contests").words
    assert not other.get(VIEW).has_form("/answer")
    assert "a chief can correct it" in other.get(VIEW).words
    refused = other.post(
        f"{VIEW}/answer", {"csrf": "token of Ann", "version": "1", "outcome": "changed", "text": "No."}
    )
    assert refused.status == 403
    assert "The answer is Edi's" in refused.words
    assert chief.send(VIEW, f"{VIEW}/answer", outcome="partly", text="In part.").status == 200
    words = reader.get(VIEW).words
    assert words.index("In part.") < words.index("We looked.")


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({"outcome": "changed", "text": ""}, 422, "says why"),
        ({"outcome": "", "text": "Yes."}, 422, "Choose how it ends"),
        ({"outcome": "changed", "version": "", "text": "Yes."}, 409, "look again"),
    ],
)
def test_what_cannot_be_an_answer_comes_back_as_it_was_typed(
    room: Room, fields: dict[str, str], status: int, why: str
) -> None:
    answer = room.browser("editor").send(VIEW, f"{VIEW}/answer", **fields)

    assert answer.status == status
    assert why in answer.words
    assert answer.form("/answer")["text"] == fields["text"]


def test_two_who_answer_at_once_do_not_answer_over_each_other(room: Room) -> None:
    chief, editor = room.browser("chief"), room.browser("editor")
    form = chief.get(VIEW).form("/answer")
    editor.send(VIEW, f"{VIEW}/answer", outcome="unchanged", text="It stands.")

    late = chief.post(f"{VIEW}/answer", {**form, "outcome": "changed", "text": "It does not."})

    assert late.status == 409
    assert "Edi answered meanwhile" in late.words
    assert late.form("/answer")["text"] == "It does not."
    assert chief.post(f"{VIEW}/answer", late.form("/answer")).status == 200


def test_a_deleted_text_is_told_as_deleted_and_cannot_be_quoted(room: Room) -> None:
    with room.store.write() as session:
        redact(session, CONTESTED, "names a private person", Signed("Op", "operator"), room.clock.now())
    editor = room.browser("editor")

    view = editor.get(VIEW)
    assert "paper of the centre" not in view.text + editor.get("/desk/contests").text
    assert "names a private person" in view.words
    assert "quote" not in view.form("/answer")
    answer = editor.send(VIEW, f"{VIEW}/answer", outcome="unchanged", text="It stands.", quote="on")
    assert ", quoting the contest" not in answer.words


def test_hostile_texts_stay_text_at_the_desk(room: Room) -> None:
    with room.store.write() as session:
        outlet = session.get_one(Outlet, "outlet-1")
        outlet.name = outlet.owner = EVIL
        outlet.home = "javascript:alert(1)"
    key = file(room, 1, EVIL)
    evil = {"csrf": "token of Edi", "version": "9", "outcome": EVIL, "text": EVIL}
    with room.store.write() as session:
        contest_answers.answer(session, key, Reply("unchanged", EVIL), EDI, room.clock.now())
    editor = room.browser("editor")

    for answer in (
        editor.get("/desk/contests"), editor.get(f"/desk/contest/{key}"), editor.get(f"/desk/contests?state={EVIL}"),
        editor.post(f"/desk/contest/{key}/answer", evil),
    ):  # fmt: skip
        assert answer.status in (200, 409, 422)
        assert not TAGS.search(answer.text)
        assert not answer.document.xpath("//a[starts-with(@href, 'javascript')]")
        assert "49" not in answer.document.xpath("string(//h1)")
    assert editor.get("/desk/contest/%3Cscript%3E").status == 404
