"""`ckreg completion`."""

import click

from ckreg.cli.completing import VARIABLE


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print what makes a shell complete verbs, options, and names of experiments, runs and tasks.

    \b
    Example:
      eval "$(ckreg completion bash)"        # in ~/.bashrc
      eval "$(ckreg completion zsh)"         # in ~/.zshrc, below compinit
      ckreg completion fish | source         # in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415  # `--help` need not pay for it

    if kind := get_completion_class(shell):
        click.echo(kind(click.Group(), {}, "ckreg", VARIABLE).source(), nl=False)
