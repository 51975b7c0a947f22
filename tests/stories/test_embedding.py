import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from aggregator.errors import ConfigError
from aggregator.stories.embedding import PACKAGED, Embedder, lead, load_embedder, model_folder, space_of

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
    assert embedder.engine.startswith("sentence-transformers ")


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


def test_importing_the_module_does_not_load_torch() -> None:
    code = "import sys, aggregator.stories.embedding, aggregator.stories.join; print('torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
