"""The queue: which stories it lists, in which state, found by which words, with how many queries."""

from datetime import timedelta

import pytest

from aggregator.desk.queue import STATES, Wanted, queue
from aggregator.desk.search import matching
from aggregator.stories.editing import By, StoryEditor
from aggregator.summarise.actions import act
from aggregator.summarise.versions import EDITOR
from tests.desk.rooms import STORY, Counted, Room, add_stories, save

ANN = By("Ann", "chief", "as the sources say")


def state(room: Room, key: str = STORY) -> str:
    with room.store.read() as session:
        for one in STATES:
            if any(row.id == key for row in queue(session, Wanted(state=one), room.clock.now()).stories):
                return next(
                    row.state for row in queue(session, Wanted(state=one), room.clock.now()).stories if row.id == key
                )
    return ""


def decide(room: Room, kind: str) -> None:
    with room.store.write() as session:
        act(session, STORY, kind, actor="Ann", reason="because", clock=room.clock, role="chief")


def found(room: Room, words: str) -> set[str]:
    with room.store.read() as session:
        return matching(session, words) or set()


def test_what_the_machine_publishes_is_listed_as_not_reviewed(room: Room) -> None:
    assert state(room) == "unreviewed"


def test_a_page_goes_through_the_states_as_editors_decide(either: Room) -> None:
    decide(either, "approve")
    assert state(either) == "published"
    save(either, 3, "draft")
    assert state(either) == "changed"
    decide(either, "approve")
    assert state(either) == "approved"
    save(either, 5, "draft")
    assert state(either) == "changed"  # beside what goes out with the next publish
    decide(either, "hold")
    assert state(either) == "held"
    decide(either, "publish")
    assert state(either) == "published"
    decide(either, "withdraw")
    assert state(either) == "withdrawn"


def test_a_draft_that_readers_have_seen_nothing_of_waits_for_review(room: Room) -> None:
    decide(room, "hold")
    save(room, 3, "draft", EDITOR)

    assert state(room) == "new"


def test_what_the_machine_holds_back_says_why(room: Room) -> None:
    save(room, 2, "held", reason="rule 4: the figure 8 is in none of the passages")

    answer = room.browser("reader").get("/desk?state=held")

    assert "Held by the machine: rule 4: the figure 8" in answer.words
    assert "Readers see version 1; the newest is 2." in answer.words


def test_stories_without_a_page_are_called_by_their_first_article_and_show_who_tells_them(either: Room) -> None:
    answer = either.browser("reader").get("/desk?state=none")

    assert f"Without a page: {len(either.stories())} stories" in answer.words
    assert "harbor mayor bridge ferry" in answer.words
    assert "1 unrated" in answer.words


def test_a_merged_story_is_listed_as_merged_alone(either: Room) -> None:
    first, second = either.stories()[:2]
    with either.store.write() as session:
        StoryEditor(session, either.clock, ANN).merge([first, second])

    assert state(either, second) == "merged"
    assert state(either, first) == "none"


@pytest.mark.parametrize("words", ["HARBOR mayor", "hárbor", "bridge, ferry!", "harb", "“mayor”", "s_harborfalls"])
def test_words_are_found_from_their_beginning_without_case_and_accents(room: Room, words: str) -> None:
    assert found(room, words)


def test_accents_of_titles_do_not_matter_either(either: Room) -> None:
    key = either.stories()[0]
    with either.store.write() as session:
        StoryEditor(session, either.clock, ANN).rename(key, "Le Café de l’Élysée")

    assert found(either, "cafe elysee") == {key}


@pytest.mark.parametrize("words", ["ridge", "harbor verdict", "zzz", "ban OR 1=1"])
def test_what_does_not_match_is_not_found(room: Room, words: str) -> None:
    assert found(room, words) == set()


def test_whatever_is_looked_for_is_an_answer(either: Room) -> None:
    reader, before = either.browser("reader"), either.stories()
    for words in (
        '"',
        "it's",
        "a - b",
        "* NEAR(",
        "%",
        "_",
        "'; drop table stories; --",
        "\x00",
        "x" * 9_999,
        " ",
        "\xff",
    ):
        sent = "".join(f"%{byte:02x}" for byte in words.encode("latin-1"))
        assert reader.get(f"/desk?q={sent}").status == 200
    assert either.stories() == before


def test_filters_come_together(either: Room) -> None:
    key = either.stories()[0]
    with either.store.write() as session:
        editor = StoryEditor(session, either.clock, ANN)
        editor.lock(key)
        editor.set_topic(key, "local")
    reader = either.browser("reader")

    assert "Without a page: 1 story" in reader.get("/desk?state=none&locked=on").words
    assert "Without a page: 1 story" in reader.get("/desk?state=none&topic=local&q=harbor").words
    assert "Without a page: 0 stories" in reader.get("/desk?state=none&topic=ai").words
    assert "No story is like that." in reader.get("/desk?state=none&topic=ai").words


def test_an_odd_address_is_the_nearest_sensible_page(either: Room) -> None:
    reader = either.browser("reader")
    for query in ("state=nonsense", "page=0", "page=999999", "page=x", "page=-1", "topic=%00", "x=y"):
        assert reader.get(f"/desk?{query}").status == 200


def test_fifty_stories_are_on_a_page_and_the_others_behind_it(room: Room) -> None:
    add_stories(room, 70)
    reader = room.browser("reader")

    first, second = (reader.get(f"/desk?state=none&page={number}") for number in (1, 2))

    assert "Page 1 of 2" in first.words
    assert "Page 2 of 2" in second.words
    assert len(first.document.xpath("//ol[@class='list']/li")) == 50
    links = [set(one.document.xpath("//h3/a/@href")) for one in (first, second)]
    assert not links[0] & links[1]
    assert len(links[0] | links[1]) == len(room.stories())


def test_the_number_of_queries_does_not_grow_with_the_stories(room: Room) -> None:
    reader, counted = room.browser("reader"), Counted(room.store)
    few = counted.of(reader, "/desk?state=none&q=harbor")
    add_stories(room, 70)

    assert counted.of(reader, "/desk?state=none&q=harbor") <= few
    assert (
        counted.of(reader, "/desk?state=none") <= 13
    )  # four of them tell copies apart, one asks what outlets were called before
    assert not any("content" in statement for statement in counted.statements if "pages" in statement)


def test_the_state_of_the_filters_is_kept_in_links(room: Room) -> None:
    answer = room.browser("reader").get("/desk?q=harbor&topic=local&state=none")

    links = answer.document.xpath("//ul[@class='states']//a/@href")
    assert all("q=harbor" in link and "topic=local" in link for link in links)


def test_the_age_is_that_of_the_newest_article(room: Room) -> None:
    room.clock.move(room.clock.now() + timedelta(days=3))

    assert "newest 8 days old" in room.browser("reader").get("/desk").words
