"""Every file that a plan comes to: which template it is rendered from, and with which values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from ckreg.core.eval_script import script_and_task
from ckreg.core.plan.evaluations import BEST
from ckreg.core.plan.values import Plan, PlannedEvaluation
from ckreg.core.recipes import is_lora
from ckreg.core.resources import BUILT_IN_TASKS
from ckreg.core.scaffold.layout import (
    EVAL_CONFIG,
    EVAL_SCRIPT,
    FINETUNE_CONFIG,
    FINETUNE_SCRIPT,
    SETUP,
    evaluation_folder,
    evaluation_output,
    output_folder,
    training_folder,
)
from ckreg.core.scaffold.sbatch import request_of
from ckreg.core.scaffold.torchtune.config import SEED, Found, finetune_tree, left_unread
from ckreg.core.scaffold.torchtune.data import DataFacts
from ckreg.core.scaffold.torchtune.models import ModelFolder
from ckreg.core.scaffold.torchtune.places import JOB_KEYS
from ckreg.core.scaffold.torchtune.recipes import is_distributed
from ckreg.core.settings import Settings
from ckreg.core.spec.crossing import Run
from ckreg.core.spec.values import Checkpoint, Setting, Task

Tree = dict[str, object]


class Sheet(NamedTuple):
    """A file that is to be: its path in the experiment's folder, its template, and that template's values."""

    path: str
    template: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """What a plan does not say and its files need.

    `registry` and `folder` are full paths, the experiment's the second; `times` has the time limit of each
    (run,) and (run, task, epoch); models are by name, data by the dataset's label.
    """

    registry: str
    folder: str
    scratch_dir: str
    settings: Settings
    times: Mapping[tuple[str | None, ...], str]
    models: Mapping[str, ModelFolder]
    data: Mapping[str | None, DataFacts]


def sheets_of(plan: Plan, place: Place) -> Iterator[Sheet]:
    """The files of every run, then of every evaluation.

    Raises:
        RefusedError: a value cannot stand where it has to, or there is no config for a model or recipe.
    """
    for run in plan.runs:
        yield from _training(plan, run, place)
    for planned in plan.evaluations:
        yield from _evaluation(plan, planned, place)


def warnings_of(plan: Plan, place: Place) -> Iterator[str]:
    """What the files will not do as somebody may think, each once."""
    said: dict[str, None] = {}
    for run in plan.runs:
        for key in left_unread(run):
            said[
                f"{run.recipe} of torchtune 0.6.1 does not read `{key}`; it is in finetune.yaml all the same."
            ] = None
        if run.validation and run.recipe in _WITHOUT_VALIDATION:
            said[
                f"{run.recipe} of torchtune 0.6.1 does not validate during training: `dataset_val` and "
                "`run_val_every_n_steps` are for a recipe that does."
            ] = None
        if run.get("save_adapter_weights_only") is True and any(
            one.run_name == run.name for one in plan.evaluations
        ):
            said[f"{run.name}: saves its adapter only, and inspect-ai evaluates whole models."] = None
        if not _time(place, (run.name,), dict(run.settings)):
            said[f"{run.name}: no time limit is known (no estimate, no setting `time`)."] = None
        if place.models[run.model].files == ():
            said[
                f"{place.models[run.model].path} could not be looked at: its files are named as they are "
                "published. Scaffold again when it is there."
            ] = None
    yield from said


_WITHOUT_VALIDATION = frozenset(
    {
        "lora_finetune_single_device",
        "lora_finetune_distributed",
        "full_finetune_single_device",
        "full_finetune_distributed",
        "qat_distributed",
        "qat_lora_finetune_distributed",
    }
)


def _training(plan: Plan, run: Run, place: Place) -> Iterator[Sheet]:
    folder, out = training_folder(run.name), output_folder(place.scratch_dir, plan.name, run.name)
    settings = dict(run.settings)
    found = Found(place.models[run.model], place.data[run.dataset.label], out)
    config = finetune_tree(run, found)
    request = request_of(
        run.name,
        out,
        gpus=0 if config["device"] == "cpu" else run.gpus,
        time=_time(place, (run.name,), settings),
        of_run=_of_job(settings),
        settings=place.settings,
    )
    common = {
        **_common(plan, place, run.name, out),
        "recipe": run.recipe,
        "gpus": request.gpus,
        "processes": max(1, run.gpus) if is_distributed(run.recipe) else None,
    }
    setup = _setup(plan, run, place, request.time)
    yield Sheet(f"{folder}/{SETUP}", f"{SETUP}.j2", {**common, "config": setup})
    yield Sheet(f"{folder}/{FINETUNE_CONFIG}", f"{FINETUNE_CONFIG}.j2", {**common, "config": config})
    script = {
        **common,
        "sbatch": request.lines(),
        "task": None,
        "epoch": None,
        "best_is_evaluated": any(
            (each.run_name, each.epoch) == (run.name, BEST) for each in plan.evaluations
        ),
    }
    yield Sheet(f"{folder}/{FINETUNE_SCRIPT}", f"{FINETUNE_SCRIPT}.j2", script)


def _common(plan: Plan, place: Place, run: str, out: str) -> Tree:
    return {
        "experiment": plan.name,
        "registry": place.registry,
        "run": run,
        "output_dir": out,
        "modules": list(place.settings.modules),
        "conda_env": place.settings.conda_env,
    }


def _time(place: Place, key: tuple[str | None, ...], settings: Mapping[str, Setting]) -> str | None:
    said = settings.get("time")
    return str(said) if said else place.times.get(key) or place.settings.time


def _of_job(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    return {key: settings[key] for key in JOB_KEYS if key in settings}


def _setup(plan: Plan, run: Run, place: Place, time: str | None) -> Tree:
    """cruijff_kit's keys; the plan's other recipe keys under their own names."""
    data, model = PurePosixPath(run.dataset.path), PurePosixPath(place.models[run.model].path)
    settings = place.settings
    tree: dict[str, object | None] = {
        "torchtune_model_name": run.model,
        "project_dir": place.folder,
        "input_dir_base": f"{data.parent}/",
        "models_dir": str(model.parent),
        "experiment_name": plan.name,
        "dataset_label": data.stem,
        "dataset_ext": data.suffix,
        "output_dir_base": str(PurePosixPath(output_folder(place.scratch_dir, plan.name, run.name)).parent),
        "recipe": run.recipe,
        "time": time,
        "account": settings.account,
        "partition": settings.partition,
        "constraint": settings.constraint,
        "conda_env": settings.conda_env,
        "lora_alpha": run.lora_alpha,
        **{key: _plain(value) for key, value in run.settings if (key, value) != ("lora_alpha", "auto")},
    }
    return {key: value for key, value in tree.items() if value is not None}


def _plain(value: Setting) -> object:
    return list(value) if isinstance(value, tuple) else value


class _Model(NamedTuple):
    """What is evaluated: the model's folder, or for a fine-tuned run the one above its epochs."""

    name: str
    path: str
    run: Run | None
    system_prompt: str


