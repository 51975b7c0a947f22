"""A sentence that is printed stands alone: nothing in it points to a sentence that is not printed."""

import pytest

from aggregator.analysis.words import content_words
from aggregator.summarise.references import is_definite, points_outside, refers_back


@pytest.mark.parametrize(
    "text",
    [
        "By 2031, the utility expects, it will draw 1,450.",
        "If they agree on a text, the ban would be among the strictest in the region.",
        "At Harrow Street School, across the river, it was barely half of the pupils.",
        "At present 71 districts limit phones, and 19 do so all day.",
        "The Senate passed it last week by 26 votes to 23.",
        "The city lost those seats in a vote that few people noticed.",
        "A person who released such a model without a permit could be fined.",
        "Lawyers for the plant said a look at both documents would settle the dispute.",
        "Representatives met in the town hall the next month and settled on a name.",
        "Exports to the valley were still going on, he said.",
        "In a vote in September, 158 of them were for a strike.",
        "The Northgate congressman had long tried to make an issue of the dam.",
        "Rivera said the two ministers had agreed on the size of the fund.",
        "Garnet disagreed strongly with that description in an open letter.",
        "McAdam, though, disputes many of the report's findings.",
    ],
)
def test_a_sentence_that_points_to_an_unprinted_one_is_seen(text: str) -> None:
    assert points_outside(text) or refers_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "The company said it would close the plant by the end of the year.",
        "On Monday it was announced that the bridge would stay shut until May.",
        "After he offered to resign, Governor Paul Adler met the leaders of his party.",
        "Drivers say they were promised five paid hours a day.",
        "The tariffs were doubled in March, and farmers say those tariffs cost them a harvest.",
        "Those who lost their homes will be paid within a month.",
        "Outlets such as the Gazette had asked for the letters since June.",
        "Three ministers resigned on Tuesday, and two of them asked for a vote.",
        "Adler, who was mayor in 2011, signed the contract at the time.",
        "Smith said that the bill was too long and that he would vote against it, he told reporters.",
    ],
)
def test_what_a_sentence_itself_introduces_may_be_spoken_of_in_it(text: str) -> None:
    assert not points_outside(text)


def test_a_body_without_its_name_needs_to_have_been_printed() -> None:
    text = "Lawyers for the town said so in a letter to the court."
    assert points_outside(text)
    assert not points_outside(text, content_words("The court in Northgate hears the case"))


@pytest.mark.parametrize(
    "text",
    [
        "The emails refer to a flaw that a voter found.",
        "The closures began last Saturday after talks broke down.",
        "Under the framework, towns may keep their own rules.",
    ],
)
def test_a_definite_noun_that_nothing_introduced_leans_on_an_earlier_sentence(text: str) -> None:
    assert is_definite(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "The freighter Mistral was unloading timber when the quake struck.",
        "The biggest construction project in the county was approved on Friday.",
        "The president drew criticism from both parties for his remarks.",
        "The cost of the plant has risen to $2 billion.",
        "In the morning, crews found the leak under the avenue.",
    ],
)
def test_a_name_a_superlative_or_a_unique_office_needs_no_introduction(text: str) -> None:
    assert not is_definite(text, ())


def test_a_printed_word_introduces_its_synonyms_in_news() -> None:
    assert not is_definite("The measure passed by two votes.", content_words("Senate takes up phone bill"))
