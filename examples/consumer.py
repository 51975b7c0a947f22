"""Follow the feeds of a publication: new stories, updates, corrections, withdrawals and merges, each told once.

    python consumer.py https://news.example.org/feeds/ stories.json
    python consumer.py /srv/news/feeds stories.json --feed topic/local-government --every 600

What is held is kept in one file. Each event is a line of JSON on stdout. Needs nothing but Python 3.11.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

State = dict[str, Any]
GONE = ("withdrawn", "merged")


def new_state() -> State:
    """What a consumer holds that has seen nothing yet."""
    return {"index": {}, "files": {}, "stories": {}}


def load(file: Path) -> State:
    """The state that was saved, or a new one."""
    return json.loads(file.read_text("utf-8")) if file.exists() else new_state()


def save(state: State, file: Path) -> None:
    """Write the state whole or not at all."""
    part = file.with_name(file.name + ".part")
    part.write_text(json.dumps(state, ensure_ascii=False, indent=1), "utf-8")
    os.replace(part, file)


def get(source: str, path: str, sent: dict[str, str]) -> tuple[bytes | None, dict[str, str]]:
    """A file below `source` and what to send for it next time; None if it has not changed."""
    if ".." in path.split("/"):
        raise ValueError(f"{path!r} leads out of the feeds")
    if not source.startswith(("http://", "https://")):
        return Path(source, path).read_bytes(), {}
    request = Request(urljoin(source.rstrip("/") + "/", path), headers={"User-Agent": "consumer/1", **sent})
    try:
        with urlopen(request, timeout=30) as answer:
            pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
            return answer.read(), {ask: answer.headers[told] for ask, told in pairs if answer.headers[told]}
    except HTTPError as error:
        error.close()
        if error.code == 304:
            return None, sent
        raise


def poll(source: str, state: State, feed: str = "all") -> Iterator[dict[str, Any]]:
    """Bring `state` up to date; an event for everything that happened. Once it is through, all of it was seen."""
    body, validators = get(source, "index.json", state["index"].get(feed, {}))
    if body is None:
        return
    listed = next((each for each in json.loads(body)["feeds"] if each["name"] == feed), None)
    if listed is None:
        raise ValueError(f"there is no feed {feed!r}")
    for file in reversed(listed["files"]):  # oldest first, so that events come in the order of time
        if state["files"].get(file["path"]) == file["sha256"]:
            continue
        body, _ = get(source, file["path"], {})
        for item in reversed(json.loads(body or b"{}").get("items", [])):
            yield from take(item, state["stories"])
        state["files"][file["path"]] = hashlib.sha256(body or b"").hexdigest()
    state["index"][feed] = validators


def take(item: dict[str, Any], stories: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Take an item if it is news to us, and say what happened to its story."""
    page = item["_story"]
    before = stories.get(page["id"])
    if before and before["version"] >= page["version"]:
        return
    gone = page["status"] in GONE
    stories[page["id"]] = {
        "version": page["version"],
        "status": page["status"],
        "url": item["url"],
        "headline": page["headline"],
        "html": "" if gone else item["content_html"],
        "licence": page.get("licence", ""),
        "merged_into": page["merged_into"],
        "corrections": page["corrections"],
    }
    if gone and before is None:
        return  # we never had it
    event = {"story": page["id"], "version": page["version"], "url": item["url"], "headline": page["headline"]}
    corrections = page["corrections"][len(before["corrections"]) if before else 0 :]
    if gone:
        notes = [each["note"] for each in corrections]
        yield {"event": page["status"], **event, "merged_into": page["merged_into"], "notes": notes}
        return
    yield {"event": "new" if before is None else "returned" if before["status"] in GONE else "updated", **event}
    if before:
        yield from ({"event": "correction", **event, "at": each["at"], "note": each["note"]} for each in corrections)


def resolve(story: str, stories: dict[str, Any]) -> str:
    """The id of the story in which `story` is told now: merges followed to their end."""
    passed = set()
    while story not in passed and (target := stories.get(story, {}).get("merged_into")):
        passed.add(story)
        story = target
    return story


def main() -> int:
    """Poll once, or for ever."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", help="a feeds/ folder, or its address")
    parser.add_argument("state", type=Path, help="the file that keeps what is held")
    parser.add_argument("--feed", default="all", help="all, or topic/<slug>")
    parser.add_argument("--every", type=float, default=0, metavar="SECONDS", help="poll again and again")
    options = parser.parse_args()
    while True:
        state, problem = load(options.state), ""
        try:
            for event in poll(options.source, state, options.feed):
                sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
        except (URLError, HTTPException, OSError, ValueError) as error:
            problem = f"{options.source}: {error}"
            sys.stderr.write(problem + "\n")
        sys.stdout.flush()
        save(state, options.state)
        if not options.every:
            return 1 if problem else 0
        time.sleep(options.every)


if __name__ == "__main__":
    sys.exit(main())
