"""Sentences are slices of the text, ended where a reader would end them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.analysis.sentences import split_sentences
from aggregator.types import Region, RegionKind

#: no text of a newspaper, but of everything that stops and starts a sentence
SCRAPS = st.lists(
    st.sampled_from(
        ["Mr. ", "U.S. ", "“", "”", '"', "...", "! ", "? ", ". ", "\n", "He said", " 3.5 ", "’", "。", "é", " "]
    )
    | st.text(max_size=12),
    max_size=40,
).map("".join)


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Hale met Sen. Ruth Calloway and Dr. A. B. Osei Jr. at 5 p.m. Monday.",
        "The U.S. Senate passed it, 24-15.",
        "Prices rose 3.5 percent to $2.10 a gallon.",
        "TAMARACK, Oct. 14 (Meridian Wire) — The court blocked the deal.",
        "“Is it over?” Fitch asked.",
        "“Never!” the union’s president, Yolanda Fitch, said in a statement.",
        "It was ... not that simple.",
        "Apple Inc. CEO Dana Lee spoke on Jan. 6 at No. 10.",
        "Well … I think so.",
    ],
)
def test_an_abbreviation_a_decimal_or_a_quoted_question_ends_no_sentence(text: str) -> None:
    assert texts(text) == [text]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("She moved to the U.S. The rest stayed.", 2),
        ("It closed at 6 p.m. Then they left.", 2),
        ("He paid Acme Inc. It was late.", 2),
        ("“We did.” They went.", 2),
        ("“We asked. We waited,” she said.", 2),
        ("Where? There! Here.", 3),
        ("One line\nAnother line", 2),
        ("我们来了。他们走了。", 2),
        ("In 2019. 40 people came.", 2),
    ],
)
def test_a_stop_before_an_opening_ends_a_sentence(text: str, count: int) -> None:
    assert len(texts(text)) == count


def test_paragraphs_are_the_lines_that_hold_anything() -> None:
    found = split_sentences("One. Two.\n\n  \nThree.")

    assert [(sentence.text, sentence.paragraph, sentence.index) for sentence in found] == [
        ("One.", 0, 0),
        ("Two.", 0, 1),
        ("Three.", 1, 2),
    ]


def test_what_lies_in_a_quotation_or_opens_inside_one_is_not_the_outlet_speaking() -> None:
    text = "“We asked. We waited,” she said. He called it “a very long wait” and left."
    regions = (Region(0, 22, RegionKind.QUOTATION), Region(46, 64, RegionKind.QUOTATION))

    assert [sentence.region for sentence in split_sentences(text, regions)] == [
        RegionKind.QUOTATION,
        RegionKind.QUOTATION,
        None,
    ]


def test_whatever_touches_a_post_a_list_or_a_caption_has_its_region() -> None:
    text = "Fine so far. Look here Photo: A. Smith and on. The end."
    regions = (Region(23, 38, RegionKind.CAPTION),)

    kinds = [sentence.region for sentence in split_sentences(text, regions)]

    assert kinds[0] is None
    assert kinds[1] is RegionKind.CAPTION
    assert kinds[-1] is None


@settings(max_examples=200)
@given(SCRAPS, st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20), st.sampled_from(RegionKind)), max_size=4))
def test_sentences_are_verbatim_disjoint_and_cover_all_but_white_space(
    text: str, drawn: list[tuple[int, int, RegionKind]]
) -> None:
    regions: list[Region] = []
    for start, length, kind in sorted(drawn, key=lambda each: each[:2]):
        if not regions or start >= regions[-1].end:
            regions.append(Region(start, start + length, kind))

    found = split_sentences(text, regions)

    last = 0
    for index, sentence in enumerate(found):
        assert sentence.index == index
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text.strip() == sentence.text != ""
        assert not text[last : sentence.start].strip()
        last = sentence.end
    assert not text[last:].strip()


@pytest.mark.parametrize(
    "text",
    [
        "The library of George H.W. Bush was closed on Monday.",
        "The sociologist W.E.B. Du Bois wrote about it at length.",
    ],
)
def test_initials_before_a_name_end_no_sentence(text: str) -> None:
    assert [sentence.text for sentence in split_sentences(text)] == [text]


def test_a_stretch_without_an_end_is_a_list_and_no_sentence() -> None:
    text = "The council voted.\n" + "Ames 4 Brook 7 Cole 9 " * 100

    assert [sentence.region for sentence in split_sentences(text)] == [None, RegionKind.LIST]
