"""Sockets of the lab's servers that are written in Python.

A server takes its port itself and then writes it down, so that no one can come between. PORT 0 is any
free port, and "N?" is N if it is free, else any.
"""

import pathlib
import socket


def listen(wanted, backlog):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", int(wanted.rstrip("?"))))
    except OSError:
        if not wanted.endswith("?"):
            raise
        sock.bind(("127.0.0.1", 0))
    sock.listen(backlog)
    return sock


def say_port(file, sock):
    new = pathlib.Path(file + ".new")
    new.write_text(f"{sock.getsockname()[1]}\n")
    new.rename(file)
