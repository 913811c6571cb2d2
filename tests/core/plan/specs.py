"""Specs of more shapes: data sizes, ablations, settings by model, odd texts, selective matrices."""

from hypothesis import strategies as st

from tests.core.spec.helpers import Tree
from tests.core.spec.strategies import numbers, paths, prose, spec_trees

scalars = numbers | st.booleans() | st.sampled_from(["4", "true", "", "-", "a, b", 'say "hi"', "a: b", "[x]"])
odd: st.SearchStrategy[object] = scalars | prose | st.lists(scalars | prose, min_size=1, max_size=3)
datasets = st.dictionaries(
    st.sampled_from(["small", "full", "tiny.1"]),
    st.fixed_dictionaries({"path": paths}, optional={"max_samples": st.integers(1, 2_000_000)}),
    min_size=1,
    max_size=3,
)


@st.composite
def odd_trees(draw: st.DrawFn) -> Tree:
    tree = draw(spec_trees())
    models = [model if isinstance(model, str) else model["name"] for model in tree["models"]]
    training = tree["training"]
    if draw(st.booleans()):
        tree["dataset"] = draw(datasets)
    for key in draw(st.lists(st.sampled_from(["optimizer", "notes_on", "GPUs"]), unique=True)):
        training[key] = draw(
            odd.filter(_sound) | st.fixed_dictionaries({m: odd.filter(_sound) for m in models})
        )
    if draw(st.booleans()):
        training["lora_alpha"] = draw(st.sampled_from(["auto", 16, 0.5]))
    if draw(st.booleans()):
        training["epochs"] = dict.fromkeys(models, training["epochs"]) | {models[0]: 3}
    if draw(st.booleans()):
        tree |= _ablation(draw)
    tasks = [task["name"] for task in tree["evaluation"]["tasks"] or []]
    if draw(st.booleans()) and tasks:
        lines: list[Tree] = [{"runs": "*", "tasks": tasks[:1]}, {"runs": "M*", "epochs": [0]}]
        tree["evaluation"]["matrix"] = draw(st.lists(st.sampled_from(lines), min_size=1, unique_by=repr))
    if tree["checkpoints"] and draw(st.booleans()):
        tree |= _eval_only(draw, tree)
    return tree


def _eval_only(draw: st.DrawFn, tree: Tree) -> Tree:
    """Checkpoints alone: nothing is trained, and there may be no model or dataset at all."""
    nothing = dict.fromkeys(("design", "variables", "variants", "training"))
    evaluation = {
        "tasks": tree["evaluation"]["tasks"] or [{"name": "cap", "script": "/cap.py"}],
        "system_prompt": draw(prose | st.none()),
    }
    bare: Tree = draw(st.sampled_from([{}, {"models": None}, {"dataset": None}]))
    return {**nothing, **bare, "evaluation": evaluation}


def _sound(value: object) -> bool:
    texts = value if isinstance(value, list) else [value]
    return not any(isinstance(text, str) and text.lower() in {"on", "off", "yes", "no"} for text in texts)


def _ablation(draw: st.DrawFn) -> Tree:
    changes: st.SearchStrategy[Tree] = st.fixed_dictionaries(
        {},
        optional={
            "packed": st.booleans(),
            "lora_rank": st.integers(1, 64),
            "system_prompt": prose,
            "lr": numbers,
            "batch_size": st.integers(1, 8),
        },
    )
    names = st.sampled_from(["all", "no.x", "b"])
    return {
        "variables": None,
        "design": "ablation",
        "variants": draw(st.dictionaries(names, changes, min_size=1, max_size=3)),
    }
