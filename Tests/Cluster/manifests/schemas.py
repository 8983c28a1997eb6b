"""Whether every manifest has the shape that Kubernetes asks for, from 1.30 to the newest whose schemas are at hand. A
field that a version does not know is a finding."""

import functools
import json
import pathlib

import jsonschema
import kubernetes_validate
import yaml

VERSIONS = [f"1.{minor}" for minor in range(30, int(kubernetes_validate.latest_version().split(".")[1]) + 1)]
PROVIDERS = json.loads(pathlib.Path(__file__).with_name("secret-provider-class.json").read_text())


def findings(manifests):
    return [finding for each in manifests for finding in _findings(json.dumps(each, sort_keys=True))]


# Most manifests are the same in every overlay.
@functools.cache
def _findings(text):
    manifest = json.loads(text)
    what = f"{manifest['kind']} {manifest['metadata']['name']}"
    if manifest["kind"] == "SecretProviderClass":
        return [f"{what}: {finding}" for finding in _provider_findings(manifest)]
    found = []
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            found.append(f"{what}: Kubernetes {version}: {_where(error)}")
        except kubernetes_validate.SchemaNotFoundError as error:
            found.append(f"{what}: {error.message}")
    return found


def _provider_findings(manifest):
    """The class itself, its parameters, and the secrets that one of them lists as YAML in a string."""
    found = _errors(PROVIDERS["class"], manifest)
    if found:
        return found
    provider, parameters = manifest["spec"]["provider"], manifest["spec"]["parameters"]
    schema = PROVIDERS["providers"][provider]
    found = _errors(schema["parameters"], parameters, "spec.parameters")
    if found:
        return found
    try:
        for index, each in enumerate(objects(manifest)):
            place = f"spec.parameters.{schema['list']}[{index}]"
            found += _errors(schema["object"], each, place)
            if each.get("objectVersion") or not each.get("resourceName", "/latest").endswith("/latest"):
                found.append(f"{place}: it is of one version, and never rotates")
    except LookupError as error:
        found.append(str(error))
    return found


def objects(manifest):
    """The secrets that a SecretProviderClass lists, whatever its provider calls them."""
    provider = manifest["spec"]["provider"]
    name = PROVIDERS["providers"][provider]["list"]
    try:
        listed = yaml.safe_load(manifest["spec"]["parameters"][name])
        # Azure's provider alone has strings of YAML in YAML in a string.
        return [yaml.safe_load(each) for each in listed["array"]] if provider == "azure" else listed
    except (yaml.YAMLError, TypeError, KeyError) as error:
        raise LookupError(f"spec.parameters.{name} is no list of secrets as {provider} has it: {error}") from error


def _errors(schema, instance, place=""):
    return [f"{place} {_where(error)}".strip()
            for error in jsonschema.Draft202012Validator(schema).iter_errors(instance)]


def _where(error):
    place = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in error.absolute_path)
    return f"{place.lstrip('.')}: {error.message}".lstrip(": ")
