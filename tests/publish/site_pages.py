"""Pages to show: a story with every element, and what the tests make of it. People, outlets and events are made up."""

from typing import Any

from aggregator.summarise.attention import words_of
from aggregator.summarise.covered import covered
from aggregator.summarise.page import Attention, StoryPage
from aggregator.summarise.page_coverage import SideAttention
from aggregator.text import sha256

SCHEMA = "https://example.org/schema/story/1"
OUTLETS = (
    ("Harbor Post", "Center"),
    ("The Commons", "Left"),
    ("Free Market Review", "Right"),
    ("Valley Ledger", "Lean Left"),
    ("Business Wire & Sons", "Lean Right"),
    ("Civic Radio", "Unrated"),
    ("The Forum", "Mixed"),
    ("Daily Square", "Disputed"),
    ("Harbor Evening", "Center"),
)
TITLES = (
    "Council Votes 7-2 to License the Release of Open Weights",
    "A Win for Public Oversight as Council Reins In Model Makers",
    "Harbor Council Puts a Tax on Tinkering",
    "Licence Rule Divides Coders and Safety Researchers",
    "Start-Ups Warn Licence Will Send Jobs Elsewhere",
    "What the New Licence Means for Harbor Falls",
    "Two Views of the Licence",
    "Council Passes Licence After Late-Night Session",
    "Council Votes 7-2 to License the Release of Open Weights",
)


def evidence(n: int, passage: str, field: str = "text", start: int = 0) -> dict[str, Any]:
    return {
        "n": n, "article_id": f"a_{n}", "revision": 1, "field": field, "start": start, "end": start + len(passage),
        "quote": passage, "sha256": sha256(passage), "method": "words", "score": 1.0,
    }  # fmt: skip


def taken(n: int, words: str, passage: str, *, before: str = "", after: str = ".") -> dict[str, Any]:
    """A sentence of own words around words taken from a passage."""
    parts = [(before, True), (words, False), (after, True)]
    return {
        "text": before + words + after,
        "kind": "composed",
        "parts": [{"text": text, "own": own, "evidence": None if own else 0} for text, own in parts if text],
        "citations": [n],
        "evidence": [evidence(n, passage)],
    }


def both(n: int, words: str, passage: str, m: int, more: str, other: str) -> dict[str, Any]:
    """Two extracts of two sources in one sentence."""
    parts = [(words, 0), ("; ", None), (more, 1), (".", None)]
    return {
        "text": "".join(text for text, _ in parts),
        "kind": "composed",
        "parts": [{"text": text, "own": k is None, "evidence": k} for text, k in parts],
        "citations": sorted((n, m)),
        "evidence": [evidence(n, passage), evidence(m, other)],
    }


def counted(text: str, **figures: Any) -> dict[str, Any]:
    parts = [{"text": text, "own": True, "evidence": None}]
    return {"text": text, "kind": "synthesis", "parts": parts, "citations": [], "evidence": [], "figures": figures}


def source(n: int) -> dict[str, Any]:
    outlet, lean = OUTLETS[n - 1]
    raters = [{"rater": "Desk of Harbor Falls", "label": lean, "rated_on": "2026-03-01", "method": "read 40 articles"}]
    return {
        "n": n, "article_id": f"a_{n}", "outlet": outlet, "unit": "news", "title": TITLES[n - 1], "kind": "news",
        "lean": {"label": lean, "raters": raters if lean != "Unrated" else [], "rule": "mean/1", "as_of": "2026-10-21"},
        "url": f"https://outlet-{n}.example/licence", "published_at": f"2026-10-21T{8 + n:02}:00:00Z",
        "author": "Rosa Lind" if n % 2 else None, "extent": "teaser" if n == 8 else "full",
        "syndication_id": "a_1" if n in (1, 9) else None, "country": "US",
    }  # fmt: skip


LEAD = (
    "The Harbor Falls city council voted 7-2 on Tuesday, after a session of nine hours, to require a licence from "
    "anyone who publishes the weights of a large language model."
)
SAFETY = "“Once weights are out, nobody can call them back,” said Mira Solberg of the Institute for Safe Systems."
OPEN = "“This is a tax on tinkering,” said Tom Beckett, president of the Open Builders Association."
COST = "Small firms say that the licence, which costs $12,000 a year, will force them to stop publishing their models."
AUDIT = "Supporters of the rule said that audits before a release would find the worst faults while they can be mended."
MONEY = "The city has set aside $250,000 for the office that will grant the licences, and expects 40 requests a year."


