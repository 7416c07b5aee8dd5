"""Runs a command and prints, as JSON, its seconds, its exit code and the peak memory of its largest process in kB.

    python launcher.py COMMAND ARGUMENT ...

A process counts the peak of whoever starts it as its own, so a benchmark that holds much memory must not start what it
measures; this file, in an interpreter of its own that imports next to nothing, may. The command's stdout goes nowhere.
"""

import json
import os
import sys
import time

if __name__ == "__main__":
    start = time.perf_counter()
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)  # the usage of the command and of the processes that it waited for
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "exit": os.waitstatus_to_exitcode(status), "max_rss": usage.ru_maxrss}))
