"""The machine: Python, git, who commits, Slurm, the settings."""

import sys
from collections.abc import Iterator
from importlib.metadata import version as installed
from pathlib import Path

from ckreg.adapters.config import load_settings
from ckreg.adapters.git.asking import committer, git_version
from ckreg.adapters.slurm_health import ask_slurm
from ckreg.core.health import Finding, ok, setup
from ckreg.core.health import machine as rules
from ckreg.core.setting_kinds import Kind
from ckreg.core.settings import KEYS
from ckreg.errors import MalformedError
from ckreg.flows.doctoring.patient import Patient


def python(_: Patient) -> Iterator[Finding]:
    """Which ckreg runs, and on what."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield ok("ckreg", f"ckreg {installed('ckreg')} on Python {version} ({sys.executable}).")


def git(patient: Patient) -> Iterator[Finding]:
    """Git and who commits."""
    told = git_version()
    yield rules.git_version(told)
    if told is not None:
        yield rules.identity(committer(patient.start))


def slurm(_: Patient) -> Iterator[Finding]:
    """Slurm's programs."""
    answers = list(ask_slurm())
    yield from (rules.slurm(answer.program, answer.version, answer.failed) for answer in answers)
    if not answers:
        yield rules.no_slurm()


def settings(patient: Patient) -> Iterator[Finding]:
    """Every setting that was passed over, and every folder that is not there."""
    try:
        found = load_settings(patient.home)
    except MalformedError as error:
        yield setup.malformed(str(error))
        return
    wants = [setup.setting(warning) for warning in found.warnings]
    for key in KEYS.values():
        value = getattr(found, key.name)
        if key.kind is Kind.PATH and isinstance(value, str) and not Path(value).is_dir():
            wants.append(setup.folder_missing(key.name, value, found.origins[key.name]))
    yield from wants or [setup.settings_make_sense()]