def _views() -> dict[str, Any]:
    safety = {"name": "Institute for Safe Systems", "role": "represented by its head Mira Solberg",
              "kind": "organisation", "evidence": [evidence(4, SAFETY)]}  # fmt: skip
    builders = {"name": "Open Builders Association", "role": "represented by its president Tom Beckett",
                "kind": "organisation", "evidence": [evidence(5, OPEN)]}  # fmt: skip
    never = "“Once weights are out, nobody can call them back”"
    tax = "“a tax on tinkering”"
    return {
        "perspectives": [
            {"label": "Safety Researchers", "holder": safety, "leans": ["Lean Left", "Left"],
             "sentence": taken(4, never, SAFETY, before="Warns that ")},
            {"label": "Open Builders", "holder": builders, "leans": ["Lean Right", "Right"],
             "sentence": taken(5, tax, OPEN, before="Calls the licence ")},
        ],
        "viewpoints": [
            {"name": "Open Builders", "holder": builders, "leans": ["Lean Right"],
             "stance": taken(5, tax, OPEN, before="Calls the licence "),
             "sentences": [
                 taken(5, "Small firms say that the licence will force them to stop publishing their models", COST),
                 taken(3, "Supporters of the rule said that audits would find the worst faults", AUDIT),
             ]},
            {"name": "Safety Researchers", "holder": safety, "leans": ["Lean Left"],
             "stance": taken(4, never, SAFETY, before="Warns that "),
             "sentences": [taken(4, "audits would find the worst faults", AUDIT, before="Says that ")]},
        ],
    }  # fmt: skip


def _body() -> list[list[dict[str, Any]]]:
    lead = "The Harbor Falls city council voted 7-2 on Tuesday to require a licence from anyone who publishes weights"
    cost = "Small firms say that the licence will force them to stop publishing their models"
    audit = "Supporters of the rule said that audits before a release would find the worst faults"
    return [
        [taken(1, lead, LEAD), taken(2, "The city has set aside $250,000 for the office", MONEY, before="The cost: ")],
        [
            taken(3, cost, COST, before="The builders’ case: "),
            taken(3, "“This is a tax on tinkering”", OPEN, before="Tom Beckett said: "),
        ],
        [both(4, audit, AUDIT, 5, cost[0].lower() + cost[1:], COST)],
        [
            counted("Seven of nine sources name the cost of the licence.", sources=9, with_cost=7, share=0.7777),
            taken(6, "The city expects 40 requests a year", MONEY),
            taken(7, "“Once weights are out, nobody can call them back”", SAFETY, before="Mira Solberg said: "),
            taken(8, "after a session of nine hours", LEAD, before="The vote came "),
            taken(9, "The Harbor Falls city council voted 7-2", LEAD, before="The agency’s text says the same: "),
        ],
    ]


def _beside() -> dict[str, Any]:
    return {
        "claims": [
            {"id": "c1", "text": "The council requires a licence for publishing weights, 7-2.",
             "reported_by": [1, 2, 3, 4, 5, 6, 7, 9], "not_observed": [8]},
            {"id": "c2", "text": "The licence costs $12,000 a year.", "reported_by": [3, 5], "contradicted_by": [2],
             "not_mentioned_by": [1, 4, 6, 7, 9], "not_observed": [8]},
        ],
        "quotes": [
            {"text": "Once weights are out, nobody can call them back", "speaker": "Mira Solberg", "verb": "said",
             "role": "head of the Institute for Safe Systems", "n": 4, "evidence": [evidence(4, SAFETY)]},
            {"text": "This is a tax on tinkering", "speaker": "Tom Beckett", "verb": "said",
             "role": "president of the Open Builders Association", "n": 5, "evidence": [evidence(5, OPEN)]},
        ],
        "headlines": [{"n": n, "title": TITLES[n - 1], "lean": OUTLETS[n - 1][1]} for n in range(1, 10)],
        "timeline": [{"at": "2026-10-21T09:00:00Z", "n": 1, "text": "First report"},
                     {"at": "2026-10-21T10:00:00Z", "n": 2, "text": "First report from the left"}],
        "related": [{"id": "s_other", "topic": "Artificial Intelligence", "headline": "Chip Plant Opens in Valley",
                     "url": "https://news.example.org/story/s_other/chip-plant-opens", "source_count": 4}],
        "not_represented": [{"text": "People who use the models without an office behind them, quoted in none of nine.",
                             "basis": {"kind": "speakers", "figures": {"speakers": 14, "of_group": 0}}}],
        "why_it_matters": [taken(2, "The city has set aside $250,000 for the office", MONEY)],
    }  # fmt: skip


