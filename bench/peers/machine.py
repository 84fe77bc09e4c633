"""The machine: what it is, and whether anything else kept it busy while we measured."""

import os
import pathlib
import platform
import time

BUSY_CORES = 0.2  # others may use this much of one core; above, the run is marked


def facts():
    return {
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "kernel": f"{platform.system()} {platform.release().partition('-')[0]}",
        "system": system_name(),
    }


def processor_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def system_name():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return "Linux"


class Others:
    """CPU time of everybody else: all user and system time of the machine, less our own and that of
    our children. A child counts once it has been waited for, so begin and end without a server.
    """

    def __init__(self):
        self._everybody = everybody_seconds()
        self._ours = our_seconds()
        self._begun = time.perf_counter()

    def cores(self):
        """How many cores the others used since the beginning, such as 0.05."""
        everybody = everybody_seconds() - self._everybody
        ours = our_seconds() - self._ours
        return max(0.0, everybody - ours) / (time.perf_counter() - self._begun)


def everybody_seconds():
    """User, nice and system; interrupts are left out, because they are mostly our own packets."""
    user, nice, system = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def our_seconds():
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
