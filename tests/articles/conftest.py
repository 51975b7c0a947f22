"""Sites on loopback for whatever fetches pages."""

from collections.abc import Iterator

import pytest

from aggregator.settings import Settings
from tests.articles.site import Sites, served


@pytest.fixture
def sites() -> Iterator[Sites]:
    with served() as found:
        yield found


@pytest.fixture
def settings(sites: Sites) -> Settings:
    return sites.settings()
