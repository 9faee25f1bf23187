"""A clamd for tests: takes INSTREAM as the daemon does and knows one virus, the test file of EICAR."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

# In two parts, so that no scanner of this machine takes the source for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd(path: Path | None, says: bytes | None = None) -> Iterator[str]:
    """Its address: a socket at `path`, or a port of this machine. With `says` that is its answer to everything."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            assert self.rfile.read(10) == b"zINSTREAM\0"
            content = b""
            while length := struct.unpack(">I", self.rfile.read(4))[0]:
                content += self.rfile.read(length)
            found = b"stream: Win.Test.Eicar_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"
            self.wfile.write(found if says is None else says)

    class UnixServer(socketserver.ThreadingTCPServer):
        address_family = socket.AF_UNIX

    server = (
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) if path is None else UnixServer(str(path), Handler)  # type: ignore[arg-type]
    )
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"unix:{path}" if path is not None else f"tcp://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
