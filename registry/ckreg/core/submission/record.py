"""An intent: what is about to be sent, noted before it is sent, so that a killed call sends nothing twice."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from ckreg.core.scheduler.sending import job_name
from ckreg.core.summary.rows import RowKey
from ckreg.errors import MalformedError


class Place(NamedTuple):
    """A row of the Status tables, and its task in the array; None where the job is no array."""

    key: RowKey
    task: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One call of the scheduler.

    `sent_at` is in seconds since the epoch, by the machine's clock; `job` the id once it is known. `recorded`
    says that the table has it; `scheduler` is the name of the one that it was sent to.
    """

    id: str
    experiment: str
    what: str
    sent_at: float
    places: tuple[Place, ...]
    job: str | None = None
    cluster: str | None = None
    recorded: bool = False
    scheduler: str = "Slurm"

    @property
    def name(self) -> str:
        """The job's name."""
        return job_name(self.what, self.id)

    def job_of(self, place: Place) -> str | None:
        """The job of a row: `A_T` for task T of the array A."""
        return self.job if self.job is None or place.task is None else f"{self.job}_{place.task}"


def as_text(intent: Intent) -> str:
    """The intent as one JSON object."""
    told: dict[str, Any] = {name: getattr(intent, name) for name in _PLAIN}
    told["places"] = [[*place.key, place.task] for place in intent.places]
    return json.dumps(told, ensure_ascii=False) + "\n"


def read_intent(text: str) -> Intent:
    """The intent of such a text.

    Raises:
        MalformedError: it is none.
    """
    try:
        told = json.loads(text)
        places = tuple(Place(RowKey(run, task, epoch), index) for run, task, epoch, index in told["places"])
        intent = Intent(**{name: told[name] for name in _PLAIN}, places=places)
    except (TypeError, KeyError, AttributeError, ValueError, RecursionError) as error:
        raise MalformedError(f"this is no note of a submission: {error}") from error
    texts = (
        intent.id,
        intent.experiment,
        intent.what,
        intent.job or "",
        intent.cluster or "",
        intent.scheduler,
    )
    if not all(isinstance(word, str) for word in texts) or not isinstance(intent.sent_at, int | float):
        raise MalformedError("this is no note of a submission: a value is of the wrong kind")
    return intent


_PLAIN = ("id", "experiment", "what", "sent_at", "job", "cluster", "recorded", "scheduler")
