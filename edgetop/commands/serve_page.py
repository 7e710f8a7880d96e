"""The page and the line behind it: textual-serve's server with a page of our own, which asks no other host."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import template
from textual_serve.server import Server, to_int

from edgetop.commands.serve_terminal import ServedTerminal
from edgetop.config import asset

HOSTS = ("127.0.0.1", "localhost")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
BUSY = b"Another tab shows it. Close that one, then begin again here.\r\n"
TURN_TIMEOUT_S = 6.0
"""How long a tab waits for the one before it to end: a page that is loaded anew."""


class PageServer(Server):
    """Runs ``command`` in a terminal for the tab that has the page open, one at a time."""

    def __init__(self, command: Sequence[str], title: str) -> None:
        super().__init__(title, title=title, templates_path=asset("web"))
        self._argv = list(command)
        self._turn = asyncio.Lock()

    async def application(self) -> web.Application:
        """All that is served."""
        app = await self._make_app()
        app.router.add_static("/own", asset("web/own"))
        app.middlewares.append(guard)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """The command says itself where it serves."""

    @template("app_index.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """The page; it speaks to the host by the name that it was asked by: an ssh tunnel may have another port."""
        return {"title": self.title, "host": request.host}

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Keys in, the terminal's bytes out, from the tab's opening to its closing or the command's end."""
        socket = web.WebSocketResponse(heartbeat=15)
        await socket.prepare(request)
        try:
            await asyncio.wait_for(self._turn.acquire(), TURN_TIMEOUT_S)
        except asyncio.TimeoutError:
            await socket.send_bytes(BUSY)
            await socket.close()
            return socket
        try:
            size = (to_int(request.query.get(side, ""), cells) for side, cells in (("width", 80), ("height", 24)))
            await self._serve_tab(socket, ServedTerminal(self._argv, *size))
        finally:
            self._turn.release()
        return socket

    async def _serve_tab(self, socket: web.WebSocketResponse, terminal: Any) -> None:
        shown = asyncio.ensure_future(self._show(socket, terminal))
        try:
            await self._process_messages(socket, terminal)
        finally:
            shown.cancel()
            await asyncio.shield(terminal.stop())

    async def _show(self, socket: web.WebSocketResponse, terminal: ServedTerminal) -> None:
        with contextlib.suppress(ConnectionError):
            await terminal.show(socket.send_bytes)
            await socket.close()


@web.middleware
async def guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn away other names and other pages, which a browser would let in; tell the page what it may ask for."""
    name = request.host.rpartition(":")[0] or request.host
    if name not in HOSTS or request.headers.get("Origin", f"http://{request.host}") != f"http://{request.host}":
        raise web.HTTPForbidden(text="Open this page by http://localhost")
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = POLICY.format(host=request.host)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-cache"
    return response
