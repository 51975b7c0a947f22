"""What an operator is warned of, how often, and what is done when room runs short."""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import func, select

from aggregator.cli.logs import set_up_logs
from aggregator.clock import Clock
from aggregator.setting_sections import AlertSettings, KeepSettings, NetSettings
from aggregator.settings import Settings
from aggregator.sources.outlets import OutletSpec, sync_outlets
from aggregator.store.sessions import Store
from aggregator.store.tables import Article, Document, Feed, Response
from pipelines.alerts import Intake, no_articles, paused_fetching
from pipelines.batch import Instance, RunReport, run_batch
from pipelines.room import GB, Room, lacking, measure_room, over_budget, too_little_free
from pipelines.status import read_status
from tests.conftest import NOW

HOUR = timedelta(hours=1)
#: a feed that is asked without a byte leaving the machine: its address is not public
OUTLET = OutletSpec(key="far", name="Far", home="http://127.0.0.1/", feeds=({"url": "http://127.0.0.1/feed"},))


def instance(store: Store, clock: Clock, data: Path, **keep: float) -> Instance:
    """One outlet; on a disk that is large enough unless the test says otherwise."""
    settings = Settings(keep=KeepSettings(**{"min_free_gb": 0, **keep}), net=NetSettings(host_delay=0))
    return Instance(settings, store, clock, data, (OUTLET,))


def add_article(store: Store, clock: Clock, name: str, *, page: bytes = b"", read: bool = True) -> None:
    """An article that a feed brought now, with its page as fetched and, if that was read, its document."""
    with store.write() as session:
        sync_outlets(session, (OUTLET,), clock)
        now, sha = clock.now(), hashlib.sha256(page).hexdigest()
        session.add(
            Article(
                id=name, url=f"http://127.0.0.1/{name}", outlet_key="far", origin="feed", found_at=now, order_at=now,
                entry_sha=name,
            )
        )  # fmt: skip
        session.flush()
        if not page:
            return
        session.add(
            Response(
                article_id=name, input_sha=name, recipe="fetch/1", final_url="", content_type="text/html", html=page,
                html_sha=sha, fetched_at=now,
            )
        )  # fmt: skip
        if read:
            texts: Mapping[str, Any] = dict.fromkeys(
                ("recipe", "title", "text", "text_sha256", "content_sha", "kind", "extent"), ""
            )
            session.add(
                Document(
                    article_id=name, revision=1, current=True, input_sha=sha, language="xx", regions=[], authors=[],
                    made_at=now, **texts,
                )
            )  # fmt: skip


def poll(made: Instance) -> RunReport:
    return run_batch(made, names=("poll",))


@pytest.mark.parametrize(
    ("hours_ago", "feeds", "limit", "warned"),
    [(13, 2, 12, True), (11, 2, 12, False), (13, 0, 12, False), (1000, 2, 0, False)],
    ids=["too long", "not yet", "no feeds are configured", "switched off"],
)
def test_silence_is_told_when_feeds_brought_nothing_for_too_long(
    hours_ago: int, feeds: int, limit: float, warned: bool
) -> None:
    alert = no_articles(Intake(NOW - hours_ago * HOUR, feeds, 0), NOW, limit)
    assert (alert is not None) == warned


def test_silence_of_feeds_that_answer_is_told_apart_from_feeds_that_do_not() -> None:
    silent, mute = (no_articles(Intake(NOW - 20 * HOUR, 5, answered), NOW, 12) for answered in (5, 1))
    assert silent is not None
    assert mute is not None
    assert "none of them had anything new" in silent.text
    assert "1 of 5 feeds have answered" in mute.text


def test_a_run_warns_once_in_so_many_hours_and_the_state_shows_it_all_the_time(
    sqlite: Store, clock: Clock, tmp_path: Path
) -> None:
    made = instance(sqlite, clock, tmp_path)
    told = []
    for hours in (0, 13, 0.25, 0.25, 12):
        clock.move(clock.now() + hours * HOUR)
        report = poll(made)
        told.append((report.told, list(report.alerts)))
    assert told == [
        ([], []),
        (["no-articles"], ["no-articles"]),
        ([], ["no-articles"]),
        ([], ["no-articles"]),
        (["no-articles"], ["no-articles"]),
    ]
    assert "no article has come in for 26 hours" in report.line()
    assert "0 of 1 feeds" in report.as_json()["alerts"]["no-articles"]
    assert list(read_status(made, {})["alerts"]) == ["no-articles"]
    add_article(sqlite, clock, "a_new")
    assert poll(made).alerts == {}


