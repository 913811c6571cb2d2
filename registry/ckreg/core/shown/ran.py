"""How what ran differs from what was planned: a log's measurement against the plan of its run."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ckreg.core.naming import short
from ckreg.core.setting_text import NONE, Setting, Shown
from ckreg.core.shown.values import ShownPlan

# What a log tells of a run, as the plan calls it; those of its row, then those of Configuration.
_OF_ROW = ("model", "lora_rank", "batch_size")
_OF_CONFIGURATION = ("recipe", "epochs", "packed")


class Deviation(NamedTuple):
    """One setting with which a job ran other than planned."""

    run_name: str
    job_id: str | None
    log_path: str
    setting: str
    planned: str
    ran: str


def deviations(plan: ShownPlan, run_name: str, measured: Mapping[str, object]) -> Iterator[Deviation]:
    """What a job's measurement says other than the plan; what either does not say is no deviation.

    A log that names a whole model folder and a plan that names its last part mean the same.
    """
    run = next((run for run in plan.runs if run.name == run_name), None)
    if run is None:
        return
    planned: dict[str, tuple[Setting | None, ...]] = {key: (getattr(run, key),) for key in _OF_ROW}
    of_bullets = dict(plan.configuration)
    planned |= {key: _levels(of_bullets.get(key, ()), run.model) for key in _OF_CONFIGURATION}
    for key, levels in planned.items():
        ran, wanted = measured.get(key), [level for level in levels if level not in {None, "auto"}]
        if key == "lora_rank" and levels == (None,) and ran is not None:
            wanted = [NONE]
        if ran is None or not wanted or any(_same(key, ran, level) for level in wanted):
            continue
        told = ", ".join(_text(key, level) for level in wanted)
        yield Deviation(
            run_name, _or_none(measured.get("job_id")), str(measured["log_path"]), key, told, _text(key, ran)
        )


def _levels(said: Shown, model: str | None) -> tuple[Setting | None, ...]:
    by_model = dict(said)
    return by_model.get(model) or by_model.get(None) or ()


def _same(key: str, ran: object, planned: object) -> bool:
    if key == "packed":
        return bool(ran) == bool(planned)
    return _text(key, ran) == _text(key, planned)


def _text(key: str, value: object) -> str:
    if key == "packed":
        return short(bool(value))
    text = short(value)
    return text.rstrip("/").rpartition("/")[2] if key == "model" else text


def _or_none(value: object) -> str | None:
    return None if value is None else str(value)
