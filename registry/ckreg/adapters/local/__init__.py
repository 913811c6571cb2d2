"""Jobs without Slurm: processes of this machine, in a queue that is files."""

from ckreg.adapters.local.local import Local, state_folder

__all__ = ["Local", "state_folder"]
