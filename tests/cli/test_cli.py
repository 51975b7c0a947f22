"""The command line as an operator meets it: exit codes, streams, and what is written.

Processes of their own where that matters; commands that only look at something run in this one, which is quicker.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import func, select
from typer.testing import CliRunner

from aggregator.cli.main import app
from aggregator.errors import ConfigError
from aggregator.resources import resource
from aggregator.store.instance import DATABASE
from aggregator.store.sessions import Store
from aggregator.store.story_tables import EmbeddingRow
from aggregator.store.tables import Attempt
from aggregator.stories import embedding
from aggregator.stories.embedding import PACKAGED, load_embedder
from pipelines.lock import run_lock
from tests.cli.place import ROOT, WIDE, Place

BRIDGE = (
    "The council of Westmere closed the old iron bridge over the Tarn after inspectors found cracks in its girders."
)
VACCINE = "The medicines regulator approved Pelovax, a malaria vaccine for infants, after a trial with many children."
LINES = [
    {"url": "https://www.lantern.example/bridge", "title": "Iron bridge shut", "text": BRIDGE, "outlet": "The Lantern"},
    {"url": "https://beacon.example/1", "title": "Westmere closes bridge", "text": BRIDGE, "outlet": "The Beacon"},
    {"id": 17, "title": "Pelovax approved", "text": VACCINE, "outlet": "The Beacon"},
]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An instance without settings and outlets, and without a database yet."""
    found = Place(tmp_path)
    found.configure()
    return found


@pytest.fixture
def made(place: Place, sqlite_template: bytes) -> Place:
    """An instance with an empty database."""
    place.data.mkdir()
    (place.data / DATABASE).write_bytes(sqlite_template)
    return place


def jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


# from nothing to stories: one instance that several tests look at


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, dict[str, "subprocess.CompletedProcess[str]"]]:
    """A configuration by `init`, three imported articles, one run; and what each command said."""
    place = Place(tmp_path_factory.mktemp("first"))
    archive = place.config.parent / "small.jsonl"
    archive.write_text(jsonl(LINES) + '{"text": 3}\n')
    return place, {
        "init": place.run("init", str(place.config)),
        "import": place.run("import", str(archive)),
        "run": place.run("--log-json", "run", "--report", str(place.config.parent / "report.json")),
    }


First = tuple[Place, dict[str, "subprocess.CompletedProcess[str]"]]


def test_init_writes_the_default_configuration_and_run_accepts_it(first: First) -> None:
    place, said = first
    assert said["init"].returncode == said["run"].returncode == 0
    assert str(place.config / "outlets.toml") in said["init"].stdout
    for name in ("pipeline.toml", "outlets.toml"):
        assert (place.config / name).read_bytes() == (resource("config") / name).read_bytes()


def test_init_leaves_a_directory_that_holds_something_alone(first: First) -> None:
    place, _ = first
    done = place.run("init", str(place.config))
    assert done.returncode == 2
    assert str(place.config) in done.stderr


def test_an_import_says_what_it_took_and_why_not_the_rest(first: First) -> None:
    done = first[1]["import"]
    assert done.returncode == 0
    assert done.stdout == "import: 4 lines, 3 new, 0 changed, 0 known already, 1 rejected\n"
    assert done.stderr == "line 4: bad-text: text is a int, not a text\n"


def test_results_go_to_stdout_and_logs_to_stderr_as_json_if_asked(first: First) -> None:
    done = first[1]["run"]
    assert done.stdout.startswith("run 20")
    assert done.stdout.count("\n") == 1
    assert "embed 3, cluster " in done.stdout
    logs = [json.loads(line) for line in done.stderr.splitlines()]
    assert [log["stage"] for log in logs if log["event"] == "stage"] == [
        *(
            "poll",
            "fetch",
            "extract",
            "embed",
            "cluster",
            "thread",
            "embed-sentences",
            "analyse",
            "summarise",
            "publish",
        ),
    ]
    assert all({"timestamp", "level", "event"} <= set(log) for log in logs)
    assert all("run" in log for log in logs if log["event"] == "stage")


def test_a_report_holds_the_batch_as_json(first: First) -> None:
    (batch,) = json.loads((first[0].config.parent / "report.json").read_text())
    assert batch["stages"]["embed"]["ok"] == 3
    assert batch["totals"] == {"articles": 3, "documents": 3, "placed": 3, "stories": 2, "pages": 0}
    assert (batch["exit_code"], batch["failed_items"], batch["failure"]) == (0, 0, "")


