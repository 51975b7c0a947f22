import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from aggregator.clock import Clock
from aggregator.errors import ConfigError, Rejected
from aggregator.setting_sections import EmbedSettings
from aggregator.stories import embed as stage
from aggregator.stories import embedding
from aggregator.stories.embed import Embed, Embedded, Readable, embed_recipe
from aggregator.stories.embedding import PACKAGED, Embedder, lead, load_embedder, model_folder, space_of
from aggregator.stories.engines import Remembering
from aggregator.stories.onnx_file import NoOnnxFile

TEXTS = [
    "Senate passes budget. The Senate passed a budget on Friday.",
    "Budget passes the Senate. Senators voted for the budget.",
    "Volcano erupts. Lava reached the village.",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(PACKAGED, 128, 1)


def test_a_lead_is_the_title_and_the_first_words() -> None:
    assert lead("Title ", "one  two\nthree four", 3) == "Title. one two three"


def test_a_lead_lacks_what_the_article_lacks() -> None:
    assert lead("", "one two", 3) == "one two"
    assert lead("Title", "", 3) == "Title"


def test_rows_are_units_in_the_order_of_the_texts(embedder: Embedder) -> None:
    rows = embedder.embed(TEXTS)
    assert rows.shape == (3, embedder.dimension) == (3, 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > 0.6 > 0.3 > rows[0] @ rows[2]


def test_a_row_depends_on_its_text_alone(embedder: Embedder) -> None:
    alone = [embedder.embed([text])[0].tobytes() for text in TEXTS]
    together = embedder.embed([*TEXTS[::-1], "another, much longer text " * 20])[:3]
    assert [row.tobytes() for row in together[::-1]] == alone


def test_no_text_gives_no_row(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_tokens_beyond_the_limit_are_not_seen(embedder: Embedder) -> None:
    start = "word " * 130
    assert np.array_equal(*embedder.embed([start + "volcano", start + "budget"]))


def test_the_model_is_loaded_once(embedder: Embedder) -> None:
    assert load_embedder(PACKAGED, 128, 1) is embedder


def test_the_space_is_known_without_the_model_and_depends_on_what_it_sees(embedder: Embedder) -> None:
    assert space_of(PACKAGED, 128) == embedder.space
    assert space_of(PACKAGED, 64) != embedder.space
    assert embedder.engine.startswith("onnx ")


def test_a_folder_with_the_same_files_is_the_same_space() -> None:
    assert space_of(str(model_folder(PACKAGED)), 128) == space_of(PACKAGED, 128)


@pytest.mark.parametrize("name", ["no-such/model", "./nowhere", "a name of nothing"])
def test_an_unknown_model_is_a_mistake_in_the_settings(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_embedder(name, 128, 1)
    assert caught.value.key == "embed.model"
    assert name in str(caught.value)


def test_a_folder_that_holds_no_model_is_a_mistake_in_the_settings(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ConfigError) as caught:
        load_embedder(str(tmp_path), 128, 1)
    assert caught.value.key == "embed.model"


def test_importing_the_module_loads_no_engine() -> None:
    code = """
import sys, aggregator.stories.embedding, aggregator.stories.join, aggregator.stories.index
print([name for name in ("torch", "onnxruntime", "tokenizers", "transformers", "usearch") if name in sys.modules])
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_fast_engine_needs_no_torch_and_under_300_mb() -> None:
    code = """
import json, resource, sys
from aggregator.stories.embedding import PACKAGED, load_embedder
load_embedder(PACKAGED, 128, 1).embed(["a text of many words " * 60, "a title"])
peak = int(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1]) / 1000
print(json.dumps([peak, [name for name in ("torch", "transformers", "sentence_transformers") if name in sys.modules]]))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    peak, loaded = json.loads(done.stdout)
    assert loaded == []
    assert peak < 300


def test_sentence_transformers_and_onnx_are_one_space_and_int8_another() -> None:
    assert space_of(PACKAGED, 128, "onnx") == space_of(PACKAGED, 128, "sentence-transformers")
    assert space_of(PACKAGED, 128, "onnx-int8") != space_of(PACKAGED, 128)


def test_a_recipe_names_the_space_so_that_engines_of_one_space_share_their_vectors() -> None:
    usual = embed_recipe(EmbedSettings())
    assert embed_recipe(EmbedSettings(engine="sentence-transformers")) == usual
    others = [EmbedSettings(engine="onnx-int8"), EmbedSettings(max_tokens=64), EmbedSettings(lead_words=40)]
    assert len({usual, *map(embed_recipe, others)}) == 4


def test_without_an_onnx_file_sentence_transformers_takes_its_place_which_is_logged(
    monkeypatch: pytest.MonkeyPatch, embedder: Embedder
) -> None:
    def none(*_: str) -> Path:
        raise NoOnnxFile("no folder may be written")

    monkeypatch.setattr(embedding, "onnx_file", none)
    with capture_logs() as logs:
        instead = load_embedder.__wrapped__(PACKAGED, 128, 1)

    assert instead.engine.startswith("sentence-transformers ")
    assert instead.space == embedder.space
    assert [(log["event"], log["why"]) for log in logs] == [("onnx-unavailable", "no folder may be written")]
    cosines = (instead.embed(TEXTS) * embedder.embed(TEXTS)).sum(axis=1)
    assert (cosines > 0.9999).all()


def test_nothing_takes_the_place_of_int8_since_its_space_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: str) -> Path:
        raise NoOnnxFile("the cosine is too low")

    monkeypatch.setattr(embedding, "onnx_file", none)
    with pytest.raises(ConfigError, match="the cosine is too low") as caught:
        load_embedder.__wrapped__(PACKAGED, 128, 1, "onnx-int8")
    assert caught.value.key == "embed.engine"


def readable(text: str) -> Readable:
    return Readable(key=text[:8], input_sha="sha", text=text)


@pytest.mark.parametrize("empty", ["", " \n", "— … !"])
def test_a_document_without_a_word_is_rejected_by_name_and_costs_no_other(empty: str) -> None:
    first, nothing, last = Embed(EmbedSettings(), ("en",), Clock()).process(
        [readable(TEXTS[0]), readable(empty), readable(TEXTS[2])]
    )
    assert isinstance(nothing, Rejected)
    assert nothing.reason == "no-words"
    assert isinstance(first, Embedded)
    assert isinstance(last, Embedded)


def test_an_empty_text_has_no_vector(embedder: Embedder) -> None:
    with pytest.raises(ValueError, match="text 1 is empty"):
        embedder.embed(["a", " \n"])


def test_ten_thousand_copies_cost_one_embedding(embedder: Embedder) -> None:
    asked: list[int] = []

    class Counting:
        space, engine, dimension = "s", "e", 384

        def embed(self, texts: list[str]) -> np.ndarray:
            asked.append(len(texts))
            return embedder.embed(texts)

    one = Remembering(Counting(), remembered=2)  # type: ignore[arg-type]
    rows = one.embed([TEXTS[0]] * 10_000)
    one.embed([TEXTS[0]] * 100)
    assert sum(asked) == 1
    assert len({row.tobytes() for row in rows}) == 1
    one.embed(TEXTS[1:])
    one.embed(TEXTS[:1])  # no longer among the last two
    assert sum(asked) == 4


def test_vectors_of_another_model_than_the_one_asked_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Embed(EmbedSettings(), ("en",), Clock())
    monkeypatch.setattr(stage, "load_embedder", lambda *_: load_embedder(PACKAGED, 64, 1))
    with pytest.raises(ConfigError, match="another model"):
        asked.process([readable(TEXTS[0])])
