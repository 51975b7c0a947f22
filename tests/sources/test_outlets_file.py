"""outlets.toml is changed where it must be, and every other character of it stays."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from aggregator.errors import ConfigError
from aggregator.sources.outlets import FeedSpec, OutletSpec, load_outlets
from aggregator.sources.outlets_file import append_outlets, set_asked, set_disabled, table_text

FILE = """\
# Our outlets. Do not sort.
[lantern]   # the first
name = "The Lantern"
home = "https://lantern.example/"
feeds = [
  { url = "https://lantern.example/rss" },   # all of it
]

["post"]
name = 'The "Post"'
home = "https://post.example/"
"""
BEACON = OutletSpec(
    key="beacon",
    name='The "Beacon" \\ é',
    home="https://beacon.example/",
    country="NZ",
    language="en",
    domains=("beacon.test",),
    satire=True,
    feeds=(FeedSpec(url="https://beacon.example/rss"), FeedSpec(url="https://beacon.example/op", section="opinion")),
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "outlets.toml").write_bytes(FILE.encode())
    return tmp_path


def text(config: Path) -> str:
    return (config / "outlets.toml").read_bytes().decode()


def test_an_outlet_is_appended_and_the_rest_stays_as_it_is(config: Path) -> None:
    append_outlets(config, [BEACON])
    assert text(config) == f"{FILE}\n{table_text(BEACON)}"
    assert load_outlets(config)[-1] == BEACON


def test_the_file_is_made_if_there_is_none_and_keeps_line_ends_and_a_missing_last_one(tmp_path: Path) -> None:
    append_outlets(tmp_path, [BEACON])
    assert load_outlets(tmp_path) == (BEACON,)
    (tmp_path / "outlets.toml").write_bytes(FILE.replace("\n", "\r\n").rstrip().encode())
    append_outlets(tmp_path, [BEACON])
    assert text(tmp_path).count("\n") == text(tmp_path).count("\r\n")
    assert [spec.key for spec in load_outlets(tmp_path)] == ["lantern", "post", "beacon"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"key": "post"}, "is an outlet already"),
        ({"domains": ("post.example",)}, r"post\.example belongs to \[post\] already"),
        ({"feeds": (FeedSpec(url="https://lantern.example/rss"),)}, r"belongs to \[lantern\] already"),
    ],
)
def test_what_another_outlet_has_is_refused_and_nothing_changes(
    config: Path, change: dict[str, object], why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        append_outlets(config, [BEACON.model_copy(update=change)])
    assert text(config) == FILE


def test_a_file_that_is_broken_is_not_touched(config: Path) -> None:
    (config / "outlets.toml").write_text(FILE + "[")
    with pytest.raises(ConfigError, match="not valid TOML"):
        append_outlets(config, [BEACON])
    assert text(config) == FILE + "["


@pytest.mark.parametrize("key", ["lantern", "post"])
def test_disabling_adds_one_line_and_enabling_takes_it_away(config: Path, key: str) -> None:
    set_disabled(config, key, 'they "asked"\nus')
    added = [line for line in text(config).splitlines() if line not in FILE.splitlines()]
    assert added == [r'disabled = "they \"asked\" us"']
    assert {spec.key: spec.disabled for spec in load_outlets(config)}[key] == 'they "asked" us'
    set_disabled(config, key, "once more")
    set_disabled(config, key, "")
    assert text(config) == FILE


def test_asking_what_is_offered_takes_one_line_of_each_away(config: Path) -> None:
    home = 'home = "https://'
    offered = FILE.replace(home, f'offered = "more"\n{home}')
    assert offered.count("offered") == 2
    (config / "outlets.toml").write_text(offered)
    set_disabled(config, "post", "later")
    assert not any(spec.asked for spec in load_outlets(config))

    with pytest.raises(ConfigError, match="is not an outlet"):
        set_asked(config, ["lantern", "beacon"])
    assert not any(spec.asked for spec in load_outlets(config))
    set_asked(config, ["lantern", "post"])
    assert text(config) == FILE


def test_an_unknown_outlet_and_a_table_written_otherwise_are_refused(config: Path) -> None:
    with pytest.raises(ConfigError, match="is not an outlet"):
        set_disabled(config, "beacon", "x")
    inline = 'lantern = { name = "L", home = "https://l.example/" }\n'
    (config / "outlets.toml").write_text(inline)
    with pytest.raises(ConfigError, match="edit it by hand"):
        set_disabled(config, "lantern", "x")
    assert text(config) == inline


def test_a_header_within_a_text_is_no_header(config: Path) -> None:
    file = f'[other]\nname = """\n[lantern]\n"""\nhome = "https://other.example/"\n{FILE}'
    (config / "outlets.toml").write_text(file)
    with pytest.raises(ConfigError, match="edit it by hand"):
        set_disabled(config, "lantern", "x")
    assert text(config) == file


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1), owner=st.text(), section=st.text())
def test_any_name_comes_back_as_it_went_in(config: Path, name: str, owner: str, section: str) -> None:
    try:
        spec = OutletSpec(
            key="x",
            name=name,
            owner=owner,
            home="https://x.example/",
            feeds=(FeedSpec(url="https://x.example/f", section=section),),
        )
        table = table_text(spec).encode()
    except ValueError:  # no visible character, or half a surrogate pair
        return
    (config / "outlets.toml").write_bytes(table)
    assert load_outlets(config) == (spec,)
    assert set(tomllib.loads(table.decode())) == {"x"}
