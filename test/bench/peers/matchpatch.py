"""G'MIC's inpaint_matchpatch, with its own defaults.

The program reads and writes the pictures itself; what that and its start cost is measured by a run without the filter,
and taken off.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time


def main():
    if shutil.which("gmic") is None:
        sys.exit("gmic is not on the PATH")
    if sys.argv[1:] == ["--check"]:
        print(version())
        return
    image, mask, output, _ = sys.argv[1:]
    around = measured(["gmic", "-v", "-", image, mask, "keep[0]", "output", output])
    whole = measured(
        ["gmic", "-v", "-", image, mask, "inpaint_matchpatch[0]", "[1],0,9,10,5,1", "keep[0]", "output", output]
    )
    print(
        json.dumps(
            {
                "wallMs": max(0, whole["wallMs"] - around["wallMs"]),
                "processorMs": max(0, whole["processorMs"] - around["processorMs"]),
                "wholeProcessorMs": whole["processorMs"],
                "peakBytes": whole["peakBytes"],
            }
        )
    )


def version():
    printed = subprocess.run(["gmic", "version"], capture_output=True, text=True)
    return re.search(r"Version (\d+\.\d+\.\d+)", printed.stdout + printed.stderr)[1]


def measured(command):
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"gmic ended with status {os.waitstatus_to_exitcode(status)}")
    return {
        "wallMs": 1000 * (time.perf_counter() - start),
        "processorMs": 1000 * (usage.ru_utime + usage.ru_stime),
        "peakBytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }


main()
