"""A wire agency's or a legislative reporter's plain page: definition lists, a time to the minute, few ornaments."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$charset">
<title>$outlet: $headline</title>
<meta name="pubdate" content="$published_iso">
<meta name="author" content="$byline">
$links
<style>body{font:15px/1.5 "Courier New",monospace;max-width:60em;margin:1em auto}dl.slugline dt{float:left;width:8em}
.still{border:1px dashed;height:10em}</style>
</head>
<body>
<p class="service-note">SERVICE NOTE: $outlet is a fictional service of a sample newsroom; do not quote.</p>
<div role="banner"><a href="$home">$outlet</a> / <a href="/latest">Latest</a> / <a href="/desks">Desks</a> /
<a href="/clients">For clients</a></div>
<div role="main">
<header>
<h1>$headline</h1>
<dl class="slugline"><dt>Desk</dt><dd>$section</dd><dt>By</dt><dd class="author">$byline</dd>
<dt>Filed</dt><dd><time datetime="$published_iso">$published</time></dd>$updated</dl>
</header>
<div class="copy">
$note
$body
</div>
</div>
<div role="complementary"><h2>Other items on this wire</h2>
<ul>
$related
</ul></div>
<div class="cookies"><p>This site stores one cookie for client log-in.</p></div>
<div role="contentinfo"><p>© 2026 $outlet. Fictional service.</p></div>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: "<h2>$text</h2>",
        BlockKind.QUOTE: "<blockquote><p>$text</p></blockquote>",
        BlockKind.LIST: "<ul>$items</ul>",
        BlockKind.CAPTION: '<figure><div class="still"></div><figcaption>$text</figcaption></figure>',
        BlockKind.POST: '<div class="embed-post"><p>$author ($handle) on $date: $text</p></div>',
        BlockKind.NOTICE: '<p class="advisory">$text</p>',
    },
    date=dates.agency,
    updated='<dt>Updated</dt><dd><time class="updated" datetime="$iso">$time</time></dd>',
)
