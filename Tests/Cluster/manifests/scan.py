"""What checkov, a scanner of policies, says of an overlay, without the network. An exception that is not needed any
more is a finding too."""

import pathlib
import tempfile

import yaml
from checkov.kubernetes.runner import Runner
from checkov.runner_filter import RunnerFilter

EXCEPTIONS = {
    "CKV_K8S_11": "no limit for the processor: it would hold back requests while the node idles",
    "CKV_K8S_43": "no digest: there is no published image; who publishes one sets its digest with kustomize's images",
    "CKV_K8S_15": "pulled if not present: the tag is a version, and a node needs no registry to start a pod again",
}


def findings(manifests):
    failed = _failed(manifests)
    return [
        *(f"{code}: {text}" for code, text in failed.items() if code not in EXCEPTIONS),
        *(f"{code}: an exception that is not needed" for code in EXCEPTIONS if code not in failed)]


def _failed(manifests):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "overlay.yaml"
        file.write_text(yaml.safe_dump_all(manifests))
        report = Runner().run(root_folder=None, files=[str(file)], runner_filter=RunnerFilter(framework=["kubernetes"]))
    if report.parsing_errors or not report.passed_checks:
        raise RuntimeError(f"checkov has read nothing of the overlay: {report.parsing_errors}")
    return {each.check_id: f"{each.check_name} ({each.resource})" for each in report.failed_checks}
