"""What goes where on a page, in the order of writing: later elements take only what earlier ones left."""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from aggregator.analysis.model import Analysis, SourceText
from aggregator.analysis.words import content_words, fold
from aggregator.summarise.absent import not_represented
from aggregator.summarise.compose import Budget, Draft
from aggregator.summarise.context import PageContext
from aggregator.summarise.dispute import find_camps
from aggregator.summarise.figures import Development, outcomes
from aggregator.summarise.headline import headline
from aggregator.summarise.holders import Statement, Voice, voices
from aggregator.summarise.page import NotRepresented
from aggregator.summarise.report import People, forms, run_of, stands, stated
from aggregator.summarise.selection import Candidate, Story, title_likeness
from aggregator.summarise.statements import contradiction, fits_perspective, fused, inverted, opened, printable, shortened, without_narrator
from aggregator.summarise.wording import without_quotations

_STAKES = re.compile(
    r"\b(?:(?:would|could|will|may|might) (?:also |now |then |likely |effectively )?(?:be the|affect|cost|force|mean|make|"
    r"allow|require|raise|cut|give|end|leave|let|apply|take|lead|set|reshape|become|lose|determine|decide|expose|change|"
    r"hurt|help|bring|put|cover|reach|add|save|pay|face|drive|push|limit|bar|strip|shift|double|reduce|increase)|"
    r"sets? a precedent|precedent|for the first time (?:in|since)|first (?:\w+ )?since|"
    r"the (?:largest|biggest|first|worst|deadliest|highest|lowest|longest) (?:\w+ ){1,5}(?:since|in \w+|ever|for)|"
    r"at stake|(?:affect|leav|displac|serv|depend)\w* (?:\w+ ){0,3}?(?:\d[\d,.]*|thousands|millions)[^.;]{0,20}(?:people|"
    r"residents|customers|students|pupils|patients|workers|jobs|households|families|homes))\b"
)
_NEXT = re.compile(
    r"\b(?:(?:is|are|was|were) (?:expected|scheduled|due|set|to be)|plans? to|will (?:be|meet|begin|decide|vote|hear|"
    r"take|go|hold|return|start|resume|open|reopen|appear|consider|publish)|hopes? to|intends? to|next (?:week|month|"
    r"year|spring|fall|session|hearing|meeting)|by (?:the end|Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec))\b"
)
_STANCE = re.compile(
    r"\b(?:should|must|would|cannot|can’t|never|not|no|won’t|need|wrong|right|fair|unfair|good|bad|better|worse|harm\w*|"
    r"protect\w*|danger\w*|threat\w*|risk\w*|cost\w*|too|only|enough|deserve\w*|want|refuse\w*|illegal|justice|"
    r"accountab\w+|fail\w*|lose|win|pay|works?|mistake|trust\w*|burden\w*|first)\b",
    re.IGNORECASE,
)
_LOW, _HIGH = 55, 95
_DEPTH_LOW, _DEPTH_AIM, _DEPTH_HIGH = 35, 48, 80


@dataclass(frozen=True)
class Camp:
    """A perspective in the making."""

    label: str
    voice: Voice
    draft: Draft
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Case:
    """A viewpoint in the making."""

    name: str
    voice: Voice
    stance: Draft
    drafts: tuple[Draft, ...]
    statements: tuple[Statement, ...]


