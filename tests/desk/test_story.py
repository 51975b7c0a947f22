"""The story view and its decisions, as somebody without JavaScript sends them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from aggregator.store.desk_tables import GapTest
from aggregator.store.story_tables import Membership, NearMiss, StoryRow
from aggregator.store.tables import Document
from aggregator.stories.editing import By, StoryEditor
from aggregator.summarise.actions import act
from tests.desk.rooms import STORY, Answer, Browser, Counted, Room, add_stories

ANN = By("Ann", "chief", "as the sources say")


def view(key: str) -> str:
    return f"/desk/story/{key}"


def send(browser: Browser, key: str, name: str, /, **fields: object) -> Answer:
    return browser.send(view(key), f"{view(key)}/{name}", **fields)


def kinds(room: Room) -> list[str]:
    return [one.kind for one in room.decisions()]


def test_copies_and_reuse_in_part_are_told_apart(either: Room) -> None:
    text = [f"word{n}" for n in range(60)]
    texts = {"a_1": text, "a_2": text, "a_3": [*text[:30], *(f"other{n}" for n in range(30))]}
    with either.store.write() as session:
        for key, words in texts.items():
            mine = update(Document).where(Document.article_id == key, Document.current)
            session.execute(mine.values(text=" ".join(words)))

    told = either.browser("reader").get(view(STORY)).words

    assert "The text of a_1, counted once" in told
    assert re.search(r"Has text of a_[13] \(47 % of the shorter text\); counted for itself", told)
    assert "3 sources, 2 independent, owners not known" in told


def test_articles_are_listed_with_outlet_lean_time_and_why_they_joined(either: Room) -> None:
    words = either.browser("reader").get(view(STORY)).words

    assert "Council Votes to Ban Gas Leaf Blowers From Spring" in words
    assert "joined 0.40: average link" in words
    assert "founded the story" in words
    assert "5 Oct 2026, 09:00 UTC" in words


def test_labels_on_the_views_of_a_story_and_of_a_page_lead_to_what_readers_see_of_the_outlet(room: Room) -> None:
    for address in (view(STORY), f"/desk/page/{STORY}"):
        found = room.browser("reader").get(address).document.xpath("//a[@class='to-ledger']/@href")

        assert found
        assert [link for link in found if not re.fullmatch("/outlet/[a-z0-9.-]+/", link)] == []


def test_an_article_says_how_sure_it_is_or_that_an_editor_placed_it(either: Room) -> None:
    first, second = either.members(STORY)[:2]
    with either.store.write() as session:
        session.get_one(Membership, first).confidence = 0.625
        session.get_one(Membership, second).confidence = 1.0
        session.get_one(StoryRow, STORY).confidence = 0.81

    words = either.browser("reader").get(view(STORY)).words

    for said in ("confidence 0.62", "placed by an editor", "confidence 0.81"):
        assert said in words


def test_articles_picked_in_the_address_are_ticked(room: Room) -> None:
    key = room.stories()[0]
    picked = room.members(key)[1]

    answer = room.browser("editor").get(f"{view(key)}?pick={picked}")

    assert answer.document.xpath("//input[@name='article'][@checked]/@value") == [picked]


def test_articles_that_almost_joined_are_shown_with_where_they_are(either: Room) -> None:
    first, second = either.stories()[:2]
    with either.store.write() as session:
        session.merge(NearMiss(article_id=either.members(first)[0], story_id=second, score=0.17))

    answer = either.browser("editor").get(view(second))

    assert "score 0.17" in answer.words
    assert answer.document.xpath(f"//section[@aria-labelledby='near']//a[@href='{view(first)}']")
    assert first in answer.document.xpath("//input[@name='other']/@value")  # so it is offered for a merge


def test_two_stories_are_merged_and_the_old_address_leads_on(either: Room) -> None:
    first, second = either.stories()[:2]
    editor = either.browser("editor")

    answer = send(editor, second, "merge", other_id=f"https://news.example/story/{first}/a-headline")

    assert answer.url.partition("?")[0].endswith(view(first))
    assert "Decision 1: merge." in answer.words
    assert editor.get(view(second), follow=False).headers["location"] == view(first)
    assert [one.actor for one in either.decisions()] == ["Edi"]
    assert [one.role for one in either.decisions()] == ["editor"]
    assert either.members(second) == []


def test_a_story_is_found_by_words_and_picked_for_a_merge(room: Room) -> None:
    first, second = room.stories()[:2]
    editor = room.browser("editor")
    with room.store.write() as session:
        StoryEditor(session, room.clock, ANN).rename(second, "The great ferry")

    found = editor.get(f"{view(first)}?find=ferry+great")
    answer = editor.post(f"{view(first)}/merge", {**found.form("/merge"), "other": second, "reason": "the same"})

    assert answer.status == 200
    assert kinds(room) == ["rename", "merge"]


def test_merging_without_saying_with_what_is_refused_and_the_reason_stays(room: Room) -> None:
    answer = send(room.browser("editor"), STORY, "merge", reason="they belong together")

    assert answer.status == 422
    assert "Pick a story to merge it with" in answer.words
    assert answer.form("/merge")["reason"] == "they belong together"


def test_a_story_is_split_by_its_ticked_articles(either: Room) -> None:
    key = either.stories()[0]
    part = either.members(key)[:1]

    answer = send(either.browser("editor"), key, "split", article=part)

    new = either.decisions()[0].subjects[1]
    assert either.members(new) == part
    assert view(new) in answer.document.xpath("//a/@href")


def test_an_article_is_moved_and_another_removed(either: Room) -> None:
    first, second = either.stories()[:2]
    one, other = either.members(first)[:2]
    editor = either.browser("editor")

    send(editor, first, "move", article=[one], other_id=second)
    send(editor, first, "remove", article=[other])

    assert one in either.members(second)
    assert other not in either.members(first)
    assert kinds(either) == ["move", "remove"]


@pytest.mark.parametrize("name", ["split", "move", "remove"])
def test_without_a_ticked_article_nothing_is_done(room: Room, name: str) -> None:
    answer = send(room.browser("editor"), room.stories()[0], name)

    assert answer.status == 422
    assert "Tick the articles" in answer.words
    assert kinds(room) == []


@pytest.mark.parametrize("name", ["split", "move", "remove", "merge"])
def test_of_a_locked_story_nothing_is_split_moved_removed_or_merged(room: Room, name: str) -> None:
    first, second = room.stories()[:2]
    editor = room.browser("editor")
    assert "locked: nothing joins or leaves" in send(editor, first, "lock").words

    answer = send(editor, first, name, article=room.members(first)[:1], other_id=second)

    assert answer.status == 409
    assert f"{first} is locked: unlock it first" in answer.words
    assert kinds(room) == ["lock"]


def test_a_coverage_gap_is_set_aside_with_a_reason_and_told_again_when_that_is_undone(room: Room) -> None:
    key, editor = room.stories()[0], room.browser("editor")
    assert not editor.get(view(key)).has_form(f"{view(key)}/gap")
    with room.store.write() as session:
        session.add(
            GapTest(
                story_id=key, kind="test", day=room.clock.now().date(), made_at=room.clock.now(), state="gap",
                topic="news", content={"text": "0 of 12 lean right."}, carried=[], missing=[], page_sha="x",
            )
        )  # fmt: skip

    assert "0 of 12 lean right." in editor.get(view(key)).words
    assert send(editor, key, "gap", reason="").status == 422
    assert not send(editor, key, "gap", reason="a copy was counted").has_form(f"{view(key)}/gap")
    editor.post("/desk/decision/1/undo", {"csrf": "token of Edi", "reason": "it was none"})

    assert editor.get(view(key)).has_form(f"{view(key)}/gap")
    assert kinds(room) == ["gap", "undo"]


def test_names_topics_and_locks_are_set_and_undone(room: Room) -> None:
    key = room.stories()[0]
    editor = room.browser("editor")
    send(editor, key, "rename", name="The  harbor\nquestion")
    send(editor, key, "topic", topic="local")
    send(editor, key, "lock")

    answer = editor.post("/desk/decision/1/undo", {"csrf": "token of Edi", "reason": "it was better before"})

    assert answer.status == 200
    assert "undoes 1 (rename)" in answer.words
    with room.store.read() as session:
        story = session.get_one(StoryRow, key)
        assert (story.name, story.topic, story.locked) == ("", "local", True)


def test_a_name_of_ten_thousand_characters_is_refused_and_comes_back_whole(room: Room) -> None:
    name = "x" * 10_000

    answer = send(room.browser("editor"), STORY, "rename", name=name)

    assert answer.status == 422
    assert answer.form("/rename")["name"] == name


def test_an_unknown_topic_is_refused(room: Room) -> None:
    assert send(room.browser("editor"), STORY, "topic", topic="nonsense").status == 422


@pytest.mark.parametrize("reason", ["", "  ", "\u200b"])
def test_a_decision_wants_a_reason(room: Room, reason: str) -> None:
    answer = send(room.browser("editor"), STORY, "lock", reason=reason)

    assert answer.status == 422
    assert "An actor and a reason are required" in answer.words


def test_whoever_was_slower_sees_the_story_as_it_is_and_keeps_what_they_typed(either: Room) -> None:
    key = either.stories()[0]
    slow = either.browser("editor", "Slow")
    form = slow.get(view(key)).form("/split")
    ticked = either.members(key)[1:3]
    send(either.browser("editor", "Fast"), key, "remove", article=either.members(key)[:1])

    answer = slow.post(f"{view(key)}/split", {**form, "article": ticked, "reason": "two floods"})

    assert answer.status == 409
    assert "The story changed since you opened it" in answer.words
    assert answer.document.xpath("//input[@name='article'][@checked]/@value") == ticked
    assert answer.form("/split")["reason"] == "two floods"
    again = slow.post(f"{view(key)}/split", {**answer.form("/split"), "article": ticked})
    assert again.status == 200
    assert kinds(either) == ["remove", "split"]


def test_two_merges_into_each_other_are_one(room: Room) -> None:
    first, second = room.stories()[:2]
    one, other = room.browser("editor", "One"), room.browser("editor", "Other")
    form = other.get(view(second)).form("/merge")
    send(one, first, "merge", other_id=second)

    answer = other.post(f"{view(second)}/merge", {**form, "other_id": first, "reason": "the same"})

    assert answer.status == 409
    assert f"Story {second} was merged into this one meanwhile." in answer.words
    again = other.post(f"{view(first)}/merge", {**answer.form("/merge"), "other_id": first})
    assert again.status == 409
    assert "are one story already" in again.words
    assert kinds(room) == ["merge"]


def test_a_story_that_never_was_is_not_found(room: Room) -> None:
    editor = room.browser("editor")

    assert editor.get(view("s_nothing")).status == 404
    assert editor.post(f"{view('s_nothing')}/lock", {"csrf": "token of Edi", "reason": "x"}).status == 404
    assert editor.post("/desk/decision/77/undo", {"csrf": "token of Edi", "reason": "x"}).status == 404


def test_an_editor_undoes_what_they_decided_themselves_and_a_chief_anything(either: Room) -> None:
    first, second = either.stories()[:2]
    send(either.browser("editor", "Ann"), first, "merge", other_id=second)
    other = either.browser("editor", "Ben")

    refused = other.post("/desk/decision/1/undo", {"csrf": "token of Ben", "reason": "no"})

    assert refused.status == 403
    assert "decision 1 is Ann’s" in refused.words.lower().replace("ann", "Ann")
    assert not other.get(view(first)).has_form("/desk/decision/1/undo")
    assert either.browser("editor", "Ann").get(view(first)).has_form("/desk/decision/1/undo")
    chief = either.browser("chief")
    assert chief.send(view(first), "/desk/decision/1/undo").status == 200
    assert either.members(second)


def test_of_several_decisions_the_last_is_undone_first(room: Room) -> None:
    first, second = room.stories()[:2]
    chief = room.browser("chief")
    send(chief, first, "merge", other_id=second)
    send(chief, first, "split", article=room.members(first)[:1])

    answer = chief.send(view(first), "/desk/decision/1/undo", reason="typed with care")

    assert answer.status == 409
    assert "Decision 2 (split) came later: undo that one first" in answer.words
    assert "typed with care" in answer.text


def test_a_reader_has_no_forms_but_to_look_and_to_leave(room: Room) -> None:
    answer = room.browser("reader").get(view(STORY))

    assert {form.get("action") for form in answer.document.forms} == {"/desk/sign-out"}


def test_a_story_of_five_hundred_articles_is_shown_and_split_with_as_many_queries_as_a_small_one(room: Room) -> None:
    small, big = room.stories()[:2]
    add_stories(room, 500)
    with room.store.write() as session:
        StoryEditor(session, room.clock, ANN).merge([big, *(f"s_single_{number}" for number in range(500))])
    big = room.decisions()[0].subjects[0]
    editor, counted = room.browser("editor"), Counted(room.store)

    assert (
        counted.of(editor, view(big)) <= counted.of(editor, view(small)) <= 23
    )  # five tell copies apart, one is that of its thread, one that of its coverage gap
    members = room.members(big)
    assert len(members) > 500
    assert len(editor.get(view(big)).document.xpath("//input[@name='article']")) == len(members)
    assert send(editor, big, "split", article=members[:400]).status == 200
    assert len(room.members(big)) == 400


def test_events_name_the_decision_behind_them(room: Room) -> None:
    key = room.stories()[0]
    send(room.browser("editor"), key, "remove", article=room.members(key)[:1], reason="about something else")

    words = room.browser("reader").get(view(key)).words
    assert "removed a_0000: decision 1: about something else" in words or "decision 1: about something else" in words


def test_a_decision_is_dated_by_the_clock_of_the_news(room: Room) -> None:
    room.clock.move(room.clock.now() + timedelta(days=1))
    send(room.browser("editor"), STORY, "lock")

    assert room.decisions()[0].at == room.clock.now()


@pytest.mark.parametrize("action", ["move", "remove"])
def test_only_articles_of_the_story_in_view_are_moved_or_removed(room: Room, action: str) -> None:
    mine, other = room.stories()[:2]
    article = room.members(other)[0]

    answer = send(room.browser("editor"), mine, action, article=[article], other_id=STORY)

    assert answer.status == 422
    assert article in room.members(other)


def test_what_was_withdrawn_goes_into_no_other_page_without_a_chief(room: Room) -> None:
    other = room.stories()[0]
    with room.store.write() as session:
        act(session, STORY, "withdraw", actor="Che", reason="retracted", clock=room.clock, role="chief")

    assert send(room.browser("editor"), other, "merge", other_id=STORY).status == 403
    assert send(room.browser("chief"), other, "merge", other_id=STORY).status == 200


def test_a_story_is_put_into_the_thread_of_another_and_that_is_undone(either: Room) -> None:
    first, second = either.stories()[:2]
    editor = either.browser("editor")

    answer = send(editor, second, "thread", thread="with", other_id=first)

    assert "Decision 1: thread." in answer.words
    with either.store.read() as session:
        assert session.get_one(StoryRow, second).thread_with == first
    editor.send(view(second), "/desk/decision/1/undo")
    with either.store.read() as session:
        assert session.get_one(StoryRow, second).thread_with == ""


def test_a_thread_without_a_story_of_it_is_refused(room: Room) -> None:
    answer = send(room.browser("editor"), STORY, "thread", thread="with")

    assert answer.status == 422
    assert "Pick a story to put it into the thread of" in answer.words
