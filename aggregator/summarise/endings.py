"""Pages that end as their stories changed, by editors or repair: merged into another, or left with too little."""

from collections.abc import Iterator

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, undefer

from aggregator.analysis.vectors import stories_worth_a_page
from aggregator.clock import Clock, rfc3339
from aggregator.settings import Settings
from aggregator.store.page_tables import PageRow
from aggregator.store.story_tables import Membership, StoryEvent, StoryRow
from aggregator.store.tables import Article
from aggregator.stories.ids import story_of
from aggregator.summarise.page import ENDED, Correction, StoryPage
from aggregator.summarise.versions import PURGED_INPUT, is_newest

#: events by which a story loses articles
_LOSSES = ("split", "moved", "removed")
DIMINISHED = "Articles turned out to be about something else; what is left is too little for a page."
WITHHELD = "Articles are no longer to be used; what is left is too little for a page."


def merged_pages(session: Session) -> Iterator[tuple[str, str]]:
    """Pages of stories that were merged away and do not say so, or name a story that went on; with where they went."""
    query = select(PageRow).join(StoryRow, StoryRow.id == PageRow.id).where(StoryRow.redirect_to.is_not(None))
    for row in session.scalars(query.where(is_newest()).order_by(PageRow.id)):
        target = story_of(session, row.id).id
        if row.status != "merged" or row.reason != _reason(target):
            yield row.id, target


def diminished_pages(session: Session, settings: Settings) -> Iterator[str]:
    """Pages whose stories lost articles, to editors, repair or withholding, until they were worth none.

    What an editor ended stays ended, and what a purge held stays held.
    """
    pages = settings.pages
    worthy = stories_worth_a_page(settings.extract.languages, pages.min_articles, pages.min_outlets)
    taken = exists().where(StoryEvent.story_id == PageRow.id, StoryEvent.kind.in_(_LOSSES))
    member = (Membership.story_id == PageRow.id, Article.id == Membership.article_id)
    withheld = exists().where(*member, Article.withheld != "")
    query = (
        select(PageRow.id)
        .join(StoryRow, StoryRow.id == PageRow.id)
        .where(StoryRow.redirect_to.is_(None), PageRow.status.not_in(ENDED), taken | withheld)
        .where(PageRow.input_sha != PURGED_INPUT)
        .where(PageRow.id.not_in(select(worthy.c.story_id)), is_newest())
        .order_by(PageRow.id)
    )
    yield from session.scalars(query)


def ending(session: Session, page_id: str, state: str, clock: Clock) -> StoryPage:
    """The last version of a page: `state` is "withdrawn", or "merged" and the story that it went into."""
    every = select(PageRow).options(undefer(PageRow.content)).where(PageRow.id == page_id)
    row = session.scalars(every.order_by(PageRow.version.desc()).limit(1)).one()
    status, _, target = state.partition(" ")
    now = rfc3339(clock.now())
    update = {"version": row.version + 1, "status": status, "updated_at": now, "merged_into": target or None}
    page = StoryPage.model_validate({**row.content, **update})
    if status == "withdrawn":
        moved = select(StoryEvent.id).where(StoryEvent.story_id == page_id, StoryEvent.kind.in_(_LOSSES)).limit(1)
        why = WITHHELD if session.scalar(moved) is None else DIMINISHED
        note = Correction(at=now, kind="withdrawal", note=why)
        page = page.model_copy(update={"corrections": [*page.corrections, note]})
    return page


def _reason(target: str) -> str:
    return f"merged {target}"
