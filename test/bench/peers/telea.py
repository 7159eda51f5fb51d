"""OpenCV's inpainting by fast marching: A. Telea, Journal of Graphics Tools 9(1), 2004."""

import cv2
import peer


def fill(pixels, hole, seed):
    return cv2.inpaint(pixels, 255 * hole.astype("uint8"), inpaintRadius=5, flags=cv2.INPAINT_TELEA)


peer.run(fill, cv2.__version__)
