"""The library's front door."""

import subprocess
import sys

import pytest

from ckreg import Registry
from ckreg.adapters.tree import Home
from ckreg.errors import NotFoundError, RefusedError, UsageError
from tests.documents import EXPERIMENT
from tests.logs import BUNDLED


def test_what_the_command_line_does_python_does(home: Home) -> None:
    registry = Registry.open(home.root / "experiments")
    assert [experiment.name for experiment in registry.experiments()] == [EXPERIMENT]
    done = registry.set_status("cap_8L", "L1B_rank4", status="running", job_id="7", epoch=None)
    assert done.commit
    assert registry.experiment("cap").summary.fine_tuning[0].job_id == "7"
    registry.set_status("cap_8L", "L1B_rank4", task="cap", epoch=1, status="completed")
    assert registry.query("SELECT run_name, epoch FROM evaluations WHERE status = 'completed'") == [
        {"run_name": "L1B_rank4", "epoch": "1"}
    ]
    assert registry.check() == []


def test_what_happened_and_what_was(home: Home) -> None:
    registry = Registry.open(home.root)
    registry.set_status("cap_8L", "L1B_rank4", status="running", job_id="7")
    [told] = registry.history("cap_8L", "L1B_rank4", by="person")
    assert (told.words, told.who) == ("L1B_rank4: pending -> running", "Ada Lovelace")
    sql = "SELECT status FROM runs WHERE run_name = 'L1B_rank4'"
    assert registry.query(sql, at="HEAD~1") == [{"status": "pending"}]
    assert registry.experiment("cap").at("HEAD~1").fine_tuning[0].status == "pending"


def test_what_is_missing_is_told(home: Home) -> None:
    verification = Registry.open(home.root).verify("cap_8L")
    assert next((found.kind, found.ok) for found in verification.resources) == ("dataset", False)
    assert not verification.same


def test_estimates_rest_on_what_was_indexed(home: Home) -> None:
    subprocess.run(
        [sys.executable, "-m", "ckreg", "-C", home.root, "index", BUNDLED], check=True, capture_output=True
    )
    found = Registry.open(home.root).estimate(
        "Llama-mini-8M-Instruct",
        "lora_finetune_single_device",
        batch_size=8,
        samples=640,
        epochs=2,
        lora_rank=4,
    )
    assert [run.job_id for run in found.time.basis] == ["19"]


@pytest.mark.parametrize("wish", [{"status": "bogus"}, {"by": "nobody", "note": "x"}, {}])
def test_a_word_that_is_none_of_its_values_is_a_usage_error(home: Home, wish: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        Registry.open(home.root).set_status(EXPERIMENT, "L1B_rank4", **wish)  # type: ignore[arg-type]  # on purpose


def test_failures_are_those_of_the_command_line(home: Home) -> None:
    registry = Registry.open(home.root)
    with pytest.raises(NotFoundError):
        registry.experiment("nope")
    with pytest.raises(RefusedError):
        registry.query("DELETE FROM runs")


def test_importing_costs_nothing() -> None:
    script = "import ckreg, sys; print(sorted(name for name in sys.modules if name.startswith('ckreg')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "['ckreg']\n"


def test_results_are_read_from_what_is_kept(home: Home) -> None:
    (home.experiments / EXPERIMENT / "results.csv").write_text(
        "run_name,task,epoch,metric,value,stderr,samples,seed,scorer,outcome,source,source_kind,at\n"
        "L1B_rank4,cap,1,accuracy,0.75,,,,,,,,\n"
        "L1B_base,cap,,accuracy,0.5,,,,,,,,\n"
    )
    [tuned, base] = Registry(home).experiment(EXPERIMENT).results
    assert (tuned.run_name, tuned.mean, tuned.difference) == ("L1B_rank4", 0.75, 0.25)
    assert (base.run_name, base.mean, base.difference) == ("L1B_base", 0.5, None)


def test_runs_by_filters(home: Home) -> None:
    registry = Registry.open(home.root)
    [row] = registry.runs(
        "L1B_*", model="L1B", where=["lora_rank >= 16", "batch_size = 4"], sort="-lora_rank"
    )
    assert (row["run_name"], row["status"], row["epochs"]) == ("L1B_rank64", "pending", 2)
    assert registry.runs(status=["failed", "running"], columns=["run_name"]) == []
    assert registry.runs(columns="run_name", limit=1) == [{"run_name": "L1B_rank4"}]
    with pytest.raises(UsageError, match="'done' is none of"):
        registry.runs(status="done")


def test_a_query_with_values(home: Home) -> None:
    registry = Registry.open(home.root)
    sql = "SELECT run_name FROM runs WHERE lora_rank = :rank"
    assert registry.query(sql, rank=64) == [{"run_name": "L1B_rank64"}]
