"""The tools that read a registry."""

from collections.abc import Mapping
from typing import Annotated, NotRequired, TypedDict

from ckreg.adapters.tree import Home
from ckreg.cli.answers.check import Problem, problems
from ckreg.cli.answers.estimate import Estimated, estimated
from ckreg.cli.answers.find import Hit, hits
from ckreg.cli.answers.query import Cell, rows_of
from ckreg.cli.answers.results import Answer as Results
from ckreg.cli.answers.results import resulted
from ckreg.cli.answers.status_show import Experiment, shown
from ckreg.cli.mcp.tool import Tool, tool_of
from ckreg.commands import check as checking
from ckreg.commands import estimate as estimating
from ckreg.commands import find as finding
from ckreg.commands import history as telling
from ckreg.commands import list as listing
from ckreg.commands import logs as logging
from ckreg.commands import query as querying
from ckreg.commands import results as scoring
from ckreg.commands import runs as filtering
from ckreg.commands import show as showing
from ckreg.commands.list import Listed
from ckreg.commands.logs import Logged, Whose
from ckreg.commands.query import TableFacts
from ckreg.commands.schema import schema_of_spec
from ckreg.commands.show import Shown
from ckreg.commands.status_show import status_show
from ckreg.core.asking.runs import RunFilters
from ckreg.core.estimate import TrainingRequest
from ckreg.core.status import Status
from ckreg.flows.telling import Told

At = Annotated[str, "As it was at a git revision or at the end of a day, such as HEAD~3 or 2025-10-22."]
Name = Annotated[str, "An experiment's name, or the beginning of it."]
_LINES = 50


class AskedAt(TypedDict):
    """When."""

    at: NotRequired[At]


class AskedExperiment(TypedDict):
    """Which experiment, and when."""

    experiment: Name
    at: NotRequired[At]


class AskedStatus(TypedDict):
    """Which experiment, all if left out, and when."""

    experiment: NotRequired[Name]
    at: NotRequired[At]


class AskedQuery(TypedDict):
    """A question in SQL."""

    sql: Annotated[str, "One SELECT of SQLite, read-only. list_tables names the tables."]
    at: NotRequired[At]


class AskedNothing(TypedDict):
    """Nothing has to be said."""


class AskedRuns(TypedDict):
    """Which runs; all of what is given must hold."""

    experiments: NotRequired[Annotated[list[str], "Of experiments whose names begin so; may have wildcards."]]
    models: NotRequired[Annotated[list[str], "Of these models, such as Llama-3.2-*."]]
    statuses: NotRequired[list[Status]]
    where: NotRequired[Annotated[list[str], "SQL conditions, such as lora_rank >= 16 or accuracy > 0.9."]]
    sort: NotRequired[Annotated[list[str], "Columns; -COLUMN is greatest first."]]
    columns: NotRequired[Annotated[list[str], "Columns; `all` are all there are."]]
    limit: NotRequired[int]


class AskedFind(TypedDict):
    """What to look for."""

    text: Annotated[str, "Words, all of which must be there."]
    experiment: NotRequired[Name]


class AskedResults(TypedDict):
    """Whose scores."""

    experiment: Name


class AskedEstimate(TypedDict):
    """A fine-tuning run to estimate."""

    model: Annotated[str, "The model folder's name."]
    recipe: Annotated[str, "The recipe, as `tune ls` names it."]
    samples: Annotated[int, "Samples in the training split, before packing."]
    epochs: NotRequired[int]
    batch_size: NotRequired[Annotated[int, "Per GPU and step; without it the estimated one."]]
    lora_rank: NotRequired[int]
    packed: NotRequired[bool]
    gpus: NotRequired[int]
    gpu_type: NotRequired[Annotated[str, "Such as A100."]]


class AskedCheck(TypedDict):
    """Which experiment's document, all if left out."""

    experiment: NotRequired[Name]


class AskedHistory(TypedDict):
    """Which part of the timeline; all of it if nothing is said."""

    experiment: NotRequired[Name]
    run: NotRequired[Annotated[str, "A run's whole name."]]
    since: NotRequired[Annotated[str, "A date, a revision, or such as '2 weeks ago'."]]
    by: NotRequired[Annotated[str, "Part of a name or address; or person, job, sacct, log."]]


