import re
import tomllib

from tests.docs.pages import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text()


def test_every_mark_of_a_test_is_told() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    marks = {mark.partition(":")[0] for mark in told["tool"]["pytest"]["ini_options"]["markers"]}
    assert marks <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


def test_files_that_are_named_are_there() -> None:
    named = re.findall(r"`((?:core|cli|tests|docs|registry)/[\w./]+)`", PAGE)
    assert len(named) > 5
    for name in named:
        assert any((folder / name).exists() for folder in (ROOT, ROOT / "registry" / "ckreg")), name


def test_what_make_is_told_to_make_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        one for pair in re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", PAGE, re.MULTILINE) for one in pair
    }
    assert named - {""} <= targets


def test_every_row_of_what_might_be_attacked_names_tests_that_are_there() -> None:
    lines = (ROOT / "SECURITY.md").read_text().split("\n")
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| From |")]
    assert len(rows) >= 12
    for row in rows:
        named = re.findall(r"`([\w/]+(?:\.py|/))`", row.rstrip("| ").rpartition("|")[2])
        assert named, row
        assert all((ROOT / "tests" / name).exists() for name in named), row
