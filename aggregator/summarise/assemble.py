"""From a written plan to the page: source cards, numbers by first use, and the data that stands beside the prose."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import get_args

from aggregator.analysis.coverage import among, coverage, telling
from aggregator.analysis.model import Claim, SourceText
from aggregator.analysis.timeline import first_reports
from aggregator.summarise.compose import Draft
from aggregator.summarise.covered import covered
from aggregator.summarise.page import (
    Coverage,
    HeadlineEntry,
    Label,
    Omitted,
    Origin,
    PageClaim,
    PageQuote,
    PartialReuse,
    Perspective,
    Provenance,
    RaterLabel,
    SideCount,
    Source,
    SourceLean,
    StoryPage,
    TimelineEntry,
    Viewpoint,
)
from aggregator.summarise.plan import Camp, Case, Plan
from aggregator.types import Extent, Lean, LeanTag
from aggregator.types import Kind as ArticleKind

_MOST_CLAIMS, _MOST_QUOTES, _MOST_REUSES, _QUOTE_WORDS = 8, 12, 12, 40


def assemble(plan: Plan, engine: str) -> StoryPage:
    """The page of a plan that has a headline, a dek and a body."""
    assert plan.headline is not None
    numbers = number_sources(plan)
    cards = among(map(plan.analysis.source, numbers), plan.analysis.sources)
    printed = Counter(source.syndication_id for source in cards)
    context = plan.context
    sources = [
        _card(source, n, plan, shared=printed[source.syndication_id] > 1)
        for source, n in zip(cards, numbers.values(), strict=True)
    ]
    return StoryPage(
        schema=context.schema,
        id=context.page_id,
        version=context.version,
        url=context.url,
        language=context.language,
        published_at=context.published_at,
        updated_at=context.updated_at,
        licence=context.licence,
        topic=context.topic,
        topics=list(context.topics),
        headline=plan.headline.text,
        headline_evidence=[p.evidence(numbers[p.source.article_id]) for p in plan.headline.passages],
        dek=[draft.sentence(numbers) for draft in plan.dek],
        perspectives=[_perspective(camp, numbers) for camp in plan.perspectives],
        not_represented=plan.missing,
        why_it_matters=[draft.sentence(numbers) for draft in plan.why],
        body=[[draft.sentence(numbers) for draft in paragraph] for paragraph in plan.body],
        viewpoints=[_viewpoint(case, numbers) for case in plan.viewpoints],
        sources=sources,
        coverage=_coverage(plan, cards, numbers, sources),
        claims=_claims(plan, numbers),
        quotes=_quotes(plan, numbers),
        headlines=[
            HeadlineEntry(n=numbers[s.article_id], title=s.title, lean=_LABELS[s.lean.text]) for s in _by_side(cards)
        ],
        timeline=_timeline(plan, cards, numbers),
        related=list(context.related),
        omitted=[Omitted(element=element, reason=reason) for element, reason in sorted(plan.omitted.items())],
        status=context.status,
        provenance=Provenance(engine=engine, edition=context.edition, settings=_settings(plan)),
    )


def number_sources(plan: Plan) -> dict[str, int]:
    """Article ids to numbers, by first use in the body, then dek, perspectives, why, viewpoints."""
    numbers: dict[str, int] = {}
    drafts: list[Draft] = [draft for paragraph in plan.body for draft in paragraph]
    drafts += [*plan.dek, *(camp.draft for camp in plan.perspectives), *plan.why]
    for case in plan.viewpoints:
        drafts += [case.stance, *case.drafts]
    for draft in drafts:
        for passage in draft.passages:
            numbers.setdefault(passage.source.article_id, len(numbers) + 1)
    return numbers


def _perspective(camp: Camp, numbers: dict[str, int]) -> Perspective:
    evidence = [*camp.voice.introductions, *(s.passage for s in camp.statements)]
    evidence = [passage for passage in evidence if passage.source.article_id in numbers]
    return Perspective(
        label=camp.label,
        holder=camp.voice.page_holder(evidence[:3], numbers),
        sentence=camp.draft.sentence(numbers),
        leans=_leans(s for statement in camp.voice.statements for s in [statement.source]),
    )


def _viewpoint(case: Case, numbers: dict[str, int]) -> Viewpoint:
    evidence = [*case.voice.introductions, *(s.passage for s in case.statements)]
    evidence = [passage for passage in evidence if passage.source.article_id in numbers]
    return Viewpoint(
        name=case.name,
        holder=case.voice.page_holder(evidence[:3], numbers),
        stance=case.stance.sentence(numbers),
        sentences=[draft.sentence(numbers) for draft in case.drafts],
        leans=_leans(statement.source for statement in case.voice.statements),
    )


_LABELS: dict[str, Label] = {label: label for label in get_args(Label)}


def _leans(sources: Iterable[SourceText]) -> list[Label]:
    """The lean labels of the outlets, from Left to Right, then what is off the scale."""
    order = list(_LABELS.values())
    return sorted({_LABELS[source.lean.text] for source in sources}, key=order.index)


def source_lean(tag: LeanTag, as_of: str) -> SourceLean:
    """A lean as pages and feeds have it, with what each rater says."""
    raters = [
        RaterLabel(
            rater=rating.rater,
            label=rating.label.value if rating.label else rating.state.value.title(),
            rated_on=rating.rated_on.isoformat(),
            method=rating.method,
            id=rating.id,
            reason=rating.reason,
            url=rating.url or None,
            attribution=rating.attribution,
            scale_of=rating.country,
        )
        for rating in tag.raters
    ]
    return SourceLean(
        label=_LABELS[tag.text],
        raters=raters,
        rule=tag.rule,
        as_of=as_of,
        day=tag.day.isoformat() if tag.day else None,
        low=_LABELS[tag.low.value] if tag.low else None,
        high=_LABELS[tag.high.value] if tag.high else None,
        families=tag.families,
        why_unrated=tag.why_unrated.value if tag.why_unrated else "",
        scale_of=tag.scale_of,
        of_unit=tag.of_unit,
    )


def _card(source: SourceText, n: int, plan: Plan, *, shared: bool) -> Source:
    return Source(
        n=n,
        article_id=source.article_id,
        outlet=source.outlet,
        outlet_key=source.outlet_key,
        unit=source.unit,
        lean=source_lean(source.lean, plan.context.as_of),
        title=source.title,
        url=source.url,
        published_at=_time(source.published_at) if source.published_at else None,
        author=", ".join(source.authors) or None,
        kind=source.kind.value,
        extent=source.extent.value,
        syndication_id=source.syndication_id if shared else None,
        origin=Origin(name=source.origin.name, outlet_key=source.origin.outlet_key) if source.origin else None,
        country=source.country,
        owner=source.owner,
        owner_kind=source.owner_kind,
        found_at=None if source.published_at else _time(source.found_at),
    )


def _coverage(
    plan: Plan, cards: Sequence[SourceText], numbers: Mapping[str, int], sources: Sequence[Source]
) -> Coverage:
    found = coverage(cards)
    return Coverage(
        articles=found.articles,
        sources=found.sources,
        independent=found.independent,
        owners=found.owners,
        owners_unknown=found.owners_unknown,
        by_lean={
            _LABELS[label]: SideCount(sources=s.sources, independent=s.independent)
            for label, s in found.by_lean.items()
        },
        unrated=found.unrated,
        mixed=found.mixed,
        disputed=found.disputed,
        first={_LABELS[label]: article_id for label, article_id in found.first.items()},
        partial_reuse=_partial_reuse(plan, cards, numbers),
        gap=plan.context.gap,
        attention=plan.context.attention,
        **covered(sources),
    )


def _partial_reuse(plan: Plan, cards: Sequence[SourceText], numbers: Mapping[str, int]) -> list[PartialReuse]:
    """What the story's reuses say of the cards: each text by the card that stands for it."""
    heads = {plan.analysis.source(card.article_id).syndication_id: card.syndication_id for card in cards}
    return [
        PartialReuse(n=numbers[heads[one.article_id]], of=numbers[heads[one.of]], share=one.share, kind=one.kind)
        for one in plan.analysis.reuses
        if one.article_id in heads and one.of in heads
    ][:_MOST_REUSES]


