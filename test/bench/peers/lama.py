"""LaMa's own class in PyTorch: CHECKOUT WIDTH HEIGHT DEVICE [THREADS], cpu or cuda. Prints what loading took as JSON, fills
once for each line on stdin, printing the milliseconds by the clock and of processor time, and at the end its peak memory.

CHECKOUT is a checkout of advimman/lama. Weights are random, as in the network that Infill runs: they cost the same.
What the generator needs of kornia and PyTorch Lightning only to be trained is replaced by nothing.
"""

import json
import resource
import sys
import time
import types

import torch

checkout = sys.argv[1]
width, height = map(int, sys.argv[2:4])
device = sys.argv[4]
if len(sys.argv) > 5:
    torch.set_num_threads(int(sys.argv[5]))


def stand_in(path, **members):
    parts = path.split(".")
    for depth in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:depth]), types.ModuleType(parts[depth - 1]))
    for name, member in members.items():
        setattr(sys.modules[path], name, member)


def say(message):
    print(json.dumps(message), flush=True)


stand_in("kornia.geometry.transform", rotate=None)
stand_in("pytorch_lightning", seed_everything=None)
sys.path.insert(0, checkout)
from saicinpainting.training.modules.ffc import FFCResNetGenerator  # noqa: E402

torch.manual_seed(0)
started = time.perf_counter()
# configs/training/big-lama.yaml
local = dict(ratio_gin=0, ratio_gout=0, enable_lfu=False)
generator = FFCResNetGenerator(
    input_nc=4,
    output_nc=3,
    ngf=64,
    n_downsampling=3,
    n_blocks=18,
    add_out_act="sigmoid",
    init_conv_kwargs=dict(local),
    downsample_conv_kwargs=dict(local),
    resnet_conv_kwargs=dict(ratio_gin=0.75, ratio_gout=0.75, enable_lfu=False),
).eval().to(device)
say({"loadMs": 1000 * (time.perf_counter() - started), "threads": torch.get_num_threads()})

image = torch.rand(1, 3, height, width, device=device)
mask = (torch.rand(1, 1, height, width, device=device) > 0.8).float()
with torch.inference_mode():
    for _ in sys.stdin:
        started, used = time.perf_counter(), time.process_time()
        predicted = generator(torch.cat([image * (1 - mask), mask], dim=1))
        inpainted = (mask * predicted + (1 - mask) * image).cpu()
        say(
            {
                "ms": 1000 * (time.perf_counter() - started),
                "processorMs": 1000 * (time.process_time() - used),
            }
        )

of_card = torch.cuda.max_memory_reserved() if device == "cuda" else 0
say({"peakBytes": of_card or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})
