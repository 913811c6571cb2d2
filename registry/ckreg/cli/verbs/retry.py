"""`ckreg retry`: send again what failed."""

from typing import TypedDict, Unpack

import click

from ckreg.cli.answers.retry import resent
from ckreg.cli.common import Place, dry_run_option, json_option, on_terminal, yes_option
from ckreg.cli.output import emit, emit_diff, emit_json, note, warn
from ckreg.commands.retry import ASKED_FROM, Left, Resent, Retried, Retry, Wanted, plan, retry
from ckreg.core.units import counted
from ckreg.errors import RefusedError, UsageError


class Words(TypedDict):
    """How it is to be done, as typed."""

    attempt: int
    anew: bool
    dry_run: bool
    yes: bool
    as_json: bool


@click.command()
@click.argument("experiment")
@click.argument("runs", metavar="[RUN]...", nargs=-1)
@click.option(
    "--attempt",
    type=click.IntRange(min=2),
    default=ASKED_FROM - 1,
    metavar="N",
    help=f"Allow attempts up to the Nth; from the {ASKED_FROM}rd on --yes is not enough.",
)
@click.option("--from-start", "anew", is_flag=True, help="Go on from no checkpoint.")
@dry_run_option
@yes_option
@json_option
@click.pass_obj
def command(place: Place, /, experiment: str, runs: tuple[str, ...], **words: Unpack[Words]) -> None:
    """Send what failed or timed out again, with what the failure asks for, its evaluations behind it.

    After a time limit more time by what the log shows is left; after a GPU ran out of memory half the batch
    and twice the accumulation; after the node's memory ran out twice as much; after a failed node or a
    preemption the same again. torchtune goes on from its last checkpoint. Other failures are shown with what
    the log says, and sent again as they are where you name the run.

    \b
    Example:
      ckreg retry cap_8L_lora --dry-run
      ckreg retry cap_8L_lora Llama-3.2-1B_rank64 --attempt 3
    """
    home = place.home()
    planned = plan(home, experiment, Wanted(runs, anew=words["anew"]))
    if words["dry_run"]:
        allowed = planned.only(lambda each: _is_allowed(each, words["attempt"]))
        _tell(allowed, None, as_json=words["as_json"])
        return
    allowed = _approved(planned, words) if planned.retried else planned
    if not allowed.retried:
        _tell(allowed, None, as_json=words["as_json"])
        if allowed.left:
            raise RefusedError(
                f"Nothing was sent again; {counted(len(allowed.left), 'failure')} left to you."
            )
        return
    done = retry(home, allowed, note)
    if words["as_json"]:
        _tell(allowed, done, as_json=True)
    else:
        _say(done)


def _is_allowed(each: Retried, attempt: int) -> bool:
    return each.attempt < ASKED_FROM or each.attempt <= attempt


def _approved(planned: Retry, words: Words) -> Retry:
    """What a person agrees to; from the third attempt on each is asked for."""
    if not on_terminal():
        allowed = planned.only(lambda each: _is_allowed(each, words["attempt"]))
        if not words["yes"]:
            _tell(allowed, None, as_json=words["as_json"])
            raise UsageError("Nobody can be asked here; say --yes to send these again.")
        for left in allowed.left:
            _say_left(left)
        return allowed
    _tell(planned, None, as_json=False)
    allowed = planned.only(lambda each: _is_allowed(each, words["attempt"]) or _is_meant(each))
    if allowed.retried and not words["yes"] and not click.confirm(_question(allowed), err=True):
        raise RefusedError("Nothing was changed or sent.")
    return allowed


def _is_meant(each: Retried) -> bool:
    times = counted(each.failed.attempts, "time")
    return click.confirm(f"{each.failed.key} failed {times}. Send it again all the same?", err=True)


def _question(allowed: Retry) -> str:
    number = counted(sum(1 + len(each.following) for each in allowed.retried), "job")
    files = counted(len(allowed.files), "file")
    return f"Change {files} and send {number}?" if allowed.files else f"Send {number}?"


def _tell(planned: Retry, done: Resent | None, *, as_json: bool) -> None:
    if as_json:
        emit_json(resent(planned, done))
        return
    for each in planned.retried:
        _show(each)
    for left in planned.left:
        _say_left(left)
    if not (planned.retried or planned.left):
        note("Nothing failed. `ckreg status sync` looks whether jobs have ended since.")


def _show(each: Retried) -> None:
    failed = each.failed
    emit(f"{failed.key}: {failed.told or failed.outcome}, job {failed.job or '-'}", bold=True)
    changes = "; ".join(change.words for change in each.corrected.changes) or "the request as it was"
    emit(f"  attempt {each.attempt}: {changes}")
    for reason in each.corrected.reasons:
        emit(f"  because {reason}" if reason == each.corrected.reasons[0] else f"  and {reason}")
    if each.corrected.left:
        emit(f"  sent as it is, for you named it: {each.corrected.left}")
        emit(f"  {failed.evidence}")
    if each.following:
        emit(f"  with {counted(len(each.following), 'evaluation')}")
    for file in each.files:
        if file.edited:
            warn(f"{file.path} was edited by hand; only these lines of it change:")
        emit_diff(file.path, file.before, file.after)


def _say_left(left: Left) -> None:
    note(f"{left.key} is left to you: {left.why}")
    if left.evidence:
        note(f"  {left.evidence}")


def _say(done: Resent) -> None:
    for key, job in done.sent.jobs:
        emit(f"{key}: job {job}")
    if done.commit:
        note(f"The files changed in {done.commit[:10]}.")
    if done.sent.commit:
        note(f"{counted(len(done.sent.jobs), 'job')} recorded in {done.sent.commit[:10]}.")
    if done.sent.left:
        note(
            f"{counted(done.sent.left, 'more row')} wait for room in the queue (`max_submit`); submit again."
        )
