"""GPU memory as DeepSpeed, axolotl and people's scripts print it while they train."""

import re

_SIZE = rb"(\d{1,6}(?:\.\d{1,9})?)"
_GIB = re.compile(
    rb"MaxMemAllocated="
    + _SIZE
    + rb" ?GB|Peak (?:GPU )?[Mm]em(?:ory)?(?: \(Gi?B\))?: "
    + _SIZE
    + rb"(?![\d.])"
    rb"|memory/max_(?:mem_)?(?:allocated|active)(?: ?\([Gg]i[Bb]\))?': '?" + _SIZE
)
_SIGNS = (b"MaxMemAllocated=", b"Peak ", b"memory/max_")


def peak_memory_gib(data: bytes) -> float | None:
    """The most that any line tells; what is called GB in them is 1024^3 bytes."""
    if not any(sign in data for sign in _SIGNS):
        return None
    sizes = [float(next(filter(None, groups))) for groups in _GIB.findall(data)]
    return max(sizes, default=None)
