"""The overlays of k8s/, built by kustomize as `kubectl apply -k` builds them, each behind the namespace that it goes
into: by themselves, and with the component that brings Clients from Git."""

import functools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
# What the name of an overlay has at its end when the component is in it.
WITH_CLIENTS = " with clients-from-git"
NAMES = [folder.name + end for end in ("", WITH_CLIENTS) for folder in sorted((ROOT / "k8s/overlays").iterdir())]


@functools.cache
def text(name):
    """A namespace and an overlay as one text of YAML; ends the program where kustomize cannot build it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "k8s"
        shutil.copytree(ROOT / "k8s", copy, ignore=shutil.ignore_patterns(".state"))
        overlay = copy / "overlays" / name.removesuffix(WITH_CLIENTS)
        if name.endswith(WITH_CLIENTS):
            with (overlay / "kustomization.yaml").open("a") as file:
                file.write(_component())
        built = subprocess.run(["kubectl", "kustomize", overlay], capture_output=True, text=True, timeout=60)
    if built.returncode != 0:
        sys.exit(f"k8s/overlays/{name} cannot be built: {built.stderr.strip()}")
    return f"{(ROOT / 'k8s/namespace.yaml').read_text()}---\n{built.stdout}"


def _component():
    """The line that docs/kubernetes.md tells its readers to write into an overlay."""
    line = re.search(r"^components: .*\n", (ROOT / "docs/kubernetes.md").read_text(), re.M)
    if not line:
        sys.exit("docs/kubernetes.md has no line that begins with `components: `")
    return line.group()


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
    print(f"{len(NAMES) // 2} overlays, each with and without Clients from Git, {seen(total)}")
    sys.exit(1 if wrong or not NAMES else 0)
