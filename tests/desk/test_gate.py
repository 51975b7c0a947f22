"""Who gets in and who may do what, over the whole table of routes."""

from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import func, select

from aggregator.desk.asked import Route
from aggregator.desk.routes import ROUTES
from aggregator.desk.signing import _block
from aggregator.errors import StoreError
from aggregator.setting_sections import DeskSettings, SiteSettings
from aggregator.settings import Settings
from aggregator.store.contest_tables import Contest, ContestAnswer
from aggregator.store.desk_tables import SignIn, User
from aggregator.store.page_tables import PageRow
from aggregator.store.sessions import Store
from tests.desk.rooms import CONTESTED, PASSWORD, STORY, Answer, Room

CHANGING = [route for route in ROUTES if route.method == "POST"]
DECIDING = [route for route in CHANGING if route.least in ("editor", "chief")]
#: what readers contest a label with: the one form that takes no signing in
CONTEST = "/contest/{key}"
PUBLIC = {
    ("GET", "/healthz"), ("GET", "/desk/static/{name}"), ("GET", "/desk/sign-in"), ("POST", "/desk/sign-in"),
    ("GET", CONTEST), ("POST", CONTEST), ("GET", "/contest/{key}/{id}"),
}  # fmt: skip
BELOW = {"reader": [], "editor": ["reader"], "chief": ["reader", "editor"]}
FIELDS = {
    "reason": "because",
    "version": "1",
    "rev": "x",
    "field": "dek",
    "text": "Something else, because.",
    "article": "a_1",
}


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def path(route: Route) -> str:
    return (
        route.path.replace("{key}", STORY).replace("{number}", "1").replace("{version}", "1")
        .replace("{id}", CONTESTED).replace("{form}", "merge").replace("{name}", "desk.css")
        .replace("{rest:path}", "whatever")
    )  # fmt: skip


def nothing_changed(room: Room) -> bool:
    with room.store.read() as session:
        pages, contests, answers = (
            session.scalar(select(func.count()).select_from(table)) for table in (PageRow, Contest, ContestAnswer)
        )
    return not room.decisions() and (pages, contests, answers) == (1, 1, 0)


def test_the_application_answers_what_the_table_says_and_nothing_else(room: Room) -> None:
    answered = {
        (method, route.path)
        for route in room.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods - {"HEAD"}
    }

    assert answered == {(route.method, route.path) for route in ROUTES}
    assert {(route.method, route.path) for route in ROUTES if route.least == "public"} == PUBLIC
    assert all(
        route.least in ("editor", "chief") for route in CHANGING if "sign" not in route.path and route.path != CONTEST
    )


@pytest.mark.parametrize("route", [route for route in ROUTES if (route.method, route.path) not in PUBLIC], ids=name)
def test_without_signing_in_nothing_but_the_door_answers(room: Room, route: Route) -> None:
    stranger = room.browser()

    if route.method == "GET":
        answer = stranger.get(path(route), follow=False)
        assert (answer.status, answer.headers["location"]) == (303, f"/desk/sign-in?then={quote(path(route), safe='')}")
    else:
        answer = stranger.post(path(route), FIELDS)
        assert answer.status == 401
        assert answer.has_form("/desk/sign-in")
    assert nothing_changed(room)


@pytest.mark.parametrize("route", DECIDING, ids=name)
def test_nobody_below_the_least_role_changes_anything(room: Room, route: Route) -> None:
    for role in BELOW[route.least]:
        answer = room.browser(role).post(path(route), {**FIELDS, "csrf": f"token of {role[:3].title()}"})

        assert answer.status == 403
        assert "Not for your role" in answer.text
    assert nothing_changed(room)


@pytest.mark.parametrize("token", ["", "token of Edi", "x"])
@pytest.mark.parametrize("route", [route for route in DECIDING if "undo" not in route.path], ids=name)
def test_without_ones_own_token_nothing_changes_and_nothing_typed_is_lost(room: Room, route: Route, token: str) -> None:
    answer = room.browser("chief").post(path(route), {**FIELDS, "csrf": token})

    assert answer.status == 403
    assert "Nothing was sent yet" in answer.text
    assert "because" in answer.text
    assert nothing_changed(room)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
