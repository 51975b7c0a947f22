"""Dense vectors: what an article's vector is made of, and which engine makes it. On the CPU, offline.

`onnx` runs the model as an ONNX file (`onnx_file`), `onnx-int8` a smaller and coarser one, `sentence-transformers` the
model itself. `onnx` and `sentence-transformers` give the same vectors to within 3e-7, hence are one space; `onnx-int8`
has a space of its own.
"""

import functools
import os
from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from aggregator.errors import ConfigError
from aggregator.stories.engines import OnnxEngine, Remembering, SentenceTransformersEngine
from aggregator.stories.model_files import PACKAGED, QUIET, file_hashes, model_folder
from aggregator.stories.onnx_file import NoOnnxFile, onnx_file
from aggregator.text import sha256

__all__ = ["PACKAGED", "Embedder", "EngineName", "lead", "load_embedder", "model_folder", "refuse_strange", "space_of"]

log = structlog.get_logger()

EngineName = Literal["onnx", "sentence-transformers", "onnx-int8"]


class Embedder(Protocol):
    """What turns texts into vectors that can be compared by their dot product."""

    space: str
    """Vectors may be compared only within one space: it names weights, pooling, precision and the cut of the input."""
    engine: str
    """What computed the vectors, for the record."""
    dimension: int

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows (n, dimension) in the order of `texts`; row i depends on texts[i] alone; no text gives (0, d).

        Raises ValueError when a text is empty.
        """
        ...


def lead(title: str, text: str, words: int) -> str:
    """What is embedded of an article: its title and the first `words` words of its text."""
    opening = " ".join(text.split(maxsplit=words)[:words])
    return ". ".join(part for part in (title.strip(), opening) if part)


@functools.cache
def load_embedder(model: str, max_tokens: int, threads: int, engine: EngineName = "onnx") -> Embedder:
    """The embedder of `model`, loaded once a process.

    `model` is all-MiniLM-L6-v2, a folder that sentence-transformers can read, or the name of a model that lies in the
    local Hugging Face cache; nothing is fetched. Texts are cut at `max_tokens` tokens. Where `onnx` has no file and can
    make none, sentence-transformers takes its place, which is logged: the vectors are the same.
    Raises ConfigError when there is no such model or no such engine for it, ImportError when the installation lacks a
    library.
    """
    os.environ.update(QUIET)
    folder, space = model_folder(model), space_of(model, max_tokens, engine)
    if engine != "sentence-transformers":
        try:
            file = onnx_file(model, "int8" if engine == "onnx-int8" else "fp32")
            return Remembering(OnnxEngine(file, folder, max_tokens, threads, space))
        except (NoOnnxFile, OSError) as error:
            if engine == "onnx-int8":
                problem = f"there is no engine onnx-int8 for {model!r}: {error}"
                raise ConfigError(problem, key="embed.engine", fix='set it to "onnx"') from error
            log.warning("onnx-unavailable", model=model, why=str(error), instead="sentence-transformers")
    return Remembering(SentenceTransformersEngine(model, folder, max_tokens, threads, space))


def space_of(model: str, max_tokens: int, engine: EngineName = "onnx") -> str:
    """The name of the vector space of `model`: a hash of its files and of `max_tokens`; the model is not loaded.

    Raises as `model_folder` does.
    """
    precision = ["int8: weights U8 per channel, activations dynamic"] if engine == "onnx-int8" else []
    return sha256("\n".join([*file_hashes(model), f"max_tokens {max_tokens}", *precision]))[:16]


def refuse_strange(embedder: Embedder, space: str) -> None:
    """Raises ConfigError when an embedder is not of `space`: a worker elsewhere has other files under the model's name,
    or they changed since this process began. Its vectors would be stored as what they are not."""
    if embedder.space != space:
        problem = f"this process has another model than the one asked for ({embedder.space}, not {space})"
        fix = "install the same model everywhere, and start again"
        raise ConfigError(problem, key="embed.model", fix=fix)
