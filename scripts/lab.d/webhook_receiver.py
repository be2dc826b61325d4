"""A receiver of webhooks on loopback, which believes nobody without a signature.

    webhook_receiver.py DIR PORT SECRET_FILE

It checks signatures by the words of Standard Webhooks 1.0.0, with the standard library alone, and their time unless
there is a file DIR/any-time. DIR/port gets the port.
DIR/mode says how it behaves, and is read at every request:

    up        204
    fail      500
    busy      429, and to come back in a second
    gone      410
    drop      the connection ends without an answer
    lost      the letter is taken, and the connection ends before the answer
    slow      the letter is taken, and the answer comes after three seconds

Each letter that was taken is a line in DIR/taken: its webhook-id, its type, and how it was answered. What is not signed as
it should be is a line in DIR/wrong, and gets 401.
"""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import socket
import sys
import threading
import time

from listening import listen, say_port

folder, port, secret_file = sys.argv[1:]
DIR = pathlib.Path(folder)
KEY = base64.b64decode(pathlib.Path(secret_file).read_text().strip().removeprefix("whsec_"))
LOCK = threading.Lock()


def mode():
    try:
        return (DIR / "mode").read_text().strip()
    except OSError:
        return "up"


def note(file, line):
    with LOCK, open(DIR / file, "a") as lines:
        lines.write(line + "\n")


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self):
        self.answer(405)

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        signed = f"{name}.{at}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        is_old = abs(time.time() - int(at)) > 300 and not (DIR / "any-time").exists()
        if not hmac.compare_digest(wanted, self.headers["webhook-signature"]) or is_old:
            note("wrong", f"{name} {self.headers['webhook-signature']}")
            return self.answer(401)
        how = mode()
        refusals = {"fail": (500, {}), "busy": (429, {"Retry_After": "1"}), "gone": (410, {})}
        if how in refusals:
            status, headers = refusals[how]
            return self.answer(status, **headers)
        if how == "drop":
            return self.hang_up()
        letter = json.loads(body)
        note("taken", f"{name} {letter['type']} {'lost' if how == 'lost' else 'answered'}")
        if how == "lost":
            return self.hang_up()
        if how == "slow":
            time.sleep(3)
        self.answer(204)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


sock = listen(port, 128)
server = Server(sock.getsockname(), Receiver, bind_and_activate=False)
server.socket.close()
server.socket = sock
say_port(str(DIR / "port"), sock)
server.serve_forever()
