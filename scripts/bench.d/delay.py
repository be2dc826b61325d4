"""Passes a TCP connection on, each byte so many milliseconds later: a server that is far away.

    delay.py MILLISECONDS PORT     says its own port on standard output

Half of the round trip is spent in each direction. Any number of bytes may be under way.
"""

import asyncio
import sys


async def later(reader, writer, delay):
    loop, queue = asyncio.get_running_loop(), asyncio.Queue()

    async def deliver():
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)
            await writer.drain()

    delivery = asyncio.create_task(deliver())
    while True:
        try:
            data = await reader.read(1 << 16)
        except OSError:
            data = b""
        queue.put_nowait((loop.time() + delay, data))
        if not data:
            break
    try:
        await delivery
    except OSError:
        writer.close()


async def main():
    delay, port = float(sys.argv[1]) / 2000, int(sys.argv[2])

    async def serve(reader, writer):
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(later(reader, there_writer, delay), later(there_reader, writer, delay))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
