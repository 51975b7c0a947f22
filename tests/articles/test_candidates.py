"""Which text of a page is taken."""

import pytest

from aggregator.articles.body import Paragraph
from aggregator.articles.candidates import Offers, agreement, choose, second_text, tokens
from aggregator.articles.markup import parse
from tests.articles.test_extraction import PARAGRAPHS, page

ARTICLE = "\n".join(PARAGRAPHS)
OTHER = [
    Paragraph(f"The ferry company carried {n} thousand people to the island and back last year.") for n in range(9)
]
OTHERS = "\n".join(each.text for each in OTHER)
NONE: list[Paragraph] = []


def taken(
    second: str, *, declared: list[Paragraph] = NONE, carried: list[Paragraph] = NONE, least: int = 250
) -> tuple[str, float | None, bool]:
    tree = parse(page().html.decode())
    choice = choose(
        tree, second, "https://harbor.example/a", "Council votes to rebuild levee", Offers(declared, carried), least
    )
    return "\n".join(each.text for each in choice.paragraphs), choice.agreement, choice.doubtful


def test_where_both_agree_the_first_is_taken() -> None:  # 121
    assert taken(ARTICLE) == (ARTICLE, 1.0, False)


@pytest.mark.parametrize("by", ["declared", "carried"])
def test_where_they_disagree_a_text_that_the_second_confirms_is_taken(by: str) -> None:  # 121
    assert taken(OTHERS, **{by: OTHER}) == (OTHERS, 1.0, False)


def test_a_text_that_nobody_confirms_is_not_taken() -> None:  # 121
    text, share, doubtful = taken(OTHERS, declared=[Paragraph("Something else. " * 60)])
    assert text == ARTICLE
    assert share is not None
    assert share < 0.6
    assert doubtful == (len(OTHERS) > len(ARTICLE))


def test_where_the_second_found_nothing_there_is_no_doubt() -> None:
    assert taken("") == (ARTICLE, None, False)


def test_the_longest_serves_where_the_page_gives_too_little() -> None:  # 129
    assert taken("", carried=OTHER, least=len(ARTICLE) + 50)[0] == OTHERS


def test_agreement_is_f1_of_words_and_of_characters_where_nobody_writes_spaces() -> None:
    from collections import Counter

    assert agreement(Counter(tokens("The levee, the vote")), Counter(tokens("the VOTE the levee"))) == 1
    assert tokens("東京 levee") == ["東", "京", "levee"]
    assert agreement(Counter(), Counter()) == 0


@pytest.mark.parametrize("html", ["", "<", "<p>" * 500, "\x00", "<html><body>" + "<a href=x>" * 300])
def test_the_second_extractor_takes_anything(html: str) -> None:
    assert isinstance(second_text(html), str)
