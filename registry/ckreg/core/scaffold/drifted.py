"""How a config in the folder differs from what the plan would write."""

from collections.abc import Iterator
from typing import NamedTuple

from ckreg.core.scaffold.torchtune.config import flat
from ckreg.core.setting_text import NONE, setting_text

# Where files lie and how much is told is not part of a plan.
_ELSEWHERE = (
    "output_dir",
    "metric_logger.",
    "profiler.",
    "log_",
    "checkpointer.checkpoint_files",
    "checkpointer.recipe_checkpoint",
    "checkpointer.output_dir",
    "resume_from_checkpoint",
)


class ConfigDrift(NamedTuple):
    """A key of a run's config that is not as planned; `-` where one of them does not have it."""

    path: str
    run_name: str
    key: str
    planned: str
    configured: str


def config_drift(path: str, run_name: str, planned: object, configured: object) -> Iterator[ConfigDrift]:
    """Every key of the plan's that the config has otherwise, then those that it has besides."""
    wanted, there = dict(flat(planned)), dict(flat(configured))
    for key in dict.fromkeys((*wanted, *there)):
        if key.startswith(_ELSEWHERE) or (key in wanted and key in there and wanted[key] == there[key]):
            continue
        yield ConfigDrift(path, run_name, key, _told(wanted.get(key)), _told(there.get(key)))


def _told(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_told, value))}]"
    return setting_text(value) if isinstance(value, str | int | float) else NONE
