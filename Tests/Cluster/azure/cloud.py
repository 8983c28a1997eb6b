"""An Azure subscription that answers `az` as far as up.sh and down.sh ask it: what there is, and what is refused.

Queries are evaluated as az evaluates them. What the scripts may not do (make what is there, print a secret) is a fault.
"""

import itertools

import jmespath

from .printed import printed
from .stand_ins import Refused

SUBSCRIPTION = "/subscriptions/00000000-aaaa-bbbb-cccc-000000000000"
TENANT = "11111111-aaaa-bbbb-cccc-111111111111"
OPERATOR = "22222222-aaaa-bbbb-cccc-222222222222"
APPLICATION = "33333333-aaaa-bbbb-cccc-333333333333"
SERVICE_PRINCIPAL = "44444444-aaaa-bbbb-cccc-444444444444"
KUBELET = "55555555-aaaa-bbbb-cccc-555555555555"
# The commands of the scripts that look into the default group where there is one.
GROUPED = ["acr build", "acr repository list", "acr show", "keyvault recover", "keyvault show", "role assignment list"]
# How many requests Key Vault refuses after a role was given.
PROPAGATION = 2


class Cloud:
    def __init__(self):
        self.azure_cli = "2.61.0"
        self.account = "user"
        self.directory = True
        self.subscription = SUBSCRIPTION.rpartition("/")[2]
        # What az takes where a command does not say it: `az config set defaults.group=… core.output=…`.
        self.default_group = None
        self.default_output = "json"
        self.groups = {}
        self.vaults = {}
        self.deleted_vaults = {}
        self.clusters = {}
        self.registries = {}
        self.builds = []
        self.identities = {}
        self.credentials = []
        self.roles = []
        self.propagation = PROPAGATION
        self.serial = itertools.count(1)
        # What was done, in words, for checks that nothing was.
        self.changes = []

    # MARK: a call

    def az(self, call):
        words = list(itertools.takewhile(lambda word: not word.startswith("-"), call.arguments))
        options, rest = {}, call.arguments[len(words):]
        while rest:
            flag, *rest = rest
            values = list(itertools.takewhile(lambda word: not word.startswith("-"), rest))
            rest = rest[len(values):]
            options[flag.removeprefix("--").replace("-", "_")] = values[0] if values else True
        method = getattr(self, "_".join(words).replace("-", "_"), None)
        if not method:
            raise NotImplementedError(f"az {' '.join(words)}")
        # Where az writes a file, and nothing where it reads one.
        if words[-1] in ("download", "get-credentials"):
            options["write"] = call.write
        if self.default_group and " ".join(words) in GROUPED and "AZURE_DEFAULTS_GROUP=\0" not in call.environment:
            raise Refused(f"(ResourceNotFound) It is not in '{self.default_group}', or that is redundant.", 3)
        query, output = options.pop("query", None), options.pop("output", self.default_output)
        result = method(**options)
        if query is not None:
            result = jmespath.search(query, result)
        return printed(result, output)

    def version(self):
        return {"azure-cli": self.azure_cli, "extensions": {}}

    def account_show(self):
        name = APPLICATION if self.account == "servicePrincipal" else "somebody@example.org"
        if self.account == "nobody":
            raise Refused("Please run 'az login' to setup account.")
        return {"id": self.subscription, "tenantId": TENANT, "user": {"name": name, "type": self.account}}

    def ad_signed_in_user_show(self):
        if self.account != "user":
            raise Refused("/me request is only valid with delegated authentication flow.")
        return {"id": OPERATOR}

    def ad_sp_show(self, id):
        if not self.directory:
            raise Refused("Insufficient privileges to complete the operation.")
        return {"id": SERVICE_PRINCIPAL}

    # MARK: groups and roles

    def group_exists(self, name):
        return name in self.groups

    def group_list(self, tag):
        return [group for group in self.groups.values() if group["tags"].get(tag.split("=")[0]) == tag.split("=")[1]]

    def group_create(self, name, location, tags):
        assert name not in self.groups
        self.changes.append("group")
        self.groups[name] = {"name": name, "location": location, "tags": dict([tags.split("=")])}

    def group_delete(self, name, yes):
        self.changes.append("no group")
        del self.groups[name]
        for vault in [vault for vault in self.vaults.values() if vault["group"] == name]:
            self.deleted_vaults[vault["name"]] = self.vaults.pop(vault["name"])
        for things in self.clusters, self.registries, self.identities:
            for thing in [thing for thing in things.values() if thing["group"] == name]:
                del things[thing["name"]]
        self.credentials.clear()
        self.roles.clear()
        self.builds.clear()

    def in_group(self, things, group):
        if group not in self.groups:
            raise Refused(f"(ResourceGroupNotFound) Resource group '{group}' could not be found.", 3)
        return [thing for thing in things.values() if thing["group"] == group]

    def one(self, things, name):
        if name not in things:
            raise Refused(f"(ResourceNotFound) The Resource '{name}' was not found.", 3)
        return things[name]

    def make(self, kind, things, name, group, **members):
        assert name not in things, f"{kind} {name} is there"
        self.in_group(things, group)
        self.changes.append(kind)
        things[name] = {"name": name, "group": group, "id": f"{SUBSCRIPTION}/{group}/{kind}/{name}", **members}
        return things[name]

    def role_assignment_list(self, scope):
        return [role for role in self.roles if role["scope"] == scope]

    def role_assignment_create(self, assignee_object_id, assignee_principal_type, role, scope):
        given = {"principalId": assignee_object_id, "roleDefinitionName": role, "scope": scope}
        assert (assignee_principal_type == "User") == (assignee_object_id == OPERATOR)
        assert not self.has_role(assignee_object_id, role, scope)
        self.changes.append(f"role {role}")
        self.roles.append({"id": f"role-{next(self.serial)}", **given})

    def has_role(self, principal, role, scope):
        wanted = {"principalId": principal, "roleDefinitionName": role, "scope": scope}
        return any(wanted.items() <= given.items() for given in self.roles)

    # MARK: Key Vault

    def keyvault_list(self, resource_group):
        return self.in_group(self.vaults, resource_group)

    def keyvault_list_deleted(self, resource_type):
        assert resource_type == "vault"
        return list(self.deleted_vaults.values())

    def keyvault_create(self, name, resource_group, location, enable_rbac_authorization, retention_days):
        assert enable_rbac_authorization == "true"
        if name in self.deleted_vaults:
            raise Refused("(ConflictError) A vault with the same name already exists in deleted state.")
        self.make("vault", self.vaults, name, resource_group, secrets={})

    def keyvault_recover(self, name):
        vault = self.deleted_vaults.pop(name)
        self.in_group(self.vaults, vault["group"])
        self.changes.append("vault again")
        self.vaults[name] = vault

    def keyvault_purge(self, name):
        self.changes.append("no vault")
        del self.deleted_vaults[name]

    def keyvault_show(self, name):
        return self.one(self.vaults, name)

    def secrets(self, vault):
        vault = self.one(self.vaults, vault)
        me = OPERATOR if self.account == "user" else SERVICE_PRINCIPAL
        if not self.has_role(me, "Key Vault Secrets Officer", vault["id"]):
            raise Refused("(Forbidden) Caller is not authorized to perform action on resource. Code: ForbiddenByRbac")
        if self.propagation:
            self.propagation -= 1
            raise Refused("(Forbidden) Assignment: (not found). Code: ForbiddenByRbac")
        return vault["secrets"]

    def keyvault_secret_list(self, vault_name):
        return [{"name": name} for name in self.secrets(vault_name)]

    def keyvault_secret_list_versions(self, vault_name, name):
        # In no order that means anything, as in Azure.
        return [{key: version[key] for key in ("id", "attributes")} for version in self.secrets(vault_name)[name][::-1]]

    def keyvault_secret_set(self, vault_name, name, file, encoding):
        with open(file, encoding=encoding) as content:
            value = content.read()
        assert value and "\n" not in value
        self.changes.append(f"secret {name}")
        versions = self.secrets(vault_name).setdefault(name, [])
        number = next(self.serial)
        versions.append({
            "id": f"https://{vault_name}.vault.azure.net/secrets/{name}/{number:032x}", "value": value,
            "attributes": {"created": f"2026-01-01T00:00:{number:02}+00:00"}})
        return versions[-1]

    def keyvault_secret_download(self, write, file, vault_name=None, name=None, id=None):
        if id:
            vault_name, name = id.split("/")[2].split(".")[0], id.split("/")[4]
        versions = self.secrets(vault_name)[name]
        version = next(version for version in versions if version["id"] == id) if id else versions[-1]
        write(file, version["value"], new=True)

    def newest(self, vault, name):
        return self.vaults[vault]["secrets"][name][-1]["value"]

    def values(self):
        vaults = [*self.vaults.values(), *self.deleted_vaults.values()]
        return {version["value"] for vault in vaults for versions in vault["secrets"].values() for version in versions}

    # MARK: AKS, registry, identity

    def aks_list(self, resource_group):
        return self.in_group(self.clusters, resource_group)

    def aks_show(self, name, resource_group):
        return self.one(self.clusters, name)

    def aks_create(self, name, resource_group, location, node_count, enable_oidc_issuer, enable_workload_identity,
                   no_ssh_key):
        self.make("cluster", self.clusters, name, resource_group, provisioningState="Succeeded", addonProfiles=None,
                  oidcIssuerProfile={"enabled": True, "issuerUrl": f"https://issuer.example.org/{next(self.serial)}/"},
                  securityProfile={"workloadIdentity": {"enabled": True}},
                  identityProfile={"kubeletidentity": {"objectId": KUBELET}})

    def aks_update(self, name, resource_group, enable_oidc_issuer=False, enable_workload_identity=False,
                   enable_secret_rotation=False, rotation_poll_interval=None):
        if enable_secret_rotation:
            assert self.driver(name)
            return self.set_driver(name, rotation_poll_interval)
        assert enable_oidc_issuer and enable_workload_identity
        self.changes.append("cluster with workload identity")
        self.clusters[name] |= {
            "oidcIssuerProfile": {"enabled": True, "issuerUrl": f"https://issuer.example.org/{next(self.serial)}/"},
            "securityProfile": {"workloadIdentity": {"enabled": True}}}

    def aks_get_credentials(self, write, name, resource_group, file):
        self.one(self.clusters, name)
        write(file, name, new=True)

    def aks_enable_addons(self, name, resource_group, addons, enable_secret_rotation, rotation_poll_interval):
        assert not self.driver(name) and addons == "azure-keyvault-secrets-provider"
        self.set_driver(name, rotation_poll_interval)

    def set_driver(self, name, interval):
        self.changes.append("driver")
        config = {"enableSecretRotation": "true", "rotationPollInterval": interval}
        self.clusters[name]["addonProfiles"] = {"azureKeyvaultSecretsProvider": {"enabled": True, "config": config}}

    def driver(self, cluster):
        profiles = self.clusters[cluster]["addonProfiles"] or {}
        return profiles.get("azureKeyvaultSecretsProvider", {}).get("enabled", False)

    def acr_list(self, resource_group):
        return self.in_group(self.registries, resource_group)

    def acr_show(self, name):
        return self.one(self.registries, name)

    def acr_create(self, name, resource_group, location, sku):
        self.make("registry", self.registries, name, resource_group, loginServer=f"{name}.azurecr.io")

    def acr_repository_list(self, name):
        self.one(self.registries, name)
        return sorted({image.partition(":")[0] for registry, image in self.builds if registry == name})

    def acr_build(self, registry, image, file):
        self.one(self.registries, registry)
        self.changes.append("image")
        self.builds.append((registry, image))

    def identity_list(self, resource_group):
        return self.in_group(self.identities, resource_group)

    def identity_show(self, name, resource_group):
        return self.one(self.identities, name)

    def identity_create(self, name, resource_group, location):
        number = next(self.serial)
        self.make("identity", self.identities, name, resource_group,
                  clientId=f"66666666-aaaa-bbbb-cccc-{number:012}", principalId=f"77777777-aaaa-bbbb-cccc-{number:012}")

    def identity_federated_credential_list(self, identity_name, resource_group):
        self.one(self.identities, identity_name)
        return [credential for credential in self.credentials if credential["identity"] == identity_name]

    def identity_federated_credential_create(self, name, identity_name, resource_group, issuer, subject, audiences):
        assert audiences == "api://AzureADTokenExchange"
        self.one(self.identities, identity_name)
        self.changes.append("credential")
        # As Azure does it: one that is there is replaced.
        self.credentials = [old for old in self.credentials if old["name"] != name]
        self.credentials.append({"name": name, "identity": identity_name, "issuer": issuer, "subject": subject})
