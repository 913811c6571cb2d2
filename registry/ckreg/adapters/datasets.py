"""Looks into a dataset: its splits and their rows, without holding more of it in memory than needed."""

import contextlib
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ckreg.core.resources import SPLITS, Split, split_name, splits_of_json
from ckreg.core.scaffold.torchtune.data import DataFacts, DataFile
from ckreg.core.text import one_line

WHOLE_LIMIT = 2 * 1000**3  # bytes; what must be read in one piece is not counted beyond
LINE_LIMIT = 64 * 1024**2  # bytes
_PARSED_LINES = 1000
_DATA = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".arrow", ".txt", ".gz")


class Counted(NamedTuple):
    """The splits that were found, the bytes that they hold, and what is wrong, if anything."""

    splits: tuple[Split, ...]
    bytes: int
    reason: str | None = None


def count_splits(path: Path) -> Counted:
    """The splits of a dataset: a JSON file, JSON lines, CSV, or a folder with a file or folder a split."""
    try:
        return _folder(path) if path.is_dir() else _file(path)
    except OSError as error:
        return Counted((), 0, f"it cannot be read: {error.strerror}")


def _file(path: Path) -> Counted:
    if not path.is_file():  # a pipe or a device could be read for ever
        return Counted((), 0, "it is neither a file nor a folder")
    size = path.stat().st_size
    try:
        splits = _splits(path, size)
    except (ValueError, csv.Error, RecursionError, MemoryError) as error:
        return Counted((), size, one_line(str(error)) or "it cannot be read")
    return Counted(
        splits, size, None if splits else "it has no train, validation or test key, and is no list"
    )


def _splits(path: Path, size: int) -> tuple[Split, ...]:
    """What a file holds; without names of its own it is all `train`, as Hugging Face's loaders call it."""
    kind = path.suffix.lower()
    if kind in (".jsonl", ".ndjson"):
        return (Split("train", _count_json_lines(path)),)
    if size > WHOLE_LIMIT or kind not in (".json", ".csv", ".tsv"):
        return (Split("train", None),)
    if kind == ".json":
        return _json(path)
    return (Split("train", _count_records(path, "\t" if kind == ".tsv" else ",")),)


def _json(path: Path) -> tuple[Split, ...]:
    try:
        value = json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # one object a line under the name of .json, as many tools write it
            return (Split("train", _count_json_lines(path)),)
        raise ValueError(f"line {error.lineno} is not JSON: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None
    return splits_of_json(value)


def _count_json_lines(path: Path) -> int:
    """Lines that hold something; the first thousand and the last (a copy may have been cut) are parsed."""
    rows, last = 0, (b"null", 0)
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), start=1):
            if not line.strip():
                continue
            rows, last = rows + 1, (line, number)
            if rows <= _PARSED_LINES:
                _parse(line, number)
    _parse(*last)
    return rows


def _lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(LINE_LIMIT):
        if len(line) == LINE_LIMIT:
            raise ValueError(f"a line is longer than {LINE_LIMIT // 1024**2} MiB")
        yield line


def _parse(line: bytes, number: int) -> None:
    try:
        json.loads(line)
    except ValueError:
        raise ValueError(f"line {number} is not JSON") from None


def _count_records(path: Path, delimiter: str) -> int:
    """Records under the header; a quoted field may hold line ends."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return max(0, sum(1 for record in csv.reader(file, delimiter=delimiter) if record) - 1)


def _folder(path: Path) -> Counted:
    """A split is a file `train.jsonl`, several `train-00000-of-00002.parquet`, or a folder `train/`."""
    rows: dict[str, int | None] = {}
    size, reason = 0, None
    for part in sorted(path.iterdir()):
        name = split_name(part.name.partition(".")[0].partition("-")[0])
        if not name or not (part.is_dir() or part.suffix.lower() in _DATA):
            continue
        found = Counted((Split("train", None),), 0) if part.is_dir() else _file(part)
        reason = reason or (f"{one_line(part.name)}: {found.reason}" if found.reason else None)
        size += found.bytes
        rows[name] = _sum(rows.get(name, 0), found.splits)
    splits = tuple(Split(name, rows[name]) for name in SPLITS if name in rows)
    return Counted(splits, size, reason or (None if splits else "no file in it is named after a split"))


def _sum(rows: int | None, splits: tuple[Split, ...]) -> int | None:
    """Rows so far with those of one more file; None as soon as one was not counted."""
    more = [split.rows for split in splits]
    return None if rows is None or None in more else rows + sum(filter(None, more))


def split_files(path: Path) -> DataFacts:
    """Where the rows of each split are: a key of a JSON file, a file of a folder, or all of one as `train`.

    A dataset that cannot be looked at has none.
    """
    try:
        found = _files_of(path) if path.is_dir() else _keys_of(path)
    except (OSError, ValueError, RecursionError, MemoryError):
        found = {}
    return DataFacts(str(path), tuple(found.items()))


def _keys_of(path: Path) -> dict[str, DataFile]:
    if not path.is_file():
        return {}
    if path.suffix.lower() == ".json" and path.stat().st_size <= WHOLE_LIMIT:
        with contextlib.suppress(json.JSONDecodeError):  # one object a line
            value = json.loads(path.read_bytes())
            if isinstance(value, dict):
                named = ((split_name(key), key) for key in value)
                return {name: DataFile(str(path), key) for name, key in named if name}
    return {"train": DataFile(str(path))}


def _files_of(folder: Path) -> dict[str, DataFile]:
    """A file a split; of several shards all, by the pattern that Hugging Face's loaders take."""
    found: dict[str, DataFile] = {}
    for part in sorted(folder.iterdir()):
        name = split_name(part.name.partition(".")[0].partition("-")[0])
        if name and part.is_file() and part.suffix.lower() in _DATA:
            shards = f"{part.name.partition('-')[0]}-*{part.suffix}" if "-of-" in part.name else part.name
            found.setdefault(name, DataFile(str(folder / shards)))
    return found
