"""The sections of the settings: one class for each table of `pipeline.toml`, with defaults and limits."""

import itertools
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class Section(BaseModel):
    """A table of the settings: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class InstanceSettings(Section):
    """Which instance this is; the database remembers the name and refuses another."""

    name: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    sample: bool = False


class SiteSettings(Section):
    """What readers see of this installation."""

    title: str = "Aggregator"
    base_url: str = Field(default="http://localhost:8000", pattern=r"^https?://[^/\s]+(/[^\s?#]*)?$")
    timezone: str = "UTC"
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}$")
    notice: str = ""
    contact: str = ""
    #: where `aggregator serve` answers the form for contests; empty: at base_url, "none": there is no form
    contest: str = Field(default="", pattern=r"^(none|https?://[^/\s@?#]+/?)?$")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not an IANA time zone such as Europe/Oslo")
        return value


class PagesSettings(Section):
    """Which stories get a page, and how much may be taken from one article."""

    min_articles: int = Field(default=3, ge=2)
    min_outlets: int = Field(default=2, ge=1)
    max_words: int = Field(default=150, ge=20, le=150)
    max_share: float = Field(default=0.25, gt=0, le=0.25)


Policy = Literal["auto", "review"]


class PublishSettings(Section):
    """Whether pages go out by themselves ("auto") or wait for an editor ("review"); by topic where it differs."""

    policy: Policy = "auto"
    topics: dict[str, Policy] = Field(default_factory=dict)

    def of(self, topic: str) -> Policy:
        """The policy of a topic, by its slug."""
        return self.topics.get(topic, self.policy)


class DeskSettings(Section):
    """How long somebody stays signed in at the desk, and how many wrong passwords are let pass."""

    idle_minutes: float = Field(default=30, gt=0, le=1440)
    longest_hours: float = Field(default=12, gt=0, le=168)
    tries_per_user: int = Field(default=10, ge=1)
    tries_per_address: int = Field(default=30, ge=1)
    tries_minutes: float = Field(default=15, gt=0, le=1440)


class StoreSettings(Section):
    """Where the database is; empty: one SQLite file in the data directory."""

    url: SecretStr = SecretStr("")


class NetSettings(Section):
    """How this program behaves towards the hosts that it asks. Times in seconds, sizes in bytes."""

    user_agent: str = Field(default="aggregator/0.1", pattern=r"^[!-~]+( [!-~]+)*$")
    contact: str = Field(default="", pattern=r"^[ -~]*$")
    allow_private: tuple[Annotated[str, Field(pattern=r"^\S+:\d{1,5}$")], ...] = ()
    hosts: dict[str, str] = Field(default_factory=dict)
    ports: tuple[int, ...] = (80, 443, 8080, 8443)
    blocked: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")], ...] = ()
    legacy_tls: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")], ...] = ()
    connect_timeout: float = Field(default=10, gt=0)
    total_timeout: float = Field(default=30, gt=0)
    min_rate: int = Field(default=1000, ge=0)
    max_redirects: int = Field(default=5, ge=0, le=20)
    max_page_redirects: int = Field(default=8, ge=0, le=20)
    max_feed_bytes: int = Field(default=10_000_000, gt=0)
    max_page_bytes: int = Field(default=8_000_000, gt=0)
    max_header_bytes: int = Field(default=100_000, gt=0)
    max_inflate_ratio: int = Field(default=200, gt=1)
    max_held_bytes: int = Field(default=100_000_000, gt=0)
    host_delay: float = Field(default=5, ge=0)
    host_concurrency: int = Field(default=2, ge=1)
    concurrency: int = Field(default=32, ge=1)
    host_down_minutes: float = Field(default=10, ge=0, le=1440)
    outage_share: float = Field(default=0.3, gt=0, le=1)
    robots_hours: float = Field(default=24, gt=0, le=720)
    max_crawl_delay: float = Field(default=60, ge=0)


class PollSettings(Section):
    """How often feeds are asked, and how much of a new feed is taken."""

    min_interval_minutes: float = Field(default=10, gt=0, le=1440)
    max_interval_hours: float = Field(default=6, gt=0, le=24)
    poll_cost: float = Field(default=20, gt=0, le=10_000)
    stale_days: float = Field(default=14, gt=0, le=3650)
    first_entries: int = Field(default=30, ge=1)
    parse_seconds: float = Field(default=20, gt=0, le=600)
    max_entries: int = Field(default=2000, ge=1)

    @model_validator(mode="after")
    def _interval_has_room(self) -> "PollSettings":
        if self.min_interval_minutes > 60 * self.max_interval_hours:
            raise ValueError("min_interval_minutes is longer than max_interval_hours")
        return self


class FetchSettings(Section):
    """When pages are asked for again, and how much of one outlet is stored a day."""

    recheck_hours: tuple[Annotated[float, Field(gt=0, le=8_760)], ...] = (1, 3, 12, 24, 72)
    outlet_mb_per_day: float = Field(default=200, gt=0)

    @field_validator("recheck_hours")
    @classmethod
    def _grow(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(later <= earlier for earlier, later in itertools.pairwise(value)):
            raise ValueError("must grow, such as [1, 3, 12]; [] for never")
        return value


class ExtractSettings(Section):
    """When a page counts as an article."""

    min_chars: int = Field(default=250, ge=1)
    max_html_bytes: int = Field(default=4_000_000, gt=0)
    timeout: float = Field(default=20, gt=0)
    memory_mb: int = Field(default=1000, ge=100)
    languages: tuple[str, ...] = ("en",)


class EmbedSettings(Section):
    """Which model turns an article into a vector, how it is run, and which of the article's words it sees."""

    engine: Literal["onnx", "sentence-transformers", "onnx-int8"] = "onnx"
    model: str = "all-MiniLM-L6-v2"
    max_tokens: int = Field(default=128, ge=8)
    lead_words: int = Field(default=60, ge=1)
    threads: int = Field(default=1, ge=1)


