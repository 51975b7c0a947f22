"""Groups of people who are quoted in the news, known by the words of a speaker's name or role.

A closed list: what a story lacks is told by comparing it with others, and only what is counted alike can be compared.
"""

import re

from aggregator.analysis.model import Analysis

#: how a group is printed, and the words of a name or role that belong to it
STAKEHOLDERS = {
    "Doctors and public-health workers": r"doctors?|physicians?|surgeons?|nurses?|pediatricians?|paediatricians?|"
    r"epidemiologists?|psychiatrists?|oncologists?|health (?:officer|commissioner|director|department|workers?)|"
    r"paramedics?|"
    r"(?:hospital|medical) (?:director|officer|association|cent(?:er|re))",
    "Police": r"police|sheriffs?|troopers?|detectives?|constables?",
    "Teachers and school leaders": r"teachers?|principals?|headteachers?|superintendents? of schools|"
    r"schools? superintendents?|"
    r"educators?|school boards?",
    "Students": r"students?|pupils?|undergraduates?",
    "Parents": r"parents?|mothers?|fathers?|parent-teacher",
    "Unions": r"unions?|AFL-CIO|Teamsters?|shop stewards?|federation of (?:teachers|labou?r)|workers’ council",
    "Business groups and employers": r"chamber of commerce|business (?:owners?|groups?|leaders?|council)|"
    r"manufacturers’ association|trade (?:group|association)|industry (?:group|association)|chief executives?|CEO|"
    r"employers?|shop owners?|restaurateurs?",
    "Economists": r"economists?",
    "Scientists and researchers": r"scientists?|researchers?|climatologists?|biologists?|physicists?|chemists?|"
    r"geologists?|"
    r"seismologists?|hydrologists?|virologists?|meteorologists?",
    "Lawyers and legal scholars": r"lawyers?|attorneys?|counsel|law professors?|solicitors?|barristers?|"
    r"legal scholars?",
    "Civil-rights groups": r"civil (?:rights|liberties)|ACLU|NAACP|human rights|Amnesty International",
    "Local residents": r"residents?|neighbou?rs?|homeowners?|tenants?|renters?|villagers?|locals?",
    "Victims’ families": r"(?:victim|survivor)[’']?s?[’']? (?:famil(?:y|ies)|mothers?|fathers?|parents?|"
    r"relatives?)|widows?|"
    r"widowers?|bereaved|survivors?|victims?",
    "Environmental groups": r"environmental(?:ist|ists)?|conservation(?:ist|ists)?|Sierra Club|Greenpeace|climate "
    r"(?:activists?|campaigners?)",
    "Religious leaders": r"bishops?|archbishops?|pastors?|priests?|rabbis?|imams?|ministers? of (?:the )?church|"
    r"cardinals?|"
    r"Reverend|Rev",
    "Immigrants’ advocates": r"immigra(?:nt|tion|nts)(?:[’']? rights)? (?:advocates?|groups?|lawyers?|"
    r"coalition)|refugee "
    r"(?:council|advocates?|agency)|immigrants[’']? rights",
    "Farmers": r"farmers?|ranchers?|growers?|farm bureau",
    "Patients": r"patients?",
    "Drivers and commuters": r"drivers?|commuters?|motorists?|passengers?|riders?",
    "Veterans and soldiers": r"veterans?|soldiers?|marines?|troops",
    "Aid workers": r"aid (?:workers?|groups?|agenc(?:y|ies))|relief (?:workers?|agenc(?:y|ies))|Red Cross|humanitarian",
    "Consumer groups": r"consumer (?:advocates?|groups?|watchdogs?|federation|union)|ratepayers?",
    "Voters": r"voters?",
    "Diplomats": r"diplomats?|ambassadors?|envoys?",
}  # fmt: skip
_PATTERNS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in STAKEHOLDERS.items()}


def groups_in(text: str) -> frozenset[str]:
    """The groups that a name, a role or a sentence speaks of."""
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(text))


def groups_quoted(analysis: Analysis) -> frozenset[str]:
    """The groups that somebody speaks for in a story, by the names and roles of its speakers."""
    speakers = {(one.speaker, one.role) for one in analysis.quotes} | {(one.speaker, one.role) for one in analysis.said}
    return groups_in("\n".join(sorted(f"{speaker}; {role}" for speaker, role in speakers)))


def groups_near_speech(analysis: Analysis) -> frozenset[str]:
    """The groups that are named where anybody speaks, also where analysis may have missed who it is."""
    texts = {source.article_id: source for source in analysis.sources}
    near = [
        texts[one.article_id].text[one.context_start : one.context_end]
        for one in analysis.quotes
        if one.article_id in texts
    ]
    for source in analysis.sources:
        near += [sentence.text for sentence in source.sentences if _SPEECH.search(sentence.text)]
    return groups_quoted(analysis) | groups_in("\n".join(near))


_SPEECH = re.compile(r"[“”\"]|\b(?:said|says?|told|according to|argue[sd]?|warn(?:s|ed)?|wrote|testified)\b")
