"""Settings: where each value comes from, and what an operator is told about a wrong one."""

import contextlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr

from aggregator.errors import ConfigError
from aggregator.resources import resource
from aggregator.setting_sections import Section
from aggregator.settings import Settings, load_settings, read_toml, suggestion

SAMPLE_ONLY = {("net", "hosts"), ("sample", "ticks")}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    return folder


def load(config: Path, toml: str | bytes = "", /, **environ: str) -> Settings:
    data = toml if isinstance(toml, bytes) else toml.encode()
    (config / "pipeline.toml").write_bytes(data)
    return load_settings(config, environ={f"AGGREGATOR_{name}": value for name, value in environ.items()})


def complaint(config: Path, toml: str | bytes = "", /, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(config, toml, **environ)
    return caught.value


def secrets(tmp_path: Path, **files: str | bytes) -> str:
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder)


# --- where values come from ---


def test_without_a_file_every_setting_has_its_default(config: Path) -> None:
    assert load_settings(config, environ={}) == Settings()


def test_each_layer_wins_over_the_one_before(config: Path, tmp_path: Path) -> None:
    folder = secrets(tmp_path, net__contact="secret", net__user_agent="secret")
    toml = (
        '[net]\ncontact = "file"\nuser_agent = "file"\nconcurrency = 7\nhost_concurrency = 7\n[embed]\nmodel = "file"'
    )
    (config / "pipeline.toml").write_text(toml)
    environ = {
        "AGGREGATOR_SECRETS_DIR": folder,
        "AGGREGATOR_NET__USER_AGENT": "environment",
        "AGGREGATOR_NET__CONCURRENCY": "8",
    }

    loaded = load_settings(config, environ=environ, overrides={"net": {"concurrency": 9}})

    assert loaded.net.max_redirects == Settings().net.max_redirects
    assert loaded.embed.model == "file"
    assert loaded.net.host_concurrency == 7
    assert loaded.net.contact == "secret"
    assert loaded.net.user_agent == "environment"
    assert loaded.net.concurrency == 9


def test_the_environment_of_the_process_is_the_default_one(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_EMBED__MODEL", "From outside")

    assert load_settings(config).embed.model == "From outside"


def test_a_file_with_a_byte_order_mark_is_read(config: Path) -> None:
    assert load(config, '\ufeff[embed]\nmodel = "Små ord"').embed.model == "Små ord"


def test_a_secret_loses_the_line_end_of_its_file(config: Path, tmp_path: Path) -> None:
    folder = secrets(tmp_path, store__url="postgresql://u:p@h/n\n", unrelated="x")

    assert load(config, SECRETS_DIR=folder).store.url.get_secret_value() == "postgresql://u:p@h/n"


def test_the_database_address_has_a_variable_of_its_own_and_is_never_shown(config: Path) -> None:
    loaded = load(config, '[store]\nurl = "sqlite:///x"', DATABASE_URL="postgresql://u:hunter2@h/n")

    assert loaded.store.url.get_secret_value() == "postgresql://u:hunter2@h/n"
    assert "hunter2" not in repr(loaded)
    assert "hunter2" not in loaded.model_dump_json()


def test_lists_and_tables_can_be_written_into_the_environment(config: Path) -> None:
    loaded = load(config, NET__PORTS="[80, 8000]", INSTANCE__SAMPLE="true", NET__HOSTS='{ "a.example" = "[::1]:8000" }')

    assert loaded.net.ports == (80, 8000)
    assert loaded.net.hosts == {"a.example": "[::1]:8000"}


def test_variables_with_a_meaning_of_their_own_are_no_settings(config: Path) -> None:
    special = {"CONFIG": "x", "DATA_DIR": "x", "NOW": "x", "TORCH_INDEX": "x", "LOG_JSON": "1", "QUIET": "1"}

    assert load(config, **special) == Settings()


def test_settings_cannot_be_changed_once_read(config: Path) -> None:
    loaded = load(config)

    with pytest.raises(ValueError, match="frozen"):
        loaded.net.concurrency = 1  # type: ignore[misc]


def test_overrides_are_not_changed_by_loading(config: Path) -> None:
    overrides: dict[str, Any] = {"net": {"contact": "a"}}

    load_settings(config, environ={"AGGREGATOR_NET__USER_AGENT": "b"}, overrides=overrides)

    assert overrides == {"net": {"contact": "a"}}


# --- what an operator is told ---


@pytest.mark.parametrize(
    ("toml", "key", "fix"),
    [
        ("[nte]\ncontact = 'x'", "nte", "did you mean 'net'?"),
        ("[net]\nconcurency = 4", "net.concurency", "did you mean 'concurrency'?"),
        ("[executors]\nemebd = 'serial'", "executors.emebd", "did you mean 'embed'?"),
        ("contact = 'x'", "contact", "known: "),
        ("[keep]\nzzzzzz = 1", "keep.zzzzzz", "known: html_days, max_gb, min_free_gb, vectors_days"),
    ],
)
def test_a_misspelt_key_is_an_error_with_a_suggestion(config: Path, toml: str, key: str, fix: str) -> None:
    error = complaint(config, toml)

    assert (error.file, error.key) == (str(config / "pipeline.toml"), key)
    assert "not a known setting" in str(error)
    assert fix in error.fix


@pytest.mark.parametrize(
    ("toml", "key", "words"),
    [
        ("net = 3", "net", "dictionary"),
        ("[net]\nconcurrency = 'many'", "net.concurrency", "'many'"),
        ("[net]\nconcurrency = 0", "net.concurrency", "greater than or equal to 1"),
        ("[net]\nconcurrency = 1.5", "net.concurrency", "integer"),
        ("[net]\nports = [80, 'x']", "net.ports.1", "'x'"),
        ("[net]\nports = '80'", "net.ports", "a list in brackets"),
        ("[net]\nallow_private = ['127.0.0.1']", "net.allow_private.0", "host:port"),
        ("[net]\ntotal_timeout = nan", "net.total_timeout", "finite"),
        ("[poll]\nmax_interval_hours = inf", "poll.max_interval_hours", "finite"),
        ("[net]\nmax_redirects = 21", "net.max_redirects", "less than or equal to 20"),
        ("[net]\ncontact = 3", "net.contact", "string"),
        ("[instance]\nname = 'Our News'", "instance.name", "'Our News'"),
        ("[cluster]\njoin = 1", "cluster.join", "less than 1"),
        ("[run]\nfail_share = 50", "run.fail_share", "less than or equal to 1"),
        ("[keep]\nhtml_days = -1", "keep.html_days", "greater than or equal to 0"),
    ],
)
def test_a_wrong_value_is_named_with_its_file_and_key(config: Path, toml: str, key: str, words: str) -> None:
    error = complaint(config, toml)

    assert (error.file, error.key) == (str(config / "pipeline.toml"), key)
    assert words in str(error)
    assert error.fix


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("NET__CONCURENCY", "4", "AGGREGATOR_NET"),
        ("NET__CONCURRENCY", "many", "AGGREGATOR_NET__CONCURRENCY"),
        ("NET__PORTS", "[80, 'x']", "AGGREGATOR_NET__PORTS"),
        ("NET__CONTACT", "[News] of [the] day]", "AGGREGATOR_NET__CONTACT"),
    ],
)
def test_a_wrong_variable_is_named(config: Path, name: str, value: str, shown: str) -> None:
    error = complaint(config, "[net]\nconcurrency = 3\n", **{name: value})

    assert error.file == "environment"
    assert error.key.startswith(shown)
    assert error.fix


