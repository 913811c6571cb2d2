"""What the site is made from: rows of the cache, by experiment, and the key of what has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ckreg.core.losses.values import Curve

Row = Mapping[str, Any]
"""A row of a table or view of the cache, by column name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that the cache has of one experiment.

    `jobs` has what the scheduler says of the jobs that its rows, attempts and logs name; `measurements` are
    those of the same jobs, or that name the experiment themselves, the oldest log first; `curves` are those
    of its logs. `gpus` has how many the plan gives a run, where it says so.
    """

    experiment: Row
    runs: Sequence[Row] = ()
    evaluations: Sequence[Row] = ()
    predictions: Sequence[Row] = ()
    attempts: Sequence[Row] = ()
    statuses: Sequence[Row] = ()
    commits: Sequence[Row] = ()
    jobs: Mapping[str, Row]
    measurements: Sequence[Row] = ()
    curves: Sequence[Curve] = ()
    results: Sequence[Row] = ()
    gpus: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The experiment's name."""
        return str(self.experiment["name"])


def key_of(*parts: object) -> str:
    """A hash of values that `repr` writes out whole: equal values have equal keys, in any process."""
    return sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
