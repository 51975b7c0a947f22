"""What `outlets show` prints of an outlet: the file's word, the ledger's, and the state of each feed."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregator.clock import rfc3339
from aggregator.sources.ledger import tags
from aggregator.sources.outlets import OutletSpec
from aggregator.sources.units import KNOWN, NEWS
from aggregator.store.tables import Appearance, Feed, FeedCheck, Outlet
from aggregator.types import LeanTag, Rating


def outlet_lines(key: str, spec: OutletSpec | None, found: tuple[Session, datetime] | None) -> Iterator[str]:
    """The lines; none if neither the file nor the database knows the outlet."""
    row = found[0].get(Outlet, key) if found is not None else None
    if spec is None and row is None:
        return
    yield f"{key}  {spec.name if spec else row.name if row else ''}"
    if spec is not None:
        yield from _said(spec)
    else:
        yield "  not in outlets.toml; known from an import, or listed once"
    if found is None:
        for feed in spec.feeds if spec else ():
            yield f"  feed      {feed.url}  never asked"
        return
    session, now = found
    if row is not None:
        further = (unit.key for unit in spec.units) if spec else ()
        for unit in dict.fromkeys((*KNOWN, *further)):
            yield from _lean(unit, tags(session, [key], now, unit)[key])
    yield from _feeds(session, key, spec)


def _lean(unit: str, tag: LeanTag) -> Iterator[str]:
    """What raters say of a unit together, and each of them; of units that nobody rates only the news is told."""
    if tag.raters or unit == NEWS:
        yield f"  lean      {tag.text}{'' if unit == NEWS else f' ({unit})'}"
    for rating in tag.raters:
        label = rating.label.value if rating.label else rating.state.value
        yield f"            {rating.rater}: {label}, {rating.rated_on} ({_how(rating)})"


def _how(rating: Rating) -> str:
    scale = f"scale of {rating.scale}" if rating.scale else ""
    sure = f"{rating.confidence} confidence" if rating.confidence else ""
    return "; ".join(filter(None, (rating.unit, rating.method or "no method", scale, sure, rating.reason)))


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
