"""Write a sentence-transformers model as one ONNX file: run as a script, `onnx_export.py MODEL FILE fp32|int8`.

In a process of its own, since torch takes some 700 MB that nothing needs afterwards. Imports nothing of this package,
so that it can be run by its path. The graph takes the token ids of one text, without padding, and gives its unit
vector: all modules of the model (transformer, pooling, whatever follows) and the normalisation are in it. The file
appears under its name only once it has been compared with the model itself.
"""

import os
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: least cosine between the file's vector of a text and the model's own
LEAST = {"fp32": 0.9999, "int8": 0.98}
#: short and long ones, other alphabets, numbers, capitals, and one that is longer than any model's input; each has a
#: word, since nothing else is embedded
TEXTS = (
    "Senate passes the budget after a night of talks",
    "Volcano erupts near a fishing village, thousands leave their homes",
    "Court: the merger may go ahead",
    "It rains.",
    "Strike at the port ends. Dock workers return on Monday after the union accepted an offer of 4.5 % over two years.",
    "ALL CAPITALS: BREAKING NEWS FROM THE CAPITAL",
    "Sète, Łódź, Århus, São Paulo and Zürich are named in the report",
    "Die Regierung einigt sich auf einen Haushalt",
    "Правительство представило новый бюджет",
    "政府公布了新的预算案",
    "1,204,311 votes were counted in 38 of 50 districts; turnout was 61.2 %",
    "“Nobody will miss the noise,” said the mayor - and the council agreed...",
    "A B C D E F G",
    "e-mail: desk@news.example, https://news.example/2026/10/10/budget?page=2",
    "The river rose by two metres in a night. " * 4,
    "Nurses, teachers and bus drivers marched through the centre. " * 8,
    "The committee heard nine witnesses on liability for open models. " * 16,
    "Prices fell in March, rose in April and fell again in May, the office for statistics said. " * 40,
    "hospital",
    "Q2?!",
)


def export(model: str, target: Path, precision: str) -> None:
    """Make `target` of the model in the folder `model`. Raises ValueError when the file would not give its vectors."""
    os.environ.update({"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TOKENIZERS_PARALLELISM": "false"})
    from sentence_transformers import SentenceTransformer

    transformer = SentenceTransformer(model, device="cpu")
    transformer.eval()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="making-") as folder:
        made = Path(folder) / "fp32.onnx"
        _trace(transformer, made)
        if precision == "int8":
            made = _quantised(made)
        _compare(transformer, made, Path(model) / "tokenizer.json", LEAST[precision])
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(target)


def _trace(transformer: Any, target: Path) -> None:
    import torch

    class OneText(torch.nn.Module):
        """Token ids (1, n) of one text to its unit vector (d,)."""

        def __init__(self) -> None:
            super().__init__()
            self.modules_of_the_model = transformer

        def forward(self, ids: Any) -> Any:
            found = self.modules_of_the_model({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
            return torch.nn.functional.normalize(found["sentence_embedding"], dim=1)[0]

    ids = transformer.tokenizer("a text to be traced", return_tensors="pt")["input_ids"]
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # tracing warns of each branch that it follows: the comparison decides
        torch.onnx.export(
            OneText(),
            (ids,),
            str(target),
            input_names=["ids"],
            output_names=["vector"],
            dynamic_axes={"ids": {1: "length"}},
            dynamo=False,
        )


def _quantised(source: Path) -> Path:
    """Weights as unsigned bytes, per channel: of the ways tried it stays nearest to the model (least cosine .99)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    target = source.with_name("int8.onnx")
    quantize_dynamic(source, target, weight_type=QuantType.QUInt8, per_channel=True)
    return target


def _compare(transformer: Any, made: Path, tokenizer: Path, least: float) -> None:
    import numpy as np
    import onnxruntime
    from tokenizers import Tokenizer

    cutter = Tokenizer.from_file(str(tokenizer))
    cutter.no_padding()
    cutter.enable_truncation(transformer.max_seq_length)
    session = onnxruntime.InferenceSession(str(made), providers=["CPUExecutionProvider"])
    for text in TEXTS:
        reference = transformer.encode([text], normalize_embeddings=True, show_progress_bar=False)[0]
        vector = session.run(None, {"ids": np.array([cutter.encode(text).ids], np.int64)})[0]
        cosine = float(np.dot(vector, reference)) if vector.shape == reference.shape else -1.0
        if not cosine >= least:  # NaN is not
            raise ValueError(f"the cosine with the model's own vector is {cosine:.6f} < {least} for {text[:40]!r}")


def main(arguments: Sequence[str]) -> None:
    """The last line on stderr says why it failed."""
    model, target, precision = arguments
    export(model, Path(target), precision)


if __name__ == "__main__":
    main(sys.argv[1:])
