"""The programs that a played page finds: those of this machine but Slurm's, as a laptop has none."""

import os
from pathlib import Path

_SLURM = {"sacct", "sacctmgr", "sbatch", "scancel", "scontrol", "sinfo", "squeue", "srun"}


def linked(folder: Path, path: str) -> Path:
    """`folder` with links to all programs of the folders of `path`, the first of a name as in a PATH."""
    if not folder.is_dir():
        folder.mkdir(parents=True)
        for place in map(Path, reversed(path.split(os.pathsep))):
            for program in place.iterdir() if place.is_dir() else ():
                link = folder / program.name
                link.unlink(missing_ok=True)
                if program.name not in _SLURM:
                    link.symlink_to(program)
    return folder
