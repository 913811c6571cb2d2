"""What `ckreg drift --json` prints."""

from collections.abc import Sequence
from typing import TypedDict

from ckreg.flows.drifting import Drift, PlanDrift


class Config(TypedDict):
    """A key of a config in the folder that is not as planned."""

    path: str
    run_name: str
    key: str
    configured: str
    planned: str


class Ran(TypedDict):
    """A setting with which a job ran other than planned."""

    run_name: str
    job_id: str | None
    log_path: str
    setting: str
    planned: str
    ran: str


class Answer(TypedDict):
    """How plan, configs and jobs differ from what was sealed."""

    experiment: str
    seal: str
    plan: Sequence[PlanDrift]
    configs: list[Config]
    ran: list[Ran]


def drifted(found: Drift) -> Answer:
    """The answer of `ckreg drift`."""
    return {
        "experiment": found.experiment,
        "seal": found.seal,
        "plan": found.plan,
        "configs": [
            {
                "path": each.path,
                "run_name": each.run_name,
                "key": each.key,
                "configured": each.configured,
                "planned": each.planned,
            }
            for each in found.configs
        ],
        "ran": [
            {
                "run_name": each.run_name,
                "job_id": each.job_id,
                "log_path": each.log_path,
                "setting": each.setting,
                "planned": each.planned,
                "ran": each.ran,
            }
            for each in found.ran
        ],
    }
