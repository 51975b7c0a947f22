"""nginx on loopback, for sites that nobody here wrote: its own ETags, gzip and error pages.

Needs nginx on the machine (`apt-get install nginx-light`).
"""

import os
import re
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

_CONFIG = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; {user}
events {{ worker_connections 256; }}
http {{
  types {{ text/html html; text/css css; application/rss+xml rss; text/xml xml; image/png png; text/plain txt; }}
  default_type application/octet-stream;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  log_format plain '$status $host $request_uri'; access_log {folder}/access.log plain;
  gzip on; gzip_types text/xml application/rss+xml; gzip_min_length 256;
  map_hash_bucket_size 4096; map_hash_max_size 4096;
  map "$host$request_uri" $page {{ default ""; {pages} }}
  server {{
    listen 127.0.0.1:{port};
    root {root};
    location / {{ if ($page) {{ rewrite ^ $page break; }} }}
  }}
}}
"""


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def statuses(log: Path) -> Counter[str]:
    """How nginx answered since this was last asked, but for robots.txt and its like."""
    lines = log.read_text().splitlines()
    log.write_text("")
    return Counter(line.split()[0] for line in lines if not re.search(r"/robots\.txt|/\.well-known/", line))


@contextmanager
def nginx(root: Path, folder: Path, port: int, pages: Mapping[str, str] | None = None) -> Iterator[Path]:
    """Serve the files of `root` until the end; gives its log: a line of status, host and path for each request.

    `pages` maps host and path (with the query) to a file below `root`, for addresses that are no file names.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    folder.mkdir()
    listed = " ".join(f'"{address}" "{file}";' for address, file in (pages or {}).items())
    user = "user root;" if os.geteuid() == 0 else ""  # the pages lie where only we can read
    config = folder / "nginx.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, root=root, user=user, pages=listed))
    with subprocess.Popen([program, "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            assert process.poll() is None, (folder / "error.log").read_text()
            yield folder / "access.log"
        finally:
            process.terminate()
            process.wait(20)
