#!/usr/bin/env python3
"""One conversation with Keyward, held by a client that people use: requests, httpx, aiohttp or curl.

    scenario.py CLIENT URL --root root:VALUE --basic basic:VALUE [--ca FILE] [--cert FILE --key FILE]

URL is the server's, http or https. The store must be empty, and the vault must have a secret `client-secret` in scope of
Client/basic, whose value is in --basic. Says each step and what came; exits 1 at the first that is not as it should be.
"""

import argparse
import gzip
import json

from clients import CLIENTS

FHIR = {"Content-Type": "application/fhir+json"}
GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}


def fail(what, answer=None):
    raise SystemExit(f"FAILED: {what}" + (f"\n{answer.status} {answer.fields}\n{answer.content[:600]!r}" if answer else ""))


def check(what, condition, answer=None):
    if not condition:
        fail(what, answer)


def is_outcome(answer):
    try:
        body = json.loads(answer.content)
    except ValueError:
        return False
    return body.get("resourceType") == "OperationOutcome" and all(issue.get("diagnostics") for issue in body["issue"])


class Conversation:
    def __init__(self, client, options):
        self.client = client
        self.root = tuple(options.root.split(":", 1))
        self.basic = tuple(options.basic.split(":", 1))

    def ask(self, what, status, method, path, fields=None, body=None, who="basic", outcome=None):
        """One step: the answer must have the status; from 400 on it must be an OperationOutcome."""
        user = {"basic": self.basic, "root": self.root, "nobody": None, "impostor": (self.basic[0], "wrong")}[who]
        answer = self.client.send(method, path, {**PLAIN, **(FHIR if body is not None else {}), **(fields or {})}, body, user)
        print(f"{what}: {answer.status}", flush=True)
        check(f"{what}: {status} was to come", answer.status == status, answer)
        check(f"{what}: no request id", answer.fields.get("x-request-id"), answer)
        if status >= 400 and method != "HEAD":
            check(f"{what}: the error is no OperationOutcome", is_outcome(answer), answer)
        return answer

    def put_client(self):
        body = {
            "resourceType": "Client", "id": "basic", "grant_types": ["basic"],
            "_secret": {"extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"},
                {"url": "http://health-samurai.io/fhir/secret-reference", "valueString": "client-secret"}]}}
        text = json.dumps(body).encode()
        self.ask("nobody may put a Client", 401, "PUT", "/fhir/Client/basic", body=text, who="nobody")
        answer = self.ask("root puts a Client", 201, "PUT", "/fhir/Client/basic", body=text, who="root")
        check("the reference comes back as it was", json.loads(answer.content)["_secret"] == body["_secret"], answer)
        self.ask("a Client may not read Clients", 403, "GET", "/fhir/Client/basic")

    def credentials(self):
        for who in ("nobody", "impostor"):
            answer = self.ask(f"{who} reads", 401, "GET", "/fhir/Patient", who=who)
            check("the challenge", answer.fields.get("www-authenticate", "").startswith('Basic realm="fhir"'), answer)

    def versions(self):
        patient = {"resourceType": "Patient", "id": "a", "x": 1.5}
        text = json.dumps(patient).encode()
        created = self.ask("create by PUT", 201, "PUT", "/fhir/Patient/a", {"If-None-Match": "*"}, text)
        check("the first version", created.fields["etag"] == 'W/"1"', created)
        check("its place", created.fields["location"].endswith("/fhir/Patient/a/_history/1"), created)
        self.ask("create it twice", 412, "PUT", "/fhir/Patient/a", {"If-None-Match": "*"}, text)
        read = self.ask("read", 200, "GET", "/fhir/Patient/a")
        check("what was stored", json.loads(read.content)["x"] == 1.5, read)
        same = self.ask("read what one has", 304, "GET", "/fhir/Patient/a", {"If-None-Match": 'W/"1"'})
        check("304 has no content", same.content == b"", same)
        updated = self.ask("update", 200, "PUT", "/fhir/Patient/a", {"If-Match": 'W/"1"'}, text)
        check("the second version", updated.fields["etag"] == 'W/"2"', updated)
        self.ask("update the version before", 412, "PUT", "/fhir/Patient/a", {"If-Match": 'W/"1"'}, text)
        posted = self.ask("create by POST", 201, "POST", "/fhir/Patient", body=b'{"resourceType":"Patient"}')
        version = "/fhir" + posted.fields["location"].split("/fhir", 1)[1]
        path = version.split("/_history/")[0]
        self.ask("delete", 204, "DELETE", path)
        self.ask("read the version before", 200, "GET", version)
        self.ask("read what is deleted", 410, "GET", path)
        head = self.ask("HEAD", 200, "HEAD", "/fhir/Patient/a")
        check("HEAD has no content", head.content == b"", head)
        check("HEAD has the length of GET", head.fields["content-length"] == str(len(updated.content)), head)

    def errors(self):
        self.ask("no JSON", 400, "PUT", "/fhir/Patient/b", body=b"{")
        self.ask("another type", 415, "PUT", "/fhir/Patient/b", {"Content-Type": "text/plain"}, b"{}")
        self.ask("another method", 405, "PATCH", "/fhir/Patient/b", body=b"{}")
        self.ask("no such path", 404, "GET", "/nowhere")

    def paging(self):
        for index in range(25):
            body = json.dumps({"resourceType": "Observation", "id": f"o-{index:02}", "note": "n" * 100}).encode()
            self.ask("fill", 201, "PUT", f"/fhir/Observation/o-{index:02}", body=body)
        path, found, pages = "/fhir/Observation?_count=10", [], 0
        while path:
            answer = self.ask("a page", 200, "GET", path, GZIP if pages % 2 else None)
            bundle = json.loads(answer.content)
            found += [entry["resource"]["id"] for entry in bundle["entry"]]
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            path = "/fhir" + following[0].split("/fhir", 1)[1] if following else None
            pages += 1
        check("three pages with all of it, in order", pages == 3 and found == [f"o-{index:02}" for index in range(25)])

    def codings(self):
        plain = self.ask("a page as it is", 200, "GET", "/fhir/Observation?_count=20")
        packed = self.ask("a page in gzip", 200, "GET", "/fhir/Observation?_count=20", GZIP)
        check("it is packed", packed.fields.get("content-encoding") == "gzip", packed)
        check("it is smaller", int(packed.fields["content-length"]) < len(plain.content) / 2, packed)
        check("it is the same", packed.content == plain.content, packed)
        check("both vary", plain.fields.get("vary") == packed.fields.get("vary") == "Accept-Encoding", plain)
        text = b'{"resourceType":"Patient","id":"gz"}'
        coding = {"Content-Encoding": "gzip"}
        self.ask("content in gzip", 201, "PUT", "/fhir/Patient/gz", coding, gzip.compress(text))
        self.ask("content cut off", 400, "PUT", "/fhir/Patient/gz", coding, gzip.compress(text)[:-1])
        self.ask("content that goes on", 400, "PUT", "/fhir/Patient/gz", coding, gzip.compress(text) + b"\0")
        self.ask("a bomb", 413, "PUT", "/fhir/Patient/gz", coding, gzip.compress(bytes(50_000_000)))
        brotli = self.ask("another coding", 415, "PUT", "/fhir/Patient/gz", {"Content-Encoding": "br"}, text)
        check("415 says which there is", brotli.fields.get("accept-encoding") == "gzip", brotli)

    def sizes(self):
        def body(count):
            start, end = b'{"resourceType":"Patient","id":"big","x":"', b'"}'
            return start + b"x" * (count - len(start) - len(end)) + end
        self.ask("1.9 MB", 201, "PUT", "/fhir/Patient/big", body=body(1_900_000))
        read = self.ask("1.9 MB back", 200, "GET", "/fhir/Patient/big")
        check("all of it", len(read.content) > 1_900_000 and read.content.count(b"x") > 1_899_000)
        packed = self.ask("1.9 MB back in gzip", 200, "GET", "/fhir/Patient/big", GZIP)
        check("the same", packed.content == read.content and packed.fields.get("content-encoding") == "gzip")
        self.ask("2.1 MB", 413, "PUT", "/fhir/Patient/big", body=body(2_200_000))
        self.ask("the next request", 200, "GET", "/fhir/Patient/a")

    def reuse(self):
        self.ask("first of ten", 200, "GET", "/fhir/Patient/a")
        before = self.client.connections
        for _ in range(9):
            self.ask("one of ten", 200, "GET", "/fhir/Patient/a")
        self.ask("an error on the way", 404, "GET", "/fhir/Patient/none")
        self.ask("and on", 200, "GET", "/fhir/Patient/a")
        check(f"one connection for all, not {self.client.connections - before} more", self.client.connections == before)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("client", choices=sorted(CLIENTS))
    parser.add_argument("url")
    parser.add_argument("--root", required=True)
    parser.add_argument("--basic", required=True)
    parser.add_argument("--ca")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    options = parser.parse_args()
    client = CLIENTS[options.client](options.url.rstrip("/"), options.ca, options.cert, options.key)
    try:
        conversation = Conversation(client, options)
        for part in ("put_client", "credentials", "versions", "errors", "paging", "codings", "sizes", "reuse"):
            print(f"# {part}", flush=True)
            getattr(conversation, part)()
    finally:
        client.close()
    print("all is well")


if __name__ == "__main__":
    main()
