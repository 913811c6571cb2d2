"""`ckreg skill`: makes ckreg known to the assistants that work in a project, and takes that back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.assistant_files import AGENTS, SKILL, read, remove, template, write
from ckreg.core.assistant import Whose, skill_text, whose_skill, with_section, without_section
from ckreg.errors import NotFoundError, RefusedError


@dataclass(frozen=True, slots=True)
class SkillFile:
    """A file before and after, relative to the folder; None where it is not there."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Skill:
    """The folder, and the files that change in it; `changed` is false where that was only looked at."""

    folder: Path
    files: tuple[SkillFile, ...]
    changed: bool


def skill_install(
    folder: Path, *, agents_md: bool = False, linked: bool = False, force: bool = False, dry_run: bool = False
) -> Skill:
    """Write the skill into `folder`, and with `agents_md` a section into its AGENTS.md; nothing is committed.

    The folders between may be links with `linked`: in a person's home they have made them themselves.

    Raises:
        RefusedError: there is a skill of that name that ckreg did not write, or that was edited, and no
            `force`; or a file is a link.
        MalformedError: the section in AGENTS.md cannot be told.
        OutsideError: the folder cannot be written; nothing was changed.
    """
    files = _installed(folder, agents_md=agents_md, linked=linked, force=force)
    return _carried_out(folder, files, dry_run=dry_run)


def skill_uninstall(
    folder: Path, *, linked: bool = False, force: bool = False, dry_run: bool = False
) -> Skill:
    """Take the skill and the section of AGENTS.md out; what else is in that file stays to the byte.

    Raises:
        CkregError: as `skill_install`.
    """
    return _carried_out(folder, _uninstalled(folder, linked=linked, force=force), dry_run=dry_run)


def _carried_out(folder: Path, files: Iterator[SkillFile], *, dry_run: bool) -> Skill:
    if not folder.is_dir():
        raise NotFoundError(f"{folder} is not a folder. Make it first, or name another with --project.")
    changing = tuple(file for file in files if file.before != file.after)
    for file in () if dry_run else changing:
        if file.after is None:
            remove(folder, Path(file.path))
        else:
            write(folder, Path(file.path), file.after)
    return Skill(folder, changing, bool(changing) and not dry_run)


def _installed(folder: Path, *, agents_md: bool, linked: bool, force: bool) -> Iterator[SkillFile]:
    there = read(folder, SKILL, linked=linked)
    if there is not None and not force:
        _refuse_changed(folder, there)
    yield SkillFile(str(SKILL), there, skill_text(template(SKILL.name)))
    if agents_md:
        before = read(folder, AGENTS)
        yield SkillFile(str(AGENTS), before, with_section(before, template(AGENTS.name)))


def _uninstalled(folder: Path, *, linked: bool, force: bool) -> Iterator[SkillFile]:
    there = read(folder, SKILL, linked=linked)
    if there is not None:
        if not force:
            _refuse_changed(folder, there)
        yield SkillFile(str(SKILL), there, None)
    agents = read(folder, AGENTS)
    if agents is not None:
        yield SkillFile(str(AGENTS), agents, _left(agents))


def _left(agents: str) -> str | None:
    """AGENTS.md without our section; None where nothing else was in it."""
    left = without_section(agents)
    return left if left or not agents else None


def _refuse_changed(folder: Path, text: str) -> None:
    whose = whose_skill(text)
    if whose is not Whose.OURS:
        who = "has changes of your own" if whose is Whose.EDITED else "was not written by ckreg"
        raise RefusedError(f"{folder / SKILL} {who}, and stays as it is. --force replaces or removes it.")
