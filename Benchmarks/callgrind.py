"""Reads what callgrind writes: instructions by function, and how often memory was asked for."""

import re
import subprocess

ALLOCATIONS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}
SWIFT = "Swift's library"
NAMED = re.compile(r"\((\d+)\)(?: (.+))?")


class Profile:
    """One dump: instructions each function ran itself, by (object, function), and calls that allocate."""

    def __init__(self, text):
        self.own, self.allocations = {}, 0
        names = {"ob": {}, "fn": {}}
        object_, function, skip = "?", "?", False
        called = None
        for line in text.splitlines():
            key, equals, rest = line.partition("=")
            if equals and key in ("ob", "cob", "fn", "cfn"):
                match = NAMED.fullmatch(rest)
                known = names[key[-2:]]
                name = match[2] and known.setdefault(match[1], match[2]) or known[match[1]] if match else rest
                if key == "ob":
                    object_ = name
                elif key == "fn":
                    function = name
                elif key == "cfn":
                    called = name
            elif equals and key == "calls":
                # Within libc the allocator calls itself; what asked it counts.
                if called.split("@")[0] in ALLOCATIONS and "libc.so" not in object_:
                    self.allocations += int(rest.split()[0])
                skip = True
            elif line[:1] in "+-*0123456789" and line:
                # The line after `calls=` is what the callee ran; it counts where the callee is.
                if not skip:
                    words = line.split()
                    if len(words) == 2:
                        self.own[object_, function] = self.own.get((object_, function), 0) + int(words[1])
                skip = False

    @property
    def total(self):
        return sum(self.own.values())

    def rooms(self):
        """Instructions by where the code is from: a room, Swift's library and runtime, or a library of the system."""
        full = plain([function for _, function in self.own], "--compact")
        sums = {}
        for (object_, function), count in self.own.items():
            where = room(object_, function, full[function])
            sums[where] = sums.get(where, 0) + count
        return sums


def room(object_, function, full):
    name = object_.rpartition("/")[2]
    if ".so" in name:
        return name.split(".so")[0].split("-")[0]
    if extension := re.search(r"\(extension in (\w+)\):", full):
        return SWIFT if extension[1] == "Swift" else extension[1]
    if module := re.match(r"\$s(\d+)", function):
        return function[module.end():module.end() + int(module[1])]
    if function.startswith("$s"):
        return SWIFT
    if "dispatch_" in function:
        return "Dispatch"
    return "Swift's runtime" if re.search("swift|Swift|Task", function) else "other"


def plain(functions, *style):
    """Swift's names as people write them."""
    said = subprocess.run(["swift", "demangle", *style], input="\n".join(functions), text=True,
                          capture_output=True, check=True).stdout.splitlines()
    return dict(zip(functions, said))
