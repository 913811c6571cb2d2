import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.settings import Settings
from ckreg.core.sharding.sharing import Weighed, minutes_for, script, shared
from ckreg.errors import RefusedError

logs = st.lists(st.builds(Weighed, st.integers(0, 10**10), st.integers(0, 9)), max_size=40)


@given(logs, st.integers(1, 9))
def test_each_log_is_in_one_share_with_all_that_may_be_its_copies(logs: list[Weighed], number: int) -> None:
    shares = shared(logs, number)
    assert sorted(place for share in shares for place in share) == list(range(len(logs)))
    assert all(share == sorted(share) and share for share in shares)
    assert len(shares) == min(number, len({log.group for log in logs}))
    groups = [{logs[place].group for place in share} for share in shares]
    assert sum(map(len, groups)) == len({log.group for log in logs})


def test_shares_are_about_alike() -> None:
    # 8 + 3, 7 + 4 and 6 + 5 MiB: eleven each.
    logs = [Weighed(size * 2**20, group) for group, size in enumerate((8, 3, 7, 6, 5, 4))]
    assert shared(logs, 3) == [[0, 1], [2, 5], [3, 4]]


@pytest.mark.parametrize(
    ("sizes", "minutes"),
    [
        ([], 10),
        # 60 s + 2 x 1,000 x (0.1 s + 250 KiB / 4 MiB/s) = 382 s
        ([250 * 1024] * 1000, 10),
        # 60 s + 2 x 10,000 x 0.161 s = 3,281 s, 54.7 minutes
        ([250 * 1024] * 10_000, 55),
        # of a terabyte 16 MiB are read: 60 s + 2 x 100 x 4.1 s = 880 s
        ([2**40] * 100, 15),
    ],
)
def test_time_limits(sizes: list[int], minutes: int) -> None:
    assert minutes_for(sizes) == minutes


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_words_are_words_whatever_they_hold(word: str) -> None:
    word = word.encode(errors="ignore").decode()
    if not word.isprintable():
        return
    last = script(["python", "-C", word], "/a b/shard-", 10, Settings()).splitlines()[-1]
    assert shlex.split(last) == ["exec", "python", "-C", word, "/a b/shard-$SLURM_ARRAY_TASK_ID"]


def test_a_setting_that_is_no_word_is_refused() -> None:
    with pytest.raises(RefusedError, match="account"):
        script(["x"], "y", 10, Settings(account="a b"))


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not here")
def test_shellcheck_has_nothing_to_say(tmp_path: Path) -> None:
    path = tmp_path / "index.slurm"
    path.write_text(
        script(["/usr/bin/python3", "-C", "it's \n$(x)"], "/a b/shard-", 10, Settings(account="a"))
    )
    done = subprocess.run(["shellcheck", str(path)], capture_output=True, text=True, check=False)
    assert done.stdout == ""
