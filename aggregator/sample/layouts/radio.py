"""A broadcaster: JSON-LD as an `@graph`, an audio player, short paragraphs, a station box."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$charset">
<title>$headline : $outlet</title>
<meta name="date" content="$published_iso">
<meta name="twitter:title" content="$headline">
$links
<style>body{font:18px/1.6 Verdana,sans-serif}.player{background:#135;color:#fff;padding:1em}
.ph{background:#abc;height:13em}.story{max-width:42em;margin:auto}</style>
</head>
<body>
<div class="user-consent"><h2>Your privacy choices</h2><p>We use cookies to keep the live stream running and to count
listeners.</p><button>Agree</button></div>
<header class="station"><a href="$home">$outlet</a><nav aria-label="Main"><a href="/listen">Listen live</a>
<a href="/schedule">Schedule</a><a href="/shows">Shows</a><a href="/give">Give</a></nav></header>
<main id="main-section">
<article class="story">
<div class="slug"><a href="#">$section</a></div>
<h1>$headline</h1>
<div class="dateblock"><time datetime="$published_iso">$published</time>$updated</div>
<div class="byline"><p class="byline__name">$byline</p></div>
<div class="player"><button>Listen</button> <span>3-minute listen</span></div>
<div id="storytext" class="storytext">
$note
$body
</div>
<div class="tags"><ul><li><a href="#">$section</a></li></ul></div>
</article>
<section class="also"><h2>Also heard here</h2>
<ul>
$related
</ul></section>
<section class="pledge"><h2>Listeners make this possible</h2><p>Become a member for the price of a coffee.</p></section>
</main>
<footer><p>You cannot tune in: this station is fictional and broadcasts only to a sample newsroom.</p>
<p>© 2026 $outlet, fictional.</p></footer>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: '<h3 class="edTag">$text</h3>',
        BlockKind.QUOTE: '<blockquote class="edTag"><p>$text</p></blockquote>',
        BlockKind.LIST: '<ul class="edTag">$items</ul>',
        BlockKind.CAPTION: '<figure class="pic"><div class="ph"></div><figcaption><p>$text</p></figcaption></figure>',
        BlockKind.POST: '<div class="embed-post"><blockquote><p>$text</p><footer>$author ($handle), $date</footer>'
        "</blockquote></div>",
        BlockKind.NOTICE: '<p class="correction"><strong>$text</strong></p>',
    },
    date=dates.newspaper,
    updated=' · Updated <time class="modified" datetime="$iso">$time</time>',
    json_ld="graph",
)
