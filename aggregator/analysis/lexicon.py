"""Word lists that the rules of analysis share."""


def word_set(listed: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(listed.split())


#: words before a person's name that are no part of it; the abbreviated ones are written with a full stop or without
TITLES = word_set("""
mr mrs ms mx dr prof sen sens rep reps gov govs gen lt col sgt maj capt cmdr adm rev fr hon sir lord lady dame
president president-elect justices judges senator counsel whip administrator senators representative congressman
congresswoman governor mayor judge
justice secretary
minister chancellor professor doctor general colonel captain sergeant lieutenant sheriff chief officer detective
commissioner ambassador speaker councilman councilwoman councillor councilor alderman assemblyman assemblywoman
assemblymember delegate treasurer attorney superintendent director chairman chairwoman chair chairperson pope bishop
archbishop cardinal pastor reverend rabbi imam king queen prince princess premier vice deputy former acting interim
majority minority leader prime marshal undersecretary ceo cfo coo cto vp mp mep ag pm comptroller coach constable
trooper inspector weighmaster
""")
#: of TITLES, those that say nothing about an office
COURTESY = word_set("mr mrs ms mx dr sir lord lady dame hon")
CALENDAR = word_set("""
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
october november december jan feb mar apr jun jul aug sept sep oct nov dec
""")
PARTICLES = word_set("de la von van der den del bin ibn al el di da du dos das le ter ten zu y")
SUFFIXES = word_set("Jr Jr. Sr Sr. II III IV")
#: heads of names that go on with "of", "for" or "on": "Department of Justice"
OF_HEADS = word_set("""
university department bank bureau house board office institute ministry college school court committee council center
centre centers centres agency association federation union league church chamber academy society organization
organisation commission secretary district city state states republic kingdom conference congress coalition campaign
alliance museum party authority division fund foundation american americans women mothers doctors inspector attorney
director bay gulf isle port statue declaration bill chiefs
""")
#: after "Justice", "General" …, which else would be titles
ORG_TAILS = word_set("department ministry committee motors assembly electric office democrats council league action")
#: capitalised at the head of a sentence without being names, beside the stop words
OPENERS = word_set("""
yes ok okay well please let still yet however meanwhile moreover furthermore instead although though despite while
since unless until whether among amid around along across behind beneath beside besides beyond inside near onto outside
throughout toward towards via within without per former new old many much several two three four five six seven eight
nine ten another every everyone everybody someone anyone nobody nothing everything something today yesterday tomorrow
tonight earlier later then thus hence perhaps maybe indeed even never always often sometimes here there now once again
also both either neither nor but and or so because if when where why how what who whom whose which residents officials
critics supporters opponents lawmakers workers police authorities prosecutors voters parents students teachers doctors
experts analysts economists researchers scientists investors companies people women men children families judges
lawyers drivers patients users senators most more less according given based asked speaking writing citing following
including using having being under up down few last next first second third finally recently currently previously
nearly almost roughly about at least half thank thanks sorry hello dear watch read photo video image story update
breaking exclusive opinion editorial federal state local national public private senior top good bad great big small
long short high low early late sources reports data documents records figures studies polls markets shares stocks
prices
""")

#: small words by which a clause or an opening phrase starts: no subject begins here
PREPOSITIONS = word_set("""
about above across after against along alongside amid among around as at because before behind below beneath beside
besides
between beyond by despite during except for from given in inside instead into like near of off on onto outside over
past per since through throughout to toward towards under unlike until up upon via with within without when while where
although though if unless whether once
""")
PRONOUNS = word_set("he she they it i we you")
#: heads of a speaker without a name, singular and plural
ROLE_NOUNS = word_set("""
activist activists adviser advisers advisor advisors advocate advocates agent aide aides ambassador analyst analysts
assemblyman assemblymember assemblywoman attorney attorneys author authors bishop boss broker captain chair chairman
chairperson chairwoman chancellor chief chiefs columnist commander commissioner commissioners congressman congresswoman
coordinator coroner councillor councilman councilmember councilwoman counsel customer customers defendant defendants
delegate delegates dentist deputies deputy detective detectives developer dispatcher doctor doctors driver drivers
economist economists editor editors employee employees engineer engineers executive executives expert experts farmer
farmers father firefighter foreman founder friend geologist governor head historian host hydrologist inspector
investigator investigators investor investors journalist journalists judge judges justice justices juror jurors
lawmaker lawmakers lawyer lawyers leader leaders lead lobbyist manager managers mayor mayors member members
meteorologist minister ministers mother negotiator neighbor neighbors neighbour neighbours nominee nurse nurses officer
officers official officials opponent opponents organiser organizer organizers owner owners parent parents pastor
patient patients physician pilot player police president presidents premier principal producer professor professors
prosecutor prosecutors protester protesters psychologist psychiatrist regulator regulators reporter representative
representatives republican republicans democrat democrats researcher researchers resident residents retiree scholar
scholars scientist scientists seismologist secretary senator senators sheriff shopkeeper sister solicitor son daughter
brother wife husband source sources speaker specialist spokesman spokesmen spokesperson spokespeople spokeswoman
staffer staffers strategist student students superintendent supervisor supporter supporters survivor survivors teacher
teachers technician trader treasurer trustee user users veteran victim victims volunteer volunteers voter voters
witness witnesses woman man worker workers writer critic critics conservatives liberals progressives people others
campaigners authorities pollster director controller comptroller auditor trainer coach chemist biologist virologist
epidemiologist astronomer mechanic carpenter baker clerk cook nun priest rabbi imam sponsor librarian partner
weighmaster marshal actor actress comedian singer ceo diplomat diplomats
""")
#: heads of groups, institutions and papers that may speak
INSTITUTIONS = word_set("""
administration family families agency alliance army association authority bank board brief bureau cabinet campaign
caucus center centre
chamber charity church city coalition college commission committee companies company complaint congress corporation
council county court courts decision department district document documents email emails e-mail editorial embassy
federation filing filings firm firms foundation fund government governments group groups hospital indictment industry
institute judgment judiciary lawsuit lawsuits league legislature letter magazine majority manufacturer memo memorandum
message minority ministry motion network newspaper note notice office opinion order organisation organisations
organization organizations paper parliament party petition plaintiffs police poll post press-release release report
review ruling school schools senate service start-up startup state statement study suit summary survey side team
think-tank tribunal tweet union unions university utility warrant website witness white-house panel transcript
affidavit manifesto guidance advisory bulletin resolution proposal plan law bill
""")
#: "the" is not needed before them to be a subject
BARE_GROUPS = word_set("""
police prosecutors officials authorities critics supporters opponents republicans democrats lawmakers lawyers attorneys
investigators residents protesters organizers organisers researchers scientists experts analysts economists doctors
regulators conservatives liberals progressives activists advocates campaigners witnesses teachers parents students
drivers workers farmers voters court company management plaintiffs rescuers firefighters deputies detectives
""")
#: parts of names that are no person's
ORG_WORDS = word_set("""
council bureau inc inc. corp corp. corporation company co co. llc university college department committee union local
court party post times agency commission institute association federation board ministry center centre foundation
office senate house congress parliament school schools bank group authority coalition alliance league chamber society
service services hospital press news journal tribune herald gazette network fund trust airlines motors systems
technologies labs lab semiconductor micro devices energy power electric pharma pharmaceuticals therapeutics medical
health media administration district county city state states republic kingdom army navy force guard police patrol club
team museum church archdiocese diocese campaign caucus democrats republicans conservatives labour nations organization
organisation reserve exchange street avenue road river lake valley island islands park bridge airport station act bill
amendment ventures democrat republican falls springs fire project initiative action international global national
american federal americans britain europe washington transit transport utility utilities water works academy library
laboratory observatory survey partners capital holdings industries customs protection immigration enforcement homeland
""")

#: countries that are one word, and what names of places in two words begin with
COUNTRIES = word_set("""
afghanistan albania algeria argentina armenia australia austria azerbaijan bangladesh belarus belgium bolivia bosnia
brazil britain bulgaria cambodia cameroon canada chile china colombia croatia cuba cyprus denmark ecuador egypt england
estonia ethiopia europe finland france georgia germany ghana greece guatemala haiti honduras hungary iceland india
indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya kosovo kuwait latvia lebanon libya
lithuania malaysia mali mexico moldova mongolia morocco mozambique myanmar nepal netherlands nicaragua niger nigeria
norway pakistan palestine panama paraguay peru philippines poland portugal qatar romania russia rwanda scotland senegal
serbia singapore slovakia slovenia somalia spain sudan sweden switzerland syria taiwan tanzania thailand tunisia turkey
uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe africa america asia
""")
