"""Headings of a page as GitHub makes anchors of them, and links that lead nowhere."""

import functools
import re

from .pod import ROOT

FENCE = re.compile(r"^( *)```.*?^\1```", re.M | re.S)


@functools.cache
def anchors(path):
    """The anchors of a page, each with the anchor of the chapter (`##`) it is in, itself included."""
    found, chapter = {}, None
    for level, heading in re.findall(r"^(#+) (.+)$", FENCE.sub("", path.read_text()), re.M):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        chapter = anchor if len(level) <= 2 else chapter
        found[anchor] = chapter
    return found


def broken(path):
    """The links of a page to files and headings that are not there."""
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", path.read_text())):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = path.parent / name if name else path
        if not file.exists():
            yield f"links to {target}: there is no such file"
        elif anchor and anchor not in anchors(file.resolve()):
            yield f"links to {target}: there is no such heading"


def broken_place(place):
    """What is wrong with a place as `docs/page.md#anchor`, or as `page.md#anchor` in docs."""
    name, _, anchor = place.removeprefix("docs/").partition("#")
    file = ROOT / "docs" / name
    return not file.exists() or anchor not in anchors(file)
