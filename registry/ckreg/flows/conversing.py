"""The conversation's other side: what there is to choose from, what the answers would take, answers kept."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ckreg.adapters import clock, probe
from ckreg.adapters.config import load_settings
from ckreg.adapters.datasets import count_splits
from ckreg.adapters.tree import Home, read_text, replace_text, state_folder
from ckreg.core.eval_script import script_and_task
from ckreg.core.plan import Plan, resolve
from ckreg.core.plan.forecast import Forecast
from ckreg.core.resources import BUILT_IN_TASKS, DatasetFacts, Resources, ScriptFacts, Split
from ckreg.core.setting_kinds import full_path
from ckreg.core.spec import Spec
from ckreg.core.wizard import Answers, spec_of_answers
from ckreg.core.wizard.values import given, several
from ckreg.errors import CkregError
from ckreg.flows.designing import forecaster
from ckreg.flows.discovering import discover
from ckreg.flows.estimating import load_priors

KEPT = "design.json"
_MOST_RUNS = 500  # beyond, an estimate after each part would make people wait


class Outlook(NamedTuple):
    """What the answers so far come to; the forecast is None where it would take too long."""

    plan: Plan
    forecast: Forecast | None


class Kept(NamedTuple):
    """Answers of a conversation that was broken off, and the defaults that they had."""

    answers: dict[str, str]
    defaults: dict[str, str]
    at: str


class Conversation:
    """A conversation about one registry; prior runs and datasets are looked at once."""

    def __init__(self, home: Home, *, index: bool = True) -> None:
        self.home = home
        self.settings = load_settings(home)
        self._priors = load_priors(home, index=index)
        self._today = clock.now().date()
        self._splits: dict[str, tuple[Split, ...]] = {}
        self.found = discover(home, self.settings, self._priors, self._today)

    def outlook(self, answers: Answers) -> Outlook:
        """What the answers so far come to."""
        spec = spec_of_answers(answers)
        plan = resolve(spec, self._today)
        if len(plan.runs) > _MOST_RUNS or "datasets" not in answers:
            return Outlook(plan, None)
        resources = self._resources(spec)
        return Outlook(plan, forecaster(resources, self.settings, self._priors)(plan))

    def remark(self, key: str, words: str) -> str | None:
        """What is to be said of an answer that will do: something that it names is not there."""
        if key not in {"models", "datasets", "tasks"}:
            return None
        missing = [item for item in several(given(words) or "") if not self._is_there(key, item)]
        if not missing:
            return None
        if key == "models" and not self.settings.models_dir:
            return "models_dir is not set: give a path, or set it (`ckreg config` says where)"
        return f"not found: {', '.join(missing)}; the plan marks it as a prerequisite"

    def _is_there(self, key: str, item: str) -> bool:
        if key == "models":
            return probe.is_folder(self._full(item if "/" in item else f"{self.settings.models_dir}/{item}"))
        if key == "tasks":
            return item.startswith(BUILT_IN_TASKS) or probe.exists(self._full(script_and_task(item)[0]))
        return probe.exists(self._full(item))

    def _full(self, path: str) -> str:
        return full_path(path, base=str(self.home.root), home=str(Path("~").expanduser()))

    def _resources(self, spec: Spec) -> Resources:
        """The rows of the datasets, on which times rest; nothing else is looked at yet."""
        return Resources(
            datasets=tuple(self._dataset(one.label, one.path) for one in spec.datasets),
            scripts=tuple(
                ScriptFacts(
                    task.name, task.script, True, task.script.startswith(BUILT_IN_TASKS), task.dataset
                )
                for task in spec.evaluation.tasks
            ),
        )

    def _dataset(self, label: str | None, path: str) -> DatasetFacts:
        if path not in self._splits:
            full = self._full(path)
            self._splits[path] = count_splits(Path(full)).splits if probe.exists(full) else ()
        return DatasetFacts(label, path, bool(self._splits[path]), splits=self._splits[path])


def keep(home: Home, answers: Mapping[str, str], defaults: Mapping[str, str]) -> None:
    """Put the answers so far on disk, so that nothing is lost."""
    state_folder(home)
    told = {"at": clock.now().isoformat(), "answers": dict(answers), "defaults": dict(defaults)}
    replace_text(home.state / KEPT, json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def kept(home: Home) -> Kept | None:
    """The answers of a conversation that was broken off; None where there are none that can be read."""
    try:
        told = json.loads(read_text(home.state / KEPT))
        answers, defaults = (_words(told[part]) for part in ("answers", "defaults"))
        return Kept(answers, defaults, str(told["at"])) if answers else None
    except (CkregError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def forget(home: Home) -> None:
    """Remove the kept answers: they are a plan now."""
    with contextlib.suppress(OSError):
        (home.state / KEPT).unlink(missing_ok=True)


def _words(told: Mapping[object, object]) -> dict[str, str]:
    return {key: words for key, words in told.items() if isinstance(key, str) and isinstance(words, str)}
