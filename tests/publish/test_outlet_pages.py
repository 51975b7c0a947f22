"""Pages and files of outlets, as a publish writes them from the ledger."""

import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from aggregator.clock import Clock
from aggregator.publish import outlet_json, outlet_model
from aggregator.publish.publish import Published, publish
from aggregator.settings import Settings
from aggregator.sources.contest_answers import Reply, Signed, answer
from aggregator.sources.contest_filing import file_contest
from aggregator.sources.ledger import record_all
from aggregator.sources.successions import Former, continue_outlets, note_states
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet
from aggregator.stories.topics import Topics
from aggregator.summarise.page import StoryPage
from aggregator.summarise.versions import MACHINE, save_version
from aggregator.types import Lean, LeanState, RaterKind, Rating
from tests.publish.site_pages import raw_story

DOCS = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text("utf-8")
DAY = date(2026, 1, 15)
STORY = "s_licence"


def rated(rater: str, label: Lean | None, rated_on: date = DAY, **more: Any) -> Rating:
    state = LeanState.RATED if label else LeanState.UNRATED
    return Rating(rater, rated_on, state, label, kind=RaterKind.CONTENT, licence=more.pop("licence", "CC0"), **more)


class Press:
    """A ledger and pages, and what was published of them."""

    def __init__(self, store: Store, data: Path, clock: Clock) -> None:
        self.store, self.root, self.clock, self.data = store, data / "site", clock, data

    def say(self, **said: Sequence[Rating]) -> None:
        """What the configuration says from now on."""
        with self.store.write() as session:
            for key in said:
                if session.get(Outlet, key) is None:
                    session.add(Outlet(key=key, name=key.title(), country="US", home=f"https://{key}.example/"))
            session.flush()
            record_all(session, said, self.clock.now())
            note_states(session, said, self.clock.now())

    def about(self, key: str, **values: Any) -> None:
        with self.store.write() as session:
            for name, value in values.items():
                setattr(session.get_one(Outlet, key), name, value)
            session.flush()
            note_states(session, [key], self.clock.now())

    def tell(self, *keys: str, version: int = 1, status: str = "published", unit: str = "news") -> None:
        """A page whose first sources are of these outlets."""
        raw = raw_story(STORY, version=version, status=status)
        for place, key in enumerate(keys):
            raw["sources"][place] |= {"outlet_key": key, "unit": unit}
        with self.store.write() as session:
            page = StoryPage.model_validate(raw)
            save_version(session, page, self.clock, input_sha="e", recipe=str(version), by=MACHINE)

    def publish(self) -> Published:
        return publish(self.store, Settings(), Topics(), self.data, self.clock)

    def html(self, path: str) -> str:
        return (self.root / path / "index.html").read_text("utf-8")

    def text(self, path: str) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", self.html(path)).split())

    def ledger(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / outlet_json.data_path(key)).read_text("utf-8"))
        return found

    def changed(self) -> set[str]:
        """The files that a publish changes."""
        before = {file: file.read_bytes() for file in self.root.rglob("*") if file.is_file()}
        self.publish()
        files = (file for file in self.root.rglob("*") if file.is_file())
        return {file.relative_to(self.root).as_posix() for file in files if before.get(file) != file.read_bytes()}


@pytest.fixture
def press(sqlite: Store, tmp_path: Path, clock: Clock) -> Press:
    return Press(sqlite, tmp_path / "data", clock)


def test_nothing_of_a_rating_that_may_not_be_passed_on_is_in_any_file_but_how_many_there_are(press: Press) -> None:
    told = {
        "rater": "canary",
        "method": "canary",
        "reason": "canary",
        "url": "https://canary.example/",
        "raw": "canary",
    }
    secret = rated(
        label=Lean.RIGHT, rated_on=date(2025, 7, 14), family="canary", export=False, licence="canary", **told
    )
    press.say(lantern=[rated("A", Lean.LEFT), secret], beacon=[secret])
    press.tell("lantern", "beacon")

    press.publish()

    for file in (file for file in press.root.rglob("*") if file.is_file()):
        content = file.read_text("utf-8")
        assert "canary" not in content.lower(), file
        assert "2025-07-14" not in content, file
    assert "1 more statement on file may not be passed on" in press.text("outlet/lantern")
    assert "Those of its ratings on file that would give it a label may not be passed on" in press.text("outlet/beacon")
    assert [press.ledger(key)["withheld"] for key in ("lantern", "beacon")] == [1, 1]


def test_every_label_of_a_source_leads_to_the_ledger_of_its_outlet_at_the_unit(press: Press) -> None:
    press.say(lantern=[rated("A", Lean.LEFT, unit="opinion")])
    press.tell("lantern", unit="opinion")

    press.publish()

    links = re.findall(r'<a class="to-ledger" href="([^"]+)"', press.html(f"story/{STORY}"))
    assert set(links) == {"../../outlet/lantern/index.html#unit-opinion"}
    assert len(links) == 3  # its card, its headline, and that it was first; the other outlets have no page
    assert 'id="unit-opinion"' in press.html("outlet/lantern")


