"""Light copies of the verbs, made from `table`: click's parser takes them, and no verb is loaded."""

import functools

import click
from click.shell_completion import CompletionItem

from ckreg.cli.completing import names
from ckreg.cli.completing.parameters import FILE, FOLDER, NOTHING, TEXT, Command, Parameter
from ckreg.cli.completing.table import TABLE

_HELP = {"help_option_names": ["-h", "--help"]}


def light_ckreg() -> click.Group:
    """`ckreg` itself."""
    return _Light(name="ckreg", params=list(map(_light, TABLE[""].parameters)), context_settings=_HELP)


class _Light(click.Group):
    """A group whose verbs are made from the table when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The verbs directly below."""
        above = "" if self.name == "ckreg" else f"{self.name} "
        below = (path.removeprefix(above) for path in TABLE if path and path.startswith(above))
        return [word for word in below if " " not in word]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """One of them; None where there is no such verb."""
        path = cmd_name if self.name == "ckreg" else f"{self.name} {cmd_name}"
        return _command(path, TABLE[path]) if path in TABLE else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that was typed; below one that there is not, there is nothing to offer."""
        command = self.get_command(ctx, args[0])
        if command is None:
            raise click.UsageError(args[0])
        return args[0], command, args[1:]


def _command(path: str, found: Command) -> click.Command:
    params: list[click.Parameter] = [_light(each) for each in found.parameters]
    if any(other.startswith(f"{path} ") for other in TABLE):
        return _Light(name=path, params=params, help=found.help)
    return click.Command(path, params=params, help=found.help)


def _light(parameter: Parameter) -> click.Parameter:
    offered = functools.partial(_offered, parameter.takes)
    if not parameter.is_option:
        return click.Argument(
            [parameter.words[0].lower()],
            required=False,
            nargs=-1 if parameter.many else 1,
            type=_type(parameter),
            shell_complete=None if isinstance(_type(parameter), click.Path) else offered,
        )
    longest = max(parameter.words, key=len).strip("-").split("/")[0]
    words = [*parameter.words, f"option_{longest.replace('-', '_')}"]
    if parameter.takes == NOTHING:
        return click.Option(words, is_flag=True, help=parameter.help)
    return click.Option(
        words,
        # With a value to fall back to, click reads the words before an option whose value is not typed yet.
        is_flag=False,
        flag_value="",
        help=parameter.help,
        multiple=parameter.many,
        type=_type(parameter),
        shell_complete=None if isinstance(_type(parameter), click.Path) else offered,
    )


def _type(parameter: Parameter) -> "click.ParamType[str]":
    if parameter.takes == FILE:
        return click.Path()
    return click.Path(file_okay=False) if parameter.takes == FOLDER else click.STRING


def _offered(
    takes: str | tuple[str, ...], ctx: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The values of a parameter that begin with what was typed."""
    if isinstance(takes, str):
        values = [] if takes == TEXT else names.offered(takes, ctx, incomplete)
    else:
        values = [value for value in takes if value.startswith(incomplete)]
    return [CompletionItem(value) for value in values]