def test_the_variable_is_named_even_where_the_file_has_the_section(config: Path) -> None:
    assert complaint(config, "[net]\ncontact = 'x'", NET__PORTS="['x']").key == "AGGREGATOR_NET__PORTS"
    assert complaint(config, "", NET__PORTS="['x']").key == "AGGREGATOR_NET__PORTS"


def test_a_variable_cannot_be_a_value_and_a_table(config: Path) -> None:
    error = complaint(config, NET__PORTS="[80]", NET__PORTS__0="81")

    assert (error.file, error.key) == ("environment", "AGGREGATOR_NET__PORTS__0")
    assert "'ports'" in str(error)


def test_a_wrong_secret_is_named_with_its_directory(config: Path, tmp_path: Path) -> None:
    folder = secrets(tmp_path, net__concurrency="many")

    error = complaint(config, SECRETS_DIR=folder)

    assert (error.file, error.key) == (folder, "net.concurrency")


def test_a_secret_that_is_no_text_is_named_and_not_shown(config: Path, tmp_path: Path) -> None:
    folder = secrets(tmp_path, store__url=b"hunter2\xff")

    error = complaint(config, SECRETS_DIR=folder)

    assert error.file == Path(folder) / "store__url"
    assert "UTF-8" in str(error)
    assert "hunter2" not in str(error)


def test_a_missing_secrets_directory_is_named(config: Path, tmp_path: Path) -> None:
    error = complaint(config, SECRETS_DIR=str(tmp_path / "gone"))

    assert (error.file, error.key) == (tmp_path / "gone", "AGGREGATOR_SECRETS_DIR")


