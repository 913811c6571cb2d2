"""Where a run's and an evaluation's files lie, relative to the experiment, and where its jobs write."""

from hashlib import sha256

from ckreg.core.naming import LONGEST, is_name, slug

FINETUNE_SCRIPT = "finetune.slurm"
BEST_EPOCH = "best_epoch"
"""In a run's output folder: the number of its best epoch, from 0 on."""
FINETUNE_CONFIG = "finetune.yaml"
SETUP = "setup_finetune.yaml"
EVAL_SCRIPT = "eval.slurm"
EVAL_CONFIG = "eval.yaml"
MANIFEST = "scaffold.json"

# What lies beside the runs' folders: a run of such a name has its folder under another.
_TAKEN = frozenset(
    {
        "experiment_summary.md",
        "spec.yaml",
        "design-experiment.log",
        "estimates.json",
        "plan.seal",
        "results.csv",
        "cruijff_kit.yaml",
        MANIFEST,
    }
)


def training_folder(run: str) -> str:
    """The folder of a run, in the experiment's: its name, but for one that a file there has."""
    name = _safe(run)
    return f"{name}.run" if name.lower() in _TAKEN else name


def evaluation_folder(run: str, task: str, epoch: str | None) -> str:
    """The folder of an evaluation; `epoch` counts from 0 or is `best`, None for a base model."""
    of_epoch = "" if epoch is None else f"_epoch{slug(epoch)}"
    return f"{training_folder(run)}/eval/{_safe(task)}{of_epoch}"


def output_folder(scratch_dir: str, experiment: str, run: str) -> str:
    """Where a run's training writes checkpoints and log: below scratch_dir, as `log_patterns` finds it."""
    return f"{scratch_dir.rstrip('/')}/{experiment}/ck-out-{training_folder(run)}"


def evaluation_output(scratch_dir: str, experiment: str, run: str, task: str, epoch: str | None) -> str:
    """Where an evaluation writes, inside its run's folder."""
    below = evaluation_folder(run, task, epoch).partition("/")[2]
    return f"{output_folder(scratch_dir, experiment, run)}/{below}"


def _safe(name: str) -> str:
    """A name as a folder's; one that cannot be a folder is replaced, and told from others by its hash."""
    if is_name(name) and len(name) <= LONGEST:
        return name
    return f"{slug(name)[:60]}-{sha256(name.encode(errors='surrogatepass')).hexdigest()[:8]}"
