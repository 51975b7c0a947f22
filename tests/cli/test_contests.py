"""The commands about contests: a letter is put on record, answered, corrected, and deleted where it has to be."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregator.cli.main import app
from aggregator.sources.contests import public_contests
from aggregator.store.tables import Outlet
from tests.cli.place import Place

LETTER = "Dear desk,\n\nthe paper was sold in May; its own page says to whom.\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    found = Place(tmp_path)
    found.configure()
    assert found.look("db", "upgrade").exit_code == 0
    store = found.store()
    with store.write() as session:
        session.add(Outlet(key="lantern", name="The Lantern"))
    store.close()
    return found


def contest(place: Place, *arguments: str, given: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(app, [*place.options(), "outlets", "contest", *arguments], input=given)
    return done.exit_code, done.output


def test_a_letter_is_filed_listed_answered_corrected_and_its_text_deleted(place: Place) -> None:
    code, said = contest(place, "file", "lantern", "--subject", "facts-wrong", "--text", "-", given=LETTER)
    assert code == 0
    key = said.split()[0]
    assert "waits for an answer" in said
    again = contest(place, "file", "lantern", "--subject", "facts-wrong", "--text", "-", given=LETTER)
    assert again == (0, f"{key} says the same already\n")
    assert "open        lantern news: facts-wrong  Dear desk, the paper was sold" in contest(place, "list")[1]
    assert "contests  1 open: " in place.look("status").output
    assert json.loads(place.look("status", "--json").output)["open_contests"] == 1

    answer = ("answer", key, "--text", "The owner is another now.", "--quote")
    assert contest(place, *answer, "--outcome", "partly", "--actor", "A. Editor")[0] == 0
    assert contest(place, *answer, "--outcome", "changed")[0] == 0
    assert contest(place, "list") == (0, "")
    assert f"{key}  " in contest(place, "list", "--all")[1]
    assert "contests" not in place.look("status").output
    shown = contest(place, "show", key)[1]
    assert "  | the paper was sold in May" in shown
    assert "answer 1  partly, quoting the contest" in shown
    assert "answer 2  changed, quoting the contest" in shown
    assert "A. Editor (operator)" in shown

    assert contest(place, "redact", key, "--reason", "names a private person")[0] == 0
    shown = contest(place, "show", key)[1]
    assert "sold in May" not in shown
    assert "by operator (operator): names a private person" in shown
    store = place.store()
    with store.read() as session:
        (public,) = public_contests(session, ["lantern"])["lantern"]
    store.close()
    assert (public.text, public.outcome, public.answered_by_role) == ("", "changed", "operator")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("file", "nobody", "--subject", "other", "--text", LETTER), "no outlet has the key 'nobody'"),
        (("file", "lantern", "--subject", "hm", "--text", LETTER), "Choose what is wrong."),
        (("file", "lantern", "--subject", "other", "--unit", "sport", "--text", LETTER), "news, opinion"),
        (("file", "lantern", "--subject", "other", "--text", "No."), "at least 20 characters"),
        (("show", "c_none"), "there is no contest c_none"),
        (("answer", "c_none", "--outcome", "changed", "--text", "Yes."), "there is no contest c_none"),
        (("answer", "c_none", "--outcome", "hm", "--text", "Yes."), "changed, partly, unchanged, not-taken"),
        (("redact", "c_none", "--reason", "why"), "there is no contest c_none"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(place: Place, arguments: tuple[str, ...], why: str) -> None:
    code, said = contest(place, *arguments)

    assert code == 1
    assert said.startswith("aggregator: ")
    assert why in said
    assert contest(place, "list", "--all") == (0, "")
