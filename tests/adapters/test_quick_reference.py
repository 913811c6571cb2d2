"""The document ends with the paths, commands and steps of its description."""

import re

from ckreg.adapters.assets import render_summary
from tests.core.plan.helpers import basis, planned, sheet


def quick_reference() -> str:
    text = render_summary(sheet(planned(), basis()))
    return text.partition("\n## Quick Reference\n")[2].partition("\n## Notes\n")[0]


def test_the_commands_are_those_of_the_description() -> None:
    text = quick_reference()
    folder = "/registry/experiments/cap_8L_lora_comparison_2025-10-22"
    for line in [
        f"- Experiment: `{folder}`",
        "- Models: `/models`",
        "- Dataset: `/data/words.json`",
        "- Check jobs: `squeue -u $USER`",
        f"- Monitor: `tail -f {folder}/*/slurm-*.out`",
        "- Check disk: `df -h /scratch`",
    ]:
        assert f"\n{line}\n" in text


def test_the_next_steps_name_the_commands_that_take_them() -> None:
    named = re.findall(r"`(ckreg [^`]*)`", quick_reference())
    verbs = ["scaffold", "submit", "watch", "results"]
    assert named == [f"ckreg {verb} cap_8L_lora_comparison_2025-10-22" for verb in verbs]


def test_the_next_steps_come_in_order() -> None:
    steps = re.findall(r"(?m)^\d\. .*", quick_reference())
    words = [
        "Create run directories",
        "Submit fine-tuning",
        "Monitor training",
        "Submit evaluation",
        "Analyze",
    ]
    assert [step[: len(f"1. {word}")] for step, word in zip(steps, words, strict=True)] == [
        f"{number}. {word}" for number, word in enumerate(words, 1)
    ]