def test_stories_come_out_as_json_lines(first: First) -> None:
    done = first[0].look("export", "stories")
    stories = {len(row["articles"]): row for row in map(json.loads, done.stdout.splitlines())}
    assert stories[2]["outlets"] == ["The Beacon", "The Lantern"]
    assert stories[2]["by_lean"] == {"Unrated": 2}
    assert stories[1]["title"] == "Pelovax approved"
    assert done.stderr == ""


def test_articles_come_out_with_their_texts_if_asked(first: First) -> None:
    rows = [json.loads(line) for line in first[0].look("export", "articles", "--with-text").stdout.splitlines()]
    assert sorted(row["text"] for row in rows) == sorted((BRIDGE, BRIDGE, VACCINE))
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert [row["external_id"] for row in rows if row["url"] is None] == ["17"]


def test_status_counts_for_people_and_for_programs(first: First) -> None:
    told = first[0].look("status")
    assert told.stdout.startswith("stage ")
    found = json.loads(first[0].look("status", "--json").stdout)
    assert {stage["pending"] for stage in found["stages"].values()} == {0}
    assert (found["totals"]["articles"], found["totals"]["stories"]) == (3, 2)
    assert found["last_run"]["exit_code"] == 0
    assert found["last_run"]["id"] in told.stdout


def test_an_article_is_shown_by_any_form_of_its_address(first: First) -> None:
    done = first[0].look("article", "show", "http://lantern.example/bridge/?utm_source=x")
    assert done.exit_code == 0
    assert "Iron bridge shut" in done.stdout
    assert "cluster   done" in done.stdout
    shown = json.loads(first[0].look("article", "show", "17", "--json").stdout)
    assert (shown["title"], shown["facts"]["external id"]) == ("Pelovax approved", "17")


def test_an_unknown_article_is_exit_1(first: First) -> None:
    done = first[0].look("article", "show", "https://lantern.example/nothing")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no article" in done.stderr


def test_quiet_says_nothing_when_all_is_well(first: First) -> None:
    done = first[0].run("--quiet", "run")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_environment_names_the_instance_too(first: First) -> None:
    place = first[0]
    environment = {"AGGREGATOR_CONFIG": str(place.config), "AGGREGATOR_DATA_DIR": str(place.data)}
    done = subprocess.run(
        [sys.executable, "-m", "aggregator", "import", "-", "--name", "small"],
        cwd=ROOT,
        env={**place.environment, **environment, "AGGREGATOR_QUIET": "1"},
        input=jsonl(LINES),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# exit codes


@pytest.mark.parametrize(
    ("pipeline", "outlets", "arguments", "words"),
    [
        ("[run]\nfail_shar = 0.5\n", "", ["run"], ["pipeline.toml", "run.fail_shar", "did you mean 'fail_share'?"]),
        ("[run]\n\nfail_share = = 1\n", "", ["run"], ["pipeline.toml", "line 3"]),
        ("", "[lantern]\nname = 'The Lantern'\nhome = 'lantern'\n", ["run"], ["outlets.toml", "lantern.home"]),
        ("", "", ["--now", "tomorrow", "run"], ["'tomorrow' is not a time", "2026-10-18T06:00:00Z"]),
        ("", "", ["--config", "no/such/directory", "run"], ["no/such/directory", "aggregator init"]),
        ("", "", ["import", "no-such-file.jsonl"], ["no-such-file.jsonl"]),
    ],
)
def test_a_wrong_configuration_is_exit_2_with_one_line_and_nothing_written(
    place: Place, pipeline: str, outlets: str, arguments: list[str], words: list[str]
) -> None:
    place.configure(pipeline, outlets)
    done = place.run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("aggregator: ")
    assert done.stderr.count("\n") == 1
    assert all(word in done.stderr for word in words), done.stderr
    assert not place.data.exists()


def test_an_argument_that_is_not_utf_8_is_named_and_is_exit_2(made: Place) -> None:
    done = made.run("story", "show", os.fsdecode(b"s_\xff"))

    assert done.returncode == 2
    assert done.stderr == "aggregator: an argument is not UTF-8: 's_\\udcff'\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status"], ["holds no database yet", "aggregator run"]),
        (["export", "stories"], ["holds no database yet"]),
        (["run", "--report", "no/such/report.json"], ["no/such"]),
        (["eval", "cluster", "no-such-gold"], ["no-such-gold"]),
        (["eval", "cluster", str(Path(__file__).parent), "--merged", "no-such.json"], ["no-such.json"]),
        (["eval", "cluster", str(Path(__file__).parent), "--merged", __file__], [__file__, "not JSON"]),
        (["eval", "cluster", str(Path(__file__).parent), "--since", "spring"], ["'spring' is not a time"]),
    ],
)
def test_a_file_or_database_that_is_not_there_is_a_mistake_in_the_configuration(
    place: Place, arguments: list[str], words: list[str]
) -> None:
    error = place.look(*arguments).exception
    assert isinstance(error, ConfigError)
    assert all(word in str(error) for word in words)
    assert not place.data.exists()


