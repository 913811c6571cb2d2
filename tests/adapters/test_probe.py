import json
import os
import shutil
from pathlib import Path

import pytest

from ckreg.adapters import probe


def test_the_answer_has_the_command_as_one_would_type_it(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    answer = probe.list_names(str(folder))
    assert answer == probe.Answer(f"ls -- '{folder}'", "config.json\n", None)


@pytest.mark.parametrize("path", ["-rf", "$(touch owned)", "; touch owned", "a\0b", "\x1b[31m\n"])
def test_a_path_is_never_an_option_nor_a_command(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = probe.list_names(path)
    assert answer.problem
    assert answer.command.isprintable()
    assert answer.problem.isprintable()
    assert not (tmp_path / "owned").exists()


def test_a_program_that_is_not_there_is_a_problem() -> None:
    assert probe.ask(["no-such-program"]).problem == "no-such-program is not installed"


def test_size_follows_links(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(os.urandom(300_000))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").symlink_to(tmp_path / "blob")
    _, held = probe.measure(str(tmp_path / "model"))
    assert held is not None
    assert 300_000 <= held < 400_000


def test_free_space_is_that_of_the_filesystem(tmp_path: Path) -> None:
    answer, free = probe.free_space(str(tmp_path))
    assert answer.command == f"df -Pk -- {tmp_path}"
    assert free == pytest.approx(shutil.disk_usage(tmp_path).free / 1024**3, rel=0.05)
    assert probe.free_space(str(tmp_path / "absent"))[1] is None


def model(folder: Path, **files: bytes) -> str:
    folder.mkdir()
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    return str(folder)


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"model__safetensors": b"weights"}, None),
        ({"config__json": b"{}"}, "it has no weights"),
        ({"training_args__bin": b"x"}, "it has no weights"),
        (
            {"model__safetensors": b""},
            "model.safetensors is empty, a dangling link or only a pointer of git-lfs",
        ),
        (
            {"model__safetensors": b"version https://git-lfs.github.com/spec/v1\noid sha256:0"},
            "model.safetensors is empty, a dangling link or only a pointer of git-lfs",
        ),
    ],
)
def test_weights_must_really_be_there(tmp_path: Path, files: dict[str, bytes], fault: str | None) -> None:
    assert probe.weights_fault(model(tmp_path / "m", **files)) == fault


def test_a_missing_shard_is_found_through_the_index(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    index = {
        "weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "model-2.safetensors"}
    }
    files = {"model-1__safetensors": b"w", "model__safetensors__index__json": json.dumps(index).encode()}
    assert probe.weights_fault(model(folder, **files)) == "1 of its weight files are missing"
    (folder / "model-2.safetensors").write_bytes(b"w")
    assert probe.weights_fault(str(folder)) is None


@pytest.mark.parametrize(
    "index", [b"[]", b"{", b'{"weight_map": [1]}', b'{"weight_map": {"a": 1, "b": "\\u0000"}}']
)
def test_a_strange_index_is_no_failure(tmp_path: Path, index: bytes) -> None:
    folder = model(tmp_path / "m", model__safetensors=b"w", model__safetensors__index__json=index)
    assert probe.weights_fault(folder) is None


def test_a_pipe_or_a_dangling_link_is_no_weights(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.safetensors")
    assert (
        probe.weights_fault(str(tmp_path))
        == "model.safetensors is empty, a dangling link or only a pointer of git-lfs"
    )
    (tmp_path / "model.safetensors").unlink()
    (tmp_path / "model.safetensors").symlink_to("blobs/absent")
    assert (
        probe.weights_fault(str(tmp_path))
        == "model.safetensors is empty, a dangling link or only a pointer of git-lfs"
    )


def test_metas_own_layout_is_a_model_too(tmp_path: Path) -> None:
    (tmp_path / "original").mkdir()
    (tmp_path / "original" / "params.json").write_text("{}")
    (tmp_path / "original" / "consolidated.00.pth").write_bytes(b"w")
    assert probe.config_name(str(tmp_path)) == "original/params.json"
    assert probe.weights_fault(str(tmp_path)) is None
