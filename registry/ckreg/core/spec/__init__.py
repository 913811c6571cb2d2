"""The spec: what a person asks of an experiment, read from YAML, TOML or JSON, and written back resolved."""

from ckreg.core.spec.changing import changed
from ckreg.core.spec.document import FORMATS, Fault, Format
from ckreg.core.spec.dumping import dump_spec, spec_tree
from ckreg.core.spec.reading import faults_of, read_spec, spec_of
from ckreg.core.spec.values import Spec

__all__ = [
    "FORMATS",
    "Fault",
    "Format",
    "Spec",
    "changed",
    "dump_spec",
    "faults_of",
    "read_spec",
    "spec_of",
    "spec_tree",
]
