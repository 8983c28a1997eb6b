"""Counts what requests cost a keyward that runs under callgrind."""

import subprocess
import time

import callgrind
import servers
from client import Client
from servers import Fault


def keyward(folder, tls=False, **more):
    """A server under callgrind. taskset becomes valgrind, which keeps its process id."""
    prefix = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.out", "--vgdb-poll=1000",
              "--vgdb-prefix=" + str(folder / "vgdb")]
    # Hash seeds that differ from run to run would make tables, and with them the counts, differ.
    environment = {"SWIFT_DETERMINISTIC_HASHING": "1"}
    return servers.keyward(folder, tls=tls, cores="0,1", prefix=prefix, environment=environment, **more)


def dump(folder, server):
    """Has callgrind write its counts and begin at zero; the text it wrote."""
    before = set(folder.glob("callgrind.out.*"))
    said = subprocess.run(
        ["vgdb", f"--pid={server.process.pid}", "--vgdb-prefix=" + str(folder / "vgdb"), "dump"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if said.returncode != 0:
        raise Fault(f"callgrind does not answer: {said.stdout}{said.stderr}")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for file in set(folder.glob("callgrind.out.*")) - before:
            text = file.read_text()
            if "\ntotals:" in text:
                return text
        time.sleep(0.02)
    raise Fault("callgrind wrote no counts")


def count(folder, server, asked, requests, status=200, together=1):
    """The profile of `requests` requests in the steady state, so many sent at once."""
    client = Client(server, asked, status)
    for _ in range(0, requests, together):
        client.ask(together)
    time.sleep(0.1)  # The loop goes back to its wait.
    dump(folder, server)
    for _ in range(0, requests, together):
        client.ask(together)
    time.sleep(0.1)
    profile = callgrind.Profile(dump(folder, server))
    client.close()
    return profile