class Plan:
    """A page being written: its elements as drafts, and what was left out with the reason."""

    def __init__(self, analysis: Analysis, context: PageContext) -> None:
        self.analysis, self.context = analysis, context
        self.story = Story(analysis, context.read_at_most)
        self.development = Development.of(self.story.news)
        self.voices = voices(self.story)
        self.by_key = {voice.key: voice for voice in self.voices}
        self.camps = find_camps(self.story, self.voices)
        for voice in self.voices:
            voice.introduction = voice.introduced(self.story.copies)
        self.people = People(self.story)
        self.people.named_by_title([source.title for source in analysis.sources])
        self.budget = Budget(self.story.sources, context.limits)
        self.headline: Draft | None = None
        self.dek: list[Draft] = []
        self.perspectives: list[Camp] = []
        self.missing: list[NotRepresented] = []
        self.why: list[Draft] = []
        self.body: list[list[Draft]] = []
        self.viewpoints: list[Case] = []
        self.omitted: dict[str, str] = {}
        self._newest = [s for s in self.story.news if self.development.moves and self.development.is_newest(s)]
        self._rows: list[int] = []
        self._said: set[str] = set()
        self._printed: list[frozenset[str]] = []
        self._introduced: set[str] = set()
        self.banned: set[str] = set()

    def write(self) -> None:
        """Write every element."""
        self._write_dek(self._newest)
        if not self.dek:
            return
        self._write_perspectives()
        self._write_dek_camps()
        self._write_why()
        self._reserve_viewpoints()
        self._write_body()
        self._write_viewpoints()
        cited = {p.source.article_id for d in self._drafts() for p in d.passages}
        self.headline = headline(self.story, self.development, self._newest, cited)
        self.missing = [m for m in not_represented(self.analysis.sources, self.voices) if m.text not in self.banned]
        if not self.missing:
            self.omitted["not_represented"] = (
                "no side of the rated outlets, no country and no group that the articles speak of could be shown to be"
                " missing; comparison with other stories was not tested"
            )

    # --- dek -------------------------------------------------------------------------------------------------------

    def _write_dek(self, newest: Sequence[SourceText]) -> None:
        zone = 12 if newest else 4
        pool = [c for c in self.story.candidates if c.sentence.index < zone and (not newest or c.source in newest)]
        for wanted in (pool, list(self.story.candidates)):
            for candidate in sorted(wanted, key=self._dek_worth, reverse=True):
                for text in forms(candidate, 45):
                    self._forget()
                    if len(text.split()) < 12 or "“" in text or '"' in text:
                        continue
                    if stands(candidate, text, self.people, self.development) and self._take_report(self.dek, candidate, text):
                        return

    def _dek_worth(self, candidate: Candidate) -> tuple[float, int]:
        words = len(candidate.text.split())
        worth = candidate.score + 0.01 * min(words, 34) - 0.02 * max(0, words - 36)
        counts = 0.5 * bool(self.development.moves and outcomes(candidate.text))
        return worth - 0.1 * candidate.leans + counts, -candidate.row

    def _write_dek_camps(self) -> None:
        """A second sentence that names both camps with a short statement of each."""
        if len(self.perspectives) < 2:
            return
        one, other = self.perspectives[0].voice, self.perspectives[1].voice
        pairs: list[tuple[float, Draft, Statement, Statement]] = []
        for mine in self._brief(one):
            for theirs in self._brief(other):
                draft = fused(mine, one, theirs, other)
                worth = self._statement_worth(mine) + self._statement_worth(theirs) - 0.04 * draft.words
                if mine.row >= 0 and theirs.row >= 0:
                    worth += self.story.cosine(mine.row, theirs.row)
                if draft.words <= max(30, 70 - self.dek[0].words):
                    pairs.append((worth, draft, mine, theirs))
        pairs.sort(key=lambda pair: (-pair[0], pair[1].text))
        for _, draft, mine, theirs in pairs:
            if self._take(self.dek, draft, mine, theirs):
                return

    def _brief(self, voice: Voice) -> list[Statement]:
        """Short statements of a voice that were not printed yet."""
        short = (shortened(statement, 22) for statement in self._statements(voice))
        return [one for one in short if one is not None and not re.match(r"(?:It|That|This|They|He|She)\b", one.text)][:5]

    # --- camps -----------------------------------------------------------------------------------------------------

    def _write_perspectives(self) -> None:
        if not self.camps.is_dispute:
            self.omitted["perspectives"] = "no two holders of opposed views were found speaking in the articles"
            return
        chosen: list[Camp] = []
        for at, side in enumerate(self.camps.sides):
            camp = next((c for c in map(self._camp, self._ranked(side)) if c is not None), None)
            if camp is not None:
                chosen.append(camp)
                self._note(camp.statements)
            elif at < 2:
                break
        if len(chosen) < 2:
            for camp in chosen:
                self._unsay(camp.statements)
            self.omitted["perspectives"] = "only one side has a statement that can be printed with its holder"
            return
        for camp in chosen:
            self.budget.spend(camp.draft)
        self.perspectives = chosen[:4]

    def _unsay(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            self._said.discard(fold(statement.text))
            self._printed.remove(frozenset(content_words(statement.text)))

    def _ranked(self, side: Iterable[Voice]) -> list[Voice]:
        return sorted(side, key=lambda v: (-self._voice_worth(v), v.key))

    def _voice_worth(self, voice: Voice) -> float:
        worths = sorted((self._statement_worth(s) for s in voice.statements), reverse=True)
        return len(voice.outlets) + sum(worths[:3])

    def _camp(self, voice: Voice) -> Camp | None:
        for statement in self._statements(voice, acts=True):
            for most in (32, 26):
                short = shortened(statement, most)
                if short is None:
                    continue
                draft = opened(short, voice)
                if fits_perspective(draft) and self.budget.allows(draft):
                    return Camp(voice.label, voice, draft, (statement,))
        return None

    def _statements(self, voice: Voice, acts: bool = False) -> list[Statement]:
        """What a voice says that can be printed and was not yet, the most telling first; acts open a camp's sentence."""
        fresh = [s for s in voice.statements if acts or s.form != "act"]
        fresh = [s for s in fresh if s.key not in self.banned and fold(s.text) not in self._said]
        fresh = [s for s in fresh if printable(s, voice) and not self._is_repeated(s)]
        cut = [without_narrator(s) for s in fresh if not self.development.is_stale(s.text) and self._is_timely(s)]
        fresh = [s for s in cut if s is not None]
        fresh = [s for s in fresh if not self.people.stranger(s.text.replace(voice.surname, " "))]
        return sorted(fresh, key=lambda s: (-self._statement_worth(s), s.source.order_at, s.text))

    def _is_timely(self, statement: Statement) -> bool:
        """Whether a statement may be told as it stands: in a developing story, one that a newest article carries."""
        carriers = {statement.source.article_id, *(p.source.article_id for p in statement.repeats)}
        return not self._newest or any(source.article_id in carriers for source in self._newest)

    def _statement_worth(self, statement: Statement) -> float:
        words = statement.words
        worth = title_likeness(statement.text, self.story.title_words) / max(1.0, len(self.analysis.sources) / 4)
        worth += 0.5 * min(2, len(_STANCE.findall(statement.text))) + 0.3 * min(3, len(statement.repeats))
        worth += 0.3 * (9 <= words <= 26) - 0.4 * (statement.how == "pronoun") - 0.2 * (statement.how == "continued")
        worth += 0.6 * (statement.form == "act")
        worth -= 0.8 * bool(re.match(r"(?:It|That|This|They|He|She|Those|These|And|But|So)\b", statement.text))
        return worth

    # --- body ------------------------------------------------------------------------------------------------------

    def _write_body(self) -> None:
        self._forget()
        for draft in self.dek[:1]:
            self.people.met(draft.text)
        self._write_event()
        if self.perspectives:
            for at, side in enumerate(self.camps.sides):
                self._write_side(side, other=at == 1 and bool(self.body[-1:]))
            self._write_answers()
        else:
            self._write_reactions()
        self._write_outlets()
        self._write_uncited()
        self._write_next()
        self.body = [paragraph for paragraph in self.body if paragraph]

    def _write_event(self) -> None:
        """What happened: one outlet's own order, another than the dek's if one can be found, with who agrees."""
        led = {p.source.article_id for p in self.dek[0].passages[:1]}
        offers: list[tuple[float, str, list[tuple[Candidate, str]]]] = []
        for source in self.story.news:
            chosen = self._event_of(source, led)
            if chosen:
                scores = sorted((c.score for c, _ in chosen), reverse=True)
                agreed = sum(min(2, len(self.story.corroborations(t, c.row))) for c, t in chosen)
                worth = scores[0] + 0.25 * sum(scores[1:]) + 0.3 * agreed
                offers.append((worth * (0.8 if source.article_id in led else 1.0), source.article_id, chosen))
        paragraph: list[Draft] = []
        for _, _, chosen in sorted(offers, key=lambda offer: (-offer[0], offer[1]))[:2]:
            for candidate, text in chosen:
                fresh = not self.story.repeats(candidate.row, self._rows[len(self.dek) :])
                if fresh and _words(paragraph) + len(text.split()) <= _HIGH and not self.people.stranger(text):
                    self._take_report(paragraph, candidate, text)
            if _words(paragraph) >= _LOW - 5:
                break
        self.body.append(paragraph)

    def _is_current(self, candidate: Candidate) -> bool:
        """Whether a sentence may be told as it stands: in a developing story the newest articles must say it too."""
        if not self._newest or candidate.source in self._newest:
            return True
        agree = {p.source.article_id for p in self.story.corroborations(candidate.text, candidate.row, 40)}
        return any(source.article_id in agree for source in self._newest)

    def _event_of(self, source: SourceText, led: Container[str]) -> list[tuple[Candidate, str]]:
        """Up to five sentences of a source's first part that may stand, in its order, within the length of a paragraph."""
        pool = [c for c in self.story.candidates if c.source is source and c.sentence.index < 14 and self._is_current(c)]
        ranked = sorted(pool, key=lambda c: (not self._is_core(c), -(c.score + 0.5 * c.agreement - 0.25 * _is_attributed(c.text)), c.row))
        met = self.people.copy()
        chosen: list[tuple[Candidate, str]] = []
        words = 0
        for candidate in ranked:
            if not self._is_core(candidate) and words >= 40:
                break
            limit = 0.92 if not chosen and source.article_id not in led else 0.72
            if self.story.repeats(candidate.row, [*self._rows, *(c.row for c, _ in chosen)], limit):
                continue
            for text in forms(candidate, 38):
                size = len(text.split())
                if words + size <= _HIGH and stands(candidate, text, met, self.development):
                    chosen.append((candidate, text))
                    words += size
                    met.met(text)
                    break
            if words >= _LOW + 10 or len(chosen) == 5:
                break
        return sorted(chosen, key=lambda item: item[0].row)

    def _is_core(self, candidate: Candidate) -> bool:
        """Whether a sentence tells the event itself: others state it too, or it says what the titles say."""
        return candidate.title >= 0.35 or bool(self.story.corroborations(candidate.text, candidate.row, 1))

    def _write_side(self, side: Sequence[Voice], other: bool) -> None:
        """What a side says and in whose words: two or three voices, each in the order that introduces it."""
        paragraph: list[Draft] = []
        ranked = self._ranked(side)
        for voice in sorted(ranked[:4], key=lambda v: v.kind != "group"):
            self._speak(paragraph, voice, 2, other)
            if _words(paragraph) >= _LOW + 15:
                break
        if paragraph:
            self.body.append(paragraph)

    def _speak(self, paragraph: list[Draft], voice: Voice, most: int, opens_other: bool = False) -> None:
        """Up to `most` statements of a voice, introduced once."""
        spoken = 0
        for statement in self._statements(voice):
            if spoken == most or _words(paragraph) >= _HIGH - 12:
                return
            if self._is_repeated(statement):
                continue
            if spoken and statement.text.split()[0] in ("It", "That", "This", "They", "He", "She"):
                continue
            introduce = self._is_new(voice)
            short = shortened(statement, 30)
            if short is None or self._row_used(short):
                continue
            draft = inverted(short, voice, introduce, opens_other and not paragraph)
            if _words(paragraph) + draft.words <= _HIGH + 5 and self._take(paragraph, draft, statement):
                spoken += 1

    def _row_used(self, statement: Statement) -> bool:
        """Whether a report sentence that was printed already carries the statement."""
        return statement.form != "quote" and statement.row in self._rows

    def _write_answers(self) -> None:
        """Where two holders cannot both be right."""
        paragraph: list[Draft] = []
        for one, other, kind in self.camps.answers:
            if len(paragraph) == 2:
                break
            mine, theirs = self.by_key[one.holder], self.by_key[other.holder]
            if not printable(one, mine) or not printable(other, theirs) or self._row_used(one) or self._row_used(other):
                continue
            if fold(one.text) in self._said or fold(other.text) in self._said:
                continue
            introduce = tuple(map(self._is_new, (mine, theirs)))
            draft = contradiction(one, mine, other, theirs, kind == "figures", (introduce[0], introduce[1]))
            if draft.words <= 75:
                self._take(paragraph, draft, one, other)
        if paragraph:
            self.body.append(paragraph)

    def _write_reactions(self) -> None:
        """In a plain event, who said what about it."""
        paragraph: list[Draft] = []
        for voice in self._ranked(self.voices)[:5]:
            if voice.kind == "group" or not (voice.role or voice.kind != "person"):
                continue
            self._speak(paragraph, voice, 2)
            if _words(paragraph) >= _LOW + 10:
                break
        if paragraph:
            self.body.append(paragraph)

    def _write_outlets(self) -> None:
        """What single outlets tell beyond that: each in its own paragraph and order, the uncited ones first."""
        most = 6 - len(self.body)
        done: set[str] = set()
        while most > 0:
            cited = {p.source.article_id for d in self._drafts() for p in d.passages}
            best: tuple[float, list[tuple[Candidate, str]]] = (0.0, [])
            for source in self.story.news:
                if source.article_id in done or self.budget.left(source.article_id) < 30:
                    continue
                run = self._own_story(source)
                worth = sum(c.score for c, _ in run) + 1.0 * (source.article_id not in cited)
                if run and worth > best[0]:
                    best = (worth, run)
            if not best[1]:
                return
            paragraph: list[Draft] = []
            for candidate, text in best[1]:
                self._take_report(paragraph, candidate, text, attribute=not paragraph)
            done.add(best[1][0][0].source.article_id)
            if paragraph:
                self.body.append(paragraph)
                most -= 1

    def _own_story(self, source: SourceText) -> list[tuple[Candidate, str]]:
        """The best stretch of an outlet's report that was not printed: runs of sentences of one paragraph, in order."""
        by_key = self.story.by_key
        room = min(self.budget.left(source.article_id), _HIGH - 8)
        met = self.people.copy()
        chosen: list[tuple[Candidate, str]] = []
        ranked = sorted((c for c in self.story.candidates if c.source is source), key=lambda c: (-c.score, c.row))
        words = 0
        for candidate in ranked:
            for at, member in enumerate(run_of(candidate, by_key, 3)):
                if self.story.repeats(member.row, [*self._rows, *(c.row for c, _ in chosen)]):
                    break
                text = next((t for t in forms(member) if stands(member, t, met, self.development, opening=at == 0)), "")
                size = len(text.split())
                if not text or words + size > room:
                    break
                chosen.append((member, text))
                words += size
                met.met(text)
            if words >= _LOW:
                break
        return sorted(chosen, key=lambda item: item[0].row) if words >= 20 else []

    def _write_uncited(self) -> None:
        """A sentence for each outlet that nothing was taken from so far, at most three in a paragraph."""
        paragraph: list[Draft] = []
        for source in self.story.news:
            cited = {p.source.article_id for d in (*self._drafts(), *paragraph) for p in d.passages}
            if source.article_id in cited or len(paragraph) == 3:
                continue
            ranked = sorted((c for c in self.story.candidates if c.source is source), key=lambda c: (-c.score, c.row))
            for candidate in ranked[:12]:
                text = next((t for t in forms(candidate, 40) if stands(candidate, t, self.people, self.development)), "")
                if text and not self.story.repeats(candidate.row, self._rows, 0.85):
                    if self._take_report(paragraph, candidate, text, attribute=True):
                        break
        if paragraph and self.body and _words(self.body[-1]) + _words(paragraph) <= _HIGH + 15:
            self.body[-1] += paragraph
        elif paragraph:
            self.body.append(paragraph)

    def _write_next(self) -> None:
        """The next dated step, as the last sentence."""
        if not self.body:
            return
        newest = sorted(self.story.candidates, key=lambda c: (-c.source.order_at.timestamp(), -c.sentence.index, c.row))
        for candidate in newest:
            bare = without_quotations(candidate.text)
            if not _NEXT.search(bare) or self.story.repeats(candidate.row, self._rows):
                continue
            for text in forms(candidate, 36):
                fits = stands(candidate, text, self.people, self.development) and _NEXT.search(text)
                if fits and self._take_report(self.body[-1], candidate, text):
                    return

    # --- why, viewpoints -------------------------------------------------------------------------------------------

    def _write_why(self) -> None:
        self._forget()
        pool = []
        for candidate in self.story.candidates:
            bare = without_quotations(candidate.text)
            told = candidate.title >= 0.25 and not _is_attributed(bare)
            if told and _STAKES.search(bare) and not self.story.repeats(candidate.row, self._rows):
                pool.append((candidate.score + 0.4 * len(_STAKES.findall(bare)), candidate))
        for _, candidate in sorted(pool, key=lambda item: (-item[0], item[1].row)):
            if len(self.why) == 2 or _words(self.why) >= 45:
                break
            if self.story.repeats(candidate.row, self._rows, 0.6 if self.why else 0.72):
                continue
            for text in forms(candidate, 38):
                person = re.match(r"(?:Mr|Ms|Mrs|Dr|Sen|Rep|Gov)\.|[A-Z][a-z]+ [A-Z][a-z]+(?:,| (?:has|is|was|learned|told))", text)
                if not person and stands(candidate, text, self.people, self.development) and _STAKES.search(text):
                    self._take_report(self.why, candidate, text)
                    break
        if not self.why:
            self.omitted["why_it_matters"] = "no sentence of a report tells a consequence outside somebody's words"

    def _reserve_viewpoints(self) -> None:
        """The camps' cases in depth, before the body takes their words, where enough is left for it."""
        for camp in self.perspectives:
            side = next((side for side in self.camps.sides if camp.voice in side), ())
            alone = not any(self._statements(voice) for voice in side if voice is not camp.voice)
            if len(self._statements(camp.voice)) >= (6 if alone else 4):
                self._add_case(camp.voice, _DEPTH_AIM)

    def _write_viewpoints(self) -> None:
        holders = [camp.voice for camp in self.perspectives] or self._ranked(v for v in self.voices if v.label)
        others = [v for side in self.camps.sides for v in self._ranked(side) if v not in holders]
        for least in (_DEPTH_AIM, _DEPTH_LOW):
            for voice in (*holders, *others):
                if len(self.viewpoints) < 4 and all(case.voice is not voice for case in self.viewpoints):
                    self._add_case(voice, least)
        if not self.viewpoints:
            self.omitted["viewpoints"] = "no holder has two further statements that can be printed within the limits"

    def _add_case(self, voice: Voice, least: int) -> None:
        case = self._case(voice, least)
        if case is not None:
            self.budget.spend(case.stance, *case.drafts)
            self._note(case.statements)
            self.viewpoints.append(case)

    def _case(self, voice: Voice, least: int) -> Case | None:
        """Two or three further statements of one holder behind a stance, 35 words or more."""
        self._forget()
        fresh = [s for s in self._statements(voice) if not self._row_used(s)]
        for stance in [s for s in self._statements(voice, acts=True) if not self._row_used(s)]:
            short = shortened(stance, 20)
            if short is None or not 7 <= short.words:
                continue
            opening = opened(short, voice)
            drafts: list[Draft] = []
            used = [stance]
            for statement in fresh:
                cut = shortened(statement, 30)
                if statement in used or cut is None or any(self._alike(statement, s) for s in used):
                    continue
                introduce = voice.kind == "person" and not drafts
                draft = inverted(cut, voice, introduce)
                if _words(drafts) + draft.words <= _DEPTH_HIGH and self.budget.allows(opening, *drafts, draft):
                    drafts.append(draft)
                    used.append(statement)
                if len(drafts) == 3:
                    break
            if len(drafts) >= 2 and _words(drafts) >= least and self.budget.allows(opening, *drafts):
                return Case(voice.label or voice.name, voice, opening, tuple(drafts), tuple(used))
        return None

    def _alike(self, one: Statement, other: Statement) -> bool:
        return one.form == other.form == "clause" and one.row == other.row

    def keys_at(self, place: str) -> set[str]:
        """The statements and sentences that a place of the page ("body[1][0].parts[2]") was made from."""
        match = re.match(r"(\w+)(?:\[(\d+)\])?(?:\[(\d+)\]|\.(\w+)(?:\[(\d+)\])?)?", place)
        if match is None or match[2] is None:
            return set()
        element, at = match[1], int(match[2])
        if element == "body":
            return set(self.body[at][int(match[3])].keys)
        if element in ("dek", "why_it_matters"):
            return set((self.dek if element == "dek" else self.why)[at].keys)
        if element == "perspectives":
            return set(self.perspectives[at].draft.keys)
        if element == "viewpoints":
            case = self.viewpoints[at]
            return set(case.drafts[int(match[5])].keys if match[4] == "sentences" and match[5] else case.stance.keys)
        if element == "not_represented":
            return {self.missing[at].text}
        return set()

    # --- taking ----------------------------------------------------------------------------------------------------

    def _take_report(self, into: list[Draft], candidate: Candidate, text: str, attribute: bool = False) -> bool:
        if text in self.banned or not self._is_current(candidate):
            return False
        draft = stated(candidate, text, self.story, candidate.source.outlet if attribute else "")
        if attribute and draft.support:
            draft = stated(candidate, text, self.story)
        if not self._take(into, draft):
            return False
        self._rows.append(candidate.row)
        return True

    def _take(self, into: list[Draft], draft: Draft, *statements: Statement) -> bool:
        """Print a draft if the limits allow it."""
        if not self.budget.allows(draft):
            return False
        self.budget.spend(draft)
        self._note(statements)
        self.people.met(draft.text)
        into.append(draft)
        return True

    def _forget(self) -> None:
        """Begin an element that is read by itself: everybody is introduced again."""
        self.people.forget()
        self._introduced.clear()

    def _is_new(self, voice: Voice) -> bool:
        """Whether a person's full name is still owed to the reader."""
        return voice.kind == "person" and voice.key not in self._introduced and not self.people.knows(voice.surname)

    def _note(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            self._said.add(fold(statement.text))
            self._introduced.add(statement.holder)
            self._printed.append(frozenset(content_words(statement.text)))
            if statement.form != "quote" and statement.row >= 0:
                self._rows.append(statement.row)

    def _is_repeated(self, statement: Statement) -> bool:
        """Whether much of a statement was printed in another one."""
        words = frozenset(content_words(statement.text))
        return any(len(words & other) > 0.5 * max(1, min(len(words), len(other))) for other in self._printed)

    def _drafts(self) -> list[Draft]:
        return [*self.dek, *(camp.draft for camp in self.perspectives), *(d for p in self.body for d in p), *self.why, *(d for case in self.viewpoints for d in (case.stance, *case.drafts))]


def _words(drafts: Sequence[Draft]) -> int:
    return sum(draft.words for draft in drafts)


_ATTRIBUTED = re.compile(
    r"\b(?:said|says|told|argued|argues|warned|claimed|insisted|according to|believes?|contends?|maintains?|testified|"
    r"accus(?:ed|es)|urged|called|denied|rejected)\b"
)


def _is_attributed(text: str) -> bool:
    return bool(_ATTRIBUTED.search(without_quotations(text)))
