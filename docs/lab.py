"""A small registry whose every byte is known, made by ckreg itself: what docs/queries.md asks.

Three experiments over small models, their runs in every status. The logs are real ones of torchtune that are bundled
with the demo, under other names; two are cut short by an end that is made up. Scores are made up, too.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from players import identify, in_process_with_input, living_in

from ckreg.adapters.demo_place import lay_out

NOW = "2026-03-03T12:00:00+00:00"
SMALL, MIDDLE, LARGE = (f"Llama-mini-{size}-Instruct" for size in ("2M", "8M", "25M"))
_OUT_OF_MEMORY = """\
Traceback (most recent call last):
  File "recipes/lora_finetune_single_device.py", line 801, in <module>
    sys.exit(recipe_main())
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.25 GiB. GPU 0 has a total capacity of 39.39 GiB of \
which 0.81 GiB is free.
"""
_TIME_LIMIT = (
    "slurmstepd: error: *** JOB {job} ON n3 CANCELLED AT 2026-03-02T13:05:00 DUE TO TIME LIMIT ***\n"
)
_RANKS = """\
task: words
factor: ranks
question: Does a higher LoRA rank help small models to capitalise 8-letter words?
date: 2026-02-02
models: [{small}, {middle}]
dataset: {{path: {place}/data/words_8L.json}}
variables: {{lora_rank: [4, 64]}}
training: {{recipe: lora_finetune_single_device, epochs: 2, batch_size: 8, packed: false, learning_rate: 3e-3}}
evaluation:
  tasks:
  - {{name: capitalization, script: "{place}/evals/capitalization.py@capitalization"}}
  - {{name: spelling, script: inspect_evals/spelling}}
"""
_SIZES = """\
task: words
factor: sizes
question: From which size on is rank 8 enough?
date: 2026-02-16
models: [{small}, {middle}, {large}]
dataset: {{path: {place}/data/words_8L.json}}
training:
  {{recipe: lora_finetune_single_device, epochs: 1, batch_size: 4, packed: false, lora_rank: 8, learning_rate: 3e-3}}
evaluation:
  tasks: [{{name: capitalization, script: "{place}/evals/capitalization.py@capitalization"}}]
notes: Asked for by the reviewers.
"""
_RATES = """\
task: words
factor: rates
question: Which learning rate suits rank 4?
date: 2026-03-02
models: [{small}]
dataset: {{path: {place}/data/words_8L.json}}
variables: {{learning_rate: [1e-3, 3e-3, 1e-2]}}
controls: {{base_models: false}}
training: {{recipe: lora_finetune_single_device, epochs: 2, batch_size: 8, packed: false, lora_rank: 4}}
evaluation:
  tasks: [{{name: capitalization, script: "{place}/evals/capitalization.py@capitalization"}}]
