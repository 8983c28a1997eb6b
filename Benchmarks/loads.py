"""What is sent to a server in one round, and what it cost the server: wrk's requests, or TLS handshakes.

Each load answers the same members: what was done a second, latencies, and the server's CPU time for one of it.
"""

import contextlib
import os
import re
import resource
import subprocess
import time

from servers import CIPHER, HERE, TARGET, Fault, authorization

MILLISECONDS = {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}
GROUP = "X25519"


@contextlib.contextmanager
def watching(server, seen):
    """Adds to `seen` what the server and the load generator used of the CPU meanwhile, in seconds."""
    mine = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    before, mine_before, began = server.cpu(), mine(), time.monotonic()
    yield
    seen["elapsed"] = time.monotonic() - began
    if server.process.poll() is not None:
        raise Fault(f"{server.name} ended under load with exit code {server.process.returncode}:\n{server.tail()}")
    after = server.cpu()
    seen["user"], seen["kernel"] = after[0] - before[0], after[1] - before[1]
    seen["client"] = mine() - mine_before


def cost(seen, done, elapsed, p50, p99):
    return {
        "rate": done / elapsed, "p50": p50, "p99": p99,
        "user": seen["user"] / done * 1e6, "kernel": seen["kernel"] / done * 1e6,
        "busy": 100 * seen["client"] / seen["elapsed"]}


def wrk(server, seconds, connections=64, threads=1, cores="1", target=TARGET, script=None, arguments=()):
    """One round of wrk; every answer must be 2xx."""
    words = ["taskset", "-c", cores, "wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency",
             "-H", f"Authorization: {authorization()}"]
    if script:
        words += ["-s", HERE / script]
    seen = {}
    with watching(server, seen):
        outcome = subprocess.run(
            [*words, f"{server.url}{target}", "--", *arguments], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=seconds + 30, env={**os.environ, **pinned(server)})
    text = outcome.stdout + outcome.stderr
    done = re.search(r"(\d+) requests in ([\d.]+)(s|m)", text)
    if outcome.returncode != 0 or not done or int(done[1]) == 0:
        raise Fault(f"wrk measured nothing of {server.name}:\n{text}")
    for refused in (r"Non-2xx or 3xx responses: \d+", r"Socket errors: .*"):
        if found := re.search(refused, text):
            raise Fault(f"{server.name} did not answer every request with success. wrk says: {found[0]}")
    elapsed = float(done[2]) * (60 if done[3] == "m" else 1)
    middle, worst = latency(text, "50%"), latency(text, "99%")
    # wrk has been seen to print nonsense where almost no batch of pipelined answers came to its end.
    return cost(seen, int(done[1]), elapsed, middle, worst if worst >= middle else None)


def latency(text, percentile):
    """wrk's latency at a percentile, in milliseconds."""
    found = re.search(re.escape(percentile) + r"\s+([\d.]+)(us|ms|s|m)\b", text)
    if not found:
        raise Fault(f"wrk printed no latency at {percentile}:\n{text}")
    return float(found[1]) * MILLISECONDS[found[2]]


def handshakes(server, seconds, clients=4):
    """Full TLS 1.3 handshakes, none resumed; each carries one request, whose denial ends it (openssl s_time)."""
    words = ["taskset", "-c", "1", "openssl", "s_time", "-connect", f"127.0.0.1:{server.port}", "-new", "-tls1_3",
             "-ciphersuites", CIPHER, "-time", str(seconds), "-www", TARGET]
    seen = {}
    with watching(server, seen):
        running = [subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                    text=True, env={**os.environ, **pinned(server)}) for _ in range(clients)]
        try:
            said = [process.communicate(timeout=seconds + 30)[0] for process in running]
        finally:
            for process in running:
                if process.poll() is None:
                    process.kill()
                    process.wait()
    done = [re.search(r"(\d+) connections in \d+ real seconds, (\d+) bytes read per connection", text) for text in said]
    if not all(found and int(found[1]) and int(found[2]) for found in done):
        raise Fault(f"openssl s_time measured nothing of {server.name}:\n{said[0][-800:]}")
    return cost(seen, sum(int(found[1]) for found in done), seen["elapsed"], None, None)


# MARK: TLS


def pinned(server):
    """An environment in which OpenSSL, as wrk and s_time use it, offers one version, one cipher and one group."""
    if not server.tls:
        return {}
    file = server.log.parent / "openssl.cnf"
    file.write_text(
        "openssl_conf = pinned\n[pinned]\nssl_conf = ssl\n[ssl]\nsystem_default = only\n[only]\n"
        f"MinProtocol = TLSv1.3\nMaxProtocol = TLSv1.3\nCiphersuites = {CIPHER}\nGroups = {GROUP}\n")
    return {"OPENSSL_CONF": str(file)}


def prove_tls(server):
    """What the pinned client and the server agree on must be what the table says."""
    said = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-brief"], input="", capture_output=True,
        text=True, timeout=20, env={**os.environ, **pinned(server)})
    text = said.stdout + said.stderr
    for wanted in ("TLSv1.3", CIPHER, GROUP):
        if wanted not in text:
            raise Fault(f"{server.name} does not speak {wanted} with the pinned client:\n{text}")
