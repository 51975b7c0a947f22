"""The set phrases by which lines that are not reporting give themselves away; every pattern works on one paragraph."""

import re

_I = re.IGNORECASE

#: whole lines that are dropped: navigation, advertising and prompts, never reporting
BOILERPLATE = re.compile(
    r"(?:[-–—•*>|\s]*)(?:"
    r"advertisements?|article content|loading\b.{0,40}|sponsored( content)?|promoted|ad|article continues (?:below"
    r"|after)\b.{0,60}|story continues below.{0,40}"
    r"|continue reading(?: below)?\W{0,3}|skip (?:to|past)\b.{0,80}|(?:share|tweet|e-?mail|print|comment"
    r"|save)(?: (?:this|article|story)){0,2}"
    r"|share (?:on|via|with) .{0,60}|follow (?:us|me)\b.{0,120}|(?:read|see|watch|listen|learn|find out"
    r"|discover) (?:more|also|next)\s*[:>–—-].{0,200}"
    r"|(?:read|see|learn|show|view|load|click for) more\W{0,3}|also (?:read|on|see)\s*[:>–—-].{0,200}"
    r"|related(?: (?:stories|story|articles?|content|coverage|links|topics?|posts|news))?\s*(?:[:>–—-].{0,200})?"
    r"|more (?:stories|news|coverage|from|on this)\b.{0,60}|most (?:read|popular|viewed)\b.{0,30}"
    r"|recommended(?: for you| stories)?|you (?:may|might) also (?:like|be interested in)\W{0,3}"
    r"|(?:don['’]t miss|what to read next|up next|trending(?: now)?|top stories|in this (?:article"
    r"|story))\s*(?:[:–—-].{0,160})?"
    r"|(?:please )?(?:sign|log) (?:up|in|on)\b.{0,160}|(?:please )?subscribe\b.{0,160}|(?:click|tap) here\b.{0,120}"
    r"|(?:enter|thanks for|thank you for) .{0,30}(?:e-?mail|signing up|subscribing).{0,80}"
    r"|get (?:the|our|your|all)\b.{0,120}\b(?:inbox|newsletter|app|daily|alerts?)\b.{0,60}|download (?:the"
    r"|our) .{0,40}\bapp\b.{0,60}"
    r"|.{0,80}\bnewsletters?\b.{0,60}\b(?:inbox|sign up|subscribe)\b.{0,80}|please wait\W{0,5}|image source"
    r"|back to top|javascript is (?:disabled|required).{0,120}"
    r"|(?:accept|manage|reject)(?: all)? cookies?.{0,80}|(?:we|this (?:web)?site) uses? cookies\b.{0,300}"
    r"|topics?\s*:.{0,160}|tags?\s*:.{0,160}|filed under\b.{0,160}"
    r"|lesen sie (?:auch|mehr).{0,200}|mehr zum thema.{0,120}|anzeige|lire aussi.{0,200}|à lire aussi.{0,200}"
    r"|lee también.{0,200}|publicidad|leia (?:também|mais).{0,200}"
    r"|les også.{0,200}|läs (?:också|även|mer).{0,200}|læs også.{0,200}|lees ook.{0,200}|leggi anche.{0,200}"
    r")\s*$",
    _I,
)
#: a heading over a list of other articles: the list goes with it
TEASER_HEADING = re.compile(
    r"(?:related(?: (?:stories|articles?|content|coverage|links|posts|news))?|more (?:stories|news|coverage"
    r"|on this story)|read (?:more|next|also)"
    r"|most (?:read|popular)|recommended(?: for you| stories)?|you (?:may|might) also like|top stories"
    r"|trending(?: now)?|latest news)\W{0,3}$",
    _I,
)
#: a line of its own above the text
BYLINE = re.compile(
    r"(?:by|von|par|por)\s+[A-Z\u00c0-\u024f][\w.'’-]+(?:[\s,&|/]+(?:and\s+|of\s+|for\s+"
    r"|the\s+)?[A-Z\u00c0-\u024f][\w.'’-]+){0,9}\W{0,2}$"
    r"|(?:[A-Z][a-z]+day,? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}, \d{4}[\s,|·at]{0,5}"
    r"(?:\d{1,2}[:.]\d\d ?(?:[ap]\.?m\.?)? ?(?:[A-Z]{2,4})?)?\W{0,2}$|(?i:reported by)\W*$"
    r"|(?i:published|updated|posted|last updated)\b.{0,60}\d{4}.{0,40}$|(?i:\d+ min(?:ute)?s? read)\W*$"
)
#: the end of what may be read without paying, or a request to pay
PAYWALL = re.compile(
    r"\b(?:subscribe|sign up|register|log ?in|sign in|become a (?:member|subscriber)|start your (?:free )?trial"
    r"|create (?:a|your) (?:free )?account)\b"
    r".{0,60}\b(?:continue|keep|read|unlock|access|full (?:story|article)|unlimited)\b"
    r"|\b(?:to continue|keep|continue) reading\b|\bthis (?:article|story|content|post) is (?:for"
    r"|available (?:only )?to|reserved for|exclusive(?:ly)? (?:to|for))"
    r".{0,30}\b(?:subscribers|members|paid)\b|\balready (?:a|have an?) (?:subscriber|subscription|member|account)\b"
    r"|\bsubscriber[- ](?:only|exclusive)\b"
    r"|\byou(?:['’]ve| have) (?:reached|used|read) .{0,40}\b(?:free|limit)\b|\bunlock (?:this|the full|unlimited)\b"
    r"|\bread the (?:full|rest of (?:the|this)) (?:story|article)\b|\bweiterlesen mit\b|\bréservé aux abonnés\b"
    r"|\bsolo para suscriptores\b",
    _I,
)
#: how a text ends that goes on elsewhere
CUT_OFF = re.compile(
    r"(?:\.\.\.|…|\[(?:…|\.\.\.|&hellip;)\])\s*(?:(?:continue|read|keep) \w+(?: \w+)?)?\s*[→»>]*\s*$", _I
)
#: consent walls
CONSENT = re.compile(
    r"\b(?:cookies?|consent|gdpr|legitimate interests?|privacy (?:policy|settings|choices)|personali[sz]ed (?:ads"
    r"|advertising|content)|our partners"
    r"|vendors|accept all|reject all|manage (?:preferences|settings|choices|options)|store and/or access"
    r"|data protection|opt[- ]out|einwilligung|datenschutz)\b",
    _I,
)
#: what only a request for consent says, not an article about one
CONSENT_ACTION = re.compile(
    r"\b(?:(?:accept|reject|allow|agree to|refuse|decline) (?:all|and (?:continue|close))|manage (?:my "
    r"|your )?(?:preferences|settings|choices|options|cookies)"
    r"|(?:we|we and our partners|this (?:web)?site) uses? cookies|our (?:\d+ )?partners|store and/or access"
    r"|your (?:consent|privacy choices|choices)|list of (?:partners|vendors)"
    r"|by (?:clicking|continuing|using)|alle akzeptieren|tout accepter|aceptar todo)\b",
    _I,
)
ERROR_TITLE = re.compile(
    r"\b(?:page|article|story|content|site) (?:not found|could not be found|does(?:n['’]t| not) exist|(?:is )?(?:un"
    r"|not )available|(?:is )?no longer (?:available|exists))\b"
    r"|^\W*(?:error\W*)?(?:40[0134]|410|429|451|50[0234])\b|\b(?:40[34]|50[0234]) (?:error|not found|forbidden)"
    r"|\bnot found\b|^access denied|^forbidden|\boops\b"
    r"|just a moment\.\.\.|attention required|are you (?:a robot|human)|verify(?:ing)? you are human|security check"
    r"|service unavailable|bad gateway"
    r"|under maintenance|captcha|seite nicht gefunden|page introuvable|página no encontrada",
    _I,
)
#: an app that prints nothing without scripts
NEEDS_JS = re.compile(
    r"\b(?:enable|turn on|requires?|activate|without) javascript\b|\bjavascript (?:is|must be"
    r"|needs to be) (?:disabled|enabled|required)\b",
    _I,
)

