"""The server: MCP's own library, which nothing else here knows, over standard input and output."""

import json
import traceback
from collections.abc import Iterable, Mapping
from typing import Any

import anyio
from jsonschema import Draft202012Validator
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from ckreg import __version__
from ckreg.adapters.tree import Home
from ckreg.cli.mcp.reading import READING
from ckreg.cli.mcp.tool import Tool
from ckreg.cli.mcp.writing import WRITING
from ckreg.cli.output import json_text
from ckreg.errors import CkregError, RefusedError, UsageError

_DEFECT = 70
_INSTRUCTIONS = (
    "A ckreg registry of fine-tuning and evaluation experiments in git. Ask the person what is not said, "
    "show what a tool would do, and have it approved before you call it with `confirm`. Never invent a "
    "number, a path or a status."
)


def serve(home: Home, *, allow_writes: bool) -> None:
    """Answer calls until standard input ends; without `allow_writes` nothing is changed or sent."""
    anyio.run(_serve, server_of(home, allow_writes=allow_writes))


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def server_of(
    home: Home, *, allow_writes: bool, offered: Iterable[Tool] = (*READING, *WRITING)
) -> Server[Any]:
    """The server of a registry, not bound to any stream."""
    tools = {tool.name: tool for tool in offered}

    async def list_tools(_context: object, _params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_listed(tool) for tool in tools.values()])

    async def call_tool(_context: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        # In this thread: while something is committed, Ctrl-C is kept waiting, which no other thread can.
        tool = tools.get(params.name)
        if tool is None:
            return _failed(f"There is no tool {params.name!r}.", UsageError.exit_code)
        return _called(home, tool, params.arguments or {}, allow_writes=allow_writes)

    return Server(
        "ckreg",
        version=__version__,
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _listed(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.asked,
        output_schema=tool.answer,
        annotations=types.ToolAnnotations(read_only_hint=not tool.writes, destructive_hint=False),
    )


def _called(home: Home, tool: Tool, asked: Mapping[str, Any], *, allow_writes: bool) -> types.CallToolResult:
    try:
        _hold(tool, asked, allow_writes=allow_writes)
        return _answered(tool, tool.call(home, asked))
    except CkregError as error:
        return _failed(str(error), error.exit_code)
    except Exception:  # noqa: BLE001  # one call's defect does not end the server
        traceback.print_exc()
        return _failed("This is a defect of ckreg; its traceback is on the server's stderr.", _DEFECT)


def _hold(tool: Tool, asked: Mapping[str, Any], *, allow_writes: bool) -> None:
    """Refuse what the tool's schema does not allow, and what this server may not do."""
    fault = next(iter(Draft202012Validator(tool.asked).iter_errors(asked)), None)
    if fault is not None:
        raise UsageError(f"{tool.name}: {fault.json_path}: {fault.message}")
    if tool.writes and asked.get("confirm") and not allow_writes:
        raise RefusedError(
            f"{tool.name}: this server changes nothing. Start it with `ckreg mcp --allow-writes`, or leave "
            "`confirm` out to see what would be done."
        )


def _answered(tool: Tool, value: object) -> types.CallToolResult:
    text = json_text(tool.structured(value))
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=json.loads(text))


def _failed(message: str, exit_code: int) -> types.CallToolResult:
    error = {"error": message, "exit_code": exit_code}
    return types.CallToolResult(content=[types.TextContent(text=json_text(error))], is_error=True)
