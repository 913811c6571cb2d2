"""The rules as people read them: `docs/checks.md`, and one rule on a screen."""

from collections.abc import Iterator

from ckreg.core.check import RULES, Rule
from ckreg.core.check.examples import EXPERIMENT, Example, page_of

_HEAD = f"""\
# Checks

What `ckreg check` looks for, a section a rule; `ckreg check --explain CK203` shows one. Made from the
rules' docstrings by `python docs/make_checks.py`, and every example is run by the tests.

An **error** makes `ckreg check` exit with 1, and the hook refuse the commit. A **warning** is shown;
`--strict` makes it count. A prerequisite and a preliminary estimate are warnings.

**Mending.** `ckreg check --fix` mends what is marked as such, and shows it beforehand with `--dry-run`. It
changes the files in the folder only, as a formatter does, and commits nothing: look at it, then commit it
yourself. Only what cannot lose anything is mended.

**Choosing.** `--select CK2,CK301` asks for some rules only, `--ignore CK207` leaves one out; a code may be
cut (`CK2` is all of CK2xx), and the longer one wins. `check_select` and `check_ignore` in `ckreg.toml` do
it for the group.

**Letting one stand.** A comment `<!-- ckreg: ignore CK203 -->` behind something on a line, or in a cell, is
for that line. On a line of its own it is for the next line that is not empty, and where that begins a
table, for the whole table. (Never put it on a line of its own between two rows: a table ends there.)

`<!-- ckreg: ignore-file CK5 -->` is for the whole document and the files beside it.

**CK001** (error): a file cannot be read at all. **CK801** (warning): a comment ignores a code that no rule
has.

The documents of the examples lie in `experiments/{EXPERIMENT}/`.
"""
_GROUPS = {
    "CK1": "Structure",
    "CK2": "Names, runs and settings",
    "CK3": "Status",
    "CK4": "Evaluations",
    "CK5": "Estimates",
    "CK6": "Resources",
    "CK7": "Files beside the document",
}


def page() -> str:
    """The whole of `docs/checks.md`."""
    parts = [_HEAD]
    for beginning, title in _GROUPS.items():
        rules = [rule for code, rule in sorted(RULES.items()) if code.startswith(beginning)]
        parts.append(f"## {title}\n")
        parts += ["\n".join(_section(rule)) for rule in rules]
    return "\n".join(parts)


def rule_text(rule: Rule) -> str:
    """One rule, for a screen."""
    told = page_of(rule)
    bad, good = ("\n".join(_indented(example)) for example in (told.bad, told.good))
    where = f"line {told.bad.line}" + (f" of {told.bad.file}" if told.bad.file else "")
    head = f"{rule.code} ({rule.severity}): {rule.title}"
    return f"{head}\n\n{told.words}\n\nBad ({where}):\n\n{bad}\nGood:\n\n{good}"


def _section(rule: Rule) -> Iterator[str]:
    told = page_of(rule)
    where = f"line {told.bad.line}" + (f" of `{told.bad.file}`" if told.bad.file else "")
    yield f"### {rule.code}: {rule.title}\n"
    yield f"*{rule.severity}.* {told.words}\n"
    yield f"Bad ({where}):\n"
    yield from _fenced(told.bad)
    yield "Good:\n"
    yield from _fenced(told.good)


def _fenced(example: Example) -> Iterator[str]:
    for name, text in example.files.items():
        kind = name.rpartition(".")[2].replace("seal", "json").replace("md", "markdown")
        if len(example.files) > 1 or kind != "markdown":
            yield f"`{name}`:\n"
        yield f"```{kind}\n{text}```\n"


def _indented(example: Example) -> Iterator[str]:
    for name, text in example.files.items():
        if len(example.files) > 1 or not name.endswith(".md"):
            yield f"    {name}:"
        yield from (f"    {line}".rstrip() for line in text.split("\n"))
