"""The `#SBATCH` lines of a job: what is asked of Slurm, each value held to what Slurm takes as one word."""

from collections.abc import Iterator
from dataclasses import dataclass

from ckreg.core.scaffold.quoting import Quoted, sbatch_file, sbatch_value
from ckreg.core.settings import Settings
from ckreg.core.spec.values import Setting

LOG = "slurm-%j.out"


@dataclass(frozen=True, slots=True)
class Request:
    """What a job asks for; None leaves it to Slurm.

    `folder` is where its log goes; `time` is Slurm's `[days-]hours:minutes:seconds`.
    """

    name: str
    folder: str
    time: str | None
    gpus: int
    cpus: int | None
    memory: str | None
    account: str | None
    partition: str | None
    constraint: str | None

    def lines(self) -> Quoted:
        """A line an option.

        Raises:
            RefusedError: a value cannot stand in such a line; the message names it.
        """
        return Quoted("\n".join(f"#SBATCH --{option}={value}" for option, value in self._options()))

    def _options(self) -> Iterator[tuple[str, str]]:
        yield "job-name", sbatch_value(self.name, name="job name")
        yield "output", sbatch_file(self.folder, LOG, name="scratch_dir")
        yield "nodes", "1"
        yield "ntasks", "1"
        if self.gpus:
            yield "gres", f"gpu:{self.gpus}"
        for option, name, value in (
            ("cpus-per-task", "cpus", self.cpus),
            ("mem", "memory", self.memory),
            ("time", "time", self.time),
            ("account", "account", self.account),
            ("partition", "partition", self.partition),
            ("constraint", "constraint", self.constraint),
        ):
            if value is not None:
                yield option, sbatch_value(str(value), name=name)


def request_of(
    name: str,
    folder: str,
    *,
    gpus: int,
    time: str | None,
    of_run: dict[str, Setting],
    settings: Settings,
) -> Request:
    """The request of a job that writes into `folder`; what the plan says of its run goes before settings."""

    def chosen(key: str) -> str | None:
        value = of_run.get(key, getattr(settings, key))
        return None if value is None else str(value)

    cpus = of_run.get("cpus", settings.cpus)
    return Request(
        name=name,
        folder=folder,
        time=str(of_run["time"]) if "time" in of_run else time or settings.time,
        gpus=gpus,
        cpus=cpus if isinstance(cpus, int) else None,
        memory=chosen("memory"),
        account=chosen("account"),
        partition=chosen("partition"),
        constraint=chosen("constraint"),
    )
