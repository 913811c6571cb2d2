"""Job scripts as bash runs them, of a plan and a registry whose texts try to be commands."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from ckreg.adapters.tree import Home
from ckreg.commands.scaffold import scaffold
from ckreg.flows.designing import draft_experiment, write_experiment
from tests.core.spec.helpers import read, sound

NAME = "words_lora_comparison_2025-10-22"
MODEL = "Llama-3.2-1B-Instruct"
RUN = f"{MODEL}_rank4"
# Each tries to leave its quotes in another way; `touch canary` is what it would do.
HOSTILE = 'it\'s "x" $(touch canary) `touch canary`; touch canary #\n#SBATCH --wrap=id\ntouch canary\n\\'
HOSTILE_FOLDER = "it's $(touch canary) ;touch canary\n#SBATCH --wrap=id\ntouch canary #"

# Says what it was called with, a call a line as JSON; then ends as the test wants, or waits for a signal.
TOOL = """\
#!/usr/bin/env python3
import json, os, signal, sys
name = os.path.basename(sys.argv[0])
with open(os.environ["CALLS"], "a") as file:
    file.write(json.dumps([name, *sys.argv[1:]]) + "\\n")
if name == "inspect" and sys.argv[1] == "eval":
    [path] = [word for word in sys.argv if word.startswith("model_path=")]
    with open(os.environ["CALLS"], "a") as file:
        file.write(json.dumps(["model", *sorted(os.listdir(path.partition("=")[2]))]) + "\\n")
if name == "inspect" and sys.argv[1] == "log" and "NO_SUCCESS" not in os.environ:
    print("some.eval")
if name == "conda":
    print("conda() { command true; }")
if name == os.environ.get("WAITS"):
    with open(os.environ["STARTED"], "w") as file:
        file.write("x")
    signal.pause()
