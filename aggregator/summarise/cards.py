"""What a page says of its sources as a whole: cards, coverage, timeline. All counts are made again from the cards."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from aggregator.summarise.covered import changed
from aggregator.summarise.page import Source, StoryPage
from aggregator.summarise.parts import Documents
from aggregator.types import Kind, Lean

#: rule, place, complaint
Complaint = tuple[int, str, str]


def check_cards(page: StoryPage, documents: Documents) -> Iterator[Complaint]:
    """Whether each card says of its article what its document says."""
    articles = {article: document for (article, _), document in sorted(documents.items())}
    titles: dict[str, set[str]] = {}
    for (article, _), revision in documents.items():
        titles.setdefault(article, set()).add(revision.title)
    names: dict[str, str] = {}
    for k, card in enumerate(page.sources):
        place, document = f"sources[{k}]", articles.get(card.article_id)
        if card.title not in titles.get(card.article_id, {card.title}):
            yield 4, f"{place}.title", "is not the title of the article"
        if document and card.kind != document.kind:
            yield 8, f"{place}.kind", f"the article is {document.kind.value}"
        if document and card.extent and card.extent != document.extent:
            yield 8, f"{place}.extent", f"the article was seen as {document.extent.value}"
        if card.lean.label in list(Lean) and not card.lean.raters:
            yield 6, f"{place}.lean", "a label that no rater gave"
        if names.setdefault(card.outlet_key or card.outlet, card.outlet) != card.outlet:
            yield 1, f"{place}.outlet", "an outlet has two names"
        if card.published_at and not _is_date(card.published_at):
            yield 4, f"{place}.published_at", "is no time"
        if urlsplit(card.url).scheme not in ("http", "https"):
            yield 4, f"{place}.url", "is no web address"


def check_lists(page: StoryPage) -> Iterator[Complaint]:
    """Whether headlines and timeline say what the cards say."""
    cards = {card.n: card for card in page.sources}
    for k, one in enumerate(page.headlines):
        card = cards.get(one.n)
        if card is None or (one.title, one.lean) != (card.title, card.lean.label):
            yield 1, f"headlines[{k}]", "is not what the card says"
    for k, entry in enumerate(page.timeline):
        card = cards.get(entry.n)
        if card is None:
            yield 1, f"timeline[{k}]", f"[{entry.n}] has no card"
        elif card.published_at and entry.at != card.published_at:
            yield 4, f"timeline[{k}].at", f"[{entry.n}] was not published then"


def check_coverage(page: StoryPage) -> Iterator[Complaint]:
    """Whether the counts are those of the cards, copies of one text counted once."""
    told, cards = page.coverage, page.sources
    if told.articles != len(cards):
        yield 1, "coverage.articles", f"counts {told.articles}, the page has {len(cards)} cards"
    counted = [one for one in cards if one.kind != Kind.SATIRE.value]
    if told.sources != _outlets(counted):
        yield 1, "coverage.sources", f"counts {told.sources} outlets, the cards have another number"
    if told.independent != _independent(counted):
        yield 1, "coverage.independent", f"counts {told.independent} outlets, the cards have another number"
    if told.owners is not None and (told.owners, told.owners_unknown) != _owners(counted):
        yield (
            1,
            "coverage.owners",
            f"counts {told.owners}, {told.owners_unknown} not known; the cards have {_owners(counted)}",
        )
    for label in Lean:
        of_label = [one for one in counted if one.lean.label == label]
        side = told.by_lean.get(label.value)
        counts = (side.sources, side.independent) if side else (0, 0)
        if counts != (_outlets(of_label), _outlets(filter(_stands_for_itself, of_label))):
            yield 1, f"coverage.by_lean.{label.value}", f"counts {counts}, the cards have other numbers"
    for state in ("Unrated", "Mixed", "Disputed"):
        if getattr(told, state.lower()) != _outlets([one for one in counted if one.lean.label == state]):
            yield 1, f"coverage.{state.lower()}", "the cards have another number"
    yield from _check_first(page)
    yield from _check_covered(page)
    if told.owners is not None:  # before owners were counted the original of a copy needed no card
        yield from _check_copies(page)


def _check_copies(page: StoryPage) -> Iterator[Complaint]:
    """Whether each copy is of a card that stands for its text, and what is in part another's of a text of its own."""
    cards, texts = {card.article_id: card for card in page.sources}, {}
    for k, card in enumerate(page.sources):
        head = cards.get(card.syndication_id or card.article_id)
        texts[card.n] = head.article_id if head else ""
        if head is None or head.syndication_id not in (None, head.article_id):
            yield 1, f"sources[{k}].syndication_id", "is not a card that stands for a text"
        elif card.origin != head.origin:
            yield 1, f"sources[{k}].origin", "copies of one text have two authors"
    for k, one in enumerate(page.coverage.partial_reuse):
        if one.n not in texts or one.of not in texts or texts[one.n] == texts[one.of]:
            yield 1, f"coverage.partial_reuse[{k}]", f"[{one.n}] and [{one.of}] are not cards of two texts"


def _check_covered(page: StoryPage) -> Iterator[Complaint]:
    if page.coverage.sides is not None:  # on pages made before that none of these fields is there
        for name in changed(page.coverage, page.sources):
            yield 1, f"coverage.{name}", "is not what the cards give"


def _check_first(page: StoryPage) -> Iterator[Complaint]:
    cards = {card.article_id: card for card in page.sources}
    for label, article in page.coverage.first.items():
        card = cards.get(article)
        if card is None:
            yield 1, "coverage.first", f"{article} has no card"
            continue
        if card.lean.label != label:
            yield 1, f"coverage.first.{label}", f"{article} is of another lean"
        moment = _moment(card.published_at)
        others = (_moment(one.published_at) for one in page.sources if one.lean.label == label)
        if moment and any(other and other < moment for other in others):
            yield 1, f"coverage.first.{label}", f"{article} is not the first of them"


def _outlets(cards: Iterable[Source]) -> int:
    return len({card.outlet_key or card.outlet for card in cards})


def _stands_for_itself(card: Source) -> bool:
    return card.syndication_id in (None, card.article_id)


def _independent(cards: Sequence[Source]) -> int:
    """Outlets and agencies that wrote these texts."""
    written = [(card.origin, card.outlet_key or card.outlet) for card in cards if _stands_for_itself(card)]
    return len({(origin.outlet_key or origin.name) if origin else own for origin, own in written})


def _owners(cards: Sequence[Source]) -> tuple[int, int]:
    """How many owners, and of how many outlets the owner is not known."""
    owners = {card.outlet_key or card.outlet: card.owner.casefold() for card in cards}
    unknown = sum(not owner for owner in owners.values())
    return len({owner for owner in owners.values() if owner}) + unknown, unknown


def _is_date(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _moment(value: str | None) -> datetime | None:
    """A full time with its zone; None for a mere day."""
    if not value or not _is_date(value):
        return None
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else None
