"""What a coverage-gap test found reaches the page once, with its figures, and no later run writes it again."""

import numpy as np

from aggregator.analysis.gap import VERSION, two_sided
from aggregator.analysis.gap_words import Counted, told
from aggregator.store.gap_tables import GapTest
from aggregator.types import SIDES
from tests.pipelines.test_edited_sources import Desk, cited, desk, edit, public, run

__all__ = ["desk"]


def found(desk: Desk, state: str, k: int, page_sha: str) -> GapTest:
    """A test of the story's 22 sources, of which `k` lean right; alone on its day."""
    page = desk.page()
    assert page is not None
    p = float(f"{two_sided(*(np.array([value]) for value in (22, k, 0.44, 60.0)))[0]:.6g}")
    text = told(Counted("right", 22, k, 9.68, "Garden", 31, 36))
    content = {
        "version": VERSION, "topic": "Garden", "n": 22, "k": k, "stories": 150, "observed_share": 0.9, "family": 1,
        "limit": 0.08, "expected_share": 0.44, "phi": 60.0, "p": p, "q": p, "side": "right", "observed": k,
        "expected": 9.68, "answered": 31, "outlets": 36, "text": text,
    }  # fmt: skip
    return GapTest(
        story_id=page["id"], kind="test", day=desk.clock.now().date(), made_at=desk.clock.now(), state=state,
        topic="garden", content=content, carried=[], missing=[], page_sha=page_sha,
    )  # fmt: skip


def version(desk: Desk) -> int:
    page = desk.page()
    assert page is not None
    return int(page["version"])


def test_a_finding_makes_one_new_version_that_says_what_was_counted(desk: Desk) -> None:
    assert version(desk) == 1
    with desk.store.write() as session:
        session.add(found(desk, "gap", 2, "x"))

    run(desk)
    run(desk)

    assert version(desk) == 2
    assert "2 of 22 independent left- or right-leaning sources are right-leaning; about 10 is usual" in public(desk)


def test_what_was_not_tested_makes_no_new_version(desk: Desk) -> None:
    with desk.store.write() as session:
        untested = found(desk, "not-tested", 2, "")
        untested.content = {"version": VERSION, "n": 2}
        session.add(untested)

    run(desk)

    assert version(desk) == 1


def test_a_finding_that_its_figures_do_not_give_reaches_no_reader(desk: Desk) -> None:
    with desk.store.write() as session:
        session.add(found(desk, "gap", 9, "x"))

    run(desk)

    assert "Coverage gap." not in public(desk)


def test_attention_makes_no_new_version_and_stands_on_the_next_one(desk: Desk) -> None:
    side = {"outlets": 3, "articles": 40, "outlets_on_story": 1, "on_story": 1, "share": 0.025}
    with desk.store.write() as session:
        untested = found(desk, "not-tested", 2, "")
        untested.content = {
            "version": VERSION,
            "attention": {
                "state": "counted", "since": "2026-10-21T09:00:00Z", "until": "2026-10-22T09:00:00Z",
                "sides": [{"side": name, **side} for name in SIDES],
            },
        }  # fmt: skip
        session.add(untested)
    run(desk)
    assert version(desk) == 1
    page = desk.page()
    assert page is not None
    assert page["coverage"]["attention"]["state"] == "not-yet"

    article, quote = cited(desk)
    edit(desk, article, quote, "The council put the vote off.")
    run(desk)

    assert version(desk) == 2
    assert "1 of the 40 articles of 3 left-leaning outlets (2.5 %)" in public(desk)
