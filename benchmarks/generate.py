"""Makes what the benchmarks run on: torchtune-like logs, and registries with many experiments."""

import itertools
import random
from pathlib import Path

from timing import CKREG, run

_CONFIG = """\
INFO:torchtune.utils._logging:Running LoRAFinetuneRecipeSingleDevice with resolved config:

batch_size: 4
checkpointer:
  _component_: torchtune.training.FullModelHFCheckpointer
  checkpoint_dir: /scratch/lab/models/Llama-3.2-1B-Instruct
  output_dir: /scratch/lab/ck-out-run{number}/
dataset:
  _component_: torchtune.datasets.instruct_dataset
  packed: false
dtype: bf16
epochs: {epochs}
gradient_accumulation_steps: 1
model:
  _component_: torchtune.models.llama3_2.lora_llama3_2_1b
  lora_alpha: 16
  lora_rank: 8
output_dir: /scratch/lab/ck-out-run{number}/
seed: 14

INFO:torchtune.utils._logging:Model is initialized with precision torch.bfloat16.
"""
_SAVED = """\
INFO:torchtune.utils._logging:Starting checkpoint save...
INFO:torchtune.utils._logging:Model checkpoint of size 2.30 GiB saved to /lab/epoch_{epoch}/model.safetensors
INFO:torchtune.utils._logging:Adapter checkpoint of size 0.01 GiB saved to /lab/epoch_{epoch}/adapter_model.pt
INFO:torchtune.utils._logging:Checkpoint saved in 9.46 seconds.
"""
_STEPS = 690
_EPOCHS = 2
_SAVE_SECONDS = 9.46


def log(number: int, steps: int = _STEPS) -> str:
    """A job log of two epochs, every step drawn twice, as torchtune does; 690 steps an epoch are 260 KB."""
    rate = 4 + number % 7 / 10  # steps a second
    loss = random.Random(number)  # noqa: S311  # digits to fill a log with
    parts = [_CONFIG.format(number=number, epochs=_EPOCHS)]
    for epoch in range(_EPOCHS):
        # tqdm draws a second bar below the first, and moves the cursor up again.
        before, behind = ("\n\r", "\x1b[A") if epoch else ("\r", "")
        parts.append(f"\r  0%|          | 0/{steps} [00:00<?, ?it/s]{behind}")
        closing = ""
        for step in range(1, steps + 1):
            at, value = epoch * steps + step, 2 / (step + 9) + loss.random()
            shown = [(at, step)] if step == 1 else [(at - 1, step), (at, step)]
            for described, count in shown:
                bar = _bar(count, steps, count / rate, rate)
                parts.append(f"{before}{epoch + 1}|{described}|Loss: {value}: {bar}{behind}")
            closing = f"\r{epoch + 1}|{at}|Loss: {value}: "
        parts.append(_SAVED.format(epoch=epoch))
        spent = steps / rate + _SAVE_SECONDS
        parts.append(f"{closing}{_bar(steps, steps, spent, steps / spent)}\n")
    return "".join(parts)


def _bar(count: int, total: int, seconds: float, rate: float) -> str:
    eighths = 80 * count // total
    full, part = divmod(eighths, 8)
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[part] if part else "")
    left = seconds * (total - count) / count
    return (
        f"{100 * count // total:3d}%|{drawn:<10}| {count}/{total} "
        f"[{_clock(seconds)}<{_clock(left)},  {rate:.2f}it/s]"
    )


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute:02d}:{second:02d}"


def logs(folder: Path, number: int, steps: int = _STEPS) -> None:
    """As many logs in folders of runs, as on a cluster's scratch: ten different speeds, each its own name."""
    texts = [log(index, steps) for index in range(10)]
    for index, text in zip(range(number), itertools.cycle(texts)):
        run_folder = folder / f"exp{index // 20}" / f"ck-out-run{index}"
        run_folder.mkdir(parents=True)
        named = text.replace("ck-out-run", f"ck-out-{index:05d}-")
        (run_folder / f"slurm-{1000 + index}.out").write_text(named, encoding="utf-8")


def registry(folder: Path, experiments: int) -> None:
    """A registry with as many committed experiments of about 8 KB."""
    run([CKREG, "init", str(folder)])
    for index in range(experiments):
        name = experiment(index)
        path = folder / "experiments" / name / "experiment_summary.md"
        path.parent.mkdir(parents=True)
        path.write_text(summary(name), encoding="utf-8")
    if experiments:
        run(["git", "add", "experiments"], folder)
        run(["git", "commit", "-q", "-m", "experiments"], folder)


