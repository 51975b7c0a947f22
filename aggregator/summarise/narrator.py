"""The narrator's own voice: asides to the reader, jokes, verdicts and predictions that no speaker is given for.

A report tells what happened and who says what about it. These cues, outside quotations, say that somebody judges or
amuses instead. Each is a form of evaluation by linguistic category: stance adverbs, rhetorical questions and
imperatives, sweeping subjects, inverted conditions, figures of speech (Biber & Finegan 1989, "Styles of stance in
English"); a word is listed only where its plain use in news is rare.
"""

import re

from aggregator.analysis.lexicon import word_set
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

#: the narrator's attitude to what is told
_STANCE = word_set("""
ironically curiously oddly strangely tellingly mercifully thankfully predictably conveniently amusingly amazingly
incredibly understandably rightly wrongly shamelessly supposedly basically objectively pointedly mercilessly
breathlessly sheepishly
""")
#: words that hold a verdict wherever they stand in a report
_JUDGING = word_set("""
draconian tantrum tantrums blitzkrieg nemesis fodder pal pals giveaway giveaways handout handouts iron-fisted
eye-popping never-ending pugilistic searing dubious impressive stellar magnificent masterful masterfully fawning
gushing enthuses lurid sordid bizarre bizarrely bombast bombastic bluster blustering chutzpah cronyism crackpot
clownish minion minions henchman henchmen smug smugly sneering trainwreck kowtow kowtows kowtowed grandstanding
gaslighting gutting sinister mercurial weaponizing scheming ill-fated much-hyped much-vaunted much-maligned
long-suffering self-serving
""")
#: set phrases of praise, blame and mockery
_PHRASES = re.compile(
    r"\b(?:needless to say|no doubt|so much for|to say the least|as luck would have it|mind you|believe it or not|"
    r"had it right|got it (?:right|wrong)|one (?:imagines|wonders|suspects|hopes)|much ado|once again|at long last|"
    r"(?:bad|good|great|terrible) news|nothing to (?:offer|show)|too clever|rather (?:well|a|too)|the supposed|"
    r"iron fist|crack(?:ing|ed)? heads|soak the rich|fl(?:y|ies|ew|ying) in the face|thread the needle|lip service|"
    r"doubl(?:e|es|ing) down|face[- ]saving|f[ae]lls? flat|hungry for|stok(?:es?|ed|ing) (?:fears?|anger|outrage)|"
    r"looms? large|no end in sight|hemming and hawing|fell swoop|quick to (?:blame|criticize|attack|mock)|"
    r"breath(?:e|ed|es) new life|by a thread|flat[- ]out|in (?:a|the) lurch|up in arms|(?:freak\w*|go(?:es|"
    r"ing)?) (?:out over|nuts)|freaking out|ma[dk]es? a show|"
    r"elephant in the room|smoke and mirrors|can of worms|house of cards|train wreck|dumpster fire|dog whistles?|"
    r"victory lap|sour grapes|silver bullet|slippery slope|crocodile tears|caved? (?:in )?to|virtue[- ]signal\w*|"
    r"twice[- ]failed|cozy(?:ing)? up)\b|(?:^|, )naturally\b|, (?:note|remember|recall|alas|say)(?=,)"
)
_WORD = re.compile(r"[a-z][a-z-]*[a-z]")
#: verdicts and predictions in nobody's name
_VERDICTS = re.compile(
    r"\b(?:(?:will|would|may|might) (?:never|surely|inevitably|no doubt|likely never|once again)|"
    r"is the only (?:thing|one|hope)|"
    r"the (?:real )?(?:question|answer|truth|point|irony|problem|trouble|upshot|bottom line|lesson|reality|message|"
    r"fact)"
    r"(?: of [\w’' ]{3,40})? (?:is|was|remains)\b|"
    r"(?:more|most) likely, |actually|simply|hardly|merely|arguably|undoubtedly|certainly|surely|really|far from|"
    r"no matter|in fact|of course|indeed|so-called|makes? (?:no )?sense|no (?:wonder|surprise|accident|coincidence)|"
    r"(?:himself|herself|itself) even|even apparently|it is (?:hard|easy|worth|clear)|truly|utterly|"
    r"doing nothing|looks? like the|the kind of|the sort of|nothing (?:more|less) than|little (?:more|less) than)\b",
)
#: whole forms of sentences that talk instead of telling
_FORMS = re.compile(
    r"(?:Count|Take|Suppose|Picture|Recall|Note|Forget|Ignore|Add|Try|Compare|Blame|Credit|Expect|Do not|Don’t|Don't|"
    r"Let)"
    r" (?:the|that|this|those|these|all|a|an|it|them|in|for|only|just|no|how|what)\b"
    r"|If [^,.]{3,50} (?:is|are|was|were) (?:right|wrong|correct|to be believed|any (?:guide|indication)),"
    r"|(?:Nobody|No one|Everybody|Everyone|Anyone|Anybody|All the world)\b(?! (?:was|were|has been|is|else|"
    r"in the [a-z]+ was)\b)"
    r"|So (?:is|are|was|were|did|does|do|has|have|had) "
    r"|(?:Hungry|Eager|Desperate|Anxious|Unbowed|Undeterred|Emboldened)\b[^,]*, "
)
_INVERTED = re.compile(r"(?:Were|Had|Should) (?:the|a|an|it|he|she|they|[A-Z][\w’']+) ")
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
    words = set(_WORD.findall(small))
    if words & _STANCE or words & _JUDGING or _PHRASES.search(small) or _FORMS.match(bare[:1].upper() + bare[1:]):
        return True
    return not is_attributed(text) and any(
        (_VERDICTS.search(small), _AFTER_SEMICOLON.search(bare), _INVERTED.match(bare))
    )


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
