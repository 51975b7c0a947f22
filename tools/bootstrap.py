"""Set the project up and run one of its jobs: `python3 tools/bootstrap.py run` (or test, lint, serve …).

Only the standard library, any Python from 3.8 on to say that 3.11 is needed. Makes `.venv`, installs torch's CPU build
first and alone, then everything else by the pins of constraints.txt. What is installed already is not looked at again:
a stamp names the Python and the files that it was installed from. Two at once wait for each other.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
TORCH = "torch==2.13.0"
TORCH_INDEX = os.environ.get("AGGREGATOR_TORCH_INDEX", "https://download.pytorch.org/whl/cpu")
SAMPLE = ["--config", "config/sample", "--data", "var/sample"]
#: tests run in a process for each processor, four at most; those of a file stay together, and share what they set up
SIDE_BY_SIDE = ["--numprocesses", "logical", "--maxprocesses", "4", "--dist", "loadfile"]
#: extras that each job needs beside the program itself
EXTRAS = {"test": ["test"], "test-long": ["test"], "lint": ["lint", "test"], "ci": ["lint", "test"], "bench": ["test"]}
CHECK = "import trafilatura, torch, sentence_transformers, onnxruntime, sqlalchemy; print(torch.version.cuda or 'cpu')"


def main() -> int:
    """Set up what the job needs, then do it."""
    job, *rest = sys.argv[1:] or ["help"]
    if job not in JOBS:
        print(__doc__.splitlines()[0] + "\nJobs: " + ", ".join(JOBS))
        return 0 if job == "help" else 2
    set_up(EXTRAS.get(job, []))
    return JOBS[job](rest)


def set_up(extras):
    """Make or complete the virtual environment, one process at a time."""
    stamps = ["base", *extras]
    wanted = fingerprint()
    if all(read(stamp(name)) == wanted for name in stamps):
        return
    with lock():
        missing = [name for name in stamps if read(stamp(name)) != wanted]
        if not missing:
            return
        began = time.monotonic()
        print("setting up %s; this takes some minutes" % VENV, file=sys.stderr)
        if "base" in missing:
            make_environment()
        install(missing)
        if "base" in missing:
            make_model()
        for name in missing:
            stamp(name).write_text(wanted)
        print("set-up took %.0f s" % (time.monotonic() - began), file=sys.stderr)


def make_environment():
    """An environment with torch's CPU build in it."""
    python = newest_python()
    if not working():
        print("making .venv with %s: some 1.6 GB are installed, which takes a minute or more" % python, file=sys.stderr)
        subprocess.run([python, "-m", "venv", "--clear", str(VENV)], check=True)
    if quiet_pip("show", "torch").returncode != 0:
        extra = ["--extra-index-url", TORCH_INDEX] if TORCH_INDEX else []
        pip("install", "--no-deps", "--retries", "0", "--timeout", "15", *extra, TORCH)


def install(names):
    """Everything else, by the pins; ends by importing what is easily broken."""
    extras = [name for name in names if name != "base"]
    target = ".[%s]" % ",".join(extras) if extras else "."
    pip("install", "-c", "constraints.txt", "-e", target)
    build = subprocess.run([str(PYTHON), "-c", CHECK], check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if build.stdout.strip() != "cpu":
        print("note: no CPU build of torch could be had, so the CUDA build (several GB) was taken", file=sys.stderr)


def make_model():
    """The ONNX file of the embedding model, some 15 s of CPU; without it the program works, only slower."""
    if subprocess.run([str(PYTHON), "-m", "aggregator.stories.onnx_file"], cwd=ROOT).returncode != 0:
        print("note: the ONNX file of the model could not be made; sentence-transformers is used", file=sys.stderr)


def pip(*arguments):
    """Run pip, quietly; what it says is shown if it fails."""
    done = quiet_pip(*arguments)
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        raise SystemExit("set-up failed: pip " + " ".join(arguments))


def quiet_pip(*arguments):
    """Run pip and keep what it says."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)


def newest_python():
    """A Python that is new enough, or the end with a clear word."""
    if sys.version_info >= (3, 11):
        return sys.executable
    for name in ("python3.13", "python3.12", "python3.11"):
        if found := shutil.which(name):
            return found
    raise SystemExit("Python 3.11 or newer is needed; this is %d.%d" % sys.version_info[:2])


def working():
    """Whether .venv has a Python that starts."""
    try:
        return subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def fingerprint():
    """What an installation depends on."""
    parts = [str(sys.version_info[:2]), str(ROOT), TORCH]
    parts += [(ROOT / name).read_text() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def stamp(name):
    """The file that says what is installed."""
    return VENV / (".installed-" + name)


def read(path):
    """A file's text, or nothing."""
    return path.read_text() if path.exists() else ""


@contextlib.contextmanager
def lock():
    """One set-up at a time; the lock goes with its process."""
    import fcntl

    with open(ROOT / ".set-up.lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another set-up is under way: waiting for it", file=sys.stderr)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def call(*command, **environment):
    """Run a program of the environment from the project's root; its exit code."""
    env = dict(os.environ, PATH="%s%s%s" % (VENV / "bin", os.pathsep, os.environ.get("PATH", "")), **environment)
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the program has it too, and ends in its own way
            continue


def run(rest):
    """The main job on the sample newsroom."""
    return call("aggregator", *SAMPLE, "--quiet", "db", "upgrade") or call(
        "aggregator", *SAMPLE, "run", "--wait", "900", *rest
    )


def serve(rest):
    """The sample's site, its forms and the desk, at the address that its pages name."""
    return call("aggregator", *SAMPLE, "serve", "--port", "8800", *rest)


def test(rest):
    """The tests, without the long ones."""
    return call("pytest", *SIDE_BY_SIDE, "-m", "not long", *rest)


def test_long(rest):
    """Kills, soak and browser."""
    return call("pytest", "-m", "long", *rest)


def lint(rest):
    """Formatting, rules, types, import directions, Dockerfile."""
    checks = (
        ("ruff", "format", "--check", "."),
        ("ruff", "check", "."),
        ("mypy",),
        ("lint-imports",),
    )
    return max(call(*check) for check in checks)


def bench(rest):
    """Side-by-side measurements; give the folder of the evaluation data: DATA=…"""
    data = rest[0] if rest else os.environ.get("DATA", "")
    if not data:
        print("name the folder of the evaluation data: make bench DATA=FOLDER")
        return 2
    # by itself: beside trafilatura, which also wants an extra of lxml, older pips cannot resolve it
    pip("install", "-c", "constraints.txt", "--no-deps", "readability-lxml", "chardet", "cssselect")
    vectors = ["--cache", "var/bench/vectors"]
    scripts = [[name, data] for name in ("archives", "background", "cut", "embedding", "extract", "growth")]
    scripts += [["pages", os.path.join(data, "allsides_stories"), *vectors], ["tables", data, *vectors]]
    return max(call("python", "-m", "benchmarks." + name, *rest) for name, *rest in scripts)


JOBS = {
    "set-up": lambda rest: 0,
    "run": run,
    "serve": serve,
    "test": test,
    "test-long": test_long,
    "lint": lint,
    "bench": bench,
    "ci": lambda rest: 0,
}

if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted; run it again to go on")