"""


@dataclass(frozen=True, slots=True)
class Job:
    """A job that has run: when, of which run, whose log tells of it, and how it ended."""

    number: int
    run: str
    log: str
    day: str
    began: str
    ended: str | None
    state: str = "COMPLETED"
    status: str = "completed"
    note: str | None = None


_GRID = "words_rank_sweep_2026-11-02/ck-out-{}_bs8_n640_ep2_rank{}"
_SIZE = "words_model_sizes_2026-11-04/ck-out-{}_bs4_n480_ep1_rank8"
JOBS = {
    "words_ranks_2026-02-02": (
        Job(1001, f"{SMALL}_rank4", _GRID.format(SMALL, 4), "2026-02-02", "10:00:00", "10:00:13"),
        Job(1002, f"{SMALL}_rank64", _GRID.format(SMALL, 64), "2026-02-02", "10:00:20", "10:00:34"),
        Job(1003, f"{MIDDLE}_rank4", _GRID.format(MIDDLE, 4), "2026-02-02", "10:00:40", "10:01:05"),
        Job(1004, f"{MIDDLE}_rank64", _GRID.format(MIDDLE, 64), "2026-02-02", "10:01:10", "10:01:38"),
    ),
    "words_sizes_2026-02-16": (
        Job(1011, f"{SMALL}_rank8", _SIZE.format(SMALL), "2026-02-16", "10:00:00", "10:00:12"),
        Job(1012, f"{MIDDLE}_rank8", _SIZE.format(MIDDLE), "2026-02-16", "10:00:00", "10:00:22"),
        Job(1013, f"{LARGE}_rank8", _SIZE.format(LARGE), "2026-02-16", "10:00:00", "10:00:15", "FAILED", "failed",
            "out of GPU memory"),
        Job(1014, f"{LARGE}_rank8", _SIZE.format(LARGE), "2026-02-17", "09:30:00", "09:30:44"),
    ),
    "words_rates_2026-03-02": (
        Job(1021, f"{SMALL}_learning_rate0.001_rank4", _GRID.format(SMALL, 4), "2026-03-02", "13:00:00", "13:00:14"),
        Job(1022, f"{SMALL}_learning_rate0.003_rank4", _GRID.format(SMALL, 4), "2026-03-02", "13:00:00", "13:05:00",
            "TIMEOUT", "failed", "TIMEOUT"),
        Job(1023, f"{SMALL}_learning_rate0.01_rank4", _GRID.format(SMALL, 4), "2026-03-03", "11:55:00", None,
            "RUNNING", "running"),
    ),
}  # fmt: skip
_SPECS = dict(zip(JOBS, (_RANKS, _SIZES, _RATES), strict=True))


# Percent of the words that came out right, made up: experiment, run, task, epoch, accuracy.
SCORES = (
    ("words_ranks", f"{SMALL}_rank4", "capitalization", "1", 0.41),
    ("words_ranks", f"{SMALL}_rank64", "capitalization", "1", 0.52),
    ("words_ranks", f"{MIDDLE}_rank4", "capitalization", "1", 0.78),
    ("words_ranks", f"{MIDDLE}_rank64", "capitalization", "1", 0.81),
    ("words_ranks", f"{SMALL}_base", "capitalization", "", 0.02),
    ("words_ranks", f"{MIDDLE}_base", "capitalization", "", 0.05),
    ("words_ranks", f"{SMALL}_rank4", "spelling", "1", 0.55),
    ("words_ranks", f"{SMALL}_rank64", "spelling", "1", 0.60),
    ("words_ranks", f"{MIDDLE}_rank4", "spelling", "1", 0.70),
    ("words_ranks", f"{MIDDLE}_rank64", "spelling", "1", 0.69),
    ("words_ranks", f"{SMALL}_base", "spelling", "", 0.31),
    ("words_ranks", f"{MIDDLE}_base", "spelling", "", 0.44),
    ("words_sizes", f"{SMALL}_rank8", "capitalization", "0", 0.38),
    ("words_sizes", f"{MIDDLE}_rank8", "capitalization", "0", 0.74),
    ("words_sizes", f"{LARGE}_rank8", "capitalization", "0", 0.90),
)


def build(home: Path, env: Mapping[str, str]) -> Path:
    """The registry in a new home; it ends at `NOW`."""
    identify(home)
    place = lay_out(home / "cluster")
    (place / "scratch").rename(place / "recorded")
    shutil.copytree(place / "models" / MIDDLE, place / "models" / LARGE)
    (place / "scratch").mkdir()
    root = home / "lab"
    with living_in({**env, **_on("2026-02-02T08:30:00+00:00")}):
        _run(home, "init", "lab")
    (root / "ckreg.local.toml").write_text(
        f'models_dir = "{place}/models"\nscratch_dir = "{place}/scratch"\ngpu_type = "A100"\n'
    )
    for number, experiment in enumerate(JOBS, 1):
        _live(root, place, experiment, env)
        accounts = [*_accounting(list(JOBS.values())[:number])]
        (place / "scratch" / "sacct.txt").write_text("".join(f"{line}\n" for line in accounts))
        with living_in({**env, "CKREG_NOW": NOW}):
            _run(root, "index", str(place / "scratch"))
    for experiment in JOBS:
        _keep_scores(root, place, experiment, env)
    return root


def _keep_scores(root: Path, place: Path, experiment: str, env: Mapping[str, str]) -> None:
    """Import the scores of an experiment that has some."""
    lines = [",".join(map(str, score[1:])) for score in SCORES if experiment.startswith(score[0])]
    if lines:
        scores = place / f"{experiment}.csv"
        scores.write_text("\n".join(["run,task,epoch,accuracy", *lines]) + "\n")
        with living_in({**env, **_on(NOW)}):
            _run(root, "results", experiment, "--from", str(scores))


def _live(root: Path, place: Path, experiment: str, env: Mapping[str, str]) -> None:
    """Design an experiment on its day, and let its jobs run."""
    spec = place / f"{experiment}.yaml"
    spec.write_text(_SPECS[experiment].format(small=SMALL, middle=MIDDLE, large=LARGE, place=place))
    with living_in({**env, **_on(f"{JOBS[experiment][0].day}T09:00:00+00:00")}):
        _run(root, "design", "--spec", str(spec), "--yes")
    changes: dict[str, list[dict[str, object]]] = {}
    for job in JOBS[experiment]:
        _write_log(place, experiment, job)
        for at, change in _changes(job):
            changes.setdefault(at, []).append({"run": job.run, **change})
    for at, change in _evaluated(experiment):
        changes.setdefault(at, []).append(change)
    for at, together in sorted(changes.items()):
        lines = (json.dumps({"experiment": experiment, "at": at, **change}) for change in together)
        with living_in({**env, **_on(at)}):
            _run(root, "status", "set", "--from-json", "-", typed="\n".join(lines))


def _evaluated(experiment: str) -> Iterator[tuple[str, dict[str, object]]]:
    """What has a score has been evaluated, on the evening of the day on which the last job ended."""
    at = f"{JOBS[experiment][-1].day}T18:00:00+00:00"
    for of, run, task, epoch, _ in SCORES:
        if experiment.startswith(of):
            where = {"run": run, "task": task, **({"epoch": epoch} if epoch else {})}
            yield at, {**where, "status": "completed", "by": "log"}


def _on(at: str) -> dict[str, str]:
    return {"CKREG_NOW": at, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}


def _changes(job: Job) -> Iterator[tuple[str, dict[str, object]]]:
    """What is recorded of a job: when, and what."""
    yield f"{job.day}T{job.began}+00:00", {"status": "running", "job_id": str(job.number), "by": "job"}
    if job.ended:
        end: dict[str, object] = {"status": job.status, "evidence": f"sacct: {job.state}", "by": "log"}
        yield f"{job.day}T{job.ended}+00:00", end | ({"note": job.note} if job.note else {})


def _write_log(place: Path, experiment: str, job: Job) -> None:
    """A recorded log, as if this job had written it; what did not complete has half of it."""
    (source,) = (place / "recorded" / job.log).glob("slurm-*.out")
    out = place / "scratch" / experiment / f"ck-out-{job.run}"
    text = source.read_bytes().decode(errors="surrogateescape")
    there = re.search(r"^output_dir: (.+)$", text, re.MULTILINE)
    text = text.replace(there[1] if there else "", str(out)).replace("device: cpu", "device: cuda")
    if job.state != "COMPLETED":
        text = text[: len(text) * 2 // 3].rpartition("\r")[0] + "\n"
        text += {"FAILED": _OUT_OF_MEMORY, "TIMEOUT": _TIME_LIMIT.format(job=job.number)}.get(job.state, "")
    out.mkdir(parents=True, exist_ok=True)
    (out / f"slurm-{job.number}.out").write_bytes(text.encode(errors="surrogateescape"))


def _accounting(experiments: Iterable[Iterable[Job]]) -> Iterator[str]:
    """What `sacct -P` would say of their jobs."""
    yield "JobIDRaw|JobID|JobName|State|ExitCode|Submit|Start|End|ElapsedRaw|TimelimitRaw|AllocTRES|NodeList"
    for jobs in experiments:
        for job in jobs:
            began, ended = f"{job.day}T{job.began}", f"{job.day}T{job.ended}" if job.ended else "Unknown"
            exit_code = "1:0" if job.state == "FAILED" else "0:0"
            yield (
                f"{job.number}|{job.number}|{job.run}|{job.state}|{exit_code}|{began}|{began}|{ended}|"
                f"{_seconds(job)}|5|billing=8,cpu=8,gres/gpu:a100=1,mem=64G,node=1|n3"
            )


def _seconds(job: Job) -> int:
    begin, end = (
        sum(int(part) * unit for part, unit in zip(text.split(":"), (3600, 60, 1), strict=True))
        for text in (job.began, job.ended or "12:00:00")
    )
    return end - begin


def _run(folder: Path, *words: str, typed: str = "") -> None:
    code, printed = in_process_with_input(words, folder, typed)
    if code:
        raise RuntimeError(f"ckreg {' '.join(words)}: {code}\n{printed}")
