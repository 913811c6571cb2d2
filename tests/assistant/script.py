"""An assistant in small: it knows SKILL.md and what `--json` prints, and nothing else of ckreg."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

_SECTION = re.compile(r"^## (?:\d+\. )?(.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_QUESTION = re.compile(r"^\| (.+?) \| ([a-z_.]+) \| (.*?) ?\|$", re.MULTILINE)
_WORD = re.compile(r"^\| ([A-Z]+) \| (.+?) \|$", re.MULTILINE)
_OF_SPEC = re.compile(r"`([a-z_.]+)` of the spec")
_OF_RESULT = re.compile(r"`([a-z_]+)` of the result of `ckreg ([a-z ]+)`")
_WITHOUT_SLURM = re.compile(r"Without Slurm `(--[a-z]+)`")


class Said(NamedTuple):
    """What a call gave back."""

    code: int
    out: str
    err: str


class Script:
    """Runs the blocks of the skill in order, with the person's answers in the place of words in capitals."""

    def __init__(
        self, skill: str, call: Callable[[list[str]], Said], person: Mapping[str, Any], spec_file: Path
    ) -> None:
        parts = _SECTION.split(skill)
        self._sections = dict(zip(parts[1::2], parts[2::2], strict=True))
        self._call = call
        self._person = person
        self._words = {"SPEC": str(spec_file)}
        self._meanings: dict[str, str] = dict(_WORD.findall(self._sections["Rules"]))
        self._shown: set[str] = set()
        self.spec: dict[str, Any] = {}
        self.results: dict[str, Any] = {}
        self.without_slurm = _WITHOUT_SLURM.search(skill)

    def blocks(self, section: str) -> list[list[str]]:
        """The commands of a section, block by block."""
        return [block.splitlines() for block in _BLOCK.findall(self._sections[section])]

    def ask(self) -> None:
        """Ask the person every question of the table; what is not answered has its default."""
        for _question, key, default in _QUESTION.findall(self._sections["Ask"]):
            if key not in self._person:
                assert default, f"{key} needs an answer"
                continue
            section = self.spec
            *above, last = key.split(".")
            for name in above:
                section = section.setdefault(name, {})
            section[last] = self._person[key]

    def write_spec(self) -> None:
        Path(self._words["SPEC"]).write_text(json.dumps(self.spec))

    def run(self, section: str, block: int = 0, **words: str) -> list[Any]:
        """Run a block; the results of its commands."""
        return [self._run(line, words) for line in self.blocks(section)[block]]

    def _run(self, line: str, words: Mapping[str, str]) -> Any:  # noqa: ANN401  # JSON
        program, *given = shlex.split(line)
        assert program == "ckreg"
        filled = [self._filled(word, words) for word in given]
        verb = " ".join(word for word in given[:2] if word.islower() and word.isalpha())
        if verb == "submit" and self.without_slurm:
            filled.append(self.without_slurm[1])
        self._hold_approved(verb, given)
        said = self._call(filled)
        assert said.code in {0, 1}, f"{line}\n{said.err}"
        self.results[verb] = json.loads(said.out)
        return self.results[verb]

    def _hold_approved(self, verb: str, given: list[str]) -> None:
        """Nothing is said yes to that the person was not shown."""
        if "--dry-run" in given:
            self._shown.add(verb)
        assert "--yes" not in given or verb in self._shown

    def _filled(self, word: str, words: Mapping[str, str]) -> str:
        capitals = re.compile(rf"\b({'|'.join(self._meanings)})\b")
        return capitals.sub(lambda found: self._value(found[0], words), word)

    def _value(self, word: str, words: Mapping[str, str]) -> str:
        if word in words or word in self._words:
            return str(words.get(word) or self._words[word])
        meaning = self._meanings[word]
        if found := _OF_RESULT.search(meaning):
            return str(self.results[found[2]][found[1]])
        if found := _OF_SPEC.search(meaning):
            return str(self._in_spec(found[1]))
        return str(self._person[word])

    def _in_spec(self, key: str) -> object:
        value: Any = self.spec
        for name in key.split("."):
            value = value[name]
        return value[0] if isinstance(value, list) else value

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the Status tables as they were told last."""
        status = self.results["status show"]
        yield from (*status["fine_tuning"], *status["evaluations"])
