"""The citation rules: a valid page passes, and every single change of what it rests on is found."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from aggregator.summarise.context import CopyLimits
from aggregator.summarise.page import StoryPage, Tombstone
from aggregator.summarise.validate import Documents, DocumentText, Fault, clip, faults, held, warnings
from aggregator.text import sha256
from aggregator.types import Extent, Kind, Region, RegionKind, Rights

DATA = Path(__file__).parent / "data"
PAGE: dict[str, Any] = json.loads((DATA / "page.json").read_text(encoding="utf-8"))
Change = Callable[[dict[str, Any]], object]


def documents() -> dict[tuple[str, int], DocumentText]:
    found = {}
    for line in (DATA / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        regions = tuple(Region(one["start"], one["end"], RegionKind(one["kind"])) for one in row["regions"])
        found[row["article_id"], row["revision"]] = DocumentText(row["title"], row["text"], regions)
    return found


DOCUMENTS = documents()


def changed(change: Change) -> dict[str, Any]:
    page = copy.deepcopy(PAGE)
    change(page)
    return page


def check(page: dict[str, Any], known: Documents = DOCUMENTS, limits: CopyLimits | None = None) -> list[Fault]:
    return faults(StoryPage.model_validate(page), known, limits)


def rules(change: Change, known: Documents = DOCUMENTS) -> set[int]:
    return {fault.rule for fault in check(changed(change), known)}


def with_document(article: str, **values: Any) -> Documents:
    return DOCUMENTS | {(article, 1): replace(DOCUMENTS[article, 1], **values)}


def put(*path: Any) -> Change:
    """A change that sets the value at a path: `put("body", 0, 0, "citations", [2])`."""
    *way, last, value = path

    def change(page: dict[str, Any]) -> None:
        place: Any = page
        for step in way:
            place = place[step]
        place[last] = value

    return change


def sentence(*parts: tuple[str, int | None], evidence: list[dict[str, Any]], kind: str = "composed") -> dict[str, Any]:
    """A sentence of own parts (None) and taken parts (index of evidence)."""
    return {
        "text": "".join(text for text, _ in parts),
        "kind": kind,
        "parts": [{"text": text, "own": at is None, "evidence": at} for text, at in parts],
        "citations": sorted({one["n"] for one in evidence}),
        "evidence": evidence,
    }


def passage(n: int, words: str) -> dict[str, Any]:
    """Evidence for words of the article behind card n."""
    article = next(card["article_id"] for card in PAGE["sources"] if card["n"] == n)
    text = DOCUMENTS[article, 1].text
    start = text.index(words)
    return {
        "n": n, "article_id": article, "revision": 1, "field": "text", "start": start, "end": start + len(words),
        "quote": clip(words), "sha256": sha256(words), "method": "words", "score": 1.0,
    }  # fmt: skip


QUOTE = (
    "“This is a tax on the little guy,” said Tom Beckett, president of the Harbor Falls Landscape Association, which"
    " represents 140 firms."
)
SAID = "Beckett said battery models do not last a working day."


WIDE = CopyLimits(share=0.5)


def body(*sentences: dict[str, Any]) -> Change:
    """A change that puts a further paragraph of these sentences to the end of the body."""
    return lambda page: page["body"].append(list(sentences))


def test_a_valid_page_has_no_faults() -> None:
    assert check(PAGE) == []


def test_a_fault_names_page_rule_and_place() -> None:
    found = check(changed(put("body", 0, 0, "evidence", 0, "sha256", "0" * 64)))

    assert str(found[0]) == "s_harborfalls v1: rule 4 at body[0][0].evidence[0].sha256: is not that of the passage"
    assert held(found * 5).endswith("(and 2 more)")


def test_lengths_are_warnings_and_hold_nothing_back() -> None:
    found = warnings(StoryPage.model_validate(PAGE))

    assert {fault.place for fault in found} >= {"body[0]", "why_it_matters", "perspectives[1]"}
    assert check(PAGE) == []


BROKEN: list[tuple[str, int, Change]] = [
    ("a citation without a card", 1, put("body", 0, 0, "citations", [7])),
    ("a card that nothing cites", 1, lambda p: p["sources"].append(p["sources"][0] | {"n": 4, "article_id": "a_4"})),
    ("numbers not in the order of first use", 1, lambda p: p["body"].reverse()),
    ("cards out of order", 1, lambda p: p["sources"].reverse()),
    ("two cards of one article", 1, lambda p: p["sources"].append(p["sources"][0] | {"n": 4})),
    ("evidence of another article than its card", 1, put("body", 0, 0, "evidence", 0, "article_id", "a_2")),
    ("a headline entry without a card", 1, put("headlines", 0, "n", 9)),
    ("a timeline entry without a card", 1, put("timeline", 0, "n", 9)),
    ("more articles than cards", 1, put("coverage", "articles", 4)),
    ("a body sentence without evidence", 2, lambda p: p["body"][0][0].update(evidence=[], citations=[])),
    ("a synthesis without figures", 2, put("body", 3, 0, "figures", None)),
    ("citations that are not the evidence's", 3, put("body", 2, 0, "citations", [1])),
    ("citations out of order", 3, put("body", 2, 0, "citations", [2, 1])),
    ("a repeated citation", 3, put("body", 2, 0, "citations", [1, 1, 2])),
    ("a marker in the text", 3, put("headline", "Council Votes to Ban Gas Leaf Blowers From Spring [3]")),
    ("a hash that is wrong", 4, put("dek", 0, "evidence", 0, "sha256", "a" * 64)),
    ("a quote that is wrong", 4, put("dek", 0, "evidence", 0, "quote", "The council voted 2-7.")),
    ("an offset that is wrong", 4, put("dek", 0, "evidence", 0, "start", 1)),
    ("an offset past the end", 4, put("dek", 0, "evidence", 0, "end", 99_999)),
    ("a revision that nobody has", 4, put("dek", 0, "evidence", 0, "revision", 2)),
    ("a score that is no number", 4, put("dek", 0, "evidence", 0, "score", float("nan"))),
    ("a card's title that is not the article's", 4, put("sources", 1, "title", "Small Landscapers Win")),
    ("a dek without evidence", 6, lambda p: p["dek"][0].update(evidence=[], citations=[])),
    ("one perspective alone", 6, lambda p: p["perspectives"].pop()),
    ("a holder without evidence", 6, put("perspectives", 0, "holder", "evidence", [])),
    ("a gap in the page that is not explained", 6, put("omitted", [])),
    ("an omission of what is there", 6, put("omitted", 0, {"element": "why_it_matters", "reason": "none"})),
    ("an absence without figures", 6, put("not_represented", 0, "basis", {"kind": "speakers"})),
    ("a headline without evidence", 6, put("headline_evidence", [])),
    ("a lean that nobody gave", 6, put("sources", 1, "lean", "raters", [])),
    ("a claim that nobody reports", 6, put("claims", 0, "reported_by", [])),
    ("a source that says and leaves out a claim", 6, put("claims", 0, "not_mentioned_by", [2])),
    ("a number that is not among the figures", 6, put("body", 3, 0, "figures", {"sources": 3})),
    ("a headline that is not the title", 7, put("headline", "Council Votes to Ban All Leaf Blowers From Spring")),
    ("a label from no template", 7, put("perspectives", 0, "label", "The Sensible Majority")),
    ("an absence from no template", 7, put("not_represented", 0, "text", "Sadly, nobody asked the makers.")),
    ("words left out that may not be", 7, put("why_it_matters", 0, "parts", 0, "text", "The city set aside $250,000")),
    ("a part of a paraphrase", 7, put("why_it_matters", 0, "kind", "paraphrase")),
    ("own words from nowhere", 7, put("body", 2, 0, "parts", 0, "text", "Astonishingly, ")),
    ("text that is not its parts", 7, put("why_it_matters", 0, "text", "The city has set aside money.")),
    ("a perspective that opens with no verb", 7, put("perspectives", 1, "sentence", "parts", 0, "text", "; ")),
    ("a stronger verb", 7, put("perspectives", 0, "sentence", "parts", 0, "text", "Insists: ")),
    ("a plain page withdrawn", 0, put("status", "withdrawn")),
    ("no dek", 0, put("dek", [])),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "change"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_page_that_breaks_a_rule_is_held_back(rule: int, change: Change) -> None:
    assert rule in rules(change)


def quoted(before: str, words: str = "“a tax on the little guy”", after: str = ".") -> dict[str, Any]:
    return sentence((before, None), (words, 0), (after, None), evidence=[passage(2, QUOTE)])


@pytest.mark.parametrize(
    "before", ["Beckett says: ",
               "The Harbor Falls Landscape Association calls the ban ", "Tom Beckett calls it "]
)  # fmt: skip
def test_a_quotation_may_stand_behind_its_speaker(before: str) -> None:
    assert check(changed(body(quoted(before)))) == []


@pytest.mark.parametrize("before", ["Ruiz says: ", "The other side: ", "Council member Dana Ruiz calls it "])
def test_a_quotation_of_somebody_else_is_refused(before: str) -> None:
    assert 5 in rules(body(quoted(before)))


def test_a_quotation_that_is_not_verbatim_is_refused() -> None:
    assert 5 in rules(body(quoted("Beckett says: ", "“a tax on the small guy”")))


def test_quotation_marks_around_own_words_are_refused() -> None:
    assert 5 in rules(
        body(sentence(("The “other side”: ", None), (SAID[:-1], 0), (".", None), evidence=[passage(2, SAID)]))
    )


def test_reported_words_want_their_speaker_back() -> None:
    clause, evidence = "battery models do not last a working day", [passage(2, SAID)]
    alone = sentence((clause, 0), (".", None), evidence=evidence)
    given_back = sentence(("Tom Beckett says that ", None), (clause, 0), (".", None), evidence=evidence)
    wrong = sentence(("Dana Ruiz says that ", None), (clause, 0), (".", None), evidence=evidence)
    stronger = sentence(("Tom Beckett insists that ", None), (clause, 0), (".", None), evidence=evidence)

    assert check(changed(body(given_back)), limits=WIDE) == []
    assert 5 in rules(body(alone))
    assert rules(body(wrong)) & {5, 7}
    assert 7 in rules(body(stronger))


def test_the_outlets_report_is_not_put_into_a_mouth() -> None:
    fact = "The council approved the ban 7-2 on Tuesday."
    credited = sentence(
        ("Harbor Business Wire reports that ", None),
        ("the council approved the ban 7-2", 0),
        (".", None),
        evidence=[passage(2, fact)],
    )
    spoken = sentence(
        ("Beckett says that ", None),
        ("the council approved the ban 7-2", 0),
        (".", None),
        evidence=[passage(2, SAID + " " + fact)],
    )
    other = sentence(
        ("Valley Ledger reports that ", None),
        ("the council approved the ban 7-2", 0),
        (".", None),
        evidence=[passage(2, fact)],
    )

    assert check(changed(body(credited)), limits=WIDE) == []
    assert 5 in rules(body(spoken))
    assert rules(body(other)) & {5, 7}


def test_a_passage_that_is_half_a_sentence_is_refused() -> None:
    half = "the city’s new ban on gas-powered leaf blowers will force them to raise prices or lay off workers."

    assert 7 in rules(body(sentence((half[:-1], 0), (".", None), evidence=[passage(2, half)])))


def test_eight_words_in_a_row_of_a_source_are_not_own_words() -> None:
    own = "Small landscaping firms say the city’s new ban on gas-powered leaf blowers: "
    found = check(changed(body(sentence((own, None), (SAID[:-1], 0), (".", None), evidence=[passage(2, SAID)]))))

    assert any("copy a source" in fault.text for fault in found)


def test_too_many_words_from_one_article_are_refused() -> None:
    found = check(PAGE, limits=CopyLimits(words=30))

    assert {(fault.rule, fault.place) for fault in found} == {
        (7, "sources[0]"),
        (7, "sources[1]"),
        (7, "sources[1].outlet"),
    }


def test_too_long_a_quotation_is_refused() -> None:
    found = check(PAGE, limits=CopyLimits(quotation=2))

    assert {fault.rule for fault in found} == {7}


@pytest.mark.parametrize("kind", [RegionKind.EMBED, RegionKind.LIST, RegionKind.CAPTION, RegionKind.NOTICE])
def test_words_of_a_region_that_is_not_the_outlet_are_refused(kind: RegionKind) -> None:
    known = with_document("a_3", regions=(Region(0, 120, kind),))

    assert {fault.rule for fault in check(PAGE, known)} == {8}


def test_the_inside_of_a_quotation_is_not_report() -> None:
    text = DOCUMENTS["a_3", 1].text
    inside = with_document("a_3", text=text, regions=(Region(0, 400, RegionKind.QUOTATION),))

    assert 8 in {fault.rule for fault in check(PAGE, inside)}


@pytest.mark.parametrize("kind", [Kind.OPINION, Kind.SATIRE])
def test_opinion_and_satire_are_no_report(kind: Kind) -> None:
    known = with_document("a_3", kind=kind)

    assert 8 in rules(put("sources", 0, "kind", kind.value), known)


def test_opinion_may_be_quoted_with_its_author() -> None:
    known = with_document("a_3", kind=Kind.OPINION)
    words = (
        "Rebates will cover up to half of the price of a battery model, first for firms registered in the city, then"
        " for households, until the money is spent."
    )

    def change(author: str | None) -> Change:
        def to(page: dict[str, Any]) -> None:
            page["sources"][0] |= {"kind": "opinion", "author": author}
            said = sentence(
                ("Valley Ledger writes that ", None),
                ("“Rebates will cover up to half of the price”", 0),
                (".", None),
                evidence=[passage(1, words)],
            )
            page["body"] = [[said]]

        return to

    def about(author: str | None) -> list[str]:
        return [fault.text for fault in check(changed(change(author)), known) if fault.place.startswith("body[0]")]

    assert about("Valley Ledger") == []
    assert about("Ann Poe") == ["taken from opinion without its author"]


@pytest.mark.parametrize("rights", [Rights.METADATA, Rights.QUOTE])
def test_what_an_article_does_not_allow_is_not_taken(rights: Rights) -> None:
    assert 8 in {fault.rule for fault in check(PAGE, with_document("a_3", rights=rights))}


def test_does_not_mention_is_said_of_full_texts_only() -> None:
    leaves_out = changed(lambda p: p["claims"][0].update(reported_by=[2, 3], not_mentioned_by=[1]))
    teaser = with_document("a_3", extent=Extent.TEASER)

    assert check(leaves_out) == []
    assert {fault.rule for fault in check(leaves_out, teaser)} == {8}


def test_a_quote_names_its_speaker() -> None:
    assert 5 in rules(put("quotes", 0, "speaker", "Tom Beckett"))
    assert 5 in rules(put("quotes", 0, "text", "People deserve quiet evenings"))
    assert 1 in rules(put("quotes", 0, "n", 2))


def test_a_tombstone_says_where_its_story_went() -> None:
    kept = ("schema", "form", "id", "version", "url", "published_at", "updated_at", "headline")
    stone = {key: PAGE[key] for key in kept}

    assert faults(Tombstone.model_validate(stone | {"status": "withdrawn"}), {}) == []
    assert faults(Tombstone.model_validate(stone | {"status": "merged", "merged_into": "s_other"}), {}) == []
    assert faults(Tombstone.model_validate(stone | {"status": "merged"}), {}) != []


# the property: whatever is changed in what a sentence rests on, the validator fails


def sentences(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for paragraph in page["body"]:
        yield from paragraph
    yield from page["dek"]
    yield from page["why_it_matters"]
    yield from (one["sentence"] for one in page["perspectives"])


def evidences(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for one in sentences(page):
        yield from one["evidence"]
    for one in page["perspectives"]:
        yield from one["holder"]["evidence"]
    for one in page["quotes"]:
        yield from one["evidence"]
    yield from page["headline_evidence"]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
HASH = st.text("0123456789abcdef", min_size=64, max_size=64)


def other(drawn: st.DataObject, value: Any, values: st.SearchStrategy[Any]) -> Any:
    return drawn.draw(values.filter(lambda one: one != value))


def change_marker(page: dict[str, Any], drawn: st.DataObject) -> None:
    one = drawn.draw(st.sampled_from(list(sentences(page))))
    one["citations"] = other(drawn, one["citations"], st.lists(st.integers(1, 5), max_size=4))


def change_part(page: dict[str, Any], drawn: st.DataObject) -> None:
    one = drawn.draw(st.sampled_from(list(sentences(page))))
    part = drawn.draw(st.sampled_from(one["parts"]))
    part["text"] = other(drawn, part["text"], TEXT)


def change_words(page: dict[str, Any], drawn: st.DataObject) -> None:
    """A word of taken words is dropped, doubled or replaced, and the sentence's text goes along."""
    taken = [(one, part) for one in sentences(page) for part in one["parts"] if not part["own"]]
    one, part = drawn.draw(st.sampled_from(taken))
    words = part["text"].split()
    at = drawn.draw(st.integers(0, len(words) - 1))
    new = drawn.draw(st.sampled_from(["", "not", "Beckett", "410", f"{words[at]} {words[at]}"]))
    assume(new != words[at])
    part["text"] = " ".join([*words[:at], *new.split(), *words[at + 1 :]])
    one["text"] = "".join(each["text"] for each in one["parts"])


