"""A pod of keyward: the settings of k8s/base, its three volumes, and Clients like that of the tutorial."""

import json
import os
import pathlib
import subprocess
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


def config(*names, folder=SECRETS):
    """A ConfigMap with a vault config that has root's secret and others."""
    secrets = {name: {"path": f"{folder}/{name}", "scope": f"Client/{CLIENTS[name]}"}
               for name in ("root-secret", *names)}
    return {"vault-config.json": json.dumps({"roots": [folder], "secret": secrets})}


class Pod:
    """The volumes, empty at first, in a `with`."""

    def __init__(self, group=None, mode=0o644):
        self.place = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.place.name)
        self.folder.chmod(0o755)
        self.secrets = volumes.Volume(self.folder / "secrets", group, mode)
        self.config = volumes.Volume(self.folder / "config", sandbox.USER, is_memory=False)
        (self.folder / "store").mkdir()
        os.chown(self.folder / "store", 0, sandbox.USER)
        (self.folder / "store").chmod(0o2775)

    def filled(self, client="first"):
        """With a config and values, as a container finds its volumes."""
        self.config.deliver(config("client-secret"))
        self.secrets.deliver(values(client))
        return self

    def container(self, secrets=None, config=None):
        """The sandbox with the volumes mounted whole, or with other mounts in place of one."""
        secrets = secrets or [(self.secrets.folder, SECRETS)]
        config = config or [(self.config.folder, CONFIG)]
        return sandbox.Sandbox(SETTINGS, [*secrets, *config, (self.folder / "store", STORE)])

    def __enter__(self):
        return self

    def __exit__(self, *error):
        subprocess.run(["umount", "--lazy", self.secrets.folder], check=False)
        self.place.cleanup()


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
