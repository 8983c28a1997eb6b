"""The servers that are measured: what each is started with, and proof that each does the same work.

Traffic goes to 127.0.0.1 only, and only processes started here are ended.
"""

import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
USER, PASSWORD = "basic", "super-secret-value"
BODY_SIZE = 300
TARGET = "/fhir/Patient/x"
COLLECTION = "/fhir/Patient"
FHIR = "application/fhir+json"
TICK = os.sysconf("SC_CLK_TCK")
# What the clients of the scenarios with TLS offer, and nothing else.
CIPHER = "TLS_AES_128_GCM_SHA256"
TIMEOUT = 10


class Fault(Exception):
    """What keeps the benchmark from running or from meaning anything, in one sentence."""


def authorization(password=PASSWORD):
    return "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()


class NoTLS(Fault):
    """This build of keyward has no TLS."""


# MARK: one server


class Server:
    """One process (with its children), on the cores it is given, started here and ended here."""

    def __init__(self, name, command, port, folder, cores="0", tls=False, environment=None):
        self.name, self.port, self.command, self.cores = name, port, [str(word) for word in command], cores
        self.log = folder / f"{name}.log"
        self.environment = {**os.environ, **(environment or {})}
        self.tls = tls
        self.process = None

    @property
    def url(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def start(self, patience=15):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", self.cores, *self.command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.log.parent, env=self.environment)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Fault(f"{self.name} ended with exit code {self.process.returncode} at its start:\n{self.tail()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise Fault(f"{self.name} does not listen on port {self.port} after {patience} s:\n{self.tail()}")

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def tail(self):
        return self.log.read_text(errors="replace")[-2000:].strip() or f"(it printed nothing; {' '.join(self.command)})"

    def request(self, method, target, body=None, credentials=authorization()):
        """Sends one request; returns the status and the body."""
        place = ("127.0.0.1", self.port)
        if self.tls:
            connection = http.client.HTTPSConnection(*place, timeout=TIMEOUT, context=trusting())
        else:
            connection = http.client.HTTPConnection(*place, timeout=TIMEOUT)
        try:
            fields = {"Content-Type": FHIR} if body else {}
            if credentials:
                fields["Authorization"] = credentials
            connection.request(method, target, body and body.encode(), fields)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as fault:
            raise Fault(f"{self.name} did not answer {method} {target}: {fault}\n{self.tail()}") from fault
        finally:
            connection.close()

    def pids(self):
        """The process and all its descendants; threads are counted in each by the kernel."""
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += [int(child) for child in children.read_text().split()]
        return found

    def cpu(self):
        """Seconds of (user, kernel) time used so far."""
        user = kernel = 0
        for pid in self.pids():
            # The name in brackets may hold anything: count the fields after it.
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            user, kernel = user + int(fields[11]), kernel + int(fields[12])
        return user / TICK, kernel / TICK

    def resident(self):
        """MiB of resident memory (VmRSS), summed over the processes."""
        status = [pathlib.Path(f"/proc/{pid}/status").read_text() for pid in self.pids()]
        return sum(int(re.search(r"VmRSS:\s+(\d+)", text)[1]) for text in status) / 1024


def trusting():
    """A client's side of TLS that takes any certificate: it is the benchmark's own, made a moment ago."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def expect(server, method, target, resource=None, credentials=authorization()):
    body = json.dumps(resource) if resource else None
    status, answer = server.request(method, target, body, credentials)
    if status not in (200, 201):
        raise Fault(f"{server.name} answered {method} {target} with {status}:\n{answer.decode(errors='replace')}")
    return answer


def prove(server, body, posts=None):
    """A server that answers something else, or that takes any password, is not worth measuring."""
    status, answer = server.request("GET", TARGET)
    if (status, answer) != (200, body):
        raise Fault(f"{server.name} answered GET {TARGET} with {status} and {len(answer)} bytes, not 200 and the body")
    requests = [("GET", TARGET, None)]
    if posts:
        requests.append(("POST", COLLECTION, posts))
        status, _ = server.request("POST", COLLECTION, posts)
        if status != 201:
            raise Fault(f"{server.name} answered POST {COLLECTION} with {status}, not with 201")
    for method, target, content in requests:
        for what, credentials in (("a wrong password", authorization("wrong-password")), ("no credentials", None)):
            status, _ = server.request(method, target, content, credentials)
            if status != 401:
                raise Fault(f"{server.name} answered {method} with {what} with {status}, not with 401")


def patient(size):
    """A Patient as clients send them, in `size` bytes of JSON: names, numbers, arrays, extensions; no id."""
    address = {"use": "home", "line": ["Hauptstrasse 17", "Hinterhaus"], "city": "Zürich", "postalCode": "8001",
               "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/geolocation", "extension": [
                   {"url": "latitude", "valueDecimal": 47.3769}, {"url": "longitude", "valueDecimal": 8.5417}]}]}
    resource = {
        "resourceType": "Patient", "active": True, "gender": "female", "birthDate": "1974-12-25",
        "identifier": [{"system": f"urn:oid:2.16.756.5.{number}", "value": f"{number * 7919}"} for number in range(4)],
        "name": [{"use": "official", "family": "Müller", "given": ["Anna", "Maria"]},
                 {"use": "usual", "given": ["Anni"]}],
        "telecom": [{"system": "phone", "value": "+41 44 123 45 67", "rank": 1}], "address": [address, address],
        "contact": [{"relationship": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "N"}]}],
            "name": {"family": "Müller", "given": ["Peter"]},
            "telecom": [{"system": "phone", "value": "+41 44 765 43 21"}]}],
        "communication": [
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "de-CH"}]}, "preferred": True}],
        "managingOrganization": {"reference": "Organization/1"}, "multipleBirthInteger": 2,
        "text": {"status": "generated", "div": ""}}
    write = lambda: json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    missing = size - len(write().encode())
    resource["text"]["div"] = f"<div>{'Anna Mueller, ' * 400}"[:missing - 6] + "</div>"
    text = write()
    if len(text.encode()) != size:
        raise Fault(f"the Patient is {len(text.encode())} bytes long, not {size}")
    return text


# MARK: how each is started


def build(folder, *arguments):
    """Builds as a release is built; the folder with the programs."""
    command = [ROOT / "scripts/optimized", *arguments]
    print("Building: " + " ".join(map(str, command)) + f"   (in {folder})", flush=True)
    outcome = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, text=True, capture_output=True)
    if outcome.returncode != 0:
        raise Fault("The build failed:\n" + (outcome.stdout + outcome.stderr)[-4000:])
    return folder / ".build/release"


def lay_out(folder):
    """A volume, laid out as Kubernetes does it, with the secret in it; its path."""
    volume = folder / "azure-secrets"
    if not volume.exists():
        subprocess.run([ROOT / "scripts/publish", volume, "client-secret"], input=PASSWORD.encode(), check=True)
    return volume / "client-secret"


def certificate(folder):
    """A key on P-256 and its certificate, the same for every server of a run."""
    key, pem = folder / "tls.key", folder / "tls.crt"
    if not pem.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key, "-out", pem, "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
        key.chmod(0o644)  # nginx reads it as root, keyward as whoever runs this.
    return pem, key


def has_tls(binary):
    """Whether this build of keyward takes a certificate."""
    said = subprocess.run([binary, "serve", "--help"], capture_output=True, text=True).stdout
    return "--tls-certificate" in said and "--tls-private-key" in said


def keyward(folder, tls=False, loops=1, cores="0", prefix=(), environment=None, name="keyward", store="memory:",
            scope=None):
    """keyward with a client whose secret is a file in a volume that is laid out as Kubernetes does it."""
    binary = build(ROOT, "--product", "keyward") / "keyward"
    secret = lay_out(folder)
    config = folder / "vault-config.json"
    config.write_text(json.dumps({
        "roots": [str(secret.parent)],
        "secret": {secret.name: {"path": str(secret), "scope": scope or {"resource_type": "Client", "id": USER}}}}))
    port = free_port()
    more = []
    if tls:
        if not has_tls(binary):
            raise NoTLS("this build of keyward has no TLS: `keyward serve --help` names no --tls-certificate")
        pem, key = certificate(folder)
        more = ["--tls-certificate", pem, "--tls-private-key", key]
    return Server(name, [
        *prefix, binary, "serve", "--port", port, "--store", store, "--vault-config", config,
        "--event-loops", loops, "--log-level", "error", *more], port, folder, cores, tls, environment)


def fill(server):
    """Puts the client and a Patient whose representation is BODY_SIZE bytes long; returns that representation."""
    client = {
        "resourceType": "Client", "id": USER, "grant_types": ["basic"],
        "_secret": {"extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"},
            {"url": "http://health-samurai.io/fhir/secret-reference", "valueString": "client-secret"}]}}
    expect(server, "PUT", f"/fhir/Client/{USER}", client, credentials=None)
    return fill_body(server)


def fill_body(server):
    """The same where the client is there already."""
    padding = 0
    for _ in range(4):
        patient = {"resourceType": "Patient", "id": "x", "active": True, "name": [{"family": "K" + "e" * padding}]}
        expect(server, "PUT", TARGET, patient)
        body = expect(server, "GET", TARGET)
        if len(body) == BODY_SIZE:
            return body
        padding = max(0, padding + BODY_SIZE - len(body))
    print(f"keyward's body is {len(body)} bytes, not {BODY_SIZE}; the others answer with the same one.")
    return body


def template(source, folder, target, port, **more):
    names = {"FOLDER": folder, "PORT": port, "USER": USER, "PASSWORD": PASSWORD, **more}
    text = re.sub(r"@([A-Z]+)@", lambda name: str(names.get(name[1], name[0])), (HERE / source).read_text())
    target.write_text(text)
    return target


def hummingbird(folder):
    binary = build(HERE) / "hummingbird-comparator"
    port = free_port()
    return Server("hummingbird", [binary, port, folder / "body", f"{USER}:{PASSWORD}"], port, folder)


def page(folder, own):
    """The body as a static file, with every folder on its way open to a worker that is not root."""
    file = own / ("www" + TARGET)
    file.parent.mkdir(parents=True)
    shutil.copy(folder / "body", file)
    for path in (folder, *[p for p in file.parents if p.is_relative_to(folder)]):
        path.chmod(0o755)


def nginx(folder, name="nginx", sendfile="on", cache="off", tls=False):
    """As distributed; `nginx_tuned` is the cheapest that its settings make it."""
    own = folder / name
    page(folder, own)
    (own / "htpasswd").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    port = free_port()
    listen = f"127.0.0.1:{port}"
    if tls:
        pem, key = certificate(folder)
        listen += (f" ssl; ssl_certificate {pem}; ssl_certificate_key {key}; ssl_protocols TLSv1.3")
    config = template("nginx.conf", own, own / "nginx.conf", port, SENDFILE=sendfile, CACHE=cache, LISTEN=listen)
    return Server(name, ["nginx", "-e", "stderr", "-p", own, "-c", config], port, folder, tls=tls)


def nginx_tuned(folder, tls=False):
    return nginx(folder, "nginx-tuned", sendfile="off", cache="max=16 inactive=60s", tls=tls)


def haproxy(folder):
    port = free_port()
    return Server("haproxy", ["haproxy", "-db", "-f", template("haproxy.cfg", folder, folder / "haproxy.cfg", port)],
                  port, folder)


def lighttpd(folder):
    own = folder / "lighttpd"
    page(folder, own)
    (own / "password").write_text(f"{USER}:{PASSWORD}\n")
    port = free_port()
    config = template("lighttpd.conf", own, own / "lighttpd.conf", port)
    return Server("lighttpd", ["lighttpd", "-D", "-f", config], port, folder)


def floor(folder):
    """The bare loop in C that does the system calls of keyward, compiled here."""
    binary = folder / "floor"
    outcome = subprocess.run(["cc", "-O2", "-Wall", "-Werror", "-o", binary, HERE / "floor.c"],
                             capture_output=True, text=True)
    if outcome.returncode != 0:
        raise Fault(f"floor.c does not compile:\n{outcome.stderr}")
    port = free_port()
    return Server("floor", [binary, port, folder / "body", lay_out(folder), authorization()], port, folder)


SERVERS = {"keyward": keyward, "floor": floor, "haproxy": haproxy, "lighttpd": lighttpd, "nginx": nginx,
           "nginx-tuned": nginx_tuned, "hummingbird": hummingbird}
