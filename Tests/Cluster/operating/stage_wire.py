"""TLS, connections, and requests that are refused."""

import contextlib
import http.client
import ssl

from .pod import IDENTITY, eventually
from .staging import staging


def issue(pod, days=90):
    """A certificate for localhost and its key, as the files of a volume."""
    key, certificate = pod.folder / "key", pod.folder / "certificate"
    pod.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=localhost", "-days", str(days), "-keyout", str(key), "-out", str(certificate)])
    return {"tls.crt": certificate.read_bytes(), "tls.key": key.read_bytes()}


def issue_between(pod, start, end):
    """One that is valid at another time (YYMMDD), which openssl makes by its small authority alone."""
    folder = pod.folder / "authority"
    folder.mkdir()
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    (folder / "configuration").write_text(
        f"[ca]\ndefault_ca = it\n[it]\ndatabase = {folder}/index\nserial = {folder}/serial\nnew_certs_dir = {folder}\n"
        "default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n")
    pod.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
             "/CN=localhost", "-keyout", str(folder / "key"), "-out", str(folder / "request")])
    pod.run(["openssl", "ca", "-batch", "-selfsign", "-notext", "-config", str(folder / "configuration"),
             "-keyfile", str(folder / "key"), "-in", str(folder / "request"), "-out", str(folder / "certificate"),
             "-startdate", f"{start}000000Z", "-enddate", f"{end}000000Z"])
    return {"tls.crt": (folder / "certificate").read_bytes(), "tls.key": (folder / "key").read_bytes()}


def with_tls(pod, files):
    volume = pod.folder / "run/tls"
    pod.deliver(volume, files)
    pod.environment |= {
        "KEYWARD_TLS_CERTIFICATE": str(volume / "tls.crt"), "KEYWARD_TLS_PRIVATE_KEY": str(volume / "tls.key")}
    return volume


@staging
def bad_certificate_pair(pod):
    with_tls(pod, issue(pod) | {"tls.key": issue(pod)["tls.key"]})
    pod.refuse()


@staging
def certificate_swap_refused(pod):
    volume = with_tls(pod, issue(pod))
    pod.start()
    pod.deliver(volume, issue(pod) | {"tls.key": issue(pod)["tls.key"]})
    assert pod.login() == 200, "the pair before is not in force"


@staging
def certificate_expired(pod):
    refused_certificate(pod, issue_between(pod, "200101", "200201"))


@staging
def certificate_early(pod):
    refused_certificate(pod, issue_between(pod, "400101", "400201"))


def refused_certificate(pod, files):
    with_tls(pod, files)
    pod.start()
    try:
        with pod.connect_raw() as raw:
            ssl.create_default_context().wrap_socket(raw, server_hostname="localhost")
    except ssl.SSLCertVerificationError:
        return
    raise AssertionError("a client takes it")


@staging
def certificate_expiring(pod):
    with_tls(pod, issue(pod, days=7))
    pod.start()


@staging
def plain_http_to_tls(pod):
    with_tls(pod, issue(pod))
    pod.start()
    with pod.connect_raw() as raw:
        raw.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"400" in raw.recv(4096), "plain HTTP is not refused"


@staging
def client_certificate_refused(pod):
    files = issue(pod)
    volume = with_tls(pod, files | {"ca.crt": files["tls.crt"]})
    pod.environment |= {
        "KEYWARD_TLS_CLIENT_CA": str(volume / "ca.crt"), "KEYWARD_TLS_CLIENT_AUTH": "required"}
    pod.start(client=None)
    try:
        pod.ask("/livez")
    except ssl.SSLError:
        return
    raise AssertionError("a client without a certificate is served")


def serves(connection):
    """Whether it gets an answer, and is not closed as it comes."""
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().read() == b"ok\n"
    except (http.client.RemoteDisconnected, ConnectionError):
        return False


def crowd(pod, limit, listener="main"):
    """Opens connections until one is closed as it comes, and lets them all go."""
    with contextlib.ExitStack() as stack:
        crowded = [stack.enter_context(contextlib.closing(pod.connect(listener))) for _ in range(limit + 1)]
        assert not all([serves(each) for each in crowded]), f"{limit + 1} connections are served"
    # The server learns a moment later that they are gone.
    eventually(lambda: serves(pod.connect(listener)), "no connection is served any more")


@staging
def connections_full(pod):
    pod.environment["KEYWARD_MAX_CONNECTIONS"] = "10"
    pod.start()
    crowd(pod, 10)
    # One short of it: who looks is to be let in.
    pod.keeping += [pod.connect() for _ in range(9)]
    assert all([serves(each) for each in pod.keeping])


@staging
def ops_full(pod):
    pod.start()
    crowd(pod, 16, "ops")


@staging
def address_full(pod):
    pod.environment["KEYWARD_MAX_CONNECTIONS_PER_ADDRESS"] = "3"
    pod.start()
    crowd(pod, 3)


@staging
def descriptors_short(pod):
    pod.tracing = ["prlimit", "--nofile=200:200"]
    pod.start()


@staging
def descriptors_exhausted(pod):
    pod.start()

    def limit(count):
        # By the server's own user: it needs no right to lower its limit, and to raise it to what it was.
        pod.run([*IDENTITY, "prlimit", f"--pid={pod.server.pid}", f"--nofile={count}:"])
    limit(8)
    with pod.connect_raw() as raw:
        eventually(lambda: "no connection can be accepted" in pod.log, "connections are accepted without descriptors")
        limit(1000)
        raw.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
        assert b"200" in raw.recv(4096), "who waited is not served"


@staging
def body_too_large(pod):
    pod.start()
    assert pod.put_patient(size=3 << 20) == 413


@staging
def slow_clients(pod):
    pod.environment["KEYWARD_HEADER_TIMEOUT"] = "1s"
    pod.start()
    with pod.connect_raw() as raw:
        raw.sendall(b"GET /livez")
        assert b"408" in raw.recv(4096)


@staging
def idle_clients(pod):
    pod.environment["KEYWARD_IDLE_TIMEOUT"] = "300ms"
    pod.start()
    with pod.connect_raw() as raw:
        raw.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" in raw.recv(4096)
        while raw.recv(4096):
            pass


@staging
def metrics_missing(pod):
    pod.start()