def _claims(plan: Plan, numbers: Mapping[str, int]) -> list[PageClaim]:
    """The claims that several cards report or that are contradicted, the most reported first."""
    found = []
    for claim in plan.analysis.claims:
        cited = _cited(claim.reported_by, numbers)
        against = _cited(claim.contradicted_by, numbers)
        if len(cited) < 2 and not (cited and against):
            continue
        found.append((claim, cited, against))
    found.sort(key=lambda item: (-len(item[1]) - len(item[2]), item[0].id))
    return [
        PageClaim(
            id=claim.id,
            text=claim.text,
            reported_by=cited,
            contradicted_by=against,
            not_mentioned_by=_cited(_full(claim, plan), numbers),
            not_observed=_cited(claim.not_observed, numbers),
        )
        for claim, cited, against in found[:_MOST_CLAIMS]
    ]


def _full(claim: Claim, plan: Plan) -> list[str]:
    """Of those that do not mention a claim, the ones whose full text was seen."""
    return [key for key in claim.not_mentioned_by if plan.analysis.source(key).extent is Extent.FULL]


def _cited(article_ids: Iterable[str], numbers: Mapping[str, int]) -> list[int]:
    return sorted({numbers[key] for key in article_ids if key in numbers})


def _quotes(plan: Plan, numbers: Mapping[str, int]) -> list[PageQuote]:
    """What people say in the cited reports, verbatim: each statement once, the most carried first."""
    found: list[tuple[float, PageQuote]] = []
    for voice in plan.voices:
        for statement in voice.statements[:3]:
            if statement.form != "quote" or statement.source.article_id not in numbers:
                continue
            n = numbers[statement.source.article_id]
            entry = PageQuote(
                text=statement.text,
                speaker=voice.name,
                role=voice.role,
                verb=statement.verb,
                n=n,
                evidence=[p.evidence(n) for p in (statement.passage, *statement.naming)],
            )
            found.append((-len(statement.repeats) - 0.1 * len(voice.outlets), entry))
    found.sort(key=lambda item: (item[0], item[1].n, item[1].text))
    return [entry for _, entry in found[:_MOST_QUOTES]]


def _by_side(cards: Sequence[SourceText]) -> list[SourceText]:
    off = len(Lean)
    return sorted(cards, key=lambda s: (s.lean.label.position if s.lean.label else off, s.order_at, s.article_id))


def _timeline(plan: Plan, cards: Sequence[SourceText], numbers: Mapping[str, int]) -> list[TimelineEntry]:
    shown = {claim.id for claim in _claims(plan, numbers)}
    reports = first_reports(cards, [claim for claim in plan.analysis.claims if claim.id in shown])
    return [
        TimelineEntry(at=_time(r.at), n=numbers[r.article_id], text=r.text) for r in reports if r.article_id in numbers
    ]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _settings(plan: Plan) -> dict[str, object]:
    limits = plan.context.limits
    return {
        "copy_words": limits.words,
        "copy_share": limits.share,
        "copy_words_of_many": limits.words_of_many,
        "copy_share_of_many": limits.share_of_many,
        "read": len(plan.story.sources),
        "told": len(telling(plan.analysis.sources)),
        "opinion": sum(source.kind is ArticleKind.OPINION for source in plan.analysis.sources),
    }
