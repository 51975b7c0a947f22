"""`eval gap`: on a labelled archive, and on one's own stories."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from aggregator.errors import ConfigError
from aggregator.sources import ledger
from aggregator.store.gap_tables import GapTest
from aggregator.store.migrate import upgrade
from aggregator.store.story_tables import StoryRow
from aggregator.store.tables import Article, Feed, FeedCheck, Outlet
from aggregator.types import Lean, Rating
from tests.cli.place import Place

#: each article of the story takes one wording of every part, in an order of its own, so that none is a copy of another
BRIDGE = (
    (
        " The council of Westmere has shut the iron bridge over the Tarn.",
        " Westmere's iron bridge is closed to traffic.",
    ),
    (
        " Inspectors found cracks in two main girders.",
        " Two of the bridge's girders have cracks, an inspection showed.",
    ),
    (" Buses are sent round by Oxley until it is mended.", " Bus passengers take the long way through Oxley for now."),
    (" Mayor Ada Holm spoke of two million in costs.", " Repairs will cost two million, says mayor Ada Holm."),
    (" Residents had warned of rust for years.", " Rust had been seen by those who live near the bridge."),
)
ASIDE = " A {0} keeper, {3} {4}, walks past the {1} and the {2} of {5} now and likes it."
EARLIER = (
    "The {0} in {1} was {2} by the {3}, said {4} on Monday. The people of {1} had asked for it since the {5} of {4}, "
    "and the {3} is to meet {4} in {6} next week. What becomes of the {5} is to be told in {6} after the {7}."
)
NOUNS = ["harbour", "school", "hospital", "orchard", "stadium", "library", "airport", "theatre", "prison", "quarry"]
DEEDS = ["sold", "opened", "painted", "flooded", "rebuilt", "visited", "rented", "searched", "photographed", "measured"]
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo"]
NOW = datetime(2026, 10, 10, 6, tzinfo=UTC)
LEFT, RIGHT = [f"left-{n}" for n in range(12)], [f"right-{n}" for n in range(12)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    found.configure("")
    return found


def line(number: int, outlet: str, day: str, title: str, text: str) -> dict[str, Any]:
    return {
        "id": f"g{number}", "outlet": outlet, "lean": outlet.partition("-")[0].title(), "topic": "town", "date": day,
        "title": title, "text": text, "language": "en",
    }  # fmt: skip


def archive(earlier: int) -> list[dict[str, Any]]:
    """So many stories of one outlet each, the sides in turn, and one that twelve of the left told on the last day."""
    dice = Random(7)
    rows = []
    for n in range(earlier):
        names = ["".join(dice.choices(SYLLABLES, k=3)).title() for _ in range(3)]
        nouns = dice.sample(NOUNS, 4)
        words = (nouns[0], names[0], dice.choice(DEEDS), nouns[1], names[1], nouns[2], names[2], nouns[3])
        text = EARLIER.format(*words)
        title = f"{nouns[0].title()} in {names[0]} {dice.choice(DEEDS)}"
        day = date(2025, 11, 20) + timedelta(days=n % 75)  # of two on one day one is of each side
        rows.append(line(n, (LEFT if n % 2 else RIGHT)[n // 2 % 12], f"{day}", title, text))
    for n, outlet in enumerate(LEFT):
        wordings = dice.sample([dice.choice(part) for part in BRIDGE], len(BRIDGE))
        names = ["".join(dice.choices(SYLLABLES, k=3)).title() for _ in range(3)]
        text = "".join(wordings) + ASIDE.format(*dice.sample(NOUNS, 3), *names)
        rows.append(line(1000 + n, outlet, "2026-02-10", f"Iron bridge in Westmere closed: cracks {n}", text))
    return rows


def write(tmp_path: Path, rows: Sequence[dict[str, Any] | str]) -> str:
    file = tmp_path / "gold.jsonl"
    file.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return str(file)


def gold(place: Place, tmp_path: Path, rows: Sequence[dict[str, Any] | str], *options: str) -> Any:
    done = place.look("--now", "2026-03-01", "--quiet", "eval", "gap", write(tmp_path, rows), *options)
    if done.exception is not None:
        raise done.exception
    return done.stdout


@pytest.mark.long
def test_a_labelled_archive_is_clustered_and_each_story_with_sources_enough_is_tested(
    place: Place, tmp_path: Path
) -> None:
    found = json.loads(gold(place, tmp_path, archive(150), "--json"))

    assert (found["articles"], found["outlets"]) == (162, {"left": 12, "right": 12})
    assert found["scores"] == {"enough_sources": 1, "eligible": 1}
    (story,) = found["stories"]
    assert (story["day"], story["topic"], story["k"], story["gap"]) == ("2026-02-11", "town", 0, True)
    assert 8 <= story["n"] <= 12
    assert story["p"] == story["q"] < 0.02
    assert all(title.startswith("Iron bridge in Westmere") for title in story["titles"])


def test_without_history_the_reason_stands_in_the_place_of_p(place: Place, tmp_path: Path) -> None:
    told, found = (gold(place, tmp_path, archive(4), *options) for options in ((), ("--json",)))

    assert "16 articles in " in told
    assert "1 stories with 8 sources that lean, 0 of them tested" in told
    assert re.search(r"2026-02-11 town: 0 of \d+ right, usual 0\.\d\d; \d earlier stories of its topic: Iron b", told)
    (story,) = json.loads(found)["stories"]
    assert (story["p"], story["gap"]) == (1.0, False)
    assert re.fullmatch(r"\d earlier stories of its topic", story["reason"])


ROW = line(1, "left-1", "2026-01-01", "Bridge", "The bridge is closed.")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no line has a lean"),
        ([{**ROW, "lean": None}], "no line has a lean"),
        ([ROW, {**ROW, "id": "g2", "lean": "bright"}], "line 2: 'bright' is no lean .*known: left, lean left"),
        ([ROW, '{"id": '], "line 2 is not JSON"),
        ([ROW, "[1]"], "line 2 holds a list, not an object"),
    ],
)
def test_an_archive_that_cannot_be_tested_is_refused_before_it_is_clustered(
    place: Place, tmp_path: Path, rows: list[dict[str, Any] | str], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        gold(place, tmp_path, rows)


def test_words_for_leans_are_read_in_any_case_and_an_article_is_known_by_its_address_too(
    place: Place, tmp_path: Path
) -> None:
    rows = archive(0)
    for row, lean in zip(rows, ("LEFT", "Lean_Left", "left-center", "Center-Left", *["Centre"] * 8), strict=True):
        row.update(lean=lean, url=f"https://{row['outlet']}.example/{row['id']}")
        del row["id"]

    assert json.loads(gold(place, tmp_path, rows, "--json"))["outlets"] == {"left": 4, "off": 8}


def filled(place: Place, stories: int) -> Place:
    """An instance whose 24 outlets were asked for months, and so many stories of one topic that were looked at."""
    place.data.mkdir()
    store = place.store()
    upgrade(store)
    outlets = (*LEFT, *RIGHT)
    with store.write() as session:
        session.add_all(Outlet(key=key, name=key) for key in outlets)
        session.flush()
        session.add_all(Feed(id=key, url=f"https://{key}.example/feed", outlet_key=key) for key in outlets)
        session.flush()
        session.add_all(FeedCheck(feed_id=key, at=NOW - timedelta(days=90), state="ok", new=3) for key in outlets)
        leans = {key: Lean.LEFT if key in LEFT else Lean.RIGHT for key in outlets}
        said = {key: [Rating("desk", date(2026, 1, 1), label=lean)] for key, lean in leans.items()}
        ledger.record_all(session, said, NOW)
        session.add(
            Article(
                id="a", url="https://left-0.example/a", outlet_key="left-0", origin="feed", entry_sha="x", found_at=NOW,
                order_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        session.add_all(
            StoryRow(
                id=f"s_{n}", founding_article_id="a", made_at=NOW, first_at=NOW, last_at=NOW, size=1, members_sha="x"
            )
            for n in range(stories)
        )
        session.flush()
        dice = Random(3)
        session.add_all(
            GapTest(
                story_id=f"s_{n}", kind="test", day=(NOW - timedelta(days=1 + n % 40)).date(), made_at=NOW,
                state="none", topic="town", content={}, carried=[f"{key}/news" for key in dice.sample(outlets, 10)],
                missing=[],
            )
            for n in range(stories)
        )  # fmt: skip
    store.close()
    return place


def own(place: Place, *options: str) -> str:
    done = place.look("--now", "2026-10-10T06:00:00Z", "--quiet", "eval", "gap", "--shuffles", "10", *options)
    assert done.exit_code == 0
    return done.stdout


def test_own_stories_say_which_limit_keeps_false_alarms_rare_beside_the_one_that_is_set(place: Place) -> None:
    filled(place, 160)

    told, found = own(place), json.loads(own(place, "--json"))

    assert "160 stories of 40 days, 4.0 of them tested a day; labels shuffled 10 times" in told
    assert f"at most 5 % of days: [gap] q = {found['q']:g} (set: 0.08)" in told
    assert (found["n"], found["eligible"]) == (160, 4.0)
    assert found["scores"][f"{found['q']:g}"] <= 0.05


def test_without_history_nothing_is_advised(place: Place) -> None:
    filled(place, 60)

    assert "no story could be tested: that takes 100 stories of a topic and 8 sources that lean" in own(place)
    found = json.loads(own(place, "--json"))
    assert (found["n"], found["scores"], found["q"]) == (60, {}, None)
