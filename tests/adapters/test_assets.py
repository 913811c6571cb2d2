"""The document has every heading, table and column of its description, and says what was planned."""

import re
from pathlib import Path

import pytest
from hypothesis import given

from ckreg.adapters.assets import cell, code, prose, render_summary
from ckreg.core.plan import Plan, resolve
from ckreg.core.summary import parse
from tests.core.plan.helpers import TODAY, basis, planned, sheet
from tests.core.spec.helpers import Tree, read
from tests.core.spec.strategies import spec_trees

TASKS = [
    {
        "name": "cap",
        "script": "/tasks/cap.py",
        "dataset": "/data/words.json",
        "description": "Words | letters",
    },
    {"name": "gsm", "script": "inspect_evals/gsm8k"},
]


def rendered(plan: Plan, *, found: bool = True) -> str:
    return render_summary(sheet(plan, basis(), found=found))


def skeleton(text: str) -> list[str]:
    """Headings, bullets' bold words and tables' headers, in order."""
    kept = r"#+ [^:]*|- \*\*[^*]+\*\*|\*\*[^*]+\*\*|\| (?:Factor|Run|Task) .*"
    return [match[0] for line in text.split("\n") if (match := re.match(kept, line))]


def test_the_document_is_laid_out_as_described(shared: Path) -> None:
    seed = (shared / "seed" / "design-experiment.md").read_text()
    outline = seed.partition("## Template Structure")[2].partition("```markdown\n")[2].partition("\n```")[0]
    outline = outline.replace("{task1} | {task2}", "cap | gsm").replace("{Model1}", "Llama-3.2-1B-Instruct")
    wanted = [line for line in skeleton(outline) if "{Model2}" not in line]
    document = rendered(planned(evaluation={"tasks": TASKS}))
    assert [line for line in skeleton(document) if line in wanted] == wanted


def test_a_small_plan_reads_as_it_should() -> None:
    text = rendered(
        planned(evaluation={"tasks": TASKS, "epochs": "all"}, notes="Mind the gap.\n\n# Not a heading")
    )
    for part in [
        "# Experiment: cap_8L_lora_comparison_2025-10-22\n\n## Overview\n- **Type:** parameter sweep\n",
        "- **Total Runs:** 3 (2 fine-tuned + 1 controls)\n",
        "- **Created:** 2025-10-22 14:23:15\n",
        "| lora_rank | 4, 64 |\n",
        "| Llama-3.2-1B-Instruct_rank4 | Llama-3.2-1B-Instruct | 4 | - | fine-tuned | ~16 min |\n",
        "| Llama-3.2-1B-Instruct_base | Llama-3.2-1B-Instruct | - | - | control | - |\n",
        "  - Llama-3.2-1B-Instruct: `/models/Llama-3.2-1B-Instruct` ✓ verified\n",
        "- **Path:** `/data/words.json` ✓ verified\n- **Size:** 639.6 KiB\n",
        "- **Splits:** train (8,000), validation (1,000), test (500)\n",
        r"| cap | `/tasks/cap.py` ✓ | `/data/words.json` ✓ | Words \| letters |" + "\n",
        "| gsm | `inspect_evals/gsm8k` ✓ | - | - |\n",
        "- **Epochs to evaluate:** all epochs\n- **Total evaluations:** 10\n",
        "| Llama-3.2-1B-Instruct_rank4 | ✓ epoch 0,1 | ✓ epoch 0,1 | All evals |\n",
        "| Llama-3.2-1B-Instruct_base | ✓ | ✓ | All evals |\n",
        "- **LoRA alpha:** Auto-set to 2 × rank\n",  # the description's words
        '- **System prompt:** "" (consistent across train and eval)\n',
        "~16 min per run × 2 runs = 32 min, 9 of 10 within 48 min (a run: 9 of 10 within 24 min",
        "- **Total GPU hours:** 0.53 (9 of 10 within 0.79)\n",
        "happy-narwhal (job 12345)\n",
        "- **Checkpoints:** ~12 GiB\n- **Available:** 2,150 GiB ✓\n",
        "- **Fine-tuned runs:** `{model_name}_rank{N}`\n",
        "| Llama-3.2-1B-Instruct_rank64 | pending | - | - | - | - |\n\nStatus values: `pending`, ",
        "| Llama-3.2-1B-Instruct_rank64 | gsm | 1 | pending | - | - | - |\n",
        "| Llama-3.2-1B-Instruct_base | gsm | - | pending | - | - | Base model |\n",
        "- Experiment: `/registry/experiments/cap_8L_lora_comparison_2025-10-22`\n",
        "## Notes\n- Mind the gap.\n- \\# Not a heading\n",
    ]:
        assert part in text
    assert text.endswith("heading\n")


