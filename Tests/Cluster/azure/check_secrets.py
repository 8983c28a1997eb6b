"""Where a secret may be."""

import os
import stat

from .checks import check, succeeds
from .house import House
from .world import World


@check
def no_secret_is_in_an_argument_an_environment_an_output_or_a_file_that_stays():
    with House() as house:
        texts = []
        for trace in False, True:
            for flags in [], ["--rotate"]:
                done = succeeds(house.up(*flags, trace=trace))
                texts += [done.stdout, done.stderr]
                for call in house.world.calls:
                    texts += [*call.arguments, call.environment]
                    # Its log, where somebody has switched that on, has what it sends.
                    assert call.tool != "az" or "AZURE_LOGGING_ENABLE_LOG_FILE=no\0" in call.environment
        texts += house.kept.values()
        values = house.world.values()
        assert len(values) == 5 and all(len(value) == 48 for value in values)
        assert "+ set -euo" in "".join(texts), "the trace was not on"
        for value in values:
            assert not any(value in text for text in texts), "a secret is where it may not be"
        assert {mode(file) for file in house.kept} == {0o600} and not house.leftovers


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@check
def a_file_with_a_secret_is_for_its_owner_only():
    modes = []

    class Watching(World):
        def keyvault_secret_set(self, **options):
            modes.extend(mode(path) for path in (options["file"], os.path.dirname(options["file"])))
            return super().keyvault_secret_set(**options)

        def curl(self, call):
            work = os.path.dirname(call.arguments[call.arguments.index("--output") + 1])
            modes.extend(mode(os.path.join(work, file)) for file in os.listdir(work))
            return super().curl(call)

    with House() as house:
        house.enter(Watching(house.world.kubectl_path))
        succeeds(house.up())
        assert set(modes) == {0o600, 0o700} and len(modes) > 10, modes
