"""cruijff_kit's plan of an experiment, `experiment_summary.yaml`: read into a spec, and given back."""

from ckreg.core.cruijff_kit.giving import given_back
from ckreg.core.cruijff_kit.reading import is_cruijff_kit, read_cruijff_kit

__all__ = ["given_back", "is_cruijff_kit", "read_cruijff_kit"]