@pytest.mark.parametrize("route", CHANGING, ids=name)
def test_a_form_of_another_site_is_refused_whatever_it_holds(room: Room, route: Route, site: str) -> None:
    answer = room.browser("chief").post(path(route), {**FIELDS, "csrf": "token of Che"}, sec_fetch_site=site)

    assert answer.status == 403
    assert nothing_changed(room)


def test_a_browser_that_does_not_say_where_a_form_is_from_is_judged_by_its_origin(room: Room) -> None:
    chief = room.browser("chief")
    del chief.client.headers["sec-fetch-site"]
    fields = {**chief.get(f"/desk/story/{STORY}").form("/lock"), "reason": "because"}

    assert chief.post(f"/desk/story/{STORY}/lock", fields, origin="http://evil.example").status == 403
    assert nothing_changed(room)
    assert chief.post(f"/desk/story/{STORY}/lock", fields, origin="http://desk.example").status == 200
    assert [one.kind for one in room.decisions()] == ["lock"]


def test_signing_in_leads_to_where_one_wanted_to(either: Room) -> None:
    either.user("Ann", "editor")
    browser = either.browser()
    form = browser.get(f"/desk/story/{STORY}?find=harbor").form("/desk/sign-in")

    answer = browser.post("/desk/sign-in", {**form, "name": " ANN ", "password": PASSWORD})

    assert answer.url.endswith(f"/desk/story/{STORY}?find=harbor")
    assert "Ann (editor)" in answer.words


def test_the_cookie_is_for_the_desk_alone_and_not_for_scripts(room: Room) -> None:
    room.user("Ann", "editor")
    answer = room.browser().post("/desk/sign-in", {"name": "Ann", "password": PASSWORD}, follow=False)

    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax", "path=/desk"} <= parts
    assert "secure" not in parts


def test_the_cookie_is_secure_where_the_site_is(room: Room) -> None:
    settings = Settings(site=SiteSettings(base_url="https://news.example/today"))
    secure = Room(room.store, room.data, room.clock, settings)
    secure.user("Ann", "editor")

    answer = secure.browser().post("/today/desk/sign-in", {"name": "Ann", "password": PASSWORD}, follow=False)

    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"secure", "path=/today/desk"} <= parts
    assert answer.headers["location"] == "/today/desk"


@pytest.mark.parametrize(
    "then",
    ["https://evil.example/", "//evil.example/desk", "/\\evil.example", "/desk\\..\\x", "javascript:alert(1)",
     "/desk/sign-in", "/elsewhere", "", "/deskevil", "///desk/x", "//[", "/desk/\r\nSet-Cookie: a=b"],
)  # fmt: skip
def test_signing_in_leads_nowhere_but_into_the_desk(room: Room, then: str) -> None:
    room.user("Ann", "editor")
    fields = {"name": "Ann", "password": PASSWORD, "then": then}

    answer = room.browser().post("/desk/sign-in", fields, follow=False)

    assert (answer.status, answer.headers["location"]) == (303, "/desk")


def test_an_ipv6_address_counts_as_the_block_that_one_person_holds() -> None:
    assert _block("2001:db8:1:2::1") == _block("2001:db8:1:2:ffff::9") != _block("2001:db8:1:3::1")
    assert _block("192.0.2.1") == _block("::ffff:192.0.2.1") != _block("::ffff:192.0.2.2") == _block("192.0.2.2")
    assert _block("testclient") == "testclient"


def test_requests_that_make_no_sense_are_refused_not_broken(room: Room) -> None:
    room.user("Ann", "editor")
    browser = room.browser()
    fields = {"name": "Ann", "password": PASSWORD}

    assert browser.client.get("/desk?" + "&" * 5_001).status_code == 413
    assert browser.client.get("/desk/sign-in?then=//[").status_code == 200
    del browser.client.headers["sec-fetch-site"]
    assert browser.client.post("/desk/sign-in", data=fields, headers={"Origin": "http://["}).status_code == 403