def test_gold_in_which_nothing_is_labelled_is_refused(place: Place, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"id": "no text"}\n')
    error = place.look("eval", "cluster", str(gold)).exception
    assert isinstance(error, ConfigError)
    assert "none of 0 articles has a story_id (1 lines were no articles)" in str(error)


def test_the_database_of_another_instance_is_refused(made: Place) -> None:
    made.configure('[instance]\nname = "one"\n')
    assert made.look("db", "upgrade").exit_code == 0
    made.configure('[instance]\nname = "two"\n')
    done = made.run("run")
    assert done.returncode == 2
    assert "'two'" in done.stderr
    assert "belongs to 'one'" in done.stderr


@pytest.mark.parametrize("arguments", [["retry", "writing"], ["work", "writing"], ["export", "writing"], ["writing"]])
def test_an_unknown_word_is_exit_2_and_named(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments, env=WIDE)
    assert done.exit_code == 2
    assert "writing" in done.output


def test_an_import_with_rejected_lines_fails_only_if_strict_or_none_was_taken(made: Place) -> None:
    both = jsonl(LINES[:1]) + "{\n"
    assert made.run("import", "-", given=both).returncode == 0
    strict = made.run("import", "-", "--strict", given=both)
    assert (strict.returncode, strict.stdout) == (
        1,
        "import: 2 lines, 0 new, 0 changed, 1 known already, 1 rejected\n",
    )
    none = made.run("import", "-", given="{\n" * 30)
    assert none.returncode == 1
    told = none.stderr.splitlines()
    assert len(told) == 30  # every one, however many
    assert told[0].startswith("line 1: not-json")
    assert told[-1].startswith("line 30: not-json")


def test_a_feed_that_cannot_be_asked_fails_a_run_that_is_strict(made: Place) -> None:
    lantern = 'name = "The Lantern"\nhome = "https://lantern.example/"\nfeeds = [{ url = "http://127.0.0.1:9/feed" }]\n'
    made.configure("[run]\nfail_share = 1\n", f"[lantern]\n{lantern}")
    lenient = made.run("--now", "2026-10-10T12:00:00Z", "run")
    assert lenient.returncode == 0
    assert "1 of 1 feeds did not answer (forbidden-address 1)" in lenient.stdout
    strict = made.run("--now", "2026-10-11T12:00:00Z", "--quiet", "run", "--strict")
    assert strict.returncode == 1
    assert "--strict" in strict.stdout
    listed = made.look("outlets", "list").stdout.split()
    assert listed == ["lantern", "-", "Unrated", "The", "Lantern", "http://127.0.0.1:9/feed", "forbidden-address"]


def test_a_run_beside_another_one_is_exit_75(made: Place) -> None:
    assert made.look("db", "upgrade").exit_code == 0
    store = made.store()
    try:
        with run_lock(store):
            done = made.run("run")
    finally:
        store.close()
    assert (done.returncode, done.stdout) == (75, "")
    assert "another run holds the lock" in done.stderr
    assert f":{os.getpid()}:" in done.stderr


# single commands


@pytest.fixture
def buried(made: Place) -> Iterator[Store]:
    """The store of an instance with one buried item."""
    store = made.store()
    with store.write() as session:
        session.add(Attempt(stage="fetch", key="a_x", input_sha="", buried=True, tries=5, reason="http-4xx"))
    yield store
    store.close()


def test_what_was_buried_is_told_and_dug_up_again(made: Place, buried: Store) -> None:
    row = json.loads(made.look("status", "--json").stdout)["stages"]["fetch"]
    assert (row["buried"], row["reasons"]) == (1, {"http-4xx": 1})
    assert made.look("retry", "fetch").stdout == "fetch: 1 items will be tried again\n"
    with buried.read() as session:
        assert session.scalars(select(Attempt)).all() == []


