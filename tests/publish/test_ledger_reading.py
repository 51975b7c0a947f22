"""What leaves the lean ledger for readers, and that asking for it costs the same however many outlets there are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from aggregator.clock import Clock
from aggregator.publish.export import export_ratings
from aggregator.publish.ledger_reading import ledger_state, read_ledgers, seen_outlets
from aggregator.publish.outlet_ledger import OutletLedger
from aggregator.setting_sections import SiteSettings
from aggregator.sources.ledger import record_all
from aggregator.sources.successions import Former, continue_outlets, note_states
from aggregator.store.ledger_tables import RatingRow
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet
from aggregator.summarise.page import StoryPage
from aggregator.summarise.versions import MACHINE, save_version
from aggregator.types import Lean, RaterKind, Rating
from tests.publish.site_pages import raw_story

DAY = date(2026, 1, 15)


def rated(rater: str, label: Lean, rated_on: date = DAY, **more: object) -> Rating:
    kind = RaterKind.CONTENT
    return Rating(rater, rated_on, label=label, kind=kind, licence="CC0", **more)  # type: ignore[arg-type]


def say(store: Store, now: datetime, said: dict[str, Sequence[Rating]]) -> None:
    """What the configuration says from `now` on."""
    with store.write() as session:
        for key in said:
            if session.get(Outlet, key) is None:
                session.add(Outlet(key=key, name=key.title(), country="US"))
        session.flush()
        record_all(session, said, now)
        note_states(session, said, now)


def ledger(store: Store, at: datetime, key: str = "lantern") -> OutletLedger:
    with store.read() as session:
        return read_ledgers(session, at, SiteSettings()).outlets[key]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_of_what_may_not_be_passed_on_only_the_number_is_known(sqlite: Store, clock: Clock) -> None:
    secret = rated("Canary", Lean.RIGHT, export=False, reason="canary", unit="edition-canary")
    say(sqlite, clock.now(), {"lantern": [rated("A", Lean.LEFT), secret]})

    found = ledger(sqlite, clock.now())

    assert found.withheld == 1
    assert [one.rating.rater for one in found.statements] == ["A"]
    assert [unit.key for unit in found.units] == ["news", "opinion"]
    assert "canary" not in repr(found).lower()


def test_a_rating_that_was_corrected_by_one_that_may_not_be_passed_on_goes_with_it(sqlite: Store, clock: Clock) -> None:
    say(sqlite, clock.now(), {"lantern": [rated("A", Lean.LEFT)]})
    later = clock.now() + timedelta(hours=1)
    say(sqlite, later, {"lantern": [rated("A", Lean.LEFT, export=False)]})

    found = ledger(sqlite, later)

    assert (found.statements, found.withheld) == ((), 1)
    assert found.units[0].working.tag.text == "Unrated"
    assert found.units[0].history == ()
    assert "may not be passed on" in found.units[0].working.why_unrated


def test_a_statement_corrected_a_thousand_times_is_read_like_any_other(sqlite: Store, clock: Clock) -> None:
    """Such as by a list that is imported every night, and whose rows all bear one day."""
    now = clock.now()
    say(sqlite, now, {"lantern": []})
    with sqlite.write() as session:
        session.add_all(
            RatingRow(
                id=f"r_{n:04}", supersedes=f"r_{n - 1:04}" if n else None, outlet_key="lantern", unit="news", rater="A",
                family="A", state="mixed", label=None, position=None, method="", reason=f"look {n}", url="",
                rated_on=DAY, valid_from=DAY, recorded_at=now,
            )
            for n in range(1_200)
        )  # fmt: skip

    assert len(ledger(sqlite, clock.now()).statements) == 1_200


def test_an_export_tells_what_the_pages_tell_and_of_the_rest_not_even_ids(sqlite: Store, clock: Clock) -> None:
    now = clock.now()
    say(sqlite, now, {"lantern": [rated("A", Lean.LEFT)], "beacon": [rated("B", Lean.LEFT, export=False)]})
    say(sqlite, now + timedelta(days=1), {"lantern": [rated("A", Lean.LEFT, export=False)]})  # the licence is gone
    say(sqlite, now + timedelta(days=1), {"beacon": [rated("B", Lean.CENTER)]})  # one was given

    with sqlite.read() as session:
        rows = list(export_ratings(session))
        ids = session.scalars(select(RatingRow.id).where(RatingRow.export == "deny")).all()

    assert [(row["rater"], row["label"], row["supersedes"]) for row in rows] == [("B", "Center", None)]
    assert len(ids) == 2
    assert not any(one in str(rows) for one in ids)


def test_a_changed_rating_shows_on_which_days_the_label_was_another(sqlite: Store, clock: Clock) -> None:
    changed = date(2026, 3, 1)
    say(sqlite, clock.now(), {"lantern": [rated("A", Lean.LEAN_LEFT), rated("A", Lean.CENTER, changed)]})

    [news, _] = ledger(sqlite, clock.now()).units

    assert [(spell.since, spell.last, spell.tag.text) for spell in news.history] == [
        (DAY, date(2026, 2, 28), "Lean Left"),
        (changed, None, "Center"),
    ]


def test_a_correction_names_what_it_corrects_and_an_end_is_one_statement(sqlite: Store, clock: Clock) -> None:
    times = [clock.now() + timedelta(days=n) for n in range(3)]
    for now, ratings in zip(times, ([rated("A", Lean.LEFT)], [rated("A", Lean.CENTER)], []), strict=True):
        say(sqlite, now, {"lantern": ratings})

    first, second, third = ledger(sqlite, times[-1]).statements

    assert (first.replaced_by, first.repeated, second.supersedes) == (second.rating.id, False, first.rating.id)
    assert (second.replaced_by, second.repeated) == (third.rating.id, True)
    assert third.rating.valid_to == times[-1].date()


def test_a_renamed_outlet_has_the_old_ratings_and_both_say_so(sqlite: Store, clock: Clock) -> None:
    say(sqlite, clock.now(), {"old": [rated("A", Lean.LEFT)], "new": []})
    with sqlite.write() as session:
        continue_outlets(session, {"new": [Former("old")]}, clock.now())

    new, old = (ledger(sqlite, clock.now(), key) for key in ("new", "old"))

    assert new.units[0].working.tag.text == "Left"
    assert [(one.rating.rater, one.outlet_key) for one in new.statements] == [("A", "old")]
    assert [(link.key, link.name) for link in new.continues] == [("old", "Old")]
    assert [link.key for link in old.continued_by] == ["new"]
    assert [one.rating.rater for one in old.statements] == ["A"]


def test_an_edition_reads_as_it_does_on_story_pages(sqlite: Store, clock: Clock) -> None:
    say(sqlite, clock.now(), {"lantern": [rated("A", Lean.LEFT)]})
    edition = {"kind": "edition", "name": "", "language": "", "paths": [], "sections": []}
    units = [{**edition, "key": "weekly", "country": ""}, {**edition, "key": "uk", "country": "GB"}]
    with sqlite.write() as session:
        session.get_one(Outlet, "lantern").units = units

    *_, weekly, uk = ledger(sqlite, clock.now()).units

    assert (weekly.working.tag.text, weekly.working.tag.of_unit, weekly.history) == ("Left", "news", ())
    assert [voice.place for voice in weekly.working.counted] == [-2]
    assert (uk.working.tag.text, uk.country) == ("Unrated", "GB")


def test_what_the_rule_did_is_told_of_the_same_ratings_as_the_label(sqlite: Store, clock: Clock) -> None:
    """A unit that names a country is judged by that one, opinion pages too."""
    unit = {"key": "weekend", "kind": "opinion", "country": "GB", "language": "", "paths": [], "sections": []}
    of = {"unit": "weekend"}
    say(
        sqlite,
        clock.now(),
        {"lantern": [rated("A", Lean.LEFT, country="GB", **of), rated("B", Lean.CENTER, country="US", **of)]},
    )
    with sqlite.write() as session:
        session.get_one(Outlet, "lantern").units = [unit]

    *_, weekend = ledger(sqlite, clock.now()).units

    assert weekend.working.tag.text == weekend.history[-1].tag.text == "Left"
    assert [voice.rating.rater for voice in weekend.working.counted] == ["A"]


def test_a_past_moment_knows_nothing_of_later_statements(sqlite: Store, clock: Clock) -> None:
    say(sqlite, clock.now(), {"lantern": [rated("A", Lean.LEFT)]})
    before = ledger(sqlite, clock.now())

    say(sqlite, clock.now() + timedelta(days=1), {"lantern": [rated("B", Lean.RIGHT)]})

    assert ledger(sqlite, clock.now()) == before


def test_outlets_of_pages_that_readers_ever_saw_have_a_ledger_rated_or_not(store: Store, clock: Clock) -> None:
    say(store, clock.now(), {"a": [], "b": [], "c": [], "d": []})
    with store.write() as session:
        for version, status, key in ((1, "published", "a"), (2, "published", "b"), (3, "draft", "c")):
            raw = raw_story(version=version, status=status)
            raw["sources"][0]["outlet_key"] = key
            save_version(session, StoryPage.model_validate(raw), clock, input_sha="e", recipe=str(version), by=MACHINE)

    with store.read() as session:
        assert seen_outlets(session) == {"a", "b"}
        assert list(read_ledgers(session, clock.now(), SiteSettings(), also=["d", "nobody"]).outlets) == ["a", "b", "d"]


def test_the_state_of_the_ledger_changes_with_what_is_recorded_and_with_the_days_that_matter(
    store: Store, clock: Clock
) -> None:
    today, ends = clock.now(), clock.now().date() + timedelta(days=5)

    def state(days: float = 0) -> str:
        with store.read() as session:
            return ledger_state(session, today + timedelta(days=days))

    empty = state()
    say(store, today, {"lantern": [rated("A", Lean.LEFT, valid_from=today.date() + timedelta(days=2))]})
    say(store, today, {"beacon": [rated("B", Lean.LEFT, valid_to=ends)]})

    assert len({empty, state(), state(2), state(5)}) == 4
    assert state(1) == state()
    assert state(4) == state(2)
    assert state(-1) not in (empty, state())  # the outlets are known, of the ratings nothing yet
    with store.write() as session:
        continue_outlets(session, {"lantern": [Former("beacon", ends + timedelta(days=5))]}, today)
    assert state(9) != state(10)  # from then on the ratings of the one say nothing of the other


@pytest.mark.parametrize("outlets", [2, 60])
def test_few_questions_are_asked_however_many_outlets_there_are(sqlite: Store, clock: Clock, outlets: int) -> None:
    raters = [rated(f"R{n}", Lean.LEFT) for n in range(5)]
    say(sqlite, clock.now(), {f"o{n}": raters for n in range(outlets)})

    with sqlite.read() as session, counted(session) as sent:
        found = read_ledgers(session, clock.now(), SiteSettings())

    assert len(found.outlets) == outlets
    assert 0 < len(sent) <= 11


def test_a_key_that_is_no_part_of_an_address_gets_no_page(sqlite: Store, clock: Clock) -> None:
    say(sqlite, clock.now(), {"../up": [rated("A", Lean.LEFT)], "fine": [rated("A", Lean.LEFT)]})

    with sqlite.read() as session:
        assert list(read_ledgers(session, clock.now(), SiteSettings()).outlets) == ["fine"]
