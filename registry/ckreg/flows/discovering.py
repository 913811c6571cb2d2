"""What a plan could be made of: models, datasets, evaluation scripts, recipes, earlier experiments."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from ckreg.adapters import probe, shelves
from ckreg.adapters.tree import Home, read_text
from ckreg.core.eval_script import tasks_in
from ckreg.core.settings import Settings
from ckreg.core.spec import Spec, read_spec
from ckreg.core.text import printable
from ckreg.core.units import size
from ckreg.core.wizard import Choice, Found
from ckreg.core.wizard.resourcing import script_choice
from ckreg.core.wizard.training import recipe_choices
from ckreg.errors import CkregError
from ckreg.flows.estimating import Priors

SPEC = "spec.yaml"
_MOST = 200
_RECENT = 5
_DATA = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
_DATA_FOLDERS = {"data", "datasets", "dataset", "input", "inputs"}


def discover(home: Home, settings: Settings, priors: Priors, today: date) -> Found:
    """All that there is to choose from; what has a control code in its name is passed over."""
    experiments = sorted(home.experiment_names(), key=lambda name: (name[-10:], name), reverse=True)
    recent = list(_recent(home, experiments))
    return Found(
        today=today,
        models=_sound(_models(settings.models_dir)),
        datasets=_sound(_datasets(home, settings.ck_data_dir, recent)),
        scripts=_sound(_scripts(home, recent)),
        recipes=recipe_choices(priors.recipes),
        experiments=_sound(Choice(name) for name in experiments),
        models_dir=settings.models_dir,
        gpus=settings.gpus,
    )


def _sound(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """Each once, without those that no answer could name."""
    by_words = {choice.words: choice for choice in choices}
    return tuple(
        Choice(words, printable(choice.about))
        for words, choice in by_words.items()
        if printable(words) == words and "," not in words
    )


def _recent(home: Home, experiments: list[str]) -> Iterator[tuple[str, Spec]]:
    """The specs of the latest experiments."""
    for name in experiments[:_RECENT]:
        try:
            yield name, read_spec(read_text(home.experiments / name / SPEC), format="yaml", name=SPEC)
        except CkregError:
            continue


def _models(models_dir: str | None) -> Iterator[Choice]:
    for name in shelves.folders_in(Path(models_dir))[:_MOST] if models_dir else ():
        folder = f"{models_dir}/{name}"
        fault = probe.config_fault(folder, probe.config_name(folder)) or probe.weights_fault(folder)
        yield Choice(name, fault or "")


def _datasets(home: Home, ck_data_dir: str | None, recent: list[tuple[str, Spec]]) -> Iterator[Choice]:
    for name, spec in recent:
        for dataset in spec.datasets:
            yield Choice(dataset.path, f"used in {name}")
    places = [Path(ck_data_dir)] if ck_data_dir else []
    places += [home.root / name for name in shelves.folders_in(home.root) if name.lower() in _DATA_FOLDERS]
    for place in places:
        for path in shelves.files_below(place, _DATA, _MOST):
            yield Choice(str(path), size(probe.file_bytes(str(path)) or 0))


def _scripts(home: Home, recent: list[tuple[str, Spec]]) -> Iterator[Choice]:
    for name, spec in recent:
        for task in spec.evaluation.tasks:
            yield Choice(task.script, f"used in {name}")
    for path in shelves.files_below(home.root, (".py",), _MOST):
        source = shelves.source_of(path)
        for function in tasks_in(source) if b"task" in source else ():
            yield script_choice(str(path), function)
