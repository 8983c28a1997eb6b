# shellcheck shell=bash disable=SC2034,SC2154  # The scripts that source this use what it sets, and set `self`.
# The names: what up.sh makes and down.sh removes, what a flag may change, and what is kept for the next run.

# What the manifests of the overlay call their things. No other file here repeats it.
namespace_file=k8s/namespace.yaml
overlay=k8s/overlays/azure-key-vault
provider_class=azure-secrets
service_account=keyward
service=keyward
workload=statefulset/keyward
mount=/run/azure-secrets

# What the scripts make, each with a flag of its name (--resource-group). These are kept.
names='subscription location resource_group key_vault registry cluster identity namespace rotation image'
subscription=
location=eastus
resource_group=keyward-tutorial
key_vault=
registry=
cluster=keyward
identity=keyward
namespace=keyward
rotation=30s
image=

# How often a wait looks, in seconds, and how many times. These are not kept.
interval=5
tries=120

state=k8s/azure/.state

usage() { sed -n -e '/^# shellcheck/d' -e '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

# Sets the names from the last run, then from the flags. What else is on the command line is the script's own: it is
# left in `own`.
read_names() {
    local name value
    own=()
    if [[ -e $state/names ]]; then
        while IFS='=' read -r name value; do
            [[ " $names " == *" $name "* ]] || fail "$state/names: '$name' is not a name; remove the line." 78
            printf -v "$name" '%s' "$value"
        done <"$state/names"
    fi
    while (($#)); do
        name=${1#--}
        name=${name//-/_}
        if [[ $1 == --* && " $names interval tries " == *" $name "* ]]; then
            (($# > 1)) || fail "$1 needs a value; $self --help lists the flags." 64
            printf -v "$name" '%s' "$2"
            shift
        else
            case $1 in
            --dry-run) dry=yes ;;
            --help | -h) usage && exit 0 ;;
            *) own+=("$1") ;;
            esac
        fi
        shift
    done
    check_names
}

# must NAME PATTERN WHAT: what Azure or Kubernetes would refuse later and less clearly. No value that is left can mean
# anything to a shell or in a query. No pattern has an empty branch: macOS refuses those.
must() {
    [[ ${!1} =~ ^($2)$ ]] || fail "--${1//_/-} '${!1}': must be $3." 64
}

check_names() {
    must subscription '([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?' 'the id that az account show --query id says'
    must location '[a-z0-9]+' 'the short name of an Azure region, as eastus'
    must resource_group '[A-Za-z0-9_()]([A-Za-z0-9_.()-]{0,88}[A-Za-z0-9_()-])?' \
        'at most 90 letters, digits and _.()-, no . or - at the beginning and no . at the end'
    must key_vault '([A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*)?' \
        'letters, digits and single hyphens, beginning with a letter'
    must key_vault '(.{3,24})?' '3 to 24 characters'
    must registry '([A-Za-z0-9]{5,50})?' '5 to 50 letters and digits'
    must cluster '[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?' 'at most 63 letters, digits, hyphens and underscores'
    must identity '[A-Za-z0-9][A-Za-z0-9_-]{2,127}' '3 to 128 letters, digits, hyphens and underscores'
    must namespace '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?' 'at most 63 small letters, digits and hyphens'
    must rotation '[0-9]+[smh]' 'a number with s, m or h, as 30s'
    must image '([A-Za-z0-9][A-Za-z0-9._/:@-]*)?' 'an image that the cluster can pull, as registry/keyward:1.0'
    must interval '[0-9]+' 'a number of seconds'
    must tries '[1-9][0-9]*' 'a number, 1 or more'
}

# What has these names is in one subscription. In another one nothing would be found, and what costs money would stay.
same_subscription() {
    local current
    look current az account show --query id --output tsv
    [[ $dry || -z $subscription || $subscription == "$current" ]] ||
        fail "az is set to subscription $current, and the names in $state are of $subscription.
Run az account set --subscription $subscription.
Or, to begin in the other one: --subscription $current, with --key-vault and --registry of its own."
    subscription=$current
}

# Keeps the names for the next run. There is no secret among them.
keep_names() {
    local name
    [[ $dry ]] && return
    mkdir -p "$state"
    for name in $names; do printf '%s=%s\n' "$name" "${!name}"; done >"$state/names.new"
    mv "$state/names.new" "$state/names"
}
