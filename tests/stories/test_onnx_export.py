"""The file is made of a small random model, so that it takes a second."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregator.stories import onnx_export
from aggregator.stories.engines import OnnxEngine, SentenceTransformersEngine
from aggregator.stories.onnx_export import TEXTS, export

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,:-%"


@pytest.fixture(scope="module", params=["mean", "cls"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BERT of one layer that reads letters."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp(request.param)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    (folder / "vocab.txt").write_text("\n".join(words))
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=64)
    whole = SentenceTransformer(modules=[transformer, Pooling(32, pooling_mode=request.param)], device="cpu")
    whole.save(str(folder / "model"))
    return folder / "model"


def vectors(engine: Any) -> Any:
    return engine.embed([*TEXTS, "a", TEXTS[-4]])


def test_the_file_gives_the_vectors_of_the_model_whatever_its_pooling(model: Path, tmp_path: Path) -> None:
    export(str(model), tmp_path / "made.onnx", "fp32")
    made = OnnxEngine(tmp_path / "made.onnx", model, 48, 1, "space")
    reference = SentenceTransformersEngine(str(model), model, 48, 1, "space")
    assert np.allclose(vectors(made), vectors(reference), atol=1e-5)
    assert [path.name for path in tmp_path.iterdir()] == ["made.onnx"]


def test_a_file_with_other_vectors_does_not_appear(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(onnx_export.LEAST, "fp32", 1.1)
    with pytest.raises(ValueError, match="the cosine with the model's own vector is"):
        export(str(model), tmp_path / "made.onnx", "fp32")
    assert list(tmp_path.iterdir()) == []


def test_the_coarse_file_is_smaller_and_near(model: Path, tmp_path: Path) -> None:
    export(str(model), tmp_path / "made.onnx", "int8")
    made = OnnxEngine(tmp_path / "made.onnx", model, 48, 1, "space")
    reference = SentenceTransformersEngine(str(model), model, 48, 1, "space")
    assert ((vectors(made) * vectors(reference)).sum(axis=1) > 0.98).all()
