"""Carry connections from one door to another, so that a container reaches the federation.

A door is ``tcp:host:port`` or ``unix:/path``. One relay listens in a container of the deployment's
network, one beside the federation, and a socket in a folder both see is between them: nothing but
that socket leads out of the network. No package is needed: the container has none of ours.

    python relay.py FROM TO
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

_CHUNK = 1 << 16


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await source.read(_CHUNK):
            sink.write(part)
            await sink.drain()
    with suppress(OSError):
        sink.write_eof()


async def relay(listen: str, target: str) -> None:
    """Carry every connection made to ``listen`` to ``target`` and back, until cancelled."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kind, _, place = target.partition(":")
        try:
            if kind == "unix":
                far = await asyncio.open_unix_connection(place)
            else:
                host, _, port = place.rpartition(":")
                far = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.close()
            return
        await asyncio.gather(_carry(reader, far[1]), _carry(far[0], writer))
        far[1].close()
        writer.close()

    kind, _, place = listen.partition(":")
    if kind == "unix":
        server = await asyncio.start_unix_server(connected, place)
    else:
        host, _, port = place.rpartition(":")
        server = await asyncio.start_server(connected, host, int(port))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(relay(*sys.argv[1:]))
