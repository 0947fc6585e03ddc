#!/usr/bin/env python3
"""Digit Recognizer: a convolutional network that reads the digits you draw.

    python digit_recognizer.py                    draw digits in a window and have them read
    python digit_recognizer.py train              train the network on MNIST
    python digit_recognizer.py evaluate           how well does it read the 10,000 test images?
    python digit_recognizer.py predict PICTURE    read the digits in a picture
    python digit_recognizer.py bundle             pack program and network into one file

The way of the data, which is also the order of this file:

    MNIST         60,000 pictures of handwritten digits, 28x28 pixels each, with their labels
    preparing     any picture is made to look like MNIST's: one digit, its size and place the same
    handwriting   more digits, written in the ways that MNIST lacks, and pictures of no digit
    the network   layers that turn 28x28 pixels into eleven probabilities: 0 to 9, and "no digit"
    training      TensorFlow fits the network's weights to the pictures and saves them
    recognition   OpenCV runs the saved network, recalls what was taught, and shows what mattered
    whole numbers pieces of ink become lines of digits
    evaluation    how well it reads, and pictures of how it learnt
    watching      one process trains and tells how far it is, the window shows it

Then come the window and the command line, and last the plumbing, which a first reader may skip:
files that are never half written, and TensorFlow, which is imported only where it trains.

Drawing and reading need numpy, opencv-python and pillow; TensorFlow is needed to train only.
"""

# /// script
# requires-python = ">=3.10"
# dependencies = [
#     "tensorflow>=2.18; python_version < '3.14' and sys_platform != 'darwin'",
#     "tensorflow>=2.18; python_version < '3.14' and platform_machine == 'arm64'",
#     "opencv-python>=5.0",
#     "numpy>=2.0",
#     "pillow>=10.1",
# ]
# ///

from __future__ import annotations

import argparse
import contextlib
import functools
import glob
import hashlib
import importlib.util
import io
import itertools
import json
import math
import os
import pickle
import queue
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
import zipfile
from pathlib import Path
from typing import NamedTuple

try:
    import cv2
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont, ImageGrab, ImageOps, UnidentifiedImageError
except (Exception, KeyboardInterrupt) as error:  # a broken package may raise anything
    if __name__ != "__main__":
        raise
    if isinstance(error, KeyboardInterrupt):
        print("\ndigit_recognizer: stopped", file=sys.stderr)
        raise SystemExit(130) from None
    raise SystemExit(
        f"digit_recognizer: {' '.join(str(error).split()) or type(error).__name__}; "
        "python -m pip install -U numpy opencv-python pillow"
    ) from None

try:
    import tkinter
    from tkinter import filedialog, font, ttk
except ImportError:  # training and reading picture files need no window; open_root says more
    tkinter = None

HERE = Path(__file__).resolve().parent
BUNDLE = None if HERE.is_dir() else HERE  # the file that `bundle` made, where this runs from one
if BUNDLE:
    HERE = BUNDLE.parent  # files are looked for, and made, beside it
PROGRAM = BUNDLE.name if BUNDLE else Path(__file__).name
MODEL_FILE = HERE / "digit_recognizer.tflite"
MNIST_FILE = HERE / "mnist.npz"

IMAGE_SIZE = 28  # pixels: MNIST's images are 28x28 ...
DIGIT_BOX = 20  # pixels: ... and the digit's longer side in them is 20 (LeCun et al. 1998)
NO_DIGIT = 10  # the network's class for what is no digit, after the classes 0 to 9
SEED = 1  # of all that is random in training, so that it can be repeated


class DigitRecognizerError(Exception):
    """What the user can mend: its text says in one line what happened and what to do."""


# ---------------------------------------------------------------------------
# MNIST
# ---------------------------------------------------------------------------


def load_mnist(path=None):
    """MNIST as Keras gives it: (x_train, y_train), (x_test, y_test), all uint8.

    Images are (60000, 28, 28) and (10000, 28, 28), ink bright on black; labels (60000,) and
    (10000,). From the file `path`, else from mnist.npz beside this script, else downloaded by
    Keras. Raises DigitRecognizerError when that can't be done or the file is not MNIST.
    """
    if path is None and not MNIST_FILE.exists():
        return download_mnist()
    path = Path(path or MNIST_FILE)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in ("x_train", "y_train", "x_test", "y_test")}
    except FileNotFoundError:
        raise DigitRecognizerError(f"{path}: no such file; give MNIST's mnist.npz") from None
    except KeyError as error:
        raise DigitRecognizerError(f"{path}: not MNIST: {error.args[0]}; give mnist.npz") from None
    except Exception as error:  # numpy, zipfile and zlib have an error each for a damaged file
        raise DigitRecognizerError(
            f"{path}: can't be read ({reason(error)}); copy mnist.npz anew"
        ) from None
    for part, count in (("train", 60000), ("test", 10000)):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        right = images.shape == (count, IMAGE_SIZE, IMAGE_SIZE) and labels.shape == (count,)
        if not right or images.dtype != np.uint8 or labels.dtype != np.uint8 or labels.max() > 9:
            raise DigitRecognizerError(
                f"{path}: not MNIST: x_{part} must be uint8 ({count}, 28, 28), y_{part} uint8 "
                f"({count},), 0 to 9; give mnist.npz"
            )
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def download_mnist():
    """MNIST downloaded by Keras into its cache (~/.keras); as load_mnist."""
    keras = import_keras()
    try:
        return keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a plain Exception, made from urllib's
        raise DigitRecognizerError(
            f"no {MNIST_FILE.name} here, nor can it be downloaded "
            f"({reason(error.__context__ or error)}): copy it beside {PROGRAM}"
        ) from None


def to_input(images):
    """Images (N, 28, 28) uint8 as the network takes them: float32 (N, 28, 28, 1), 0 to 1."""
    return images.reshape(-1, IMAGE_SIZE, IMAGE_SIZE, 1).astype(np.float32) / 255


# ---------------------------------------------------------------------------
# Preparing: any picture becomes one digit as MNIST has them
# ---------------------------------------------------------------------------

SMALL_SIDE = 64  # pixels: an image as small as MNIST's is no photograph
MIN_CONTRAST = 24  # grey levels of 255: a picture with less between dark and light is blank
INK = 95  # grey levels of 255: what is brighter is ink; fainter grey is ink's soft edge, or paper
SPECK = 0.03  # of the largest piece of ink: what is smaller is dust, not a part of a digit

# A photograph is looked at so that its digits are DIGIT_HEIGHT high; pixels are meant there.
DIGIT_HEIGHT = 48  # pixels
SIDES = 640, 320, 1280, 2400, 160  # pixels: the longer side at a first look from afar or near
PEN = 25  # pixels: no pen's line is thicker
TILT = 0.16  # a page's lines may rise by so much
SHADE = 0.5  # of the brightest paper: it is not as dark in a shadow
TABLE = 0.4  # of the brightest paper: what is darker is none
FAINT, STRONG = 0.28, 0.5  # of the ink's darkness: it counts where it hangs on something strong
SMALL = 0.15  # of a digit's height
MOST_DOUBT = 0.03  # chosen on photographs of pages, and of what is none


def open_picture(path):
    """A picture file's first page as an array (to_array). Raises as open_pages."""
    return next(open_pages(path))


def open_pages(path):
    """Each page of a picture file as an array (to_array); most files have just one.

    Raises DigitRecognizerError for what is no picture, and where it can't be read any further.
    """
    with named_errors(path):
        file = Image.open(path)
    # Of other files with several pictures only the first is meant: a phone adds one of the depth.
    with file:
        for page in itertools.count() if file.format in ("TIFF", "GIF") else [0]:
            with named_errors(path):
                try:
                    file.seek(page)
                except EOFError:  # Pillow's word for: there is no such page
                    return
                picture = to_array(file)
            yield picture


@contextlib.contextmanager
def named_errors(path):
    """Whatever Pillow raises for a picture file, as a DigitRecognizerError that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DigitRecognizerError(f"{path}: too large; give at most 89 megapixels") from None
    except UnidentifiedImageError:
        raise DigitRecognizerError(f"{path}: {what_it_is(path)}") from None
    except OSError as error:
        what = error.strerror or "is damaged"
        raise DigitRecognizerError(f"{path}: {what}; give a PNG, JPEG or other picture") from None
    except Exception as error:  # each of Pillow's decoders has its own for a damaged file
        raise DigitRecognizerError(f"{path}: damaged ({reason(error)}); save it anew") from None


def what_it_is(path):
    """What a file is that Pillow does not know, by its first bytes, and what to do instead."""
    with open(path, "rb") as file:
        start = file.read(1024)
    if b"%PDF" in start:
        return "is a PDF; give a screenshot of it"
    if start[4:8] == b"ftyp" and b"hei" in start[:64]:  # its kinds are heic, heix, heim and heis
        return 'is HEIC; save it as JPEG, or set the phone\'s camera to "most compatible"'
    return "is no picture, or a damaged one; give a PNG, JPEG or other picture"


def to_array(image):
    """A Pillow image of any mode as it is seen: upright (EXIF), without transparency.

    uint8, (height, width) where it is grey, else (height, width, 3) BGR, as OpenCV has them.
    """
    image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return to_uint8(np.asarray(image))
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        return on_paper(np.asarray(image.convert("RGBA"))[..., [2, 1, 0, 3]])
    if image.mode == "L":
        return np.asarray(image)
    return cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR)


def on_paper(image):
    """A picture uint8 (height, width, 4), BGRA, laid on paper: (height, width, 3) BGR."""
    alpha = image[..., 3:]
    # Light ink on a transparent ground would vanish on white paper: it is laid on black instead.
    visible = image[alpha[..., 0] > 127, :3]
    ground = 0 if visible.size and alpha.min() < 128 and visible.mean() > 127 else 255
    share = alpha.astype(np.float32) / 255
    return np.rint(image[..., :3] * share + ground * (1 - share)).astype(np.uint8)


def to_grey(image):
    """A picture as grey levels: uint8 (height, width), 0 black to 255 white.

    `image` is a Pillow image or a numpy array: (height, width) grey, or (height, width, channels)
    with 1 (grey), 3 (BGR) or 4 (BGRA) channels, as OpenCV has them; its numbers as to_uint8 takes
    them. Raises DigitRecognizerError for anything else.
    """
    if isinstance(image, (str, os.PathLike)):
        raise DigitRecognizerError(f"{image}: open the file first: open_picture(path)")
    image = to_array(image) if isinstance(image, Image.Image) else np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    flat = image.size == IMAGE_SIZE**2 and max(image.shape) == image.size  # one of MNIST's
    right = image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4))
    if flat or not right or not image.size:
        raise DigitRecognizerError(
            f"an array of shape {image.shape} is no picture; give "
            + ("image.reshape(28, 28)" if flat else "(height, width) or (height, width, 3 or 4)")
        )
    if image.dtype.kind not in "buif":
        raise DigitRecognizerError(f"an array of {image.dtype} is no picture; give uint8")
    image = to_uint8(image)
    if image.ndim == 2:
        return image
    return most_telling(on_paper(image) if image.shape[2] == 4 else image)


def most_telling(image):
    """The grey levels of a picture (height, width, 3) BGR: uint8 (height, width).

    Where ink is hardly brighter or darker than its paper, as red on green may be, it is the colour
    that tells them apart best.
    """
    size = scaled_size(image, min(1, 640 / max(image.shape)))
    small = cv2.resize(image, size)
    small = np.dstack([small, cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)])
    lines = small - cv2.blur(small, (41, 41)).astype(np.float32)  # without shade
    *colours, grey = lines.std((0, 1))
    if max(colours) > 4 * grey:
        return cv2.extractChannel(image, int(np.argmax(colours)))
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)


def to_uint8(image):
    """The numbers of a picture, of any real type, brought to uint8 (0 to 255).

    Those from 0 may go up to 1, 255, 65535, or to what any other number of bits can hold; where
    some are negative, the least becomes 0 and the largest 255.
    """
    if image.dtype == np.uint8 and (max(image.shape) > SMALL_SIDE or image.max() >= MIN_CONTRAST):
        return image
    image = np.nan_to_num(image.astype(np.float64), nan=0, posinf=0, neginf=0)
    if image.min() < 0:
        image = image / np.abs(image).max()  # else the difference of large numbers is infinite
        image = image - image.min()
        full = image.max() or 1
    else:
        full = 2.0 ** min(max(1, math.ceil(math.log2(image.max() + 1))), 1023) - 1
    return np.clip(np.rint(image / full * 255), 0, 255).astype(np.uint8)


def find_ink(image):
    """The ink of a picture (as to_grey takes it): uint8 (height, width), bright on black.

    Paper becomes 0 and ink 255, whether the ink is the darker or the lighter. A photograph's ink
    comes at the scale of its best look. A blank picture gives zeros.
    """
    grey = to_grey(image)
    blank = Look(np.zeros_like(grey), 1.0, 0.0)
    return min(looks(grey), key=lambda look: max(look.doubt, MOST_DOUBT), default=blank).ink


class Look(NamedTuple):
    """What was found in a picture (find_ink) when it was looked at in one way."""

    ink: np.ndarray  # uint8 (height, width)
    scale: float  # at which the picture was looked at
    doubt: float  # whether that is a pen's ink on paper: from 0, above MOST_DOUBT it hardly is


def looks(grey):
    """Ways to look at a picture, uint8 (height, width): yields a Look each, the likeliest first.

    An eight-megapixel page shows a pencil's line 20 pixels wide, full of holes; a page of forty
    lines has small digits. So a photograph is looked at from afar and from near, and each time
    once more at the scale at which what was found is DIGIT_HEIGHT high.
    """
    histogram = grey_levels(grey)
    if np.ptp(np.flatnonzero(histogram)) < MIN_CONTRAST:
        return
    # A drawing's paper is of one grey level.
    if max(grey.shape) <= SMALL_SIDE or histogram.max() > grey.size / 2:
        yield Look(drawn_ink(grey, histogram), 1.0, 0.0)
        return
    largest, tried = max(grey.shape), {}  # by the scale: a look, not yet given, and its height
    most = min(2, max(SIDES) / largest)
    for side in SIDES:
        scale = min(most, side / largest)
        if any(0.8 < scale / other < 1.25 for other in tried):
            continue
        for _ in range(3):
            near = [other for other in tried if 0.8 < scale / other < 1.25]
            scale = near[0] if near else scale
            if near and not tried[scale][0]:
                break  # given already
            look, height = tried.get(scale) or photographed_ink(grey, scale)
            tried[scale] = look, height
            better = min(scale * DIGIT_HEIGHT / height, most) if height else scale
            if 0.67 < better / scale < 1.5:
                break
            scale = better
        if height and tried[look.scale][0]:
            yield look
            tried[look.scale] = None, height


def drawn_ink(grey, histogram):
    """The ink of a drawing, uint8 (height, width) with this histogram of its grey levels."""
    if not paper_is_light(grey, histogram):
        grey, histogram = 255 - grey, histogram[::-1]
    paper, floor, full = ink_levels(255 - grey, histogram[::-1])
    return drop_specks(stretch(255 - grey, floor, [paper, full], [0, 255]))


def ink_levels(dark, histogram, least=0):
    """The levels (paper, floor, full) of darkness, uint8 with this histogram.

    The grain of the paper, at least `least`, stays below floor; nine tenths of the ink, below full.
    Where there is nothing but paper, all three are above any level.
    """
    otsu = int(cv2.threshold(dark, 0, 255, cv2.THRESH_OTSU)[0])
    rough, paper = percentiles(histogram if least else histogram[: otsu + 1], 0.25, 0.5)
    # Six times the distance of these percentiles are four standard deviations of normal noise; the
    # paper's lighter half is free from ink and from ruled lines.
    floor = paper + 6 * max(least, paper - rough)
    level = min(max(otsu, floor), 255)  # Otsu's cuts noise in halves where there is hardly any ink
    if not histogram[level + 1 :].any():
        return 256, 256, 256
    full = level + 1 + percentiles(histogram[level + 1 :], 0.9)[0]
    if full - paper < max(MIN_CONTRAST, 2 * (floor - paper)):
        return 256, 256, 256  # only the paper's grain
    return paper, floor, full


def stretch(dark, floor, levels, ink):
    """Darkness, uint8, as ink: what is up to floor, 0; these levels, this ink; between them too."""
    every = np.arange(256)
    table = np.where(every > floor, np.interp(every, levels, ink), 0)
    return cv2.LUT(dark, np.rint(table).astype(np.uint8))


def paper_is_light(grey, histogram):
    """Whether a picture's ink is darker than its paper, which has most of the area and the rim."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    (median,), (rim,) = percentiles(histogram, 0.5), percentiles(grey_levels(border), 0.5)
    return median + rim >= np.flatnonzero(histogram)[[0, -1]].sum()


def scaled_size(image, scale):
    """The width and height of an image at a scale, at least one pixel each."""
    height, width = image.shape[:2]
    return max(1, round(width * scale)), max(1, round(height * scale))


def photographed_ink(grey, scale):
    """The ink of a photograph (height, width) uint8, looked at at a scale: (Look, height).

    `height` is that of what was found, in pixels at this scale, 0 for nothing.
    """
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    grey = cv2.resize(grey, scaled_size(grey, scale), interpolation=way)
    dark = drop_grain(darkness(grey if lines_are_dark(grey) else 255 - grey))
    paper, floor, full = ink_levels(dark, grey_levels(dark), least=1)
    levels = [floor, max(paper + FAINT * (full - paper), floor + 1), max(full, floor + 2)]
    ink = drop_rules(stretch(dark, floor, levels, [0, INK, 255]))
    ink, height, doubt = drop_debris(ink)
    if height:
        ink = add_faint(ink, stretch(brighten(dark, floor, full), floor, levels, [0, INK, 255]))
    return Look(ink, scale, doubt), height


def lines_are_dark(grey):
    """Whether thin lines are darker than what is around them (a pen's), not lighter (chalk)."""
    soft, square = cv2.GaussianBlur(grey, (0, 0), 1.5), np.ones((13, 13), np.uint8)
    dark, light = (
        cv2.morphologyEx(soft, way, square).astype(np.float32)
        for way in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    )
    return np.sum(dark**3) >= 0.7 * np.sum(light**3)  # in doubt a pen's, as noise is


def darkness(grey):
    """How much darker lines are than the paper around them: uint8, 255 for black on white.

    Closing fills what is thinner than PEN with the paper beside it and leaves all else as it is:
    shade, a shadow's edge, a sheet's. So none of these is dark in what is left.
    """
    soft = cv2.GaussianBlur(grey, (0, 0), 1.5)
    soft = cv2.copyMakeBorder(soft, PEN, PEN, PEN, PEN, cv2.BORDER_REPLICATE)  # strips go on there
    paper = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((PEN, PEN), np.uint8))
    paper = paper[PEN:-PEN, PEN:-PEN]
    (bright,) = percentiles(grey_levels(paper), 0.75)
    light = cv2.max(paper, max(1, int(bright * SHADE)))
    dark = cv2.divide(cv2.subtract(paper, grey), light, scale=255)
    table = cv2.dilate((paper < bright * TABLE).astype(np.uint8), np.ones((9, 9), np.uint8))
    return dark * (1 - table)


def drop_grain(dark):
    """Darkness without what is as dark all around: cloth, wood, noise. Writing leaves half free."""
    small = cv2.resize(dark, scaled_size(dark, 0.25), interpolation=cv2.INTER_NEAREST)
    around = cv2.medianBlur(small, 25)  # of twice a digit's height
    (usual,) = percentiles(grey_levels(around), 0.5)
    grain = cv2.resize(cv2.subtract(around, usual), dark.shape[::-1])
    return cv2.subtract(dark, cv2.convertScaleAbs(grain, alpha=3))


def drop_rules(ink):
    """Ink without the lines of ruled or squared paper: thin, and twice as long as a digit is high.

    Where a stroke crosses a line, the ink is thicker; there it stays.
    """
    for _ in range(2):  # the lines across, then, on the side, those down
        ink = np.ascontiguousarray(ink.T)
        solid = (ink >= 60).astype(np.uint8)
        # Lines that lie straight may be as thick as 8 pixels; what is askew must be thinner.
        for most, lines in ((9, straight_lines), (5, tilted_lines)):
            thick = np.ones((most, 1), np.uint8)
            strokes = cv2.morphologyEx((ink >= 40).astype(np.uint8), cv2.MORPH_OPEN, thick)
            ink = ink * (1 - lines(solid, strokes) * (1 - strokes))
    return ink


def straight_lines(solid, strokes):
    """Where ink, 0 and 1, is part of a long line across, through strokes: uint8, 0 and 1."""
    solid = cv2.dilate(solid, np.ones((5, 1), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((1, 9), np.uint8))
    long = max(2 * DIGIT_HEIGHT, solid.shape[1] // 2)
    return cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))


def tilted_lines(solid, strokes):
    """As straight_lines, between the strokes, for lines that are nearly across.

    Lines may be tilted by up to TILT: the picture is sheared until they lie straight.
    """
    thin = cv2.dilate(solid * (1 - strokes), np.ones((5, 1), np.uint8))
    small = cv2.resize(thin, scaled_size(thin, 0.5), interpolation=cv2.INTER_NEAREST)
    size = small.shape[::-1]
    lines = np.zeros_like(small)
    for slope in np.linspace(-TILT, TILT, 9):
        shear = np.array([[1, 0, 0], [slope, 1, -slope * size[0] / 2]])
        back = np.array([[1, 0, 0], [-slope, 1, slope * size[0] / 2]])
        straight = cv2.warpAffine(small, shear, size, flags=cv2.INTER_NEAREST)
        straight = cv2.morphologyEx(straight, cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
        straight = cv2.morphologyEx(straight, cv2.MORPH_OPEN, np.ones((1, DIGIT_HEIGHT), np.uint8))
        if straight.any():
            lines |= cv2.warpAffine(straight, back, size, flags=cv2.INTER_NEAREST)
    lines = cv2.dilate(lines, np.ones((3, 1), np.uint8))
    return cv2.resize(lines, thin.shape[::-1], interpolation=cv2.INTER_NEAREST)


def drop_debris(ink):
    """Ink without what is faint everywhere, tiny, or along the rim: (ink, height, doubt).

    `height` is that of the pieces that have half of the ink, 0 for none. A pen's lines are of one
    thickness, and nearly all that is dark is strong: what is neither is in doubt (Look).
    """
    height, width = ink.shape
    _, solid = cv2.threshold(ink, INK - 1, 255, cv2.THRESH_BINARY)
    numbers, boxes, areas = connected_pieces(solid)
    strongest = np.zeros(len(boxes) + 1, np.uint8)
    np.maximum.at(strongest, numbers.ravel(), ink.ravel())
    x, y, across, down = boxes.T
    along = ((x == 0) | (x + across == width)) & (down > DIGIT_HEIGHT)
    along |= ((y == 0) | (y + down == height)) & (across > DIGIT_HEIGHT)
    long = np.maximum(across, down)
    for number in np.flatnonzero(long > 2 * DIGIT_HEIGHT):  # lines that run askew, edges
        box = np.s_[y[number] : y[number] + down[number], x[number] : x[number] + across[number]]
        points = np.argwhere(numbers[box] == number + 1)
        along[number] |= min(cv2.minAreaRect(points.astype(np.int32))[1]) < 0.12 * long[number]
    kept = (strongest[1:] >= STRONG * 255) & (long >= 5) & ~(along & (len(boxes) > 2))
    if not kept.any():
        return ink, 0, math.inf
    order = np.argsort(down[kept])
    sums = np.cumsum(areas[kept][order])
    usual = int(down[kept][order][np.searchsorted(sums, sums[-1] / 2)])
    kept &= long >= SMALL * usual
    if not kept.any():
        return ink, 0, math.inf
    shown = np.concatenate([[False], kept])[numbers].astype(np.uint8)
    ink = cv2.bitwise_and(ink, cv2.dilate(shown * 255, np.ones((5, 5), np.uint8)))
    depth = cv2.distanceTransform(shown, cv2.DIST_L2, 3)  # pixels to the stroke's nearest edge
    ridge = depth[(depth > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3))) - 1e-3)]
    uneven = float(ridge.std() / ridge.mean())
    return ink, usual, uneven * (areas[~along].sum() / areas[kept].sum() - 1)


def brighten(dark, floor, full):
    """Darkness with its faint lines, as a pencil's loop is beside its downstroke, nearly as dark.

    What is above floor is measured not by full alone, but also by the darkest around it.
    """
    around = cv2.dilate(dark, np.ones((9, 9), np.uint8))
    gain = np.sqrt(full / np.clip(np.arange(256), max(0.4 * full, 3 * floor), full))
    above = cv2.threshold(dark, floor, 255, cv2.THRESH_TOZERO)[1]
    return cv2.multiply(above, cv2.LUT(around, gain.astype(np.float32)), dtype=cv2.CV_8U)


def add_faint(ink, more):
    """Ink with those pieces of more ink, of the same picture, that hang on it."""
    solid = cv2.threshold(ink, INK - 1, 255, cv2.THRESH_BINARY)[1]
    near = cv2.dilate(solid, np.ones((13, 13), np.uint8))
    more = cv2.bitwise_and(drop_rules(more), near)
    numbers, boxes, _ = connected_pieces(cv2.threshold(more, INK - 1, 255, cv2.THRESH_BINARY)[1])
    kept = np.zeros(len(boxes) + 1, np.uint8)
    kept[numbers[solid > 0]] = 255
    kept[0] = 0
    shown = cv2.dilate(kept[numbers], np.ones((5, 5), np.uint8))
    return cv2.max(ink, cv2.bitwise_and(more, shown))


def grey_levels(image):
    """How many pixels of an image (uint8) have each grey level: float32 (256,)."""
    return cv2.calcHist([image], [0], None, [256], [0, 256]).ravel()


def percentiles(histogram, *shares):
    """The bins of a histogram at which these shares of its counts are reached."""
    counts = np.cumsum(histogram)
    return [int(np.searchsorted(counts, share * counts[-1])) for share in shares]


def connected_pieces(solid):
    """The connected pieces of a picture of 0 and 255: (numbers, boxes, areas).

    `numbers` is a map, int32 (height, width), of the pieces from 1, with 0 for the paper; boxes
    (N, 4) are x, y, width, height; areas (N,) in pixels.
    """
    count, numbers = cv2.connectedComponents(solid, connectivity=8)
    if count == 2:  # one piece, as most digits are: measuring it so is five times as fast
        return numbers, np.array([cv2.boundingRect(solid)]), np.array([cv2.countNonZero(solid)])
    stats = cv2.connectedComponentsWithStats(solid, connectivity=8)[2]
    return numbers, stats[1:, :4], stats[1:, cv2.CC_STAT_AREA]


def drop_specks(ink):
    """Ink without its small separate pieces (SPECK) and without the faint grey far from any ink."""
    clean = np.zeros_like(ink)
    x, y, width, height = cv2.boundingRect(ink)
    ink = ink[y : y + height, x : x + width]
    if not ink.any():
        return clean
    _, solid = cv2.threshold(ink, INK - 1, 255, cv2.THRESH_BINARY)
    numbers, _, areas = connected_pieces(solid)
    if not areas.size:
        return clean
    if areas.min() < SPECK * areas.max():
        kept = np.concatenate([[False], areas >= SPECK * areas.max()])
        solid = kept[numbers].astype(np.uint8) * 255
    near = cv2.dilate(solid, np.ones((5, 5), np.uint8))
    clean[y : y + height, x : x + width] = cv2.bitwise_and(ink, near)
    return clean


def is_image(array):
    """Whether an array has the shape and type of one of MNIST's images."""
    return array.shape == (IMAGE_SIZE, IMAGE_SIZE) and array.dtype == np.uint8


def is_normal(image):
    """Whether a picture is an array as normalize_digit makes them."""
    array = isinstance(image, np.ndarray) and is_image(image)
    return array and max(cv2.boundingRect(image)[2:]) == DIGIT_BOX


def normalize_digit(ink):
    """Ink (uint8, bright on black, any size) as one of MNIST's images: uint8 (28, 28).

    The ink's box is scaled to 20 pixels on its longer side, the aspect kept, and placed with its
    centre of mass in the middle (LeCun et al. 1998, "Gradient-Based Learning Applied to Document
    Recognition"). No ink gives zeros.
    """
    image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    x, y, width, height = cv2.boundingRect(ink)
    if not width:
        return image
    scale = DIGIT_BOX / max(width, height)
    digit = ink[y : y + height, x : x + width]
    size = scaled_size(digit, scale)
    if size != (width, height):
        digit = cv2.resize(digit, size, interpolation=cv2.INTER_AREA)
    # A thin pen becomes a pale line when it is scaled down; MNIST's lines reach full white.
    digit = cv2.convertScaleAbs(digit, alpha=255 / max(1, int(digit.max())))
    mass = cv2.moments(digit)
    left = place(mass["m10"] / max(1, mass["m00"]), size[0])
    top = place(mass["m01"] / max(1, mass["m00"]), size[1])
    image[top : top + size[1], left : left + size[0]] = digit
    return image


def place(centre, size):
    """Where `size` pixels start so that their `centre` lies at pixel 14 and all stay inside.

    Pixel 14, not 13.5: the mean over MNIST's training images is 14.0 in both directions.
    """
    return min(max(round(IMAGE_SIZE / 2 - centre), 0), IMAGE_SIZE - size)


def draw_strokes(strokes, pen, size):
    """Strokes drawn with a round pen: uint8 (height, width) of `size` (width, height), ink 255.

    `strokes` is a list of arrays (points, 2), x and y in pixels; `pen` is the line's width.
    """
    return draw_onto(np.zeros((size[1], size[0]), np.uint8), strokes, pen)


def draw_onto(ink, strokes, pen):
    """As draw_strokes, onto a picture; the same picture."""
    for stroke in strokes:
        points = np.rint(np.asarray(stroke) * 16).astype(np.int32).reshape(-1, 1, 2)  # 1/16 pixels
        if len(points) == 1:  # OpenCV draws a line of two points, even of the same one, as a dot
            points = np.repeat(points, 2, axis=0)
        cv2.polylines(ink, [points], False, 255, pen, cv2.LINE_AA, 4)
    return ink


# ---------------------------------------------------------------------------
# Handwriting
# ---------------------------------------------------------------------------

DRAWN = 0.22  # in a batch, for each of MNIST's images, so many digits drawn as in HANDWRITING ...
OTHERS = 0.11  # ... and so many pictures of no digit

