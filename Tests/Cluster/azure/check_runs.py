"""What a run does: all of it, once, printed, and against the real server."""

import difflib
import os
import re
import shlex
import shutil

from .checks import LOOKS, check, commands, succeeds
from .house import REPOSITORY, House, snapshot
from .served import ServedWorld


@check
def a_run_makes_everything_in_ten_steps_and_prints_each_call_before_it_runs():
    with House() as house:
        done = succeeds(house.up())
        assert re.findall(r"^# (\d+)\.", done.stdout, re.M) == [str(step) for step in range(11)]
        assert house.world.client["id"] == "basic" and len(house.world.changes) == 16, house.world.changes
        printed = house.alike("\n".join(commands(done.stdout, "+ ") + commands(done.stdout, "? ")))
        for call in house.record:
            words = " ".join(shlex.split(call))
            assert any(words in " ".join(shlex_split(line)) for line in printed.splitlines()), f"not printed: {call}"
        versions = house.world.vaults[next(iter(house.world.vaults))]["secrets"]
        assert [len(versions[name]) for name in ("client-secret", "root-secret")] == [2, 1]
        assert not house.leftovers, house.leftovers


def shlex_split(line):
    """The words of a printed line: within $(…) and loops too."""
    line = re.sub(r"^(until )?\w+=\$\((.*)\)( && .*)?$", r"\2", line)
    return shlex.split(re.sub(r"; do sleep \d+; done$", "", line.removeprefix("until ")).split(">")[0].split("=$(")[-1])


@check
def a_second_run_changes_nothing():
    with House.built() as house:
        before, kept = snapshot(house.world), house.kept
        done = succeeds(house.up())
        assert house.world.changes == []
        after = snapshot(house.world)
        changed = [name for name in after if name != "forwards" and before[name] != after[name]]
        assert not changed, changed
        # What is applied as it is stays as it is.
        calls = [call for call in house.record if not LOOKS.match(call)]
        assert calls == ["kubectl apply --filename 'WORK/keyward.yaml'"], calls
        assert house.kept == kept
        assert "Done." in done.stdout


@check
def a_dry_run_executes_nothing_and_prints_what_a_run_executes():
    with House() as house:
        dry = succeeds(house.up("--dry-run"))
        assert house.world.calls == [] and house.kept == {} and not house.leftovers
        succeeds(house.up())
        run = house.record
    with House() as house:
        # What it prints is a script: with the looks, which it shows as comments, it makes the same calls.
        script = house.folder / "dry.sh"
        script.write_text("set -euo pipefail\n" + dry.stdout.replace("\n#? ", "\n"))
        succeeds(house.run(["bash", "dry.sh"]))
        assert house.record == run, differences(house.record, run)
        assert not house.leftovers, house.leftovers
    with House() as house:
        # And without the looks it does the same.
        (house.folder / "dry.sh").write_text("set -euo pipefail\n" + dry.stdout)
        succeeds(house.run(["bash", "dry.sh"]))
        assert len(house.world.changes) == 16, house.world.changes
        # The names that a run has kept are those that a dry run shows.
        names = house.folder / "k8s/azure/.state/names"
        names.write_text("key_vault=my-own-vault\nregistry=myownregistry\n")
        assert "--name my-own-vault" in succeeds(house.up("--dry-run")).stdout
    return f"{len(run)} calls"


@check
def the_tutorial_has_the_commands_of_a_dry_run_in_its_steps():
    with House() as house:
        dry = succeeds(house.run(["bash", "k8s/azure/up.sh", "--dry-run"])).stdout.partition("\n# Done.")[0]
    text = (REPOSITORY / "docs/tutorial-azure.md").read_text().replace(" \\\n    ", " ")
    told = {title: "\n".join(re.findall(r"^```sh\n(.*?)^```$", content, re.M | re.S))
            for title, content in re.findall(r"^## (\d+\. .*)\n((?:(?!## ).*\n)*)", text, re.M)}
    lines = [line for line in dry.splitlines() if line and not line.startswith("#?")]
    printed, title = {}, None
    for line in lines[1:]:
        if line.startswith("# "):
            title = line.removeprefix("# ")
            printed[title] = []
        else:
            printed[title].append(line)
    assert list(told) == list(printed), differences(list(told), list(printed))
    for title in printed:
        one = told[title].splitlines()
        assert one == printed[title], f"step {title}\n{differences(one, printed[title])}"
    return f"{sum(map(len, printed.values()))} lines"


def differences(one, other):
    return "\n".join(difflib.unified_diff(one, other, lineterm="", n=0))


@check
def the_real_server_takes_the_client_the_passwords_and_the_rotation():
    with House() as house:
        world = ServedWorld(house.world.kubectl_path, os.environ["KEYWARD"], REPOSITORY)
        house.enter(world)
        (house.path / "curl").unlink()
        (house.path / "curl").symlink_to(shutil.which("curl"))
        try:
            for flags, changes in ([], 15), ([], 0), (["--rotate"], 1):
                done = succeeds(house.run(["bash", "k8s/azure/up.sh", "--interval", "1", "--tries", "20", *flags]))
                assert len(world.changes) == changes, world.changes
                codes = re.findall(r"^[+] \[\[ (\d+) == ", done.stdout, re.M)
                assert codes == (["201"] if changes == 15 else []) + ["401", "401"], codes
            assert world.end() == 0
        finally:
            world.end()
        journal = b"".join(file.read_bytes() for file in (house.folder / "store").rglob("*") if file.is_file())
        assert b"client-secret" in journal and not any(value.encode() in journal for value in world.values())