def test_a_page_shows_each_units_label_the_sums_and_every_rating(press: Press) -> None:
    more = {"confidence": "high", "raw": "-12.5", "low": Lean.LEFT, "high": Lean.CENTER, "reason": "many op-eds"}
    press.say(
        lantern=[
            rated("A", Lean.LEAN_LEFT, url="https://a.example/lantern", attribution="By A, used by leave", **more),
            rated("B", Lean.CENTER),
            rated("A", Lean.LEFT, unit="opinion"),
            rated("C", Lean.RIGHT, country="GB"),
        ]
    )

    press.publish()

    text, html = press.text("outlet/lantern"), press.html("outlet/lantern")
    assert "(−1 + 0) ÷ 2 = −1/2" in text
    assert "Another rater would probably say something from Left to Lean Right." in text
    assert "Opinion Left" in text
    assert "it is on the scale of another country (GB)" in text
    for said in ("By A, used by leave", "confidence: high", "-12.5", "its own range: Left to Center", "many op-eds"):
        assert said in text
    assert 'href="https://a.example/lantern"' in html
    assert "United States" in text


def test_raters_that_disagree_a_foreign_scale_and_no_rating_are_said_in_words(press: Press) -> None:
    press.say(
        disputed=[rated("A", Lean.LEAN_LEFT), rated("B", Lean.RIGHT)], foreign=[rated("A", Lean.CENTER, country="US")]
    )
    press.about("foreign", country="NO")
    press.say(nobody=[])
    press.tell("nobody")

    press.publish()

    assert "Raters disagree: Lean Left to Right." in press.text("outlet/disputed")
    assert "Center (US scale)" in press.text("outlet/foreign")
    assert "another country (United States)" in press.text("outlet/foreign")
    assert "Unrated No rating of it that holds today is on file." in press.text("outlet/nobody")
    assert "All ratings No rating that counts today is on file. History" in press.text("outlet/nobody")
    assert re.search("Norway 1 outlet Foreign Center.*United States 2 outlets Disputed .* Nobody Unrated",
                     press.text("outlets"))  # fmt: skip


def test_an_unchanged_ledger_publishes_nothing_and_a_changed_rating_only_what_it_changes(press: Press) -> None:
    press.say(lantern=[rated("A", Lean.LEFT)], beacon=[rated("A", Lean.RIGHT)])
    press.tell("lantern", "beacon")
    press.publish()
    assert press.publish().changed == 0
    press.clock.move(press.clock.now() + timedelta(days=40))
    assert press.publish().changed == 0

    press.say(lantern=[rated("A", Lean.LEAN_LEFT, press.clock.now().date())])

    assert press.changed() == {
        "outlet/lantern/index.html", "outlets/index.html",
        "feeds/outlet/lantern.json", "feeds/outlets.json", "feeds/index.json",
    }  # fmt: skip


def test_a_rating_that_becomes_valid_changes_the_page_on_its_day(press: Press) -> None:
    soon = press.clock.now().date() + timedelta(days=2)
    press.say(lantern=[rated("A", Lean.LEFT, valid_from=soon)])
    press.publish()
    assert "not valid before" in press.text("outlet/lantern")

    press.clock.move(press.clock.now() + timedelta(days=3))

    assert "outlet/lantern/index.html" in press.changed()
    assert "since " in press.text("outlet/lantern")


def test_the_address_of_an_outlet_stays_when_its_only_page_is_gone(press: Press) -> None:
    press.say(lantern=[])
    press.tell("lantern")
    press.publish()
    assert f"story/{STORY}/" in press.html("outlet/lantern")

    press.tell("lantern", version=2, status="withdrawn")
    press.publish()

    assert STORY not in press.html("outlet/lantern")
    assert "No story that can be read here" in press.text("outlet/lantern")


def test_a_renamed_outlet_leads_on_and_keeps_its_history(press: Press) -> None:
    press.say(old=[rated("A", Lean.LEFT)], new=[])
    with press.store.write() as session:
        continue_outlets(session, {"new": [Former("old", date(2027, 1, 1))]}, press.clock.now())
    press.clock.move(press.clock.now() + timedelta(days=1))
    press.about("new", owner="Signal Group")

    press.publish()

    assert 'href="../../outlet/new/index.html"' in press.html("outlet/old")
    assert "Left since 15 Jan 2026" in press.text("outlet/old")
    assert 'href="../../outlet/old/index.html"' in press.html("outlet/new")
    assert "given when it was Old" in press.text("outlet/new")
    assert "owner Signal Group" in press.text("outlet/new")


