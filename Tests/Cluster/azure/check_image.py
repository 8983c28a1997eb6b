"""What step 6 builds, by the builder that `az acr build` runs: it is not BuildKit, and runs every stage in turn."""

import re

from .checks import check, fails
from .house import REPOSITORY, House


@check
def the_image_needs_no_buildkit_and_no_file_that_is_not_there():
    text = (REPOSITORY / "docker/Dockerfile").read_text()
    instructions = re.findall(r"^([A-Z]+) ((?:.*\\\n)*.*)", text, re.M)
    for name, words in instructions:
        assert not re.search(r"(^| )--(chmod|exclude|link|mount|network|parents|security|platform)\b|<<", words), words
    copies = [words.split()[:-1] for name, words in instructions if name == "COPY" and "--from=" not in words]
    assert len(copies) > 5
    for sources in copies:
        # One that is a pattern may be missing, where another one is there.
        plain = [source for source in sources if not re.search(r"[*?\[]", source)]
        assert plain and all((REPOSITORY / source).exists() for source in plain), sources


@check
def without_sources_an_image_must_be_named():
    with House() as house:
        (house.folder / "Package.swift").unlink()
        fails(house.up(), 69, "--image")
        assert house.world.calls == []
        assert house.up("--image", "ghcr.io/somebody/keyward:1.0").returncode == 0
