"""A page with a headline or dek of an editor's own, put back into every version while the decision stands."""

from collections.abc import Sequence
from typing import Any

from aggregator.errors import Rejected
from aggregator.summarise.context import CopyLimits
from aggregator.summarise.page import Edited, StoryPage
from aggregator.summarise.paraphrase import edited_headline, edited_sentences
from aggregator.summarise.validate import Documents, faults
from aggregator.summarise.versions import slug_of
from aggregator.text import one_line

#: an edited headline or dek may have this many characters
LONGEST = {"headline": 200, "dek": 600}


class Broken(Rejected):
    """An edit that breaks citation rules; `complaints` says which, one line each."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__("faulty", "; ".join(complaints))
        self.complaints = tuple(complaints)


def edited(page: StoryPage, field: Edited, text: str, documents: Documents, limits: CopyLimits) -> StoryPage:
    """`page` with another headline or dek. Raises Broken if that breaks a rule; the version stays the same."""
    wanted = one_line(text, LONGEST[field])
    if not wanted or len(text.strip()) > LONGEST[field]:
        raise Broken([f"{field}: {len(text.strip())} characters; 1 to {LONGEST[field]} are allowed"])
    by_article = {article: (revision, document) for (article, revision), document in documents.items()}
    update: dict[str, Any] = {}
    if field == "headline":
        evidence = edited_headline(wanted, page.sources, by_article)
        update = {"headline": wanted, "headline_evidence": evidence, "url": _readdressed(page.url, wanted)}
    else:
        in_body = {n for paragraph in page.body for one in paragraph for n in one.citations}
        in_dek = {n for one in page.dek for n in one.citations}
        cards = [card for card in page.sources if card.n in in_body | in_dek]
        update = {"dek": edited_sentences(wanted, cards, by_article, in_dek - in_body)}
    marks = sorted({*page.provenance.edited, field})
    update["provenance"] = page.provenance.model_copy(update={"edited": marks})
    page = page.model_copy(update=update)
    if found := faults(page, documents, limits):
        raise Broken([f"{one.place}: {one.text}" for one in found])
    return page


def _readdressed(url: str, headline: str) -> str:
    return f"{url.rpartition('/')[0]}/{slug_of(headline)}"
