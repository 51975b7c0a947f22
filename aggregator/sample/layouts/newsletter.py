"""A newsletter's web version: one column, and no date at all, neither for the eye nor for a machine."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$charset">
<title>$headline - by $byline</title>
<meta name="description" content="$summary">
<meta property="og:title" content="$headline">
<meta property="og:site_name" content="$outlet">
$links
<style>body{font:19px/1.7 system-ui}.single-post{max-width:38em;margin:auto}.button{border-radius:4px;background:#f60}
.image2{background:#e4e4ec;height:15em}</style>
</head>
<body>
<div class="topbar"><a href="$home">$outlet</a> <a class="button" href="/subscribe">Subscribe</a>
<a href="/signin">Sign in</a></div>
<div class="single-post">
<article class="post">
<div class="post-header"><h1 class="post-title">$headline</h1><h3 class="subtitle">$summary</h3>
<div class="post-meta">$byline in <a href="#">$section</a></div></div>
<div class="available-content"><div class="body markup">
$note
$body
</div></div>
</article>
<div class="subscribe-footer"><p>You made it to the end. Get the next one in your inbox.</p>
<form action="/subscribe"><input type="email" placeholder="Type your email"><button>Subscribe</button></form></div>
<div class="discussion"><h4>Discussion about this post</h4><p>No comments yet</p></div>
<div class="post-list"><h4>Earlier posts</h4>
<ul>
$related
</ul></div>
</div>
<div class="footer-wrap">© 2026 $outlet · fictional · <a href="/privacy">Privacy</a> ∙ <a href="/terms">Terms</a>
<p>Not a real newsletter: $outlet is written for a sample newsroom that programs are tried on.</p></div>
<div class="cookie-toast">We use the cookies we need, and no others. <button>Got it</button></div>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: '<h2 class="header-anchor-post">$text</h2>',
        BlockKind.QUOTE: "<blockquote><p>$text</p></blockquote>",
        BlockKind.LIST: "<ul>$items</ul>",
        BlockKind.CAPTION: '<figure><div class="image2"></div><figcaption class="cap">$text</figcaption></figure>',
        BlockKind.POST: '<div class="embed-post"><div class="embed-post-head">$author $handle</div>'
        '<div class="embed-post-text">$text</div><div class="embed-post-foot">$date</div></div>',
        BlockKind.NOTICE: '<p class="callout"><em>$text</em></p>',
    },
)
