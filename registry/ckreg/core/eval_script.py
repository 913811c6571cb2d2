"""An evaluation script as a spec names it: `path.py`, `path.py@task`, `inspect_evals/...`."""

import ast
import warnings

from ckreg.core.text import one_line


def script_and_task(script: str) -> tuple[str, str | None]:
    """The file and the name of the task in it: `evals/words.py@words` gives both."""
    path, at, task = script.rpartition("@")
    return (path, task) if at and path.endswith(".py") and task.isidentifier() else (script, None)


def script_fault(source: bytes, task: str | None) -> str | None:
    """Why this Python source cannot serve: it does not parse, or has no function `task`.

    Bytes, because a Python file itself may say in which encoding it is. Nothing of it is run.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        return f"line {error.lineno or 1} is not Python: {one_line(error.msg)}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"it is not Python: {one_line(str(error))}"
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return f"it defines no task {task}" if task and task not in functions else None


def tasks_in(source: bytes) -> tuple[str, ...]:
    """The functions of a Python source that are decorated as tasks; none where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and _is_task(node))


def _is_task(function: ast.FunctionDef) -> bool:
    """Whether `@task`, `@task(...)` or `@inspect_ai.task` stands above it."""
    marks = (mark.func if isinstance(mark, ast.Call) else mark for mark in function.decorator_list)
    return any(
        (isinstance(mark, ast.Name) and mark.id == "task")
        or (isinstance(mark, ast.Attribute) and mark.attr == "task")
        for mark in marks
    )
