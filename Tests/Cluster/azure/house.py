"""A folder with what up.sh and down.sh read of the repository, a PATH with the stand-ins, and a world of its own."""

import atexit
import copy
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from .stand_ins import StandIns
from .world import World

REPOSITORY = Path(__file__).resolve().parents[3]
# All that the scripts may need besides az, kubectl and curl; `needs` in up.sh names what is not on every system.
TOOLS = "bash cat dirname grep head kill mkdir mktemp mv openssl rm sed sleep sort tr env".split()
LIMIT = 60
stand_ins = StandIns()
kubectl = shutil.which("kubectl")
model, building = [], threading.Lock()


class House:
    def __init__(self, without=()):
        # Nothing in the name of a folder may mean anything to a shell.
        self.folder = Path(tempfile.mkdtemp(prefix="azure $(check) "))
        shutil.copytree(REPOSITORY / "k8s", self.folder / "k8s", ignore=shutil.ignore_patterns(".state"))
        shutil.copytree(REPOSITORY / "docker/tutorial", self.folder / "docker/tutorial")
        (self.folder / "Package.swift").touch()
        (self.folder / "tmp").mkdir()
        self.path = self.folder / "bin"
        self.path.mkdir()
        for tool in TOOLS:
            (self.path / tool).symlink_to(shutil.which(tool))
        for tool in "az", "kubectl", "curl":
            (self.path / tool).symlink_to(Path(__file__).parent / "stand-in")
        for tool in without:
            (self.path / tool).unlink()
        self.enter(World(kubectl))

    @classmethod
    def built(cls):
        """A house in which up.sh has run; it is built once and copied."""
        with building:
            if not model:
                model.append(cls())
                atexit.register(shutil.rmtree, model[0].folder)
                done = model[0].up()
                assert done.returncode == 0, done.stderr
        house = cls()
        shutil.copytree(model[0].folder / "k8s/azure/.state", house.folder / "k8s/azure/.state")
        house.enter(copy.deepcopy(model[0].world))
        return house

    def enter(self, world):
        self.world = world
        world.folder = str(self.folder)
        stand_ins.worlds[str(self.folder)] = world

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stand_ins.worlds.pop(str(self.folder))
        shutil.rmtree(self.folder)

    # MARK: running

    @property
    def environment(self):
        return {
            "PATH": str(self.path), "HOME": str(self.folder), "TMPDIR": str(self.folder / "tmp"),
            "STAND_IN_PORT": str(stand_ins.port), "STAND_IN_WORLD": str(self.folder)}

    def run(self, words, typed=""):
        """Runs words in the folder; the record is that of this run."""
        self.world.calls = []
        self.world.failing = None
        self.world.changes = []
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment, input=typed, capture_output=True, text=True, timeout=LIMIT)
        if self.world.faults:
            raise AssertionError(f"a call that should not be: {self.world.faults}\n{done.stderr}")
        return done

    def up(self, *flags, trace=False):
        bash = ["bash", "-x"] if trace else ["bash"]
        return self.run([*bash, "k8s/azure/up.sh", "--interval", "0", "--tries", "4", *flags])

    def interrupt_up(self, by, when):
        """Begins up.sh, and tells it to end by a signal once `when` is true."""
        process = subprocess.Popen(
            ["bash", "k8s/azure/up.sh", "--interval", "1"], cwd=self.folder, env=self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + LIMIT
        while not when() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(by)
        errors = process.communicate(timeout=LIMIT)[1]
        return process.returncode, errors

    def down(self, *flags, typed=""):
        return self.run(["bash", "k8s/azure/down.sh", *flags], typed)

    # MARK: looking

    @property
    def record(self):
        """The calls, with what differs from run to run made alike, and repetitions of a wait once."""
        calls = [self.alike(shlex.join(call.words)) for call in self.world.calls]
        return [call for number, call in enumerate(calls) if number == 0 or call != calls[number - 1]]

    def alike(self, text):
        text = re.sub(rf"{re.escape(str(self.folder))}/tmp/tmp\.\w+", "WORK", text)
        return re.sub(r"keyward(-?)[0-9a-f]{8}\b", r"keyward\1SUFFIX", text)

    @property
    def leftovers(self):
        """What a run may not leave: files in the folder for temporary ones, and a port-forward."""
        files = [str(file) for file in (self.folder / "tmp").iterdir()]
        return files + [f"process {process}" for process in self.world.forwards if not ended(process)]

    @property
    def kept(self):
        state = self.folder / "k8s/azure/.state"
        return {str(file): file.read_text() for file in state.rglob("*") if file.is_file()} if state.exists() else {}


def ended(process):
    """Whether a process is gone, or is in a moment: it was told to end before this is asked."""
    for _ in range(200):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def snapshot(world):
    """All of a world but its record, to compare and to begin another world from."""
    members = {name: value for name, value in vars(world).items() if name not in ("serial", "calls", "changes")}
    return copy.deepcopy(members)
