"""What repair or an open day does to stories that have pages: readers, feeds and old addresses follow, editors' words
stay."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from aggregator.store.page_tables import PageRow
from aggregator.stories.identity import Named, Past
from aggregator.stories.ids import members_of
from aggregator.stories.known import Known
from aggregator.stories.partition import Partition
from aggregator.stories.record import Computed, record_partition
from aggregator.summarise import actions
from benchmarks.soundness import broken_ids
from pipelines.batch import Instance, run_batch
from tests.newsroom import Replay

pytestmark = pytest.mark.long

#: stages that need no newsroom, but for `cluster`, whose part the test plays
WRITING = ("embed-sentences", "analyse", "summarise", "publish")


@pytest.fixture
def instance(replay: Replay, tmp_path: Path) -> Iterator[Instance]:
    with replay.copied(tmp_path / "data") as copy:
        yield copy


def regroup(instance: Instance, groups: Mapping[str, Sequence[str]], gone: Mapping[str, int]) -> None:
    """A run finds these groups under these ids ("" a new one), into which the stories that are `gone` went; then
    everything is written anew."""
    articles = tuple(tuple(group) for group in groups.values())
    scores = {key: 0.4 for group in articles for key in group}
    found = Partition(articles, Named(tuple(groups), gone), scores, frozenset(scores), (), (), {}, {})
    with instance.store.write() as session:
        computed = Computed(found, (), closes=True, input_sha="test", recipe="test")
        record_partition(session, computed, Past(), Known(instance.settings.index), instance.clock.now())
    assert run_batch(instance, names=WRITING).failure == ""
    with instance.store.read() as session:
        assert not list(broken_ids(session))


def pages(instance: Instance, *words: str) -> list[str]:
    """The pages whose headlines have these words."""
    with instance.store.read() as session:
        rows = session.scalars(select(PageRow).options(undefer(PageRow.content)).order_by(PageRow.id)).all()
        return [next(row.id for row in rows if word in row.content["headline"]) for word in words]


def members(instance: Instance, story: str) -> list[str]:
    with instance.store.read() as session:
        return members_of(session, story)


def item(instance: Instance, page: str) -> dict[str, Any]:
    feed = json.loads((instance.data / "feeds" / "all.json").read_text(encoding="utf-8"))
    return next(one["_story"] for one in feed["items"] if one["_story"]["id"] == page)


def address(instance: Instance, page: str) -> str:
    return (instance.data / "site" / "story" / page / "index.html").read_text(encoding="utf-8")


def test_a_page_that_a_run_merged_is_a_tombstone_and_comes_back_when_a_run_parts_the_stories(
    instance: Instance,
) -> None:
    kept, gone = pages(instance, "arthquake", "Alzheimer")
    one, other = members(instance, kept), members(instance, gone)

    regroup(instance, {kept: [*one, *other]}, {gone: 0})

    assert (item(instance, gone)["status"], item(instance, gone)["merged_into"]) == ("merged", kept)
    assert kept in address(instance, gone)
    assert item(instance, kept)["coverage"]["articles"] > len(one)

    regroup(instance, {kept: one, gone: other}, {})

    assert item(instance, gone)["status"] == item(instance, kept)["status"] == "published"
    assert item(instance, kept)["version"] == 3


def test_a_published_page_from_whose_story_a_run_split_a_part_is_written_anew_from_the_rest(instance: Instance) -> None:
    (page,) = pages(instance, "arthquake")
    articles = members(instance, page)
    half = len(articles) // 2

    regroup(instance, {page: articles[half:], "": articles[:half]}, {})

    assert item(instance, page)["version"] == 2
    assert {one["article_id"] for one in item(instance, page)["sources"]} <= set(articles[half:])


def test_under_a_page_that_an_editor_approved_a_run_only_proposes(instance: Instance) -> None:
    kept, gone = pages(instance, "arthquake", "Alzheimer")
    together = [*members(instance, kept), *members(instance, gone)]
    with instance.store.write() as session:
        actions.act(session, kept, "approve", actor="Ann", reason="checked", clock=instance.clock)

    regroup(instance, {kept: together}, {gone: 0})

    with instance.store.read() as session:
        newest = session.scalars(select(PageRow).where(PageRow.id == kept).order_by(PageRow.version.desc())).first()
        assert newest is not None
        assert (newest.status, newest.version) == ("draft", 3)
    assert item(instance, kept)["version"] == 2
