"""Lets Docker's containers on Linux reach the stack of `cargo run`, which listens on 127.0.0.1 only.

    python3 tests/sam/bridge.py 3001 3002 3003

Each port then answers on the host's address in Docker's network too, which containers know as `host.docker.internal`
when they are started with `--add-host host.docker.internal:host-gateway`. Only containers get through. Docker Desktop
needs none of this: there, that name already leads to 127.0.0.1.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import json
import subprocess
import sys

STACK = "127.0.0.1"
CHUNK = 64 * 1024  # bytes


class Bridge:
    """Docker's network `bridge`, and the host's address in it."""

    def __init__(self) -> None:
        command = ["docker", "network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}"]
        output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
        configuration = next(entry for entry in json.loads(output) if ":" not in entry["Subnet"])
        self.network = ipaddress.IPv4Network(configuration["Subnet"])
        # Docker takes the first address, and says so only if it was told to.
        self.address: str = configuration.get("Gateway") or str(self.network[1])

    async def open(self, port: int) -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # Linux takes a packet for this address from any of its networks, so a neighbour could send one.
            client = ipaddress.IPv4Address(writer.get_extra_info("peername")[0])
            if client in self.network:
                await connect(reader, writer, port)
            writer.close()

        return await asyncio.start_server(serve, self.address, port)


async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    with contextlib.suppress(OSError):
        stack_reader, stack_writer = await asyncio.open_connection(STACK, port)
        await asyncio.gather(copy(reader, stack_writer), copy(stack_reader, writer))


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def main(ports: list[int]) -> None:
    bridge = Bridge()
    servers = [await bridge.open(port) for port in ports]
    print(f"{bridge.address} leads to {STACK} on the ports {', '.join(map(str, ports))}. Ctrl-C ends it.", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ports", type=int, nargs="+", help="those of DynamoDB, SQS and Secrets Manager")
    try:
        asyncio.run(main(parser.parse_args().ports))
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, subprocess.SubprocessError) as error:
        sys.exit(f"error: {error}")
