"""The score of a set of pages with gold, packed or not."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregator.articles.evaluation import evaluate_extraction, token_f1
from aggregator.cli.main import app
from aggregator.errors import ConfigError
from aggregator.setting_sections import ExtractSettings
from tests.articles.test_extraction import PARAGRAPHS, page

HEAD = (
    '<meta name="author" content="Dana Okafor"><meta property="article:published_time" content="2026-10-06T14:05:00Z">'
)


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    rows = [
        {"gold_kind": "full_human", "gold_body": "\n".join(PARAGRAPHS), "gold_title": "Council votes to rebuild levee",
         "gold_authors": ["Dana Okafor"], "gold_date": "2026-10-06", "is_news": True},
        {"gold_kind": "full_site_parser_reviewed", "gold_body": "Something else altogether", "is_news": True},
        {"gold_kind": "full_human", "gold_body": "Not news", "is_news": False},
    ]  # fmt: skip
    lines = [
        {**row, "url": "https://harbor.example/a/b", "html_file": f"html/{n}.html.gz"} for n, row in enumerate(rows)
    ]
    (tmp_path / "pages.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    with tarfile.open(tmp_path / "html.tar", "w") as packed:
        for line in lines:
            data = gzip.compress(page(head=HEAD).html)
            info = tarfile.TarInfo(line["html_file"])  # type: ignore[arg-type]
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return tmp_path


def test_body_title_authors_and_date_are_scored_on_news(gold: Path) -> None:
    found = evaluate_extraction(gold, ExtractSettings())
    assert (found.n, found.pages) == (2, 2)
    scores = found.scores
    assert (scores["body_f1_full_human"], scores["body_f1_full_site_parser_reviewed"]) == (1, 0)
    assert (scores["title"], scores["authors"], scores["date"]) == (1, 1, 1)


def test_the_command_prints_n_and_scores(gold: Path) -> None:
    answer = CliRunner().invoke(app, ["--quiet", "eval", "extract", str(gold), "--json"])
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["n"] == 2
    assert {"body_f1", "title", "authors", "date", "cpu_ms"} <= set(told["scores"])


def test_a_folder_without_a_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        evaluate_extraction(tmp_path, ExtractSettings())


def test_f1_is_of_bags_of_words() -> None:
    assert token_f1("a b c", "c B a") == 1
    assert token_f1("a b", "b c") == 0.5
    assert token_f1("", "a") == 0
