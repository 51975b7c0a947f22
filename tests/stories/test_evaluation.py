"""The real stages with the real model over a small archive: made-up towns, three events, one article that is alone."""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregator.errors import ConfigError
from aggregator.setting_sections import ClusterSettings
from aggregator.settings import Settings
from aggregator.stories.background import Frequencies
from aggregator.stories.baselines import baselines
from aggregator.stories.evaluation import Evaluation, GoldOptions, evaluate_clusters
from aggregator.stories.score import Features

NOW = datetime(2026, 11, 1, tzinfo=UTC)

STORIES = {
    "bridge": (
        "2024-03-01",
        [
            "Westmere closes its iron bridge|The council of Westmere closed the old iron bridge over the Tarn after "
            "inspectors found cracks in two of its main girders. Buses take the long way by Oxley for now.",
            "Cracks found in Westmere's iron bridge|Inspectors found cracks in two girders of the iron bridge over the "
            "Tarn, and Westmere's council closed the bridge to all traffic. Buses are sent round by Oxley.",
            "Iron bridge over the Tarn shut|The iron bridge in Westmere is shut: two of its main girders have cracks, "
            "inspectors told the council. Drivers and buses have to cross the Tarn at Oxley.",
        ],
    ),
    "vaccine": (
        "2024-03-02",
        [
            "Regulator approves malaria vaccine Pelovax|The medicines regulator approved Pelovax, a malaria vaccine "
            "for infants, after a trial with nine thousand children in which infections fell by three quarters.",
            "Malaria vaccine Pelovax gets approval|Pelovax, a vaccine against malaria, may be given to infants, the "
            "medicines regulator decided. In a trial of nine thousand children infections fell by three quarters.",
            "Infants may get the Pelovax malaria jab|A malaria vaccine for infants named Pelovax was approved by the "
            "medicines regulator on the strength of a trial in nine thousand children.",
        ],
    ),
    "final": (
        "2024-03-05",
        [
            "Harlow Rovers win the cup final on penalties|Harlow Rovers beat Dunmore United on penalties in the cup "
            "final before seventy thousand spectators; goalkeeper Ines Calder saved three of five shots.",
            "Calder saves three penalties as Rovers lift the cup|Goalkeeper Ines Calder saved three penalties and "
            "Harlow Rovers beat Dunmore United in the cup final after a goalless extra time.",
            "Dunmore United lose cup final to Harlow Rovers|Dunmore United lost the cup final on penalties to Harlow "
            "Rovers, whose goalkeeper Ines Calder saved three shots before seventy thousand spectators.",
        ],
    ),
}
ALONE = "Lighthouse keeper retires|Joss Penrose, who kept the lighthouse on Gull Rock for forty years, has retired."
NOISE = "Horoscope for the week|Taurus should not sign anything on Wednesday; Leo meets an old friend at the harbour."


def row(number: int, text: str, day: str, **more: Any) -> dict[str, Any]:
    title, body = text.split("|")
    return {"id": f"n{number}", "title": title, "text": body, "published_at": f"{day}T09:00:00Z", **more}


def rows() -> list[dict[str, Any]]:
    labelled = [(name, day, text) for name, (day, texts) in STORIES.items() for text in texts]
    found = [row(n, text, day, story_id=name) for n, (name, day, text) in enumerate(labelled)]
    return [*found, row(90, ALONE, "2024-03-03"), row(91, NOISE, "2024-03-03", story_id="bridge", noise=True)]


def write(file: Path, content: Sequence[dict[str, Any]]) -> Path:
    data = "".join(json.dumps(line) + "\n" for line in content).encode()
    file.write_bytes(gzip.compress(data) if file.suffix == ".gz" else data)
    return file


def evaluate(gold: Path, **options: Any) -> Evaluation:
    return evaluate_clusters(gold, Settings(), GoldOptions(**options), NOW)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    return evaluate(write(tmp_path_factory.mktemp("gold") / "gold.jsonl", rows()))


def test_clear_stories_score_full_marks(whole: Evaluation) -> None:
    names = ("b3_precision", "b3_recall", "b3_f1", "b3_f1_low", "b3_f1_high", "pairwise_f1", "story_count_ratio")
    assert whole.scores == {**dict.fromkeys(names, 1.0), "unplaced": 0.0}


def test_lines_without_a_story_run_along_and_noise_is_left_out(whole: Evaluation) -> None:
    assert (whole.n, whole.articles) == (9, 10)


def test_each_step_is_timed(whole: Evaluation) -> None:
    assert list(whole.seconds) == ["import", "embed", "cluster"]


