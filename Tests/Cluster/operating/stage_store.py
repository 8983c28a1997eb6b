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


def write_journal(pod, resources):
    """A store that is written by hand, checksums and all: a version of each resource, by type and id."""
    time, crc, text = "2026-11-29T12:00:00.000Z", 0, bytearray()
    lines = ['"format":"keyward-journal","version":1}\n']
    for number, (type, id, members) in enumerate(resources, 1):
        meta = f'"meta":{{"versionId":"1","lastUpdated":"{time}"}}'
        lines.append(
            f'"seq":{number},"type":"{type}","id":"{id}","version":1,"time":"{time}","action":"put",'
            f'"resource":{{"resourceType":"{type}","id":"{id}",{meta},{members}}}}}\n')
    for line in lines:
        crc = zlib.crc32(line.encode(), crc)
        text += f'{{"crc":"{crc:08x}",{line}'.encode()
    path = pod.outside(journal(pod))
    path.parent.mkdir(mode=0o700)
    path.write_bytes(text)
    for each in path.parent, path:
        pod.own(each)


@staging
def literal_secret(pod):
    write_journal(pod, [("Client", "basic", '"secret":"a literal"')])
    pod.start(client=None)


def on_disk_of(pod, size):
    """The store on a file system of its own."""
    owner = ",uid=10001,gid=10001" if os.geteuid() == 0 else ""
    pod.mount("-t", "tmpfs", "-o", f"size={size},mode=0770{owner}", "keyward", pod.claim)


@staging
def compaction_fails(pod):
    # 64 MB are just short of the 64 MiB at which a compaction begins, and more than half of what there is.
    on_disk_of(pod, "100m")
    write_journal(pod, (("Patient", f"p{number}", f'"language":"{"x" * 2_000_000}"') for number in range(32)))
    pod.start()
    assert pod.put_patient("last", 2_000_000) == pod.put_patient("more", 2_000_000) == 201


@staging
def store_full(pod):
    on_disk_of(pod, "1m")
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
                   "inject=fdatasync:delay_exit=650000"]
    pod.start()
    assert pod.put_patient() == 201


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
