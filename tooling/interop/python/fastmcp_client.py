"""fastmcp's client. Arguments: MODE stdio COMMAND ARG…, or MODE http URL."""

import asyncio
import os
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport, StreamableHttpTransport

from steps import take_steps


async def main(mode, transport, *place):
    if transport == "http":
        token = os.environ.get("TEST_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        server = StreamableHttpTransport(place[0], headers=headers)
    else:
        server = StdioTransport(command=place[0], args=list(place[1:]), env=dict(os.environ))
    async with Client(server, mode=mode) as client:

        async def list_tools():
            return [tool.name for tool in await client.list_tools()]

        async def call_tool(name, arguments):
            result = await client.call_tool(name, arguments, raise_on_error=False)
            return result.is_error, result.structured_content, result.content[0].text

        await take_steps(list_tools, call_tool, lambda: client.protocol_version)


asyncio.run(main(*sys.argv[1:]))
