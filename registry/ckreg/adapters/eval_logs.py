"""Reads inspect-ai's `.eval` files: zip archives with zstd inside, of which only the header is looked at."""

import io
import struct
import zipfile
import zlib
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ckreg.core.measure.measurement import Measurement
from ckreg.core.measure.readers.inspect_ai.eval_log import read_header
from ckreg.core.text import one_line

SUFFIX = ".eval"
PATTERN = "*.eval"
MISSING = "its zstd compression cannot be read: pip install 'ckreg[eval]'"

_HEADER = "header.json"
_START = "_journal/start.json"  # all that there is while it runs, and for ever where it was killed
_SAMPLES = "samples/"
_ZSTD = 93
# Python knows others too, of which LZMA takes as much memory as a file tells it to.
_OF_PYTHON = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_MOST_BYTES = 32 * 2**20


def can_read() -> bool:
    """Whether the extra `eval` is installed."""
    return find_spec("zstandard") is not None


class Header(NamedTuple):
    """A log's header as JSON, and how many samples lie beside it."""

    text: str
    logged: int


def read_eval_log(path: Path) -> Measurement | str:
    """The evaluation that a `.eval` file holds, or why it cannot be read."""
    header = read_eval_header(path)
    if isinstance(header, str):
        return header
    try:
        return read_header(header.text, log_path=str(path), logged=header.logged)
    except (ValueError, RecursionError) as error:
        return _broken(error)


def read_eval_header(path: Path) -> Header | str:
    """The header of a `.eval` file, or why it cannot be read."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            name = _HEADER if _HEADER in names else _START
            if name not in names:
                return "it has neither a header.json nor a _journal/start.json"
            text = _member(file, archive, archive.getinfo(name)).decode(errors="replace")
            return Header(text, sum(each.startswith(_SAMPLES) for each in names))
    except ImportError:
        return MISSING
    except OSError as error:
        return error.strerror or one_line(str(error))
    except zipfile.BadZipFile:
        return "it is not a whole zip archive"
    except (ValueError, struct.error, zlib.error, RuntimeError, EOFError, RecursionError) as error:
        return _broken(error)


def _broken(error: Exception) -> str:
    return f"its header cannot be read: {one_line(str(error))[:200]}"


def _member(file: BinaryIO, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if max(info.file_size, info.compress_size) > _MOST_BYTES:
        raise ValueError("it is too large")
    if info.compress_type in _OF_PYTHON:
        with archive.open(info) as member:
            return member.read(_MOST_BYTES)
    if info.compress_type != _ZSTD:
        raise ValueError("inspect-ai does not compress like that")
    return _decompressed(_compressed(file, info))


def _compressed(file: BinaryIO, info: zipfile.ZipInfo) -> bytes:
    """A member's bytes as they lie in the archive, behind its name and extra field."""
    file.seek(info.header_offset)
    sign, name, extra = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if sign != b"PK\x03\x04":
        raise ValueError("it does not lie where the archive says")
    file.seek(name + extra, io.SEEK_CUR)
    return file.read(info.compress_size)


def _decompressed(data: bytes) -> bytes:
    import zstandard  # noqa: PLC0415  # the extra `eval`

    try:
        reader = zstandard.ZstdDecompressor(max_window_size=_MOST_BYTES).stream_reader(
            data, read_across_frames=True
        )
        return reader.read(_MOST_BYTES)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from error
