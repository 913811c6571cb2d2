"""Sound specs of every shape, as trees that any of the formats could say."""

from hypothesis import strategies as st

from tests.core.spec.helpers import Tree

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
prose = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: any(map(str.isalnum, text))
)
paths = st.from_regex(r"/[A-Za-z0-9 |`*_<>#~$.-]{0,20}[a-z]", fullmatch=True).filter(
    lambda path: "  " not in path
)
numbers = st.integers(1, 1000) | st.sampled_from([1e-8, 3e-4, 0.05, 0.123456])
keys = st.sampled_from(["lr", "optimizer.weight_decay", "seed", "max_seq_len"])
ranks = st.lists(st.integers(1, 128), min_size=1, max_size=3, unique=True)
task_names = st.from_regex(r"[A-Za-z][A-Za-z0-9 ._/*<-]{0,8}[a-z]", fullmatch=True).filter(
    lambda name: "  " not in name and name.casefold() not in {"notes", "run name"}
)


@st.composite
def variables(draw: st.DrawFn) -> Tree:
    levels = st.lists(numbers, min_size=1, max_size=3, unique=True)
    varied: Tree = draw(st.dictionaries(keys, levels, max_size=2))
    if draw(st.booleans()):
        varied["lora_rank"] = draw(ranks)
    if draw(st.booleans()):
        varied["system_prompt"] = draw(
            st.fixed_dictionaries({"short": st.just("a"), "long": prose.map("long ".__add__)})
        )
    return varied


checkpoints = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.from_regex(r"ck[0-9]{1,3}", fullmatch=True),
            "path": paths,
            "model": names,
            "epoch": st.none() | st.integers(0, 9),
        }
    ),
    max_size=2,
    unique_by=lambda checkpoint: checkpoint["name"],
)


@st.composite
def spec_trees(draw: st.DrawFn) -> Tree:
    models = draw(
        st.lists(st.from_regex(r"M[0-9]{1,3}", fullmatch=True), min_size=1, max_size=3, unique=True)
    )
    tasks = draw(st.lists(task_names, max_size=3, unique=True))
    varied = draw(variables())
    training: Tree = {
        "recipe": "lora_finetune_distributed",
        "epochs": draw(st.integers(1, 3)),
        "validation": True,
    }
    training["batch_size"] = draw(st.just("auto") | st.integers(1, 8) | st.just(dict.fromkeys(models, 2)))
    if "system_prompt" not in varied:
        training["system_prompt"] = draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
    return {
        "task": draw(names),
        "factor": draw(names),
        "question": draw(prose),
        "date": draw(st.dates()).isoformat(),
        "models": [
            draw(st.just(model) | st.just({"name": model, "path": f"/m/{model}"})) for model in models
        ],
        "dataset": draw(
            st.just({"path": "/d.json"})
            | st.dictionaries(names, st.fixed_dictionaries({"path": paths}), min_size=1, max_size=2)
        ),
        "variables": varied,
        "checkpoints": draw(checkpoints) or None,
        "controls": {"base_models": draw(st.booleans())},
        "training": training,
        "evaluation": {
            "tasks": [{"name": task, "script": draw(paths), "description": draw(prose)} for task in tasks]
            or None,
            "epochs": draw(st.sampled_from(["last", "all", "best", [0]])),
            "matrix": draw(st.sampled_from(["all", [{"runs": "*"}], [{"runs": "M*", "epochs": "all"}]])),
        },
        "notes": draw(prose | st.none()),
    }
