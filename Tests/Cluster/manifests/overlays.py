"""The overlays of k8s/, built by kustomize as `kubectl apply -k` builds them, each behind the namespace that it goes
into."""

import functools
import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAMES = sorted(folder.name for folder in (ROOT / "k8s/overlays").iterdir())


@functools.cache
def text(name):
    """A namespace and an overlay as one text of YAML; ends the program where kustomize cannot build it."""
    built = subprocess.run(
        ["kubectl", "kustomize", ROOT / "k8s/overlays" / name], capture_output=True, text=True, timeout=60)
    if built.returncode != 0:
        sys.exit(f"k8s/overlays/{name} cannot be built: {built.stderr.strip()}")
    return f"{(ROOT / 'k8s/namespace.yaml').read_text()}---\n{built.stdout}"


def manifests(built):
    return [manifest for manifest in yaml.safe_load_all(built) if manifest]


def of_kind(manifests, kind):
    """The manifests of a kind, by their names."""
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


def the(manifests, kind):
    """The only manifest of a kind."""
    found = list(of_kind(manifests, kind).values())
    if len(found) != 1:
        raise LookupError(f"{len(found)} of kind {kind} where one is expected")
    return found[0]


def pod(manifests):
    """The pod's spec and its only container."""
    spec = the(manifests, "StatefulSet")["spec"]["template"]["spec"]
    if len(spec["containers"]) != 1:
        raise LookupError("more than one container")
    return spec, spec["containers"][0]


def report(question, seen=lambda manifests: f"{len(manifests)} manifests"):
    """Asks a question of every overlay, prints the findings and ends the program."""
    wrong = [(name, finding) for name in NAMES for finding in question(manifests(text(name)))]
    for name, finding in wrong:
        print(f"k8s/overlays/{name}: {finding}")
    total = [manifest for name in NAMES for manifest in manifests(text(name))]
    print(f"{len(NAMES)} overlays, {seen(total)}")
    sys.exit(1 if wrong or not NAMES else 0)
