"""The Python SDK's client. Arguments: MODE stdio COMMAND ARG…, or MODE http URL."""

import asyncio
import os
import sys

from mcp import Client, StdioServerParameters

from steps import take_steps


async def main(mode, transport, *place):
    if transport == "http":
        server = place[0]
    else:
        server = StdioServerParameters(command=place[0], args=list(place[1:]), env=dict(os.environ))
    async with Client(server, mode=mode) as client:

        async def list_tools():
            return [tool.name for tool in (await client.list_tools()).tools]

        async def call_tool(name, arguments):
            result = await client.call_tool(name, arguments)
            return result.is_error, result.structured_content, result.content[0].text

        await take_steps(list_tools, call_tool, lambda: client.protocol_version)


asyncio.run(main(*sys.argv[1:]))