@pytest.mark.parametrize(("name", "password"), [("Ann", "wrong"), ("Nobody", PASSWORD), ("", ""), ("Ann", "x" * 9999)])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(room: Room, name: str, password: str) -> None:
    room.user("Ann", "editor")

    answer = room.browser().post("/desk/sign-in", {"name": name, "password": password})

    assert answer.status == 401
    assert "Name or password is wrong." in answer.words
    assert f'value="{password}"' not in answer.text or not password


def test_after_too_many_wrong_passwords_the_right_one_waits_too(either: Room) -> None:
    either = Room(either.store, either.data, either.clock, Settings(desk=DeskSettings(tries_per_user=3)))
    either.user("Ann", "editor")
    browser = either.browser()
    for _ in range(3):
        assert browser.post("/desk/sign-in", {"name": "Ann", "password": "wrong"}).status == 401

    answer = browser.post("/desk/sign-in", {"name": "ann", "password": PASSWORD})

    assert (answer.status, answer.headers["retry-after"]) == (429, "900")
    either.wall.wait(minutes=15)
    assert "Ann (editor)" in browser.post("/desk/sign-in", {"name": "Ann", "password": PASSWORD}).words


def test_an_address_that_tries_many_names_is_stopped_too(room: Room) -> None:
    room = Room(room.store, room.data, room.clock, Settings(desk=DeskSettings(tries_per_address=3)))
    room.user("Ann", "editor")
    browser = room.browser()
    for number in range(3):
        browser.post("/desk/sign-in", {"name": f"guess {number}", "password": "wrong"})

    assert browser.post("/desk/sign-in", {"name": "Ann", "password": PASSWORD}).status == 429


def test_whoever_is_idle_for_half_an_hour_is_signed_out(either: Room) -> None:
    browser = either.browser("editor")
    for _ in range(3):
        either.wall.wait(minutes=20)
        assert browser.get("/desk").status == 200

    either.wall.wait(minutes=30)

    assert browser.get("/desk", follow=False).status == 303


def test_nobody_stays_signed_in_for_more_than_twelve_hours(room: Room) -> None:
    browser = room.browser("editor")
    for _ in range(35):
        room.wall.wait(minutes=20)
        assert browser.get("/desk", follow=False).status == 200

    room.wall.wait(minutes=20)

    assert browser.get("/desk", follow=False).status == 303


def test_a_form_that_was_sent_too_late_comes_back_with_all_that_was_typed(either: Room) -> None:
    browser = either.browser("editor", "Ann")
    view = f"/desk/page/{STORY}"
    form = browser.get(view).form("/edit")
    typed = {
        **form,
        "field": "dek",
        "text": "A <b>long</b> thought\nover two “lines” & more.",
        "reason": "it’s shorter",
    }
    either.wall.wait(hours=1)

    late = browser.post(f"{view}/edit", typed)

    assert late.status == 401
    assert "<b>long</b>" not in late.text
    assert not either.decisions()
    again = browser.post("/desk/sign-in", {**late.form("/desk/sign-in"), "name": "Ann", "password": PASSWORD})
    back = next(form for form in again.document.forms if form.fields.get("field") == "dek")
    assert back.fields["text"].removeprefix("\n") == "A <b>long</b> thought\nover two “lines” & more."
    assert back.fields["reason"].removeprefix("\n") == "it’s shorter"
    assert back.fields["csrf"] != form["csrf"]
    assert "Nothing was sent yet" in again.words
    assert not either.decisions()