def test_answered_contests_are_shown_and_open_ones_are_counted(press: Press) -> None:
    press.say(lantern=[rated("A", Lean.LEFT)])
    with press.store.write() as session:
        first = file_contest(
            session, "lantern", "news", "rating-outdated", "It was sold in <b>May</b>.", press.clock.now()
        )
        file_contest(session, "lantern", "news", "other", "Something else is wrong here.", press.clock.now())
        reply = Reply("changed", "We asked the rater again.", quote=True)
        answer(session, first.id, reply, Signed("Ann", "editor"), press.clock.now())

    press.publish()

    text = press.text("outlet/lantern")
    assert "It was sold in &lt;b&gt;May&lt;/b&gt;." in text
    assert "Changed as asked. We asked the rater again." in text
    assert "1 contest waits for an answer." in text
    assert "Something else" not in text
    assert "/contest/lantern" in press.html("outlet/lantern")
    assert [one["outcome"] for one in press.ledger("lantern")["contests"]] == ["changed"]


def test_of_many_past_ratings_and_contests_a_page_shows_the_newest_and_the_data_has_all(press: Press) -> None:
    first = date(2025, 1, 1)
    press.say(lantern=[rated("A", Lean.LEFT, rated_on=first + timedelta(days=n)) for n in range(203)])
    with press.store.write() as session:
        for n in range(52):
            filed = file_contest(
                session, "lantern", "news", "other", f"This is wrong, for the {n}th time.", press.clock.now()
            )
            answer(
                session,
                filed.id,
                Reply("unchanged", f"No, {n}.", quote=True),
                Signed("Ann", "editor"),
                press.clock.now(),
            )

    press.publish()

    text, data = press.text("outlet/lantern"), press.ledger("lantern")
    assert "The newest 200 of 202; all of them are in this outlet’s data" in text
    assert "The newest 50 of 52; all of them are in this outlet’s data" in text
    assert (len(data["ratings"]), len(data["contests"])) == (203, 52)


def test_what_raters_and_outlets_wrote_is_text_and_never_a_way_out(press: Press) -> None:
    bad = "<img src=x onerror=alert(1)>\u202eevil"
    press.say(
        lantern=[
            rated(
                f"{bad}{'W' * 400}", Lean.LEFT, unit="x y\"><script>", url="javascript:alert(1)", raw=bad,
                reason=f"{bad} {'word ' * 2000}", method=bad, attribution=bad, licence=bad,
            )
        ]
    )  # fmt: skip
    press.about("lantern", name=bad, home="javascript:alert(2)", owner=bad)

    press.publish()

    for page in ("outlet/lantern", "outlets"):
        html = press.html(page)
        assert "<img" not in html
        assert "<script" not in html
        assert "javascript:" not in html
        assert "\u202e" not in html
        assert len(html) < 30_000


# --- the files for programs ---


def test_the_files_keep_to_their_schema_and_agree_with_the_page(press: Press) -> None:
    press.say(
        lantern=[rated("A", Lean.LEAN_LEFT), rated("A", Lean.CENTER, date(2026, 3, 1)), rated("B", Lean.LEAN_LEFT)]
    )
    press.tell("lantern")
    press.publish()
    checker = Draft202012Validator(json.loads((press.root / outlet_json.SCHEMA).read_text("utf-8")))
    index, whole = json.loads((press.root / outlet_json.INDEX).read_text("utf-8")), press.ledger("lantern")

    for value in (index, whole):
        assert [error.message for error in checker.iter_errors(value)] == []
    [entry] = index["outlets"]
    news = whole["units"][0]
    assert entry["units"][0]["lean"] == news["lean"]
    assert (entry["url"], entry["data_url"]) == (
        "http://localhost:8000/outlet/lantern/", "http://localhost:8000/feeds/outlet/lantern.json",
    )  # fmt: skip
    assert (news["lean"]["label"], news["lean"]["low"], news["lean"]["families"]) == ("Lean Left", "Left", 2)
    assert [(spell["since"], spell["low"]) for spell in news["history"]] == [
        ("2026-01-15", "Left"),
        ("2026-03-01", "Left"),
    ]
    assert [spell["high"] for spell in news["history"]] == ["Center", "Lean Right"]
    assert {one["rating"] for one in (*news["counted"], *news["not_counted"])} == {
        one["id"] for one in whole["ratings"]
    }


def test_the_index_of_the_feeds_says_where_the_outlets_are(press: Press) -> None:
    press.say(lantern=[rated("A", Lean.LEFT)])
    press.publish()

    index = json.loads((press.root / "feeds" / "index.json").read_text("utf-8"))

    assert index["outlets"]["items"] == 1
    assert index["outlets"]["outlet_url"] == "http://localhost:8000/feeds/outlet/{outlet_key}.json"
    assert [schema["form"] for schema in index["schemas"]] == ["story", "outlet"]


def test_the_schema_in_the_repository_is_that_of_the_models_and_the_docs_name_every_field() -> None:
    assert (Path(__file__).parents[2] / outlet_model.FILE).read_text("utf-8") == outlet_model.schema_text()
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", DOCS))))
    fields = {name for part in outlet_model.outlet_schema()["$defs"].values() for name in part["properties"]}

    assert fields - named == set()