#: lines of the desk about the text itself, and of the house about its business
NOTICE = re.compile(
    r"\W{0,3}(?:corrections?|clarifications?|editor['’]?s?['’]? notes?|editors['’]? notes?|updates?|updated"
    r"|this just in|disclosures?|disclaimers?|notes? to (?:our )?readers|programming note"
    r"|about this (?:story|article|series)|how we reported this"
    r"|our standards)\b(?:\s+(?:on\s+)?[\w.,]{1,12}(?:\s\d{1,2})?(?:,?\s\d{4})?[^:.]{0,40})?\s*[:(–—|]"
    r"|.{0,40}\bthis (?:article|story|post|report|piece|page|column|headline|version|interview|transcript|newsletter"
    r"|content|reporting)\b.{0,40}\b"
    r"(?:was|has been|is|will be|have been) (?:\w+ )?(?:updated|corrected|amended|edited|published|produced"
    r"|republished|first published|changed|revised|adapted|co-?published|supported|made possible|part of a|based on"
    r"|translated|written by|provided|licensed)\b"
    r"|.{0,60}\b(?:an? (?:earlier|previous|original) version of (?:this|the)|the original version of this"
    r"|in an earlier version)\b"
    r"|\W{0,3}(?:originally|first) (?:published|appeared)\b|.{0,200}\bcontribut(?:ed|ing)(?: (?:\w+ )?(?:reporting"
    r"|research|writing|reports?))?(?: to| for| from)\b.{0,60}\b(?:report|story|article|coverage|writing"
    r"|this)\b.{0,40}$"
    r"|.{0,120}\bcontributed (?:reporting|research)\b|\W{0,3}(?:(?:additional |further )?reporting|edit(?:ing|ed)"
    r"|writing|written|compiled|translat(?:ing|ed|ion)|with (?:additional )?(?:reporting|files|inputs?)) (?:by"
    r"|from)\b.{0,200}$"
    r"|.{0,200}\b(?:we|(?:this|our) (?:site|publication|outlet)|the \w+) (?:may|might|could) (?:earn|receive|get"
    r"|make) .{0,40}\b(?:commissions?|money|affiliate|share)\b|.{0,200}\baffiliate (?:links?|commissions?|partners?"
    r"|advertis\w+)\b"
    r"|.{0,80}\b(?:all rights reserved|may not be (?:published|reproduced|reprinted)|republish(?:ed)? (?:this"
    r"|with permission|under)|creative commons)\b"
    r"|\W{0,3}(?:©|\(c\)|copyright)\s.{0,40}\b(?:19|20)\d\d\b|.{0,200}\b(?:views"
    r"|opinions)(?: \w+)? expressed\b.{0,80}\b(?:are (?:those|his|her|their|solely)|do(?:es)? not)\b"
    r"|.{0,160}\b(?:sign up|subscribe|register)\b.{0,80}\b(?:newsletters?|alerts?|podcast|inbox|e-?mails?|daily"
    r"|channel|briefing|here|today)\b"
    r"|.{0,120}\bnewsletters?\b.{0,80}\b(?:here|inbox|sign|subscribe|delivered)\b|\W{0,3}(?:subscribe|sign up|donate"
    r"|join|become a (?:member|subscriber)|support)\b.{0,60}\b(?:our|us|now|today|here)\b.{0,80}$"
    r"|.{0,120}\b(?:uses?|accept(?:ing)?|our|of|about) cookies\b|.{0,60}\bcookie (?:policy|settings|preferences)\b"
    r"|.{0,80}\bread (?:our|the) (?:full )?(?:policy|privacy|ethics|standards|guidelines)"
    r"|\W{0,3}(?:follow|reach|contact|e-?mail|write to) (?:him|her|them|us|the (?:author|writer|reporter|newsroom)"
    r"|[A-Z]\w+(?: [A-Z]\w+)?)\b.{0,60}(?:@|\bon (?:twitter|x|facebook|instagram|bluesky|threads|mastodon"
    r"|linkedin)\b)"
    r"|.{0,80}\bcan be reached (?:at|on|by|via)\b|.{0,80}\bis an? (?:\w+[ -]){0,4}(?:writer|reporter|columnist"
    r"|correspondent|editor|fellow|journalist|contributor)\b.{0,12}\b(?:at|for|with|who covers|covering"
    r"|based in)\b.{0,200}$"
    r"|\W{0,3}(?:have|got|do you have) (?:a |an? )?(?:news )?(?:tips?|stor(?:y|ies)|questions?|comments?)\b.{0,20}\?"
    r"|get .{0,40}\b(?:on the go|app|updates|alerts)\b.{0,40}\b(?:clicking|click|tapping|tap) here\b"
    r"|\W{0,3}(?:quelle|quellen|fuente|fonte|källa|kilde)\s?:.{0,80}$"
    r"|\W{0,3}(?:like|enjoy(?:ed)?|love) (?:this|our) (?:story|article|reporting|content)\?"
    r"|\W{0,3}(?:tell us|let us know|what do) .{0,30}\b(?:think|thoughts|comments)\b.{0,40}$"
    r"|.{0,60}(?:ⓒ|무단\s?전재|無断転載|무단\s?배포)|\W{0,3}click here\b.{0,160}$"
    r"|\W{0,3}(?:tips?|questions|letters|comments)\b.{0,30}\b(?:to|at)\b.{0,20}@",
    _I,
)
#: at the very end of a text alone
CLOSING = re.compile(
    r"\W{0,3}(?:[-–—]+\s*|©\s*)?(?:(?:with )?(?:AP|AFP|Reuters|UPI|dpa|PTI|ANI"
    r"|Bloomberg)(?:[,/ ]+(?:and )?)?){1,3}\W{0,2}$"
)

