"""How a page was made, in words: its limits, what a finding was counted from, what changed since the version before.

The page's data has names and numbers for programs; a reader gets sentences.
"""

from collections.abc import Iterable, Mapping, Sequence

from aggregator.publish.prose import figures
from aggregator.publish.render import in_words, plural, title
from aggregator.summarise.page import Sentence, Source, StoryPage

_LIMITS = ("copy_words", "copy_share", "copy_words_of_many", "copy_share_of_many", "read", "told", "opinion")
#: of a basis, what only programs can use: places in a text
_PLACES = ("start", "end", "article id")
_KINDS = {
    "reported": "an outlet says so",
    "no answer": "an outlet asked and says so",
    "lean": "counted among the rated outlets",
    "mentioned not quoted": "counted in the articles",
    "country": "counted in the articles",
}
_ELEMENTS = ("perspectives", "not_represented", "why_it_matters", "viewpoints", "claims", "quotes")


def limits(settings: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """The settings behind a page as lines of a list: what was read, how much may be taken, and others as they are."""
    rows: list[tuple[str, str]] = []
    if isinstance(read := settings.get("read"), int):
        told, opinion = settings.get("told"), settings.get("opinion")
        said = f"{read:,}"
        if isinstance(told, int) and told < read:
            said += f", of which {told:,} may be told from"
        if isinstance(opinion, int) and opinion:
            said += f"; {plural(opinion, 'opinion piece')}, quoted only with the author’s name"
        rows.append(("Articles read", said))
    words, share, many_words, many_share = (settings.get(name) for name in _LIMITS[:4])
    if isinstance(words, int) and isinstance(share, int | float):
        said = f"at most {words} words and {share:.0%} of an article"
        if isinstance(many_words, int) and isinstance(many_share, int | float):
            said += f"; from five sources on {many_words} words and {many_share:.0%}"
        rows.append(("Words taken", said))
    rest = {name: value for name, value in settings.items() if not rows or name not in _LIMITS}
    return (*rows, *((name.capitalize(), said) for name, said in figures(rest)))


def basis(values: Mapping[str, object], sources: Iterable[Source]) -> tuple[tuple[str, str], ...]:
    """What a finding about who is missing rests on, without places in a text; the outlet with its number."""
    article = values.get("article_id")
    number = next((source.n for source in sources if source.article_id == article), None)
    rows: list[tuple[str, str]] = []
    for name, said in figures(values):
        if name.rpartition(": ")[2] in _PLACES:
            continue
        if name == "kind":
            rows.insert(0, ("How we know", _KINDS.get(said.replace("-", " "), said.replace("-", " "))))
        else:
            rows.append((name.capitalize(), f"{said} [{number}]" if name == "outlet" and number else said))
    return tuple(rows)


def changes(before: StoryPage, now: StoryPage) -> tuple[str, ...]:
    """What a reader finds changed from one version to a later one: headline, sources, leans, elements, sentences.

    Nothing where only the data behind the page differs, as after it was held and let out again.
    """
    found = []
    if before.headline != now.headline:
        found.append(f"The headline was “{title(before.headline)}”.")
    found += _sources(before, now)
    found += _elements(before, now)
    old, new = _sentences(before), _sentences(now)
    fresh, gone = len(new - old), len(old - new)
    if fresh:
        found.append(
            f"{fresh} of {plural(len(new), 'sentence')} {'is' if fresh == 1 else 'are'} new or told in other words."
        )
    if gone:
        found.append(f"{plural(gone, 'earlier sentence')} {'is' if gone == 1 else 'are'} no longer here.")
    if len(now.corrections) > len(before.corrections):
        found.append("A correction was noted, see below.")
    return tuple(found)


def _sources(before: StoryPage, now: StoryPage) -> list[str]:
    old = {source.article_id: source for source in before.sources}
    new = {source.article_id: source for source in now.sources}
    found = []
    if added := [source for key, source in new.items() if key not in old]:
        found.append(f"{plural(len(added), 'source')} came in: {_outlets(added)}.")
    if dropped := [source for key, source in old.items() if key not in new]:
        found.append(f"No longer cited: {_outlets(dropped)}.")
    rated = {
        source.outlet: f"{title(source.outlet, 80)} is now {source.lean.label}, was {old[key].lean.label}"
        for key, source in new.items()
        if key in old and old[key].lean.label != source.lean.label
    }
    if rated:
        found.append(f"Rated anew: {'; '.join(rated.values())}.")
    return found


def _outlets(sources: Sequence[Source], most: int = 6) -> str:
    names = list(dict.fromkeys(title(source.outlet, 80) for source in sources))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _elements(before: StoryPage, now: StoryPage) -> list[str]:
    came = [in_words(name) for name in _ELEMENTS if getattr(now, name) and not getattr(before, name)]
    went = [in_words(name) for name in _ELEMENTS if getattr(before, name) and not getattr(now, name)]
    found = [f"New on the page: {'; '.join(came)}."] if came else []
    return [*found, f"No longer on the page: {'; '.join(went)}."] if went else found


def _sentences(page: StoryPage) -> set[str]:
    told: list[Sentence] = [*page.dek, *page.why_it_matters, *(one.sentence for one in page.perspectives)]
    told += [sentence for paragraph in page.body for sentence in paragraph]
    for one in page.viewpoints:
        told += [one.stance, *one.sentences]
    return {sentence.text for sentence in told}
