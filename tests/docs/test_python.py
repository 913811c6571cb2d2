from pathlib import Path

import pytest

import ckreg
from ckreg.adapters.tree import Home
from tests.docs.pages import ROOT, Fence, fences, name_of, pages
from tests.documents import EXPERIMENT

BLOCKS = [(page, fence) for page in pages() for fence in fences(page) if fence.language.startswith("python")]


@pytest.mark.parametrize(("page", "fence"), BLOCKS, ids=[name_of(page) for page, _ in BLOCKS])
def test_every_block_of_python_is_python(page: Path, fence: Fence) -> None:
    compile(fence.text, f"{name_of(page)}:{fence.line}", "exec")


def test_the_readmes_python_runs(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    (fence,) = (fence for page, fence in BLOCKS if page == ROOT / "README.md")
    text = fence.text
    for there, here in {
        "my-registry": str(home.root),
        "cap_8L_lora": EXPERIMENT,
        "Llama-3.2-1B-Instruct_rank4": "L1B_rank4",
    }.items():
        assert f'"{there}"' in text
        text = text.replace(f'"{there}"', f'"{here}"')
    exec(compile(text, "README.md", "exec"), {})  # noqa: S102  # our own page
    assert capsys.readouterr().out == "L1B_rank4 completed\nL1B_rank64 pending\n"
    assert ckreg.__version__
