"""What was published is made again, byte for byte, however much has been said of the outlets since."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.analysis import vectors
from aggregator.clock import Clock
from aggregator.settings import Settings
from aggregator.sources import ledger
from aggregator.sources.ledger import IMPORT, Change
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.types import Lean, RaterKind, Rating
from tests.pipelines.test_bad_pages import TEXTS, Bags, Desk


@pytest.fixture(autouse=True)
def _bags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "load_embedder", lambda *_: Bags())


def instance(folder: Path, now: datetime) -> Desk:
    folder.mkdir()
    store = Store(f"sqlite:///{folder / 'test.sqlite'}")
    upgrade(store)
    return Desk(store, Clock(now), folder / "data", Settings())


def filled(desk: Desk) -> Desk:
    """Three outlets with one story, two of them rated."""
    for key, lean in zip(TEXTS, (Lean.LEFT, None, Lean.RIGHT), strict=True):
        desk.text(key, TEXTS[key], lean=lean)
    return desk


def say_more(desk: Desk, now: datetime) -> None:
    """Another family disagrees with one outlet, one rating is corrected, one is ended, and one may not be shown."""
    with desk.store.write() as session:
        ledger.record(session, "wire", [Rating("R", date(2026, 1, 1), label=Lean.LEAN_LEFT)], now)
        ledger.record(session, "gazette", [], now)
        ledger.record(session, "courier", [Rating("R", date(2026, 1, 1), label=Lean.CENTER)], now)
        other = Rating("S", date(2026, 1, 1), label=Lean.RIGHT, kind=RaterKind.CONTENT, export=False)
        ledger.append(session, [Change("wire", other, "new")], now, IMPORT)


def published(desk: Desk) -> Mapping[str, bytes]:
    desk.run()
    site = desk.data / "site"
    return {str(file.relative_to(site)): file.read_bytes() for file in sorted(site.rglob("*")) if file.is_file()}


def labels(desk: Desk) -> dict[str, str]:
    page = desk.page()
    return {source["outlet_key"]: source["lean"]["label"] for source in page["sources"]} if page else {}


def test_later_ratings_change_no_byte_of_what_is_made_as_of_before(tmp_path: Path, clock: Clock) -> None:
    then, now = clock.now(), clock.now() + timedelta(days=1)
    first, again, later = (instance(tmp_path / name, then) for name in ("first", "again", "later"))
    before = published(filled(first))
    say_more(filled(again), now)
    say_more(filled(later), now)
    later.clock = Clock(now)

    assert published(again) == before
    assert labels(first) == labels(again) == {"wire": "Left", "courier": "Unrated", "gazette": "Right"}
    after = published(later)
    assert labels(later) == {"wire": "Lean Left", "courier": "Center", "gazette": "Right"}  # ended after its article
    assert not any(b'"S"' in data for data in after.values())
    for desk in (first, again, later):
        desk.store.close()
