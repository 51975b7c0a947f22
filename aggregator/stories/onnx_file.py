"""The ONNX file of a model: where it lies, and how it is made, once a machine.

`python -m aggregator.stories.onnx_file` makes that of the packaged model, as set-up does; otherwise the first process
that needs it does, while others wait. Files lie in `share/aggregator/models` of the virtual environment, or, where that
may not be written, in the user's cache directory; a file in either is used.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import structlog
from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from aggregator.stories.model_files import PACKAGED, file_hashes, model_folder
from aggregator.text import one_line, sha256

log = structlog.get_logger()

Precision = Literal["fp32", "int8"]
#: counted up when `onnx_export` writes another graph
EXPORT = 1
#: seconds: making takes some 15 on one core
PATIENCE = 900
SCRIPT = Path(__file__).with_name("onnx_export.py")


class NoOnnxFile(Exception):
    """There is no ONNX file of the model and none can be made here; says why."""


def onnx_file(model: str, precision: Precision) -> Path:
    """The file, made if it is nowhere. Raises NoOnnxFile, ConfigError when there is no such model."""
    name = file_name(model, precision)
    if found := next((folder / name for folder in folders() if (folder / name).is_file()), None):
        return found
    if not (model_folder(model) / "tokenizer.json").is_file():
        raise NoOnnxFile(f"{model_folder(model)} holds no tokenizer.json")
    folder = next((folder for folder in folders() if _is_writable(folder)), None)
    if folder is None:
        raise NoOnnxFile("none of " + ", ".join(map(str, folders())) + " may be written")
    target = folder / name
    try:
        with FileLock(folder / (name + ".lock"), timeout=PATIENCE):
            if not target.is_file():
                _make(model_folder(model), target, precision)
    except (Timeout, OSError) as error:
        raise NoOnnxFile(f"{target} cannot be made: {error}") from error
    return target


def file_name(model: str, precision: Precision) -> str:
    """Another model, exporter or precision has another name, so that a file is never out of date."""
    try:
        exporter = version("torch")
    except PackageNotFoundError:
        exporter = "none"
    identity = sha256("\n".join([*file_hashes(model), f"torch {exporter} export {EXPORT} {precision}"]))
    return f"{identity[:16]}-{precision}.onnx"


def folders() -> Iterator[Path]:
    """Where files may lie, in the order in which they are looked for."""
    if sys.prefix != sys.base_prefix:
        yield Path(sys.prefix) / "share" / "aggregator" / "models"
    yield user_cache_path("aggregator") / "models"


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _make(model: Path, target: Path, precision: Precision) -> None:
    log.info("onnx-making", model=str(model), file=str(target))
    command = [sys.executable, "-P", str(SCRIPT), str(model), str(target), precision]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise NoOnnxFile(f"making it took more than {PATIENCE} s") from None
    if done.returncode != 0 or not target.is_file():
        said = done.stderr.strip().splitlines() or ["nothing was said"]
        raise NoOnnxFile(f"making it failed ({done.returncode}): {one_line(said[-1], 300)}")


if __name__ == "__main__":
    log.info("onnx-ready", file=str(onnx_file(PACKAGED, "fp32")))
