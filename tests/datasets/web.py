"""The web in small: a server of this machine that answers for every host, so that the real fetching code runs."""

import http.client
import socket
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from actloss_cli.datasets import load


class _ToThisMachine(urllib.request.HTTPHandler):
    """Sends each request, whatever its host, to a port of this machine, as the path `/host/path`."""

    handler_order = 1

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port
        self.responses: list[http.client.HTTPResponse] = []

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        asked = urlsplit(request.full_url)
        local = urllib.request.Request(f"http://127.0.0.1:{self.port}/{asked.netloc}{asked.path}")
        local.timeout = request.timeout
        response = self.do_open(http.client.HTTPConnection, local)
        response.url = request.full_url
        # Libraries drop refused answers unread and open.
        self.responses.append(response)
        return response

    https_open = http_open


class Web:
    """What the server knows, `host/path` to content or to a status other than 404, and what it was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.refusals: dict[str, int] = {}
        self.asked: list[str] = []

    def handler(self) -> type[BaseHTTPRequestHandler]:
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path[1:])
                content = web.pages.get(self.path[1:])
                self.send_response(200 if content is not None else web.refusals.get(self.path[1:], 404))
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, the one in use; what tests loaded into this process is forgotten."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("ACTLOSS_CACHE", str(folder))
    load.cache_clear()
    yield folder
    load.cache_clear()


@pytest.fixture
def web(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """A web that has no page yet."""
    web = Web()
    with ThreadingHTTPServer(("127.0.0.1", 0), web.handler()) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        connection = _connect(monkeypatch, server.server_port)
        yield web
        for response in connection.responses:
            response.close()
        server.shutdown()
        thread.join()


@pytest.fixture
def offline(cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every connection is refused."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    _connect(monkeypatch, port)


def _connect(monkeypatch: pytest.MonkeyPatch, port: int) -> _ToThisMachine:
    connection = _ToThisMachine(port)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), connection)
    monkeypatch.setattr(urllib.request, "_opener", opener)
    # Libraries pause before they try again.
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    return connection