_AGENCY = (
    r"AP|AFP|Reuters|Getty|EPA|PA|UPI|dpa|ANSA|EFE|Xinhua|Shutterstock|iStock|Alamy|Bloomberg|Unsplash|NurPhoto|Zuma"
    r"|Sipa|Flickr|Wikimedia|Handout|courtesy|file"
)
#: a credit of a picture, anywhere in a line
CREDIT = re.compile(
    rf"\((?:{_AGENCY})\s*(?:/\s*)?(?:Photos?|Images?|Video|Graphic)\b[^)\n]{{0,80}}\)"
    rf"|\((?:photos?|images?|pictures?|video|graphic|illustration|credit|screengrab|screenshot|courtesy"
    rf"|source)\s*(?:by|credit|courtesy|:|of|from)[^)\n]{{0,100}}\)"
    rf"|\([^()\n]{{0,80}}\b(?:Getty Images|Shutterstock|iStock|AFP via|via AP|via REUTERS|/AFP|/AP|/Reuters"
    rf"|Associated Press file)\b[^()\n]{{0,60}}\)"
    rf"|(?:\s|^)(?:photo(?:graph)?|image|picture|video|illustration)s?\s?(?:credit|courtesy"
    rf"|by)?\s?[:/|]\s?[^.\n]{{2,80}}$"
    rf"|\b[\w .'’-]{{2,40}}/(?:{_AGENCY}|The [A-Z]\w+)(?: (?:Images|Photo|via)[^.\n]{{0,40}})?\W{{0,2}}$"
    rf"|\bGetty Images(?:/[\w ]+)?\W{{0,2}}$|\bREUTERS/[A-Z]\S[^.\n]{{0,40}}\W{{0,2}}$",
    _I,
)
#: what every credit holds; a cheap test before the dear one
CREDIT_HINT = re.compile(
    r"/|photo|imag|pictur|video|graphic|illustrat|credit|courtesy|screen|getty|shutterstock|source", _I
)
#: a line that opens as a caption does
CAPTION = re.compile(
    r"\W{0,3}(?:(?:file )?photos?|photograph|bild(?:er)?|fotos?|imagen|imagem|immagine|kuva"
    r"|images?|pictures?|pictured|caption|video|watch|graphic|illustration"
    r"|screengrab|screenshot|file|gallery|credit|photo illustration|getty images|(?:ap|reuters|afp) photo)"
    r"(?:\s*(?:credit|courtesy(?: of)?|by|source|gallery)\b)?\s*[:|/–—(]|\W{0,3}(?:photo|image|picture|video"
    r"|illustration|graphic)s? (?:by|courtesy(?: of)?|credit)\b"
    r"|\[사진|▲|\W{0,3}(?:hide|toggle|enlarge) (?:caption|this image)|\W{0,3}\((?:photo|image|picture|AP)\b",
    _I,
)

_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
#: the signature of an embedded post: dash, name, handle, and often the day
POST_SIGNATURE = re.compile(
    rf"[-–—]\s?[^\n]{{1,60}}\(@\w{{1,30}}(?:@[\w.-]+)?\)\s*(?:{_MONTHS} \d{{1,2}}, \d{{4}}"
    rf"|\d{{1,2}} {_MONTHS} \d{{4}}|\d{{4}}-\d\d-\d\d)?"
)
#: any other trace of one
POST_TRACE = re.compile(
    r"\b(?:pic\.twitter\.com|t\.co|instagram\.com/p|tiktok\.com/@|bsky\.app/profile|fb\.watch)/\w|view (?:this"
    r"|the) post on|a post shared by|view on (?:instagram|threads|x|twitter|bluesky|facebook)"
    rf"|^\W{{0,2}}@\w{{2,30}}\b.{{0,40}}(?:{_MONTHS} \d{{1,2}}|\d{{1,2}} {_MONTHS})|see (?:new )?posts"
    rf"|^\W{{0,2}}[\w .'-]{{2,40}} \(?@\w{{2,30}}\)?\s*[:·•]",
    _I,
)
BULLET = re.compile(r"(?:[•●▪■◦‣*·–—-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+(?=\S)")
