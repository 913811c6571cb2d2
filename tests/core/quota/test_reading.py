"""What people read in the answers, worked out by hand: left = the lower limit - what is used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.quota import read_quota
from tests.core.quota import answers

TB, GB = 1e12 / 1024**3, 1e9 / 1024**3  # in GiB


@pytest.mark.parametrize(
    ("answer", "folder", "name", "left_gib", "files_left"),
    [
        pytest.param(answers.CHECKQUOTA, "/scratch/gpfs/ada", "/scratch/gpfs", 5 * TB, 700_000, id="gpfs"),
        pytest.param(
            answers.CHECKQUOTA, "/projects/LOVELACE/x", "/projects/LOVELACE", 3 * TB, None, id="group"
        ),
        pytest.param(answers.CHECKQUOTA, "/home/ada", "/home", 88.2 * GB, 897_200, id="home"),
        pytest.param(answers.CHECKQUOTA, "/scratch/local", "/scratch", None, None, id="no limit"),
        pytest.param(answers.QUOTA_S, "/home/users/ada", "/home/users", 0.0, 618_000, id="over"),
        pytest.param(answers.QUOTA_S, "/home/data", "/home/data", 1024.0 - 22, 9_966_565, id="no grace"),
        pytest.param(answers.QUOTA, "/home/ada", "/dev/sda1", 1.0, 618, id="blocks"),
        pytest.param(
            answers.LFS,
            "/hpc/projects/group.lab/x",
            "/hpc/projects/group.lab",
            5 * 1024.0,
            None,
            id="wrapped",
        ),
        pytest.param(answers.LFS, "/scratch/ada", "/scratch", 512.0, 987_655, id="lustre"),
        pytest.param(answers.LFS_KBYTES, "/scratch/ada", "/scratch", 3.0, 987_655, id="kbytes"),
        pytest.param(answers.MMLSQUOTA, "/gpfs/work/ada", "scale work USR", 388.0, 832_780, id="fileset"),
        pytest.param(answers.MMLSQUOTA_KB, "/x", "lab0 GRP", 512.0, None, id="KB"),
        pytest.param(answers.BEEGFS, "/x", "ada", 20.0, 9_999_983, id="beegfs"),
        pytest.param(answers.DF, "/scratch/ada", "/scratch", 100 * 1024.0, None, id="df"),
        pytest.param(answers.BROWN, "/oscar/home/ada", "/oscar/home", 75.0, 1_811_999, id="unit in head"),
        pytest.param(answers.PAIRS, "/scratch/ada/x", "/scratch/ada", 1023.75, None, id="pairs"),
        pytest.param(answers.PERCENT, "/x", "HOME", 604 * GB, 226_575, id="percent"),
        pytest.param(
            answers.UNDERSCORES, "/pscratch/ada", "pscratch", 18 * 1024.0, 9_900_850, id="underscores"
        ),
        pytest.param(answers.BARS, "/scratch/ada", "/scratch", 1000.0, None, id="bars"),
        pytest.param(answers.BOXES, "/home/ada", "/home", 24.5, None, id="boxes"),
    ],
)
def test_the_row_of_the_folder(
    answer: str, folder: str, name: str, left_gib: float | None, files_left: int | None
) -> None:
    quota, reason = read_quota(answer, [folder])
    assert reason is None
    assert quota is not None
    assert (quota.name, quota.files_left) == (name, files_left)
    assert quota.left_gib == (None if left_gib is None else pytest.approx(left_gib))


def test_it_says_why_it_is_this_row() -> None:
    def choice(answer: str, *folders: str, filesystem: tuple[str, ...] = ()) -> tuple[str, str]:
        quota, _ = read_quota(answer, folders, filesystem)
        assert quota is not None
        return quota.name, quota.choice

    assert choice(answers.LFS, "/scratch/ada") == ("/scratch", "it covers scratch_dir")
    assert choice(answers.QUOTA, "/home/ada") == ("/dev/sda1", "the only one that is told")
    tightest = "the tightest of 2, of which none is known to cover scratch_dir"
    assert choice(answers.PAIRS, "/elsewhere") == ("/home/ada", tightest)
    # a link's other name, and a device that df names
    assert choice(answers.PAIRS, "/link", "/scratch/ada/real")[0] == "/scratch/ada"
    lab = "nfs.example.org:/export/lab"
    assert choice(answers.QUOTA_S, "/data", filesystem=(lab, "/data")) == (lab, "it covers scratch_dir")


def test_no_quota_is_no_limit() -> None:
    quota, reason = read_quota("Disk quotas for user ada (uid 1002): none\n", ["/scratch"])
    assert reason is None
    assert quota is not None
    assert (quota.left_gib, quota.choice) == (None, "no quota is set")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "the answer is empty"),
        ("\n\x1b[31mno such group\n", "the answer is not understood: "),
        ("You have 3 files and 17 jobs\n", "the answer is not understood: You have 3 files and 17 jobs"),
        # a number without a unit may be blocks, bytes or GiB
        ("Name used limit\nada 17 100\n", "the answer is not understood: Name used limit"),
    ],
)
def test_what_is_not_understood_is_not_guessed(answer: str, reason: str) -> None:
    quota, why = read_quota(answer, ["/scratch"])
    assert quota is None
    assert why is not None
    assert why.startswith(reason)
    assert why.isprintable()


WORDS = st.sampled_from(
    [
        "used",
        "quota",
        "limit",
        "files",
        "grace",
        "-",
        "none",
        "0",
        "17",
        "1.5T",
        "80 GiB",
        "|",
        "/scratch",
        "%",
    ]
)
TABLES = st.lists(st.lists(WORDS, max_size=9).map("  ".join), max_size=6).map("\n".join)


@given(st.text() | TABLES, st.sampled_from(["/scratch/ada", "", "/"]))
def test_any_answer(answer: str, folder: str) -> None:
    quota, reason = read_quota(answer, [folder])
    assert (quota is None) == (reason is not None)
    if quota:
        assert quota.left_gib is None or 0 <= quota.left_gib < float("inf")
        assert quota.files_left is None or quota.files_left >= 0
        assert quota.name.isprintable()


@given(st.sampled_from(answers.ALL), st.data())
def test_an_answer_that_is_cut_off_never_fails(answer: str, data: st.DataObject) -> None:
    read_quota(answer[: data.draw(st.integers(0, len(answer)))], ["/scratch/ada"])
