"""pypatchmatch, with the patch size of its own examples."""

import patchmatch
import peer


def fill(pixels, hole, seed):
    patchmatch.set_random_seed(seed)
    return patchmatch.inpaint(pixels, hole, patch_size=3)


if not patchmatch.patchmatch_available:
    raise ImportError("patchmatch is installed without its native library")
peer.run(fill, patchmatch.__version__)
