"""Reads the places that set something: options, `CKREG_*`, and the settings files."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from ckreg.adapters.tree import SETTINGS, Home, read_text
from ckreg.core.claude_md import read_claude_md
from ckreg.core.settings import KEYS, Form, Layer, Settings, merge, nearest
from ckreg.core.text import LINE_END, one_line
from ckreg.errors import MalformedError

LOCAL_TOML = "ckreg.local.toml"
CLAUDE_MD = "claude.local.md"
PREFIX = "CKREG_"

_SIZE_LIMIT = 1024 * 1024  # bytes; a settings file is a page
_GIT_SECONDS = 10
# A folder that came with a clone may look like a git folder, with settings that name programs: not obeyed.
_SAFE = ("-c", "safe.bareRepository=explicit")
_TOML_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def load_settings(home: Home | None, overrides: Mapping[str, object] = {}) -> Settings:
    """Every setting, from the command line's `overrides` (None is not given) down to the built-in ones.

    Raises:
        MalformedError: a settings file or a value in it is not what it should be.
        OutsideError: a settings file cannot be read.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    warnings: list[str] = []
    layers = [
        Layer("command line", given, str(Path.cwd()), personal=True),
        _environment(warnings),
        *_toml(person_config(), personal=True),
    ]
    if home:
        for path in _own_files(home, warnings):
            layers += _toml(path) if path.name == LOCAL_TOML else [_claude_md(path)]
        layers += _toml(home.root / SETTINGS)
    return merge(layers, home=_home(), warnings=warnings)


def person_config() -> Path:
    """The person's own settings, for all registries: `~/.config/ckreg/config.toml`."""
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    # The XDG specification: a relative path there is invalid and to be ignored.
    folder = Path(configured) if configured.startswith("/") else Path(_home(), ".config")
    return folder / "ckreg" / "config.toml"


def _environment(warnings: list[str]) -> Layer:
    """`CKREG_SCRATCH_DIR` and the like; others may be another tool's, so only near misses are named."""
    variables = {name: words for name, words in os.environ.items() if name.startswith(PREFIX) and words}
    names = {variable.removeprefix(PREFIX).lower(): variable for variable in variables}
    for name, variable in names.items():
        near = None if name in KEYS else nearest(name)
        if near:
            warnings.append(f"{one_line(variable)} sets nothing. Did you mean {PREFIX}{near.upper()}?")
    known = {name: variable for name, variable in names.items() if name in KEYS}
    values = {name: variables[variable] for name, variable in known.items()}
    return Layer("environment", values, str(Path.cwd()), Form.WORDS, known, personal=True)


def settings_in(text: str, path: Path) -> Settings:
    """What a `ckreg.toml` alone says, as a text that lies in no folder; `path` is its name for messages.

    Raises:
        MalformedError: it, or a value in it, is not what it should be.
    """
    return merge(_layers(text, path), home=_home())


def _toml(path: Path, *, personal: bool = False) -> list[Layer]:
    text = _text(path)
    return [] if text is None else _layers(text, path, personal=personal)


def _layers(text: str, path: Path, *, personal: bool = False) -> list[Layer]:
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        at = _TOML_AT.search(str(error))
        line = at.group(1) if at and at.group(1) else len(LINE_END.split(text.rstrip()))
        why = one_line(_TOML_AT.sub("", str(error)))
        raise MalformedError(f"{path}:{line}: not TOML: {why}. Mend the line or comment it out.") from None
    places = {name: f"{_shown(path)}:{_line_of(text, name)}" for name in values}
    return [Layer(_shown(path), values, str(path.parent), places=places, personal=personal)]


def _claude_md(path: Path) -> Layer:
    found = read_claude_md(_text(path) or "")
    places = {name: f"{_shown(path)}:{line.line}" for name, line in found.items()}
    values = {name: line.words for name, line in found.items()}
    return Layer(_shown(path), values, str(path.parent), Form.PROSE, places)


def _text(path: Path) -> str | None:
    """The file's text without a byte order mark; None where there is no such file."""
    if not os.path.isfile(path):  # noqa: PTH113  # Path.is_file fails in a folder that may not be entered
        return None
    if path.stat().st_size > _SIZE_LIMIT:
        raise MalformedError(f"{path}:1: larger than 1 MiB, so not a settings file of ckreg.")
    return read_text(path).removeprefix("\ufeff")


def _line_of(text: str, name: str) -> int:
    """The line on which a TOML key stands; 1 where it is written in an unusual way."""
    key = re.compile(rf"""\s*\[?\s*["']?{re.escape(name)}\b""")
    lines = LINE_END.split(text)
    return next((number for number, line in enumerate(lines, start=1) if key.match(line)), 1)


def _shown(path: Path) -> str:
    """The path as messages name it: a registry's file by its name, the person's own from `~`."""
    if path != person_config():
        return path.name
    return f"~/{path.relative_to(_home())}" if path.is_relative_to(_home()) else str(path)


def _home() -> str:
    # Unlike Path.home() this does not fail for a user without a home folder.
    return os.path.expanduser("~")  # noqa: PTH111


def _own_files(home: Home, warnings: list[str]) -> Iterator[Path]:
    """The registry's uncommitted settings files, but for those that came from somebody else."""
    paths = [path for name in (LOCAL_TOML, CLAUDE_MD) if (path := home.root / name).is_file()]
    if not paths:
        return
    tracked = _tracked(home, [path.name for path in paths])
    for path in paths:
        if not path.resolve().is_relative_to(home.root.resolve()):
            warnings.append(
                f"{path.name} is ignored: it is a link out of the registry. Put the file itself here."
            )
        elif tracked is None:
            warnings.append(f"{path.name} is ignored: git could not say whether it is tracked.")
        elif path.name in tracked:
            warnings.append(
                f"{path.name} is ignored: git tracks it, and it is for one person's settings. "
                f"Run `git rm --cached {path.name}`."
            )
        else:
            yield path


def _tracked(home: Home, names: list[str]) -> set[str] | None:
    """Which of the files git tracks; None where git cannot tell, nothing where there is no repository."""
    import subprocess  # noqa: PLC0415  # 5 ms that only these files cost

    # A hook runs with these set for the repository that it belongs to, which need not be this one.
    bound = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    environment = {name: value for name, value in os.environ.items() if name not in bound} | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *_SAFE, "-C", str(home.root), "ls-files", "-z", "--", *names],
            capture_output=True,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=_GIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return set() if b"not a git repository" in done.stderr else None
    return set(done.stdout.decode(errors="replace").split("\0"))