# One line for each way of writing. A line is the way of the pen over paper, as points "x,y" in
# percent of the digit's height: x to the right, y down. The pen runs smoothly through the points,
# turns sharply at "|" (in the point before it) and is lifted at ";". How do your pupils write
# their digits? Add a line here and train.
HANDWRITING = {
    0: (
        "32,0 10,12 0,48 8,86 30,100 52,86 60,48 50,12 28,0",
        "34,0 14,6 0,36 0,66 12,94 32,100 56,90 66,58 62,24 44,4 30,2",
        "42,4 14,8 0,50 10,88 32,100 54,84 60,46 48,8 24,0 12,12",  # closed with an overlap
        "24,4 4,24 0,60 14,94 36,98 56,80 60,40 46,8",  # left open at the top
        "36,0 12,14 0,52 10,90 30,100 50,88 58,50 50,14 34,6 24,26",  # its end curls inside
        "30,6 8,18 0,58 18,96 44,92 56,56 46,14 26,2 40,8 64,0",  # its end runs out to the right
        "32,0 10,12 0,48 8,86 30,100 52,86 60,48 50,12 28,0; 66,-4 -6,104",  # a slash across it
        "32,0 10,12 0,48 8,86 30,100 52,86 60,48 50,12 28,0; 72,-36 -14,134",  # a long slash
        "32,0 8,20 0,50 8,80 30,100 54,80 60,48 50,16 28,0; 42,-40 16,142",  # a steep one
        "44,0 12,18 0,50 12,86 44,100 80,82 88,48 74,14 40,0; 84,-30 8,134",
        "32,0 10,12 0,48 8,86 30,100 52,86 60,48 50,12 28,0; 50,16 12,84",  # a slash inside
        "32,0 10,12 0,48 8,86 30,100 52,86 60,48 50,12 28,0 | 10,90",  # a slash in the same stroke
        "32,0 10,12 0,48 8,86 30,100 52,86 60,48 50,12 28,0; 10,14 50,86",  # the other way
        "32,0 10,12 0,48 8,86 30,100 52,86 60,48 50,12 28,0; 29,48 31,52",  # a dot inside
        "32,0 4,8 | 0,90 | 30,100 56,92 | 62,8 | 30,0",  # nearly a rectangle
        "52,10 30,0 6,16 0,50 8,84 32,100 56,84 62,44 54,22",  # left open at the upper right
        "20,30 40,22 30,0 8,18 0,54 12,90 34,100 56,84 60,44 46,10 28,0",  # begins inside
    ),
    1: (
        "0,0 0,50 0,100",
        "0,0 0,50 0,100",
        "6,0 2,40 0,100",
        "-12,14 0,0 | 0,50 0,100",  # a short flag
        "-22,22 0,0 | 0,50 0,100",
        "-36,36 0,0 | 0,50 0,100",  # a long flag
        "-46,46 -20,26 0,0 | 0,50 0,100",
        "-40,64 0,0 | 2,50 2,100",  # a very long one
        "-40,44 -14,14 2,0 6,8 -6,50 -20,100",  # leaning, its tip round
        "-54,40 -24,16 0,0 | -14,50 -30,100",
        "-14,46 -6,20 2,0 | 3,50 2,100",  # its flag close to the stem
        "-20,60 -8,26 2,0 4,6 2,50 -4,100",
        "-24,8 -10,4 0,0 | -2,50 -4,100",  # a flat flag
        "-8,30 -14,38 -4,18 4,0 | 4,50 2,100",  # a flag with a hook
        "-30,20 -8,14 0,0 | -2,50 -4,100",  # a bent one
        "0,0 0,50 0,100; -24,100 24,100",  # a foot
        "-16,16 0,0 | 0,50 0,100; -24,100 24,100",  # a flag and a foot
        "-34,34 0,0 | 0,50 0,100; -26,100 26,100",
        "-26,12 0,0 | 0,50 0,98; -34,100 34,98",
        "-10,30 -16,20 -6,4 4,0 | 2,50 0,100; -26,100 30,98",
        "-20,18 0,0 | 0,50 0,100 | -22,100 24,100",  # all in one stroke
        "-14,14 0,0 | 0,50 0,84 8,98 22,94",  # a foot that is a hook
        "-18,2 18,0; 0,0 0,50 0,100; -20,100 20,100",  # as in print: I
        "-52,58 -26,28 0,0 | 0,50 0,100",  # a heavy, long flag
        "-28,70 -12,36 0,0 | 2,50 0,100",  # a low upstroke
        "-30,66 -12,34 0,0 | 0,50 0,100; -22,100 24,100",  # with a foot
    ),
    2: (
        "4,22 14,4 36,0 54,16 50,40 28,68 0,100 | 30,98 62,98",
        "0,26 10,6 30,0 52,8 54,30 38,58 2,98 | 32,96 60,102",
        "10,30 6,14 24,0 46,6 52,28 34,60 2,98 | 30,98 66,96",  # starts with a curl
        "4,20 20,2 44,4 54,24 44,54 14,92 2,96 4,82 20,80 40,96 62,96",  # a loop at the bottom
        "2,16 22,0 42,6 46,28 34,60 16,94 4,90 12,76 30,84 44,98 66,90",
        "6,26 16,6 36,0 52,14 48,38 26,72 4,96 | 20,88 40,98 64,92",  # a wavy foot
        "2,14 26,0 50,12 44,44 | 0,100 | 30,100 60,100",  # a sharp corner
        "4,6 28,2 50,4 | 0,98 | 30,98 60,98",  # like a Z
        "4,20 24,0 46,10 42,40 6,86 | 34,94 62,108",  # the foot slants down
        "0,12 20,0 40,8 42,30 26,64 6,94 | 24,94 48,94 80,94",  # a long foot
        "2,10 20,0 34,8 36,34 20,74 0,92 | 16,92 36,100",
        "0,8 40,0 50,14 44,46 20,90 | 12,96 60,96",
        "22,34 6,24 12,4 34,0 52,18 44,46 22,72 0,98 | 30,98 62,98",  # a closed head
        "20,28 8,20 16,4 38,2 48,22 34,56 8,94 0,84 14,76 34,96 66,90",  # and a looped foot
        "0,16 22,0 44,12 30,48 2,92 | 24,78 42,98 66,82",  # a cursive zigzag
        "2,20 20,2 40,10 30,46 6,86 | 24,72 36,96 60,88",
    ),
    3: (
        "4,12 26,0 50,12 46,34 22,46 | 52,58 54,84 28,100 0,88",
        "6,14 28,0 48,10 44,32 26,44 | 50,56 54,80 32,100 4,94",
        "2,8 24,0 42,10 40,34 18,46 | 46,56 50,82 24,100 -10,90",
        "2,2 28,2 54,2 | 20,42 | 46,50 56,76 34,98 0,92",  # a flat top
        "0,6 20,4 50,0 | 24,34 | 36,50 32,80 0,100",
        "4,4 28,4 56,0 | 18,50 | 48,64 46,88 10,100",
        "4,6 30,2 50,0 | 26,36 | 48,46 52,74 28,100 2,86",
        "6,12 28,0 50,14 40,40 20,48 18,40 30,42 52,60 52,86 24,100 0,88",  # a loop in the middle
        "4,14 30,0 50,18 30,46 52,74 30,100 0,86",  # no corner in the middle
        "0,6 22,0 38,10 32,30 14,40 | 44,48 56,74 36,98 -4,100",  # a big bow below
        "0,12 30,0 58,14 50,42 22,54 | 46,62 50,84 26,100 4,92",  # a big bow above
        "2,4 34,2 48,14 24,44 | 40,50 46,76 18,96 -14,94",
        "4,8 28,0 48,16 42,44 50,66 44,88 22,100 0,92",  # hardly a waist
        "4,12 28,0 48,14 38,36 20,46 | 48,56 52,82 26,100 -6,92 -10,74 6,68",  # a hook curls far
        "2,14 24,0 44,12 36,34 16,44 | 44,56 46,84 18,100 -16,90 -18,74",
    ),
    4: (
        "8,0 4,28 0,52 | 30,52 62,50; 44,8 43,50 42,100",
        "10,0 6,26 2,46 20,54 58,48; 48,0 44,50 42,100",
        "6,4 2,40 14,56 44,52; 48,0 46,50 44,100",  # like a U
        "18,0 4,40 0,72 14,76 34,64; 34,50 28,76 24,100",  # a short leg at the right
        "14,0 4,36 0,64 16,66 32,54 | 34,46 | 30,70 26,100",
        "20,0 0,66 | 14,68 40,60; 38,44 24,100",
        "0,0 0,36 10,50 30,50 50,40 | 52,0 | 50,50 46,100",  # like a y, in one stroke
        "20,0 0,56 | 30,54 60,52; 40,26 38,60 32,100",
        "24,0 0,62 | 30,60 58,58 ; 36,36 30,100",  # a short leg
        "30,0 0,60 | 30,56 52,50 | 42,70 34,100",  # like lightning, in one stroke
        "26,0 0,54 | 24,50 46,38 | 36,70 28,100",
        "44,0 0,66 | 30,66 64,66; 44,0 44,50 44,100",  # closed
        "40,0 20,30 0,62 | 60,60; 42,2 40,50 38,100",
        "42,100 43,50 44,0 | 0,64 | 30,64 62,62",  # closed, in one stroke
        "34,100 40,50 46,2 38,2 2,60 | 30,60 64,56",
        "46,0 4,56 | 70,56; 56,16 44,100",
        "0,0 2,50 | 56,50; 54,0 54,100",  # an angular one
        "4,0 0,50 | 58,48; 50,6 46,100",  # open, one bend
        "8,6 4,34 10,50 54,46; 40,2 38,100",  # its legs far apart above
    ),
    5: (
        "10,2 8,24 6,44 | 30,38 54,54 52,86 26,100 0,90; 10,2 34,2 58,0",
        "8,4 4,42 | 24,36 50,46 54,72 38,96 2,96; 8,6 60,0",
        "10,4 6,44 | 30,38 54,56 50,88 24,100 0,90; 22,-4 44,-6 68,-8",  # its bar is apart
        "10,8 8,46 | 30,40 52,56 48,88 22,100 0,92; 14,0 88,-8",  # a long bar
        "12,8 6,42 | 24,42 40,60 28,90 -2,100; 8,4 40,2 76,0",
        "20,2 10,36 | 24,44 38,62 22,92 -8,98; 0,6 30,0 64,0",  # the bar on both sides
        "8,14 6,48 | 30,40 50,58 46,90 20,100 -4,92; 8,-2 54,-6",
        "56,2 34,4 10,4 | 8,24 6,44 | 32,38 54,58 50,88 24,100 0,92",  # in one stroke
        "60,0 16,2 | 4,44 | 34,40 48,60 40,90 16,100 -6,92",
        "54,4 24,2 6,22 20,44 46,56 50,84 26,100 0,92",  # like an S
        "58,0 20,8 10,30 30,46 48,60 44,86 20,100 -6,96",
        "54,0 6,0 | 6,46 | 44,44 | 54,70 40,98 0,98",  # an angular one
        "60,-2 22,2 | 10,38 | 30,42 44,62 34,88 0,100",
        "40,0 10,2 | 8,30 | 32,30 50,50 46,84 20,100 -4,94",
    ),
    6: (
        "46,0 16,24 2,62 14,96 40,98 54,76 40,54 16,60 4,76",
        "36,0 14,28 4,60 6,88 28,100 50,84 46,62 24,56 6,74",
        "30,0 6,40 0,76 14,98 38,96 48,78 36,62 14,66 2,82",
        "40,0 10,40 0,80 20,100 56,92 58,74 34,68 8,82",  # a flat bow
        "50,0 22,20 2,60 8,94 34,100 52,86 46,70 26,66 8,78",
        "44,2 12,34 2,72 20,100 48,92 50,70 28,62 18,72",  # an open bow
        "38,0 8,40 4,80 24,100 48,88 44,66 24,64",
        "52,12 40,0 14,16 0,58 10,94 36,100 56,80 46,58 22,56 4,72",  # a curl at the top
        "56,10 30,0 4,30 6,84 40,100 70,80 60,56 34,54 28,62",  # wide
        "4,0 2,50 4,90 28,100 44,82 34,64 8,70",  # like a b
        "20,0 4,50 2,84 20,100 38,88 34,72 6,78",  # a small bow
        "60,4 20,10 0,56 14,98 52,94 60,64 34,46 6,62",  # a large one
        "24,0 2,46 4,84 26,98 40,80 24,66 4,84",
        "16,0 4,50 2,86 12,100 22,86 14,70 4,82",  # slim
        "12,0 2,48 0,84 10,100 20,90 16,74 4,78",
    ),
    7: (
        "0,2 28,2 56,2 | 36,50 20,100",
        "0,6 30,4 54,0 | 40,40 30,100",
        "0,4 54,2 | 34,40 22,100",
        "0,2 50,2 | 44,40 42,100",
        "2,20 0,2 | 28,2 56,2 | 36,50 22,100",  # a serif
        "0,16 6,2 30,6 58,0 | 30,46 18,100",
        "0,10 18,0 36,8 58,0 | 26,50 20,100",  # a wavy top
        "0,6 40,0 54,14 34,60 26,100",  # a round corner
        "0,2 28,2 56,2 | 36,50 20,100; 14,52 60,48",  # a bar
        "0,4 54,0 | 36,44 24,100; 8,50 56,46",
        "0,4 52,2 | 42,40 36,100; 14,56 66,44",
        "2,20 0,2 | 28,2 56,2 | 36,50 22,100; 12,54 58,50",  # a serif and a bar
        "0,14 4,2 24,4 52,0 | 34,44 20,100; 4,48 60,50",
        "0,8 16,0 32,8 56,0 | 30,46 20,100; 12,58 52,48",
        "0,2 56,2 | 34,50 28,100; 26,40 52,58",
        "0,0 30,0 | 24,50 14,100; 6,52 38,48",
        "0,22 12,4 38,0 50,16 38,56 20,100; 10,56 56,50",  # round, with a bar
        "0,30 20,4 44,2 54,20 40,60 14,100; 0,58 54,48",
        "0,24 4,4 30,0 48,8 | 40,50 30,100; 12,54 58,50",
        "6,24 10,4 34,0 50,14 42,50 24,100; 14,44 10,58 30,60 60,54",  # its bar begins with a hook
        "0,14 16,0 44,4 50,20 40,58 34,100; 8,46 6,60 30,64 58,58",
        "2,26 12,6 34,0 50,12 46,40 32,76 22,100; 6,72 8,62 32,60 62,52",
        "0,20 8,4 36,2 50,18 42,54 24,100; 4,66 30,66 64,62",  # a low bar
        "4,30 4,12 22,0 44,6 48,28 36,64 14,98; 12,70 6,58 28,58 58,46",
        "0,8 26,0 48,10 46,34 40,66 38,100; 14,48 6,64 36,66 64,62",
    ),
    8: (
        "50,12 28,0 6,14 14,38 46,58 54,82 30,100 6,86 10,60 44,38 52,16 44,6",
        "44,6 20,0 4,16 16,40 44,60 46,88 22,100 2,84 14,58 40,36 48,12 40,2",
        "28,0 8,12 10,36 28,46 48,36 50,12 28,0; 28,46 4,60 2,88 28,100 54,88 54,62 28,46",
        "26,46 6,32 8,8 28,0 48,10 46,34 26,48 4,66 6,94 28,100 52,92 50,64 30,46",  # from within
        "46,2 24,0 4,18 20,42 50,62 50,90 26,100 4,86 12,60 44,40 66,12",  # left open at the top
        "54,12 30,0 8,18 24,44 44,66 36,96 12,98 6,78 28,52 60,4",
        "50,8 28,0 8,14 20,40 44,64 38,92 18,100 4,84 20,56 46,26",
        "50,0 6,0 | 50,100 | 4,100 | 54,2",  # like an hourglass
        "44,2 18,2 8,14 24,34 34,62 28,94 14,96 16,70 40,24 48,6",  # a narrow bow below
        "4,18 30,44 34,78 22,98 10,84 24,56 54,8",  # like a ribbon, open at the top
        "6,22 26,2 54,0 50,16 22,50 10,86 20,100 32,84 28,56 6,22",
        "14,34 4,18 24,2 48,8 46,30 24,60 16,94 28,98 36,76 30,50 16,30",
        "10,30 20,8 50,4 46,30 28,56 14,92 26,98 36,80 26,56 14,40",
        "6,14 40,50 36,92 20,98 16,80 34,44 56,10 40,0 20,10",
        "46,10 24,0 6,12 14,30 38,40 42,20 28,4; 28,40 2,62 6,92 34,100 54,80 44,54 20,44",
        "56,14 34,0 12,12 18,36 42,54 44,84 22,100 2,88 6,66 36,46 54,24",
        "10,4 44,50 40,94 16,98 6,76 30,44 52,6 | 24,0 10,4",
        "30,12 22,0 12,10 30,34 50,66 38,98 10,96 4,76 26,42 32,12",  # a tiny loop above
        "50,10 28,0 8,16 20,44 34,70 32,92 20,98 14,86 24,62 46,34 52,12",  # and below
        "22,8 16,2 12,10 22,36 30,74 22,98 10,94 6,72 18,38 24,10",
    ),
    9: (
        "48,14 26,0 4,18 8,42 30,48 48,18 | 47,50 46,100",
        "50,10 24,0 2,22 14,48 40,40 50,8 | 48,50 44,100",
        "44,20 24,0 4,16 12,40 34,36 44,16 | 36,50 20,100",  # the leg slants
        "40,12 24,0 12,14 22,30 38,16 40,50 34,100",  # a small bow
        "34,10 20,0 6,10 14,24 34,14 | 32,60 26,100",
        "46,6 16,2 2,26 20,46 44,32 | 50,0 | 46,100",  # an open bow
        "50,4 20,6 4,30 16,44 46,22 | 40,60 34,100",
        "46,10 22,0 2,22 16,46 44,38; 50,4 48,50 44,100",  # the leg is a second stroke
        "50,20 26,0 2,20 16,46 42,36 50,12 52,50 40,90 14,100 0,88",  # a round tail
        "52,16 28,0 4,18 14,42 40,36 52,14 | 52,60 40,94 8,98",
        "50,10 26,0 4,20 14,44 40,38 50,8 | 50,70 36,98 10,96 -4,80",  # a tail with a curl
        "46,8 22,0 4,18 16,40 38,34 46,8 | 46,76 28,100 -4,92 -10,78",
        "40,8 22,0 8,12 18,28 38,20 40,8 | 44,60 30,96 0,98",  # a small bow, a round tail
        "48,4 14,4 0,30 20,44 44,30 48,4 | 50,60 30,94 -10,100",
        "28,12 18,2 6,10 12,24 28,18 32,6 | 48,50 44,86 14,100 -4,94",  # a small bow, a wide tail
        "24,8 14,0 2,8 10,22 24,20 30,8 40,40 50,70 34,98 0,96",
        "60,20 36,0 4,10 0,36 22,48 54,30 | 44,70 20,100",  # a wide one
        "48,12 26,0 4,18 16,44 40,36 48,12 | 50,60 34,94 4,96 -8,82 8,74",  # its tail curls back
        "46,12 24,0 4,18 14,42 38,36 46,10 | 44,60 34,90 50,100 70,88",  # its tail swings back
        "42,10 22,0 4,16 16,38 38,28 42,8 | 46,48 30,70 22,92 48,100",
        "22,8 12,0 2,10 10,24 22,10 | 24,60 20,100",  # slim, with a tiny head
    ),
    NO_DIGIT: (
        "0,100 34,0 | 66,100; 14,62 54,62",  # A
        "0,100 10,30 34,0 58,30 66,100; 4,60 62,60",
        "0,100 34,0 | 66,100 | 10,60 56,58",
        "48,20 24,4 2,40 8,86 28,96 48,60 50,8 | 50,80 64,100",  # a
        "60,24 26,10 0,46 8,90 30,96 60,40 | 62,84 84,96",
        "60,16 30,0 4,30 4,70 30,100 62,86",  # c
        "46,18 22,0 0,46 18,96 50,90",
        "46,60 26,46 4,66 10,96 34,96 48,66 | 50,0 | 50,100",  # d
        "44,60 20,48 0,72 12,98 40,80 | 46,0 | 48,80 62,100",
        "54,0 0,0 | 0,100 | 56,100; 0,48 44,48",  # E
        "0,0 0,100; 0,0 50,0; 0,50 40,50; 0,100 54,100",
        "50,6 20,0 6,20 26,44 | 2,74 16,100 54,92",
        "6,56 56,50 | 52,20 28,4 4,36 10,84 36,98 60,80",  # e
        "4,64 44,40 40,10 20,2 4,40 14,90 40,100 64,84",
        "0,0 0,100; 0,0 56,0; 0,46 42,46",  # F
        "54,2 4,0 | 0,100; 2,46 42,46",
        "50,10 34,0 24,24 22,100; 2,44 46,42",  # f
        "44,4 26,8 24,40 24,96; 0,50 44,48",
        "0,0 0,100; 56,0 56,100; 0,50 56,50",  # H
        "0,0 0,100; 60,0 56,100; 0,54 58,46",
        "0,0 0,100 | 2,62 24,42 42,60 42,100",  # h
        "6,0 2,50 0,100 | 10,56 34,50 36,80 48,98",
        "0,0 0,100; 50,2 2,54 | 54,100",  # K
        "0,0 0,100; 46,0 0,60; 14,48 52,100",
        "0,0 0,100; 40,40 2,68 | 44,100",  # k
        "0,0 0,100 | 4,60 34,40 30,62 6,66 | 42,100",
        "0,0 0,100 | 52,100",  # L
        "0,100 4,0 | 38,64 | 72,0 | 78,100",  # M
        "0,100 0,0 | 30,50 | 60,0 | 60,100",
        "0,100 0,20 | 14,4 28,20 28,100 | 28,24 44,4 58,22 58,100",  # m
        "0,20 6,80 | 16,20 34,20 38,80 | 50,20 70,20 76,80 88,76",
        "0,100 0,0 | 56,100 | 56,0",  # N
        "0,100 10,0 | 46,100 | 60,0",
        "0,100 0,10 | 2,40 22,6 44,20 46,100",  # n
        "0,0 4,90 | 16,20 40,10 48,40 52,84 66,90",
        "0,100 0,0 ; 0,2 40,0 52,24 36,48 0,50",  # P
        "0,100 0,0; 0,2 40,0 50,22 34,44 2,48 | 56,100",  # R
        "0,100 4,0 | 44,2 46,40 8,48 | 30,56 60,100",
        "0,100 0,10 | 2,40 20,8 46,8",  # r
        "0,0 4,96 | 10,40 30,10 56,16",
        "0,0 66,0; 33,0 33,100",  # T
        "24,0 24,80 40,100 56,92; 0,30 52,30",  # t
        "0,0 2,70 26,100 52,72 54,0",  # U
        "0,0 4,80 24,98 48,70 | 50,0 | 50,80 66,98",  # u
        "0,0 30,100 | 60,0",  # V
        "0,0 20,100 | 42,30 | 62,100 | 84,0",  # W
        "0,0 6,80 24,98 42,70 | 42,20 | 46,80 64,98 82,70 84,0",  # w
        "0,10 10,90 34,80 40,20 | 46,88 70,80 76,0 90,4",
        "0,0 60,100; 60,0 0,100",  # X
        "0,4 30,20 50,90 74,96; 70,0 0,100",  # x
        "0,4 24,10 30,50 24,94 0,96; 60,4 36,10 30,50 36,94 62,96",
        "0,0 30,46; 60,0 30,46 | 30,100",  # Y
        "0,0 26,50; 56,0 10,100",  # y
        "0,0 30,56; 64,0 20,100 -10,96",
        "0,0 6,40 26,46 46,10 | 44,80 20,100 -4,84",
        "0,50 100,50; 50,0 50,100",  # a plus
        "0,0 80,0; 0,40 80,40",  # an equals sign
        "0,0 50,0 100,0",  # a dash
        "2,20 26,0 50,18 30,50 26,70; 26,92 27,96",  # a question mark
        "0,60 26,100 | 80,0",  # a tick
        "40,0 0,80 | 84,80 | 40,0",  # a triangle
        "0,0 0,80 | 80,80 | 80,0 | 0,0; 0,0 80,80; 80,0 0,80",  # a crossed box
        "0,40 100,40; 70,10 100,40 | 70,70",  # an arrow
        "40,30 20,0 0,30 40,90 | 80,30 60,0 40,30",  # a heart
        "50,50 60,60 40,70 26,46 54,26 82,50 60,90 14,80 0,40 30,0",  # a spiral
        "0,20 20,0 40,20 60,40 80,20 100,0 120,20",  # a wave
        "0,0 20,60 | 30,0 | 50,60 | 60,0 | 80,60 | 90,0",  # a zigzag
        "0,50 80,50; 40,0 40,100; 10,10 70,90; 70,10 10,90",  # a star
        "30,0 10,100; 66,0 46,100; 0,30 80,30; 0,66 80,66",  # a hash
        "0,0",  # a dot
        "0,0; 0,60",  # a colon
        "0,0; 40,0; 80,0",
    ),
}


class Way(NamedTuple):
    """A line of HANDWRITING, parsed. The curve of a stroke is its matrix @ points."""

    points: np.ndarray  # (P, 2) float: x and y of all points of the line
    strokes: list  # for each stroke a matrix (curve points, P)


@functools.cache
def ways_to_write(label):
    """The ways of writing a digit, or what is no digit (NO_DIGIT): a list of Way."""
    return [parse_way(text) for text in HANDWRITING[label]]


def parse_way(text):
    """One line of HANDWRITING as a Way."""
    points, parts = [], []
    for stroke in text.split(";"):
        part = []  # for each smooth curve of the stroke, the indices of its points
        for curve in stroke.split("|"):
            corner = part[-1][-1:] if part else []
            count = len(curve.split())
            part.append(corner + list(range(len(points), len(points) + count)))
            points += [[float(number) for number in point.split(",")] for point in curve.split()]
        parts.append(part)
    columns = np.eye(len(points))
    return Way(
        np.array(points),
        [np.vstack([smooth(len(curve)) @ columns[curve] for curve in part]) for part in parts],
    )


def smooth(count, steps=8):
    """The matrix (curve points, count) that draws a smooth curve through `count` points.

    A Catmull-Rom spline: each curve point is a weighted mean of the four points around it.
    """
    t = np.arange(steps)[:, np.newaxis] / steps
    weights = np.hstack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    )
    rows = []
    for start in range(count - 1):
        around = np.clip(np.arange(start - 1, start + 3), 0, count - 1)
        rows.append(weights / 2 @ np.eye(count)[around])
    return np.vstack([*rows, np.eye(count)[-1:]])


def random_distortion(rng, slant, turn, stretch):
    """A random matrix (2, 2) that slants, turns and stretches; the arguments are how much."""
    slant, turn, stretch = rng.normal(0, (slant, turn, stretch))
    cos, sin = np.cos(turn), np.sin(turn)
    return np.array([[cos, -sin], [sin, cos]]) @ np.array([[np.exp(stretch), -slant], [0, 1]])


def write(way, rng):
    """Write a Way by an unsteady hand and a random pen: uint8 (28, 28)."""
    unsteady = rng.normal(0, 4.5 * rng.uniform(0.3, 1.3), way.points.shape)
    distortion = random_distortion(rng, slant=0.22, turn=0.1, stretch=0.22)
    strokes = []
    for matrix in way.strokes:
        # A stroke lies a little beside its place, some far, and its ends come early.
        beside = rng.normal(0, 2.5 if rng.random() < 0.85 else 8, 2)
        stroke = (matrix @ (way.points + unsteady) + beside) @ distortion.T
        first, last = (np.abs(rng.normal(0, 0.06, 2)).clip(0, 0.25) * len(stroke)).astype(int)
        strokes.append(stroke[first : len(stroke) - last])
    return draw_small(hurry(strokes, rng), rng)


HASTE = 0.2  # so many digits are written by a mouse, with a tremor or with a pen that skips


def hurry(strokes, rng):
    """Strokes as a mouse or a trembling or skipping pen leaves them, with HASTE; else as they are.

    One thing happens to the whole digit, since one writer writes it with one pen.
    """
    if rng.random() > HASTE:
        return strokes
    kind = rng.choice(["mouse", "tremor", "skip"])
    hurried = []
    for stroke in strokes:
        if kind == "mouse":  # it is asked for its place too seldom, so its line has corners
            stroke = stroke[np.unique(np.r_[0 : len(stroke) : rng.integers(3, 9), len(stroke) - 1])]
        elif kind == "tremor":
            stroke = stroke + rng.normal(0, 1.5, stroke.shape)
        elif len(stroke) > 12:  # a gap
            gap = rng.integers(4, len(stroke) - 6)
            hurried.append(stroke[:gap])
            stroke = stroke[gap + rng.integers(1, 3) :]
        hurried.append(stroke)
    return hurried


def scribble(rng):
    """One to three strokes from anywhere to anywhere: uint8 (28, 28)."""
    strokes = []
    for _ in range(rng.integers(1, 4)):
        points = rng.uniform(0, 100, (rng.integers(4, 10), 2))
        if rng.random() < 0.5:
            points = np.cumsum(rng.normal(0, 30, points.shape), axis=0)
        strokes.append(smooth(len(points)) @ points if rng.random() < 0.7 else points)
    return draw_small(strokes, rng)


def draw_small(strokes, rng, height=80):
    """Strokes of any size, drawn `height` pixels high with a random pen: uint8 (28, 28)."""
    pen = round(np.exp(rng.uniform(np.log(3), np.log(18))))  # 4 to 23 % of the height
    points = np.concatenate(strokes)
    corner, extent = points.min(0), np.ptp(points, axis=0)
    scale = height / max(15, extent.max())  # a dot stays one
    size = np.ceil(extent * scale).astype(int) + 2 * pen + 1
    return normalize_digit(draw_strokes([(s - corner) * scale + pen for s in strokes], pen, size))


ENLARGED = 3  # times: MNIST's images are bent and re-drawn at this size, to stay sharp


@functools.cache
def bends(count=64):
    """Smooth random bends: float32 (84, 84, 2) each, for a pixel where to take it from.

    In pixels of the 28x28 image from its centre (Simard et al. 2003 call them elastic).
    """
    rng = np.random.default_rng(SEED)
    size = IMAGE_SIZE * ENLARGED
    across = (np.arange(size, dtype=np.float32) + 0.5) / ENLARGED - IMAGE_SIZE / 2
    straight = np.dstack(np.meshgrid(across, across))
    knots = rng.normal(0, 0.8, (count, 6, 6, 2)).astype(np.float32)
    return [straight + cv2.resize(k, (size, size), interpolation=cv2.INTER_CUBIC) for k in knots]


