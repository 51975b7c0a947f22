"""What an editor may do to a page, over rows made by hand."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import undefer

from aggregator.clock import Clock
from aggregator.errors import Rejected
from aggregator.publish.export import export_claims, export_pages
from aggregator.store.page_tables import PageRow, PageSlug
from aggregator.store.sessions import Store
from aggregator.store.story_tables import Decision
from aggregator.summarise.actions import act, newest
from aggregator.summarise.page import StoryPage
from aggregator.summarise.versions import EDITOR, MACHINE, save_version, seen_version, slug_of
from aggregator.text import sha256
from tests.publish.site_pages import raw_story

KEY = "s_licence"
ACTIONS = ("hold", "publish", "withdraw", "correct")


def keep(store: Store, clock: Clock, version: int, status: str = "published", by: str = MACHINE, **more: Any) -> None:
    """Store a version of the page as the machine or an editor would."""
    page = StoryPage.model_validate(raw_story(KEY, version=version, status=status, corrections=[], **more))
    with store.write() as session:
        reason = "why" if status == "held" else ""
        save_version(session, page, clock, input_sha=f"evidence {version}", recipe="r", reason=reason, by=by)


def do(store: Store, clock: Clock, kind: str, reason: str = "because", actor: str = "Ann") -> StoryPage:
    with store.write() as session:
        return act(session, KEY, kind, actor=actor, reason=reason, clock=clock)


def seen(store: Store) -> int | None:
    with store.read() as session:
        return seen_version(session, KEY)


def exported(store: Store, status: str = "published") -> list[tuple[str, int, str]]:
    with store.read() as session:
        return [(row["id"], row["version"], row["status"]) for row in export_pages(session, status)]


@pytest.mark.parametrize("kind", ACTIONS)
def test_nobody_decides_about_a_page_that_is_not_there(store: Store, clock: Clock, kind: str) -> None:
    with pytest.raises(Rejected) as error:
        do(store, clock, kind)
    assert error.value.reason == "no-page"


@pytest.mark.parametrize(("actor", "reason"), [("", "why"), (" \n\t", "why"), ("Ann", ""), ("Ann", "\x00 \u200b"[:2])])
@pytest.mark.parametrize("kind", ACTIONS)
def test_a_decision_wants_an_actor_and_a_reason(
    sqlite: Store, clock: Clock, kind: str, actor: str, reason: str
) -> None:
    keep(sqlite, clock, 1)

    with pytest.raises(Rejected) as error:
        do(sqlite, clock, kind, reason, actor)

    assert error.value.reason == "incomplete"
    with sqlite.read() as session:
        assert session.scalars(select(PageRow.version)).all() == [1]
        assert session.scalars(select(Decision.id)).all() == []


def test_a_decision_is_on_record_and_makes_a_version(store: Store, clock: Clock) -> None:
    keep(store, clock, 1)
    clock.move(clock.now() + timedelta(hours=1))

    page = do(store, clock, "correct", "  The vote was\n7-2. ")

    assert (page.version, page.status) == (2, "corrected")
    assert [(one.kind, one.note) for one in page.corrections] == [("correction", "The vote was 7-2.")]
    with store.read() as session:
        row = newest(session, KEY)
        assert row is not None
        assert (row.version, row.made_by, row.reason, row.input_sha) == (2, EDITOR, "The vote was 7-2.", "evidence 1")
        assert row.sha256 == sha256(json.dumps(page.as_json(), sort_keys=True, ensure_ascii=False))
        assert row.content["updated_at"] == "2026-10-10T13:00:00Z"
        decision = session.scalars(select(Decision)).one()
    assert (decision.actor, decision.kind, decision.subjects) == ("Ann", "correct", [KEY])
    assert decision.payload == {"version": 2, "before": 1}


@pytest.mark.parametrize("kind", ["hold", "correct", "withdraw"])
def test_of_a_withdrawn_page_only_publishing_is_left(sqlite: Store, clock: Clock, kind: str) -> None:
    keep(sqlite, clock, 1)
    do(sqlite, clock, "withdraw")

    with pytest.raises(Rejected) as error:
        do(sqlite, clock, kind)

    assert error.value.reason == "ended"
    assert do(sqlite, clock, "publish").status == "published"


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_merged_page_is_at_its_end(sqlite: Store, clock: Clock, kind: str) -> None:
    keep(sqlite, clock, 1, "merged", merged_into="s_other")

    with pytest.raises(Rejected) as error:
        do(sqlite, clock, kind)

    assert error.value.reason == "ended"


def test_older_versions_stay_as_they_were(store: Store, clock: Clock) -> None:
    keep(store, clock, 1)
    before = rows(store)

    for kind in ("correct", "hold", "publish", "withdraw"):
        do(store, clock, kind)

    after = rows(store)
    assert after[:1] == before
    assert [row["version"] for row in after] == [1, 2, 3, 4, 5]
    assert [row["status"] for row in after] == ["published", "corrected", "held", "published", "withdrawn"]


def test_a_version_that_the_machine_holds_back_leaves_the_older_one_to_readers(store: Store, clock: Clock) -> None:
    keep(store, clock, 1)
    keep(store, clock, 2, "held")

    assert seen(store) == 1
    assert exported(store) == [(KEY, 1, "published")]
    assert exported(store, "any") == [(KEY, 2, "held")]
    with store.read() as session:
        assert {(row["page_id"], row["version"]) for row in export_claims(session)} == {(KEY, 1)}


def test_while_an_editor_holds_a_page_readers_see_no_version(store: Store, clock: Clock) -> None:
    keep(store, clock, 1)
    do(store, clock, "hold")
    keep(store, clock, 3, "held", EDITOR)

    assert seen(store) is None
    assert exported(store) == []
    assert exported(store, "any") == [(KEY, 3, "held")]
    assert do(store, clock, "publish").version == 4
    assert exported(store) == [(KEY, 4, "published")]


def test_a_correction_lets_out_nothing_that_an_editor_holds(sqlite: Store, clock: Clock) -> None:
    keep(sqlite, clock, 1)
    do(sqlite, clock, "hold", "under review")

    with pytest.raises(Rejected, match="under review") as error:
        do(sqlite, clock, "correct")

    assert error.value.reason == "held"
    assert seen(sqlite) is None


def test_a_correction_is_of_what_readers_see_and_not_of_what_the_machine_holds_back(store: Store, clock: Clock) -> None:
    keep(store, clock, 1)
    keep(store, clock, 2, "held", headline="A headline that breaks a rule")

    page = do(store, clock, "correct")

    assert (page.version, page.status, page.headline) == (3, "corrected", raw_story()["headline"])
    with store.read() as session:
        row = newest(session, KEY)
    assert row is not None
    assert row.input_sha == "evidence 2"  # of the newest, so that the machine does not try the same again
    assert seen(store) == 3


def test_a_page_that_readers_never_saw_cannot_be_corrected(sqlite: Store, clock: Clock) -> None:
    keep(sqlite, clock, 1, "held")

    with pytest.raises(Rejected) as error:
        do(sqlite, clock, "correct")

    assert error.value.reason == "held"


def test_a_slug_is_remembered_once_however_often_it_is_used(sqlite: Store, clock: Clock) -> None:
    keep(sqlite, clock, 1)
    keep(sqlite, clock, 2, url=f"https://news.example.org/story/{KEY}/another")
    keep(sqlite, clock, 3)

    with sqlite.read() as session:
        assert sorted(session.scalars(select(PageSlug.slug))) == ["another", "council-votes-to-license-open-weights"]


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("Council Votes 7-2 to License Weights", "council-votes-7-2-to-license-weights"),
        ("Åse Bjørnstad’s “plan” for Malmö", "ase-bjrnstads-plan-for-malmo"),
        ("Don't panic", "dont-panic"),
        ("", "story"),
        ("東京で会議", "story"),
        ("!!! ???", "story"),
        ("../../etc/passwd\x00?#", "etc-passwd"),
        ("x" * 500, "story"),
        ("word " * 100, "-".join(["word"] * 16)),
    ],
)
def test_a_slug_is_the_plain_words_of_a_headline(headline: str, slug: str) -> None:
    assert slug_of(headline) == slug


@given(st.text(max_size=400))
def test_any_headline_gives_a_short_slug_that_is_safe_in_an_address(headline: str) -> None:
    slug = slug_of(headline)

    assert 0 < len(slug) <= 80
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug.strip("-").replace("--", "-") == slug
    assert slug_of(slug) == slug


def rows(store: Store) -> list[dict[str, Any]]:
    """Every column of every version."""
    with store.read() as session:
        found = session.scalars(select(PageRow).options(undefer(PageRow.content)).order_by(PageRow.version)).all()
        return [{name: getattr(row, name) for name in PageRow.__table__.columns.keys()} for row in found]  # noqa: SIM118


def test_what_is_done_already_is_not_done_again(sqlite: Store, clock: Clock) -> None:
    keep(sqlite, clock, 1)

    with pytest.raises(Rejected, match="published already"):
        do(sqlite, clock, "publish")
    do(sqlite, clock, "hold")
    with pytest.raises(Rejected, match="held already"):
        do(sqlite, clock, "hold")

    assert [row["version"] for row in rows(sqlite)] == [1, 2]
