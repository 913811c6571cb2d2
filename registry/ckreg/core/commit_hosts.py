"""Which hosts commit, of those that share a clone: patterns, one a line."""

from fnmatch import fnmatchcase

from ckreg.core.text import lines_of

HEAD = """\
# Hosts that commit; all others leave what jobs report in the spool.
# One pattern a line, such as login* or *.hpc.example.org
"""


def host_patterns(text: str) -> tuple[str, ...]:
    """The patterns, in lower case; `#` begins a comment."""
    found = (line.partition("#")[0].strip().lower() for line in lines_of(text))
    return tuple(pattern for pattern in found if pattern)


def is_among(host: str, patterns: tuple[str, ...]) -> bool:
    """Whether a host is meant by one of the patterns, with its domain or without."""
    names = {host.lower(), host.lower().partition(".")[0]}
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def with_host(text: str | None, host: str) -> str:
    """The file with a host added at its end, unless it is meant already."""
    if text is not None and is_among(host, host_patterns(text)):
        return text
    text = HEAD if text is None else text
    return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{host}\n"
