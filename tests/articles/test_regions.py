"""Quotations and other regions, found in plain text."""

import pytest

from aggregator.articles.extraction import document_from_text
from aggregator.types import RegionKind


def found(text: str, kind: RegionKind = RegionKind.QUOTATION) -> list[str]:
    document = document_from_text(text, title="x")
    return [document.text[region.start : region.end] for region in document.regions if region.kind is kind]


@pytest.mark.parametrize(
    ("text", "quotations"),
    [
        ("He said: “We will not pay this bill.” Then he left.", ["“We will not pay this bill.”"]),
        ('"We will not pay," she said, "and that is final now."', ['"We will not pay,"', '"and that is final now."']),
        ("They call it a “quick fix” in town.", []),
        ('The board is 6\'2" tall and the door is 7" wide in all.', []),
        ("The minister said ‘we will not pay for the dogs’ home’ on Monday.", ["‘we will not pay for the dogs’ home’"]),
        ("It was the teachers’ union and the drivers’ union that won.", []),
        ("Er sagte: „Wir zahlen diese Rechnung nicht.“ Dann ging er.", ["„Wir zahlen diese Rechnung nicht.“"]),
        ("Elle a dit « nous ne paierons pas la note » hier.", ["« nous ne paierons pas la note »"]),
        (
            "“He told me ‘we will never pay this’ and left,” she said.",
            ["“He told me ‘we will never pay this’ and left,”"],
        ),
        ("She said “nobody ever asked us about it", ["“nobody ever asked us about it"]),
    ],
)
def test_quotations_of_four_words_are_marked_with_their_marks(text: str, quotations: list[str]) -> None:
    assert found(text) == quotations


def test_a_quotation_over_several_paragraphs_is_marked_in_each() -> None:
    text = "“We waited for years.\n“Nobody came.\n“Now we build,” she said.\nThe council voted."
    assert found(text) == ["“We waited for years.", "“Nobody came.", "“Now we build,”"]


@pytest.mark.parametrize(("opened", "closed"), ["“”", '""'])
def test_a_quotation_may_go_on_over_paragraphs_without_a_mark(opened: str, closed: str) -> None:
    text = f"Poe said: {opened}We waited for years.\nNobody came.\nNow we build,{closed} she said.\nThe council voted."

    assert found(text) == [f"{opened}We waited for years.", "Nobody came.", f"Now we build,{closed}"]


def test_an_open_quotation_does_not_reach_over_another_one() -> None:
    text = "“We waited for years and years.\nThe council voted.\nThe “plan” is dead.”"

    assert found(text) == ["“We waited for years and years."]


def test_an_open_quotation_ends_with_its_paragraph() -> None:
    assert found("“We waited for years and years\nThe council voted on it today.") == ["“We waited for years and years"]


@pytest.mark.parametrize(
    "line",
    [
        "Correction: An earlier version of this article misspelled a name.",
        "This story was updated at 5 p.m. to add a statement.",
        "Meridian Wire contributed to this report.",
        "Sign up for our daily newsletter here.",
        "We may earn a commission if you buy something through our links.",
        "Editor’s note: The author is a cousin of the mayor.",
        "Reporting by Jo March; Editing by Amy March",
        "© 2026 The Harbor. All rights reserved.",
        "Dana Okafor can be reached at dana@harbor.example.",
    ],
)
def test_words_of_the_house_about_itself_are_notices(line: str) -> None:
    assert found(f"The council voted on Tuesday.\n{line}\nThe mayor was absent.", RegionKind.NOTICE) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "The report was updated in March by the bureau, which found 12 errors in the count.",
        "The council said that the newspaper’s report was wrong and that it would correct the record.",
        "She contributed $500 to the campaign of the mayor.",
        "The cookies were sold at the fair, and all of them were gone by noon.",
        "Photographs of the levee were shown to the council on Tuesday.",
    ],
)
def test_reporting_is_not_marked(line: str) -> None:
    assert document_from_text(f"The council voted on Tuesday.\n{line}\nThe mayor was absent.", title="x").regions == ()


@pytest.mark.parametrize(
    "line",
    [
        "Photo: Ines Marchand",
        "The levee on Monday. (AP Photo/Jo March)",
        "Image credit: The Harbor",
        "The mayor speaks. Jo March/Getty Images",
    ],
)
def test_captions_are_marked(line: str) -> None:
    assert found(f"The council voted on Tuesday.\n{line}\nThe mayor was absent.", RegionKind.CAPTION) == [line]


def test_a_post_is_marked_with_the_line_that_signs_it() -> None:
    post = "I did not take a dollar.\n— Victor Lindqvist (@vlindqvist) October 6, 2026"
    assert found(f"The mayor answered on Monday.\n{post}\nHe left.", RegionKind.EMBED) == [post]


def test_lists_are_runs_of_two_and_more() -> None:
    text = "The charges are:\n• He took money.\n• He lied.\nThe mayor denies it.\n• One item alone is a sentence."
    assert found(text, RegionKind.LIST) == ["• He took money.\n• He lied."]


def test_clauses_that_end_in_semicolons_are_a_list() -> None:
    text = (
        "The suit says that the city:\nhid the report;\npaid a friend; and\nlied to the auditor.\nThe city denies it."
    )
    assert found(text, RegionKind.LIST) == ["hid the report;\npaid a friend; and\nlied to the auditor."]
