"""Writes docs/spec.md and docs/settings.md from the tables of keys: `python docs/make_spec.py`."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from make_commands import prose

from ckreg.core.settings import Settings
from ckreg.core.spec.described import KEYS, Key

FOLDER = Path(__file__).parent
_SPEC_HEAD = """\
# The spec

What `ckreg design --spec FILE` reads, and what an experiment's `spec.yaml` holds. The page is made by `make docs` from
the table of keys that `ckreg schema spec` prints as a JSON Schema, too.

YAML 1.2, TOML and JSON are read, by the ending of the file's name, and the same spec gives the same plan in all three.
Numbers are numbers however they are written (`3e-4`); `yes`, `no`, `on` and `off` are a fault, write `true` or `false`. A
key that is given twice, an unknown key, a wrong type, a value out of range and a contradiction are faults, told all at
once, each with its line, its path (`evaluation.tasks[0].script`) and what was expected. Relative paths start at the
registry.

The least that makes a plan:

```yaml
task: cap_8L
factor: lora_comparison
question: Does LoRA rank change accuracy on 8-letter words?
models: [Llama-3.2-1B-Instruct]
dataset: {path: data/words_8L.json}
variables: {lora_rank: [4, 64]}
training: {recipe: lora_finetune_single_device}
```

Several models, datasets or levels of a variable are a factor each, and runs are all of their combinations; what
`exclude` names is left out. A run is called `{model}`, then `_{key}{value}` of what varies, then `_rank{N}`; a control
`{model}_base`; the experiment `{task}_{factor}_{date}`.

| Key | Value | Default |
|---|---|---|
"""
_SETTINGS_HEAD = """\
# Settings

Made by `make docs` from the table of settings; `ckreg config` shows every value here and now, with where it comes from.

The strongest first: an option on the command line, a variable such as `CKREG_SCRATCH_DIR`, your own
`~/.config/ckreg/config.toml`, `ckreg.local.toml` (not committed), `claude.local.md` (not committed; Markdown, lines such
as ``- **Models directory**: `/path` ``), `ckreg.toml` (committed, the group's), and what is built in. The three TOML
files have the same keys. In variables commas stand between the items of a list. Placeholders such as `<group>` count as
not set. A leading `~` is your home folder; nothing else is expanded.

**Personal** settings say what runs on your machine, so they are read from your own config and from variables alone: a
registry that was cloned from somebody else cannot set them.

| Key | Value | Default | Example |
|---|---|---|---|
"""


def spec_page() -> str:
    """The whole of docs/spec.md."""
    rows = "".join(f"{row}\n" for row in map(_key_row, KEYS))
    return f"{_SPEC_HEAD}{rows}\n## Each key\n\n" + "\n".join(line for key in KEYS for line in _section(key))


def _key_row(key: Key) -> str:
    return f"| `{key.path}` | {_cell(key.kind.words)} | {_default(key)} |"


def _section(key: Key) -> Iterator[str]:
    yield f"### `{key.path}`\n"
    yield f"{prose(key.text)}\n"
    yield f"- Value: {prose(key.kind.words)}"
    yield f"- Default: {_default(key)}"
    yield f"- Example: `{_example(key)}`\n"


def _example(key: Key) -> str:
    return key.example if "[]" in key.name or key.name.startswith("<") else f"{key.name}: {key.example}"


def _default(key: Key) -> str:
    if key.required:
        return "required"
    return "-" if key.default is None else f"`{_yaml(key.default)}`"


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return '""' if value == "" else str(value)


def settings_page() -> str:
    """The whole of docs/settings.md."""
    return _SETTINGS_HEAD + "".join(f"{row}\n" for row in _settings_rows())


def _settings_rows() -> Iterator[str]:
    for field in fields(Settings):
        about = field.metadata
        if "kind" in about:
            words = f"{'**Personal.** ' if about['personal'] else ''}{_cell(about['help'])}"
            kind, default = about["kind"].value, _value(field.default)
            yield f"| `{field.name}` | {words} ({kind}) | {default} | `{about['example']}` |"


def _value(value: object) -> str:
    if value is None or value == ():
        return "-"
    text = ", ".join(value) if isinstance(value, tuple) else _yaml(value)
    return f"`{text}`"


def _cell(text: str) -> str:
    return prose(text).replace("\\|", "|").replace("|", "\\|")


PAGES = {"spec.md": spec_page, "settings.md": settings_page}

if __name__ == "__main__":
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