sys.exit(int(os.environ.get("EXIT_" + name.upper(), "0")))
"""


class Job(NamedTuple):
    """How a script ended, and every call that it made."""

    code: int
    calls: list[list[str]]

    def of(self, tool: str) -> list[list[str]]:
        return [words for name, *words in self.calls if name == tool]


@pytest.fixture
def folder(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a hostile experiment in a registry with a hostile path."""
    root = tmp_path / HOSTILE_FOLDER
    shutil.move(home.root, root)
    monkeypatch.setenv("CKREG_MODELS_DIR", str(tmp_path / "mod'els $(touch canary)"))
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path / "scr atch 100%"))
    monkeypatch.setenv("CKREG_CONDA_ENV", "env'; touch canary; '")
    monkeypatch.setenv("CKREG_MODULES", "a$(touch canary),b;touch canary")
    tree = sound() | {
        "task": "words",
        "variables": {"lora_rank": [4, 8]},
        "training": {"recipe": "lora_finetune_single_device", "epochs": 1, "system_prompt": HOSTILE},
        "evaluation": {"tasks": [{"name": "cap", "script": "/t/it's $(touch canary).py@cap"}]},
        "notes": HOSTILE,
    }
    moved = Home(root)
    write_experiment(moved, draft_experiment(moved, read(tree), index=False))
    scaffold(moved, NAME)
    return moved.experiments / NAME


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder for PATH with tools that only say how they were called."""
    path = tmp_path / "bin"
    path.mkdir()
    for name in ("tune", "inspect", "ckreg", "conda", "module", "nvidia-smi"):
        (path / name).write_text(TOOL)
        (path / name).chmod(0o755)
    return path


def environment(tools: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "CALLS": str(tools.parent / "calls"),
        "STARTED": str(tools.parent / "started"),
        "SLURM_JOB_ID": "77",
        "TMPDIR": str(tools.parent),
        **more,
    }


def calls(tools: Path) -> list[list[str]]:
    path = tools.parent / "calls"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def run(script: Path, tools: Path, **more: str) -> Job:
    done = subprocess.run(
        ["bash", script.name],
        cwd=script.parent,
        env=environment(tools, **more),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Job(done.returncode, calls(tools))


def no_canary(folder: Path, tmp_path: Path) -> bool:
    return not list(tmp_path.rglob("canary*")) and folder.is_dir()


def test_scripts_are_sound_and_run_nothing_of_the_plans_texts(
    folder: Path, tools: Path, tmp_path: Path
) -> None:
    scripts = sorted(folder.rglob("*.slurm"))
    assert len(scripts) == 2 + 3
    for script in scripts:
        subprocess.run(["bash", "-n", script], check=True)
        options = [line for line in script.read_text().split("\n") if line.startswith("#SBATCH")]
        assert not [line for line in options if "wrap" in line]
        assert script.read_text().startswith("#!/bin/bash\n#SBATCH --job-name=")
        run(script, tools)
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", *scripts], check=True)
    assert no_canary(folder, tmp_path)


def test_a_training_says_when_it_begins_and_ends(folder: Path, tools: Path, tmp_path: Path) -> None:
    job = run(folder / RUN / "finetune.slurm", tools)
    assert job.code == 0
    assert job.of("tune") == [["run", "lora_finetune_single_device", "--config", "finetune.yaml"]]
    said = job.of("ckreg")
    root = str(tmp_path / HOSTILE_FOLDER)
    assert said[0][:7] == ["-C", root, "status", "set", NAME, RUN, "--job-id"]
    assert [words[words.index("--status") + 1] for words in said] == ["running", "completed"]
    assert all({"--spool", "--by", "77"} <= set(words) for words in said)
    assert job.of("module") == [["purge"], ["load", "a$(touch canary)"], ["load", "b;touch canary"]]
    assert no_canary(folder, tmp_path)


@pytest.mark.parametrize("ckreg", ["0", "70"])
def test_the_exit_status_is_the_tools_own_whatever_ckreg_says(folder: Path, tools: Path, ckreg: str) -> None:
    job = run(folder / RUN / "finetune.slurm", tools, EXIT_TUNE="3", EXIT_CKREG=ckreg)
    assert job.code == 3
    last = job.of("ckreg")[-1]
    assert last[last.index("--status") + 1] == "failed"
    assert last[last.index("--note") + 1] == "exit status 3"


def test_without_ckreg_on_the_node_the_job_is_the_same(folder: Path, tools: Path) -> None:
    (tools / "ckreg").unlink()
    clean = os.pathsep.join(
        part for part in os.environ["PATH"].split(os.pathsep) if not (Path(part) / "ckreg").exists()
    )
    job = run(folder / RUN / "finetune.slurm", tools, EXIT_TUNE="4", PATH=f"{tools}:{clean}")
    assert (job.code, len(job.of("tune")), job.of("ckreg")) == (4, 1, [])


def test_a_job_of_an_array_is_told_by_its_task(folder: Path, tools: Path) -> None:
    job = run(folder / RUN / "finetune.slurm", tools, SLURM_ARRAY_JOB_ID="70", SLURM_ARRAY_TASK_ID="3")
    assert {words[words.index("--job-id") + 1] for words in job.of("ckreg")} == {"70_3"}


def test_a_job_that_is_told_to_stop_says_so(folder: Path, tools: Path) -> None:
    """Slurm sends TERM at the time limit and on scancel; KILL follows after KillWait."""
    started = tools.parent / "started"
    os.mkfifo(started)
    script = folder / RUN / "finetune.slurm"
    with subprocess.Popen(
        ["bash", script.name], cwd=script.parent, env=environment(tools, WAITS="tune")
    ) as job:
        assert started.read_text() == "x"  # until the tool runs
        job.send_signal(signal.SIGTERM)
        assert job.wait(timeout=60) == 128 + signal.SIGTERM
    said = [words for name, *words in calls(tools) if name == "ckreg"]
    assert [words[words.index("--status") + 1] for words in said] == ["running", "failed"]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """What torchtune leaves after an epoch."""
    path = tmp_path / "scr atch 100%" / NAME / f"ck-out-{RUN}" / "epoch_0"
    path.mkdir(parents=True)
    for name in ("config.json", "ft-model.safetensors", "adapter_config.json", "adapter_model.safetensors"):
        (path / name).write_text("")
    return path


def test_an_evaluation_is_of_the_merged_model(
    folder: Path, tools: Path, checkpoint: Path, tmp_path: Path
) -> None:
    job = run(folder / RUN / "eval" / "cap_epoch0" / "eval.slurm", tools)
    assert job.code == 0
    assert checkpoint.is_dir()
    assert job.of("model") == [["config.json", "ft-model.safetensors"]]
    [called, _] = job.of("inspect")
    assert called[:2] == ["eval", "/t/it's $(touch canary).py@cap"]
    assert called[called.index("--system-message") + 1] == HOSTILE
    assert called[called.index("--model") + 1] == f"hf/{RUN}_epoch_0"
    assert called[called.index("--task-config") + 1] == "eval.yaml"
    told = job.of("ckreg")[0]
    assert told[told.index("--task") : told.index("--task") + 4] == ["--task", "cap", "--epoch", "0"]
    assert list(tmp_path.glob("tmp.*")) == []
    assert no_canary(folder, tmp_path)


def test_an_evaluation_whose_log_says_no_success_has_failed(
    folder: Path, tools: Path, checkpoint: Path
) -> None:
    """inspect-ai ends with 0 even where the task failed, as in the collection of logs."""
    assert checkpoint.is_dir()
    job = run(folder / RUN / "eval" / "cap_epoch0" / "eval.slurm", tools, NO_SUCCESS="1")
    assert job.code == 1
    last = job.of("ckreg")[-1]
    assert last[last.index("--status") + 1] == "failed"


@pytest.fixture
def best(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an experiment whose best epochs are evaluated; its run writes into `out`."""
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path))
    training = {"recipe": "lora_finetune_single_device", "epochs": 2, "validation": True, "memory": "200G"}
    tasks = [{"name": "cap", "script": "/t/cap.py"}]
    tree = sound() | {"task": "words", "training": training, "evaluation": {"tasks": tasks, "epochs": "best"}}
    write_experiment(home, draft_experiment(home, read(tree), index=False))
    scaffold(home, NAME)
    return home.experiments / NAME


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / NAME / f"ck-out-{RUN}").mkdir(parents=True)
    return tmp_path / NAME / f"ck-out-{RUN}"


