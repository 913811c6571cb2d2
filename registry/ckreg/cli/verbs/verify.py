"""`ckreg verify`."""

import textwrap

import click

from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home
from ckreg.cli.common import Place, create_dataset_option, dry_run_option, json_option
from ckreg.cli.offering import accepted
from ckreg.cli.output import emit, emit_diff, emit_json, note
from ckreg.commands.verify import Verification, create_datasets, missing_datasets, update, verify
from ckreg.core.comparing import Found
from ckreg.core.text import one_line

CHANGED = 1
_MARKS = {True: "✓", False: "✗", None: "?"}
_WIDTH = 80
_DIGEST = 64
_SHOWN = 12


@click.command()
@click.argument("experiment")
@create_dataset_option
@click.option("--update", "to_update", is_flag=True, help="Write what is found into the document; commit it.")
@dry_run_option
@json_option
@click.pass_obj
def command(
    place: Place, /, *, experiment: str, create_dataset: bool, to_update: bool, dry_run: bool, as_json: bool
) -> int:
    """Look again at an experiment's models, dataset, scripts and disk space.

    Shows what is missing and what changed since the plan was made: folders, weights, rows, hashes, commits.
    The document stays as it is, unless --update is given. Exit code 0: all is as planned; 1: something is
    missing or changed. EXPERIMENT may be the beginning of a name.

    \b
    Example:
      ckreg verify cap_8L_lora
      ckreg verify cap_8L_lora --update --dry-run
    """
    home = place.home()
    if not dry_run:
        offered = missing_datasets(home, experiment)
        create_datasets(accepted(offered, agreed=create_dataset, ask=not as_json))
    if to_update:
        _update(home, experiment, dry_run=dry_run, quiet=as_json)
    verification = verify(home, experiment)
    if as_json:
        emit_json(verification)
    else:
        _emit(verification)
    return 0 if verification.same else CHANGED


def _update(home: Home, experiment: str, *, dry_run: bool, quiet: bool) -> None:
    """Update the document, or show the diff unless `quiet`."""
    done = update(home, experiment, dry_run=dry_run)
    if done.after == done.before:
        note("The document says so already.")
    elif dry_run and not quiet:
        emit_diff(f"{EXPERIMENTS}/{done.experiment}/{SUMMARY}", done.before, done.after)
    elif not dry_run:
        note(f"Updated {EXPERIMENTS}/{done.experiment}/{SUMMARY} ({(done.commit or '')[:10]}).")


def _emit(verification: Verification) -> None:
    emit(verification.experiment, bold=True)
    for found in verification.resources:
        _emit_found(found)
    differing = sum(found.ok is False for found in verification.resources)
    number = len(verification.resources)
    emit(f"\n{differing} of {number} missing or changed." if differing else "\nAll is as planned.")


def _emit_found(found: Found) -> None:
    emit(f"  {_MARKS[found.ok]} {found.kind:<10} {found.name}")
    for change in found.changes:
        emit(f"      {change.what}: {_short(change.then)} -> {_short(change.now)}")
    if found.advice:
        emit(_wrapped(found.advice))


def _wrapped(text: str) -> str:
    indent = " " * 6
    return textwrap.fill(
        one_line(text),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _short(text: str) -> str:
    return f"{text[:_SHOWN]}…" if len(text) >= _DIGEST and " " not in text else text
