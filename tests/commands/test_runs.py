"""Questions about runs, over a registry whose runs, jobs and results are put there by hand."""

from collections.abc import Mapping, Sequence

import pytest

from ckreg.adapters.cache import open_cache
from ckreg.adapters.tree import Home
from ckreg.commands.runs import runs
from ckreg.core.asking.runs import RunFilters
from ckreg.errors import RefusedError, UsageError
from ckreg.flows.caching import cache_path
from ckreg.flows.refreshing import fresh_cache
from tests.documents import EXPERIMENT, SUMMARY

SECOND = "sums_lr_sweep_2025-12-01"
ALL = ["L1B_rank4", "L1B_rank64", "L1B_base"]


def asked(home: Home, **filters: object) -> list[str]:
    """The names of the runs that are so."""
    return [str(name) for [name] in runs(home, RunFilters(columns=("run_name",), **filters)).rows]  # type: ignore[arg-type]


def row(home: Home, run: str, *columns: str) -> dict[str, object]:
    answer = runs(home, RunFilters(runs=(run,), columns=columns))
    [found] = answer.rows
    return dict(zip(answer.columns, found, strict=True))


def put(home: Home, **tables: Sequence[Mapping[str, object]]) -> None:
    fresh_cache(home).close()
    with open_cache(cache_path(home)) as cache, cache.writing():
        for table, rows in tables.items():
            cache.put(table, rows)


def log(path: str, mtime: int, **measured: object) -> dict[str, Sequence[Mapping[str, object]]]:
    measurement = {"log_path": path, "segment": 0, "kind": "finetune", **measured}
    return {"logs": [{"path": path, "mtime_ns": mtime}], "measurements": [measurement]}


def edit(home: Home, old: str, new: str) -> None:
    document = home.summary(EXPERIMENT)
    assert old in document.read_text()
    document.write_text(document.read_text().replace(old, new))


@pytest.fixture
def two(home: Home) -> Home:
    """A second experiment beside the first, with another model, of which one run failed."""
    document = home.summary(SECOND)
    document.parent.mkdir()
    text = (
        SUMMARY.replace("L1B", "Q0.5B").replace(EXPERIMENT, SECOND).replace("2025-10-22 14", "2025-12-01 14")
    )
    row = "| Q0.5B_rank4 | {} | - | {} | - | - |"
    text = text.replace(row.format("pending", "-"), row.format("failed", "2025-12-03 10:00:00"))
    document.write_text(
        text.replace("- **Epochs:** 2", "- **Epochs:** 2\n- **Learning rate:** 3e-4\n- **seed:** 7")
    )
    return home


def test_every_run_in_the_order_of_the_plan(home: Home) -> None:
    assert asked(home) == ALL


def test_the_usual_columns(home: Home) -> None:
    answer = runs(home, RunFilters(runs=("L1B_rank4",)))
    assert answer.columns == ("experiment", "run_name", "status", "elapsed_seconds", "notes")
    assert answer.rows == ((EXPERIMENT, "L1B_rank4", "pending", None, None),)


def test_columns_that_were_asked_about_are_shown(home: Home) -> None:
    answer = runs(home, RunFilters(where=("lora_rank > 4",), sort=("-epochs",)))
    assert answer.columns[4:] == ("lora_rank", "epochs", "notes")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"runs": ("*_rank*",)}, ["L1B_rank4", "L1B_rank64", "Q0.5B_rank4", "Q0.5B_rank64"]),
        ({"runs": ("L1B_rank6",)}, []),
        ({"runs": ("L1B_base", "*5B_base")}, ["L1B_base", "Q0.5B_base"]),
        ({"experiments": ("sums",), "models": ("Q*",), "statuses": ("failed",)}, ["Q0.5B_rank4"]),
        ({"experiments": ("*8L*",), "runs": ("*4",)}, ["L1B_rank4", "L1B_rank64"]),
        ({"models": ("L1B",), "where": ("lora_rank >= 16",)}, ["L1B_rank64"]),
        ({"where": ("lora_rank >= 16", "model = 'Q0.5B'")}, ["Q0.5B_rank64"]),
        ({"where": ("1 = 1 OR 1 = 1",), "models": ("none",)}, []),
        ({"where": ("learning_rate > 1e-5 AND seed = 7 -- both",)}, ["Q0.5B_rank4", "Q0.5B_rank64"]),
        ({"since": "2025-12", "statuses": ("failed", "completed")}, ["Q0.5B_rank4"]),
        ({"since": "2025-12-02"}, ["Q0.5B_rank4"]),
        ({"since": "2025-12-04"}, []),
        ({"sort": ("-lora_rank", "model"), "limit": 3}, ["L1B_rank64", "Q0.5B_rank64", "L1B_rank4"]),
        ({"sort": ("-status",), "limit": 0}, []),
    ],
)
def test_filters(two: Home, filters: dict[str, object], found: list[str]) -> None:
    assert asked(two, **filters) == found


def test_counting(two: Home) -> None:
    assert runs(two, RunFilters(models=("Q*",), count=True)) == (("count",), ((3,),))


def test_a_base_model_is_as_far_as_its_evaluations(home: Home) -> None:
    assert row(home, "L1B_base", "status", "evaluations") == {"status": "pending", "evaluations": 1}
    edit(home, "| L1B_base | cap | - | pending |", "| L1B_base | cap | - | completed |")
    assert row(home, "L1B_base", "status", "evaluations_completed") == {
        "status": "completed",
        "evaluations_completed": 1,
    }


