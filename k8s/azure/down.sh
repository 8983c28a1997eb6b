#!/usr/bin/env bash
# Removes what up.sh made, and nothing else: the resource group with all that is in it.
#
#     k8s/azure/down.sh [--dry-run] [--yes] [--purge] [--NAME VALUE]...
#
#     --dry-run              print the commands, and execute nothing; `#?` is a look
#     --yes                  do not ask
#     --purge                remove the Key Vault for good too; else Azure keeps it and its secrets for seven days, in
#                            which up.sh recovers it
#     --resource-group       the one that up.sh used last, which k8s/azure/.state knows
#     --key-vault, --subscription   so too
#
# A group without the tag that up.sh gives to the ones that it makes is not touched. It can be run again at any time.
set -euo pipefail
cd "$(dirname "$0")/../.."
self=k8s/azure/down.sh
# shellcheck source=k8s/azure/names.sh
source k8s/azure/names.sh
# shellcheck source=k8s/azure/commands.sh
source k8s/azure/commands.sh

# confirm QUESTION
confirm() {
    [[ -z $dry && -z $yes ]] || return 0
    printf '%s [y/N] ' "$1"
    local answer=
    read -r answer || true
    [[ $answer == [yY] || $answer == yes ]] && return
    step=
    fail 'It was left as it is.'
}

remove_group() {
    step "1. Resource group $resource_group" 'See what holds it: az resource list, az lock list.'
    local present ours
    same_subscription
    look present az group exists --name "$resource_group" --output tsv
    if [[ $present == false ]]; then
        note 'It is not there.'
        return
    fi
    look ours az group list --tag keyward=tutorial --query "[?name=='$resource_group'].name" --output tsv
    [[ $ours || $dry ]] || fail "It has no tag keyward=tutorial: up.sh did not make it. Remove by hand what is yours."
    confirm "Remove resource group $resource_group, with everything in it: cluster, registry, Key Vault $key_vault?"
    run az group delete --name "$resource_group" --yes --output none
}

purge_vault() {
    step "2. Key Vault $key_vault" 'To purge, be Owner, Contributor or Key Vault Purge Operator of the subscription.'
    local deleted
    if [[ -z $key_vault ]]; then
        note 'No name is known: nothing was made from here, or it was purged.'
        return
    fi
    if [[ -z $purge ]]; then
        note "Azure keeps it for seven days, and up.sh recovers it. To remove it for good: $self --purge"
        return
    fi
    look deleted az keyvault list-deleted --resource-type vault --query "[?name=='$key_vault'].name" --output tsv
    if [[ $deleted || $dry ]]; then
        confirm "Remove the Key Vault $key_vault and its secrets for good?"
        run az keyvault purge --name "$key_vault" --output none
    fi
    # The next run of up.sh makes other names.
    run rm -rf "$state"
}

yes=
purge=
read_names "$@"
for flag in ${own[@]+"${own[@]}"}; do
    case $flag in
    --yes) yes=yes ;;
    --purge) purge=yes ;;
    *) fail "$flag: unknown; $self --help lists the flags." 64 ;;
    esac
done
needs az 'install the Azure CLI'
leave_at_end
remove_group
purge_vault
step=
