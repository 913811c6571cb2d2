"""The tools that change a registry or send jobs: without `confirm` they only tell what they would do."""

from typing import Annotated, NotRequired, TypedDict

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home
from ckreg.cli.answers import amend as amending
from ckreg.cli.answers import design as designing
from ckreg.cli.answers import retry as retrying
from ckreg.cli.answers import scaffold as scaffolding
from ckreg.cli.answers import status_set as setting
from ckreg.cli.answers import status_sync as syncing
from ckreg.cli.answers import submit as submitting
from ckreg.cli.mcp.reading import Name
from ckreg.cli.mcp.tool import Tool, tool_of
from ckreg.commands import amend as amend_command
from ckreg.commands import design as design_command
from ckreg.commands import retry as retry_command
from ckreg.commands import scaffold as scaffold_command
from ckreg.commands import submit as submit_command
from ckreg.commands.status_set import Wish, status_preview, status_set
from ckreg.commands.status_sync import status_sync
from ckreg.core.spec import spec_of
from ckreg.core.status import Status
from ckreg.flows.amending import Amendment
from ckreg.flows.updates import Committed

Confirm = Annotated[bool, "Do it; without it, only what would be done is told. Ask the person first."]
Runs = Annotated[list[str], "Runs by name, or patterns such as *_rank4; all if left out."]


class AskedDesign(TypedDict):
    """The plan that is wanted."""

    spec: Annotated[dict[str, object], "As the schema says that spec_schema gives."]
    confirm: NotRequired[Confirm]


class AskedSet(TypedDict):
    """A row, and what is to stand in it; with a task it is that of an evaluation."""

    experiment: Name
    run: str
    task: NotRequired[str]
    epoch: NotRequired[str]
    status: NotRequired[Status]
    job_id: NotRequired[str]
    note: NotRequired[str]
    evidence: NotRequired[Annotated[str, "How that is known; goes into the commit."]]
    confirm: NotRequired[Confirm]


class AskedAmend(TypedDict):
    """How a sealed plan changes."""

    experiment: Name
    reason: Annotated[str, "Why, in the person's words; goes into the commit."]
    set: NotRequired[Annotated[dict[str, str], "Keys of the spec with values: {lora_rank: '4,64,128'}."]]
    add_tasks: NotRequired[Annotated[dict[str, str], "Tasks with their scripts."]]
    drop_tasks: NotRequired[list[str]]
    drop_runs: NotRequired[Runs]
    eval_epochs: NotRequired[Annotated[str, "last, all, best, or epochs from 0 on: 0,1."]]
    confirm: NotRequired[Confirm]


class AskedScaffold(TypedDict):
    """Whose configs and job scripts."""

    experiment: Name
    confirm: NotRequired[Confirm]


class AskedSubmit(TypedDict):
    """Which runs are sent."""

    experiment: Name
    runs: NotRequired[Runs]
    local: NotRequired[Annotated[bool, "Run the jobs on this machine, without Slurm."]]
    confirm: NotRequired[Confirm]


class AskedRetry(TypedDict):
    """Which failed runs are sent again; one that is named goes even where nothing can be corrected."""

    experiment: Name
    runs: NotRequired[Runs]
    confirm: NotRequired[Confirm]


class AskedSync(TypedDict):
    """Which experiment, all if left out."""

    experiment: NotRequired[Name]
    confirm: NotRequired[Confirm]


def design(home: Home, asked: AskedDesign) -> designing.Answer:
    """Plan an experiment from a spec: look at what it needs, estimate, write the plan and commit it."""
    beginning = design_command.Beginning(spec_of(asked["spec"], "the spec"))
    drafted = design_command.draft(home, beginning)
    if not asked.get("confirm"):
        return designing.planned(drafted)
    return designing.committed(drafted, design_command.design(home, drafted))


def set_status(home: Home, asked: AskedSet) -> setting.Update | setting.Planned:
    """Set status, job or note of a run or evaluation, in one commit. Prefer sync_status: it has evidence."""
    wish = Wish(
        run=asked["run"],
        task=asked.get("task"),
        epoch=asked.get("epoch"),
        status=Status(asked["status"]) if "status" in asked else None,
        job=asked.get("job_id"),
        note=asked.get("note"),
        evidence=asked.get("evidence"),
    )
    if not asked.get("confirm"):
        return setting.planned(status_preview(home, asked["experiment"], wish))
    patience = load_settings(home).lock_timeout_seconds
    done = status_set(home, asked["experiment"], wish, timeout_seconds=patience)
    return setting.updated(done.update.request if isinstance(done, Committed) else done.request, done)


def sync_status(home: Home, asked: AskedSync) -> syncing.Answer:
    """Ask the scheduler how the jobs are, and record what changed, with its words as evidence."""
    return syncing.synced(status_sync(home, asked.get("experiment"), dry_run=not asked.get("confirm")))


def amend(home: Home, asked: AskedAmend) -> amending.Answer:
    """Change an experiment's plan with a reason; every status stays, and it is sealed again."""
    amendment = Amendment(
        settings=tuple(asked.get("set", {}).items()),
        added_tasks=tuple(asked.get("add_tasks", {}).items()),
        dropped_tasks=tuple(asked.get("drop_tasks", ())),
        evaluated_epochs=asked.get("eval_epochs"),
        dropped_runs=tuple(asked.get("drop_runs", ())),
    )
    done = amend_command.amend(
        home, asked["experiment"], amendment, asked["reason"], dry_run=not asked.get("confirm")
    )
    return amending.amended(done)


def scaffold(home: Home, asked: AskedScaffold) -> scaffolding.Answer:
    """Write configs and job scripts for every run and evaluation, in one commit; edited files stay."""
    done = scaffold_command.scaffold(home, asked["experiment"], dry_run=not asked.get("confirm"))
    return scaffolding.scaffolded(done)


def submit(home: Home, asked: AskedSubmit) -> submitting.Answer:
    """Send an experiment's runs to the scheduler, each evaluation behind its training."""
    local, how = asked.get("local", False), submit_command.How(tuple(asked.get("runs", ())))
    planned = submit_command.submission(home, asked["experiment"], how, local=local)
    if not asked.get("confirm"):
        return submitting.planned(planned, submit_command.calls(home, planned, local=local))
    return submitting.sent(submit_command.submit(home, planned, how, local=local))


def retry(home: Home, asked: AskedRetry) -> retrying.Answer:
    """Send what failed again, with what the failure asks for; from the third attempt on a person has to."""
    wanted = retry_command.Wanted(tuple(asked.get("runs", ())))
    planned = retry_command.plan(home, asked["experiment"], wanted)
    allowed = planned.only(lambda each: each.attempt < retry_command.ASKED_FROM)
    sends = asked.get("confirm") and allowed.retried
    return retrying.resent(allowed, retry_command.retry(home, allowed) if sends else None)


WRITING: tuple[Tool, ...] = tuple(
    tool_of(function, writes=True)
    for function in (design, set_status, sync_status, amend, scaffold, submit, retry)
)
