"""Files of a registry: where it is, reading and replacing whole files, and the one lock."""

from importlib import import_module
from typing import TYPE_CHECKING

from ckreg.adapters.tree.files import (
    can_be_written,
    file_mode,
    group_umask,
    make_folder,
    replace_parts,
    replace_text,
    same_group,
)
from ckreg.adapters.tree.home import (
    EXPERIMENTS,
    PRIOR_RUNS,
    SETTINGS,
    SUMMARY,
    Home,
    find_home,
    the_experiment,
)
from ckreg.adapters.tree.reading import read_text
from ckreg.adapters.tree.state import read_own, state_folder

if TYPE_CHECKING:
    from ckreg.adapters.tree.hosts import host, in_job, may_commit, remember_host
    from ckreg.adapters.tree.kind import lock_choice, mount_at, recorded_choice
    from ckreg.adapters.tree.lock import locked

__all__ = [
    "EXPERIMENTS",
    "PRIOR_RUNS",
    "SETTINGS",
    "SUMMARY",
    "Home",
    "can_be_written",
    "file_mode",
    "find_home",
    "group_umask",
    "host",
    "in_job",
    "lock_choice",
    "locked",
    "make_folder",
    "may_commit",
    "mount_at",
    "read_own",
    "read_text",
    "recorded_choice",
    "remember_host",
    "replace_parts",
    "replace_text",
    "same_group",
    "state_folder",
    "the_experiment",
]

# Loaded when asked for: every verb finds its registry, few lock it.
_LATER = {
    **dict.fromkeys(("host", "in_job", "may_commit", "remember_host"), "hosts"),
    **dict.fromkeys(("lock_choice", "mount_at", "recorded_choice"), "kind"),
    "locked": "lock",
}


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(f"ckreg.adapters.tree.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
