# shellcheck shell=bash disable=SC2016,SC2154  # `ask`, `look` and `await` set names, and `line` evaluates.
# Step 10 of up.sh: the Client is registered, used, refused and rotated.

use_client() {
    step '10. Client: registered, used, refused, rotated' \
        "See why: kubectl --namespace $namespace logs $workload; the line of a denial has its reason."
    fetch_secret root-secret
    credentials root root-secret
    fetch_secret client-secret
    credentials basic client-secret
    line "echo 'user = \"basic:wrong-password\"' >\"\${work}/wrong.curl\""
    open_port

    request root-secret Client/basic
    await code '@(200|404)' "${curl[@]}"
    if [[ $code != 200 ]] || ! grep -q '"client-secret"' "$work/answer"; then
        request root-secret --header 'Content-Type: application/fhir+json' \
            --upload-file docker/tutorial/client.json Client/basic
        expect '20[01]'
    fi
    request client-secret Patient
    await code 200 "${curl[@]}"
    request wrong Patient
    expect 401
    rotate_secret
    run kill "$forward"
}

# The server takes the new value and refuses the old one from the moment on at which the driver has brought it.
rotate_secret() {
    local rotated
    look rotated az keyvault secret list-versions --vault-name "$key_vault" --name client-secret --query '[1:].id' \
        --output tsv
    [[ $rotated && -z $rotate ]] || set_secret client-secret
    ask previous az keyvault secret list-versions --vault-name "$key_vault" --name client-secret \
        --query 'sort_by(@, &attributes.created)[-2:-1].id' --output tsv
    run az keyvault secret download --id "$previous" --file "$work/client-secret.before"
    credentials basic client-secret.before
    run az keyvault secret download --vault-name "$key_vault" --name client-secret --file "$work/client-secret.now"
    credentials basic client-secret.now
    request client-secret.now Patient
    await code 200 "${curl[@]}"
    request client-secret.before Patient
    expect 401
}

# The value of a secret as Key Vault has it now, into a file.
fetch_secret() {
    run az keyvault secret download --vault-name "$key_vault" --name "$1" --file "$work/$1"
}

# credentials USER FILE: what curl reads from a file, since a command line is seen by every process.
credentials() {
    line "sed -e 's/[\"\\\\]/\\\\&/g' -e 's/.*/user = \"$1:&\"/' \"\${work}/$2\" >\"\${work}/$2.curl\""
}

# Finds a way to the server that needs no ingress: a port of this machine, which kubectl chooses and names.
open_port() {
    line "exec 4< <(exec kubectl --namespace $namespace port-forward --address 127.0.0.1 service/$service :80)"
    line 'forward=$!'
    line 'IFS= read -r -t 60 -u 4 forwarding'
    line 'port=${forwarding#*127.0.0.1:} port=${port%% *}'
    if [[ $dry ]]; then
        name_answer forward ''
        name_answer port ''
    fi
}

# request CREDENTIALS [FLAG…] PATH: sets `curl` to the words of a request; its answer is a status.
request() {
    local url="http://127.0.0.1:$port/fhir/${!#}"
    curl=(curl --disable --config k8s/azure/curl.conf --config "$work/$1.curl" "${@:2:$#-2}"
        --output "$work/answer" "$url")
}

# expect PATTERN: the request must get such a status, now.
expect() {
    ask code "${curl[@]}"
    say "[[ $code == $1 ]]"
    # shellcheck disable=SC2053  # A pattern, on purpose.
    [[ $dry || $code == $1 ]] || fail "It answered $code, not $1."
}