def test_ticked_articles_survive_signing_in_again_after_a_wrong_password(room: Room) -> None:
    browser, key = room.browser("editor", "Ann"), room.stories()[0]
    ticked = room.members(key)[:2]
    form = browser.get(f"/desk/story/{key}").form("/split")
    room.wall.wait(hours=1)
    late = browser.post(f"/desk/story/{key}/split", {**form, "article": ticked, "reason": "two floods"})

    wrong = browser.post("/desk/sign-in", {**_all(late), "name": "Ann", "password": "wrong"})
    again = browser.post("/desk/sign-in", {**_all(wrong), "name": "Ann", "password": PASSWORD})

    assert again.document.xpath("//input[@name='article'][@checked]/@value") == ticked
    assert "two floods" in again.text


def _all(answer: Answer) -> dict[str, list[str]]:
    """Every field of the sign-in form, those with one name together."""
    fields: dict[str, list[str]] = {}
    for name, value in next(f for f in answer.document.forms if f.get("action") == "/desk/sign-in").form_values():
        fields.setdefault(name, []).append(value)
    return fields


def test_a_filter_that_is_used_too_late_loads_the_page_anew(room: Room) -> None:
    answer = room.browser().client.get("/desk?q=harbor", headers={"hx-request": "true"})

    assert (answer.headers["hx-refresh"], answer.content) == ("true", b"")


def test_signing_out_ends_it_for_a_copied_cookie_too(room: Room) -> None:
    browser = room.browser("editor")
    copied = dict(browser.client.cookies)

    browser.post("/desk/sign-out", {"csrf": "token of Edi"})

    browser.client.cookies.update(copied)
    assert browser.get("/desk", follow=False).status == 303


def test_signing_in_again_ends_what_the_cookie_was_worth_before(room: Room) -> None:
    browser = room.browser("editor", "Ann")
    browser.post("/desk/sign-in", {"name": "Ann", "password": PASSWORD})

    with room.store.read() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_a_disabled_user_is_out_at_once(room: Room) -> None:
    browser = room.browser("editor", "Ann")
    with room.store.write() as session:
        session.get_one(User, "ann").disabled = True

    assert browser.get("/desk", follow=False).status == 303
    assert browser.post("/desk/sign-in", {"name": "Ann", "password": PASSWORD}).status == 401


def test_every_answer_says_what_a_browser_may_do_with_it(room: Room) -> None:
    browser = room.browser("editor")
    for address in (
        "/desk",
        f"/desk/page/{STORY}",
        "/desk/static/desk.css",
        "/healthz",
        "/",
        "/nothing",
        "/desk/nothing",
    ):
        headers = browser.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "referrer-policy" in headers
    assert browser.get("/desk").headers["cache-control"] == "no-store"
    assert "immutable" in browser.get("/desk/static/desk.css").headers["cache-control"]


def test_the_desk_has_no_inline_script_or_style(room: Room) -> None:
    browser = room.browser("chief")
    for address in ("/desk", f"/desk/page/{STORY}", f"/desk/story/{STORY}"):
        document = browser.get(address).document
        assert document.xpath("//script[not(@src)] | //style | //*[@style] | //@*[starts-with(name(), 'on')]") == []


def test_there_is_no_description_of_the_interface(room: Room) -> None:
    chief = room.browser("chief")
    assert {chief.get(one).status for one in ("/docs", "/redoc", "/openapi.json", "/desk/docs")} == {404}


def test_a_form_of_more_than_anybody_types_is_not_taken(room: Room) -> None:
    chief = room.browser("chief")
    assert chief.post(f"/desk/story/{STORY}/lock", {"reason": "x" * 2_000_000}).status == 413
    assert chief.post(f"/desk/story/{STORY}/lock", {f"f{n}": "x" for n in range(6000)}).status == 413
    assert nothing_changed(room)


def test_a_database_that_is_away_is_said_so_and_nothing_more(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_store: Store) -> None:
        raise StoreError("the secret address of a database")

    browser = room.browser("chief")
    monkeypatch.setattr(Store, "read", away)

    for address in ("/desk", "/healthz"):
        answer = browser.get(address)
        assert answer.status == 503
        assert "secret" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
