"""The rules of the Pod Security Standard `restricted`, each as the standard names it, and rules of this house."""

from . import overlays

CONFINED = {"RuntimeDefault", "Localhost"}
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
# A store that cannot write is no reason for a restart. The ops port stays plain HTTP when the other one speaks TLS.
PROBES = {"startup": "/readyz", "liveness": "/livez", "readiness": "/readyz"}


def findings(manifests):
    spec, _ = overlays.pod(manifests)
    pod = spec.get("securityContext", {})
    containers = [*spec.get("initContainers", []), *spec["containers"]]
    found = [*_restricted_pod(spec, pod), *_house_pod(spec, manifests)]
    found += [f"Secret {name}: a value belongs into no file of Git, and without one each apply would empty it"
              for name in overlays.of_kind(manifests, "Secret")]
    for container in containers:
        rules = [*_restricted_container(container, pod), *_house_container(container)]
        found += [f"container {container['name']}: {finding}" for finding in rules]
    return found


def _restricted_pod(spec, pod):
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            yield f"Host Namespaces: {name}"
    for volume in spec.get("volumes", []):
        yield from (f"Volume Types: {volume['name']} is a {kind}" for kind in volume if kind not in VOLUMES | {"name"})
    if pod.get("sysctls"):
        yield "Sysctls: none is needed"


def _restricted_container(container, pod):
    own = container.get("securityContext", {})
    both = {**pod, **own}
    capabilities = own.get("capabilities", {})
    if own.get("privileged"):
        yield "Privileged Containers: privileged"
    if own.get("procMount", "Default") != "Default":
        yield "/proc Mount Type: not the default"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield "Host Ports: hostPort"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "Privilege Escalation: allowPrivilegeEscalation is not false"
    if both.get("runAsNonRoot") is not True:
        yield "Running as Non-root: runAsNonRoot is not true"
    if both.get("runAsUser", 0) == 0:
        yield "Running as Non-root user: runAsUser is 0 or not said"
    if both.get("seccompProfile", {}).get("type") not in CONFINED:
        yield "Seccomp: the profile is not RuntimeDefault"
    if "ALL" not in capabilities.get("drop", []) or capabilities.get("add"):
        yield "Capabilities: all are dropped and none is added"


def _house_pod(spec, manifests):
    if spec.get("automountServiceAccountToken") is not False:
        yield "the pod gets a token: automountServiceAccountToken is not false"
    if spec.get("enableServiceLinks") is not False:
        yield "a Service named keyward would set KEYWARD_PORT: enableServiceLinks is not false"
    # The server's drain time-out, and time to close the store.
    if spec.get("terminationGracePeriodSeconds", 30) < 25:
        yield "killed while it drains: terminationGracePeriodSeconds is less than 25"
    yield from (f"ServiceAccount {name} gives its pods a token: automountServiceAccountToken is not false"
                for name, account in overlays.of_kind(manifests, "ServiceAccount").items()
                if account.get("automountServiceAccountToken") is not False)
    workload = overlays.the(manifests, "StatefulSet")["spec"]
    if workload["replicas"] != 1:
        yield "one server holds the store at a time: replicas is not 1"
    labels = overlays.the(manifests, "Namespace")["metadata"]["labels"]
    if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
        yield "the namespace does not enforce the Pod Security Standard restricted"
    for volume in spec["volumes"]:
        csi = volume.get("csi", {"driver": "secrets-store.csi.k8s.io", "readOnly": True})
        if csi.get("readOnly") is not True:
            yield f"volume {volume['name']}: the CSI driver mounts read-only volumes alone"
        if csi["driver"] != "secrets-store.csi.k8s.io":
            yield f"volume {volume['name']}: the CSI driver is called secrets-store.csi.k8s.io"
    policy = overlays.the(manifests, "NetworkPolicy")["spec"]
    if set(policy["policyTypes"]) != {"Ingress", "Egress"} or policy.get("egress"):
        yield "keyward calls nobody: the NetworkPolicy does not forbid all egress"
    if any(_is_open(rule) for rule in policy["ingress"]):
        yield "a rule of the NetworkPolicy lets in everybody, or to every port"


def _is_open(rule):
    """To everybody, who is meant by no `from` and by an empty selector of namespaces, or to every port."""
    return not rule.get("ports") or not rule.get("from") or any(
        peer.get("namespaceSelector") == {} or "ipBlock" in peer for peer in rule["from"])


def _house_container(container):
    places = [mount["mountPath"] for mount in container["volumeMounts"]]
    for mount in container["volumeMounts"]:
        yield from (f"{mount['mountPath']} lies in the volume at {each}, where no folder for it can be made"
                    for each in places if mount["mountPath"].startswith(f"{each}/"))
        if "subPath" in mount or "subPathExpr" in mount:
            yield f"{mount['mountPath']}: a subPath mount never sees a change"
        if mount["name"] != "store" and mount.get("readOnly") is not True:
            yield f"{mount['mountPath']}: keyward writes into its store alone, so mount it readOnly"
    if container.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
        yield "readOnlyRootFilesystem is not true"
    for kind, path in PROBES.items():
        asked = container.get(f"{kind}Probe", {}).get("httpGet", {})
        if (asked.get("path"), asked.get("port")) != (path, "ops"):
            yield f"there is no {kind}Probe of {path} on the port ops"
    resources = container.get("resources", {})
    for kind, name in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
        if name not in resources.get(kind, {}):
            yield f"resources.{kind}.{name} is not said"
    for variable in container["env"]:
        if "valueFrom" in variable:
            yield f"{variable['name']}: a value from elsewhere may be a secret, which is never in the environment"
