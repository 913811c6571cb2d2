"""The running summary: what the answers so far come to."""

from ckreg.cli.wizard.screen import say
from ckreg.commands.design import Conversation, Outlook
from ckreg.core.plan import Plan
from ckreg.core.units import counted, duration, gib
from ckreg.core.wizard import Answers
from ckreg.errors import CkregError

_HOUR = 3600


def so_far(side: Conversation, answers: Answers) -> None:
    """Runs, evaluations, hours and GiB; nothing where the answers come to no plan yet."""
    if "models" not in answers:
        return
    try:
        told = in_words(side.outlook(answers))
    except CkregError:
        return
    say()
    say(told, head="So far: ", fg="cyan")


def in_words(outlook: Outlook) -> str:
    """`2×2 factorial: 4 runs × 1 task × 2 epochs + 2 controls × 1 task = 10 evaluations; ~3 h ...`."""
    plan, forecast = outlook
    words = f"{plan.design_type}: {_evaluations(plan)}"
    if forecast:
        words += f"; ~{duration(forecast.gpu_hours * _HOUR)} of GPUs to train"
        if forecast.evaluation:
            words += f", ~{duration(forecast.evaluation_time.median_seconds)} to evaluate"
        words += f", ~{gib(forecast.disk_gib)} on disk"
        words += " (preliminary)" if forecast.preliminary else ""
    return words


def _evaluations(plan: Plan) -> str:
    runs, controls = counted(len(plan.runs), "run"), counted(len(plan.controls), "control")
    tasks = counted(len(plan.spec.evaluation.tasks), "task")
    if not plan.evaluations:
        return f"{runs}, {controls}, nothing to evaluate yet"
    total = counted(len(plan.evaluations), "evaluation")
    if plan.spec.evaluation.matrix:
        return f"{runs}, {controls}, {tasks}, a selective matrix = {total}"
    of_controls = f" + {controls} × {tasks}" if plan.controls else ""
    return f"{runs} × {tasks} × {_epochs(plan)}{of_controls} = {total}"


def _epochs(plan: Plan) -> str:
    match plan.spec.evaluation.epochs:
        case "last" | "best":
            return "1 epoch"
        case "all":
            trained = {run.epochs for run in plan.runs}
            return counted(trained.pop(), "epoch") if len(trained) == 1 else "all epochs"
        case listed:
            return counted(len(listed), "epoch")
