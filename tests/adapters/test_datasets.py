import json
import os
from pathlib import Path

import pytest

from ckreg.adapters import datasets
from ckreg.adapters.datasets import count_splits

ROW = '{"input": "a", "output": "A"}\n'


def counts(path: Path) -> dict[str, int | None]:
    return {split.name: split.rows for split in count_splits(path).splits}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "words.json",
            json.dumps({"train": [1, 2], "validation": [3], "test": [4]}),
            {"train": 2, "validation": 1, "test": 1},
        ),
        ("words.json", "[1, 2, 3]", {"train": 3}),
        ("words.json", ROW * 4, {"train": 4}),
        ("words.jsonl", ROW * 2 + "\n\n" + ROW.strip(), {"train": 3}),
        ("words.jsonl", "", {"train": 0}),
        ("words.csv", 'input,output\n"a\nb",A\nc,C\n\n', {"train": 2}),
        ("words.tsv", "input\toutput\na\tA\n", {"train": 1}),
        ("words.parquet", "PAR1", {"train": None}),
    ],
)
def test_a_file(tmp_path: Path, name: str, text: str, expected: dict[str, int | None]) -> None:
    (tmp_path / name).write_text(text)
    assert counts(tmp_path / name) == expected
    assert count_splits(tmp_path / name).bytes == len(text)
    assert count_splits(tmp_path / name).reason is None


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("words.json", b'{"train": [1,\n2', "line 2 is not JSON"),
        ("words.json", b"\xff\xfe\xfd", "not"),
        ("words.json", b"[" * 200_000, "recursion"),
        ("words.json", b'{"rows": []}', "no train, validation or test key"),
        ("words.json", ROW.encode() * 2 + b'{"input": ', "line 3 is not JSON"),
        ("words.jsonl", ROW.encode() * 3 + b'{"input": ', "line 4 is not JSON"),
        ("words.jsonl", b"\xff\xff\n", "line 1 is not JSON"),
        ("words.csv", b"a" * 200_000, "field limit"),
    ],
)
def test_a_broken_file_is_said_to_be_so(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    found = count_splits(tmp_path / name)
    assert reason in (found.reason or "")
    assert (found.reason or "").isprintable()


def test_a_cut_last_line_is_found_beyond_the_lines_that_are_parsed(tmp_path: Path) -> None:
    path = tmp_path / "words.jsonl"
    path.write_text(ROW * 1500 + "{\n\n")
    assert count_splits(path).reason == "line 1501 is not JSON"


def test_a_folder_of_split_files(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text(ROW * 5)
    (tmp_path / "val.json").write_text("[1, 2]")
    (tmp_path / "test.csv").write_text("a,b\n1,2\n")
    (tmp_path / "README.md").write_text("train")
    assert counts(tmp_path) == {"train": 5, "validation": 2, "test": 1}


def test_a_folder_of_shards_and_folders(tmp_path: Path) -> None:
    (tmp_path / "train-00000-of-00002.jsonl").write_text(ROW)
    (tmp_path / "train-00001-of-00002.jsonl").write_text(ROW * 2)
    (tmp_path / "test").mkdir()
    assert counts(tmp_path) == {"train": 3, "test": None}


def test_a_folder_names_the_file_that_is_broken(tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text("[")
    assert (count_splits(tmp_path).reason or "").startswith("train.json: line 1 is not JSON")


def test_a_folder_without_splits(tmp_path: Path) -> None:
    assert count_splits(tmp_path).reason == "no file in it is named after a split"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent", "it is neither a file nor a folder"),
        ("a\0b", "it is neither a file nor a folder"),
        ("x" * 5000, "it cannot be read: File name too long"),
    ],
)
def test_what_cannot_be_read_is_said_so(tmp_path: Path, name: str, reason: str) -> None:
    assert count_splits(tmp_path / name) == ((), 0, reason)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "words.json")
    assert "nor a folder" in (count_splits(tmp_path / "words.json").reason or "")


def test_what_is_too_large_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "WHOLE_LIMIT", 10)
    (tmp_path / "words.json").write_text("[" + "1," * 10 + "1]")
    (tmp_path / "words.jsonl").write_text(ROW)
    assert counts(tmp_path / "words.json") == {"train": None}
    assert counts(tmp_path / "words.jsonl") == {"train": 1}


def test_a_line_without_end_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "LINE_LIMIT", 1024)
    (tmp_path / "words.jsonl").write_bytes(b"1" * 5000)
    assert "longer than" in (count_splits(tmp_path / "words.jsonl").reason or "")
