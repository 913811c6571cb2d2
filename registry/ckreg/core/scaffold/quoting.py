"""Values as they stand in a shell script, in a `#SBATCH` line and in OmegaConf's YAML: always data."""

import re
import shlex
from collections.abc import Mapping, Sequence

from ckreg.core.text import one_line, printable
from ckreg.errors import RefusedError

_INTERPOLATION = re.compile(r"(\\*)\$\{")
_SBATCH_WORD = re.compile(r"[A-Za-z0-9_./:,=@%+&|*!()\[\]~-]+")
_LONGEST_SHOWN = 60


class Quoted(str):
    """Text that is ready for where it goes: a template leaves it as it is."""

    __slots__ = ()


def shell(value: object) -> Quoted:
    r"""One word of bash on one line: `'it'"'"'s'`, or `$'two\nlines'` where it has control codes.

    On one line, so that even in a comment, where quotes mean nothing, no second line can become a command.
    """
    text = "" if value is None else str(value)
    if printable(text) == text:
        return Quoted(shlex.quote(text))
    return Quoted("$'" + "".join(map(_ansi_c, text)) + "'")


def _ansi_c(char: str) -> str:
    if char in {"'", "\\"}:
        return f"\\{char}"
    if printable(char) == char:
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode(errors="replace"))


def sbatch_file(folder: str, file: str, *, name: str) -> str:
    """A path in a `#SBATCH` line, which Slurm splits at spaces and in which `%` begins a replacement.

    `file` may have such replacements, as `slurm-%j.out`; in the folder's name `%` is itself.

    Raises:
        RefusedError: it holds what no quotes keep together there.
    """
    if printable(folder) != folder or set(folder) & set("\"'\\#`$"):
        raise RefusedError(
            f"{name}: {shown(folder)} cannot stand in a #SBATCH line: no quotes, backslashes, `#`, `$` or "
            "control codes. Choose another folder."
        )
    text = f"{folder.replace('%', '%%')}/{file}"
    return f'"{text}"' if " " in text else text


def sbatch_value(value: str, *, name: str) -> str:
    """A value of an option of sbatch.

    Raises:
        RefusedError: it is empty, or holds what Slurm would read as something else.
    """
    if not _SBATCH_WORD.fullmatch(value):
        raise RefusedError(
            f"{name}: {shown(value)} cannot stand in a #SBATCH line: one word of letters, digits and "
            "._:,=@%+&|*!()[]~- is expected. `ckreg config` shows where a setting comes from."
        )
    return value


def shown(value: str) -> str:
    """A value in a message, cut where it is long."""
    text = one_line(repr(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."


def literal(value: object) -> object:
    r"""A value of a config such that OmegaConf takes `${...}` in its texts as it stands: `\${...}`."""
    if isinstance(value, str):
        return _INTERPOLATION.sub(lambda hit: f"{hit[1] * 2}\\${{", value)
    if isinstance(value, Mapping):
        return {key: literal(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [literal(item) for item in value]
    return value
