"""What down.sh removes, and what it leaves alone."""

import itertools

from .checks import check, fails, succeeds
from .house import House


@check
def down_removes_the_group_and_says_what_azure_keeps():
    with House.built() as house:
        vault = next(iter(house.world.vaults))
        declined = house.down(typed="n\n")
        fails(declined, 1, "It was left as it is.")
        assert "stopped" not in declined.stderr
        fails(house.down(), 1, "It was left as it is.")
        assert house.world.changes == [] and house.world.groups
        dry = succeeds(house.down("--dry-run", "--purge")).stdout
        assert house.world.calls == [] and f"\naz keyvault purge --name {vault} " in dry
        done = succeeds(house.down(typed="y\n"))
        assert house.world.changes == ["no group"] and vault in done.stdout and "--purge" in done.stdout
        assert all(f"+ {line}\n" in done.stdout for line in dry.splitlines() if line.startswith("az group"))
        succeeds(house.down("--yes"))
        assert house.world.changes == [], "a second time there is nothing to do"
        secrets = len(house.world.values())
        fails(house.down("--purge"), 1, "It was left as it is.")
        assert house.world.deleted_vaults and house.kept, "it asks before it purges too"
        succeeds(house.up())
        assert "vault again" in house.world.changes and len(house.world.values()) == secrets, "up.sh recovers it"
        succeeds(house.down("--purge", typed="y\ny\n"))
        assert house.world.changes == ["no group", "no vault"] and house.kept == {}
        succeeds(house.down("--yes", "--purge"))


@check
def down_touches_no_group_that_up_did_not_make():
    with House() as house:
        house.world.group_create("keyward-tutorial", "eastus", "owner=them")
        succeeds(house.up())
        fails(house.down("--yes"), 1, "up.sh did not make it")
        assert "keyward-tutorial" in house.world.groups
        fails(house.down("--everything"), 64, "--everything: unknown")


@check
def down_can_fail_at_every_call_and_then_goes_on():
    for number, too_late in itertools.product(range(1, 7), (False, True)):
        with House.built() as house:
            house.world.fail_at, house.world.too_late = number, too_late
            done = house.down("--yes", "--purge")
            fails(done, 7, "down.sh stopped in step", "a fault that was put in", "Run k8s/azure/down.sh again")
            house.world.fail_at = None
            succeeds(house.down("--yes", "--purge"))
            assert not house.world.groups and not house.world.deleted_vaults
