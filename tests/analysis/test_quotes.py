"""Quotations are found verbatim and given to whoever said them, or to nobody."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.analysis.model import Quote, SourceText
from aggregator.analysis.quotes import find_quotes, find_said, resolve_speakers
from aggregator.analysis.sentences import split_sentences
from aggregator.types import Extent, Kind, LeanState, LeanTag, Region, RegionKind, Rights


def source(text: str, *regions: Region, article_id: str = "a") -> SourceText:
    return SourceText(
        article_id=article_id, revision=1, outlet_key="o", outlet="O", unit="news", lean=LeanTag(LeanState.UNRATED),
        country="", title="", text=text, url="", published_at=None, found_at=datetime(2026, 10, 14, tzinfo=UTC),
        authors=(), kind=Kind.NEWS, extent=Extent.FULL, rights=Rights.FULL, language="en", wire="", regions=regions,
        sentences=split_sentences(text, regions),
    )  # fmt: skip


def quotes(text: str, *regions: Region) -> tuple[Quote, ...]:
    return find_quotes(source(text, *regions))


def only(text: str) -> Quote:
    [quote] = quotes(text)
    return quote


WORDS = "“we cannot leave a child at the curb"


@pytest.mark.parametrize(
    ("text", "speaker", "role"),
    [
        (f"{WORDS},” Yolanda Fitch said.", "Yolanda Fitch", ""),
        (f"{WORDS},” said Yolanda Fitch, president of Local 92.", "Yolanda Fitch", "president of Local 92"),
        (f"{WORDS},” said the union’s president, Yolanda Fitch, on Monday.", "Yolanda Fitch", "union’s president"),
        (f"{WORDS},” Mayor Victor Lindqvist told reporters.", "Victor Lindqvist", "Mayor"),
        (f"{WORDS},” Sen. Caleb Thorne (R-Pine Ridge) argued.", "Caleb Thorne", "Sen."),
        (f"{WORDS},” Vantor chief executive Naomi Castellan wrote.", "Naomi Castellan", "Vantor chief executive"),
        (f"Helen Bellucci, a federal judge, wrote that {WORDS}.”", "Helen Bellucci", "federal judge"),
        (f"In a statement, the chair, Alma Whitfield, added: {WORDS}.”", "Alma Whitfield", "chair"),
        (f"Asked about it, Wes Farrow called the plan {WORDS}.”", "Wes Farrow", ""),
        (f"Wes Farrow stood up at the hearing and said {WORDS}.”", "Wes Farrow", ""),
        (f"Wes Farrow rejected the offer, saying {WORDS}.”", "Wes Farrow", ""),
        (f"{WORDS},” according to the Auto Suppliers Council.", "Auto Suppliers Council", ""),
        (f"{WORDS},” a spokesman for Halcyon Micro said.", "a spokesman for Halcyon Micro", ""),
        (f"{WORDS},” Secretary of State Maria Lopez tweeted.", "Maria Lopez", "Secretary of State"),
        ('"We cannot leave a child at the curb," Yolanda Fitch says.', "Yolanda Fitch", ""),
    ],
)
def test_the_speaker_is_named_beside_the_verb(text: str, speaker: str, role: str) -> None:
    quote = only(text)

    assert (quote.speaker, quote.role, quote.how) == (speaker, role, "explicit")
    assert text[quote.start : quote.end] == quote.text
    assert speaker.split()[-1] in text[quote.context_start : quote.context_end]


def test_a_surname_stands_for_the_full_name_given_elsewhere_in_the_article() -> None:
    text = f"Yolanda Fitch, president of Local 92, drove a bus. {WORDS},” Fitch said."

    assert (only(text).speaker, only(text).role) == ("Yolanda Fitch", "president of Local 92")


def test_a_split_quotation_has_one_speaker() -> None:
    first, second = quotes("“When they want a contract,” Yolanda Fitch said, “they have lawyers write it down.”")

    assert first.speaker == second.speaker == "Yolanda Fitch"


def test_a_quotation_directly_after_another_goes_on_with_its_speaker() -> None:
    first, second = quotes("“We asked nicely,” Yolanda Fitch said. “Nicely does not pay the rent.”")

    assert (second.speaker, second.how) == (first.speaker, "continued")


def test_a_quotation_over_several_paragraphs_has_one_speaker() -> None:
    found = quotes("“We asked nicely all summer.\n“Nicely does not pay the rent,” Yolanda Fitch said.")

    assert [(quote.speaker, quote.how) for quote in found] == [
        ("Yolanda Fitch", "continued"),
        ("Yolanda Fitch", "explicit"),
    ]


def test_a_dateline_is_no_part_of_a_role() -> None:
    quote = only(f"WASHINGTON -- Sen. Caleb Thorne said {WORDS}.”")

    assert (quote.speaker, quote.role) == ("Caleb Thorne", "Sen.")


def set_off(lead: str) -> tuple[str, Region]:
    """A text with a block quotation without marks behind a lead."""
    block = "The ban cannot stand as it was written.\nMayor Ann Poe said that it could stand.\nIt is struck down today."
    return f"{lead}\n{block}\nThe city will appeal.", Region(
        len(lead) + 1, len(lead) + 1 + len(block), RegionKind.QUOTATION
    )


def test_a_block_quotation_without_marks_is_whose_the_line_before_it_says() -> None:
    text, region = set_off("Judge Helen Bellucci wrote:")

    assert [(quote.text[:7], quote.speaker, quote.how) for quote in quotes(text, region)] == [
        ("The ban", "Helen Bellucci", "explicit"),
        ("Mayor A", "Helen Bellucci", "continued"),
        ("It is s", "Helen Bellucci", "continued"),
    ]


@pytest.mark.parametrize("lead", ["Judge Helen Bellucci wrote:", "Judge Helen Bellucci ruled on Monday."])
def test_what_a_block_quotation_says_that_somebody_said_is_not_the_outlets_report(lead: str) -> None:
    text, region = set_off(lead)
    article = source(text, region)

    assert find_said(article) == ()
    assert [sentence.text for sentence in article.sentences if sentence.region is None] == [
        lead,
        "The city will appeal.",
    ]


def test_what_follows_an_open_quotation_without_a_mark_is_still_a_quotation() -> None:
    lines = "Mayor Ann Poe spoke.\n“We will fight.\nThe firm said that it was clean.\nIt lied,” said Ann Poe."
    start, end = lines.index("“"), lines.index("”") + 1
    found = [Region(start, start + 15, RegionKind.QUOTATION), Region(start + 16, end, RegionKind.QUOTATION)]

    assert find_said(source(lines, *found)) == ()


def test_a_pronoun_is_the_person_just_spoken_of() -> None:
    text = f"Yolanda Fitch has led the local since 2019. {WORDS},” she said."

    assert (only(text).speaker, only(text).how) == ("Yolanda Fitch", "pronoun")


def test_a_pronoun_that_may_mean_two_people_names_nobody() -> None:
    assert quotes(f"There were Dale Prewitt and Wes Farrow in the hall. {WORDS},” he said.") == ()


def test_a_pronoun_is_not_the_person_of_the_other_gender() -> None:
    text = f"Yolanda Fitch lost her job there. Mr. Farrow met Ms. Fitch at the gate. {WORDS},” she said."

    assert only(text).speaker == "Yolanda Fitch"


def test_words_in_a_post_a_list_or_a_caption_are_nobodys_quotation() -> None:
    text = f"{WORDS},” Yolanda Fitch said."

    for kind in (RegionKind.EMBED, RegionKind.LIST, RegionKind.CAPTION, RegionKind.NOTICE):
        assert quotes(text, Region(0, len(text), kind)) == ()


def test_a_sneer_a_title_or_a_quotation_without_a_speaker_is_left_out() -> None:
    assert quotes("The so-called “reform” passed. A paper titled “What the Rivers Told Us” came out.") == ()


def test_the_one_who_asked_is_not_the_one_who_answered() -> None:
    text = f"Dr. Miriam Feld, asked by Senator Ruth Calloway for a number, answered {WORDS}.”"

    assert only(text).speaker == "Miriam Feld"


def test_a_relative_of_the_same_name_is_not_taken_for_the_one_known_by_surname() -> None:
    text = (
        "President Marsh said no. Marsh left. Marsh came back. Marsh slept. Then Ms. Ivy Marsh arrived.\n"
        f"{WORDS},” Marsh said."
    )

    assert only(text).speaker == "Marsh"


def test_speakers_are_resolved_over_the_story() -> None:
    one = source(f"{WORDS},” Mr. Farrow said.", article_id="one")
    other = source("Wes Farrow, president of the council, spoke.", article_id="other")

    [quote] = resolve_speakers([one, other], find_quotes(one))

    assert quote.speaker == "Wes Farrow"


@pytest.mark.parametrize(
    ("text", "speaker", "verb", "clause"),
    [
        ("Wes Farrow said that prices would rise.", "Wes Farrow", "said", "prices would rise"),
        ("Wes Farrow told the committee on Monday that prices would rise.", "Wes Farrow", "told", "prices would rise"),
        (
            "The prices would rise by a tenth, Wes Farrow said.",
            "Wes Farrow",
            "said",
            "The prices would rise by a tenth",
        ),
        ("According to Wes Farrow, the prices would rise.", "Wes Farrow", "according to", "the prices would rise"),
        ("Wes Farrow accused the bureau of haste.", "Wes Farrow", "accused", "the bureau of haste"),
        ("Wes Farrow said the prices would rise, and left the room.", "Wes Farrow", "said", "the prices would rise"),
        (
            "Wes Farrow said the prices would rise, adding that he was sorry.",
            "Wes Farrow",
            "said",
            "the prices would rise",
        ),
    ],
)
def test_indirect_speech_ends_where_the_narrator_takes_over(text: str, speaker: str, verb: str, clause: str) -> None:
    said = find_said(source(text))[0]

    assert (said.speaker, said.verb, text[said.start : said.end]) == (speaker, verb, clause)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Wes Farrow said the prices would rise.", "person"),
        ("The Auto Suppliers Council said the prices would rise.", "organisation"),
        ("Prosecutors said the prices would rise.", "group"),
        ("The White House said the prices would rise.", "office"),
        ("A spokesman for the council said the prices would rise.", "person"),
    ],
)
def test_speakers_are_people_groups_organisations_and_offices(text: str, kind: str) -> None:
    assert find_said(source(text))[0].kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "Wes Farrow never said that prices would rise.",
        "Wes Farrow was told that prices would rise.",
        "The plan, which Farrow denounced, would raise all prices.",
    ],
)
def test_what_somebody_did_not_say_is_not_reported_of_him(text: str) -> None:
    assert find_said(source(text)) == ()


SPEECH = st.lists(
    st.sampled_from(
        [
            "“",
            "”",
            '"',
            "‘",
            "’",
            ",",
            ". ",
            "\n",
            " said ",
            " told the panel that ",
            "Wes Farrow",
            " who ",
            " and ",
            "he ",
            ": ",
            "(",
            " — ",
            "the judge",
            "according to ",
            "Mr. ",
            " accused ",
            "words go here ",
        ]
    )
    | st.text(max_size=6),
    max_size=40,
).map("".join)


@settings(max_examples=250)
@given(SPEECH)
def test_offsets_are_verbatim_whatever_the_text(text: str) -> None:
    article = source(text)
    for quote in find_quotes(article):
        assert text[quote.start : quote.end] == quote.text
        assert 0 <= quote.context_start < quote.context_end <= len(text)
        assert quote.speaker
    for said in find_said(article):
        assert 0 <= said.start < said.end <= len(text)
        assert said.speaker


@pytest.mark.parametrize(
    "piece", ["“we go there now,” he said and ", "Wes Farrow said, ", "He said that she ", "(“", "a, "]
)
def test_a_sentence_without_end_is_read_in_reasonable_time(piece: str) -> None:
    article = source(piece * (40_000 // len(piece)))
    began = time.process_time()

    find_quotes(article)
    find_said(article)

    assert time.process_time() - began < 10
