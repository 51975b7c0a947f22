"""A tabloid: a date only for the eye, no metadata, capitals, share buttons everywhere."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$charset">
<title>$headline</title>
$links
<style>body{font:17px/1.4 Impact,Arial,sans-serif;background:#eee}main{background:#fff;max-width:50em;margin:auto}
.kick{background:#c00;color:#fff}.pic{background:#999;height:20em}.ribbon{background:#ff0}</style>
</head>
<body>
<div class="ribbon">FICTIONAL! Every word of $outlet is invented for a software sample.</div>
<header><a href="$home" class="logo">$outlet</a>
<nav><ul><li><a href="/hot">Hot</a></li><li><a href="/crime">Crime</a></li><li><a href="/money">Money</a></li>
<li><a href="/tips">Send a tip</a></li></ul></nav></header>
<main>
<span class="kick">$section</span>
<h1>$headline</h1>
<div class="author-line">By <b>$byline</b></div>
<div class="stamp">PUBLISHED: $published $updated</div>
<div class="share-row"><a href="#">SHARE</a> <a href="#">POST</a> <a href="#">TEXT A FRIEND</a></div>
<div class="article-text">
$note
$body
</div>
<div class="trending"><h3>TRENDING NOW</h3>
<ol>
$related
</ol></div>
<div class="signup"><h3>DON’T MISS A THING</h3><p>Get our alerts straight to your inbox. Unsubscribe whenever.</p></div>
<div class="comments"><a href="#">SHOW COMMENTS</a></div>
</main>
<footer><small>© 2026 $outlet — fictional, like its lawyers. Contact the desk at nobody.</small></footer>
<div class="cookie-note">Cookies help us. Keep browsing to accept. <a href="#">X</a></div>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: "<h2>$text</h2>",
        BlockKind.QUOTE: '<blockquote class="big"><p>$text</p></blockquote>',
        BlockKind.LIST: '<ul class="bullets">$items</ul>',
        BlockKind.CAPTION: '<figure><div class="pic"></div><figcaption>$text</figcaption></figure>',
        BlockKind.POST: '<blockquote class="twitter-tweet"><p>$text</p>— $author ($handle) $date</blockquote>',
        BlockKind.NOTICE: '<p class="fix"><strong>$text</strong></p>',
    },
    date=dates.shouted,
    updated="| UPDATED: $time",
)
