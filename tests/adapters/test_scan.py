import os
import socket
from pathlib import Path

import pytest

from ckreg.adapters import scan
from ckreg.adapters.scan import Found, Unreadable, find_logs, read_bytes


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(root: Path, *paths: Path) -> list[str]:
    return [
        str(each.path.relative_to(root)) for each in find_logs(paths or (root,)) if isinstance(each, Found)
    ]


def reasons(*paths: Path) -> dict[str, str]:
    return {each.path.name: each.reason for each in find_logs(paths) if isinstance(each, Unreadable)}


def test_the_default_patterns_in_order(tmp_path: Path) -> None:
    expected = [
        "slurm-3.err",
        "a/slurm-1.out",
        "b/ck-out-run/train.out",
        "b/ck-out-run/deep/er/eval.out",
        "b/grid/sacct-2026.txt",
    ]
    others = ["train.out", "a/slurm-1.txt", "b/notes.txt", "b/xslurm-1.out", ".hidden/slurm-1.out"]
    for name in [*expected, *others]:
        write(tmp_path / name)
    assert found(tmp_path) == expected


def test_a_root_inside_a_run_fits_too(tmp_path: Path) -> None:
    log = write(tmp_path / "ck-out-run" / "train.out")
    assert found(tmp_path, log.parent) == ["ck-out-run/train.out"]


def test_a_file_that_is_named_is_always_read_and_only_once(tmp_path: Path) -> None:
    log, other = write(tmp_path / "anything.log"), write(tmp_path / "slurm-1.out")
    assert found(tmp_path, log, tmp_path, other, log) == ["anything.log", "slurm-1.out"]


def test_what_tells_whether_a_log_changed(tmp_path: Path) -> None:
    log = write(tmp_path / "slurm-1.out", "four")
    (one,) = find_logs([tmp_path])
    status = log.stat()
    assert one == Found(log, 4, status.st_mtime_ns, status.st_ino)
    assert isinstance(one, Found)
    assert not one.is_sacct


def test_own_patterns(tmp_path: Path) -> None:
    for name in ("a/1/x.log", "a/1/2/x.log", "b[1].log", "y.log", "z.out"):
        write(tmp_path / name)

    def fitting(*patterns: str) -> list[str]:
        return [each.path.relative_to(tmp_path).as_posix() for each in find_logs([tmp_path], patterns)]

    assert fitting("[xy].log") == ["y.log", "a/1/x.log", "a/1/2/x.log"]
    assert fitting("a/*/x.log") == ["a/1/x.log"]
    assert fitting("a/**/*.log") == ["a/1/x.log", "a/1/2/x.log"]
    assert fitting("[!z].out", "[z-a]", "(") == []
    assert fitting("b[[]1].log") == ["b[1].log"]


def test_links(tmp_path: Path) -> None:
    log = write(tmp_path / "real" / "slurm-1.out")
    (tmp_path / "real" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "slurm-2.out").symlink_to(tmp_path / "nowhere")
    (tmp_path / "slurm-3.out").symlink_to("slurm-3.out")
    (tmp_path / "slurm-4.out").symlink_to(log)
    assert found(tmp_path) == ["slurm-4.out"]  # the same file as real/slurm-1.out
    assert reasons(tmp_path) == {"slurm-2.out": "a link to nothing", "slurm-3.out": "a link to nothing"}


def test_what_is_no_file_is_listed_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slurm-1.out")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "slurm-2.out"))
        assert reasons(tmp_path, Path("/dev/null")) == {
            "slurm-1.out": "a named pipe, not a file",
            "slurm-2.out": "a socket, not a file",
            "null": "a device, not a file",
        }
    assert read_bytes(tmp_path / "slurm-1.out") == Unreadable(
        tmp_path / "slurm-1.out", "a named pipe, not a file"
    )


def test_missing_paths_and_impossible_names(tmp_path: Path) -> None:
    assert reasons(tmp_path / "missing") == {"missing": "No such file or directory"}
    assert "null" in reasons(tmp_path / "a\0b")["a\0b"]
    missing = read_bytes(tmp_path / "missing")
    assert missing == Unreadable(tmp_path / "missing", "No such file or directory")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_without_permission(tmp_path: Path) -> None:
    closed = write(tmp_path / "closed" / "slurm-1.out").parent
    closed.chmod(0)
    try:
        assert reasons(tmp_path) == {"closed": "Permission denied"}
    finally:
        closed.chmod(0o700)


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "slurm-1.out")
    closed = tmp_path / "closed"
    closed.mkdir()
    real = os.scandir

    def refusing(path: str) -> "os._ScandirIterator[str]":  # root may list everything, so the refusal is made
        if path == str(closed):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert reasons(tmp_path) == {"closed": "Permission denied"}
    assert found(tmp_path) == ["slurm-1.out"]


def test_long_logs_are_read_at_both_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = write(tmp_path / "slurm-1.out", "head" + "-" * 100 + "tail")
    assert read_bytes(log) == log.read_bytes()
    monkeypatch.setattr(scan, "_MOST_BYTES", 8)
    monkeypatch.setattr(scan, "_END", 4)
    assert read_bytes(log) == b"head\n\ntail"


def test_of_the_middle_of_long_logs_the_ends_of_lines_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = write(tmp_path / "slurm-1.out", "head" + "a" * 2000 + "\nsaid\n" + "b" * 3000 + "tail")
    monkeypatch.setattr(scan, "_MOST_BYTES", 4000)
    monkeypatch.setattr(scan, "_END", 4)
    assert read_bytes(log) == f"head\n{'a' * 999}\nsaid\n{'b' * 999}\n\ntail".encode()


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    os.mkdir(folder)  # noqa: PTH102  # pathlib takes no bytes
    write(Path(os.fsdecode(folder)) / "slurm-1.out")
    assert len(found(tmp_path)) == 1
