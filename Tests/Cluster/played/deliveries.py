"""What the kubelet and the driver do to a running pod, and what a client sees meanwhile."""

import itertools
import os
import time

from . import pod, volumes
from .pod import expect, named, put, values, within

SCENES = []


def scene(function):
    """A play in a pod that it makes; what it answers is worth telling."""
    SCENES.append(function)
    return function


def rotated_at_every_step(the, server):
    """Asks after every operation of three rotations: the old value counts until the rename, and the new one after."""
    asked = 0
    for old, new in itertools.pairwise(["first", "second", "third", "fourth"]):
        for step, is_current in the.secrets.delivery(values(new)):
            expect(server, f"basic:{new if is_current else old}", 200, f"after '{step}'")
            expect(server, f"basic:{old if is_current else new}", 401, f"after '{step}'")
            asked += 2
    return f"{asked} requests between the operations of 3 rotations"


@scene
def a_secret_of_the_cluster_rotates_on_the_next_request(a_pod):
    with a_pod(is_kubelets=True, mode=0o400).filled() as the:
        # The mode of the volume is 0400, and fsGroup adds what the group needs.
        assert volumes.described(the.secrets.folder) == f"3777 {the.owner}:{the.group}"
        assert volumes.described(the.secrets.folder / "client-secret") == f"440 {the.owner}:{the.group}"
        with the.container().serve() as server:
            put(server)
            assert server.codes() == [], server.codes()
            return rotated_at_every_step(the, server)


@scene
def a_secret_of_the_driver_rotates_on_the_next_request(a_pod):
    with a_pod().filled() as the:
        assert volumes.described(the.secrets.folder) == f"1777 {the.owner}:{os.getegid()}"
        assert volumes.described(the.secrets.folder / "client-secret") == f"644 {the.owner}:{os.getegid()}"
        with the.container().serve() as server:
            put(server)
            assert server.codes() == [], server.codes()
            return rotated_at_every_step(the, server)


@scene
def a_first_delivery_counts_from_its_rename(a_pod):
    """The driver makes the names before what they lead to; the server runs already and is asked at each step."""
    with a_pod().filled(client=None) as the:
        with the.container().serve() as server:
            put(server)
            for step, is_current in the.secrets.delivery(values("first")):
                expect(server, "basic:first", 200 if is_current else 401, f"after '{step}'")
            server.says('"reason":"file-missing"')
            assert server.codes() == [], server.codes()


@scene
def a_file_that_only_root_may_read_is_named_until_the_next_value(a_pod):
    """fsGroup does not reach the driver's volume. Its writer compares bytes alone: a mode that is set right in the
    SecretProviderClass arrives with the next value, or with a new pod."""
    if a_pod.owner != 0:
        raise pod.NotPlayed("it takes a file of root's")
    with a_pod().filled() as the:
        with the.container().serve() as server:
            put(server)
            the.secrets.mode = 0o400
            the.secrets.deliver(values("second"))
            expect(server, "basic:second", 401, "from a file of mode 0400")
            server.says('"reason":"file-unreadable"')
            # Root's own secret is of that mode too.
            assert server.codes() == ["file-unreadable"] * 2, server.codes()
            within(5, lambda: server.health() == "warn", "/health warns")
            the.secrets.mode = 0o644
            the.secrets.deliver(values("second"))
            expect(server, "basic:second", 401, "after a delivery that changed no byte")
            the.secrets.deliver(values("third"))
            expect(server, "basic:third", 200, "after the next value, of mode 0644")
            within(5, lambda: server.health() == "pass", "/health passes")


@scene
def a_key_that_disappears_for_a_while_is_named_and_comes_back(a_pod):
    with a_pod(is_kubelets=True, mode=0o440).filled() as the:
        with the.container().serve() as server:
            put(server)
            expect(server, "basic:first", 200, "at first")
            for value in ("first", "second"):
                the.secrets.deliver(values())
                expect(server, f"basic:{value}", 401, "without its file")
                named(server, "file-missing")
                the.secrets.deliver(values(value))
                expect(server, f"basic:{value}", 200, "with its file")
                within(5, lambda: server.health() == "pass", "/health passes")


