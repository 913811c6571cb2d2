"""Where files lie: by the names that people know, and never over something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.scaffold.layout import (
    evaluation_folder,
    evaluation_output,
    output_folder,
    training_folder,
)


def test_a_run_has_a_folder_of_its_name() -> None:
    assert training_folder("Llama-3.2-1B-Instruct_rank4") == "Llama-3.2-1B-Instruct_rank4"


@pytest.mark.parametrize(
    ("epoch", "folder"), [(None, "r/eval/cap"), ("0", "r/eval/cap_epoch0"), ("best", "r/eval/cap_epochbest")]
)
def test_an_evaluation_has_one_below(epoch: str | None, folder: str) -> None:
    assert evaluation_folder("r", "cap", epoch) == folder


def test_jobs_write_where_log_patterns_look() -> None:
    """`ck-out-*/**/*.out` and `slurm-*.out`, as DEFAULT_LOG_PATTERNS has them."""
    assert output_folder("/scratch/me/", "exp", "r") == "/scratch/me/exp/ck-out-r"
    assert (
        evaluation_output("/scratch/me", "exp", "r", "cap", "1") == "/scratch/me/exp/ck-out-r/eval/cap_epoch1"
    )


@pytest.mark.parametrize("name", ["spec.yaml", "plan.seal", "scaffold.json", "Estimates.json", "results.csv"])
def test_a_run_with_the_name_of_a_file_there_has_another_folder(name: str) -> None:
    assert training_folder(name) == f"{name}.run"


@given(st.text(max_size=120), st.text(max_size=120))
def test_no_name_leaves_the_experiment(run: str, task: str) -> None:
    parts = evaluation_folder(run, task, "0").split("/")
    assert len(parts) == 4 - 1
    assert not {"", ".", ".."} & set(parts)
    assert all(part.isascii() and part.isprintable() and not part.startswith(("-", ".")) for part in parts)


def test_names_that_cannot_be_folders_stay_apart() -> None:
    assert len({evaluation_folder("r", task, None) for task in ("a b", "a_b", "a/b", "../a b", "a\nb")}) == 5
