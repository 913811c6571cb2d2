"""CK7xx: do the files beside the document say the same plan, and can they be read?"""

import json
import re
from collections.abc import Iterator

from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import ESTIMATES, IS_NO_TEXT, NO_TEXT, SEAL, SPEC, Subject
from ckreg.core.text import LINE_END, one_line
from ckreg.errors import MalformedError

_AT = re.compile(r"^spec\.yaml:(\d+): ?")
_MOST_NAMED = 5


@rule("CK701", ERROR, "spec.yaml cannot be read")
def unreadable_spec(subject: Subject) -> Iterator[Found]:
    """`spec.yaml` is there, but it is no spec: the next design from it would fail.

    Bad `spec.yaml`, line 1:

        tasks: cap

    Good `spec.yaml`:

        task: cap
        factor: lora_comparison
        question: Does LoRA rank matter?
        date: 2025-10-22
        models: [L1B]
        dataset: {path: /data/words.json}
        training: {recipe: lora_finetune_single_device, lora_rank: 4, batch_size: 4}
    """
    fault = subject.spec_fault
    if fault is None:
        return
    for told in LINE_END.split(fault) if "\n" not in fault else LINE_END.split(fault)[1:]:
        at = _AT.match(told)
        yield Found(int(at[1]) if at else 1, one_line(_AT.sub("", told)), file=SPEC)


@rule("CK702", WARNING, "document and spec.yaml differ")
def other_spec(subject: Subject) -> Iterator[Found]:
    """A value of the document is not that of the spec that it was made from; both are told.

    Bad, line 2:

        ## Configuration
        - **Epochs:** 3

    Good:

        ## Configuration
        - **Epochs:** 2

    Always `spec.yaml`:

        task: cap
        factor: lora_comparison
        question: Does LoRA rank matter?
        date: 2025-10-22
        models: [L1B]
        dataset: {path: /data/words.json}
        training: {recipe: lora_finetune_single_device, epochs: 2, lora_rank: 4, batch_size: 4}
    """
    if subject.plan is None:
        return
    from ckreg.core.check.spec_differences import differences  # noqa: PLC0415  # only where there is a spec

    for line, what, here, there in differences(subject, subject.plan):
        yield Found(line, f"{what} is {here} here and {there} in {SPEC}")


@rule("CK703", ERROR, "estimates.json cannot be read")
def unreadable_estimates(subject: Subject) -> Iterator[Found]:
    """The predictions of a plan are scored when its runs are over; this file cannot be read back.

    Bad `estimates.json`, line 2:

        {"fine_tuning": [

    Good `estimates.json`:

        {"fine_tuning": [], "evaluations": []}
    """
    if subject.beside.estimates is None:
        return
    tree, line, why = _json(subject.beside.estimates)
    keys = ("fine_tuning", "evaluations")
    if why is None and not (isinstance(tree, dict) and all(isinstance(tree.get(key), list) for key in keys)):
        line, why = 1, "it lacks the lists `fine_tuning` and `evaluations`"
    if why is not None:
        yield Found(line, why, file=ESTIMATES)


@rule("CK704", WARNING, "estimates.json is about other runs")
def other_estimates(subject: Subject) -> Iterator[Found]:
    """A fine-tuned run of the plan has no prediction in `estimates.json`, or the file has one of another run.

    Bad, line 1:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank8 | L1B | 8 | 4 | fine-tuned | ~16 min |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

    Always `estimates.json`:

        {"fine_tuning": [{"run_name": "L1B_rank4", "median_seconds": 960}], "evaluations": []}
    """
    tree, _, why = _json(subject.beside.estimates or "{}")
    rows = tree.get("fine_tuning") if why is None and isinstance(tree, dict) else None
    heading = subject.section("All Runs")
    if not isinstance(rows, list) or heading is None:
        return
    told = {str(row.get("run_name")) for row in rows if isinstance(row, dict)}
    planned = {run.run_name for run in subject.fine_tuned}
    for names, what in (
        (planned - told, "has no estimate of"),
        (told - planned, "estimates, beside the plan,"),
    ):
        if names:
            more = "" if len(names) <= _MOST_NAMED else f" and {len(names) - _MOST_NAMED} more"
            shown = ", ".join(sorted(names)[:_MOST_NAMED])
            yield Found(heading.line, f"{ESTIMATES} {what} {shown}{more}")


@rule("CK705", ERROR, "plan.seal cannot be read")
def unreadable_seal(subject: Subject) -> Iterator[Found]:
    """The seal holds the plan as it was when the first run started; without it no change can be told.

    Bad `plan.seal`, line 2:

        {"plan":
        <<<<<<< HEAD

    Good `plan.seal`:

        {"plan": {}}
    """
    if subject.beside.seal is None:
        return
    tree, line, why = _json(subject.beside.seal)
    if why is None and not isinstance(tree, dict):
        line, why = 1, "it is no JSON object"
    if why is not None:
        yield Found(line, f"{why}; restore it with `git restore --source=COMMIT`", file=SEAL)


# A warning: whoever commits such a change with its reason in the message is let in by the commit-msg hook.
@rule("CK710", WARNING, "a sealed plan was changed without `ckreg amend`")
def broken_seal(subject: Subject) -> Iterator[Found]:
    """The plan is not the one that was sealed, and nobody has said why; `ckreg drift` shows all of it.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 8 | fine-tuned | ~16 min |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

    Always `plan.seal`:

        {"estimates": null,
         "hash": "1f7afb4a407fdb616b618aff8ae50bef58d470a6ace4bc39d8c0304aa73c1b17",
         "plan": {
          "configuration": {},
          "datasets": {},
          "estimates": {},
          "evaluation": {},
          "factors": {},
          "matrix": {},
          "models": {},
          "overview": {"total_runs": ""},
          "tasks": {},
          "runs": {"L1B_rank4":
           {"batch_size": "4", "est_time": "16 min", "lora_rank": "4", "model": "L1B", "type": "fine-tuned"}}
         }}
    """
    tree, _, why = _json(subject.beside.seal or "null")
    if why is not None or not (isinstance(tree, dict) and "hash" in tree):
        return
    from ckreg.core.seal import broken, read_seal, text_hash  # noqa: PLC0415  # only where a plan is sealed
    from ckreg.core.shown.changes import Lines  # noqa: PLC0415

    try:
        seal = read_seal(subject.beside.seal or "", SEAL)
    except MalformedError:
        yield Found(1, "this is not as it was sealed: its hash is not that of its plan", file=SEAL)
        return
    lines = Lines(subject.summary)
    title = subject.document.headings[0].line if subject.document.headings else 1
    for change in broken(seal, subject.summary):
        yield Found(lines.of(change.item) or title, f"since the plan was sealed: {one_line(change.words)}")
    estimates = subject.beside.estimates
    if estimates is not None and seal.estimates is not None and text_hash(estimates) != seal.estimates:
        yield Found(1, "this is not the file that was sealed with the plan", file=ESTIMATES)


def _json(text: str) -> tuple[object, int, str | None]:
    """The value, the line of a fault, and the fault."""
    if text == NO_TEXT:
        return None, 1, IS_NO_TEXT
    try:
        return json.loads(text), 1, None
    except json.JSONDecodeError as error:
        return None, error.lineno, f"this is not JSON: {one_line(error.msg)}"
    except (RecursionError, ValueError):
        return None, 1, "this is not JSON that can be read: it is nested too deep, or has a huge number"
