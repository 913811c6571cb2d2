"""Rules about what was set up: hooks, merge driver, settings."""

from collections.abc import Mapping

from ckreg.core.health.finding import Finding, ok, warn, wrong
from ckreg.core.text import one_line

_INSTALL = "`ckreg hooks install`."


def hooks(installed: Mapping[str, bool], python: bool) -> Finding:
    """Our hooks are there and find a ckreg; `python` says whether the interpreter in them runs it."""
    missing = [name for name, there in installed.items() if not there]
    if missing:
        return warn("hooks", f"Not installed: {', '.join(missing)}.", _INSTALL)
    if not python:
        return warn("hooks", "The hooks' interpreter runs no ckreg (it was moved or removed).", _INSTALL)
    return ok("hooks", f"{', '.join(installed)} are installed and run.")


def merge_driver(attribute: bool, driver: str | None, runs: bool) -> Finding:
    """`git merge` merges documents by row and cell."""
    if not attribute:
        return warn(
            "merge driver", ".gitattributes does not send documents to it (merge=ckreg).", "`ckreg init`."
        )
    if not driver:
        return warn(
            "merge driver", "git does not know it: documents merge line by line, with conflicts.", _INSTALL
        )
    if not runs:
        return warn("merge driver", "It cannot be run, so git merges documents itself.", _INSTALL)
    return ok("merge driver", "Documents merge by row and cell.")


def setting(warning: str) -> Finding:
    """A setting that was passed over, as its reader says."""
    said, _, remedy = one_line(warning).partition(". ")
    return warn("settings", f"{said.rstrip('.')}.", remedy or "`ckreg config` shows what holds.")


def malformed(message: str) -> Finding:
    """A settings file cannot be read."""
    return wrong("settings", one_line(message), "Mend that line.")


def folder_missing(key: str, path: str, origin: str) -> Finding:
    """A setting names a folder that is not there."""
    return warn(
        "settings",
        f"{key} is {one_line(path)}, and there is no such folder here.",
        f"Mend it in {one_line(origin)}, or look at it on a host that has the folder.",
    )


def settings_make_sense() -> Finding:
    """Nothing is wrong with them."""
    return ok("settings", "The settings make sense.")
