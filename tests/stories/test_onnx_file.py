import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from aggregator.stories import onnx_file as files
from aggregator.stories.engines import OnnxEngine
from aggregator.stories.model_files import PACKAGED, model_folder
from aggregator.stories.onnx_file import NoOnnxFile, file_name, onnx_file

MAKES = (
    "import sys, pathlib; p = pathlib.Path(sys.argv[2]); p.with_suffix('.made').open('a').write('x'); p.write_text('o')"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which files are looked for."""
    folder = tmp_path / "models"
    monkeypatch.setattr(files, "folders", lambda: iter([folder]))
    return folder


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a script in the place of the one that writes the file."""

    def put(code: str) -> None:
        (tmp_path / "script.py").write_text(code)
        monkeypatch.setattr(files, "SCRIPT", tmp_path / "script.py")

    return put


def test_the_file_is_made_once_however_many_need_it_at_once(folder: Path, script: Callable[[str], None]) -> None:
    script(MAKES)
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(onnx_file(PACKAGED, "fp32"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {folder / file_name(PACKAGED, "fp32")}
    assert len(found) == 4
    assert found[0].with_suffix(".made").read_text() == "x"


def test_a_file_is_found_in_any_of_the_folders_written_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "folders", lambda: iter([tmp_path / "none", tmp_path / "there"]))
    there = tmp_path / "there" / file_name(PACKAGED, "fp32")
    there.parent.mkdir()
    there.touch()
    assert onnx_file(PACKAGED, "fp32") == there
    assert not (tmp_path / "none").exists()


def test_precision_and_exporter_are_in_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    fp32 = file_name(PACKAGED, "fp32")
    int8 = file_name(PACKAGED, "int8")
    monkeypatch.setattr(files, "EXPORT", 2)
    assert len({fp32, int8, file_name(PACKAGED, "fp32")}) == 3


def test_where_no_folder_can_be_written_there_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(files, "folders", lambda: iter([tmp_path / "file" / "models"]))
    with pytest.raises(NoOnnxFile, match="may be written"):
        onnx_file(PACKAGED, "fp32")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise ValueError('the cosine is too low')", r"making it failed \(1\): ValueError: the cosine is too low"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", r"making it failed \(-9\): nothing was said"),
        ("", r"making it failed \(0\)"),
        ("import time; time.sleep(60)", "took more than"),
    ],
    ids=["other vectors", "killed", "nothing written", "hangs"],
)
def test_a_failure_says_why_and_leaves_nothing_behind(
    code: str, why: str, folder: Path, script: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    script(code)
    monkeypatch.setattr(files, "PATIENCE", 1)
    with pytest.raises(NoOnnxFile, match=why):
        onnx_file(PACKAGED, "fp32")
    assert [path.suffix for path in folder.iterdir()] in ([], [".lock"])


def test_an_unknown_model_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        onnx_file("./nowhere", "fp32")


def test_a_damaged_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"\x08\x07onnx" * 100)
    with pytest.raises(OSError, match=r"damaged\.onnx is damaged"):
        OnnxEngine(damaged, model_folder(PACKAGED), 128, 1, "space")
