"""Servers that do not start, and vault configs that are not taken."""

import json
import os
import socket

from .pod import ROOT, Pod
from .staging import staging


@staging
def vault_config_missing(pod):
    pod.environment["KEYWARD_VAULT_CONFIG"] += ".yaml"
    pod.refuse()


@staging
def vault_config_faulty(pod):
    pod.config["secret"]["client-secret"]["scope"] = []
    pod.refuse()


@staging
def init_bundle_faulty(pod):
    bundle = json.loads((ROOT / "k8s/components/clients-from-git/clients.json").read_text())
    bundle["entry"][0]["request"]["method"] = "POST"
    volume = pod.folder / "etc/keyward-clients"
    volume.mkdir()
    pod.deliver(volume, {"clients.json": json.dumps(bundle).encode()})
    pod.environment["KEYWARD_INIT_BUNDLE"] = str(volume / "clients.json")
    pod.refuse()


@staging
def root_secret_missing(pod):
    del pod.config["secret"]["root-secret"]
    pod.refuse()


@staging
def no_root_secret(pod):
    del pod.environment["KEYWARD_ROOT_SECRET"]
    pod.environment["KEYWARD_HOST"] = "0.0.0.0"
    pod.refuse()


@staging
def service_links(pod):
    """What kubelet sets for a Service called keyward, after what the pod sets itself."""
    address = "10.0.0.1"
    pod.environment |= {
        "KEYWARD_SERVICE_HOST": address, "KEYWARD_SERVICE_PORT": "80", "KEYWARD_SERVICE_PORT_HTTP": "80",
        "KEYWARD_PORT": f"tcp://{address}:80", "KEYWARD_PORT_80_TCP": f"tcp://{address}:80",
        "KEYWARD_PORT_80_TCP_PROTO": "tcp", "KEYWARD_PORT_80_TCP_PORT": "80", "KEYWARD_PORT_80_TCP_ADDR": address}
    pod.refuse()


@staging
def unknown_variable(pod):
    pod.environment["KEYWARD_MAX_BODYS"] = "1MiB"
    pod.refuse()


@staging
def port_taken(pod):
    other = socket.create_server(("127.0.0.1", 0))
    pod.keeping.append(other)
    pod.environment["KEYWARD_PORT"] = str(other.getsockname()[1])
    pod.refuse()


@staging
def second_pod(pod):
    first = Pod()
    pod.keeping.append(first)
    first.start()
    pod.environment["KEYWARD_STORE"] = first.environment["KEYWARD_STORE"]
    pod.refuse()
    assert first.login() == 200, "the first pod does not serve"


@staging
def store_closed(pod):
    if os.geteuid() == 0:
        os.chown(pod.claim, 0, 0)
    pod.claim.chmod(0o555)
    pod.refuse()


@staging
def audit_log_closed(pod):
    pod.environment["KEYWARD_AUDIT_LOG"] = str(pod.claim)
    pod.refuse()


@staging
def config_broken(pod):
    pod.start()
    pod.configure(pod.vault_config.read_text().replace("}", "},", 1))
    assert pod.login() == 200


@staging
def config_shuts_root_out(pod):
    pod.start()
    del pod.config["secret"]["root-secret"]
    pod.configure()
    assert pod.login() == 200


@staging
def stale_config(pod):
    volume = pod.folder / "volume"
    volume.mkdir()
    pod.configure(folder=volume)
    pod.vault_config.touch()
    pod.mount("--bind", volume / "vault-config.json", pod.vault_config)
    pod.start()
    del pod.config["secret"]["client-secret"]
    pod.configure(folder=volume)
    assert pod.login() == 200


@staging
def tutorial_mode(pod):
    del pod.environment["KEYWARD_ROOT_SECRET"]
    pod.start(client=None)
