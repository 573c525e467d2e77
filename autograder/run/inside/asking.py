"""What `python` is in a workflow: asks the warm process behind a socket to be it, and ends as that one ends.

Run by path, by a bare interpreter (`-I -S`), because this is what each step of a workflow waits for.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys

DOOR = "porta"


def main(folder: str, name: str, *arguments: str) -> int:
    request = {"name": name, "arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
    text = json.dumps(request).encode("utf-8", "surrogateescape")
    os.chdir(folder)  # the whole path may be longer than an address can be
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(DOOR)
        socket.send_fds(door, [struct.pack("!I", len(text))], [0, 1, 2])
        door.sendall(text)
        answer = door.recv(1)
    return answer[0] if answer else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
