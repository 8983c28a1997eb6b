#!/usr/bin/env bash
# From an empty Azure subscription to a rotated secret: makes all that docs/tutorial-azure.md tells of, step by step.
#
#     k8s/azure/up.sh [--dry-run] [--rotate] [--NAME VALUE]...
#
#     --dry-run              print the commands for an empty subscription, and execute nothing; `#?` is a look
#     --rotate               rotate the secret although it was rotated before
#     --subscription         the one to which az is set; a run in another one than the last is refused
#     --location             the region: eastus
#     --resource-group       keyward-tutorial
#     --key-vault            keyward- and eight digits, made once and kept
#     --registry             where the image is built: keyward and eight digits, made once and kept
#     --image                an image that the cluster can pull; then there is no registry, and nothing is built
#     --cluster              keyward
#     --identity             keyward
#     --namespace            keyward
#     --rotation             how often the CSI driver looks into the Key Vault: 30s
#     --interval, --tries    how often a wait looks, in seconds, and how many times: 5, 120
#
# Names are kept in k8s/azure/.state for the next run and for down.sh. Each command is printed before it runs: `+` does
# something, `?` looks whether there is anything to do. Run it again at any time: each step asks Azure or the cluster.
# What it makes costs money until k8s/azure/down.sh removes it.
# shellcheck disable=SC2154  # `ask` and `look` set the names.
set -euo pipefail
cd "$(dirname "$0")/../.."
self=k8s/azure/up.sh
# shellcheck disable=SC2154  # `ask`, `look` and `await` set names.
# shellcheck source=k8s/azure/names.sh
source k8s/azure/names.sh
# shellcheck source=k8s/azure/commands.sh
source k8s/azure/commands.sh
# shellcheck source=k8s/azure/client.sh
source k8s/azure/client.sh

prepare() {
    step '0. The tools, and who you are' 'Sign in with: az login.'
    run umask 077
    # Its log, where somebody has switched that on, has the values that it sends and gets; and where somebody has set a
    # default group, it would look for what has a name of its own in that one.
    line 'export AZURE_LOGGING_ENABLE_LOG_FILE=no AZURE_DEFAULTS_GROUP='
    ask work mktemp -d
    look version az version --query '"azure-cli"' --output tsv
    old_version 2.47.0 "$version" && fail "az is $version: workload identity needs 2.47.0 or newer; run az upgrade." 69
    same_subscription
    ask tenant az account show --query tenantId --output tsv
    look account az account show --query user.type --output tsv
    if [[ -z $key_vault || (-z $registry && -z $image) ]]; then
        ask suffix openssl rand -hex 4
        key_vault=${key_vault:-keyward-$suffix}
        [[ $image ]] || registry=${registry:-keyward$suffix}
    fi
    keep_names
}

