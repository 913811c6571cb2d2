"""Gives an experiment's plan to others: as a spec in YAML or JSON, or as cruijff_kit's plan."""

import json
import os
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from ckreg.adapters import clock
from ckreg.adapters.tree import Home
from ckreg.core.cruijff_kit import given_back
from ckreg.core.plan import resolve
from ckreg.core.setting_kinds import full_path
from ckreg.core.spec import dump_spec, spec_tree
from ckreg.flows.starting import CRUIJFF_KIT, Preference, Source, kept_files, source_of


class Form(StrEnum):
    """What a plan can be exported as."""

    YAML = "yaml"
    JSON = "json"
    CRUIJFF_KIT = "cruijff-kit"


@dataclass(frozen=True, slots=True)
class Exported:
    """The text; `missing` is what the other tool requires and ckreg does not know."""

    experiment: str
    text: str
    missing: tuple[str, ...] = ()


def source(home: Home, experiment: str) -> Source:
    """The experiment, named whole or by a beginning, and how its spec.yaml and its document differ.

    Raises:
        NotFoundError: there is no such experiment.
    """
    return source_of(home, experiment)


def export(home: Home, found: Source, form: Form, preference: Preference | None = None) -> Exported:
    """The plan of an experiment in another form, from its spec.yaml, else from its document.

    Raises:
        MalformedError: neither can be read.
    """
    spec = found.chosen(preference)
    if form is Form.YAML:
        return Exported(found.experiment, dump_spec(spec))
    if form is Form.JSON:
        text = json.dumps(spec_tree(spec), default=str, ensure_ascii=False, indent=2) + "\n"
        return Exported(found.experiment, text)
    given = given_back(
        resolve(spec, clock.now().date()),
        str(home.experiments / found.experiment),
        kept_files(home, found.experiment).get(CRUIJFF_KIT),
        partial(_full, home),
    )
    return Exported(found.experiment, given.text, given.missing)


def _full(home: Home, path: str) -> str:
    """As `design` makes the paths of a spec whole."""
    user = os.path.expanduser("~")  # noqa: PTH111  # text, not a file
    return os.path.normpath(full_path(path, base=str(home.root), home=user))
