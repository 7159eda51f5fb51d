"""Shift-tolerant LPIPS: A. Ghildyal, F. Liu, "Shift-tolerant Perceptual Similarity Metric", ECCV 2022.

Reads one JSON line from stdin, [{"filled": PNG, "truth": PNG, "rect": {"x", "y", "width", "height"}}, …], and prints the
distances in that order. --check: is it there?
"""

import json
import sys

import numpy
import torch
from PIL import Image
from stlpips_pytorch import stlpips


def main():
    if sys.argv[1:] == ["--check"]:
        return
    distance = stlpips.LPIPS(net="alex", variant="shift_tolerant", verbose=False)
    with torch.no_grad():
        distances = [
            distance(tensor_of(pair["filled"], pair["rect"]), tensor_of(pair["truth"], pair["rect"])).item()
            for pair in json.load(sys.stdin)
        ]
    print(json.dumps(distances))


def tensor_of(path, rect):
    """PNG -> tensor [1, 3, H, W], -1..1, of the part inside the rectangle."""
    left, top = rect["x"], rect["y"]
    part = Image.open(path).convert("RGB").crop((left, top, left + rect["width"], top + rect["height"]))
    samples = torch.from_numpy(numpy.array(part)).float() / 127.5 - 1
    return samples.permute(2, 0, 1).unsqueeze(0)


main()