@functools.cache
def pens():
    """Ways to make the enlarged line thinner or thicker: (table of grey levels, kernel or None)."""
    levels = np.arange(256)
    tables = [
        ((levels - middle) * 3 + 128).clip(0, 255).astype(np.uint8) for middle in range(60, 120, 4)
    ]
    kernels = [None] * 3 + [cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (n, n)) for n in (3, 5, 7)]
    return [(table, kernel) for table in tables for kernel in kernels]


def vary(image, rng):
    """One of MNIST's images (28, 28) uint8 slanted, stretched, bent, with another pen: the same."""
    distortion = random_distortion(rng, slant=0.15, turn=0.1, stretch=0.15)
    centre = [IMAGE_SIZE / 2 - 0.5] * 2
    source = np.column_stack([np.linalg.inv(distortion), centre]).astype(np.float32)
    bend = bends()[rng.integers(len(bends()))]
    large = cv2.remap(image, cv2.transform(bend, source), None, cv2.INTER_LINEAR)
    table, kernel = pens()[rng.integers(len(pens()))]
    large = cv2.LUT(large, table)
    return normalize_digit(large if kernel is None else cv2.dilate(large, kernel))


def no_digit(images, labels, rng):
    """A picture of something that is no digit, often made from digits: uint8 (28, 28)."""
    kind = rng.choice(
        ["sign", "scribble", "halves", "pair", "turned"], p=[0.52, 0.1, 0.03, 0.2, 0.15]
    )
    if kind == "sign":
        ways = ways_to_write(NO_DIGIT)
        return write(ways[rng.integers(len(ways))], rng)
    if kind == "scribble":
        return scribble(rng)
    one, two = rng.integers(len(images), size=2)
    a, b = images[one], images[two]
    half = IMAGE_SIZE // 2
    if kind == "halves" and labels[one] != labels[two]:
        return vary(np.hstack([a[:, :half], b[:, half:]]), rng)
    if kind == "turned" and labels[one] in (3, 4, 6, 9):  # the others turned look like digits
        mirror = rng.random() < 0.5
        return vary(
            np.ascontiguousarray(a[:, ::-1] if mirror else np.rot90(a, rng.choice([1, 3]))), rng
        )
    # Two digits beside each other, more or less far apart: they overlap, touch or stand alone.
    apart = rng.integers(9, 22)
    pair = np.zeros((IMAGE_SIZE, IMAGE_SIZE + apart), np.uint8)
    pair[:, :IMAGE_SIZE] = a
    pair[:, apart:] = np.maximum(pair[:, apart:], b)
    return normalize_digit(cv2.resize(pair, None, fx=ENLARGED, fy=ENLARGED))


def augment(images, labels, rng, untouched=0.4):
    """A batch for training from MNIST's images (N, 28, 28) uint8 and labels (N,), with more added.

    A share of the images stays `untouched`; the others are varied.
    Digits drawn by a pen and pictures of no digit (label NO_DIGIT) are added, so what is returned,
    images and labels, is longer than what was given.
    """
    varied = [image if rng.random() < untouched else vary(image, rng) for image in images]
    digits = rng.integers(10, size=round(len(images) * DRAWN))
    for digit in digits:
        ways = ways_to_write(int(digit))
        varied.append(write(ways[rng.integers(len(ways))], rng))
    others = round(len(images) * OTHERS)
    varied += [no_digit(images, labels, rng) for _ in range(others)]
    return np.array(varied), np.concatenate([labels, digits, np.full(others, NO_DIGIT)])


# ---------------------------------------------------------------------------
# The network
# ---------------------------------------------------------------------------


def build_model(learning_rate=1.0):
    """The convolutional network: (N, 28, 28, 1) float32 -> (N, 11) probabilities, compiled.

    Adadelta (Zeiler 2012) is meant to run at a learning rate of 1.0; Keras's default of 0.001
    reaches 43 % in ten epochs where 1.0 reaches 99 %. `learning_rate` may be a Keras schedule.
    """
    keras = import_keras()
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1)),
            # Edges and line ends: 32 filters of 5x5 pixels, then the strongest answer of each 2x2.
            layers.Conv2D(32, 5, use_bias=False),  # (24, 24, 32)
            layers.MaxPooling2D(),  # (12, 12, 32)
            layers.BatchNormalization(momentum=0.9),  # answers around 0 with a spread of 1
            layers.ReLU(),
            # Corners, arcs, crossings: combinations of edges, each seen over more of the image.
            layers.Conv2D(64, 3, padding="same", use_bias=False),  # (12, 12, 64)
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2D(64, 3, use_bias=False),  # (10, 10, 64)
            layers.MaxPooling2D(),  # (5, 5, 64)
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Dropout(0.1),  # forgets some answers at random, so that none is relied upon
            # Loops, hooks, bars, and where they are.
            layers.Conv2D(192, 3, use_bias=False),  # (3, 3, 192)
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Flatten(),  # (1728,)
            layers.Dropout(0.2),
            layers.Dense(128, activation="relu"),  # 128 features of the whole digit
            layers.Dropout(0.2),
            layers.Dense(NO_DIGIT + 1, activation="softmax"),  # eleven probabilities
        ]
    )
    model.compile(
        keras.optimizers.Adadelta(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # compiling takes longer than it saves on a processor
    )
    return model


# ---------------------------------------------------------------------------
# Training
# ---------------------------------------------------------------------------

EPOCHS = 5  # times through the 60,000 images: under five minutes on two cores
BATCH = 64  # of MNIST's images at a time ...
UNTOUCHED = 0.1, 0.7  # ... this share of them as it is, at the beginning and at the end
STEP = 3.0  # the learning rate at first; along a cosine it falls to 0, and training comes to rest.
# Batches of 64 at 3.0 learn sooner than 96 at 1.0: of 10,000 held-out images 98.6 instead of 98.2 %
# are read after 40,000 pictures; after 250,000 there is no difference (99.1 %).
TAUGHT_TIMES = 10  # times in each epoch that a digit which the user taught is seen, mostly varied


def train(path=None, epochs=EPOCHS, data=None, count=None, variation=True):
    """Train a network on MNIST (load_mnist(data)) and save it as the file `path`; the Keras model.

    The digits that were taught (load_taught), kept beside `path`, are trained on as well. What if
    there were only `count` of MNIST's images, or no `variation` of them? Ctrl-C or an error leave
    an earlier file as it was. Raises DigitRecognizerError.
    """
    path = Path(path or MODEL_FILE)
    check_writable(path)  # said now, not after minutes of training
    train_images, (x_test, y_test) = training_data(path, data, count)
    steps = len(train_images[0]) // BATCH
    model = fit(
        *train_images,
        Pace(epochs * steps),
        variation,
        epochs=epochs,
        steps_per_epoch=steps,
        validation_data=(to_input(x_test), y_test),
        verbose=1 if sys.stdout.isatty() else 2,  # a live bar, or a line an epoch in a log file
    )
    replace_file(path, to_file(model))
    return model


def training_data(path, data=None, count=None):
    """As load_mnist; to train on, only `count` images, and those taught beside the model `path`."""
    (images, labels), test = load_mnist(data)
    if count:  # as many in an epoch as ever, so that learning from few takes as long
        some = np.resize(np.random.default_rng(SEED).permutation(len(images))[:count], len(images))
        images, labels = images[some], labels[some]
    taught = load_taught(path.with_name(TAUGHT_FOLDER)) * TAUGHT_TIMES
    if taught:
        images = np.concatenate([images, [digit.image for digit in taught]])
        labels = np.append(labels, np.array([digit.label for digit in taught], np.uint8))
    return (images, labels), test


class Pace:
    """How far training is, from 0 to 1: by its batches, or by its seconds, once it has begun."""

    def __init__(self, batches=None, seconds=None):
        self.batches, self.seconds = batches, seconds
        self.done, self.begin = 0, None

    def share(self, batch=None):
        """The share that is done, or that will be done before a batch, counted from 0."""
        if self.seconds is None:
            return (self.done if batch is None else batch) / self.batches
        return min(1, (time.monotonic() - self.begin) / self.seconds) if self.begin else 0

    def goes_on(self, batch=None):
        """Whether there is more to do, or will be before a batch."""
        return self.share(batch) < 1

    def count(self):
        """Count a batch; the clock starts after the first one, in which TensorFlow sets out."""
        self.done += 1
        self.begin = self.begin or time.monotonic()

    def rest(self, seconds):
        """Stop the clock for so many seconds, which have passed."""
        self.begin += seconds


def fit(images, labels, pace, variation=True, watchers=(), **options):
    """Fit a new network to images (N, 28, 28) and labels (N,), uint8: the Keras model.

    `watchers` are Keras's callbacks, `options` those of its fit.
    """
    keras = import_keras()
    keras.utils.set_random_seed(SEED)
    with quiet():
        model = build_model(STEP)

    def before(batch, logs):
        model.optimizer.learning_rate = STEP * (1 + math.cos(math.pi * pace.share())) / 2

    def after(batch, logs):
        pace.count()

    clock = keras.callbacks.LambdaCallback(on_train_batch_begin=before, on_train_batch_end=after)
    with one_thread():
        model.fit(
            made_ahead(batches(images, labels, pace, variation)),
            callbacks=[clock, *watchers],
            shuffle=False,  # batches does it
            **options,
        )
    return model


def check_writable(path):
    """Raise DigitRecognizerError where a file could not be written."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise DigitRecognizerError(f"{path}: no file can be written there; give another name")


def batches(images, labels, pace, variation=True):
    """Batches for model.fit until the pace's end: the images in ever new order, varied anew.

    Less and less is varied, so that training ends on pictures like those that are to be read.
    """
    rng = np.random.default_rng(SEED)
    order = np.empty(0, int)
    for batch in itertools.takewhile(pace.goes_on, itertools.count()):
        while len(order) < BATCH:
            order = np.append(order, rng.permutation(len(images)))
        chosen, order = order[:BATCH], order[BATCH:]
        picked, targets = images[chosen], labels[chosen]
        if variation:
            untouched = np.interp(pace.share(batch), (0, 1), UNTOUCHED)
            picked, targets = augment(picked, targets, rng, untouched)
        yield to_input(picked), targets.astype(np.int64)


def made_ahead(batches):
    """The same batches as TensorFlow's Dataset: a thread makes the next while one is learnt."""
    import tensorflow as tf

    digits = tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32)
    shapes = digits, tf.TensorSpec((None,), tf.int64)
    options = tf.data.Options()
    options.autotune.enabled = False  # its own thread may hold up the end for half a minute
    dataset = tf.data.Dataset.from_generator(lambda: batches, output_signature=shapes)
    return dataset.prefetch(2).with_options(options)


def to_file(model):
    """A Keras model as a file that load_model reads: bytes, as TensorFlow Lite has them."""
    keras = import_keras()
    import tensorflow as tf

    with quiet():
        # For batches of any size Keras adds a step that OpenCV can't read, so a copy takes one
        # image at a time; OpenCV runs it on any number all the same.
        fixed = keras.models.clone_model(
            model, input_tensors=keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), batch_size=1)
        )
        fixed.set_weights(model.get_weights())
        network = tf.lite.TFLiteConverter.from_keras_model(fixed).convert()
    return network + seal(network)


# ---------------------------------------------------------------------------
# Recognition
# ---------------------------------------------------------------------------

SURE = 0.6  # probability: from here on a digit is sure; of 10,000 held-out images 0.95 % lie below,
# most of them right, and of those above one in 241 is wrong.
CERTAIN = 0.99  # probability: below, the network takes a second look
ALIKE = 0.75  # cosine of two drawings' features: above, what was taught of one counts ...
TRUST = 16  # ... in favour of the other, up to so much in the logarithm of the probability
PATCH = 7  # pixels: the square that `occlusion` covers
TRAIN_AGAIN = f"python {PROGRAM} train makes a new one"
EMPTY = "□"  # stands for what is no digit: no one takes it for text, and every system can show it


class Prediction(NamedTuple):
    """What the network reads in a picture. `digit` is None, and all else 0, for a blank one."""

    digit: int | None  # the most probable digit, 0 to 9
    confidence: float  # its probability, 0 to 1
    probabilities: np.ndarray  # (10,) float32, one a digit ...
    no_digit: float  # ... and that it is none of them: together they sum to 1
    sure: bool  # False where it may well be another digit or none at all


def predict_digit(image, model=None):
    """Read the digit in a picture: a Prediction.

    `image` is anything that to_grey takes, ink light or dark, of any size; one that normalize_digit
    made is taken as it is. `model` comes from load_model (by default the model beside this script,
    loaded once). Raises DigitRecognizerError for what is no picture, or without a model.
    """
    if not is_normal(image):
        image = normalize_digit(find_ink(image))
    if not image.any():
        return Prediction(None, 0.0, np.zeros(10, np.float32), 0.0, False)
    model = default_model() if model is None else model
    return to_prediction(*model.read(image[np.newaxis]))


def to_prediction(answer):
    """A network's answer (11,) float32 as a Prediction."""
    digit = int(answer[:NO_DIGIT].argmax())
    confidence = float(answer[digit])
    return Prediction(
        digit, confidence, answer[:NO_DIGIT], float(answer[NO_DIGIT]), confidence >= SURE
    )


def spell(digit):
    """A Prediction or Digit as people read it: "7", "7?" where it is not sure, "□" for no digit."""
    if digit.no_digit > digit.confidence:
        return EMPTY
    return str(digit.digit) if digit.sure else f"{digit.digit}?"


class Network:
    """A trained network as OpenCV runs it, and what the user taught it since.

    `taught` is a list of Taught, the oldest first; `problem` the DigitRecognizerError that keeps
    them from being used, or None. On `trial` a network answers by itself alone.
    """

    def __init__(self, content, path):
        self.content = content  # bytes, as TensorFlow Lite has them
        self.net = cv2.dnn.readNetFromTFLite(np.frombuffer(content, np.uint8))
        self.path = path  # of the file
        self.folder = path.with_name(TAUGHT_FOLDER)  # where the taught digits are kept
        self.known = {}  # an image's bytes -> the answer to it
        self.grouped = {}  # pieces of the last drawing -> what they were joined to (best_groups)
        self.seen = {}  # the file of a taught digit -> its features
        self.trial = False
        self.remember()

    def run(self, images):
        """The network's answers to images (N, 28, 28) uint8: float32 (N, 11), each summing to 1."""
        if len(self.known) > 5000:
            self.known.clear()
        keys = [image.tobytes() for image in images]
        new = [number for number, key in enumerate(keys) if key not in self.known]
        for part in chunks(new):
            self.net.setInput(to_blob(images[part]))
            self.known.update(
                zip([keys[number] for number in part], self.net.forward().copy(), strict=True)
            )
        return np.array([self.known[key] for key in keys]).reshape(-1, NO_DIGIT + 1)

    def read(self, images):
        """As run, made better: a second look (`alone`), and what was taught (`recall`)."""
        return self.recall(images, self.alone(images))

    def alone(self, images):
        """As run, with a second look at what is not certain, and without what was taught.

        Where an answer is not CERTAIN the mean counts of five looks: at the image as it is and
        moved by a pixel each way. It is right a little more often: 99.58 % instead of 99.52 % of
        5,000 held-out images of MNIST.
        """
        answers = self.run(images)
        doubtful = answers.max(1) < CERTAIN
        if doubtful.any():
            again = images[doubtful]
            wide = np.pad(again, ((0, 0), (1, 1), (1, 1)))
            moved = [
                wide[:, y : y + IMAGE_SIZE, x : x + IMAGE_SIZE]
                for y, x in ((1, 0), (1, 2), (0, 1), (2, 1))
            ]
            looks = self.run(np.concatenate(moved)).reshape(4, -1, NO_DIGIT + 1)
            answers[doubtful] = (answers[doubtful] + looks.sum(0)) / 5
        return answers

    def maps(self, images):
        """What the convolution layers answer to images (N, 28, 28), after ReLU and pooling.

        A list of float32 arrays (N, filters, height, width), a layer each, as the next one sees it;
        of a network without a convolution an empty one.
        """
        ends = []  # for each convolution, the last layer before the next one
        for layer in self.convolving():
            if layer.type == "Convolution":
                ends.append(layer.name)
            elif ends and layer.type != "Const":
                ends[-1] = layer.name
        self.inner.setInput(to_blob(images))
        return [maps.copy() for maps in self.inner.forward(ends)] if ends else []

    def filters(self):
        """The convolutions' weights: a list of float32 (filters, pictures seen, height, width)."""
        return [layer.blobs[0] for layer in self.convolving() if layer.type == "Convolution"]

    def convolving(self):
        """OpenCV's layers that see and make pictures: all before the first Flatten or Dense."""
        layers = [self.inner.getLayer(n) for n in self.inner.getLayerNames()]
        kinds = "Convolution", "Pooling", "ReLU", "NaryEltwise", "Const"  # ... BatchNormalization's
        return itertools.takewhile(lambda layer: layer.type in kinds, layers)

    @functools.cached_property
    def inner(self):
        """The network once more, in the engine of OpenCV that hands out what the layers answer.

        OpenCV 5.0 takes that engine for a network from a file only, and on Windows opens no file
        whose path is not ASCII: C:/Users/Public serves those whose own name is not.
        """
        try:
            folder = tempfile.gettempdir()
            with tempfile.TemporaryDirectory(
                dir=folder if folder.isascii() else os.environ.get("PUBLIC", folder)
            ) as folder:
                file = Path(folder, "network.tflite")
                file.write_bytes(self.content)
                return cv2.dnn.readNetFromTFLite(str(file), cv2.dnn.ENGINE_CLASSIC)
        except (OSError, cv2.error) as error:
            raise DigitRecognizerError(
                f"no room for a temporary file ({reason(error)}); make room, or set TMPDIR"
            ) from None

    def features(self, images):
        """What tells drawings (N, 28, 28) apart: the last but one layer's maps, of length 1.

        The image itself counts as the first layer's.
        """
        layers = ([to_blob(part), *self.maps(part)] for part in chunks(images))
        features = np.concatenate([maps[-2:][0].reshape(len(maps[0]), -1) for maps in layers])
        return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)

    def recall(self, images, answers):
        """Answers (N, 11) to images (N, 28, 28), in favour of what was taught that looks like them.

        A memory of nearest neighbours: the most similar taught digit of each label raises the
        label's probability, up to TRUST in its logarithm for an equal drawing, however sure the
        network was. ALIKE, TRUST and the layer were chosen on a network that had not seen half of
        the ways in HANDWRITING nor 5,000 of MNIST's training images: taught 20 digits of one
        (imitated) hand it read 99.9 instead of 91.9 % of the hand's others, and of those images
        0.002 % fewer.
        """
        if not self.taught or self.problem or self.trial:
            return answers
        labels = np.array([taught.label for taught in self.taught])
        similar = self.features(images) @ self.memory.T  # cosines, (N, taught digits)
        alike = ((similar - ALIKE) / (1 - ALIKE)).clip(0, 1)
        scores = np.log(np.maximum(answers, 1e-9))
        for digit in np.unique(labels):
            nearest = alike[:, labels == digit].max(1)
            raised = np.maximum(scores[:, digit], np.log(1e-4)) + TRUST * nearest
            scores[:, digit] = np.where(nearest > 0, raised, scores[:, digit])
        scores = np.exp(scores - scores.max(1, keepdims=True))
        return scores / scores.sum(1, keepdims=True)

    def remember(self):
        """Look into the folder of taught digits again: another window may have taught, too."""
        self.problem, self.taught = None, []
        self.grouped.clear()  # what was cut in two may be one taught digit now
        try:
            self.taught = load_taught(self.folder)
            new = [taught for taught in self.taught if taught.path not in self.seen]
            if new:
                features = self.features(np.array([taught.image for taught in new]))
                self.seen.update(zip([taught.path for taught in new], features, strict=True))
        except DigitRecognizerError as error:
            self.problem = error
            return
        self.memory = np.array([self.seen[taught.path] for taught in self.taught])  # (N, 1600)

    def teach(self, image, label):
        """Keep an image (28, 28) uint8 as an example of a digit, 0 to 9, and learn it at once.

        Raises DigitRecognizerError; then nothing was kept.
        """
        self.teach_all([(image, label)])

    def teach_all(self, digits):
        """As teach, of each (image, label).

        Of equal images the latest word counts: the earlier one goes before it is written.
        """
        latest = {image.tobytes(): (image, label) for image, label in digits}
        self.remember()
        if self.problem:
            raise self.problem
        images = np.array([image for image, _ in latest.values()])
        self.features(images)  # raises where they could not be compared with others
        try:
            self.forget(*(taught for taught in self.taught if taught.image.tobytes() in latest))
            for image, label in latest.values():
                keep_taught(self.folder, image, label)
        finally:
            self.remember()

    def forget(self, *some):
        """Delete some of the taught digits. Raises DigitRecognizerError."""
        try:
            for taught in some:
                taught.path.unlink(missing_ok=True)
        except OSError as error:
            raise DigitRecognizerError(
                f"{taught.path}: can't be deleted ({error.strerror}); delete it by hand"
            ) from None
        finally:
            self.remember()


class Taught(NamedTuple):
    """A digit that the user taught."""

    path: Path  # of the picture that keeps it
    label: int  # what it shows, 0 to 9
    image: np.ndarray  # (28, 28) uint8


# Each taught digit is a small picture of its own, written once and never changed. So windows may
# teach at once, and the pictures can be looked at, deleted and carried to another machine.
PNG_SIZE = 2 * IMAGE_SIZE.to_bytes(4, "big")  # bytes 16 to 23 of each: its width and height
TAUGHT_FOLDER = "my_digits"  # beside the model; in it "7-20261123-101530-123456.png" and others
TAUGHT_NAME = re.compile(r"[0-9]-.*\.png", re.IGNORECASE)  # people copy and rename them


def load_taught(folder):
    """The digits taught in a folder, the oldest first: a list of Taught, empty without a folder.

    Files that hold no taught digit are passed over. Raises DigitRecognizerError.
    """
    try:
        paths = sorted(folder.iterdir(), key=lambda path: path.name[2:]) if folder.exists() else []
        paths = [path for path in paths if TAUGHT_NAME.fullmatch(path.name) and path.is_file()]
        found = [to_taught(path, path.read_bytes()) for path in paths]
    except OSError as error:
        raise DigitRecognizerError(f"{folder}: can't be read ({error.strerror})") from None
    return [taught for taught in found if taught]


def to_taught(path, content):
    """The content of a file with a TAUGHT_NAME as a Taught; None where it holds no such picture."""
    if content[16:24] == PNG_SIZE:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
        if image is not None and is_image(image):
            return Taught(path, int(path.name[0]), image)
    return None


def keep_taught(folder, image, label):
    """Write an image (28, 28) uint8 as a taught digit. Raises DigitRecognizerError."""
    make_folder(folder)
    path = named_by_time(folder / f"{label}.png")
    replace_file(path, cv2.imencode(".png", image)[1].tobytes())


def save_taught(taught, path):
    """Write taught digits as a zip file of their pictures. Raises DigitRecognizerError."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for digit in taught:
            packed.writestr(digit.path.name, cv2.imencode(".png", digit.image)[1].tobytes())
    replace_file(path, content.getvalue())


def open_taught(path):
    """The digits of a file of save_taught: (image, label) of each. Raises DigitRecognizerError."""
    found = []
    try:
        with zipfile.ZipFile(path) as packed:
            for entry in packed.infolist():
                name = Path(entry.filename)  # it may lie in a folder, if people packed it
                if TAUGHT_NAME.fullmatch(name.name):
                    with packed.open(entry) as file:  # at most so much, whatever its size is said
                        found.append(to_taught(name, file.read(10000)))
    except Exception as error:  # zipfile and zlib have an error each for a damaged file
        raise DigitRecognizerError(f"{path}: can't be read ({reason(error)})") from None
    found = [(digit.image, digit.label) for digit in found if digit]
    if not found:
        raise DigitRecognizerError(
            f"{path}: holds no taught digits; give a file that was saved here"
        )
    return found


def load_model(path=None):
    """The Network saved in `path` (by default digit_recognizer.tflite beside this script).

    Raises DigitRecognizerError for a file that `train` did not write, or that was damaged since:
    OpenCV itself would crash on some of these.
    """
    path = Path(path or MODEL_FILE)
    source = zipfile.Path(BUNDLE, MODEL_FILE.name) if in_bundle(path) else path
    try:
        content = source.read_bytes()
    except FileNotFoundError:
        raise DigitRecognizerError(f"{path}: no such model file; {TRAIN_AGAIN}") from None
    except OSError as error:
        text = f"{path}: can't be read ({error.strerror}); {TRAIN_AGAIN}"
        raise DigitRecognizerError(text) from None
    return open_model(content, path)


def open_model(content, path):
    """The Network in a model file's bytes; `path` is that file. Raises as load_model."""
    network = content[: -len(seal(b""))]
    if not network or content != network + seal(network):
        raise DigitRecognizerError(f"{path}: damaged, or not made by train; {TRAIN_AGAIN}")
    if not hasattr(cv2.dnn, "ENGINE_CLASSIC"):  # OpenCV 4.10 and older
        raise DigitRecognizerError(
            f"OpenCV {cv2.__version__} is too old: python -m pip install -U opencv-python"
        )
    try:
        model = Network(network, path)
        model.run(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8))
    except (cv2.error, ValueError):
        raise DigitRecognizerError(
            f"{path}: another network than build_model's, or one that OpenCV can't run; "
            f"{TRAIN_AGAIN}"
        ) from None
    return model


def replace_model(path, content, old):
    """Make `content`, bytes, the model file `path`; what it was gets a name by the time: a Path.

    Where there is no file, the Network `old` is kept so. Raises DigitRecognizerError, and then
    nothing has changed.
    """
    aside = named_by_time(path)
    try:
        before = path.read_bytes()
    except OSError:  # in a bundle, or deleted meanwhile
        before = old.content + seal(old.content)
    replace_file(aside, before)
    try:
        replace_file(path, content)
    except DigitRecognizerError:
        aside.unlink(missing_ok=True)
        raise
    return aside


def last_whole(files):
    """Of model files the last one that can be opened: the file and its Network.

    Raises DigitRecognizerError where there is none.
    """
    problem = DigitRecognizerError("No earlier network is left.")
    for file in reversed(files):
        try:
            return file, load_model(file)
        except DigitRecognizerError as error:
            problem = error
    raise problem


def earlier_files(path):
    """The networks that were set aside, the last one at the end."""
    name = f"{glob.escape(path.stem)}-{'[0-9]' * 8}-*{path.suffix}"
    return sorted(path.parent.glob(name))


@functools.cache
def default_model():
    """The model beside this script, loaded once."""
    return load_model()


def in_bundle(path):
    """Whether a model is the one inside the bundle: a newer one beside the bundle goes before."""
    return BUNDLE is not None and path == MODEL_FILE and not path.exists()


def to_blob(images):
    """Images (N, 28, 28) uint8 as OpenCV wants them, the channel first: float32 (N, 1, 28, 28)."""
    return to_input(images).reshape(-1, 1, IMAGE_SIZE, IMAGE_SIZE)  # one channel: nothing moves


def chunks(images, size=100):
    """The images in groups that fit a processor's cache: twice as fast as all 10,000 at once."""
    return (images[start : start + size] for start in range(0, len(images), size))


def occlusion(image, digit, model):
    """What in an image (28, 28) uint8 mattered for reading a digit: (importance, least).

    A patch of PATCH x PATCH pixels is covered, here and there all over the image, and the network
    asked again (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks").
    `importance` is float32 (28, 28), 0 to 1: how far the digit's probability fell, as the mean
    over the patches that cover a pixel; `least` the lowest probability that was left.
    """
    places = itertools.product(range(0, IMAGE_SIZE - PATCH + 1, 2), repeat=2)
    patches = [np.s_[y : y + PATCH, x : x + PATCH] for y, x in places]
    patches = [patch for patch in patches if image[patch].any()]
    covered = np.repeat(image[np.newaxis], len(patches) + 1, axis=0)  # the last one stays whole
    for picture, patch in zip(covered, patches, strict=False):
        picture[patch] = 0
    *left, whole = model.recall(covered, model.run(covered))[:, digit].tolist()
    fallen, times = np.zeros((2, *image.shape), np.float32)
    for patch, probability in zip(patches, left, strict=True):
        fallen[patch] += max(0, whole - probability)
        times[patch] += 1
    return fallen / np.maximum(times, 1), min([*left, whole])


# ---------------------------------------------------------------------------
# Whole numbers: pieces of ink, lines of pieces, and which pieces make a digit
# ---------------------------------------------------------------------------

MOST_PIECES = 2000  # more separate pieces of ink than that are grain, not handwriting
MIN_HEIGHT = 8  # pixels: a line of lower ones is dust; a digit can't be told in so few
READ_HEIGHT = 50  # pixels: higher writing is made smaller before its groups are read

# Which pieces may be one digit; lengths are in shares of the line's height.
MOST_GAP = 0.3  # between neighbours among them ...
MOST_WIDTH = 1.6  # ... of all of them together ...
MOST_HEIGHT = (
    2.6  # ... also where a line seems to be half as high, as one of an eight's two circles
)
MOST_GROUPS = 30  # tried for a piece, with those to its right
MOST_COST = 6.0  # of shape (shape_cost), of a group of several pieces
MOST_WAYS = 50  # kept from piece to piece: the cheapest ones

BLOT = 3  # times the pen's width: what is no larger can't show what it is
MOST_STROKES = 300  # read one by one; the ink of more counts, not how it was drawn
MOST_CROWDED = 10  # pieces in each height of width: more are shading or grain

# A wide piece may be several touching digits: it is cut, and its slices are grouped.
WIDE = 0.6  # of its height: from this width on (a one may touch a one) ...
WELL = 0.8  # ... unless it is read with this probability
SLICES = 7  # a height
CUT_HEIGHT = 40  # pixels: to so many it is made smaller to look for cuts
CUT_SHARED = 1  # of these pixels around a cut: ink that both its sides have, as where strokes cross
CUT_ASIDE = 0.1  # pixels of ink that a cut crosses rather than move aside by a pixel ...
CUT_AWAY = 30.0  # ... or in each row run a whole height away (by the square) from its place

