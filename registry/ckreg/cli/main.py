"""The command line's entrance: finds the verb, loads it alone, and turns every failure into an exit code."""

import contextlib
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from ckreg import __version__
from ckreg.cli.common import Place
from ckreg.errors import CkregError, OutsideError, UsageError

DEFECT = 70
INTERRUPTED = 130

# Short helps stand here so that `ckreg --help` loads no verb; a test holds them against the verbs.
VERBS = {
    "Plan": {
        "init": "Make or adopt a registry in git.",
        "design": "Write a verified, estimated plan, asking for what it needs.",
        "verify": "Look again at models, dataset, scripts and disk.",
        "estimate": "Estimate time, disk and batch size from prior runs.",
        "check": "Check the experiments' documents.",
        "amend": "Change a sealed plan, with the reason.",
        "seal": "Hold a plan fast, as it is committed.",
        "export": "Print an experiment's plan as a spec or for another tool.",
    },
    "Run": {
        "scaffold": "Write configs and job scripts for every run and evaluation.",
        "submit": "Send an experiment's runs to Slurm.",
        "retry": "Send what failed again, with a corrected request.",
        "cancel": "Cancel an experiment's jobs.",
    },
    "Follow": {
        "status": "Show or set the status of runs and evaluations.",
        "watch": "Watch an experiment's runs: progress, time left, queue.",
        "logs": "Print the end of a run's log, or follow it.",
        "history": "Tell what was planned, changed and run, in one timeline.",
        "diff": "Tell in words what changed in experiments.",
        "drift": "Tell how plan and runs differ from what was sealed.",
    },
    "Ask": {
        "list": "List the experiments.",
        "show": "Show an experiment's plan and progress.",
        "runs": "Find runs across experiments: plan, job, results in a row.",
        "query": "Ask the registry in SQL, read-only.",
        "find": "Find experiments by what people and failed jobs say.",
        "compare": "Compare an experiment's estimates with what became of them.",
        "results": "Show what the evaluations gave: models x tasks.",
        "site": "Build pages of the registry for a browser.",
    },
    "Care": {
        "index": "Read Slurm logs of prior runs into the cache.",
        "config": "Show every setting and where it comes from.",
        "doctor": "Look over registry, filesystem and machine, and say what to do.",
        "hooks": "Install the git hooks that check what is committed.",
        "clean": "Delete checkpoints that nothing needs any more.",
        "demo": "Play the whole story in a throw-away registry.",
    },
    "Assist": {
        "skill": "Teach assistants to drive ckreg.",
        "schema": "Print the JSON Schema of a spec or of a command's output.",
        "mcp": "Serve the registry to an assistant (MCP).",
        "datasette": "Open the cache in Datasette.",
    },
}
# What git calls, and what is called once, as the help says.
HIDDEN = ("merge-driver", "completion")
_ASKED_BY_SHELL = "_CKREG_COMPLETE"


class Verbs(click.Group):
    """The verbs by group, each loaded only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """All verbs, in the order of the help."""
        return [verb for group in VERBS.values() for verb in group]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one verb."""
        if cmd_name not in (*self.list_commands(ctx), *HIDDEN):
            return None
        module = f"ckreg.cli.verbs.{cmd_name.replace('-', '_')}"
        command: click.Command = importlib.import_module(module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that was typed, or suggest the nearest."""
        if args and self.get_command(ctx, args[0]) is None:
            from difflib import get_close_matches  # noqa: PLC0415  # only for somebody's typing error

            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f" Did you mean `{near[0]}`?" if near else " `ckreg --help` lists them."
            ctx.fail(f"There is no verb {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The verbs, grouped as people meet them."""
        width = max(len(verb) for group in VERBS.values() for verb in group)
        for group, verbs in VERBS.items():
            with formatter.section(group):
                formatter.write_dl([(verb.ljust(width), text) for verb, text in verbs.items()])


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`ckreg completion --help` tells how Tab completes verbs, options and names.",
)
@click.option("-C", "folder", metavar="DIR", default=".", help="Work as if started in DIR, as in git.")
@click.option("--json", "as_json", is_flag=True, help="Without a verb: print what needs attention as JSON.")
@click.version_option(__version__, prog_name="ckreg", message="%(prog)s %(version)s")
@click.pass_context
def ckreg(ctx: click.Context, folder: str, as_json: bool) -> None:
    """A git-integrated registry of fine-tuning and evaluation experiments on Slurm.

    `ckreg` alone says what needs attention, and what to do next.
    """
    ctx.obj = Place(Path.cwd() / Path(folder).expanduser())
    if ctx.invoked_subcommand is None:
        from ckreg.cli.welcome import welcome  # noqa: PLC0415  # only the bare call needs it

        welcome(ctx.obj, as_json=as_json)
    elif as_json:
        raise UsageError(f"--json goes after the verb: `ckreg {ctx.invoked_subcommand} ... --json`.")


def main(words: Sequence[str] | None = None) -> int:
    """Run one call and give its exit code."""
    if _ASKED_BY_SHELL in os.environ:
        from ckreg.cli.completing import complete  # noqa: PLC0415  # only for a shell at a Tab

        return complete()
    try:
        result = ckreg.main(words, prog_name="ckreg", standalone_mode=False)
        sys.stdout.flush()  # a full disk shows here, where it has its exit code
    except CkregError as error:
        from ckreg.cli.output import fail  # noqa: PLC0415  # failures may be slow, `--help` may not

        fail(str(error))
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("ckreg: interrupted", err=True)
        return INTERRUPTED
    except OSError as error:
        from ckreg.cli.output import fail  # noqa: PLC0415  # see above

        fail(f"{error.filename or 'Writing the output'}: {error.strerror}.")
        _forget_output()
        return OutsideError.exit_code
    except Exception:  # noqa: BLE001  # the one place where a defect becomes an exit code
        traceback.print_exc()
        click.echo("ckreg: this is a defect of ckreg, please report it with the lines above.", err=True)
        return DEFECT
    return result if isinstance(result, int) else 0


def _forget_output() -> None:
    """See that Python does not try again at exit to write what cannot be written."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed() -> None:
    """Give a call that was started without a stream (`>&-`) an empty one: no file may take its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # until the end


def run() -> NoReturn:
    """Entry point of the `ckreg` script."""
    _open_closed()
    sys.exit(main())
