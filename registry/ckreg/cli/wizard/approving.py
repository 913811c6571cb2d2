"""From the first question to an approved plan."""

from dataclasses import replace

from ckreg.adapters.tree import Home
from ckreg.cli.common import Place
from ckreg.cli.output import note, progress, warn
from ckreg.cli.starting import Begin, save
from ckreg.cli.wizard.conversation import Talk, talk
from ckreg.cli.wizard.nobody import refuse_without_terminal
from ckreg.cli.wizard.screen import read_line, rule, say, show
from ckreg.commands.design import Beginning, Conversation, How, draft, forget, save_spec
from ckreg.core.plan.brief import brief
from ckreg.core.spec import Spec
from ckreg.errors import CkregError, RefusedError, UsageError
from ckreg.flows.designing import Draft

_HELP = "y yes, n no, `<` back to the last question, s FILE saves the answers as a spec"


def by_conversation(place: Place, home: Home, begin: Begin, how: How, *, ask: bool) -> Draft:
    """Ask for everything, show the plan, and have it approved.

    Raises:
        UsageError: nobody is there to be asked, or an option has no meaning here.
        RefusedError: the plan was declined; the answers are kept.
    """
    if begin["settings"] or begin["prefer"]:
        raise UsageError("--set and --prefer go with --from; a conversation asks for all that differs.")
    refuse_without_terminal()
    if begin["save_to"] and place.path(begin["save_to"]).exists():
        raise UsageError(f"{begin['save_to']} exists already; give another name.")
    with progress(None, "Looking at models, data and prior runs"):
        side = Conversation(home, index=how.index)
    for warning in side.settings.warnings:
        warn(warning)
    try:
        return _approved(place, begin, talk(side, resume=begin["resume"]), how, ask=ask)
    except (KeyboardInterrupt, EOFError):
        say()
        note("Your answers are kept: `ckreg design --resume` goes on here.")
        raise KeyboardInterrupt from None


def _approved(place: Place, begin: Begin, going: Talk, how: How, *, ask: bool) -> Draft:
    while True:
        spec = going.spec()
        drafted = _drafted(going, spec, how)
        if drafted is None:
            continue
        if ask:
            rule("The plan")
            show(brief(drafted.sheet, drafted.checks))
            if not _is_approved(place, spec):
                going.go_back()
                continue
        save(place, spec, begin)
        forget(going.side.home)
        return drafted


def _drafted(going: Talk, spec: Spec, how: How) -> Draft | None:
    """The plan of the spec; where there is none to be had the last answer is asked again."""
    try:
        with progress(None, "Verifying and estimating"):
            return draft(going.side.home, Beginning(spec), replace(how, index=False))
    except CkregError as error:
        say(str(error), head="  ✗ ", fg="red")
        going.go_back()
        return None


def _is_approved(place: Place, spec: Spec) -> bool:
    """Whether the plan is to be written; False is a step back.

    Raises:
        RefusedError: the answer was no.
    """
    say()
    say("Write and commit this plan?", bold=True)
    say(_HELP, dim=True)
    while True:
        word, _, rest = read_line(None).strip().partition(" ")
        match word.lower():
            case "y" | "yes":
                return True
            case "n" | "no":
                raise RefusedError(
                    "The plan was declined; nothing was written. `ckreg design --resume` has your answers."
                )
            case "<" | "back":
                return False
            case "s" | "save":
                _save(place, spec, rest.strip())
            case _:
                say(_HELP, head="  ")


def _save(place: Place, spec: Spec, word: str) -> None:
    try:
        save_spec(spec, place.path(word or "spec.yaml"))
        say(f"The answers are in {place.path(word or 'spec.yaml')}.", head="  ")
    except (CkregError, ValueError) as error:
        say(str(error), head="  ✗ ", fg="red")
