from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckreg.core.claude_md import read_claude_md


def words(text: str) -> dict[str, str]:
    return {name: line.words for name, line in read_claude_md(text).items()}


def test_the_example_of_the_ecosystem_is_read(shared: Path) -> None:
    text = (shared / "upstream" / "claude.local.example.md").read_text()
    assert words(text) == {
        "scratch_dir": "/scratch/gpfs/LAB/netid",
        "models_dir": "/scratch/gpfs/LAB/pretrained-llms",
        "account": "lab",
        "partition": "(none)",
        "constraint": "gpu80",
        "time": "0:59:00",
        "gpus": "1",
        "conda_env": "cruijff",
        "gpu_type": "A100",
        "gpu_memory_gib": "80",
        "modules": "anaconda3/2025.6",
        "ck_data_dir": "/scratch/gpfs/LAB/netid/ck-data/",
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- **Account**: `lab`", {"account": "lab"}),
        ("* **Account:** lab (ask first)", {"account": "lab"}),
        ("- **account**: lab - ask first", {"account": "lab"}),
        ("- **`{ck_data_dir}`**: `/data`", {"ck_data_dir": "/data"}),
        ("- **Partition**: (none)", {"partition": "(none)"}),
        ("- **Default GPUs**: `2`", {"gpus": "2"}),
        ("- **Entity**: `me`", {}),
        ("**Account**: `lab`", {}),
        ("<!-- - **Account**: `lab` -->", {}),
        ("```\n- **Account**: `lab`\n```", {}),
        ("- **Available GPU types**: H100", {"gpu_type": "H100"}),
        (
            "- **Available GPU types**: A100 40GB (MIG), A100 80 GB (full)",
            {"gpu_type": "A100", "gpu_memory_gib": "80"},
        ),
        ("- **Available GPU types**: V100 32GB, A100 80GB", {"gpu_type": "V100", "gpu_memory_gib": "32"}),
        ("- **Available GPU types**:", {}),
        ("```bash\nmodule load gcc/13 cuda/12.4  # both\n```", {"modules": "gcc/13,cuda/12.4"}),
        ("```bash\nmodule load a && rm -rf b\n```", {"modules": "a"}),
        ("module load outside", {}),
    ],
)
def test_one_line(line: str, expected: dict[str, str]) -> None:
    assert words(line) == expected


def test_the_first_of_two_lines_counts_and_lines_are_numbered_with_any_line_end() -> None:
    text = "# x\r\n<!--\r\n\r\n-->\r\n- **Account**: `one`\r\n- **Account**: `two`\r\n"
    assert read_claude_md(text)["account"] == ("one", 5)


@given(st.text(alphabet=st.sampled_from("-* `:~#<>!\r\n\\()Account modulelad\x00\x1b"), max_size=200))
def test_any_text_is_read_without_a_failure(text: str) -> None:
    assert isinstance(read_claude_md(text), dict)
