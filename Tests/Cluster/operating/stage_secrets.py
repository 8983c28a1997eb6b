"""Secrets, their files, and who may log in."""

import copy
import os

from .pod import CLIENT, VALUES, Pod, eventually
from .staging import staging

VALUE = VALUES["client-secret"]


def denied(pod, password=VALUE, user="basic"):
    status = pod.login(password, user)
    assert status == 401, f"the Client gets {status} and not 401"


def holding(pod, content):
    """A file that holds something else than what the Client takes for the secret."""
    pod.values["client-secret"] = content
    pod.start()
    denied(pod)


@staging
def wrong_password(pod):
    pod.start()
    assert pod.login() == 200
    pod.values["client-secret"] = b"rotated"
    pod.deliver()
    denied(pod)


def overlapping(pod, overlap):
    """A rotation with an overlap."""
    pod.config["secret"]["client-secret"] |= {
        "overlap": overlap, "previous_path": str(pod.secrets / "client-secret-previous")}
    pod.start()
    pod.values |= {"client-secret": b"rotated", "client-secret-previous": VALUE}
    pod.deliver()


@staging
def expired_password(pod):
    overlapping(pod, "1s")
    eventually(lambda: pod.login() == 401, "the value before counts for more than its overlap")


@staging
def old_value_in_use(pod):
    overlapping(pod, "10m")
    assert pod.login() == 200, "the value before does not count"


@staging
def secret_pending(pod):
    del pod.values["client-secret"]
    pod.start()
    denied(pod)


@staging
def volume_missing(pod):
    pod.secrets.rmdir()
    pod.start(client=None)
    denied(pod, VALUES["root-secret"], "root")


def mounted_alone(pod):
    """A volume of which one file is mounted by itself, as by subPath. The volume."""
    volume = pod.folder / "volume"
    volume.mkdir()
    pod.deliver(volume, {"client-secret": VALUE})
    pod.deliver(files={"root-secret": VALUES["root-secret"]})
    (pod.secrets / "client-secret").touch()
    pod.mount("--bind", volume / "client-secret", pod.secrets / "client-secret")
    pod.start()
    assert pod.login() == 200
    return volume


@staging
def frozen_mount(pod):
    mounted_alone(pod)


@staging
def stale_mount(pod):
    pod.deliver(mounted_alone(pod), {"client-secret": b"rotated"})
    denied(pod, b"rotated")
    assert pod.login() == 200, "the old value does not count any more"


@staging
def wrong_scope(pod):
    pod.config["secret"]["client-secret"]["scope"]["id"] = "another"
    pod.start()
    denied(pod)


@staging
def unknown_secret(pod):
    pod.config["secret"]["renamed"] = pod.config["secret"].pop("client-secret")
    pod.start()
    denied(pod)


@staging
def trailing_newline(pod):
    holding(pod, VALUE + b"\n\n")


@staging
def windows_line_endings(pod):
    holding(pod, VALUE + b"\r\n\r\n")


@staging
def byte_order_mark(pod):
    holding(pod, b"\xef\xbb\xbf" + VALUE)


@staging
def outer_space(pod):
    holding(pod, VALUE + b" ")


@staging
def wrong_identity(pod):
    pod.deliver()
    # Of root and for root, as a filePermission of 0400 makes it; for who is not root, closed to its owner.
    (pod.secrets / "client-secret").chmod(0o400 if os.geteuid() == 0 else 0)
    pod.start()
    denied(pod)


@staging
def empty_secret(pod):
    holding(pod, b"")


@staging
def unfilled_template(pod):
    holding(pod, b"<no value>")


@staging
def outside_roots(pod):
    pod.deliver(files={"root-secret": VALUES["root-secret"]})
    (pod.folder / "elsewhere").write_bytes(VALUE)
    (pod.secrets / "client-secret").symlink_to(pod.folder / "elsewhere")
    pod.start()
    denied(pod)


@staging
def half_written_secret(pod):
    holding(pod, VALUE[:8] + b"\0" * 8)


@staging
def unknown_client(pod):
    pod.start()
    denied(pod, user="ghost")


@staging
def two_stores(pod):
    """The pod is the second one, whose claim is new."""
    first = Pod()
    pod.keeping.append(first)
    first.start()
    pod.replicas = 2
    pod.start(client=None)
    denied(pod)
    assert first.login() == 200, "the first pod does not serve"


def with_client(pod, **members):
    pod.start(client=copy.deepcopy(CLIENT) | members)
    denied(pod)


@staging
def no_basic_grant(pod):
    with_client(pod, grant_types=["client_credentials"])


@staging
def inactive_client(pod):
    with_client(pod, active=False)


@staging
def malformed_credentials(pod):
    pod.start()
    assert pod.ask("/fhir/Patient", Authorization="Basic basic")[0] == 401


@staging
def throttled_vault(pod):
    pod.start()
    assert pod.login() == 200
    denied(pod, b"the value that the vault has by now")


@staging
def secret_open_to_all(pod):
    pod.deliver()
    (pod.secrets / "client-secret").chmod(0o666)
    pod.start()


@staging
def scope_open_to_all(pod):
    pod.config["secret"]["client-secret"]["scope"] = "Client"
    pod.start()


@staging
def forbidden(pod):
    pod.start()
    assert pod.login(path="/fhir/Client/basic") == 403