def test_doctor_finds_a_sound_installation_sound_and_says_what_to_set(made: Place) -> None:
    done = made.look("doctor")
    found = {line.split()[1]: line.split()[0] for line in done.stdout.splitlines()}
    assert done.exit_code == 0
    assert found.pop("torch") in ("ok", "warn")
    assert found.pop("disk") in ("ok", "warn")
    assert found == {"configuration": "ok", "outlets": "warn", "contact": "warn", "database": "ok", "model": "ok"}


def test_doctor_warns_when_another_engine_took_the_place_of_the_fast_one(
    made: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = load_embedder(PACKAGED, 128, 1, "sentence-transformers")
    monkeypatch.setattr(embedding, "load_embedder", lambda *_: slow)
    done = made.look("doctor")
    assert done.exit_code == 0
    assert any(line.startswith("warn") and "no ONNX file could be made" in line for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("pipeline", "subject", "word"),
    [("[embed]\nmodel = 'no-such/model'\n", "model", "no-such/model"), ("[emb]\n", "configuration", "did you mean")],
)
def test_doctor_says_what_will_not_work(place: Place, pipeline: str, subject: str, word: str) -> None:
    place.configure(pipeline)
    done = place.look("doctor")
    failed = [line for line in done.stdout.splitlines() if line.startswith("fail")]
    assert done.exit_code == 1
    assert len(failed) == 1
    assert failed[0].split()[1] == subject
    assert word in failed[0]
    assert not place.data.exists()


def test_a_reader_that_stops_reading_ends_an_export_quietly(made: Place) -> None:
    rows = [{"id": n, "text": BRIDGE * 6} for n in range(300)]
    assert made.run("import", "-", given=jsonl(rows)).returncode == 0
    with made.start("export", "documents") as export:
        assert export.stdout is not None
        assert export.stderr is not None
        assert json.loads(export.stdout.readline())["revision"] == 1
        export.stdout.close()
        complaint = export.stderr.read()
    assert complaint == ""
    assert export.returncode != 0


@pytest.mark.parametrize("arguments", [["schedule"], ["work", "embed", "--idle", "0.1"]])
def test_what_runs_for_ever_ends_cleanly_when_told_to(made: Place, arguments: list[str]) -> None:
    assert made.run("import", "-", given=jsonl(LINES)).returncode == 0
    with made.start("--log-json", *arguments) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        if arguments[0] == "schedule":
            assert running.stdout.readline().startswith("run ")
        else:
            wait_for_embeddings(made)
        running.send_signal(signal.SIGTERM)
        logs = [json.loads(line) for line in running.stderr.read().splitlines()]
    assert running.returncode == 0
    assert not [log for log in logs if log["level"] == "error"]


def wait_for_embeddings(place: Place) -> None:
    store, deadline = place.store(), time.monotonic() + 60
    while time.monotonic() < deadline:
        with store.read() as session:
            if session.scalar(select(func.count()).select_from(EmbeddingRow)):
                break
        time.sleep(0.05)
    store.close()


# help


def commands() -> Iterator[tuple[str, ...]]:
    def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        for name, below in getattr(command, "commands", {}).items():
            yield from walk(below, (*path, name))

    return walk(typer.main.get_command(app), ())


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*path, "--help"], env=WIDE)
    assert done.exit_code == 0
    assert len(done.output.split()) > 10


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("run", "aggregator --config config/sample --data var/sample run"),
        ("import", "aggregator import corpus.jsonl.gz"),
        ("export", "aggregator export stories | jq"),
        ("init", "aggregator init /etc/aggregator"),
        ("work", "work extract embed"),
    ],
)
def test_help_shows_an_example(name: str, example: str) -> None:
    output = CliRunner().invoke(app, [name, "--help"], env=WIDE).output
    assert example in " ".join(output.split())


def test_now_is_the_time_of_the_news(made: Place) -> None:
    row = {"id": 1, "text": BRIDGE, "date": "2026-10-09"}
    made.run("--now", "2026-10-08T12:00:00Z", "import", "-", given=jsonl([row]))
    (article,) = map(json.loads, made.look("export", "articles").stdout.splitlines())
    assert (article["published_at"], article["found_at"]) == (None, "2026-10-08T12:00:00Z")