def test_of_several_logs_the_newest_counts_once(home: Home) -> None:
    told = {"experiment": EXPERIMENT, "run_name": "L1B_rank4"}
    edit(home, "| L1B_rank4 | pending | - |", "| L1B_rank4 | failed | - |")
    put(home, **log("/a", 1, outcome="failed", **told))
    put(home, **log("/b", 2, outcome="timeout", **told))
    assert row(home, "L1B_rank4", "outcome", "log_path") == {"outcome": "timeout", "log_path": "/b"}
    assert runs(home, RunFilters(count=True)).rows == ((3,),)


def test_the_log_of_the_documents_job_counts_before_a_newer_one(home: Home) -> None:
    told = {"experiment": EXPERIMENT, "run_name": "L1B_rank4"}
    edit(home, "| L1B_rank4 | pending | - |", "| L1B_rank4 | completed | 7 |")
    put(home, **log("/a", 1, outcome="completed", job_id="7", **told))
    put(home, **log("/b", 2, outcome="timeout", job_id="6", **told))
    assert row(home, "L1B_rank4", "outcome") == {"outcome": "completed"}


def test_a_log_of_the_same_job_id_elsewhere_does_not_count_before_its_own(home: Home) -> None:
    whose = {"run_name": "L1B_rank4", "job_id": "7"}
    edit(home, "| L1B_rank4 | pending | - |", "| L1B_rank4 | completed | 7 |")
    put(home, **log("/b", 2, outcome="timeout", experiment="theirs", **whose))
    assert row(home, "L1B_rank4", "outcome") == {"outcome": "timeout"}
    put(home, **log("/a", 1, outcome="completed", experiment=EXPERIMENT, **whose))
    assert row(home, "L1B_rank4", "outcome") == {"outcome": "completed"}


def test_a_retry_that_waits_has_nothing_of_the_try_before(home: Home) -> None:
    edit(home, "| L1B_rank4 | pending | - |", "| L1B_rank4 | running | 8 |")
    put(home, **log("/a", 1, outcome="timeout", job_id="7", experiment=EXPERIMENT, run_name="L1B_rank4"))
    assert row(home, "L1B_rank4", "outcome") == {"outcome": None}


def test_the_job_tells_what_no_log_does(home: Home) -> None:
    edit(home, "| L1B_rank4 | pending | - |", "| L1B_rank4 | failed | 7 |")
    job = {"source": "sacct", "scope": "", "cluster": "lab", "job_id": "7", "state": "TIMEOUT"}
    first = job | {"submitted": "2025-01-01T10:00:00", "outcome": "completed", "elapsed_seconds": 1}
    again = job | {"submitted": "2025-10-22T10:00:00", "outcome": "timeout", "elapsed_seconds": 60}
    put(home, jobs=[first, again])
    assert row(home, "L1B_rank4", "outcome", "elapsed_seconds", "job_state") == {
        "outcome": "timeout",
        "elapsed_seconds": 60,
        "job_state": "TIMEOUT",
    }


def result(task: str | None, epoch: str | None, value: float, metric: str = "accuracy") -> dict[str, object]:
    place = {"experiment": EXPERIMENT, "run_name": "L1B_rank4", "task": task, "epoch": epoch}
    return {**place, "metric": metric, "value": value}


def test_results_are_those_of_the_last_epoch_and_the_mean_over_tasks(home: Home) -> None:
    put(
        home,
        results=[
            result("cap", "2", 0.1),
            result("cap", "10", 0.5),
            result("sums", "best (3)", 0.9),
            result("sums", "1", 0.2),
            result("cap-8L", None, 0.4),
            result(None, "10", 2.5, "eval_loss"),
        ],
    )
    columns = ("accuracy", "cap.accuracy", "sums.accuracy", "cap-8L.accuracy", "eval_loss")
    assert row(home, "L1B_rank4", *columns) == dict(
        zip(columns, (pytest.approx((0.5 + 0.9 + 0.4) / 3), 0.5, 0.9, 0.4, 2.5), strict=True)
    )
    assert asked(home, where=("cap.accuracy >= 0.5",)) == ["L1B_rank4"]
    assert asked(home, sort=("-accuracy",)) == ALL
    assert "accuracy" in runs(home, RunFilters()).columns
    assert asked(home, where=('"cap-8L.accuracy" > 0.5',)) == []


def test_all_columns(two: Home) -> None:
    answer = runs(two, RunFilters(columns=("all",), runs=("Q0.5B_rank4",)))
    told = dict(zip(answer.columns, answer.rows[0], strict=True))
    assert (told["learning_rate"], told["seed"], told["batch_size"]) == (3e-4, 7, 4)


@pytest.mark.parametrize(
    "filters",
    [
        {"columns": ("nothing",)},
        {"sort": ("-nothing",)},
        {"where": ("nothing > 1",)},
    ],
)
def test_what_there_is_not_is_said(home: Home, filters: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(UsageError, match="There is no column `nothing`"):
        runs(home, RunFilters(**filters))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "lora_rank >", ")", "1; DROP TABLE runs", "x'", "?", "(SELECT 1, 2)"])
def test_what_is_no_condition_is_explained(home: Home, text: str) -> None:
    with pytest.raises(UsageError):
        runs(home, RunFilters(where=(text,)))


def test_a_condition_only_reads(home: Home) -> None:
    with pytest.raises(RefusedError, match="load_extension"):
        runs(home, RunFilters(where=("load_extension('x') = 1",)))


def test_what_is_no_date_is_said(home: Home) -> None:
    with pytest.raises(UsageError, match="neither a revision nor a date"):
        runs(home, RunFilters(since="2026-13"))
