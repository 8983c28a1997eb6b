"""Which files a volume brings, and with which owner and mode."""

import dataclasses
import re

from . import overlays, schemas

# What the CSI driver asks of its providers unless the class says otherwise.
DRIVER_MODE = 0o644


@dataclasses.dataclass
class File:
    mode: int
    group: int = 0


def files(volume, manifests):
    """The files of a volume with secrets, by name. Of a Secret they are the keys that docs/kubernetes.md creates it
    with, since its values, and so the Secret, are not in the repository."""
    if "csi" in volume:
        name = volume["csi"]["volumeAttributes"]["secretProviderClass"]
        classes = overlays.of_kind(manifests, "SecretProviderClass")
        if name not in classes:
            raise LookupError(f"volume {volume['name']}: there is no SecretProviderClass {name}")
        return dict(_delivered(classes[name]["spec"]["provider"], each) for each in schemas.objects(classes[name]))
    group = overlays.pod(manifests)[0]["securityContext"].get("fsGroup", 0)
    mode = volume["secret"].get("defaultMode", 0o644)
    return {key: File(mode, group) for key in _created(volume["secret"]["secretName"])}


def _delivered(provider, each):
    mode = each.get("filePermission", each.get("mode", DRIVER_MODE))
    # A string is octal; YAML has read a number with a zero in front as octal by itself.
    mode = int(mode, 8) if isinstance(mode, str) else mode
    name = {
        "azure": lambda: each.get("objectAlias") or each["objectName"],
        "vault": lambda: each["objectName"],
        "aws": lambda: (each.get("objectAlias") or each["objectName"]).replace("/", "_"),
        "gcp": lambda: each.get("path") or each["fileName"],
    }[provider]()
    return name, File(mode)


def _created(secret):
    page = (overlays.ROOT / "docs/kubernetes.md").read_text()
    command = re.search(rf"create secret generic {re.escape(secret)} .*", page)
    if not command:
        raise LookupError(f"docs/kubernetes.md does not create the Secret {secret}")
    return re.findall(r"--from-file=([^\s=]+)", command.group())
