"""A Spanish-language local site; everything around the text is in Spanish too."""

from aggregator.sample.blocks import BlockKind
from aggregator.sample.layouts import dates
from aggregator.sample.layouts.page import Layout

_PAGE = """<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="$charset">
<title>$headline - $outlet</title>
<meta name="description" content="$summary">
<meta property="og:locale" content="es_US">
<meta property="article:published_time" content="$published_iso">
$links
<style>body{font:17px/1.6 Ubuntu,sans-serif}.nota{max-width:40em;margin:auto}.foto{background:#edc;height:14em}</style>
</head>
<body>
<header><a href="$home">$outlet</a><nav><a href="/comunidad">Comunidad</a><a href="/trabajo">Trabajo</a>
<a href="/escuelas">Escuelas</a><a href="/deportes">Deportes</a></nav></header>
<main class="nota">
<article>
<header>
<h1>$headline</h1>
<p class="entradilla">$summary</p>
<p class="firma">Por <span class="author">$byline</span>, <time datetime="$published_iso">$published</time> $updated</p>
</header>
<div class="cuerpo">
$note
$body
</div>
</article>
<aside><h2>Más noticias</h2>
<ul>
$related
</ul></aside>
<section class="boletin"><h2>Boletín del Valle</h2><p>Reciba las noticias cada mañana en su correo.</p></section>
</main>
<footer><p>Medio ficticio: $outlet es parte de una sala de redacción de muestra; nada de lo que publica es real
(this outlet is fictional).</p>
<p>© 2026 $outlet (fictional)</p></footer>
<div class="aviso-cookies">Usamos cookies propias para medir las visitas. <button>Aceptar</button></div>
</body>
</html>
"""

LAYOUT = Layout(
    page=_PAGE,
    blocks={
        BlockKind.HEADING: "<h2>$text</h2>",
        BlockKind.QUOTE: "<blockquote><p>$text</p></blockquote>",
        BlockKind.LIST: "<ul>$items</ul>",
        BlockKind.CAPTION: '<figure><div class="foto"></div><figcaption>$text</figcaption></figure>',
        BlockKind.POST: '<div class="embed-post"><p>$author ($handle), $date: $text</p></div>',
        BlockKind.NOTICE: '<p class="correccion"><strong>$text</strong></p>',
    },
    date=dates.spanish,
    updated="(actualizado: $time)",
    paywall='<div class="paywall"><p>Suscríbase para seguir leyendo…</p></div>',
)
