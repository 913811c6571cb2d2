"""The words of sbatch, what it answers, and what to change where it refuses."""

import pytest

from ckreg.core.scheduler.queue import parse_squeue
from ckreg.core.scheduler.refusals import line_of, refusal_of
from ckreg.core.scheduler.sending import (
    Accepted,
    Dependency,
    Order,
    ranges,
    read_accepted,
    read_name,
    sbatch_words,
)

ORDER = Order(name="r.0123abcd", script="finetune.slurm", folder="/x")


def test_the_words_of_one_job() -> None:
    assert sbatch_words(ORDER) == ["sbatch", "--parsable", "--job-name=r.0123abcd", "finetune.slurm"]
    after = Order(name="r.0123abcd", script="eval.slurm", folder="/x", after=Dependency("12_3"))
    assert sbatch_words(after)[3:5] == ["--dependency=afterok:12_3", "--kill-on-invalid-dep=yes"]


def test_the_words_of_an_array() -> None:
    array = Order(
        name="e.0123abcd", script="a.slurm", folder="/x", tasks=(0, 1, 2, 5),
        after=Dependency("12", by_task=True), log="/y/a.out",
    )  # fmt: skip
    assert sbatch_words(array)[3:] == [
        "--array=0-2,5",
        "--dependency=aftercorr:12",
        "--kill-on-invalid-dep=yes",
        "--output=/y/a.out",
        "a.slurm",
    ]


def test_ranges() -> None:
    assert ranges([0]) == "0"
    assert ranges([0, 1, 3, 4, 5, 9]) == "0-1,3-5,9"


def test_what_sbatch_answers() -> None:
    assert read_accepted("12345\n") == Accepted("12345")
    assert read_accepted("Welcome!\n12345;della\n") == Accepted("12345", "della")
    assert read_accepted("") is None
    assert read_accepted("Submitted batch job 5") is None


def test_names() -> None:
    assert read_name("Llama-3.2-1B_rank4.0123abcd") == ("Llama-3.2-1B_rank4", "0123abcd")
    for other in (None, "", "wrap", "r.0123ABCD", "r.0123abc", "a|b.0123abcd"):
        assert read_name(other) is None


# What sbatch 22.05.8 printed.
SAID = {
    "sbatch: error: invalid partition specified: nosuch\n"
    "sbatch: error: Batch job submission failed: Invalid partition name specified": "partition",
    "sbatch: error: Memory specification can not be satisfied\n"
    "sbatch: error: Batch job submission failed: Requested node configuration is not available": "mem",
    "sbatch: error: Batch job submission failed: Requested node configuration is not available": "gres",
    "sbatch: error: Invalid --time specification": "time",
    "sbatch: error: Batch job submission failed: Invalid feature specification": "constraint",
    "sbatch: error: Batch job submission failed: Invalid job array specification": "array",
    "sbatch: error: Batch job submission failed: Invalid account or account/partition combination": "account",
    "sbatch: error: Batch script contains DOS line breaks (\\r\\n)\n"
    "sbatch: error: instead of expected UNIX line breaks (\\n).": None,
    "sbatch: unrecognized option '--bogus'\nTry \"sbatch --help\" for more information": None,
    "": None,
}


@pytest.mark.parametrize("said", SAID)
def test_a_refusal_names_what_to_change(said: str) -> None:
    refusal = refusal_of(said)
    assert refusal.option == SAID[said]
    assert not refusal.unclear
    assert refusal.remedy.endswith(".")
    assert "sbatch: error" not in refusal.said


@pytest.mark.parametrize(
    "said",
    [
        "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
        "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)",
    ],
)
def test_where_the_controller_is_silent_the_job_may_have_arrived(said: str) -> None:
    assert refusal_of(said).unclear


def test_a_machine_without_a_cluster_is_no_fault_of_the_script() -> None:
    said = "sbatch: fatal: Could not establish a configuration source"  # Slurm 22.05, without slurm.conf
    assert "--local" in refusal_of(said).remedy


def test_hostile_words_stay_on_one_line() -> None:
    assert refusal_of("\x1b[31mbad\nworse").said == "[31mbad worse"


def test_the_line_of_an_option() -> None:
    script = "#!/bin/bash\n#SBATCH --time=1\n#SBATCH -p gpu\n#SBATCH --mem-per-cpu=3\n"
    assert line_of(script, "partition") == 3
    assert line_of(script, "time") == 2
    assert line_of(script, "account") is None
    assert line_of(script, None) is None


def test_the_queue() -> None:
    text = "1_0|8|RUNNING|None|2026-11-23T10:00:00|a|b\n2|2|PD|Priority|N/A|x\ncut|2\nslurm_load_jobs error\n"
    first, second = parse_squeue(text)
    assert (first.job_id, first.raw_id, first.state, first.reason, first.name) == (
        "1_0", "8", "RUNNING", None, "a|b",
    )  # fmt: skip
    assert (second.state, second.reason, second.submitted) == ("PENDING", "Priority", None)
