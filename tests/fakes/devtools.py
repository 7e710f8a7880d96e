"""A headless Chromium at the other end of two pipes, driven by the DevTools protocol; no port, no websocket."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    *("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage"),
)
TIMEOUT_S = 60.0
AS_3_AND_4 = """
import fcntl, os, sys
down, up = (fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3])
os.dup2(down, 3)
os.dup2(up, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium looks for its pipes there, and nowhere else."""


class Browser:
    """One page of one browser."""

    def __init__(self, profile):
        down, self._down = os.pipe()
        self._up, up = os.pipe()

        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        command = [CHROMIUM, *FLAGS, *sandbox, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", AS_3_AND_4, str(down), str(up), *command],
            pass_fds=(down, up),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(down)
        os.close(up)
        self._waiting = b""
        self._number = 0
        self._session = None
        self.events = []
        try:
            self._attach()
        except BaseException:
            self.close()
            raise

    def _attach(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        """The result of a method; what else the browser tells meanwhile is added to ``events``."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._down, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, f"{method}: {told['error']}"
                return told["result"]

    def _next(self):
        end = time.monotonic() + TIMEOUT_S
        while b"\0" not in self._waiting:
            ready, _, _ = select.select([self._up], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser says nothing"
            data = os.read(self._up, 1 << 20)
            assert data, "the browser has ended"
            self._waiting += data
        text, _, self._waiting = self._waiting.partition(b"\0")
        told = json.loads(text)
        if "method" in told:
            self.events.append(told)
        return told

    def open(self, url):
        """Go to a page and wait until it is loaded; what was told before is forgotten."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self._next()

    def evaluate(self, expression):
        """The value of a piece of script in the page."""
        told = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def mouse(self, kind, x, y, clicks=1):
        """Move, press or release the mouse: ``mouseMoved``, ``mousePressed``, ``mouseReleased``."""
        held = {
            "button": "none" if kind == "mouseMoved" else "left",
            "clickCount": 0 if kind == "mouseMoved" else clicks,
        }
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **held)

    def picture(self, path, **emulated):
        """A screenshot of the whole page."""
        if emulated:
            self.call("Emulation.setEmulatedMedia", **emulated)
        told = self.call("Page.captureScreenshot", captureBeyondViewport=True, fromSurface=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(told["data"]))

    def close(self):
        """End the browser."""
        try:
            self._session = None
            self.call("Browser.close")
        except (AssertionError, OSError):
            self._process.kill()
        self._process.wait(TIMEOUT_S)
        os.close(self._down)
        os.close(self._up)
