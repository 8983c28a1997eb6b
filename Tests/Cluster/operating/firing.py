"""Whether an alert fires on what a pod shows: its metrics before a fault, then those under it, for two hours."""

import subprocess
import tempfile
import time

import yaml

from . import exposition, usage

# Seconds from a scrape to the next, and how many there are before the fault and under it. Each `for` is shorter.
SCRAPE, BEFORE, UNDER = 15, 20, 480
# What the age of a value is by the time that nobody can overlook it.
AGE = 91 * 86400


def missing(name, before, now):
    """Why it does not fire, if so. With each scrape counters rise as from `before` to `now`; gauges stay."""
    expression = next((rule["expr"] for rule in usage.rules() if rule["alert"] == name), None)
    if expression is None:
        return "there is no such alert"
    names = {selector.name for selector in exposition.Selector.all(expression)}
    if "up" in names or "absent(" in expression:
        # It is about a server that shows nothing.
        return None
    old = {_series(sample): sample for sample in before}
    series = [{"series": key, "values": _values(old.get(key), sample)}
              for key, sample in ((_series(each), each) for each in now) if sample.name in names]
    firing = f'ALERTS{{alertname="{name}",alertstate="firing"}}'
    test = {"interval": f"{SCRAPE}s", "input_series": series, "promql_expr_test": [{
        "expr": f"count({firing}) > bool 0", "eval_time": f"{SCRAPE * (BEFORE + UNDER)}s",
        "exp_samples": [{"labels": "{}", "value": 1}]}]}
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({"rule_files": [str(usage.RULES)], "evaluation_interval": f"{SCRAPE}s", "tests": [test]}, file)
        file.flush()
        done = subprocess.run(["promtool", "test", "rules", file.name], capture_output=True, text=True, timeout=60)
    return None if done.returncode == 0 else f"it does not fire on {series}: {done.stdout}{done.stderr}"


def _series(sample):
    labels = {"job": "keyward", "instance": "pod", **sample.labels}
    return sample.name + "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


def _values(before, now):
    """As promtool writes them: first the one before the fault, if it was there."""
    value, step = now.value, 0
    if now.name.endswith(("_total", "_bucket", "_count", "_sum")):
        step = value - (before.value if before else 0)
    elif now.name.endswith("_age_seconds"):
        value += AGE
    elif now.name.endswith("_timestamp_seconds"):
        # promtool's clock begins at 1970.
        value -= time.time()
    return f"{before.value if before and step else '_'}x{BEFORE - 1} {value}+{step}x{UNDER}"