def test_the_best_epoch_is_told_by_whoever_knows_it(best: Path, tools: Path, out: Path) -> None:
    script = best / RUN / "eval" / "cap_epochbest" / "eval.slurm"
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", script, best / RUN / "finetune.slurm"], check=True)
    assert run(script, tools).code == 1
    (out / "epoch_1").mkdir()
    (out / "best_epoch").write_text("1\n")
    job = run(script, tools)
    assert job.code == 0
    last = job.of("ckreg")[-1]
    assert last[last.index("--epoch") : last.index("--epoch") + 4] == ["--epoch", "best", "--resolved", "1"]
    assert "--mem" not in script.read_text()
    assert "#SBATCH --mem=200G\n" in (best / RUN / "finetune.slurm").read_text()


BAR = "\r{epoch}|{step}|Loss: 4.1: 100%|#| 40/40 [00:00<00:00, 9.1it/s]INFO:torch:Validation loss: {loss}\n"


@pytest.mark.parametrize(
    ("earlier", "losses", "best_is"),
    [
        ((), ((1, 4.25), (2, 4.125), (3, 4.5)), "1\n"),
        ((), ((1, 4.25), (2, 4.25), (2, 4.5)), "0\n"),
        ((), ((1, "nan"), (2, 1e-3), (3, 0.25)), "1\n"),
        (((1, 4.0), (2, 3.0)), ((2, 4.25), (3, 4.125)), "0\n"),  # taken up again after the first
        (((1, 4.0),), ((1, 4.25), (2, 4.125)), "1\n"),  # begun anew
        ((), (), None),
    ],
)
def test_a_training_writes_which_epoch_was_best(
    best: Path,
    tools: Path,
    out: Path,
    earlier: tuple[tuple[int, object], ...],
    losses: tuple[tuple[int, object], ...],
    best_is: str | None,
) -> None:
    def told(each: tuple[tuple[int, object], ...]) -> str:
        return "".join(BAR.format(epoch=epoch, step=epoch * 40, loss=loss) for epoch, loss in each)

    if earlier:
        (out / "slurm-76.out").write_text(told(earlier))
    (tools / "tune").write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{told(losses)}END\nexit ${{EXIT_TUNE:-0}}\n")
    script = best / RUN / "finetune.slurm"
    with (out / "slurm-77.out").open("w") as log:
        call = ["bash", script.name]
        done = subprocess.run(
            call, cwd=script.parent, env=environment(tools), stdout=log, stderr=log, timeout=60, check=False
        )
    assert done.returncode == 0
    file = out / "best_epoch"
    assert (file.read_text() if file.exists() else None) == best_is
    assert ("write the number" in (out / "slurm-77.out").read_text()) is (best_is is None)


def test_a_training_that_failed_has_no_best_epoch(best: Path, tools: Path, out: Path) -> None:
    assert run(best / RUN / "finetune.slurm", tools, EXIT_TUNE="3").code == 3
    assert not (out / "best_epoch").exists()


def test_an_evaluation_without_its_model_fails(folder: Path, tools: Path) -> None:
    job = run(folder / RUN / "eval" / "cap_epoch0" / "eval.slurm", tools)
    assert (job.code, job.of("inspect")) == (1, [])
