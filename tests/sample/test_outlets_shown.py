"""The sample's outlets show every case that a reader may meet on an outlet's page."""

from collections.abc import Mapping

import pytest

from aggregator.clock import Clock
from aggregator.publish.ledger_reading import read_ledgers
from aggregator.publish.outlet_ledger import OutletLedger, Unit
from aggregator.setting_sections import SiteSettings
from aggregator.sources.outlets import load_outlets, sync_outlets
from aggregator.store.sessions import Store
from tests.newsroom import CONFIG


@pytest.fixture
def outlets(sqlite: Store, clock: Clock) -> Mapping[str, OutletLedger]:
    """As readers see them at the end of the fortnight."""
    with sqlite.write() as session:
        sync_outlets(session, load_outlets(CONFIG), clock)
    with sqlite.read() as session:
        return read_ledgers(session, clock.now(), SiteSettings(), also=["stackline"]).outlets


def test_there_is_an_outlet_for_each_case(outlets: Mapping[str, OutletLedger]) -> None:
    def news(key: str) -> Unit:
        return outlets[key].units[0]

    assert news("lakeshore-radio").working.disagreement == "Lean Left to Lean Right"
    assert news("stackline").working.tag.text == "Unrated"
    assert news("crossroads").working.tag.text == "Mixed"
    assert (outlets["fjordside-herald"].country, news("fjordside-herald").working.tag.scale_of) == ("NO", "US")
    assert [unit.working.tag.text for unit in outlets["harbor-tribune"].units] == ["Lean Left", "Left"]
    assert [spell.tag.text for spell in news("gazetteer").history] == ["Lean Left", "Center", "Lean Left"]
    assert (outlets["capital-standard"].withheld, news("capital-standard").working.tag.text) == (1, "Lean Right")
