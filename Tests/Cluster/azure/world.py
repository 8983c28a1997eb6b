"""A subscription, a cluster in it and the server in that: what the stand-ins for az, kubectl and curl answer from."""

import json
import os
import re
import subprocess
import threading

import yaml

from .cloud import TENANT, Cloud
from .stand_ins import Answer, Refused

PORT = 40000
# How many requests find the old value after a new one is in Key Vault: the driver looks now and then.
DELIVERY = 2
MOUNTED = ["client-secret", "root-secret"]
renderings, rendering = {}, threading.Lock()


class World(Cloud):
    def __init__(self, kubectl):
        super().__init__()
        self.kubectl_path = kubectl
        self.calls = []
        self.faults = []
        self.fail_at = None
        self.too_late = False
        self.failing = None
        self.manifests = None
        self.mounted = {}
        self.delivery = DELIVERY
        self.client = None
        self.forwards = []

    def answer(self, call):
        if call.tool == "az":
            return self.az(call)
        return getattr(self, call.tool)(call)

    # MARK: kubectl

    def kubectl(self, call):
        words = [word for word in call.arguments if not word.startswith("--")]
        if call.arguments[0] == "kustomize":
            return self.kustomize(call.arguments)
        assert re.search(r"KUBECONFIG=[^\0]*/tmp/tmp[^\0]*/kubeconfig\0", call.environment)
        if words[:2] == ["kube-system", "rollout"]:
            if not self.driver(next(iter(self.clusters))):
                raise Refused(f"Error from server (NotFound): {words[-1]} not found")
            return Answer()
        if words[0] == "apply":
            with open(words[1]) as file:
                content = file.read()
            if content != self.manifests:
                self.changes.append("manifests")
            self.manifests = content
            return Answer()
        assert words[0] == self.namespace, f"{words[0]}, not {self.namespace}"
        if words[1] == "rollout":
            self.mount()
            return Answer("partitioned roll out complete\n")
        if words[1] == "exec":
            program, *files = call.arguments[call.arguments.index("--") + 1:]
            if program == "keyward":
                return self.keyward(*files)
            assert program == "ls" and files == [f"/run/azure-secrets/{name}" for name in MOUNTED]
            return Answer("".join(f"{file}\n" for file in files))
        if words[1] == "port-forward":
            self.forwards.append(call.process)
            return Answer(f"Forwarding from 127.0.0.1:{PORT} -> 8080\n", stays=True)
        raise NotImplementedError

    def kustomize(self, arguments):
        """By the real kubectl, once for what is in the folder."""
        folder = arguments[-1]
        with rendering:
            with open(os.path.join(self.folder, folder, "kustomization.yaml")) as file:
                key = file.read()
            if key not in renderings:
                renderings[key] = subprocess.run(
                    [self.kubectl_path, *arguments], cwd=self.folder, capture_output=True, text=True)
            done = renderings[key]
        return Answer(done.stdout, done.stderr, done.returncode)

    @property
    def objects(self):
        return {object["kind"]: object for object in yaml.safe_load_all(self.manifests or "")}

    @property
    def namespace(self):
        return self.objects["Namespace"]["metadata"]["name"] if self.manifests else None

    def mount(self):
        """What the driver does for the pod, with all that must agree for it."""
        objects = self.objects
        parameters = objects["SecretProviderClass"]["spec"]["parameters"]
        cluster = next(iter(self.clusters.values()))
        identity = next(one for one in self.identities.values() if one["clientId"] == parameters["clientID"])
        account = objects["StatefulSet"]["spec"]["template"]["spec"]["serviceAccountName"]
        subject = f"system:serviceaccount:{self.namespace}:{account}"
        issuer = cluster["oidcIssuerProfile"]["issuerUrl"]
        federated = {"identity": identity["name"], "issuer": issuer, "subject": subject}
        vault = self.vaults[parameters["keyvaultName"]]
        image = objects["StatefulSet"]["spec"]["template"]["spec"]["containers"][0]["image"]
        if not any(federated.items() <= credential.items() for credential in self.credentials):
            raise Refused("AADSTS70021: No matching federated identity record found for presented assertion")
        if not self.has_role(identity["principalId"], "Key Vault Secrets User", vault["id"]):
            raise Refused("ForbiddenByRbac")
        assert parameters["tenantID"] == TENANT and self.driver(cluster["name"])
        assert image == "ghcr.io/somebody/keyward:1.0" or self.pulls(image)
        if not self.mounted:
            self.mounted = {name: self.newest(vault["name"], name) for name in MOUNTED}

    def pulls(self, image):
        registry = next(one for one in self.registries.values() if image.startswith(one["loginServer"]))
        tag = image.split("/")[1]
        kubelet = next(iter(self.clusters.values()))["identityProfile"]["kubeletidentity"]["objectId"]
        return (registry["name"], tag) in self.builds and self.has_role(kubelet, "AcrPull", registry["id"])

    def keyward(self, command):
        assert command == "check"
        return Answer()

    # MARK: curl

    def curl(self, call):
        """The server, as far as step 10 sees it."""
        settings, url = {}, call.arguments[-1]
        assert call.arguments[0] == "--disable"
        for flag, value in zip(call.arguments, call.arguments[1:]):
            if flag == "--config":
                with open(os.path.join(self.folder, value)) as file:
                    settings |= curl_settings(file.read())
        assert settings["write-out"] == "%{http_code}" and settings["noproxy"] == "*" and settings["max-time"]
        user, _, password = settings["user"].partition(":")
        status, body = self.respond(call, user, password, url.removeprefix(f"http://127.0.0.1:{PORT}/fhir/"))
        call.write(call.arguments[call.arguments.index("--output") + 1], json.dumps(body))
        return Answer(str(status))

    def respond(self, call, user, password, path):
        if path.startswith("Client/"):
            if user != "root" or password != self.mounted["root-secret"]:
                return 401, {}
            if "--upload-file" in call.arguments:
                with open(os.path.join(self.folder, call.arguments[call.arguments.index("--upload-file") + 1])) as file:
                    created, self.client = self.client is None, json.load(file)
                self.changes.append("client")
                return 201 if created else 200, self.client
            return (200, self.client) if self.client else (404, {})
        vault = self.objects["SecretProviderClass"]["spec"]["parameters"]["keyvaultName"]
        if self.newest(vault, "client-secret") != self.mounted["client-secret"]:
            self.delivery -= 1
            if self.delivery < 0:
                self.mounted["client-secret"] = self.newest(vault, "client-secret")
                self.delivery = DELIVERY
        known = self.client and user == self.client["id"] and password == self.mounted["client-secret"]
        return (200, {"resourceType": "Bundle"}) if known else (401, {})


def curl_settings(text):
    """A config file as curl reads it: a value ends at the first quotation mark that has no backslash before it."""
    found = re.findall(r'^([a-z-]+) = (?:"((?:[^"\\]|\\.)*)"|(\S+))', text, re.M)
    return {name: re.sub(r"\\(.)", r"\1", quoted) or plain for name, quoted, plain in found}