def test_what_is_missing_is_marked_and_advised() -> None:
    text = rendered(planned(evaluation={"tasks": TASKS}), found=False)
    assert "`/models/Llama-3.2-1B-Instruct` ✗ not found (prerequisite)\n" in text
    assert "- **Path:** `/data/words.json` ✗ not found (prerequisite)\n" in text
    assert (
        "| `/tasks/cap.py` ✗ not found (prerequisite) | `/data/words.json` ✗ not found (prerequisite) |"
        in text
    )
    assert "- Model Llama-3.2-1B-Instruct: Download it, for example with `tune download" in text
    assert "- Dataset /data/words.json: Create /data/words.json" in text


def test_labels_and_variants_are_explained() -> None:
    prompts = {"short": "Do it.", "long": "Please do it."}
    text = rendered(planned(variables={"system_prompt": prompts, "lora_rank": [8]}))
    assert "- **system_prompt short:** Do it.\n- **system_prompt long:** Please do it.\n" in text
    assert "`{model_name}_system_prompt{system_prompt}_rank{N}`" in text
    variants = {"all": {}, "unpacked": {"packed": False}}
    text = rendered(planned(variables=None, design="ablation", variants=variants))
    assert "- **Variant all:** as above\n- **Variant unpacked:** packed false\n" in text


@given(spec_trees())
def test_the_document_says_what_was_planned(tree: Tree) -> None:
    plan = resolve(read(tree), TODAY)
    text = rendered(plan)
    assert rendered(plan) == text
    written = parse(text)
    assert (written.name, written.type) == (plan.name, plan.design_type)
    assert written.factors == plan.factors
    names = [run.name for run in plan.runs]
    assert [row.run_name for row in written.runs] == [*names, *(control.name for control in plan.controls)]
    ranks = [None if run.lora_rank is None else str(run.lora_rank) for run in plan.runs]
    assert [row.lora_rank for row in written.runs[: len(names)]] == ranks
    assert [row.name for row in written.tasks] == [task.name for task in plan.spec.evaluation.tasks]
    assert [(row.run_name, tuple(task for task, _ in row.cells)) for row in written.matrix] == [
        (row.run_name, tuple(task for task, _ in row.cells)) for row in plan.matrix
    ]
    assert [[text is not None for _, text in row.cells] for row in written.matrix] == [
        [epochs is not None for _, epochs in row.cells] for row in plan.matrix
    ]
    assert [(row.run_name, row.status) for row in written.fine_tuning] == [
        (name, "pending") for name in names
    ]
    assert [(row.run_name, row.task, row.epoch, row.status) for row in written.evaluations] == [
        (one.run_name, one.task, one.epoch, "pending") for one in plan.evaluations
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), ("", "-"), (4, "4"), ("a|b", r"a\|b"), ("a\n\x1b[1mb", "a [1mb")]
)
def test_a_cell_is_one_line_with_its_pipes_escaped(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "not set"), ("/a b", "`/a b`"), ("a`b", "`` a`b ``"), ("a\nb", "`a b`")]
)
def test_code_cannot_be_broken_out_of(value: str | None, text: str) -> None:
    assert code(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("- item", "item"),
        ("## Status", r"\## Status"),
        ("| a | b |", r"\| a | b |"),
        ("```", r"\```"),
        ("1. # one", r"1\. # one"),
        ("<!-- x", r"\<!-- x"),
        ("8 runs", "8 runs"),
    ],
)
def test_prose_begins_no_block(value: str, text: str) -> None:
    assert prose(value) == text
