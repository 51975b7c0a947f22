"""What `outlets show` prints of an outlet: the file's word, the ledger's, and the state of each feed."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.cli.outlet_list import lean_in_file
from aggregator.clock import rfc3339
from aggregator.sources.ledger import KnownRatings
from aggregator.sources.outlets import OutletSpec
from aggregator.sources.successions import formers, states_of
from aggregator.sources.units import NEWS
from aggregator.store.tables import Appearance, Feed, FeedCheck, Outlet
from aggregator.types import LeanTag, Rating


def outlet_lines(
    key: str, spec: OutletSpec | None, found: tuple[Session, datetime] | None, today: date
) -> Iterator[str]:
    """The lines; none if neither the file nor the database knows the outlet.

    What no run has read yet is told from the file alone.
    """
    row = found[0].get(Outlet, key) if found is not None else None
    if spec is None and row is None:
        return
    yield f"{key}  {spec.name if spec else row.name if row else ''}"
    if spec is not None:
        yield from _said(spec)
    else:
        yield "  not in outlets.toml; known from an import, or listed once"
    if spec is not None and row is None:
        yield from _leans_in_file(spec, today)
    if found is None:
        for feed in spec.feeds if spec else ():
            yield f"  feed      {feed.url}  never asked"
        return
    session, now = found
    if row is not None:
        yield from _leans(KnownRatings(session, [key], now), key, now)
        yield from _history(session, key, now)
    yield from _feeds(session, key, spec)


def _said(spec: OutletSpec) -> Iterator[str]:
    if spec.disabled:
        yield f"  disabled  {spec.disabled}"
    if spec.offered:
        yield f"  offered   {spec.offered}: not asked until `aggregator outlets enable {spec.key}`"
    yield f"  home      {spec.home}"
    yield f"  domains   {', '.join(spec.all_domains)}"
    about = (spec.country, spec.language, spec.kind, spec.owner, "satire" if spec.satire else "")
    yield f"  about     {', '.join(part for part in about if part) or '-'}; rights {spec.rights.value}"
    for unit in spec.units:
        where = (unit.country, unit.language, *unit.paths, *(f"section {name!r}" for name in unit.sections))
        named = f"{unit.key} ({unit.kind})" if unit.key != unit.kind else unit.key
        yield f"  unit      {named}: {', '.join(part for part in where if part) or '-'}"


def _leans_in_file(spec: OutletSpec, day: date) -> Iterator[str]:
    for unit in sorted({NEWS, *(one.unit for one in spec.ratings)}, key=lambda unit: (unit != NEWS, unit)):
        tag = lean_in_file(spec, unit, day)
        why = f" ({tag.why_unrated})" if tag.why_unrated else ""
        yield f"  lean      {unit}: {_with_scale(tag)}{why}, by the file; no run has read it yet"
        for rating in (one.rating() for one in spec.ratings if one.unit == unit):
            label = rating.label.value if rating.label else rating.state.value
            yield f"            {rating.rater}: {label}, {_dates(rating)} ({_how(rating, '')})"


def _dates(rating: Rating) -> str:
    since = f", for articles from {rating.valid_from} on" if rating.valid_from else ""
    return f"{rating.rated_on}{since}" + (f" until {rating.valid_to}" if rating.valid_to else "")


def _leans(known: KnownRatings, key: str, now: datetime) -> Iterator[str]:
    """Each unit's lean, as readers see it and as all ratings have it, and every statement that stands."""
    day = now.date()
    for unit in dict.fromkeys((NEWS, *known.units(key, internal=True))):
        public, internal = known.tag(key, unit, day), known.tag(key, unit, day, internal=True)
        why = f" ({public.why_unrated})" if public.why_unrated else ""
        yield f"  lean      {unit}: {_with_scale(public)}{why}, by the rule {public.rule}"
        if internal != public:
            yield f"            with what may not be passed on: {_with_scale(internal)}"
        for rating in known.ratings(key, unit):
            label = rating.label.value if rating.label else rating.state.value
            other = "a newer one counts" if rating.counts_on(day) else "not now"
            how = _how(rating, "" if rating in internal.raters else other)
            yield f"            {rating.rater}: {label}, {_dates(rating)} ({how}) {rating.id}"


def _how(rating: Rating, standing: str) -> str:
    scale = f"scale of {rating.country}" if rating.country else ""
    sure = f"{rating.confidence} confidence" if rating.confidence else ""
    rights = "" if rating.export else f"not passed on ({rating.licence or 'no licence on file'})"
    told = (rating.kind, rating.method or "no method", scale, sure, rating.reason, rights, standing)
    return "; ".join(filter(None, told))


def _with_scale(tag: LeanTag) -> str:
    return f"{tag.text} ({tag.scale_of} scale)" if tag.scale_of else tag.text


def _history(session: Session, key: str, now: datetime) -> Iterator[str]:
    for former in formers(session, [key], now).get(key, ()):
        yield f"  formerly  {former.key}{f' until {former.until}' if former.until else ''}"
    states = states_of(session, key, now)
    for state in states if len(states) > 1 else ():
        told = ", ".join(part for part in (state.name, state.owner, state.kind, state.country) if part)
        yield f"  known as  {told}, from {rfc3339(state.recorded_at)}"


def _feeds(session: Session, key: str, spec: OutletSpec | None) -> Iterator[str]:
    rows = session.scalars(select(Feed).where(Feed.outlet_key == key).order_by(Feed.url)).all()
    for feed in rows:
        listed = session.scalar(select(func.count()).where(Appearance.feed_id == feed.id)) or 0
        asked = feed.active and not (spec and not spec.asked)  # the next poll follows the file
        state = feed.state if asked else f"not asked any more; last {feed.state}"
        yield f"  feed      {feed.url}  {state}{f': {feed.detail}' if feed.detail else ''}"
        times = [f"{listed} articles"]
        times += [f"answered {rfc3339(feed.answered_at)}"] if feed.answered_at else []
        last = select(FeedCheck).where(FeedCheck.feed_id == feed.id).order_by(FeedCheck.at.desc()).limit(1)
        check = session.scalar(last)
        times += [f"{check.bytes} bytes in {check.seconds:.1f} s last time"] if check and check.bytes else []
        times += [f"next {rfc3339(feed.next_at)}"] if feed.next_at and asked else []
        yield f"            {', '.join(times)}"
    known = {feed.url for feed in rows}
    for one in spec.feeds if spec else ():
        if one.url not in known:
            yield f"  feed      {one.url}  never asked"
