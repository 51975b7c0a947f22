"""The narrator's own voice: asides to the reader, jokes, verdicts and predictions that no speaker is given for.

A report tells what happened and who says what about it. These cues, outside quotations, say that somebody judges or
amuses instead. Each is a form of evaluation by linguistic category: stance adverbs, rhetorical questions and
imperatives, sweeping subjects, inverted conditions, figures of speech (Biber & Finegan 1989, "Styles of stance in
English"); a word is listed only where its plain use in news is rare.
"""

import re

from aggregator.summarise.wording import FIRST_PERSON, is_attributed, is_loaded, without_quotations

_ASIDES = re.compile(
    r"(?:Here\b|Here’s|Here's|Below|Above|Quick|That alone|This alone|Put together|Put differently|Concede|Consider|"
    r"Think|Imagine|"
    r"Remember|Notes on|Look|See|Meet|Welcome|Enter|Call it|Attached|Glad|Fine\b|So why|In plain|Fair enough|True,|"
    r"Sure,|"
    r"To be (?:clear|fair|sure)|Make no mistake|No wonder|Small wonder|Not bad|Good luck)\b"
)
_SCENE = re.compile(
    r"^(?:At (?:\d|a quarter|half|dawn|dusk|noon|midnight|first light)|On a |In a (?:small|crowded|dim|quiet)|"
    r"It was |"
    r"Halfway|Standing|Sitting|Sat |Late one|Early one|One (?:morning|night|day|evening)|For (?:most|years|decades)|"
    r"The (?:lights|smell|sound|sun|rain|phone)|There (?:was|were|is|are) )",
)

#: stance adverbs and asides: the narrator's attitude to what is told
_STANCE = re.compile(
    r"\b(?:ironically|curiously|oddly|strangely|tellingly|mercifully|thankfully|predictably|conveniently|amusingly|"
    r"amazingly|"
    r"incredibly|understandably|rightly|wrongly|shamelessly|needless to say|no doubt|so much for|to say the least|"
    r"as luck would have it|for good measure|mind you|lo and behold|believe it or not|supposed to be the|"
    r"had it right|got it (?:right|wrong)|one (?:imagines|wonders|suspects|might|could|hopes)|much ado|"
    r"(?:bad|good|great|terrible) news|nothing to (?:offer|show)|too clever|at long last|once again|"
    r"objectively|basically|supposedly|rather (?:well|a|too|than well)|altogether|"
    r"the supposed|ill-fated|much-(?:hyped|vaunted|maligned)|long-suffering|self-(?:styled|proclaimed|serving)|"
    r"twice-?\s?failed)\b"
    r"|(?:^|, )naturally\b|, (?:note|remember|recall|alas|sure|say)(?=,)",
)
#: figures of speech that judge
_FIGURES = re.compile(
    r"\b(?:draconian|tantrums?|blitzkrieg|nemesis|last hope|hijack the|effort to hijack|crack heads|iron[- ]fist\w*|"
    r"strong-arm\w*|"
    r"soak the rich|fl(?:y|ies|ew|ying) in the face|thread the needle|lip service|double down|doubl(?:es|ing) down|"
    r"face[- ]saving|fell flat|falls? flat|hungry for|stok(?:es?|ed|ing) (?:fears?|anger|outrage)|loom(?:s|"
    r"ed)? large|no end in sight|fodder|pals?|giveaways?|handouts?|hemming and hawing|fell swoop|media darling|"
    r"egotism|was not amused|quick to (?:blame|criticize|attack|mock)|an angry|pour gasoline|much-needed|impressive|"
    r"compelling|onus|taste of|cronyism|diminished figure|"
    r"searing|pugilistic|dubious|bold promises?|elephant in the room|smoke and mirrors|can of worms|house of cards|"
    r"train wreck|trainwreck|dumpster fire|red meat|dog whistles?|victory lap|sour grapes|silver bullet|"
    r"slippery slope|"
    r"crocodile tears|kowtow\w*|cave[ds]? (?:in )?to|weaponiz\w+|virtue[- ]signal\w*|gaslight\w*|grandstand\w*|"
    r"cozy(?:ing)?|"
    r"chutzpah|bluster\w*|bombast\w*|fawning|gushing|enthus(?:es|ed)|stellar|winning personality|rock star|legendary|"
    r"magnificent|masterful\w*|mercilessly|relentless(?:ly)?|breathless(?:ly)?|lurid|sordid|ugly|nasty|toxic|"
    r"bizarre\w*|"
    r"as good as (?:bulls|anyone)|save (?:trump|biden|obama)['’]s|old-fashioned way|large bet|big bet|no mercy|"
    r"scheming|"
    r"illegal aliens flocking|crackpot|loon\w*|clown\w*|puppet\w*|minions?|henchm[ae]n|sheepish\w*|smug\w*|"
    r"sneer\w*)\b",
)
#: verdicts and predictions in nobody's name
_VERDICTS = re.compile(
    r"\b(?:(?:will|would|may|might) (?:never|surely|inevitably|no doubt|likely never|once again)|"
    r"is the only (?:thing|one|hope)|"
    r"the (?:real )?(?:question|answer|truth|point|irony|problem|trouble|upshot|bottom line|lesson|reality|message|"
    r"fact)"
    r"(?: of [\w’' ]{3,40})? (?:is|was|remains)\b|"
    r"(?:more|most) likely, |actually|simply|hardly|merely|arguably|undoubtedly|certainly|surely|really|far from|"
    r"no matter|in fact|of course|indeed|so-called|makes? (?:no )?sense|no (?:wonder|surprise|accident|coincidence)|"
    r"(?:himself|herself|itself) even|even apparently|it is (?:hard|easy|worth|clear)|truly|utterly|wholly|deeply|"
    r"doing nothing|looks? like the|the kind of|the sort of|nothing (?:more|less) than|little (?:more|less) than)\b",
)
#: whole forms of sentences that talk instead of telling
_FORMS = re.compile(
    r"(?:Count|Take|Suppose|Picture|Recall|Note|Forget|Ignore|Add|Try|Compare|Blame|Credit|Expect|Do not|Don’t|Don't|"
    r"Let)"
    r" (?:the|that|this|those|these|all|a|an|it|them|in|for|only|just|no|how|what)\b"
    r"|(?:Were|Had|Should) (?:the|a|an|it|he|she|they|[A-Z][\w’']+) "
    r"|If [^,.]{3,50} (?:is|are|was|were) (?:right|wrong|correct|to be believed|any (?:guide|indication)),"
    r"|(?:Nobody|No one|Everybody|Everyone|Anyone|Anybody|All the world)\b(?! (?:was|were|has been|is|else|"
    r"in the [a-z]+ was)\b)"
    r"|So (?:is|are|was|were|did|does|do|has|have|had) "
    r"|(?:Hungry|Eager|Desperate|Anxious|Unbowed|Undeterred|Emboldened)\b[^,]*, "
)
_AFTER_SEMICOLON = re.compile(r"[;:] (?:the (?:question|answer|truth|point|trouble|problem) |every |not |so )")


