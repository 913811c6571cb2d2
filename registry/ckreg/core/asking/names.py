"""The columns that a question may name: those of every run, settings of the plans, and results."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cached_property

from ckreg.core.run_summary import COLUMNS
from ckreg.core.text import one_line
from ckreg.errors import UsageError

_FIRST_METRICS = ("accuracy", "acc", "exact_match", "score")
_LISTED = 60


class Names:
    """What there is to name; a column of every run goes before a setting, a setting before a result.

    `results` are pairs of a task and a metric. As in SQL, upper and lower case are the same.
    """

    def __init__(self, parameters: Iterable[str], results: Iterable[tuple[str | None, str]]) -> None:
        self.parameters = tuple(sorted(parameters))
        self.results = tuple(sorted(results, key=lambda pair: (pair[1], pair[0] or "")))

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics of all tasks."""
        return tuple(dict.fromkeys(metric for _, metric in self.results))

    @cached_property
    def all(self) -> tuple[str, ...]:
        """Every column, the means of metrics before those of single tasks."""
        single = (f"{task}.{metric}" for task, metric in self.results if task)
        found: dict[str, str] = {}
        for name in (*COLUMNS, *self.parameters, *self.metrics, *single):
            found.setdefault(name.casefold(), name)
        return tuple(found.values())

    def find(self, name: str) -> str | None:
        """The column of this name, as it is written; None where there is none."""
        return self._written.get(name.casefold())

    @cached_property
    def _written(self) -> dict[str, str]:
        return {name.casefold(): name for name in self.all}

    def wanted(self, name: str) -> str:
        """The same.

        Raises:
            UsageError: there is none; the message names the nearest, and lists them.
        """
        found = self.find(name)
        if found is None:
            raise UsageError(self._unknown(name))
        return found

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name.casefold(), self._written, n=1)
        hint = f" Did you mean `{self._written[near[0]]}`?" if near else ""
        listed = ", ".join(map(one_line, self.all[:_LISTED]))
        more = ", ..." if len(self.all) > _LISTED else ""
        return f"There is no column `{one_line(name)}`.{hint} Columns: {listed}{more}."

    @property
    def metric(self) -> str | None:
        """The metric that is shown if nobody asks for one."""
        return next((name for name in _FIRST_METRICS if name in self.metrics), next(iter(self.metrics), None))

    def pair(self, name: str) -> tuple[str | None, str]:
        """The task and metric of a result's column; None is the mean over tasks."""
        singles = {f"{task}.{metric}": (task, metric) for task, metric in self.results if task}
        return singles.get(name, (None, name))


def split_names(words: Sequence[str]) -> list[str]:
    """The names in words such as `a,b`, given once or several times."""
    return [name.strip() for word in words for name in word.split(",") if name.strip()]
