"""What is said where nobody can be asked: the options that say it all, and a spec to begin with."""

import sys
from typing import NoReturn

from ckreg.cli.common import on_terminal
from ckreg.cli.output import note
from ckreg.errors import UsageError

EXAMPLE = """\
task: cap_8L
factor: lora_comparison
question: Does LoRA rank change accuracy on 8-letter words?
models: [Llama-3.2-1B-Instruct]
dataset: {path: data/words_8L.json}
variables: {lora_rank: [4, 64]}
training: {recipe: lora_finetune_single_device, epochs: 2}
evaluation:
  tasks: [{name: capitalization, script: evals/capitalization.py}]
"""


def refuse_without_terminal() -> None:
    """Say which options do without a conversation, where there is no terminal for one.

    Raises:
        UsageError: there is none.
    """
    if not (on_terminal() and sys.stderr.isatty()):
        _refuse()


def _refuse() -> NoReturn:
    note(f"A spec to begin with, say spec.yaml:\n\n{EXAMPLE}")
    raise UsageError(
        "There is no terminal to ask questions on. Give `--spec FILE` with such a spec, or "
        "`--from EXPERIMENT` with `--set KEY=VALUE` for what differs; `--yes` approves the plan."
    )
