"""The spec behind a document, and where spec.yaml and document say different things."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from ckreg.core.plan.read_back import Said, spec_tree_of
from ckreg.core.plan.resolve import resolve
from ckreg.core.plan.showing import shown_of
from ckreg.core.resources import DatasetFacts, ModelFacts, Resources
from ckreg.core.shown.canonical import Tree, canonical_plan
from ckreg.core.shown.changes import changes
from ckreg.core.shown.reading import shown_in
from ckreg.core.shown.values import ShownPlan
from ckreg.core.spec import Spec, spec_of, spec_tree
from ckreg.core.summary import Summary

_COMPARED = ("factors", "runs", "models", "checkpoints", "datasets", "tasks", "matrix", "configuration")
# Which keys of a spec a section of the document is read into.
_READ_INTO = {
    "question": ("question",),
    "factors": ("design", "models", "dataset", "variables", "variants", "training", "controls", "exclude"),
    "runs": ("design", "models", "variables", "variants", "training", "controls", "checkpoints", "exclude"),
    "configuration": ("design", "variables", "variants", "training", "evaluation"),
    "models": ("models",),
    "checkpoints": ("checkpoints",),
    "datasets": ("dataset",),
    "tasks": ("evaluation",),
    "evaluation": ("evaluation",),
    "matrix": ("evaluation", "controls", "checkpoints"),
}


class Difference(NamedTuple):
    """A field that spec.yaml and document say differently; `-` where one of them says nothing."""

    field: str
    spec: str
    document: str


def differences(spec: Spec, summary: Summary) -> tuple[Difference, ...]:
    """Every field that the two say differently, in the document's order."""
    return tuple(Difference(field, mine, theirs) for _, field, mine, theirs in _differences(spec, summary))


def spec_in_document(summary: Summary, spec: Spec | None, where: str) -> Spec:
    """The spec that a document shows; where spec.yaml is there, what both say alike is as it says it.

    Raises:
        MalformedError: the document does not say enough; `where` names it.
    """
    shown = shown_in(summary)
    tree = spec_tree_of(Said(shown), spec)
    if spec is not None:
        sections = {section for section, *_ in _differences(spec, summary)}
        theirs = {key for section in sections for key in _READ_INTO.get(section, ())}
        mine = spec_tree(spec)
        tree = {key: (tree if key in theirs else mine).get(key) for key in {**mine, **tree}}
    return spec_of({key: value for key, value in tree.items() if value is not None}, where)


def _differences(spec: Spec, summary: Summary) -> Iterator[tuple[str, str, str, str]]:
    """(section, field, what the spec says, what the document says)."""
    plan = resolve(spec, date.min)
    mine = shown_of(plan, _as_specified(spec))
    theirs = shown_in(summary)
    if mine.question != theirs.question:
        yield "question", "question", mine.question or "-", theirs.question or "-"
    before, after = _compared(mine, spec), _compared(theirs, spec)
    for change in changes(before, after):
        section, *names = change.item
        yield section, ", ".join(filter(None, [section, *names])), change.before or "-", change.after or "-"


def _as_specified(spec: Spec) -> Resources:
    """Models and datasets as the spec names them."""
    return Resources(
        tuple(ModelFacts(model.name, model.path or model.name, found=True) for model in spec.models),
        tuple(DatasetFacts(dataset.label, dataset.path, found=True) for dataset in spec.datasets),
    )


def _compared(shown: ShownPlan, spec: Spec) -> dict[str, Tree]:
    """What both can say: no estimates, nothing that was found rather than asked for."""
    plan = canonical_plan(shown)
    found: dict[str, Tree] = {section: plan.get(section, {}) for section in _COMPARED}
    unknown = {model.name for model in spec.models if model.path is None}
    found["runs"] = {name: _without(run, "est_time") for name, run in _pairs(plan["runs"])}
    found["models"] = {name: None if name in unknown else path for name, path in _pairs(plan["models"])}
    found["datasets"] = {name: _without(one, "splits", "others") for name, one in _pairs(plan["datasets"])}
    found["evaluation"] = {
        key: said
        for key, said in _pairs(plan["evaluation"])
        if key in {"epochs to evaluate", "system prompt"}
    }
    return found


def _pairs(tree: Tree) -> list[tuple[str, Tree]]:
    return list(tree.items()) if isinstance(tree, Mapping) else []


def _without(tree: Tree, *keys: str) -> Tree:
    return {key: value for key, value in _pairs(tree) if key not in keys}
