"""A story stands on the shelf where its outlets file it, else where its titles point."""

from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from aggregator.stories.topics import NEWS, Topic, Topics, load_topics

CONFIG = Path(__file__).parents[2] / "config"
SHELVES = Topics((
    Topic("politics", "Politics", frozenset({"politics"}), ("senate", "mayor")),
    Topic("health", "Health", frozenset({"health", "medicine"}), ("drug", "a.i. doctor")),
))  # fmt: skip


@pytest.mark.parametrize(
    ("articles", "slug"),
    [
        ([("Politics", "x"), ("politics", "x"), ("health", "x")], "politics"),
        ([(" Medicine ", "x"), ("HEALTH", "x"), ("", "The Senate votes")], "health"),
        ([("", "The Senate votes on the drug"), ("", "Senate passes bill"), ("health", "x")], "politics"),
        ([("health", "x"), ("", "x"), ("", "x")], "health"),
        ([("politics", "x"), ("health", "x")], "politics"),
        ([("gardening", "Roses"), ("", "Tulips")], "news"),
        ([("", "Senators and mayors"), ("", "Drugged")], "news"),
        ([("", "An A.I. doctor opens"), ("", "x")], "health"),
        ([], "news"),
    ],
    ids=["most", "folded", "titles", "plurality", "tie", "none", "whole-words", "punctuation", "empty"],
)
def test_the_topic_of_a_story(articles: list[tuple[str, str]], slug: str) -> None:
    assert SHELVES.of(articles)[0].slug == slug


def test_a_topic_that_is_gone_reads_as_news() -> None:
    assert SHELVES.get("health").name == "Health"
    assert SHELVES.get("weather") is NEWS


def test_a_change_of_sections_changes_the_fingerprint_and_a_change_of_name_does_not() -> None:
    renamed = Topics((Topic("politics", "Polis", frozenset({"politics"}), ("senate", "mayor")), SHELVES.topics[1]))

    assert renamed.fingerprint == SHELVES.fingerprint
    assert Topics(SHELVES.topics[:1]).fingerprint != SHELVES.fingerprint


@pytest.mark.parametrize("folder", [CONFIG, CONFIG / "sample"], ids=["default", "sample"])
def test_the_topics_that_come_with_the_program_are_sound(folder: Path) -> None:
    topics = load_topics(folder).topics

    assert len(topics) >= 7
    assert len({section for topic in topics for section in topic.sections}) == sum(len(t.sections) for t in topics)


def test_no_file_means_no_topics(tmp_path: Path) -> None:
    assert load_topics(tmp_path) == Topics()


@pytest.mark.parametrize(
    ("text", "key", "fix"),
    [
        ('[AI]\nname = "AI"', "AI", "lower-case"),
        ('[ai]\nname = "AI"\nsection = ["x"]', "ai.section", "sections"),
        ('[ai]\nsections = ["x"]', "ai.name", "name"),
        ("ai = 3", "ai", "name"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, key: str, fix: str) -> None:
    (tmp_path / "topics.toml").write_text(text)

    with pytest.raises(ConfigError) as error:
        load_topics(tmp_path)

    assert error.value.key == key
    assert fix in error.value.fix
