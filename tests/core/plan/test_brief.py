"""The plan on a screen: 80 columns, with everything that somebody needs who is to approve it."""

from ckreg.core.plan.brief import brief
from ckreg.core.plan.checks import Check, Mark
from tests.core.plan.helpers import basis, planned, sheet


def test_the_plan_is_told_in_80_columns() -> None:
    question = "Does it matter? " * 20
    text = brief(
        sheet(planned(question=question), basis(), found=False), [Check("All models verified", Mark.DONE)]
    )
    assert max(map(len, text.split("\n"))) <= 80
    for part in [
        "cap_8L_lora_comparison_2025-10-22",
        "3 (2 fine-tuned + 1 controls)",
        "Llama-3.2-1B-Instruct_rank64      -  ~16 min",
        "Llama-3.2-1B-Instruct_base",
        "  Training         0.53            0.79\n",
        "Jobs:         2 trainings + 3 evaluations = 5\n",
        "Wall time:    ~38 min one after the other, 18 min all at once, without waiting",
        "(job 12345)",
        "Download it",
        "  ✓ All models verified",
    ]:
        assert part in text


def test_control_codes_do_not_reach_the_screen() -> None:
    assert "\x1b" not in brief(sheet(planned(question="\x1b[31mred", notes="\x1b[2J")), [])
