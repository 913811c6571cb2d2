"""torchtune's recipes: the resolved config, the bars, the memory and checkpoint lines, the end."""

import re
from collections.abc import Mapping

from ckreg.core.measure.bars.progress import Progress, last_frame, read_progress
from ckreg.core.measure.bars.speed import seen_seconds, steady_speed
from ckreg.core.measure.config import bool_of, int_of
from ckreg.core.measure.ends.outcome import (
    TRACEBACK,
    fatal_verdict,
    last_line,
    scheduler_verdict,
    shown,
)
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, Verdict
from ckreg.core.measure.parts.segments import split_jobs
from ckreg.core.measure.readers.torchtune.config import (
    BANNER,
    dataset_of,
    gpus_of,
    model_of,
    recipe_and_config,
    samples_of,
)
from ckreg.core.measure.readers.torchtune.lines import (
    adapter_checkpoint_gib,
    checkpoint_gib,
    last_save_seconds,
    last_tokens_per_second,
    peak_memory_gib,
    wall_seconds,
)
from ckreg.core.measure.readers.torchtune.spread import step_spread

_TRACES = (b"torchtune.utils", b"torchtune/_cli/", b"torchtune._cli", b"tune run: error: ")
_DESCRIBED_BAR = re.compile(rb"\d\|\d{1,9}\|Loss: ")
_DONE = b"The full model checkpoint, including all weights and configurations, has been saved successfully."
_SAVED = re.compile(
    rb"Checkpoint saved in [^\r\n]{1,40}|(?:Model|Adapter) checkpoint of size [^\r\n]{1,60} saved to"
)
_NO_STEPS = b"0it [00:00, ?it/s]"
# Training's bar has no name before it, unlike those of packing and tokenising.
_FIRST_FRAME = re.compile(rb"\r *0%\|[^|\r\n]{0,400}+\| 0/(\d{1,9}) \[00:00<\?, \?it/s\]")
_COLOUR = re.compile(rb"\x1b\[[0-9;]{0,20}m")

_KINDS = {"eleuther_eval": Kind.EVAL, "generate": Kind.INFERENCE, "quantize": Kind.OTHER}


