"""A site that nobody here wrote: the demo of the generator Nikola, its theme and its feed, behind nginx.

It is built from what Nikola's package brings along, added to an instance, and polled three times.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from aggregator.clock import rfc3339
from aggregator.store.sessions import Store
from aggregator.store.tables import Appearance, Article, Attempt, Document, Feed, FeedCheck, Response
from tests.long.nginx import free_port, nginx, statuses

pytestmark = pytest.mark.long

ROOT = Path(__file__).parent.parent.parent
START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Site:
    """The site as it was built."""

    output: Path
    base: str
    port: int
    posts: tuple[str, ...]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The demo, with its documentation and its novel as posts too, so that they are in the feed."""
    folder, port = tmp_path_factory.mktemp("nikola") / "demo", free_port()
    nikola = [sys.executable, "-m", "nikola"]
    subprocess.run([*nikola, "init", "--quiet", "--demo", str(folder)], check=True, capture_output=True)
    for day, file in enumerate(sorted((folder / "pages").glob("*.rst")), 1):
        text = file.read_text("utf-8")
        if "\n.. date:" not in f"\n{text}":  # a post must have a date
            file.write_text(f".. date: 2026-10-{day:02d} 12:00:00 UTC\n{text}", "utf-8")
    base = f"http://127.0.0.1:{port}/"
    posts = 'POSTS = (("posts/*.rst", "posts", "post.tmpl"), ("pages/*.rst", "posts", "post.tmpl"))'
    with (folder / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(f'\nSITE_URL = "{base}"\n{posts}\nPAGES = ()\nFEED_LENGTH = 50\n')
    subprocess.run([*nikola, "build"], cwd=folder, check=True, capture_output=True)
    output = folder / "output"
    built = tuple(f"{base}posts/{file.parent.name}/" for file in sorted(output.glob("posts/*/index.html")))
    return Site(output, base, port, built)


def aggregator(folder: Path, *words: str, now: datetime = START) -> "subprocess.CompletedProcess[str]":
    command = [
        *(sys.executable, "-m", "aggregator", "--config", str(folder / "config"), "--data", str(folder / "data")),
        *("--now", rfc3339(now), *words),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})


def add_outlet(folder: Path, site: Site) -> None:
    """A new operator's way: `init`, the address of the home page, nothing else."""
    assert aggregator(folder, "init", str(folder / "config")).returncode == 0
    file = folder / "config" / "pipeline.toml"
    net = f'[net]\nhost_delay = 0\nallow_private = ["127.0.0.1:{site.port}"]\n'
    file.write_text(file.read_text().replace("[net]\n", net, 1))
    added = aggregator(folder, "outlets", "add", site.base)
    assert added.returncode == 0, added.stderr


def test_three_polls_of_a_site_find_everything_once_and_then_ask_for_nothing_again(site: Site, tmp_path: Path) -> None:
    with nginx(site.output, tmp_path / "nginx", site.port) as log:
        add_outlet(tmp_path, site)
        statuses(log)
        asked = []
        for hours in (0, 25, 50):
            for stage in ("poll", "fetch", "extract"):
                report = tmp_path / "report.json"
                done = aggregator(tmp_path, stage, "--report", str(report), now=START + timedelta(hours=hours))
                assert done.returncode == 0, done.stderr
                assert json.loads(report.read_text())[0]["failure"] == ""
            asked.append(statuses(log))

    store = Store(f"sqlite:///{tmp_path / 'data' / 'aggregator.sqlite'}")
    with store.read() as session:
        urls = Counter(session.scalars(select(Article.url)))
        assert urls == Counter(site.posts)
        assert session.scalar(select(func.count()).select_from(Response)) == len(site.posts)
        feeds = session.scalar(select(func.count()).select_from(Feed)) or 0
        checks = [(check.status, check.new) for check in session.scalars(select(FeedCheck).order_by(FeedCheck.at))]
        documents = session.scalars(select(Document)).all()
        reasons = dict(session.execute(select(Attempt.key, Attempt.reason).where(Attempt.buried)).all())
        listed = session.scalar(select(func.count()).select_from(Appearance)) or 0
    store.close()
    assert [status for status, _ in checks] == [200] * feeds + [304] * (2 * feeds)
    assert sum(new for _, new in checks) == len(site.posts) <= listed
    assert asked[0] == {"200": len(site.posts) + feeds}
    assert set(asked[1]) == set(asked[2]) == {"304"}, asked
    assert all(document.current and document.revision == 1 for document in documents), "nothing changed"
    assert len({document.article_id for document in documents}) == len(documents)
    assert len(documents) + len(reasons) == len(site.posts)
    assert set(reasons.values()) <= {"too-short"}
    novel = next(document for document in documents if "VENDETTA" in document.title.upper())
    assert novel.language == "en"
    assert len(novel.text) > 15_000
