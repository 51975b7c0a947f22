"""Outlets as data: what the file may say, and what the database makes of it."""

import contextlib
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from aggregator.clock import Clock
from aggregator.errors import ConfigError
from aggregator.resources import resource
from aggregator.sources.ledger import tags
from aggregator.sources.outlets import OutletSpec, feed_id, load_outlets, sync_outlets
from aggregator.store.ledger_tables import OutletState, RatingRow
from aggregator.store.sessions import Store
from aggregator.store.tables import Feed, Outlet
from aggregator.types import Lean, LeanState, Rights

LANTERN = 'name = "The Lantern"\nhome = "https://www.lantern.example/"\n'
POST = '[post]\nname = "The Post"\nhome = "https://post.example/"\n'
RATING = '{ rater = "A", kind = "desk", rated_on = 2026-01-15, label = "Left" }'


def load(tmp_path: Path, toml: str) -> tuple[OutletSpec, ...]:
    (tmp_path / "outlets.toml").write_text(toml, encoding="utf-8")
    return load_outlets(tmp_path)


def complaint(tmp_path: Path, toml: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, toml)
    assert caught.value.file == tmp_path / "outlets.toml"
    return caught.value


def lantern(*feeds: str, rest: str = "") -> str:
    listed = ", ".join(f'{{ url = "{feed}" }}' for feed in feeds)
    return f"[lantern]\n{LANTERN}feeds = [{listed}]\n{rest}\n"


# --- the file ---


def test_outlets_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert [spec.key for spec in load(tmp_path, POST + lantern())] == ["post", "lantern"]


def test_everything_that_is_said_of_an_outlet_is_read(tmp_path: Path) -> None:
    rest = (
        'country = "US"\nlanguage = "en"\nkind = "public"\nowner = "Us"\nsatire = true\nrights = "quote"\n'
        f'domains = ["Lantern.Example", "two.example"]\nratings = [{RATING}]'
    )

    (spec,) = load(tmp_path, lantern("https://lantern.example/rss", rest=rest))

    assert (spec.name, spec.country, spec.language, spec.kind) == ("The Lantern", "US", "en", "public")
    assert (spec.satire, spec.rights) == (True, Rights.QUOTE)
    assert spec.all_domains == ("lantern.example", "two.example")
    assert spec.ratings[0].rating().label is Lean.LEFT
    assert spec.feeds[0].url == "https://lantern.example/rss"


def test_an_outlet_needs_neither_feed_nor_rating(tmp_path: Path) -> None:
    assert load(tmp_path, lantern())[0].ratings == ()


def test_no_file_is_no_outlets(tmp_path: Path) -> None:
    assert load_outlets(tmp_path) == ()


def test_an_outlet_may_list_a_feed_twice(tmp_path: Path, sqlite: Store, clock: Clock) -> None:
    sync(sqlite, load(tmp_path, lantern("https://lantern.example/rss", "https://lantern.example/rss")), clock)

    assert len(feeds(sqlite)) == 1


@pytest.mark.parametrize(
    ("rest", "key", "fix"),
    [
        ("contry = 'US'", "lantern.contry", "'country'"),
        ("feeds = [{ url = 'https://a.example/', sektion = 'x' }]", "lantern.feeds.0.sektion", "'section'"),
        ("ratings = [{ rater = 'A', rated_on = 2026-01-15, lable = 'Left' }]", "lantern.ratings.0.lable", "'label'"),
        ("url = 'https://a.example/'", "lantern.url", "known: "),
        ("units = [{ key = 'x', kind = 'news', path = ['/x/'] }]", "lantern.units.0.path", "'paths'"),
        ("key = 'other'", "lantern.key", "[lantern]"),
    ],
)
def test_a_misspelt_key_is_named_with_a_key_of_its_own_table(tmp_path: Path, rest: str, key: str, fix: str) -> None:
    error = complaint(tmp_path, f"[lantern]\n{LANTERN}{rest}")

    assert error.key == key
    assert "not a known key" in str(error)
    assert fix in error.fix
    assert "did you mean 'url'" not in str(error)


