"""The journal's entries of calculations and decisions; those of checks come with the checks themselves."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from ckreg.core.estimate.values import Basis, BatchSizeEstimate, TrainingRequest
from ckreg.core.journal import Entry
from ckreg.core.plan.checks import Check
from ckreg.core.plan.forecast import EvaluationForecast, Forecast, TrainingForecast
from ckreg.core.plan.values import Plan
from ckreg.core.units import count, counted, duration, gib

_NAMED = 5


def search_entry(
    at: datetime, found: Sequence[Basis], total: int, *, indexed: bool, score: str | None = None
) -> Entry:
    """SEARCH_PRIOR_RUNS: the call of `ckreg index`, the runs to rest on, and how earlier estimates did."""
    named = ", ".join(basis.log_path for basis in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    use = f"{count(len(found))} similar: {named}{more}" if found else "none similar"
    result = f"{count(total)} prior runs known, {use}" if total else "No prior runs found"
    result += f"; estimates: {score}" if score else ""
    fields = (
        ("Command", "ckreg index"),
        ("Result", result if indexed else f"{result} (logs not looked at again: --no-index)"),
        ("Explanation", "Searching for prior SLURM logs to extract training speed data for estimates"),
    )
    return Entry(at, "SEARCH_PRIOR_RUNS", "Looking for similar experiments", fields)


def batch_size_entries(
    at: datetime, estimates: Iterable[tuple[TrainingRequest, BatchSizeEstimate]]
) -> Iterator[Entry]:
    """CALCULATE_BATCH_SIZE for each request whose batch size was left to ckreg."""
    for request, estimate in estimates:
        yield _batch_size(at, request, estimate, f"Batch size of {request.model}")


def _batch_size(at: datetime, request: TrainingRequest, estimate: BatchSizeEstimate, about: str) -> Entry:
    asked = f"batch_size={request.batch_size}, " if request.batch_size else ""
    length = f"max_seq_len={request.max_seq_len}, " if request.max_seq_len else ""
    packed = f"packed={str(request.packed).lower()}"
    result = f"batch_size={estimate.batch_size}{_if_preliminary(preliminary=estimate.preliminary)}"
    advice = f"; {estimate.advice}" if estimate.advice else ""
    fields = (
        ("Input", f"model={request.model}, {asked}{packed}, {length}{_memory(request)}"),
        ("Calculation", estimate.calculation),
        ("Result", result),
        ("Explanation", f"Chosen from {_resting_on(estimate.basis)}{advice}"),
    )
    return Entry(at, "CALCULATE_BATCH_SIZE", about, fields)


def calculation_entries(at: datetime, forecast: Forecast) -> Iterator[Entry]:
    """EXTRACT_SPEED, CALCULATE_TIME and CALCULATE_DISK for runs that are alike, then their evaluations."""
    for group in forecast.training:
        yield _speed(at, group)
        yield _training_time(at, group)
        yield _disk(at, group)
        estimate = group.estimate.batch_size
        if estimate.advice:
            about = f"Batch size of {_runs(group.runs)}"
            yield _batch_size(at, group.request, estimate, about)
    for evaluations in forecast.evaluation:
        yield _evaluation_time(at, evaluations)


def _speed(at: datetime, group: TrainingForecast) -> Entry:
    speeds = [basis.seconds_per_step for basis in group.estimate.basis if basis.seconds_per_step]
    steps = ", ".join(f"{1 / speed:.2f} it/s" for speed in speeds[:_NAMED])
    result = f"Steady speed after warmup: {steps}" if speeds else "No prior run with a speed"
    fields = (
        ("Command", estimate_call(group.request)),
        ("Result", result),
        ("Explanation", f"Extracting iteration speed from {_resting_on(group.estimate.basis)}"),
    )
    return Entry(at, "EXTRACT_SPEED", f"Training speed of {_runs(group.runs)}", fields)


def _training_time(at: datetime, group: TrainingForecast) -> Entry:
    time = group.estimate.time
    fields = (
        ("Input", time.inputs),
        ("Calculation", time.calculation),
        ("Result", time.result),
        ("Explanation", f"Based on {time.tier.meaning}"),
    )
    return Entry(at, "CALCULATE_TIME", f"Training time estimate of {_runs(group.runs)}", fields)


def _disk(at: datetime, group: TrainingForecast) -> Entry:
    disk = group.estimate.disk
    kind = "adapters" if disk.adapter_only else "checkpoint"
    saved = f"{counted(disk.runs, 'run')}, {counted(disk.epochs_saved, 'epoch')} saved"
    fields = (
        *((("Command", "; ".join(disk.commands)),) if disk.commands else ()),
        ("Input", f"{saved}, {kind} {gib(disk.checkpoint_gib)}"),
        ("Calculation", disk.calculation),
        ("Result", f"{gib(disk.total_gib)}{_if_preliminary(preliminary=disk.preliminary)}"),
        ("Explanation", f"Based on {_resting_on(disk.basis)}"),
    )
    return Entry(at, "CALCULATE_DISK", f"Checkpoints of {_runs(group.runs)}", fields)


def _evaluation_time(at: datetime, group: EvaluationForecast) -> Entry:
    time, first = group.estimate, group.evaluations[0]
    total = time.median_seconds * len(group.evaluations)
    fields = (
        ("Input", time.inputs),
        ("Calculation", time.calculation),
        ("Result", f"{time.result}; {len(group.evaluations)} of this kind: {duration(total)}"),
        ("Explanation", f"Based on {time.tier.meaning}"),
    )
    return Entry(at, "CALCULATE_TIME", f"Evaluation time estimate of {first.model} on {first.task}", fields)


def decision_entries(at: datetime, plan: Plan, batch_sizes: str, recipe: str) -> Iterator[Entry]:
    """DECIDE_NAMING, DECIDE_RECIPE and DECIDE_BATCH_SIZE."""
    spec = plan.spec
    yield Entry(
        at,
        "DECIDE_NAMING",
        "Experiment name chosen",
        (
            ("Decision", plan.name),
            (
                "Reasoning",
                f"Task ({spec.task}), factor ({spec.factor}), dated; a run is its model and factors",
            ),
            ("Explanation", "The names follow from the spec"),
        ),
    )
    yield Entry(
        at,
        "DECIDE_RECIPE",
        "Recipe chosen",
        (
            ("Decision", recipe),
            ("Reasoning", "Named by the spec"),
            ("Explanation", "The same recipe trains all runs that are compared, unless the recipe is varied"),
        ),
    )
    yield Entry(
        at,
        "DECIDE_BATCH_SIZE",
        "Batch sizes chosen",
        (
            ("Decision", batch_sizes),
            ("Reasoning", "Set by the spec, or estimated where it says auto"),
            ("Explanation", "Runs of a model share one size, so that they differ in their factors only"),
        ),
    )


def create_entry(at: datetime, plan: Plan, path: str) -> Entry:
    """CREATE_SUMMARY."""
    total = len(plan.runs) + len(plan.controls)
    fields = (
        ("Command", f"Created {path}"),
        (
            "Result",
            f"File created with {total} runs ({len(plan.runs)} fine-tuned + {len(plan.controls)} controls)",
        ),
        ("Explanation", "Comprehensive experiment plan with all configurations and status tracking"),
    )
    return Entry(at, "CREATE_SUMMARY", "Writing experiment plan", fields)


def complete_entry(at: datetime, checks: Iterable[Check]) -> Entry:
    """COMPLETE, with the eight checks."""
    fields = (
        ("Status", "Ready for user review and approval"),
        ("Checks", "; ".join(f"{check.mark} {check.text}" for check in checks)),
        ("Next Steps", "User should review experiment_summary.md, then proceed with manual setup"),
        ("Explanation", "Planning phase complete, documented in summary and this log"),
    )
    return Entry(at, "COMPLETE", "Experiment design finished", fields)


def estimate_call(request: TrainingRequest) -> str:
    """The command that gives the estimate of a request again, with its calculation."""
    words = ["ckreg", "estimate", "--explain", "--model", request.model]
    options = {
        "--recipe": request.recipe,
        "--batch-size": request.batch_size,
        "--samples": request.samples,
        "--epochs": request.epochs,
        "--lora-rank": request.lora_rank,
        "--gpus": request.gpus,
        "--gpu-type": request.gpu_type,
        "--gpu-memory": request.gpu_memory_gib,
        "--grad-accum": request.grad_accum if request.grad_accum > 1 else None,
        "--max-seq-len": request.max_seq_len,
    }
    for option, value in options.items():
        words += [] if value is None else [option, str(value)]
    words += ["--packed" if request.packed else "--no-packed"]
    return shlex.join([*words, *(["--adapter-only"] if request.adapter_only else [])])


def _runs(names: Sequence[str]) -> str:
    more = f" and {len(names) - 1} more like it" if len(names) > 1 else ""
    return f"{names[0]}{more}"


def _resting_on(bases: Sequence[Basis]) -> str:
    if not bases:
        return "no prior run: typical values are used"
    named = ", ".join(basis.log_path for basis in bases[:_NAMED])
    return f"{len(bases)} prior runs: {named}" + (" ..." if len(bases) > _NAMED else "")


def _memory(request: TrainingRequest) -> str:
    return "GPU memory not known" if request.gpu_memory_gib is None else f"GPU {gib(request.gpu_memory_gib)}"


def _if_preliminary(*, preliminary: bool) -> str:
    return " (preliminary - verify with test run)" if preliminary else ""
