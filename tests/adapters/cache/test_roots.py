from pathlib import Path

from ckreg.adapters.cache import known_roots, remember_roots
from ckreg.adapters.tree import Home


def test_roots_are_remembered_in_order_and_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert known_roots(home) == ()
    remember_roots(home, [Path("/b"), Path("/a")])
    remember_roots(home, [Path("/a/below"), Path("/b"), Path("/c")])
    assert known_roots(home) == (Path("/b"), Path("/a"), Path("/c"))
    assert (tmp_path / ".ckreg" / "roots").read_text() == "/b\n/a\n/c\n"


def test_a_root_takes_in_those_below_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    remember_roots(home, [Path("/a/b"), Path("/c")])
    remember_roots(home, [Path("/a")])
    assert known_roots(home) == (Path("/c"), Path("/a"))


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("/x\n")
    (tmp_path / ".ckreg").mkdir()
    (tmp_path / ".ckreg" / "roots").symlink_to(precious)
    remember_roots(Home(tmp_path), [Path("/a")])
    assert precious.read_text() == "/x\n"


def test_a_name_that_cannot_stand_on_a_line_is_not_remembered(tmp_path: Path) -> None:
    remember_roots(Home(tmp_path), [Path("/a\nb"), Path("/\udcff")])
    assert known_roots(Home(tmp_path)) == ()
