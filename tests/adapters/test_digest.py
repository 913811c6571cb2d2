"""Digests, against `sha256sum`."""

import subprocess
from pathlib import Path

import pytest

from ckreg.adapters.digest import digest_of


def shell(folder: Path, command: str) -> str:
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def test_a_file_is_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "words.json").write_bytes(b"x" * 3_000_001)
    assert digest_of(tmp_path / "words.json").sha256 == shell(tmp_path, "sha256sum words.json")


def test_a_folder_is_the_listing_of_its_files(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "sub/c.json", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link.json").symlink_to(tmp_path / "a.json")
    (tmp_path / "loop").symlink_to(tmp_path)
    listing = "find -L * -maxdepth 2 -path 'loop' -prune -o -type f -print | LC_ALL=C sort"
    expected = shell(tmp_path, f"{listing} | xargs sha256sum | sha256sum")
    assert digest_of(tmp_path).sha256 == expected


@pytest.mark.parametrize(("largest", "reason"), [(2, "larger than"), (3, None)])
def test_what_is_too_large_says_so(tmp_path: Path, largest: int, reason: str | None) -> None:
    (tmp_path / "words.json").write_bytes(b"123")
    told = digest_of(tmp_path / "words.json", largest)
    assert (told.sha256 is None) == (reason is not None)
    assert reason is None or reason in (told.reason or "")


def test_what_cannot_be_read_has_no_digest(tmp_path: Path) -> None:
    told = digest_of(tmp_path / "absent")
    assert (told.sha256, told.reason) == (None, "it cannot be read: No such file or directory")
