"""Commands about coverage gaps: eval gap, story gap."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.archives import eval_app
from aggregator.cli.options import Options, progress_bars
from aggregator.cli.stories import Actor, Reason, StoryId, refused, story_app

if TYPE_CHECKING:
    from aggregator.analysis.gap_eval import Recalibrated
    from aggregator.analysis.gap_gold import GoldGaps


def register(_app: typer.Typer) -> None:
    """Add the commands to those of stories and of evaluation."""
    story_app.command("gap")(set_aside)
    eval_app.command()(gap)


def set_aside(context: typer.Context, story: StoryId, actor: Actor, reason: Reason) -> None:
    """Set the coverage gap that a test found aside; readers see the reason."""
    from aggregator.analysis.gap_editing import set_aside
    from aggregator.errors import Rejected
    from aggregator.stories.editing import By
    from aggregator.summarise.actions import ROLE

    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.write() as session:
            done = set_aside(session, instance.clock, By(actor, ROLE, reason), story)
            said = f"decision {done.id}: {done.kind} {' '.join(done.subjects)}; seen after the next `aggregator run`"
    except Rejected as error:
        refused(error.detail)
    typer.echo(said)


def gap(
    context: typer.Context,
    gold: Annotated[
        Path | None, typer.Argument(help="JSONL file or folder whose lines have outlet, lean, topic and date.")
    ] = None,
    shuffles: Annotated[int, typer.Option(min=1, help="How often labels are shuffled.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Without GOLD: how often the test would be wrong on your own stories, and what `[gap] q` should be.

    The leans of outlets are shuffled, so that every gap found is a false one, and the stories of the last 90 days are
    tested again. That cannot show the false alarms that come from one side's judgement of news: see docs/method.md.
    With GOLD: its articles are clustered, in a database of their own, and its stories tested, all outlets taken as
    observed.
    """
    from aggregator.cli.logs import set_up_logs
    from aggregator.clock import Clock, parse_time
    from aggregator.errors import ConfigError

    options: Options = context.obj
    set_up_logs(as_json=options.log_json, quiet=options.quiet)
    if gold is None:
        from aggregator.analysis.gap_own import recalibrate_own

        with options.instance() as instance, instance.store.read() as session:
            own = recalibrate_own(session, instance.clock.now(), shuffles)
            told = instance.settings.gap.q
        typer.echo(json.dumps(_own_json(own)) if as_json else "\n".join(_own_lines(own, told)))
        return
    from aggregator.analysis.gap_gold import evaluate_gaps

    if not gold.exists():
        raise ConfigError("there is no such file or folder", file=gold)
    clock = Clock(parse_time(options.now, end_of_day=True)) if options.now else Clock()
    with progress_bars(options) as progress:
        found = evaluate_gaps(gold, options.settings(), clock.now(), progress)
    typer.echo(json.dumps(_gold_json(found)) if as_json else "\n".join(_gold_lines(found)))


def _own_json(own: "Recalibrated") -> dict[str, object]:
    scores = {f"{limit:g}": round(share, 4) for limit, share in own.alarms.items()}
    return {
        "n": own.stories, "days": own.days, "shuffles": own.shuffles, "eligible": round(own.eligible, 2),
        "scores": scores, "q": own.limit,
    }  # fmt: skip


def _own_lines(own: "Recalibrated", told: float) -> list[str]:
    head = f"{own.stories} stories of {own.days} days, {own.eligible:.1f} of them tested a day; labels shuffled"
    lines = [f"{head} {own.shuffles} times"]
    if not own.eligible:
        return [*lines, "no story could be tested: that takes 100 stories of a topic and 8 sources that lean"]
    lines += [f"  q {limit:<6g} days with a false gap {share:.1%}" for limit, share in own.alarms.items()]
    advice = f"[gap] q = {own.limit:g}" if own.limit else "no limit that was tried is low enough"
    return [*lines, f"at most 5 % of days: {advice} (set: {told:g})"]


def _gold_json(found: "GoldGaps") -> dict[str, object]:
    stories = [
        {
            "day": one.day.isoformat(), "topic": one.topic, "n": one.n, "k": one.k, "share": round(one.share, 3),
            "p": round(one.p, 5), "q": round(one.q, 5), "gap": one.gap, "reason": one.reason, "titles": one.titles,
        }
        for one in found.tested
    ]  # fmt: skip
    return {
        "articles": found.articles, "n": found.stories, "days": found.days, "outlets": dict(found.outlets),
        "scores": {"enough_sources": len(stories), "eligible": found.eligible}, "stories": stories,
    }  # fmt: skip


def _gold_lines(found: "GoldGaps") -> list[str]:
    lines = [
        f"{found.articles} articles in {found.stories} stories of {found.days} days; outlets: {dict(found.outlets)}",
        f"{len(found.tested)} stories with 8 sources that lean, {found.eligible} of them tested",
    ]
    for one in found.tested:
        told = one.reason or f"p {one.p:.4f} q {one.q:.4f} {'GAP' if one.gap else 'no gap'}"
        lines.append(
            f"  {one.day} {one.topic}: {one.k} of {one.n} right, usual {one.share:.2f}; {told}: {one.titles[0]}"
        )
    return lines
