"""What a server answers that is started as the container of an overlay is, but on loopback and with a store in memory:
whether the Clients from Git are there."""

import base64
import http.client
import json
import subprocess
import threading

from . import agreement

LIMIT = 60
HERE = {
    "KEYWARD_HOST": "127.0.0.1", "KEYWARD_PORT": "0", "KEYWARD_OPS_PORT": "0", "KEYWARD_STORE": "memory:"}


def value(secret):
    """What its file holds."""
    return f"the value of {secret}"


def findings(command, bundle, environment, folder, identity):
    server = subprocess.Popen(
        command, env=environment | HERE, cwd=folder, stderr=subprocess.PIPE, text=True, **identity)
    late = threading.Timer(LIMIT, server.kill)
    late.start()
    try:
        said = list(_until_it_listens(server.stderr))
        if not said or said[-1].get("message") != "listening":
            return [f"keyward serve does not listen: {said}"]
        # Nobody reads the rest; it must not fill the pipe.
        threading.Thread(target=server.stderr.read, daemon=True).start()
        return list(_missing(bundle, said[-1]["port"], environment["KEYWARD_ROOT_SECRET"]))
    finally:
        late.cancel()
        server.terminate()
        server.wait(LIMIT)


def _until_it_listens(lines):
    for line in lines:
        yield (said := json.loads(line) if line.startswith("{") else {"error": line.strip()})
        if said.get("message") == "listening":
            return


def _missing(bundle, port, root):
    for entry in bundle["entry"]:
        place, resource = entry["request"]["url"], entry["resource"]
        if (status := _status(port, f"/fhir/{place}", "root", value(root))) != 200:
            yield f"{place} of the init bundle: {status} where it is to be"
        for secret in agreement.referred(resource) if resource["resourceType"] == "Client" else ():
            if (status := _status(port, "/fhir/Patient", resource["id"], value(secret))) != 200:
                yield f"{place} of the init bundle gets {status} for its password"


def _status(port, path, user, password):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        connection.request("GET", path, headers={"Authorization": f"Basic {credentials}"})
        return connection.getresponse().status
    finally:
        connection.close()
