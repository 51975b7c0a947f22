"""The designs of the sample outlets' article pages, by name."""

from collections.abc import Mapping

from aggregator.sample.layouts import (
    agency,
    broadsheet,
    explainer,
    herald,
    magazine,
    newsletter,
    radio,
    regional,
    tabloid,
    valle,
)
from aggregator.sample.layouts.page import Layout, render

LAYOUTS: Mapping[str, Layout] = {
    "agency": agency.LAYOUT,
    "broadsheet": broadsheet.LAYOUT,
    "explainer": explainer.LAYOUT,
    "herald": herald.LAYOUT,
    "magazine": magazine.LAYOUT,
    "newsletter": newsletter.LAYOUT,
    "radio": radio.LAYOUT,
    "regional": regional.LAYOUT,
    "tabloid": tabloid.LAYOUT,
    "valle": valle.LAYOUT,
}

__all__ = ["LAYOUTS", "Layout", "render"]