@scene
def a_file_mounted_by_sub_path_never_rotates_and_is_named(a_pod):
    with a_pod(is_kubelets=True, mode=0o440).filled() as the:
        # kubelet opens the file that the name leads to, and mounts that.
        files = [((the.secrets.folder / name).resolve(), f"{pod.SECRETS}-alone/{name}")
                 for name in ("client-secret", "root-secret")]
        the.config.deliver(the.config_of("client-secret", folder=f"{pod.SECRETS}-alone"))
        with the.container(secrets=files).serve() as server:
            put(server)
            assert server.codes() == ["frozen-mount"] * 2, server.codes()
            for step, _ in the.secrets.delivery(values("second")):
                expect(server, "basic:first", 200, f"after '{step}': the old file is mounted for good")
                expect(server, "basic:second", 401, f"after '{step}': the old file is mounted for good")
            assert server.codes() == ["stale-mount"] * 2, server.codes()
            assert server.health() == "pass", server.health()


@scene
def a_config_mounted_by_sub_path_is_never_followed_and_is_named(a_pod):
    with a_pod().filled() as the:
        alone = [((the.config.folder / "vault-config.json").resolve(), f"{pod.CONFIG}/vault-config.json")]
        with the.container(config=alone).serve() as server:
            put(server)
            assert server.codes() == ["frozen-config"], server.codes()
            the.secrets.deliver(values("first", "other"))
            the.config.deliver(the.config_of("client-secret", "second-secret"))
            time.sleep(2 * pod.FOLLOWED)
            assert (server.codes(), server.health()) == (["stale-config"], "pass"), (server.codes(), server.health())
            put(server, "second-secret")
            expect(server, "second:other", 401, "since the old config is mounted for good")
            expect(server, "basic:first", 200, "under the old config")


@scene
def a_secret_may_arrive_before_the_config_that_names_it(a_pod):
    with a_pod().filled() as the:
        with the.container().serve() as server:
            put(server)
            put(server, "second-secret")
            the.secrets.deliver(values("first", "other"))
            expect(server, "second:other", 401, "before the config names it")
            named(server, "unknown-secret")
            the.config.deliver(the.config_of("client-secret", "second-secret"))
            taken = within(3 * pod.FOLLOWED, lambda: server.status("second:other") == 200, "the new config")
            expect(server, "basic:first", 200, "under the new config")
            assert server.codes() == [], server.codes()
            return f"in force after {taken:.2f} s"


@scene
def a_config_may_arrive_before_the_secret_that_it_names(a_pod):
    with a_pod().filled() as the:
        with the.container().serve() as server:
            put(server)
            put(server, "second-secret")
            the.config.deliver(the.config_of("client-secret", "second-secret"))
            server.says('"secret":"second-secret"')
            expect(server, "second:other", 401, "before its file")
            named(server, "file-missing")
            for step, is_current in the.secrets.delivery(values("first", "other")):
                expect(server, "second:other", 200 if is_current else 401, f"after '{step}'")
                expect(server, "basic:first", 200, f"after '{step}'")
            assert server.codes() == [], server.codes()


@scene
def a_broken_config_changes_nothing_and_is_named(a_pod):
    with a_pod().filled() as the:
        with the.container().serve() as server:
            put(server)
            good = the.config_of("client-secret")
            the.config.deliver({name: text[:-1] for name, text in good.items()})
            within(5, lambda: server.health() == "warn", "/health warns")
            server.says("config-not-json")
            assert server.codes() == ["config-not-json"], server.codes()
            expect(server, "basic:first", 200, "under the last good config")
            the.config.deliver(good)
            within(5, lambda: server.health() == "pass", "/health passes")
