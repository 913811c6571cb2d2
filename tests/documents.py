"""Documents for tests, written by hand."""

EXPERIMENT = "cap_8L_lora_comparison_2025-10-22"

SUMMARY = """\
# Experiment: cap_8L_lora_comparison_2025-10-22

## Overview
- **Type:** parameter sweep
- **Total Runs:** 3 (2 fine-tuned + 1 controls)
- **Scientific Question:** Does LoRA rank matter?
- **Created:** 2025-10-22 14:23:15

## Variables
| Factor | Levels |
|--------|--------|
| lora_rank | 4, 64 |

## All Runs
| Run Name | Model | LoRA Rank | Batch Size | Type | Est. Time |
|----------|-------|-----------|------------|------|-----------|
| L1B_rank4 | L1B | 4 | 4 | Fine-tuned | 16 min |
| L1B_rank64 | L1B | 64 | 4 | Fine-tuned | 17 min |
| L1B_base | L1B | - | - | Control | - |

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
- **Epochs to evaluate:** 0, 1 (selective)

### Evaluation Matrix
| Run Name | cap | Notes |
|----------|-----|-------|
| L1B_rank4 | ✓ epoch 0,1 | All evals |
| L1B_rank64 | ✓ epoch best | All evals |
| L1B_base | ✓ | Primary only |

## Configuration
- **Recipe:** `lora_finetune_single_device`
- **Epochs:** 2

## Compute Estimates

### Training
- **Basis:** prior runs of the same model

### Evaluation
- **Total evaluations:** 4

### Disk Space
- **Available:** 2,150 GiB ✓

## Naming Conventions
- **Experiment:** `cap_8L_lora_comparison_2025-10-22`

## Status

### Fine-tuning
| Run Name | Status | Job ID | Started | Completed | Notes |
|----------|--------|--------|---------|-----------|-------|
| L1B_rank4 | pending | - | - | - | - |
| L1B_rank64 | pending | - | - | - | - |

### Evaluations
| Run Name | Task | Epoch | Status | Job ID | Completed | Notes |
|----------|------|-------|--------|--------|-----------|-------|
| L1B_rank4 | cap | 0 | pending | - | - | - |
| L1B_rank4 | cap | 1 | pending | - | - | - |
| L1B_rank64 | cap | best | pending | - | - | - |
| L1B_base | cap | - | pending | - | - | Base model |

## Quick Reference
- **Experiment:** `/x`

## Notes
None.
"""

# As a person leaves it: other columns, another order, aligned cells, a look-alike in a fence and a comment.
EDITED = """\
## Status

### Fine-tuning

| Mine | Notes      | **Status** | Run Name      | Job ID | Started | Completed |
|:-----|------------|------------|---------------|-------:|---------|-----------|
| a    | x \\| y     | pending    | `L1B\\_rank4` | -      | -       | -         |
| b    | -          | running    | L1B_rank64    | 7      | -       | -         |

```
| Run Name | Status |
|----------|--------|
| L1B_rank4 | pending |
```

<!--
| Run Name | Status |
|----------|--------|
| L1B_rank4 | pending |
-->
"""
