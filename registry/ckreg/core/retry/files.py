"""Job scripts and configs with single values changed; every other byte stays, and a comment tells of it."""

import re
from collections.abc import Iterable, Iterator

from ckreg.core.retry.values import Asked, Change, In
from ckreg.core.spec.document import Document, Fault, parse
from ckreg.core.text import LINE_END, Splice, newline_of, one_line, spliced
from ckreg.errors import MalformedError

_OPTIONS = {
    "time": r"--time(?:=|[ \t]+)|-t[ \t]*",
    "mem": r"--mem(?:=|[ \t]+)",
    "mem-per-cpu": r"--mem-per-cpu(?:=|[ \t]+)",
    "mem-per-gpu": r"--mem-per-gpu(?:=|[ \t]+)",
}
_MEMORY = ("mem", "mem-per-cpu", "mem-per-gpu")
_MARK = "# ckreg retry, attempt "
_KEY = r"^{name}[ \t]*:[ \t]*(?P<value>[^\s#]+)"


def asked_in(script: str, config: str | None, attempt: int, where: str) -> Asked:
    """What a job's files ask for, before the given attempt.

    Raises:
        MalformedError: the config is no YAML.
    """
    memory = next((name for name in _MEMORY if _value(script, name) is not None), "mem")
    tree = None if config is None else parse(config, "yaml", where).tree
    keys = tree if isinstance(tree, dict) else {}
    mark = f"{_MARK}{attempt}:"
    return Asked(
        time=_value(script, "time"),
        memory_option=memory,
        memory=_value(script, memory),
        config=isinstance(tree, dict),
        batch_size=_whole(keys.get("batch_size")),
        accumulation=_whole(keys.get("gradient_accumulation_steps")),
        resumes=keys.get("resume_from_checkpoint") is True,
        corrected=mark in script or mark in (config or ""),
    )


def is_marked(text: str) -> bool:
    """Whether a retry has changed the text."""
    return _MARK in text


def changed(text: str, file: In, changes: Iterable[Change], attempt: int, why: str, where: str) -> str:
    """The text with its changes, each under a comment that tells of the attempt.

    Raises:
        MalformedError: the text cannot take one; nothing was changed.
    """
    for change in changes:
        if change.file is file:
            comment = one_line(f"{_MARK}{attempt}: {change.words} ({why})")
            text = (
                _with_option(text, change, comment)
                if file is In.SCRIPT
                else _with_key(text, change, comment, where)
            )
    return text


def _with_option(script: str, change: Change, comment: str) -> str:
    newline = newline_of(script)
    lines = list(_option_lines(script))
    hits = list(_hits(script, change.name))
    if not hits:
        end = lines[-1][1] if lines else _after_first_line(script)
        added = f"{comment}{newline}#SBATCH --{change.name}={change.new}{newline}"
        before = "" if end == 0 or LINE_END.search(script[end - 1 : end]) else newline
        return script[:end] + before + added + script[end:]
    start, hit = hits[-1]
    return spliced(
        script,
        [
            Splice(start, start, f"{comment}{newline}"),
            Splice(hit.start("value"), hit.end("value"), change.new),
        ],
    )


def _with_key(config: str, change: Change, comment: str, where: str) -> str:
    newline = newline_of(config)
    hit = re.search(_KEY.format(name=re.escape(change.name)), config, re.MULTILINE)
    if hit is not None:
        edited = spliced(
            config,
            [
                Splice(hit.start(), hit.start(), f"{comment}{newline}"),
                Splice(hit.start("value"), hit.end("value"), change.new),
            ],
        )
    else:
        ending = "" if not config or LINE_END.search(config[-1:]) else newline
        edited = f"{config}{ending}{comment}{newline}{change.name}: {change.new}{newline}"
    _refuse_other(config, edited, change, where)
    return edited


def _refuse_other(before: str, after: str, change: Change, where: str) -> None:
    """See that exactly this key is another one now."""
    number = int(change.new) if change.new.isdecimal() else change.new
    new = {"true": True, "false": False}.get(change.new, number)
    wanted = parse(before, "yaml", where).tree
    try:
        read = parse(after, "yaml", where)
    except MalformedError:
        read = Document(faults=[Fault("", None, "it is no YAML any more")])
    if read.faults or not isinstance(wanted, dict) or read.tree != {**wanted, change.name: new}:
        raise MalformedError(
            f"{where}: {change.name} cannot be changed here; set it to {change.new} by hand."
        )


def _value(script: str, name: str) -> str | None:
    hits = [hit["value"] for _, hit in _hits(script, name)]
    return hits[-1].strip("\"'") if hits else None


def _hits(script: str, name: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Where an option is given, with the start of its line; the last one counts for sbatch."""
    option = re.compile(rf"(?:(?<=[ \t]))(?:{_OPTIONS[name]})(?P<value>\S+)")
    for start, end in _option_lines(script):
        for hit in option.finditer(script, start + len("#SBATCH"), end):
            yield start, hit


def _option_lines(script: str) -> Iterator[tuple[int, int]]:
    """The `#SBATCH` lines with their ends; those after the first command do not count."""
    start = _after_first_line(script)
    while start < len(script):
        match = LINE_END.search(script, start)
        end = match.end() if match else len(script)
        line = script[start:end]
        if re.match(r"#SBATCH[ \t]", line):
            yield start, end
        elif line.strip() and not line.startswith("#"):
            return
        start = end


def _after_first_line(script: str) -> int:
    match = LINE_END.search(script)
    return match.end() if match else len(script)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
