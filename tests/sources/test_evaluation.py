"""`eval feeds` counts what is right, here and in feedparser, and says what is not."""

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import ConfigError
from aggregator.sources import evaluation
from aggregator.sources.evaluation import evaluate_feeds

RSS = (
    '<rss version="2.0"><channel><title>A &lt;i&gt;b&lt;/i&gt;</title><item><title>One</title>'
    "<link>/1</link><guid>g1</guid><pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate></item></channel></rss>"
)


def fact(path: list[Any], value: Any, op: str = "eq") -> dict[str, Any]:
    return {"path": path, "op": op, "value": value}


RIGHT = [
    fact(["entries"], 1, "len_eq"),
    fact(["feed", "title"], "A <i>b</i>"),
    fact(["entries", 0, "link"], "/1"),
    fact(["entries", 0, "guid"], "g1"),
    fact(["entries", 0, "published_parsed"], [2004, 1, 1, 19, 48, 21, 3, 1, 0]),
    fact(["entries", 0, "published_utc"], "2004-01-01T19:48:21Z"),
]


def gold(folder: Path, *cases: Mapping[str, Any], packed: bool = False) -> Path:
    lines = "\n".join(json.dumps({"file": "files/a.xml", "source": "feedparser", **case}) for case in cases)
    (folder / "manifest.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    if packed:
        with tarfile.open(folder / "files.tar.gz", "w:gz") as archive:
            member = tarfile.TarInfo("files/a.xml")
            member.size = len(RSS)
            archive.addfile(member, io.BytesIO(RSS.encode()))
    else:
        (folder / "files").mkdir()
        (folder / "files" / "a.xml").write_text(RSS)
    return folder


@pytest.mark.parametrize("packed", [False, True])
def test_right_facts_are_counted_whether_the_files_are_packed_or_not(tmp_path: Path, packed: bool) -> None:
    found = evaluate_feeds(gold(tmp_path, {"facts": RIGHT}, packed=packed))
    assert (found.n, found.scores["facts"], found.scores["crashed"], found.misses) == (6, 1.0, 0, [])


def test_wrong_facts_and_those_that_feedparser_has_wrong_too_are_told_apart(tmp_path: Path) -> None:
    wrong = [fact(["entries", 0, "title"], "Two"), fact(["entries", 3, "title"], "Four")]
    found = evaluate_feeds(gold(tmp_path, {"facts": RIGHT + wrong}, {"source": "other", "facts": wrong}))
    assert (found.n, found.scores["facts"], found.scores["facts_all"]) == (6, 1.0, 0.75)
    assert found.scores["facts_other"] == 0
    assert [(miss.fact.value, miss.found) for miss in found.misses[:2]] == [("Two", "One"), ("Four", None)]


def test_tests_of_sanitising_and_facts_of_other_fields_do_not_count(tmp_path: Path) -> None:
    wrong = {"facts": [fact(["feed", "title"], "?")], "category": "wellformed/sanitize"}
    other = {"facts": [fact(["bozo"], None, "falsy"), fact(["entries", 0, "summary"], "?")]}
    assert evaluate_feeds(gold(tmp_path, wrong, other)).facts.total() == 0


def test_a_reader_that_breaks_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(evaluation, "parse_feed", broken)
    found = evaluate_feeds(gold(tmp_path, {"facts": RIGHT}))
    assert (len(found.crashed), found.scores["facts"]) == (1, 0)


def test_gold_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"manifest\.jsonl\.gz"):
        evaluate_feeds(tmp_path)
    with pytest.raises(ConfigError, match="not there"):
        evaluate_feeds(gold(tmp_path, {"file": "../etc/passwd"}))