def change_owner(page: dict[str, Any], drawn: st.DataObject) -> None:
    one = drawn.draw(st.sampled_from(list(sentences(page))))
    part = drawn.draw(st.sampled_from(one["parts"]))
    part["own"] = not part["own"]


def change_index(page: dict[str, Any], drawn: st.DataObject) -> None:
    one = drawn.draw(st.sampled_from(list(sentences(page))))
    part = drawn.draw(st.sampled_from(one["parts"]))
    part["evidence"] = other(drawn, part["evidence"], st.one_of(st.none(), st.integers(-2, 5)))


def change_quote(page: dict[str, Any], drawn: st.DataObject) -> None:
    one = drawn.draw(st.sampled_from(list(evidences(page))))
    one["quote"] = other(drawn, one["quote"], TEXT)


def change_offset(page: dict[str, Any], drawn: st.DataObject) -> None:
    one = drawn.draw(st.sampled_from(list(evidences(page))))
    end = drawn.draw(st.sampled_from(["start", "end"]))
    one[end] = other(drawn, one[end], st.integers(1, 2_000))


def change_hash(page: dict[str, Any], drawn: st.DataObject) -> None:
    one = drawn.draw(st.sampled_from(list(evidences(page))))
    one["sha256"] = other(drawn, one["sha256"], HASH)


