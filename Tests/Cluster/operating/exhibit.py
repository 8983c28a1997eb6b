"""A server that is made to show every metric, and every value of a label that anybody looks for."""

from .pod import CLIENT, VALUES, Pod
from .stage_secrets import denied, overlapping
from .stage_store import journal
from .stage_wire import issue, with_tls


def text():
    """What /metrics says after a rotation, uses of both values, denials, and writes that the store refuses."""
    with Pod() as pod:
        with_tls(pod, issue(pod))
        pod.environment["KEYWARD_AUDIT_LOG"] = str(pod.claim / "audit.ndjson")
        overlapping(pod, "10m")
        assert pod.login() == pod.login(b"rotated") == 200
        denied(pod, b"wrong")
        assert pod.put("/fhir/Client/basic", CLIENT) == 200
        store = journal(pod).parent
        store.rename(store.with_name("elsewhere"))
        assert pod.put("/fhir/Patient/a", {"resourceType": "Patient", "id": "a"}, "basic", b"rotated") == 503
        assert pod.login(VALUES["root-secret"], "root") == 200
        assert pod.ask("/livez", "ops")[0] == 200
        # The first look at /metrics counts itself for the second.
        pod.samples()
        return pod.ask("/metrics", "ops")[1]
