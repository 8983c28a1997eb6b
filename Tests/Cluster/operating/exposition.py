"""Metrics as text: what /metrics says, and which of it a selector of PromQL chooses."""

import re
from dataclasses import dataclass

LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"')
# A name, and what stands in braces behind it; a brace in a quoted value ends nothing.
SELECTOR = re.compile(r'\b(keyward_\w+|up)\b(?:\{((?:[^}"]|"(?:[^"\\]|\\.)*")*)\})?')


@dataclass(frozen=True)
class Sample:
    name: str
    labels: dict
    value: float


@dataclass(frozen=True)
class Family:
    """What the lines `# HELP` and `# TYPE` say, and the samples behind them."""
    name: str
    type: str
    help: str
    samples: list

    @property
    def labels(self):
        """The names of its labels, without the one that the format adds to buckets."""
        return {label for sample in self.samples for label in sample.labels} - {"le"}


def families(text):
    """By name, in the order of the text."""
    found, helps = {}, {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            helps[name] = words
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            family = found[name] = Family(name, kind, helps.get(name, ""), [])
        elif line:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            family.samples.append(Sample(name, dict(LABEL.findall(labels or "")), float(value)))
    return found


def samples(text):
    return [sample for family in families(text).values() for sample in family.samples]


@dataclass(frozen=True)
class Selector:
    name: str
    matchers: tuple

    @classmethod
    def all(cls, expression):
        """Every selector of a metric of keyward, or of `up`, in an expression."""
        return [cls(name, tuple(MATCHER.findall(braces or ""))) for name, braces in SELECTOR.findall(expression)]

    @classmethod
    def one(cls, text):
        found = cls.all(text)
        if len(found) != 1:
            raise ValueError(f"{text} is not one selector")
        return found[0]

    def chooses(self, sample):
        return sample.name == self.name and all(
            holds(operator, value, sample.labels.get(label, "")) for label, operator, value in self.matchers)

    def chosen(self, samples):
        return [sample for sample in samples if self.chooses(sample)]


def holds(operator, pattern, value):
    """As Prometheus has it: a regular expression is held against all of a value."""
    pattern = pattern.replace("\\\\", "\\")
    matches = bool(re.fullmatch(pattern, value)) if "~" in operator else pattern == value
    return matches != operator.startswith("!")
