"""What `ckreg` alone says: where things stand and what to do next."""

from collections import Counter

from ckreg.cli.common import Place
from ckreg.cli.output import counts_in_words, emit, emit_table
from ckreg.cli.spool_words import spool_in_words
from ckreg.commands.status_show import ExperimentStatus, status_show
from ckreg.core.units import counted
from ckreg.errors import NotFoundError
from ckreg.flows.doctoring.glance import at_a_glance


def welcome(place: Place) -> None:
    """Say what needs attention here, and the next command."""
    try:
        home = place.home()
    except NotFoundError:
        emit("There is no registry here.\n")
        _emit_next(
            {
                "ckreg init": "make one of this folder",
                "ckreg demo": "play the whole story in a throw-away registry",
                "ckreg --help": "list the verbs",
            }
        )
        return
    found = status_show(home)
    emit(f"Registry {home.root}")
    emit(f"{_in_words(found)}")
    for line in spool_in_words(home):
        emit(line)
    off = at_a_glance(home)
    emit()
    _emit_next(({"ckreg doctor": f"look into it: {', '.join(off)}"} if off else {}) | _next(found))


def _in_words(found: list[ExperimentStatus]) -> str:
    if not found:
        return "no experiments yet."
    counts: Counter[str] = Counter()
    for status in found:
        for table in status.counts.values():
            counts.update(table)
    return f"{counted(len(found), 'experiment')}; {counts_in_words(counts)}."


def _next(found: list[ExperimentStatus]) -> dict[str, str]:
    steps = {}
    failed = [status for status in found if any("failed" in table for table in status.counts.values())]
    if failed:
        steps[f"ckreg status show {failed[0].experiment}"] = "see what failed"
    if found:
        steps["ckreg status"] = "see how far everything is"
    else:
        steps["ckreg index"] = "read the logs of prior runs, on which estimates rest"
        steps["ckreg design"] = "plan the first experiment"
    steps["ckreg check"] = "check the documents"
    return steps


def _emit_next(steps: dict[str, str]) -> None:
    emit_table(("Next", ""), steps.items())