class IndexSettings(Section):
    """How the articles within reach are searched, and how much memory their words, vectors and index may take."""

    kind: Literal["exact", "usearch"] = "exact"
    max_mb: int = Field(default=2048, ge=1)

    @property
    def max_bytes(self) -> int:
        """`max_mb` in bytes."""
        return self.max_mb << 20


class ClusterSettings(Section):
    """The constants of the pair score and of joining a story (docs/quality.md says how they were fixed)."""

    dense_weight: float = Field(default=0.2, ge=0, le=1)
    decay_days: float = Field(default=3, gt=0, le=365)
    window_days: float = Field(default=7, gt=0, le=365)
    join: float = Field(default=0.10, gt=0, lt=1)
    repair: float = Field(default=0.10, gt=0, lt=1)
    contrast: float = Field(default=1, ge=0, le=2)
    cohesion: float = Field(default=0.7, ge=0, le=1)
    inertia: float = Field(default=0.02, ge=0, lt=1)
    near_miss: float = Field(default=0.10, ge=0, lt=1)
    body_words: int = Field(default=250, ge=1)
    neighbours: int = Field(default=20, ge=1)
    candidates: int = Field(default=6, ge=1)
    exemplars: int = Field(default=12, ge=1)
    grace_hours: float = Field(default=6, ge=0, le=72)

    @model_validator(mode="after")
    def _repair_is_no_stricter(self) -> "ClusterSettings":
        if self.repair > self.join:
            raise ValueError("repair is larger than join: what has just joined would be parted again")
        return self

    @model_validator(mode="after")
    def _near_miss_is_nearer(self) -> "ClusterSettings":
        if self.near_miss > self.join:
            raise ValueError("near_miss is larger than join: what nearly joins must be less than what joins")
        return self


class ThreadSettings(Section):
    """Which stories are of one ongoing subject, and when a story counts as settled."""

    min_articles: int = Field(default=2, ge=1)
    window_days: float = Field(default=60, gt=0, le=3650)
    join: float = Field(default=0.32, gt=0, lt=1)
    stories: int = Field(default=5, ge=1, le=100)
    settled_days: float = Field(default=3, gt=0, le=365)


class GapSettings(Section):
    """When a story's coverage gap is told."""

    q: float = Field(default=0.08, gt=0, le=0.5)


class RunSettings(Section):
    """When a batch run counts as failed, and how long it may take."""

    fail_share: float = Field(default=0.5, ge=0, le=1)
    deadline_minutes: float = Field(default=60, gt=0)
    wait_seconds: float = Field(default=0, ge=0)


class ScheduleSettings(Section):
    """How often the long-running scheduler starts a batch run."""

    run_minutes: float = Field(default=15, gt=0)


class AlertSettings(Section):
    """What the operator is warned of, and how often."""

    no_articles_hours: float = Field(default=12, ge=0, le=8760)
    repeat_hours: float = Field(default=12, ge=0, le=8760)


class KeepSettings(Section):
    """How long bodies are kept, and how much room everything may take; rows stay."""

    html_days: int = Field(default=14, ge=0, le=36_500)
    vectors_days: int = Field(default=14, ge=0, le=36_500)
    max_gb: float = Field(default=0, ge=0)
    min_free_gb: float = Field(default=1, ge=0)


Executor = Annotated[
    str,
    Field(pattern=r"^(serial|(threads|processes|dask:local):[1-9]\d{0,3}|dask:(tcp|tls)://[^\s]+)$"),
]


class ExecutorSettings(Section):
    """Where each stage's pure part runs: serial, threads:N, processes:N, dask:local:N or dask:tcp://host:port."""

    extract: Executor = "processes:2"
    embed: Executor = "serial"

    @field_validator("extract")
    @classmethod
    def _never_in_threads(cls, value: str) -> str:
        if value.startswith(("threads", "serial")):
            raise ValueError("a page that hangs or crashes the HTML libraries can only be ended with its process")
        return value


class SampleSettings(Section):
    """The replay of the sample newsroom: the moments at which a batch runs (times with zone)."""

    ticks: tuple[str, ...] = ()

    @field_validator("ticks")
    @classmethod
    def _are_times_in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        times = [datetime.fromisoformat(tick) for tick in value]
        if any(time.tzinfo is None for time in times) or times != sorted(times):
            raise ValueError("ticks are times with a zone, in order, such as 2026-10-18T06:00:00Z")
        return value
