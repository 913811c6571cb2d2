"""`ckreg amend`."""

from typing import TypedDict, Unpack

import click

from ckreg.cli.answers.amend import amended
from ckreg.cli.common import Place, dry_run_option, json_option
from ckreg.cli.output import emit, emit_diff, emit_json, note
from ckreg.commands.amend import amend
from ckreg.flows.amending import Amended, Amendment


class Words(TypedDict):
    """What is to change, as typed."""

    settings: tuple[str, ...]
    added: tuple[str, ...]
    dropped_tasks: tuple[str, ...]
    evaluated: str | None
    dropped_runs: tuple[str, ...]


@click.command()
@click.argument("experiment")
@click.option(
    "--reason", metavar="TEXT", required=True, help="Why the plan changes; goes into the commit and the log."
)
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=A[,B...]", help="Levels of a variable, or a setting."
)
@click.option("--add-task", "added", multiple=True, metavar="NAME=SCRIPT", help="Evaluate on this task, too.")
@click.option(
    "--drop-task", "dropped_tasks", multiple=True, metavar="NAME", help="Evaluate on this task no more."
)
@click.option(
    "--eval-epochs",
    "evaluated",
    metavar="WHICH",
    help="Evaluated epochs: last, all, best, or numbers from 0 on, such as 0,1.",
)
@click.option(
    "--drop-run", "dropped_runs", multiple=True, metavar="RUN", help="Leave a run out; * as in file names."
)
@click.option("--no-index", is_flag=True, help="Do not look for new logs of prior runs.")
@dry_run_option
@json_option
@click.pass_obj
def command(
    place: Place,
    /,
    experiment: str,
    reason: str,
    no_index: bool,
    dry_run: bool,
    as_json: bool,
    **words: Unpack[Words],
) -> None:
    """Change an experiment's plan, keep every status, and seal it again, in one commit.

    The options change spec.yaml; the document follows in the rows, cells and bullets that differ, and new
    runs are estimated. Runs that have started cannot be dropped. Without options, the plan that you have
    written into the document by hand is taken: the document is committed as it lies in your folder.

    \b
    Example:
      ckreg amend cap_8L_lora --set lora_rank=4,64,128 --reason "64 was best so far"
      ckreg amend cap_8L_lora --reason "batch size 8 did not fit" --dry-run
    """
    amendment = Amendment(
        settings=tuple(_pair(word, "--set", "KEY=VALUE") for word in words["settings"]),
        added_tasks=tuple(_pair(word, "--add-task", "NAME=SCRIPT") for word in words["added"]),
        dropped_tasks=words["dropped_tasks"],
        evaluated_epochs=words["evaluated"],
        dropped_runs=words["dropped_runs"],
    )
    done = amend(place.home(), experiment, amendment, reason, dry_run=dry_run, index=not no_index)
    if dry_run and not as_json:
        for file in done.files:
            emit_diff(file.path, file.before, file.after)
    elif as_json:
        emit_json(amended(done))
    else:
        _say(done)


def _pair(word: str, option: str, form: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not (equals and key.strip() and value.strip()):
        raise click.UsageError(f"{option} takes {form}, not {word!r}.")
    return key.strip(), value.strip()


def _say(done: Amended) -> None:
    if done.commit is None:
        note(f"{done.experiment}: the plan is as it was sealed; nothing changed.")
        return
    for words in done.changes:
        emit(words)
    emit(f"{done.experiment}: amended and sealed ({done.commit[:10]})")
    if done.by_hand:
        note("The document was committed as it lay in your folder. spec.yaml does not follow by itself.")
