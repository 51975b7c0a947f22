"""The public site as the desk serves it: the files that were published, and no others."""

from pathlib import Path

import pytest

from aggregator.setting_sections import SiteSettings
from aggregator.settings import Settings
from tests.desk.rooms import Browser, Room

FILES = {
    "index.html": "<h1>Home</h1>",
    "404.html": "<h1>Not here</h1>",
    "style.css": "body {}",
    "robots.txt": "User-agent: *",
    "sitemap.xml": "<urlset/>",
    "story/s_1/index.html": "<h1>A story</h1>",
    "feeds/all.json": "{}",
    "feeds/all.atom.xml": "<feed/>",
    "feeds/index.json": "{}",
    "feeds/schema/story-1.json": "{}",
    "story/s_1/index.html.part-written": "half of",
}


@pytest.fixture
def site(room: Room) -> Browser:
    for name, text in FILES.items():
        file = room.data / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (room.data / "secret.html").write_text("secret", encoding="utf-8")
    (room.data / "site" / "out.html").symlink_to(room.data / "secret.html")
    return room.browser()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"), ("/index.html", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/story/s_1/", "text/html; charset=utf-8"), ("/feeds/all.json", "application/feed+json"),
        ("/feeds/all.atom.xml", "application/atom+xml"), ("/feeds/index.json", "application/json"),
        ("/feeds/schema/story-1.json", "application/json"), ("/sitemap.xml", "application/xml"),
        ("/robots.txt", "text/plain; charset=utf-8"),
    ],
)  # fmt: skip
def test_files_have_their_types_and_answer_304_when_unchanged(site: Browser, path: str, kind: str) -> None:
    answer = site.get(path)

    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    again = site.client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert site.client.head(path).status_code == 200


def test_a_folder_leads_to_its_index_and_is_never_listed(site: Browser) -> None:
    answer = site.get("/story/s_1", follow=False)

    assert (answer.status, answer.headers["location"]) == (308, "./s_1/")
    assert site.get("/story/s_1").text == "<h1>A story</h1>"
    assert site.get("/story/").status == site.get("/feeds/").status == 404


@pytest.mark.parametrize(
    "path",
    ["/../secret.html", "/%2e%2e/secret.html", "/..%2fsecret.html", "//secret.html", "/story/../../secret.html",
     "/%00", "/" + "x" * 5000, "/out.html", "/story/s_1/index.html.part-written", "/feeds/../../aggregator.sqlite",
     "/\\..\\secret.html", "/nothing", "/style.css/", "/.", "/story/s_1/index.html/"],
)  # fmt: skip
def test_nothing_but_published_files_is_served(site: Browser, path: str) -> None:
    answer = site.get(path)

    assert "secret" not in answer.text
    assert "half of" not in answer.text
    assert answer.status == 404 or answer.text in FILES.values()


def test_what_is_not_there_gets_the_sites_own_page(site: Browser) -> None:
    answer = site.get("/story/s_nothing/")

    assert (answer.status, answer.text) == (404, "<h1>Not here</h1>")


def test_nothing_can_be_sent_to_the_site(site: Browser) -> None:
    assert {site.client.request(how, "/index.html").status_code for how in ("POST", "PUT", "DELETE", "PATCH")} == {405}


def test_before_the_first_publish_every_address_is_simply_not_found(room: Room) -> None:
    assert room.browser().get("/").status == 404


def test_a_site_below_a_path_is_served_there_too(room: Room, site: Browser) -> None:
    below = Room(room.store, room.data, room.clock, Settings(site=SiteSettings(base_url="https://x.example/news/")))
    browser = below.browser()

    assert browser.get("/news/story/s_1/").text == "<h1>A story</h1>"
    assert browser.get("/news/desk", follow=False).headers["location"] == "/news/desk/sign-in?then=%2Fdesk"
    assert browser.get("/newsdesk").status == 404


def test_the_health_check_answers_everybody(site: Browser) -> None:
    assert (site.get("/healthz").status, site.get("/healthz").text) == (200, "ok\n")


def test_the_desks_files_are_only_its_own(site: Browser, tmp_path: Path) -> None:
    assert site.get("/desk/static/htmx.min.js").headers["content-type"] == "text/javascript; charset=utf-8"
    for name in ("nothing", "..%2fapp.py", "../app.py", "%2e%2e%2fasked.py"):
        assert site.get(f"/desk/static/{name}").status == 404 or "Sign in" in site.get(f"/desk/static/{name}").text
