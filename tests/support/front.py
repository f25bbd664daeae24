# SPDX-License-Identifier: Apache-2.0
"""A front of a simulated tenant, whose own clock, which dates the answers, can be set."""
import threading
import time
import urllib.error
import urllib.request
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Front:
    """Passes each GET on and its answer back, dated `offset` seconds from now."""

    def __init__(self, simulator):
        self.offset = 0
        self.token_file = simulator.token_file
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in one piece: in two it waits for the client's delayed ACK

            def do_GET(self):
                headers = {name: value for name, value in self.headers.items()
                           if name.lower() not in ("host", "connection", "accept-encoding")}
                request = urllib.request.Request(simulator.url + self.path, headers=headers)
                try:
                    answer = urllib.request.urlopen(request, timeout=10)
                except urllib.error.HTTPError as error:
                    answer = error
                with answer:
                    body = answer.read()
                    self.send_response_only(answer.status)
                    self.send_header("Date", formatdate(time.time() + front.offset, usegmt=True))
                    self.send_header("Content-Type", answer.headers["Content-Type"])
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