@pytest.mark.parametrize(
    ("rest", "key", "words"),
    [
        ("country = 'us'", "lantern.country", "'us'"),
        ("country = 'USA'", "lantern.country", "'USA'"),
        ("language = 'English'", "lantern.language", "'English'"),
        ("kind = 'church'", "lantern.kind", "'church'"),
        ("satire = 'perhaps'", "lantern.satire", "'perhaps'"),
        ("rights = 'all'", "lantern.rights", "'all'"),
        ("domains = 'a.example'", "lantern.domains", "'a.example'"),
        ("feeds = ['https://a.example/']", "lantern.feeds.0", "'https://a.example/'"),
        ("feeds = [{ section = 'x' }]", "lantern.feeds.0.url", "required"),
        ("feeds = [{ url = 'ftp://a.example/' }]", "lantern.feeds.0.url", "'ftp://a.example/'"),
        ("feeds = [{ url = 'https://[a/' }]", "lantern.feeds.0.url", "'https://[a/'"),
        ("feeds = [{ url = 'https://a:x/' }]", "lantern.feeds.0.url", "'https://a:x/'"),
        ("feeds = [{ url = 'https://:80/' }]", "lantern.feeds.0.url", "has no host"),
        ("feeds = [{ url = 'https://me:pw@a.example/' }]", "lantern.feeds.0.url", "without a user name"),
        ("ratings = [{ rater = 'A', label = 'Left' }]", "lantern.ratings.0.rated_on", "required"),
        ("ratings = [{ rater = '', rated_on = 2026-01-15, label = 'Left' }]", "lantern.ratings.0.rater", "at least 1"),
        ("ratings = [{ rater = 'A', rated_on = 'May', label = 'Left' }]", "lantern.ratings.0.rated_on", "'May'"),
        (
            "ratings = [{ rater = 'A', rated_on = 2026-01-15, label = 'Far Left' }]",
            "lantern.ratings.0.label",
            "'Far Left'",
        ),
        (f"ratings = [{RATING[:-1]}, url = 'javascript:alert(1)' }}]", "lantern.ratings.0.url", "https://"),
        ("ratings = [{ rater = 'A', rated_on = 2026-01-15 }]", "lantern.ratings.0", "needs a label"),
        (
            "ratings = [{ rater = 'A', rated_on = 2026-01-15, state = 'mixed', label = 'Center' }]",
            "lantern.ratings.0",
            "has none",
        ),
        ("ratings = [{ rater = 'A', rated_on = 2026-01-15, state = 'disputed' }]", "lantern.ratings.0", "single rater"),
        (f"ratings = [{RATING}, {RATING}]", "lantern.ratings", "A rates the unit 'news' twice on 2026"),
        (
            "ratings = [{ rater = 'A', rated_on = 2026-01-15, scale = 'USA', label = 'Left' }]",
            "lantern.ratings.0.scale",
            "USA",
        ),
        (
            "ratings = [{ rater = 'A', rated_on = 2026-01-15, unit = 'asia', kind = 'desk', label = 'Left' }]",
            "lantern",
            "unit 'asia'",
        ),
        ("ratings = [{ rater = 'A', rated_on = 2026-01-15, label = 'Left' }]", "lantern.ratings.0", "whose it is"),
        (
            "ratings = [{ rater = 'A', rated_on = 2026-01-15, label = 'Left', kind = 'content', export = 'allow' }]",
            "lantern.ratings.0",
            "only under a licence",
        ),
        ("units = [{ key = 'asia', kind = 'region' }]", "lantern.units.0.kind", "'region'"),
        ("units = [{ key = 'asia', kind = 'edition', paths = ['asia'] }]", "lantern.units.0.paths.0", "'asia'"),
        ("units = [{ key = 'a', kind = 'news' }, { key = 'a', kind = 'news' }]", "lantern", "unit 'a' twice"),
        ("offered = 'yes'", "lantern.offered", "'yes'"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(tmp_path: Path, rest: str, key: str, words: str) -> None:
    error = complaint(tmp_path, f"[lantern]\n{LANTERN}{rest}")

    assert error.key == key
    assert words in str(error)


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ("lantern = 'x'", "lantern"),
        ("[lantern]\nname = 'x'", "lantern.home"),
        ("[lantern]\nhome = 'https://a.example/'", "lantern.name"),
        ("[lantern]\nname = ''\nhome = 'https://a.example/'", "lantern.name"),
        ('[lantern]\nname = " \\u200e "\nhome = "https://a.example/"', "lantern.name"),
        ("[lantern]\nname = 'x'\nhome = 'a.example'", "lantern.home"),
        ("[lantern]\nname = 'x'\nhome = 'https://[a/'", "lantern.home"),
        ("['The Lantern']\nname = 'x'\nhome = 'https://a.example/'", "The Lantern.key"),
    ],
)
def test_a_wrong_outlet_is_named(tmp_path: Path, toml: str, key: str) -> None:
    assert complaint(tmp_path, toml).key == key


def test_a_syntax_error_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in str(complaint(tmp_path, "[lantern]\nname = The Lantern\n"))


def test_two_outlets_cannot_share_a_feed_or_a_domain(tmp_path: Path) -> None:
    shared = complaint(
        tmp_path, lantern("https://x.example/rss") + POST + "feeds = [{ url = 'https://x.example/rss' }]"
    )
    assert (shared.key, "belongs to [lantern]" in str(shared)) == ("post", True)

    shared = complaint(tmp_path, lantern() + POST + "domains = ['LANTERN.example']")
    assert (shared.key, "lantern.example" in str(shared)) == ("post", True)


def test_a_rating_that_is_called_the_desks_by_its_method_is_passed_on_and_anothers_is_not(tmp_path: Path) -> None:
    ours = "{ rater = 'Desk', rated_on = 2026-01-15, label = 'Left', method = 'desk' }"
    theirs = "{ rater = 'A', rated_on = 2026-01-15, label = 'Left', method = 'desk', kind = 'content' }"
    (spec,) = load(tmp_path, lantern(rest=f"ratings = [{ours}, {theirs}]"))

    assert [(one.rating().kind, one.rating().export) for one in spec.ratings] == [("desk", True), ("content", False)]


def test_a_rating_without_a_label_says_why_there_is_none(tmp_path: Path) -> None:
    (spec,) = load(
        tmp_path, lantern(rest="ratings = [{ rater = 'A', rated_on = 2026-01-15, state = 'mixed', kind = 'desk' }]")
    )

    assert spec.ratings[0].rating().state is LeanState.MIXED
    assert spec.ratings[0].rating().label is None


@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(["name", "home", "country", "domains", "feeds", "ratings", "key", "x"]),
    value=st.one_of(
        st.integers(),
        st.booleans(),
        st.text("htps:/[]@.a0%\u200e ", max_size=16).map("https://{}".format),
        st.text("a["),
    ),
)
def test_any_value_gives_outlets_or_a_complaint(tmp_path: Path, key: str, value: object) -> None:
    written = str(value).lower() if isinstance(value, bool) else value if isinstance(value, int) else f"'{value}'"
    base = {"name": "'x'", "home": "'https://a.example/'", "feeds": "[]", key: written}
    toml = "[lantern]\n" + "\n".join(f"{name} = {text}" for name, text in base.items())
    with contextlib.suppress(ConfigError):
        for spec in load(tmp_path, toml):
            assert spec.name
            assert all(spec.all_domains)


