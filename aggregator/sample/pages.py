"""The sample outlets' pages that are no articles: front page, page not found, and a hint for an unknown host."""

from collections.abc import Sequence
from html import escape
from string import Template

from aggregator.sample.layouts.page import alternates
from aggregator.sample.newsroom import SampleArticle, SampleOutlet

_FRONT = Template("""<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$charset">
<title>$outlet</title>
$links
<style>body{font:17px/1.5 Georgia,serif;max-width:50em;margin:auto}</style>
</head>
<body>
<header><h1>$outlet</h1><form action="/search"><input name="q" aria-label="Search"></form></header>
<main>
$teasers
</main>
<footer><p>$outlet is a fictional outlet of the aggregator sample newsroom. © 2026, fictional.</p></footer>
</body>
</html>
""")
_TEASER = Template('<section><h2><a href="$path">$headline</a></h2><p>$summary</p></section>')
_NOT_FOUND = Template("""<!DOCTYPE html>
<html lang="$lang">
<head><meta charset="$charset"><title>Page not found - $outlet</title></head>
<body>
<h1>Page not found</h1>
<p>There is no such page here, or it is not published yet. <a href="/">Back to the front page of $outlet</a>.</p>
<footer>$outlet is a fictional outlet of the aggregator sample newsroom.</footer>
</body>
</html>
""")

_INDEX = Template("""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>The sample newsroom</title>
<style>body{font:17px/1.5 Georgia,serif;max-width:40em;margin:2em auto}</style></head>
<body>
<h1>The sample newsroom</h1>
<p>All these outlets are fictional. One server plays them all and tells them apart by the Host header.</p>
<ul>
$links
</ul>
</body>
</html>
""")


def front_page(outlet: SampleOutlet, articles: Sequence[SampleArticle], charset: str) -> str:
    """The outlet's home page: headline and summary of each article, and where its feeds are."""
    teasers = [
        _TEASER.substitute(path=escape(a.path), headline=escape(a.headline), summary=escape(a.summary))
        for a in articles
    ]
    return _FRONT.substitute(
        lang=escape(outlet.language),
        charset=charset,
        outlet=escape(outlet.name),
        links="\n".join(alternates(outlet)),
        teasers="\n".join(teasers),
    )


def not_found(outlet: SampleOutlet, charset: str) -> str:
    """What an outlet answers for an address that it does not have (yet)."""
    return _NOT_FOUND.substitute(lang=escape(outlet.language), charset=charset, outlet=escape(outlet.name))


def index_page(outlets: Sequence[SampleOutlet], port: str) -> str:
    """What the server's bare address shows: every outlet, under a name that a browser resolves to loopback itself."""
    hosts = [(outlet.name, next(iter(outlet.hosts))) for outlet in outlets]
    links = [f'<li><a href="http://{escape(host)}.localhost{port}/">{escape(name)}</a></li>' for name, host in hosts]
    return _INDEX.substitute(links="\n".join(links))
