"""The identity of an article's address: one canonical form per page, and the ids made from it.

The rules of RFC 3986 section 6.2 and of w3lib's `canonicalize_url`, but parameters keep their order and their blanks,
and a careful list of tracking parameters goes. Mobile and AMP addresses are shown as they are, but have the identity of
the page that they are another form of; what their form does not tell, `rel=canonical` does (aliases).
"""

import re
from urllib.parse import urlsplit

from aggregator.errors import Rejected
from aggregator.net.urls import DEFAULT_PORTS, BadUrl, remove_dot_segments, split
from aggregator.text import short_hash

_ESCAPE = re.compile("%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
#: parameters that say where a reader came from, never what is shown; names in lower case
_TRACKING = frozenset(
    {
        "__twitter_impression", "_ga", "_gl", "_hsenc", "_hsmi", "_openstat", "at_campaign", "at_custom1",
        "at_custom2", "at_custom3", "at_custom4", "at_link_id", "at_link_origin", "at_link_type", "at_medium",
        "at_ptr_name", "cmpid", "dclid", "dicbo", "efg", "fb_action_ids", "fb_action_types", "fb_ref",
        "fb_source", "fbclid", "ga_campaign", "ga_content", "ga_medium", "ga_source", "ga_term", "gaa_at",
        "gaa_n", "gaa_sig", "gaa_ts", "gbraid", "gclid", "gclsrc", "guccounter", "guce_referrer",
        "guce_referrer_sig", "hsctatracking", "icid", "ictd", "igsh", "igshid", "mbid", "mc_cid", "mc_eid",
        "mkt_tok", "mkwid", "msclkid", "ncid", "ns_campaign", "ns_fee", "ns_linkname", "ns_mchannel",
        "ns_source", "ocid", "oly_anon_id", "oly_enc_id", "partner", "piano_t", "ref", "ref_src", "ref_url",
        "referer", "referrer", "rss_id", "s_cid", "s_kwcid", "smid", "smtyp", "spm", "sr_share", "sref",
        "srsltid", "taid", "trk", "trkcampaign", "ttclid", "twclid", "vero_conv", "vero_id", "wbraid",
        "wickedid", "wt_mc", "xtor", "yclid",
    }
)  # fmt: skip
#: hosts and paths of one page for small screens; only at the ends of a path, for an article may be about amplifiers
_HOST_FORM = re.compile(r"(?:www|m|mobile|amp)\.")
_AMP_PATH = re.compile(r"^amp/+(?=[^/])|(?<=[^/])(?:/+amp)+(?:/index)?(?:\.html?)?$|(?<=[^/])\.amp(?=(?:\.html?)?$)")
_AMP_PARAMETER = re.compile(r"(?:amp(?:=(?:1|true)?)?|outputtype=amp|__amp_source_origin=.*)", re.IGNORECASE)
#: hosts whose addresses only lead to others
_REDIRECTORS = frozenset(
    {
        "bit.ly", "buff.ly", "dlvr.it", "feedburner.com", "feedproxy.google.com", "feeds.feedburner.com",
        "feedsportal.com", "goo.gl", "is.gd", "lnkd.in", "news.google.com", "ow.ly", "shar.es", "t.co", "tinyurl.com",
        "trib.al",
    }
)  # fmt: skip
_FRONT_PAGE = re.compile(r"/*(?:(?:index|default|home)\.(?:html?|php|aspx?|jsp))?", re.IGNORECASE)
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "stm_")


def canonical(url: str) -> str:
    """`url` as it is shown and compared: absolute, ASCII, without fragment, default port and tracking parameters.

    Raises Rejected("bad-url") for what is no http(s) address, holds a user name, or is longer than 2,048 characters.
    """
    try:
        parts = split(url)
        path = remove_dot_segments(_normalised(parts.path))
        query = "&".join(kept for kept in _normalised(parts.query).split("&") if not _is_tracking(kept))
        shown = f"{parts.scheme}://{parts.netloc}{path}" + (f"?{query}" if query else "")
        # percent-encoding makes a URL longer; what is given back must itself be accepted
        split(shown)
    except BadUrl as bad:
        raise Rejected("bad-url", str(bad)) from None
    return shown


def article_key(url: str) -> str:
    """The identity of an article: its canonical URL without scheme, `www.`, the path's last slash, and marks of AMP and
    mobile forms.

    Raises Rejected("bad-url").
    """
    return key_of(canonical(url))


def key_of(shown: str) -> str:
    """`article_key` of an address that is canonical already."""
    _, _, rest = shown.partition("://")
    netloc, slash, target = rest.partition("/")
    host, colon, port = netloc.rpartition(":")
    if colon and port.isdecimal() and int(port) in DEFAULT_PORTS.values():
        netloc = host  # http://host:443 is the other scheme's own port
    path, _, query = target.partition("?")
    netloc = without_device(netloc)
    path = _AMP_PATH.sub("", path.rstrip("/"))
    query = "&".join(pair for pair in query.split("&") if not _AMP_PARAMETER.fullmatch(pair))
    return f"{netloc}{slash}{path}" + (f"?{query}" if query else "")


def without_device(host: str) -> str:
    """A host without the labels that only name a device or a form: `www.`, `m.`, `amp.`, `mobile.`."""
    while (form := _HOST_FORM.match(host)) and host.count(".") > 1:
        host = host[form.end() :]
    return host


def article_id(url: str) -> str:
    """The public id of the article at `url`: `a_` and 16 characters. Raises Rejected("bad-url")."""
    return id_of(article_key(url))


def id_of(key: str) -> str:
    """The public id of the article with an `article_key`."""
    return "a_" + short_hash(key, 16)


def is_front_page(url: str) -> bool:
    """Whether `url` is a site's front page rather than anything on it."""
    parts = urlsplit(url)
    return not parts.query and _FRONT_PAGE.fullmatch(parts.path) is not None


def is_redirector(url: str) -> bool:
    """Whether `url` is on a host that only leads elsewhere: whose article it is shows when it is fetched."""
    host = urlsplit(url).hostname or ""
    return any(host == name or host.endswith(f".{name}") for name in _REDIRECTORS)


def _normalised(value: str) -> str:
    """`value` with escapes in upper case, and none for characters that need none (RFC 3986, 6.2.2)."""

    def escape(match: re.Match[str]) -> str:
        char = chr(int(match.group(1), 16))
        return char if char in _UNRESERVED else match.group().upper()

    return _ESCAPE.sub(escape, value)


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return not parameter or name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
