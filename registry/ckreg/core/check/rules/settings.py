"""CK211 to CK218: can the runs be trained as Configuration and All Runs say?"""

from collections.abc import Iterator

from ckreg.core.check import words
from ckreg.core.check.rule import ERROR, WARNING, Found, rule
from ckreg.core.check.subject import Subject
from ckreg.core.markdown import Field, plain, unmarked
from ckreg.core.recipes import RECIPES

_PROMPT_IN_TRAINING = {"system prompt", "training system prompt", "system prompt training"}
_PROMPT_IN_EVALUATION = {"evaluation system prompt", "eval system prompt", "system prompt evaluation"}


@rule("CK211", ERROR, "a batch size is no whole number above 0")
def wrong_batch_size(subject: Subject) -> Iterator[Found]:
    """A batch has at least one sample.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 0 | fine-tuned | ~16 min |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
    """
    for run in subject.summary.runs:
        if run.batch_size and run.batch_size not in {"auto", "N/A"} and not _are_whole(run.batch_size):
            yield Found(run.line, f"the batch size {run.batch_size!r} is no whole number from 1 on")


@rule("CK212", ERROR, "a LoRA rank is no whole number above 0")
def wrong_rank(subject: Subject) -> Iterator[Found]:
    """A rank is a whole number from 1 on; a full fine-tune and a control have `-`.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank0 | L1B | 0 | 4 | fine-tuned | ~16 min |

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |
    """
    for run in subject.summary.runs:
        if run.lora_rank and run.lora_rank != "N/A" and not _are_whole(run.lora_rank):
            yield Found(run.line, f"the LoRA rank {run.lora_rank!r} is no whole number from 1 on")


@rule("CK213", ERROR, "a full fine-tune has a LoRA rank")
def rank_without_lora(subject: Subject) -> Iterator[Found]:
    """Recipes that begin with `full_` train all weights; a LoRA rank means nothing to them.

    Bad, line 4:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Configuration
        - **Recipe:** `full_finetune_single_device`

    Good:

        ## All Runs
        | Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
        |----------|-------|-----------|------------|------|-----------|
        | L1B_rank4 | L1B | 4 | 4 | fine-tuned | ~16 min |

        ## Configuration
        - **Recipe:** `lora_finetune_single_device`
    """
    field = subject.field("Recipe", "Configuration")
    recipes = words.values_of(field.value) if field else []
    if recipes and all(recipe.startswith("full_") for recipe in recipes):
        for run in subject.fine_tuned:
            if run.lora_rank:
                yield Found(
                    run.line, f"the recipe {recipes[0]!r} has no LoRA rank; this run has {run.lora_rank}"
                )


@rule("CK214", ERROR, "a LoRA alpha is not above 0")
def wrong_alpha(subject: Subject) -> Iterator[Found]:
    """Alpha scales what the adapters add: twice the rank, unless you say a number above 0.

    Bad, line 2:

        ## Configuration
        - **LoRA alpha:** 0

    Good:

        ## Configuration
        - **LoRA alpha:** Auto-set to 2 x rank
    """
    field = subject.field("LoRA alpha", "Configuration")
    for value in words.values_of(field.value) if field else ():
        if field and value[:1] in "-0123456789." and value != "-" and not _is_above_0(value):
            yield Found(field.line, f"the LoRA alpha {value!r} is not above 0", subject.column(field))


@rule("CK215", WARNING, "a recipe is none of torchtune's")
def unknown_recipe(subject: Subject) -> Iterator[Found]:
    """`tune ls` names no such recipe. Where it is your own, give its path or name it in Notes.

    Bad, line 2:

        ## Configuration
        - **Recipe:** `lora_finetune_single`

    Good:

        ## Configuration
        - **Recipe:** `lora_finetune_single_device`
    """
    field = subject.field("Recipe", "Configuration")
    if field is None:
        return
    for recipe in words.values_of(field.value):
        is_path = recipe.startswith(("/", "~", ".", "$")) or recipe.endswith((".py", ".yaml"))
        if recipe in RECIPES or is_path or recipe == "-":
            continue
        if not any(recipe in line for _, line in subject.lines("Notes")):
            told = f"the recipe {recipe!r} is none that `tune ls` names; say in Notes that it is yours"
            yield Found(field.line, told, subject.column(field))


@rule("CK216", ERROR, "epochs or GPUs are no whole number above 0")
def wrong_numbers(subject: Subject) -> Iterator[Found]:
    """A run trains at least one epoch on at least one GPU.

    Bad, line 2:

        ## Configuration
        - **Epochs:** two

    Good:

        ## Configuration
        - **Epochs:** 2
    """
    for key in ("Epochs", "GPUs"):
        field = subject.field(key, "Configuration")
        if field and not _are_whole(field.value):
            said = f"{key} {field.value!r} is no whole number from 1 on"
            yield Found(field.line, said, subject.column(field))


@rule("CK217", ERROR, "a recipe for one GPU has several")
def too_many_gpus(subject: Subject) -> Iterator[Found]:
    """Recipes that end with `_single_device` use one GPU; the others would be paid for and idle.

    Bad, line 3:

        ## Configuration
        - **Recipe:** `lora_finetune_single_device`
        - **GPUs:** 4

    Good:

        ## Configuration
        - **Recipe:** `lora_finetune_distributed`
        - **GPUs:** 4
    """
    recipe, gpus = subject.field("Recipe", "Configuration"), subject.field("GPUs", "Configuration")
    if recipe and gpus:
        recipes, numbers = words.values_of(recipe.value), words.whole_numbers(gpus.value) or (1,)
        if all(name.endswith("_single_device") for name in recipes) and min(numbers) > 1:
            said = f"{recipes[0]!r} uses one GPU, not {min(numbers)}"
            yield Found(gpus.line, said, subject.column(gpus))


@rule("CK218", ERROR, "training and evaluation have different system prompts")
def different_prompts(subject: Subject) -> Iterator[Found]:
    """A model is evaluated with the system prompt that it was trained with, unless the prompt is a factor.

    Bad, line 3:

        ## Configuration
        - **System prompt:** "Answer in capitals."
        - **Evaluation system prompt:** ""

    Good:

        ## Configuration
        - **System prompt:** "Answer in capitals." (consistent across train and eval)
    """
    if "system prompt" in subject.factors:
        return
    here = subject.fields("Configuration")
    there = subject.fields("Evaluation Plan", "Configuration")
    trained = [field for key, field in here.items() if key in _PROMPT_IN_TRAINING]
    evaluated = [field for key, field in here.items() if key in _PROMPT_IN_EVALUATION]
    evaluated += [field for key, field in there.items() if "system prompt" in key]
    for field in evaluated:
        if trained and _prompt(field) != _prompt(trained[0]):
            said = f"evaluation has the system prompt {_prompt(field)!r}, training {_prompt(trained[0])!r}"
            yield Found(field.line, said, subject.column(field))


def _prompt(field: Field) -> str:
    text, _, remark = field.value.rpartition("(")
    text = text if plain(remark).startswith("consistent") else field.value
    return unmarked(text.strip()).strip('"')


def _are_whole(text: str) -> bool:
    numbers = words.whole_numbers(text)
    return numbers is not None and min(numbers) > 0


def _is_above_0(text: str) -> bool:
    try:
        return float(text.split(maxsplit=1)[0]) > 0
    except ValueError:
        return True  # no number at all: words such as `2 x rank`
