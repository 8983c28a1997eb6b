"""The rows of docs/runbook.md: one a heading, with labelled lines."""

import re
import subprocess
from dataclasses import dataclass

from .pod import ROOT

PATH = ROOT / "docs/runbook.md"
LABELS = ["Symptom", "Find it", "Cause", "Remedy", "Shown by"]
REASON = "Not staged"


@dataclass(frozen=True)
class Row:
    anchor: str
    parts: dict

    @property
    def command(self):
        """The one command that finds it, as it is written."""
        return "\n".join(re.findall(r"```sh\n(.*?)```", self.parts.get("Find it", ""), re.S)).strip()

    @property
    def says(self):
        """What the command's output has in it when it is this; nothing where the row does not tell."""
        found = re.search(r"^says `(.+)`", self.parts.get("Find it", ""), re.M)
        return found[1] if found else None

    @property
    def signals(self):
        """The lines that say where it shows."""
        text = re.sub(r"\n {2,}", " ", self.parts.get("Shown by", ""))
        return re.findall(r"^\* (.+)$", text, re.M)

    @property
    def reason(self):
        """Why it cannot be staged on one machine."""
        return self.parts.get(REASON)

    def faults(self):
        """What the row lacks."""
        yield from (f"has no **{label}:**" for label in LABELS if not self.parts.get(label))
        yield from (f"has an unknown **{label}:**" for label in self.parts if label not in (*LABELS, REASON))
        if not self.signals:
            yield "has no signal: a line `* metric: …`, `* log: …`, … below **Shown by:**"
        blocks = self.parts.get("Find it", "").count("```sh")
        if blocks != 1:
            yield f"has {blocks} commands, and is to have one"
        elif (checked := subprocess.run(["bash", "-n"], input=self.command, capture_output=True, text=True)).stderr:
            yield f"has a command that is none: {checked.stderr.strip()}"


def rows():
    return [row(text) for text in re.split(r"^### ", PATH.read_text(), flags=re.M)[1:]]


def row(text):
    # A heading of the next chapter ends the row.
    anchor, _, rest = re.split(r"^## ", text, flags=re.M)[0].partition("\n")
    pieces = re.split(r"^\*\*([^*]+):\*\*", rest, flags=re.M)
    return Row(anchor.strip(), {label: part.strip() for label, part in zip(pieces[1::2], pieces[2::2])})
