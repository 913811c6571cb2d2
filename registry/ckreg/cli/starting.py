"""What a design begins with: a spec, an experiment, another tool's plan, or a conversation."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import click

from ckreg.adapters.tree import Home
from ckreg.cli.common import Place, on_terminal
from ckreg.cli.output import emit_table, note
from ckreg.commands.design import (
    Beginning,
    Preference,
    Source,
    beginning_of_file,
    kept_files,
    save_spec,
    source_of,
)
from ckreg.core.spec import Spec, changed
from ckreg.errors import NotFoundError, UsageError

Command = TypeVar("Command", bound=Callable[..., Any])


class Begin(TypedDict):
    """The options that say what a design begins with."""

    spec: str | None
    source: str | None
    settings: tuple[str, ...]
    prefer: str | None
    resume: bool
    save_to: str | None


def begin_options(command: Command) -> Command:
    """The options of `Begin`."""
    options = (
        click.option("--spec", metavar="FILE", help="The spec: YAML, TOML or JSON."),
        click.option(
            "--from",
            "source",
            metavar="EXPERIMENT|FILE",
            help="An experiment to start from, or cruijff_kit's experiment_summary.yaml.",
        ),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="KEY=VALUE",
            help="What differs, such as lora_rank=32,64 or training.epochs=2. May be repeated.",
        ),
        click.option(
            "--prefer",
            type=click.Choice([str(preference) for preference in Preference]),
            help="Which to believe where an experiment's spec.yaml and document differ.",
        ),
        click.option("--resume", is_flag=True, help="Go on with a conversation that was broken off."),
        click.option("--save-spec", "save_to", metavar="FILE", help="Write the spec to this file, too."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def beginning(place: Place, home: Home, begin: Begin) -> Beginning:
    """What `--spec` or `--from` names, with the changes of `--set`.

    Raises:
        UsageError: options contradict each other.
    """
    if begin["spec"] and begin["source"]:
        raise UsageError("--spec and --from are two beginnings; give one of them.")
    if begin["resume"]:
        raise UsageError("--resume goes on with a conversation; it has no --spec and no --from.")
    if begin["spec"]:
        found = beginning_of_file(place.path(begin["spec"]))
    else:
        found = _from(place, home, begin["source"] or "", begin["prefer"])
    if begin["settings"]:
        found = replace(found, spec=changed(found.spec, begin["settings"]))
    save(place, found.spec, begin)
    return found


def save(place: Place, spec: Spec, begin: Begin) -> None:
    """Write the spec where `--save-spec` says."""
    if begin["save_to"]:
        path = place.path(begin["save_to"])
        save_spec(spec, path)
        note(f"The spec is in {path}; `ckreg design --spec` with it gives the same plan.")


def _from(place: Place, home: Home, word: str, prefer: str | None) -> Beginning:
    path = place.path(word)
    if path.is_file() and path.name != "experiment_summary.md":
        return beginning_of_file(path)
    if not path.exists() and ("/" in word or path.suffix in {".yaml", ".yml"}):
        raise NotFoundError(f"{path} does not exist.")
    source = source_of(home, _experiment_of(path, home, word))
    preference = Preference(prefer) if prefer else None
    if source.differences and preference is None:
        preference = _ask_which(source)
    return Beginning(source.chosen(preference, dated=False), kept_files(home, source.experiment))


def _experiment_of(path: Path, home: Home, word: str) -> str:
    """An experiment by its folder or document, as completion in a shell gives them, else by its name."""
    folder = path.parent if path.name == "experiment_summary.md" else path
    return folder.name if folder.is_dir() and folder.parent == home.experiments else word


def _ask_which(source: Source) -> Preference:
    """Show where spec.yaml and document differ, and ask which to believe.

    Raises:
        UsageError: nobody is there to be asked.
    """
    note(f"{source.experiment}: spec.yaml and experiment_summary.md differ.")
    emit_table(("Field", "spec.yaml", "experiment_summary.md"), source.differences)
    if not on_terminal():
        raise UsageError(
            f"{source.experiment}: spec.yaml and document differ in {len(source.differences)} fields; "
            "say which to start from with `--prefer spec` or `--prefer document`."
        )
    names = [str(preference) for preference in Preference]
    return Preference(click.prompt("Start from which?", type=click.Choice(names), err=True))
