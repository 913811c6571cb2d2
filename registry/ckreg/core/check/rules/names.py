"""CK20x: are names unique, well formed, and as the conventions have them?"""

import re
from collections.abc import Iterator
from datetime import date

from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject, is_checkpoint
from ckreg.core.markdown import unmarked
from ckreg.core.naming import control_name

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_EXPERIMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*_[A-Za-z0-9._-]+_(\d{4}-\d\d-\d\d)")
_OF_COLUMNS = {"model", "models", "lora rank", "rank"}  # factors that the name shows in a way of its own


@rule("CK201", ERROR, "a run name is there twice")
def second_run(subject: Subject) -> Iterator[Found]:
    """Two rows of All Runs have the same name, and no status can tell which of the two it means.

    Bad, line 5:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
        | L1B_rank4 | L1B | 8 | 4 | fine-tuned | ~16 min |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
        | L1B_rank8 | L1B | 8 | 4 | fine-tuned | ~16 min |
    """
    for run in subject.summary.runs:
        first = subject.runs[run.run_name]
        if first is not run:
            yield Found(run.line, f"the run name {run.run_name!r} is there twice (line {first.line})")


@rule("CK202", ERROR, "a run name has characters that no folder should have")
def unsafe_name(subject: Subject) -> Iterator[Found]:
    """A run's name becomes a folder and an argument: at most 100 letters, digits, `.`, `_` and `-`.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B rank 4 | L1B | 4 | 4 | fine-tuned | ~16 min |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
    """
    for run in subject.summary.runs:
        if not _NAME.fullmatch(run.run_name):
            said = f"the run name {run.run_name!r} is not made of at most 100 letters, digits, '.', '_', '-'"
            yield Found(run.line, said)


@rule("CK206", WARNING, "the experiment's name is not task_factor_date")
def unconventional_experiment(subject: Subject) -> Iterator[Found]:
    """The name says what is tested on what, and when that was planned: `{task}_{factor}_{YYYY-MM-DD}`.

    Bad, line 1:

        # Experiment: my_new_test

    Good:

        # Experiment: cap_8L_lora_comparison_2025-10-22
    """
    name = subject.summary.name
    if name is None:
        return
    found = _EXPERIMENT.fullmatch(name)
    if not found or not _is_day(found[1]):
        line = subject.document.headings[0].line
        yield Found(line, f"the name {name!r} is not of the form task_factor_YYYY-MM-DD")


@rule("CK207", WARNING, "a run's name does not say what it is")
def unconventional_run(subject: Subject) -> Iterator[Found]:
    """A fine-tuned run is called by its model, the factors that vary, and its rank: `{model}_..._rank{N}`.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 8 | 4 | fine-tuned | ~16 min |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank8 | L1B | 8 | 4 | fine-tuned | ~16 min |
    """
    varied = {name: levels for name, levels in subject.factors.items() if name not in _OF_COLUMNS}
    for run in subject.fine_tuned:
        name, model = run.run_name, unmarked(run.model or "").rpartition("/")[2]
        if model and not (name == model or name.startswith(f"{model}_")):
            yield Found(run.line, f"the name {name!r} does not begin with the model, {model!r}")
        if run.lora_rank and run.lora_rank.isdecimal() and not name.endswith(f"_rank{run.lora_rank}"):
            yield Found(run.line, f"the name {name!r} does not end with the rank, '_rank{run.lora_rank}'")
        for factor, levels in varied.items():
            if levels and not any(level in name for level in levels):
                yield Found(run.line, f"the name {name!r} says none of the levels of {factor!r}")


@rule("CK208", WARNING, "a control is not called after its model")
def unconventional_control(subject: Subject) -> Iterator[Found]:
    """A base model that is only evaluated is called `{model}_base`.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L3B_base | L1B | - | - | control | - |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_base | L1B | - | - | control | - |
    """
    for run in subject.controls:
        if is_checkpoint(run):
            continue
        model = unmarked(run.model or "").rpartition("/")[2]
        if model and run.run_name != control_name(model):
            yield Found(run.line, f"the control {run.run_name!r} is not called {control_name(model)!r}")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
