"""What a spec comes to: its runs, controls, factors and evaluations, each by name."""

from dataclasses import dataclass

from ckreg.core.spec.crossing import Run
from ckreg.core.spec.values import Spec
from ckreg.core.summary.values import Factor


@dataclass(frozen=True, slots=True)
class Control:
    """A base model that is evaluated without fine-tuning."""

    name: str
    model: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """What is evaluated of a run: for each task its epochs (none for a control), None where it is not."""

    run_name: str
    cells: tuple[tuple[str, tuple[str, ...] | None], ...]
    notes: str


@dataclass(frozen=True, slots=True)
class PlannedEvaluation:
    """One evaluation; the epoch counts from 0, or is `best`, or None for a base model."""

    run_name: str
    model: str
    task: str
    epoch: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A spec with its date, and all that follows from it."""

    name: str
    spec: Spec
    design_type: str
    factors: tuple[Factor, ...]
    runs: tuple[Run, ...]
    controls: tuple[Control, ...]
    matrix: tuple[MatrixRow, ...]
    evaluations: tuple[PlannedEvaluation, ...]

    @property
    def total_runs(self) -> int:
        """Fine-tuned runs, controls and checkpoints."""
        return len(self.runs) + len(self.controls) + len(self.spec.checkpoints)

    @property
    def runs_text(self) -> str:
        """`3 (2 fine-tuned + 1 controls)`."""
        parts = [f"{len(self.runs)} fine-tuned", f"{len(self.controls)} controls"]
        if self.spec.checkpoints:
            parts.append(f"{len(self.spec.checkpoints)} eval-only")
        return f"{self.total_runs} ({' + '.join(parts)})"
