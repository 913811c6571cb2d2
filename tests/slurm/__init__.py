"""Against a real Slurm on this machine."""
