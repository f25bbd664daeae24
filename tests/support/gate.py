# SPDX-License-Identifier: Apache-2.0
"""A network to cut: what comes to a port of its own goes to another one, until it is told not to."""
import asyncio
import contextlib
import threading

from ports import free_port

CHUNK = 1 << 16
# What a cut lets pass. Nobody is told of any of them but of CLOSED: no connection ends, as where a
# cable is pulled or a firewall drops packets.
NOTHING, REQUESTS, CLOSED = "nothing", "requests", "closed"


class Gate:
    """The way to one port of this machine. Its own thread; threads may call."""

    def __init__(self, target):
        self.target = target
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._connections = set()  # tasks
        self._server = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._await(self._set_up())

    def cut(self, what_passes=NOTHING):
        self._await(self._cut(what_passes))

    def mend(self):
        """What was held back goes on its way, as TCP would send it again."""
        self._await(self._mend())

    def close(self):
        self._await(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _await(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _set_up(self):
        self._requests, self._answers = asyncio.Event(), asyncio.Event()
        await self._mend()

    async def _cut(self, what_passes):
        self._answers.clear()
        if what_passes == NOTHING:
            self._requests.clear()
        if what_passes == CLOSED:
            await self._shut()

    async def _mend(self):
        self._requests.set()
        self._answers.set()
        if not self._server:
            self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)

    async def _shut(self):
        if self._server:
            self._server.close()
            self._server = None
        connections = list(self._connections)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _connect(self, reader, writer):
        task = asyncio.current_task()
        self._connections.add(task)
        try:
            await self._requests.wait()
            there, to_there = await asyncio.open_connection("127.0.0.1", self.target)
            try:
                await asyncio.gather(self._carry(reader, to_there, self._requests),
                                     self._carry(there, writer, self._answers))
            finally:
                to_there.transport.abort()
        except (OSError, asyncio.CancelledError):
            pass  # one side went away, or the connection is cut
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    @staticmethod
    async def _carry(reader, writer, passing):
        """Bytes of one direction, and that there are no more of them."""
        while True:
            data = await reader.read(CHUNK)
            await passing.wait()
            if not data:
                break
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
