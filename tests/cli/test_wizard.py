"""`ckreg design` as a conversation, on a real pseudo-terminal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ckreg.adapters.tree import Home
from ckreg.cli.wizard.nobody import EXAMPLE
from ckreg.core.spec import read_spec
from tests.cli.calls import Caller
from tests.cli.terminal import Terminal

NAME = "words_lora_comparison_2025-10-22"
BEFORE = [
    ("Start from something?", ""),
    ("What do you want to test?", ""),
    ("scientific question?", "Does it?"),
]
DESIGN = [*BEFORE, ("Which LoRA ranks?", ""), ("base model controls?", "")]
RESOURCES = [
    ("Which model?", ""),
    ("Which dataset", ""),
    ("Which evaluation tasks?", "1"),
    ("Name of the task", ""),
    ("Its dataset?", ""),
    ("What does it measure?", "8-letter words"),
]
TRAINING = [
    ("How many epochs?", "2"),
    ("How many GPUs", ""),
    ("validation run", ""),
    ("System prompt", ""),
    ("Which recipe?", ""),
    ("Batch size?", "4"),
    ("Pack the dataset?", ""),
    ("Other recipe keys?", ""),
]
REST = [
    ("Which epochs to evaluate?", "all"),
    ("Which runs get", ""),
    ("Task or dataset", "words"),
    ("Key experimental factor?", ""),
    ("Date?", ""),
    ("Anything to note?", ""),
]


@pytest.fixture
def place(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A registry with a model, data and an evaluation script to be found."""
    model = tmp_path / "models" / "L1B"
    model.mkdir(parents=True)
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_text("weights")
    (home.root / "data").mkdir()
    (home.root / "data" / "words_8L.json").write_text(
        json.dumps({name: [{"input": "a", "output": "A"}] * 40 for name in ("train", "validation", "test")})
    )
    (home.root / "evals").mkdir()
    (home.root / "evals" / "cap.py").write_text("@task\ndef capitals():\n    ...\n")
    monkeypatch.setenv("CKREG_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("CKREG_SCRATCH_DIR", str(tmp_path))
    return home.root


def terminal(place: Path, *words: str, **env: str) -> Terminal:
    return Terminal(place, "design", "--no-index", *words, env=env)


def test_a_whole_conversation_makes_the_plan_that_its_saved_spec_makes(
    place: Path, home: Home, call: Caller, tmp_path: Path
) -> None:
    with terminal(place) as shown:
        shown.answers([*DESIGN, *RESOURCES])
        assert "40" not in shown.until("So far: parameter sweep")
        so_far = " ".join(shown.until("3 of 5").split())
        assert "2 runs × 1 task × 1 epoch + 1 control × 1 task = 3 evaluations" in so_far
        assert "of GPUs to train" in so_far
        assert "GiB on disk (preliminary)" in so_far
        shown.answers([*TRAINING, *REST])
        shown.until("Write and commit this plan?")
        shown.until("> ")
        shown.type(f"s {tmp_path}/saved.yaml")
        shown.until("The answers are in")
        shown.until("> ")
        shown.type("y")
        assert shown.code() == 0
        assert f"experiments/{NAME}" in shown.seen.replace("\n", "")
        lines = [line for line in shown.seen.split("The plan")[0].split("\n") if "\r" not in line]
        assert max(map(len, lines)) <= 80
    made = home.summary(NAME).read_bytes()
    assert not (home.state / "design.json").exists()
    subprocess.run(["git", "-C", place, "reset", "--quiet", "--hard", "HEAD~1"], check=True)
    assert call("design", "--spec", f"{tmp_path}/saved.yaml", "--yes", "--no-index").code == 0
    assert home.summary(NAME).read_bytes() == made


def test_steps_back_wrong_answers_and_help(place: Path, home: Home) -> None:
    with terminal(place, "--dry-run", "--json") as shown:
        shown.answers([*BEFORE, ("Which LoRA ranks?", "4")])
        shown.until("✗ expected at least two ranks")
        shown.reply("8, 16")
        shown.answers([("base model controls?", "maybe")])
        shown.until('✗ "maybe" is none of the choices; expected a number from 1 to 2')
        shown.reply("?")
        shown.until("They cost evaluations only")
        shown.reply("<")
        assert "[8, 16] > " in shown.until("Which LoRA ranks?") + shown.until("[8, 16] > ")
        shown.type("back")
        assert "[Does it?] > " in shown.until("[Does it?] > ")
        shown.type("")
        shown.answers([("Which LoRA ranks?", ""), *DESIGN[4:], *RESOURCES, *TRAINING, *REST])
        assert shown.code() == 0
    told = json.loads(shown.seen[shown.seen.index('{\n  "experiment"') :])
    assert told["runs"] == ["L1B_rank8", "L1B_rank16"]
    assert not (home.experiments / NAME).exists()


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_ctrl_c_loses_nothing_and_resume_goes_on(place: Path, home: Home, key: str) -> None:
    with terminal(place) as shown:
        shown.answers([*DESIGN, *RESOURCES[:2]])
        shown.until("Which evaluation tasks?")
        shown.until("> ")
        assert shown.stop(key) == 130
        assert "Your answers are kept: `ckreg design --resume` goes on here." in shown.seen
    assert json.loads((home.state / "design.json").read_text())["answers"]["question"] == "Does it?"
    with terminal(place, "--resume", "--yes") as shown:
        shown.until("Going on after 7 answers.")
        shown.answers([*RESOURCES[2:], *TRAINING, *REST])
        assert shown.code() == 0
    assert home.summary(NAME).is_file()


def test_what_was_broken_off_is_offered_and_can_be_left(place: Path, home: Home) -> None:
    (home.state).mkdir(exist_ok=True)
    kept = {
        "at": "2025-10-22T14:00:00+00:00",
        "answers": {"start": "scratch", "vary": "\x1b[31m"},
        "defaults": {},
    }
    (home.state / "design.json").write_text(json.dumps(kept))
    with terminal(place) as shown:
        shown.until("A design of 2025-10-22 14:00 has 2 answers.")
        shown.until("> ")
        shown.type("")
        shown.until("Going on after 1 answer.")
        shown.until("What do you want to test?")
        assert shown.stop("\x04") == 130
        assert "\x1b[31m" not in shown.raw


@pytest.mark.parametrize(
    "broken", ["", "[]", '{"answers": 4}', '{"at": 1, "answers": {"vary": 3}, "defaults": []}']
)
def test_kept_answers_that_are_none_begin_anew(place: Path, home: Home, broken: str) -> None:
    (home.state).mkdir(exist_ok=True)
    (home.state / "design.json").write_text(broken)
    with terminal(place, "--resume") as shown:
        shown.until("it begins anew")
        shown.until("Start from something?")
        assert shown.stop() == 130


def test_hostile_answers_are_refused_and_never_shown_raw(place: Path) -> None:
    with terminal(place, TERM="dumb", NO_COLOR="1") as shown:
        shown.answers(BEFORE[:2])
        shown.until("scientific question?")
        for words, said in (
            ("\x16\x1b[31mred", "control codes"),  # Ctrl-V takes the next key as it is
            ("x" * 10_000, "expected at most 2,000"),
            ("\udcff\udcfe", "control codes"),
        ):
            shown.until("> ")
            shown.type(words)
            shown.until(said)
        assert "\x1b[31m" not in shown.raw
        shown.until("> ")
        shown.type("Is it | `so` <b>?")
        shown.until("Which LoRA ranks?")
        assert shown.stop() == 130


def test_a_declined_plan_keeps_the_answers(place: Path, home: Home) -> None:
    with terminal(place) as shown:
        shown.answers([*DESIGN, *RESOURCES, *TRAINING, *REST])
        shown.until("Write and commit this plan?")
        shown.reply("what")
        shown.reply("<")
        shown.answers([("Anything to note?", "checked twice"), ("Write and commit", "n")])
        shown.until("--resume")
        assert shown.code() == 4
    assert json.loads((home.state / "design.json").read_text())["answers"]["notes"] == "checked twice"
    assert not (home.experiments / NAME).exists()


def test_an_experiment_gives_the_defaults(place: Path, call: Caller) -> None:
    (place / "spec.yaml").write_text(
        "task: gsm\nfactor: lr\nquestion: Which rate?\nmodels: [L1B]\n"
        "dataset: {path: data/words_8L.json}\n"
        "variables: {lr: [1e-5, 3e-4]}\n"
        "training: {recipe: lora_finetune_single_device, lora_rank: 16, epochs: 5}\n"
    )
    assert call("design", "--spec", "spec.yaml", "--yes", "--no-index").code == 0
    with terminal(place) as shown:
        shown.answers([("Start from something?", "gsm_lr")])
        for default in ("hyperparameters", "Which rate?", "lr", "1e-05, 0.0003", "yes", "L1B"):
            shown.until("Its answers" if default == "hyperparameters" else "\n\n")
            assert shown.reply("").endswith(f"[{default}] > ")
        assert "words_8L.json] > " in shown.until("words_8L.json] > ")
        assert shown.stop() == 130


@pytest.mark.parametrize("words", [("--set", "a=b"), ("--prefer", "spec")])
def test_options_of_from_have_no_meaning_in_a_conversation(call: Caller, words: tuple[str, ...]) -> None:
    assert call("design", *words).code == 2


def test_without_a_terminal_the_options_are_named_with_a_spec_to_paste(call: Caller) -> None:
    said = call("design")
    assert said.code == 2
    assert "--spec FILE" in said.err
    assert "--from EXPERIMENT" in said.err
    assert EXAMPLE in said.err
    assert read_spec(EXAMPLE, format="yaml", name="example").task == "cap_8L"


def test_no_colour_where_it_is_not_wanted(place: Path) -> None:
    with terminal(place, NO_COLOR="1", TERM="dumb") as shown:
        shown.until("Start from something?")
        shown.stop()
        assert "\x1b[" not in shown.raw


def test_help_loads_no_conversation() -> None:
    script = (
        "import sys; from ckreg.cli.main import main; main(['design', '--help']);"
        "print([name for name in ('rich', 'readline', 'ckreg.cli.wizard') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\n[]\n")
