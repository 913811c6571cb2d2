"""What a document says was found of its resources when the plan was made, read back out of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ckreg.core.fingerprints import COMMIT, DIGEST, FINGERPRINT, VERSIONS
from ckreg.core.markdown import Document, read
from ckreg.core.summary.parse import summary_of
from ckreg.core.summary.tables import under
from ckreg.core.text import LINE_END

MODELS = ("Resources", "Models")
DATASET = ("Resources", "Dataset")
TASKS = ("Resources", "Evaluation Tasks")
_DISK = ("Compute Estimates", "Disk Space")
CODE = re.compile(r"(?P<ticks>`+)(?P<path>.*?)(?P=ticks)(?!`)(?P<mark>.*)")
MODEL = re.compile(r"\s+[-*+] (?P<name>[^\s:`]+): (?P<rest>`.*)")
_OF_LABEL = re.compile(r"(?P<key>Path|Splits|SHA-256)(?: \((?P<label>.*)\))?")
_CONFIG = re.compile(r"(?P<name>\S+) SHA-256 `(?P<digest>[0-9a-f]{64})`")
_WEIGHTS = re.compile(r"weights (?P<bytes>[\d,]+) bytes")
_SPLIT = re.compile(r"(?P<name>\w+) \((?P<rows>[^()]*)\)")
_GIB = re.compile(r"~?(?P<number>[\d,]+(?:\.\d+)?) GiB")


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """A model or checkpoint; `config` is (file, SHA-256), None where the document does not say."""

    name: str
    path: str
    sound: bool
    is_checkpoint: bool = False
    config: tuple[str, str] | None = None
    weight_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class RecordedDataset:
    """A dataset; `splits` are (name, rows as written), `("train", "8,000")`."""

    label: str | None
    path: str
    sound: bool
    splits: tuple[tuple[str, str], ...] = ()
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedScript:
    """An evaluation task's script and, where it names one, its dataset."""

    task: str
    script: str
    sound: bool
    dataset: str | None = None
    dataset_sound: bool | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that was found; `disk_gib` is what the plan needs, None where it does not say."""

    models: tuple[RecordedModel, ...]
    datasets: tuple[RecordedDataset, ...]
    scripts: tuple[RecordedScript, ...]
    versions: tuple[tuple[str, str], ...] = ()
    disk_gib: float | None = None


def recorded(text: str) -> Recorded:
    """What the document's Resources say; what they do not say is left out."""
    document = read(text)
    return Recorded(
        tuple(_models(document)),
        tuple(_datasets(document)),
        tuple(_scripts(document)),
        _versions(document),
        _disk(document),
    )


def _fields(document: Document, section: tuple[str, ...], key: str) -> list[str]:
    return [field.value for field in document.fields if under(field.path, section) and field.key == key]


def _models(document: Document) -> Iterator[RecordedModel]:
    fingerprints = dict(
        text.split(": ", 1) for text in _fields(document, MODELS, FINGERPRINT) if ": " in text
    )
    checkpoints = False
    for _, line in section_lines(document, MODELS):
        checkpoints = checkpoints or "**Checkpoints" in line
        listed = MODEL.fullmatch(line.rstrip())
        path, sound = _place(listed["rest"]) if listed else (None, False)
        if listed and path is not None:
            print_of = fingerprints.get(listed["name"], "")
            config, weights = _CONFIG.search(print_of), _WEIGHTS.search(print_of)
            yield RecordedModel(
                listed["name"],
                path,
                sound,
                checkpoints,
                (config["name"], config["digest"]) if config else None,
                int(weights["bytes"].replace(",", "")) if weights else None,
            )


def section_lines(document: Document, section: tuple[str, ...]) -> list[tuple[int, str]]:
    """The lines under a section's heading, up to the next heading, each with its number (from 1)."""
    starts = [heading.line for heading in document.headings if under((*heading.path, heading.title), section)]
    if not starts:
        return []
    following = (heading.line for heading in document.headings if heading.line > starts[0])
    lines = LINE_END.split(document.text)
    end = next(following, len(lines) + 1)
    return list(enumerate(lines[starts[0] : end - 1], start=starts[0] + 1))


def _place(text: str) -> tuple[str | None, bool]:
    """The path in backticks, and whether it is marked as verified."""
    found = CODE.match(text)
    return (found["path"].strip(), "✓" in found["mark"]) if found else (None, False)


def _datasets(document: Document) -> Iterator[RecordedDataset]:
    told: dict[str | None, dict[str, str]] = {}
    for field in document.fields:
        if under(field.path, DATASET) and (known := _OF_LABEL.fullmatch(field.key)):
            told.setdefault(known["label"], {})[known["key"]] = field.value
    for label, values in told.items():
        path, sound = _place(values.get("Path", ""))
        if path is not None:
            digest = values.get(DIGEST, "").strip("` ")
            known_digest = digest if re.fullmatch(r"[0-9a-f]{64}", digest) else None
            yield RecordedDataset(label, path, sound, _splits(values.get("Splits", "")), known_digest)


def _splits(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((part["name"], part["rows"]) for part in _SPLIT.finditer(text))


def _scripts(document: Document) -> Iterator[RecordedScript]:
    told = (text.rpartition(": ") for text in _fields(document, TASKS, COMMIT))
    commits = {task: commit.strip("` ") for task, _, commit in told}
    for row in summary_of(document).tasks:
        script, sound = _place(row.script or "")
        dataset, dataset_sound = _place(row.dataset or "")
        if script is not None:
            there = None if dataset is None else dataset_sound
            yield RecordedScript(row.name, script, sound, dataset, there, commits.get(row.name))


def _versions(document: Document) -> tuple[tuple[str, str], ...]:
    texts = [part for text in _fields(document, MODELS, VERSIONS)[:1] for part in text.split(", ")]
    return tuple(
        (package, version) for package, _, version in (text.partition(" ") for text in texts) if version
    )


def _disk(document: Document) -> float | None:
    for text in _fields(document, _DISK, "Checkpoints"):
        if found := _GIB.match(text):
            return float(found["number"].replace(",", ""))
    return None
