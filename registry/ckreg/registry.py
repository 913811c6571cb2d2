"""The library's front door: the same calls as the command line's, for Python."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias, TypedDict, TypeVar, Unpack

from ckreg.adapters.frames import Rows
from ckreg.adapters.tree import Home, find_home, read_text
from ckreg.commands.check import Finding, check
from ckreg.commands.estimate import estimate
from ckreg.commands.history import history
from ckreg.commands.query import query
from ckreg.commands.results import results
from ckreg.commands.runs import runs
from ckreg.commands.score import score
from ckreg.commands.show import show
from ckreg.commands.status_flush import status_flush
from ckreg.commands.status_lines import status_lines
from ckreg.commands.status_set import Wish, status_set
from ckreg.commands.verify import Verification, verify
from ckreg.core.asking.runs import RunFilters
from ckreg.core.estimate.values import Estimate, TrainingRequest
from ckreg.core.results.values import Summed
from ckreg.core.score.values import Scores
from ckreg.core.status import Source, Status
from ckreg.core.summary import Summary, parse
from ckreg.errors import UsageError
from ckreg.flows.telling import Told
from ckreg.flows.updates import Committed, Flushed, Outcome, Spooled

Value = TypeVar("Value", bound=StrEnum)
Words: TypeAlias = str | Sequence[str]


class Asked(TypedDict, total=False):
    """What may be known of a run that is to be estimated; memory in GiB, `samples` before packing."""

    batch_size: int
    samples: int
    epochs: int
    lora_rank: int
    packed: bool
    gpus: int
    gpu_type: str
    grad_accum: int
    gpu_memory_gib: float
    validation: bool
    runs: int


class Filters(TypedDict, total=False):
    """Which runs are wanted, and what of them, as `ckreg runs` has it."""

    experiment: Words
    model: Words
    status: Words
    where: Words
    since: str
    sort: Words
    columns: Words
    limit: int


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment of a registry."""

    home: Home
    name: str

    @property
    def path(self) -> Path:
        """The path of its document."""
        return self.home.summary(self.name)

    @property
    def summary(self) -> Summary:
        """All that ckreg reads out of its document, as it lies in the folder now."""
        return parse(read_text(self.path))

    @property
    def results(self) -> tuple[Summed, ...]:
        """What its evaluations gave, as far as files and `results.csv` tell: one row a cell and metric."""
        return results(self.home, self.name).rows

    def at(self, when: str) -> Summary:
        """The same as it was at a revision (`HEAD~3`, a tag) or a date (`2025-10-22`, `2 weeks ago`).

        Raises:
            NotFoundError: there is no such revision, or the experiment was not there then.
        """
        return show(self.home, self.name, when).summary


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry; every failure that can be acted on is a `CkregError`.

    Example:
        >>> registry = Registry.open("my-registry")  # doctest: +SKIP
        >>> registry.set_status("cap_8L", "Llama-3.2-1B-Instruct_rank4", status="running", job_id="12345")
        ... # doctest: +SKIP
    """

    home: Home

    @classmethod
    def open(cls, path: str | Path = ".") -> "Registry":
        """The registry that `path` lies in.

        Raises:
            NotFoundError: it lies in none.
        """
        return cls(find_home(Path(path)))

    def experiments(self) -> list[Experiment]:
        """All experiments, by name."""
        return [Experiment(self.home, name) for name in self.home.experiment_names()]

    def experiment(self, name: str) -> Experiment:
        """The experiment of this name, or the one whose name begins so.

        Raises:
            NotFoundError: none or several fit.
        """
        return Experiment(self.home, self.home.experiment(name))

    def set_status(  # noqa: PLR0913  # the options of `ckreg status set`, by keyword
        self,
        experiment: str,
        run: str,
        *,
        status: Status | str | None = None,
        job_id: str | None = None,
        task: str | None = None,
        epoch: int | str | None = None,
        note: str | None = None,
        resolved: int | None = None,
        by: Source | str = Source.PERSON,
        evidence: str | None = None,
        force: bool = False,
        spool: bool = False,
    ) -> Committed | Spooled:
        """Change one row of the Status tables and commit it; what is None stays.

        With `spool` the request is only left in the spool, for a node that cannot commit.

        Raises:
            UsageError: `status` or `by` is not one of their values.
            CkregError: the change was refused or failed; nothing was changed.
        """
        wish = Wish(
            run=run,
            task=task,
            epoch=None if epoch is None else str(epoch),
            status=None if status is None else _one_of(Status, status),
            job=job_id,
            note=note,
            resolved=resolved,
            by=_one_of(Source, by),
            evidence=evidence,
            forced=force,
        )
        return status_set(self.home, experiment, wish, spool=spool)

    def set_statuses(
        self, changes: Iterable[Mapping[str, object]], *, spool: bool = False
    ) -> Sequence[Outcome]:
        """Make several changes in one commit; each gets its outcome, in order, an error where it was refused.

        A change has the keys of `ckreg status set --from-json`: experiment, run, status, job_id, note, ...

        Raises:
            UsageError: a change holds what JSON cannot.
            CkregError: nothing at all could be committed; nothing was changed.
        """
        try:
            text = "\n".join(map(json.dumps, changes))
        except (TypeError, ValueError) as error:
            raise UsageError(f"A change is what JSON can hold: {error}.") from None
        return [line.outcome for line in status_lines(self.home, "changes", text, spool=spool).lines]

    def flush(self) -> Flushed:
        """Commit all status requests that wait in the spool, and tell what became of them.

        Raises:
            BusyError: git is in the middle of something, or the lock stayed held; all stays in the spool.
        """
        return status_flush(self.home)

    def estimate(self, model: str, recipe: str | None = None, **asked: Unpack[Asked]) -> Estimate:
        """Time, disk and batch size of a fine-tuning run, with the prior runs that they rest on.

        Raises:
            UsageError: a number is not above zero.
        """
        return estimate(self.home, TrainingRequest(model, recipe, **asked))

    def verify(self, experiment: str) -> Verification:
        """The experiment's resources as they are today, and what changed since the plan.

        Raises:
            NotFoundError: there is no such experiment.
            MalformedError: its document names no resources.
        """
        return verify(self.home, experiment)

    def score(self, *, leave_one_out: bool = False, index: bool = True) -> Scores:
        """How past estimates did, in all and by tier.

        With `leave_one_out` prior runs are predicted anew, each from those of other experiments; `index`
        looks for new logs first.
        """
        return score(self.home, leave_one_out=leave_one_out, index=index).scores

    def history(
        self,
        experiment: str | None = None,
        run: str | None = None,
        *,
        since: str | None = None,
        by: str | None = None,
    ) -> list[Told]:
        """What happened, oldest first: the logs of designs, and git's history with every status change.

        `since` is a date or revision; `by` is part of a name or address, or one of person, job, sacct, log.

        Raises:
            NotFoundError: there is no such experiment, or nothing names that run.
        """
        return history(self.home, experiment, run, since=since, by=by)

    def runs(self, *names: str, **filters: Unpack[Filters]) -> Rows:
        """The runs that are so, by the filters of `ckreg runs`; every column, unless some are named.

        A filter is a text, or several of which any may fit; all of `where` must hold. `.to_pandas()` and
        `.to_polars()` of what it gives make a frame.

        Raises:
            UsageError: a column is named that there is not, a condition is no SQL, or `since` no date.

        Example:
            >>> registry.runs(model="Llama*", where="lora_rank >= 16", sort="-accuracy")  # doctest: +SKIP
        """
        wanted = RunFilters(
            runs=names,
            experiments=_several(filters.get("experiment")),
            models=_several(filters.get("model")),
            statuses=tuple(_one_of(Status, word) for word in _several(filters.get("status"))),
            where=_several(filters.get("where")),
            since=filters.get("since"),
            sort=_several(filters.get("sort")),
            columns=_several(filters.get("columns")) or ("all",),
            limit=filters.get("limit"),
        )
        return Rows(*runs(self.home, wanted))

    def query(self, sql: str, at: str | None = None, **values: object) -> Rows:
        """The rows of a read-only SELECT over the cache, as it is or was `at` a revision or date.

        `sql` may be the name of a saved query; `values` are those of its placeholders, `:name`.

        Raises:
            RefusedError: the SQL would write, or runs too long.
            UsageError: SQLite does not understand it.
        """
        return Rows(*query(self.home, sql, at, values))

    def check(self, paths: Sequence[Path] = ()) -> list[Finding]:
        """The problems of the documents at `paths`, or of all."""
        return check(self.home, paths)


def _several(words: Words | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def _one_of(words: type[Value], word: str) -> Value:
    try:
        return words(word)
    except ValueError:
        raise UsageError(f"{word!r} is none of {', '.join(words)}.") from None