def test_a_wrong_argument_is_named(config: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(config, environ={}, overrides={"store": {"ulr": "x"}})

    assert (caught.value.file, caught.value.key) == ("arguments", "store.ulr")
    assert "'url'" in caught.value.fix


def test_a_syntax_error_is_named_with_its_line(config: Path) -> None:
    error = complaint(config, "[net]\nports = [80,\n[embed]\nmodel = x\n")

    assert error.file == config / "pipeline.toml"
    assert re.search(r"line \d", str(error))


def test_a_number_of_too_many_digits_is_a_complaint(config: Path) -> None:
    assert complaint(config, "[net]\nconcurrency = " + "1" * 5000).file == config / "pipeline.toml"


def test_a_file_that_is_not_utf_8_is_named_with_the_byte(config: Path) -> None:
    error = complaint(config, b'[net]\ncontact = "Ny\xe5tt"')

    assert error.file == config / "pipeline.toml"
    assert "byte 19" in str(error)


def test_a_folder_in_place_of_the_file_cannot_be_read(config: Path) -> None:
    (config / "pipeline.toml").mkdir()

    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(config, environ={})


def test_a_missing_directory_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such directory") as caught:
        load_settings(tmp_path / "gone", environ={})

    assert caught.value.file == tmp_path / "gone"
    assert "--config" in caught.value.fix


@pytest.mark.parametrize(
    "toml", ["[net.hosts]\n'a.example' = '127.0.0.1:1'", "[sample]\nticks = ['2026-10-06T00:00:00Z']"]
)
def test_sample_settings_are_refused_elsewhere(config: Path, toml: str) -> None:
    assert "sample = true" in str(complaint(config, toml))
    assert load(config, "[instance]\nsample = true\n" + toml)


@pytest.mark.parametrize("spec", ["serial", "threads:8", "processes:2", "dask:local:2", "dask:tcp://h:8786"])
def test_an_executor_of_each_kind_is_taken(config: Path, spec: str) -> None:
    assert load(config, f"[executors]\nembed = '{spec}'").executors.embed == spec


@pytest.mark.parametrize(
    "spec",
    ["", "Serial", "threads", "threads:0", "threads:-1", "processes:", "processes:2x", "dask", "dask:h:1", "x:2"],
)
def test_another_executor_is_refused(config: Path, spec: str) -> None:
    error = complaint(config, f"[executors]\nembed = '{spec}'")

    assert error.key == "executors.embed"
    assert repr(spec) in str(error)


names = st.one_of(
    st.sampled_from(["NET__PORTS", "NET__PORTS__0", "NET", "NET__HOSTS__A", "STORE__URL", "DATABASE_URL", "__", "A__"]),
    st.text("ABNET_0\udcff", max_size=12),
)
values = st.one_of(st.text(max_size=20), st.text("[]{}=,'\"1.x ", max_size=12).map(lambda inner: f"[{inner}]"))


@hypothesis_settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(environ=st.dictionaries(names.map("AGGREGATOR_{}".format), values, max_size=4))
def test_any_environment_gives_settings_or_a_complaint(config: Path, environ: dict[str, str]) -> None:
    with contextlib.suppress(ConfigError):
        assert isinstance(load_settings(config, environ=environ), Settings)


@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=40), st.text("[net]\nports=1'\"#.{},", max_size=40).map(str.encode)))
def test_any_file_gives_tables_or_a_complaint_that_names_it(config: Path, content: bytes) -> None:
    file = config / "pipeline.toml"
    file.write_bytes(content)
    told = None
    try:
        assert isinstance(read_toml(file), dict)
    except ConfigError as error:
        told = error.file
    assert told in (None, file)


def test_a_suggestion_is_the_nearest_word_or_all_of_them() -> None:
    assert suggestion("tiemzone", ["title", "timezone"]) == "did you mean 'timezone'?"
    assert suggestion("xyz", ["b", "a"]) == "known: a, b"


# --- the file that comes with the program ---


def uncommented() -> dict[str, dict[str, Any]]:
    """`config/pipeline.toml` with its settings switched on."""
    text = (resource("config") / "pipeline.toml").read_text(encoding="utf-8")
    return tomllib.loads(re.sub(r"(?m)^# (?=[a-z_]+ = )", "", text))


def defaults() -> dict[str, dict[str, Any]]:
    """Every setting that an operator may set, with its default, as TOML has it."""
    tables: dict[str, dict[str, Any]] = {}
    for section, field in Settings.model_fields.items():
        default = field.default
        assert isinstance(default, Section)
        for key in type(default).model_fields:
            value = getattr(default, key)
            if isinstance(value, SecretStr):
                value = value.get_secret_value()
            if (section, key) not in SAMPLE_ONLY and key != "sample":
                tables.setdefault(section, {})[key] = list(value) if isinstance(value, tuple) else value
    return tables


def test_the_shipped_file_changes_nothing() -> None:
    file = resource("config") / "pipeline.toml"

    assert all(table == {} for table in read_toml(file).values())
    assert load_settings(file.parent, environ={}) == Settings()


def test_the_shipped_file_shows_every_setting_with_its_default_and_nothing_else() -> None:
    assert uncommented() == defaults()


def test_the_shipped_sample_is_a_sample_instance() -> None:
    loaded = load_settings(resource("config") / "sample", environ={})

    assert loaded.instance.sample
    assert loaded.sample.ticks
