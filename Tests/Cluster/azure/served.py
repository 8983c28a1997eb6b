"""A world in which the server is the real one, and curl too: only Azure and the cluster are played."""

import json
import subprocess
import threading
from pathlib import Path

from .stand_ins import Answer
from .world import MOUNTED, World

# How long the driver takes to bring a new value.
DELIVERY = 0.3
LIMIT = 30


class ServedWorld(World):
    def __init__(self, kubectl, program, repository):
        super().__init__(kubectl)
        self.program = program
        self.repository = repository
        self.server = None

    def mount(self):
        """Lays the secrets out as the driver does, and starts the server on the vault config of the overlay."""
        before = self.mounted
        super().mount()
        if before:
            return
        self.volume.mkdir()
        for name in MOUNTED:
            self.publish(name)
        config = self.objects["ConfigMap"]["data"]["vault-config.json"]
        for name in MOUNTED:
            config = config.replace(f'"/run/azure-secrets/{name}"', f'"{self.volume / name / name}"')
        config = config.replace('"/run/azure-secrets"', f'"{self.volume}"')
        self.config = self.volume.parent / "vault-config.json"
        self.config.write_text(config)
        self.server = subprocess.Popen(
            [self.program, "serve", "--host", "127.0.0.1", "--port", "0", *self.settings],
            stderr=subprocess.PIPE, text=True, env={})
        # Should the check itself hang.
        self.end_at_last = threading.Timer(10 * LIMIT, self.server.kill)
        self.end_at_last.start()
        for line in self.server.stderr:
            if (said := json.loads(line))["message"] == "listening":
                self.port = said["port"]
                break
        # Nobody reads the rest; it must not fill the pipe.
        threading.Thread(target=self.server.stderr.read, daemon=True).start()

    @property
    def volume(self):
        return Path(self.folder) / "azure-secrets"

    @property
    def settings(self):
        store = self.volume.parent / "store"
        return ["--vault-config", str(self.config), "--root-secret", "root-secret", "--store", str(store)]

    def publish(self, name):
        vault = next(iter(self.vaults))
        subprocess.run([self.repository / "scripts/publish", self.volume / name, name], check=True,
                       input=self.newest(vault, name).encode())

    def keyvault_secret_set(self, **options):
        version = super().keyvault_secret_set(**options)
        if self.server:
            threading.Timer(DELIVERY, self.publish, [options["name"]]).start()
        return version

    def keyward(self, command):
        done = subprocess.run([self.program, command, *self.settings], capture_output=True, text=True, env={})
        return Answer(done.stdout, done.stderr, done.returncode)

    def kubectl(self, call):
        answer = super().kubectl(call)
        if answer.stays:
            answer.output = f"Forwarding from 127.0.0.1:{self.port} -> 8080\n"
        return answer

    def end(self):
        if self.server:
            self.end_at_last.cancel()
            self.server.terminate()
            return self.server.wait(LIMIT)
