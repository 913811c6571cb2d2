"""Looking for what lies ready: as `ls` and `find` would, but not into hidden or foreign places."""

from pathlib import Path

from ckreg.adapters.shelves import files_below, folders_in, source_of


def lay(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_folders_and_links_to_folders_are_told(tmp_path: Path) -> None:
    lay(tmp_path, "b/x", "a/x", ".hidden/x", "file")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    assert folders_in(tmp_path) == ["a", "b", "link"]
    assert folders_in(tmp_path / "nowhere") == []


def test_files_are_found_three_folders_down(tmp_path: Path) -> None:
    lay(tmp_path, "a.json", "1/2/3/b.json", "1/2/3/4/too_deep.json", "c.txt", ".d.json", ".git/e.json")
    lay(tmp_path, "experiments/f.json", "1/__pycache__/g.json")
    assert files_below(tmp_path, (".json",), 10) == [tmp_path / "1/2/3/b.json", tmp_path / "a.json"]
    assert len(files_below(tmp_path, (".json",), 1)) == 1


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    lay(tmp_path, "outside/a.json", "inside/b.json")
    (tmp_path / "inside/way_out").symlink_to(tmp_path / "outside")
    assert files_below(tmp_path / "inside", (".json",), 10) == [tmp_path / "inside/b.json"]


def test_what_is_too_large_for_a_script_or_not_there_is_nothing(tmp_path: Path) -> None:
    lay(tmp_path, "a.py")
    (tmp_path / "large.py").write_bytes(b"#" * (1024 * 1024 + 1))
    assert source_of(tmp_path / "a.py") == b"x"
    assert source_of(tmp_path / "large.py") == b""
    assert source_of(tmp_path / "nowhere.py") == b""
