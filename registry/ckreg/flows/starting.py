"""From something that exists: an experiment's `spec.yaml`, else its document; or another tool's plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from ckreg.adapters.tree import EXPERIMENTS, SUMMARY, Home, read_text
from ckreg.core.cruijff_kit import is_cruijff_kit, read_cruijff_kit
from ckreg.core.plan.documented import Difference, differences, spec_in_document
from ckreg.core.spec import FORMATS, Spec, read_spec
from ckreg.core.summary import parse
from ckreg.errors import NotFoundError, UsageError
from ckreg.flows.discovering import SPEC

# What was imported, to the byte: ckreg has no place for all of it.
CRUIJFF_KIT = "cruijff_kit.yaml"


class Preference(StrEnum):
    """Which of the two is believed where spec.yaml and document differ."""

    SPEC = "spec"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Source:
    """An experiment to start from; `spec` is None where there is no spec.yaml."""

    experiment: str
    spec: Spec | None
    document: str
    differences: tuple[Difference, ...]

    def chosen(self, preference: Preference | None, *, dated: bool = True) -> Spec:
        """The spec to start from; another experiment like it is not of its date.

        Raises:
            MalformedError: the document is to be read, and does not say enough.
        """
        if self.spec is not None and preference is not Preference.DOCUMENT:
            spec = self.spec
        else:
            where = f"{EXPERIMENTS}/{self.experiment}/{SUMMARY}"
            spec = spec_in_document(parse(self.document), self.spec, where)
        return spec if dated else replace(spec, date=None)


def source_of(home: Home, word: str) -> Source:
    """An experiment, named whole or by a beginning, and how its spec.yaml and its document differ.

    Raises:
        NotFoundError: there is no such experiment.
        MalformedError: its spec.yaml has faults.
    """
    name = home.experiment(word)
    document = read_text(home.summary(name))
    path = home.experiments / name / SPEC
    try:
        spec = read_spec(read_text(path), format="yaml", name=f"{EXPERIMENTS}/{name}/{SPEC}")
    except NotFoundError:
        return Source(name, None, document, ())
    return Source(name, spec, document, differences(spec, parse(document)))


@dataclass(frozen=True, slots=True)
class Beginning:
    """A spec to design from, and files that go into the experiment's folder beside the plan, by name."""

    spec: Spec
    files: Mapping[str, str] = field(default_factory=dict)


def beginning_of_file(path: Path) -> Beginning:
    """What a file comes to: cruijff_kit's `experiment_summary.yaml`, which is kept whole, or a spec.

    Raises:
        UsageError: the file's ending is none of a spec's.
        MalformedError: it has faults.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"{path} is no spec by its name; it ends in {', '.join(FORMATS)}.")
    text = read_text(path)
    if kind == "yaml" and is_cruijff_kit(text):
        return Beginning(read_cruijff_kit(text, str(path)), {CRUIJFF_KIT: text})
    return Beginning(read_spec(text, format=kind, name=str(path)))


def kept_files(home: Home, experiment: str) -> dict[str, str]:
    """What an experiment keeps of the plan that it was imported from."""
    path = home.experiments / experiment / CRUIJFF_KIT
    return {CRUIJFF_KIT: read_text(path)} if path.is_file() else {}
