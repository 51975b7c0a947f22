"""A page without what it took from certain articles. Pure: stored JSON in, stored JSON out."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

#: what stands for a headline that was one of theirs
REMOVED = "[removed]"

Json = Mapping[str, Any]


def cites(content: Json, articles: Collection[str]) -> bool:
    """Whether a stored page has anything from one of `articles`: a card or a passage."""
    return any(card["article_id"] in articles for card in content["sources"]) or _rests(content, articles)


def redacted(content: Json, articles: Collection[str]) -> dict[str, Any]:
    """The page without the cards of `articles`, their titles, and every sentence, quotation and claim resting on them.

    What is left is no page to be shown: it says less than it counts. Ids, version, address and figures stay.
    """
    gone = {card["n"] for card in content["sources"] if card["article_id"] in articles}

    def rests(one: Json) -> bool:
        return bool(gone & set(one.get("citations", ()))) or _rests(one, articles)

    def kept(listed: Iterable[Any]) -> list[Any]:
        return [one for one in listed if not rests(one)]

    def by_number(listed: Iterable[Any]) -> list[Any]:
        return [one for one in listed if one["n"] not in gone]

    paragraphs = [kept(paragraph) for paragraph in content["body"]]
    taken_headline = any(one["article_id"] in articles for one in content["headline_evidence"])
    first = {label: key for label, key in content["coverage"].get("first", {}).items() if key not in articles}
    return {
        **content,
        "headline": REMOVED if taken_headline else content["headline"],
        "headline_evidence": [] if taken_headline else content["headline_evidence"],
        "dek": kept(content["dek"]),
        "perspectives": kept(content["perspectives"]),
        "why_it_matters": kept(content["why_it_matters"]),
        "body": [paragraph for paragraph in paragraphs if paragraph],
        "viewpoints": [
            {**view, "sentences": kept(view["sentences"])}
            for view in content["viewpoints"]
            if not rests(view["stance"]) and not rests(view["holder"])
        ],
        "sources": by_number(content["sources"]),
        "coverage": {**content["coverage"], "first": first, **_reports(content["coverage"], gone)},
        "claims": [_claim(one, gone) for one in content["claims"] if not gone & _tellers(one)],
        "quotes": by_number(kept(content["quotes"])),
        "headlines": by_number(content["headlines"]),
        "timeline": by_number(content["timeline"]),
        "omitted": [*content["omitted"], {"element": "sources", "reason": f"{len(gone)} were removed on request"}],
    }


def _rests(one: Any, articles: Collection[str]) -> bool:
    """Whether any passage below `one` is from `articles`."""
    if isinstance(one, Mapping):
        if "sha256" in one and one.get("article_id") in articles:
            return True
        return any(_rests(value, articles) for value in one.values())
    return isinstance(one, list) and any(_rests(value, articles) for value in one)


def _reports(coverage: Json, gone: Collection[int]) -> dict[str, Any]:
    """First reports and arrivals without the removed sources; nothing of a page that has none of these."""

    def kept(report: Json) -> dict[str, Any]:
        return {**report, "maybe_earlier": [n for n in report["maybe_earlier"] if n not in gone]}

    if "arrivals" not in coverage:
        return {}
    firsts, broke = coverage["first_of_side"].items(), coverage["broke"]
    return {
        "broke": kept(broke) if broke and broke["n"] not in gone else None,
        "first_of_side": {side: kept(report) for side, report in firsts if report["n"] not in gone},
        "arrivals": [one for one in coverage["arrivals"] if one["n"] not in gone],
    }


def _tellers(claim: Json) -> set[int]:
    return {*claim["reported_by"], *claim["contradicted_by"]}


def _claim(claim: Json, gone: Collection[int]) -> dict[str, Any]:
    silent = {key: [n for n in claim[key] if n not in gone] for key in ("not_mentioned_by", "not_observed")}
    return {**claim, **silent}
