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
    """Each line's JSON and its text; the running checksum goes on from `crc`. A torn tail is no line."""
    for number, line in enumerate(file.read_bytes().split(b"\n")[:-1], 1):
        crc = zlib.crc32(line[SEAL:] + b"\n", crc)
        if not line.startswith(b'{"crc":"%08x",' % crc):
            sys.exit(f"{file}, line {number}: the checksum does not fit")
        yield json.loads(line), line, crc


def body(line, change):
    """The bytes of a resource: they end the line, or `length` says how many they are."""
    if "length" not in change:
        return line[line.index(b'"resource":') + len(b'"resource":'):-1]
    start = line.index(b'"id":"%s","version":%d,' % (change["id"].encode(), change["version"]))
    start = line.index(b'"resource":', start) + len(b'"resource":')
    return line[start:start + change["length"]]


def read(folder):
    names = [path.name for path in folder.iterdir()]
    base = max((name for name in names if re.fullmatch(r"base-\d{12,}\.ndjson", name)), default=None, key=number)
    segments = sorted((name for name in names if re.fullmatch(r"journal(-\d{12,})?\.ndjson", name)), key=number)
    current, crc, sequence = {}, 0, 0
    if base:
        *versions, (end, _, _) = lines(folder / base, 0)
        assert end["lines"] == len(versions) + 1 and end["commits"] == number(base), f"{base}: not whole"
        for entry, line, _ in versions[1:]:
            current[entry["type"], entry["id"]] = entry, line
        crc, sequence = int(end["chain"], 16), end["commits"]
    for name in segments:
        if number(name) < number(base or "journal.ndjson"):
            continue  # A compaction has taken it in.
        for entry, line, crc in lines(folder / name, crc):
            if "seq" not in entry:
                continue  # The header.
            sequence += 1
            assert entry["seq"] == sequence, f"{name}: commit {entry['seq']} stands where {sequence} belongs"
            for change in entry.get("changes", [entry]):
                current[change["type"], change["id"]] = change, line
    return current


def number(name):
    return int(re.sub(r"\D", "", name) or 0)


for _, (change, line) in sorted(read(pathlib.Path(sys.argv[1])).items()):
    if change["action"] == "put":
        sys.stdout.buffer.write(body(line, change) + b"\n")
