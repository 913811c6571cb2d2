"""Which rows are sent, in which calls."""

import subprocess
from pathlib import Path

import pytest

from ckreg.core.scheduler.sending import job_name
from ckreg.core.submission.planning import Batch, batches, selected, unknown, within
from ckreg.core.submission.record import Intent, Place, as_text, read_intent
from ckreg.core.submission.script import alike, array_script, member, sbatch_options
from ckreg.core.summary import parse
from ckreg.core.summary.rows import RowKey
from ckreg.errors import MalformedError
from tests.documents import SUMMARY

SCRIPT = """\
#!/bin/bash -l
#SBATCH --job-name=a
#SBATCH --output=/s/ck-out-a/slurm-%j.out
#SBATCH --time=5
true
"""
ALIKE = alike(SCRIPT)


def keys(summary: str, *wanted: str) -> list[str]:
    return [str(work.key) for work in selected(parse(summary), wanted).works]


def calls(summary: str, largest: int = 1000, room: int | None = None) -> list[Batch]:
    works = within(selected(parse(summary)).works, room)
    return batches(works, {work.key: ALIKE for work in works}, largest)


def shown(found: list[Batch]) -> list[tuple[list[str], tuple[int, ...], int | None, bool]]:
    return [([str(work.key) for work in each.works], each.tasks, each.after, each.by_task) for each in found]


def test_an_evaluation_comes_behind_its_training() -> None:
    assert keys(SUMMARY) == [
        "L1B_rank4",
        "L1B_rank4, cap, epoch 0",
        "L1B_rank4, cap, epoch 1",
        "L1B_rank64",
        "L1B_rank64, cap, epoch best",
        "L1B_base, cap",
    ]
    works = selected(parse(SUMMARY)).works
    assert [work.folder for work in works] == [
        "L1B_rank4",
        "L1B_rank4/eval/cap_epoch0",
        "L1B_rank4/eval/cap_epoch1",
        "L1B_rank64",
        "L1B_rank64/eval/cap_epochbest",
        "L1B_base/eval/cap",
    ]
    assert works[1].after == RowKey("L1B_rank4")
    assert works[5].after is None


def test_runs_are_chosen_by_pattern() -> None:
    assert keys(SUMMARY, "*_base") == ["L1B_base, cap"]
    assert unknown(parse(SUMMARY), ["*_rank4", "nobody"]) == ["nobody"]


def test_what_runs_is_done_or_sent_is_skipped() -> None:
    text = SUMMARY.replace("| L1B_rank4 | pending | - |", "| L1B_rank4 | running | 7 |").replace(
        "| L1B_rank64 | pending | - |", "| L1B_rank64 | pending | 8 |"
    )
    found = selected(parse(text))
    assert [(str(each.key), each.why) for each in found.skipped] == [
        ("L1B_rank4", "running"),
        ("L1B_rank64", "job 8 is sent"),
    ]
    assert [(work.after, work.after_job) for work in found.works] == [
        (None, "7"), (None, "7"), (None, "8"), (None, None),
    ]  # fmt: skip


def test_behind_a_training_that_failed_nothing_is_sent() -> None:
    text = SUMMARY.replace("| L1B_rank4 | pending |", "| L1B_rank4 | failed |")
    found = selected(parse(text), ["L1B_rank4"])
    assert found.works == ()
    assert {each.why for each in found.skipped[1:]} == {"its training failed"}
    text = SUMMARY.replace("| L1B_rank4 | pending |", "| L1B_rank4 | completed |")
    assert {work.after_job for work in selected(parse(text), ["L1B_rank4"]).works} == {None}


@pytest.mark.parametrize("name", ["../x", "a b", "-x", ".", "a/b", "a;b"])
def test_a_name_that_is_no_folders_is_not_sent(name: str) -> None:
    found = selected(parse(SUMMARY.replace("| L1B_rank4 |", f"| {name} |")))
    assert not [work for work in found.works if work.key.run == name]


