"""The spec: what a person asks of an experiment, read from YAML, TOML or JSON, and written back resolved."""

from ckreg.core.spec.document import Format
from ckreg.core.spec.dumping import dump_spec
from ckreg.core.spec.reading import read_spec
from ckreg.core.spec.values import Spec

__all__ = ["Format", "Spec", "dump_spec", "read_spec"]
