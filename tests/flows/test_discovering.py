"""What a plan could be made of, found where a group keeps such things."""

from datetime import date
from pathlib import Path

from ckreg.adapters.tree import Home
from ckreg.core.settings import Settings
from ckreg.core.wizard import Choice, Found
from ckreg.flows.discovering import discover
from ckreg.flows.estimating import Priors
from tests.documents import EXPERIMENT

TODAY = date(2025, 10, 22)


def found(home: Home, **settings: str) -> Found:
    return discover(home, Settings(**settings), Priors(home), TODAY)  # type: ignore[arg-type]  # texts only


def lay(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_models_of_models_dir_are_choices_with_what_they_lack(home: Home, tmp_path: Path) -> None:
    lay(
        tmp_path / "models",
        {"whole/config.json": "{}", "whole/model.safetensors": "weights", "half/config.json": "{}"},
    )
    (tmp_path / "models" / "empty").mkdir()
    assert found(home, models_dir=str(tmp_path / "models")).models == (
        Choice("empty", "it has no config.json"),
        Choice("half", "it has no weights"),
        Choice("whole"),
    )
    assert found(home).models == ()


def test_data_and_scripts_are_found_beside_the_registry(home: Home, tmp_path: Path) -> None:
    source = "@task\ndef capitals():\n    ...\n"
    lay(home.root, {"data/words.json": "x" * 2048, "data/readme.txt": "", "evals/cap.py": source})
    lay(tmp_path / "ours", {"twins.csv": "a,b\n"})
    seen = found(home, ck_data_dir=str(tmp_path / "ours"))
    assert [choice.words for choice in seen.datasets] == [
        str(tmp_path / "ours" / "twins.csv"),
        str(home.root / "data" / "words.json"),
    ]
    assert seen.scripts == (Choice(f"{home.root}/evals/cap.py@capitals"),)


def test_experiments_come_latest_first(home: Home) -> None:
    lay(home.experiments, {"words_2025-11-01/experiment_summary.md": "# Experiment: words_2025-11-01\n"})
    assert [choice.words for choice in found(home).experiments] == ["words_2025-11-01", EXPERIMENT]


def test_what_no_answer_could_name_is_passed_over(home: Home, tmp_path: Path) -> None:
    for name in ("fine", "with,comma", "with\x1b[31m", "with\nline"):
        (tmp_path / "models" / name).mkdir(parents=True)
    assert [choice.words for choice in found(home, models_dir=str(tmp_path / "models")).models] == ["fine"]
