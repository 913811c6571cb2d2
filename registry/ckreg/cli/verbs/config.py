"""`ckreg config` on the command line."""

from collections.abc import Iterable
from itertools import groupby

import click

from ckreg.cli.common import Place, json_option
from ckreg.cli.output import emit, emit_json, note, warn
from ckreg.commands.config import Setting, config
from ckreg.core.setting_kinds import Value

_NOT_SET = "not set"


@click.command()
@click.argument("key", required=False)
@json_option
@click.pass_obj
def command(place: Place, key: str | None, *, as_json: bool) -> None:
    """Show every setting and where it comes from.

    Of one KEY only the value is printed, for scripts; its origin goes to stderr. A variable such as
    CKREG_SCRATCH_DIR sets a value for one call; in lists commas stand between the items.

    \b
    Example:
      ckreg config
      cd "$(ckreg config scratch_dir)"
    """
    shown = config(place.start, key)
    for warning in shown.warnings:
        warn(warning)
    if as_json:
        emit_json(shown.settings[0] if key else shown.settings)
    elif key:
        note(f"from {shown.settings[0].origin}: {shown.settings[0].help}")
        value = shown.settings[0].value
        emit("" if value is None else _words(value))
    else:
        _emit_by_place(shown.settings)


def _emit_by_place(settings: Iterable[Setting]) -> None:
    """One block a place; what nobody has set comes last, with what it is for."""
    ordered = sorted(settings, key=_place)
    for index, (place, block) in enumerate(groupby(ordered, key=_place)):
        if index:
            emit()
        emit(place[1], bold=True)
        for setting in block:
            emit(f"  {setting.key:<22}{setting.help if place[1] == _NOT_SET else _words(setting.value)}")


def _place(setting: Setting) -> tuple[int, str]:
    """The block that a setting belongs to: the place without its line."""
    if setting.origin == "built-in":
        return (2, _NOT_SET) if setting.value in (None, ()) else (1, setting.origin)
    variable = setting.origin.startswith("CKREG_")
    return 0, "environment" if variable else setting.origin.rpartition(":")[0] or setting.origin


def _words(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "(none)" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