def _evaluation(plan: Plan, planned: PlannedEvaluation, place: Place) -> Iterator[Sheet]:
    key = (planned.run_name, planned.task, planned.epoch)
    folder, out = evaluation_folder(*key), evaluation_output(place.scratch_dir, plan.name, *key)
    [task] = [task for task in plan.spec.evaluation.tasks if task.name == planned.task]
    model = _evaluated(plan, planned, place)
    of_run = dict(model.run.settings) if model.run else {}
    of_job = {name: value for name, value in _of_job(of_run).items() if name not in _OF_TRAINING}
    request = request_of(
        training_folder(planned.run_name),
        out,
        gpus=0 if of_run.get("device") == "cpu" else 1,
        time=place.times.get(key),
        of_run=of_job,
        settings=place.settings,
    )
    script, name = script_and_task(task.script)
    values = {
        **_common(plan, place, planned.run_name, out),
        "task": planned.task,
        "epoch": planned.epoch,
        "trained": model.run is not None,
        "built_in": task.script.startswith(BUILT_IN_TASKS),
        "script": script if name is None else f"{script}@{name}",
        "model": model.path,
        "model_name": model.name,
        "merged": model.run is not None and is_lora(model.run.recipe) and not _adapter_only(model.run),
        "system_prompt": model.system_prompt,
        "gpus": request.gpus,
        "seed": SEED,
    }
    config = _eval_config(plan, planned, task, model, out)
    yield Sheet(f"{folder}/{EVAL_CONFIG}", f"{EVAL_CONFIG}.j2", {**values, "config": config})
    yield Sheet(f"{folder}/{EVAL_SCRIPT}", f"{EVAL_SCRIPT}.j2", {**values, "sbatch": request.lines()})


# What a training asks for says nothing of an evaluation; where both run is the same.
_OF_TRAINING = ("time", "memory", "cpus")


def _adapter_only(run: Run) -> bool:
    return run.get("save_adapter_weights_only") is True


def _evaluated(plan: Plan, planned: PlannedEvaluation, place: Place) -> _Model:
    prompt = plan.spec.evaluation.system_prompt
    run = next((run for run in plan.runs if run.name == planned.run_name), None)
    if run is not None:
        told = prompt if prompt is not None else str(run.get("system_prompt") or "")
        path = output_folder(place.scratch_dir, plan.name, run.name)
        return _Model(f"hf/{training_folder(run.name)}_epoch_{planned.epoch}", path, run, told)
    checkpoint = next((one for one in plan.spec.checkpoints if one.name == planned.run_name), None)
    path = checkpoint.path if isinstance(checkpoint, Checkpoint) else place.models[planned.model].path
    # A base model hears what the runs of its experiment that have one prompt were trained with.
    prompts = {str(run.get("system_prompt") or "") for run in plan.runs if run.model == planned.model}
    told = prompt if prompt is not None else next(iter(prompts)) if len(prompts) == 1 else ""
    return _Model(f"hf/{training_folder(planned.run_name)}", path, None, told)


def _eval_config(plan: Plan, planned: PlannedEvaluation, task: Task, model: _Model, out: str) -> Tree:
    """cruijff_kit's keys; inspect-ai takes from here those that the task has parameters for."""
    script, name = script_and_task(task.script)
    of_run = model.run.dataset if model.run else next(iter(plan.spec.datasets), None)
    data = task.dataset or (None if of_run is None else of_run.path)
    epoch = planned.epoch
    tree: dict[str, object | None] = {
        "task_script": script if name is None else f"{script}@{name}",
        "task_name": planned.task,
        "model_path": f"{model.path}/epoch_{epoch}" if model.run else model.path,
        "model_hf_name": model.name,
        "output_dir": out,
        "data_path": data,
        "vis_label": planned.run_name,
        "use_chat_template": "instruct" in planned.model.lower() or "chat" in planned.model.lower(),
        "epoch": int(epoch) if epoch is not None and epoch.isdecimal() else epoch,
        "is_finetuned": model.run is not None,
        "source_model": planned.model,
        "system_prompt": model.system_prompt,
        "seed": SEED,
    }
    return {key: value for key, value in tree.items() if value is not None}
