"""CK71x: is a sealed plan still the one that was sealed?"""

import json
from collections.abc import Iterator

from ckreg.core.check.rule import WARNING, Found, rule
from ckreg.core.check.subject import SEAL, Subject
from ckreg.core.seal import broken, read_seal
from ckreg.core.shown.changes import Lines
from ckreg.errors import MalformedError

_MOST_NAMED = 5


# A warning: whoever commits such a change with its reason in the message is let in by the commit-msg hook.
@rule("CK710", WARNING, "a sealed plan was changed")
def changed_since_sealed(subject: Subject) -> Iterator[Found]:
    """The plan is sealed when its first run starts: results would be read as those of another plan.

    `ckreg amend EXPERIMENT --reason TEXT` accepts the change and seals again; `ckreg drift` lists all of it.

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

        {
         "estimates": null,
         "hash": "1f7afb4a407fdb616b618aff8ae50bef58d470a6ace4bc39d8c0304aa73c1b17",
         "plan": {
          "configuration": {},
          "datasets": {},
          "estimates": {},
          "evaluation": {},
          "factors": {},
          "matrix": {},
          "models": {},
          "overview": {
           "total_runs": ""
          },
          "runs": {
           "L1B_rank4": {
            "batch_size": "4",
            "est_time": "16 min",
            "lora_rank": "4",
            "model": "L1B",
            "type": "fine-tuned"
           }
          },
          "tasks": {}
         }
        }
    """
    text = subject.beside.seal
    if text is None or not _is_object(text):  # then CK705 says it
        return
    try:
        seal = read_seal(text, SEAL)
    except MalformedError:
        why = "this is no seal, or was changed by hand; restore it with `git restore --source=COMMIT`"
        yield Found(1, why, file=SEAL)
        return
    changes, lines = broken(seal, subject.summary), Lines(subject.summary)
    accept = f"`ckreg amend {subject.experiment} --reason TEXT` accepts the change"
    for change in changes[:_MOST_NAMED]:
        yield Found(lines.of(change.item) or 1, f"{change.words}, since the plan was sealed; {accept}")
    if len(changes) > _MOST_NAMED:
        more = len(changes) - _MOST_NAMED
        yield Found(1, f"{more} more of the plan changed since it was sealed; `ckreg drift` lists all of it")


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
