"""The pod of k8s/, played on this machine: its volumes in a folder, its user, and the real server in it."""

import atexit
import base64
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from . import exposition

ROOT = Path(__file__).resolve().parents[3]
# Seconds that anything may take on a machine that has much else to do.
LIMIT = 30
# As in k8s/base; who is not root cannot become it, and plays the pod as himself.
IDENTITY = ["setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--"] if os.geteuid() == 0 else []
CLIENT = json.loads((ROOT / "docker/tutorial/client.json").read_text())
VALUES = {"root-secret": b"value-of-root", "client-secret": b"value-of-client"}


class NotHere(Exception):
    """A fault that cannot be staged by this user, on this machine."""


class Pod:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="runbook-"))
        self.folder.chmod(0o755)
        self.values = dict(VALUES)
        self.secrets, self.claim = self.folder / "run/azure-secrets", self.folder / "var/lib/keyward"
        for folder in self.secrets, self.folder / "etc/keyward", self.folder / "run/tls", self.claim:
            folder.mkdir(parents=True)
        self.own(self.claim)
        self.vault_config = self.folder / "etc/keyward/vault-config.json"
        self.config = json.loads((ROOT / "k8s/overlays/azure-key-vault/vault-config.json").read_text())
        self.config["roots"] = [str(self.secrets)]
        for name, secret in self.config["secret"].items():
            secret["path"] = str(self.secrets / name)
        self.environment = {
            "KEYWARD_HOST": "127.0.0.1", "KEYWARD_PORT": "0", "KEYWARD_OPS_PORT": "0", "KEYWARD_EVENT_LOOPS": "2",
            "KEYWARD_VAULT_CONFIG": str(self.vault_config), "KEYWARD_ROOT_SECRET": "root-secret",
            "KEYWARD_STORE": str(self.claim / "store")}
        self.prefix, self.tracing = [*IDENTITY], []
        self.server = self.holder = None
        self.ports, self.status, self.baseline, self.scheme = {}, None, [], "http"
        self.keeping, self.replicas = [], 1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for each in self.keeping:
            each.close()
        self.end()
        if self.holder:
            self.holder.kill()
            self.holder.wait()
        shutil.rmtree(self.folder)

    # MARK: volumes

    def own(self, path):
        """Gives a file or folder to the pod's user."""
        if IDENTITY:
            os.chown(path, 10001, 10001)

    def deliver(self, folder=None, files=None):
        """Swaps a volume as kubelet and the CSI driver do; by default the one with the secrets."""
        folder, files = folder or self.secrets, self.values if files is None else files
        generation = Path(tempfile.mkdtemp(prefix="..2026_11_29_", dir=folder))
        generation.chmod(0o755)
        for name, content in files.items():
            (generation / name).write_bytes(content)
            (generation / name).chmod(0o644)
        before = folder / "..data"
        old = before.resolve() if before.is_symlink() else None
        (folder / "..data_tmp").symlink_to(generation.name)
        (folder / "..data_tmp").replace(before)
        for name in files:
            if not (folder / name).is_symlink():
                (folder / name).symlink_to(f"..data/{name}")
        if old:
            shutil.rmtree(old)

    def configure(self, text=None, folder=None):
        """Swaps the ConfigMap."""
        content = json.dumps(self.config, indent=2) if text is None else text
        self.deliver(folder or self.vault_config.parent, {"vault-config.json": content.encode()})

    def mount(self, *words):
        """Mounts something where only this pod sees it."""
        if not IDENTITY:
            raise NotHere("it takes root, for mounts and for the pod's user")
        if not self.holder:
            self.holder = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "sh", "-c", "echo ready; exec sleep 600"],
                stdout=subprocess.PIPE)
            if self.holder.stdout.readline() != b"ready\n":
                raise NotHere("it takes a mount namespace, which this machine does not give")
            self.space = ["nsenter", f"--mount=/proc/{self.holder.pid}/ns/mnt", "--"]
            self.prefix = [*self.space, *IDENTITY]
        self.run([*self.space, "mount", *map(str, words)])

    def outside(self, path):
        """What the pod has at a path, mounts too, as this process finds it."""
        return Path(f"/proc/{self.holder.pid}/root{path}") if self.holder else path

    @staticmethod
    def run(words, **options):
        done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, **options)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    # MARK: running

    def lay(self):
        """All volumes as they are when nothing is wrong, where the staging has not laid them otherwise."""
        if self.secrets.is_dir() and not any(self.secrets.iterdir()):
            self.deliver()
        if not any(self.vault_config.parent.iterdir()):
            self.configure()

    def launch(self):
        self.lay()
        description = {
            "folder": str(self.folder), "prefix": self.prefix, "environment": self.environment,
            "replicas": self.replicas, "bin": str(program().parent)}
        (self.folder / "pod.json").write_text(json.dumps(description))
        with open(self.folder / "log", "wb") as log:
            self.server = subprocess.Popen(
                [*self.prefix, *self.tracing, program(), "serve"], cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)

    def start(self, client=CLIENT):
        """Runs the server until it listens, and registers the Client `basic`."""
        self.launch()
        said = eventually(lambda: self.lines("listening"), lambda: f"no server listens: {self.log}")[0]
        self.ports = {"main": said["port"], "ops": said["ops_port"]}
        self.scheme = "https" if said["tls"] else "http"
        if client:
            answer = self.put("/fhir/Client/basic", client)
            assert answer in (200, 201), f"the Client cannot be put: {answer}"
        self.baseline = self.samples()

    def refuse(self):
        """Runs a server that is not to start."""
        self.launch()
        self.status = self.server.wait(LIMIT)
        self.server = None

    def end(self):
        if not self.server:
            return
        self.server.send_signal(signal.SIGTERM)
        try:
            self.status = self.server.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.server = None

    def keyward(self, *words):
        return subprocess.run(
            [*self.prefix, program(), *words], cwd=self.folder, env=self.environment, capture_output=True, text=True,
            timeout=LIMIT)

    # MARK: asking

    @property
    def log(self):
        return (self.folder / "log").read_text()

    def lines(self, message, **fields):
        """The log's lines with a message, and with these members."""
        said = [json.loads(line) for line in self.log.splitlines() if line.startswith("{") and line.endswith("}")]
        return [line for line in said if line.get("message") == message
                and all(str(line.get(name)) == value for name, value in fields.items())]

    def connect(self, listener="main"):
        """A connection, to be closed by who asks for it."""
        port = self.ports[listener]
        if listener == "main" and self.scheme == "https":
            context = ssl._create_unverified_context()
            return http.client.HTTPSConnection("127.0.0.1", port, timeout=LIMIT, context=context)
        return http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)

    def connect_raw(self):
        """A socket to the main listener."""
        return socket.create_connection(("127.0.0.1", self.ports["main"]), LIMIT)

    def ask(self, path, listener="main", method="GET", user=None, password=b"", body=None, **fields):
        """Status and content."""
        if user:
            fields["Authorization"] = "Basic " + base64.b64encode(user.encode() + b":" + password).decode()
        connection = self.connect(listener)
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def login(self, password=VALUES["client-secret"], user="basic", path="/fhir/Patient"):
        """The status that the Client gets."""
        return self.ask(path, user=user, password=password)[0]

    def put(self, path, resource, user="root", password=VALUES["root-secret"]):
        content = resource if isinstance(resource, str) else json.dumps(resource)
        return self.ask(path, method="PUT", user=user, password=password, body=content,
                        **{"Content-Type": "application/fhir+json"})[0]

    def put_patient(self, id="a", size=10):
        patient = {"resourceType": "Patient", "id": id, "language": "x" * size}
        return self.put(f"/fhir/Patient/{id}", patient, "basic", VALUES["client-secret"])

    def samples(self):
        return exposition.samples(self.ask("/metrics", "ops")[1])


copies, copying = [], threading.Lock()


def program():
    """A copy of the program, since the pod's user may not enter the folder of the original."""
    with copying:
        if not copies:
            folder = Path(tempfile.mkdtemp(prefix="runbook-bin-"))
            atexit.register(shutil.rmtree, folder)
            folder.chmod(0o755)
            copies.append(Path(shutil.copy(os.environ["KEYWARD"], folder / "keyward")))
    return copies[0]


def eventually(question, otherwise, within=LIMIT):
    """What the question answers, once that is true."""
    deadline = time.monotonic() + within
    while True:
        if answer := question():
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(otherwise() if callable(otherwise) else otherwise)
        time.sleep(0.03)
