from pathlib import Path

import click
import pytest

from ckreg.cli.main import ckreg
from tests.docs.calls import calls, faults, typed
from tests.docs.pages import DOCS, Fence, code_spans, fences, name_of, pages


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_no_page_names_a_command_or_option_that_does_not_exist(page: Path) -> None:
    assert [fault for call in calls(page) for fault in faults(call)] == []


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("ckreg lst", "has no command 'lst'"),
        ("ckreg list --jsn", "has no option --jsn"),
        ("ckreg status sett x", "has no command 'sett'"),
        ("ckreg -C /x status set EXP RUN --status failed --nope", "has no option --nope"),
        ("ckreg design --spec=x --yess | less", "has no option --yess"),
        ("ckreg query 'SELECT 1 -- x' --cvs", "has no option --cvs"),
    ],
)
def test_one_that_does_not_exist_would_be_found(call: str, fault: str) -> None:
    assert fault in faults(call)[0]


@pytest.mark.parametrize(
    "call",
    [
        "ckreg list --json | jq .",
        "ckreg status set EXP RUN --status running --job-id 7 && echo --done",
        "ckreg -C DIR VERB ...",
        "ckreg logs EXP RUN -n 50 -f",
        "ckreg query 'SELECT -1'  # --no comment",
    ],
)
def test_one_that_does_is_none(call: str) -> None:
    assert faults(call) == []


def test_calls_are_found_in_blocks_and_text(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Say `ckreg list\n--json`.\n\n```sh\ncd x && ckreg check --fix \\\n  --dry-run  # ckreg\n```\n\n"
        "```console\n$ for x in a; do ckreg show $x; done\nckreg: warning: this is no call\n```\n"
    )
    found = [" ".join(call.split()) for call in calls(page)]
    assert found == ["ckreg check --fix --dry-run # ckreg", "ckreg show $x; done", "ckreg list --json"]


def options() -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()

    def walk(command: click.Command, words: tuple[str, ...]) -> None:
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden:
                found.update((" ".join(words), name) for name in (*param.opts, *param.secondary_opts))
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                if inner := command.get_command(click.Context(command), name):
                    walk(inner, (*words, name))

    walk(ckreg, ("ckreg",))
    return found


def test_every_command_and_option_is_on_the_page_of_its_verb() -> None:
    missing = []
    for call, option in sorted(options()):
        page = DOCS / "commands" / f"{[*call.split(), 'README'][1]}.md"
        named = {word.strip(",") for span in code_spans(page) for word in span.split()}
        if option not in named or (call != "ckreg" and call not in headings(page)):
            missing.append(f"{call} {option}")
    assert missing == []


def headings(page: Path) -> list[str]:
    return [line.lstrip("# ") for line in page.read_text().split("\n") if line.startswith("#")]


@pytest.mark.parametrize("verb", sorted({call.split()[1] for call, _ in options() if call != "ckreg"}))
def test_every_example_of_a_help_is_a_call_that_exists(verb: str) -> None:
    page = DOCS / "commands" / f"{verb}.md"
    examples = [call for fence in fences(page) if fence.language == "sh" for call in typed(fence.text)]
    assert examples
    assert [fault for call in examples for fault in faults(call)] == []


def test_every_fence_says_what_it_is() -> None:
    bare = [
        f"{name_of(page)}:{fence.line}" for page in pages() for fence in fences(page) if is_bare(page, fence)
    ]
    assert bare == []


def is_bare(page: Path, fence: Fence) -> bool:
    return page.read_text().split("\n")[fence.line - 1].strip() in {"```", "~~~"}
