"""`ckreg estimate`: time, disk and batch size of a fine-tuning run."""

from textwrap import wrap
from typing import Any

import click

from ckreg.cli.answers.estimate import estimated
from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, note
from ckreg.cli.scoring import show_score
from ckreg.commands.estimate import estimate
from ckreg.core.estimate import Estimate, TrainingRequest
from ckreg.core.estimate.values import PRELIMINARY, Basis
from ckreg.core.units import count, duration, gib
from ckreg.errors import UsageError

_SHOWN_RUNS = 5
_NEEDED = ("model", "recipe", "samples")
_INDENT = " " * 14
_WIDTH = 80


@click.command()
@click.option("--model", metavar="MODEL", help="The model folder's name.")
@click.option("--recipe", metavar="RECIPE", help="The recipe, as `tune ls` names it.")
@click.option("--batch-size", type=int, metavar="N", help="Per GPU and step; without it the estimated one.")
@click.option("--samples", type=int, metavar="N", help="Samples in the training split, before packing.")
@click.option("--epochs", type=int, metavar="N", default=1, show_default=True, help="Epochs of training.")
@click.option("--lora-rank", type=int, metavar="N", help="Without it runs of any rank count.")
@click.option("--packed/--no-packed", default=False, show_default=True, help="Whether the dataset is packed.")
@click.option("--gpus", type=int, metavar="N", default=1, show_default=True, help="GPUs of the job.")
@click.option("--gpu-type", metavar="TYPE", help="Such as A100; prior runs on it count first.")
@click.option("--gpu-memory", "gpu_memory_gib", type=float, metavar="GIB", help="Memory of one GPU in GiB.")
@click.option(
    "--grad-accum", type=int, metavar="N", default=1, show_default=True, help="Gradient accumulation steps."
)
@click.option("--max-steps-per-epoch", type=int, metavar="N", help="Where an epoch ends early.")
@click.option("--drop-last", is_flag=True, help="An epoch's last batch is left out where it is not whole.")
@click.option(
    "--dataset", metavar="PATH", help="Its path; packed runs of it tell how many samples a row holds."
)
@click.option("--validation/--no-validation", default=False, show_default=True, help="After each epoch.")
@click.option("--max-seq-len", type=int, metavar="N", help="Longest sequence in tokens; memory follows it.")
@click.option(
    "--adapter-only/--full-checkpoints",
    default=False,
    show_default=True,
    help="Whether only LoRA adapters are saved.",
)
@click.option(
    "--runs",
    type=int,
    metavar="N",
    default=1,
    show_default=True,
    help="Runs whose checkpoints the disk holds.",
)
@click.option("--no-index", is_flag=True, help="Rest on what is indexed; look for no new logs.")
@click.option("--explain", is_flag=True, help="Show the calculations and all runs that they rest on.")
@click.option("--score", is_flag=True, help="Show how past estimates did, instead of a new one.")
@click.option("--leave-one-out", is_flag=True, help="Score prior runs, each from other experiments' runs.")
@json_option
@click.pass_obj
def command(
    place: Place,
    /,
    *,
    as_json: bool,
    explain: bool,
    no_index: bool,
    score: bool,
    leave_one_out: bool,
    **asked: Any,  # noqa: ANN401  # the options above
) -> None:
    """Estimate time, disk and batch size from prior runs.

    The numbers come from prior runs that `ckreg index` has read, the nearest first; where there are none,
    from typical ranges by model size, marked as preliminary.

    \b
    Example:
      ckreg estimate --model Llama-3.2-1B-Instruct --recipe lora_finetune_single_device \\
        --batch-size 4 --samples 8000 --epochs 2
      ckreg estimate --score
    """
    if score or leave_one_out:
        if given := _given(asked):
            note(f"The score is that of all estimates: {given} not looked at.")
        show_score(place, leave_one_out=leave_one_out, as_json=as_json, index=not no_index)
        return
    if missing := [name for name in _NEEDED if asked[name] is None]:
        raise UsageError(
            f"Say what to estimate: {', '.join(f'--{name}' for name in missing)} missing. "
            "Or --score shows how past estimates did."
        )
    found = estimate(place.home(), TrainingRequest(**asked), index=not no_index)
    if as_json:
        emit_json(estimated(found, explain=explain))
    else:
        _show(found, asked["model"], explain=explain)


