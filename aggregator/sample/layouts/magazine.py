"""A magazine: OpenGraph dates, pull quotes, the body in a `section`, a donation box between the paragraphs."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!doctype html>
<html lang="$lang" prefix="og: https://ogp.me/ns#">
<head>
<meta charset="$charset">
<title>$headline | $outlet</title>
<meta name="author" content="$byline">
<meta property="og:type" content="article">
<meta property="og:title" content="$headline">
<meta property="og:description" content="$summary">
<meta property="article:published_time" content="$published_iso">
<meta property="article:section" content="$section">
$updated
$links
<style>body{margin:0;font:20px/1.5 Charter,serif}.wrap{max-width:36em;margin:auto}.plate{background:#dcd6c8;height:18em}
.pullquote{font-size:1.5em;border-left:6px solid #b00}.support{background:#fee;padding:1em}</style>
</head>
<body>
<div id="top"><div class="notice-strip">Reader notice: this magazine, its writers and everybody in its pages are
fictional, made for a software sample.</div>
<div class="logo"><a href="$home">$outlet</a></div>
<ul class="menu"><li><a href="/issues">Issues</a></li><li><a href="/essays">Essays</a></li>
<li><a href="/podcast">Podcast</a></li><li><a href="/donate">Donate</a></li></ul></div>
<div class="wrap" id="content">
<div class="kicker"><a href="#">$section</a></div>
<h1 class="entry-title">$headline</h1>
<h2 class="dek">$summary</h2>
<div class="meta"><span class="by">Words by <a class="author" href="#">$byline</a></span></div>
<section class="entry-content">
$note
$body
</section>
<div class="comments-teaser"><h3>Join the conversation</h3><p>Comments are open to members for 48 hours.
<a href="/login">Log in to comment.</a></p></div>
<div class="more-from"><h3>More from this magazine</h3>
<ul>
$related
</ul></div>
</div>
<div id="cookie-bar">This site uses cookies for the reading list. <a href="#">That is fine</a></div>
<div id="footer">© 2026 $outlet, a fictional magazine. Printed nowhere, by nobody.</div>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: '<h3 class="crosshead">$text</h3>',
        BlockKind.QUOTE: '<blockquote class="pullquote"><p>$text</p></blockquote>',
        BlockKind.LIST: '<ul class="plain">$items</ul>',
        BlockKind.CAPTION: '<figure class="wide"><div class="plate"></div><figcaption>$text</figcaption></figure>',
        BlockKind.POST: '<div class="embed-post"><p class="embed-post__author">$author <span>$handle</span></p>'
        '<p class="embed-post__text">$text</p><p class="embed-post__date">$date</p></div>',
        BlockKind.NOTICE: '<p class="correction"><em>$text</em></p>',
    },
    date=dates.long_day,
    updated='<meta property="article:modified_time" content="$iso">',
    interlude='<aside class="support"><p>Independent work like this is paid for by readers. '
    '<a href="/donate">Make a gift today.</a></p></aside>',
)
