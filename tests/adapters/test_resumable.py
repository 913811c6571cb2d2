"""Checkpoints as torchtune leaves them: weights of an epoch first, the recipe's state last."""

import os
import zipfile
from pathlib import Path

import pytest

from ckreg.adapters.resumable import epochs_done, state_path


def saved(folder: Path, epoch: int, at: int, name: str = "adapter_model.pt", *, last: bool = False) -> None:
    weights = folder / f"epoch_{epoch}" / name
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"w")
    os.utime(weights, (at, at))
    if not last:
        state = state_path(str(folder))
        state.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(state, "w") as archive:
            archive.writestr("data.pkl", "x")
        os.utime(state, (at + 1, at + 1))


def test_the_last_whole_epoch(tmp_path: Path) -> None:
    saved(tmp_path, 0, 100)
    saved(tmp_path, 1, 200)
    assert epochs_done(str(tmp_path), ()) == 2


def test_weights_without_their_state_are_none(tmp_path: Path) -> None:
    saved(tmp_path, 0, 100)
    saved(tmp_path, 1, 200, last=True)
    assert epochs_done(str(tmp_path), ()) is None


def test_a_state_that_was_cut_is_none(tmp_path: Path) -> None:
    saved(tmp_path, 0, 100)
    path = state_path(str(tmp_path))
    path.write_bytes(path.read_bytes()[:20])
    assert epochs_done(str(tmp_path), ()) is None


@pytest.mark.parametrize(
    ("files", "epochs"), [(("model.safetensors",), 1), (("other.bin",), None), ((), None)]
)
def test_a_whole_model_needs_its_files(tmp_path: Path, files: tuple[str, ...], epochs: int | None) -> None:
    saved(tmp_path, 0, 100, "model.safetensors")
    assert epochs_done(str(tmp_path), files) == epochs


def test_nothing_there(tmp_path: Path) -> None:
    assert epochs_done(str(tmp_path / "none"), ()) is None
    assert epochs_done(str(tmp_path), ()) is None
    assert epochs_done("/o\0", ()) is None
