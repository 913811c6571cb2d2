"""What the document of a plan says, section by section, as the texts that the template puts in place."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ckreg.core.estimate.values import PRELIMINARY
from ckreg.core.fingerprints import model_fingerprint, script_commit
from ckreg.core.plan import budget_text, takes
from ckreg.core.plan.budget import Budget
from ckreg.core.plan.forecast import Forecast
from ckreg.core.plan.showing import levels_of, other_keys
from ckreg.core.plan.values import MatrixRow, Plan
from ckreg.core.recipes import RECIPES, is_lora
from ckreg.core.resources import DatasetFacts, ModelFacts, Resources, ScriptFacts
from ckreg.core.setting_text import quoted, setting_text
from ckreg.core.settings import Settings
from ckreg.core.spec.values import Setting
from ckreg.core.text import LINE_END
from ckreg.core.units import count, gib, size

Bullets = list[tuple[str, str]]

VERIFIED = "✓ verified"
_PACKING = {
    True: "several samples share a sequence, so that an epoch has fewer steps",
    False: "every sample is a sequence of its own",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the document is made from; `folder` is the experiment's, as a full path."""

    plan: Plan
    resources: Resources
    forecast: Forecast
    settings: Settings
    folder: str
    created: datetime
    assumptions: tuple[str, ...] = ()
    score: str | None = None
    """How estimates did before, in words."""
    budget: Budget = field(kw_only=True)

    @property
    def created_text(self) -> str:
        """The time as the log writes it, too."""
        return f"{self.created:%Y-%m-%d %H:%M:%S}"

    @property
    def total_runs(self) -> int:
        """Fine-tuned runs, controls and checkpoints."""
        return self.plan.total_runs

    def evaluation_note(self, run_name: str) -> str:
        """What there is to say of a run that has no epochs."""
        is_control = any(control.name == run_name for control in self.plan.controls)
        return "Base model" if is_control else "Checkpoint"

    @property
    def model_fingerprints(self) -> list[str]:
        """What tells the models and checkpoints from others of their name, where it is known."""
        models = (*self.resources.models, *self.resources.checkpoints)
        return [text for model in models if (text := model_fingerprint(model))]

    @property
    def script_commits(self) -> list[str]:
        """The commit of every task's script, where git knows it."""
        return [text for script in self.resources.scripts if (text := script_commit(script))]

    def script_mark(self, task: str) -> str:
        """`✓`, or why the task's script will not do."""
        return mark(self._script(task)).removesuffix(" verified")

    def dataset_mark(self, task: str) -> str:
        """`✓`, or that the task's own dataset is not there; nothing for a task without one."""
        there = self._script(task).dataset_found
        return "" if there is None else "✓" if there else "✗ not found (prerequisite)"

    def _script(self, task: str) -> ScriptFacts:
        return next(script for script in self.resources.scripts if script.task == task)

    @property
    def epochs_to_evaluate(self) -> str:
        """Which epochs, in words."""
        if not self.plan.runs:
            return "each checkpoint as it is"
        epochs = self.plan.spec.evaluation.epochs
        words = {"last": "last epoch only", "all": "all epochs", "best": "best by validation loss"}
        text = words[epochs] if isinstance(epochs, str) else ", ".join(map(str, epochs))
        return f"{text} (selective, see Evaluation Matrix)" if self.plan.spec.evaluation.matrix else text

    @property
    def configuration(self) -> Bullets:
        """Bullets beside those of every experiment: other recipe keys, what labels and variants stand for."""
        spec = self.plan.spec
        others = [(key, self.setting(key)) for key in other_keys(self.plan)]
        labels = [
            (f"{variable.key} {level.label}", setting_text(level.value))
            for variable in spec.variables
            for level in variable.levels
            if level.label
        ]
        variants = [
            (
                f"Variant {variant.name}",
                ", ".join(f"{key} {setting_text(value)}" for key, value in variant.settings) or "as above",
            )
            for variant in spec.variants
        ]
        return [*others, *labels, *variants]

    def setting(self, key: str, write: Callable[[Setting], str] = setting_text) -> str:
        """What the runs set a recipe key to: one value, the levels, or one a model."""
        if not self.plan.runs:
            return "-"
        return ", ".join(
            f"{model}: {_levels(levels, write)}" if model else _levels(levels, write)
            for model, levels in levels_of(self.plan, key)
        )

    @property
    def packing_note(self) -> str:
        """What packing does to the runs."""
        return "; ".join(
            _PACKING[packed] for packed in sorted({run.packed for run in self.plan.runs}, reverse=True)
        )

    @property
    def lora_alpha(self) -> str:
        """As set, or how it follows from the rank."""
        alpha = self.setting("lora_alpha")
        if alpha != "auto":
            return alpha
        if all(run.lora_rank is None for run in self.plan.runs):
            return "-"
        return "Auto-set to 2 × rank"  # the template's words

    @property
    def system_prompt(self) -> str:
        """In quotes; several where it varies."""
        if not self.plan.runs:
            return quoted(self.plan.spec.evaluation.system_prompt or "")
        return self.setting("system_prompt", lambda text: quoted(str(text)))

    @property
    def system_prompt_note(self) -> str:
        """Whether evaluation has the same prompt; only a declared factor may make it another."""
        other = self.plan.spec.evaluation.system_prompt
        if other is None or not self.plan.runs:
            return "consistent across train and eval"
        return f"a factor of training; every evaluation has {quoted(other)}"

    @property
    def validation(self) -> str:
        """Yes or no."""
        return self.setting("validation", lambda validated: "yes" if validated else "no")

    @property
    def run_pattern(self) -> str:
        """How fine-tuned runs are named."""
        spec = self.plan.spec
        factors = [
            factor.factor for factor in self.plan.factors if factor.factor not in {"model", "lora_rank"}
        ]
        parts = [f"_{{{factor}}}" if factor == "variant" else f"_{factor}{{{factor}}}" for factor in factors]
        rank = "_rank{N}" if any(run.lora_rank is not None for run in self.plan.runs) else ""
        return "".join(["{model_name}", *parts, rank]) if spec.models else ""

    @property
    def per_model(self) -> Bullets:
        """How long the runs of each model take."""
        return [
            (model.name, takes.training(self.forecast.of_model(model.name)))
            for model in self.plan.spec.models
            if self.plan.runs
        ]

    @property
    def gpu_hours(self) -> str:
        """GPU hours of all training, the median and the 90th percentile."""
        return budget_text.within(self.budget.training)

    @property
    def basis(self) -> str:
        """The prior runs that training's times rest on, and how such estimates did before."""
        if not self.plan.runs:
            return "nothing is trained"
        basis = takes.basis([group.estimate.time for group in self.forecast.training])
        return f"{basis}; {self.score}" if basis and self.score else basis

    @property
    def evaluation_tiers(self) -> str:
        """What kinds of prior runs the evaluations' times rest on."""
        return takes.tiers([group.estimate for group in self.forecast.evaluation])

    @property
    def per_evaluation(self) -> str:
        """How long one evaluation takes."""
        return takes.span([group.estimate.median_seconds for group in self.forecast.evaluation])

    @property
    def evaluation_total(self) -> str:
        """How long all evaluations take, one after the other."""
        return takes.evaluations(self.forecast)

    @property
    def available(self) -> str:
        """The smaller of free space and quota, which it is, and whether the checkpoints fit."""
        disk = self.resources.disk
        if disk.available_gib is None:
            return "not known"
        fits = disk.fits(self.forecast.disk_gib, self.forecast.checkpoint_files)
        limits = f" ({disk.what_limits})" if disk.what_limits else ""
        return f"{gib(disk.available_gib)} {'✓' if fits else '✗ not enough'}{limits}"

    @property
    def notes(self) -> list[str]:
        """What is over a limit, then the remarks."""
        return [*budget_text.notes(self.budget), *self.remarks] or ["None."]

    @property
    def remarks(self) -> list[str]:
        """Prerequisites with their advice, assumptions, and what the person wrote."""
        written = [line for line in LINE_END.split(self.plan.spec.notes or "") if line.strip()]
        return [*self._advice(), *self._cautions(), *self.assumptions, *written]

    def _cautions(self) -> Iterator[str]:
        for recipe in sorted({run.recipe for run in self.plan.runs} - RECIPES):
            yield f"Recipe {recipe} is none that `tune ls` of torchtune 0.6.1 names: see that it is yours."
        for recipe in sorted(
            {run.recipe for run in self.plan.runs if is_lora(run.recipe) and not run.lora_rank}
        ):
            yield f"No lora_rank is set for {recipe}: that of the recipe's own config holds, unnamed here."
        yield from dict.fromkeys(
            f"Batch size of {group.request.model}: {group.estimate.batch_size.advice}."
            for group in self.forecast.training
            if group.estimate.batch_size.advice
        )
        if self.forecast.preliminary:
            yield f"Estimates without prior runs are {PRELIMINARY}."

    def _advice(self) -> Iterator[str]:
        found = self.resources
        for model in (*found.models, *found.checkpoints):
            yield from _advised(
                f"{'Checkpoint' if model.is_checkpoint else 'Model'} {model.name}", model.advice
            )
        for dataset in found.datasets:
            yield from _advised(f"Dataset {dataset.label or dataset.path}", dataset.advice)
        for script in found.scripts:
            for advice in dict.fromkeys([script.advice, script.dataset_advice]):
                yield from _advised(f"Task {script.task}", advice)
        needs = self.forecast
        room = found.disk.advice_for(needs.disk_gib, needs.checkpoint_files, needs.ways_to_save_disk)
        yield from _advised("Disk space", room)


