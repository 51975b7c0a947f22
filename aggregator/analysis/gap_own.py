"""The operator's own stories, shuffled: see `gap_eval`."""

from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from aggregator.analysis.gap_eval import Recalibrated, recalibrate
from aggregator.analysis.gap_history import Table, history
from aggregator.analysis.gap_observed import asked_since


def recalibrate_own(session: Session, now: datetime, shuffles: int) -> Recalibrated:
    """How often stories of the last 90 days would get a false gap, by the limit of q."""
    asked = asked_since(session)
    stories = history(session, now.date() + timedelta(days=1), asked, now)
    table = Table.of(session, stories, asked, now)
    days = np.array([story.day.toordinal() for story in stories], np.int64)
    if not stories:
        return Recalibrated(0, 0, shuffles, 0.0, {})
    return recalibrate(table.told(stories), days, table.sides, len(table.topics), shuffles)
