"""A policy site: metadata in JSON-LD and OpenGraph, key points apart from the text, a box on how it was reported."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$charset">
<title>$headline – $outlet</title>
<meta name="description" content="$summary">
<meta property="og:title" content="$headline">
<meta property="article:published_time" content="$published_iso">
<meta name="twitter:card" content="summary">
$links
<style>:root{--ink:#123}body{font:18px/1.65 "Source Serif",serif;color:var(--ink)}
.grid{display:grid;grid-template-columns:3fr 1fr}.fig{background:#cde;height:16em}</style>
</head>
<body>
<a class="skip" href="#text">Skip to content</a>
<header><div class="brand"><a href="$home">$outlet</a></div>
<nav class="sections"><a href="/budget">Budget</a><a href="/health">Health</a><a href="/schools">Schools</a>
<a href="/data">Data</a><a href="/about">About us</a></nav></header>
<div class="grid">
<main id="text">
<article>
<header class="opening">
<p class="eyebrow">$section</p>
<h1>$headline</h1>
<p class="deck">$summary</p>
<p class="credits">Reported by <span class="author">$byline</span> · <time datetime="$published_iso">$published</time>
$updated</p>
</header>
$note
<div class="prose">
$body
</div>
</article>
<aside class="method"><h2>How we work</h2><p>We publish our records requests and our spreadsheets. Write to the editors
if a figure looks wrong.</p></aside>
</main>
<aside class="sidebar"><h2>Continue with</h2>
<ul>
$related
</ul>
<div class="donate"><h2>Weekly letter</h2><p>One policy, explained, every Friday morning.</p>
<button>Send it to me</button>
</div></aside>
</div>
<footer><p>$outlet is an invented non-profit; its sources, figures and funders are fiction written for a sample
newsroom.</p><p>© 2026 $outlet — fictional. Text may be reused by other fictional outlets.</p></footer>
<dialog class="cookie-dialog">Only essential cookies are set. <button>Close</button></dialog>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: "<h2>$text</h2>",
        BlockKind.QUOTE: '<blockquote class="document"><p>$text</p></blockquote>',
        BlockKind.LIST: '<ul class="points">$items</ul>',
        BlockKind.CAPTION: '<figure><div class="fig"></div><figcaption>$text</figcaption></figure>',
        BlockKind.POST: '<div class="embed-post"><p><b>$author</b> $handle</p><p>$text</p>'
        "<p><small>$date</small></p></div>",
        BlockKind.NOTICE: '<p class="correction" role="note">$text</p>',
    },
    date=dates.long_day,
    updated='(updated <time class="updated" datetime="$iso">$time</time>)',
    json_ld="object",
)