def _advised(what: str, advice: str | None) -> Iterator[str]:
    if advice:
        yield f"{what}: {advice}"


def _levels(levels: Iterable[Setting | None], write: Callable[[Setting], str]) -> str:
    return ", ".join("-" if level is None else write(level) for level in levels)


def mark(facts: ModelFacts | DatasetFacts | ScriptFacts) -> str:
    """Whether it is there and sound."""
    if not facts.advice:
        return VERIFIED
    if isinstance(facts, ScriptFacts) and facts.found and not facts.reason:
        return VERIFIED  # the advice is about its dataset, which has its own mark
    return f"✗ {facts.reason if facts.found else 'not found'} (prerequisite)"


def size_text(facts: DatasetFacts) -> str:
    """The dataset's size on disk."""
    return "not known" if facts.bytes is None else size(facts.bytes)


def splits_text(facts: DatasetFacts) -> str:
    """`train (8,000), validation (1,000)`."""
    parts = [
        f"{split.name} ({'not counted' if split.rows is None else count(split.rows)})"
        for split in facts.splits
    ]
    return ", ".join(parts) or "not known"


def matrix_cells(row: MatrixRow) -> list[str]:
    """`✓ epoch 0,1`, `✓` for a base model, `-` for none."""
    return [
        "-" if epochs is None else f"✓ epoch {','.join(epochs)}" if epochs else "✓" for _, epochs in row.cells
    ]
