"""CK6xx: is everything that the plan needs listed, and marked as verified or as a prerequisite?"""

import re
from collections.abc import Iterator

from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject, is_checkpoint
from ckreg.core.markdown import plain, unmarked
from ckreg.core.resources import BUILT_IN_TASKS

_BULLET = re.compile(r"\s*[-*+]\s+(?!\*\*)(?P<name>[^:]+):\s*(?P<path>.*)")
_MARK = re.compile(r"[✓✔✗✘]|\bverified\b|\bprerequisite\b|\bnot found\b|\bbuilt.in\b", re.IGNORECASE)
_MISSING = re.compile(r"[✗✘]|\bprerequisite\b|\bnot found\b", re.IGNORECASE)


@rule("CK601", ERROR, "a model is not listed in Resources")
def unlisted_model(subject: Subject) -> Iterator[Found]:
    """All Runs names a model that Resources does not: nobody looked whether it is there.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L3B_rank4 | L3B | 4 | 4 | fine-tuned | ~16 min |

        ## Resources

        ### Models
        - **Models Used:**
          - L1B: `/models/L1B` ✓ verified

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Resources

        ### Models
        - **Models Used:**
          - L1B: `/models/L1B` ✓ verified
    """
    if subject.section("Resources", "Models") is None:
        return
    seen = {name for _, name, _ in _models(subject)}
    for run in subject.summary.runs:
        model = unmarked(run.model or "")
        if model and model not in seen and not is_checkpoint(run):
            yield Found(run.line, f"the model {model!r} is not in 'Resources > Models'")
            seen.add(model)


@rule("CK602", WARNING, "a resource is not marked")
def unmarked_resource(subject: Subject) -> Iterator[Found]:
    """Every model, dataset and script is marked as `✓ verified`, or as a prerequisite.

    Bad, line 5:

        ## Resources

        ### Models
        - **Models Used:**
          - L1B: `/models/L1B`

    Good:

        ## Resources

        ### Models
        - **Models Used:**
          - L1B: `/models/L1B` ✓ verified
    """
    for line, what, text in _resources(subject):
        if not _MARK.search(text) and BUILT_IN_TASKS not in text:
            yield Found(line, f"{what} is marked neither as verified nor as a prerequisite")


@rule("CK603", WARNING, "a resource is missing")
def prerequisite(subject: Subject) -> Iterator[Found]:
    """A prerequisite: it must be there before the first run. The plan may go ahead without it.

    Bad, line 4:

        ## Resources

        ### Dataset
        - **Path:** `/data/words.json` ✗ not found (prerequisite)

    Good:

        ## Resources

        ### Dataset
        - **Path:** `/data/words.json` ✓ verified
    """
    for line, what, text in _resources(subject):
        if _MISSING.search(text):
            yield Found(line, f"{what} is a prerequisite: {_reason(text)}")


@rule("CK604", ERROR, "the dataset has no path")
def no_dataset(subject: Subject) -> Iterator[Found]:
    """Nobody can train on a dataset that is nowhere.

    Bad, line 3:

        ## Resources

        ### Dataset
        - **Size:** 655 KiB

    Good:

        ## Resources

        ### Dataset
        - **Path:** `/data/words.json` ✓ verified
        - **Size:** 655 KiB
    """
    heading = subject.section("Resources", "Dataset")
    nothing_trained = bool(subject.summary.runs) and not subject.fine_tuned
    if (
        heading
        and not nothing_trained
        and not any(
            key.startswith("path") and field.value
            for key, field in subject.fields("Resources", "Dataset").items()
        )
    ):
        yield Found(heading.line, "'Resources > Dataset' has no line '- **Path:** `...`'")


def _models(subject: Subject) -> Iterator[tuple[int, str, str]]:
    for number, line in subject.lines("Resources", "Models"):
        if found := _BULLET.match(line):
            yield number, unmarked(found["name"]), found["path"]


def _resources(subject: Subject) -> Iterator[tuple[int, str, str]]:
    """Each resource: its line, what it is, and its text with the mark."""
    for line, name, text in _models(subject):
        yield line, f"the model {name!r}", text
    for key, field in subject.fields("Resources", "Dataset").items():
        if key.startswith("path"):
            yield (
                field.line,
                f"the dataset ({plain(field.key)})" if key != "path" else "the dataset",
                field.value,
            )
    for task in subject.summary.tasks:
        yield task.line, f"the script of {task.name!r}", task.script or ""
        if task.dataset:
            yield task.line, f"the dataset of {task.name!r}", task.dataset


def _reason(text: str) -> str:
    """Why it is one: what stands behind the cross."""
    said = re.split("[✗✘]", text, maxsplit=1)
    return said[-1].replace("(prerequisite)", "").strip() or "missing"
