"""Reads a store's folder as docs/store.md describes it, with nothing of keyward's own: prints the current version of every
resource, one a line, by type and id, as `keyward store dump` does. Any line that does not fit ends it with a message.

    python3 read_store.py FOLDER
"""

import json
import pathlib
import re
import sys
import zlib

SEAL = len('{"crc":"00000000",')


def lines(file, crc):
    """Each line's JSON and its text; the running checksum goes on from `crc`. A torn tail is no line, but for a whole
    one with zeros from its newline on."""
    *whole, tail = file.read_bytes().split(b"\n")
    for number, line in enumerate(whole + [tail.rstrip(b"\0")] * tail.endswith(b"\0"), 1):
        crc = zlib.crc32(line[SEAL:] + b"\n", crc)
        if line.startswith(b'{"crc":"%08x",' % crc):
            yield json.loads(line), line, crc
        elif number <= len(whole):
            sys.exit(f"{file}, line {number}: the checksum does not fit")


def changes(entry, line):
    """Each change of a commit with the bytes of its resource: they end the line, or `length` says how many they are."""
    start = 0
    for change in entry.get("changes", [entry]):
        body = None
        if change["action"] == "put":
            start = line.index(b'"resource":', start) + len(b'"resource":')
            body = line[start:start + change["length"]] if "length" in change else line[start:-1]
            start += len(body)
        yield (change["type"], change["id"]), body


def read(folder):
    names = [path.name for path in folder.iterdir()]
    base = max((name for name in names if re.fullmatch(r"base-\d{12,}\.ndjson", name)), default=None, key=number)
    segments = sorted((name for name in names if re.fullmatch(r"journal(-\d{12,})?\.ndjson", name)), key=number)
    current, crc, sequence = {}, 0, 0
    if base:
        *versions, (end, _, _) = lines(folder / base, 0)
        assert end["lines"] == len(versions) + 1 and end["commits"] == number(base), f"{base}: not whole"
        for entry, line, _ in versions[1:]:
            current.update(changes(entry, line))
        crc, sequence = int(end["chain"], 16), end["commits"]
    for name in segments:
        if number(name) < number(base or "journal.ndjson"):
            continue  # A compaction has taken it in.
        for entry, line, crc in lines(folder / name, crc):
            if "seq" not in entry:
                continue  # The header.
            sequence += 1
            assert entry["seq"] == sequence, f"{name}: commit {entry['seq']} stands where {sequence} belongs"
            current.update(changes(entry, line))
    return current


def number(name):
    return int(re.sub(r"\D", "", name) or 0)


for _, body in sorted(read(pathlib.Path(sys.argv[1])).items()):
    if body is not None:
        sys.stdout.buffer.write(body + b"\n")
