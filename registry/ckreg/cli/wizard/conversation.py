"""Asks one question after the other, keeps every answer, and gives the spec that they come to."""

from dataclasses import dataclass, field

from ckreg.cli.wizard.screen import is_short, offer, read_line, rule, say
from ckreg.cli.wizard.telling import so_far
from ckreg.commands.design import Conversation, forget, keep, kept, source_of
from ckreg.core.spec import Spec
from ckreg.core.units import counted
from ckreg.core.wizard import Part, Question, Refused, answer, answers_of, next_question, spec_of_answers
from ckreg.core.wizard.designing import SCRATCH
from ckreg.errors import CkregError

BACK = ("<", "back")
HELP = ("?", "help")
_PARTS = list(Part)


@dataclass(slots=True)
class Talk:
    """A conversation that is under way; `defaults` are answers that were taken back, or an experiment's."""

    side: Conversation
    answers: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    part: Part | None = None

    def spec(self) -> Spec:
        """Ask what is still to be asked; the spec of all answers."""
        while question := next_question(self.answers, self.side.found):
            self._open(question.part)
            words = self._asked(question)
            if words is None:
                self.go_back()
            else:
                self._take(question, words)
        self._open(None)
        return spec_of_answers(self.answers)

    def go_back(self) -> None:
        """Take the last answer back; it is the default when its question comes again."""
        if not self.answers:
            say("This is the first question.", dim=True)
            return
        key, words = self.answers.popitem()
        self.defaults[key] = words
        self._keep()

    def done(self) -> None:
        """The answers are a plan now."""
        forget(self.side.home)

    def _open(self, part: Part | None) -> None:
        """Begin a part with its title, after a word on how things stand."""
        if part is self.part:
            return
        if self.part is not None and (part is None or _PARTS.index(part) > _PARTS.index(self.part)):
            so_far(self.side, self.answers)
        if part is not None:
            rule(f"{_PARTS.index(part) + 1} of {len(_PARTS)}  {part}")
        self.part = part

    def _asked(self, question: Question) -> str | None:
        """An answer that will do, None for a step back."""
        say()
        say(question.text, bold=True)
        say(question.why, dim=True)
        short = question.closed and is_short(question.choices)
        if not short:
            offer(question.choices)
        default = self._default(question)
        while True:
            words = read_line(default, question.choices if short else ()).strip()
            if words.lower() in BACK:
                return None
            if words.lower() in HELP:
                say(question.more or question.why, head="  ")
                say(
                    "Enter takes what stands in [ ], `<` goes back, Ctrl-C stops and keeps the answers.",
                    head="  ",
                )
                continue
            judged = answer(question, words or default or "", self.answers)
            if not isinstance(judged, Refused):
                return judged.words
            say(judged.reason, head="  ✗ ", fg="red")

    def _default(self, question: Question) -> str | None:
        """What was answered before, where it will still do; else the question's own."""
        before = self.defaults.get(question.key)
        if before is None or isinstance(answer(question, before, self.answers), Refused):
            return question.default
        return before

    def _take(self, question: Question, words: str) -> None:
        self.answers[question.key] = words
        self._keep()
        if question.key == "start" and words != SCRATCH:
            self._start_from(words)
        if remark := self.side.remark(question.key, words):
            say(remark, head="  ! ", fg="yellow")

    def _start_from(self, experiment: str) -> None:
        try:
            spec = source_of(self.side.home, experiment).chosen(None)
            self.defaults = answers_of(spec, self.side.found.models_dir)
        except CkregError as error:
            say(f"{experiment} cannot be started from: {error}", head="  ✗ ", fg="red")
            return
        say("Its answers are the defaults now.", head="  ", dim=True)
        if spec.checkpoints or spec.exclude:
            what = "checkpoints" if spec.checkpoints else "runs that are left out"
            say(f"Its {what} are not asked for: `ckreg design --from` keeps them.", head="  ! ", fg="yellow")
        self._keep()

    def _keep(self) -> None:
        keep(self.side.home, self.answers, self.defaults)


def talk(side: Conversation, *, resume: bool) -> Talk:
    """Begin a conversation, or go on with the one that was broken off."""
    found = kept(side.home)
    say("ckreg design: a plan by answering questions", bold=True)
    say(
        "Enter takes what stands in [ ], `<` goes back, `?` says more, Ctrl-C stops and loses nothing.",
        dim=True,
    )
    if found is None:
        if resume:
            say("Nothing was broken off here, so it begins anew.", dim=True)
        return Talk(side)
    if not resume:
        say()
        say(f"A design of {found.at[:16].replace('T', ' ')} has {counted(len(found.answers), 'answer')}.")
        if read_line("go on with it, `new` begins anew").strip().lower() in {"new", "n", "no"}:
            return Talk(side)
    return _replayed(side, found.answers, found.defaults)


def _replayed(side: Conversation, answers: dict[str, str], defaults: dict[str, str]) -> Talk:
    """Every kept answer judged again: files are people's, and what there is may have changed."""
    going = Talk(side, defaults={**defaults, **answers})
    while (question := next_question(going.answers, side.found)) and question.key in answers:
        judged = answer(question, answers[question.key], going.answers)
        if isinstance(judged, Refused):
            break
        going.answers[question.key] = judged.words
    say(f"Going on after {counted(len(going.answers), 'answer')}.", dim=True)
    return going
