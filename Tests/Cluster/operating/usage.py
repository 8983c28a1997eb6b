"""What rules and dashboard use of metrics, and what of it no server has."""

import functools
import json
import re
from dataclasses import dataclass

import yaml

from . import exposition
from .pod import ROOT

RULES, DASHBOARD = ROOT / "Config/prometheus-rules.yaml", ROOT / "Config/grafana-dashboard.json"
# What Prometheus adds to each series, and histograms to their buckets.
ADDED = {"instance", "job", "le"}


@dataclass(frozen=True)
class Use:
    """An expression, and the labels that the text beside it shows."""
    place: str
    expression: str
    shown: frozenset


@functools.cache
def rules():
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


@functools.cache
def dashboard():
    return json.loads(DASHBOARD.read_text())


def panels():
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def uses():
    for rule in rules():
        text = " ".join(rule["annotations"].values())
        yield Use(f"alert {rule['alert']}", rule["expr"], frozenset(re.findall(r"\$labels\.(\w+)", text)))
    for panel in panels():
        for target in panel["targets"]:
            shown = frozenset(re.findall(r"{{\s*(\w+)\s*}}", target["legendFormat"]))
            yield Use(f"panel {panel['title']}", target["expr"], shown)
    for annotation in dashboard()["annotations"]["list"]:
        yield Use(f"annotation {annotation['name']}", annotation["expr"], frozenset())


def faults(use, samples):
    """What of a use is not in the samples of a server that was made to show all of it."""
    labels = set()
    for selector in exposition.Selector.all(use.expression):
        if selector.name == "up":
            continue
        of_name = [sample for sample in samples if sample.name == selector.name]
        if not of_name:
            yield f"{selector.name}: no server has such a metric"
            continue
        labels |= set(of_name[0].labels)
        yield from (f"{selector.name}: {fault}" for matcher in selector.matchers
                    for fault in _missing(matcher, of_name))
    grouped = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", use.expression) for label in group.split(",")}
    yield from (f"`by ({label})`: none of its metrics has that label" for label in grouped - labels - ADDED)
    # An aggregation leaves the labels that it is by, and no others.
    left = grouped if re.search(r"\bsum\b", use.expression) else labels | ADDED
    if "absent(" in use.expression:
        left = set()
    yield from (f"the text shows the label {label}, which the expression does not leave" for label in use.shown - left)


def _missing(matcher, samples):
    label, operator, pattern = matcher
    if label in ADDED:
        return
    if any(label not in sample.labels for sample in samples):
        yield f"it has no label {label}"
        return
    if operator.startswith("!"):
        return
    # Each of several values is to be there, not only one of them.
    for value in pattern.split("|") if "~" in operator else [pattern]:
        if not any(exposition.holds(operator, value, sample.labels[label]) for sample in samples):
            yield f"its label {label} never is {value}"