def change_source(page: dict[str, Any], drawn: st.DataObject) -> None:
    one = drawn.draw(st.sampled_from(list(evidences(page))))
    field, values = drawn.draw(
        st.sampled_from([
            ("n", st.integers(1, 5)),
            ("article_id", st.sampled_from(["a_1", "a_2", "a_3", "a_9"])),
            ("revision", st.integers(1, 3)),
            ("field", st.sampled_from(["text", "title"])),
        ])
    )  # fmt: skip
    one[field] = other(drawn, one[field], values)


def change_field(*ways: tuple[Any, ...]) -> Callable[[dict[str, Any], st.DataObject], None]:
    """A change of one of the values at these paths, in which "*" is any index; a count, a text or an id as may be."""

    def change(page: dict[str, Any], drawn: st.DataObject) -> None:
        place: Any = page
        *way, last = drawn.draw(st.sampled_from(ways))
        for step in way:
            place = drawn.draw(st.sampled_from(place)) if step == "*" else place[step]
        old = place[last]
        place[last] = other(drawn, old, st.integers(1, 9) if isinstance(old, int) else TEXT.filter(str.strip))

    return change


change_headline = change_field(("headline",), ("headline_evidence", "*", "quote"))
change_label = change_field(("perspectives", "*", "label"), ("not_represented", "*", "text"))
change_holder = change_field(("perspectives", "*", "holder", "name"))
change_said = change_field(*(("quotes", "*", name) for name in ("text", "speaker", "n", "role", "verb")))
change_card = change_field(*(("sources", "*", name) for name in ("n", "article_id", "title", "kind", "extent", "url")))
change_listed = change_field(("headlines", "*", "title"), ("headlines", "*", "lean"), ("timeline", "*", "at"))
change_count = change_field(
    *(("coverage", name) for name in ("articles", "sources", "independent", "unrated", "mixed", "disputed")),
    *(("coverage", "by_lean", lean, name) for lean in ("Center", "Lean Right") for name in ("sources", "independent")),
    ("coverage", "first", "Center"),
)


