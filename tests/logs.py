"""Real job logs for tests: those that are bundled for the demo."""

import shutil
from pathlib import Path

import ckreg

BUNDLED = Path(ckreg.__file__).parent / "demo_material" / "scratch"
RUN = "Llama-mini-8M-Instruct_bs8_n640_ep2_rank4"
LOG = f"words_rank_sweep_2026-11-02/ck-out-{RUN}/slurm-19.out"


def copied(folder: Path) -> Path:
    """The bundled scratch folder, to change at will."""
    shutil.copytree(BUNDLED, folder)
    return folder
