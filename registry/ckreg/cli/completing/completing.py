"""Answers a shell that asks what may come next; it never fails, and says nothing else."""

import contextlib
import os
from collections.abc import Sequence
from typing import Any

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    shell_complete,
)

from ckreg.cli.completing.commands import light_ckreg

VARIABLE = "_CKREG_COMPLETE"
"""What the shell sets when it asks; the name is click's."""


class _WholeWords(ShellComplete):
    """What is offered for `--status=com` is the whole word, which the shell puts in its place."""

    def get_completions(self, args: list[str], incomplete: str) -> "list[CompletionItem[Any]]":
        """The words that may stand there."""
        option, equal_sign, _ = incomplete.partition("=")
        found = super().get_completions(args, incomplete)
        if not (equal_sign and option.startswith("--")):
            return found
        return [item if item.type != "plain" else CompletionItem(f"{option}={item.value}") for item in found]


class _Bash(_WholeWords, BashComplete):
    name = "bash"

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, and that word; bash makes three of `--status=com`."""
        words, incomplete = super().get_completion_args()
        return _without_equal_signs(words), incomplete


class _Zsh(_WholeWords, ZshComplete):
    name = "zsh"


class _Fish(_WholeWords, FishComplete):
    name = "fish"


def _without_equal_signs(words: Sequence[str]) -> list[str]:
    before = ("", *words)
    return [word for last, word in zip(before, words, strict=False) if not (word == "=" and last[:2] == "--")]


def complete() -> int:
    """Answer the shell that called; whatever goes wrong, there is simply nothing to offer."""
    for shell in (_Bash, _Zsh, _Fish):
        add_completion_class(shell)
    with contextlib.suppress(Exception, KeyboardInterrupt):
        return shell_complete(light_ckreg(), {}, "ckreg", VARIABLE, os.environ[VARIABLE])
    return 1