def change_numbering(page: dict[str, Any], drawn: st.DataObject) -> None:
    """Two cards change their numbers, with all that cites them: only the order of first use is wrong."""
    one, two = drawn.draw(st.lists(st.integers(1, 3), min_size=2, max_size=2, unique=True))
    swapped = {one: two, two: one}

    def renumber(value: Any) -> Any:
        if isinstance(value, list):
            return [renumber(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        lists = ("citations", "reported_by", "contradicted_by", "not_mentioned_by", "not_observed")
        return {
            key: swapped.get(inner, inner)
            if key == "n"
            else sorted(swapped.get(n, n) for n in inner)
            if key in lists
            else renumber(inner)
            for key, inner in value.items()
        }

    page.update(renumber(page))
    page["sources"].sort(key=lambda card: card["n"])


CHANGES = (
    change_marker, change_part, change_words, change_owner, change_index, change_quote, change_offset, change_hash,
    change_source, change_headline, change_label, change_holder, change_said, change_card, change_listed, change_count,
    change_numbering,
)  # fmt: skip


def is_found(page: dict[str, Any], limits: CopyLimits | None = None) -> bool:
    """Whether the schema or a rule refuses the page."""
    try:
        return check(page, limits=limits) != []
    except ValidationError:
        return True


@pytest.mark.parametrize("change", CHANGES)
@given(drawn=st.data())
@settings(max_examples=50)
def test_every_change_is_found(change: Callable[[dict[str, Any], st.DataObject], None], drawn: st.DataObject) -> None:
    page = copy.deepcopy(PAGE)
    change(page, drawn)

    assert is_found(page)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value of a page that is no list or object."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def spoilt(value: Any) -> list[Any]:
    """Other values in place of one: a little more, a little less."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    return ["x", 1] if value is None else [f"{value} x", value[:-1]]


#: what neither the page itself nor its documents can prove: the registry's and the installation's word for it
TAKEN_ON_TRUST = {
    "schema", "id", "version", "url", "language", "published_at", "updated_at", "rank", "licence", "topic.slug",
    "topic.name", "perspectives.holder.role", "viewpoints.holder.role",
    "not_represented.basis.kind", "not_represented.basis.figures.speakers",
    "not_represented.basis.figures.of_group", "not_represented.basis.figures.sources", "body.figures.sources",
    "sources.outlet", "sources.outlet_key", "sources.unit", "sources.lean.rule", "sources.lean.as_of", "sources.url",
    "sources.published_at", "sources.author", "sources.country", "sources.lean.raters.rater",
    "sources.lean.raters.label", "sources.lean.raters.rated_on", "coverage.gap.reason", "claims.id", "claims.text",
    "timeline.text", "provenance.engine", "provenance.model", "provenance.edition",
    "provenance.reviewed", "provenance.reviewed_by_role", "provenance.settings.cap_words",
    "provenance.settings.cap_share",
}  # fmt: skip


def with_viewpoints() -> dict[str, Any]:
    """The page with the first perspective told once more in depth."""
    page = copy.deepcopy(PAGE)
    first = page["perspectives"][0]
    told = {"name": first["label"], "holder": first["holder"], "stance": first["sentence"], "leans": first["leans"]}
    page["viewpoints"] = [told | {"sentences": [copy.deepcopy(page["body"][2][0])]}]
    page["omitted"] = [one for one in page["omitted"] if one["element"] != "viewpoints"]
    assert check(page, limits=WIDE) == []
    return page


def test_every_other_value_of_a_page_is_checked() -> None:
    valid, missed = with_viewpoints(), set()
    for *way, last in leaves(valid):
        for place in range(2):
            page = copy.deepcopy(valid)
            at: Any = page
            for step in way:
                at = at[step]
            values = spoilt(at[last])
            if place < len(values):
                at[last] = values[place]
                if not is_found(page, WIDE):
                    missed.add(".".join(step for step in (*way, last) if isinstance(step, str)))

    assert missed == TAKEN_ON_TRUST


def test_the_counts_are_those_of_the_cards() -> None:
    copied = changed(put("sources", 1, "syndication_id", "a_1"))
    of_the_agency = changed(put("sources", 1, "origin", {"name": "The Lantern", "outlet_key": "another"}))
    of_the_first = changed(put("sources", 1, "origin", {"name": "x", "outlet_key": PAGE["sources"][0]["outlet_key"]}))
    late = changed(lambda p: p["coverage"]["first"].update({"Unrated": "a_1"}))

    assert {fault.place for fault in check(copied)} == {"coverage.independent", "coverage.by_lean.Lean Right"}
    assert check(of_the_agency) == []
    assert {fault.place for fault in check(of_the_first)} == {"coverage.independent"}
    assert {fault.place for fault in check(late)} == {"coverage.first.Unrated"}


def test_owners_are_counted_from_the_cards_and_copies_stand_behind_a_card() -> None:
    owned = changed(lambda p: p["coverage"].update({"owners": 3, "owners_unknown": 3}))
    assert check(owned) == []

    one_owner = copy.deepcopy(owned)
    for card in one_owner["sources"][:2]:
        card["owner"] = "Signal Group"
    assert {fault.place for fault in check(one_owner)} == {"coverage.owners"}
    one_owner["coverage"] |= {"owners": 2, "owners_unknown": 1}
    assert check(one_owner) == []

    nowhere = copy.deepcopy(owned)
    nowhere["sources"][1]["syndication_id"] = "a_99"
    assert "sources[1].syndication_id" in {fault.place for fault in check(nowhere)}


def test_reuse_in_part_is_between_two_cards_of_two_texts() -> None:
    owned = changed(lambda p: p["coverage"].update({"owners": 3, "owners_unknown": 3}))
    reuse = {"n": 2, "of": 1, "share": 0.5, "kind": "partial"}
    owned["coverage"]["partial_reuse"] = [reuse]
    assert check(owned) == []

    for wrong in ({"of": 2}, {"n": 9}):
        owned["coverage"]["partial_reuse"] = [reuse | wrong]
        assert {fault.place for fault in check(owned)} == {"coverage.partial_reuse[0]"}


def test_own_words_are_compared_with_the_cited_articles_alone() -> None:
    own = "The Harbor Falls Landscape Association, which represents 140 firms, says that "
    uncited = DOCUMENTS | {("a_9", 1): DocumentText("Another", f"{own}nothing.")}
    [sentence] = [one for paragraph in PAGE["body"] for one in paragraph if one["kind"] == "synthesis"][:1]
    uncited |= {("a_8", 1): DocumentText("Another", f"{sentence['text']} {sentence['text']}")}

    assert check(PAGE, uncited) == []
