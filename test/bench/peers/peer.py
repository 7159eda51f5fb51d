"""What the adapters share. Each is a command line: IMAGE MASK OUTPUT SEED, or --check, which prints the peer's version."""

import json
import re
import sys
import time
from pathlib import Path

import numpy
from PIL import Image


def run(fill, version):
    """Calls fill(pixels [H, W, 3] RGB, hole [H, W] bool, seed), writes what it returns, and prints what the call cost.

    Only the call is timed: reading, decoding, encoding and writing the pictures are not the peer's work. Peak memory is
    that of the whole process up to the end of the call.
    """
    if sys.argv[1:] == ["--check"]:
        print(version)
        return
    image, mask, output, seed = sys.argv[1:]
    pixels = numpy.array(Image.open(image).convert("RGB"))
    hole = numpy.array(Image.open(mask).convert("L")) >= 128
    wall, processor = time.perf_counter(), time.process_time()
    filled = fill(pixels, hole, int(seed))
    cost = {
        "wallMs": 1000 * (time.perf_counter() - wall),
        "processorMs": 1000 * (time.process_time() - processor),
        "wholeProcessorMs": 1000 * time.process_time(),
        "peakBytes": peak_bytes(),
    }
    Image.fromarray(filled).save(output)
    print(json.dumps(cost))


def peak_bytes():
    """Linux hands the size of the process that started this one down in ru_maxrss, so there the kernel's own count is read."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text())[1])
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
