"""Stable Diffusion in diffusers: PIECE MODEL WIDTH HEIGHT STEPS DEVICE ROWS PROMPT, or --check.

DEVICE is cpu, then it computes in float32, or cuda, then in float16 with PyTorch's own fused attention and channels last.

Loads what the piece of work needs, does the work once, and prints how long both took; then does it once for each line it is
sent, and prints the time with some of the numbers that came out. At the end of the input it prints its peak memory.
"""

import json
import sys
import time

import diffusers
import numpy
import torch
import transformers
from peer import peak_bytes
from PIL import Image

diffusers.utils.logging.set_verbosity_error()
transformers.utils.logging.set_verbosity_error()


def wave(*shape):
    """The numbers of `wave` in ../diffusion/contestant.ts."""
    numbers = numpy.sin(0.37 * numpy.arange(numpy.prod(shape))).astype(numpy.float32)
    return torch.from_numpy(numbers.reshape(shape)).to(device, dtype)


def load(kind, part):
    net = kind.from_pretrained(model, subfolder=part, variant="fp16", torch_dtype=dtype, local_files_only=True)
    return net.to(device, memory_format=torch.channels_last) if device == "cuda" else net


def unet():
    net = load(diffusers.UNet2DConditionModel, "unet")
    sample = wave(rows, 9, height // 8, width // 8)
    words = wave(rows, 77, net.config.cross_attention_dim)
    return lambda: net(sample, 500, encoder_hidden_states=words).sample


def text_encoder():
    tokenizer = transformers.CLIPTokenizer.from_pretrained(f"{model}/tokenizer")
    net = load(transformers.CLIPTextModel, "text_encoder")

    def embed():
        ids = tokenizer(prompt, padding="max_length", max_length=77, truncation=True, return_tensors="pt")
        return net(ids.input_ids.to(device)).last_hidden_state

    return embed


def encoder():
    net = load(diffusers.AutoencoderKL, "vae")
    picture = wave(1, 3, height, width)
    return lambda: net.encode(picture).latent_dist.parameters


def decoder():
    net = load(diffusers.AutoencoderKL, "vae")
    latents = wave(1, 4, height // 8, width // 8)
    return lambda: net.decode(latents).sample


def fill():
    pipeline = diffusers.StableDiffusionInpaintPipeline(
        vae=load(diffusers.AutoencoderKL, "vae"),
        text_encoder=load(transformers.CLIPTextModel, "text_encoder"),
        tokenizer=transformers.CLIPTokenizer.from_pretrained(f"{model}/tokenizer"),
        unet=load(diffusers.UNet2DConditionModel, "unet"),
        scheduler=diffusers.DPMSolverMultistepScheduler.from_pretrained(model, subfolder="scheduler"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    slope = numpy.repeat((255 * numpy.arange(width) // width)[None, :, None], height, 0)
    image = Image.fromarray(numpy.repeat(slope, 3, 2).astype(numpy.uint8))
    hole = numpy.zeros((height, width), numpy.uint8)
    hole[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = 255
    given = dict(prompt=prompt, image=image, mask_image=Image.fromarray(hole), width=width, height=height)

    def compute():
        pipeline(**given, num_inference_steps=steps, generator=torch.manual_seed(7))

    return compute


pieces = {"unet": unet, "text-encoder": text_encoder, "encoder": encoder, "decoder": decoder, "fill": fill}


def timed(compute):
    """What it gives, and the milliseconds until the device has done it: by the clock, and of all processors."""
    started, processor = time.perf_counter(), time.process_time()
    result = compute()
    if device == "cuda":
        torch.cuda.synchronize()
    cost = {
        "ms": 1000 * (time.perf_counter() - started),
        "processorMs": 1000 * (time.process_time() - processor),
    }
    return result, cost


def say(**figures):
    print(json.dumps(figures), flush=True)


if sys.argv[1:] == ["--check"]:
    print(f"diffusers {diffusers.__version__} with PyTorch {torch.__version__}")
    sys.exit()

piece, model, width, height, steps, device, rows, prompt = sys.argv[1:]
width, height, steps, rows = int(width), int(height), int(steps), int(rows)
dtype = torch.float16 if device == "cuda" else torch.float32
with torch.inference_mode():
    compute, load = timed(pieces[piece])
    _, first = timed(compute)
    say(loadMs=load["ms"], loadProcessorMs=load["processorMs"], firstMs=first["ms"])
    for _ in sys.stdin:
        result, cost = timed(compute)
        values = [] if result is None else result.flatten()
        places = [i * len(values) // 64 for i in range(64)] if len(values) else []
        say(**cost, values=[float(values[place]) for place in places])
    say(peakBytes=torch.cuda.max_memory_reserved() if device == "cuda" else peak_bytes())
