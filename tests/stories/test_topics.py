"""A story stands on the shelf where its outlets file it, else where its titles point."""

from pathlib import Path

import numpy as np
import pytest

from aggregator.errors import ConfigError
from aggregator.setting_sections import EmbedSettings
from aggregator.stories import prototypes
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
        ('[ai]\nname = " \u202e"', "ai.name", "readers"),
        ("ai = 3", "ai", "name"),
        ('[ai]\nname = "AI"\nprototypes = "x"', "ai.prototypes", "prototypes"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, key: str, fix: str) -> None:
    (tmp_path / "topics.toml").write_text(text)

    with pytest.raises(ConfigError) as error:
        load_topics(tmp_path)

    assert error.value.key == key
    assert fix in error.value.fix


NEAR = {"politics": 0.30, "health": 0.28}


@pytest.mark.parametrize(
    ("articles", "nearness", "slugs"),
    [
        ([("", "x")], NEAR, ["politics", "health"]),
        ([("", "A drug"), ("", "x")], NEAR, ["health", "politics"]),
        ([("", "x")], {"politics": 0.30, "health": 0.2}, ["politics"]),
        ([("health", "x")], {"politics": 0.30, "health": 0.1}, ["health", "politics"]),
        ([("", "x")], {"politics": 0.1, "health": -0.2}, ["news"]),
        ([("", "The Senate on a drug"), ("", "Mayor takes drug")], {}, ["politics", "health"]),
    ],
    ids=["almost-as-near", "named", "clearly-nearer", "filed", "far-from-all", "without-prototypes"],
)
def test_a_story_stands_on_the_nearest_topic_and_on_those_almost_as_near(
    articles: list[tuple[str, str]], nearness: dict[str, float], slugs: list[str]
) -> None:
    assert [topic.slug for topic in SHELVES.of(articles, nearness)] == slugs


def test_no_story_stands_on_more_than_three_topics() -> None:
    many = Topics(tuple(Topic(f"t{n}", "T") for n in range(6)))
    assert len(many.of([("", "x")], {f"t{n}": 0.5 for n in range(6)})) == 3


def test_a_change_of_prototypes_changes_the_fingerprint() -> None:
    assert Topics((Topic("ai", "AI", prototypes=("A model",)),)).fingerprint != Topics((Topic("ai", "AI"),)).fingerprint


def test_prototypes_are_embedded_once_and_without_any_no_model_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    class Ones:
        space = "s"

        def embed(self, texts: list[str]) -> list[list[float]]:
            asked.append(texts)
            return [[1.0, 0.0] if "harbour" in text else [0.0, 1.0] for text in texts]

    monkeypatch.setattr(prototypes, "load_embedder", lambda *_: Ones())
    monkeypatch.setattr(prototypes, "space_of", lambda *_: "s")
    settings = EmbedSettings(threads=7)
    topics = Topics((Topic("port", "Port", prototypes=("A ship", "The harbour")), Topic("ai", "AI")))
    story = np.array([0.6, 0.8], np.float32)

    assert prototypes.nearness(SHELVES, settings, story) == {}
    assert prototypes.nearness(topics, settings, None) == {}
    assert asked == []
    assert prototypes.nearness(topics, settings, story) == {"port": 0.8}
    assert prototypes.nearness(topics, settings, story) == {"port": 0.8}
    assert asked == [["A ship", "The harbour"]]
