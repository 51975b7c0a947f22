"""Headline and dek: the event, told plainly to somebody who knows nothing of it."""

import pytest

from aggregator.summarise.leads import is_clear, side_matter
from tests.summarise.test_extractive import QUAKE, dispute, everything, source, written


@pytest.mark.parametrize(
    "title",
    [
        "Peace and Quiet: The Harbor Falls Council Rediscovers the Rake",
        "What the leaf blower ban in Harbor Falls means for your lawn",
        "I counted 310 leaf blowers so you don’t have to",
        "Harbor Falls council bans gas leaf blowers. Here’s the insane reason why",
        "The ban of gas leaf blowers by the Harbor Falls council is meritless",
    ],
)
def test_a_title_that_jokes_teases_or_talks_gives_way_to_a_plain_one(title: str) -> None:
    one, two, three = dispute()
    page = written(one, two, source("Elm Gazette", title, three.text, three.lean.label, 2))
    assert page.headline in (one.title, two.title)


def test_what_an_outlet_makes_of_the_event_is_cut_from_its_title() -> None:
    framed = "Harbor Falls Council Bans Gas Leaf Blowers From April, Betting on Cheap Applause"
    titles = (framed, "Who hears the leaf blowers now?", "Why Harbor Falls hates its leaf blowers")
    articles = zip(titles, dispute(), strict=True)
    page = written(*(source(s.outlet, title, s.text, s.lean.label, k) for k, (title, s) in enumerate(articles)))
    assert page.headline == "Harbor Falls Council Bans Gas Leaf Blowers From April"


def test_a_cut_title_keeps_what_other_outlets_tell() -> None:
    one, two, three = dispute()
    both = "Harbor Falls council bans gas leaf blowers from April; landscape association vows to fight ban in court"
    page = written(*(source(s.outlet, both, s.text, s.lean.label, k) for k, s in enumerate((one, two, three))))
    assert page.headline == both


def test_a_corrected_figure_stands_in_no_headline_and_no_dek() -> None:
    late = QUAKE.replace("(Wire) ", "").replace("magnitude 6.3", "magnitude 6.1")
    late += "\nThe center at first gave the magnitude as 6.3, and in the afternoon corrected it to 6.1."
    page = written(
        source("Meridian Wire", "Magnitude 6.3 earthquake strikes off Port Amity, injuring 14", QUAKE),
        source("Elm Gazette", "6.3 quake off Port Amity injures 14 people", QUAKE.replace("toppled", "broke"), hours=1),
        source("Plainview Courier", "Magnitude 6.1 earthquake off Port Amity injures 14", late, hours=9),
    )
    assert "6.3" not in page.headline
    assert "6.3" not in " ".join(sentence.text for sentence in page.dek)
    assert "magnitude 6.3" not in everything(page).lower()


def test_a_figure_that_most_outlets_contradict_stands_in_no_headline_and_no_dek() -> None:
    one, two, _ = dispute()
    odd = source("Elm Gazette", "Harbor Falls bans gas leaf blowers, 6-2", one.text.replace("7-2", "6-2"), None, 2)
    page = written(one, two, odd)
    assert "6-2" not in page.headline + page.dek[0].text


@pytest.mark.parametrize(
    "text",
    [
        "House Bill 118, her plan to tax large incomes, won final passage on Monday.",
        "Islamic beliefs put her at odds with the law, according to a newspaper.",
        "The drug in question, made by Orrin, slowed the disease by a quarter.",
        "Ada Brook, 70, who owns a newsstand by the bridge, said she had seen a car swerve.",
        "The president drew criticism for saying on Monday that he believed the general.",
        "The council voted on this plan after two years of complaints about noise.",
    ],
)
def test_a_dek_needs_no_sentence_before_it(text: str) -> None:
    assert not is_clear(text)


def test_a_pronoun_is_clear_once_its_person_was_named() -> None:
    assert is_clear("Council member Dana Ruiz defended her plan to ban leaf blowers on Monday.")
    assert is_clear("A judge in Harbor Falls defended his ruling on leaf blowers on Monday.")
    assert is_clear("The Harbor Falls City Council voted 7-2 on Monday to ban leaf blowers.")


def test_what_somebody_is_or_was_long_before_is_beside_the_event() -> None:
    assert side_matter("Juniper-70, as it is named, is a language model of 70 billion parameters.")
    assert side_matter("The town has long complained about leaf blowers in the morning.")
    assert not side_matter("The council voted 7-2 on Monday to ban leaf blowers.")
