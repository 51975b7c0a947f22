"""Contests are taken in within limits, answered for good, and public only as far as the desk says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from aggregator.clock import Clock
from aggregator.desk.signing import network
from aggregator.errors import Rejected
from aggregator.setting_sections import SiteSettings
from aggregator.sources import ledger
from aggregator.sources.contest_answers import Reply, Signed, answer, every, redact, told
from aggregator.sources.contest_filing import Sender, complaints, file_contest, forget_senders, units_of, written
from aggregator.sources.contests import contest_address, open_counts, public_contests
from aggregator.store.contest_tables import Contest, ContestAnswer, ContestSender, ContestText
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet
from aggregator.types import Lean, RaterKind, Rating

TEXT = "The rater withdrew this in June:\n\nsee its own list of that month."
EDI, ANN = Signed("Edi", "editor"), Signed("Ann", "editor")
CHE = Signed("Che", "chief", any_answer=True)
UNIT = {"kind": "edition", "country": "", "language": "", "paths": [], "sections": []}
HOUR, AT = timedelta(hours=1), datetime(2026, 10, 10, tzinfo=UTC)


@pytest.fixture
def known(store: Store) -> Store:
    """A database with two outlets."""
    return with_outlets(store)


@pytest.fixture
def small(sqlite: Store) -> Store:
    """The same, SQLite alone."""
    return with_outlets(sqlite)


def with_outlets(store: Store) -> Store:
    edition = {"key": "scotland", **UNIT, "name": "Scotland"}
    with store.write() as session:
        session.add_all([Outlet(key="o", name="O", units=[edition]), Outlet(key="p", name="P")])
    return store


def sent(store: Store, now: datetime, words: str = TEXT, outlet: str = "o", sender: Sender | None = None) -> str:
    with store.write() as session:
        return file_contest(session, outlet, "news", "rating-outdated", words, now, sender).id


def answered(store: Store, key: str, now: datetime, reply: Reply, by: Signed = EDI, seen: int | None = None) -> int:
    with store.write() as session:
        return answer(session, key, reply, by, now, seen).version


# --- what readers see ---


def test_readers_see_the_last_answer_and_the_words_of_a_stranger_only_where_the_desk_quotes_them(
    known: Store, clock: Clock
) -> None:
    now = clock.now()
    first, second, spam = (sent(known, now - n * 25 * HOUR, f"{TEXT} {n}") for n in (2, 1, 0))
    waiting = sent(known, now, outlet="p")
    answered(known, first, now - HOUR, Reply("unchanged", "We looked: it stands."))
    answered(known, first, now, Reply("partly", "It did not quite stand.", quote=True))
    answered(known, second, now - HOUR, Reply("changed", "Right."))
    answered(known, spam, now, Reply("not-taken", ""))

    with known.read() as session:
        found = public_contests(session, ["o", "p", "nobody"])
        assert open_counts(session, ["o", "p"]) == open_counts(session) == {"p": 1}
    assert found.keys() == {"o"}
    assert [(one.id, one.text, one.outcome, one.answer) for one in found["o"]] == [
        (first, f"{TEXT} 2", "partly", "It did not quite stand."), (second, "", "changed", "Right."),
    ]  # fmt: skip
    one = found["o"][0]
    assert (one.asked_on, one.answered_on) == (date(2026, 10, 8), date(2026, 10, 10))
    assert (one.unit, one.subject, one.answered_by_role) == ("news", "rating-outdated", "editor")
    assert waiting not in str(found)


@pytest.mark.parametrize(
    ("contest", "address"),
    [
        ("", "https://news.example/x/contest/a%2Fb"), ("none", ""),
        ("https://desk.example/", "https://desk.example/contest/a%2Fb"),
    ],
)  # fmt: skip
def test_the_form_is_where_the_settings_say(contest: str, address: str) -> None:
    assert contest_address(SiteSettings(base_url="https://news.example/x/", contest=contest), "a/b") == address


@pytest.mark.parametrize("value", ["None", "javascript:alert(1)", "https://u@desk.example", "https://x/y", "//x"])
def test_the_form_is_at_a_web_address_or_nowhere(value: str) -> None:
    with pytest.raises(ValueError, match="contest"):
        SiteSettings(contest=value)


# --- taking in ---


def test_what_can_be_contested_is_what_the_outlet_has(small: Store, clock: Clock) -> None:
    with small.read() as session:
        units = units_of(session, session.get_one(Outlet, "o"), clock.now())
    assert units == ["news", "opinion", "scotland"]
    wrong = complaints(units, "sport", "", "too short")
    assert list(wrong) == ["unit", "subject", "text"]
    assert "so far there are 9" in wrong["text"]
    with pytest.raises(Rejected, match="no outlet has the key"):
        sent(small, clock.now(), outlet="nobody")


def test_more_contests_than_a_statement_has_parameters_are_read(small: Store, clock: Clock) -> None:
    rows = [Contest(id=f"c_{n}", outlet_key="o", unit="news", subject="other", came_by="form", recorded_at=AT)
            for n in range(33_000)]  # fmt: skip
    with small.read() as session:
        assert len(every(session, rows)) == len(rows)


@given(st.text(max_size=60))
def test_only_what_can_be_seen_counts_and_what_is_kept_holds_no_control_characters(words: str) -> None:
    kept = written(words)
    assert written(kept) == kept
    assert "\n\n\n" not in kept
    assert not any(ord(char) < 32 and char not in "\t\n" for char in kept)
    invisible = "\u200b\u202e \n" * 40 + words[:19]
    assert "text" in complaints(["news"], "news", "other", invisible)


def test_lines_and_all_scripts_are_kept_and_three_thousand_characters_are_taken() -> None:
    for words in ("سطر أول من النص الطويل\nسطر ثان 👩‍🔬", "é" * 3000, f"{'a' * 20}\n\n{'b' * 10}"):
        assert written(words) == words
        assert not complaints(["news"], "news", "other", words)
    assert "there are 3,001" in complaints(["news"], "news", "other", "x" * 3001)["text"]


def test_the_same_words_about_the_same_unit_within_a_day_are_one_contest(known: Store, clock: Clock) -> None:
    now = clock.now()
    first = sent(known, now)

    assert sent(known, now + 23 * HOUR, f"  {TEXT}\r\n") == first
    assert sent(known, now + 25 * HOUR) != first
    assert sent(known, now, outlet="p") != first


def test_sent_twice_at_the_same_moment_it_is_still_one(known: Store, clock: Clock) -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(lambda _: sent(known, clock.now(), sender=Sender("hash", clock.now())), range(4)))

    assert len(ids) == 1
    with known.read() as session:
        assert session.scalar(select(func.count()).select_from(Contest)) == 1


def test_from_one_address_three_an_hour_and_ten_a_day_are_taken(small: Store, clock: Clock) -> None:
    now, wall = clock.now(), clock.now()

    def send(number: int, who: str = "hash") -> str:
        return sent(small, now, f"{TEXT} {number}", "o" if number % 2 else "p", Sender(who, wall))

    for number in range(10):
        send(number)
        if number % 3 == 2:
            with pytest.raises(Rejected, match="3 contests are taken an hour"):
                send(99)
            assert send(number)  # sent before: that is no new one
            wall += HOUR
    with pytest.raises(Rejected, match="10 contests are taken a day"):
        send(99)
    assert send(99, "another")
    wall += 24 * HOUR
    assert send(100)
    with small.read() as session:
        assert session.scalar(select(func.count()).select_from(ContestSender)) == 1  # the others are forgotten


def test_whoever_has_many_addresses_of_one_network_cannot_fill_the_queue(small: Store, clock: Clock) -> None:
    def send(number: int, network: str) -> str:
        outlet = "o" if number % 2 else "p"
        return sent(small, clock.now(), f"{TEXT} {number}", outlet, Sender(f"from {number}", clock.now(), network))

    for number in range(30):
        send(number, network("2001:db8:1:" + f"{number:x}::1"))
    with pytest.raises(Rejected, match="30 contests are taken a day"):
        send(30, network("2001:db8:1:ffff::1"))
    assert send(30, network("2001:db8:2::1"))


def test_networks_are_what_one_customer_may_hold() -> None:
    assert network("192.0.2.1") == network("::ffff:192.0.2.250") != network("192.0.3.1")
    assert network("2001:db8:1:2::1") == network("2001:db8:1:ffff::9") != network("2001:db8:2::1")
    assert network("unix socket") == network("unix socket") != network("")


def test_a_flood_stops_at_twenty_open_contests_of_an_outlet_and_an_answer_makes_room(
    small: Store, clock: Clock
) -> None:
    def send(number: int, outlet: str = "o") -> str:
        return sent(small, clock.now(), f"{TEXT} {number}", outlet, Sender(f"from {number}", clock.now()))

    first, *_ = [send(number) for number in range(20)]
    with pytest.raises(Rejected, match="20 contests of this outlet wait"):
        send(20)
    assert sent(small, clock.now(), f"{TEXT} by letter")  # no limit holds an operator back
    send(21, "p")
    for key in (first, sent(small, clock.now(), f"{TEXT} by letter")):
        answered(small, key, clock.now(), Reply("not-taken", ""))
    assert send(22)


def test_two_hundred_open_contests_are_enough(small: Store, clock: Clock) -> None:
    now = clock.now()
    with small.write() as session:
        session.add_all(Outlet(key=f"q{n}", name="Q") for n in range(10))
        session.flush()
        session.add_all(
            Contest(id=f"c_{n}", outlet_key=f"q{n % 10}", unit="news", subject="other", came_by="form", recorded_at=now)
            for n in range(200)
        )

    with pytest.raises(Rejected, match="200 contests wait"):
        sent(small, now, sender=Sender("x", now))


def test_from_where_a_contest_came_is_forgotten_after_a_day(small: Store, clock: Clock) -> None:
    sent(small, clock.now(), sender=Sender("hash", clock.now()))

    for hours, left in ((23, 1), (24, 0)):
        with small.write() as session:
            forget_senders(session, clock.now() + hours * HOUR)
            assert session.scalar(select(func.count()).select_from(ContestSender)) == left


# --- answering ---


def test_an_answer_is_corrected_by_whoever_gave_it_or_by_a_chief_and_nothing_is_lost(
    known: Store, clock: Clock
) -> None:
    key, now = sent(known, clock.now()), clock.now()
    stands, moved = Reply("unchanged", "It stands."), Reply("changed", "It moved.")

    assert answered(known, key, now, stands, EDI, seen=0) == 1
    assert answered(known, key, now, stands, EDI, seen=0) == 1  # a double click
    with pytest.raises(Rejected, match="Edi answered meanwhile"):
        answered(known, key, now, moved, CHE, seen=0)
    with pytest.raises(Rejected, match="the answer is Edi's"):
        answered(known, key, now, moved, ANN, seen=1)
    assert answered(known, key, now, moved, CHE, seen=1) == 2
    with pytest.raises(Rejected, match="the answer is Che's"):
        answered(known, key, now, stands, EDI, seen=2)
    with known.read() as session:
        assert [(one.outcome, one.actor) for one in told(session, key).answers] == [
            ("unchanged", "Edi"), ("changed", "Che"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "by", "why"),
    [
        (Reply("denied", "No."), EDI, "choose how it ends"), (Reply("changed", " \u200b\n"), EDI, "says why"),
        (Reply("changed", "x" * 3001), EDI, "3,001"), (Reply("changed", "Yes."), Signed("", "editor"), "actor"),
    ],
)  # fmt: skip
def test_an_answer_has_an_outcome_a_reason_and_a_name(
    small: Store, clock: Clock, reply: Reply, by: Signed, why: str
) -> None:
    with pytest.raises(Rejected, match=why):
        answered(small, sent(small, clock.now()), clock.now(), reply, by)
    with pytest.raises(Rejected, match="there is no contest"):
        answered(small, "c_none", clock.now(), Reply("changed", "Yes."))


def test_the_database_itself_refuses_to_change_or_delete_what_was_said(known: Store, clock: Clock) -> None:
    key = sent(known, clock.now())
    answered(known, key, clock.now(), Reply("unchanged", "It stands."))
    with known.write() as session:
        redact(session, key, "names a person", EDI, clock.now())
    sent(known, clock.now(), f"{TEXT} again")
    columns = {"contests": "unit", "contest_answers": "text", "contest_redactions": "reason", "contest_texts": "text"}

    for table, column in columns.items():
        for deed in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"), known.write() as session:
                session.execute(text(deed))


def test_the_database_refuses_an_unknown_subject_and_an_answer_without_a_word(known: Store, clock: Clock) -> None:
    row = {"outlet_key": "o", "unit": "news", "came_by": "form", "recorded_at": AT}
    said = {"contest_id": sent(known, clock.now()), "version": 1, "quote_text": False, "actor": "a", "role": "editor"}
    for table, wrong in (
        (Contest, {**row, "id": "c", "subject": "hm"}),
        (ContestAnswer, {**said, "outcome": "changed", "text": "", "recorded_at": AT}),
    ):
        with pytest.raises(IntegrityError), known.write() as session:
            session.execute(insert(table).values(**wrong))


def test_a_text_is_deleted_on_record_and_its_answer_stays(known: Store, clock: Clock) -> None:
    key = sent(known, clock.now())
    answered(known, key, clock.now(), Reply("unchanged", "It stands.", quote=True))

    for _ in range(2):
        with known.write() as session:
            redact(session, key, "names a private person", CHE, clock.now())

    with known.read() as session:
        found = told(session, key)
        assert found.text is None
        assert found.redaction is not None
        assert (found.redaction.actor, found.redaction.reason) == ("Che", "names a private person")
        assert session.scalar(select(func.count()).select_from(ContestText)) == 0
        assert [(one.text, one.answer) for one in public_contests(session, ["o"])["o"]] == [("", "It stands.")]
    with pytest.raises(Rejected, match="reason"), known.write() as session:
        redact(session, key, " ", CHE, clock.now())


def test_the_form_names_no_unit_of_which_only_ratings_tell_that_may_not_be_passed_on(
    small: Store, clock: Clock
) -> None:
    denied = Rating("R", date(2026, 1, 1), label=Lean.LEFT, unit="radio", kind=RaterKind.CONTENT, export=False)
    with small.write() as session:
        ledger.append(session, [ledger.Change("p", denied, "new")], clock.now(), ledger.IMPORT)
    with small.read() as session:
        outlet = session.get_one(Outlet, "p")
        assert units_of(session, outlet, clock.now()) == ["news", "opinion"]
        assert units_of(session, outlet, clock.now(), internal=True) == ["news", "opinion", "radio"]

    with small.write() as session, pytest.raises(Rejected, match="Choose which part"):
        file_contest(session, "p", "radio", "other", TEXT, clock.now(), Sender("here", clock.now()))
