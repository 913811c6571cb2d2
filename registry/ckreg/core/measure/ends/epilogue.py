"""What prologues and epilogues of clusters say of a job: PACE, jobstats, seff, LSF."""

import re
from dataclasses import replace

from ckreg.core.measure.measurement import Measurement

_SIZE = rb"(\d{1,9}(?:\.\d{1,9})?)"
_WALL_TIME = re.compile(
    rb"(?:walltime=|Job Wall-clock time: |  Run Time: )(?:(\d{1,4})-)?(\d{1,6}):(\d\d):(\d\d)"
)
_LSF_RUN_TIME = re.compile(rb"Run time : {1,60}(\d{1,9}) sec\.")
_GPU_MEMORY = re.compile(rb"\(GPU \d{1,3}\): " + _SIZE + rb"GB/" + _SIZE + rb"GB \(")
_GPU_USE = re.compile(rb"\(GPU \d{1,3}\): " + _SIZE + rb"%")
_GRES = re.compile(rb"gres/gpu(?::([\w.-]{1,40}))?[=:](\d{1,5})\b")
_GPUS = re.compile(rb"\n {1,40}GPUs: (\d{1,5})\b")
_JOB_ID = re.compile(
    rb"Job ID: {1,20}(\d{1,10}(?:_\d{1,10})?)\b|Subject: Job (\d{1,10})(?:\[\d{1,9}\])?:"
    rb"|\*\*\* (?:JOB|STEP) (\d{1,10}(?:_\d{1,10})?)\b|StepId=(\d{1,10})\b"
)
_JOB_ID_SIGNS = (b"Job ID: ", b"Subject: Job ", b"*** JOB ", b"*** STEP ", b"StepId=")
_SIGNS = (
    b"Slurm Epilog",
    b"Slurm Prolog",
    b"Slurm Job Statistics",
    b"Job Wall-clock time: ",
    b"LSBATCH: User",
)
_TAIL = 20_000


def with_epilogue(measured: Measurement, data: bytes) -> Measurement:
    """The measurement with what an epilogue adds; what the program itself said stays."""
    if not any(sign in data for sign in _SIGNS):
        return measured
    memory = [(float(used), float(total)) for used, total in _GPU_MEMORY.findall(data)]
    use = [float(each) for each in _GPU_USE.findall(data)]
    gres = _GRES.search(data)
    gpus = int(gres[2]) if gres else _first_int(_GPUS, data)
    return replace(
        measured,
        elapsed_seconds=measured.elapsed_seconds or _wall_seconds(data),
        peak_gpu_mem_gib=measured.peak_gpu_mem_gib or max((used for used, _ in memory), default=None),
        total_gpu_mem_gib=measured.total_gpu_mem_gib or max((total for _, total in memory), default=None),
        gpu_utilisation=measured.gpu_utilisation or (sum(use) / len(use) if use else None),
        n_gpus=gpus if measured.n_gpus is None else measured.n_gpus,
        gpu_type=measured.gpu_type or (gres[1].decode() if gres and gres[1] else None),
    )


def job_id_in(data: bytes) -> str | None:
    """The job's id as the scheduler's words have it, with an array's task; None where they name several."""
    if not any(sign in data for sign in _JOB_ID_SIGNS):
        return None
    ids = [next(filter(None, match.groups())) for match in _JOB_ID.finditer(data)]
    same = {one.partition(b"_")[0] for one in ids}
    return max(ids, key=len).decode() if len(same) == 1 else None


def _wall_seconds(data: bytes) -> float | None:
    matches = _WALL_TIME.findall(data)
    if not matches:
        seconds = _first_int(_LSF_RUN_TIME, data)
        return float(seconds) if seconds is not None else None
    days, hours, minutes, seconds = (int(each or 0) for each in matches[-1])
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _first_int(pattern: re.Pattern[bytes], data: bytes) -> int | None:
    match = pattern.search(data)
    return int(match[1]) if match else None
