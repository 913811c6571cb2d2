"""Why `sbatch` refused a job, and what to change."""

import re
from typing import NamedTuple

from ckreg.core.text import one_line


class Refusal(NamedTuple):
    """What sbatch said, what to do, and the option of the script that it is about, where that is known.

    `unclear` says that the job may have arrived all the same.
    """

    said: str
    remedy: str
    option: str | None = None
    unclear: bool = False


class _Known(NamedTuple):
    pattern: str
    remedy: str
    option: str | None = None
    unclear: bool = False


_KNOWN = (
    _Known(
        "socket timed out|zero bytes|connection reset|unable to contact|controller not responding|"
        "connect failure|slurm_receive_msg|no answer",
        "The controller did not answer. Try again when `sinfo` does; what was sent is found, not sent twice.",
        unclear=True,
    ),
    _Known(
        "configuration source|slurm.conf",
        "Slurm is here, but no cluster. Log in to a machine of one, or run the jobs here: --local.",
    ),
    _Known(
        "qosmaxsubmitjob|assocmaxsubmitjob|maxsubmitjob|job violates accounting/qos policy.*submit",
        "You have as many jobs in the queue as you may have: set `max_submit`, and try again later.",
    ),
    _Known(
        "invalid account",
        "Name an account that `sacctmgr show associations user=$USER` lists.",
        "account",
    ),
    _Known(
        "invalid partition|partition.*(not available|inactive|down)",
        "Name a partition that `sinfo` lists.",
        "partition",
    ),
    _Known("invalid qos", "Name a QOS that `sacctmgr show qos` lists.", "qos"),
    _Known(
        "time limit|invalid --time",
        "Ask for no more time than the partition's limit (`sinfo -o '%P %l'`).",
        "time",
    ),
    _Known("feature", "Name a constraint that `sinfo -o '%P %f'` lists.", "constraint"),
    _Known("job array", "The array is larger than MaxArraySize; submit fewer runs at once.", "array"),
    _Known("memory", "Ask for no more memory than a node has (`sinfo -o '%P %m'`, in MB).", "mem"),
    _Known("invalid generic resource|gres", "Name GPUs that `sinfo -o '%P %G'` lists.", "gres"),
    _Known(
        "cpu count|node count|more processors|requested node configuration",
        "No node has that much: compare GPUs, CPUs and memory with `sinfo -o '%P %c %m %G'`.",
        "gres",
    ),
    _Known("dependency", "The job that it waits for is not known any more: `ckreg status sync` tells why."),
    _Known("dos line breaks", "Save the script with Unix line endings."),
    _Known("does not look like a batch script", "The script's first line must be `#!/bin/bash` or the like."),
    _Known("unrecognized option|invalid option|unknown option", "Correct the #SBATCH line of that option."),
    _Known("unable to open file|no such file", "The script is not there: `ckreg scaffold` writes it."),
    _Known("policy|limit", "A limit is reached: `sacctmgr show associations user=$USER` lists yours."),
)
_TRIED = re.compile(r"^sbatch: (?:error: )?(?:Batch job submission failed: )?", re.MULTILINE)


def refusal_of(stderr: str) -> Refusal:
    """What sbatch's words mean; of several lines the first that is understood counts."""
    said = one_line(_TRIED.sub("", stderr))[:500] or "it said nothing"
    for known in _KNOWN:
        if re.search(known.pattern, stderr, re.IGNORECASE | re.DOTALL):
            return Refusal(said, known.remedy, known.option, known.unclear)
    return Refusal(said, "Correct the job script and try again.")


def line_of(script: str, option: str | None) -> int | None:
    """The line of a script's `#SBATCH --option`, from 1 on."""
    if option is None:
        return None
    wanted = re.compile(rf"#SBATCH\s+(?:--{re.escape(option)}|{_LETTERS.get(option, '--' + option)})\b")
    lines = script.split("\n")
    return next((number for number, line in enumerate(lines, 1) if wanted.match(line)), None)


_LETTERS = {"account": "-A", "partition": "-p", "time": "-t", "constraint": "-C", "qos": "-q", "array": "-a"}
