"""What the program says of an overlay: with the container's own settings, files as its volumes would bring them, and as
the pod's user where this program is root."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from . import agreement, delivery, overlays, served

CLIENT = overlays.ROOT / "docker/tutorial/client.json"


def findings(manifests):
    with tempfile.TemporaryDirectory() as folder:
        try:
            return _Pod(manifests, pathlib.Path(folder)).findings()
        except LookupError as error:
            return [str(error)]


class _Pod:
    """The container's file system in a folder: each path that is mounted lies below it."""

    def __init__(self, manifests, folder):
        self.folder = folder
        self.mounts = agreement.mounts(manifests)
        spec, container = overlays.pod(manifests)
        self.image, security = container["image"], spec["securityContext"]
        # As in a pod: fsGroup is one of its groups, and the group of what it may write.
        shared = [security["fsGroup"]] if "fsGroup" in security else []
        self.identity = {"user": security["runAsUser"], "group": security["runAsGroup"], "extra_groups": shared}
        folder.chmod(0o755)
        config, path = agreement.vault_config(manifests)
        self._publish(path, self._moved_in_json(config), delivery.File(0o644))
        bundle = agreement.init_bundle(manifests)
        self.clients = bundle and bundle[0]
        if bundle:
            self._publish(bundle[1], self.clients, delivery.File(0o644))
        for place, volume in self.mounts.items():
            if "csi" in volume or "secret" in volume:
                for name, file in delivery.files(volume, manifests).items():
                    self._publish(f"{place}/{name}", served.value(name), file)
            elif "claim" in volume:
                self._inside(place).mkdir(parents=True)
                self._own(self._inside(place), *(shared or [0]), 0o2775)
        self.environment = {
            name: str(self._inside(value)) if value.startswith("/") else value
            for name, value in agreement.environment(manifests).items()}
        # A copy, since the user of the pod may not enter the folder of the original.
        self.program = shutil.copy(os.environ["KEYWARD"], folder)

    def findings(self):
        version = self._run("--version").stdout.strip()
        if self.image != f"keyward:{version}":
            return [f"image {self.image}: the program is of version {version}"]
        return self._check() if self.clients is None else [*self._check(), *self._start()]

    def _start(self):
        command = [self.program, "serve"]
        return served.findings(command, json.loads(self.clients), self.environment, self.folder, self._as_user())

    def _check(self):
        # The tutorial's Client names the secret that is not root's, so that every entry of the config is of use. Of
        # Clients from Git the check must know by itself.
        client = "" if self.clients else json.dumps(json.loads(CLIENT.read_text()))
        loaded = self._run("store", "load", "-", "--store", self.environment["KEYWARD_STORE"], content=client)
        if loaded.returncode != 0:
            return [f"keyward store load: {loaded.stdout}{loaded.stderr}"]
        checked = self._run("check", "--format", "json", environment=self.environment)
        if checked.returncode not in (0, 1):
            return [f"keyward check: {checked.stderr.strip()}"]
        return [f"keyward check: {each['code']}: {each['where']}: {each['what']}"
                for each in json.loads(checked.stdout)["findings"]]

    def _run(self, *arguments, environment=None, content=""):
        return subprocess.run(
            [self.program, *arguments], env=environment or {}, input=content, cwd=self.folder, capture_output=True,
            text=True, timeout=60, **self._as_user())

    def _as_user(self):
        return self.identity if os.geteuid() == 0 else {}

    def _inside(self, path):
        return self.folder / path.lstrip("/")

    def _moved_in_json(self, text):
        for path in self.mounts:
            text = text.replace(f'"{path}', f'"{self._inside(path)}')
        return text

    def _publish(self, path, content, file):
        """Adds a file to its volume, behind the two links that kubelet and the CSI driver lay."""
        target = self._inside(path)
        held = target.parent / "..2026_01_31_12_00_00.123456789"
        held.mkdir(parents=True, exist_ok=True)
        (held / target.name).write_text(content)
        self._own(held / target.name, file.group, file.mode)
        data = target.parent / "..data"
        if not data.is_symlink():
            data.symlink_to(held.name)
        target.symlink_to(f"..data/{target.name}")

    @staticmethod
    def _own(path, group, mode):
        """The owner is root where this program is; else the mode alone can be had."""
        if os.geteuid() == 0:
            os.chown(path, 0, group)
        path.chmod(mode)
