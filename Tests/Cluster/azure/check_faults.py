"""What a run does when a call fails, an answer is wrong, or it is told to end."""

import concurrent.futures
import re
import shlex
import shutil
import signal

from .checks import LOOKS, check, fails, succeeds
from .house import House
from .world import World


@check
def it_can_fail_at_every_call_and_then_goes_on():
    with House() as house:
        succeeds(house.up())
        clean, calls = sorted(house.world.changes), [shlex.join(call.words) for call in house.world.calls]
    cases = [(number, False) for number in range(1, len(calls) + 1)]
    # What was done although it looked as if not: the answer was lost.
    cases += [(number, True) for number, call in enumerate(calls, 1) if not LOOKS.match(call)]
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda case: fail_and_go_on(*case, clean), cases))
    return f"{len(calls)} calls, {len(cases)} faults"


def fail_and_go_on(number, too_late, clean):
    """A fault at a call, and at each that says the same, for a wait asks again. The next run does the rest, once."""
    with House() as house:
        house.world.fail_at, house.world.too_late = number, too_late
        done = house.up()
        try:
            step = re.findall(r"^# (\d+\. .*)", done.stdout, re.M)[-1]
            assert done.returncode != 0, "it did not see the fault"
            fails(done, done.returncode, "a fault that was put in", f"stopped in step {step}", "up.sh again: each step")
            assert not house.leftovers, house.leftovers
            changes = house.world.changes
            house.world.fail_at = None
            succeeds(house.up())
            assert sorted(changes + house.world.changes) == clean, f"{changes}, then {house.world.changes}"
            assert not house.leftovers, house.leftovers
        except AssertionError as error:
            call = shlex.join(house.world.calls[number - 1].words)
            raise AssertionError(f"call {number}{' (too late)' if too_late else ''}, {call}: {error}") from error


class Frozen(World):
    """The driver never brings the new value."""

    def respond(self, call, user, password, path):
        self.delivery = 99
        return super().respond(call, user, password, path)


@check
def a_run_that_is_told_to_end_leaves_nothing_behind():
    for by in signal.SIGTERM, signal.SIGINT, signal.SIGHUP:
        with House() as house:
            frozen = Frozen(house.world.kubectl_path)
            house.enter(frozen)
            status, errors = house.interrupt_up(
                by, lambda: "client" in frozen.changes and frozen.calls[-1].tool == "curl")
            assert status == 128 + by and "stopped in step 10" in errors, errors
            assert not house.leftovers and frozen.forwards, house.leftovers


@check
def a_signal_while_it_tidies_up_is_too_late():
    with House() as house:
        house.enter(Frozen(house.world.kubectl_path))
        (house.path / "rm").unlink()
        (house.path / "rm").write_text(
            f'#!{shutil.which("bash")}\nkill -INT $$ $PPID\nexec {shutil.which("rm")} "$@"\n')
        (house.path / "rm").chmod(0o755)
        fails(house.up(), 1, "stopped in step 10")
        assert not house.leftovers, house.leftovers


@check
def a_server_that_is_not_reached_is_said():
    class Gone(World):
        def kubectl(self, call):
            answer = super().kubectl(call)
            answer.output = answer.output.replace(":40000 ", ":1 ")
            return answer

    with House() as house:
        house.enter(Gone(house.world.kubectl_path))
        (house.path / "curl").unlink()
        (house.path / "curl").symlink_to(shutil.which("curl"))
        fails(house.up(), 1, "It said '000'", "curl: (7)", "stopped in step 10")


@check
def an_answer_that_should_not_be_ends_it():
    class Open(World):
        def respond(self, call, user, password, path):
            return (200, {}) if path == "Patient" else super().respond(call, user, password, path)

    with House() as house:
        house.enter(Open(house.world.kubectl_path))
        fails(house.up(), 1, "It answered 200, not 401.", "stopped in step 10", "logs statefulset/keyward")
        assert not house.leftovers
        house.enter(Frozen(house.world.kubectl_path))
        fails(house.up(), 1, "It said '401' and not '200', 4 times, 0 s apart.", "stopped in step 10")