def test_the_files_that_come_with_the_program_load() -> None:
    assert (resource("config") / "outlets.toml").exists()
    assert not any(spec.asked for spec in load_outlets(resource("config")))  # test_outlet_list.py reads them

    sample = load_outlets(resource("config") / "sample")
    assert len(sample) >= 20
    assert all(spec.feeds for spec in sample)


def test_the_example_in_the_shipped_file_loads_once_it_is_switched_on(tmp_path: Path) -> None:
    shipped = (resource("config") / "outlets.toml").read_text(encoding="utf-8")
    example = re.sub(r"(?m)^# ?", "", shipped[shipped.index("# [example-times]") :].partition("\n\n")[0])

    (spec,) = load(tmp_path, example)

    assert (spec.key, len(spec.feeds), len(spec.units), len(spec.ratings)) == ("example-times", 2, 2, 1)


# --- the database ---


def sync(store: Store, specs: Sequence[OutletSpec], clock: Clock) -> None:
    with store.write() as session:
        sync_outlets(session, tuple(specs), clock)


def feeds(store: Store) -> dict[str, tuple[str, bool, str]]:
    with store.read() as session:
        return {row.url: (row.outlet_key, row.active, row.section) for row in session.scalars(select(Feed))}


def everything(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(repr(row) for table in (Outlet, Feed, RatingRow) for row in session.scalars(select(table)))


RSS, ATOM = "https://lantern.example/rss", "https://lantern.example/atom"


def test_outlets_feeds_and_ratings_come_into_the_database(store: Store, tmp_path: Path, clock: Clock) -> None:
    sync(store, load(tmp_path, lantern(RSS, ATOM, rest=f"ratings = [{RATING}]")), clock)

    assert feeds(store) == {RSS: ("lantern", True, ""), ATOM: ("lantern", True, "")}
    with store.read() as session:
        outlet = session.get_one(Outlet, "lantern")
        assert (outlet.name, outlet.domains, outlet.listed) == ("The Lantern", ["lantern.example"], True)
        assert tags(session, ["lantern"], clock.now())["lantern"].label is Lean.LEFT


def test_an_outlet_that_is_offered_is_known_and_rated_and_not_asked(store: Store, tmp_path: Path, clock: Clock) -> None:
    sync(store, load(tmp_path, lantern(RSS, rest=f'offered = "start"\nratings = [{RATING}]')), clock)

    assert feeds(store) == {}
    with store.read() as session:
        assert session.get_one(Outlet, "lantern").listed
        assert tags(session, ["lantern"], clock.now())["lantern"].label is Lean.LEFT


def test_scale_confidence_and_a_unit_of_its_own_come_into_the_ledger(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    said = '{ rater = "A", method = "desk", rated_on = 2026-01-15, unit = "asia", label = "Left", scale = "SG"'
    said += ', confidence = "low" }'
    rest = f'units = [{{ key = "asia", kind = "edition", country = "SG", paths = ["/asia/"] }}]\nratings = [{said}]'
    sync(store, load(tmp_path, lantern(rest=rest)), clock)

    with store.read() as session:
        (row,) = session.scalars(select(RatingRow))
        assert (row.unit, row.label, row.country, row.confidence) == ("asia", "Left", "SG", "low")
        (unit,) = session.get_one(Outlet, "lantern").units
        assert (unit["key"], unit["country"], unit["paths"]) == ("asia", "SG", ["/asia/"])
        assert tags(session, ["lantern"], clock.now())["lantern"].state is LeanState.UNRATED


def test_bringing_the_same_again_changes_nothing(store: Store, tmp_path: Path, clock: Clock) -> None:
    specs = load(tmp_path, lantern(RSS, rest=f"ratings = [{RATING}]") + POST)
    sync(store, specs, clock)
    before = everything(store)

    sync(store, specs, Clock())

    assert everything(store) == before


def test_the_shipped_sample_comes_in_twice_without_a_change(store: Store, clock: Clock) -> None:
    specs = load_outlets(resource("config") / "sample")
    sync(store, specs, clock)
    before = everything(store)

    sync(store, specs, Clock())

    assert everything(store) == before


def test_what_the_file_says_anew_of_an_outlet_is_taken_over(store: Store, tmp_path: Path, clock: Clock) -> None:
    sync(store, load(tmp_path, lantern(RSS)), clock)
    sync(store, load(tmp_path, lantern(RSS, rest="satire = true\nowner = 'New Hands'").replace("The L", "L")), clock)

    with store.read() as session:
        outlet = session.get_one(Outlet, "lantern")
    assert (outlet.name, outlet.owner, outlet.satire) == ("Lantern", "New Hands", True)


def test_a_feed_that_is_gone_is_inactive_and_one_that_returns_keeps_its_memory(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    both, one = load(tmp_path, lantern(RSS, ATOM)), load(tmp_path, lantern(RSS))
    sync(store, both, clock)
    with store.write() as session:
        session.get_one(Feed, feed_id(ATOM)).etag = "remembered"

    sync(store, one, clock)
    assert feeds(store) == {RSS: ("lantern", True, ""), ATOM: ("lantern", False, "")}

    sync(store, both, clock)
    assert feeds(store)[ATOM] == ("lantern", True, "")
    with store.read() as session:
        assert session.get_one(Feed, feed_id(ATOM)).etag == "remembered"


def test_the_feeds_of_an_outlet_that_is_gone_are_inactive_and_it_stays_known(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    sync(store, load(tmp_path, lantern(RSS) + POST), clock)
    sync(store, load(tmp_path, POST), clock)

    assert feeds(store)[RSS] == ("lantern", False, "")
    with store.read() as session:
        assert session.get(Outlet, "lantern") is not None


def test_a_feed_can_move_to_another_outlet(store: Store, tmp_path: Path, clock: Clock) -> None:
    sync(store, load(tmp_path, lantern(RSS) + POST), clock)
    moved = lantern() + POST + f"feeds = [{{ url = '{RSS}', section = 'opinion' }}]"

    sync(store, load(tmp_path, moved), clock)

    assert feeds(store) == {RSS: ("post", True, "opinion")}


def test_a_rating_that_is_gone_from_the_file_leaves_the_outlet_unrated(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    sync(store, load(tmp_path, lantern(rest=f"ratings = [{RATING}]")), clock)
    sync(store, load(tmp_path, lantern()), clock)

    with store.read() as session:
        assert tags(session, ["lantern"], clock.now())["lantern"].state is LeanState.UNRATED
        assert len(session.scalars(select(RatingRow)).all()) == 2


def test_a_rater_that_changed_its_mind_has_its_earlier_statements_beside_the_newest(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    older = RATING.replace("2026", "2025").replace("Left", "Right")
    for _ in range(2):
        sync(store, load(tmp_path, lantern(rest=f"ratings = [{RATING}, {older}]")), clock)

    with store.read() as session:
        assert tags(session, ["lantern"], clock.now())["lantern"].label is Lean.LEFT
        assert len(session.scalars(select(RatingRow)).all()) == 2


def test_no_outlets_switch_everything_off(store: Store, tmp_path: Path, clock: Clock) -> None:
    sync(store, load(tmp_path, lantern(RSS)), clock)
    sync(store, (), clock)

    assert feeds(store) == {RSS: ("lantern", False, "")}


def test_processes_that_read_the_file_at_once_in_another_order_do_not_lock_each_other_out(
    store: Store, clock: Clock
) -> None:
    specs = tuple(OutletSpec(key=f"o{n}", name=f"O {n}", home=f"https://o{n}.example/") for n in range(300))
    together = threading.Barrier(4, timeout=30)

    def read(outlets: tuple[OutletSpec, ...]) -> None:
        for _ in range(2):
            together.wait()
            with store.write() as session:
                sync_outlets(session, outlets, clock)

    with ThreadPoolExecutor(4) as processes:
        list(processes.map(read, [specs, specs[::-1]] * 2))  # PostgreSQL would end one with "deadlock detected"

    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(OutletState)) == len(specs)


def test_the_id_of_a_feed_comes_from_its_address_alone() -> None:
    assert feed_id(RSS) == feed_id(RSS)
    assert feed_id(RSS) != feed_id(ATOM)
    assert feed_id(RSS).startswith("f_")


# --- what the operator may do although it is reserved ---


def test_a_basis_for_asking_in_spite_of_robots_txt_is_recorded_and_can_be_taken_back(
    tmp_path: Path, store: Store, clock: Clock
) -> None:
    url, said = "https://lantern.example/rss", "allowed by mail of the editor, 2026-03-01"
    feeds = f'feeds = [{{ url = "{url}", robots_basis = "{said}" }}]'
    toml = f'[lantern]\n{LANTERN}tdm_basis = "licence of 2026-03-01"\n{feeds}'
    with store.write() as session:
        sync_outlets(session, load(tmp_path, toml), clock)
    with store.read() as session:
        assert session.get_one(Feed, feed_id(url)).robots_basis == said
        assert session.get_one(Outlet, "lantern").tdm_basis == "licence of 2026-03-01"

    with store.write() as session:
        sync_outlets(session, load(tmp_path, lantern(url)), clock)
    with store.read() as session:
        assert session.get_one(Feed, feed_id(url)).robots_basis == ""
        assert session.get_one(Outlet, "lantern").tdm_basis == ""


@pytest.mark.parametrize("key", ["tdm_basis", "robots_basis"])
def test_a_basis_that_says_nothing_is_refused(tmp_path: Path, key: str) -> None:
    feed = 'feeds = [{ url = "https://lantern.example/rss", robots_basis = "yes" }]'
    toml = f"[lantern]\n{LANTERN}" + (feed if key == "robots_basis" else 'tdm_basis = "yes"')

    assert "says too little" in str(complaint(tmp_path, toml))