def sniff(data: bytes) -> bool:
    """Whether torchtune wrote this."""
    if any(trace in data for trace in _TRACES):
        return True
    banner = data.find(BANNER)
    if banner >= 0 and b"Recipe" in data[max(0, banner - 80) : banner]:
        return True
    return b"|Loss: " in data and _DESCRIBED_BAR.search(data) is not None


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement for each run of a recipe."""
    return tuple(_measure(part, log_path, index) for index, part in enumerate(split_jobs(data, BANNER)))


def _measure(data: bytes, log_path: str, segment: int) -> Measurement:
    progress = read_progress(data)
    prose, bars = progress.prose(), progress.bars()
    plain = _COLOUR.sub(b"", prose)
    recipe, config = recipe_and_config(plain)
    batch_size, grad_accum = int_of(config, "batch_size"), int_of(config, "gradient_accumulation_steps")
    packed, n_gpus = bool_of(config, "dataset.packed"), gpus_of(recipe, config)
    done, total = _steps(progress, prose, config)
    speed = steady_speed(progress, bars)
    seconds = speed.seconds_per_step if speed else None
    verdict = _verdict(data, progress, prose, done, total)
    return Measurement(
        log_path=log_path,
        segment=segment,
        framework=Framework.TORCHTUNE,
        kind=_KINDS.get(recipe or "", Kind.FINETUNE),
        recipe=recipe,
        model=model_of(config),
        lora_rank=int_of(config, "model.lora_rank"),
        batch_size=batch_size,
        grad_accum=grad_accum,
        packed=packed,
        max_seq_len=int_of(config, "tokenizer.max_seq_len"),
        dataset=dataset_of(config),
        n_gpus=n_gpus,
        epochs=int_of(config, "epochs"),
        steps_total=total,
        steps_done=done,
        seconds_per_step=seconds,
        speed_method=speed.method if speed else None,
        speed_spread=step_spread(progress, bars, seconds) if seconds else None,
        samples_per_second=_samples_per_second(seconds, batch_size, grad_accum, packed=packed, n_gpus=n_gpus),
        tokens_per_second_per_gpu=last_tokens_per_second(plain),
        seen_seconds=round(seen_seconds(progress, bars), 3) if bars else None,
        elapsed_seconds=wall_seconds(plain),
        checkpoint_gib=checkpoint_gib(plain, config),
        adapter_checkpoint_gib=adapter_checkpoint_gib(plain),
        checkpoint_seconds=last_save_seconds(plain),
        peak_gpu_mem_gib=peak_memory_gib(plain),
        samples_total=samples_of(config, prose),
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )


def _samples_per_second(
    seconds: float | None,
    batch_size: int | None,
    grad_accum: int | None,
    *,
    packed: bool | None,
    n_gpus: int | None,
) -> float | None:
    """Rows a second over all GPUs; None for packed runs, where a sample holds an unknown number of rows."""
    if not seconds or not batch_size or packed or n_gpus is None:
        return None
    return batch_size * (grad_accum or 1) * max(1, n_gpus) / seconds


def _steps(progress: Progress, prose: bytes, config: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Optimiser steps done and to be done by this job, over all its epochs."""
    if not len(progress):
        return _steps_announced(prose, config)
    total, count, step = progress.total(-1), progress.count(-1), progress.step(-1)
    # The counter runs one ahead of the description: `1|509|...| 510/512`.
    ahead = total > 0 and count == (step - 1) % total + 2
    done = step + 1 if ahead else step
    first, last = progress.epoch(0), progress.epoch(len(progress) - 1)
    resumed = bool_of(config, "resume_from_checkpoint") is True
    if resumed:
        done -= max(0, progress.step(0) - progress.count(0))
    epochs = int_of(config, "epochs")
    if epochs is None:
        # Without a config nothing tells of further epochs; the bar's total is all there is.
        return done, total if last == 1 else None
    return done, total * max(1, epochs - (first - 1 if resumed and first else 0))


def _steps_announced(prose: bytes, config: Mapping[str, str]) -> tuple[int | None, int | None]:
    """A run that ended before its first step shows at most the bar's first frame."""
    if _NO_STEPS in prose:
        return 0, 0
    totals, epochs = _FIRST_FRAME.findall(prose), int_of(config, "epochs")
    return (0, int(totals[-1]) * epochs if epochs else None) if totals else (None, None)


def _verdict(data: bytes, progress: Progress, prose: bytes, done: int | None, total: int | None) -> Verdict:
    if by_scheduler := scheduler_verdict(prose):
        return by_scheduler
    after = _since_last_advance(progress)
    saved_at = prose.rfind(_DONE)
    if (saved_at < 0 or saved_at < prose.rfind(TRACEBACK)) and (fatal := fatal_verdict(after)):
        return fatal
    if _NO_STEPS in prose and not len(progress):
        return Verdict(Outcome.FAILED, shown(_NO_STEPS))
    if saved_at >= 0:
        return Verdict(Outcome.COMPLETED, _DONE.decode())
    full = len(progress) > 0 and progress.count(-1) >= progress.total(-1) and (total is None or done == total)
    saves = list(_SAVED.finditer(after)) if full else []
    if saves:
        return Verdict(Outcome.COMPLETED, shown(saves[-1][0]))
    return Verdict(Outcome.INCOMPLETE, shown(last_frame(data)) or last_line(data))


def _since_last_advance(progress: Progress) -> bytes:
    """What the log says from the last new step on: a traceback before it did not end the job."""
    start = last = len(progress) - 1
    while start > 0 and progress.steps[start - 1] == progress.steps[last]:
        start -= 1
    return b"\n".join(progress.texts[max(0, start) :])
