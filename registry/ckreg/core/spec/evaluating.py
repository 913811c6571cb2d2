"""The `evaluation` of a spec, checked against the runs that the rest of the spec stands for."""

from collections.abc import Collection
from fnmatch import fnmatchcase

from ckreg.core.spec.crossing import Run
from ckreg.core.spec.cursor import Cursor, each, line, prose, sentence, shown, task_name, whole
from ckreg.core.spec.expanding import all_names, is_setting_sound, is_sound
from ckreg.core.spec.values import Epochs, Evaluation, Selection, Spec, Task

MOST_EVALUATIONS = 100_000


def read_evaluation(cursor: Cursor, spec: Spec, runs: Collection[Run]) -> Evaluation:
    """Tasks, epochs and matrix, with their defaults; `runs` are the fine-tuned runs of the spec."""
    at = cursor.attempt(lambda at: at.section(("tasks", "epochs", "matrix", "system_prompt")))
    if at is None:
        return Evaluation()
    tasks = at["tasks"].read(_tasks, ())
    epochs: Epochs = at["epochs"].read(_epochs, "last")
    if at["matrix"].absent or at["matrix"].value == "all":
        _check_epochs(at["epochs"], epochs, runs)
        matrix: tuple[Selection, ...] = ()
    else:
        reader = _SelectionReader(spec, runs, [task.name for task in tasks], epochs, at["epochs"])
        matrix = at["matrix"].required(reader.read_all, ())
    evaluation = Evaluation(tasks, epochs, matrix, _system_prompt(at["system_prompt"], spec, runs))
    _check_number(cursor, evaluation, runs)
    return evaluation


def _tasks(cursor: Cursor) -> tuple[Task, ...]:
    tasks = each(_task, cursor.items("a list of tasks"))
    names = [task.name for task in tasks if task.name]
    for twice in {name for name in names if names.count(name) > 1}:
        cursor.fault(f"`{twice}` is given twice; expected names that differ")
    return tasks


def _task(cursor: Cursor) -> Task:
    cursor.mapping("a task, {name: ..., script: ...}")
    at = cursor.section(("name", "script", "dataset", "description"))
    return Task(
        at["name"].required(task_name, ""),
        at["script"].required(line, ""),
        at["dataset"].read(line, None),
        at["description"].read(sentence, None),
    )


def _epochs(cursor: Cursor) -> Epochs:
    match cursor.value:
        case "last" | "all" | "best":
            return cursor.value
        case list():
            items = cursor.items("at least one epoch, counted from 0")
            return tuple(sorted(set(each(lambda at: whole(at, 0), items))))
        case _:
            return cursor.expected("last, all, best or a list of epochs counted from 0")


def _system_prompt(cursor: Cursor, spec: Spec, runs: Collection[Run]) -> str | None:
    """The prompt of evaluation where it is not training's, which only a declared factor allows."""
    given = cursor.read(prose, None)
    if given is None or not runs:
        return given or None
    other = next((run for run in runs if run.get("system_prompt") != given), None)
    if other is None:
        return None
    if not _is_factor("system_prompt", spec) and is_setting_sound(cursor, "system_prompt"):
        cursor.fault(
            f"{shown(given)} is not the system prompt of training, {shown(other.get('system_prompt'))} "
            f"({other.name}); expected the same for both, or `system_prompt` as a factor in variables"
        )
    return given


def _is_factor(key: str, spec: Spec) -> bool:
    return any(variable.key == key for variable in spec.variables) or any(
        key in dict(variant.settings) for variant in spec.variants
    )


class _SelectionReader:
    """Reads the lines of a selective matrix."""

    def __init__(
        self, spec: Spec, runs: Collection[Run], tasks: Collection[str], epochs: Epochs, at_epochs: Cursor
    ) -> None:
        self._spec = spec
        self._runs = runs
        self._tasks = tasks
        self._epochs = epochs
        self._at_epochs = at_epochs

    def read_all(self, cursor: Cursor) -> tuple[Selection, ...]:
        return each(self._read, cursor.items("`all` or a list of {runs: ..., tasks: ...}"))

    def _read(self, cursor: Cursor) -> Selection:
        cursor.mapping("a mapping with a pattern for runs")
        at = cursor.section(("runs", "tasks", "epochs"))
        pattern = at["runs"].required(line, "*")
        self._check_pattern(at["runs"], pattern)
        selection = Selection(
            pattern, at["tasks"].read(self._read_tasks, None), at["epochs"].read(_epochs, None)
        )
        chosen = [run for run in self._runs if fnmatchcase(run.name, pattern)]
        if selection.epochs is None:
            _check_epochs(self._at_epochs, self._epochs, chosen)
        else:
            _check_epochs(at["epochs"], selection.epochs, chosen)
        return selection

    def _read_tasks(self, cursor: Cursor) -> tuple[str, ...]:
        return each(self._read_task, cursor.items("a list of tasks"))

    def _read_task(self, cursor: Cursor) -> str:
        task = task_name(cursor)
        if task not in self._tasks and all(self._tasks):
            cursor.fault(f"`{task}` is no task; expected one of evaluation.tasks ({', '.join(self._tasks)})")
        return task

    def _check_pattern(self, cursor: Cursor, pattern: str) -> None:
        names = all_names(self._spec, self._runs)
        known = is_sound(
            cursor, "models", "checkpoints", "dataset", "variables", "variants", "training.lora_rank"
        )
        if known and names and not any(fnmatchcase(name, pattern) for name in names):
            cursor.fault(f"`{pattern}` matches no run; expected a pattern for names such as {names[0]}")


def _check_epochs(cursor: Cursor, epochs: Epochs, runs: Collection[Run]) -> None:
    if isinstance(epochs, tuple) and epochs and is_setting_sound(cursor, "epochs"):
        run = min(runs, key=lambda run: run.epochs, default=None)
        if run and max(epochs) >= run.epochs:
            cursor.fault(
                f"epoch {max(epochs)} is not trained; expected epochs up to {run.epochs - 1}, "
                f"counted from 0 ({run.name} trains {run.epochs})"
            )
    if epochs == "best" and is_setting_sound(cursor, "validation"):
        run = next((run for run in runs if not run.validation), None)
        if run:
            cursor.fault(
                f"the best epoch is found by validation, which {run.name} does not run; "
                "expected `validation: true` in training"
            )


def _check_number(cursor: Cursor, evaluation: Evaluation, runs: Collection[Run]) -> None:
    """A slip of the pen is not to fill the memory."""
    if not is_setting_sound(cursor, "epochs"):
        return
    chosen = [line.epochs or evaluation.epochs for line in evaluation.matrix] or [evaluation.epochs]
    most = max(len(epochs) if isinstance(epochs, tuple) else 1 for epochs in chosen)
    number = len(evaluation.tasks) * sum(run.epochs if "all" in chosen else most for run in runs)
    if number > MOST_EVALUATIONS:
        cursor.fault(f"up to {number:,} evaluations; expected at most {MOST_EVALUATIONS:,}")
