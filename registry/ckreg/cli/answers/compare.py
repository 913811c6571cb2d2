"""What `ckreg compare --json` prints."""

from typing import TypedDict

from ckreg.commands.compare import Compared


class Estimated(TypedDict):
    """A prediction beside what became of it, in seconds; `ratio` is actual over predicted."""

    run_name: str
    task: str | None
    epoch: str | None
    tier: str | None
    median_seconds: float | None
    p90_seconds: float | None
    status: str | None
    actual_seconds: float | None
    actual_from: str | None
    at_least: bool
    ratio: float | None


class Answer(TypedDict):
    """An experiment's estimates."""

    experiment: str
    estimates: list[Estimated]


def compared(found: Compared) -> Answer:
    """The answer of `ckreg compare --estimates`."""
    return {
        "experiment": found.experiment,
        "estimates": [
            {
                "run_name": each.run_name,
                "task": each.task,
                "epoch": each.epoch,
                "tier": each.tier,
                "median_seconds": each.median_seconds,
                "p90_seconds": each.p90_seconds,
                "status": each.status,
                "actual_seconds": each.actual_seconds,
                "actual_from": each.actual_from,
                "at_least": each.at_least,
                "ratio": None if each.ratio is None else round(each.ratio, 4),
            }
            for each in found.predictions
        ],
    }
