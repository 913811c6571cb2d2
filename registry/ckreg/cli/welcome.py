"""What `ckreg` alone says: where things stand, what needs attention, and what to do next."""

import shlex
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence

from ckreg.cli.common import Place
from ckreg.cli.output import counts_in_words, emit, emit_json, emit_table
from ckreg.commands.attention import Need, Standing, attention, screenful
from ckreg.core.units import counted
from ckreg.errors import NotFoundError

_MOST = 7  # with two or three lines each they fit on a screen
_LABEL = 14
_OUTSIDE = {
    "ckreg init": "make one of this folder",
    "ckreg demo": "play the whole story in a throw-away registry",
    "ckreg --help": "list the verbs",
}


def welcome(place: Place, *, as_json: bool = False) -> None:
    """Say what needs attention here, most urgent first, and the next commands."""
    try:
        home = place.home()
    except NotFoundError:
        if as_json:
            emit_json(_as_json(None, Standing(0, {}, ()), _OUTSIDE))
            return
        emit("There is no registry here.\n")
        _emit_next(_OUTSIDE)
        return
    standing = attention(home)
    if as_json:
        emit_json(_as_json(str(home.root), standing, _next(standing)))
        return
    emit(f"Registry {home.root}")
    emit(f"{_in_words(standing)}")
    emit()
    if standing.attention:
        _emit_needs(standing.attention)
    elif standing.experiments:
        emit("Nothing needs attention.\n")
    _emit_next(_next(standing))


def _in_words(standing: Standing) -> str:
    if not standing.experiments:
        return "no experiments yet."
    return f"{counted(standing.experiments, 'experiment')}; {counts_in_words(standing.statuses)}."


def _emit_needs(needs: Sequence[Need]) -> None:
    """Each with its kind before it and its command below, as wide as the terminal; at most a screen."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    emit("Needs attention", bold=True)
    for need in screenful(needs, _MOST):
        lines = textwrap.wrap(
            f"{need.kind:<{_LABEL}}{need.message}",
            width,
            subsequent_indent=" " * _LABEL,
            break_on_hyphens=False,
        )
        for line in lines:
            emit(line)
        emit(f"{'':<{_LABEL}}{need.command}", bold=True)
    if len(needs) > _MOST:
        emit(f"{'':<{_LABEL}}... and {len(needs) - _MOST} more: `ckreg --json` has all of it.")
    emit()


def _next(standing: Standing) -> dict[str, str]:
    if not standing.experiments:
        return {
            "ckreg index": "read the logs of prior runs, on which estimates rest",
            "ckreg design": "plan the first experiment",
            "ckreg check": "check the documents",
        }
    steps = {"ckreg status": "see how far everything is", "ckreg check": "check the documents"}
    if standing.unsent is None:
        return steps
    verb, why = (
        ("submit", "send what waits") if standing.unsent.scaffolded else ("scaffold", "write its jobs")
    )
    return {f"ckreg {verb} {shlex.quote(standing.unsent.experiment)}": why, **steps}


def _emit_next(steps: Mapping[str, str]) -> None:
    emit_table(("Next", ""), steps.items())


def _as_json(registry: str | None, standing: Standing, steps: Mapping[str, str]) -> dict[str, object]:
    return {
        "registry": registry,
        "experiments": standing.experiments,
        "statuses": standing.statuses,
        "attention": standing.attention,
        "next": [{"command": command, "why": why} for command, why in steps.items()],
    }