def is_aside(text: str) -> bool:
    """Whether a sentence talks to the reader about the telling ("Here is the news", "Quick recap")."""
    return bool(_ASIDES.match(text))


def is_narrated(text: str) -> bool:
    """Whether a sentence judges, jokes or predicts in its narrator's own voice, outside quotations.

    A verdict or a prediction that a speaker is given for is report.
    """
    bare = without_quotations(text)
    small = bare.lower()
    if _STANCE.search(small) or _FIGURES.search(small) or _FORMS.match(bare[:1].upper() + bare[1:]):
        return True
    return not is_attributed(text) and bool(_VERDICTS.search(small) or _AFTER_SEMICOLON.search(bare))


def is_informal(text: str) -> bool:
    """Whether an outlet's own words talk: "that’s", "they’ll"."""
    return bool(
        re.search(
            r"\b(?:[Tt]hat|[Ii]t|[Hh]e|[Ss]he|[Tt]here|[Tt]hey|who)[’'](?:s|ll|ve|re|d)\b", without_quotations(text)
        )
    )


def is_scene(text: str) -> bool:
    """Whether a sentence sets a scene instead of telling the event."""
    return bool(_SCENE.match(text))


def is_opinionated(text: str) -> bool:
    """Whether a sentence of an outlet argues: a loaded word, a question, the first or second person."""
    bare = without_quotations(text)
    argues = "?" in bare or _ARGUES.search(bare) or FIRST_PERSON.search(bare.replace("U.S.", ""))
    return is_loaded(text) or bool(argues)


_ARGUES = re.compile(
    r"\b(?:actually|simply|hardly|merely|indeed|perhaps|surely|arguably|undoubtedly|certainly|of course|in fact|"
    r"that(?:’|')s (?:wrong|right|why|not)|no matter|far from|it(?:’|')s (?:clear|hard|easy|worth|time)|the (?:truth|"
    r"point|"
    r"problem|irony|fact) is|seems?|makes? (?:no )?sense)\b",
    re.IGNORECASE,
)
