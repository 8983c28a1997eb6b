"""Whether the dashboard has the form that Grafana imports, and its links lead somewhere."""

import re

from . import links, usage


def faults():
    dashboard, panels = usage.dashboard(), usage.panels()
    # 36 is the first with objects as data sources everywhere; what is newer Grafana brings up to date itself.
    if not isinstance(dashboard.get("schemaVersion"), int) or dashboard["schemaVersion"] < 36:
        yield "has no schemaVersion of 36 or above"
    yield from (f"has no {name}" for name in ("uid", "title", "time", "refresh") if not dashboard.get(name))
    variables = {each["name"]: each for each in dashboard["templating"]["list"]}
    if variables.get("datasource", {}).get("type") != "datasource":
        yield "has no variable for the data source"
    everything = dashboard["panels"] + dashboard["annotations"]["list"]
    asking = [each for each in variables.values() if each.get("type") == "query"]
    sources = [each.get("datasource", {}) for each in [*panels, *asking, *dashboard["annotations"]["list"]]]
    sources += [target.get("datasource", {}) for panel in panels for target in panel["targets"]]
    if any(source.get("uid") != "${datasource}" for source in sources):
        yield "has a data source that is not the variable's"
    used = set(re.findall(r"\$(?!__)\{?(\w+)", str(everything)))
    yield from (f"uses the variable {name}, which it has not" for name in used - variables.keys())
    identities = [panel["id"] for panel in dashboard["panels"]]
    if len(set(identities)) != len(identities):
        yield "has two panels of one id"
    for panel in panels:
        if not panel["targets"]:
            yield f"panel {panel['title']} shows nothing"
        places = re.findall(r"\b[\w-]+\.md#[\w-]+", panel["description"])
        yield from (f"panel {panel['title']} names {place}, which is not there"
                    for place in places if links.broken_place(place))
    yield from _overlaps(dashboard["panels"])


def _overlaps(panels):
    taken = {}
    for panel in panels:
        box = panel["gridPos"]
        if box["x"] + box["w"] > 24:
            yield f"panel {panel['title']} is wider than the page"
        cells = {(x, y) for x in range(box["x"], box["x"] + box["w"]) for y in range(box["y"], box["y"] + box["h"])}
        yield from {f"panel {panel['title']} lies over {taken[cell]}" for cell in cells & taken.keys()}
        taken |= dict.fromkeys(cells, panel["title"])