def raw_story(key: str = "s_licence", **changes: Any) -> dict[str, Any]:
    """The whole page as plain values; `changes` replace its fields."""
    council = "The Harbor Falls council voted 7-2 on Tuesday to require a licence from anyone who publishes the weights"
    dek = taken(1, council + " of a large language model", LEAD)
    return {
        "schema": SCHEMA, "form": "story", "id": key, "version": 2, "language": "en", "rank": 1, "status": "published",
        "url": f"https://news.example.org/story/{key}/council-votes-to-license-open-weights",
        "published_at": "2026-10-21T18:00:00Z", "updated_at": "2026-10-21T20:30:00Z", "merged_into": None,
        "licence": "CC-BY-4.0 for the page's own words; quotations and extracts belong to their outlets",
        "topic": {"slug": "ai", "name": "Artificial Intelligence"},
        "headline": TITLES[0], "headline_evidence": [evidence(1, TITLES[0], "title")],
        "dek": [dek], "body": _body(), "sources": [source(n) for n in range(1, 10)],
        "coverage": {
            "articles": 9, "sources": 9, "independent": 8,
            "by_lean": {label: {"sources": 1 + (label == "Center"), "independent": 1}
                        for label in ("Left", "Lean Left", "Center", "Lean Right", "Right")},
            "unrated": 1, "mixed": 1, "disputed": 1, "first": {"Center": "a_1", "Left": "a_2"},
            "gap": {"state": "not-tested", "reason": "no-history: the outlets’ usual coverage is not known yet"},
        },
        "omitted": [{"element": "timeline", "reason": "too-little-evidence: one report"}],
        "corrections": [{"at": "2026-10-21T20:30:00Z", "kind": "correction", "note": "The vote was 7-2, not 7-3."}],
        "provenance": {"engine": "extractive/1", "model": None, "edition": "2026-10-21T20", "reviewed": False,
                       "reviewed_by_role": None, "settings": {"cap_words": 120, "cap_share": 0.2}},
        **_views(), **_beside(), **changes,
    }  # fmt: skip


def story(key: str = "s_licence", **changes: Any) -> StoryPage:
    """A page with every element."""
    return StoryPage.model_validate(raw_story(key, **changes))


def syndicated(key: str = "s_copies") -> StoryPage:
    """A page on which three outlets print an agency's text, one reuses part of it, and two have one owner."""
    raw = raw_story(key)
    agency = {"name": "Northern Press", "outlet_key": ""}
    for n in (1, 4, 9):
        raw["sources"][n - 1] |= {"syndication_id": "a_1", "origin": agency}
    for n in (2, 3):
        raw["sources"][n - 1]["owner"] = "Signal Group"
    reuse, lead = {"n": 5, "share": 0.43, "kind": "partial"}, {"n": 8, "share": 1, "kind": "possible-copy"}
    raw["coverage"] |= {"independent": 7, "owners": 8, "owners_unknown": 7}
    raw["coverage"]["partial_reuse"] = [{**one, "of": 1} for one in (reuse, lead)]
    return StoryPage.model_validate(raw)