def _given(asked: dict[str, Any]) -> str:
    """The options that name a run, where any was given."""
    names = [f"--{name}" for name in _NEEDED if asked[name] is not None]
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}" if names else ""


def _show(found: Estimate, model: str, *, explain: bool) -> None:
    time, disk, batch = found.time, found.disk, found.batch_size
    emit(f"Estimate for {model}", bold=True)
    emit(f"  Time        {duration(time.median_seconds)}, 90th percentile {duration(time.p90_seconds)}")
    emit(f"  Request     --time={time.request}")
    kind = "a checkpoint of adapters" if disk.adapter_only else "a checkpoint"
    emit(f"  Disk        {gib(disk.total_gib)}, {gib(disk.checkpoint_gib)} {kind}{_mark(disk.preliminary)}")
    fits = f"start with {batch.batch_size} (preliminary)" if batch.preliminary else f"{batch.batch_size} fits"
    emit(f"  Batch size  {fits}")
    if batch.grad_accum:
        steps = f"{batch.micro_batch_size} with gradient accumulation {batch.grad_accum}"
        emit(f"{_INDENT}{steps} makes an effective {batch.effective_batch_size}")
    if batch.advice:
        advice = f"{batch.advice[0].upper()}{batch.advice[1:]}."
        for line in wrap(advice, _WIDTH - len(_INDENT)):
            emit(_INDENT + line, bold=True)
    emit(f"  Rests on    {_rests_on(found)}")
    for run in sorted(found.basis, key=_lightest_last)[: 0 if explain else _SHOWN_RUNS]:
        emit(f"    {run.run_name or run.log_path}" + (f" (job {run.job_id})" if run.job_id else ""))
    if not explain and len(found.basis) > _SHOWN_RUNS:
        emit(f"    and {len(found.basis) - _SHOWN_RUNS} more; --explain names them")
    if found.preliminary:
        emit(f"  {PRELIMINARY.capitalize()}.", bold=True)
    if explain:
        _explain(found)


def _mark(preliminary: bool) -> str:
    return " (preliminary)" if preliminary else ""


def _rests_on(found: Estimate) -> str:
    if not found.basis:
        return found.tier.meaning
    number = len(found.basis)
    return f"{count(number)} run{'s' if number > 1 else ''} ({found.tier})"


def _explain(found: Estimate) -> None:
    time = found.time
    emit()
    emit("How the numbers come about", bold=True)
    for name, text in (
        ("Input", time.inputs),
        ("Time", time.calculation),
        ("Result", time.result),
        ("Tier", f"{found.tier}: {found.tier.meaning}"),
        ("Disk", found.disk.calculation),
        ("Batch size", found.batch_size.calculation),
    ):
        _field(name, text)
    emit()
    for run in sorted(found.basis, key=_lightest_last):
        speed = f"{run.seconds_per_step:.4g} s/step" if run.seconds_per_step else "no speed"
        weight = f", weight {run.weight:.0%}" if run.weight is not None else ""
        emit(f"  {run.run_name or 'a run without a name'}: {speed}, {run.outcome}{weight}")
        emit(f"    {run.log_path}")


def _field(name: str, text: str) -> None:
    """A named text, wrapped beside its name."""
    first, *more = wrap(text, _WIDTH - len(_INDENT), break_long_words=False, break_on_hyphens=False) or [""]
    emit(f"  {name}".ljust(len(_INDENT)) + first)
    for line in more:
        emit(_INDENT + line)


def _lightest_last(run: Basis) -> float:
    return -abs(run.weight or 0.0)
