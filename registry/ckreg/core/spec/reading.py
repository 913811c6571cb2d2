"""From the text of a spec to its values, with every fault told at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from ckreg.core.naming import LABEL_RULE, is_label, proposed_factor, proposed_task
from ckreg.core.spec.checkpoints import read_checkpoints
from ckreg.core.spec.cursor import Cursor, day, each, flag, line, name, prose, sentence, whole
from ckreg.core.spec.document import Document, Fault, Format, parse
from ckreg.core.spec.evaluating import read_evaluation
from ckreg.core.spec.expanding import expanded
from ckreg.core.spec.settings import read_training, read_variables, read_variants
from ckreg.core.spec.values import Dataset, Model, Spec, Training, Variable, Variant
from ckreg.errors import MalformedError

KEYS = (
    "task",
    "factor",
    "question",
    "date",
    "design",
    "models",
    "checkpoints",
    "dataset",
    "variables",
    "variants",
    "controls",
    "training",
    "evaluation",
    "exclude",
    "notes",
)


def read_spec(text: str, *, format: Format, name: str) -> Spec:  # noqa: A002  # the word that people use
    """The spec that the text says; `name` is what its faults are shown under, a file's name.

    Raises:
        MalformedError: the text is not of this format, or has faults; the message has all of them.
    """
    spec, faults = _read(parse(text, format, name))
    if faults or spec is None:
        raise MalformedError(_told(faults, name))
    return spec


def spec_of(tree: object, name: str) -> Spec:
    """The spec that a tree of mappings, lists and scalars says; `name` is where it came from.

    Raises:
        MalformedError: it has faults; the message has all of them.
    """
    spec, faults = _read(Document(tree))
    if faults or spec is None:
        raise MalformedError(_told(faults, name))
    return spec


def faults_of(tree: object) -> tuple[Fault, ...]:
    """All that is wrong with a tree, as `spec_of` would tell it."""
    return tuple(dict.fromkeys(_read(Document(tree))[1]))


def _read(document: Document) -> tuple[Spec | None, list[Fault]]:
    root = Cursor(document, document.tree, "", document.lines.get(""))
    return root.attempt(_spec), document.faults


def _told(faults: Iterable[Fault], name: str) -> str:
    faults = sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
    lines = [f"{name}{f':{line}' if line else ''}: {path}: {what}" for path, line, what in faults]
    if len(lines) == 1:
        return lines[0]
    return "\n".join([f"{name} has {len(lines)} faults; mend them and try again.", *lines])


def _spec(root: Cursor) -> Spec:
    root.mapping("a mapping with the keys of a spec")
    at = root.section(KEYS)
    # Checkpoints without `training` are evaluated, and nothing is fine-tuned.
    trains = at["checkpoints"].absent or not at["training"].absent
    needed = Cursor.required if trains else Cursor.read
    spec = Spec(
        task="",
        factor="",
        question=at["question"].required(sentence, ""),
        date=at["date"].read(day, None),
        models=needed(at["models"], _models, ()),
        datasets=needed(at["dataset"], _datasets, ()),
        training=Training(()),
        base_models=at["controls"].read(_base_models, default=True),
        notes=at["notes"].read(prose, None),
        checkpoints=at["checkpoints"].read(read_checkpoints, ()),
        exclude=at["exclude"].read(_exclude, ()),
    )
    spec = _named(at, _with_training(at, spec) if trains else _without_training(at, spec))
    runs = expanded(spec, root)
    return replace(spec, evaluation=read_evaluation(at["evaluation"], spec, runs))


def _with_training(at: Mapping[str, Cursor], spec: Spec) -> Spec:
    variables = at["variables"].read(read_variables, ())
    varied = [variable.key for variable in variables]
    return replace(
        spec,
        training=read_training(at["training"], [model.name for model in spec.models], varied),
        variables=variables,
        variants=_variants(at["design"], at["variants"], variables),
    )


def _without_training(at: Mapping[str, Cursor], spec: Spec) -> Spec:
    for key in ("design", "variables", "variants"):
        if not at[key].absent:
            at[key].fault(
                "nothing is trained where there are `checkpoints` and no `training`; keep one of the two"
            )
    if at["evaluation"].absent:
        at["evaluation"].fault("expected tasks, as checkpoints are there to be evaluated")
    return spec


def _named(at: Mapping[str, Cursor], spec: Spec) -> Spec:
    """The spec with its task and factor; where one is left out its fault proposes a name."""
    dataset = spec.datasets[0].path if spec.datasets else ""
    factor = proposed_factor(spec.varied) if spec.trains else "checkpoints"
    return replace(
        spec,
        task=at["task"].required(partial(_part, proposal=proposed_task(dataset)), ""),
        factor=at["factor"].required(partial(_part, proposal=factor), ""),
    )


def _part(cursor: Cursor, proposal: str) -> str:
    return cursor.expected(f"text such as `{proposal}`") if cursor.absent else name(cursor)


def _models(cursor: Cursor) -> tuple[Model, ...]:
    models = each(_model, cursor.items("a list of models, at least one"))
    for model in {model.name for model in models}:
        if [other.name for other in models].count(model) > 1:
            cursor.fault(f"`{model}` is given twice; expected names that differ")
    return models


def _model(cursor: Cursor) -> Model:
    if isinstance(cursor.value, str):
        return Model(name(cursor))
    cursor.mapping("a model's name, or {name: ..., path: ...}")
    at = cursor.section(("name", "path"))
    return Model(at["name"].required(name, ""), at["path"].read(line, None))


def _datasets(cursor: Cursor) -> tuple[Dataset, ...]:
    mapping = cursor.mapping("a mapping with a path, or labels with such mappings")
    if not mapping or not all(isinstance(value, dict) for value in mapping.values()):
        return (_dataset(cursor, None),)
    for label, at in cursor.entries():
        if not is_label(label):
            at.fault(f"expected {LABEL_RULE} for a label")
    return tuple(_dataset(at, label) for label, at in cursor.entries())


def _dataset(cursor: Cursor, label: str | None) -> Dataset:
    at = cursor.section(("path", "splits", "max_samples"))
    return Dataset(
        at["path"].required(line, ""),
        label,
        at["splits"].read(_splits, None),
        at["max_samples"].read(whole, None),
    )


def _splits(cursor: Cursor) -> tuple[str, ...] | None:
    if cursor.value == "auto":
        return None
    return each(line, cursor.items("`auto` or a list of names"))


def _exclude(cursor: Cursor) -> tuple[str, ...]:
    return each(line, cursor.items("a list of runs, or patterns for their names"))


def _base_models(cursor: Cursor) -> bool:
    return cursor.section(("base_models",))["base_models"].read(flag, default=True)


def _variants(design: Cursor, variants: Cursor, variables: tuple[Variable, ...]) -> tuple[Variant, ...]:
    read = variants.read(read_variants, ())
    if design.absent and not variants.absent:
        design.child(None, "design").attempt(lambda at: at.expected("`ablation`, as there are variants"))
    elif not design.absent and design.value != "ablation":
        design.attempt(lambda at: at.expected("`ablation`, or nothing for any other design"))
    elif not design.absent and variants.absent:
        variants.attempt(lambda at: at.expected("the named variants of the ablation"))
    if not variants.absent and variables:
        variants.fault("an ablation has variants or variables, not both; keep one")
    return read
