"""The extractive engine: a story page composed from verified parts, without a network and always the same.

Taken words are cuts of one source sentence, quotations and reported clauses; own words are templates. What has no
evidence is left out and said to be. Order of writing: headline, dek, camps, body, why it matters, viewpoints.
"""

from aggregator.analysis.model import Analysis
from aggregator.errors import Rejected
from aggregator.summarise.absent import none_missing, not_represented
from aggregator.summarise.assemble import assemble
from aggregator.summarise.body import write_body
from aggregator.summarise.camps import write_perspectives
from aggregator.summarise.context import PageContext
from aggregator.summarise.depth import reserve_viewpoints, write_viewpoints
from aggregator.summarise.headline import headline
from aggregator.summarise.lede import write_dek, write_dek_camps
from aggregator.summarise.opinion import write_opinions
from aggregator.summarise.page import StoryPage
from aggregator.summarise.parts import DocumentText
from aggregator.summarise.plan import Plan, Reading
from aggregator.summarise.report import is_written
from aggregator.summarise.stakes import write_why
from aggregator.summarise.validate import Fault, faults, held

#: how often a page is written again without what the validator refused
_ROUNDS = 4


class ExtractiveEngine:
    """Writes pages from analyses. Pure: the same analysis and context give the same page, byte for byte."""

    name = "extractive/2"

    def write(self, analysis: Analysis, context: PageContext) -> StoryPage | Rejected:
        """A page that passes the validator, or the reason why there is none.

        What the validator refuses is left out and the page written anew, so that one odd sentence costs no page.
        """
        banned: set[str] = set()
        found: list[Fault] = []
        reading = Reading(analysis, context.read_at_most)
        if not reading.story.reports:
            return Rejected("no-report", "no article of the story is a report whose text may be used")
        for _ in range(_ROUNDS):
            plan = Plan(reading, context, banned)
            _write(plan)
            if plan.headline is None or not plan.dek:
                return Rejected("no-lead", "no sentence of the story can stand as its dek")
            if all(is_written(draft) for paragraph in plan.body for draft in paragraph):
                return Rejected("no-body", "no paragraph of report could be written within the limits")
            page = assemble(plan, self.name)
            found = faults(page, _documents(analysis), context.limits)
            if not found:
                return page
            refused = set().union(*(plan.keys_at(fault.place) for fault in found))
            if refused <= banned:
                break
            banned |= refused
        return Rejected("faulty", held(found))


def _write(plan: Plan) -> None:
    """Write every element, in the order in which they may take words."""
    write_dek(plan)
    if not plan.dek:
        return
    write_perspectives(plan)
    write_dek_camps(plan)
    write_why(plan)
    reserve_viewpoints(plan)
    write_body(plan)
    if not plan.body and plan.newest:
        plan.newest = []  # the newest articles are too short to fill a page; overtaken figures stay out all the same
        write_body(plan)
    if plan.body:
        write_opinions(plan)
    write_viewpoints(plan)
    plan.headline = headline(plan)
    missing = not_represented(plan.analysis, plan.voices, plan.context)
    plan.missing = [one for one in missing if one.text not in plan.banned]
    if not plan.missing:
        plan.omitted["not_represented"] = none_missing(plan.context)


def _documents(analysis: Analysis) -> dict[tuple[str, int], DocumentText]:
    return {
        (source.article_id, source.revision): DocumentText(
            source.title, source.text, source.regions, source.kind, source.extent, source.rights
        )
        for source in analysis.sources
    }
