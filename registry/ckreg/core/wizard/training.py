"""Part 3: how the runs are trained."""

from collections.abc import Iterator

from ckreg.core.recipes import is_lora
from ckreg.core.wizard.designing import RANKS, YES_NO
from ckreg.core.wizard.values import NO, NONE, YES, Answers, Choice, Found, Part, Question, several

EMPTY = '""'
AUTO = "auto"


def training_questions(answers: Answers, found: Found) -> Iterator[Question]:
    """The questions of this part that the answers so far lead to; what varies is not asked again."""
    varied = several(answers.get("keys", ""))
    for question in (*_basic(answers, found), *_advanced()):
        if question.key not in varied:
            yield question


def _basic(answers: Answers, found: Found) -> Iterator[Question]:
    yield Question(
        "epochs",
        Part.TRAINING,
        "How many epochs?",
        "One or two are usual; a checkpoint is kept after each.",
        default="1",
    )
    yield Question(
        "gpus",
        Part.TRAINING,
        "How many GPUs a job?",
        "One is easiest to get; more need a `_distributed` recipe.",
        default=str(found.gpus),
    )
    yield Question(
        "validation",
        Part.TRAINING,
        "Should validation run during training?",
        "It is needed to evaluate the best epoch; it takes time after each.",
        default=NO,
        choices=YES_NO,
        closed=True,
    )
    yield Question(
        "system_prompt",
        Part.TRAINING,
        "System prompt for training and evaluation?",
        f"The same in both, or the model is tested on what it never saw; {EMPTY} is none.",
        default=EMPTY,
    )
    yield Question(
        "recipe",
        Part.TRAINING,
        "Which recipe?",
        "As `tune ls` names it; full ones train all weights, LoRA an adapter.",
        default=_recipe(answers, found),
        choices=found.recipes,
    )
    if is_lora(answers.get("recipe")) and RANKS not in several(answers.get("vary", "")):
        yield Question(
            "lora_rank",
            Part.TRAINING,
            "Which LoRA rank?",
            "The same in all runs; 8 is torchtune's own. More ranks mean more to train.",
            default="8",
        )


def _advanced() -> Iterator[Question]:
    yield Question(
        "batch_size",
        Part.TRAINING,
        "Batch size?",
        "`auto` follows the GPU memory that prior runs used; or a number, or A=4, B=2 by model.",
        "What ckreg finds is shown with the plan, before anything is written.",
        AUTO,
    )
    yield Question(
        "packed",
        Part.TRAINING,
        "Pack the dataset?",
        "Several short samples share a sequence: fewer steps, more memory a step.",
        "Packing makes an epoch 2 to 4 times shorter where samples are short; batch sizes are smaller.",
        YES,
        YES_NO,
        closed=True,
    )
    yield Question(
        "others",
        Part.TRAINING,
        "Other recipe keys?",
        "key=value with commas, such as lr=3e-4, seed=14; - for none.",
        "All that is not named here is as the recipe's own config has it.",
        NONE,
    )


def _recipe(answers: Answers, found: Found) -> str:
    """The recipe of prior runs where it fits the number of GPUs, else torchtune's for LoRA."""
    wanted = "single_device" if answers.get("gpus", str(found.gpus)) == "1" else "distributed"
    return next(
        (
            recipe.words
            for recipe in found.recipes
            if recipe.words.endswith(wanted)
            and (is_lora(recipe.words) or RANKS not in several(answers.get("vary", "")))
        ),
        f"lora_finetune_{wanted}",
    )


def recipe_choices(used: dict[str, int]) -> tuple[Choice, ...]:
    """The four recipes that people fine-tune with, and those of prior runs, the most used first."""
    usual = [
        f"{kind}_finetune_{devices}"
        for kind in ("lora", "full")
        for devices in ("single_device", "distributed")
    ]
    names = sorted({*usual, *used}, key=lambda name: (-used.get(name, 0), _rank(name, usual), name))
    return tuple(
        Choice(name, f"{used[name]} prior runs" if name in used else "") for name in names[: len(usual) + 4]
    )


def _rank(name: str, usual: list[str]) -> int:
    return usual.index(name) if name in usual else len(usual)
