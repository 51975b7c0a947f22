"""The engines behind `Embedder`: onnxruntime, the fast one, and sentence-transformers, which takes any model.

Both embed one text at a time. A batch that is padded to its longest text changes the last bits of every row, so that a
vector would depend on the company in which its text was embedded; one by one it costs no more on a CPU, and a replay
gives the vectors of the live run. Libraries are imported when an engine is made.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.model_files import longest_input, no_model

Floats = NDArray[np.float32]
#: how many vectors a process remembers (1.5 kB each), so that copies of a text cost nothing
REMEMBERED = 4096


class OnnxEngine:
    """A model as an ONNX file made by `onnx_export` (about 190 MB in all; CPU only)."""

    def __init__(self, file: Path, folder: Path, max_tokens: int, threads: int, space: str) -> None:
        """`folder` holds the model's tokenizer.json. Raises OSError when `file` cannot be read or is damaged."""
        import onnxruntime
        from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidProtobuf, NoSuchFile
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()  # the packaged file pads to 128 tokens: a title would cost as much as a text
        self._tokenizer.enable_truncation(min(max_tokens, longest_input(folder)))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads burn a core
        try:
            self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except (Fail, InvalidProtobuf, NoSuchFile) as error:
            raise OSError(f"{file} is damaged: {error}") from error
        self.space = space
        self.engine = f"onnx {onnxruntime.__version__}"
        self.dimension = int(self._vector("a").shape[0])

    def embed(self, texts: Sequence[str]) -> Floats:
        """See Embedder."""
        rows = np.empty((len(texts), self.dimension), np.float32)
        for number, text in enumerate(texts):
            rows[number] = self._vector(text)
        return rows

    def _vector(self, text: str) -> Floats:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        vector: Floats = self._session.run(None, {"ids": ids})[0]
        return vector


class SentenceTransformersEngine:
    """A model as sentence-transformers runs it (about 8 s of CPU to load, 600 MB)."""

    def __init__(self, model: str, folder: Path, max_tokens: int, threads: int, space: str) -> None:
        """`threads` applies to the whole process. Raises ConfigError when the folder holds no model, ImportError."""
        import sentence_transformers
        import torch

        torch.set_num_threads(threads)
        try:
            transformer = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
        except (OSError, ValueError, KeyError) as error:
            raise no_model(model, f"cannot be loaded: {error}") from error
        transformer.max_seq_length = min(max_tokens, transformer.tokenizer.model_max_length)
        self._model = transformer
        self.space = space
        self.engine = f"sentence-transformers {sentence_transformers.__version__}"
        self.dimension = int(transformer.get_embedding_dimension() or len(transformer.encode("a")))

    def embed(self, texts: Sequence[str]) -> Floats:
        """See Embedder."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        rows = self._model.encode(
            list(texts), batch_size=1, show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
        )
        return np.ascontiguousarray(rows, dtype=np.float32)


class Remembering:
    """An engine that computes the vector of a text once, as long as it is among the last texts asked for."""

    def __init__(self, engine: OnnxEngine | SentenceTransformersEngine, remembered: int = REMEMBERED) -> None:
        self._engine, self._remembered = engine, remembered
        self._known: OrderedDict[bytes, Floats] = OrderedDict()
        self._lock = threading.Lock()
        self.space, self.engine, self.dimension = engine.space, engine.engine, engine.dimension

    def embed(self, texts: Sequence[str]) -> Floats:
        """See Embedder."""
        for number, text in enumerate(texts):
            if not text.strip():
                raise ValueError(f"text {number} is empty: it has no vector")
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        with self._lock:
            known = {key: self._known[key] for key in keys if key in self._known}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        known.update(zip(missing, self._engine.embed(list(missing.values())), strict=True))
        with self._lock:
            for key in keys:
                self._known[key] = known[key]
                self._known.move_to_end(key)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, self.dimension), np.float32)
