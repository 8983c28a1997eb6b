"""Whether the files of one overlay agree: names, paths, ports and labels that must be the same in two places."""

import json
import posixpath
import re

from . import delivery, overlays

BUNDLE = "KEYWARD_INIT_BUNDLE"
REFERENCE = "http://health-samurai.io/fhir/secret-reference"
# What kustomize puts at the end of a name.
HASH = re.compile("-[2456789bcdfghkmt]{10}$")


def findings(manifests):
    try:
        return [*_config(manifests), *_clients(manifests), *_store(manifests), *_network(manifests), *_names(manifests)]
    except LookupError as error:
        return [str(error)]


def environment(manifests):
    return {each["name"]: each.get("value", "") for each in overlays.pod(manifests)[1]["env"]}


def mounts(manifests):
    """The volume that is mounted at each path. A claim's template counts as a volume."""
    spec, container = overlays.pod(manifests)
    templates = overlays.the(manifests, "StatefulSet")["spec"].get("volumeClaimTemplates", [])
    volumes = {each["name"]: each for each in spec["volumes"]}
    volumes |= {each["metadata"]["name"]: {"claim": each} for each in templates}
    return {each["mountPath"]: volumes.get(each["name"], {}) for each in container["volumeMounts"]}


def vault_config(manifests):
    """The text of the vault config, and the path that the container finds it at."""
    return _mounted(manifests, "KEYWARD_VAULT_CONFIG")[:2]


def init_bundle(manifests):
    """The text of the init bundle, and the path that the container finds it at; nothing where it has none."""
    return _mounted(manifests, BUNDLE)[:2] if BUNDLE in environment(manifests) else None


def _mounted(manifests, variable):
    """The text of the file that a variable names, its path, and the name of the ConfigMap that brings it."""
    path = environment(manifests).get(variable, "")
    volume = mounts(manifests).get(posixpath.dirname(path), {})
    name = volume.get("configMap", {}).get("name")
    held = overlays.of_kind(manifests, "ConfigMap").get(name, {}).get("data", {})
    if posixpath.basename(path) not in held:
        raise LookupError(f"{variable}={path}: no ConfigMap with that file is mounted there")
    return held[posixpath.basename(path)], path, name


def _config(manifests):
    config, mounted = json.loads(vault_config(manifests)[0]), mounts(manifests)
    for name, secret in config["secret"].items():
        folder, file = posixpath.split(secret["path"])
        volume = mounted.get(folder, {})
        if "csi" not in volume and "secret" not in volume:
            yield f"secret {name}: no volume with secrets is mounted at {folder}"
        elif file not in (files := delivery.files(volume, manifests)):
            yield f"secret {name}: the volume at {folder} has {', '.join(files)}, and no {file}"
    yield from (f"root {each} of the vault config: nothing is mounted there"
                for each in config.get("roots", []) if each not in mounted)
    root = environment(manifests).get("KEYWARD_ROOT_SECRET")
    if root not in config["secret"]:
        yield f"KEYWARD_ROOT_SECRET={root}: the vault config has no such secret"
    if HASH.search(name := _mounted(manifests, "KEYWARD_VAULT_CONFIG")[2]):
        yield f"ConfigMap {name}: it is followed, and a hash in the name restarts the pod for each change"


def _clients(manifests):
    paths = {posixpath.dirname(each) for each in environment(manifests).values()}
    yield from (f"ConfigMap {volume['configMap']['name']}: no variable names a file of it"
                for place, volume in mounts(manifests).items() if "configMap" in volume and place not in paths)
    if not init_bundle(manifests):
        return
    text, _, name = _mounted(manifests, BUNDLE)
    known = json.loads(vault_config(manifests)[0])["secret"]
    for entry in json.loads(text)["entry"]:
        yield from (f"{entry['request']['url']} of the init bundle: the vault config has no secret {secret}"
                    for secret in referred(entry["resource"]) if secret not in known)
    if not HASH.search(name):
        yield f"ConfigMap {name}: it is read at a start, and without a hash in the name a change waits for the next one"


def referred(value):
    """The secrets that a resource refers to, wherever in it."""
    if isinstance(value, dict):
        if value.get("url") == REFERENCE:
            yield value["valueString"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from referred(each)


def _store(manifests):
    store = environment(manifests).get("KEYWARD_STORE", "")
    if not any("claim" in volume and store.startswith(f"{path}/") for path, volume in mounts(manifests).items()):
        yield f"KEYWARD_STORE={store}: it lies below no volume of a claim, so a new pod has forgotten all Clients"


def _network(manifests):
    spec, container = overlays.pod(manifests)
    variables, ports = environment(manifests), {each["name"]: each["containerPort"] for each in container["ports"]}
    expected = {"http": variables.get("KEYWARD_PORT", "8080"), "ops": variables.get("KEYWARD_OPS_PORT")}
    for name, port in expected.items():
        if str(ports.get(name)) != port:
            yield f"port {name} is {ports.get(name)}, keyward listens on {port}"
    if variables.get("KEYWARD_HOST") != "0.0.0.0":
        yield f"KEYWARD_HOST={variables.get('KEYWARD_HOST')}: clients and kubelet's probes come from outside the pod"
    policy = overlays.the(manifests, "NetworkPolicy")["spec"]
    used = [each["port"] for rule in policy.get("ingress", []) for each in rule["ports"]]
    used += [each["targetPort"] for service in overlays.of_kind(manifests, "Service").values()
             for each in service["spec"]["ports"]]
    used += [container[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")]
    yield from (f"port {each} is used, the container has no port of that name" for each in used if each not in ports)


def _names(manifests):
    workload = overlays.the(manifests, "StatefulSet")
    labels = workload["spec"]["template"]["metadata"]["labels"]
    services = overlays.of_kind(manifests, "Service")
    selectors = {f"Service {name}": each["spec"]["selector"] for name, each in services.items()}
    selectors["NetworkPolicy"] = overlays.the(manifests, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"]
    selectors["StatefulSet"] = workload["spec"]["selector"]["matchLabels"]
    yield from (f"{name} selects {selector}, the pod has {labels}"
                for name, selector in selectors.items() if not selector.items() <= labels.items())
    if workload["spec"]["serviceName"] not in services:
        yield f"serviceName {workload['spec']['serviceName']}: there is no such Service"
    account = workload["spec"]["template"]["spec"]["serviceAccountName"]
    if account not in overlays.of_kind(manifests, "ServiceAccount"):
        yield f"serviceAccountName {account}: there is no such ServiceAccount"
    namespace = overlays.the(manifests, "Namespace")
    yield from (f"{each['kind']} {each['metadata']['name']} is not in the namespace {namespace['metadata']['name']}"
                for each in manifests
                if each is not namespace and each["metadata"].get("namespace") != namespace["metadata"]["name"])
