import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.commit_hosts import host_patterns, is_among, with_host

FILE = """\
# where people log in
login*          # two of them
*.Vis.example.org

della8
"""


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("login1", True),
        ("LOGIN2.hpc.example.org", True),
        ("a.vis.example.org", True),
        ("della8.princeton.edu", True),
        ("della80", False),
        ("node17", False),
    ],
)
def test_a_host_is_meant_by_a_pattern(host: str, *, expected: bool) -> None:
    assert is_among(host, host_patterns(FILE)) is expected


def test_a_new_file_says_what_it_is_for() -> None:
    text = with_host(None, "login1")
    assert text.startswith("# Hosts that commit")
    assert host_patterns(text) == ("login1",)


def test_a_host_that_is_meant_is_not_added() -> None:
    assert with_host(FILE, "login7") == FILE


@given(
    st.text(st.characters(exclude_characters="\r")), st.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True)
)
def test_an_added_host_commits_and_the_rest_stays(text: str, host: str) -> None:
    added = with_host(text, host)
    assert added.startswith(text)
    assert is_among(host, host_patterns(added))
