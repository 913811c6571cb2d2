"""Jinja2 for configs and job scripts: the package's templates, or a group's own, in a sandbox."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from jinja2 import FunctionLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ckreg.adapters.tree import Home, read_text
from ckreg.core.scaffold.quoting import Quoted, shell
from ckreg.core.scaffold.yaml_text import yaml_text
from ckreg.errors import MalformedError, OutsideError, RefusedError

FOLDER = "templates/jobs"
_SUFFIX = ".j2"
# What a template can raise: its own faults, and what an expression in it does.
_FAULTS = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)
_LARGEST = 256 * 1024  # bytes; a template is a page


class GroupTemplate(NamedTuple):
    """A template of the registry's own, which takes the place of the package's of its name."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        """What it is accepted by: the SHA-256 of its name and text."""
        return sha256(f"{self.name}\0{self.text}".encode()).hexdigest()


def group_templates(home: Home) -> tuple[GroupTemplate, ...]:
    """The registry's own templates, by name; one that says what the package's says is none.

    Raises:
        RefusedError: one is a link out of its folder, or larger than any template.
        OutsideError: the folder cannot be read.
        MalformedError: one is not UTF-8.
    """
    folder = home.root / FOLDER
    try:
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(_SUFFIX))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise OutsideError(f"{folder} cannot be read: {error.strerror}.") from error
    found = (GroupTemplate(path.name, _read(path, home)) for path in paths)
    return tuple(template for template in found if template.text != _packaged(template.name))


def _read(path: Path, home: Home) -> str:
    if path.resolve() != home.root.resolve() / FOLDER / path.name or not path.is_file():
        raise RefusedError(f"{path} is no plain file of the registry: ckreg follows no links to templates.")
    if path.stat().st_size > _LARGEST:
        raise RefusedError(f"{path} is larger than {_LARGEST // 1024} KiB: no template of a job script is.")
    return read_text(path)


class JobTemplates:
    """Renders; every value is quoted for where it goes unless core has done so."""

    def __init__(self, group: Mapping[str, str]) -> None:
        self._group = group
        self._shell = self._environment(shell)
        self._yaml = self._environment(yaml_text)

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """The text of a file, which ends with one line end.

        Raises:
            MalformedError: the template is none, or asks for a value that there is not.
        """
        environment = self._yaml if name.endswith(f".yaml{_SUFFIX}") else self._shell
        try:
            text = environment.get_template(name).render(values)
        except _FAULTS as error:
            line = getattr(error, "lineno", None)
            where = f"{FOLDER}/{name}" + (f":{line}" if line else "")
            raise MalformedError(f"{where}: the template cannot be rendered: {error}.") from error
        return text.rstrip("\n") + "\n"

    def _environment(self, quote: Callable[[object], Quoted]) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(
            loader=FunctionLoader(self._source),
            undefined=StrictUndefined,
            autoescape=False,  # scripts and YAML; `finalize` quotes every value
            finalize=lambda value: value if isinstance(value, Quoted) else quote(value),
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters |= {"shell": shell, "yaml": yaml_text}
        return environment

    def _source(self, name: str) -> str | None:
        if name in self._group:
            return self._group[name]
        return _packaged(name)


def _packaged(name: str) -> str | None:
    # Only names of the package's own folder: a template names others, and may be somebody else's.
    found = {entry.name: entry for entry in files("ckreg").joinpath(FOLDER).iterdir()}
    return found[name].read_text(encoding="utf-8") if name in found else None
