"""What is asked of a release: each question yields what is wrong with it."""

import functools
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import tarfile
import tempfile

from . import sandbox
from .sandbox import REPOSITORY

QUESTIONS, SEEN = [], []
VERSION = (REPOSITORY / "Sources/keyward/Resources/version.txt").read_text().strip()
MATERIALS = REPOSITORY / "docs/sbom/keyward.cdx.json"


def question(function):
    QUESTIONS.append(function)
    return function


def pack(folder, umask, **surroundings):
    done = subprocess.run([REPOSITORY / "scripts/release", folder], env={**os.environ, **surroundings}, umask=umask,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"scripts/release ended with {done.returncode}: {done.stderr}"
    return next(pathlib.Path(folder).glob("*.tar.gz"))


@functools.cache
def release():
    """A packed release, its archive's bytes and members."""
    if not (REPOSITORY / ".build/release/keyward").exists():
        sandbox.skip("there is no release binary: make build")
    with tempfile.TemporaryDirectory() as folder:
        archive = pack(folder, 0o022)
        content = archive.read_bytes()
        if hashlib.sha256(content).hexdigest() != pathlib.Path(f"{archive}.sha256").read_text().split()[0]:
            raise AssertionError(f"{archive.name}.sha256 is not that of the archive")
        with tarfile.open(archive) as packed:
            return archive.name, content, {member.name.partition("/")[2]: (member, packed.extractfile(member).read())
                                           for member in packed if member.isfile()}


@question
def it_has_the_same_bytes_twice():
    name, content, _ = release()
    with tempfile.TemporaryDirectory() as folder:
        again = pack(folder, 0o077, TZ="Pacific/Auckland", LC_ALL="C.UTF-8", TMPDIR=folder)
        if (again.name, again.read_bytes()) != (name, content):
            yield "scripts/release: a second run packs other bytes"
        else:
            SEEN.append(f"{name}: {len(content) / 1e6:.1f} MB, the same bytes twice")


@question
def it_is_complete():
    name, _, members = release()
    if not name.startswith(f"keyward-{VERSION}-linux-"):
        yield f"{name}: version.txt says {VERSION}"
    for path in ("README.md", "CHANGELOG.md", "Config/server.env", "docker/Dockerfile", "k8s/azure/up.sh",
                 "docs/sbom/keyward.cdx.json", *(f"k8s/overlays/{each.name}/kustomization.yaml"
                                                 for each in (REPOSITORY / "k8s/overlays").iterdir())):
        if path not in members:
            yield f"{name}: there is no {path}"
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "keyward"
        program.write_bytes(members["keyward"][1])
        program.chmod(members["keyward"][0].mode)
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout.strip()
    if said != VERSION:
        yield f"{name}: its program says it is {said}"
    for path, (member, _) in members.items():
        if member.uid or member.gid or member.uname or member.mode & 0o022:
            yield f"{name}: {path} is of {member.uid}:{member.gid}, mode {member.mode:o}"


@question
def its_readme_leads_to_a_200_in_its_folder():
    """The block of its chapter in place of `make run`, then the requests of the tutorial; all from what is unpacked."""
    with tempfile.TemporaryDirectory() as above:
        with tarfile.open(fileobj=io.BytesIO(release()[1])) as packed:
            packed.extractall(above, filter="data")
        folder = next(pathlib.Path(above).iterdir())
        chapter = re.search(r"^## A release$.*?```sh\n(.*?)```.*?`(printf .*?)`", (folder / "README.md").read_text(),
                            re.MULTILINE | re.DOTALL)
        if not chapter:
            yield "README.md has no chapter on a release, with a block of commands and one that rotates"
            return
        begin, rotate = chapter.groups()
        server = subprocess.Popen(["bash", "-ec", begin.replace("./keyward", "exec ./keyward")], cwd=folder, text=True,
                                  env={"PATH": os.environ["PATH"], "KEYWARD_PORT": "0"}, stderr=subprocess.PIPE)
        try:
            base = f"http://127.0.0.1:{json.loads(next(line for line in server.stderr if 'listening' in line))['port']}"
            put = ["-X", "PUT", f"{base}/fhir/Client/basic", "-H", "Content-Type: application/fhir+json"]
            seen = [_status(*put, "-d", f"@{folder}/docker/tutorial/client.json"),
                    _status("-u", "basic:super-secret-value", f"{base}/fhir/Patient")]
            subprocess.run(["bash", "-ec", rotate], cwd=folder, check=True)
            seen += [_status("-u", f"basic:{value}-secret-value", f"{base}/fhir/Patient")
                     for value in ("super", "new")]
        finally:
            server.terminate()
            server.communicate()
    if seen != ["201", "200", "401", "200"]:
        yield f"README.md, A release: the requests of the tutorial are answered {seen}"


def _status(*arguments):
    return subprocess.run(["curl", "--silent", "--max-time", "20", "--output", os.devnull, "--write-out", "%{http_code}",
                           *arguments], capture_output=True, text=True).stdout


@question
def it_has_the_licences_of_what_is_linked():
    """Of each part its own, and all that its package's checkout has, to the byte."""
    name, _, members = release()
    linked = {part["name"] for part in json.loads(MATERIALS.read_text())["components"]
              if part["purl"].startswith("pkg:github/")}
    there = [path.split("/")[2] for path in members if path.startswith("docs/licenses/")]
    yield from (f"docs/licenses has no folder {part}, which docs/sbom says is linked" for part in linked - set(there))
    yield from (f"docs/licenses has a folder {part}, which docs/sbom does not know" for part in set(there) - linked)
    texts = [path for path in (REPOSITORY / ".build/checkouts").glob("*/*")
             if path.name.startswith(("LICENSE", "NOTICE"))]
    if not texts:
        yield "there is no .build/checkouts, which has the licences of the packages: swift package resolve"
    for path in texts:
        packed = f"docs/licenses/{path.parent.name}/{path.name}"
        if members.get(packed, (None, b""))[1] != path.read_bytes():
            yield f"{name}: {packed} is not as {path.relative_to(REPOSITORY)}: copy it"


@question
def its_materials_are_those_of_the_package_graph():
    made = subprocess.run([REPOSITORY / "scripts/sbom"], capture_output=True, text=True, timeout=300)
    if made.returncode != 0:
        yield f"scripts/sbom: {made.stderr}"
    elif made.stdout != MATERIALS.read_text():
        yield "docs/sbom/keyward.cdx.json is not of this package graph: scripts/sbom >docs/sbom/keyward.cdx.json"
    parts = json.loads(MATERIALS.read_text())["components"]
    SEEN.append(f"{len(parts)} parts in docs/sbom")
    manifest = (REPOSITORY / "Package.swift").read_text()
    declared = dict(re.findall(r'\.package\(url: "https://github.com/(\S+?)(?:\.git)?", (\w+)', manifest))
    named = {part["purl"].removeprefix("pkg:github/").partition("@")[0] for part in parts}
    yield from (f"docs/sbom does not name {each} of Package.swift" for each in declared if each not in named)
    yield from (f"Package.swift: {each} is of another version tomorrow, which docs/sbom does not name: say exact"
                for each, kind in declared.items() if kind != "exact")
    if not declared:
        yield "no dependency is found in Package.swift"
    text = MATERIALS.read_text()
    yield from (f"docs/sbom names {each}" for each in re.findall(r'https?://[^"]*|"/[^"]*"', text))
