"""What is asked of the image: each question yields what is wrong with it. What is worth telling goes into SEEN."""

import json
import os
import pathlib
import re
import socket
import stat
import statistics
import subprocess
import tempfile
import time

from . import sandbox
from .sandbox import ROOT, USER

QUESTIONS, SEEN = [], []
VERSION = (sandbox.REPOSITORY / "Sources/keyward/Resources/version.txt").read_text().strip()
PROGRAM = "/usr/local/bin/keyward"
# The libraries that the program may ask the system for, and the package of Debian that each is from.
MATERIALS = json.loads((sandbox.REPOSITORY / "docs/sbom/keyward.cdx.json").read_text())
LIBRARIES = {library["value"]: part["name"]
             for part in MATERIALS["components"] for library in part.get("properties", [])}
BYTES = 130_000_000
FIRST_ANSWER = 0.050
# Memory of its own; and all that is resident, most of which are pages of files that the kernel can drop.
OWN, RESIDENT = 4_000_000, 15_000_000


def question(function):
    QUESTIONS.append(function)
    return function


def _said():
    return json.loads((sandbox.IMAGE / "config.json").read_text())


@question
def it_says_what_it_is():
    said = _said()["config"]
    expected = {"User": f"{USER}:{USER}", "Entrypoint": ["keyward"], "Cmd": ["serve"], "StopSignal": "SIGTERM",
                "ExposedPorts": {"8080/tcp": {}}, "Volumes": {"/var/lib/keyward": {}}}
    for name, value in expected.items():
        if said.get(name) != value:
            yield f"docker/Dockerfile: {name} is {said.get(name)}, not {value}"
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in said["Labels"].items()}
    for name in ("title", "description"):
        if not labels.get(name):
            yield f"docker/Dockerfile: there is no label {name}"
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=sandbox.REPOSITORY, check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()
    if labels.get("revision", "").removesuffix("-dirty") != head:
        yield f"the image is of the commit {labels.get('revision')}, and this is {head}: make image"
    if labels.get("version") != VERSION:
        yield f"the label version is {labels.get('version')}, version.txt says {VERSION}"
    if chance := {"container", "container_config"} & _said().keys() | {"Hostname"} & said.keys():
        yield f"the image says {' and '.join(sorted(chance))}, which differ by build"


