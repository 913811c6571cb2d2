"""From the text of a spec to its values, with every fault told at once."""

from collections.abc import Iterable
from dataclasses import replace

from ckreg.core.naming import LABEL_RULE, is_label
from ckreg.core.spec.cursor import Cursor, day, each, flag, line, name, prose, sentence, whole
from ckreg.core.spec.document import Fault, Format, parse
from ckreg.core.spec.evaluating import read_evaluation
from ckreg.core.spec.expanding import expanded
from ckreg.core.spec.settings import read_training, read_variables, read_variants
from ckreg.core.spec.values import Dataset, Model, Spec, Variable, Variant
from ckreg.errors import MalformedError

_KEYS = (
    "task",
    "factor",
    "question",
    "date",
    "design",
    "models",
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
    document = parse(text, format, name)
    root = Cursor(document, document.tree, "", document.lines.get(""))
    spec = root.attempt(_spec)
    if document.faults or spec is None:
        raise MalformedError(_told(document.faults, name))
    return spec


def _told(faults: Iterable[Fault], name: str) -> str:
    faults = sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)
    lines = [f"{name}{f':{line}' if line else ''}: {path}: {what}" for path, line, what in faults]
    if len(lines) == 1:
        return lines[0]
    return "\n".join([f"{name} has {len(lines)} faults; mend them and try again.", *lines])


def _spec(root: Cursor) -> Spec:
    root.mapping("a mapping with the keys of a spec")
    at = root.section(_KEYS)
    models = at["models"].required(_models, ())
    variables = at["variables"].read(read_variables, ())
    varied = [variable.key for variable in variables]
    spec = Spec(
        task=at["task"].required(name, ""),
        factor=at["factor"].required(name, ""),
        question=at["question"].required(sentence, ""),
        date=at["date"].read(day, None),
        models=models,
        datasets=at["dataset"].required(_datasets, ()),
        training=read_training(at["training"], [model.name for model in models], varied),
        variables=variables,
        variants=_variants(at["design"], at["variants"], variables),
        base_models=at["controls"].read(_base_models, default=True),
        notes=at["notes"].read(prose, None),
        exclude=at["exclude"].read(_exclude, ()),
    )
    runs = expanded(spec, root)
    return replace(spec, evaluation=read_evaluation(at["evaluation"], spec, runs))


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
