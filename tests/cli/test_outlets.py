"""Outlets from the shell: found, listed, checked, switched off and on, taken from a list and given back."""

import json
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path

import pytest

from aggregator.clock import wall
from aggregator.errors import ConfigError
from aggregator.sources.outlets import load_outlets
from tests.cli.place import Place
from tests.net.server import RawServer, ok, status
from tests.sources.documents import item, rss

HTML = "Content-Type: text/html; charset=utf-8"
STORIES = {
    "Westmere closes its iron bridge": (
        "The council of Westmere closed the old iron bridge over the Tarn on Monday after inspectors found cracks in "
        "its girders. Traffic is led over the new bridge until spring, said the mayor, Ada Holm. Repairs are to cost "
        "two million and take until May. “We had no choice,” Holm said."
    ),
    "Cracks in girders close the Westmere bridge": (
        "Inspectors who climbed below the iron bridge at Westmere last week came back with photographs of cracks as "
        "long as an arm. On Monday the council shut it. Residents had warned of the cracks for years: four hundred "
        "people signed a petition in 2024. The mayor, Ada Holm, expects the repairs to last until May."
    ),
    "Iron bridge over the Tarn shut, shops fear for trade": (
        "Shopkeepers on the east bank of the Tarn fear for their trade since the council of Westmere shut the iron "
        "bridge on Monday. “Half my customers walk over it,” said the baker Joss Lind. Inspectors had found cracks in "
        "the girders of the bridge, and the repairs will cost two million."
    ),
}
TITLES = tuple(STORIES)


@pytest.fixture
def site() -> Iterator[RawServer]:
    with RawServer() as server:
        yield server


@pytest.fixture
def place(tmp_path: Path, site: RawServer) -> Place:
    found = Place(tmp_path)
    found.configure(f'[net]\nallow_private = ["127.0.0.1:{site.port}"]\nhost_delay = 0\n')
    return found


def publish(server: RawServer, name: str, *titles: str, sitemap: bool = False) -> None:
    """A small site: a home page, articles, and a feed that the home page names or a sitemap that robots.txt does."""
    pages = {f"/news/{n}": title for n, title in enumerate(titles, start=1)}
    for path, title in pages.items():
        body = f"<article><h1>{title}</h1><p>{STORIES[title]}</p></article>"
        server.scripts[path] = ok(f"<html lang=en><title>{title}</title>{body}</html>".encode(), HTML)
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    head = f'<meta property="og:site_name" content="{name}">{"" if sitemap else link}'
    server.scripts["/"] = ok(f'<html lang="en"><head>{head}</head><body>Hello</body></html>'.encode(), HTML)
    now = wall().replace(microsecond=0)
    if sitemap:
        urls = (
            f"<url><loc>{server.base}{path}</loc><news:news><news:title>{title}</news:title>"
            f"<news:publication_date>{now.isoformat()}</news:publication_date></news:news></url>"
            for path, title in pages.items()
        )
        news = "http://www.google.com/schemas/sitemap-news/0.9"
        server.scripts["/news.xml"] = ok(f"<urlset xmlns:news='{news}'>{''.join(urls)}</urlset>".encode())
        server.scripts["/robots.txt"] = ok(f"Sitemap: {server.base}/news.xml\n".encode())
    else:
        items = (
            f"<item><title>{title}</title><link>{server.base}{path}</link><pubDate>{format_datetime(now)}</pubDate></item>"
            for path, title in pages.items()
        )
        server.scripts["/feed.xml"] = ok(rss("".join(items)).replace("https://gazette.example", server.base).encode())