def test_a_folder_is_searched_for_its_stream_and_dates_may_be_withheld(tmp_path: Path) -> None:
    write(tmp_path / "stream.jsonl.gz", rows())
    # all are published at one moment then: only the texts tell the stories apart
    undated = evaluate(tmp_path, with_dates=False)
    assert (undated.n, undated.articles) == (9, 10)
    assert undated.scores["b3_f1"] == 1.0


def test_only_articles_from_a_day_on_are_taken(tmp_path: Path) -> None:
    undated = [{key: value for key, value in rows()[0].items() if key != "published_at"}]
    gold = write(tmp_path / "gold.jsonl", [*rows()[1:], *undated])
    late = evaluate(gold, since=datetime(2024, 3, 3, tzinfo=UTC))
    assert (late.n, late.articles, late.scores["b3_f1"]) == (3, 4, 1.0)


def test_stories_may_be_counted_as_one(tmp_path: Path) -> None:
    half = {**rows()[6], "story_id": "final, told again"}
    gold = write(tmp_path / "gold.jsonl", [half, *rows()[7:9]])
    assert evaluate(gold).scores["b3_precision"] < 1
    assert evaluate(gold, merged={"final, told again": "final"}).scores["b3_f1"] == 1.0


def test_nothing_labelled_is_nothing_scored_and_rejected_lines_are_passed_over(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", [{"id": "no text", "story_id": "s"}])
    found = evaluate(gold)
    assert (found.n, found.articles, found.skipped, found.scores) == (0, 0, 1, {})


@pytest.mark.parametrize(("line", "words"), [("{", "line 2 is not JSON"), ("[]", "line 2 holds a list")])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str, words: str) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text("{}\n" + line + "\n")
    with pytest.raises(ConfigError, match=words) as caught:
        evaluate(gold)
    assert caught.value.file == gold


def test_a_folder_without_gold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"neither stream\.jsonl\.gz nor articles\.jsonl\.gz"):
        evaluate(tmp_path)


def test_scores_are_broken_down_by_size_and_the_worst_stories_are_listed_by_title(tmp_path: Path) -> None:
    other = [{**row, "story_id": "elsewhere"} for row in rows()[:1]]
    found = evaluate(write(tmp_path / "gold.jsonl", [*other, *rows()[1:9]]))
    assert {size: row["n"] for size, row in found.sizes.items()} == {"1": 1, "2": 2, "3-5": 6}
    assert [(wrong.how, wrong.parts) for wrong in found.worst] == [("mixed", (2, 1))]
    assert "Westmere closes its iron bridge" in found.worst[0].titles


def test_simpler_methods_are_scored_on_the_same_articles(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", rows())
    found = evaluate_clusters(gold, Settings(), GoldOptions(), NOW, with_baselines=True)
    assert set(found.baselines) == {"tfidf_average_link", "tfidf_average_link_decay", "dense_threshold", "hdbscan"}
    assert found.baselines["tfidf_average_link_decay"]["b3_f1"] == 1.0


def test_every_yardstick_copes_with_stories_of_many_shapes() -> None:
    chance = np.random.default_rng(3)
    vectors = chance.normal(size=(20, 16)).repeat(chance.integers(1, 9, 20), axis=0)
    vectors += chance.normal(size=vectors.shape) / 4
    dense = list((vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))
    ids = [str(number) for number in range(len(dense))]
    words = [{f"word{number // 4}": 3, f"other{number}": 1} for number in range(len(dense))]
    features = Features.of(words, dense, [None] * len(dense), Frequencies({}, 0))
    found = baselines(ids, features, {key: str(int(key) // 4) for key in ids}, ClusterSettings())
    assert all(0 < row["b3_f1"] <= 1 for row in found.values())


def test_one_article_alone_has_no_yardsticks_and_too_many_are_refused_before_they_are_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = write(tmp_path / "gold.jsonl", rows()[:1])
    assert evaluate_clusters(gold, Settings(), GoldOptions(), NOW, with_baselines=True).baselines == {}
    monkeypatch.setattr("aggregator.stories.evaluation.MOST", 0)
    with pytest.raises(ConfigError, match="1 articles: the baselines compare all pairs"):
        evaluate_clusters(gold, Settings(), GoldOptions(), NOW, with_baselines=True)


def test_a_date_that_is_none_is_named_with_its_line_when_only_later_articles_are_asked_for(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", [rows()[0], {**rows()[1], "published_at": "2024-13-01"}])
    with pytest.raises(ConfigError, match="line 2: '2024-13-01' is not a date"):
        evaluate(gold, since=datetime(2024, 3, 1, tzinfo=UTC))
