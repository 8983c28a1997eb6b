"""The signals that a row promises, and whether a pod shows them."""

import json
import re
import time

from . import exposition, firing


def read(text):
    """A signal as the row has it; raises ValueError where it is written in no known way."""
    for pattern, signal in KINDS:
        if found := re.fullmatch(pattern, text):
            return signal(*found.groups())
    raise ValueError(f"`{text}` is written as no signal is; Tests/Cluster/operating/signals.py has the ways")


class Metric:
    """`* metric: `SELECTOR` rises`, or `is N`, `is above N`, `is below N` (or `now`): the sum of what it selects."""

    def __init__(self, selector, order, bound):
        self.selector, self.order = exposition.Selector.one(selector), order
        self.bound = time.time() if bound == "now" else bound and float(bound)

    def missing(self, pod):
        chosen = self.selector.chosen(pod.samples())
        now = sum(sample.value for sample in chosen)
        before = sum(sample.value for sample in self.selector.chosen(pod.baseline))
        holds = {
            "rises": now > before, "is": now == self.bound, "is above": self.bound is not None and now > self.bound,
            "is below": self.bound is not None and now < self.bound}[self.order]
        if not chosen:
            return "no such series"
        return None if holds else f"it was {before} and is {now}"


class Log:
    """`* log: `MESSAGE` with `name=value`, …`: a line with that message and these members."""

    def __init__(self, message, fields):
        self.message = message
        self.fields = dict(each.split("=", 1) for each in re.findall(r"`([^`]+)`", fields or ""))

    def missing(self, pod):
        return None if pod.lines(self.message, **self.fields) else f"no such line in the log:\n{pod.log[-3000:]}"


class Check:
    """`* check: error `CODE``: a finding of `keyward check`."""

    def __init__(self, severity, code):
        self.severity, self.code = severity, code

    def missing(self, pod):
        done = pod.keyward("check", "--format", "json")
        if done.returncode not in (0, 1):
            return done.stderr
        found = [(each["severity"], each["code"]) for each in json.loads(done.stdout)["findings"]]
        return None if (self.severity, self.code) in found else f"it finds {found}"


class Health:
    """`* health: `checks.NAME` is `STATUS``, with 503 where it is `fail`."""

    def __init__(self, name, status):
        self.name, self.status = name, status

    def missing(self, pod):
        code, content = pod.ask("/health")
        status = json.loads(content)["checks"].get(self.name, [{}])[0].get("status")
        wanted = 503 if self.status == "fail" else 200
        return None if (status, code) == (self.status, wanted) else f"it is {status}, with {code}"


class Probe:
    """`* probe: `PATH` is CODE`, on the ops port."""

    def __init__(self, path, code):
        self.path, self.code = path, int(code)

    def missing(self, pod):
        code = pod.ask(self.path, "ops")[0]
        return None if code == self.code else f"it is {code}"


class Exit:
    """`* exit: CODE, with `TEXT` on standard error`."""

    def __init__(self, code, text):
        self.code, self.text = int(code), text

    def missing(self, pod):
        said = pod.log
        return None if (pod.status, self.text in said) == (self.code, True) else f"exit {pod.status}: {said}"


class Alert:
    """`* alert: `NAME``: it fires on what the pod shows."""

    def __init__(self, name):
        self.name = name

    def missing(self, pod):
        # A server that did not start shows nothing.
        return firing.missing(self.name, pod.baseline, pod.samples() if pod.server else [])


class Nothing:
    """`* nothing: WHY`: keyward does not show it."""

    def __init__(self, why):
        self.why = why

    def missing(self, pod):
        return None


KINDS = [
    (r"metric: `([^`]+)` (rises|is above|is below|is)(?: (\d+(?:\.\d+)?|now))?", Metric),
    (r"log: `([^`]+)`(?: with (`[^`]+`(?:, `[^`]+`)*))?", Log),
    (r"check: (error|warning) `([^`]+)`", Check),
    (r"health: `checks\.(\w+)` is `(pass|warn|fail)`", Health),
    (r"probe: `([^`]+)` is (\d+)", Probe),
    (r"exit: (\d+), with `([^`]+)` on standard error", Exit),
    (r"alert: `(\w+)`", Alert),
    (r"nothing: (.+)", Nothing),
]
