"""Writes `table` from the verbs."""

from ckreg.cli.completing.parameters import Command

_HEAD = '''\
"""What each verb takes; written from the verbs by `python docs/make_completion.py`."""

# ruff: noqa: E501
# fmt: off

from ckreg.cli.completing.parameters import Command, Parameter

TABLE = {
'''


def table_text(table: dict[str, Command]) -> str:
    """The module; a line a parameter, so that branches which change different verbs merge."""
    parts = [_HEAD]
    for path, command in table.items():
        parts.append(f"    {_quoted(path)}: Command({_quoted(command.help)}, (\n")
        for words, takes, meant, many in command.parameters:
            rest = ", many=True" if many else ""
            parts.append(f"        Parameter({_told(words)}, {_told(takes)}, {_quoted(meant)}{rest}),\n")
        parts.append("    )),\n")
    return "".join((*parts, "}\n"))


def _told(value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return _quoted(value)
    inner = ", ".join(map(_quoted, value))
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