def test_init_and_outlets_add_and_run_make_a_story(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with RawServer() as gazette, RawServer() as courier:
        publish(gazette, "The Gazette", *TITLES[:2])
        publish(courier, "The Courier", TITLES[2], sitemap=True)
        assert place.run("init", str(place.config)).returncode == 0
        settings = place.config / "pipeline.toml"
        allowed = f'allow_private = ["127.0.0.1:{gazette.port}", "127.0.0.1:{courier.port}"]\nhost_delay = 0'
        settings.write_text(settings.read_text().replace("[net]\n", f"[net]\n{allowed}\n", 1))

        added = [place.look("outlets", "add", server.base) for server in (gazette, courier)]
        done = place.run("run")

    assert [one.exit_code for one in added] == [0, 0], [one.output for one in added]
    assert "added to" in added[0].stdout
    assert [(spec.name, spec.ratings) for spec in load_outlets(place.config) if spec.asked] == [
        ("The Gazette", ()),
        ("The Courier", ()),
    ]
    assert done.returncode == 0, done.stderr
    assert "poll 2, fetch 3, extract 3" in done.stdout
    (story,) = [json.loads(line) for line in place.look("export", "stories").stdout.splitlines()]
    assert (len(story["articles"]), len(story["outlets"])) == (3, 2)
    listed = place.look("outlets", "list", "--asked").stdout
    assert len(listed.splitlines()) == 2
    assert f"{gazette.base}/feed.xml ok" in listed
    assert f"{courier.base}/news.xml ok" in listed
    shown = place.look("outlets", "show", "the-gazette").stdout
    assert "2 articles" in shown
    assert "Unrated" in shown


def test_before_the_first_run_outlets_are_listed_and_shown_from_the_file(place: Place, site: RawServer) -> None:
    publish(site, "The Gazette", *TITLES)
    place.look("outlets", "add", site.base + "/feed.xml", "--key", "g", "--name", "G, a paper")
    assert "never" in place.look("outlets", "list").stdout
    shown = place.look("outlets", "show", "g").stdout
    assert all(words in shown for words in ("G, a paper", f"{site.base}/", "never asked"))
    assert place.look("outlets", "show", "nobody").exit_code == 1
    assert not place.data.exists()


def test_what_is_an_outlets_already_is_refused(place: Place, site: RawServer) -> None:
    publish(site, "The Gazette", *TITLES)
    place.look("outlets", "add", site.base)
    before = (place.config / "outlets.toml").read_text()
    for address in (site.base, site.base + "/feed.xml"):
        again = place.look("outlets", "add", address)
        assert isinstance(again.exception, ConfigError)
        assert "belongs to [the-gazette] already" in str(again.exception)
    assert (place.config / "outlets.toml").read_text() == before


def test_feeds_can_be_named_and_must_be_some(place: Place, site: RawServer) -> None:
    publish(site, "The Gazette", *TITLES)
    site.scripts["/sport"] = ok(rss(item()).replace("https://gazette.example", site.base).encode())
    site.scripts["/none"] = status(404)
    wrong = place.look("outlets", "add", site.base, "--feed", f"{site.base}/sport", "--feed", f"{site.base}/none")
    assert (wrong.exit_code, load_outlets(place.config)) == (1, ())
    assert "not every --feed" in wrong.stderr
    assert set(site.paths()) - {"/robots.txt"} == {"/", "/sport", "/none"}  # nothing is looked for
    assert place.look("outlets", "add", site.base, "--feed", f"{site.base}/sport", "--yes").exit_code == 0
    (spec,) = load_outlets(place.config)
    assert [feed.url for feed in spec.feeds] == [f"{site.base}/sport"]


def test_where_no_feed_is_found_nothing_is_written_and_it_says_what_was_tried(place: Place, site: RawServer) -> None:
    site.scripts["/"] = ok(b"<html>no feed here</html>", HTML)
    done = place.look("outlets", "add", site.base)
    assert done.exit_code == 1
    assert "no feed was found" in done.stderr
    assert f"{site.base}/rss.xml: " in done.stderr
    assert load_outlets(place.config) == ()


def test_check_asks_every_feed_and_writes_nothing(place: Place, site: RawServer) -> None:
    publish(site, "The Gazette", *TITLES)
    place.look("outlets", "add", site.base)
    good = place.look("outlets", "check")
    assert (good.exit_code, "3 entries" in good.stdout, "1 of 1 feeds can be read" in good.stdout) == (0, True, True)
    site.scripts["/feed.xml"] = status(503)
    bad = place.look("outlets", "check", "the-gazette")
    assert (bad.exit_code, "http-5xx" in bad.stdout) == (1, True)
    assert isinstance(place.look("outlets", "check", "nobody").exception, ConfigError)
    assert not place.data.exists()


def test_check_finds_feeds_of_outlets_that_list_none_and_keeps_what_it_found(place: Place, site: RawServer) -> None:
    publish(site, "The Gazette", *TITLES)
    kept = place.config / "found.jsonl"
    outlets = f'[gazette]\nname = "G"\nhome = "{site.base}/"\ncountry = "NZ"\noffered = "more"\n'
    (place.config / "outlets.toml").write_text(outlets)

    for chosen in (("--all",), ("--country", "NZ")):
        done = place.look("outlets", "check", *chosen, "--report", str(kept))
        assert (done.exit_code, "found " in done.stdout) == (0, True)
        (row,) = [json.loads(line) for line in kept.read_text().splitlines()]
        found = (row["outlet"], row["url"], row["state"], row["entries"])
        assert found == ("gazette", f"{site.base}/feed.xml", "found", 3)
        assert row["newest"].startswith("20")
    assert "--all" in place.look("outlets", "check").stderr
    assert isinstance(place.look("outlets", "check", "--country", "XX").exception, ConfigError)
    assert (place.config / "outlets.toml").read_text() == outlets


def test_outlets_that_are_offered_are_asked_once_they_are_chosen(place: Place, site: RawServer) -> None:
    publish(site, "The Gazette", *TITLES)
    feed = f'feeds = [{{ url = "{site.base}/feed.xml" }}]'
    tables = (
        f'[gazette]\nname = "G"\nhome = "{site.base}/"\ncountry = "US"\noffered = "start"\n{feed}',
        '[post]\nname = "P"\nhome = "https://post.example/"\ncountry = "GB"\noffered = "more"',
        '[star]\nname = "S"\nhome = "https://star.example/"\ncountry = "GB"\noffered = "more"\ndisabled = "by wish"',
    )
    (place.config / "outlets.toml").write_text("\n".join(tables) + "\n")
    assert "nothing to do" in place.look("poll").stdout
    assert site.heads == []
    assert "offered (start)" in place.look("outlets", "list").stdout
    assert "outlets enable gazette" in place.look("outlets", "show", "gazette").stdout

    assert place.look("outlets", "enable", "--start").stdout == "[gazette] is enabled\n"
    assert place.look("outlets", "enable", "--country", "GB").stdout == "[post] is enabled\n"
    assert place.look("outlets", "enable", "--start").exit_code == 1
    assert place.look("outlets", "enable").exit_code == 2
    assert [spec.key for spec in load_outlets(place.config) if not spec.asked] == ["star"]
    assert "poll 1" in place.look("poll").stdout


def test_a_disabled_outlet_is_not_asked_until_it_is_enabled(place: Place, site: RawServer) -> None:
    publish(site, "The Gazette", *TITLES)
    place.look("outlets", "add", site.base)
    file = place.config / "outlets.toml"
    before = file.read_text()
    assert place.look("outlets", "disable", "the-gazette", "--reason", "they asked").exit_code == 0
    assert "disabled: they asked" in place.look("outlets", "list").stdout
    site.heads.clear()
    assert "nothing to do" in place.look("poll").stdout
    assert "0 of 0 feeds" in place.look("outlets", "check").stdout
    assert site.heads == []
    place.look("outlets", "enable", "the-gazette")
    assert file.read_text() == before
    assert "poll 1" in place.look("poll").stdout


def test_a_list_of_two_thousand_feeds_is_taken_and_given_back(place: Place, tmp_path: Path) -> None:
    feeds = "".join(f'<outline text="F{n}" xmlUrl="https://h{n % 400}.example/f{n}"/>' for n in range(2000))
    file = tmp_path / "feeds.opml"
    file.write_text(f"<opml version='2.0'><body><outline text='All'>{feeds}</outline></body></opml>")
    done = place.look("outlets", "opml", "import", str(file), "--yes")
    assert "2000 feeds: 2000 of 400 new outlets, 0 left out" in done.stdout
    assert sum(len(spec.feeds) for spec in load_outlets(place.config)) == 2000
    assert "0 of 0 new outlets, 2000 left out" in place.look("outlets", "opml", "import", str(file)).stdout
    assert place.look("outlets", "opml", "export").stdout.count("xmlUrl=") == 2000


def test_what_is_no_list_is_refused(place: Place, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("<html/>")
    for name in ("x", "missing"):
        done = place.look("outlets", "opml", "import", str(tmp_path / name))
        assert isinstance(done.exception, ConfigError)
