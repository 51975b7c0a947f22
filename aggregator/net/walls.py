"""Pages that stand before what was asked for: consent walls, sign-ins, and challenges for browsers.

They are told by where a redirect leads and by what an error page says. Nothing is done to get round them: the reason is
recorded, and the next regular try may find the door open.
"""

from collections.abc import Mapping

from aggregator.net.urls import Parts
from aggregator.net.values import FetchReason

#: bytes of an error page that are read to tell a challenge from a refusal
MAX_ERROR_PAGE = 64_000
_CONSENT_HOSTS = frozenset({"cmp", "consent", "consents", "cookiewall", "gdpr", "guce", "myprivacy", "privacywall"})
_LOGIN_HOSTS = frozenset({"account", "accounts", "auth", "idp", "login", "signin", "sso", "subscribe"})
_CONSENT_PATHS = frozenset(
    {"consent", "cookie-consent", "cookie-wall", "cookiewall", "gdpr", "privacy-gate", "privacy-wall", "privacywall"}
)
_LOGIN_PATHS = frozenset(
    {"account", "log-in", "login", "paywall", "register", "sign-in", "signin", "sso", "subscribe", "subscription",
     "subscriptions", "wp-login.php"}
)  # fmt: skip
_CHALLENGES = (b"just a moment", b"/cdn-cgi/challenge-platform/", b"cf-chl-", b"captcha-delivery.com", b"_incapsula_")


def wall_before(current: Parts, to: Parts) -> FetchReason | None:
    """CONSENT or LOGIN if a redirect leads to such a wall; None if it does not, or if the wall itself was asked for."""
    for reason, hosts, paths in (
        (FetchReason.CONSENT, _CONSENT_HOSTS, _CONSENT_PATHS),
        (FetchReason.LOGIN, _LOGIN_HOSTS, _LOGIN_PATHS),
    ):
        if (_first_label(to) in hosts and to.host != current.host) or (
            _ends(to) & paths and not _ends(current) & paths
        ):
            return reason
    return None


def _first_label(parts: Parts) -> str:
    """The name before the domain's; a bare domain (`login.example`) is somebody's site, not a wall."""
    label, _, rest = parts.host.partition(".")
    return label if "." in rest else ""


def _ends(parts: Parts) -> set[str]:
    """The first and the last segment of the path: walls stand there, a slug in between is an article's."""
    segments = [segment for segment in parts.path.lower().split("/") if segment]
    return {segments[0], segments[-1]} if segments else set()


def is_challenge(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an error is a test for browsers: the header that Cloudflare documents, or the texts of such pages."""
    if headers.get("cf-mitigated", "").strip().lower() == "challenge":
        return True
    text = body[:MAX_ERROR_PAGE].lower()
    return any(mark in text for mark in _CHALLENGES)
