"""DeepSpeed without a trainer around it: its launcher, its timer's lines and the script's own."""

import re
from datetime import datetime
from itertools import pairwise

from ckreg.core.measure.bars.printed_steps import PrintedSteps, printed_steps
from ckreg.core.measure.bars.stamps import Stamp, stamp_speed
from ckreg.core.measure.ends.ending import ending
from ckreg.core.measure.ends.epilogue import with_epilogue
from ckreg.core.measure.ends.outcome import last_line
from ckreg.core.measure.gpu_lines import peak_memory_gib
from ckreg.core.measure.log_settings import int_setting, text_setting
from ckreg.core.measure.measurement import Framework, Kind, Measurement, Outcome, Verdict

_SIGNS = (b"[deepspeed", b"ds_accelerator", b"deepspeed.launcher", b"deepspeed/runtime/", b"DeepSpeed info: ")
_STEP = re.compile(rb"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\][^\r\n]{0,120}?\bstep=(\d{1,9}), skipped=")
_START_OR_STEP = re.compile(
    rb"\[real_accelerator\.py:|\bstep=(\d{1,9}), skipped=|\n\[Step (\d{1,9})/"
    rb"|(sigkill_handler\]|exits successfully)"
)
_GLOBAL_STEP = re.compile(rb"/global_step=(\d{1,9}), ")
_SAMPLES = re.compile(rb"RunningAvgSamplesPerSec=(\d{1,9}(?:\.\d{1,20})?)")
_COMMAND = re.compile(rb"cmd = ([^\r\n]{1,4000})|spawned with command: \[([^\r\n]{1,4000})")
_WORLD = re.compile(rb"dist_world_size=(\d{1,6})\b")
_SUCCESS = re.compile(
    rb"(?i)training (?:done|completed?|finished)[^\r\n]{0,80}|Process \d{1,9} exits successfully"
)
_STARTED = (b"step=", b"[Step ", b"DeepSpeed Engine", b"DeepSpeedEngine")


def sniff(data: bytes) -> bool:
    """Whether DeepSpeed runs here."""
    return any(sign in data for sign in _SIGNS)


def read(data: bytes, log_path: str) -> tuple[Measurement, ...]:
    """One measurement for each call of its launcher."""
    return tuple(_measure(part, log_path, index) for index, part in enumerate(_launches(data)))


def _launches(data: bytes) -> list[bytes]:
    """The parts from one start of the library to the next after which the steps begin anew."""
    edges, step, begun, ended = [0], -1, -1, False
    for match in _START_OR_STEP.finditer(data):
        number = match[1] or match[2]
        if number:
            if begun >= 0 and int(number) <= step:
                edges.append(data.rfind(b"\n", 0, begun) + 1)
            step, begun = int(number), -1
        elif match[3]:
            ended = True
        elif ended:
            edges.append(data.rfind(b"\n", 0, match.start()) + 1)
            step, begun, ended = -1, -1, False
        elif begun < 0 <= step:
            begun = match.start()
    return [data[start:end] for start, end in pairwise([*edges, len(data)])]


def _measure(data: bytes, log_path: str, segment: int) -> Measurement:
    command = _command(data)
    stamps = [
        Stamp(int(step), datetime.fromisoformat(at.decode()).timestamp())
        for at, step in _STEP.findall(data)
        if _is_time(at)
    ]
    stamps = [stamp for stamp in stamps if stamp.step]
    printed = printed_steps(data)
    done, total = _steps(data, stamps, printed)
    speed = stamp_speed(stamps) or printed.speed
    samples = _SAMPLES.findall(data)
    asked = int_setting(command, "total_steps", "max_steps", "num_train_steps", "train_steps", "steps")
    unfinished = last_line(data).encode() if any(sign in data for sign in _STARTED) else b""
    if done is not None and done == (total or asked):
        unfinished = b""
    verdict = ending(data, 0, success=_SUCCESS, unfinished=unfinished)
    if verdict.outcome is Outcome.UNKNOWN and done is not None and done == (total or asked):
        verdict = Verdict(Outcome.COMPLETED, last_line(data))
    measured = Measurement(
        log_path=log_path,
        segment=segment,
        framework=Framework.DEEPSPEED,
        kind=Kind.FINETUNE,
        model=text_setting(data, "model_name_or_path", "base_model") or text_setting(command, "model"),
        lora_rank=int_setting(command, "lora_r", "lora_rank", "lora_dim"),
        batch_size=_batch_size(data, command),
        grad_accum=int_setting(data, "gradient_accumulation_steps"),
        max_seq_len=int_setting(command, "seq_len", "max_seq_len", "max_length", "max_seq_length"),
        n_gpus=_gpus(data),
        epochs=int_setting(command, "num_train_epochs", "epochs"),
        steps_total=total or asked,
        steps_done=done,
        seconds_per_step=speed.seconds_per_step if speed else None,
        speed_method=speed.method if speed else None,
        speed_spread=speed.spread if speed else None,
        samples_per_second=float(samples[-1]) if samples else None,
        peak_gpu_mem_gib=peak_memory_gib(data),
        outcome=verdict.outcome,
        outcome_evidence=verdict.evidence,
    )
    return with_epilogue(measured, data)


def _is_time(at: bytes) -> bool:
    try:
        datetime.fromisoformat(at.decode())
    except ValueError:  # a month 13
        return False
    return True


def _command(data: bytes) -> bytes:
    match = _COMMAND.search(data)
    return (match[1] or match[2]) if match else b""


def _steps(data: bytes, stamps: list[Stamp], printed: PrintedSteps) -> tuple[int | None, int | None]:
    """DeepSpeed counts from one; the script's own lines count from where they like."""
    counted = [stamp.step for stamp in stamps] + [int(step) for step in _GLOBAL_STEP.findall(data)]
    return max(counted) if counted else printed.done, printed.total


def _batch_size(data: bytes, command: bytes) -> int | None:
    """As the script was asked, else as DeepSpeed was configured."""
    asked = int_setting(command, "per_device_train_batch_size", "micro_batch_size", "batch_size")
    return asked or int_setting(data, "train_micro_batch_size_per_gpu", "per_device_train_batch_size")


def _gpus(data: bytes) -> int | None:
    match = _WORLD.search(data)
    return int(match[1]) if match else int_setting(data, "world_size", "nproc_per_node")
