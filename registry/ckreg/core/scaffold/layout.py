"""Where the files of a run lie, relative to the experiment's folder."""

FINETUNE_SCRIPT = "finetune.slurm"
EVAL_SCRIPT = "eval.slurm"


def training_folder(run: str) -> str:
    """The folder of a run's fine-tuning."""
    return run


def evaluation_folder(run: str, task: str, epoch: str | None) -> str:
    """The folder of one evaluation; a base run has no epoch, `best` is an epoch of its own."""
    return f"{run}/eval/{task}" if epoch is None else f"{run}/eval/{task}_epoch{epoch}"
