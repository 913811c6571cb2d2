"""`ckreg scaffold`."""

from typing import TypedDict, Unpack

import click

from ckreg.adapters.tree import Home
from ckreg.cli.answers.scaffold import scaffolded
from ckreg.cli.common import Place, dry_run_option, json_option, on_terminal, yes_option
from ckreg.cli.output import counts_in_words, emit, emit_diff, emit_json, note, warn
from ckreg.commands.scaffold import accept, scaffold, templates_to_accept
from ckreg.core.text import lines_of
from ckreg.errors import RefusedError, UsageError
from ckreg.flows.scaffolding import File, Scaffolded, State


class Words(TypedDict):
    """How it is to be done, as typed."""

    accept_templates: bool
    yes: bool
    dry_run: bool
    as_json: bool


@click.command()
@click.argument("experiment", required=False)
@click.option(
    "--force", "forced", multiple=True, metavar="RUN|FILE", help="Write over what was edited there by hand."
)
@click.option(
    "--accept-templates", is_flag=True, help="Show the registry's own templates, and ask to use them."
)
@yes_option
@dry_run_option
@json_option
@click.pass_obj
def command(
    place: Place,
    /,
    experiment: str | None,
    forced: tuple[str, ...],
    **words: Unpack[Words],
) -> None:
    """Write configs and job scripts for every run and evaluation of an experiment, in one commit.

    Each run gets a folder with setup_finetune.yaml, finetune.yaml (torchtune) and finetune.slurm, each
    evaluation one with eval.yaml and eval.slurm (inspect-ai). Done again after the plan has changed, only
    what follows from that changes. A file that you edited stays as it is, and the difference is shown.
    EXPERIMENT may be the beginning of a name.

    \b
    Example:
      ckreg scaffold cap_8L_lora --dry-run
      ckreg scaffold cap_8L_lora --force Llama-3.2-1B_rank4/finetune.yaml
    """
    home = place.home()
    if words["accept_templates"]:
        _accept(home, yes=words["yes"])
    if experiment is None:
        if words["accept_templates"]:
            return
        raise UsageError("Name the experiment: `ckreg scaffold EXPERIMENT`. `ckreg list` shows them.")
    done = scaffold(home, experiment, dry_run=words["dry_run"], forced=forced)
    for warning in done.warnings:
        warn(warning)
    if words["as_json"]:
        emit_json(scaffolded(done))
    elif words["dry_run"]:
        for file in done.of(State.NEW, State.CHANGED):
            emit_diff(file.path, file.before, file.wanted or "")
        _say_kept(done)
    else:
        _say(done)


def _accept(home: Home, *, yes: bool) -> None:
    offered = templates_to_accept(home)
    if not offered:
        note("There is no template of this registry that you have not accepted.")
        return
    for one in offered:
        emit(f"{one.path} (SHA-256 {one.template.digest[:12]})", bold=True)
        for line in lines_of(one.template.text):
            emit(f"  {line}")
    if not yes:
        if not on_terminal():
            raise UsageError("These templates write scripts that run as you. Accept them with --yes.")
        if not click.confirm("Use these templates? What they write runs as you", err=True):
            raise RefusedError("The templates were not accepted; nothing was written.")
    accept(offered)


def _say(done: Scaffolded) -> None:
    counts = {str(state): len(done.of(state)) for state in State}
    told = counts_in_words({word: number for word, number in counts.items() if number})
    if done.commit is None and not done.of(State.NEW, State.CHANGED):
        note(f"{done.experiment}: all is as the plan wants it; nothing changed.")
    else:
        commit = done.commit[:10] if done.commit else "committed so already"
        emit(f"{done.experiment}: {told} ({commit})")
    _say_kept(done)
    if done.of(State.NEW):
        note(f"Look at one before you submit: {_first_script(done)}")


def _first_script(done: Scaffolded) -> str:
    scripts = [file.path for file in done.files if file.path.endswith(".slurm")]
    return next(iter(scripts), done.files[0].path)


def _say_kept(done: Scaffolded) -> None:
    """What a person has edited stays: how it differs from what the plan would write."""
    for file in done.of(State.KEPT):
        _say_difference(file)
    if done.of(State.KEPT):
        note("Edited files stay as they are. --force RUN or FILE writes the plan's over them.")
    if left := done.of(State.LEFT):
        note("The plan has these files no more; `git rm` them if you do not need them:")
        for file in left:
            note(f"  {file.path}")


def _say_difference(file: File) -> None:
    note(f"{file.path} was edited; what the plan would change:")
    emit_diff(file.path, file.before, file.wanted or "")