# What speaks against a group of pieces being one digit, in units of a probability's logarithm;
# lengths are in shares of the line's height. Fitted: of all groupings of 1,000 drawings made of
# HANDWRITING, in rows, sums and alone, the true one shall be as probable as it can be, where a
# grouping weighs exp(-cost).
DIGIT_COST = 0.6  # every digit: one whole digit rather than two halves
NO_DIGIT_SHARE = 0.03  # so much of the probability of "no digit" counts as a reading, too
LOW_COST = 17.0  # being lower than 0.9 of the line, down to 0.6
BROAD_COST = 6.0  # being broader than 0.8
CUT_COST = 5.0  # the ink that a cut on its left crosses
# For each two pieces:
JOIN_COST = 3.1  # that they are two ...
GAP_COST = 1.5  # ... with a gap between them, across or down ...
STACK_COST = 11.5  # ... one above the other, by what is higher than 1.5 lines;
DEEP_GAIN = 12.5  # but one reaching into the other, from left to right, speaks for them


MOST_UNCLEAR = 3  # looks: what is not read clearly in so many won't be
MANY = 100  # pieces or digits: what is no page has as many, and a page's are mostly read well


class Digit(NamedTuple):
    """A digit found in a picture: the fields of a Prediction, and where it is."""

    digit: int
    confidence: float
    probabilities: np.ndarray
    no_digit: float
    sure: bool
    line: int  # the line of writing that it stands in, 0 at the top
    box: tuple[int, int, int, int]  # x, y, width, height in pixels of the picture
    image: np.ndarray  # (28, 28) uint8, what the network saw
    ink: np.ndarray  # (height, width) uint8, its own ink in its box


class Reading(NamedTuple):
    """What was read in a picture."""

    text: str  # a line of digits a line of text, "?" for a digit that is not sure
    digits: list[Digit]  # in reading order
    unread: tuple[tuple[int, int, int, int], ...] = ()  # boxes of marks that are no part of a digit


class Piece(NamedTuple):
    """A piece of ink: a small picture with its place on the page."""

    x: int
    y: int
    ink: np.ndarray  # (height + 2, width + 2) uint8: its box, and a pixel around for soft edges
    whole: int  # the number of the connected piece that it is, or was cut from
    slice: int = 0  # its number among the slices of a piece, from the left
    cut: float = 0.0  # pixels of ink that the cut on its left crosses
    share: float = 1.0  # how certain it is that just this is one digit, 0 to 1

    width = property(lambda piece: piece.ink.shape[1] - 2)
    height = property(lambda piece: piece.ink.shape[0] - 2)
    right = property(lambda piece: piece.x + piece.width)
    bottom = property(lambda piece: piece.y + piece.height)
    middle = property(lambda piece: (piece.x + piece.width / 2, piece.y + piece.height / 2))

    @property
    def speck(self):
        """Whether it is a spot, about as broad as high and full of ink."""
        short, long = sorted((self.width, self.height))
        return long <= 1.5 * short and np.mean(self.ink[1:-1, 1:-1] >= INK) > 0.7


class Line(NamedTuple):
    """A line of writing."""

    height: float  # of a usual digit, in pixels
    pieces: list[Piece]  # from left to right


def read_digits(image, model=None):
    """Read every digit of a picture, line by line: a Reading. Arguments as for predict_digit.

    Of several looks at it the first without doubt that is read clearly counts, else the one whose
    sure digits cover most; a page that lies on its side, or upside down, is turned.
    """
    first, best, doubtful, unclear = None, None, Found(Reading("", []), None), 0
    grey = to_grey(image)
    for look in looks(grey):
        pieces = find_pieces(look.ink)
        if len(pieces) > MANY and (look.doubt > MOST_DOUBT or not promising(pieces, model)):
            continue  # to read a wall piece by piece would take long
        found = Found(drop_scrawl(read_pieces(pieces, model)), look)
        if look.doubt > MOST_DOUBT and not found.written():
            doubtful = doubtful if doubtful.look else found
            continue
        first = first or found
        best = max(best, found, key=Found.surely) if best else found
        if best.clear() and best.look.doubt < MOST_DOUBT / 2:
            return best.upright(grey)
        unclear += 1
        if unclear == MOST_UNCLEAR:
            break
    if best is None:  # no page: nothing is sure
        lines = lines_of(doubtful.reading)
        unsure = [[digit._replace(sure=False) for digit in line] for line in lines]
        best = doubtful._replace(reading=to_reading(unsure, doubtful.reading.unread))
    elif 3 <= len(first.reading.digits) <= MANY:
        turned = [best, *(first.turn(turns, model) for turns in (1, 2, 3))]
        best = max(turned, key=Found.surely)
    return best.upright(grey)


def promising(pieces, model):
    """Whether a fifth of many pieces' height is digits by themselves, and other than 1.

    On pages of digits a third and more of it was so, of words and textures less than a sixth.
    """
    model = default_model() if model is None else model
    tallest = sorted(pieces, key=lambda piece: piece.height)[-300:]
    heights = np.array([piece.height for piece in tallest])
    answers = model.run(np.array([normalize_digit(piece.ink) for piece in tallest]))
    answers[:, 1] = 0
    return heights[answers[:, :NO_DIGIT].max(1) >= SURE].sum() >= 0.2 * heights.sum()


class Found(NamedTuple):
    """What was read in a Look after some quarter turns to the left."""

    reading: Reading
    look: Look
    turns: int = 0

    def written(self):
        """Whether most digits are sure ones other than 1: edges, cracks and blades are read so."""
        sure = sum(digit.sure and digit.digit != 1 for digit in self.reading.digits)
        return sure >= max(2, len(self.reading.digits) / 2)

    def clear(self, share=0.75):
        """Whether most digits, and most of what they cover, are sure."""
        sure = sum(digit.sure for digit in self.reading.digits)
        return self.surely() > 0 and sure >= share * len(self.reading.digits)

    def surely(self):
        """How much of the picture, in its pixels, sure digits cover, less what others do."""
        sides = [(digit.sure, digit.box[2] * digit.box[3]) for digit in self.reading.digits]
        return sum(area if sure else -area / 3 for sure, area in sides) / self.look.scale**2

    def turn(self, turns, model):
        """What is read in the same ink turned, where that is far clearer; else as it is."""
        ink = np.ascontiguousarray(np.rot90(self.look.ink, turns))
        found = Found(drop_scrawl(read_ink(ink, model)), self.look, turns)
        count = len(found.reading.digits)
        enough = count >= max(4, 0.7 * len(self.reading.digits)) and found.clear(0.9)
        return found if enough and found.surely() > 2 * self.surely() else self

    def upright(self, picture):
        """The Reading, with boxes in pixels of the picture (height, width)."""
        if self.look is None or (self.look.scale == 1 and not self.turns):
            return self.reading
        digits = []
        for digit in self.reading.digits:
            box = self.upright_box(digit.box, picture)
            ink = np.ascontiguousarray(np.rot90(digit.ink, -self.turns))
            ink = cv2.resize(ink, box[2:], interpolation=cv2.INTER_AREA)
            digits.append(digit._replace(box=box, ink=ink))
        unread = tuple(self.upright_box(box, picture) for box in self.reading.unread)
        return Reading(self.reading.text, digits, unread)

    def upright_box(self, box, picture):
        """A box, (x, y, width, height) in the look's ink, in pixels of the picture."""
        x, y, width, height = box
        for turn in range(self.turns):  # back: what was right is at the top now
            down = self.look.ink.shape[(self.turns - turn) % 2]  # the height before
            x, y, width, height = down - y - height, x, height, width
        corners = np.array([(x, y), (x + width, y + height)]) / self.look.scale
        # Inside the picture, and at least a pixel wide and high.
        start, end = np.clip(np.rint(corners).astype(int), 0, picture.shape[::-1]).tolist()
        left, top = min(start[0], picture.shape[1] - 1), min(start[1], picture.shape[0] - 1)
        return left, top, max(1, end[0] - left), max(1, end[1] - top)


def drop_scrawl(reading):
    """A Reading with lines of no digits unread, where others have sure ones."""
    lines = lines_of(reading)
    kept = [line for line in lines if not mostly_no_digits(line)]
    if not any(digit.sure for line in kept for digit in line):
        return reading
    scrawl = [digit.box for line in lines if mostly_no_digits(line) for digit in line]
    return to_reading(kept, (*reading.unread, *scrawl))


def lines_of(reading):
    """The digits of a Reading, a list of Digit for each line."""
    return [list(line) for _, line in itertools.groupby(reading.digits, key=lambda d: d.line)]


def mostly_no_digits(line):
    """Whether at least half of a line's digits are rather none."""
    return 2 * sum(digit.no_digit > 0.5 for digit in line) >= len(line)


def to_reading(lines, unread=()):
    """Lines of digits, each a list of Digit, as a Reading; `unread` are boxes of other marks."""
    lines = [[d._replace(line=number) for d in line] for number, line in enumerate(lines)]
    digits = [digit for line in lines for digit in line]
    text = "\n".join("".join(str(d.digit) if d.sure else "?" for d in line) for line in lines)
    return Reading(text, digits, tuple(unread))


def read_ink(ink, model=None):
    """As read_digits, for ink that is found already (find_ink, draw_strokes)."""
    return read_pieces(find_pieces(ink), model)


def read_strokes(strokes, pen, model=None):
    """Read every digit that a pen wrote, line by line: a Reading.

    `strokes` is a list of arrays (points, 2), x and y in pixels, in the order in which they were
    drawn; `pen` is the line's width in pixels. Raises DigitRecognizerError without a model.
    """
    strokes = [np.asarray(stroke, np.float32).reshape(-1, 2) for stroke in strokes]
    drawn = [stroke for stroke in strokes if len(stroke)]
    if len(drawn) > MOST_STROKES:
        pieces = connected(draw_piece(drawn, pen))
    else:
        pieces = [draw_piece([stroke], pen, number) for number, stroke in enumerate(drawn)]
    reading = read_pieces(pieces, model)
    if all(max(digit.box[2:]) > BLOT * pen for digit in reading.digits):
        return reading
    lines = [
        [d if max(d.box[2:]) > BLOT * pen else d._replace(sure=False) for d in line]
        for line in lines_of(reading)
    ]
    return to_reading(lines, reading.unread)


def draw_piece(strokes, pen, number=0):
    """Strokes, arrays (points, 2), drawn with a pen of this width as the Piece of this number."""
    points = np.concatenate(strokes)
    corner = np.floor(points.min(0) - pen / 2).astype(int)
    size = np.ceil(points.max(0) + pen / 2).astype(int) - corner
    ink = draw_strokes([stroke - corner + 1 for stroke in strokes], pen, (size + 2).tolist())
    return Piece(*corner.tolist(), ink, number)


def read_pieces(pieces, model=None):
    """Read pieces of ink, wherever they come from: a Reading.

    Which of them make a digit together is found first; the digits, not the pieces, stand in lines.
    """
    pieces, unread = set_specks_aside(pieces)
    lines = [line for line in group_lines(pieces) if line.height >= MIN_HEIGHT]
    if not lines:
        return Reading("", [])
    model = default_model() if model is None else model
    placed = {id(piece) for line in lines for piece in line.pieces}
    found, unread = [], unread + [piece for piece in pieces if id(piece) not in placed]
    groups = best_groups(lines, model)
    grouped = group_lines(groups)
    known = {id(whole) for line in grouped for whole in line.pieces}
    unread += [whole for whole in groups if id(whole) not in known]
    for line in grouped:
        digits = []
        for whole in line.pieces:
            image = normalize_digit(whole.ink)
            read = predict_digit(image, model)
            read = read._replace(sure=read.confidence * whole.share >= SURE)
            # A dot, a dash or the rest of a ruled line in the line stays unread.
            if whole.height >= (0.25 if read.sure else 0.35) * line.height:
                box = whole.x, whole.y, whole.width, whole.height
                digits.append(Digit(*read, len(found), box, image, whole.ink[1:-1, 1:-1]))
            else:
                unread.append(whole)
        if mostly_no_digits(digits):
            digits = [digit._replace(sure=False) for digit in digits]
        if digits:
            found.append(digits)
    marks = [(p.x, p.y, p.width, p.height) for p in unread if max(p.width, p.height) >= MIN_HEIGHT]
    return to_reading(found, marks)


def set_specks_aside(pieces):
    """Pieces with the small specks among them joined, and the specks that lie apart from all."""
    wholes = [piece for piece in pieces if not piece.speck]
    low = statistics.median(piece.height for piece in wholes) / 2 if wholes else 0
    apart = []
    for speck in (piece for piece in pieces if piece.speck):
        near = [n for n, piece in enumerate(wholes) if not distance_between(piece, speck)]
        if max(speck.width, speck.height) >= low:
            wholes.append(speck)
        elif near:
            wholes[near[0]] = join([wholes[near[0]], speck])
        else:
            apart.append(speck)
    return wholes, apart


def find_pieces(ink):
    """The connected pieces of ink (INK and brighter) with their soft edges: a list of Piece."""
    _, solid = cv2.threshold(ink, INK - 1, 255, cv2.THRESH_BINARY)
    numbers, boxes, _ = connected_pieces(solid)
    if len(boxes) >= MOST_PIECES:
        return []
    ink, numbers = (
        cv2.copyMakeBorder(map, 1, 1, 1, 1, cv2.BORDER_CONSTANT) for map in (ink, numbers)
    )
    pieces = []
    for number, (x, y, width, height) in enumerate(boxes.tolist(), start=1):
        part = np.s_[y : y + height + 2, x : x + width + 2]
        own = (numbers[part] == number) | (numbers[part] == 0)
        pieces.append(Piece(x, y, ink[part] * own, number))
    return pieces


def join(pieces):
    """Some pieces as one: their pictures pasted together, each at its place."""
    if len(pieces) == 1:
        return pieces[0]
    x, y, width, height = bounding_box(pieces)
    ink = np.zeros((height + 2, width + 2), np.uint8)
    for piece in pieces:
        part = ink[piece.y - y :, piece.x - x :][: piece.height + 2, : piece.width + 2]
        np.maximum(part, piece.ink, out=part)
    return Piece(x, y, ink, pieces[0].whole)


def bounding_box(pieces):
    """The box around some pieces: x, y, width, height."""
    boxes = [(p.x, p.y, *p.ink.shape) for p in pieces]  # so often asked for that it must be quick
    x, y = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(x + w for x, _, _, w in boxes), max(y + h for _, y, h, _ in boxes)
    return x, y, right - 2 - x, bottom - 2 - y