def test_alike_runs_are_one_call_and_each_task_waits_for_its_own_training() -> None:
    assert shown(calls(SUMMARY)) == [
        (["L1B_rank4", "L1B_rank64"], (0, 1), None, False),
        (["L1B_rank4, cap, epoch 0"], (), 0, False),
        (["L1B_rank4, cap, epoch 1"], (), 0, False),
        (["L1B_rank64, cap, epoch best"], (), 0, False),
        (["L1B_base, cap"], (), None, False),
    ]
    same = SUMMARY.replace("| L1B_rank64 | cap | best |", "| L1B_rank64 | cap | 1 |")
    assert shown(calls(same))[2] == (
        ["L1B_rank4, cap, epoch 1", "L1B_rank64, cap, epoch 1"], (0, 1), 0, True,
    )  # fmt: skip
    single = calls(SUMMARY)[3]
    assert (single.after, single.after_task) == (0, 1)


def test_an_array_is_never_larger_than_the_cluster_takes() -> None:
    assert {len(each.works) for each in calls(SUMMARY, largest=1)} == {1}


def test_only_so_many_as_there_is_room_for() -> None:
    works = selected(parse(SUMMARY)).works
    assert [str(work.key) for work in within(works, 2)] == ["L1B_rank4", "L1B_rank4, cap, epoch 0"]
    assert within(works, 0) == within(works, -3) == ()
    assert within(works, None) == works


def test_scripts_are_alike_but_for_their_name_and_log() -> None:
    other = SCRIPT.replace("=a\n", "=b\n").replace("ck-out-a", "ck-out-b")
    assert alike(SCRIPT) == alike(other)
    assert ALIKE is not None
    assert ALIKE.options == ("--time=5",)
    assert alike(SCRIPT.replace("--time=5", "--time=6")) != ALIKE
    for alone in ("--array=1-3", "--dependency=afterok:3", "--chdir=/x", "-D /x", "--output=%t.out"):
        assert alike(SCRIPT.replace("--time=5", alone)) is None
    assert alike("echo no interpreter\n") is None


def test_options_after_the_first_command_do_not_count() -> None:
    assert sbatch_options("#!/bin/sh\n# a\n#SBATCH -t 5\n\ntrue\n#SBATCH -t 6\n") == ["-t 5"]


def test_the_script_of_an_array_runs_each_in_its_folder_with_its_own_log(tmp_path: Path) -> None:
    members = []
    for index, name in enumerate(("a b", "it's $(touch x)")):
        folder = tmp_path / name
        folder.mkdir()
        script = f"#!/bin/bash -l\n#SBATCH --output={folder}/slurm-%j.out\npwd\n"
        (folder / "f.slurm").write_text(script)
        members.append((index, member(str(folder), "f.slurm", script)))
    assert ALIKE is not None
    text = array_script(ALIKE, members)
    for index, each in members:
        done = subprocess.run(
            ["bash", "-c", text],
            env={"SLURM_ARRAY_JOB_ID": "500", "SLURM_ARRAY_TASK_ID": str(index), "PATH": "/bin:/usr/bin"},
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        assert done.stdout == b""
        log = Path(each.folder) / f"slurm-500_{index}.out"
        assert log.read_text().splitlines()[-1] == each.folder
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a b", "it's $(touch x)"]


def test_a_note_reads_back() -> None:
    intent = Intent(
        id="0123abcd", experiment="e", what="r", sent_at=1.5, job="12", cluster="lab",
        places=(Place(RowKey("r", "cap", "0"), 3), Place(RowKey("s"))),
    )  # fmt: skip
    assert read_intent(as_text(intent)) == intent
    assert intent.name == job_name("r", "0123abcd") == "r.0123abcd"
    assert [intent.job_of(place) for place in intent.places] == ["12_3", "12"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"id": 1}', "[" * 100_000])
def test_what_is_no_note(text: str) -> None:
    with pytest.raises(MalformedError):
        read_intent(text)
