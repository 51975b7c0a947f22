"""What was published is made again, byte for byte, however much has been said of the outlets since."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.analysis import vectors
from aggregator.clock import Clock
from aggregator.settings import Settings
from aggregator.sources import ledger
from aggregator.sources.ledger import IMPORT, Change
from aggregator.sources.rating_rows import WITHDRAWN
from aggregator.sources.successions import Former, continue_outlets
from aggregator.store.migrate import upgrade
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet
from aggregator.types import Lean, LeanState, RaterKind, Rating
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
    """Three outlets with one story, two of them rated, and an outlet of old that nobody joins to them yet."""
    for key, lean in zip(TEXTS, (Lean.LEFT, None, Lean.RIGHT), strict=True):
        desk.text(key, TEXTS[key], lean=lean)
    now = desk.clock.now()
    with desk.store.write() as session:
        session.add(Outlet(key="old-courier", name="The Old Courier"))
        session.flush()
        ledger.record(session, "old-courier", [Rating("Q", date(2025, 1, 1), label=Lean.LEAN_LEFT)], now)
        ledger.append(session, [Change("gazette", _of("W", Lean.LEAN_RIGHT), "new")], now, IMPORT)
    return desk


def _of(rater: str, label: Lean, *, export: bool = True) -> Rating:
    return Rating(
        rater, date(2026, 1, 1), label=label, kind=RaterKind.CONTENT, licence="CC0-1.0" if export else "", export=export
    )


def say_more(desk: Desk, now: datetime) -> None:
    """One rating is corrected, one ended, one taken back by its rater, one is new and may not be shown; and an outlet
    turns out to continue another, with that one's ratings."""
    with desk.store.write() as session:
        ledger.record(session, "wire", [Rating("R", date(2026, 1, 1), label=Lean.LEAN_LEFT)], now)
        ledger.record(session, "gazette", [], now)
        ledger.record(session, "courier", [Rating("R", date(2026, 1, 1), label=Lean.CENTER)], now)
        gone = replace(
            _of("W", Lean.LEAN_RIGHT), rated_on=date(2026, 1, 2), state=LeanState.UNRATED, label=None, reason=WITHDRAWN
        )
        new = _of("S", Lean.RIGHT, export=False)
        ledger.append(session, [Change("wire", new, "new"), Change("gazette", gone, "new")], now, IMPORT)
        continue_outlets(session, {"courier": [Former("old-courier")]}, now)


def page_folder(desk: Desk) -> str:
    page = desk.page()
    assert page is not None
    return f"story/{page['id']}"


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
    assert {".html", ".json", ".xml"} <= {Path(name).suffix for name in before}
    assert labels(first) == labels(again) == {"wire": "Left", "courier": "Unrated", "gazette": "Right"}
    after = published(later)
    # two families of courier are half a step from Center; that of gazette ended after its article
    assert labels(later) == {"wire": "Lean Left", "courier": "Lean Left", "gazette": "Right"}
    changed = {name for name, data in before.items() if data != after.get(name)}
    assert f"{page_folder(later)}/index.html" in changed
    assert any(name.endswith(".json") for name in changed)
    assert not any(b'"S"' in data for data in after.values())
    for desk in (first, again, later):
        desk.store.close()
