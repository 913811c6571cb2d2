"""`ckreg scaffold`: configs and job scripts for every run and evaluation."""

from collections.abc import Collection, Iterable

from ckreg.adapters.tree import Home
from ckreg.flows.scaffolding import Scaffolded, scaffold_experiment
from ckreg.flows.templating import Offered, accept_templates, offered_templates


def scaffold(
    home: Home, experiment: str, *, dry_run: bool = False, forced: Collection[str] = ()
) -> Scaffolded:
    """Write the plan's files and commit them; `experiment` may be the beginning of its name.

    Raises:
        CkregError: see `flows.scaffolding.scaffold_experiment`; nothing was changed.
    """
    return scaffold_experiment(home, experiment, dry_run=dry_run, forced=forced)


def templates_to_accept(home: Home) -> tuple[Offered, ...]:
    """The registry's own templates that the person has not accepted as they are.

    Raises:
        CkregError: they cannot be read.
    """
    return tuple(one for one in offered_templates(home) if not one.accepted)


def accept(offered: Iterable[Offered]) -> None:
    """Remember that the person accepts these."""
    accept_templates(offered)
