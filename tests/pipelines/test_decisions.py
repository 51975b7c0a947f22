"""What editors decide holds in every later run, and is seen in stories, pages, site and feeds."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from aggregator.errors import Rejected
from aggregator.store.page_tables import PageRow
from aggregator.store.story_tables import Decision, Membership, StoryRow
from aggregator.stories.decisions import about
from aggregator.stories.editing import By, StoryEditor
from aggregator.stories.ids import members_of
from aggregator.summarise import actions
from aggregator.summarise.edits import Broken
from aggregator.summarise.standing import standing
from aggregator.summarise.versions import EDITOR, MACHINE, seen_version
from aggregator.summarise.write import copy_limits
from pipelines.batch import Instance, run_batch
from tests.newsroom import Replay

ANN = {"actor": "Ann", "reason": "as the sources say"}
BY = By("Ann", "editor", "as the sources say")
#: stages that need no newsroom
WRITING = ("cluster", "embed-sentences", "analyse", "summarise", "publish")
QUAKE_DEK = (
    "An earthquake off the coast of East Corran injured 14 people in Port Amity, whose mayor, Teresa Blackwood, said:"
    " “We were lucky in the hour and lucky in the depth”."
)


@pytest.fixture
def instance(replay: Replay, tmp_path: Path) -> Iterator[Instance]:
    with replay.copied(tmp_path / "data") as copy:
        yield copy


def run(instance: Instance) -> None:
    assert run_batch(instance, names=WRITING).failure == ""


def page_about(instance: Instance, words: str) -> str:
    """The id of the page whose headline has these words."""
    with instance.store.read() as session:
        rows = session.scalars(select(PageRow).options(undefer(PageRow.content)).order_by(PageRow.id)).all()
        return next(row.id for row in rows if words in row.content["headline"])


def versions(instance: Instance, page: str) -> list[tuple[str, str]]:
    with instance.store.read() as session:
        rows = session.scalars(select(PageRow).where(PageRow.id == page).order_by(PageRow.version))
        return [(row.status, row.made_by) for row in rows]


def item(instance: Instance, page: str) -> dict[str, Any]:
    """The page as the feed of all stories has it."""
    feed = json.loads((instance.data / "feeds" / "all.json").read_text(encoding="utf-8"))
    return next((one["_story"] for one in feed["items"] if one["_story"]["id"] == page), {})


def members(instance: Instance, story: str) -> list[str]:
    with instance.store.read() as session:
        return members_of(session, story)


def address(instance: Instance, page: str) -> str:
    return (instance.data / "site" / "story" / page / "index.html").read_text(encoding="utf-8")


def edit(instance: Instance, page: str, text: str, version: int | None = None) -> None:
    with instance.store.write() as session:
        limits = copy_limits(instance.settings)
        actions.edit(session, page, "dek", text, **ANN, clock=instance.clock, limits=limits, version=version)


def act(instance: Instance, page: str, kind: str) -> None:
    with instance.store.write() as session:
        actions.act(session, page, kind, **ANN, clock=instance.clock)


def undo(instance: Instance, number: int) -> None:
    with instance.store.write() as session:
        actions.undo(session, number, **ANN, clock=instance.clock)


def grow(instance: Instance, page: str) -> None:
    """Evidence changes: an article of another story is moved in."""
    with instance.store.write() as session:
        story = session.scalars(
            select(StoryRow.id).where(StoryRow.size > 1, StoryRow.id != page).order_by(StoryRow.size.desc())
        ).first()
        assert story is not None
        StoryEditor(session, instance.clock, BY).move(members_of(session, story)[:1], page)


def approved_draft(instance: Instance, page: str) -> None:
    """The first version of a page as a draft that an editor approves, and the run that publishes it."""
    with instance.store.write() as session:
        row = session.get_one(PageRow, (page, 1), options=[undefer(PageRow.content)])
        row.status = "draft"
        row.content = {**row.content, "status": "draft"}
    act(instance, page, "approve")
    run(instance)


def test_a_merged_page_becomes_a_tombstone_that_leads_to_the_other(instance: Instance) -> None:
    quake, drug = page_about(instance, "arthquake"), page_about(instance, "Alzheimer")
    with instance.store.write() as session:
        merge = StoryEditor(session, instance.clock, BY).merge([quake, drug])
    kept, gone = merge.subjects

    run(instance)

    assert item(instance, gone)["status"] == "merged"
    assert item(instance, gone)["merged_into"] == kept
    assert kept in address(instance, gone)
    assert {one["article_id"] for one in item(instance, kept)["sources"]} <= set(members(instance, kept))

    with instance.store.write() as session:
        StoryEditor(session, instance.clock, BY).undo(merge.id)
    run(instance)

    assert item(instance, gone)["status"] == "published"
    assert item(instance, kept)["status"] == "published"


def test_a_tombstone_follows_its_story_through_later_merges(instance: Instance) -> None:
    first, second, third = (page_about(instance, words) for words in ("Alzheimer", "arthquake", "Saltmarsh"))
    with instance.store.write() as session:
        StoryEditor(session, instance.clock, BY).merge([first, second])
    run(instance)
    with instance.store.write() as session:
        kept = StoryEditor(session, instance.clock, BY).merge([first, third]).subjects[0]

    run(instance)

    ended = {page for page in (first, second, third) if page != kept}
    assert {item(instance, page)["merged_into"] for page in ended} == {kept}


def test_a_page_whose_story_is_left_too_small_is_withdrawn_and_says_why(instance: Instance) -> None:
    with instance.store.write() as session:
        small = select(StoryRow.id).join(PageRow, PageRow.id == StoryRow.id).where(StoryRow.size == 3)
        page = session.scalars(small.order_by(StoryRow.id)).first()
        assert page is not None
        split = StoryEditor(session, instance.clock, BY).split(page, members_of(session, page)[:1])

    run(instance)

    assert item(instance, page)["status"] == "withdrawn"
    assert "too little" in item(instance, page)["corrections"][-1]["note"]

    with instance.store.write() as session:
        StoryEditor(session, instance.clock, BY).undo(split.id)
    run(instance)

    assert item(instance, page)["status"] == "published"


def test_after_an_edit_the_machine_only_proposes(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    edit(instance, page, QUAKE_DEK)
    run(instance)
    assert item(instance, page)["dek"][0]["text"] == QUAKE_DEK
    assert item(instance, page)["provenance"]["edited"] == ["dek"]

    grow(instance, page)
    run(instance)

    assert versions(instance, page)[-1] == ("draft", MACHINE)
    seen = item(instance, page)
    assert seen["version"] == 2
    assert seen["dek"][0]["text"] == QUAKE_DEK


def test_a_proposal_keeps_what_the_editor_wrote_and_goes_out_when_approved(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    edit(instance, page, QUAKE_DEK)
    grow(instance, page)
    run(instance)

    act(instance, page, "approve")
    assert versions(instance, page)[-1] == ("approved", EDITOR)
    run(instance)

    seen = item(instance, page)
    assert (seen["version"], seen["status"]) == (5, "published")
    assert seen["dek"][0]["text"] == QUAKE_DEK
    assert seen["provenance"]["reviewed"] is True
    assert seen["provenance"]["reviewed_by_role"] == "operator"


@pytest.mark.parametrize(
    ("dek", "complaint"),
    [
        ("The mayor of Port Amity, Teresa Blackwood, said: “It was a hoax”.", "in none of the passages"),
        ("A magnitude 9.9 earthquake injured 14 people in Port Amity, East Corran.", "'9.9'"),
        ("A magnitude 6.1 earthquake injured 14 people in Port Amity, Zanzibar Republic.", "Zanzibar"),
        ("Someone said “We were lucky in the hour and lucky in the depth”.", "has no speaker"),
        ("Bananas ripen quicker beside apples.", "no passage"),
        ("Port Amity bananas ripen quicker beside green apples and pears.", "content words"),
        ("An earthquake “struck Port Amity and injured 14 people.", "without its partner"),
        ("", "characters"),
        ("word " * 2_000, "characters"),
    ],
)
def test_the_validator_refuses_an_edit_that_the_sources_do_not_bear_out(
    instance: Instance, dek: str, complaint: str
) -> None:
    page = page_about(instance, "arthquake")

    with pytest.raises(Broken, match=complaint):
        edit(instance, page, dek)

    assert versions(instance, page) == [("published", MACHINE)]


def test_a_stale_edit_is_refused(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    edit(instance, page, QUAKE_DEK, version=1)

    with pytest.raises(Rejected) as error:
        edit(instance, page, QUAKE_DEK, version=1)

    assert error.value.reason == "stale"


def test_undoing_an_edit_gives_readers_the_machines_words_again(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    before = item(instance, page)["dek"]
    edit(instance, page, QUAKE_DEK)
    run(instance)

    undo(instance, 1)
    run(instance)

    assert item(instance, page)["dek"] == before
    assert item(instance, page)["provenance"]["edited"] == []


@pytest.mark.parametrize("kind", ["hold", "withdraw", "correct"])
def test_undoing_gives_readers_back_what_they_saw(instance: Instance, kind: str) -> None:
    page = page_about(instance, "arthquake")
    before = {name: value for name, value in item(instance, page).items() if name not in ("version", "updated_at")}
    act(instance, page, kind)
    run(instance)

    undo(instance, 1)
    run(instance)

    after = {name: value for name, value in item(instance, page).items() if name not in ("version", "updated_at")}
    assert after == before


def test_under_review_nothing_goes_out_before_an_editor_says_so(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    topic = item(instance, page)["topic"]["slug"]
    publish = instance.settings.publish.model_copy(update={"topics": {topic: "review"}})
    reviewed = Instance(
        instance.settings.model_copy(update={"publish": publish}),
        instance.store,
        instance.clock,
        instance.data,
        instance.outlets,
        instance.topics,
    )
    with instance.store.write() as session:
        parts = StoryEditor(session, instance.clock, BY)
        taken = members_of(session, page)[:1]
        parts.move(taken, page_about(instance, "Saltmarsh"))
        assert session.get_one(Membership, taken[0]).story_id != page
    run(reviewed)

    assert versions(instance, page) == [("published", MACHINE), ("draft", MACHINE)]
    assert item(instance, page)["version"] == 1

    act(instance, page, "publish")
    run(reviewed)

    assert item(instance, page)["version"] == 3


def test_a_first_page_that_was_approved_and_taken_back_is_not_seen(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    approved_draft(instance, page)
    assert item(instance, page)["version"] == 3

    undo(instance, 1)

    with instance.store.read() as session:
        assert seen_version(session, page) is None


def test_a_topic_and_a_lock_hold_in_later_runs(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    with instance.store.write() as session:
        StoryEditor(session, instance.clock, BY).set_topic(page, "politics")

    run(instance)

    assert item(instance, page)["topic"]["slug"] == "politics"


@pytest.mark.parametrize(("kind", "status"), [("hold", None), ("withdraw", "withdrawn")])
def test_a_hold_and_a_withdrawal_stand_through_a_merge_that_is_undone(
    instance: Instance, kind: str, status: str | None
) -> None:
    pages = [page_about(instance, "arthquake"), page_about(instance, "Alzheimer")]
    with instance.store.read() as session:
        made = {key: session.get_one(StoryRow, key).made_at for key in pages}
    gone = max(pages, key=made.__getitem__)  # the younger one goes into the other
    act(instance, gone, kind)
    run(instance)
    with instance.store.write() as session:
        merge = StoryEditor(session, instance.clock, BY).merge(pages)
    assert merge.subjects[1] == gone
    run(instance)

    with instance.store.write() as session:
        StoryEditor(session, instance.clock, BY).undo(merge.id)
    run(instance)

    assert item(instance, gone).get("status") == status


def test_a_hold_stands_when_a_story_shrank_and_grew_again(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    act(instance, page, "hold")
    with instance.store.write() as session:
        removal = StoryEditor(session, instance.clock, BY).remove(members_of(session, page)[1:])
    run(instance)

    with instance.store.write() as session:
        StoryEditor(session, instance.clock, BY).undo(removal.id)
    run(instance)

    assert versions(instance, page)[-1] == ("held", EDITOR)
    assert item(instance, page) == {}


def test_what_was_taken_back_is_not_seen_when_the_machine_writes_again(instance: Instance) -> None:
    page = page_about(instance, "arthquake")
    approved_draft(instance, page)
    undo(instance, 1)
    edit(instance, page, QUAKE_DEK)
    undo(instance, 3)

    with instance.store.read() as session:
        assert seen_version(session, page) is None


def test_whether_readers_see_a_page_follows_from_the_decisions_that_stand(instance: Instance) -> None:
    chance = random.Random(3)
    with instance.store.read() as session:
        pages = list(session.scalars(select(PageRow.id).distinct().order_by(PageRow.id)))[:4]
    taken = 0
    for _ in range(80):
        try:
            with instance.store.write() as session:
                if chance.random() < 0.3:
                    number = chance.choice(list(session.scalars(select(Decision.id))) or [0])
                    actions.undo(session, number, **ANN, clock=instance.clock)
                else:
                    kind = chance.choice(["hold", "publish", "withdraw", "correct", "approve"])
                    actions.act(session, chance.choice(pages), kind, **ANN, clock=instance.clock)
            taken += 1
        except Rejected:
            continue
        if taken % 15 == 0:
            run(instance)
    run(instance)

    assert taken > 30
    for page in pages:
        with instance.store.read() as session:
            stands = standing(about(session, page))
            version = seen_version(session, page)
            status = session.get_one(PageRow, (page, version)).status if version else "held"
        expected = {"withdrawn"} if stands.withdrawn else {"held"} if stands.hold else {"published", "corrected"}
        assert status in expected
