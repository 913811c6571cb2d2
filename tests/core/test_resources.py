import pytest

from ckreg.core.disk_facts import DiskFacts
from ckreg.core.resources import (
    DatasetFacts,
    ModelFacts,
    Resources,
    ScriptFacts,
    Split,
    split_name,
    splits_fault,
    splits_of_json,
)

ROWS = [{"input": "a", "output": "A"}]


@pytest.mark.parametrize(
    ("value", "splits"),
    [
        ({"train": ROWS * 3, "validation": ROWS, "test": []}, [("train", 3), ("validation", 1), ("test", 0)]),
        ({"val": ROWS, "train": ROWS, "meta": 1}, [("train", 1), ("validation", 1)]),
        ({"train": {"input": ["a", "b"], "output": ["A", "B"]}}, [("train", 2)]),
        ({"train": "words.json"}, [("train", None)]),
        (ROWS * 2, [("train", 2)]),
        ({"rows": ROWS}, []),
        ("text", []),
        (None, []),
    ],
)
def test_splits_of_a_json_document(value: object, splits: list[tuple[str, int | None]]) -> None:
    assert [(split.name, split.rows) for split in splits_of_json(value)] == splits


@pytest.mark.parametrize(
    ("word", "name"), [("TRAIN", "train"), ("dev", "validation"), ("valid", "validation"), ("tests", None)]
)
def test_names_of_splits(word: str, name: str | None) -> None:
    assert split_name(word) == name


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        (None, None),
        (("train", "test"), "it has no test split"),
        (("validation", "test"), "it has no validation and no test split"),
    ],
)
def test_what_is_wrong_with_splits(wanted: tuple[str, ...] | None, fault: str | None) -> None:
    assert splits_fault((Split("train", 3),), wanted) == fault


def test_an_empty_split_is_pointed_out_and_one_not_counted_is_not() -> None:
    assert splits_fault((Split("train", 0), Split("test", None)), None) == "its train split is empty"


def test_each_missing_resource_has_the_advice_of_its_kind() -> None:
    resources = Resources(
        (ModelFacts("Llama", "/models/Llama", found=False),),
        (DatasetFacts(None, "/data/words.json", found=False),),
        (ScriptFacts("words", "evals/words.py", found=False),),
        DiskFacts("/scratch", 10.0),
    )
    assert (resources.advice or "").split("\n") == [
        "Download it, for example with `tune download ORGANISATION/Llama --output-dir /models/Llama`.",
        (
            "Create /data/words.json, for example a JSON file with the keys train, validation and test, "
            "each a list of examples."
        ),
        "Prerequisite: write evals/words.py before the evaluations; the plan goes ahead without it.",
    ]


def test_what_is_well_needs_no_advice() -> None:
    resources = Resources(
        (ModelFacts("Llama", "/m/Llama", True, 3, 1024, True, True),),
        (DatasetFacts(None, "/d", True, 10, (Split("train", 1),)),),
        (ScriptFacts("words", "words.py", found=True),),
        DiskFacts("/scratch", 10.0),
    )
    assert resources.advice is None


def test_disk_advice_follows_what_the_plan_needs() -> None:
    disk = DiskFacts("/scratch", 10.0)
    assert disk.advice_for(9) is None
    assert disk.advice_for(40) == (
        "/scratch has 10 GiB free and the plan needs 40 GiB: clean up old "
        "checkpoints there (`du -sh /scratch/*/epoch_*` shows them), or choose another scratch_dir."
    )
    assert DiskFacts(None, None).advice_for(1) == "Set scratch_dir, so that the free space can be checked."
