"""What a run makes of what is there already, of names, and of a machine without the tools."""

import re

from .checks import check, fails, succeeds
from .house import REPOSITORY, House
from .world import World


@check
def what_is_there_in_another_state_is_mended_and_no_more():
    with House.built() as house:
        cluster = house.world.clusters["keyward"]
        cases = [
            (lambda: cluster.update(securityProfile={"workloadIdentity": None}),
             ["cluster with workload identity", "credential"]),
            (lambda: cluster.update(addonProfiles=None), ["driver"]),
            (lambda: cluster["addonProfiles"]["azureKeyvaultSecretsProvider"]["config"].update(
                rotationPollInterval="2m"), ["driver"]),
            (lambda: house.world.credentials[0].update(issuer="https://another"), ["credential"]),
            (lambda: house.world.credentials.clear(), ["credential"]),
            (lambda: house.world.roles.pop(), ["role Key Vault Secrets User"]),
            (lambda: house.world.builds.clear(), ["image"]),
            (lambda: setattr(house.world, "client", {"id": "basic"}), ["client"]),
            (lambda: setattr(house.world, "manifests", house.world.manifests.replace("8080", "8082")), ["manifests"]),
        ]
        for change, mended in cases:
            change()
            succeeds(house.up())
            assert house.world.changes == mended, f"{house.world.changes}, not {mended}"


@check
def other_names_are_used_kept_and_quoted():
    odd = ["--resource-group", "a.b(c)_-", "--cluster", "A_1-z", "--namespace", "other-1", "--identity", "I_d-1",
           "--key-vault", "Kv-9", "--registry", "Reg99", "--location", "westeurope", "--rotation", "2m"]
    with House() as house:
        done = succeeds(house.up(*odd))
        assert "--resource-group 'a.b(c)_-'" in done.stdout
        assert house.world.groups["a.b(c)_-"]["location"] == "westeurope" and house.world.namespace == "other-1"
        assert house.world.clusters["A_1-z"]["addonProfiles"]["azureKeyvaultSecretsProvider"]["config"][
            "rotationPollInterval"] == "2m"
        succeeds(house.up())
        assert house.world.changes == [], "they are kept"
        succeeds(house.down("--yes", "--purge"))
        assert not house.world.groups and not house.world.deleted_vaults


@check
def names_that_azure_would_refuse_are_refused_first():
    for flag, value in [
            ("--resource-group", "a b"), ("--resource-group", "--dry-run"), ("--resource-group", "a."),
            ("--resource-group", "x" * 91),
            ("--key-vault", "1abc"), ("--key-vault", "a--b"), ("--key-vault", "x" * 25),
            ("--key-vault", "$(touch pwned)"), ("--registry", "a-bcdef"), ("--namespace", "Upper"),
            ("--namespace", "a'b"), ("--cluster", "-a"), ("--identity", "ab"), ("--location", "West Europe"),
            ("--rotation", "30"), ("--image", "a image"), ("--interval", "-1"), ("--tries", "0")]:
        with House() as house:
            fails(house.run(["bash", "k8s/azure/up.sh", flag, value]), 64, flag, "must be")
            assert house.world.calls == [] and house.kept == {} and not (house.folder / "pwned").exists()
    with House() as house:
        fails(house.up("--reource-group", "x"), 64, "--reource-group: unknown", "--help")
        fails(house.up("--image"), 64, "--image needs a value")
        assert "--key-vault" in succeeds(house.up("--help")).stdout and house.world.calls == []
        (house.folder / "k8s/azure/.state").mkdir()
        (house.folder / "k8s/azure/.state/names").write_text("PATH=/nowhere\n")
        fails(house.up(), 78, "'PATH' is not a name")


@check
def what_az_was_told_to_do_by_default_does_not_count():
    with House() as house:
        house.world.default_group, house.world.default_output = "theirs", "table"
        house.world.group_create("keyward-tutorial", "eastus", "owner=them")
        succeeds(house.up())
        # A tag on a group that was there would have down.sh remove it.
        assert house.world.groups["keyward-tutorial"]["tags"] == {"owner": "them"}
        fails(house.down("--yes"), 1, "up.sh did not make it")
    with House.built() as house:
        house.world.default_output = "table"
        succeeds(house.down("--yes"))
        assert "It is not there." in succeeds(house.down("--yes")).stdout


@check
def another_subscription_than_that_of_the_last_run_is_refused():
    with House.built() as house:
        mine, house.world.subscription = house.world.subscription, "99999999-aaaa-bbbb-cccc-000000000000"
        for script in house.up, lambda: house.down("--yes"):
            fails(script(), 1, f"az account set --subscription {mine}", f"--subscription {house.world.subscription}")
            assert house.world.changes == []
        house.world.subscription = mine
        succeeds(house.down("--yes"))
        assert not house.world.groups


@check
def names_are_judged_by_patterns_that_every_system_takes():
    # The regular expressions of macOS may have no empty branch, as (|a) has one: there, none of the names would do.
    patterns = re.findall(r"^    must \w+ '([^']*)'", (REPOSITORY / "k8s/azure/names.sh").read_text(), re.M)
    assert len(patterns) > 10
    for pattern in patterns:
        assert not re.search(r"(^|[(|])([|)]|$)", re.sub(r"\[[^]]*\]", "x", pattern)), pattern


@check
def a_missing_tool_or_an_old_az_is_said_before_anything_is_made():
    for tool in "az", "kubectl", "curl", "openssl":
        with House(without=[tool]) as house:
            fails(house.up(), 69, f"{tool} is missing: install ")
            assert house.world.calls == []
    with House() as house:
        # As that of macOS: bash says its version by a variable that only a script before this one can set.
        (house.folder / "old.sh").write_text("BASH_VERSION='3.2.57(1)-release'\n")
        fails(house.run(["env", "BASH_ENV=old.sh", "bash", "k8s/azure/up.sh"]), 69, "bash is 3.2.57", "4.4")
        assert house.world.calls == []
    for version, status in ("2.9.0", 69), ("2.46.9", 69), ("2.47.0", 0), ("2.100.0", 0):
        with House() as house:
            house.world.azure_cli = version
            done = house.up()
            assert done.returncode == status, f"{version}: {done.stderr}"
            assert not status or ("2.47.0 or newer" in done.stderr and house.world.changes == [])
    with House() as house:
        house.world.account = "nobody"
        fails(house.up(), 1, "stopped in step 0", "az login")


@check
def a_service_principal_and_an_image_of_ones_own_will_do():
    with House() as house:
        house.world.account = "servicePrincipal"
        succeeds(house.up("--image", "ghcr.io/somebody/keyward:1.0"))
        assert not house.world.registries and "image" not in house.world.changes
        assert any(role["principalId"].startswith("4444") for role in house.world.roles)
    with House() as house:
        house.world.account, house.world.directory = "servicePrincipal", False
        fails(house.up(), 1, "Insufficient privileges", "az login as a user")


@check
def a_secret_that_was_there_is_kept_and_any_value_will_do():
    with House() as house:
        class Theirs(World):
            def keyvault_create(self, **options):
                super().keyvault_create(**options)
                version = {"id": "https://theirs.vault.azure.net/secrets/client-secret/0",
                           "value": 'a"b\\c:d &/ é$(x)', "attributes": {"created": "2025"}}
                self.vaults["theirs"]["secrets"]["client-secret"] = [version]

        house.enter(Theirs(house.world.kubectl_path))
        succeeds(house.up("--key-vault", "theirs"))
        made = [change for change in house.world.changes if change.startswith("secret")]
        assert made == ["secret root-secret", "secret client-secret"], "one is made, the other rotated"
