"""`ckreg config`: every setting with its value and where it comes from."""

from dataclasses import dataclass
from pathlib import Path

from ckreg.adapters.config import load_settings
from ckreg.adapters.tree import Home, find_home
from ckreg.core.setting_kinds import Value
from ckreg.core.settings import KEYS, nearest
from ckreg.core.text import one_line
from ckreg.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it holds here."""

    key: str
    value: Value
    origin: str
    help: str


@dataclass(frozen=True, slots=True)
class Config:
    """The settings that were asked for, and what is wrong with the places they come from."""

    settings: tuple[Setting, ...]
    warnings: tuple[str, ...]


def config(start: Path, key: str | None = None) -> Config:
    """All settings that hold at `start`, or the one; outside a registry those of the person.

    Raises:
        NotFoundError: there is no such setting.
        MalformedError: a settings file is not what it should be.
    """
    if key is not None and key not in KEYS:
        near = nearest(key)
        hint = f"Did you mean `{near}`?" if near else "`ckreg config` lists them all."
        raise NotFoundError(f"`{one_line(key)}` is not a setting. {hint}")
    settings = load_settings(_home(start))
    rows = [KEYS[key]] if key else KEYS.values()
    return Config(
        tuple(
            Setting(row.name, getattr(settings, row.name), settings.origins[row.name], row.help)
            for row in rows
        ),
        settings.warnings,
    )


def _home(start: Path) -> Home | None:
    try:
        return find_home(start)
    except NotFoundError:
        return None