# Whether the second version is below the first; what is no version is not.
old_version() {
    [[ $2 =~ ^[0-9]+\.[0-9]+\.[0-9]+$ && $2 != "$1" && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]
}

# grant ID KIND ROLE SCOPE: gives a role, unless it is given.
grant() {
    look granted az role assignment list --scope "$4" --query "[?principalId=='$1' && roleDefinitionName=='$3'].id" \
        --output tsv
    [[ $granted ]] || run az role assignment create --assignee-object-id "$1" --assignee-principal-type "$2" \
        --role "$3" --scope "$4" --output none
}

make_group() {
    step '1. Resource group' 'You need the right to make resource groups in this subscription.'
    look group az group exists --name "$resource_group" --output tsv
    # The tag is how down.sh knows that it may remove the group.
    [[ $group == true ]] || run az group create --name "$resource_group" --location "$location" \
        --tags keyward=tutorial --output none
}

make_vault() {
    step '2. Key Vault' 'Where the name is taken by somebody else: --key-vault ANOTHER-NAME.'
    look vault az keyvault list --resource-group "$resource_group" --query "[?name=='$key_vault'].name" --output tsv
    if [[ -z $vault ]]; then
        look deleted az keyvault list-deleted --resource-type vault --query "[?name=='$key_vault'].name" --output tsv
        if [[ $deleted ]]; then
            run az keyvault recover --name "$key_vault" --output none
        else
            run az keyvault create --name "$key_vault" --resource-group "$resource_group" --location "$location" \
                --enable-rbac-authorization true --retention-days 7 --output none
        fi
    fi
    ask vault_id az keyvault show --name "$key_vault" --query id --output tsv
    # To make a vault is not yet to write into it.
    if [[ $account == servicePrincipal ]]; then
        hint='Who is no user and may not read the directory cannot be found there: az login as a user.'
        ask application az account show --query user.name --output tsv
        ask operator az ad sp show --id "$application" --query id --output tsv
        grant "$operator" ServicePrincipal 'Key Vault Secrets Officer' "$vault_id"
    else
        ask operator az ad signed-in-user show --query id --output tsv
        grant "$operator" User 'Key Vault Secrets Officer' "$vault_id"
    fi
    retry az keyvault secret list --vault-name "$key_vault" --output none
}

# set_secret NAME: a new value, from the generator to the file to the vault.
set_secret() {
    line "openssl rand -hex 24 | tr -d '\\n' >\"\${work}/$1.new\""
    # --output none: else the answer has the value in it.
    run az keyvault secret set --vault-name "$key_vault" --name "$1" --file "$work/$1.new" --encoding utf-8 \
        --output none
}

make_secrets() {
    step '3. Secrets' 'A secret of that name that was deleted comes back with: az keyvault secret recover.'
    local name present
    for name in client-secret root-secret; do
        look present az keyvault secret list --vault-name "$key_vault" --query "[?name=='$name'].name" --output tsv
        [[ $present ]] || set_secret "$name"
    done
}

make_cluster() {
    step '4. AKS cluster with OIDC issuer and workload identity' \
        'A cluster that failed goes with: az aks delete. Where quota or nodes lack, try another region: --location.'
    local present federates
    look present az aks list --resource-group "$resource_group" --query "[?name=='$cluster'].name" --output tsv
    if [[ -z $present ]]; then
        run az aks create --name "$cluster" --resource-group "$resource_group" --location "$location" --node-count 1 \
            --enable-oidc-issuer --enable-workload-identity --no-ssh-key --output none
    else
        look federates az aks list --resource-group "$resource_group" --query \
            "[?name=='$cluster' && oidcIssuerProfile.enabled && securityProfile.workloadIdentity.enabled].name" \
            --output tsv
        [[ $federates ]] || run az aks update --name "$cluster" --resource-group "$resource_group" \
            --enable-oidc-issuer --enable-workload-identity --output none
    fi
    await cluster_state Succeeded az aks show --name "$cluster" --resource-group "$resource_group" \
        --query provisioningState --output tsv
    # A file of its own: the kubeconfig of whoever runs this, and the context in it, stay as they are.
    run az aks get-credentials --name "$cluster" --resource-group "$resource_group" --file "$work/kubeconfig"
    line "export KUBECONFIG=\"\${work}/kubeconfig\""
}

add_driver() {
    step '5. Secrets Store CSI driver and Azure provider, with rotation' \
        'See: az aks show --query addonProfiles; an add-on needs a cluster that is not being changed.'
    local profile=addonProfiles.azureKeyvaultSecretsProvider enabled rotates
    local on="enableSecretRotation=='true'" often="rotationPollInterval=='$rotation'"
    look enabled az aks list --resource-group "$resource_group" --query \
        "[?name=='$cluster' && $profile.enabled].name" --output tsv
    if [[ -z $enabled ]]; then
        run az aks enable-addons --name "$cluster" --resource-group "$resource_group" \
            --addons azure-keyvault-secrets-provider --enable-secret-rotation --rotation-poll-interval "$rotation" \
            --output none
    else
        look rotates az aks list --resource-group "$resource_group" --query \
            "[?name=='$cluster' && $profile.config.$on && $profile.config.$often].name" --output tsv
        [[ $rotates ]] || run az aks update --name "$cluster" --resource-group "$resource_group" \
            --enable-secret-rotation --rotation-poll-interval "$rotation" --output none
    fi
    retry kubectl --namespace kube-system rollout status daemonset/aks-secrets-store-csi-driver --timeout=10s
    retry kubectl --namespace kube-system rollout status daemonset/aks-secrets-store-provider-azure --timeout=10s
}

make_image() {
    step '6. Image' \
        "Where Docker Hub says toomanyrequests, wait a while. Where the subscription may not build in a registry (free \
trials), build elsewhere and give --image."
    if [[ $image ]]; then
        note "--image names one: $image"
        reference=$image
        return
    fi
    local present built
    look present az acr list --resource-group "$resource_group" --query "[?name=='$registry'].name" --output tsv
    [[ $present ]] || run az acr create --name "$registry" --resource-group "$resource_group" \
        --location "$location" --sku Basic --output none
    look built az acr repository list --name "$registry" --query "[?@=='keyward']" --output tsv
    [[ $built ]] || run az acr build --registry "$registry" --image keyward:tutorial --file docker/Dockerfile \
        --output none .
    ask registry_id az acr show --name "$registry" --query id --output tsv
    ask server az acr show --name "$registry" --query loginServer --output tsv
    reference=$server/keyward:tutorial
    ask kubelet az aks show --name "$cluster" --resource-group "$resource_group" \
        --query identityProfile.kubeletidentity.objectId --output tsv
    grant "$kubelet" ServicePrincipal AcrPull "$registry_id"
}

make_identity() {
    step '7. Managed identity, federated with the ServiceAccount, that may read secrets' \
        'To give a role you must be Owner or User Access Administrator of the resource group.'
    local present federated subject=system:serviceaccount:$namespace:$service_account
    look present az identity list --resource-group "$resource_group" --query "[?name=='$identity'].name" --output tsv
    [[ $present ]] || run az identity create --name "$identity" --resource-group "$resource_group" \
        --location "$location" --output none
    ask client_id az identity show --name "$identity" --resource-group "$resource_group" --query clientId --output tsv
    ask principal az identity show --name "$identity" --resource-group "$resource_group" --query principalId \
        --output tsv
    ask issuer az aks show --name "$cluster" --resource-group "$resource_group" --query oidcIssuerProfile.issuerUrl \
        --output tsv
    look federated az identity federated-credential list --identity-name "$identity" \
        --resource-group "$resource_group" --query \
        "[?name=='keyward' && issuer=='$issuer' && subject=='$subject'].name" --output tsv
    [[ $federated ]] || run az identity federated-credential create --name keyward --identity-name "$identity" \
        --resource-group "$resource_group" --issuer "$issuer" --subject "$subject" \
        --audiences api://AzureADTokenExchange --output none
    grant "$principal" ServicePrincipal 'Key Vault Secrets User' "$vault_id"
}

fill_in() {
    step '8. SecretProviderClass, filled in' "Does $overlay still have what is replaced here?"
    run mkdir -p "$state"
    line "cat >$state/kustomization.yaml <<YAML
resources: [../../../$namespace_file, ../../../$overlay]
namespace: $namespace
patches:
  - target: {kind: SecretProviderClass, name: $provider_class}
    patch: |
      - {op: replace, path: /spec/parameters/clientID, value: \"$client_id\"}
      - {op: replace, path: /spec/parameters/tenantID, value: \"$tenant\"}
      - {op: replace, path: /spec/parameters/keyvaultName, value: \"$key_vault\"}
  - target: {kind: StatefulSet, name: ${workload#*/}}
    patch: |
      - {op: replace, path: /spec/template/spec/containers/0/image, value: \"$reference\"}
YAML"
    # The namespace's file is in no overlay, so it lies outside of what kustomize may read by default.
    line "kubectl kustomize --load-restrictor LoadRestrictionsNone $state >\"\${work}/keyward.yaml\""
}

deploy() {
    step '9. Deploy, and see the mount' \
        "See why: kubectl --namespace $namespace describe pods; the events name the fault. If the pod is one of an \
earlier run and stays: kubectl --namespace $namespace delete pod ${workload#*/}-0."
    run kubectl apply --filename "$work/keyward.yaml"
    run kubectl --namespace "$namespace" rollout status "$workload" --timeout=600s
    # Their names only: whoever prints the content has the secret on a screen.
    run kubectl --namespace "$namespace" exec "$workload" -- ls "$mount/client-secret" "$mount/root-secret"
    # It reads them as the server does, and says what it finds.
    run kubectl --namespace "$namespace" exec "$workload" -- keyward check
}

rotate=
read_names "$@"
for flag in ${own[@]+"${own[@]}"}; do
    [[ $flag == --rotate ]] || fail "$flag: unknown; $self --help lists the flags." 64
    rotate=yes
done
bash=${BASH_VERSION%%[^0-9.]*}
old_version 4.4.0 "$bash" && fail "bash is $bash: $self needs 4.4 or newer; install it, and run it by that." 69
needs az 'install the Azure CLI, 2.47.0 or newer'
needs kubectl 'install kubectl'
needs curl 'install curl'
needs openssl 'install openssl'
[[ $dry || $image || -e Package.swift ]] ||
    fail 'There are no sources here to build the image of: run it in a clone of the repository, or give --image.' 69
leave_at_end
[[ -z $dry ]] || printf '# To paste in the folder of the repository. #? looks whether the next line is needed.\n'
prepare
make_group
make_vault
make_secrets
make_cluster
add_driver
make_image
make_identity
fill_in
deploy
use_client
run rm -rf "$work"
line 'unset KUBECONFIG AZURE_LOGGING_ENABLE_LOG_FILE AZURE_DEFAULTS_GROUP'
step=
printf '\n# Done. The rotated secret counts, and the one before it is refused. All of it goes with: k8s/azure/down.sh\n'
