"""The clients of scenario.py, all with the same two things: `send`, and how many connections they have opened."""

import dataclasses
import ssl
import subprocess
import tempfile

SECONDS = 20


@dataclasses.dataclass
class Answer:
    status: int
    fields: dict  # names in lower case
    content: bytes  # unpacked

    def __post_init__(self):
        self.fields = {name.lower(): value for name, value in self.fields.items()}


class Requests:
    def __init__(self, url, ca, cert, key):
        import requests

        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        if ca:
            self.session.verify = ca
        if cert:
            self.session.cert = (cert, key)

    def send(self, method, path, fields, body, user):
        answer = self.session.request(
            method, self.url + path, headers=fields, data=body, auth=user, timeout=SECONDS, allow_redirects=False)
        return Answer(answer.status_code, answer.headers, answer.content)

    @property
    def connections(self):
        pools = self.session.get_adapter(self.url).poolmanager.pools
        return sum(pools[key].num_connections for key in pools.keys())

    def close(self):
        self.session.close()


def tls(ca, cert, key):
    """The client's side of TLS, with its own certificate where it has one."""
    context = ssl.create_default_context(cafile=ca)
    if cert:
        context.load_cert_chain(cert, key)
    return context


class HTTPX:
    def __init__(self, url, ca, cert, key):
        import httpx

        self.url = url
        self.connections = 0
        self.client = httpx.Client(verify=tls(ca, cert, key), timeout=SECONDS, trust_env=False)

    def send(self, method, path, fields, body, user):
        answer = self.client.request(
            method, self.url + path, headers=fields, content=body, auth=user, extensions={"trace": self.trace})
        return Answer(answer.status_code, answer.headers, answer.content)

    def trace(self, event, details):
        if event == "connection.connect_tcp.complete":
            self.connections += 1

    def close(self):
        self.client.close()


class AIOHTTP:
    def __init__(self, url, ca, cert, key):
        import asyncio

        self.url = url
        self.connections = 0
        self.runner = asyncio.Runner()
        self.session = self.runner.run(self.open(tls(ca, cert, key)))

    async def open(self, context):
        import aiohttp

        trace = aiohttp.TraceConfig()

        async def count(*_):
            self.connections += 1

        trace.on_connection_create_end.append(count)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context), trace_configs=[trace],
            timeout=aiohttp.ClientTimeout(total=SECONDS))

    def send(self, method, path, fields, body, user):
        return self.runner.run(self.ask(method, path, fields, body, user))

    async def ask(self, method, path, fields, body, user):
        import aiohttp

        auth = aiohttp.BasicAuth(*user) if user else None
        async with self.session.request(
            method, self.url + path, headers=fields, data=body, auth=auth, allow_redirects=False) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    def close(self):
        self.runner.run(self.session.close())
        self.runner.close()


class Curl:
    """A process for each request, so it opens a connection for each; what it reuses, ClientTests looks at."""

    connections = 0

    def __init__(self, url, ca, cert, key):
        self.url = url
        self.options = ["--silent", "--show-error", "--max-time", str(SECONDS), "--noproxy", "*", "--compressed"]
        self.options += ["--cacert", ca] if ca else []
        self.options += ["--cert", cert, "--key", key] if cert else []

    def send(self, method, path, fields, body, user):
        with tempfile.TemporaryDirectory() as folder:
            words = ["curl", *self.options, "--dump-header", f"{folder}/header", "--output", f"{folder}/content"]
            words += ["--head"] if method == "HEAD" else ["--request", method]
            for name, value in fields.items():
                words += ["--header", f"{name}: {value}"]
            words += ["--user", ":".join(user)] if user else []
            if body is not None:
                with open(f"{folder}/body", "wb") as file:
                    file.write(body)
                words += ["--data-binary", f"@{folder}/body"]
            subprocess.run([*words, self.url + path], check=True, timeout=SECONDS * 2)
            with open(f"{folder}/header") as file:
                # The last header: a 100 (Continue) may come before it.
                lines = file.read().strip().split("\n\n")[-1].split("\n")
            try:
                with open(f"{folder}/content", "rb") as file:
                    content = file.read()
            except FileNotFoundError:
                content = b""
        if method == "HEAD":
            content = b""
        return Answer(int(lines[0].split()[1]), dict(line.split(": ", 1) for line in lines[1:]), content)

    def close(self):
        pass


CLIENTS = {"requests": Requests, "httpx": HTTPX, "aiohttp": AIOHTTP, "curl": Curl}
