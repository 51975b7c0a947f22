"""A paper's site from the turn of the century: floats, `font`, and an encoding said only in a `meta`."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<html lang="$lang">
<head>
<meta charset="$charset">
<title>$outlet: $headline</title>
<meta name="DC.date.issued" content="$published_iso">
$links
<style>body{font:15px "Times New Roman",serif;width:900px}#meny{float:left;width:180px}
#artikkel{float:right;width:690px}.bilde{background:#d8d8d8;height:12em}#bunn{clear:both}</style>
</head>
<body bgcolor="#ffffff">
<div id="topp"><a href="$home"><font size="6">$outlet</font></a><br>
<small>A newspaper from a fjord that is on no map: fictional, for a sample newsroom</small></div>
<div id="meny" class="sidebar"><a href="/local">Fjord news</a><br><a href="/world">Abroad</a><br>
<a href="/ferry">Ferry times</a><br><a href="/tides">Tides</a><br><a href="/abo">Subscribe</a><hr>
<b>Earlier in the Herald</b>
<ul>
$related
</ul></div>
<div id="artikkel" class="article">
<h1>$headline</h1>
<p class="ingress"><b>$summary</b></p>
<p class="byline"><i>By $byline</i><br><span class="dato">$published</span> $updated</p>
<div class="brodtekst article-body">
$note
$body
</div>
<p class="tips"><small>Do you have news for us? Call the desk between nine and four.</small></p>
</div>
<div id="bunn" class="footer"><small>&copy; 2026 $outlet. Fictional newspaper, fictional editor.
This page uses cookies to remember your ferry.</small></div>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: "<h3>$text</h3>",
        BlockKind.QUOTE: "<blockquote><p>$text</p></blockquote>",
        BlockKind.LIST: "<ul>$items</ul>",
        BlockKind.CAPTION: '<figure><div class="bilde"></div><figcaption>$text</figcaption></figure>',
        BlockKind.POST: '<div class="embed-post"><p>$author ($handle), $date:<br>$text</p></div>',
        BlockKind.NOTICE: "<p><b>$text</b></p>",
    },
    date=dates.european,
    updated="<br>Updated $time",
)