def test_a_warning_is_on_stderr_although_quiet_was_asked(
    sqlite: Store, clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = instance(sqlite, clock, tmp_path)
    poll(made)
    clock.move(clock.now() + 13 * HOUR)
    set_up_logs(as_json=False, quiet=True)
    poll(made)
    assert "event=alert" in (captured := capsys.readouterr()).err
    assert "no-articles" in captured.err


@pytest.mark.parametrize(
    ("used", "free", "max_gb", "over", "lacking"),
    [(3, 9, 0, 0, 0), (3, 9, 2, 1, 0), (3, 0.5, 4, 0, 0.5), (2, 1, 2, 0, 0)],
    ids=["no limit", "over it", "a full disk", "just right"],
)
def test_room_is_short_above_the_budget_or_below_the_free_reserve(
    used: float, free: float, max_gb: float, over: float, lacking: float
) -> None:
    room, keep = Room(int(used * GB), int(free * GB)), KeepSettings(max_gb=max_gb, min_free_gb=1)
    assert (over_budget(room, keep) / GB, too_little_free(room, keep) / GB) == (over, lacking)


def test_pages_that_can_still_be_emptied_are_no_reason_for_a_warning() -> None:
    keep, room = KeepSettings(max_gb=2, min_free_gb=1), Room(3 * GB, GB // 2)
    for prunable, local, left in [
        (0, True, ["over-budget", "little-disk"]),
        (GB, True, []),
        (GB, False, ["little-disk"]),  # emptying rows of a database elsewhere leaves this disk as full as it was
    ]:
        assert [name for name, _ in lacking(replace(room, prunable=prunable, local=local), keep)] == left


def kept(store: Store) -> list[str]:
    with store.read() as session:
        return list(
            session.scalars(
                select(Response.article_id).where(func.length(Response.html) > 0).order_by(Response.article_id)
            )
        )


def noise(size: int) -> bytes:
    """Bytes that no compression makes smaller."""
    return random.Random(size).randbytes(size)


def test_over_the_budget_the_oldest_pages_that_were_read_go_first_and_unread_ones_never(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    for n in range(6):
        add_article(store, clock, f"a_{n}", page=noise(1_000_000 + n), read=n != 0)
        clock.move(clock.now() + HOUR)
    used = measure_room(store, tmp_path, KeepSettings(max_gb=1)).used
    made = instance(store, clock, tmp_path, max_gb=(used - 1_500_000) / GB)

    report = poll(made)

    assert (report.pruned_early, kept(store)) == (2, ["a_0", "a_3", "a_4", "a_5"])
    assert (report.fetch_paused, report.alerts) == ("", {})


def test_where_pruning_does_not_suffice_fetching_pauses_and_polling_goes_on(
    store: Store, clock: Clock, tmp_path: Path
) -> None:
    add_article(store, clock, "a_unread", page=noise(200_000), read=False)
    add_article(store, clock, "a_wanted")
    tight = instance(store, clock, tmp_path, max_gb=0.000_01)

    report = run_batch(tight, names=("poll", "fetch"))

    assert report.fetch_paused == "over-budget"
    assert (sorted(report.stages), report.told) == (["poll"], ["over-budget"])
    assert "fetching is paused (over-budget)" in report.line()
    with store.read() as session:
        assert session.scalars(select(Feed.checked_at)).one() == clock.now()
        assert paused_fetching(session) == "over-budget"

    clock.move(clock.now() + HOUR)
    roomy = replace(tight, settings=tight.settings.model_copy(update={"keep": KeepSettings(min_free_gb=0)}))
    assert "fetch" in run_batch(roomy, names=("poll", "fetch")).stages
    with store.read() as session:
        assert paused_fetching(session) == ""


def test_a_full_disk_pauses_fetching_and_is_told(sqlite: Store, clock: Clock, tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        report = poll(instance(sqlite, clock, tmp_path, min_free_gb=1_000_000))
    assert report.fetch_paused == "little-disk"
    assert [(log["alert"], log["log_level"]) for log in logs if log["event"] == "alert"] == [("little-disk", "warning")]


def test_files_beside_the_database_count_and_its_free_pages_do_not(sqlite: Store, clock: Clock, tmp_path: Path) -> None:
    keep = KeepSettings(max_gb=1)
    before = measure_room(sqlite, tmp_path, keep)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "page.html").write_bytes(b"x" * 50_000)
    assert measure_room(sqlite, tmp_path, keep).used - before.used == 50_000
    assert before.used < 5_000_000
    assert AlertSettings().repeat_hours == 12
