"""Volumes, and who writes them. kubelet (Secrets, ConfigMaps) and the Secrets Store CSI driver share one design, an
atomic writer; what follows is the order of its operations in both, read in their sources:

1. The values are compared with those behind `..data`. Where no byte differs and no name goes, nothing is written, so a
   new mode alone never arrives.
2. A folder `..YEAR_MONTH_…` with a random end is made, and set to 0755.
3. Each file is written into it, and set to its mode.
4. kubelet alone gives the volume to the pod's fsGroup: the group of everything, and rights for it. The driver's volume
   stays root's.
5. The driver makes the names that a reader opens, links through `..data`: at a first delivery they lead nowhere for a
   moment. kubelet makes them after 6.
6. `..data_tmp`, a link to the new folder, is renamed to `..data`: the one moment at which all values change.
7. The names of values that are gone are removed, then the folder of before with all in it.
"""

import datetime
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile


class Volume:
    """A folder on the disk, 0777, as a ConfigMap has it."""

    def __init__(self, folder, group=None, mode=0o644):
        """With a group the volume is kubelet's, else the driver's."""
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.group, self.mode = group, mode
        self._begin()

    def _begin(self):
        self.folder.chmod(0o777)

    def end(self):
        """Nothing of it outlasts its folder."""

    def deliver(self, values):
        for _ in self.delivery(values):
            pass

    def delivery(self, values):
        """Writes values by their names, and stops after each operation that a reader could see: what is yielded says
        which of them was the last, and whether the new values are in force."""
        data = self.folder / "..data"
        before = os.readlink(data) if data.is_symlink() else None
        held = {file.name: file.read_text() for file in (self.folder / before).iterdir()} if before else {}
        if held == values and before:
            return
        stamp = datetime.datetime.now(datetime.timezone.utc).strftime("..%Y_%m_%d_%H_%M_%S.")
        new = pathlib.Path(tempfile.mkdtemp(prefix=stamp, dir=self.folder))
        new.chmod(0o755)
        yield "a folder for the new values", False
        for name, value in values.items():
            with open(new / name, "w", opener=lambda path, flags: os.open(path, flags, self.mode)) as file:
                file.write(value)
            (new / name).chmod(self.mode)
            yield f"{name} is written", False
        if self.group is not None:
            self._own()
            yield "the group's rights", False
        else:
            yield from self._names(values, is_current=False)
        temporary = self.folder / "..data_tmp"
        temporary.symlink_to(new.name)
        yield "..data_tmp", False
        temporary.rename(data)
        yield "..data", True
        if self.group is not None:
            yield from self._names(values, is_current=True)
        for name in held.keys() - values.keys():
            (self.folder / name).unlink()
            yield f"{name} is gone", True
        if before:
            shutil.rmtree(self.folder / before)
            yield "the folder of before is gone", True

    def _names(self, values, is_current):
        for name in values:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
                yield f"the name {name}", is_current

    def _own(self):
        """What fsGroup does to a volume that the pod mounts read-only."""
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, -1, self.group, follow_symlinks=False)
            if not path.is_symlink():
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | 0o440 | (stat.S_ISGID | 0o110 if path.is_dir() else 0))


class FolderVolume(Volume):
    """A secrets' volume, 1777, where nothing can be mounted."""

    def _begin(self):
        self.folder.chmod(0o1777)


class MemoryVolume(Volume):
    """A secrets' volume: a tmpfs of its own, 1777 root:root as both mount it."""

    def _begin(self):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.folder], check=True)

    def end(self):
        subprocess.run(["umount", "--lazy", self.folder], check=False)


def described(path):
    """Mode, owner and group, as `1777 0:0`."""
    found = os.stat(path)
    return f"{stat.S_IMODE(found.st_mode):o} {found.st_uid}:{found.st_gid}"
