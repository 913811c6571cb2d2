"""From why a run failed to what to ask for instead, with the numbers that it rests on."""

from math import ceil

from ckreg.core.measure.measurement import Outcome
from ckreg.core.retry.amounts import doubled, memory_mib, rounded_up, time_seconds
from ckreg.core.retry.values import Asked, Change, Checkpoint, Corrected, Failed, In
from ckreg.core.units import clock_time, count, duration, gib

MARGIN = 1.2
"""What is asked for over what the log shows to be needed."""

MOST = 10.0
"""A run that needs so many times its limit has another fault than its limit."""

_UNCHANGED = {
    Outcome.NODE_FAIL: "a node failed, which says nothing of the request",
    Outcome.PREEMPTED: "it was preempted, which says nothing of the request",
}


def corrected(failed: Failed, asked: Asked, checkpoint: Checkpoint | None = None) -> Corrected:
    """The request that the next attempt is to be made with.

    `checkpoint` is what it can go on from, None where there is nothing, or its recipe cannot.
    """
    if asked.corrected:
        return Corrected(reasons=("its files were corrected for this attempt already",))
    if failed.outcome in _UNCHANGED:
        found = Corrected(reasons=(_UNCHANGED[failed.outcome],))
    elif failed.outcome is Outcome.TIMEOUT:
        found = _more_time(failed, asked, checkpoint)
    elif failed.outcome is Outcome.OOM_HOST:
        found = _more_memory(failed, asked)
    elif failed.outcome is Outcome.OOM_GPU:
        found = _smaller_batch(failed, asked)
    else:
        found = Corrected(left=_no_remedy(failed))
    return _resuming(found, asked, checkpoint)


def _no_remedy(failed: Failed) -> str:
    if failed.outcome is Outcome.CANCELLED:
        return "it was cancelled; whoever did so may have had a reason"
    return "nothing tells what would have to be different"


def _more_time(failed: Failed, asked: Asked, checkpoint: Checkpoint | None) -> Corrected:
    before = failed.limit_seconds or time_seconds(asked.time) or failed.elapsed_seconds
    if before is None:
        return Corrected(left="neither the script nor the scheduler tells the time limit that it had")
    now = time_seconds(asked.time)
    # Slurm rounds a limit up to the minute.
    if now is not None and now > before + 60:
        return Corrected(reasons=(f"the script asks for {asked.time} already",))
    needed, why = _needed(failed, before, checkpoint)
    if needed > MOST * before:
        return Corrected(
            left=f"{why}: more than {MOST:.0f} times the {duration(before)} that it had; look at its speed"
        )
    wanted = rounded_up(needed)
    if now is not None and wanted <= now:
        return Corrected(reasons=(f"{why}: the {duration(now)} that the script asks for are enough",))
    return Corrected((Change(In.SCRIPT, "time", asked.time, clock_time(wanted)),), (why,))


def _needed(failed: Failed, before: float, checkpoint: Checkpoint | None) -> tuple[float, str]:
    """Seconds that the next attempt needs with the margin, and why."""
    done, total = failed.done, failed.total
    if failed.resumed or not done or not total or failed.elapsed_seconds is None:
        missing = (
            "a resumed job's log tells of a part only" if failed.resumed else "the log shows no progress"
        )
        return 2 * before, f"{missing}, so twice the {duration(before)} that it had"
    unit = "samples" if failed.is_evaluation else "steps"
    startup = min(failed.startup_seconds or 0.0, failed.elapsed_seconds)
    each = (failed.elapsed_seconds - startup) / done
    left = float(total)
    rest = "all"
    if checkpoint is not None and 0 < checkpoint.epochs_done < checkpoint.epochs:
        left = total * (1 - checkpoint.epochs_done / checkpoint.epochs)
        rest = f"the {count(round(left))} after the checkpoint"
    seconds = startup + each * left
    return MARGIN * seconds, (
        f"{count(done)} of {count(total)} {unit} took {duration(failed.elapsed_seconds)}; {rest} take "
        f"{duration(seconds)}, and {MARGIN - 1:.0%} more to be sure"
    )


def _more_memory(failed: Failed, asked: Asked) -> Corrected:
    used = f"out of memory at {gib(failed.max_rss_gib)}" if failed.max_rss_gib else "out of memory"
    if asked.memory is not None:
        had, now = memory_mib(failed.memory), memory_mib(asked.memory)
        if had is not None and now is not None and now > had:
            return Corrected(
                reasons=(f"{used} with {failed.memory}; the script asks for {asked.memory} already",)
            )
        more = doubled(asked.memory)
        if more is None:
            return Corrected(left=f"{used}, and --{asked.memory_option}={asked.memory} cannot be doubled")
        change = Change(In.SCRIPT, asked.memory_option, asked.memory, more)
        return Corrected((change,), (f"{used}, so twice the {asked.memory} that it had",))
    if not failed.max_rss_gib:
        return Corrected(left=f"{used}, and nothing tells how much it had; set `memory`, and scaffold again")
    wanted = ceil(2 * failed.max_rss_gib)
    return Corrected((Change(In.SCRIPT, "mem", None, f"{wanted}G"),), (f"{used}, so twice as much",))


def _smaller_batch(failed: Failed, asked: Asked) -> Corrected:
    full = "out of GPU memory"
    if failed.peak_gpu_gib and failed.total_gpu_gib:
        full += f" ({gib(failed.peak_gpu_gib)} of {gib(failed.total_gpu_gib)} used)"
    batch, accumulation = asked.batch_size, asked.accumulation or 1
    if failed.is_evaluation or not asked.config or batch is None:
        return Corrected(left=f"{full}, and there is no batch size here that could be halved")
    if failed.batch_size is not None and batch < failed.batch_size:
        return Corrected(reasons=(f"{full} at batch size {failed.batch_size}; the config has {batch}",))
    if batch == 1:
        return Corrected(
            left=f"{full} at batch size 1: try enable_activation_checkpointing, a shorter max_seq_len, or a "
            f"larger GPU"
        )
    smaller = max(part for part in range(1, batch // 2 + 1) if batch % part == 0)
    more = accumulation * (batch // smaller)
    changes = (
        Change(In.CONFIG, "batch_size", str(batch), str(smaller)),
        Change(
            In.CONFIG,
            "gradient_accumulation_steps",
            None if asked.accumulation is None else str(accumulation),
            str(more),
        ),
    )
    effective = batch * accumulation
    why = f"{full} at batch size {batch}; {smaller} x {more} keeps the effective batch of {effective}"
    return Corrected(changes, (why,))


def _resuming(found: Corrected, asked: Asked, checkpoint: Checkpoint | None) -> Corrected:
    """The same from the last checkpoint, but with another batch: the loader's place there counts batches."""
    if not asked.config:
        return found
    other_batch = any(change.name == "batch_size" for change in found.changes)
    resumes = checkpoint is not None and not other_batch
    reasons = list(found.reasons)
    if checkpoint is not None and resumes:
        reasons.append(f"goes on after {checkpoint.epochs_done} of {checkpoint.epochs} epochs")
    elif checkpoint is not None:
        reasons.append("begins anew, for the checkpoint was made with the other batch size")
    changes = list(found.changes)
    if resumes != asked.resumes:
        changes.append(Change(In.CONFIG, "resume_from_checkpoint", _flag(asked.resumes), _flag(resumes)))
    return Corrected(tuple(changes), tuple(reasons), found.left)


def _flag(value: bool) -> str:
    return "true" if value else "false"
