# shellcheck shell=bash disable=SC2034,SC2154  # Who sources this sets `self` and uses the answers.
# How a command is printed, run and waited for. In a dry run nothing is run: what is printed can be pasted into bash,
# and a value that only a run knows is a variable that an earlier line sets.

dry=
step=
hint=
command=

fail() {
    printf '%s\n' "$1" >&2
    exit "${2:-1}"
}

# needs TOOL REMEDY: what is missing is said before anything is made.
needs() {
    [[ $dry ]] || command -v "$1" >/dev/null || fail "$1 is missing: $2, then run $self again." 69
}

# Begins a step. The second argument is what to do about it, should it fail.
step() {
    step=$1
    hint=${2:-}
    command=
    printf '\n# %s\n' "$step"
}

note() { printf '#   %s\n' "$1"; }

# Sets `typed`: the words of a command as they are typed. ${name} in a word is a value that only a run knows.
type_words() {
    local word
    typed=
    for word; do
        if [[ $word == *"\${"* || ($word == *\'* && $word != *[\$\`\\!]*) ]]; then
            word=${word//\\/\\\\}
            typed+=" \"${word//\"/\\\"}\""
        elif [[ $word =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]]; then
            typed+=" $word"
        else
            typed+=" '${word//\'/\'\\\'\'}'"
        fi
    done
    typed=${typed# }
}

# Prints what runs next.
say() {
    command=$1
    if [[ $dry ]]; then
        printf '%s\n' "$command"
    else
        printf '+ %s\n' "$command"
    fi
}

# Prints what only looks whether there is anything to do.
say_look() {
    command=$1
    if [[ $dry ]]; then
        printf '#? %s\n' "$command"
    else
        printf '? %s\n' "$command"
    fi
}

# Sets a name to an answer; in a dry run, to itself.
name_answer() {
    local answer=$2
    # shellcheck disable=SC2016
    [[ -z $dry ]] || printf -v answer '${%s}' "$1"
    printf -v "$1" '%s' "$answer"
}

# Runs a command.
run() {
    type_words "$@"
    say "$typed"
    [[ $dry ]] || "$@"
}

# Runs a line of shell, for what needs a pipe or a file. A secret is in the files that it names, never in the line.
line() {
    say "$1"
    [[ $dry ]] || eval "$1"
}

# ask NAME COMMAND…: runs a command and sets NAME to what it prints.
ask() {
    local name=$1 answer=
    shift
    type_words "$@"
    say "$name=\$($typed)"
    [[ $dry ]] || answer=$("$@")
    name_answer "$name" "$answer"
}

# look NAME COMMAND…: as `ask`, for what decides whether there is anything to do. A dry run finds nothing there.
look() {
    local name=$1 answer=
    shift
    type_words "$@"
    say_look "$typed"
    [[ $dry ]] || answer=$("$@")
    printf -v "$name" '%s' "$answer"
}

# Between two tries of a wait. After the last one it fails, and shows what the last try said.
wait_for() {
    tried=$((tried + 1))
    if ((tried >= tries)); then
        cat "$work/error" >&2
        fail "$1, $tries times, $interval s apart."
    fi
    sleep "$interval"
}

# Runs a command until it succeeds: for what Azure says is done and does a while later.
retry() {
    local tried=0
    type_words "$@"
    say "until $typed; do sleep $interval; done"
    [[ $dry ]] || until "$@" 2>"$work/error"; do wait_for 'It failed'; done
}

# await NAME PATTERN COMMAND…: runs a command until what it prints has the pattern, and sets NAME to that.
await() {
    local name=$1 pattern=$2 answer='' tried=0
    shift 2
    type_words "$@"
    say "until $name=\$($typed) && [[ \$$name == $pattern ]]; do sleep $interval; done"
    # By a file: bash 5.2 may misread the trap of a signal that comes within `$( )`, and ends with another code.
    # shellcheck disable=SC2053  # A pattern, on purpose.
    [[ $dry ]] || until "$@" >"$work/said" 2>"$work/error" && hear && [[ $answer == $pattern ]]; do
        hear
        wait_for "It said '$answer' and not '$pattern'"
    done
    name_answer "$name" "$answer"
}

# Sets `answer` to what was said last in a wait.
hear() { read -r answer <"$work/said" || true; }

# Has `leave` called at every end. A signal waits for the command that runs, which may still write a file.
leave_at_end() {
    trap leave EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# The end of every script: nothing stays behind, and a failure says where it was and how to go on.
leave() {
    local status=$?
    # Whoever presses Ctrl-C once more still leaves no file behind.
    trap '' HUP INT TERM
    [[ -z ${forward:-} || $dry ]] || kill "$forward" 2>/dev/null || true
    [[ -z ${work:-} || $dry ]] || rm -rf "$work"
    [[ $status != 0 && $step ]] || exit "$status"
    {
        printf '\n%s stopped in step %s (exit code %s)' "$self" "$step" "$status"
        [[ -z $command ]] || printf ', at\n    %s' "$command"
        printf '\n%sNothing is undone. Run %s again: ' "${hint:+$hint }" "$self"
        printf 'each step looks whether it is done, and it goes on from there.\n'
    } >&2
    exit "$status"
}
