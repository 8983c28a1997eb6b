"""A client that does the same whenever it runs: one connection, requests as bytes, every answer read to its end."""

import socket

import servers
from servers import FHIR, TIMEOUT, Fault


def request(method, target, body="", password=servers.PASSWORD, fields=""):
    content = f"Content-Type: {FHIR}\r\nContent-Length: {len(body.encode())}\r\n" if body else ""
    credentials = servers.authorization(password)
    return (f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: {credentials}\r\n"
            f"{fields}{content}\r\n{body}").encode()


class Client:
    """One connection to a server that sends the same request again and again, and wants the same status."""

    def __init__(self, server, request, status):
        self.request, self.status = request, status
        plain = socket.create_connection(("127.0.0.1", server.port), timeout=6 * TIMEOUT)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = servers.trusting().wrap_socket(plain) if server.tls else plain
        self.received = b""

    def ask(self, together=1):
        self.send(together)
        self.receive(together)

    def send(self, together=1):
        self.socket.sendall(self.request * together)

    def receive(self, together=1):
        for _ in range(together):
            while (end := self.received.find(b"\r\n\r\n")) < 0:
                self._more()
            head = self.received[:end].lower()
            if not head.startswith(b"http/1.1 %d " % self.status):
                raise Fault(f"the answer is not {self.status}: {self.received[:300]!r}")
            at = head.find(b"\r\ncontent-length:")
            length = int(head[at + 17:].split(b"\r\n")[0]) if at >= 0 and self.status != 304 else 0
            while len(self.received) < end + 4 + length:
                self._more()
            self.received = self.received[end + 4 + length:]

    def close(self):
        self.socket.close()

    def _more(self):
        part = self.socket.recv(65536)
        if not part:
            raise Fault(f"the server closed the connection after {self.received[:300]!r}")
        self.received += part
