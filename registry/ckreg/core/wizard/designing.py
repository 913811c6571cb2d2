"""Part 1: what is tested, and against which controls."""

from collections.abc import Iterator

from ckreg.core.naming import LABEL_RULE, is_label
from ckreg.core.wizard.values import (
    NO,
    NONE,
    YES,
    Answers,
    Check,
    Choice,
    Found,
    Part,
    Question,
    choices,
    several,
)

SCRATCH = "scratch"
RANKS, MODELS, DATASETS, SIZES, KEYS, ABLATION, NOTHING = (
    "ranks",
    "models",
    "datasets",
    "sizes",
    "hyperparameters",
    "ablation",
    "nothing",
)
_VARY = choices(
    ranks="different LoRA ranks",
    models="different models, such as sizes 1B, 3B, 8B",
    datasets="different datasets",
    sizes="different amounts of one dataset",
    hyperparameters="learning rate, batch size, any recipe key",
    ablation="named variants, each with its own settings",
    nothing="a single run",
)
_KEYS = (
    Choice("lr", "learning rate"),
    Choice("batch_size", "samples a GPU and step"),
    Choice("epochs", "passes over the data"),
    Choice("gradient_accumulation_steps", "steps summed before an update"),
    Choice("lora_alpha", "scale of the adapters"),
    Choice("weight_decay", ""),
    Choice("seed", "the same run by another chance"),
    Choice("system_prompt", "as label=text; label=text"),
)
_LEVELS = {"lr": "1e-05, 5e-05", "batch_size": "2, 4", "epochs": "1, 2", "seed": "1, 2, 3"}
YES_NO = (Choice(YES), Choice(NO))


def design_questions(answers: Answers, found: Found) -> Iterator[Question]:
    """The questions of this part that the answers so far lead to."""
    if found.experiments:
        yield Question(
            "start",
            Part.DESIGN,
            "Start from something?",
            "The answers of an earlier experiment become the defaults of all questions.",
            "Press Enter to keep one of them, or type what is to differ.",
            SCRATCH,
            (Choice(SCRATCH, "an empty plan"), *found.experiments),
            closed=True,
        )
    yield Question(
        "vary",
        Part.DESIGN,
        "What do you want to test?",
        "Several with commas. One is a sweep, more are crossed to a factorial.",
        "Everything that is not tested stays the same in all runs, so that a difference has one cause.",
        RANKS,
        _VARY,
        several=True,
        closed=True,
        check=_check_vary,
    )
    yield Question(
        "question",
        Part.DESIGN,
        "What is the scientific question?",
        "It opens the plan: in half a year it says why these runs were made.",
        "One sentence, such as: Does a higher LoRA rank help on 8-letter words?",
    )
    varied = several(answers.get("vary", ""))
    if RANKS in varied:
        yield Question(
            "ranks",
            Part.DESIGN,
            "Which LoRA ranks?",
            "Far apart shows more than close together.",
            "Whole numbers with commas. LoRA alpha follows as 2 × rank, unless you say otherwise later.",
            "4, 64",
            check=_at_least_two("ranks"),
        )
    if KEYS in varied:
        yield from _key_questions(answers)
    if ABLATION in varied:
        yield from _variant_questions(answers)
    yield Question(
        "controls",
        Part.DESIGN,
        "Include base model controls?",
        "The model as it is, evaluated without fine-tuning: what did training change?",
        "They cost evaluations only, once a task and model.",
        YES,
        YES_NO,
        closed=True,
    )


def _key_questions(answers: Answers) -> Iterator[Question]:
    yield Question(
        "keys",
        Part.DESIGN,
        "Which hyperparameters vary?",
        "Any key of the recipe's config; a nested one as `optimizer.lr`.",
        "Keys are as torchtune's config has them; `tune cat CONFIG` shows them.",
        "lr",
        _KEYS,
        several=True,
    )
    for key in several(answers.get("keys", "")):
        yield Question(
            f"levels.{key}",
            Part.DESIGN,
            f"Which values of {key}?",
            "With commas; text needs labels for the run names: short=Be brief; long=Explain it",
            "A labelled list has `;` between its items, as text may have commas.",
            _LEVELS.get(key),
            check=_at_least_two("values"),
        )


def _variant_questions(answers: Answers) -> Iterator[Question]:
    yield Question(
        "variants",
        Part.DESIGN,
        "Which variants, by name?",
        "Each is a run of its own; begin with the one that all others are compared to.",
        "Short names: they stand in the run names, such as full, no_packing, high_lr.",
        "full, unpacked",
        check=_check_variants,
    )
    for variant in several(answers.get("variants", "")):
        yield Question(
            f"variant.{variant}",
            Part.DESIGN,
            f"What does {variant} set?",
            "key=value with commas, such as packed=false, lr=1e-5; - for nothing of its own.",
            "All that a variant does not set is as the training configuration says, which comes below.",
            NONE,
        )


def _check_vary(words: str) -> str | None:
    items = several(words)
    if NOTHING in items and len(items) > 1:
        return "`nothing` stands alone; leave it out, or the others"
    if ABLATION in items and {RANKS, KEYS} & set(items):
        return (
            "an ablation has named variants in the place of ranks and hyperparameters; choose one of the two"
        )
    return None


def _check_variants(words: str) -> str | None:
    items = several(words)
    if any(not is_label(item) for item in items):
        return f"expected names of {LABEL_RULE}"
    return "expected names that differ" if len(set(items)) < len(items) else _at_least_two("variants")(words)


def _at_least_two(what: str) -> Check:
    def check(words: str) -> str | None:
        number = len([item for item in words.replace(";", ",").split(",") if item.strip()])
        return None if number > 1 else f"expected at least two {what}, with commas"

    return check
