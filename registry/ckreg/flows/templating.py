"""The templates of configs and job scripts: a registry's own only once its reader has accepted them."""

from collections.abc import Iterable
from typing import NamedTuple

from ckreg.adapters.accepted import accept, accepted
from ckreg.adapters.config import person_config
from ckreg.adapters.job_templates import FOLDER, GroupTemplate, JobTemplates, group_templates
from ckreg.adapters.tree import Home
from ckreg.errors import RefusedError


class Offered(NamedTuple):
    """A template of the registry's own, and whether the person has accepted it as it is."""

    template: GroupTemplate
    accepted: bool

    @property
    def path(self) -> str:
        """Where it lies, relative to the registry."""
        return f"{FOLDER}/{self.template.name}"


def offered_templates(home: Home) -> tuple[Offered, ...]:
    """The registry's own templates.

    Raises:
        CkregError: they, or what was accepted, cannot be read.
    """
    found = group_templates(home)
    known = accepted(person_config().parent) if found else frozenset()
    return tuple(Offered(template, template.digest in known) for template in found)


def accept_templates(offered: Iterable[Offered]) -> None:
    """Remember, in the person's own config folder, that they accept these."""
    accept(person_config().parent, (one.template.digest for one in offered))


def job_templates(home: Home) -> JobTemplates:
    """The templates to render with.

    Raises:
        RefusedError: the registry has one that was not accepted: it would write scripts that are run.
    """
    offered = offered_templates(home)
    if new := [one.path for one in offered if not one.accepted]:
        raise RefusedError(
            f"{', '.join(new)}: templates of this registry's own write scripts that run as you, and you have "
            "not accepted these as they are now. `ckreg scaffold --accept-templates` shows them and asks."
        )
    return JobTemplates({one.template.name: one.template.text for one in offered})
