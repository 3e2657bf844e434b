"""A light stand-in for a single-user server: it answers, and costs next to nothing."""

import http.server
import os
from urllib.parse import urlsplit


class Answers(http.server.BaseHTTPRequestHandler):
    """What the hub asks of a server that has just started."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"version": "2.0"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


place = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
http.server.ThreadingHTTPServer(
    (place.hostname or "127.0.0.1", place.port or 0), Answers
).serve_forever()
