"""A regional daily on a common publishing system: `time` elements, nested `div`s, ‘Read more’ between paragraphs."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html>
<html lang="$lang">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=$charset">
<title>$headline | $section | $outlet</title>
<meta name="description" content="$summary">
$links
<style>body{font:16px/1.5 Arial,sans-serif}.col{float:left;width:62%}.rail{float:right;width:30%}
.asset{background:#bbb;height:12em}.clear{clear:both}</style>
</head>
<body id="tncms">
<div class="site-top"><span class="weather">Today: 54°, light wind</span> <a href="/eedition">E-edition</a>
<a href="/obituaries">Obituaries</a> <a href="/classifieds">Classifieds</a></div>
<div class="site-logo"><a href="$home"><b>$outlet</b></a></div>
<div class="navbar"><a href="/news">News</a> | <a href="/sports">Sports</a> | <a href="/schools">Schools</a> |
<a href="/calendar">Calendar</a> | <a href="/letters">Letters</a></div>
<div class="container">
<div class="col" itemscope itemtype="https://schema.org/NewsArticle">
<div class="asset-header">
<h1 class="headline" itemprop="headline">$headline</h1>
<div class="asset-meta">
<span class="tnt-byline" itemprop="author">By $byline</span>
<time class="asset-date" itemprop="datePublished" datetime="$published_iso">$published</time>
$updated
</div>
</div>
<div class="asset-body" itemprop="articleBody">
$note
$body
</div>
<div class="asset-tags">Filed under: <a href="#">$section</a></div>
<div class="comment-teaser"><b>Be the first to comment.</b> Keep it clean, and no links please.</div>
</div>
<div class="rail">
<div class="card"><h4>Most popular</h4>
<ul>
$related
</ul></div>
<div class="card promo"><h4>Breaking news alerts</h4><p>Sign up to get news by email as it happens.</p>
<input type="email" aria-label="Your email"> <button>Sign up</button></div>
</div>
<div class="clear"></div>
</div>
<div class="footer"><p>Made-up newspaper! $outlet does not exist outside the aggregator sample newsroom.</p>
<p>© 2026 $outlet, a fictional newspaper. All rights imaginary.</p></div>
<div class="gdpr-popup">By using this site you agree to our use of cookies. <a href="/cookies">Learn more</a>
<button>OK</button></div>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: "<h3>$text</h3>",
        BlockKind.QUOTE: "<blockquote><p>$text</p></blockquote>",
        BlockKind.LIST: '<ul class="list">$items</ul>',
        BlockKind.CAPTION: '<figure class="photo"><div class="asset" role="img"></div>'
        '<figcaption class="caption-text">$text</figcaption></figure>',
        BlockKind.POST: '<div class="embed-post" data-network="post"><b>$author</b> ($handle) · $date'
        "<p>$text</p></div>",
        BlockKind.NOTICE: '<p class="editor-correction"><b>$text</b></p>',
    },
    date=dates.newspaper,
    updated='<time class="asset-updated" itemprop="dateModified" datetime="$iso">Updated $time</time>',
    interlude='<div class="inline-promo"><a href="/news">Read more: the latest local news</a></div>',
)
