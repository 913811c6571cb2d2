"""An evaluation script as a spec names it: `path.py`, `path.py@task`, `inspect_evals/...`."""

import ast
import warnings
from collections.abc import Iterator

from ckreg.core.text import one_line

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def script_and_task(script: str) -> tuple[str, str | None]:
    """The file and the name of the task in it: `evals/words.py@words` gives both."""
    path, at, task = script.rpartition("@")
    return (path, task) if at and path.endswith(".py") and task.isidentifier() else (script, None)


def script_fault(source: bytes, task: str | None, called: str | None = None) -> str | None:
    """Why this Python source cannot serve: it does not parse, or has no such task.

    With `task` that is to be in it; without, any that inspect-ai would find (a function with `@task`), or
    one of the name by which the plan has the task `called`. Bytes, because a Python file itself may say in
    which encoding it is. Nothing of it is run.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        return f"line {error.lineno or 1} is not Python: {one_line(error.msg)}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"it is not Python: {one_line(str(error))}"
    names, tasks = set(_names(tree.body)), set(_tasks(tree.body))
    if task:
        return None if task in names | tasks else f"it defines no task {task}"
    if called is None or tasks or called in names:
        return None
    return f"it defines no task: no function in it has @task, and none is called {one_line(called)}"


def _names(body: list[ast.stmt]) -> Iterator[str]:
    """What a module has by name: functions, what it imports and what it assigns."""
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name for alias in node.names)
            case ast.Assign():
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))
            case ast.If() | ast.Try():
                yield from _names(node.body)


def _tasks(body: list[ast.stmt]) -> Iterator[str]:
    """The tasks by the names that inspect-ai knows them by: `@task`, `@task(name="...")`."""
    for node in body:
        if isinstance(node, _Function):
            for decorator in node.decorator_list:
                yield from _task_name(node.name, decorator)


def _task_name(function: str, decorator: ast.expr) -> Iterator[str]:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    word = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
    if word != "task":
        return
    yield function
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else []:
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)


def tasks_in(source: bytes) -> tuple[str, ...]:
    """The functions of a Python source that are decorated as tasks; none where it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    functions = [node for node in tree.body if isinstance(node, _Function)]
    return tuple(node.name for node in functions if set(_tasks([node])))