def group_lines(pieces):
    """Pieces in lines of writing, from the top, also on a page that is a little tilted."""
    if not pieces:
        return []
    tallest = sorted(p.height for p in pieces)[9 * len(pieces) // 10]  # but for the tallest tenth
    tall = [p for p in pieces if p.height >= tallest / 2]
    height = statistics.median(p.height for p in tall)
    slope = tilt(chain_lines(tall, height, 0.0), height)
    lines = chain_lines(tall, height, slope)
    for piece in pieces:
        if piece.height >= tallest / 2:
            continue
        # A bar or a dot belongs to the line of what is nearest; one on its own is dust.
        distance, nearest = min(
            (distance_between(piece, other), number)
            for number, line in enumerate(lines)
            for other in line
        )
        if distance < height / 2:
            lines[nearest].append(piece)
    lines.sort(key=lambda line: statistics.fmean(p.middle[1] - slope * p.middle[0] for p in line))
    return [Line(height_of(line), sorted(line, key=lambda p: p.middle)) for line in lines]


def chain_lines(pieces, height, slope):
    """Pieces chained to lines from left to right: each goes on where the last one of a line was."""
    lines = []
    for piece in sorted(pieces, key=lambda p: p.middle):
        x, y = piece.middle
        ends = [line[-1].middle for line in lines]
        off = [abs(y - end[1] - slope * (x - end[0])) for end in ends]
        if off and min(off) < 0.6 * height:
            lines[off.index(min(off))].append(piece)
        else:
            lines.append([piece])
    return lines


def tilt(lines, height):
    """How far lines of pieces fall, in pixels a pixel: at most 0.15, 0 where it can't be told."""
    steps = [
        (b.middle[1] - a.middle[1]) / (b.middle[0] - a.middle[0])
        for line in lines
        for a, b in zip(line, line[2:], strict=False)
        if b.middle[0] - a.middle[0] > height
    ]
    return min(max(statistics.median(steps), -0.15), 0.15) if len(steps) >= 2 else 0.0


def height_of(pieces):
    """The height of a usual digit among pieces: the median without the small ones."""
    heights = sorted(p.height for p in pieces)
    tall = heights[3 * len(heights) // 4]  # the tallest may be no digit
    return statistics.median(height for height in heights if height >= tall / 2)


def distance_between(a, b):
    """Pixels between the boxes of two pieces."""
    across = max(a.x - b.right, b.x - a.right, 0)
    down = max(a.y - b.bottom, b.y - a.bottom, 0)
    return math.hypot(across, down)


def slices(piece, height):
    """A piece cut from left to right into narrow slices, SLICES a height: a list of Piece.

    The cuts run from top to bottom where they cross the least ink. What lies close to a cut belongs
    to both its sides: a stroke that runs along it is in both digits, and neither loses it.
    """
    scale = CUT_HEIGHT / height
    small = cv2.resize(piece.ink, scaled_size(piece.ink, scale), interpolation=cv2.INTER_AREA)
    count = min(60, round(SLICES * piece.width / height))
    paths, crossed = cheapest_cuts(small / 255, np.linspace(0, small.shape[1], count + 1)[1:-1])
    numbers = (paths[..., None] <= np.arange(small.shape[1])).sum(0).astype(np.uint8)
    size = piece.ink.shape[::-1]
    numbers = cv2.resize(numbers, size, interpolation=cv2.INTER_NEAREST)
    reach = round(CUT_SHARED / scale)
    near = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    parts = []
    for number in range(count):
        ink = piece.ink * cv2.dilate((numbers == number).astype(np.uint8), near)
        x, y, width, height = cv2.boundingRect(cv2.compare(ink[1:-1, 1:-1], INK, cv2.CMP_GE))
        if width:
            place = piece.x + x, piece.y + y
            part = ink[y : y + height + 2, x : x + width + 2]
            cut = float(crossed[number - 1] / scale) if parts else 0.0
            parts.append(Piece(*place, part, piece.whole, len(parts), cut))
    return parts


def cheapest_cuts(ink, columns):
    """Ways from the top of ink (height, width), 0 to 1, to its bottom, one near each column.

    Each way crosses as little ink as it can: int (cuts, height), the x of the first pixel to its
    right in each row, and float (cuts,), the ink that it crosses.
    """
    height, width = ink.shape
    away = np.abs(np.arange(width) - np.array(columns)[:, None]) / CUT_HEIGHT  # (cuts, width)
    cost, came = np.zeros_like(away), []
    for row in ink:
        beside = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.inf)
        ways = np.stack([cost, beside[:, :-2] + CUT_ASIDE, beside[:, 2:] + CUT_ASIDE])
        step = ways.argmin(0)
        cost = np.take_along_axis(ways, step[None], 0)[0] + row + CUT_AWAY * away**2
        came.append(np.array([0, -1, 1])[step])
    x = cost.argmin(1)
    cuts, path = np.arange(len(x)), []
    for step in reversed(came):
        path.append(x)
        x = x + step[cuts, x]
    paths = np.array(path[::-1]).T
    return paths, ink[np.arange(height), paths].sum(1)


def best_groups(lines, model):
    """The pieces of lines joined to what reads best: a list of Piece, each with its `share`.

    Pieces that are far from each other have nothing to do with each other, and what has not
    changed since it was read is not read again: so a large drawing is read at each movement.
    """
    placed = [(piece, line.height) for line in lines for piece in line.pieces]
    placed.sort(key=from_left)
    if len(placed) == 1:
        return slice_and_group(placed, model)
    before, model.grouped = model.grouped, {}
    for numbers in together(neighbours(*zip(*placed, strict=True))):
        some = [placed[number] for number in numbers]
        key = tuple((p.x, p.y, p.ink.shape, p.ink.tobytes(), height) for p, height in some)
        model.grouped[key] = before.get(key) or slice_and_group(some, model)
    return [piece for pieces in model.grouped.values() for piece in pieces]


def together(near):
    """Numbers in lists, each with all that can be reached from it, where near[i] are i's next."""
    parts, left = [], set(range(len(near)))
    while left:
        part, new = set(), {min(left)}
        while new:
            part |= new
            new = set().union(*(near[i] for i in new)) - part
        left -= part
        parts.append(sorted(part))
    return parts


def slice_and_group(placed, model):
    """The best groups of (piece, height of its line), where wide pieces may be cut: as Piece.

    A wide piece that is not read well so may be several touching digits: it is cut into slices,
    and these are grouped anew, where the groups of whole pieces are possible as before.
    """
    if crowded(placed):  # shading, scribbles: what the strokes cover counts, not how
        height = max(height for _, height in placed)
        placed = [(p, height) for p in connected(join([piece for piece, _ in placed]))]
    alone = len(placed) == 1 and (not wide(*placed[0]) or read_well(placed[0][0], model))
    if not placed or alone or crowded(placed):
        return [piece for piece, _ in placed]
    groups = group_pieces(placed, model)
    cut = []
    for group in groups:
        for piece, height in group.members:
            whole = not wide(piece, height) or group.well or read_well(group.piece, model)
            parts = [piece] if whole else slices(piece, max(piece.height, 0.8 * height))
            cut += [(part, height) for part in parts]
    if len(cut) > len(placed) and not crowded(cut):
        wholes = [{piece.whole for piece, _ in group.members} for group in groups]
        groups = group_pieces(sorted(cut, key=from_left), model, wholes)
    return [group.piece for group in groups]


def crowded(placed):
    """Whether there are more pieces (with their lines' heights) than digits there could have."""
    _, _, width, _ = bounding_box([piece for piece, _ in placed])
    return len(placed) > MOST_CROWDED * (1 + width / max(height for _, height in placed))


def connected(piece):
    """The connected pieces of a piece's ink."""
    pieces = find_pieces(piece.ink[1:-1, 1:-1])
    return [p._replace(x=p.x + piece.x, y=p.y + piece.y) for p in pieces]


def wide(piece, height):
    """Whether a piece in a line of this height may be several digits."""
    return piece.width >= WIDE * max(piece.height, 0.8 * height) and piece.height >= height / 2


def read_well(piece, model):
    """Whether a piece is read WELL at once, or at a second look, with what was taught."""
    image = normalize_digit(piece.ink)
    (answer,) = model.run(image[np.newaxis])
    return answer[:NO_DIGIT].max() >= WELL or predict_digit(image, model).confidence >= WELL


def from_left(placed):
    """Where a (piece, height of its line) comes among others, for sorting."""
    return placed[0].middle


class Group(NamedTuple):
    """Pieces that are taken for one digit."""

    piece: Piece  # joined
    members: list[tuple[Piece, float]]  # each with the height of its line
    well: bool  # read so


def group_pieces(placed, model, wholes=()):
    """The best groups of (piece, height of its line), from left to right: a list of Group.

    The pieces of each of `wholes`, sets of their numbers `whole`, are always a possible group.
    """
    pieces, heights = zip(*placed, strict=True)
    groups = possible_groups(pieces, heights)
    for numbers in wholes:
        group = [i for i, piece in enumerate(pieces) if piece.whole in numbers]
        groups += [group] if group not in groups else []
    shapes = [
        shape_cost([pieces[i] for i in group], max(heights[i] for i in group)) for group in groups
    ]
    kept = [  # what looks least like a digit needs no reading
        (group, shape)
        for group, shape in zip(groups, shapes, strict=True)
        if shape <= MOST_COST or len({pieces[i].whole for i in group}) == 1
    ]
    groups, shapes = zip(*kept, strict=True)
    small = shrink(pieces, READ_HEIGHT / max(heights))
    images = np.array([normalize_digit(join([small[i] for i in g]).ink) for g in groups])
    answers = model.recall(images, model.run(images))
    # Digits are what one looks for; but in what could as well be none, none is certain.
    costs, doubts = (
        [shape + reading_cost(a, weight) for shape, a in zip(shapes, answers, strict=True)]
        for weight in (NO_DIGIT_SHARE, 1)
    )
    masks, best = [sum(1 << i for i in group) for group in groups], []
    for number, share in cheapest_grouping(masks, costs, doubts):
        members = [placed[i] for i in groups[number]]
        whole = join([piece for piece, _ in members])._replace(share=share)
        best.append(Group(whole, members, answers[number, :NO_DIGIT].max() >= WELL))
    return best


def shrink(pieces, scale):
    """Pieces at a smaller scale, each at its place; as they are where the scale is not smaller."""
    if scale >= 1:
        return pieces
    small = []
    for piece in pieces:
        size = scaled_size(piece.ink, scale)
        ink = cv2.resize(piece.ink, size, interpolation=cv2.INTER_AREA)
        small.append(piece._replace(x=round(piece.x * scale), y=round(piece.y * scale), ink=ink))
    return small


def possible_groups(pieces, heights):
    """The groups of pieces that may be one digit, the smaller first: lists of their numbers."""
    near = neighbours(pieces, heights)
    before = {(p.whole, p.slice + 1): number for number, p in enumerate(pieces)}
    before = [before.get((p.whole, p.slice)) for p in pieces]  # the slice to its left
    groups = []
    for first in range(len(pieces)):
        found = [{first}]
        for group in found:
            if len(found) > MOST_GROUPS:
                break
            for other in sorted(set().union(*(near[i] for i in group)) - group):
                bigger = group | {other}
                starts = [pieces[i].whole for i in bigger if before[i] not in bigger]
                whole = len(starts) == len(set(starts))  # no slice is left out between others
                if other > first and whole and bigger not in found:
                    _, _, width, height = bounding_box([pieces[i] for i in bigger])
                    high = max(heights[i] for i in bigger)
                    if width <= MOST_WIDTH * max(high, height) and height <= MOST_HEIGHT * high:
                        found.append(bigger)
        groups += [sorted(group) for group in found]
    return groups


def neighbours(pieces, heights):
    """For each piece the numbers of those nearer than MOST_GAP, and of the slices beside it."""
    boxes = np.array([(p.x, p.y, p.right, p.bottom) for p in pieces])
    wholes, order = np.array([(p.whole, p.slice) for p in pieces]).T
    low = np.maximum(boxes[:, np.newaxis, :2], boxes[:, :2])
    high = np.minimum(boxes[:, np.newaxis, 2:], boxes[:, 2:])
    gaps = (low - high).max(2) / np.maximum.outer(heights, heights)  # (N, N)
    same = np.equal.outer(wholes, wholes)
    beside = np.abs(np.subtract.outer(order, order)) == 1
    return [set(np.flatnonzero(row).tolist()) for row in np.where(same, beside, gaps < MOST_GAP)]


def reading_cost(answer, weight):
    """What the network's answer (11,) says against a group: its best digit is improbable.

    "No digit" counts as a reading, too, with this weight.
    """
    likely = max(answer[:NO_DIGIT].max(), weight * answer[NO_DIGIT])
    return -math.log(max(likely, 1e-4))


def shape_cost(group, height):
    """What the places of some pieces, in a line of this height, say against their being a digit."""
    _, _, across, down = bounding_box(group)
    cost = DIGIT_COST
    cost += LOW_COST * min(max(0, 0.9 - down / height), 0.3)
    cost += BROAD_COST * max(0, across / max(down, height) - 0.8)
    parts = {}  # the slices of a piece, as far as they are in the group, are one part
    for piece in group:
        parts.setdefault(piece.whole, []).append(piece)
    for part in parts.values():
        left = min(part, key=lambda piece: piece.slice)
        if left.slice:
            cost += CUT_COST * left.cut / height
    for a, b in itertools.combinations(map(bounding_box, parts.values()), 2):
        # How far one would have to move to stand beside, or below, the other: negative for a gap.
        deep = min(a[0] + a[2] - b[0], b[0] + b[2] - a[0]) / height
        under = min(a[1] + a[3] - b[1], b[1] + b[3] - a[1]) / height
        stack = (max(a[1] + a[3], b[1] + b[3]) - min(a[1], b[1])) / height
        cost += JOIN_COST + GAP_COST * max(0, -deep, -under)
        cost += STACK_COST * max(0, stack - 1.5) - DEEP_GAIN * max(0, deep)
    return cost


def cheapest_grouping(masks, costs, doubts):
    """Which groups together hold each piece once, at the least cost: a list of (number, share).

    A group is a mask, with a bit for each of its pieces. The share, 0 to 1, says how certain a
    group is: the weight exp(-doubt) of the groupings that hold it, among the weight of all, where
    a grouping's doubt is the sum of its groups'.
    """
    clusters = []  # (mask, numbers of the groups in it): what is in two of them is never joined
    for number, mask in enumerate(masks):
        touched = [cluster for cluster in clusters if cluster[0] & mask]
        clusters = [cluster for cluster in clusters if not cluster[0] & mask]
        numbers = [number]
        for other, more in touched:
            mask, numbers = mask | other, numbers + more
        clusters.append((mask, numbers))
    return [
        item
        for mask, numbers in clusters
        for item in cheapest_way(mask, numbers, masks, costs, doubts)
    ]


def cheapest_way(whole, numbers, masks, costs, doubts):
    """As cheapest_grouping, for a cluster: its mask and the numbers of its groups.

    From piece to piece, each state is what is left to be grouped; of the ways to it the cheapest
    is kept (LeCun et al. 1998 read cheques so), and the summed weight of all, as a logarithm.
    """
    starting = {}  # the first piece, as a bit -> the groups that start with it
    for number in numbers:
        starting.setdefault(masks[number] & -masks[number], []).append(number)
    cost, weight, came, steps = {whole: 0.0}, {whole: 0.0}, {}, []
    for first in sorted(starting):
        here = sorted((left for left in cost if left & -left == first), key=cost.get)
        for left in here[:MOST_WAYS]:
            for number in starting[first]:
                if masks[number] & ~left:
                    continue
                after = left ^ masks[number]
                steps.append((left, number, after))
                if cost[left] + costs[number] < cost.get(after, math.inf):
                    cost[after] = cost[left] + costs[number]
                    came[after] = left, number
                weight[after] = add_logs(weight.get(after), weight[left] - doubts[number])
    ahead, shares = {0: 0.0}, dict.fromkeys(numbers, 0.0)
    for left, number, after in reversed(steps):
        if after in ahead:
            way = ahead[after] - doubts[number]
            ahead[left] = add_logs(ahead.get(left), way)
            shares[number] += math.exp(weight[left] + way - weight[0])
    chosen, left = [], 0
    while left != whole:
        left, number = came[left]
        chosen.append((number, shares[number]))
    return chosen


def add_logs(a, b):
    """The logarithm of exp(a) + exp(b); `a` may be None, for nothing yet."""
    return b if a is None else max(a, b) + math.log1p(math.exp(-abs(a - b)))


# ---------------------------------------------------------------------------
# Evaluation: how well it reads, and pictures of how it learnt, for a projector
# ---------------------------------------------------------------------------

DARK, BLUE, ORANGE, GREY = "#1a1a1a", "#0b5cad", "#e08a00", "#d0d0d0"  # told apart by all eyes


READ_AS = *map(str, range(10)), "none"  # what an answer means: its number, or that it is none


def confusion_matrix(answers, labels):
    """How often each digit (row) was read as each, or as none (columns): int (10, 11)."""
    matrix = np.zeros((10, NO_DIGIT + 1), int)
    np.add.at(matrix, (labels, answers.argmax(1)), 1)
    return matrix


def accuracy_line(matrix):
    """The accuracy that a confusion matrix (10, 11) holds, in words."""
    right, count, none = int(np.trace(matrix)), int(matrix.sum()), int(matrix[:, NO_DIGIT].sum())
    return (
        f"Test images read right: {right / count:.2%} ({right:,} of {count:,}); "
        f"{none:,} taken for no digit."
    )


class Chart:
    """A white picture to draw on, with letters of any size."""

    def __init__(self, width, height):
        self.image = Image.new("RGB", (width, height), "white")
        self.draw = ImageDraw.Draw(self.image)

    def text(self, x, y, text, size=28, fill=DARK, anchor="mm"):
        """Write a text; `anchor` as Pillow names it, "mm" for the middle."""
        self.draw.text((x, y), text, fill, ImageFont.load_default(size), anchor)

    def dot(self, x, y, colour, square=False, size=9):
        """A round or a square dot, so that no colour is needed to tell two lines apart."""
        box = x - size, y - size, x + size, y + size
        (self.draw.rectangle if square else self.draw.ellipse)(box, colour)

    def curves(self, left, title, lines, low, high, form):
        """A diagram, 560 pixels wide: lines [(name, numbers)] over the epochs, low to high."""
        top, bottom, right = 150, 600, left + 560
        self.text((left + right) / 2, 60, title, 40)
        for tick in np.linspace(low, high, 6):
            y = bottom - (tick - low) / (high - low) * (bottom - top)
            self.draw.line((left, y, right, y), GREY, 2)
            self.text(left - 14, y, form.format(tick), anchor="rm")
        epochs = len(lines[0][1])
        across = [left + 30 + (right - left - 60) * (i + 0.5) / epochs for i in range(epochs)]
        for epoch in range(0, epochs, -(-epochs // 10)):
            self.text(across[epoch], bottom + 30, str(epoch + 1))
        self.text((left + right) / 2, bottom + 75, "epoch")
        for number, (name, numbers) in enumerate(lines):
            colour = (ORANGE, BLUE)[number]
            heights = bottom - (np.clip(numbers, low, high) - low) / (high - low) * (bottom - top)
            points = list(zip(across, heights.tolist(), strict=True))
            self.draw.line(points, colour, 5)
            for x, y in points:
                self.dot(x, y, colour, square=number == 1)
            self.dot(left + 40 + 290 * number, 115, colour, square=number == 1)
            self.text(left + 60 + 290 * number, 115, name, anchor="lm")


def draw_curves(history):
    """How training went, from Keras's History.history: a Pillow image."""
    chart = Chart(1500, 720)
    names = "varied digits", "test digits"
    loss = [history["loss"], history["val_loss"]]
    chart.curves(
        110,
        "Loss: how wrong it is",
        list(zip(names, loss, strict=True)),
        0,
        max(map(max, loss)),
        "{:.2f}",
    )
    accuracy = [history["accuracy"], history["val_accuracy"]]
    chart.curves(
        880,
        "Accuracy: the share read right",
        list(zip(names, accuracy, strict=True)),
        np.floor(min(map(min, accuracy)) * 19.9) / 20,  # the 5 % below the lowest
        1,
        "{:.0%}",
    )
    return chart.image


def draw_report(images, labels, answers):
    """What was read of images (N, 28, 28) with labels (N,) and answers (N, 11): a Pillow image."""
    chart = Chart(1920, 1080)
    matrix = confusion_matrix(answers, labels)
    chart.text(60, 60, accuracy_line(matrix), 44, anchor="lm")
    draw_matrix(chart, matrix)
    draw_accuracies(chart, np.diag(matrix) / np.maximum(matrix.sum(1), 1))
    draw_mistakes(chart, images, labels, answers)
    draw_reliability(chart, *reliability(answers, labels))
    return chart.image


def draw_matrix(chart, matrix):
    """The confusion matrix, a row for each true digit, a column for what was read."""
    left, top, wide, cell = 120, 230, 67, 74
    chart.text(left + 5.5 * wide, 140, "Read as", 32)
    chart.text(60, top - 40, "True", 32)
    for read, name in enumerate(READ_AS):
        chart.text(left + (read + 0.5) * wide, top - 40, name, 32 if len(name) == 1 else 26)
    for digit, row in enumerate(matrix):
        chart.text(60, top + (digit + 0.5) * cell, str(digit), 32)
        for read, count in enumerate(row.tolist()):
            x, y = left + read * wide, top + digit * cell
            right = digit == read
            fill = BLUE if right else "#ffe0ad" if count else "white"
            chart.draw.rectangle((x, y, x + wide, y + cell), fill, GREY)
            colour = "white" if right else DARK if count else "#888888"
            size = 26 if right else 32
            chart.text(x + wide / 2, y + cell / 2, str(count) if count else "·", size, colour)
    text = "A number beside the diagonal counts mistakes."
    chart.text(left + 5.5 * wide, top + 10 * cell + 45, text)


def draw_accuracies(chart, accuracies):
    """Each digit's accuracy (10,) as a dot on a scale."""
    left, right, top, cell = 960, 1130, 230, 74
    low = np.floor(min(accuracies) * 99.9) / 100  # the 1 % below the lowest
    chart.text((left + right) / 2 + 30, 140, "Right", 32)
    for digit, accuracy in enumerate(accuracies):
        y = top + (digit + 0.5) * cell
        chart.text(left - 30, y, str(digit), 32)
        chart.draw.line((left, y, right, y), GREY, 4)
        x = left + (accuracy - low) / (1 - low) * (right - left)
        chart.dot(x, y, BLUE, size=11)
        chart.text(right + 20, y, f"{accuracy:.1%}", anchor="lm")
    chart.text(left, top + 10 * cell + 45, f"{low:.0%}")
    chart.text(right, top + 10 * cell + 45, "100%")


def draw_mistakes(chart, images, labels, answers):
    """The mistakes of which the network was surest, with what was read."""
    left, top, tile, columns = 1300, 190, 112, 4
    read, sure = answers.argmax(1), answers.max(1)
    wrong = np.flatnonzero(read != labels)
    chart.text(left + columns * 74, 140, f"Worst of {len(wrong)} mistakes", 32)
    for number, mistake in enumerate(wrong[np.argsort(-sure[wrong])][: 3 * columns]):
        x, y = left + number % columns * 148, top + number // columns * 172
        large = Image.fromarray(255 - images[mistake]).resize((tile, tile))
        chart.image.paste(large.convert("RGB"), (x + 18, y))
        text = f"{labels[mistake]} read {READ_AS[read[mistake]]}"
        chart.text(x + 74, y + tile + 14, text, 24)
        chart.text(x + 74, y + tile + 40, f"{sure[mistake]:.0%}", 22)


LEVELS = 0.0, 0.6, 0.8, 0.9, 0.99, 1.0  # of certainty: how often is what is so certain right?


def reliability(answers, labels):
    """For each of LEVELS: how many answers, the mean of their digits' probability, the share right.

    Of a network whose probabilities can be trusted these two are equal (Guo et al. 2017).
    """
    sure, right = answers[:, :NO_DIGIT].max(1), answers.argmax(1) == labels
    levels = np.digitize(sure, LEVELS[1:-1])
    parts = [levels == level for level in range(len(LEVELS) - 1)]
    counts = [int(part.sum()) for part in parts]
    means = [
        float(some[part].mean()) if part.any() else 0.0 for part in parts for some in (sure, right)
    ]
    return counts, means[::2], means[1::2]


def draw_reliability(chart, counts, said, right):
    """How certain it says it is, and beside it how often it is right, for each of LEVELS."""
    left, width, top, bottom = 1330, 104, 800, 950
    chart.text(1596, 735, "How sure it is (dot), how often right (bar)", 28)
    chart.draw.line((left - 20, bottom, left + 5 * width, bottom), GREY, 3)
    for level, (count, mean, share) in enumerate(zip(counts, said, right, strict=True)):
        x = left + (level + 0.5) * width - 10
        chart.text(x, bottom + 26, f"{LEVELS[level] * 100:.0f} to {LEVELS[level + 1]:.0%}", 20)
        chart.text(x, bottom + 54, f"{count:,}", 20)
        if count:
            y = bottom - share * (bottom - top)
            chart.draw.rectangle((x - 26, y, x + 26, bottom), TINT)
            chart.dot(x, bottom - mean * (bottom - top), DARK)
            chart.text(x, top - 26, f"{share:.1%}", 22)
    chart.text(1596, bottom + 88, "images of which it is so sure", 22)


def save_png(image, path):
    """Write a Pillow image as a PNG file, in one step."""
    content = io.BytesIO()
    image.save(content, "PNG")
    replace_file(path, content.getvalue())


# ---------------------------------------------------------------------------
# Watching it learn: one process trains, the window shows how far it is
# ---------------------------------------------------------------------------
#
# TensorFlow learns in a process of its own: so the window stays quick, and all memory is given back
# afterwards. The two send each other pairs: a word, and what belongs to it.

HELD_OUT = 1000  # of MNIST's test images, which it never learns from: the curve counts these
LEARNT = 500  # of the images that it does learn from: the other curve
TURNS = 4  # in each so large a part of both is read, since that takes time from learning
OFTEN = 0.3  # seconds from point to point of the curves ...
GLANCE = 0.15  # ... and from look to look at the drawing
WORST = 4  # of the held-out images are shown: those that it is the most wrong about
FILTERS = 32  # of the first layer are shown, at most


class Report(NamedTuple):
    """How far a network is that learns."""

    seen: int  # pictures of digits, so far
    share: float  # of its training, 0 to 1
    right: float  # of the held-out images, 0 to 1
    learnt: float  # of images that it learns from
    weights: int  # the numbers that it changes
    filters: np.ndarray  # (at most FILTERS, height, width) float32, of the first layer
    worst: list[tuple[np.ndarray, int, int]]  # image (28, 28), what it shows, its answer (READ_AS)


class Watcher:
    """In the process that trains: tells of its `model`, and obeys.

    `tell(word, what)` sends. `wishes` is a queue of such pairs: "look" (at images (N, 28, 28), from
    now on), "pause", "step", "go" and "stop".
    """

    def __init__(self, tell, wishes, pace, learnt, test):
        self.tell, self.wishes, self.pace = tell, wishes, pace
        self.test, self.learnt = [x[:HELD_OUT] for x in test], [x[:LEARNT] for x in learnt]
        self.drawn = test[0][:0]
        self.turn, self.paused, self.glanced, self.told = 0, False, 0, 0

    def begin(self, model):
        """Tell what a network reads that has learnt nothing."""
        self.model = model
        self.answers = [self.ask(images) for images, _ in (self.test, self.learnt)]
        self.report()
        with contextlib.suppress(queue.Empty):  # what is drawn: the window answers a report so
            self.obey(*self.wishes.get(timeout=1))

    def after_batch(self):
        """Tell how far it is, if it is time, and do what is wished; when paused, wait for it."""
        if self.paused or time.monotonic() - self.told > OFTEN:
            self.report()
        if time.monotonic() - self.glanced > GLANCE:
            self.glance()
        while not self.model.stop_training:
            began = time.monotonic()
            try:
                word, what = self.wishes.get(block=self.paused)
            except queue.Empty:
                break
            self.pace.rest(time.monotonic() - began)
            if word == "step":
                break
            self.obey(word, what)
        if not self.pace.goes_on():
            self.model.stop_training = True

    def obey(self, word, what):
        """Do one thing that was wished."""
        if word == "look":
            self.drawn = what
            self.glance()
        elif word == "stop":
            self.model.stop_training = True
        else:
            self.paused = word == "pause"
            self.report()

    def ask(self, images):
        """What the network answers to images (N, 28, 28) by now: float32 (N, 11)."""
        return np.array(self.model(to_input(images), training=False))

    def glance(self):
        """Tell what it reads in the drawing."""
        self.glanced = time.monotonic()
        if len(self.drawn):
            self.tell("answers", (self.drawn, self.ask(self.drawn)))

    def report(self):
        """Tell how well it reads and what it looks like inside."""
        part, self.turn = slice(self.turn % TURNS, None, TURNS), self.turn + 1
        for (images, _), answers in zip((self.test, self.learnt), self.answers, strict=True):
            answers[part] = self.ask(images[part])
        read, known = (answers.argmax(1) for answers in self.answers)
        images, labels = self.test
        worst = self.answers[0][np.arange(len(labels)), labels].argsort()[:WORST]
        self.tell(
            "report",
            Report(
                self.pace.done * BATCH,
                self.pace.share(),
                float(np.mean(read == labels)),
                float(np.mean(known == self.learnt[1])),
                self.model.count_params(),
                first_filters(self.model),
                [(images[i], int(labels[i]), int(read[i])) for i in worst],
            )._asdict(),
        )
        self.told = time.monotonic()


def first_filters(model):
    """The filters of a Keras model's first layer that has some: as in Report.

    A first Dense layer's are as large as the image that it sees.
    """
    kernel = next(np.asarray(layer.kernel) for layer in model.layers if hasattr(layer, "kernel"))
    if kernel.ndim == 2:  # (pixels, filters)
        side = math.ceil(len(kernel) ** 0.5)
        kernel = np.resize(kernel, (side, side, kernel.shape[1]))
    filters = np.moveaxis(kernel.reshape(*kernel.shape[:2], -1), 2, 0)
    return filters[:: -(-len(filters) // FILTERS)]


def train_watched(path, seconds, count, variation, tell, wishes):
    """Train for so many seconds, telling and obeying (Watcher): the model as a file, bytes.

    Other arguments as for train. Raises DigitRecognizerError.
    """
    learnt, test = training_data(path, None, count)
    keras, pace = import_keras(), Pace(seconds=seconds)
    watcher = Watcher(tell, wishes, pace, learnt, test)
    callback = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: watcher.begin(callback.model),
        on_train_batch_end=lambda batch, logs: watcher.after_batch(),
    )
    model = fit(*learnt, pace, variation, [callback], steps_per_epoch=sys.maxsize, verbose=0)
    return to_file(model)


class Learner:
    """In the window: the process that trains, and what it told.

    Its `state` is "starting", "learning", "paused", "ending", "done" or "failed"; `reports` are all
    so far; `content` is the trained network in the end, a file's bytes. Raises
    DigitRecognizerError where no process can be started.
    """

    def __init__(self, path, seconds, count, variation):
        self.state, self.problem = "starting", None
        self.reports, self.answers, self.content = [], {}, None
        self.seconds, self.variation = seconds, variation
        program = [sys.executable, str(BUNDLE or Path(__file__).resolve())]
        options = ["train", "--model", str(path), "--watched", str(seconds)]
        options += ["--images", str(count)] * bool(count) + ["--no-variation"] * (not variation)
        quietly = {}
        if sys.platform == "win32":  # no console, and the window goes first
            flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
            quietly["creationflags"] = flags
        try:
            self.complaints = tempfile.TemporaryFile()  # noqa: SIM115  read when the process ends
            self.process = subprocess.Popen(
                program + options,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.complaints,
                **quietly,
            )
        except OSError as error:
            raise DigitRecognizerError(f"can't start training ({reason(error)})") from None
        self.news, self.first = queue.SimpleQueue(), None
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        """Take in what comes, until the process ends."""
        receive(self.process.stdout, self.news)
        self.process.wait()

    def wish(self, word, what=None):
        """Ask for something; in vain, if the process has ended.

        Before its first report it may not listen, and a full pipe would hold the window up: so
        the last wish waits until then.
        """
        if not self.reports:
            self.first = word, what
            return
        with contextlib.suppress(OSError):
            send(self.process.stdin, word, what)

    def follow(self):
        """Take in what the process told since: whether there was anything."""
        anything = not self.news.empty()
        while not self.news.empty():
            word, what = self.news.get()
            if word == "report":
                self.reports.append(Report(**what))
                self.state = "learning" if self.state == "starting" else self.state
                if self.first:
                    self.wish(*self.first)
                    self.first = None
            elif word == "answers":
                images, answers = what
                self.answers = dict(zip(map(bytes, images), answers, strict=True))
            elif word == "done":
                self.state, self.content = "done", what
            elif self.busy():  # the first reason counts
                self.fail(what or self.last_words())
        return anything

    def fail(self, problem):
        """There is no new network: why, a sentence."""
        self.state, self.problem = "failed", problem

    def last_words(self):
        """Why a process ended that told no reason: the last line that it wrote on stderr."""
        self.complaints.seek(0)
        text = self.complaints.read().decode(errors="replace").strip()
        if not text:
            return "Training ended by itself: it may lack memory."
        print(text, file=sys.stderr)
        return f"Training ended by itself: {text.splitlines()[-1]}"

    def busy(self):
        """Whether it learns, or is about to, or saves what it learnt."""
        return self.state not in ("done", "failed")

    def pause(self):
        """Let it pause, or go on."""
        self.state = "learning" if self.state == "paused" else "paused"
        self.wish("pause" if self.state == "paused" else "go")

    def stop(self):
        """Let it end early, and save what it has learnt so far."""
        self.state = "ending"
        self.wish("stop")

    def end(self):
        """End the process, at once."""
        self.process.kill()

    def reread(self, reading):
        """A Reading as the network that learns has it by now, or None, as long as it has not."""
        answers = [self.answers.get(bytes(digit.image)) for digit in reading.digits]
        if any(answer is None for answer in answers):
            return None
        digits = [
            digit._replace(**to_prediction(answer)._asdict())
            for digit, answer in zip(reading.digits, answers, strict=True)
        ]
        return to_reading(lines_of(reading._replace(digits=digits)), reading.unread)

    def says(self):
        """What happens now, in a sentence or two."""
        if self.state == "failed":
            return self.problem
        text = {
            "starting": "Starting TensorFlow. All numbers of the new network are random: "
            "it can only guess.",
            "paused": f"Paused. Step lets it learn from {BATCH} digits more: watch what changes.",
            "ending": "Saving what it learnt.",
            "done": "It is trained. Draw: the new network reads now. Keep it?",
        }.get(self.state)
        if self.state == "done" and not self.variation:  # measured: of 300, 58 to 74 %
            text = (
                "It is trained, and never saw what is no digit: it is sure of two letters in three "
                "that they are digits. Draw some. Keep it?"
            )
        if text:
            return text
        report = self.reports[-1]
        return (
            f"It looks at {BATCH} digits, compares what it says with what is true, and nudges each "
            f"of its {report.weights:,} numbers a little. Then the next {BATCH}. "
            f"{math.ceil(self.seconds * (1 - report.share))} s left."
        )


def send(stream, word, what=None):
    """Send a pair to another process."""
    pickle.dump((word, what), stream)
    stream.flush()


def receive(stream, news):
    """Put the pairs that another process sends into a queue, and when it ends ("ended", None)."""
    with contextlib.suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
        while True:
            news.put(pickle.load(stream))
    news.put(("ended", None))


# ---------------------------------------------------------------------------
# The drawing window
# ---------------------------------------------------------------------------
#
# One direction: strokes or a picture, their Reading, and what every widget shows. The widgets know
# nothing of each other: App.show decides for all of them. A widget's sizes are in units, and a unit
# is the height of a line of text, so that the window fits every screen and grows as a whole.

WHITE, SOFT, OFF = "#ffffff", "#56616c", "#9aa4ae"  # paper, lesser texts, what can't be pressed
RULE, TRACK = "#c3ccd5", "#edf1f5"  # outlines, empty bars
TINT, HOVER = "#9dbbd9", "#e3eef9"  # BLUE for what counts, this for the rest and at the pointer
DOUBT = "#b04a00"  # not sure; never by its colour alone
MATTERS_NOT, MATTERS = (214, 205, 190), (10, 15, 150)  # BGR: ink by what it did for the answer
SPACE = 1.0  # times the median width of a line's digits: so wide a gap is a space ...
SPACE_HEIGHT = 0.6  # ... if it is also so wide, in shares of their height: ones are narrow
SIGN_HEIGHT = 0.25  # of their height: a mark so long may be a minus, a smaller one is a speck
PENS = {"thin": 0.6, "medium": 1.0, "thick": 1.6}  # times Paper.PEN
MODIFIERS = {  # as Tk calls them
    "Control": "Command" if sys.platform == "darwin" else "Control",
    "Shift": "Shift",
}
KEY_NAMES = {
    "Control": "Cmd" if sys.platform == "darwin" else "Ctrl",
    "Return": "Enter",
    "Escape": "Esc",
    "BackSpace": "Backspace",
}
ALIASES = {"Return": ["Return", "KP_Enter"]}  # keys that do the same


def key_name(key):
    """A key of App.ACTIONS as people call it: "Control-z" is Ctrl+Z, on a Mac Cmd+Z."""
    parts = (KEY_NAMES.get(part, part) for part in key.split("-"))
    return "+".join(part.upper() if len(part) == 1 else part for part in parts)


def in_signs(reading):
    """A Reading as it stands on the paper: "4?" for a 4 that is not sure, spaces in wide gaps.

    What is no digit, a minus for example, is an EMPTY box.
    """
    return "\n".join(line_in_signs(line, reading.unread) for line in lines_of(reading))


def line_in_signs(digits, marks):
    """As in_signs, of a line of Digits, and of those boxes of `marks` that stand in it."""
    widths, heights = zip(*(digit.box[2:] for digit in digits), strict=True)
    height = statistics.median(heights)
    room = max(SPACE * statistics.median(widths), SPACE_HEIGHT * height)
    signs = [(digit.box, spell(digit)) for digit in digits]
    for mark in marks:
        if max(mark[2:]) >= SIGN_HEIGHT * height and is_beside(mark, digits):
            signs.insert(sum(box[0] < mark[0] for box, _ in signs), (mark, EMPTY))
    text, right, before = "", math.inf, ""
    for (x, _, width, _), sign in signs:
        if sign == before == EMPTY and x < right:  # the second bar of "="
            continue
        text += " " * (x - right >= room) + sign
        right, before = x + width, sign
    return text


def is_beside(mark, digits):
    """Whether the middle of a box lies beside Digits, as high as the nearest one and in none."""
    x, y = mark[0] + mark[2] / 2, mark[1] + mark[3] / 2
    nearest = min(digits, key=lambda digit: abs(digit.box[0] + digit.box[2] / 2 - x))
    left, top, width, height = nearest.box
    return top <= y <= top + height and not left <= x <= left + width


def in_words(reading, used):
    """What to say of a Reading: the answer, the verdict, the next step; `used`: is there ink?"""
    answer, verdict, status = in_digits(reading, used)
    if reading.unread and reading.digits:
        count = len(reading.unread)
        verdict += f", {count} mark{'s' if count > 1 else ''} not read"
    return answer, verdict, status


def in_digits(reading, used):
    """As in_words, of the digits alone."""
    digits = reading.digits
    doubts = sum(not digit.sure for digit in digits)
    if not used:
        return "", "", "Draw a digit or a whole number with the mouse, a pen or a finger."
    if not digits:
        return EMPTY, "no digit", "No digit found here. Clear the sheet, or open another picture."
    if len(digits) > 1:
        verdict = f"{doubts} of {len(digits)} not sure" if doubts else "sure of all digits"
        copy = f"{key_name('Control-c')} copies the number."
        return in_signs(reading), verdict, f"Click a digit to see its bars. {copy}"
    answer, undo = in_signs(reading), f"Draw on, or undo a stroke ({key_name('Control-z')})."
    if spell(digits[0]) == EMPTY:
        return answer, "no digit", f"To the network this looks like no digit. {undo}"
    if doubts:
        return answer, "not sure", f"It is not sure that this is a digit. {undo}"
    clear = f"Draw on, or press Clear ({key_name('Escape')}) for another one."
    return answer, f"{digits[0].confidence:.0%} sure", f"It reads {digits[0].digit}. {clear}"


def whose_bars(chosen, digits, size, pen):
    """What the line below the bars says: to which of the digits they belong.

    Where the bars alone would be sure of the `chosen` one, it says why it is not: `size` is the
    sheet's or the picture's width and height, `pen` a drawing's, else 0.
    """
    if chosen is None:
        return ""
    place = [digit is chosen for digit in digits].index(True) + 1
    which = f"Digit {place} of {len(digits)}. " if len(digits) > 1 else ""
    if chosen.sure or chosen.confidence < SURE:
        return f"{which}Wrong? Click what it is."
    x, y, width, height = chosen.box
    if min(x, y) <= 1 or x + width >= size[0] - 1 or y + height >= size[1] - 1:
        return f"{which}Cut off by the rim."
    if max(width, height) <= BLOT * pen:
        return f"{which}Too small to be sure."
    return f"{which}Part of something larger?"


def with_article(digit):
    """A digit as people say it in a sentence: "a 7", "an 8"."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def colour_ink(digit, importance):
    """Colours (height, width, 3) for a Digit's ink, the darker where it mattered (occlusion)."""
    x, y, width, height = cv2.boundingRect(digit.image)
    share = importance[y : y + height, x : x + width] * (255 / max(importance.max(), 0.1))
    share = cv2.resize(share.astype(np.uint8), digit.box[2:])
    table = np.linspace(MATTERS_NOT, MATTERS, 256).astype(np.uint8)
    return cv2.LUT(cv2.merge([share] * 3), table[np.newaxis])


def ppm(image):
    """An image, grey (height, width) or BGR (height, width, 3), as Tk reads it: bytes."""
    kind = b"P5"
    if image.ndim == 3:
        kind, image = b"P6", cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    return b"%s %d %d 255\n" % (kind, *image.shape[1::-1]) + image.tobytes()


def distance(point, digit):
    """From a point to a Digit: within its box 0 in the middle, 0.5 at its sides."""
    x, y, width, height = digit.box
    across, down = point[0] - x - width / 2, point[1] - y - height / 2
    return max(abs(across) / width, abs(down) / height)


def left_of(stroke, path, radius):
    """What is left of a stroke outside the discs around points (N, 2): a list of strokes.

    It is cut where it crosses a rim, |a + t * step - centre| = radius with t from 0 to 1; all its
    other points stay.
    """
    points = np.array(stroke, float)
    steps, offsets = np.diff(points, axis=0)[:, np.newaxis], points[:-1, np.newaxis] - path
    a, b = (steps**2).sum(2), (steps * offsets).sum(2)
    with np.errstate(invalid="ignore", divide="ignore"):  # where a step crosses no rim, or has none
        root = np.sqrt(b**2 - a * ((offsets**2).sum(2) - radius**2))
        crossed = np.stack([-b - root, -b + root]) / a
    places = np.arange(len(steps))[:, np.newaxis] + crossed
    places = np.unique([*range(len(points)), *places[(crossed > 1e-6) & (crossed < 1 - 1e-6)]])
    cut = np.transpose([np.interp(places, range(len(points)), line) for line in points.T])
    middles = (cut[1:] + cut[:-1]) / 2 if len(cut) > 1 else cut
    far = np.all(np.linalg.norm(middles[:, np.newaxis] - path, axis=2) > radius, axis=1)
    if far.all():
        return [stroke]
    runs = [list(run) for _, run in itertools.groupby(range(len(far)), key=far.__getitem__)]
    ends = [(run[0], run[-1] + 2) for run in runs if far[run[0]]]
    return [list(map(tuple, cut[start:end].tolist())) for start, end in ends]


class Lesson(NamedTuple):
    """What was taught, so that it can be undone and done again."""

    image: np.ndarray  # (28, 28) uint8
    label: int
    before: list[int]  # what the same image had been taught as


class Sketch:
    """A drawing, or a picture, without a window, and all that it was before.

    `strokes` are lists of points (x, y) in pixels of a sheet of the size `home`, in which it was
    begun: where the sheet grows, all of it is shown larger, and it is read as before. `picture` is
    uint8, grey or BGR, as open_picture has it, or None. `lesson` is the last Lesson, or None. A pen
    that is up draws nothing.
    """

    STEPS = 500  # that can be undone

    def __init__(self, pen=16):
        self.strokes, self.picture, self.pen, self.home, self.lesson = [], None, pen, None, None
        self.past, self.future = [], []  # states, the nearest last
        self.set(self.state())

    def state(self):
        """All that undo and redo bring back."""
        return self.strokes, self.picture, self.pen, self.home, self.lesson

    def set(self, state):
        """Become a state; the pen is off the paper."""
        self.strokes, self.picture, self.pen, self.home, self.lesson = state
        self.down = False
        self.drawn = None  # the ink, what it was drawn for and up to which point

    def change(self, strokes, picture=None):
        """Become something new, which can be undone."""
        self.past = [*self.past[-self.STEPS :], self.state()]
        self.future = []
        self.set((strokes, picture, *self.state()[2:]))

    def learn(self, lesson):
        """What was taught is a change as others are."""
        self.change(self.strokes, self.picture)
        self.lesson = lesson

    def clear(self):
        """Start anew."""
        if self.strokes or self.picture is not None:
            self.change([])

    def undo(self):
        """Take the last change back, if there is one."""
        self.go(self.past, self.future)

    def redo(self):
        """Take the last undo back, if there is one."""
        self.go(self.future, self.past)

    def go(self, source, target):
        """Become the last state of a list; the present one goes to another."""
        if source:
            target.append(self.state())
            self.set(source.pop())

    def begin(self, x, y):
        """Put the pen down; on a fresh sheet where a picture was open."""
        if self.picture is not None:
            self.clear()
        drawn = self.drawn
        self.change([*self.strokes, []])
        self.down, self.drawn = True, drawn
        self.extend(x, y)

    def extend(self, x, y):
        """Move the pen."""
        if self.down:
            self.strokes[-1].append((x, y))

    def lift(self):
        """Take the pen off the paper."""
        self.down = False

    def redraw(self, pen):
        """Draw all with a pen of another width."""
        if self.strokes:
            self.change(self.strokes)
        self.pen = pen

    def wipe(self, path, radius):
        """Take the ink within a radius of points away: strokes end there and go on behind."""
        path = np.reshape(path, (-1, 2))
        self.strokes = [part for stroke in self.strokes for part in left_of(stroke, path, radius)]
        self.drawn = None

    def ink(self, width, height):
        """The drawing as a picture: uint8 (height, width) or larger, if it needs more; ink 255."""
        right, bottom = np.max([(0, 0), *itertools.chain(*self.strokes)], 0).astype(int) + self.pen
        return self.live_ink(max(width, int(right)), max(height, int(bottom))).copy()

    def live_ink(self, width, height, scale=1):
        """As ink(), but drawn on from call to call: long drawings are as fast as short ones."""
        size, pen = (width, height), max(1, round(self.pen * scale))
        if self.drawn is None or self.drawn[1] != (size, pen, scale):
            self.drawn = draw_strokes([], pen, size), (size, pen, scale), (0, 0)
        ink, key, (done, points) = self.drawn
        for stroke in self.strokes[max(0, done - 1) :]:
            path = np.multiply(stroke[:1] + stroke[max(0, points - 1) :], scale)
            path = path if points == 0 else path[1:]  # it begins with a dot
            draw_onto(ink, itertools.pairwise(path), pen)  # always in such steps
            points = 0
        self.drawn = ink, key, (len(self.strokes), len(self.strokes[-1]) if self.strokes else 0)
        return ink


class Paper:
    """The sheet: ink or a picture, a box around each digit, and colours for what mattered.

    On `canvas` lie the ink and items with the tags "picture", "why", "box" and "hint".
    """

    WIDTH, HEIGHT = 37, 25  # units
    PEN = 0.95  # units: about a tenth of a digit's height, as in MNIST
    MARGIN = 0.2  # units between a digit and its box

    def __init__(self, parent):
        self.canvas = tkinter.Canvas(
            parent,
            background=WHITE,
            highlightthickness=2,
            highlightbackground=RULE,
            highlightcolor=BLUE,  # where the keys go
            takefocus=True,
            cursor="pencil",
        )
        self.ink, self.picture, self.why = (tkinter.PhotoImage(master=parent) for _ in range(3))
        self.canvas.create_image(0, 0, image=self.ink, anchor="nw")
        self.large, self.huge, self.tag = (system_font(parent).copy() for _ in range(3))
        self.source = None  # the picture as it was opened, and ...
        self.view = 1.0, 0.0, 0.0  # ... the scale and place at which it is shown

    def resize(self, unit):
        """Fit the sheet to the height of a line of text."""
        self.unit = unit
        self.canvas.configure(width=unit * self.WIDTH, height=unit * self.HEIGHT)
        size = system_font(self.canvas).actual("size")
        self.large.configure(size=round(size * 1.3))
        self.huge.configure(size=size * 5)

    def size(self):
        """Width and height in pixels."""
        return self.canvas.winfo_width(), self.canvas.winfo_height()

    def show_ink(self, ink, points=None, pen=0):
        """The ink (height, width) uint8 of a drawing; quickly, where only `points` are new."""
        if points is None:
            self.ink.blank()
            x, y, right, bottom = 0, 0, *self.size()
        else:
            scale = self.view[0]
            (x, y), (right, bottom) = (
                (way(points, 0) * scale + side * (pen * scale + 2)).astype(int)
                for way, side in ((np.min, -1), (np.max, 1))
            )
        x, y = max(0, x), max(0, y)
        part = ink[y : max(y, bottom), x : max(x, right)]
        if part.any():
            grey = 255 - cv2.convertScaleAbs(part, alpha=1 - int(DARK[1:3], 16) / 255)
            self.canvas.tk.call(self.ink, "put", ppm(grey), "-format", "PPM", "-to", int(x), int(y))

    def show_picture(self, picture, home):
        """A picture as large as the sheet allows, or, with None, ink of a sheet of size `home`."""
        (width, height), before = self.size(), (self.source, self.view)
        scale = min(width / home[0], height / home[1]) if home else 1.0
        self.source, self.view = picture, (scale, 0.0, 0.0)
        if picture is None:
            return self.canvas.delete("picture")
        high, wide = picture.shape[:2]
        scale = min(width / wide, height / high, 4)
        size = scaled_size(picture, scale)
        self.view = scale, (width - size[0]) / 2, (height - size[1]) / 2
        if before[0] is picture and before[1] == self.view:
            return None
        shown = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        self.picture.configure(data=ppm(shown), format="PPM")
        self.canvas.delete("picture")
        return self.canvas.create_image(
            *self.view[1:], image=self.picture, anchor="nw", tags="picture"
        )

    def show(self, digits, chosen, colours, hint, unread=(), taught=()):
        """Boxes around digits, the chosen one's thicker and its ink in `colours`; or a hint.

        What is not read gets a grey box, those of `taught` (True or False for each) a star.
        """
        self.canvas.delete("why", "box", "mark", "hint", "task")
        if hint:
            width, height = self.size()
            text = self.canvas.create_text(width / 2, height / 2, text=hint, fill=SOFT, tags="hint")
            self.canvas.itemconfigure(text, width=0.9 * width, justify="center")
        if colours is not None:
            self.show_why(chosen, colours)
        if self.source is not None or len(digits) > 1:
            height = self.view[0] * statistics.median([d.box[3] for d in digits] or [0])
            grown = min(max(1, height / (8 * self.unit)), 2)
            self.tag.configure(size=round(system_font(self.canvas).actual("size") * grown))
            for digit, is_taught in itertools.zip_longest(digits, taught, fillvalue=False):
                thick = 3 if digit is chosen and len(digits) > 1 else 1
                name = spell(digit) + "*" * is_taught
                self.show_box(digit, name, thick * max(1, self.unit // 18))
        for mark in unread if digits else []:
            x, y, width, height = self.place_of(mark)
            self.canvas.create_rectangle(
                x, y, x + width, y + height, outline=OFF, width=max(1, self.unit // 18), tags="mark"
            )

    def show_task(self, text, score):
        """What a game asks for, above the drawing, and the score, large in a corner."""
        self.canvas.delete("task")
        right, top = self.size()[0] - self.unit, self.unit / 2
        for x, anchor, says, font in (
            (self.unit, "nw", text, self.large),
            (right, "ne", score, self.huge),
        ):
            self.canvas.create_text(
                x, top, anchor=anchor, text=says, fill=BLUE, font=font, tags="task"
            )

    def show_why(self, digit, colours):
        """The ink of a digit in `colours`, on what it lies on."""
        scale, left, top = self.view
        x, y, width, height = digit.box
        ground, ink = np.full_like(colours, 255), digit.ink / np.float32(255)
        if self.source is not None:
            ground[:] = np.atleast_3d(self.source)[y : y + height, x : x + width]
        shown = cv2.blendLinear(colours, ground, ink, 1 - ink)
        shown = cv2.resize(shown, scaled_size(shown, scale), interpolation=cv2.INTER_AREA)
        self.why.configure(data=ppm(shown), format="PPM")
        x, y = left + x * scale, top + y * scale
        self.canvas.create_image(x, y, image=self.why, anchor="nw", tags="why")

    def show_box(self, digit, name, thick):
        """A digit's box, dashed where it is not sure, with its name on a tag at its corner."""
        x, y, width, height = self.box_of(digit)
        colour, dash = (BLUE, ()) if digit.sure else (DOUBT, (6, 4))
        self.canvas.create_rectangle(
            x, y, x + width, y + height, outline=colour, width=thick, dash=dash, tags="box"
        )
        high = self.tag.metrics("linespace") * 1.1
        right = x + self.tag.measure(name) + high / 3
        beyond = min(y + height, self.size()[1] - high)
        top = y - high if y > high else beyond  # beside the ink and within the sheet
        self.canvas.create_rectangle(x, top, right, top + high, width=0, fill=colour, tags="box")
        middle = (x + right) / 2, top + high / 2
        self.canvas.create_text(*middle, text=name, fill=WHITE, font=self.tag, tags="box")

    def box_of(self, digit):
        """A digit's box where it lies on the canvas, a little wider: x, y, width, height."""
        return self.place_of(digit.box)

    def place_of(self, box):
        """A box of the drawing as one of the canvas, a little wider."""
        scale, left, top = self.view
        x, y, width, height = (scale * number for number in box)
        margin = self.MARGIN * self.unit
        return left + x - margin, top + y - margin, width + 2 * margin, height + 2 * margin

    def point_at(self, x, y):
        """The point of the drawing or picture at a point of the canvas, within the sheet."""
        scale, left, top = self.view
        width, height = self.size()
        return (min(max(x, 0), width - 1) - left) / scale, (
            min(max(y, 0), height - 1) - top
        ) / scale


class Answer:
    """What was read, in letters as large as their place allows, and how sure it is."""

    WIDTH, HEIGHT = 17, 5.5  # units
    LARGEST = 5  # times the size of all other text
    MOST_LINES = 9  # more are counted, not shown

    def __init__(self, parent):
        self.frame = tkinter.Frame(parent, background=WHITE)
        self.place = tkinter.Frame(self.frame, background=WHITE)
        self.place.pack_propagate(False)  # a long number gets smaller letters, not a larger place
        self.place.pack()
        self.font = system_font(parent).copy()
        self.font.configure(weight="bold")
        self.number = label(self.place, font=self.font)
        self.number.pack(expand=True)
        self.verdict = label(self.frame)
        self.verdict.pack()

    def resize(self, unit):
        """Fit the place to the height of a line of text."""
        self.width, self.height = round(unit * self.WIDTH), round(unit * self.HEIGHT)
        self.place.configure(width=self.width, height=self.height)
        self.verdict.configure(wraplength=self.width)

    def show(self, text, verdict, doubt):
        """A number of one line or several, and a verdict; both in another colour when in doubt."""
        lines = text.split("\n")
        if len(lines) > self.MOST_LINES:
            rest = len(lines) - self.MOST_LINES + 1
            lines[self.MOST_LINES - 1 :] = [f"(and {rest} lines)"]
        size = system_font(self.frame).actual("size") * self.LARGEST
        self.font.configure(size=size)
        wide = max(map(self.font.measure, lines), default=0)
        high = self.font.metrics("linespace") * len(lines)
        size = max(1, int(size * min(1, self.width / max(1, wide), self.height / high)))
        self.font.configure(size=size)
        while size > 1 and self.font.metrics("linespace") * len(lines) > self.height:
            size -= 1  # small letters are a little higher than their size says
            self.font.configure(size=size)
        self.number.configure(text="\n".join(lines), foreground=DOUBT if doubt else DARK)
        self.verdict.configure(text=verdict, foreground=DOUBT if doubt else SOFT)


class Bars:
    """Eleven probabilities as bars, 0 to 9 and "no digit"; a click on one teaches it."""

    NAMES = *"0123456789", "no digit"
    ROW, TALL = 1.25, 0.9  # units: from bar to bar, and a bar's own height
    LEFT, RIGHT, WIDTH = 4.3, 13.7, 17  # units: a bar's ends; names and shares lie beside it

    def __init__(self, parent, pick):
        self.canvas = tkinter.Canvas(
            parent, background=WHITE, highlightthickness=0, cursor="hand2", takefocus=False
        )
        self.canvas.bind("<Button-1>", lambda event: pick(int(event.y / self.unit / self.ROW)))

    def resize(self, unit):
        """Fit the bars to the height of a line of text."""
        self.unit = unit
        self.canvas.configure(width=unit * self.WIDTH, height=unit * self.ROW * len(self.NAMES))

    def show(self, digit):
        """The probabilities of a Digit; of None, empty bars."""
        self.canvas.delete("all")
        shares = [0] * 11 if digit is None else [*digit.probabilities, digit.no_digit]
        left, right, end, half = (
            self.unit * n for n in (self.LEFT, self.RIGHT, self.WIDTH, self.TALL / 2)
        )
        for number, (name, share) in enumerate(zip(self.NAMES, shares, strict=True)):
            y = (number + 0.5) * self.ROW * self.unit
            best = share > 0 and share == max(shares)
            colour = TINT if not best else BLUE if digit.sure else DOUBT
            filled, text = left + (right - left) * share, DARK if best else SOFT
            for x, fill in ((right, TRACK), (filled, colour))[: 2 if share > 0.002 else 1]:
                self.canvas.create_rectangle(left, y - half, x, y + half, width=0, fill=fill)
            says = "" if digit is None else f"{share:.0%}"
            for x, word in ((left - 0.6 * self.unit, name), (end, says)):
                self.canvas.create_text(x, y, text=word, anchor="e", fill=text)


class Preview:
    """The 28x28 pixels that the network sees, enlarged."""

    SIDE = 7  # units, at most

    def __init__(self, parent):
        self.image = tkinter.PhotoImage(master=parent)
        self.label = label(parent, image=self.image)
        self.label.configure(highlightthickness=1, highlightbackground=RULE)

    def resize(self, unit):
        """Fit the picture to the height of a line of text."""
        self.factor = max(1, int(unit * self.SIDE) // IMAGE_SIZE)

    def show(self, digit):
        """What was seen of a Digit; of None, nothing."""
        image = np.full((IMAGE_SIZE, IMAGE_SIZE), 255, np.uint8) if digit is None else digit.image
        self.image.configure(data=ppm(np.kron(image, np.ones([self.factor] * 2, np.uint8))))


class Layers:
    """For each convolution of the network a row of small pictures: what it finds in a digit."""

    TEXTS = (
        "Edges and line ends",
        "Corners and bends",
        "Loops, hooks, bars",
        "Larger parts",  # and so in all that follow
    )
    WHAT = (
        "Each layer slides small filters over what the layer before it saw. "
        "A picture is bright where its filter finds what it looks for: click one."
    )
    NONE = "This network has no convolution: no layer of it slides a filter over the digit."
    SHOWN = 16  # filters of each layer
    SIDE, GAP = 1.5, 0.12  # units: of a small picture and beside it

    def __init__(self, parent, pick):
        self.frame, self.pick = tkinter.Frame(parent, background=WHITE), pick
        self.what = label(self.frame, foreground=SOFT)
        self.what.grid(row=0, column=0, columnspan=2, sticky="w", pady=(0, 6))
        self.rows = []  # for each layer shown, its name, its pictures and the image that holds them

    def fit(self, count):
        """Have so many rows: another network may have more or fewer layers."""
        self.what.configure(text=self.WHAT if count else self.NONE)
        while len(self.rows) > count:
            for part in self.rows.pop()[:2]:
                part.destroy()
        for number in range(len(self.rows), count):
            name = label(self.frame, text=f"{number + 1}. {self.TEXTS[min(number, 3)]}")
            name.grid(row=number + 1, column=0, sticky="w")
            image = tkinter.PhotoImage(master=self.frame)
            pictures = label(self.frame, image=image, cursor="hand2")
            pictures.grid(row=number + 1, column=1, sticky="w", padx=(8, 0))
            pictures.bind(
                "<Button-1>",
                lambda event, layer=number: self.pick(layer, event.x // (self.side + self.gap)),
            )
            self.rows.append((name, pictures, image))

    def resize(self, unit):
        """Fit the pictures to the height of a line of text."""
        self.side, self.gap = round(unit * self.SIDE), max(1, round(unit * self.GAP))
        self.what.configure(wraplength=unit * Paper.WIDTH)

    def show(self, maps):
        """Maps (filters, height, width) float32 of each layer, every so many of them."""
        self.fit(len(maps))
        self.frame.grid()
        tile = self.side + self.gap
        for (*_, image), filters in zip(self.rows, maps, strict=True):
            some = filters[:: self.step(filters)][: self.SHOWN].clip(0)
            grey = (some * (255 / max(some.max(), 1e-6))).astype(np.uint8)
            row = np.full((tile, tile * len(some)), 255, np.uint8)
            for number, picture in enumerate(grey):
                large = cv2.resize(picture, [self.side] * 2, interpolation=cv2.INTER_NEAREST)
                row[: self.side, number * tile : number * tile + self.side] = large
            image.configure(data=ppm(row), format="PPM")

    def step(self, filters):
        """Every so many of a layer's filters are shown."""
        return max(1, len(filters) // self.SHOWN)

    def hide(self):
        """Show nothing, and take no place."""
        self.frame.grid_remove()


class Board:
    """A blackboard beside the paper: how a network learns, and the buttons for it.

    `seconds`, `count` and `plain` are what was chosen, `buttons` its buttons, by the names of
    METHODS.
    """

    WIDTH, HEIGHT = 21, 18.6  # units, of what is drawn ...
    LOW = 13.8  # ... or so high, without the digits that are read worst, ...
    BELOW = 5.6  # ... where it and what stands below it would be too high together
    LENGTHS = ("20", "20 s"), ("120", "2 min"), ("300", "5 min")
    COUNTS = ("100", "100"), ("1000", "1,000"), ("10000", "10,000"), ("", "60,000")
    METHODS = (  # of the App, what stands on the button, in which states
        ("start_learning", "Start", "idle"),
        ("bring_back", "Earlier network", "idle"),
        ("pause_learning", "Pause", "learning paused"),
        ("step_learning", "Step", "paused"),
        ("stop_learning", "Stop", "learning paused"),
        ("keep_network", "Keep it", "done"),
        ("drop_network", "Throw it away", "done failed"),
    )
    IDLE = (
        "A new network, all its numbers random, learns from MNIST. Draw a digit, press Start, and "
        "see how it reads it better and better. The network that reads now stays as it is, unless "
        "you keep the new one."
    )

    def __init__(self, parent, app):
        self.frame = tkinter.Frame(parent, background=WHITE)
        self.canvas = tkinter.Canvas(self.frame, background=WHITE, highlightthickness=0)
        self.large = system_font(parent).copy()
        self.pictures = [tkinter.PhotoImage(master=parent) for _ in range(1 + WORST)]
        self.text = label(self.frame, anchor="w")
        self.seconds, self.count = (tkinter.StringVar(parent, value) for value in ("20", ""))
        self.plain = tkinter.BooleanVar(parent)
        self.options = tkinter.Frame(self.frame, background=WHITE)
        self.rows = []
        for text, variable, values in (
            ("Learn for", self.seconds, self.LENGTHS),
            ("What if it learns from so many digits?", self.count, self.COUNTS),
        ):
            self.rows.append(label(self.options, text=text, foreground=SOFT))
            row = tkinter.Frame(self.options, background=WHITE)
            for value, name in values:
                made = ttk.Radiobutton(row, text=name, value=value, variable=variable)
                made.configure(style="Toolbutton")
                made.pack(side="left", padx=(0, 6))
            self.rows.append(row)
        self.rows.append(label(self.options, text="What if they never vary?", foreground=SOFT))
        made = ttk.Checkbutton(self.options, text="No variation", variable=self.plain)
        made.configure(style="Toolbutton")
        self.rows.append(made)
        self.actions = tkinter.Frame(self.frame, background=WHITE)
        self.buttons = {}
        for method, text, _ in self.METHODS:
            button = ttk.Button(self.actions, text=text, command=getattr(app, method), width=0)
            bind_enter(button, button.invoke)
            self.buttons[method] = button
        self.canvas.pack()
        self.text.pack(anchor="w", fill="x")
        self.options.pack(anchor="w")
        self.actions.pack(anchor="w")
        self.before = []  # the curve of the last run
        self.shown = None  # for which state, the buttons

    def resize(self, unit):
        """Fit all to the height of a line of text."""
        self.unit = unit
        self.canvas.configure(width=unit * self.WIDTH)
        self.text.configure(wraplength=unit * self.WIDTH)
        size = system_font(self.canvas).actual("size")
        self.large.configure(size=round(size * 2.4), weight="bold")
        for row in self.rows:
            row.pack(anchor="w", pady=(unit // 3, 0))

    def show(self, learner, earlier):
        """A Learner, or, with None, what it could do; `earlier`: is there an earlier network?"""
        self.show_buttons(learner.state if learner else "idle", earlier)
        self.text.configure(text=learner.says() if learner else self.IDLE)
        self.canvas.delete("all")
        if learner is None:
            self.canvas.pack_forget()
            self.options.pack(anchor="w", before=self.actions)
            return
        self.options.pack_forget()
        if learner.reports:
            low = self.frame.winfo_height() < (self.HEIGHT + self.BELOW) * self.unit
            self.canvas.configure(height=self.unit * (self.LOW if low else self.HEIGHT))
            self.canvas.pack(before=self.text)
            self.show_curve(learner.reports)
            self.show_inside(learner.reports[-1])

    def show_buttons(self, state, earlier):
        """The buttons that make sense in a state; they stay as they are while it lasts."""
        if self.shown == (state, earlier, self.unit):
            return
        self.shown = state, earlier, self.unit
        for method, _, states in self.METHODS:
            button = self.buttons[method]
            button.pack_forget()
            if state in states.split() and (method != "bring_back" or earlier):
                button.pack(side="left", padx=(0, 6), pady=(self.unit // 2, 0))
        self.buttons["pause_learning"].configure(text="Go on" if state == "paused" else "Pause")
        self.buttons["drop_network"].configure(
            text="Back" if state == "failed" else "Throw it away"
        )

    def write(self, x, y, text, anchor="w", **options):
        """Write on the board, at a place in units."""
        place = x * self.unit, y * self.unit
        self.canvas.create_text(*place, text=text, anchor=anchor, **{"fill": DARK} | options)

    def show_curve(self, reports):
        """The accuracy in large letters, and below how it grew."""
        last, unit = reports[-1], self.unit
        self.write(0, 1.4, f"{last.right:.1%}", font=self.large, fill=BLUE)
        self.write(8, 0.8, f"of {HELD_OUT:,} unseen digits")
        self.write(8, 2.1, f"after it has seen {last.seen:,}", fill=SOFT)
        left, right, top, bottom = 2.8, self.WIDTH - 0.3, 3.2, 8.8
        for share in (0, 0.5, 1):
            y = bottom + (top - bottom) * share
            self.canvas.create_line(left * unit, y * unit, right * unit, y * unit, fill=RULE)
            self.write(left - 0.4, y, f"{share:.0%}", anchor="e", fill=SOFT)
        most = max(report.seen for report in (*reports, *self.before))
        end = next(n * 10**k for k in range(9) for n in (1, 2, 5) if n * 10**k >= max(most, 1000))
        self.write(left, bottom + 0.7, "0", fill=SOFT)
        self.write(right, bottom + 0.7, f"{end:,} digits seen", anchor="e", fill=SOFT)
        for name, some, part, colour, y in (
            ("the last time", self.before, "right", OFF, bottom - 2.6),
            ("digits that it learns from", reports, "learnt", ORANGE, bottom - 1.6),
            ("digits that it never saw", reports, "right", BLUE, bottom - 0.6),
        ):
            if not some:
                continue
            points = [
                (
                    unit * (left + (right - left) * report.seen / end),
                    unit * (bottom + (top - bottom) * getattr(report, part)),
                )
                for report in some
            ]
            thick = max(2, unit // 7)
            self.canvas.create_line(*points, *points[-1], fill=colour, width=thick)
            self.write(right, y, name, anchor="e", fill=colour)

    def show_inside(self, report):
        """The filters of the first layer, and the digits that are read worst."""
        self.write(0, 10.6, f"{len(report.filters)} filters of its first layer", fill=SOFT)
        half = FILTERS // 2
        side = int(self.WIDTH * self.unit / half)
        tiles = np.full((FILTERS, side, side), 255, np.uint8)
        for tile, weights in zip(tiles, report.filters, strict=False):
            grey = 127.5 + 127.5 * weights / max(np.abs(weights).max(), 1e-9)
            inner = [side - max(1, self.unit // 8)] * 2
            small = cv2.resize(grey.astype(np.uint8), inner, interpolation=cv2.INTER_NEAREST)
            tile[: inner[0], : inner[1]] = small
        self.put(0, 0, 11.2, np.vstack([np.hstack(tiles[:half]), np.hstack(tiles[half:])]))
        y = 11.2 + 2 * side / self.unit + 0.6
        self.write(0, y, "It is the most wrong about these", fill=SOFT)
        side, room = round(2.4 * self.unit), self.WIDTH / len(report.worst)
        for number, (image, true, read) in enumerate(report.worst):
            large = cv2.resize(255 - image, [side] * 2, interpolation=cv2.INTER_AREA)
            self.put(1 + number, number * room, y + 0.6, large)
            says = f"{true}, right" if read == true else f"{true}, reads {READ_AS[read]}"
            self.write(number * room, y + 3.5, says, fill=SOFT if read == true else DOUBT)

    def put(self, number, x, y, image):
        """One of the pictures, at a place in units."""
        self.pictures[number].configure(data=ppm(image), format="PPM")
        place = x * self.unit, y * self.unit
        self.canvas.create_image(*place, image=self.pictures[number], anchor="nw")


class Popup:
    """A window beside the drawing's corner, one of its kind at a time; Escape closes it."""

    TITLE = ""

    def __init__(self, root):
        self.root, self.window = root, None

    def is_open(self):
        """Whether it is on the screen."""
        return self.window is not None and self.window.winfo_exists()

    def show(self, unit):
        """Open the window, or bring the open one to the front, with what is true now."""
        if not self.is_open():
            self.window = tkinter.Toplevel(self.root, background=WHITE)
            self.window.title(self.TITLE)
            self.window.transient(self.root)
            left, top = self.root.winfo_rootx() + 4 * unit, self.root.winfo_rooty() + unit
            self.window.geometry(f"+{left}+{top}")
            frame = tkinter.Frame(self.window, background=WHITE, padx=unit, pady=unit)
            frame.configure(highlightthickness=1, highlightbackground=RULE)
            frame.pack(fill="both", expand=True)
            self.body = tkinter.Frame(frame, background=WHITE)
            self.body.pack()
            close = ttk.Button(frame, text="Close", command=self.window.destroy)
            close.pack(pady=(unit, 0))
            close.focus_set()
            bind_enter(close, close.invoke)
            close.bind("<Destroy>", lambda event: self.root.focus_lastfor().focus_set())
            self.window.bind("<Escape>", lambda event: close.invoke())
        self.refresh(unit)
        self.window.lift()

    def refresh(self, unit):
        """Show what is true now, if the window is open."""
        if self.is_open():
            for child in self.body.winfo_children():
                child.destroy()
            self.fill(unit)


class Help(Popup):
    """All keys and what the signs mean."""

    TITLE = "Help"
    SIGNS = (
        f"7? and a dashed box: not sure. {EMPTY}: no digit. 7*: as taught, or it would be read "
        "otherwise. With several digits the bars belong to the thick box: click another, or press "
        "Left or Right. A grey box: a mark that is not read."
    )

    def __init__(self, root, actions):
        super().__init__(root)
        self.keys = [
            *((key_name(key), tip) for _, _, key, tip in actions),
            ("0 to 9", "Teach: say which digit is drawn, where it was read wrongly"),
            ("Tab, Space", "Go to the next button, press it"),
        ]

    def fill(self, unit):
        """A line for each key."""
        for row, (key, tip) in enumerate(self.keys):
            label(self.body, text=key, foreground=BLUE).grid(row=row, column=0, sticky="w")
            text = label(self.body, text=tip, pady=1)
            text.grid(row=row, column=1, sticky="w", padx=(unit, 0))
        signs = label(self.body, text=self.SIGNS, wraplength=unit * 32, foreground=SOFT)
        signs.grid(columnspan=2, sticky="w", pady=(unit, 0))


class Closeup(Popup):
    """One of the pictures of Layers, large, beside the filter that made it."""

    TITLE = "One filter"
    FIRST = (
        "Slid over the drawing, this filter gives a bright point where it finds ink at its blue "
        "places and paper at its orange ones."
    )
    DEEPER = (
        "This filter looks at {count} pictures of the layer before at once, a small square for "
        "each. It gives a bright point where those are bright at its blue places and dark at its "
        "orange ones."
    )

    def look_at(self, layer, number, answers, weights):
        """What to show: the answers (height, width) and weights (count, height, width) of one."""
        self.layer, self.number, self.answers, self.weights = layer, number, answers, weights

    def fill(self, unit):
        """The filter, what it answered, and a sentence."""
        count, side = len(self.weights), round(unit * 12)
        across = math.ceil(count**0.5)
        share = self.weights / np.abs(self.weights).max()
        tiles = np.zeros((across**2, *(length + (count > 1) for length in share.shape[1:])))
        tiles[:count, : share.shape[1], : share.shape[2]] = share
        rows = tiles.reshape(across, across, *tiles.shape[1:]).transpose(0, 2, 1, 3)
        weights = rows.reshape(across * tiles.shape[1], -1)[..., np.newaxis]
        ends = [np.array([int(c[i : i + 2], 16) for i in (5, 3, 1)]) for c in (BLUE, DOUBT)]
        colours = 255 - weights.clip(0) * (255 - ends[0]) + weights.clip(None, 0) * (255 - ends[1])
        grey = self.answers * (255 / max(self.answers.max(), 1e-6))
        self.images = []
        names = f"Filter {self.number + 1} of layer {self.layer + 1}", "What it finds in the digit"
        for column, (name, image) in enumerate(zip(names, (colours, grey), strict=True)):
            large = cv2.resize(
                image.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST
            )
            self.images.append(tkinter.PhotoImage(master=self.root, data=ppm(large), format="PPM"))
            label(self.body, text=name).grid(row=0, column=column, sticky="w")
            picture = label(self.body, image=self.images[-1])
            picture.configure(highlightthickness=1, highlightbackground=RULE)
            picture.grid(row=1, column=column, padx=(0, unit), pady=unit // 2)
        text = self.DEEPER.format(count=count) if self.layer else self.FIRST
        text = label(self.body, text=text, wraplength=2 * side, foreground=SOFT)
        text.grid(columnspan=2, sticky="w")


class Gallery(Popup):
    """All that was taught, by digit, and what each would be read as without teaching."""

    TITLE = "Taught digits"
    MOST = 12  # of each digit, the last ones

    def __init__(self, root, app):
        super().__init__(root)
        self.app, self.picked = app, None

    def fill(self, unit):
        """A row of pictures for each digit, a line on the one that was clicked, and buttons."""
        taught, self.images = self.app.model.taught, []
        if self.picked not in [digit.path for digit in taught]:
            self.picked = taught[-1].path if taught else None
        alone = self.app.model.run(np.array([digit.image for digit in taught])) if taught else []
        about = "Nothing was taught yet. Draw a digit, and press the key of what it is."
        self.body.columnconfigure(self.MOST + 1, weight=1)  # the pictures stay side by side
        shown = dict.fromkeys(range(10), 0)
        for digit, answer in reversed(list(zip(taught, alone, strict=True))):
            reads = int(answer.argmax())
            if digit.path == self.picked:
                says = with_article(reads) if reads < NO_DIGIT else "no digit"
                about = f"Taught as {digit.label}. Alone it would read {says}, {answer.max():.0%}."
            shown[digit.label] += 1
            if shown[digit.label] <= self.MOST:
                self.show_one(digit, shown[digit.label], reads != digit.label, unit)
        for name, count in shown.items():
            if count:
                more = f"and {count - self.MOST} more" if count > self.MOST else ""
                label(self.body, text=f"{name}").grid(row=name, column=0, padx=(0, unit))
                label(self.body, text=more, foreground=SOFT).grid(row=name, column=self.MOST + 1)
        label(self.body, text=about).grid(columnspan=self.MOST + 2, sticky="w", pady=(unit, 0))
        hint = "Orange frames: it would be misread if it had not been taught." if taught else ""
        label(self.body, text=hint, foreground=SOFT).grid(columnspan=self.MOST + 2, sticky="w")
        buttons = tkinter.Frame(self.body, background=WHITE)
        buttons.grid(columnspan=self.MOST + 2, sticky="w", pady=(unit, 0))
        for text, action, usable in (
            ("Delete", self.delete, taught),
            ("Save…", self.save, taught),
            ("Load…", self.load, True),
        ):
            made = ttk.Button(buttons, text=text, command=action, width=0)
            made.state(["!disabled" if usable else "disabled"])
            made.pack(side="left", padx=(0, 6))
            bind_enter(made, made.invoke)

    def show_one(self, digit, place, misread, unit):
        """A taught digit's picture at a place of its row."""
        size = [max(1, round(2.2 * unit / IMAGE_SIZE)) * IMAGE_SIZE] * 2
        image = cv2.resize(255 - digit.image, size, interpolation=cv2.INTER_NEAREST)
        self.images.append(tkinter.PhotoImage(master=self.root, data=ppm(image), format="PPM"))
        made = label(self.body, image=self.images[-1], cursor="hand2")
        frame = BLUE if digit.path == self.picked else DOUBT if misread else RULE
        thick = 3 if digit.path == self.picked else 2
        made.configure(highlightthickness=thick, highlightbackground=frame)
        made.bind("<Button-1>", lambda event: self.pick(digit.path, unit))
        made.grid(row=digit.label, column=place, padx=2, pady=2)

    def pick(self, path, unit):
        """Show what is known of one."""
        self.picked = path
        self.refresh(unit)

    def delete(self):
        """Forget the one that was clicked."""
        for digit in [digit for digit in self.app.model.taught if digit.path == self.picked]:
            forget = functools.partial(self.app.model.forget, digit)
            self.app.change_taught(
                forget, f"Forgotten: {with_article(digit.label)} that was taught."
            )

    def save(self):
        """Write all into one file."""
        name = filedialog.asksaveasfilename(
            parent=self.window,
            title="Save the taught digits",
            initialfile="taught digits.zip",
            defaultextension=".zip",
        )
        if name:
            taught = self.app.model.taught
            self.app.attempt(
                lambda: save_taught(taught, Path(name)),
                f"Saved {len(taught)} taught digits: load them in the gallery of another machine.",
            )

    def load(self):
        """Learn what is in such a file."""
        name = filedialog.askopenfilename(parent=self.window, title="Load taught digits")
        if name:
            model = self.app.model
            before = len(model.taught)
            self.app.change_taught(lambda: model.teach_all(open_taught(Path(name))), "")
            if not self.app.message:
                self.app.say(f"Learnt {len(model.taught) - before} more taught digits.")


class Game:
    """A game without a window: which digit to draw, until when, and the score.

    `fool`: the digit shall be drawn so that people read it and the network does not. `counted`: the
    drawing has earned its point. `past`: what the sheet was before, as Sketch has it.
    """

    SECONDS = 60

    def __init__(self, fool, past=(), seed=None):
        self.fool, self.past, self.rng = fool, past, random.Random(seed)
        self.score, self.asked, self.end = 0, None, time.monotonic() + self.SECONDS
        self.counted = False
        self.ask()

    def ask(self):
        """Ask for another digit."""
        self.asked = self.rng.choice([digit for digit in range(10) if digit != self.asked])

    def left(self):
        """Seconds until the end; a class that fools the network has all the time it wants."""
        return math.inf if self.fool else max(0, math.ceil(self.end - time.monotonic()))

    def says(self):
        """What to do, in a line."""
        what = f"Draw {with_article(self.asked)}"
        if not self.fool:
            return f"{what}.   {self.left()} s"
        return f"{what} that it cannot read. Then press {key_name('Return')}."

    def won(self, digits):
        """Whether these Digits earn a point."""
        if len(digits) != 1 or not digits[0].sure:
            return False
        return (digits[0].digit != self.asked) == self.fool


class App:
    """The window: a sheet to draw on, and beside it what the network reads, live.

    What it knows: `model`, `sketch` (strokes or an opened picture), its `reading`.
    What shows it: `paper` (its `canvas`), `number` (its `answer`, `verdict`), `bars`, `preview`,
    `strip` (the layers), `taught_count`, `status`, `guide` (the help), `buttons` (by the names of
    ACTIONS; `why`, `layers` are switches). They know nothing of each other: `show` decides for all.
    Raises DigitRecognizerError where no window can be opened, or without a model.
    """

    ONCE_MORE = 0.5  # seconds: a key that comes again sooner was held down, or typed in a number
    READ_DELAY = 30  # ms without a movement; while they come, nothing is read
    ACTIONS = (  # method, button, key, what it does
        ("clear", "Clear", "Escape", "Start with an empty sheet"),
        ("undo", "Undo", "Control-z", "Take the last change back"),
        ("redo", "", "Control-y", "Take the last undo back"),
        ("why", "Why?", "w", "Colour the drawing by what mattered"),
        ("layers", "Layers", "l", "Show what each layer of the network sees"),
        ("next_pen", "Pen", "p", "A thin, medium or thick pen"),
        ("eraser", "Eraser", "e", "Wipe parts of the drawing away"),
        ("example", "Example", "x", "Read a test digit; every other one is a mistake"),
        ("train", "Train…", "r", "Watch a new network learn, and keep it or not"),
        ("help", "Help", "F1", "Show all keys"),
        ("read", "Recognize", "Return", "Read the drawing now"),
        ("open_file", "Open…", "Control-o", "Read a picture file"),
        ("save", "Save…", "Control-s", "Save the drawing as a picture"),
        ("paste", "Paste", "Control-v", "Read a picture that was copied"),
        ("copy", "Copy", "Control-c", "Copy the number"),
        ("show_gallery", "Gallery", "t", "Show all that was taught; save, load or delete it"),
        ("play", "Play", "g", "Draw against the clock, or stop"),
        ("fool", "Fool it", "f", "Draw what people read and the network does not, or stop"),
        ("fill_screen", "", "F11", "Fill the whole screen, or no longer"),
        ("forget_last", "", "Control-BackSpace", "Forget the digit that was taught last"),
    )

    SWITCHES = "why", "layers", "eraser", "train"

    def __init__(self, model=None):
        self.model = default_model() if model is None else model
        self.root = open_root()
        self.thickness = "medium"
        self.wiped = None  # the point where the eraser is, while it is pressed
        self.beside = 0, 0  # the point beside the paper where the pen is, before it enters
        self.examples = None  # test images and their labels, when they are wanted
        self.game = None
        self.learner = None  # the network that learns; `old` reads while the new one is tried
        self.sketch = Sketch()
        self.found = self.reading = Reading("", [])  # by the model, and by what reads by now
        self.pointer = 0, 0  # in the drawing, where it last drew or clicked: the bars show ...
        self.chosen = None  # ... the digit nearest to it
        self.overruled = None  # the digit and label that shall be taught when asked for once more
        self.let_go = 0  # when the key or the button that asked was let go: inf while it is down
        self.pressed = None  # where the pen was put on a digit or a picture: a click, or a stroke?
        self.message = None  # in the status line, until something else is read
        self.due = None  # the id of a reading that is due
        self.grown = [0, 0]  # pixels by which the window grew, for the board and for the layers
        self.natural = None  # the window's size at first, when it is known
        self.enlarge_font(self.screen()[1] / 50)
        self.build(self.unit // 2)
        self.resize()
        self.bind_keys()
        self.show()
        self.center()
        if self.model.problem:
            self.say(f"{self.model.problem}; going on without it.")

    def run(self):
        """Show the window until it is closed. Raises KeyboardInterrupt after Ctrl-C."""
        self.interrupted = False
        self.root.report_callback_exception = self.callback_failed
        self.listen()
        self.root.mainloop()
        if self.interrupted:
            raise KeyboardInterrupt

    def listen(self):
        """Give Python the chance to see Ctrl-C: while Tk waits, it sees nothing."""
        self.root.after(200, self.listen)

    def callback_failed(self, kind, error, trace):
        """Close the window after Ctrl-C; show any other error, which is a bug.

        Its first line goes to the status line: without a console nobody sees the rest.
        """
        if issubclass(kind, KeyboardInterrupt):
            self.interrupted = True
            self.root.destroy()
        elif "application has been destroyed" not in str(error):  # while a dialog was open: no bug
            traceback.print_exception(kind, error, trace)
            self.say(f"That went wrong, by a mistake in this program: {reason(error)}")

    # Building, from the outside in

    def screen(self):
        """The screen's width and height in pixels."""
        return self.root.winfo_screenwidth(), self.root.winfo_screenheight()

    def build(self, gap):
        """Make all widgets, `gap` pixels apart; resize gives them their sizes."""
        for switch in self.SWITCHES:
            setattr(self, switch, tkinter.BooleanVar(self.root))
        self.frame = tkinter.Frame(self.root, background=WHITE, padx=2 * gap, pady=2 * gap)
        self.frame.pack(fill="both", expand=True)
        self.frame.columnconfigure(0, weight=1)
        self.frame.rowconfigure(0, weight=1)
        self.paper = Paper(self.frame)
        self.board = Board(self.frame, self)
        self.strip = Layers(self.frame, self.look_closer)
        self.status = label(self.frame, anchor="nw")
        self.guide = Help(self.root, self.ACTIONS)
        self.gallery, self.closeup = Gallery(self.root, self), Closeup(self.root)
        self.canvas = self.paper.canvas
        for event, method in (
            ("<ButtonPress-1>", self.pen_down),
            ("<B1-Motion>", self.pen_moved),
            ("<ButtonRelease-1>", self.pen_up),
            ("<Left>", lambda event: self.step(-1)),
            ("<Right>", lambda event: self.step(1)),
            ("<Configure>", self.paper_resized),
        ):
            self.canvas.bind(event, method)
        for event in ("<ButtonPress-1>", "<B1-Motion>", "<ButtonRelease-1>"):
            self.frame.bind(event, self.pen_beside)
        self.canvas.grid(row=0, column=0, sticky="nsew")
        self.board.frame.grid(row=0, column=1, sticky="ns", padx=(2 * gap, 0))
        self.board.frame.grid_remove()
        self.build_buttons().grid(row=1, columnspan=2, sticky="w", pady=(gap, 0))
        self.strip.frame.grid(row=2, columnspan=2, sticky="w", pady=(gap, 0))
        self.build_results(gap).grid(row=0, column=2, rowspan=3, sticky="n", padx=(2 * gap, 0))
        self.status.grid(row=3, columnspan=3, sticky="ew", pady=(gap, 0))
        self.canvas.bind("<Destroy>", lambda event: self.learner and self.learner.end())

    def build_buttons(self):
        """Two rows: a button or switch for each action that has one, its key in a tooltip."""
        frame = tkinter.Frame(self.frame, background=WHITE)
        rows = [tkinter.Frame(frame, background=WHITE) for _ in range(2)]
        for row in rows:
            row.pack(anchor="w", pady=(0, 6))
        switches = {
            "why": self.show,
            "layers": self.grow,
            "eraser": self.take_eraser,
            "train": self.show_board,
        }
        self.buttons = {}
        for method, text, key, tip in self.ACTIONS:
            if not text:
                continue
            row = rows["read" in self.buttons or method == "read"]  # what is done with a reading
            if method in switches:
                made = ttk.Checkbutton(row, text=text, style="Toolbutton")
                made.configure(variable=getattr(self, method), command=switches[method])
            else:
                made = ttk.Button(row, text=text, command=getattr(self, method), width=0)
            made.pack(side="left", padx=(0, 6))
            bind_enter(made, made.invoke)
            add_tooltip(made, f"{tip} ({key_name(key)})")
            self.buttons[method] = made
        return frame

    def build_results(self, gap):
        """A column: the number, the bars, what the network sees and what it was taught."""
        column = tkinter.Frame(self.frame, background=WHITE)
        self.number = Answer(column)
        self.bars = Bars(column, self.teach)
        add_tooltip(self.bars.canvas, "Read wrongly? Click what it is, or press its key (0 to 9)")
        below = tkinter.Frame(column, background=WHITE)
        self.preview = Preview(below)
        self.taught_count = label(below, foreground=SOFT)
        self.answer, self.verdict = self.number.number, self.number.verdict
        self.number.frame.pack()
        self.bars.canvas.pack(pady=(2 * gap, gap))
        self.whose = label(column, foreground=SOFT)
        self.whose.pack()
        below.pack(fill="x", pady=(2 * gap, 0))
        self.seen = label(below, text="◂ What the\nnetwork sees", foreground=SOFT)
        self.preview.label.grid(rowspan=2, padx=(0, gap))
        self.seen.grid(row=0, column=1, sticky="nw")
        self.taught_count.grid(row=1, column=1, sticky="sw")
        return column

    def enlarge_font(self, wanted):
        """Bring a line of the system's font to `wanted` pixels, if it is lower."""
        font = system_font(self.root)
        factor = min(max(1, wanted / font.metrics("linespace")), 3)
        self.font_size = round(font.actual("size") * factor)
        font.configure(size=self.font_size)
        self.unit = font.metrics("linespace")

    def resize(self):
        """Fit every widget to the font."""
        self.unit = system_font(self.root).metrics("linespace")
        for widget in (self.paper, self.number, self.bars, self.preview, self.strip, self.board):
            widget.resize(self.unit)
        style_widgets(self.root, self.unit)
        self.frame.rowconfigure(3, minsize=round(2.5 * self.unit))  # most messages fit in there

    def bind_keys(self):
        """The keys of all actions, and 0 to 9 to teach."""
        for method, _, key, _ in self.ACTIONS:
            switch = method in self.SWITCHES
            self.bind_key(key, self.buttons[method].invoke if switch else getattr(self, method))
        for digit in range(10):
            for key in (f"{digit}", f"KP_{digit}"):
                self.bind_key(key, functools.partial(self.teach, digit))
        for event in ("<KeyRelease>", "<ButtonRelease-1>"):
            self.root.bind(event, self.released)
        self.bind_key("Control-Shift-z", self.redo)
        self.root.bind("<Configure>", self.window_resized)
        self.root.bind("<FocusIn>", self.window_focused)

    def bind_key(self, key, action):
        """Bind a key to an action, a letter with Caps Lock too; a plain key only if it is plain."""
        *modifier, last = key.split("-")
        for name in {last, last.upper()} if len(last) == 1 else ALIASES.get(last, [last]):
            whole = "-".join([*map(MODIFIERS.get, modifier), "Key", name])
            self.root.bind(f"<{whole}>", lambda event: action())
            if not modifier:
                for other in ("Control", "Alt", "Meta", "Command"):
                    self.root.bind(f"<{other}-Key-{name}>", lambda event: None)

    def center(self):
        """Open on the screen with room below for the layers, never smaller than all needs."""
        self.root.update_idletasks()
        width, height = self.natural = self.root.winfo_reqwidth(), self.root.winfo_reqheight()
        across, down = self.screen()
        low = height - self.preview.label.winfo_reqheight() + self.taught_count.winfo_reqheight()
        height = max(low, min(height, down - 4 * self.unit))  # room for bars of the system's
        left, top = max(0, (across - width) // 2), max(0, (down - height) // 6)
        self.root.geometry(f"{width}x{height}+{left}+{top}")
        rows = self.buttons["read"].master.master  # of buttons
        spare = self.canvas.winfo_reqwidth() - rows.winfo_reqwidth()
        self.root.minsize(width - max(0, spare), low)
        self.root.deiconify()
        self.canvas.focus_set()

    def window_resized(self, event):
        """Let letters and bars grow with the window, to be read from the last row."""
        if event.widget is not self.root or self.natural is None:
            return
        factor = min(event.width / self.natural[0], event.height / self.natural[1], 3)
        size, font = round(self.font_size * max(1, factor)), system_font(self.root)
        if size != font.actual("size"):
            font.configure(size=size)
            self.resize()
            self.show()
        self.status.configure(wraplength=max(1, event.width - 2 * self.unit))
        for widget in (self.preview.label, self.seen):  # the least important goes first
            widget.grid() if event.height >= self.natural[1] else widget.grid_remove()

    def window_focused(self, event):
        """Look again at what was taught: another window may have taught meanwhile."""
        if event.widget is self.root and not self.learning():
            before = [taught.path for taught in self.model.taught]
            self.model.remember()
            if before != [taught.path for taught in self.model.taught]:
                self.read_anew()
                self.gallery.refresh(self.unit)

    def paper_resized(self, event):
        """Show the drawing on the new sheet."""
        self.show_all()
        self.show()

    # Drawing

    def pen_down(self, event):
        """Begin a stroke, with a dot; where a digit or a picture is, see first if it is a click."""
        self.canvas.focus_set()
        point = self.paper.point_at(event.x, event.y)
        if self.eraser.get() and self.sketch.picture is not None:
            return self.take_eraser()
        if self.eraser.get() and self.sketch.strokes:
            self.sketch.change(self.sketch.strokes)
            self.wiped = point
            return self.wipe(point)
        on_digit = any(distance(point, digit) < 0.6 for digit in self.reading.digits)
        if self.sketch.picture is not None or on_digit:
            self.pressed = event.x, event.y
            return None
        return self.begin(event.x, event.y)

    def wipe(self, point):
        """Move the eraser, twice as wide as the pen, to a point of the drawing."""
        radius = self.sketch.pen * 1.5
        discs = 2 + int(math.dist(self.wiped, point) / radius)
        self.sketch.wipe(np.linspace(self.wiped, point, discs), radius)
        self.wiped = self.pointer = point
        self.show_all()
        self.read_soon()

    def take_eraser(self):
        """Wipe from now on, or draw; say so where there is nothing that can be erased."""
        wanted = self.eraser.get()
        self.show()
        if wanted and self.sketch.picture is not None:
            self.say("Only drawings can be erased, no pictures.")
        elif wanted and not self.sketch.strokes:
            self.say("There is nothing to erase yet.")

    def begin(self, x, y):
        """Put the pen down at a point of the canvas."""
        if self.game and self.game.counted:
            self.next_round()
        if self.sketch.picture is not None:
            self.sketch.clear()
            self.show_all()
        if not self.sketch.strokes:  # a drawing keeps its pen, and so its reading
            self.sketch.pen, self.sketch.home = self.pen_width(), self.paper.size()
        self.sketch.begin(*self.paper.point_at(x, y))
        self.pen_drew()

    def pen_width(self):
        """The pen's width in pixels of the canvas."""
        return round(self.unit * Paper.PEN * PENS[self.thickness])

    def next_pen(self):
        """Take the next pen; what is drawn already is drawn with it, too."""
        self.eraser.set(False)
        names = list(PENS)
        self.thickness = names[(names.index(self.thickness) + 1) % len(names)]
        pen = max(1, round(self.pen_width() / self.paper.view[0]))
        if self.sketch.strokes:
            self.change(lambda: self.sketch.redraw(pen))
        self.say(f"A {self.thickness} pen.")

    def pen_moved(self, event):
        """Draw the stroke on, if the pen is down."""
        if self.wiped:
            return self.wipe(self.paper.point_at(event.x, event.y))
        if self.pressed and math.dist(self.pressed, (event.x, event.y)) > self.unit / 4:
            (x, y), self.pressed = self.pressed, None
            self.begin(x, y)
        if self.sketch.down:
            self.sketch.extend(*self.paper.point_at(event.x, event.y))
            self.pen_drew()
        return None

    def pen_beside(self, event):
        """A stroke that was begun beside the paper is drawn from where it enters."""
        x, y = event.x - self.canvas.winfo_x(), event.y - self.canvas.winfo_y()
        (width, height), before = self.paper.size(), self.beside
        down = self.sketch.down or self.wiped or self.pressed
        if 0 <= x < width and 0 <= y < height and not down:
            event.x, event.y = before
            self.pen_down(event)
        event.x, event.y = self.beside = x, y
        if event.type == tkinter.EventType.ButtonRelease:
            self.pen_up(event)
        else:
            self.pen_moved(event)

    def pen_drew(self):
        """Show what is new of the stroke; this is quick, so that every point arrives."""
        points = self.sketch.strokes[-1][-2:]
        self.paper.show_ink(self.ink(), points, self.sketch.pen)
        self.pointer = points[-1]
        self.read_soon()

    def pen_up(self, event):
        """End the stroke; a click selects a digit."""
        self.sketch.lift()
        self.wiped = None
        if self.game:
            self.read_soon()  # a point is won when the pen is up
        if self.pressed:
            self.pressed = None
            self.select(self.paper.point_at(event.x, event.y))

    def select(self, point):
        """Let the bars show the digit nearest to a point of the drawing."""
        self.pointer, self.message = point, None
        self.show()

    def step(self, by):
        """Select the next digit, or the one before."""
        digits = self.reading.digits
        if self.chosen is not None:
            number = [digit is self.chosen for digit in digits].index(True) + by
            x, y, width, height = digits[number % len(digits)].box
            self.select((x + width / 2, y + height / 2))

    def ink(self):
        """The drawing as large as it is shown."""
        return self.sketch.live_ink(*self.paper.size(), self.paper.view[0])

    def show_all(self):
        """Show all of the drawing or the picture anew."""
        self.paper.show_picture(
            self.sketch.picture, self.sketch.home if self.sketch.strokes else None
        )
        self.paper.show_ink(self.ink())

    def undo(self):
        """Take the last change back: a stroke, Clear, an opened picture, or what was taught."""
        lesson = self.sketch.lesson
        self.change(self.sketch.undo)
        if lesson is not self.sketch.lesson:
            text = f"Forgotten: that this is {with_article(lesson.label)}."
            self.change_taught(lambda: self.unlearn(lesson), text)

    def redo(self):
        """Take the last undo back."""
        before = self.sketch.lesson
        self.change(self.sketch.redo)
        lesson = self.sketch.lesson
        if lesson is not before:
            text = f"Taught again: this is {with_article(lesson.label)}."
            self.change_taught(lambda: self.model.teach(lesson.image, lesson.label), text)

    def clear(self):
        """Start anew."""
        self.eraser.set(False)
        if self.game and (self.game.fool or self.game.counted):
            self.next_round()
        else:
            self.change(self.sketch.clear)

    def change(self, change):
        """Change the drawing, show it and read it anew."""
        self.pressed = None
        change()
        self.show_all()
        self.read_anew()

    # Pictures from elsewhere

    def open_file(self):
        """Let the user choose a picture file, and read it."""
        name = filedialog.askopenfilename(parent=self.root, title="Open a picture")
        if name:
            self.open(name)

    def paste(self):
        """Read the picture, or the picture file, that was copied in another program."""
        try:
            copied = ImageGrab.grabclipboard() if self.picture_copied() else None
            if isinstance(copied, list):
                copied = copied[0] if copied else None
            if isinstance(copied, Image.Image):
                copied.load()
        except (NotImplementedError, OSError, ValueError) as error:
            return self.say(f"Can't paste: {reason(error)}; save the picture and open its file.")
        if copied is None:
            return self.say("There is no picture to paste: copy one first.")
        return self.open(copied)

    def picture_copied(self):
        """Whether the clipboard may hold a picture.

        On X11 Pillow asks through another program, which waits for the one that copied: for ever,
        if that is this window. So Tk, which answers itself meanwhile, asks first what there is.
        """
        if self.root.tk.call("tk", "windowingsystem") != "x11":
            return True
        try:
            return "image/" in self.root.clipboard_get(type="TARGETS")
        except tkinter.TclError:  # nothing was copied
            return False

    def open(self, source):
        """Show and read a picture: a Pillow image, or a file's name.

        The paper is empty, and says so, until it is read, and stays empty where it is none.
        """
        self.change(lambda: self.sketch.change([]))
        self.say_on_paper("Reading…")
        try:
            picture = to_array(source) if isinstance(source, Image.Image) else open_picture(source)
        except DigitRecognizerError as error:
            return self.say_on_paper(str(error))
        self.sketch.picture = picture
        self.show_all()
        self.root.update_idletasks()
        return self.read_anew()

    def say_on_paper(self, text):
        """Show a text at once, in the status line and on the empty paper."""
        self.say(text)
        self.show()
        self.root.update_idletasks()

    def save(self):
        """Save the drawing, or the opened picture, as a picture file."""
        name = filedialog.asksaveasfilename(
            parent=self.root,
            title="Save the picture",
            initialfile="digits.png",
            defaultextension=".png",  # so the dialog asks whether this very file is replaced
        )
        path = Path(name)
        if name and path.suffix.lower() != ".png":
            self.say(f"{path.name}: pictures are saved as PNG; give a name that ends in .png")
        elif name:
            image = self.sketch.picture
            if image is None:
                image = 255 - self.sketch.ink(*(self.sketch.home or self.paper.size()))
            content = cv2.imencode(".png", image)[1].tobytes()
            self.attempt(lambda: replace_file(path, content), f"Saved {path}")

    def example(self):
        """Put a digit of MNIST's test images on the paper, every other time one that is misread."""
        try:
            picture, meant, misread = self.next_example()
        except DigitRecognizerError as error:
            return self.say(f"Examples are MNIST's test images. {error}")
        self.change(lambda: self.sketch.change([], picture))
        kind = "One of its mistakes" if misread else "One of MNIST's test images"
        return self.say(f"{kind}: whoever wrote it meant {meant}.")

    def next_example(self):
        """(picture, what it shows, whether it is shown as a mistake): the next test image."""
        if self.examples is None:
            if not MNIST_FILE.exists():
                raise DigitRecognizerError(f"Copy {MNIST_FILE.name} beside the program.")
            self.examples = *load_mnist(MNIST_FILE)[1], itertools.cycle([False, True])
        images, labels, turns = self.examples
        mistake = next(turns)
        for some in chunks(random.sample(range(len(images)), len(images)), 1000):
            if mistake:
                wrong = self.model.read(images[some]).argmax(1) != labels[some]
                some = itertools.compress(some, wrong)
            for number in some:
                large = cv2.resize(
                    images[number], None, fx=10, fy=10, interpolation=cv2.INTER_CUBIC
                )
                read = [digit.digit for digit in read_digits(255 - large, self.model).digits]
                if not mistake or read != [labels[number]]:
                    return 255 - large, labels[number], mistake
        raise DigitRecognizerError("It makes no mistakes in them.")

    def copy(self):
        """Put the number on the clipboard."""
        text = in_signs(self.reading)
        if text:
            self.root.clipboard_clear()
            self.root.clipboard_append(text)
            self.say(f"Copied: {text.replace(chr(10), ' / ')}")

    # Teaching

    def teach(self, label):
        """Keep the digit at the pointer as an example of `label`, and learn from it at once."""
        waited, self.let_go = time.monotonic() - self.let_go, math.inf
        if self.refused():
            return None
        if self.due is not None:
            self.read_anew()
        if self.chosen is None:
            return self.say("Draw a digit first; then its key, or a click on its bar, teaches it.")
        if label not in range(10):
            return self.say("Only digits can be taught: click one of 0 to 9.")
        wish = self.chosen.image.tobytes(), label
        again = self.overruled == wish and waited >= self.ONCE_MORE
        if self.chosen.sure and self.chosen.digit != label and not again:
            self.overruled = wish
            sure = f"It is sure that the marked digit is {self.chosen.digit}."
            return self.say(f"{sure} Once more {label}, and it learns that it is {label}.")
        self.overruled, image = None, self.chosen.image
        same = [taught.label for taught in self.equal_to(image)]

        def learn():
            self.model.teach(image, label)
            self.sketch.learn(Lesson(image, label, same))

        text = f"Thank you: what looks like this is {label}. ({key_name('Control-z')} forgets it.)"
        return self.change_taught(learn, text)

    def equal_to(self, image):
        """The taught digits with this very image."""
        return [taught for taught in self.model.taught if np.array_equal(taught.image, image)]

    def unlearn(self, lesson):
        """Forget what was taught; what had been taught of the same image before counts again."""
        self.model.forget(*self.equal_to(lesson.image))
        for label in lesson.before:
            self.model.teach(lesson.image, label)

    def released(self, event):
        """A key or the mouse's button was let go; one held down comes again and again."""
        self.let_go = time.monotonic()

    def refused(self):
        """Whether nothing can be taught or forgotten now; then it says why."""
        if self.learner is None or self.learner.state == "failed":
            return False
        first = "press Stop" if self.learning() else "keep the new network or throw it away"
        self.say(f"Nothing is taught or forgotten while a network learns: {first} first.")
        return True

    def forget_last(self):
        """Take the digit away that was taught last, as far as this window knows."""
        if self.model.taught:
            last = self.model.taught[-1]
            text = f"Forgotten: the {last.label} that was taught last."
            self.change_taught(lambda: self.model.forget(last), text)

    def change_taught(self, change, text):
        """Change the taught digits, read the drawing anew and say so; or say why it failed."""
        if self.refused():
            return
        self.attempt(change, text)
        text = self.message
        self.read_anew()
        self.say(text)
        self.gallery.refresh(self.unit)

    def attempt(self, action, text):
        """Do something and say so; or say why it failed."""
        try:
            action()
        except DigitRecognizerError as error:
            text = str(error)
        self.say(text)

    def show_gallery(self):
        """Show all that was taught."""
        self.gallery.show(self.unit)

    # Games

    def play(self):
        """Draw against the clock, or stop."""
        self.start_game(fool=False)

    def fool(self):
        """Draw what people read and the network does not, or stop."""
        self.start_game(fool=True)

    def start_game(self, fool):
        """Start a game, in place of the other one; the same one is stopped."""
        if self.game and self.game.fool == fool:
            return self.stop_game("The game is over.")
        if self.game is None:
            self.sketch.clear()
        self.game = Game(fool, self.game.past if self.game else self.sketch.past)
        self.next_round()
        return self.tick(self.game)

    def stop_game(self, text):
        """End the game, with the score, which stays until something is drawn."""
        game, self.game = self.game, None
        self.sketch.past[:0] = game.past
        self.show()
        self.paper.show_task(text, game.score)
        self.say(f"{text} Score: {game.score}.")

    def tick(self, game):
        """Show the time that is left."""
        if game is not self.game:
            return
        if not game.left():
            return self.stop_game("The time is over.")
        self.paper.show_task(game.says(), game.score)
        self.root.after(250, self.tick, game)

    def judge(self, asked):
        """Count a point that was won; `asked` by a key or button, not just while drawing."""
        game = self.game
        if not game or not self.sketch.strokes or self.sketch.down or (game.fool and not asked):
            return
        if game.counted:
            if asked:
                self.say("This drawing has counted. The next stroke goes on.")
        elif game.won(self.reading.digits):
            game.score, game.counted = game.score + 1, True
            if game.fool:
                read, then = self.reading.digits[0].digit, "the next stroke goes on"
                self.say(f"Fooled! It reads {read}. {game.asked} keeps it in the gallery, {then}.")
            else:
                game.ask()
            self.paper.show_task(game.says(), game.score)
        elif game.fool:
            self.say("Not fooled: it must be sure, and wrong. Draw on, or start anew.")

    def next_round(self):
        """A fresh sheet for the next drawing: no undo brings one back that has counted."""
        self.game.counted, self.sketch = False, Sketch()
        if self.game.fool:
            self.game.ask()
        self.change(lambda: None)

    # Watching a network learn

    def show_board(self):
        """Show or hide the board; the window grows where the screen has room for it."""
        if self.learner is not None and not self.train.get():
            self.train.set(True)
            what = "Press Stop first." if self.learning() else "Keep the new network or not?"
            return self.say(what)
        self.refresh_board()
        if self.train.get():
            self.board.frame.grid()
            self.board.buttons["start_learning"].focus_set()
        else:
            self.board.frame.grid_remove()
        return self.fit_window(0, self.train.get(), self.board.frame.winfo_reqwidth)

    def refresh_board(self):
        """Show on the board what is true now."""
        idle = self.learner is None  # while one learns, no folder is looked through
        self.board.show(self.learner, idle and bool(earlier_files(self.model.path)))

    def start_learning(self):
        """Let a new network learn, beside the one that reads."""
        for switch in (self.why, self.layers):
            if switch.get():
                switch.set(False)
                self.grow()
        seconds, count = int(self.board.seconds.get()), self.board.count.get()
        try:
            find_tensorflow()
            self.learner = Learner(
                self.model.path, seconds, int(count or 0), not self.board.plain.get()
            )
        except DigitRecognizerError as error:
            return self.say(str(error))
        self.canvas.focus_set()
        self.refresh_board()
        self.read_anew()
        return self.follow(self.learner)

    def follow(self, learner):
        """Show what the network that learns has told, as long as it learns."""
        if learner is not self.learner:
            return
        before = learner.state, len(learner.reports)
        if learner.follow():
            if learner.state == "done":
                self.try_out(learner)
            if (learner.state, len(learner.reports)) != before:
                self.refresh_board()
            if learner.busy():
                self.show_reading()
            else:
                self.read_anew()
        if learner.busy():
            self.root.after(40, self.follow, learner)

    def try_out(self, learner):
        """Let the new network read, by itself; the one before is kept, too."""
        try:
            new = open_model(learner.content, self.model.path)
        except DigitRecognizerError as error:
            learner.fail(str(error))
        else:
            new.trial, self.old = True, self.model
            self.take(new)

    def take(self, model):
        """Read with another network from now on."""
        self.model = model
        model.remember()
        self.gallery.refresh(self.unit)

    def pause_learning(self):
        """Let the network that learns pause, or go on."""
        self.learner.pause()
        self.refresh_board()

    def step_learning(self):
        """Let it learn from one more batch."""
        self.learner.wish("step")

    def stop_learning(self):
        """Let it end early."""
        self.learner.stop()
        self.refresh_board()

    def keep_network(self):
        """Make the new network the model file; the earlier one is set aside."""
        path = self.model.path
        try:
            aside = replace_model(path, self.learner.content, self.old)
        except DigitRecognizerError as error:
            return self.say(f"The new network still reads, but is not kept. {error}")
        self.model.trial = False
        self.take(self.model)
        return self.end_learning(f"Kept as {path.name}; the earlier one is {aside.name}.")

    def drop_network(self):
        """Go on with the network that was there before."""
        if self.learner.state == "done":
            self.take(self.old)
            text = "Thrown away: the network from before reads again."
        else:
            text = "The network from before reads on."
        self.end_learning(text)

    def end_learning(self, text):
        """The board is free for another network."""
        self.board.before = self.learner.reports
        self.learner = None
        self.canvas.focus_set()
        self.refresh_board()
        self.read_anew()
        self.say(text)

    def bring_back(self):
        """Let the network that was set aside last and the present one change places."""
        path = self.model.path
        files = earlier_files(path)
        try:
            file, earlier = last_whole(files)
            replace_model(path, earlier.content + seal(earlier.content), self.model)
            self.take(load_model(path))
        except DigitRecognizerError as error:
            self.refresh_board()
            return self.say(str(error))
        with contextlib.suppress(OSError):
            file.unlink()
        self.read_anew()
        text = "The earlier network reads again. Once more, and they change places."
        return self.say(text if file == files[-1] else f"{files[-1].name} is damaged. {text}")

    # Reading and showing

    def read_soon(self):
        """Read the drawing when no movement has come for a moment: reading loses no point."""
        if self.due is not None:
            self.root.after_cancel(self.due)
        self.due = self.root.after(self.READ_DELAY, self.read_anew)

    def read(self):
        """Read the drawing or the picture now, because the user asks for it."""
        self.read_anew()
        self.judge(asked=True)

    def read_anew(self):
        """Read the drawing or the picture as it is by now and show the result."""
        if self.due is not None:
            self.root.after_cancel(self.due)
            self.due = None
        if self.sketch.picture is None:
            self.found = read_strokes(self.sketch.strokes, self.sketch.pen, self.model)
        else:
            self.found = read_digits(self.sketch.picture, self.model)
        self.message = None
        if self.learning():
            images = [digit.image for digit in self.found.digits]
            self.learner.wish("look", np.reshape(images, (-1, IMAGE_SIZE, IMAGE_SIZE)))
        self.show_reading()
        self.judge(asked=False)

    def show_reading(self):
        """Show what was found, as the network reads it that counts by now, if it has read it."""
        reading = self.learner.reread(self.found) if self.learning() else self.found
        if reading is not None:
            self.reading = reading
            self.show()

    def learning(self):
        """Whether a network learns."""
        return self.learner is not None and self.learner.busy()

    def show(self):
        """Decide, from the drawing and its reading, what is shown and what can be pressed."""
        digits, picture = self.reading.digits, self.sketch.picture
        used = bool(self.sketch.strokes) or picture is not None
        answer, verdict, status = in_words(self.reading, used)
        doubt = used and not (digits and all(digit.sure for digit in digits))
        hint = "" if used or self.game else self.message or "Draw a digit or a number here"
        if not used:
            self.eraser.set(False)
        self.chosen = min(digits, key=functools.partial(distance, self.pointer), default=None)
        learning = self.learning()
        alone = self.read_alone()
        taught = [read is not None for read in alone]
        if any(taught):
            verdict += f", {sum(taught)} as taught" if len(digits) > 1 else ", as taught"
        for digit, read in zip(digits, alone, strict=True):
            if digit is self.chosen and read is not None:
                status = (
                    f"What it was taught decided: alone it would read {Bars.NAMES[read]}. "
                    f"{key_name('Control-BackSpace')} forgets the digit that was taught last."
                )
        colours = None
        if self.why.get() and self.chosen is not None and spell(self.chosen) != EMPTY:
            colours, status = self.explain(self.chosen)
        self.paper.show(digits, self.chosen, colours, hint, self.reading.unread, taught)
        self.number.show(answer, verdict, doubt)
        self.bars.show(self.chosen)
        size = (self.sketch.home or self.paper.size()) if picture is None else picture.shape[1::-1]
        whose = whose_bars(self.chosen, digits, size, self.sketch.pen * (picture is None))
        self.whose.configure(text="" if learning else whose)
        self.preview.show(self.chosen)
        if self.layers.get():
            self.strip.show(self.look_inside(self.chosen))
        else:
            self.strip.hide()
        if learning:
            status = "The network that learns reads your drawing. Draw, undo, clear: it goes on."
        self.taught_count.configure(text=f"Taught: {len(self.model.taught)}")
        if self.game:
            self.paper.show_task(self.game.says(), self.game.score)
        self.status.configure(text=self.message or status)
        for widget, usable in (
            (self.buttons["read"], used),
            (self.buttons["save"], used),
            (self.buttons["undo"], bool(self.sketch.past)),
            (self.buttons["clear"], used),
            (self.buttons["copy"], bool(self.reading.text)),
            (self.buttons["why"], not learning),
            (self.buttons["layers"], not learning),
        ):
            widget.state(["!disabled" if usable else "disabled"])

    def read_alone(self):
        """What each digit would be read as without what was taught, 0 to 10 (no digit).

        None, where it would be the same, or while a network learns.
        """
        digits = self.reading.digits
        model = self.model
        if not digits or not model.taught or model.problem or model.trial or self.learning():
            return [None] * len(digits)
        alone = model.alone(np.array([digit.image for digit in digits])).argmax(1).tolist()
        read = [int(np.argmax([*digit.probabilities, digit.no_digit])) for digit in digits]
        return [None if a == b else a for a, b in zip(alone, read, strict=True)]

    def say(self, text):
        """Show a text in the status line, until something else is read."""
        self.message = text
        self.status.configure(text=text)

    def explain(self, digit):
        """What mattered in a Digit: its ink in colours (colour_ink), and a sentence."""
        importance, least = occlusion(digit.image, digit.digit, self.model)
        if least < SURE:
            text = (
                f"Cover the darkest place, and the probability of {digit.digit} falls to "
                f"{least:.0%}. The paler, the less it matters."
            )
        else:
            text = f"Whatever place is covered, it still reads {digit.digit}: {least:.0%} at least."
        return colour_ink(digit, importance), text

    def look_closer(self, layer, place):
        """Show one of the layers' pictures large, and its filter."""
        maps, filters = self.look_inside(self.chosen)[layer], self.model.filters()[layer]
        number = place * self.strip.step(maps)
        if number < len(maps):
            self.closeup.look_at(layer, number, maps[number], filters[number])
            self.closeup.show(self.unit)

    def look_inside(self, digit):
        """What the layers of the network answer to a Digit, or to None: maps as for Layers."""
        image = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8) if digit is None else digit.image
        return [maps[0] for maps in self.model.maps(image[np.newaxis])]

    def grow(self):
        """Show or hide the layers; the window grows where the screen has room for them."""
        try:
            self.show()
        except DigitRecognizerError as error:
            self.layers.set(False)
            self.show()
            return self.say(str(error))
        return self.fit_window(1, self.layers.get(), self.strip.frame.winfo_reqheight)

    def fit_window(self, side, shown, needed):
        """Let the window's width (side 0) or height (1) grow by what a part needs, or shrink."""
        root = self.root
        more = -self.grown[side]
        if shown:
            root.update_idletasks()
            at = root.winfo_rootx(), root.winfo_rooty()
            length = root.winfo_width(), root.winfo_height()
            room = self.screen()[side] - at[side] - length[side] - self.unit
            more = max(0, min(needed() + self.unit, room))
        self.grown[side] = max(0, more)
        width, height = root.winfo_width(), root.winfo_height()
        root.geometry(f"{width + more * (side == 0)}x{height + more * (side == 1)}")

    def fill_screen(self):
        """Fill the whole screen, or no longer."""
        self.root.attributes("-fullscreen", not self.root.attributes("-fullscreen"))

    def help(self):
        """Show all keys and what the signs mean."""
        self.guide.show(self.unit)


# What every widget above is made of


def label(parent, **options):
    """A text or picture in the window's colours, whatever the system's are."""
    made = tkinter.Label(parent, background=WHITE, foreground=DARK, justify="left")
    made.configure(**{"borderwidth": 0, "highlightthickness": 0, "padx": 0, "pady": 0} | options)
    return made


def system_font(widget):
    """The system's named font, which all widgets use."""
    return font.nametofont("TkDefaultFont", root=widget)


def bind_enter(widget, action):
    """Let Enter press what has the focus, instead of what Enter does elsewhere."""
    for key in ALIASES["Return"]:
        widget.bind(f"<{key}>", lambda event: (action(), "break")[1])


def add_tooltip(widget, text):
    """Show a text beside a widget while the pointer rests on it."""
    shown, due = [], []

    def show():
        tip = tkinter.Toplevel(widget, background=DARK)
        tip.overrideredirect(True)
        label(tip, text=text, background=DARK, foreground=WHITE, padx=8, pady=4).pack()
        tip.update_idletasks()
        left = min(widget.winfo_rootx(), widget.winfo_screenwidth() - tip.winfo_reqwidth())
        top = widget.winfo_rooty() - tip.winfo_reqheight() - 4
        tip.geometry(f"+{max(0, left)}+{max(0, top)}")
        shown.append(tip)

    def hide(event):
        while due:
            widget.after_cancel(due.pop())
        while shown:
            shown.pop().destroy()

    widget.bind("<Enter>", lambda event: due.append(widget.after(600, show)), add=True)
    for event in ("<Leave>", "<ButtonPress>", "<Destroy>"):
        widget.bind(event, hide, add=True)


def style_widgets(root, unit):
    """White and flat buttons; on Windows and macOS their own."""
    style = ttk.Style(root)
    style.configure(".", background=WHITE)
    if style.theme_use() != "clam":
        return
    style.layout("Toolbutton", style.layout("TButton"))  # switches as high as the others
    flat = {"lightcolor": WHITE, "darkcolor": WHITE, "bordercolor": RULE, "relief": "solid"}
    for kind in ("TButton", "Toolbutton"):
        style.configure(kind, foreground=DARK, focuscolor=WHITE, anchor="center", **flat)
        style.configure(kind, padding=(unit * 5 // 8, unit // 3))
        grounds = [("disabled", WHITE), ("pressed", TINT), ("selected", BLUE), ("active", HOVER)]
        borders = [("disabled", TRACK), ("focus", BLUE), ("active", BLUE)]
        texts = [("disabled", OFF), ("pressed", DARK), ("selected", WHITE)]
        style.map(kind, relief=[], background=grounds, lightcolor=grounds, darkcolor=grounds)
        style.map(kind, focuscolor=grounds, bordercolor=borders, foreground=texts)


def draw_icon():
    """The program's icon, a handwritten 2 on blue: PNG bytes."""
    turn = np.linspace(-np.pi, 0.25 * np.pi, 20)
    top = np.transpose([32 + 13 * np.cos(turn), 24 + 12 * np.sin(turn)])
    ink = draw_strokes([[*top, (19, 51), (46, 51)]], 7, (64, 64))
    tile = draw_strokes(
        [[(12, 12), (52, 12), (52, 52), (12, 52), (12, 12), (52, 52)]], 23, (64, 64)
    )
    blue = [int(BLUE[place : place + 2], 16) for place in (5, 3, 1)]
    colours = blue + ink[..., np.newaxis] / 255 * np.subtract(255, blue)
    return cv2.imencode(".png", np.dstack([colours, tile]).astype(np.uint8))[1].tobytes()


def open_root():
    """Tk's main window, hidden, sharp and in the system's look. Raises DigitRecognizerError."""
    if tkinter is None:
        raise DigitRecognizerError(
            "drawing needs tkinter: on Debian or Ubuntu sudo apt install python3-tk, on macOS "
            "brew install python-tk, on Windows tick tcl/tk in Python's installer"
        )
    if sys.platform == "win32":  # before Tk starts, or Windows enlarges a blurred window
        import ctypes

        with contextlib.suppress(AttributeError, OSError):
            ctypes.windll.shcore.SetProcessDpiAwareness(1)
    try:
        root = tkinter.Tk(className="Digit Recognizer")
    except tkinter.TclError:
        raise DigitRecognizerError(
            "no screen to open a window on; predict reads picture files without one"
        ) from None
    root.withdraw()
    root.title("Digit Recognizer")
    root.configure(background=WHITE)
    root.iconphoto(True, tkinter.PhotoImage(master=root, data=draw_icon()))
    system = root.tk.call("tk", "windowingsystem")
    if system == "x11":  # Windows and macOS have their own theme
        ttk.Style(root).theme_use("clam")
    elif system == "aqua":  # the window is white in the dark mode too: its buttons follow
        with contextlib.suppress(tkinter.TclError):
            root.tk.call("::tk::unsupported::MacWindowStyle", "appearance", root, "aqua")
    return root


# ---------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------


def open_command(args):
    """Open the window; without a model, train one first."""
    if not args.model.exists() and not in_bundle(args.model):
        open_root().destroy()  # without a screen, training for a window would be in vain
        print(f"No trained model yet: training one, then the window opens. ({args.model})")
        train_and_draw(args.model)
    App(load_model(args.model)).run()
    return 0


def train_and_draw(path, *options):
    """As train; the curves of loss and accuracy are drawn into a picture beside the model."""
    model = train(path, *options)
    picture = path.with_name(f"{path.stem}-training.png")
    save_png(draw_curves(model.history.history), picture)
    print(f"Saved {picture}")


def train_command(args):
    """Train, save, and evaluate the saved file as OpenCV runs it."""
    if args.watched:
        return watched_command(args)
    started = time.perf_counter()
    train_and_draw(args.model, args.epochs, args.data, args.images, args.variation)
    minutes, seconds = divmod(round(time.perf_counter() - started), 60)
    print(
        f"Saved {args.model} ({args.model.stat().st_size:,} bytes) after {minutes} min {seconds} s."
    )
    _, (x_test, y_test) = load_mnist(args.data)
    print(accuracy_line(confusion_matrix(load_model(args.model).read(x_test), y_test)))
    return 0


def watched_command(args):
    """Train as a Learner wants it: pairs come in on stdin and go out on stdout."""
    out, source, wishes = (
        os.fdopen(os.dup(1), "wb"),
        os.fdopen(os.dup(0), "rb"),
        queue.SimpleQueue(),
    )
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what others print would come between
    if hasattr(os, "nice"):
        os.nice(5)  # the window goes first

    def listen():
        receive(source, wishes)
        os._exit(1)  # the window is gone

    threading.Thread(target=listen, daemon=True).start()
    tell = functools.partial(send, out)
    try:
        tell(
            "done",
            train_watched(args.model, args.watched, args.images, args.variation, tell, wishes),
        )
    except Exception as error:  # whatever it is, the window says it
        tell("failed", reason(error))
    os._exit(0)  # at once: TensorFlow would still wait for pictures that nobody wants


def evaluate_command(args):
    """Accuracy, each digit's own accuracy, the confusion matrix and the time per image."""
    if args.report:
        check_writable(args.report)  # said now, not after the evaluation
    model = load_taught_model(args)
    _, (x_test, y_test) = load_mnist(args.data)
    started = time.perf_counter()
    answers = model.read(x_test)
    milliseconds = (time.perf_counter() - started) * 1000 / len(x_test)
    matrix = confusion_matrix(answers, y_test)
    print(accuracy_line(matrix))
    print("\nEach digit, and what it was read as:\n")
    print("digit     right    " + "".join(f"{name:>6}" for name in READ_AS))
    for digit, row in enumerate(matrix):
        counts = "".join(f"{count or '.':>6}" for count in row)
        print(f"{digit:5} {row[digit] / max(1, row.sum()):9.2%}    {counts}")
    print(f"\nTime: {milliseconds:.3f} ms an image.")
    if args.report:
        save_png(draw_report(x_test, y_test, answers), args.report)
        print(f"Saved {args.report}")
    return 0


def load_taught_model(args):
    """The Network of the command line; a line on stderr when its taught digits can't be read."""
    model = load_model(args.model)
    if model.problem:
        print(f"digit_recognizer: {model.problem}; going on without it", file=sys.stderr)
    return model


def predict_command(args):
    """Read picture files, a line of output for each; 1 when some could not be read."""
    model = load_taught_model(args)
    if args.boxes:
        make_folder(args.boxes)
    names, failed = list(expand(args.images)), False
    for done, name in enumerate(names):
        show_progress(done, len(names))
        for page in pages_or_error(name):
            answer = {"image": name, "text": "", "digits": [], "error": None}
            try:
                if isinstance(page, DigitRecognizerError):
                    raise page
                reading = read_digits(page, model)
                answer |= {"text": reading.text, "digits": [to_json(d) for d in reading.digits]}
                if args.boxes:
                    save_boxes(page, reading, args.boxes / f"{Path(name).stem}.png")
            except DigitRecognizerError as error:
                answer["error"], failed = str(error), True
            show_progress(None, len(names))
            print_answer(answer, args.json)
    return int(failed)


def pages_or_error(path):
    """The pages of a picture file (open_pages), and the error that ends them, if there is one."""
    try:
        yield from open_pages(path)
    except DigitRecognizerError as error:
        yield error


def print_answer(answer, as_json):
    """Print what was read of a page, or why it was not: one line."""
    if as_json:
        print(json.dumps(answer), flush=True)
        return
    if answer["error"]:
        print(f"digit_recognizer: {answer['error']}", file=sys.stderr)
    if answer["text"] or not answer["error"]:  # read, though --boxes may have failed
        text = answer["text"].replace("\n", " / ") or "no digits"
        print(f"{answer['image']}: {text}", flush=True)


def bundle_command(args):
    """Write this program and its model as one file that Python runs."""
    if args.file.exists() and not is_bundle(args.file):
        raise DigitRecognizerError(f"{args.file}: exists and is no bundle; give another name")
    model = load_model(args.model)
    content = io.BytesIO()
    content.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("__main__.py", __loader__.get_data(__file__))
        packed.writestr(MODEL_FILE.name, model.content + seal(model.content))
    replace_file(args.file, content.getvalue())
    print(
        f"Saved {args.file} ({args.file.stat().st_size:,} bytes). Where Python has numpy, "
        f"opencv-python and pillow, start it with python {args.file.name}"
    )
    return 0


def is_bundle(path):
    """Whether a file is one that bundle_command wrote: many other documents are zip files, too."""
    try:
        with zipfile.ZipFile(path) as packed:
            return {"__main__.py", MODEL_FILE.name} <= set(packed.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def to_json(digit):
    """A Digit as in the JSON output."""
    return {
        "digit": digit.digit,
        "confidence": round(digit.confidence, 4),
        "no_digit": round(digit.no_digit, 4),
        "sure": digit.sure,
        "line": digit.line,
        "box": list(digit.box),
    }


def show_progress(done, count):
    """A bar on stderr when there are many pictures and it is a terminal; None wipes it away."""
    if count >= 20 and sys.stderr.isatty():
        filled = round(40 * (done or 0) / count)
        bar = f"[{'#' * filled}{'.' * (40 - filled)}] {done} of {count}"
        sys.stderr.write(f"\r{' ' * len(bar)}\r" if done is None else f"\r{bar}")
        sys.stderr.flush()


def save_boxes(image, reading, path):
    """Save a picture (open_picture) with a box and its digit drawn in for each.

    No file is overwritten. Raises DigitRecognizerError.
    """
    drawn = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image.copy()
    thick = max(1, round(max(drawn.shape) / 600))
    for digit in reading.digits:
        x, y, width, height = digit.box
        colour = (173, 92, 11) if digit.sure else (0, 74, 176)  # blue, or orange with a "?"
        corners = (x - 2 * thick, y - 2 * thick), (x + width + 2 * thick, y + height + 2 * thick)
        cv2.rectangle(drawn, *corners, colour, thick)
        name = spell(digit)
        where = x, max(12, y - 4 * thick)
        cv2.putText(drawn, name, where, 0, max(0.5, height / 100), colour, 2 * thick, cv2.LINE_AA)
    content = cv2.imencode(".png", drawn)[1].tobytes()
    names = itertools.chain([path.stem], (f"{path.stem}-{number}" for number in itertools.count(2)))
    replace_file(next(p for p in map(path.with_stem, names) if not p.exists()), content)


def positive(text):
    """An argument that is a whole number from 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def build_parser():
    """The command line: the subcommands, and no subcommand to draw."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--model",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FILE",
        help="the trained network (default: digit_recognizer.tflite beside the script)",
    )
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Draw digits and have them read by a convolutional network. "
        "Without a subcommand the drawing window opens.",
        epilog="""examples:
  python digit_recognizer.py                       draw in a window
  python digit_recognizer.py train                 train anew
  python digit_recognizer.py evaluate              measure it on MNIST's test images
  python digit_recognizer.py predict page.jpg      read the numbers in a picture
  python digit_recognizer.py predict --json *.png  the same for programs, a line each""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    parser.set_defaults(command=open_command)
    commands = parser.add_subparsers(title="subcommands", metavar="subcommand")

    def add(name, command, text):
        added = commands.add_parser(name, help=text, description=text, parents=[shared])
        added.set_defaults(command=command)
        return added

    data = {"type": Path, "metavar": "FILE", "help": "MNIST as mnist.npz (default: the script's)"}
    sub = add("train", train_command, "train the network on MNIST and save it")
    sub.add_argument(
        "--epochs",
        type=positive,
        default=EPOCHS,
        metavar="N",
        help=f"times through the training images (default: {EPOCHS})",
    )
    sub.add_argument("--data", **data)
    sub.add_argument(
        "--images",
        type=positive,
        metavar="N",
        help="what if it learns from only N of MNIST's images, as often as usual?",
    )
    sub.add_argument(
        "--no-variation",
        dest="variation",
        action="store_false",
        help="what if it learns from MNIST's images as they are, and from nothing else?",
    )
    sub.add_argument("--watched", type=positive, help=argparse.SUPPRESS)  # seconds; by the window
    sub = add("evaluate", evaluate_command, "measure the network on MNIST's 10,000 test images")
    sub.add_argument("--data", **data)
    sub.add_argument(
        "--report",
        type=Path,
        metavar="FILE.png",
        help="draw the confusion matrix, the worst mistakes and how far certainty can be trusted",
    )
    sub = add("predict", predict_command, "read the digits in pictures, line by line")
    sub.add_argument("--json", action="store_true", help="print one JSON object a line")
    sub.add_argument(
        "--boxes",
        type=Path,
        metavar="FOLDER",
        help="write each picture there with boxes and digits drawn in, as PNG",
    )
    sub.add_argument(
        "images",
        nargs="+",
        metavar="IMAGE",
        help="a picture file",
    )
    sub = add("bundle", bundle_command, "pack the program and its model into one file")
    sub.add_argument(
        "file",
        nargs="?",
        type=Path,
        default="classroom.pyz",
        metavar="FILE.pyz",
        help="the file to write (default: classroom.pyz)",
    )
    return parser


def expand(names):
    """Names of picture files; those with * or ? stand for all that fit, as Windows leaves to us."""
    for name in names:
        fitting = [] if os.path.exists(name) else sorted(glob.glob(name))
        yield from fitting or [name]


def main(argv=None):
    """Run the command line `argv` (by default the program's own); its exit status."""
    # Without a console (pythonw) there is no output; a name may lack in the console's encoding.
    sys.stdout, sys.stderr = (s or open(os.devnull, "w") for s in (sys.stdout, sys.stderr))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    args = build_parser().parse_args(argv, argparse.Namespace(model=MODEL_FILE))
    try:
        return args.command(args)
    except DigitRecognizerError as error:
        print(f"digit_recognizer: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of the output has seen enough, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except KeyboardInterrupt:
        print("\ndigit_recognizer: stopped", file=sys.stderr)
        return 130


# ---------------------------------------------------------------------------
# Plumbing, which a first reader may skip: files that are never half written, and TensorFlow
# ---------------------------------------------------------------------------

NEED_TENSORFLOW = (
    "training needs TensorFlow ({}): python -m pip install tensorflow, with Python 3.10 to 3.13 "
    f"(this is {sys.version_info[0]}.{sys.version_info[1]})"
)
SIGNATURE = b"digit_recognizer network, SHA-256:"  # ends a model file, before its check sum


def seal(network):
    """What ends a model file, so that load_model knows it is whole: a name and a check sum."""
    return SIGNATURE + hashlib.sha256(network).digest()


def replace_file(path, content):
    """Write a file in one step: it holds the old or all of the new, never a part.

    Raises DigitRecognizerError.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        try:
            with open(part, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            patiently(os.replace, part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise DigitRecognizerError(
            f"{path}: can't be written ({error.strerror}); make room or use another folder"
        ) from None
    for old in path.parent.glob(f"{glob.escape(path.name)}.*.part"):  # of a program that was killed
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > 3600:
                old.unlink()


def named_by_time(path):
    """A path beside `path` that is not there yet: for "7.png" "7-20261123-101530-123456.png"."""
    for micros in itertools.count(time.time_ns() // 1000):  # Windows' clock may stand still a while
        date = time.strftime("%Y%m%d-%H%M%S", time.localtime(micros // 10**6))
        named = path.with_name(f"{path.stem}-{date}-{micros % 10**6:06}{path.suffix}")
        if not named.exists():
            return named


def patiently(change, *paths):
    """Change a file; on Windows that fails for as long as another program reads it: a second."""
    for wait in (0.05, 0.15, 0.3, 0.5):
        with contextlib.suppress(PermissionError):
            return change(*paths)
        time.sleep(wait)
    return change(*paths)


def make_folder(path):
    """Make a folder, if there is none. Raises DigitRecognizerError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitRecognizerError(f"{path}: can't be made ({error.strerror})") from None


def reason(error):
    """An exception in a few words for an error's one line: its own first line, or its kind."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def find_tensorflow():
    """Raise DigitRecognizerError where there is no TensorFlow; import_keras finds broken ones."""
    if importlib.util.find_spec("tensorflow") is None:
        raise DigitRecognizerError(NEED_TENSORFLOW.format("it is not installed"))


def import_keras():
    """The keras package with TensorFlow behind it, which takes seconds and half a gigabyte.

    Raises DigitRecognizerError where they are missing or broken.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only
    try:
        with quiet():
            import keras
            import tensorflow  # noqa: F401  the import prints a page that is no error
    except Exception as error:  # a broken package may raise anything
        raise DigitRecognizerError(
            NEED_TENSORFLOW.format(reason(error))
            + "; to draw without it, copy digit_recognizer.tflite beside the script"
        ) from None
    return keras


@contextlib.contextmanager
def quiet():
    """Swallow all output, C++'s too, which sys.stdout never sees."""
    with open(os.devnull, "wb") as nowhere, contextlib.ExitStack() as undo:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            undo.callback(stream.flush)
        for number in (1, 2):
            with contextlib.suppress(OSError):  # without a console there is nothing to swallow
                kept = os.dup(number)
                undo.callback(os.close, kept)
                undo.callback(os.dup2, kept, number)
                os.dup2(nowhere.fileno(), number)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()


@contextlib.contextmanager
def one_thread():
    """Let OpenCV use one thread: sharing small pictures out costs more than it gains."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


if __name__ == "__main__":
    raise SystemExit(main())
