"""The store and its disk, and the audit log's."""

import os
import subprocess
import zlib
from pathlib import Path

from .pod import CLIENT, LIMIT, NotHere, eventually
from .staging import staging


def journal(pod):
    return Path(pod.environment["KEYWARD_STORE"], "journal.ndjson")


@staging
def store_damaged(pod):
    pod.start()
    assert pod.put_patient("a") == pod.put_patient("b") == 201
    pod.end()
    content = bytearray(journal(pod).read_bytes())
    content[len(content) // 2] ^= 1
    journal(pod).write_bytes(content)
    pod.refuse()


@staging
def torn_tail(pod):
    pod.start()
    pod.end()
    with journal(pod).open("ab") as file:
        file.write(b'{"crc":"4711')
    pod.start()


@staging
def literal_secret(pod):
    """A store that somebody wrote by hand, checksums and all."""
    header = '"format":"keyward-journal","version":1}\n'
    commit = (
        '"seq":1,"type":"Client","id":"basic","version":1,"time":"2026-11-29T12:00:00.000Z","action":"put","resource":'
        '{"resourceType":"Client","id":"basic","meta":{"versionId":"1","lastUpdated":"2026-11-29T12:00:00.000Z"},'
        '"secret":"a literal"}}\n')
    crc, text = 0, ""
    for line in header, commit:
        crc = zlib.crc32(line.encode(), crc)
        text += f'{{"crc":"{crc:08x}",{line}'
    journal(pod).parent.mkdir(mode=0o700)
    journal(pod).write_text(text)
    for path in journal(pod).parent, journal(pod):
        pod.own(path)
    pod.start(client=None)


@staging
def store_full(pod):
    owner = ",uid=10001,gid=10001" if os.geteuid() == 0 else ""
    pod.mount("-t", "tmpfs", "-o", f"size=1m,mode=0770{owner}", "keyward", pod.claim)
    pod.start()
    statuses = [pod.put_patient(f"p{number}", 200_000) for number in range(8)]
    assert 507 in statuses, f"no write is refused: {statuses}"
    # What is left goes to somebody else.
    subprocess.run([*pod.prefix, "sh", "-c", f"cat /dev/zero >{pod.claim}/filler"], stderr=subprocess.DEVNULL)
    assert pod.put_patient("last", 10_000) == 507
    assert pod.login() == 200, "reads do not go on"


@staging
def disk_error(pod):
    if os.geteuid() != 0:
        raise NotHere("it takes root, to have a call of a running process fail")
    pod.start()
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(pod.server.pid), "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
         "inject=fdatasync:error=EIO"], stderr=subprocess.PIPE, text=True)
    try:
        said = tracer.stderr.readline()
        if "attached" not in said:
            raise NotHere(f"strace cannot attach: {said.strip()}")
        eventually(lambda: pod.put_patient() == 503, "a write does not fail though its sync does")
    finally:
        tracer.terminate()
        tracer.communicate(timeout=LIMIT)
    assert pod.put_patient() == 503, "writes go on after a failed sync"
    assert pod.login() == 200, "reads do not go on"


@staging
def slow_disk(pod):
    pod.tracing = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
                   "inject=fdatasync:delay_exit=450000"]
    pod.start()


@staging
def store_moved(pod):
    pod.start()
    store = journal(pod).parent
    store.rename(store.with_name("elsewhere"))
    assert pod.put_patient() == 503
    assert pod.login() == 200, "reads do not go on"


@staging
def store_forgotten(pod):
    pod.start()
    assert pod.login() == 200
    pod.end()
    pod.environment["KEYWARD_STORE"] += "-of-another-claim"
    pod.start(client=None)
    assert pod.login() == 401


@staging
def audit_log_unwritable(pod):
    # A file that is always full.
    pod.environment["KEYWARD_AUDIT_LOG"] = "/dev/full"
    pod.start(client=None)
    assert pod.put("/fhir/Client/basic", CLIENT) == 503
    assert pod.ask("/readyz", "ops")[0] == 200