@question
def its_stage_that_builds_has_the_sources_and_options_of_make_build():
    """The stage itself is not run: it takes an image with Swift, and minutes."""
    text = (sandbox.REPOSITORY / "docker/Dockerfile").read_text()
    copied = re.findall(r"^COPY (\S+) \1$", text, re.MULTILINE)
    seen = re.findall(r"^!(\S+)$", (sandbox.REPOSITORY / "docker/Dockerfile.dockerignore").read_text(), re.MULTILINE)
    described = subprocess.run(["swift", "package", "describe", "--type", "json"], cwd=sandbox.REPOSITORY, check=True,
                               stdout=subprocess.PIPE, text=True).stdout
    for target in json.loads(described)["targets"]:
        for where, folders in (("Dockerfile", copied), ("Dockerfile.dockerignore", seen)):
            if not any(f"{target['path']}/".startswith(f"{folder}/") for folder in folders):
                yield f"docker/{where}: {target['path']} is not copied, and Package.swift names it"
    planned = subprocess.run(["make", "--dry-run", "build"], cwd=sandbox.REPOSITORY, check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    wanted = re.search(r"^scripts/optimized .*", planned, re.MULTILINE)[0]
    if f"RUN {wanted} \\\n" not in text:
        yield f"docker/Dockerfile does not run `{wanted}`, as the Makefile does"
    yield from (f"docker/Dockerfile.dockerignore lacks {script}, which docker/Dockerfile copies"
                for script in re.findall(r"scripts/\S+\w", re.search(r"^COPY (scripts.*) ", text, re.MULTILINE)[1])
                if script not in seen)


@question
def it_is_small():
    size = sum(found.stat().st_size for found in sandbox.IMAGE.glob("keyward-*.tar"))
    SEEN.append(f"{size / 1e6:.0f} MB")
    if not 0 < size < BYTES:
        yield f"the image has {size} bytes; less than {BYTES} are allowed"


@question
def its_program_links_the_systems_libraries_alone():
    listed = sandbox.Sandbox({}).run("/usr/bin/ldd", PROGRAM).stdout
    names = {pathlib.PurePath(line.split()[0]).name for line in listed.splitlines()} - {"linux-vdso.so.1"}
    yield from (f"{PROGRAM} links {name}, which docs/sbom does not have" for name in names - LIBRARIES.keys())
    if "libssl.so.3" not in names or "not found" in listed:
        yield f"ldd does not find all that {PROGRAM} links:\n{listed}"
    installed = re.findall(r"^Package: (.*)$", (ROOT / "var/lib/dpkg/status").read_text(), re.MULTILINE)
    for package in {LIBRARIES[name] for name in names & LIBRARIES.keys()} - set(installed):
        yield f"the package {package} of Debian is not in the image"


@question
def its_program_is_stripped_and_names_no_folder_of_its_builder():
    content = (ROOT / PROGRAM[1:]).read_bytes()
    if b"\0.symtab\0" in content:
        yield f"{PROGRAM} is not stripped"
    if str(sandbox.REPOSITORY).encode() in content:
        yield f"{PROGRAM} names the folder that it was built in"


@question
def it_has_what_is_needed_and_nothing_of_the_machine():
    for path in ("usr/bin/ls", "usr/bin/cat", "etc/ssl/certs/ca-certificates.crt"):
        if not (ROOT / path).stat().st_size:
            yield f"/{path} is empty"
    for path in ("etc/hostname", "etc/resolv.conf"):
        if (ROOT / path).exists() and (ROOT / path).read_text():
            yield f"/{path} is of the machine that built the image"
    sources = (ROOT / "etc/apt/sources.list").read_text()
    if mirrors := set(re.findall(r"//([^/\s]+)", sources)) - {"deb.debian.org"}:
        yield f"/etc/apt/sources.list names {' and '.join(mirrors)}, a mirror of the machine that built the image"
    for folder in ("var/lib/apt/lists", "var/cache/apt", "var/log", "tmp", "root"):
        yield from (f"/{folder}/{name} was left by the build" for name in os.listdir(ROOT / folder)
                    if not name.startswith("."))
    for folder, _, names in os.walk(ROOT):
        for name in names:
            found = os.lstat(path := os.path.join(folder, name))
            if stat.S_ISREG(found.st_mode) and found.st_mode & (stat.S_ISUID | stat.S_ISGID):
                yield f"/{os.path.relpath(path, ROOT)} changes its user or group"
    if f"keyward:x:{USER}:{USER}::/nonexistent:/usr/sbin/nologin" not in (ROOT / "etc/passwd").read_text().splitlines():
        yield f"/etc/passwd has no user keyward with the number {USER} and without a shell"


@question
def it_has_the_licences_of_what_is_linked():
    written, copied = sandbox.REPOSITORY / "docs/licenses", ROOT / "usr/share/doc/keyward/licenses"
    for path in written.glob("*/*"):
        found = copied / path.relative_to(written)
        if not found.exists() or found.read_bytes() != path.read_bytes():
            yield f"/{found.relative_to(ROOT)} is not as docs/licenses has it"


@question
def it_runs_read_only_as_nobody_with_no_capability():
    container = sandbox.Sandbox({"KEYWARD_STORE": "memory:"})
    if (version := container.run("keyward", "--version").stdout.strip()) != VERSION:
        yield f"keyward --version says {version}, version.txt {VERSION}"
    for place in ("/", "/etc", "/usr/local/bin", "/tmp", "/var/lib/keyward"):
        if container.run("/usr/bin/touch", f"{place}/tried").returncode == 0:
            yield f"{place} can be written to"
    with container.serve() as server:
        seen = {field: server.kernel(field) for field in ("Uid", "Gid", "CapEff", "CapPrm", "CapBnd", "NoNewPrivs")}
        for field in ("Uid", "Gid"):
            if set(seen[field].split()) != {str(USER)}:
                yield f"{field} is {seen[field]}"
        yield from (f"{field} is {seen[field]}" for field in ("CapEff", "CapPrm", "CapBnd") if int(seen[field], 16))
        if seen["NoNewPrivs"] != "1":
            yield "a program that it began could gain rights"
        if server.kernel("NSpid").split()[-1] != "1":
            yield "it is not the first process of its container, as in a pod"
        if server.ask("GET", "/livez")[0] != 200:
            yield "/livez is not 200"


@question
def its_health_check_tells_alive_from_dead():
    kind, *command = _said()["config"].get("Healthcheck", {}).get("Test", ["NONE"])
    if kind != "CMD":
        yield f"docker/Dockerfile: the health check is of the kind {kind}, and not a command's words"
        return
    with tempfile.TemporaryDirectory() as pair:
        _tls_pair(pair)
        over_tls = {"KEYWARD_TLS_CERTIFICATE": "/run/tls/crt", "KEYWARD_TLS_PRIVATE_KEY": "/run/tls/key"}
        for more in ({}, over_tls, *([{"KEYWARD_HOST": "::1"}] if _has_ipv6() else [])):
            settings = {"KEYWARD_STORE": "memory:", "KEYWARD_OPS_PORT": "0", **more}
            with sandbox.Sandbox(settings, [(pair, "/run/tls")]).serve() as server:
                ops_port = json.loads(server.lines[-1])["ops_port"]
                asked = [({"KEYWARD_OPS_PORT": ops_port, "KEYWARD_PORT": 1}, "/livez", True),
                         ({"BOX_METRICS_PORT": ops_port, "BOX_WEB_PORT": 1}, "/livez", True),
                         ({"KEYWARD_PORT": server.port}, "/livez", True),
                         ({"BOX_WEB_PORT": server.port}, "/livez", True),
                         ({"KEYWARD_OPS_PORT": ops_port}, "/none", False),
                         ({"KEYWARD_PORT": 1}, "/livez", False)]
                for ports, path, is_alive in asked:
                    said = server.run("env", "--unset=KEYWARD_OPS_PORT", *(f"{name}={ports[name]}" for name in ports),
                                      *(word.replace("/livez", path) for word in command))
                    if (said.returncode == 0) != is_alive:
                        yield (f"docker/Dockerfile: of {path} with {more | ports} the health check says "
                               f"{said.returncode} {said.stderr}")


def _has_ipv6():
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def _tls_pair(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", "/CN=keyward", "-out", f"{folder}/crt", "-keyout", f"{folder}/key"],
                   check=True, capture_output=True)
    for path in (folder, f"{folder}/crt", f"{folder}/key"):
        os.chown(path, USER, USER)


@question
def it_starts_at_once():
    # Without /proc no program in Swift works: it reads its arguments there, and Dispatch counts its threads.
    subprocess.run(["mount", "-t", "proc", "proc", ROOT / "proc"], check=True)
    took = [_first_answer() for _ in range(15)]
    # At its best: the rest is what else this machine does.
    SEEN.append(f"first 200 after {min(took) * 1000:.0f} ms, median {statistics.median(took) * 1000:.0f}")
    if min(took) > FIRST_ANSWER:
        yield f"the first answer takes {min(took) * 1000:.0f} ms, more than {FIRST_ANSWER * 1000:.0f}"


def _enter():
    os.chroot(ROOT)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


def _first_answer():
    """Seconds from before the program's start, in the image's files, to its first 200."""
    began = time.monotonic()
    process = subprocess.Popen([PROGRAM, "serve", "--port", "0", "--store", "memory:"], env={}, cwd="/",
                               stderr=subprocess.PIPE, text=True, preexec_fn=_enter)
    try:
        line = next(line for line in process.stderr if '"listening"' in line)
        with socket.create_connection(("127.0.0.1", json.loads(line)["port"]), timeout=sandbox.LIMIT) as connection:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = connection.recv(4096)
        took = time.monotonic() - began
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        return took
    finally:
        process.terminate()
        process.communicate()


@question
def it_idles_in_little_memory():
    seen = [_idle() for _ in range(5)]
    # Where the program lies in memory differs by start, and with it which of its pages the kernel maps at once.
    resident, own = (statistics.median(which) for which in zip(*seen))
    SEEN.append(f"idle {resident / 1e6:.1f} MB resident, {own / 1e6:.1f} of them its own")
    if own > OWN or resident > RESIDENT:
        yield (f"idle it has {resident} bytes resident (at most {RESIDENT}), {own} of its own (at most {OWN}); "
               "`make startup-order` lists anew what belongs side by side")


def _idle():
    """Bytes resident, and those of its own, of a server that has answered once."""
    with sandbox.Sandbox({"KEYWARD_STORE": "memory:"}).serve() as server:
        server.ask("GET", "/livez")
        time.sleep(0.5)
        rolled = server.proc("smaps_rollup")
    return [int(re.search(rf"^{name}:\s+(\d+) kB", rolled, re.MULTILINE)[1]) * 1024 for name in ("Rss", "Anonymous")]
