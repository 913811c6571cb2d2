"""One room for each thing outside: files, git, SQLite, Slurm, templates."""
