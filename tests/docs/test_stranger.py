import importlib
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import ROOT

stranger: Any = importlib.import_module("try_readme")


def test_what_a_stranger_types_is_what_the_readme_says() -> None:
    typed = [step.typed for step in stranger.steps((ROOT / "README.md").read_text(encoding="utf-8"))]
    assert typed[0] == "make demo"
    assert "export PATH=~/ckreg/bin:$PATH" in typed
    assert sum(line.startswith("ckreg ") for line in typed) >= 9
    assert not any("#" in line for line in typed)


PAGE = """\
```sh
make test     # minutes
cd inner      # stays there
export WORD=told
```

    exit 9

```console
$ pwd | sed 's|.*/||'
inner
$ echo $WORD && echo 2026-01-01
told
2025-02-02
```
"""


def follow(page: str, folder: Path) -> list[Any]:
    (folder / "inner").mkdir()
    done: list[Any] = stranger.follow(stranger.steps(page), folder, {"PATH": "/usr/bin:/bin"})
    return done


def test_commands_go_into_one_shell_and_print_what_they_are_told_to(tmp_path: Path) -> None:
    done = follow(PAGE, tmp_path)
    assert [one.step.typed for one in done][:3] == ["cd inner", "export WORD=told", "pwd | sed 's|.*/||'"]
    assert [stranger.fault(one) for one in done] == [None] * 4


@pytest.mark.parametrize(
    ("there", "instead", "fault"),
    [("inner\n$", "outer\n$", "README.md says"), ("export WORD", "false WORD", "exit code 1")],
)
def test_what_goes_wrong_is_told(there: str, instead: str, fault: str, tmp_path: Path) -> None:
    (told,) = filter(None, map(stranger.fault, follow(PAGE.replace(there, instead), tmp_path)))
    assert fault in told


def test_nothing_of_this_environment_goes_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://pypi.example")
    env = stranger.environment(tmp_path / "home")
    assert {"HOME", "PATH", "PIP_INDEX_URL"} <= set(env)
    assert not {"TZ", "CKREG_NOW", "GIT_CONFIG_NOSYSTEM"} & set(env)
    assert not (Path(env["PATH"]) / "sbatch").exists()