def crowded(key: str) -> StoryPage:
    """A page of forty sources with what breaks layouts: words without end, German compounds, Arabic and Chinese."""
    outlets = ("Donaudampfschifffahrtsgesellschaftsanzeiger", "صحيفة الميناء اليومية", "港口晚报", "W" * 70)
    names = ("Anna-Magdalena Freifrau von Rechtsschutzversicherungsgesellschaften", "فاطمة الزهراء بنت محمد", "李小龙")
    heads = (
        "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung Entzweit Rat und Rindfleischetikettierer",
        "المجلس يصوّت على ترخيص نماذج الذكاء الاصطناعي بعد جلسة استمرت تسع ساعات",
        "市议会投票决定对开放权重模型实行许可证制度", "https://outlet.example/" + "a" * 120,
    )  # fmt: skip
    cards = [
        {**source((n - 1) % 9 + 1), "n": n, "article_id": f"a_{n}", "outlet": f"{outlets[n % 4]} {n}",
         "title": heads[n % 4], "author": names[n % 3], "syndication_id": None}
        for n in range(1, 41)
    ]  # fmt: skip
    everyone = list(range(1, 41))
    quotes = [{**quote, "speaker": names[i], "role": outlets[i]} for i, quote in enumerate(raw_story()["quotes"])]
    views = {name: [{**view, "label": names[0], "name": names[i], "holder": {**view["holder"], "name": names[i]}}
                    for i, view in enumerate(_views()[name])] for name in ("perspectives", "viewpoints")}  # fmt: skip
    for view in views["perspectives"]:
        view.pop("name")
    for view in views["viewpoints"]:
        view.pop("label")
    return story(
        key, headline=heads[0], sources=cards, quotes=quotes, **views,
        headlines=[{"n": card["n"], "title": card["title"], "lean": card["lean"]["label"]} for card in cards],
        claims=[{"id": "c1", "text": heads[0], "reported_by": everyone},
                {"id": "c2", "text": heads[1], "reported_by": [1]}],
        topic={"slug": "ai", "name": outlets[0]},
    )  # fmt: skip


def tombstone(key: str, status: str = "withdrawn", into: str | None = None) -> StoryPage:
    """A page that was withdrawn or merged, as it is stored: with all that it told."""
    return story(
        key, version=3, status=status, merged_into=into, headline="What It Was Called",
        url=f"https://news.example.org/story/{key}/what-it-was-called",
        published_at="2026-10-20T18:00:00Z", updated_at="2026-10-21T21:00:00Z",
        corrections=[{"at": "2026-10-21T21:00:00Z", "kind": "withdrawal", "note": "It rested on a hoax."}],
    )  # fmt: skip


def covered_story(key: str = "s_covered", **changes: Any) -> StoryPage:
    """A page with all that is told of its coverage: three countries, a state-owned outlet, one without a time."""
    raw = raw_story(key)
    countries = ("US", "US", "GB", "DE", "US", "", "GB", "US", "US")
    kinds = ("private", "private", "state", "public", "non-profit", "", "academic", "private", "private")
    hours = (9, 10, 11, 13, 17, 18, 30, 33, 35)
    for n, card in enumerate(raw["sources"]):
        day, hour = divmod(hours[n], 24)
        at = f"2026-10-{21 + day}T{hour:02}:{5 * n % 60:02}:00Z"
        card |= {"country": countries[n], "owner_kind": kinds[n], "published_at": at, "outlet_key": f"outlet-{n}"}
    raw["sources"][5]["published_at"] = "2026-10-21T00:00:00Z"
    raw["sources"][7] |= {"published_at": None, "found_at": "2026-10-22T08:00:00Z"}
    for n in (1, 2):
        raw["sources"][n]["owner"] = "Signal Group"
    raw |= changes
    page = StoryPage.model_validate(raw)
    sides = [("left", 14, 310, 2), ("center", 9, 200, 1), ("right", 11, 150, 0)]
    attention = Attention(
        state="counted", since="2026-10-21T09:00:00Z", until="2026-10-22T09:00:00Z",
        sides=[
            SideAttention(side=side, outlets=outlets, articles=articles, on_story=on, outlets_on_story=on,  # type: ignore[arg-type]
                          share=round(on / articles, 5))
            for side, outlets, articles, on in sides
        ],
    )  # fmt: skip
    attention = attention.model_copy(update={"text": words_of(attention)})
    coverage = page.coverage.model_copy(update={**covered(page.sources), "attention": attention})
    return page.model_copy(update={"coverage": coverage})
