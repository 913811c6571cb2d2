"""An experiment with hand-written job scripts, as `ckreg scaffold` lays them out."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ckreg.adapters.tree import Home

NAME = "sleep_lora_comparison_2025-10-22"
_HEAD = """\
# Experiment: {name}

## Overview
- **Type:** parameter sweep
- **Scientific Question:** Does it end as it should?

## Variables
| Factor | Levels |
|--------|--------|
| lora_rank | {levels} |

## All Runs
| Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
|----------|-------|-----------|------------|------|-----------|
{runs}

## Resources

### Models
- L1B: `/models/L1B` ✓ verified

### Dataset
- **Path:** `/data/words.json` ✓ verified

### Evaluation Tasks
| Task Name | Script | Dataset | Description |
|-----------|--------|---------|-------------|
| cap | `/t.py` ✓ | - | words |

## Evaluation Plan

### Configuration
- **Epochs to evaluate:** 0

### Evaluation Matrix
| Run Name | cap | Notes |
|----------|-----|-------|
{matrix}

## Configuration
- **Recipe:** `lora_finetune_single_device`
- **Epochs:** 1

## Compute Estimates

### Training
- **Basis:** prior runs of the same model

### Evaluation
- **Total evaluations:** {evaluations}

### Disk Space
- **Available:** 2,150 GiB ✓

## Naming Conventions
- **Experiment:** `{name}`

## Status

### Fine-tuning
| Run Name | Status | Job ID | Started | Completed | Notes |
|----------|--------|--------|---------|-----------|-------|
{fine_tuning}

### Evaluations
| Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
|----------|------|-------|--------|--------|-----------|-------|
{status}

## Quick Reference
- **Experiment:** `/x`

## Notes
None.
"""


def document(runs: Sequence[str], evaluated: Sequence[str]) -> str:
    """A plan of fine-tunes with these names; those evaluated have one evaluation, `cap` after epoch 0."""

    def lines(text: str, names: Sequence[str]) -> str:
        return "\n".join(text.format(run=run, rank=rank) for rank, run in enumerate(names, 1))

    return _HEAD.format(
        name=NAME,
        levels=", ".join(str(rank) for rank, _ in enumerate(runs, 1)),
        evaluations=len(evaluated),
        runs=lines("| {run} | L1B | {rank} | 4 | Fine-tuned | 16 min |", runs),
        matrix="\n".join(f"| {run} | {'✓ epoch 0' if run in evaluated else '-'} | - |" for run in runs),
        fine_tuning=lines("| {run} | pending | - | - | - | - |", runs),
        status=lines("| {run} | cap | 0 | pending | - | - | - |", evaluated),
    )


def plan(
    home: Home, bodies: Mapping[str, str], evaluated: Sequence[str] = (), options: str = "", *, logs: Path
) -> str:
    """Write an experiment whose fine-tuning scripts do what `bodies` say, and commit it; its name."""
    folder = home.experiments / NAME
    (folder / "experiment_summary.md").parent.mkdir(parents=True, exist_ok=True)
    (folder / "experiment_summary.md").write_text(document(list(bodies), evaluated))
    for run, body in bodies.items():
        write_script(folder / run / "finetune.slurm", body, logs / f"ck-out-{run}", options)
    for run in evaluated:
        write_script(
            folder / run / "eval" / "cap_epoch0" / "eval.slurm", "true", logs / f"ck-out-{run}", options
        )
    for words in (("add", "."), ("commit", "--quiet", "-m", "plan")):
        subprocess.run(["git", "-C", str(home.root), *words], check=True, capture_output=True)
    return NAME


def write_script(path: Path, body: str, output: Path, options: str = "") -> None:
    """A job script that writes its log to `slurm-JOB.out` in the output folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    output.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n#SBATCH --output={output}/slurm-%j.out\n{options}{body}\n")
