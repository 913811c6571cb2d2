"""Job scripts: which are alike, and the script of an array that stands for several."""

import re
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from ckreg.core.text import lines_of

_OPTION = re.compile(r"#SBATCH\s+(.*\S)")
# What each run has for itself; an array's task gets it from the script that the array runs.
_OWN = re.compile(r"(?:--(?:job-name|output|error)(?:[=\s]|$)|-[Joe])")
# What an array cannot give its tasks, or what makes an array of its own.
_ALONE = re.compile(r"(?:--(?:chdir|array|dependency|open-mode|wrap)(?:[=\s]|$)|-[Dad])")
_OUTPUT = re.compile(r"(?:--output(?:=|\s+)|-o\s*)(.+)")
_ERROR = re.compile(r"(?:--error(?:=|\s+)|-e\s*)(.+)")
_PATTERN = re.compile(r"%(.)")
_MEANINGS = {
    "j": '"$id"',
    "A": '"$SLURM_ARRAY_JOB_ID"',
    "a": '"$SLURM_ARRAY_TASK_ID"',
    "N": '"$SLURMD_NODENAME"',
    "u": '"$USER"',
    "x": '"$SLURM_JOB_NAME"',
    "%": "%",
}
_DEFAULT_OUTPUT = "slurm-%j.out"


class Alike(NamedTuple):
    """What scripts have in common that can be one array: the interpreter and the #SBATCH lines, in order."""

    shebang: str
    options: tuple[str, ...]


class Member(NamedTuple):
    """A script that an array runs: its folder and file, and where it writes, as Slurm's patterns."""

    folder: str
    script: str
    output: str
    error: str | None


def alike(script: str) -> Alike | None:
    """What the script asks for, without what is its own; None where it cannot be part of an array."""
    options = sbatch_options(script)
    shebang = lines_of(script)[0]
    if any(_ALONE.match(option) for option in options) or not shebang.startswith("#!/"):
        return None
    if not all(set(_PATTERN.findall(path)) <= _MEANINGS.keys() for path in _outputs(options)):
        return None
    return Alike(shebang, tuple(option for option in options if not _OWN.match(option)))


def sbatch_options(script: str) -> list[str]:
    """The script's #SBATCH options; those after its first command do not count, as for sbatch."""
    options = []
    for line in lines_of(script)[1:]:
        if match := _OPTION.match(line):
            options.append(match[1])
        elif line.strip() and not line.startswith("#"):
            break
    return options


def output_of(script: str) -> str:
    """Where the job writes, with Slurm's patterns."""
    return next(iter(_named(_OUTPUT, sbatch_options(script))), _DEFAULT_OUTPUT)


def member(folder: str, name: str, script: str) -> Member:
    """The script as part of an array."""
    options = sbatch_options(script)
    return Member(folder, name, output_of(script), next(iter(_named(_ERROR, options)), None))


def array_script(common: Alike, members: Sequence[tuple[int, Member]]) -> str:
    """The script of an array: each task goes to its run's folder, opens its log and runs its script.

    The log's `%j` becomes `A_T`, the id that sacct, squeue and the table show.
    """
    cases = "".join(_case(index, each) for index, each in members)
    lines = "".join(f"#SBATCH {option}\n" for option in common.options)
    interpreter = " ".join(shlex.quote(word) for word in common.shebang[2:].split())
    return (
        f"{common.shebang}\n{lines}"
        "# Written by `ckreg submit`: one task a run.\n"
        "id=${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\n"
        f'case "$SLURM_ARRAY_TASK_ID" in\n{cases}'
        '*) echo "no run has the task $SLURM_ARRAY_TASK_ID" >&2; exit 1 ;;\nesac\n'
        'cd -- "$folder" || exit 1\n'
        'if [ -n "$error" ]; then exec >"$output" 2>"$error" || exit 1; '
        'else exec >"$output" 2>&1 || exit 1; fi\n'
        f'exec {interpreter} "$script"\n'
    )


def _case(index: int, each: Member) -> str:
    error = "''" if each.error is None else _as_shell(each.error)
    return (
        f"{index}) folder={shlex.quote(each.folder)}; script={shlex.quote('./' + each.script)}; "
        f"output={_as_shell(each.output)}; error={error} ;;\n"
    )


def _as_shell(pattern: str) -> str:
    """A log's name for the shell: its own characters quoted, Slurm's patterns as variables."""
    parts = re.split(r"(%.)", pattern)
    return "".join(
        _MEANINGS[part[1]] if _PATTERN.fullmatch(part) else shlex.quote(part) for part in parts if part
    )


def _outputs(options: Sequence[str]) -> list[str]:
    return [*_named(_OUTPUT, options), *_named(_ERROR, options)]


def _named(option: re.Pattern[str], options: Sequence[str]) -> list[str]:
    found = [match[1].strip() for text in options if (match := option.fullmatch(text))]
    return [path.strip("\"'") for path in found]
