"""The list of the site's addresses for search engines (sitemaps.org, which allows 50,000 in one file)."""

from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from aggregator.publish.files import File
from aggregator.publish.render import address

_MOST = 50_000
_FORM = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemaps(base: str, rows: Iterable[tuple[str, str]]) -> Iterator[File]:
    """`sitemap.xml` of files of the site, each with the time of its last change, or "" where that says nothing.

    Where it would be too long it names the lists that come before it, `sitemap/1.xml` and so on.
    """
    every = list(rows)
    if len(every) <= _MOST:
        yield _list("sitemap.xml", "urlset", "url", base, every)
        return
    parts: list[str] = []
    for start in range(0, len(every), _MOST):
        parts.append(f"sitemap/{len(parts) + 1}.xml")
        yield _list(parts[-1], "urlset", "url", base, every[start : start + _MOST])
    yield _list("sitemap.xml", "sitemapindex", "sitemap", base, [(path, "") for path in parts])


def _list(path: str, root: str, element: str, base: str, rows: Sequence[tuple[str, str]]) -> File:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{_FORM}">']
    for listed, changed in rows:
        at = f"<lastmod>{escape(changed)}</lastmod>" if changed else ""
        lines.append(f"<{element}><loc>{escape(address(base, listed))}</loc>{at}</{element}>")
    return File(path, ("\n".join([*lines, f"</{root}>"]) + "\n").encode())