class AskedLogs(TypedDict):
    """Whose log; with a task that of an evaluation."""

    experiment: Name
    run: str
    task: NotRequired[str]
    epoch: NotRequired[str]
    lines: NotRequired[Annotated[int, "How many of the last lines; 50 if left out."]]


def spec_schema(home: Home, asked: AskedNothing) -> dict[str, object]:
    """Give the JSON Schema of the spec that `design` takes: every key, its meaning and its default."""
    del home, asked
    return schema_of_spec()


def list_experiments(home: Home, asked: AskedAt) -> list[Listed]:
    """List the experiments with their question, type and how far they are."""
    return listing.list_experiments(home, asked.get("at"))


def show_experiment(home: Home, asked: AskedExperiment) -> Shown:
    """Show an experiment's whole document, read back: plan, resources, configuration, status."""
    return showing.show(home, asked["experiment"], asked.get("at"))


def show_status(home: Home, asked: AskedStatus) -> list[Experiment]:
    """Show the status of every run and evaluation of an experiment, or of all experiments."""
    return [shown(status) for status in status_show(home, asked.get("experiment"), asked.get("at"))]


def list_tables(home: Home, asked: AskedNothing) -> list[TableFacts]:
    """List the tables and views that `query` can ask, with their columns."""
    del asked
    return list(querying.tables(home))


def query(home: Home, asked: AskedQuery) -> list[Mapping[str, Cell]]:
    """Ask the registry in SQL, read-only: runs, evaluations, status events, measurements of logs, jobs."""
    answer = querying.query(home, asked["sql"], asked.get("at"))
    return rows_of(answer)


def runs(home: Home, asked: AskedRuns) -> list[Mapping[str, Cell]]:
    """Find runs across experiments: plan, status, job, measurements and results in one row a run."""
    filters = RunFilters(
        experiments=tuple(asked.get("experiments", ())),
        models=tuple(asked.get("models", ())),
        statuses=tuple(asked.get("statuses", ())),
        where=tuple(asked.get("where", ())),
        sort=tuple(asked.get("sort", ())),
        columns=tuple(asked.get("columns", ())),
        limit=asked.get("limit"),
    )
    return rows_of(filtering.runs(home, filters))


def find(home: Home, asked: AskedFind) -> list[Hit]:
    """Find experiments by what people and failed jobs say: questions, notes, reasons, errors in logs."""
    return hits(finding.find(home, [asked["text"]], experiment=asked.get("experiment")))


def results(home: Home, asked: AskedResults) -> Results:
    """Show what the evaluations of an experiment gave: every score with where it is from."""
    return resulted(scoring.results(home, asked["experiment"]))


def estimate(home: Home, asked: AskedEstimate) -> Estimated:
    """Estimate time, disk and batch size of one fine-tuning run from prior runs."""
    return estimated(estimating.estimate(home, TrainingRequest(**asked)))


def check(home: Home, asked: AskedCheck) -> list[Problem]:
    """Check that documents are whole and agree with themselves and the files beside them."""
    name = asked.get("experiment")
    paths = [] if name is None else [home.summary(home.experiment(name))]
    return problems(checking.check(home, paths))


def history(home: Home, asked: AskedHistory) -> list[Told]:
    """Tell what was planned, changed and run, oldest first: who said so, and how it is known."""
    return telling.history(
        home, asked.get("experiment"), asked.get("run"), since=asked.get("since"), by=asked.get("by")
    )


def logs(home: Home, asked: AskedLogs) -> Logged:
    """Show the end of a run's log, or of an evaluation's: why it failed, how far it is."""
    whose = Whose(run=asked["run"], task=asked.get("task"), epoch=asked.get("epoch"))
    return logging.logs(home, asked["experiment"], whose, asked.get("lines", _LINES))


READING: tuple[Tool, ...] = tuple(
    tool_of(function)
    for function in (
        spec_schema,
        list_experiments,
        show_experiment,
        show_status,
        list_tables,
        query,
        runs,
        find,
        results,
        estimate,
        check,
        history,
        logs,
    )
)
