"""A pod of keyward: the settings of k8s/base, its three volumes, and Clients like that of the tutorial."""

import json
import os
import pathlib
import shutil
import tempfile
import time

from manifests import agreement, overlays

from . import sandbox, volumes

SECRETS, CONFIG, STORE = "/run/azure-secrets", "/etc/keyward", "/var/lib/keyward"
CLIENT = (sandbox.REPOSITORY / "docker/tutorial/client.json").read_text()
# Those of k8s/base, except that only this machine may come in, by any port that is free.
SETTINGS = agreement.environment(overlays.manifests(overlays.text("azure-key-vault"))) | {"KEYWARD_HOST": "127.0.0.1"}
del SETTINGS["KEYWARD_OPS_PORT"]
# A vault config is followed within a second, by the contract.
FOLLOWED = 1.0


# Whose each secret is.
CLIENTS = {"root-secret": "root", "client-secret": "basic", "second-secret": "second"}


def values(client=None, second=None):
    """What a volume holds: root's secret always, the others where they have a value."""
    every = {"root-secret": "root's", "client-secret": client, "second-secret": second}
    return {name: value for name, value in every.items() if value is not None}


class Pod:
    """The volumes, empty at first, in a `with`; its container is the sandbox."""

    owner, group = 0, sandbox.USER
    secrets_volume = volumes.MemoryVolume

    def __init__(self, is_kubelets=False, mode=0o644):
        """The secrets' volume is kubelet's, or the driver's."""
        self.place = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.place.name)
        self.folder.chmod(0o755)
        self.secrets = self.secrets_volume(self.folder / "secrets", self.group if is_kubelets else None, mode)
        self.config = volumes.Volume(self.folder / "config", self.group)
        self.store = self.folder / "store"
        self.store.mkdir()
        os.chown(self.store, self.owner, self.group)
        self.store.chmod(0o2775)

    def config_of(self, *names, folder=SECRETS):
        """A ConfigMap with a vault config that has root's secret and others, from a folder of the container."""
        folder = self.seen(folder)
        secrets = {name: {"path": f"{folder}/{name}", "scope": f"Client/{CLIENTS[name]}"}
                   for name in ("root-secret", *names)}
        return {"vault-config.json": json.dumps({"roots": [folder], "secret": secrets})}

    def filled(self, client="first"):
        """With a config and values, as a container finds its volumes."""
        self.config.deliver(self.config_of("client-secret"))
        self.secrets.deliver(values(client))
        return self

    def seen(self, path):
        """Where the server finds what is at this path of the container."""
        return path

    def container(self, secrets=None, config=None):
        """The volumes mounted whole, or other mounts in place of one: pairs of a path here and one in the container."""
        secrets = secrets or [(self.secrets.folder, SECRETS)]
        config = config or [(self.config.folder, CONFIG)]
        return sandbox.Sandbox(SETTINGS, [*secrets, *config, (self.store, STORE)])

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.secrets.end()
        self.place.cleanup()


class FolderPod(Pod):
    """Without a mount: volumes are folders, and the server, the program that was built, finds them where they are."""

    owner, group = os.geteuid(), sandbox.USER if os.geteuid() == 0 else os.getegid()
    secrets_volume = volumes.FolderVolume

    def seen(self, path):
        return (path.replace(SECRETS, str(self.secrets.folder)).replace(CONFIG, str(self.config.folder))
                .replace(STORE, str(self.store)))

    def container(self, secrets=None, config=None):
        if secrets or config:
            raise NotPlayed("it takes a mount")
        # A checkout may lie where only its owner goes.
        program = self.folder / "bin/keyward"
        program.parent.mkdir()
        program.parent.chmod(0o755)
        shutil.copy(os.environ["KEYWARD"], program)
        return sandbox.Unconfined({name: self.seen(value) for name, value in SETTINGS.items()}, program)


class NotPlayed(Exception):
    """What a scene needs cannot be had; says why."""


def put(server, name="client-secret"):
    """Puts the Client that refers to a secret."""
    content = json.loads(CLIENT) | {"id": CLIENTS[name]}
    content["_secret"]["extension"][1]["valueString"] = name
    status, body = server.ask("PUT", f"/fhir/Client/{CLIENTS[name]}", "root:root's", json.dumps(content))
    assert status in (200, 201), body


def expect(server, user, status, when=""):
    found = server.status(user)
    assert found == status, f"{user} is answered {found}, not {status}, {when}"


def within(seconds, question, what):
    """How long it took until the question's answer is true."""
    began = time.monotonic()
    while not question():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return time.monotonic() - began


def named(server, code):
    """A fault of a secret's file is named at all three places that docs/kubernetes.md sends people to."""
    server.says(f'"reason":"{code}"')
    found = server.codes()
    assert found == [code], f"keyward check reports {found}, not {code}"
    # It is never older than a second.
    within(5, lambda: server.health() == "warn", "/health warns")
