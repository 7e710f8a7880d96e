"""``edgetop serve``: the same screen in a browser, on this machine's loopback alone."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import signal
import sys

from edgetop.errors import FrameworkMissing, UsageError

LOOPBACK = ("127.0.0.1", "localhost")
SHUTDOWN_TIMEOUT_S = 6.0


def serve(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop serve``."""
    if arguments.host not in LOOPBACK:
        port = arguments.port
        tunnel = f"From elsewhere: ssh -L {port}:localhost:{port} BOARD, then http://localhost:{port}"
        raise UsageError(f"There is no password, so {arguments.host} is not served, only this machine", tunnel)
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"There is no port {arguments.port}", "Give one from 1024 to 65535")
    try:
        import textual_serve.server  # noqa: F401
    except ImportError as error:
        raise FrameworkMissing("textual-serve is not installed", "pip install 'edgetop[serve]'") from error
    before = [f"--config={arguments.config}"] if arguments.config else []
    before += [f"--python={each}" for each in arguments.python]
    command = [sys.executable, "-m", "edgetop", *before, *arguments.words]
    return asyncio.run(_serve(command, shlex.join(["edgetop", *arguments.words]), arguments.port))


async def _serve(command: list[str], title: str, port: int) -> int:
    from aiohttp import web

    from edgetop.commands.serve_page import PageServer

    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()
    for number, code in ((signal.SIGINT, 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        loop.add_signal_handler(number, _end, ended, code)
    runner = web.AppRunner(await PageServer(command, title).application(), shutdown_timeout=SHUTDOWN_TIMEOUT_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, LOOPBACK[0], port).start()
        except OSError as error:
            raise UsageError(f"Port {port} cannot be had ({error.strerror})", "Give another with --port") from error
        print(f"{title}: http://localhost:{runner.addresses[0][1]}  (Ctrl-C ends it)", flush=True)
        return await ended
    finally:
        await runner.cleanup()


def _end(ended: asyncio.Future[int], code: int) -> None:
    if not ended.done():
        ended.set_result(code)
