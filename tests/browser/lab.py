"""A lab's registry, built by the command line: planned, run and measured, with logs and accounting."""

import csv
import json
import math
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ckreg.cli.main import main

_CONFIG = """\
INFO:torchtune.utils._logging:Running LoRAFinetuneRecipeSingleDevice with resolved config:

batch_size: {batch}
checkpointer:
  _component_: torchtune.training.FullModelHFCheckpointer
  checkpoint_dir: /models/{model}
  output_dir: {out}
dataset:
  _component_: torchtune.datasets.instruct_dataset
  data_files: /data/words_8L.json
  packed: false
epochs: 1
gradient_accumulation_steps: 1
model:
  _component_: torchtune.models.llama3_2.lora_llama3_2
  lora_rank: {rank}
output_dir: {out}
tokenizer:
  _component_: torchtune.models.llama3.llama3_tokenizer
  max_seq_len: 2048

"""
_SACCT = "JobIDRaw|JobID|JobName|State|ExitCode|Submit|Start|End|ElapsedRaw|TimelimitRaw|AllocTRES|NodeList"


class Job(NamedTuple):
    """What the scheduler tells of a job; `end` None where it runs."""

    id: int
    state: str
    start: datetime
    end: datetime | None


class Lab:
    """A registry in `folder`, with its scratch directory beside it; everything is done by `ckreg`."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.root, self.scratch = folder / "registry", folder / "scratch"
        self.patch = patch
        self.jobs: list[Job] = []
        self.scratch.mkdir(parents=True)
        self.at("2025-10-20T09:00:00")
        self._run("init", str(self.root))
        (self.root / "claude.local.md").write_text(f"- **Scratch directory**: `{self.scratch}`\n")

    def __call__(self, *words: str) -> str:
        """Call `ckreg` in the registry; what it printed."""
        return self._run("-C", str(self.root), *words)

    def _run(self, *words: str) -> str:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(list(words))
        assert code == 0, f"ckreg {' '.join(words)}: {err.getvalue()}"
        return out.getvalue()

    def at(self, when: str) -> None:
        """Set the clock, and git's."""
        for name in ("CKREG_NOW", "GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
            self.patch.setenv(name, f"{when}+00:00")

    def git(self, *words: str) -> None:
        """Call git in the registry."""
        subprocess.run(["git", "-C", str(self.root), *words], check=True, capture_output=True)

    def design(self, spec: Mapping[str, Any]) -> str:
        """Plan an experiment; its name."""
        path = self.scratch.parent / "spec.json"
        path.write_text(json.dumps(spec))
        self.at(f"{spec['date']}T09:{len(list((self.root / 'experiments').iterdir())):02}:00")
        told = json.loads(self("design", "--spec", str(path), "--yes", "--json"))
        return str(told["experiment"])

    def statuses(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """Set statuses in one call."""
        path = self.scratch.parent / "changes.jsonl"
        path.write_text("".join(f"{json.dumps(change)}\n" for change in changes))
        self("status", "set", "--from-json", str(path))

    def log(self, experiment: str, run: str, job: int, setup: Mapping[str, Any]) -> None:
        """A torchtune log of a run: `steps` of `total`, `seconds` a step, losses that fall."""
        folder = self.scratch / experiment / f"ck-out-{run}"
        folder.mkdir(parents=True, exist_ok=True)
        config = _CONFIG.format(out=folder, **{key: setup[key] for key in ("batch", "model", "rank")})
        bar = "".join(_frame(step, setup) for step in range(1, setup["steps"] + 1, 2))
        (folder / f"slurm-{job}.out").write_text(config + bar + setup.get("end", "\n"))

    def results(self, experiment: str, rows: Iterable[tuple[object, ...]]) -> None:
        """Import scores: run, task, epoch, metric, value, standard error."""
        path = self.scratch.parent / "scores.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("run", "task", "epoch", "metric", "value", "stderr"), *rows])
        self("results", experiment, "--from", str(path))

    def write_sacct(self) -> None:
        """The scheduler's accounting of all jobs, as `sacct -P` prints it."""
        lines = [_SACCT, *(_sacct_line(job) for job in self.jobs)]
        (self.scratch / "sacct.txt").write_text("\n".join(lines) + "\n")

    def site(self) -> Path:
        """Build the site; its folder."""
        out = self.scratch.parent / "site"
        self("site", "--out", str(out))
        return out


def _frame(step: int, setup: Mapping[str, Any]) -> str:
    total, each = int(setup["total"]), float(setup["seconds"])
    noise = 1 + 0.05 * (math.sin(step * 12.9898 + setup["rank"]) * 43758.5453 % 2 - 1)
    size = SPEED[setup["model"]]
    loss = (0.3 + 1.5 / setup["rank"] ** 0.5 / size + 2.2 * math.exp(-3.5 * step / total)) * noise
    done, left = _clock(step * each), _clock((total - step) * each)
    times = f"[{done}<{left}, {each:5.2f}s/it]"
    return f"\r1|{step}|Loss: {loss}: {100 * step // total:3}%|####      | {step}/{total} {times}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"


def _sacct_line(job: Job) -> str:
    end = job.end or NOW
    cells = [
        *(job.id, job.id, "finetune", job.state, "0:0", job.start - timedelta(minutes=3), job.start),
        *(job.end or "Unknown", int((end - job.start).total_seconds()), 120),
        *("billing=8,cpu=8,gres/gpu:h100=1,gres/gpu=1,mem=64G,node=1", "gpu-07"),
    ]
    return "|".join(cell.isoformat() if isinstance(cell, datetime) else str(cell) for cell in cells)


NOW = datetime(2025, 11, 24, 8)  # noqa: DTZ001  # local and naive, as sacct has it


class Plan(NamedTuple):
    """An experiment of the lab; `story` has a letter a run: c(ompleted), f(ailed), r(unning), p(ending)."""

    task: str
    factor: str
    date: str
    models: tuple[str, ...]
    ranks: tuple[int, ...]
    story: str


L1B, L3B, Q7B = "Llama-3.2-1B-Instruct", "Llama-3.2-3B-Instruct", "Qwen2.5-7B-Instruct"
SPEED = {L1B: 0.9, L3B: 1.7, Q7B: 3.1}
PLANS = (
    Plan("cap_8L", "lora_comparison", "2025-10-22", (L1B, L3B), (4, 16, 64), "cccccc"),
    Plan("cap_8L", "model_size", "2025-10-29", (L1B, L3B, Q7B), (16,), "ccc"),
    Plan("arith_carry", "rank_sweep", "2025-11-03", (L1B,), (4, 8, 16, 32, 64), "ccfcc"),
    Plan("translate_short", "data_volume", "2025-11-08", (L3B,), (8, 16), "cr"),
    Plan("refusal", "tuning_depth", "2025-11-12", (L3B, Q7B), (8, 64), "cffr"),
    Plan("cap_12L", "lora_comparison", "2025-11-17", (L1B, L3B), (4, 64), "rrpp"),
    Plan("code_repair", "context", "2025-11-20", (L3B, Q7B), (16, 64), "pppp"),
    Plan("arith_carry", "seeds", "2025-11-23", (L1B,), (16,), "p"),
)
QUESTIONS = (
    "Does LoRA rank change accuracy on words of eight letters?",
    "From which size on does a model capitalize words that it has never seen?",
    "Which rank learns to carry without forgetting how to count?",
    "How many sentence pairs are enough?",
    "Do refusals stay calibrated when the prompt is long?",
    "Does what held for eight letters hold for twelve?",
    "Does a longer context help a small model to repair code?",
    "How far do runs of the same setup lie apart?",
)
SCORED = 2
"""So many of them have results."""
_STATUS = {"c": "completed", "f": "failed", "r": "running"}


class Played(NamedTuple):
    """A run of an experiment, when its job started, and what became of it, as a letter of its story."""

    experiment: str
    model: str
    rank: int
    start: datetime
    state: str
    job: int

    @property
    def run(self) -> str:
        return f"{self.model}_rank{self.rank}"


def fill(lab: Lab) -> None:
    """Eight experiments of a month, in all states."""
    for number, plan in enumerate(PLANS):
        played = list(_played(lab.design(spec_of(plan)), plan, 4810 + 40 * number))
        changes = [change for one in played for change in _play(lab, one)]
        if changes:
            lab.at(max(change["at"] for change in changes)[: len("2025-10-22T14:23:15")])
            lab.statuses(changes)
        if number < SCORED:
            lab.results(played[0].experiment, map(_score, played))
    lab.write_sacct()
    lab.at(NOW.isoformat())


def _score(one: Played) -> tuple[object, ...]:
    return (
        one.run,
        "capitalization",
        0,
        "accuracy",
        0.52 + 0.05 * one.rank**0.5 - 0.04 / SPEED[one.model],
        0.021,
    )


def _played(experiment: str, plan: Plan, job: int) -> Iterator[Played]:
    runs = [(model, rank) for model in plan.models for rank in plan.ranks]
    start = datetime.fromisoformat(f"{plan.date}T10:30:00")
    for place, ((model, rank), state) in enumerate(zip(runs, plan.story, strict=True)):
        at = NOW - timedelta(minutes=12 + place) if state == "r" else start + timedelta(minutes=9 * place)
        if state in _STATUS:
            yield Played(experiment, model, rank, at, state, job + place)


def spec_of(plan: Plan) -> dict[str, Any]:
    """What `ckreg design` reads for it."""
    return {
        "task": plan.task,
        "factor": plan.factor,
        "question": QUESTIONS[PLANS.index(plan)],
        "date": plan.date,
        "models": list(plan.models),
        "dataset": {"path": "/data/words_8L.json"},
        "variables": {"lora_rank": list(plan.ranks)},
        "training": {"recipe": "lora_finetune_single_device", "epochs": 1, "batch_size": 4},
        "evaluation": {"tasks": [{"name": "capitalization", "script": "/evals/capitalization.py"}]},
    }


def _play(lab: Lab, one: Played) -> list[dict[str, Any]]:
    """Write its log, note its job, and tell which statuses it went through."""
    steps = {"c": 400, "f": 130, "r": 220}[one.state]
    seconds = SPEED[one.model] * (1 + 0.004 * one.rank + 0.03 * (one.job % 3))
    end = None if one.state == "r" else one.start + timedelta(seconds=int(steps * seconds) + 75)
    word = {"c": "COMPLETED", "f": "OUT_OF_MEMORY", "r": "RUNNING"}[one.state]
    lab.jobs.append(Job(one.job, word, one.start, end))
    setup = {
        "model": one.model,
        "rank": one.rank,
        "batch": 4,
        "steps": steps,
        "total": 400,
        "seconds": seconds,
    }
    lab.log(one.experiment, one.run, one.job, setup)
    row = {"experiment": one.experiment, "run": one.run, "job_id": str(one.job), "by": "log"}
    row["evidence"] = f"sacct: {word}"
    changes = [row | {"status": "running", "at": f"{one.start.isoformat()}+00:00"}]
    if end:
        note = {"note": word} if one.state == "f" else {}
        changes.append(row | {"status": _STATUS[one.state], "at": f"{end.isoformat()}+00:00"} | note)
    return changes + (_evaluated(row, end, one.job % 4) if end and one.state == "c" else [])


def _evaluated(row: Mapping[str, Any], after: datetime, place: int) -> list[dict[str, Any]]:
    evaluation = {**row, "task": "capitalization", "epoch": "0", "job_id": f"9{row['job_id']}"}
    begin, end = after + timedelta(minutes=1), after + timedelta(minutes=4 + place)
    return [
        evaluation | {"status": "running", "at": f"{begin.isoformat()}+00:00"},
        evaluation | {"status": "completed", "at": f"{end.isoformat()}+00:00"},
    ]
