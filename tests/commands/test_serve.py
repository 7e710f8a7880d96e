"""``edgetop serve``: the live screen in a real browser's tab, and who is kept out."""

import base64
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pyte
import pytest
from devtools import CHROMIUM, Browser

pytest.importorskip("textual_serve", reason="the extra serve is not installed")
WAIT_S = 15.0


@pytest.fixture
def served(tmp_path):
    """Starts ``edgetop serve`` with these words; its address and its process."""
    started = []

    def start(*words):
        command = [sys.executable, "-m", "edgetop", "serve", "--port", "0", "--", *words]
        variables = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables))
        return re.search(r"http://localhost:\d+", started[-1].stdout.readline())[0], started[-1]

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_S) == 0
        process.stdout.close()


@pytest.fixture
def browser(tmp_path):
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here")
    opened = Browser(tmp_path / "profile")
    yield opened
    opened.close()


def told(browser, event):
    """The parameters of all events of this name."""
    browser.evaluate("1")  # what has come meanwhile is read with the answer
    return [each["params"] for each in browser.events if each["method"] == event]


def shown(browser):
    """What the page was given to show: a terminal's screen, drawn from the frames of its line."""
    screen = pyte.Screen(400, 120)
    stream = pyte.ByteStream(screen)
    for each in told(browser, "Network.webSocketFrameReceived"):
        if each["response"]["opcode"] == 2:
            data = base64.b64decode(each["response"]["payloadData"])
            stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p", b"", data))
    return "\n".join(screen.display)


def wait_for(condition):
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def engines(server):
    """The processes below the server."""
    said = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.pid)], capture_output=True, text=True).stdout
    return said.split()


def test_a_tab_shows_the_live_screen_takes_keys_and_ends_it(served, browser):
    url, server = served("run", "tiny", "--on", "null", "--duration", "60")
    browser.open(url)
    wait_for(lambda: "Latency" in shown(browser) and "running" in shown(browser))

    browser.call("Input.dispatchKeyEvent", type="keyDown", key="?", text="?")
    wait_for(lambda: "Start the measurement" in shown(browser))

    asked = {each["request"]["url"] for each in told(browser, "Network.requestWillBeSent")}
    asked |= {each["url"] for each in told(browser, "Network.webSocketCreated")}
    hosts = {re.match(r"(?:http|ws)://([^/]*)/", one)[1] for one in asked if not one.startswith("data:")}
    assert hosts == {url.removeprefix("http://")}
    said = [each["entry"] for each in told(browser, "Log.entryAdded")]
    assert [each for each in said if each["level"] == "error"] == [] == told(browser, "Runtime.exceptionThrown")

    assert len(engines(server)) == 1
    browser.open("about:blank")
    wait_for(lambda: not engines(server))


def test_a_command_that_has_ended_says_so_in_the_page(served, browser):
    url, _ = served("list", "keys")
    browser.open(url)

    wait_for(lambda: browser.evaluate("getComputedStyle(document.getElementById('ended')).display") == "block")

    assert "edgetop list keys: ended" in browser.evaluate("document.body.innerText")


def test_the_policy_names_this_host_alone(served):
    url, _ = served("list", "keys")

    with urllib.request.urlopen(url) as page:
        policy = page.headers["Content-Security-Policy"]
        text = page.read().decode()

    assert "default-src 'none'" in policy
    assert re.findall(r"(?:https?|wss?)://[^\s;/\"]*", policy + text) == [url.replace("http", "ws")] * 2


@pytest.mark.parametrize("header", [("Host", "evil.example:80"), ("Origin", "http://evil.example")])
def test_other_names_and_other_pages_are_turned_away(served, header):
    url, server = served("list", "keys")
    line = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    line["Sec-WebSocket-Key"] = base64.b64encode(b"0" * 16).decode()

    for path, headers in (("/", {}), ("/ws", line)):
        asked = urllib.request.Request(url + path, headers={**headers, header[0]: header[1]})
        with pytest.raises(urllib.error.HTTPError, match="403") as refusal:
            urllib.request.urlopen(asked)
        refusal.value.close()
    assert not engines(server)


def test_it_serves_this_machine_alone(edgetop, refused):
    assert "ssh -L 8000:localhost:8000" in refused(edgetop("serve", "--host", "0.0.0.0"))


def test_what_cannot_be_is_refused(edgetop, refused, served):
    url, _ = served("list", "keys")
    port = url.rpartition(":")[2]
    assert "--port" in refused(edgetop("serve", "--port", port))
    refused(edgetop("serve", "--port", "70000"))
    refused(edgetop("serve", "--", "rnu", "tiny"))