def experiment(index: int) -> str:
    """The name of an experiment."""
    return f"words_lora_comparison{index}_2025-10-22"


def summary(name: str) -> str:
    """A document with 18 runs and their evaluations."""
    models = [f"Llama-3.2-{size}B-Instruct" for size in (1, 3, 8)]
    tuned = [(f"{model}_rank{rank}", model, rank) for model in models for rank in (4, 8, 16, 32, 64)]
    base = [f"{model}_base" for model in models]
    pending = "pending | - | - |"
    rows = {
        "runs": [f"| {run} | {model} | {rank} | 4 | Fine-tuned | ~16 min |" for run, model, rank in tuned]
        + [f"| {run} | {run.removesuffix('_base')} | - | - | Control | N/A |" for run in base],
        "models": [f"  - {model}: `/scratch/lab/models/{model}` ✓ verified" for model in models],
        "matrix": [f"| {run} | ✓ epoch 0,1 | All evals |" for run, *_ in tuned]
        + [f"| {run} | ✓ | - |" for run in base],
        "tuning": [f"| {run} | {pending} - | - |" for run, *_ in tuned],
        "evaluations": [f"| {run} | words | {epoch} | {pending} - |" for run, *_ in tuned for epoch in (0, 1)]
        + [f"| {run} | words | - | {pending} Base model |" for run in base],
    }
    return _SUMMARY.format(name=name, **{key: "\n".join(lines) for key, lines in rows.items()})


_SUMMARY = """\
# Experiment: {name}

## Overview
- **Type:** parameter sweep
- **Total Runs:** 18 (15 fine-tuned + 3 controls)
- **Scientific Question:** Does the LoRA rank change accuracy?
- **Created:** 2025-10-22 14:23:15

## Variables
| Factor | Levels |
|--------|--------|
| model | Llama-3.2-1B-Instruct, Llama-3.2-3B-Instruct, Llama-3.2-8B-Instruct |
| lora_rank | 4, 8, 16, 32, 64 |

## All Runs
| Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
|----------|-------|-----------|------------|------|-----------|
{runs}

## Resources

### Models
- **Location:** `/scratch/lab/models`
- **Models Used:**
{models}

### Dataset
- **Path:** `/scratch/lab/words_8L.json` ✓ verified
- **Size:** 655 KiB
- **Splits:** train (8,000), validation (1,000), test (1,000)

### Evaluation Tasks
| Task Name | Script | Dataset | Description |
|-----------|--------|---------|-------------|
| words | `/scratch/lab/words.py` ✓ | `/scratch/lab/words_8L.json` ✓ | Capitalises words |

## Evaluation Plan

### Configuration
- **Epochs to evaluate:** all
- **Total evaluations:** 33

### Evaluation Matrix
| Run Name | words | Notes |
|----------|-------|-------|
{matrix}

## Configuration
- **Recipe:** `lora_finetune_single_device`
- **GPUs:** 1
- **Epochs:** 2
- **Batch sizes:** 4
- **Dataset packing:** false
- **LoRA alpha:** Auto-set to twice the rank
- **System prompt:** "" (consistent across train and eval)
- **Validation during training:** no

## Compute Estimates

### Training
- **Total GPU hours:** 4.0
- **Basis:** preliminary - verify with test run

### Evaluation
- **Per evaluation:** ~5 min
- **Total evaluations:** 33
- **Total eval time:** 1 h 45 min

### Disk Space
- **Checkpoints:** ~160 GiB
- **Available:** 2,100 GiB ✓

## Naming Conventions
- **Experiment:** `{name}`
- **Fine-tuned runs:** `{{model_name}}_rank{{N}}`
- **Control runs:** `{{model_name}}_base`

## Status

### Fine-tuning
| Run Name | Status | Job ID | Started | Completed | Notes |
|----------|--------|--------|---------|-----------|-------|
{tuning}

Status values: `pending`, `running`, `completed`, `failed`

### Evaluations
| Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
|----------|------|-------|--------|--------|-----------|-------|
{evaluations}

## Quick Reference

**Paths:**
- Experiment: `/scratch/lab/registry/experiments/{name}`

## Notes
"""
