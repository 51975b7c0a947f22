"""A national or city daily: JSON-LD, breadcrumb, figures, embedded posts in the manner of a big network."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$charset">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$headline - $outlet</title>
<meta name="description" content="$summary">
<meta property="og:type" content="article">
<meta property="og:title" content="$headline">
<meta property="og:site_name" content="$outlet">
<meta property="og:url" content="$url">
$links
<style>body{font:18px/1.6 Georgia,serif;margin:0 auto;max-width:44em}.box{background:#ccc;height:14em}
.consent{background:#222;color:#fff;padding:1em}nav a{margin-right:1em}.paywall{border:2px solid;padding:1em}</style>
</head>
<body class="article-page">
<div class="consent" role="dialog" aria-label="Cookies">
<p>We and our partners use cookies to remember your settings and to measure how our pages are read.</p>
<button>Accept all</button> <button>Manage choices</button>
</div>
<header class="masthead">
<a class="logo" href="$home">$outlet</a>
<nav><a href="/politics">Politics</a><a href="/business">Business</a><a href="/technology">Technology</a>
<a href="/local">Local</a><a href="/opinion">Opinion</a><a href="/subscribe">Subscribe</a></nav>
<form action="/search"><input name="q" aria-label="Search"><button>Search</button></form>
</header>
<main>
<ol class="breadcrumb"><li><a href="$home">Home</a></li><li><a href="#">$section</a></li></ol>
<article class="story">
<header>
<h1>$headline</h1>
<p class="standfirst">$summary</p>
<p class="byline">By <span class="author" rel="author">$byline</span></p>
<p class="dateline">$published$updated</p>
<ul class="share"><li><a href="#">Email</a></li><li><a href="#">Copy link</a></li><li><a href="#">Print</a></li></ul>
</header>
<div class="story-body">
$note
$body
</div>
</article>
<aside class="related"><h2>Related stories</h2>
<ul>
$related
</ul></aside>
<section class="newsletter-signup"><h2>Get the morning briefing</h2>
<p>The day’s news in five minutes, every weekday at six. Sign up with your email address.</p>
<form action="/newsletter"><input type="email" aria-label="Email"><button>Sign up</button></form></section>
</main>
<footer>
<p>$outlet is a fictional outlet. It belongs to the aggregator sample newsroom, and no person or event on this page is
real.</p>
<p>© 2026 $outlet (fictional). <a href="/about">About</a> <a href="/privacy">Privacy</a> <a href="/terms">Terms</a></p>
</footer>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: "<h2>$text</h2>",
        BlockKind.QUOTE: "<blockquote><p>$text</p></blockquote>",
        BlockKind.LIST: "<ul>$items</ul>",
        BlockKind.CAPTION: '<figure><div class="box"></div><figcaption>$text</figcaption></figure>',
        BlockKind.POST: '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">$text</p>'
        '— $author ($handle) <a href="#">$date</a></blockquote>',
        BlockKind.NOTICE: '<p class="correction"><strong>$text</strong></p>',
    },
    date=dates.newspaper,
    updated="<br>Updated $time",
    paywall='<div class="paywall"><h3>Subscribe to continue reading…</h3>'
    "<p>Get unlimited access for $1 a week. Cancel anytime. Already a subscriber? Sign in.</p></div>",
    json_ld="object",
)
