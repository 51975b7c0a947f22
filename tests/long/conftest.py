"""What the tests in a real browser share: one browser for a module, and its windows."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.long.browser import WINDOWS, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(params=WINDOWS, ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """A window of a phone or of a desk, light or dark."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()
