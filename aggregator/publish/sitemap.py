"""The list of the site's addresses for search engines (sitemaps.org)."""

from collections.abc import Iterable
from itertools import islice
from xml.sax.saxutils import escape

from aggregator.publish.files import File
from aggregator.publish.render import address

#: more addresses a sitemap may not have
_MOST = 50_000


def sitemap(base: str, rows: Iterable[tuple[str, str]]) -> File:
    """`sitemap.xml` of files of the site, each with the time of its last change, or "" where that says nothing."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for path, changed in islice(rows, _MOST):
        at = f"<lastmod>{escape(changed)}</lastmod>" if changed else ""
        lines.append(f"<url><loc>{escape(address(base, path))}</loc>{at}</url>")
    return File("sitemap.xml", ("\n".join([*lines, "</urlset>"]) + "\n").encode())
