"""Every key of a spec: what it may be, what it says, its default, an example; for docs and schema."""

from typing import NamedTuple

from ckreg.core.spec import kinds
from ckreg.core.spec.kinds import Kind
from ckreg.core.spec.values import TRAINING_DEFAULTS, Evaluation, Setting


class Key(NamedTuple):
    """A key of a spec.

    `path` is as faults name it, with `[]` for any item of a list and `<...>` for a key that a person chooses.
    A default of None is "nothing"; `example` is YAML.
    """

    path: str
    kind: Kind
    text: str
    example: str
    default: object = None
    required: bool = False

    @property
    def name(self) -> str:
        """The key itself, without what it stands under."""
        return self.path.rpartition(".")[2].removesuffix("[]")

    @property
    def parent(self) -> str:
        """The path of what it stands under; empty at the top."""
        return self.path.rpartition(".")[0]


def _training(key: str, kind: Kind, text: str, example: str) -> Key:
    default: Setting | None = TRAINING_DEFAULTS[key]
    return Key(f"training.{key}", kind, text, example, default, required=key == "recipe")


# In the order of a spec. What is `required` is so where anything is trained; see the text of `checkpoints`.
KEYS: tuple[Key, ...] = (
    Key(
        "task",
        kinds.NAME,
        "What is learned, in short; the experiment's name begins with it.",
        "cap_8L",
        required=True,
    ),
    Key(
        "factor",
        kinds.NAME,
        "What is compared, in short; it follows in the name.",
        "lora_comparison",
        required=True,
    ),
    Key(
        "question",
        kinds.SENTENCE,
        "The scientific question; the plan opens with it.",
        "Does LoRA rank change accuracy on 8-letter words?",
        required=True,
    ),
    Key("date", kinds.DAY, "The name ends with it; without it today's date.", "2025-10-22"),
    Key(
        "design",
        kinds.DESIGN,
        "Given with `variants`, and only then; all other designs follow from what varies.",
        "ablation",
    ),
    Key(
        "models",
        kinds.MODELS,
        "The base models; each is a level. A name is a folder of `models_dir`.",
        "[Llama-3.2-1B-Instruct, {name: Llama-3.2-3B-Instruct, path: /models/3B}]",
        required=True,
    ),
    Key(
        "models[].name",
        kinds.NAME,
        "The model's name, with which the names of its runs begin.",
        "Llama-3.2-3B-Instruct",
        required=True,
    ),
    Key("models[].path", kinds.LINE, "Its folder; without it `models_dir`/name.", "/models/3B"),
    Key(
        "checkpoints",
        kinds.MAPPINGS,
        "Models that were trained before, evaluated as they are. Without `training` nothing is trained: then "
        "`models` and `dataset` may be left out, and `evaluation` is required.",
        "[{name: rank4_epoch1, path: /runs/rank4/epoch_1, model: Llama-3.2-1B-Instruct, epoch: 1}]",
    ),
    Key("checkpoints[].name", kinds.NAME, "What the row is called.", "rank4_epoch1", required=True),
    Key("checkpoints[].path", kinds.LINE, "The checkpoint's folder.", "/runs/rank4/epoch_1", required=True),
    Key(
        "checkpoints[].model",
        kinds.NAME,
        "The base model that it was trained from.",
        "Llama-3.2-1B-Instruct",
        required=True,
    ),
    Key("checkpoints[].epoch", kinds.FROM_ZERO, "The epoch of its training, counted from 0, if known.", "1"),
    Key(
        "dataset",
        kinds.DATASETS,
        "The training data; with labels for several, `{small: {...}, full: {...}}`, each is a level.",
        "{path: words_8L_80P_10000.json, splits: auto}",
        required=True,
    ),
    Key(
        "dataset.path",
        kinds.LINE,
        "The file or folder; a relative path starts at the registry.",
        "words_8L_80P_10000.json",
        required=True,
    ),
    Key("dataset.splits", kinds.SPLITS, "Which splits it has; `auto` looks.", "[train, validation]", "auto"),
    Key("dataset.max_samples", kinds.WHOLE, "How many samples of the training split are used.", "500"),
    Key(
        "variables",
        kinds.LEVELS,
        "What varies: any recipe key, crossed with the models and datasets. Text and lists need labels.",
        "{lora_rank: [4, 64]}",
    ),
    Key(
        "variables.<key>",
        kinds.ANY,
        "The levels of a recipe key: a list of numbers, true or false; or labels with values of any kind.",
        "{short: Be brief., long: Explain each step.}",
    ),
    Key(
        "variants",
        kinds.VARIANTS,
        "The named variants of an ablation; not together with `variables`.",
        "{full: {packed: true}, unpacked: {packed: false}}",
    ),
    Key(
        "variants.<name>",
        kinds.MAPPING,
        "What this variant sets other than `training` does: recipe keys with values.",
        "{packed: false}",
    ),
    Key("controls", kinds.MAPPING, "What the runs are compared with.", "{base_models: true}"),
    Key(
        "controls.base_models",
        kinds.FLAG,
        "Whether every model is also evaluated without fine-tuning.",
        "false",
        default=True,
    ),
    Key(
        "training",
        kinds.MAPPING,
        "The settings of fine-tuning: these keys and any other recipe key, a nested one as `a.b`. "
        "Each may map every model to its value.",
        "{recipe: lora_finetune_single_device, batch_size: {Llama-3.2-1B-Instruct: 4}}",
    ),
    _training(
        "recipe",
        kinds.LINE,
        "The recipe, as `tune ls` names it; may stand in `variables` instead.",
        "lora_finetune_single_device",
    ),
    _training("epochs", kinds.TRAINED, "How many epochs are trained.", "2"),
    _training("gpus", kinds.WHOLE, "GPUs of one job.", "4"),
    _training(
        "batch_size", kinds.AUTO_OR_WHOLE, "Samples a GPU and step; `auto` estimates it from prior runs.", "4"
    ),
    _training("packed", kinds.FLAG, "Whether several samples share a sequence.", "false"),
    _training("validation", kinds.FLAG, "Whether validation runs after each epoch.", "true"),
    _training(
        "system_prompt", kinds.TEXT, "The system prompt of training and of evaluation.", "Answer in one word."
    ),
    _training("lora_rank", kinds.WHOLE, "The adapters' rank; none for a full fine-tune.", "16"),
    _training("lora_alpha", kinds.AUTO_OR_NUMBER, "The adapters' scale; `auto` is twice the rank.", "32"),
    Key(
        "training.<key>",
        kinds.ANY,
        "Any other key of the recipe's config; what is not set is as the recipe has it.",
        "3e-4",
    ),
    Key(
        "evaluation",
        kinds.MAPPING,
        "What is evaluated: every run on every task, unless `matrix` says otherwise.",
        "{tasks: [{name: capitalization, script: eval/capitalization.py}]}",
    ),
    Key(
        "evaluation.tasks",
        kinds.MAPPINGS,
        "The tasks.",
        "[{name: capitalization, script: eval/capitalization.py}]",
    ),
    Key(
        "evaluation.tasks[].name",
        kinds.TASK_NAME,
        "The task's name, a column of the matrix.",
        "capitalization",
        required=True,
    ),
    Key(
        "evaluation.tasks[].script",
        kinds.LINE,
        "An inspect-ai script, `FILE.py` or `FILE.py@TASK`, or a built-in one as `inspect_evals/NAME`.",
        "eval/capitalization.py",
        required=True,
    ),
    Key(
        "evaluation.tasks[].dataset",
        kinds.LINE,
        "Its data, where they are others than those of training.",
        "data/test.json",
    ),
    Key("evaluation.tasks[].description", kinds.SENTENCE, "What it measures.", "Accuracy on 8-letter words"),
    Key(
        "evaluation.epochs",
        kinds.EPOCHS,
        "After which epochs; `best` is by validation loss. Base models are evaluated once.",
        "[0, 1]",
        default=Evaluation().epochs,
    ),
    Key(
        "evaluation.matrix",
        kinds.MATRIX,
        "Which runs get which evaluations.",
        '[{runs: "*_rank64", tasks: [capitalization], epochs: last}]',
        default="all",
    ),
    Key(
        "evaluation.matrix[].runs",
        kinds.LINE,
        "Runs by name, `*` and `?` as in file names.",
        '"*_rank64"',
        required=True,
    ),
    Key("evaluation.matrix[].tasks", kinds.TASK_NAMES, "Their tasks; without it all.", "[capitalization]"),
    Key(
        "evaluation.matrix[].epochs", kinds.EPOCHS, "Their epochs; without it those of `evaluation`.", "last"
    ),
    Key(
        "evaluation.system_prompt",
        kinds.TEXT,
        "The prompt of evaluation; another than that of training only where `system_prompt` is a factor.",
        "Answer in one word.",
    ),
    Key(
        "exclude",
        kinds.LINES,
        "Runs and controls that are left out, by name; `*` and `?` as in file names.",
        '["*3B*_rank64"]',
    ),
    Key("notes", kinds.TEXT, "What ends the document.", "The data lack names of places."),
)


def keys_under(path: str) -> tuple[Key, ...]:
    """The keys directly under a path, in their order; those of the top for an empty one."""
    return tuple(key for key in KEYS if key.parent == path)
