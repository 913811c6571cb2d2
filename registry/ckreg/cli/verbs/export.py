"""`ckreg export`: an experiment's plan for other tools."""

import sys

import click

from ckreg.adapters.tree import replace_text
from ckreg.cli.common import Place
from ckreg.cli.output import note, warn
from ckreg.commands.export import Form, export, source
from ckreg.core.text import LINE_END, printable
from ckreg.errors import UsageError
from ckreg.flows.starting import Preference


@click.command()
@click.argument("experiment")
@click.option(
    "--format",
    "form",
    type=click.Choice([str(form) for form in Form]),
    default=str(Form.YAML),
    show_default=True,
    help="The spec as YAML or JSON, or cruijff_kit's experiment_summary.yaml.",
)
@click.option("-o", "--output", metavar="FILE", help="Write to this file, which must not be there.")
@click.option(
    "--prefer",
    type=click.Choice([str(preference) for preference in Preference]),
    help="Which to believe where spec.yaml and document differ; default: spec.",
)
@click.pass_obj
def command(place: Place, experiment: str, form: str, output: str | None, prefer: str | None) -> None:
    """Print an experiment's plan as a spec or for another tool.

    The spec comes from spec.yaml, or is read back out of the document where there is none. A plan that was
    imported from cruijff_kit is given back with all that ckreg has no place for.

    \b
    Example:
      ckreg export cap_8L_lora > spec.yaml
      ckreg export cap_8L_lora --format cruijff-kit -o experiment_summary.yaml
    """
    home = place.home()
    found = source(home, experiment)
    if found.differences and prefer is None:
        fields = ", ".join(difference.field for difference in found.differences[:5])
        warn(f"spec.yaml and document differ ({fields}); this is spec.yaml's; see `--prefer`.")
    done = export(home, found, Form(form), Preference(prefer) if prefer else None)
    if output is None:
        click.echo(_safe(done.text) if sys.stdout.isatty() else done.text, nl=False)
    else:
        path = place.path(output)
        if path.exists():
            raise UsageError(f"{path} exists already; give another name.")
        replace_text(path, done.text)
        note(f"Wrote {path}.")
    if done.missing:
        note(f"To be filled in, as no plan of ckreg says it: {', '.join(done.missing)}.")


def _safe(text: str) -> str:
    """What was imported is somebody's file: it never reaches a terminal raw."""
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in LINE_END.split(text))
