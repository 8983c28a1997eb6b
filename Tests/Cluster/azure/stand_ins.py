"""Answers the stand-ins on PATH, and keeps a record of each call."""

import dataclasses
import os
import re
import socketserver
import threading
from pathlib import Path


@dataclasses.dataclass
class Call:
    tool: str
    arguments: list
    process: int

    def __post_init__(self):
        # It waits for its answer, so the kernel can be asked for the rest.
        process = Path(f"/proc/{self.process}")
        self.environment = (process / "environ").read_text()
        self.mask = int(re.search(r"^Umask:\s*(\d+)", (process / "status").read_text(), re.M)[1], 8)

    @property
    def words(self):
        return [self.tool, *self.arguments]

    def write(self, path, content, new=False):
        """Writes a file as the tool would: with its umask, and where it says so, not over another one."""
        flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if new else os.O_TRUNC)
        with open(os.open(path, flags, 0o666 & ~self.mask), "w") as file:
            file.write(content)


@dataclasses.dataclass
class Answer:
    output: str = ""
    errors: str = ""
    status: int = 0
    stays: bool = False


class Refused(Exception):
    """What the real tool would refuse, in its words; it ends with this status."""

    def __init__(self, message, status=1):
        super().__init__(message)
        self.status = status


class StandIns(socketserver.ThreadingTCPServer):
    """One server for many worlds. A world has `answer(call)`, a record `calls`, and may `fail_at` a call: then this one
    fails, and each later one that says the same; with `too_late`, after it has done its work."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.worlds = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        name, tool, process, count = (self.field() for _ in range(4))
        call = Call(tool, [self.field() for _ in range(int(count))], int(process))
        answer = answer_of(self.server.worlds[name], call)
        fields = [str(answer.status), answer.output, answer.errors, "yes" if answer.stays else "no"]
        self.wfile.write(b"".join(field.encode() + b"\0" for field in fields))

    def field(self):
        content = bytearray()
        while (byte := self.rfile.read(1)) not in (b"\0", b""):
            content += byte
        return content.decode()


def answer_of(world, call):
    world.calls.append(call)
    if len(world.calls) == world.fail_at:
        world.failing = call.words
    fault = Answer(errors="a fault that was put in\n", status=7)
    if call.words == world.failing and not world.too_late:
        return fault
    try:
        answer = world.answer(call)
        return fault if call.words == world.failing else answer
    except Refused as refused:
        return Answer(errors=f"ERROR: {refused}\n", status=refused.status)
    except Exception as error:  # A fault of the check itself must not look like one of the script.
        world.faults.append(f"{' '.join(call.words)}: {type(error).__name__}: {error}")
        return Answer(errors=f"the stand-in broke: {error}\n", status=99)
