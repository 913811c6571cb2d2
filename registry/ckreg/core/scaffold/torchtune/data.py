"""A training dataset as torchtune's `instruct_dataset` loads it with Hugging Face's loaders."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from ckreg.core.spec.values import Dataset

_LOADERS = {
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
}


@dataclass(frozen=True, slots=True)
class DataFile:
    """Where the rows of a split are: a file, and the key in it where it holds several splits."""

    path: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What was found of a dataset: the file of each split; nothing where it could not be looked at."""

    path: str
    splits: tuple[tuple[str, DataFile], ...] = ()

    def of(self, split: str) -> DataFile:
        """The rows of a split; where nothing was found, a key of a JSON, as in the description's example."""
        found = dict(self.splits).get(split)
        suffix = PurePosixPath(self.path).suffix.lower()
        return found or DataFile(self.path, split if suffix == ".json" else None)


def dataset_tree(dataset: Dataset, facts: DataFacts, split: str) -> dict[str, object]:
    """The config of one split: `input` and `output` of every row, at most `max_samples` to train on."""
    file = facts.of(split)
    suffix = PurePosixPath(file.path).suffix.lower()
    limit = dataset.max_samples if split == "train" else None
    return {
        "_component_": "torchtune.datasets.instruct_dataset",
        "source": _LOADERS.get(suffix, "json"),
        "data_files": file.path,
        **({"field": file.field} if file.field else {}),
        **({"delimiter": "\t"} if suffix == ".tsv" else {}),
        "split": "train" if limit is None else f"train[:{limit}]",
    }
