"""What the checks of up.sh and down.sh share: the list of them, and how an end is judged."""

import re

CHECKS = []
# What changes nothing wherever it runs.
LOOKS = re.compile(
    r"az (version|account show|group exists|ad \S+ show|.* (list|show|list-deleted|list-versions|list-runs)) ?"
    r"|az (keyvault secret download|aks get-credentials) |kubectl kustomize "
    r"|kubectl --namespace \S+ (rollout status|port-forward|exec) |curl (?!.*--upload-file)")


def check(function):
    CHECKS.append(function)
    return function


def succeeds(done):
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr}"
    return done


def fails(done, status, *texts):
    assert done.returncode == status, f"exit {done.returncode}, not {status}\n{done.stdout[-500:]}\n{done.stderr}"
    for text in texts:
        assert text in done.stderr, f"'{text}' is not in:\n{done.stderr}"


def commands(text, mark):
    """The commands that a run printed, by their mark."""
    return [line.removeprefix(mark) for line in text.splitlines() if line.startswith(mark)]
