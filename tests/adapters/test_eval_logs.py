"""`.eval` files as they lie on disk: zip archives whose members are compressed by zstd."""

import json
import struct
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.adapters.eval_logs import MISSING, can_read, read_eval_log
from ckreg.core.measure import Measurement

zstandard = pytest.importorskip("zstandard", reason="the extra `eval` is not installed")

EVAL = {"task": "words", "model": "hf/tiny", "dataset": {"samples": 10}}
HEADER = {
    "status": "success",
    "eval": EVAL,
    "results": {"total_samples": 10, "completed_samples": 10},
    "stats": {"started_at": "2026-11-23T13:24:32+00:00", "completed_at": "2026-11-23T13:24:37+00:00"},
}
FINISHED = {"_journal/start.json": {"eval": EVAL}, "samples/1_epoch_1.json": {}, "header.json": HEADER}
KILLED = {"_journal/start.json": {"eval": EVAL}, "samples/1_epoch_1.json": {}, "samples/2_epoch_1.json": {}}


def archive(members: Mapping[str, object], *, method: int = 93) -> bytes:
    """A zip archive byte by byte, for Python's own cannot write method 93 before 3.14."""
    body, directory = b"", b""
    for name, value in members.items():
        data = json.dumps(value).encode()
        packed = zstandard.ZstdCompressor().compress(data) if method == 93 else data
        # Method, time, date, checksum, sizes, length of the name; then none of an extra field.
        facts = struct.pack("<HHHLLLH", method, 0, 33, zlib.crc32(data), len(packed), len(data), len(name))
        directory += b"PK\x01\x02" + struct.pack("<HHH", 63, 63, 0) + facts
        directory += struct.pack("<HHHHLL", 0, 0, 0, 0, 0, len(body)) + name.encode()
        body += (
            b"PK\x03\x04" + struct.pack("<HH", 63, 0) + facts + struct.pack("<H", 0) + name.encode() + packed
        )
    count = len(members)
    end = struct.pack("<HHHHLLH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end


def read(folder: Path, data: bytes) -> Measurement | str:
    path = folder / "2026-11-23T13-24-32-00-00_words_abc.eval"
    path.write_bytes(data)
    return read_eval_log(path)


def measured(folder: Path, data: bytes) -> Measurement:
    found = read(folder, data)
    assert isinstance(found, Measurement), found
    return found


def test_the_header_of_a_finished_evaluation_is_read(tmp_path: Path) -> None:
    found = measured(tmp_path, archive(FINISHED))
    assert (found.outcome, found.model, found.dataset) == ("completed", "hf/tiny", "words")
    assert (found.samples_done, found.seconds_per_sample) == (10, 0.5)
    assert found.log_path.endswith("_abc.eval")


def test_members_without_compression_are_read(tmp_path: Path) -> None:
    assert measured(tmp_path, archive(FINISHED, method=0)).outcome == "completed"


def test_a_killed_evaluation_has_its_start_and_its_samples(tmp_path: Path) -> None:
    found = measured(tmp_path, archive(KILLED))
    assert (found.outcome, found.samples_total, found.samples_done) == ("incomplete", 10, 2)


def test_without_the_extra_the_reason_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_read()
    monkeypatch.setitem(sys.modules, "zstandard", None)
    assert not can_read()
    assert read(tmp_path, archive(FINISHED)) == MISSING
    assert "ckreg[eval]" in MISSING


def test_what_cannot_be_read_has_a_reason(tmp_path: Path) -> None:
    whole = archive(FINISHED)
    assert read(tmp_path, b"") == "it is not a whole zip archive"
    assert read(tmp_path, whole[: len(whole) // 2]) == "it is not a whole zip archive"
    assert (
        read(tmp_path, archive({"other.json": {}}))
        == "it has neither a header.json nor a _journal/start.json"
    )
    assert str(read(tmp_path, archive({"header.json": [1]}))).startswith("its header cannot be read: ")
    assert read_eval_log(tmp_path / "absent.eval") == "No such file or directory"


def test_a_header_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    data = bytearray(archive({"header.json": HEADER}))
    at = data.find(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<L", 2**32 - 2)
    assert read(tmp_path, bytes(data)) == "its header cannot be read: it is too large"


def test_python_finds_the_archive_sound(tmp_path: Path) -> None:
    path = tmp_path / "x.eval"
    path.write_bytes(archive(FINISHED, method=0))
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None


@given(st.data())
def test_an_archive_with_bytes_changed_gives_a_measurement_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    changed = bytearray(archive(FINISHED, method=data.draw(st.sampled_from([0, 93]))))
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    found = read(tmp_path_factory.getbasetemp(), bytes(changed))
    assert isinstance(found, Measurement) or (found and "\n" not in found)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_compression_that_is_not_inspect_ais_is_a_reason(tmp_path: Path, method: int) -> None:
    path = tmp_path / "words.eval"
    with zipfile.ZipFile(path, "w", compression=method) as log:
        log.writestr("header.json", json.dumps(HEADER))
    assert "does not compress like that" in str(read_eval_log(path))
    packed = bytearray(path.read_bytes())
    packed[45:70] = bytes(byte ^ 0x5A for byte in packed[45:70])
    path.write_bytes(packed)
    assert isinstance(read_eval_log(path), str)
