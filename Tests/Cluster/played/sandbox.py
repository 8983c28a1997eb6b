"""The image's file system as a pod's container sees it: read-only, user 10001, no capability, nothing of this machine
but its loopback and what is mounted. bubblewrap makes the namespaces, the image's own setpriv lets go of root. Where
that cannot be, the program runs in the file system of this machine."""

import base64
import http.client
import json
import os
import pathlib
import queue
import re
import subprocess
import sys
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
IMAGE = REPOSITORY / ".build/image"
ROOT = IMAGE / "root"
USER = 10001
AS_USER = ["/usr/bin/setpriv", f"--reuid={USER}", f"--regid={USER}", f"--groups={USER}", "--inh-caps=-all",
           "--bounding-set=-all", "--no-new-privs"]
LIMIT = 20
# How Tests/Cluster/run is told that a check cannot run here; its last line says why.
SKIPPED = 77


def ready():
    """Ends the program where there is no sandbox to run the image in; else goes on apart."""
    if reason := obstacle():
        skip(reason)
    go_apart()


def skip(reason):
    print(reason)
    sys.exit(SKIPPED)


def obstacle():
    """Why there is no sandbox; None where there is one."""
    if os.geteuid() != 0:
        return "it takes root to be another user, and to mount"
    if not (ROOT / "usr/local/bin/keyward").exists():
        return "there is no image: make image builds one where it can"
    try:
        tried = subprocess.run([*Sandbox({}).command, "/bin/true"], capture_output=True, text=True, timeout=LIMIT)
    except FileNotFoundError:
        return "there is no bubblewrap"
    return f"bubblewrap makes no sandbox: {tried.stderr.strip()}" if tried.returncode else None


def go_apart():
    """Goes on in a mount namespace of its own, so that whatever is mounted ends with the program."""
    if "APART" not in os.environ:
        apart = ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv]
        sys.exit(subprocess.run(apart, env=os.environ | {"APART": "yes"}).returncode)


class Sandbox:
    # What `keyward check` reports in any case.
    codes = ()

    def __init__(self, environment, mounts=()):
        """Mounts are pairs of a path here and one in the container; only the store's can be written to."""
        self.environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **environment}
        self.command = ["bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--as-pid-1", "--die-with-parent",
                        "--ro-bind", str(ROOT), "/", "--proc", "/proc", "--dev", "/dev"]
        for source, place in mounts:
            # A container's runtime makes the places of mounts in the container's own layer; here that is the image's.
            inside = ROOT / place.lstrip("/")
            if os.path.isdir(source):
                inside.mkdir(parents=True, exist_ok=True)
            else:
                inside.parent.mkdir(parents=True, exist_ok=True)
                inside.touch()
            self.command += ["--bind" if place == "/var/lib/keyward" else "--ro-bind", str(source), place]
        self.command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID",
                         "--cap-add", "CAP_SETPCAP", *AS_USER]

    def run(self, *arguments):
        return subprocess.run([*self.command, *arguments], env=self.environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=LIMIT)

    def serve(self):
        return Server(self)

    def start(self):
        """The process of a server and, as this machine counts, the server's own number."""
        told, tell = os.pipe()
        process = started([self.command[0], "--info-fd", str(tell), *self.command[1:]], self.environment, [tell])
        os.close(tell)
        with os.fdopen(told) as status:
            return process, json.load(status)["child-pid"]

    @staticmethod
    def beside(pid):
        """What goes before a program's words for it to run in a server's mounts, as `kubectl exec` does."""
        return ["nsenter", f"--target={pid}", "--mount", "--pid", *AS_USER]


class Unconfined:
    """No sandbox: a program in this machine's files, as user 10001 where root runs this, else as who does."""

    # The volumes' folders are everyone's by their modes, and nothing mounts them read-only.
    codes = ("world-writable-folder",)

    def __init__(self, environment, program):
        """The program must lie where that user may go."""
        self.environment = {"PATH": f"{program.parent}:/usr/local/bin:/usr/bin:/bin", **environment}
        self.command = AS_USER if os.geteuid() == 0 else []

    def serve(self):
        return Server(self)

    def start(self):
        process = started(self.command, self.environment)
        return process, process.pid

    def beside(self, _):
        return self.command


def started(before, environment, descriptors=()):
    return subprocess.Popen([*before, "keyward", "serve"], env={**environment, "KEYWARD_PORT": "0"},
                            pass_fds=descriptors, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


class Server:
    """A running server, in a `with`; at its end it must stop as a pod is stopped, by SIGTERM, with status 0."""

    def __init__(self, container):
        self.container = container
        self.process, self.pid = container.start()
        self.lines, self.log = [], queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.port = self.says("listening")["port"]

    def _read(self):
        for line in self.process.stderr:
            self.log.put(line)
        self.log.put("")

    def says(self, words):
        """The next line of the log that holds the words, as an object; the log is read on from there."""
        until = time.monotonic() + LIMIT
        while line := self.log.get(timeout=max(0.001, until - time.monotonic())):
            self.lines.append(line)
            if words in line:
                return json.loads(line)
        raise AssertionError(f"the server ended without '{words}':\n{''.join(self.lines)}")

    def ask(self, method, path, user=None, content=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        headers = {"Content-Type": "application/fhir+json"} if content else {}
        if user:
            headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def status(self, user):
        return self.ask("GET", "/fhir/Patient", user)[0]

    def health(self):
        return json.loads(self.ask("GET", "/health")[1])["status"]

    def run(self, *arguments):
        """Runs a program beside the server, as `kubectl exec` does."""
        return subprocess.run([*self.container.beside(self.pid), *arguments], env=self.container.environment,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=LIMIT)

    def codes(self):
        """The codes that `keyward check` reports beside the server, but for the one that it reports in any case."""
        done = self.run("keyward", "check", "--format", "json")
        assert done.returncode in (0, 1), f"keyward check ended with {done.returncode}: {done.stderr}"
        codes = sorted(each["code"] for each in json.loads(done.stdout)["findings"])
        for code in self.container.codes:
            assert code in codes, f"keyward check reports {codes}, without {code}"
            codes.remove(code)
        return codes

    def proc(self, name):
        return pathlib.Path(f"/proc/{self.pid}/{name}").read_text()

    def kernel(self, field):
        """A field of what the kernel says of the server's process."""
        return re.search(rf"^{field}:\s*(.*)$", self.proc("status"), re.MULTILINE)[1].strip()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        os.kill(self.pid, 15)
        try:
            status = self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if error is None:
            assert status == 0, f"SIGTERM ended the server with {status}"
