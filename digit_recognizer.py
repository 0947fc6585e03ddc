#!/usr/bin/env python3
"""Digit Recognizer: a convolutional network that reads the digits you draw.

    python digit_recognizer.py                    draw digits in a window and have them read
    python digit_recognizer.py train              train the network on MNIST
    python digit_recognizer.py train --finder     train the one that finds digits on pictures
    python digit_recognizer.py evaluate           how well does it read the 10,000 test images?
    python digit_recognizer.py predict PICTURE    read the digits in a picture
    python digit_recognizer.py bundle             pack program and network into one file

Read part one: in 400 lines it is a complete recogniser. Each part after it adds one idea:

    one     a recogniser: MNIST, the network, training, a drawing prepared, its answer; experiments
    two     many digits: pictures, pages made to learn from, a second network that finds digits on
            them, numbers of several digits, strokes
    three   people's hands: ways of writing, what is no digit; what the network is taught, what
            mattered for its answer
    four    how it learnt: charts, and watching it learn
    five    the window
    six     the command line, and the plumbing
    last    HANDWRITING, a table: the ways of writing that part three draws

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
import io
import itertools
import json
import math
import os
import random
import re
import statistics
import subprocess
import sys
import time
import traceback
import types
import warnings
import zipfile
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":  # threads of numpy's would cost 50 ms at the start, and gain nothing
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["OPENCV_FORCE_DNN_ENGINE"] = "1"  # OpenCV's engine that tells what inner layers answer
try:
    import cv2
    import numpy as np
    from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageGrab, ImageOps, ImageSequence
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

HERE = Path(__file__).resolve().parent  # files are looked for, and made, here
BUNDLE = None if HERE.is_dir() else HERE  # where this runs from the .pyz file that `bundle` made
if BUNDLE:
    HERE = BUNDLE.parent
PROGRAM = BUNDLE.name if BUNDLE else Path(__file__).name
MODEL_FILE = HERE / "digit_recognizer.tflite"


class DigitRecognizerError(Exception):
    """What the user can mend: its text says in one line what happened and what to do."""


@contextlib.contextmanager
def explaining(what, remedy=""):
    """Turn any error inside into one line: what failed, why, and what to do."""
    try:
        yield
    except DigitRecognizerError:  # it says so already
        raise
    except Exception as error:  # numpy, Pillow, zipfile and OpenCV have an error each
        text = f"{what} ({reason(error)})"
        raise DigitRecognizerError(f"{text}; {remedy}" if remedy else text) from None


def reason(error):
    """An exception in a few words: the system's, its own first line, or its kind."""
    lines = (getattr(error, "strerror", None) or str(error)).strip().splitlines()
    return lines[0] if lines else type(error).__name__


# ===========================================================================
# PART ONE: a recogniser
# ===========================================================================
#
# A seven that you draw is a list of points. draw_strokes makes pixels of them, and normalize_digit
# gives these the size and the place that digits have in the pictures which the network learnt from
# (step 4). The network turns the 784 pixels into eleven probabilities, 0.98 for 7 perhaps; the most
# probable digit is the answer (step 5). Before that it needs pictures (step 1), layers (2) and
# training (3).
#
# Cut off at its end, part one trains and reads drawings; other pictures and the stored network need
# later parts.

# ---------------------------------------------------------------------------
# Step 1, the data: MNIST, 70,000 handwritten digits with their labels
# ---------------------------------------------------------------------------

# Each pixel is a uint8, a whole number from 0, black paper, to 255, white ink. The network learns
# from 60,000 images and is tested with 10,000 others: its own ones it may know by heart.

IMAGE_SIZE = 28  # pixels: MNIST's images are 28x28 ...
DIGIT_BOX = 20  # pixels: ... and the digit's longer side in nearly all of them is 20
MNIST_FILE = HERE / "mnist.npz"  # numpy's format for several arrays


def load_mnist(path=None):
    """MNIST as Keras gives it: (x_train, y_train), (x_test, y_test), all uint8.

    Images are (60000, 28, 28) and (10000, 28, 28), labels (60000,) and (10000,). They are
    read from the file `path`, else from mnist.npz beside this script, else downloaded by Keras.
    Raises DigitRecognizerError when that can't be done or the file is not MNIST.
    """
    if path is None and not MNIST_FILE.exists():
        what = f"no {MNIST_FILE.name} here, nor can it be downloaded"
        with explaining(what, f"copy it beside {PROGRAM}"):
            import keras

            return keras.datasets.mnist.load_data()  # into ~/.keras
    path = Path(path or MNIST_FILE)
    with explaining(f"{path}: can't be read", "give MNIST's mnist.npz"), np.load(path) as file:
        arrays = [file[name] for name in ("x_train", "y_train", "x_test", "y_test")]
    x_train, y_train, x_test, y_test = arrays
    shapes = [array.shape for array in arrays if array.dtype == np.uint8]
    right = shapes == [(60000, 28, 28), (60000,), (10000, 28, 28), (10000,)]
    if not right or max(y_train.max(), y_test.max()) > 9:
        raise DigitRecognizerError(f"{path}: not MNIST's uint8 images and labels; give mnist.npz")
    return (x_train, y_train), (x_test, y_test)


def to_input(images):
    """Images (N, 28, 28) uint8 for the network: float32 (N, 28, 28, 1), 0 to 1; 1 channel: grey."""
    return images.reshape(-1, IMAGE_SIZE, IMAGE_SIZE, 1).astype(np.float32) / 255


# ---------------------------------------------------------------------------
# Step 2, the network: layers that turn 28x28 pixels into eleven probabilities
# ---------------------------------------------------------------------------
#
# A convolution lays a small filter on every place of the image, multiplies each pixel by the
# filter's number there, and adds the products up. A 3x3 filter for the corner of a seven, where
# the bar comes from the left and the stem goes down, and what it answers at three places:
#
#     filter        the corner      in the bar      all ink
#     -1 -1 -1      0 0 0           0 0 0           1 1 1
#      1  1 -1      1 1 0           1 1 1           1 1 1
#     -1  1 -1      0 1 0           0 0 0           1 1 1
#     answer        1+1+1 = 3       1+1-1 = 1       3-6 = -3
#
# ReLU makes negative answers 0. No one writes such filters: their numbers, the weights, are random
# at first, and training finds them. What a filter answers at all places is a picture again, a
# channel of the result. A 5x5 filter has 24 x 24 places on 28x28 pixels; padding="same" lets it
# stand over the rim, so that the size stays. In a later layer a 3x3 filter has nine weights for
# each channel before it. In a dense layer each answer is a weighted sum of all that comes before,
# plus a constant.
#
# The last one gives a score for each possible answer, or class: 0 to 9, no digit.
# Softmax makes them probabilities: e to the power of each score, divided by the sum of all.
# Scores of 2, 1 and -1 give 7.39, 2.72 and 0.37, their sum is 10.48, so the probabilities are
# 0.705, 0.259 and 0.035: all positive, together 1.

NO_DIGIT = 10  # the class after 0 to 9, unused until part three: MNIST has no image of it


def build_model():
    """The convolutional network: (N, 28, 28, 1) float32 -> (N, 11) probabilities."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1)),
            # Edges and line ends: 32 filters of 5x5 pixels, then the strongest answer of each 2x2.
            layers.Conv2D(32, 5, use_bias=False),  # (24, 24, 32)
            layers.MaxPooling2D(),  # (12, 12, 32)
            # Each channel gets a mean of 0 and a spread of 1 over a batch of images, or, in use,
            # over the last ten batches or so (momentum), and then a learnt mean and spread. The
            # mean does what a constant added by the convolution, a bias, would do.
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            # Corners, arcs, crossings: combinations of edges, each seen over more of the image.
            layers.Conv2D(64, 3, padding="same", use_bias=False),  # (12, 12, 64)
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Conv2D(64, 3, use_bias=False),  # (10, 10, 64)
            layers.MaxPooling2D(),  # (5, 5, 64)
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            # In training each number is 0 with a probability of 0.1: no answer hangs on one alone.
            layers.Dropout(0.1),
            # Loops, hooks, bars, and where they are.
            layers.Conv2D(192, 3, use_bias=False),  # (3, 3, 192)
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Flatten(),  # 3 * 3 * 192 = (1728,)
            layers.Dropout(0.2),
            layers.Dense(128, activation="relu"),  # 128 weighted sums of all 1728
            layers.Dropout(0.2),
            layers.Dense(NO_DIGIT + 1, activation="softmax"),  # eleven probabilities
        ]
    )


# ---------------------------------------------------------------------------
# Step 3, training: Keras fits the network's numbers to the images
# ---------------------------------------------------------------------------
#
# The loss says how wrong an answer is: minus the natural logarithm of the right class's probability
# ("crossentropy"). A seven's loss is 0.1 where 7 has a probability of 0.9, and 4.6 with 0.01. A
# weight's gradient g says how fast the loss grows with the weight. Keras computes it for 64 images,
# a batch, at a time and each of 390,123 weights, and Adadelta (Zeiler 2012) moves the weight the
# other way. It divides g by g's usual size, so that weights with small gradients learn, too, and
# multiplies by the usual size of the steps before (0.95 and 1e-7 are Keras's defaults):
#
#     mean of g * g:  0.95 * old + 0.05 * g * g, at first 0; for g = 0.2 it becomes 0.002
#     step:          -g * sqrt(mean of step * step + 1e-7) / sqrt(mean of g * g + 1e-7)
#                    = -0.2 * 0.000316 / 0.0447 = -0.00141 where there was no step before
#
# The learning rate multiplies the step. At 3.0, which is used here, a weight of 0.5 becomes 0.4958.
# At 0.001, Keras's default, it would become 0.4999986: ten epochs reach 43 % then, and 99 % at 1.0.

EPOCHS = 5  # passes through the 60,000 images: under five minutes on two cores
BATCH = 64  # images at a time
LEARNING_RATE = 3.0  # at first; it falls to 0 like a cosine, so that training comes to rest.
# Chosen on 10,000 images kept out of training: after the first 40,000 images 98.6 % of them are
# read with batches of 64 and a rate of 3.0, 98.2 % with 96 and 1.0; after 250,000 as many.
SEED = 1  # fixes all that is random in training, so that it can be repeated


def train(images, labels, test, epochs=EPOCHS, vary=None, callbacks=()):
    """Train a new network on images (N, 28, 28) and labels (N,), uint8: the Keras model.

    After each epoch, and at the end, it is measured on `test`, images and labels. `vary` changes
    what `training_batches` makes, `callbacks` are Keras's: parts three and four give these.
    """
    import keras

    keras.utils.set_random_seed(SEED)
    verbose = 1 if sys.stdout.isatty() else 2  # a live bar, or a line an epoch in a log file
    steps = len(images) // BATCH  # batches in an epoch
    model = build_model()
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, epochs * steps)
    model.compile(
        keras.optimizers.Adadelta(rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,  # compiling takes longer than it saves on a processor
    )
    x_test, y_test = to_input(test[0]), test[1]
    model.fit(
        made_ahead(training_batches(images, labels, epochs * steps, vary)),
        epochs=epochs,
        steps_per_epoch=steps,
        validation_data=(x_test, y_test),
        callbacks=list(callbacks),
        shuffle=False,  # training_batches has done it
        verbose=verbose,
    )
    model.evaluate(x_test, y_test, verbose=verbose)
    return model


def training_batches(images, labels, steps, vary=None):
    """A batch for each step of model.fit: all images in random order, then in another, and so on.

    Where `vary(images, labels, rng, progress)` is given, it returns others to learn from;
    `progress` says how much of training is done by then, 0 to 1.
    """
    rng, order = np.random.default_rng(SEED), np.array([], int)
    for step in range(steps):
        while len(order) < BATCH:
            order = np.append(order, rng.permutation(len(images)))
        chosen, order = order[:BATCH], order[BATCH:]
        picked, targets = images[chosen], labels[chosen]
        if vary:
            picked, targets = vary(picked, targets, rng, step / steps)
        yield to_input(picked), targets.astype(np.int64)


def made_ahead(batches):
    """The same batches as TensorFlow's Dataset: a thread makes the next while one is learnt."""
    import tensorflow as tf

    first = next(batches)
    shapes = tuple(tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in first)
    batches = itertools.chain([first], batches)
    options = tf.data.Options()
    options.autotune.enabled = False  # its own thread may hold up the end for half a minute
    dataset = tf.data.Dataset.from_generator(lambda: batches, output_signature=shapes)
    return dataset.prefetch(2).with_options(options)


def export(model):
    """A trained Keras model as TensorFlow Lite: bytes that OpenCV runs."""
    import keras
    import tensorflow as tf

    # Unless the batch's size is fixed, Keras adds a step that OpenCV can't read. So this is a copy
    # for one image; OpenCV runs it on any number all the same.
    image = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), batch_size=1)
    fixed = keras.models.clone_model(model, input_tensors=image)
    fixed.set_weights(model.get_weights())
    return tf.lite.TFLiteConverter.from_keras_model(fixed).convert()


# ---------------------------------------------------------------------------
# Step 4, preparing: a drawing, strokes of a pen, becomes an image as MNIST has them
# ---------------------------------------------------------------------------
#
# The network knows only digits like MNIST's: 20 pixels long, their mass in the middle.


def draw_strokes(strokes, pen, size):
    """Strokes drawn with a round pen: uint8 (height, width) of `size` (width, height), ink 255.

    `strokes` is a list of arrays (points, 2), x and y in pixels; `pen` is the line's width.
    """
    return draw_onto(np.zeros((size[1], size[0]), np.uint8), strokes, pen)


def draw_onto(ink, strokes, pen):
    """Draw strokes onto a picture, as draw_strokes does: that picture."""
    for stroke in strokes:
        # OpenCV wants whole numbers; it takes their last 4 bits for sixteenths of a pixel.
        points = np.rint(np.asarray(stroke) * 16).astype(np.int32).reshape(-1, 1, 2)
        if len(points) == 1:  # it draws a line of two points, even of the same one, as a dot
            points = np.repeat(points, 2, axis=0)
        cv2.polylines(ink, [points], False, 255, pen, cv2.LINE_AA, shift=4)
    return ink


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
    digit = ink[y : y + height, x : x + width]
    size = scaled_size(digit, DIGIT_BOX / max(width, height))
    if size != (width, height):
        digit = cv2.resize(digit, size, interpolation=cv2.INTER_AREA)
    # A thin pen becomes a pale line when it is scaled down; MNIST's lines reach full white.
    digit = cv2.convertScaleAbs(digit, alpha=255 / max(1, int(digit.max())))
    mass = cv2.moments(digit)  # m00 sums up all pixels, m10 each times its x, m01 times its y
    centre = mass["m10"] / max(1, mass["m00"]), mass["m01"] / max(1, mass["m00"])
    # It goes to 14, not 13.5, as in the mean over MNIST's training images; nothing sticks out.
    left, top = (
        min(max(round(IMAGE_SIZE / 2 - middle), 0), IMAGE_SIZE - side)
        for middle, side in zip(centre, size, strict=True)
    )
    image[top : top + size[1], left : left + size[0]] = digit
    return image


def scaled_size(image, scale):
    """The width and height of an image at a scale, at least one pixel each."""
    height, width = image.shape[:2]
    return max(1, round(width * scale)), max(1, round(height * scale))


def is_normal(image):
    """Whether a picture is an array as normalize_digit makes them."""
    right = isinstance(image, np.ndarray) and image.dtype == np.uint8
    right = right and image.shape == (IMAGE_SIZE, IMAGE_SIZE)
    # A blank one's box is 0 wide; any other's ink is bright: an array of 0 and 1 is not normal.
    right = right and max(cv2.boundingRect(image)[2:]) in (DIGIT_BOX, 0)
    return right and not 0 < image.max() < 128


# ---------------------------------------------------------------------------
# Step 5, recognition: OpenCV runs the network, and the most probable digit is the answer
# ---------------------------------------------------------------------------
#
# OpenCV starts in milliseconds, TensorFlow in seconds: so it runs what `export` made.

SURE = 0.6  # probability: from here on the program says that it is sure. The stored network read
# 10,000 images kept out of training: 0.95 % lay below, most of them right, and of those above one
# in 241 was wrong.


class Network:
    """A trained network as OpenCV runs it, from the bytes of `export`."""

    def __init__(self, content):
        self.net = cv2.dnn.readNetFromTFLite(np.frombuffer(content, np.uint8))

    def run(self, images):
        """The network's answers to images (N, 28, 28) uint8: float32 (N, 11), each summing to 1."""
        self.net.setInput(to_input(images).transpose(0, 3, 1, 2))  # OpenCV wants channels first
        return self.net.forward().copy()  # it writes the next answers over these

    def predict(self, image):
        """The Prediction of an image (28, 28) uint8."""
        return to_prediction(*self.run(image[np.newaxis]))


class Prediction(NamedTuple):
    """What the network reads in a picture. `digit` is None, and all else 0, for a blank one."""

    digit: int | None  # the most probable digit, 0 to 9
    confidence: float  # its probability, 0 to 1
    probabilities: np.ndarray  # (10,) float32, one a digit ...
    no_digit: float  # ... and that it is none of them: together they sum to 1
    sure: bool  # False: perhaps it is another digit, or none


def predict_digit(image, model=None, *more):
    """Read the digit in a picture: a Prediction.

    `image` is one that normalize_digit made, or any other picture; find_ink (part two) tells what
    is ink on that. `model` is a Network, by default the one stored beside this script (part three);
    the `predict` of that one takes `more`: what a second network thinks of the image. Raises
    DigitRecognizerError for what is no picture, or without a model.
    """
    if not is_normal(image):
        image = normalize_digit(find_ink(image))
    if not image.any():
        return Prediction(None, 0.0, np.zeros(10, np.float32), 0.0, False)
    model = default_model() if model is None else model
    return model.predict(image, *more)


def to_prediction(answer, certainty=1.0, least=SURE):
    """The network's answer to one image, float (11,), as a Prediction.

    It is sure where `certainty`, 0 to 1, that the image shows just one digit, times the digit's
    probability reaches `least`.
    """
    probabilities, none = answer[:NO_DIGIT], float(answer[NO_DIGIT])
    digit = int(probabilities.argmax())  # where the largest stands: for a seven, at 7
    confidence = float(answer[digit])
    return Prediction(digit, confidence, probabilities, none, certainty * confidence >= least)


# ---------------------------------------------------------------------------
# Step 6, evaluation: how often is it right, and which digits does it confuse?
# ---------------------------------------------------------------------------
#
# One number says how many of the 10,000 test images are read right, a table what they are read as.


def confusion_matrix(answers, labels):
    """How often each digit was read as each, or as none: int (10, 11); [7, 1]: sevens as ones."""
    matrix = np.zeros((10, NO_DIGIT + 1), int)
    np.add.at(matrix, (labels, answers.argmax(1)), 1)
    return matrix


# ---------------------------------------------------------------------------
# Five experiments: change one thing, train for some 15 seconds, look
# ---------------------------------------------------------------------------
#
# In Python, in this folder; after a change in the file start Python anew. (Numbers may differ, and
# TensorFlow prints a page that is no error.)
#     from digit_recognizer import *
#     (x, y), (x_test, y_test) = load_mnist()
#     model = train(x[:6000], y[:6000], (x_test, y_test), epochs=1)  # 97 % of test images right
#     network = Network(export(model))
#     answers = network.run(x_test)
#     (answers.argmax(1) == y_test).mean(), confusion_matrix(answers, y_test)
#     seven = draw_strokes([[(60, 60), (200, 60), (120, 240)]], 20, (280, 280))
#     predict_digit(normalize_digit(seven), network)
#
# 1. In the file, set LEARNING_RATE to 0.001, Keras's default: 8 % after one epoch, like guessing.
# 2. Train on x[y < 2][:6000] and y[y < 2][:6000], zeros and ones only. Then 2 to 9 are read as
#    0 or 1, with a probability of 0.92 on average: it can't answer what it never saw, nor say so.
# 3. Train on 100 images, 60 times each: np.tile(x[:100], (60, 1, 1)) and np.tile(y[:100], 60). It
#    reads all of these, but only 82 % of the test images: it has learnt by heart.
# 4. In build_model take out all lines from the first Conv2D to the last ReLU: 90 %. Then move the
#    test images by 3 pixels, np.roll(x_test, 3, axis=2): 46 %, and with convolutions 89 %.
#    Convolutions find an edge wherever it is.
# 5. All as at first: network.run(255 - x_test), dark on light, 12 %. It knows only what looks like
#    its training images. So step 4 sees to size and place, find_ink (part two) makes ink bright.


# ===========================================================================
# PART TWO: many digits
# ===========================================================================
#
# A second network finds where digits are on a whole picture; predict_digit names each. Then a
# page, a photograph or a row of strokes is read as lines of digits. It needs part one, and of
# part three the hands that write on the pages which the finder learns from, and TeachableNetwork,
# which holds both networks.

# ---------------------------------------------------------------------------
# Pictures: a file or an array becomes grey levels, and what on them is ink
# ---------------------------------------------------------------------------
#
# Photographs, scans and screenshots come in many forms. All become grey levels, and then ink,
# bright on black, as MNIST has it.

SMALL_SIDE = 64  # pixels: an image as small as MNIST's is no photograph
MIN_CONTRAST = 24  # grey levels of 255: a picture with less between dark and light is blank
INK = 95  # grey levels of 255: what is brighter is ink; fainter grey is ink's soft edge, or paper
SPECK = 0.03  # of the largest piece of ink: what is smaller is dust, not a part of a digit


def open_picture(path):
    """A picture file's first page as an array (to_array). Raises as open_pages."""
    return next(open_pages(path))


def open_pages(path):
    """Each page of a picture file as an array (to_array); most files have just one.

    Raises DigitRecognizerError for what is no picture, and where it can't be read any further.
    """
    remedy = "give a PNG, JPEG or other picture of at most 89 megapixels"
    with explaining(f"{path}: can't be read", remedy), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # Two kinds that people take for pictures have remedies of their own.
        with open(path, "rb") as file:
            start = file.read(1024)
        if b"%PDF" in start:
            raise DigitRecognizerError(f"{path}: is a PDF; give a screenshot of it")
        if start[4:8] == b"ftyp" and b"hei" in start[:64]:  # heic, heix, heim and heis
            say = 'is HEIC; save it as JPEG, or set the phone\'s camera to "most compatible"'
            raise DigitRecognizerError(f"{path}: {say}")
        with Image.open(path) as file:
            # Of other files only the first picture is meant: a phone adds one of the depth.
            several = file.format in ("TIFF", "GIF")
            for page in ImageSequence.Iterator(file) if several else [file]:
                yield to_array(page)


def to_array(image):
    """A Pillow image of any mode as it is seen: upright (EXIF), without transparency.

    uint8, (height, width) where it is grey, else (height, width, 3) BGR, as OpenCV has them.
    """
    image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return to_uint8(np.asarray(image))
    if image.has_transparency_data:
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
    opacity = alpha.astype(np.float32) / 255
    return np.rint(image[..., :3] * opacity + ground * (1 - opacity)).astype(np.uint8)


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
    return cv2.cvtColor(on_paper(image) if image.shape[2] == 4 else image, cv2.COLOR_BGR2GRAY)


def to_uint8(image):
    """The numbers of a picture, of any real type, brought to uint8 (0 to 255).

    Of any other type the least becomes 0 and the largest 255.
    """
    if image.dtype == np.uint8 and (max(image.shape) > SMALL_SIDE or image.max() >= MIN_CONTRAST):
        return image
    image = np.nan_to_num(image.astype(np.float64), nan=0, posinf=0, neginf=0)
    image = image / (np.abs(image).max() or 1)  # else the difference of large numbers is infinite
    image = image - image.min()
    return np.rint(image / (image.max() or 1) * 255).astype(np.uint8)


def find_ink(image):
    """The ink of a drawn or scanned digit (as to_grey takes it): uint8 (height, width).

    Paper becomes 0 and ink 255, whether the ink is the darker or the lighter. A blank picture gives
    zeros. On a photograph the finder sees the ink (View.ink).
    """
    grey = to_grey(image)
    dark = 255 - grey
    if np.ptp(grey) < MIN_CONTRAST:
        return np.zeros_like(grey)
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    # Paper has most of the area and of the rim: on a dark sheet the ink is the lighter.
    if np.median(grey) + np.median(rim) < int(grey.min()) + int(grey.max()):
        dark = grey
    otsu, _ = cv2.threshold(dark, 0, 255, cv2.THRESH_OTSU)
    rough, paper = np.percentile(dark[dark <= otsu], (25, 50))
    # Six times the distance of these percentiles are four standard deviations of normal noise; the
    # paper's lighter half is free from ink.
    floor = paper + 6 * (paper - rough)
    ink = dark[dark > otsu]
    full = np.percentile(ink, 90) if ink.size else paper
    if full - paper < max(MIN_CONTRAST, 2 * (floor - paper)):  # only the paper's grain
        return np.zeros_like(grey)
    levels = np.arange(256)
    ink = np.where(levels > floor, np.interp(levels, (paper, full), (0, 255)), 0)
    return drop_specks(cv2.LUT(dark, np.rint(ink).astype(np.uint8)))


def drop_specks(ink):
    """Ink without its small separate pieces (SPECK) and without the faint grey far from any ink."""
    solid = (ink >= INK).astype(np.uint8)
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(solid)
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0  # the paper's
    kept = np.uint8(255) * (areas >= max(1, SPECK * areas.max()))
    return cv2.bitwise_and(ink, cv2.dilate(kept[numbers], np.ones((5, 5))))


# ---------------------------------------------------------------------------
# Pages to train the finder on
# ---------------------------------------------------------------------------
#
# Nobody has marked where the digits are on a thousand photographs. So pages are made: digits,
# letters and signs are laid on paper, and where they lie is known. What the finder will meet must
# be among them: a picture that it fails on asks for another kind of page, not for a rule.

PAGE = 192  # pixels: the width and height of a page made for training
CELL = 4  # pixels from one place that the finder judges to the next
RIM = 16  # pixels of paper that are added on each side of a picture that is read
TALL = 96  # pixels: digits that lie ready for pages are so high
NEAR = 110  # pixels: digits higher than that are to be found at a smaller scale
READY, NEW = 2000, 0.06  # so many of a kind lie ready; this share of those used is made anew


class Glyph(NamedTuple):
    """Something that lies ready to be laid on a page."""

    label: int  # 0 to 9, or NO_DIGIT
    ink: np.ndarray  # (height, width) uint8, its box; a usual digit would be TALL high


def log_uniform(rng, low, high):
    """A random number whose logarithm is uniform: small ones are as frequent as large ones."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def cropped(label, ink):
    """A picture's ink as a Glyph, without the paper around it."""
    x, y, width, height = cv2.boundingRect((ink > INK).astype(np.uint8))
    return Glyph(label, ink[y : y + height, x : x + width].copy())


def drawn_glyph(label, strokes, rng, most=22):
    """Strokes in percent of a digit's height, drawn with a random pen: a Glyph."""
    pen = round(log_uniform(rng, 3, most))
    points = np.concatenate(strokes)
    corner, extent = points.min(0), np.ptp(points, axis=0)
    scale = (TALL - pen) / (max(extent[1], 0.7 * extent[0], 1) if label < NO_DIGIT else 100)
    size = np.ceil(extent * scale).astype(int) + pen + 3
    lines = [(stroke - corner) * scale + pen / 2 + 1 for stroke in strokes]
    return cropped(label, draw_strokes(lines, pen, size))


def written_glyph(label, rng):
    """A way in HANDWRITING, written at a page's size: a Glyph."""
    way = parse_way(rng.choice(HANDWRITING[label]))
    return drawn_glyph(label, write_strokes(way, rng), rng)


def digit_glyph(rng, images, labels):
    """A digit of MNIST's, bent anew, or of a way in HANDWRITING, or a bare one: a Glyph."""
    kind = rng.choice(["photographed", "written", "bar"], p=[0.46, 0.46, 0.08])
    if kind == "bar":  # only its length tells it from a line, so the finder must see many
        slant, bow = rng.normal(0, (12, 3))
        return drawn_glyph(1, [smooth(3) @ [(0, 0), (slant / 2 + bow, 50), (slant, 100)]], rng)
    if kind == "photographed":
        number = rng.integers(len(images))
        large = bend_image(images[number], rng)
        large = cv2.resize(large, None, fx=1.7, fy=1.7, interpolation=cv2.INTER_CUBIC)
        contrast = (np.arange(256) - rng.uniform(60, 150)) * rng.uniform(2, 6) + 128
        glyph = cropped(int(labels[number]), cv2.LUT(large, contrast.clip(0, 255).astype(np.uint8)))
        height, width = glyph.ink.shape
        if max(height, width) >= TALL / 4:  # of others too little ink is left
            size = scaled_size(glyph.ink, TALL / max(height, 0.7 * width))
            return glyph._replace(ink=cv2.resize(glyph.ink, size))
    return written_glyph(int(rng.integers(10)), rng)


LETTERS = "aAbcCdDeEfFGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ"
LIKE_DIGITS = set("bBgIlOoqsSzZiD")  # alone they may be digits, in a word they are none
FONTS = [face | slant for face in (0, 1, 2, 3, 4, 6, 7) for slant in (0, 16)]  # OpenCV's


def word(rng, count):
    """So many letters as one hand writes them, or as they are printed: a Glyph of no digit."""
    letters = [letter for letter in LETTERS if count > 1 or letter not in LIKE_DIGITS]
    text = "".join(rng.choice(letters, count))
    text = text if rng.random() < 0.3 else text[0] + text[1:].lower()
    if rng.random() < 0.25:  # printed
        page = Image.new("L", (50 + 150 * count, 200))
        face = ImageFont.load_default(TALL * 1.3)
        ImageDraw.Draw(page).text((25, 25), text, fill=255, font=face)
        return cropped(NO_DIGIT, np.asarray(page))
    ink = np.zeros((190, 40 + 75 * count), np.uint8)
    face, pen = rng.choice(FONTS), rng.integers(3, 14)
    cv2.putText(ink, text, (20, 130), face, rng.uniform(2.4, 3.4), 255, pen, cv2.LINE_AA)
    size = ink.shape[::-1]
    knots = rng.normal(0, 5, (5, 3 + count, 2)).astype(np.float32)
    slanted = random_distortion(rng, slant=0.2, turn=0.02, stretch=0.1)
    from_middle = np.dstack(np.meshgrid(*(np.arange(n) - n / 2 for n in size)))
    source = from_middle @ np.linalg.inv(slanted).T + np.array(size) / 2
    source = source + cv2.resize(knots, size, interpolation=cv2.INTER_CUBIC)
    return cropped(NO_DIGIT, cv2.remap(ink, source.astype(np.float32), None, cv2.INTER_LINEAR))


def other_glyph(rng, images, labels):
    """Something that is no digit: a sign, a letter, a scribble, a digit that lies on its side."""
    kind = rng.choice(["sign", "letter", "scribble", "turned"], p=[0.45, 0.3, 0.1, 0.15])
    if kind == "letter":
        return word(rng, 1)
    if kind == "scribble":
        steps = rng.normal((rng.uniform(0, 25), 0), 30, (rng.integers(4, 14), 2))
        curve = smooth(len(steps)) @ np.cumsum(steps, axis=0)
        return drawn_glyph(NO_DIGIT, [curve], rng, most=10)
    if kind == "turned":
        label, ink = digit_glyph(rng, images, labels)
        if label not in (0, 1, 8):  # they would be digits still, as a 6 and a 9 upside down
            quarters = rng.choice([1, 3] if label in (6, 9) else [1, 2, 3])
            return Glyph(NO_DIGIT, np.rot90(ink, quarters))
    return written_glyph(NO_DIGIT, rng)


def comma_glyph(rng):
    """A comma, a dot, a colon or a dash, as between the digits of prices and dates: a Glyph."""
    low = log_uniform(rng, 4, 45)
    comma, dash, dot = [(0, 0), (-0.4 * low, low)], [(0, 0), (2 * low, 0)], [(0, 0)]
    kinds = [comma], [dot], [dot, [(0, 40)]], [dash]  # the strokes of each
    return drawn_glyph(NO_DIGIT, kinds[rng.choice(4, p=[0.4, 0.25, 0.1, 0.25])], rng, most=16)


def pool(rng, make):
    """Things of one kind without end, new or used before: making one takes longer than using it."""
    ready = []
    while True:
        if len(ready) < READY:
            ready.append(make())
            yield ready[-1]
        elif rng.random() > NEW:
            yield ready[rng.integers(READY)]
        else:
            one = make()
            ready[rng.integers(READY)] = one
            yield one


def glyph_pools(rng, images, labels):
    """What pages are made of, digits from these images and labels: a pool for each kind."""
    return {
        "digit": pool(rng, lambda: digit_glyph(rng, images, labels)),
        "other": pool(rng, lambda: other_glyph(rng, images, labels)),
        "word": pool(rng, lambda: word(rng, 1 + rng.integers(1, 10))),
        "comma": pool(rng, lambda: comma_glyph(rng)),
    }


class Sheet:
    """A page while glyphs are laid on it: the ink of digits and that of all else, and the boxes."""

    def __init__(self, rng, glyphs):
        self.rng, self.glyphs, self.boxes = rng, glyphs, []
        self.ink = np.zeros((2, PAGE, PAGE), np.uint8)
        self.digits, self.others = self.ink
        layouts = [self.lines, self.alone, self.grid, self.scattered, self.empty]
        rng.choice(layouts, p=[0.52, 0.2, 0.11, 0.09, 0.08])()
        self.litter()
        if rng.random() < 0.35:
            self.turn(rng.normal(0, 0.08))
        if rng.random() < 0.04:
            self.turn(np.pi / 2 * rng.integers(1, 4))

    def put(self, glyph, x, y, tall, wide=1.0):
        """Lay down a glyph, its corner at (x, y), where a usual digit is so tall: its width."""
        scale = tall / TALL
        height, width = (max(2, round(n * scale)) for n in glyph.ink.shape * np.array([1, wide]))
        kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(glyph.ink, (width, height), interpolation=kind)
        x, y = round(x), round(y)
        box = x, y, width, height
        part = small[max(0, -y) : max(0, PAGE - y), max(0, -x) : max(0, PAGE - x)]
        digit = glyph.label < NO_DIGIT and height <= NEAR
        there = (self.digits if digit else self.others)[scaled_box(box, 1)]
        np.maximum(there, part, out=there)
        if digit and part.sum() > 0.65 * small.sum():
            self.boxes.append((glyph.label, box))
        return width

    def pen(self, tall):
        """The width of a pen's line beside digits so tall."""
        return max(1, round(tall * log_uniform(self.rng, 0.02, 0.1)))

    def lines(self):
        """Lines of numbers and words, often both."""
        rng, tall = self.rng, log_uniform(self.rng, 11, 80)
        gaps = [(0.08, 0.5), (-0.28, 0.06), (0.1, 1.2), (-0.12, 0.25)]
        gaps = rng.choice(gaps, p=[0.24, 0.42, 0.1, 0.24])
        words = rng.choice([0, 0.15, 0.5, 1], p=[0.6, 0.15, 0.18, 0.07])
        signs = rng.choice([0, 0.3], p=[0.65, 0.35])
        form = rng.uniform(0.2, 0.8) * PAGE if rng.random() < 0.15 else 0  # names, then grades
        framed, drift = rng.random() < 0.12, rng.normal(0, 0.04)
        y = rng.uniform(-0.3, 1) * tall
        while y < PAGE - 0.4 * tall:
            x = start = rng.uniform(-0.5, 2) * tall
            while x < PAGE:
                down = y + drift * (x - start)
                if rng.random() < (0.95 if x < form else words):
                    x = self.text(x, down, tall)
                else:
                    x = self.number(x, down, tall, rng.integers(1, 7), gaps, signs, framed)
                x += tall * rng.uniform(0.3, 1.6)
            y += tall * rng.uniform(1.05, 2.4)
            if rng.random() < 0.15:
                break

    def text(self, x, y, tall):
        """Write a word, or letters and signs side by side: where the next may begin."""
        rng = self.rng
        kind, count = ("other", rng.integers(1, 7)) if rng.random() < 0.4 else ("word", 1)
        small = rng.uniform(0.7, 1.1)
        for _ in range(count):
            glyph = next(self.glyphs[kind])
            if count > 2 and rng.random() < 0.25:  # among letters they are an o, l, s, b or q
                digit = next(self.glyphs["digit"])
                glyph = digit._replace(label=NO_DIGIT) if digit.label in (0, 1, 5, 6, 9) else glyph
            fit = small * min(1, rng.uniform(1, 1.6) / max(glyph.ink.shape[0] / TALL, 0.3))
            x += self.put(glyph, x, y + tall * rng.uniform(0, 0.3), tall * fit)
        return x

    def number(self, x, y, tall, count, gaps, signs=0.0, framed=False):
        """Write digits from left to right, at times a sign between: where the next may begin."""
        rng, start = self.rng, x
        for position in range(count):
            if position and rng.random() < signs:
                sign = next(self.glyphs["comma" if rng.random() < 0.6 else "other"])
                room = max(0, 1 - sign.ink.shape[0] / TALL)
                down = y + tall * room * rng.choice([0.5, rng.uniform(0.8, 1.15)])
                x += tall * rng.uniform(0, 0.2)
                x += self.put(sign, x, down, tall * rng.uniform(0.7, 1.1))
                x += tall * rng.uniform(0, 0.2)
            digit = next(self.glyphs["digit"])
            sizes = (0.45, 0.8) if rng.random() < 0.08 else (0.85, 1.15)
            high = tall * rng.uniform(*sizes)
            ends = (0.3, 1) if rng.random() < 0.9 else (-0.2, 1.2)
            down = y + (tall - high * digit.ink.shape[0] / TALL) * rng.uniform(*ends)
            width = self.put(digit, x, down, high)
            if framed:  # as on a form
                room = tall * rng.uniform(0.08, 0.4)
                corners = (x - room, down - room), (x + width + room, down + high + room)
                corners = np.rint(corners + rng.normal(0, 0.02 * tall, (2, 2))).astype(int)
                cv2.rectangle(self.others, *corners, int(rng.integers(90, 256)), self.pen(tall))
            x += width + tall * (rng.uniform(*gaps) + 0.8 * framed)
        if not framed and rng.random() < 0.06:  # underlined
            level = y + tall * rng.uniform(1.0, 1.4)
            ends = np.rint([(start, level), (x, level + tall * rng.normal(0, 0.08))]).astype(int)
            cv2.line(self.others, *ends, 255, self.pen(tall), cv2.LINE_AA)
        return x

    def alone(self):
        """One digit, often a large one, or something else."""
        rng, tall = self.rng, log_uniform(self.rng, 20, 240)
        glyph = next(self.glyphs["digit" if rng.random() < 0.7 else "other"])
        wide = log_uniform(rng, 0.7, 1.8)  # a whole sheet tempts to write broadly
        room = PAGE - np.array(glyph.ink.shape[::-1]) * (wide, 1) * tall / TALL
        self.put(glyph, *(room * rng.uniform(-0.05, 1.05, 2)), tall, wide)

    def grid(self):
        """Cells with a digit or two in each, or none."""
        rng, tall = self.rng, log_uniform(self.rng, 14, 60)
        across, down = tall * rng.uniform(1.1, 2.5), tall * rng.uniform(1.2, 2.2)
        pen, strength = self.pen(0.6 * tall), int(rng.integers(60, 256))
        drawn, full = rng.random() < 0.7, rng.uniform(0.3, 1)
        left, top = rng.uniform(-1, 0.5, 2) * (across, down)
        for y, x in itertools.product(np.arange(top, PAGE, down), np.arange(left, PAGE, across)):
            if drawn:
                corners = (round(x), round(y)), (round(x + across), round(y + down))
                cv2.rectangle(self.others, *corners, strength, pen)
            if rng.random() > full:
                continue
            if across > 1.7 * tall and rng.random() < 0.5:
                self.number(x + 0.2 * tall, y + 0.1 * tall, tall, 2, (0.0, 0.3))
            else:
                glyph = next(self.glyphs["digit" if rng.random() < 0.93 else "other"])
                right, below = rng.uniform(0.1, 0.9, 2) * (across - 0.6 * tall, down - tall)
                self.put(glyph, x + right, y + below, tall)

    def scattered(self):
        """Digits strewn about, of different sizes, between other things."""
        rng, tall, taken = self.rng, log_uniform(self.rng, 18, 60), []
        for _ in range(rng.integers(2, 16)):
            size = tall * rng.uniform(0.6, 1.5)
            x, y = rng.uniform(-0.2 * size, PAGE - 0.5 * size, 2)
            if all(max(abs(x - a) / 0.9, abs(y - b)) > 0.55 * (size + c) for a, b, c in taken):
                taken.append((x, y, size))
                glyph = next(self.glyphs["digit" if rng.random() < 0.75 else "other"])
                self.put(glyph, x, y, size)

    def empty(self):
        """No digit: bare paper, words, or a digit that is too large to be seen as one."""
        rng, tall = self.rng, log_uniform(self.rng, 14, 90)
        kind = rng.choice(["bare", "words", "huge"])
        if kind == "huge":
            size = rng.uniform(1.2, 3) * PAGE
            self.put(next(self.glyphs["digit"]), *rng.uniform(-0.6, 0.3, 2) * size, size)
        elif kind == "words":
            for y in np.arange(tall * rng.uniform(-1, 1), PAGE, tall * rng.uniform(1.1, 2)):
                x = tall * rng.uniform(-1, 1)
                while x < PAGE:
                    x = self.text(x, y, 0.8 * tall) + tall * rng.uniform(0.2, 0.8)

    def litter(self):
        """Draw, at times, a few long lines, as crossings-out are; at times crumbs and dust."""
        rng = self.rng
        if rng.random() < 0.1:
            rims = (-20, 0), (PAGE + 20, 0)  # a shorter line would be a one
            for _ in range(rng.integers(1, 4)):
                ends = rims + rng.integers(0, PAGE, (2, 2)) // (2, 1)
                if rng.random() < 0.6:
                    ends[1, 1] = ends[0, 1]
                ends = ends[:, :: rng.choice([-1, 1])]  # down the sheet, or across it
                grey, pen = int(rng.integers(90, 256)), rng.integers(1, 6)
                cv2.line(self.others, *ends, grey, pen, cv2.LINE_AA)
        if rng.random() < 0.15:
            most = rng.integers(2, 6)
            for _ in range(rng.integers(1, 9)):
                where, radius = rng.integers(0, PAGE, 2), rng.integers(1, most)
                cv2.circle(self.others, where, radius, 255, -1, cv2.LINE_AA)

    def turn(self, angle):
        """Turn all by an angle in radians: on their sides and upside down few digits are digits."""
        cos, sin, middle = math.cos(angle), math.sin(angle), PAGE / 2
        matrix = np.array([[cos, -sin, 0], [sin, cos, 0]])
        matrix[:, 2] = middle - matrix[:, :2] @ (middle, middle)
        self.ink[:] = [cv2.warpAffine(layer, matrix, (PAGE, PAGE)) for layer in self.ink]
        as_is, upside_down = range(10), {0: 0, 1: 1, 8: 8, 6: 9, 9: 6}
        labels = (as_is, {}, upside_down, {})[round(2 * angle / np.pi) % 4]
        turned = []
        for label, (x, y, width, height) in self.boxes:
            if label in labels:
                x, y = matrix @ (x + width / 2, y + height / 2, 1)
                width, height = abs(width * cos) + height * abs(sin) / 2, abs(height * cos)
                box = x - width / 2, y - height / 2, width, height
                turned.append((labels[label], box))
        self.boxes = turned

    def cover(self, image, other, where):
        """Lay other grey levels over an image of the sheet, in place: the digits there are gone."""
        image[where] = other[where]
        self.ink[:, where] = 0
        seen = [(~where[scaled_box(box, 1)]).sum() / box[2] / box[3] for _, box in self.boxes]
        self.boxes = [one for one, much in zip(self.boxes, seen, strict=True) if much > 0.6]


def soft_noise(rng, knots, strength):
    """Smooth random values around 0, float32 (PAGE, PAGE), that change over so many knots."""
    grid = rng.normal(0, strength, np.broadcast_to(knots, 2)).astype(np.float32)
    return cv2.resize(grid, (PAGE, PAGE), interpolation=cv2.INTER_CUBIC)


def ruled(rng, tall):
    """The lines of ruled, squared or dotted paper: uint8 (PAGE, PAGE)."""
    paper, apart = np.zeros((PAGE, PAGE), np.uint8), tall * log_uniform(rng, 0.3, 2.2)
    pen, tilt, first = int(rng.choice([1, 1, 2, 3])), rng.normal(0, 0.05), rng.uniform(0, apart)
    kind = rng.choice(["ruled", "squared", "dotted"], p=[0.45, 0.45, 0.1])
    places = np.arange(first - PAGE // 8, PAGE * 1.2, max(4, apart))
    for place in places:
        if kind == "dotted":
            for y in places:
                where = round(place - tilt * y), round(y + tilt * place)
                cv2.circle(paper, where, pen, 255, -1, cv2.LINE_AA)
        else:
            draw_onto(paper, [[(0, place), (PAGE, place + tilt * PAGE)]], pen)
        if kind == "squared":
            draw_onto(paper, [[(place, 0), (place - tilt * PAGE, PAGE)]], pen)
    return paper


def as_drawing(rng, sheet):
    """A Sheet as a drawing, a clean scan or a screen shows it: grey levels (PAGE, PAGE)."""
    paper, ink = rng.uniform(170, 256), rng.uniform(0, 90)
    if rng.random() < 0.5:
        paper, ink = 255.0, 0.0
    image = paper + (ink - paper) * sheet.ink.max(0) / np.float32(255)
    if rng.random() < 0.1:  # a window's bar, with words in it
        where = np.zeros((PAGE, PAGE), bool)
        where[: rng.integers(8, 40)] = True
        grey = int(rng.integers(0, 256))
        bar = np.full((PAGE, PAGE), grey, np.uint8)
        start = rng.integers(0, PAGE // 2, 2) // (1, 8) + (0, 8)
        text, size = "".join(rng.choice(list(LETTERS + "   "), 12)), rng.uniform(0.3, 0.7)
        cv2.putText(bar, text, start, 0, size, (grey + 128) % 256, 1, cv2.LINE_AA)
        sheet.cover(image, bar, where)
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.5))
    return image if rng.random() < 0.65 else 255 - image


def as_photograph(rng, sheet, tall):
    """A Sheet as a photograph shows it, its digits so tall: grey levels (PAGE, PAGE)."""
    shade = soft_noise(rng, rng.integers(2, 5), rng.choice([0, 0.06, 0.15, 0.3]))
    paper = rng.uniform(80, 250) * (1 + shade)
    if rng.random() < 0.25:  # a shadow with a sharp or a soft edge
        angle, across = rng.uniform(0, 2 * np.pi), np.arange(PAGE)
        far = np.add.outer(across * np.sin(angle), across * np.cos(angle))
        far = (far - rng.uniform(far.min(), far.max())) / rng.uniform(0.4, 15)
        paper *= 1 - rng.uniform(0.15, 0.6) * sigmoid(far.clip(-50, 50))
    if rng.random() < 0.4:
        paper *= 1 - log_uniform(rng, 0.06, 0.8) * (ruled(rng, tall) / np.float32(255))
    ink = sheet.ink.max(0) / np.float32(255)
    if rng.random() < 0.35:  # a pencil's line, which is full of holes
        grain = rng.normal(1, 0.5, (PAGE, PAGE)).astype(np.float32)
        grain = cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.4, 1.5)).clip(0.1, 1.3)
        ink *= grain * (1 + soft_noise(rng, 7, 0.25)).clip(0.3, 1.2)
    if rng.random() < 0.6:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 1 + tall / 45))
    image = paper * (1 - ink.clip(0, 1) * rng.uniform(0.25, 0.97))
    if rng.random() < 0.27:
        sheet.cover(image, *(table(rng) if rng.random() < 0.7 else things(rng)))
    if rng.random() < 0.7:
        noise = rng.normal(0, log_uniform(rng, 1, 14), (PAGE, PAGE)).astype(np.float32)
        blur = rng.uniform(0.3, 1.5)
        image += cv2.GaussianBlur(noise, (0, 0), blur) * (1 + blur)
    if rng.random() < 0.15:
        image = image * rng.uniform(0.3, 1) + rng.uniform(0, 40)
    if rng.random() < 0.1:
        image = cv2.equalizeHist(image.clip(0, 255).astype(np.uint8))
    return 255 - image if rng.random() < 0.12 else image  # chalk


def table(rng):
    """A table of wood, cloth or else: its grey levels, and where it is seen, bool."""
    middle, size = rng.normal(PAGE / 2, PAGE / 2, 2), rng.uniform(0.5, 2.5, 2) * PAGE
    box = cv2.boxPoints((middle, size, rng.uniform(-25, 25))).astype(np.int32)
    where = cv2.fillPoly(np.zeros((PAGE, PAGE), np.uint8), [box], 1) > 0
    if where.mean() > 100 / 255:  # so large a box is the sheet, with the table around it
        where = ~where
    knots = [int(log_uniform(rng, 3, PAGE / 1.5)) for _ in range(2)]  # in wood they differ
    grain = soft_noise(rng, knots, rng.uniform(0.02, 0.3))
    if rng.random() < 0.3:  # woven
        phase = np.arange(PAGE, dtype=np.float32) * 2 * np.pi / log_uniform(rng, 4, 24)
        waves = np.sin(phase + rng.normal(0, 0.3, PAGE))
        grain = grain + rng.uniform(0.05, 0.3) * np.add.outer(waves, np.sin(phase)) / 2
    return rng.uniform(20, 220) * (1 + grain), where


def things(rng):
    """A finger, holes, things of all kinds: their grey levels, and where they are, bool."""
    image = np.zeros((PAGE, PAGE), np.uint8)
    for _ in range(rng.integers(1, 10)):
        middle, size = rng.uniform(-20, PAGE + 20, 2), log_uniform(rng, 4, 100)
        size *= np.array([1, rng.uniform(0.3, 1)])  # a narrower one would be a one
        shape = cv2.RotatedRect(middle, size, rng.uniform(0, 180))
        grey = int(rng.integers(1, 256))
        if rng.random() < 0.6:
            cv2.ellipse(image, shape, grey, -1, cv2.LINE_AA)
        else:
            cv2.fillPoly(image, [shape.points().astype(np.int32)], grey, cv2.LINE_AA)
    where = image > 0
    if rng.random() < 0.7:
        image = cv2.GaussianBlur(image, (0, 0), log_uniform(rng, 0.4, 4))
    return image, where


def make_page(rng, glyphs):
    """A page for training: (picture, boxes, ink).

    The picture is uint8 (PAGE, PAGE), the boxes are a list of (label, (x, y, width,
    height)), and ink is uint8 (PAGE, PAGE, 2): that of the digits, and that of all else.
    """
    sheet = Sheet(rng, glyphs)
    tall = np.median([box[3] for _, box in sheet.boxes]) if sheet.boxes else rng.uniform(15, 70)
    picture = as_drawing(rng, sheet) if rng.random() < 0.5 else as_photograph(rng, sheet, tall)
    picture = picture.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.15:  # a small copy of it
        size = scaled_size(picture, rng.uniform(0.35, 0.8))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        picture = cv2.resize(picture, (PAGE, PAGE))
    if rng.random() < 0.3:
        quality = rng.integers(25, 90)
        _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        picture = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
    if rng.random() < 0.12:  # it ends on some sides, with paper beyond, as in View
        top, bottom, left, right = ends = (RIM * rng.integers(0, 2, 4)).tolist()
        beyond = np.ones((PAGE, PAGE), bool)
        beyond[top : PAGE - bottom, left : PAGE - right] = False
        part = picture[top : PAGE - bottom, left : PAGE - right]
        sheet.cover(picture, with_paper(part, ends), beyond)
    return picture, sheet.boxes, np.dstack(sheet.ink)


def with_paper(picture, ends):
    """A picture, uint8 (height, width), with so many pixels of paper: top, bottom, left, right.

    It is as the paper at the picture's rim. Were the rim repeated, ink that is cut there would run
    on for ever.
    """
    (height, width), (top, _, left, _) = picture.shape, ends
    paper = cv2.medianBlur(cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA), 31)
    paper = cv2.copyMakeBorder(cv2.resize(paper, (width, height)), *ends, cv2.BORDER_REPLICATE)
    paper[top : top + height, left : left + width] = picture
    return paper


# ---------------------------------------------------------------------------
# The finder: where are digits on a picture?
# ---------------------------------------------------------------------------
#
# A second network looks at a whole picture. For each place, CELL pixels from the next, it says
# whether that is the middle of a digit, which digit it may be, how large it is, and which of the
# pixels there are ink (Zhou, Wang and Kraehenbuehl 2019, "Objects as Points").

FINDER_BATCH = 16  # pages
FINDER_EPOCH = 1000  # batches: then it is measured and saved
FINDER_BATCHES = 36000  # in all: 75 minutes on two cores
HELD_OUT_PAGES = 192  # of MNIST's test images, which it never learns from
FINDER_RATE = 1.5e-3  # Adam's learning rate at first; along a cosine it falls to 0
INKS = 2 * (CELL // 2) ** 2  # in each place so many squares of 2x2 pixels, digits' ink and other
ANSWERS = 1 + NO_DIGIT + 4 + INKS  # of a place: middle, which, where and how large, ink


def build_finder(size=None, batch=None):
    """The finder: (N, h, w, 1) float32, -0.5 to 0.5 -> (N, h/8, w/8, 4 * ANSWERS).

    It has no layer that needs to know the picture's size, so any h and w will do that 8 divides.
    OpenCV runs plain convolutions rightly at any size, but no layer that enlarges: so each answer
    holds those of 2x2 places side by side, and View puts them where they belong.
    """
    keras = import_keras()
    import tensorflow as tf

    layers = keras.layers

    class BatchNormalization(layers.BatchNormalization):
        """Keras's; in training one operation of TensorFlow's, so that all takes 0.6 of the time."""

        def call(self, inputs, training=None, mask=None):
            if not training:
                return super().call(inputs, training=training, mask=mask)
            outputs, *moments = tf.compat.v1.nn.fused_batch_norm(
                inputs, self.gamma.value, self.beta.value, epsilon=self.epsilon, is_training=True
            )
            for moving, now in zip((self.moving_mean, self.moving_variance), moments, strict=True):
                moving.assign(self.momentum * moving + (1 - self.momentum) * now)
            return outputs

    def convolve(x, filters, size=3, strides=1):
        x = layers.Conv2D(filters, size, strides, "same", use_bias=False)(x)
        return BatchNormalization(momentum=0.95)(x)

    image = keras.Input((size, size, 1), batch_size=batch)
    x = layers.ReLU()(convolve(image, 16, 5, strides=2))  # (h/2, w/2, 16)
    x = layers.ReLU()(convolve(x, 32, strides=2))  # (h/4, w/4, 32)
    fine = layers.ReLU()(convolve(x, 48))  # (h/4, w/4, 48)
    x = layers.ReLU()(convolve(fine, 80, strides=2))  # (h/8, w/8, 80)
    for _ in range(3):  # each adds to what is known by now (He et al. 2016)
        more = convolve(layers.ReLU()(convolve(x, 80)), 80)
        x = layers.ReLU()(layers.Add()([x, more]))
    # To tell which pixels are ink, it looks once more at what it saw from near.
    near = layers.ReLU()(convolve(fine, 64, strides=2))  # (h/8, w/8, 64)
    x = layers.Concatenate()([x, near])
    return keras.Model(image, layers.Conv2D(4 * ANSWERS, 1, dtype="float32")(x))


def to_targets(boxes, ink):
    """What the finder should say of a page (make_page): float32 (places, places, 7 + INKS).

    For each place: how near the middle of a digit is (1 there), how much the next six count,
    which digit, the logarithms of its width and height, how far to the right and below its middle
    is (in places); the ink.
    """
    count = PAGE // CELL
    squares = cv2.resize(ink, (PAGE // 2, PAGE // 2), interpolation=cv2.INTER_AREA) / 255
    squares = squares.reshape(count, 2, count, 2, 2).swapaxes(1, 2).reshape(count, count, INKS)
    targets = np.dstack([np.zeros((count, count, 7)), squares]).astype(np.float32)
    digits = np.array([(label, *box) for label, box in boxes]).reshape(-1, 5)
    middles = (digits[:, 1:3] + digits[:, 3:] / 2) / CELL
    here = ((middles >= 0) & (middles < count)).all(1)  # a turned digit's may be beyond the page
    if not here.any():
        return targets
    labels, sizes, middles = digits[here, 0], digits[here, 3:], middles[here].T[..., np.newaxis]
    # How far each digit's (N) middle is from each column and each row: (2, N, count).
    steps = middles.astype(int) - np.arange(count)
    gaussians = np.exp(-((steps / np.maximum(0.6, sizes / CELL / 7).T[..., np.newaxis]) ** 2) / 2)
    across, down = gaussians  # a Gaussian over the page is their product, (N, count, count)
    np.max(down[..., np.newaxis] * across[:, np.newaxis], 0, out=targets[..., 0])
    across, down = gaussians * (abs(steps) <= 1)
    near = down[..., np.newaxis] * across[:, np.newaxis]
    whose = near.argmax(0)  # of which digit each place tells
    rows, columns = np.mgrid[:count, :count]
    off = middles - np.arange(count) - 0.5
    size = np.log(sizes / (16, 32)).T
    says = near.max(0), labels[whose], *size[:, whose], off[0][whose, columns], off[1][whose, rows]
    targets[..., 1:7] = np.stack(says, -1)
    return targets


def finder_loss(y_true, y_pred):
    """How wrong the finder's answers are, where `y_true` is what to_targets says.

    The focal loss of "Objects as Points" for the middles: there are few, and what is easy counts
    little.
    """
    import tensorflow as tf

    y_pred = tf.nn.depth_to_space(y_pred, 2)
    near, count, label, box, ink = tf.split(y_true, [1, 1, 1, 4, INKS], -1)
    logit, which, where, inked = tf.split(y_pred, [1, NO_DIGIT, 4, INKS], -1)
    middle, seen = tf.cast(near > 0.999, tf.float32), tf.sigmoid(logit)
    missed = middle * (1 - seen) ** 2 * tf.nn.softplus(-logit)
    invented = (1 - middle) * (1 - near) ** 4 * seen**2 * tf.nn.softplus(logit)
    digits = tf.reduce_sum(middle) + 1
    label = tf.cast(label[..., 0], tf.int32)
    named = tf.nn.sparse_softmax_cross_entropy_with_logits(label, which)
    return (
        tf.reduce_sum(missed + invented) / digits
        + tf.reduce_sum(count[..., 0] * named) / digits / 2
        + tf.reduce_sum(count * tf.abs(box - where)) / digits / 4
        + 4 * tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(ink, inked))
    )


def recall(y_true, y_pred):
    """The share of the digits that the finder sees and names rightly."""
    import tensorflow as tf

    y_pred = tf.nn.depth_to_space(y_pred, 2)
    middle = y_true[..., 0] > 0.999
    right = tf.argmax(y_pred[..., 1 : 1 + NO_DIGIT], -1) == tf.cast(y_true[..., 2], tf.int64)
    seen = tf.cast(middle & right & (y_pred[..., 0] > 0), tf.float32)
    return tf.reduce_sum(seen) / (tf.reduce_sum(tf.cast(middle, tf.float32)) + 1e-6)


def page_batches(images, labels, seed):
    """Batches of pages without end: (pictures, targets), as build_finder and finder_loss want."""
    rng = np.random.default_rng(seed)
    glyphs = glyph_pools(rng, images, labels)
    while True:
        pages = (make_page(rng, glyphs) for _ in range(FINDER_BATCH))
        pictures, boxes, inks = zip(*pages, strict=True)
        targets = np.array([*map(to_targets, boxes, inks)])
        yield to_finder(np.array(pictures))[..., np.newaxis], targets


def to_finder(pictures):
    """Pictures, uint8, as the finder takes them: float32, -0.5 to 0.5."""
    return pictures.astype(np.float32) / 255 - 0.5


def train_finder(path=None, data=None, batches=FINDER_BATCHES):
    """Train a finder on made pages and put it into the model file `path`: the Keras model.

    The file is written at the end of each epoch, so that stopping (Ctrl-C) keeps what was learnt
    until then. Raises DigitRecognizerError.
    """
    path = Path(path or MODEL_FILE)
    network = load_model(path).own_content
    check_writable(path)
    (images, labels), test = load_mnist(data)
    keras = import_keras()
    import tensorflow as tf

    keras.utils.set_random_seed(SEED)
    # Newer processors compute faster with half as many bits; the weights keep all of theirs.
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = build_finder()
    keras.config.set_dtype_policy("float32")
    steps = min(FINDER_EPOCH, batches)  # an epoch
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, batches - steps / 2, warmup_target=FINDER_RATE, warmup_steps=steps / 2
    )
    model.compile(keras.optimizers.Adam(rate), finder_loss, metrics=[recall], jit_compile=False)

    def save(epoch, logs):
        fixed = build_finder(256, 1)  # OpenCV runs it at any size all the same
        fixed.set_weights(model.get_weights())
        with quiet():
            converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]  # half as many bits
            content = converter.convert()
        replace_file(path, pack(network, content))

    held_out = itertools.islice(page_batches(*test, SEED + 1), HELD_OUT_PAGES // FINDER_BATCH)
    model.fit(
        made_ahead(page_batches(images, labels, SEED)),
        epochs=batches // steps,
        steps_per_epoch=steps,
        validation_data=tuple(map(np.concatenate, zip(*held_out, strict=True))),
        validation_batch_size=FINDER_BATCH,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=save)],
        shuffle=False,
        verbose=1 if sys.stdout.isatty() else 2,
    )
    return model


# ---------------------------------------------------------------------------
# Where digits are: the finder sees a picture at several scales
# ---------------------------------------------------------------------------
#
# A View is what it sees at one of them. A digit that is seen in several counts once.

SIDES = 1200, 750, 470, 290, 180, 112, 70  # pixels: the longer side of a picture in each View
NEARER = 1.6  # times: as large as in one View is the picture in the next
LARGER = 1.5  # times: a small picture is enlarged by this at most
# What follows was chosen on made pages, with the digits on them counted.
PLATT_SLOPE, PLATT_SHIFT = 2.1, 0.9  # make probabilities of the finder's answers (Platt 1999)
MIN_CERTAINTY = 0.4  # of a digit that is found
FAR = 290  # pixels: Views no larger than that show whether there is anything to see from nearer ...
LARGE = (
    NEAR / NEARER
)  # pixels: ... where no digit is lower, there is not, as digits there exceed NEAR
MIN_HEIGHT = 20  # pixels: the finder sees lower digits badly; from nearer they are higher
FEW = 9  # digits: so few may all be small by chance
SAME_IOU = 0.5  # intersection over union: such boxes show the same digit (non-maximum suppression)
MAX_OVERLAP = 0.6  # of its area: what shares so much with a surer digit may be a part of it
HEIGHT_SPREAD = 0.6  # a standard deviation: of the logarithms of heights on a sheet


class Digit(NamedTuple):
    """A digit found in a picture: a Prediction, whose fields are also its own, and where it is."""

    prediction: Prediction | None  # none until it is named
    box: tuple[int, int, int, int]  # x, y, width, height in pixels of the picture
    image: np.ndarray  # (28, 28) uint8, what the network saw
    ink: np.ndarray  # (height, width) uint8, its own ink in its box
    line: int = 0  # the line of writing that it stands in, 0 at the top
    # What TeachableNetwork.predict wants to know:
    opinion: np.ndarray | None = None  # the other network's, (11,)
    single: float = 1.0  # how certain it is that it is just one digit, 0 to 1
    cut: float = 0.0  # the share of the ink in its box, 0 to 1, that was left to its neighbours

    def __getattr__(self, field):
        return getattr(self.prediction, field)

    @property
    def answer(self):
        """The network's answer, as of Network.run: float (11,)."""
        return np.array([*self.probabilities, self.no_digit])

    def unsure(self):
        """The same digit, not sure."""
        return self._replace(prediction=to_prediction(self.answer, 0), single=0.0)


class Reading(NamedTuple):
    """What was read in a picture."""

    lines: list[list[Digit]]  # from top to bottom, each from left to right
    unread: tuple[tuple[int, int, int, int], ...] = ()  # boxes of marks that are no part of a digit
    quarters: int = 0  # quarter turns to the left by which the picture was turned, to be read

    @property
    def digits(self):
        """All digits in reading order: a list of Digit."""
        return [digit for line in self.lines for digit in line]

    @property
    def text(self):
        """A line of digits a line of text, "?" for a digit that is not sure."""
        return "\n".join(
            "".join(str(digit.digit) if digit.sure else "?" for digit in line)
            for line in self.lines
        )

    def changed(self, change):
        """The same with each Digit as `change` makes it."""
        return self._replace(lines=[[change(digit) for digit in line] for line in self.lines])

    def moved(self, move):
        """The same with each box as `move` makes it."""
        digits = self.changed(lambda digit: digit._replace(box=move(digit.box)))
        return digits._replace(unread=tuple(map(move, self.unread)))


class Detection(NamedTuple):
    """A digit as the finder sees it."""

    certainty: float  # that there is one, 0 to 1
    probabilities: np.ndarray  # (10,) float32: which one it is
    box: tuple[float, float, float, float]  # x, y, width, height in pixels of the picture

    def opinion(self):
        """What the finder says of it, as a network's answer: float32 (11,), no digit at the end."""
        return np.append(self.certainty * self.probabilities, np.float32(1 - self.certainty))


class View:
    """What the finder sees in a picture, or a part of it, at one scale.

    `small` is uint8 (height, width), dark on light or light on dark, `scale` times as large as
    the picture; its corner is that of the picture, or at `corner` (x, y) in the picture's pixels.
    """

    def __init__(self, finder, small, scale, corner=(0, 0)):
        self.small, self.scale, self.corner = small, scale, corner
        ends = RIM, RIM - small.shape[0] % -8, RIM, RIM - small.shape[1] % -8
        finder.setInput(to_finder(with_paper(small, ends))[np.newaxis, np.newaxis])
        self.answers = unfold(finder.forward()[0])
        self.certainty = sigmoid(PLATT_SLOPE * self.answers[0] + PLATT_SHIFT)
        best = cv2.dilate(self.certainty, np.ones((3, 3)))
        peaks = np.nonzero((self.certainty >= MIN_CERTAINTY) & (self.certainty == best))
        self.found = self.at(*peaks)  # the digits that it sees: a list of Detections

    def at(self, rows, columns):
        """The digits whose middles are at places (N,), however uncertain: a list of Detections."""
        answers = self.answers[:, rows, columns]
        which = softmax(answers[1 : 1 + NO_DIGIT].T)
        wide, high, right, down = answers[1 + NO_DIGIT : 5 + NO_DIGIT]
        width, height = 16 * np.exp(wide) / self.scale, 32 * np.exp(high) / self.scale
        x = ((columns + 0.5 + right) * CELL - RIM) / self.scale + self.corner[0] - width / 2
        y = ((rows + 0.5 + down) * CELL - RIM) / self.scale + self.corner[1] - height / 2
        boxes = map(tuple, np.transpose([x, y, width, height]).tolist())
        return [*map(Detection, self.certainty[rows, columns].tolist(), which, boxes)]

    def fitting(self, boxes):
        """N Detections for boxes (N, 4): the digits there, less certain where the box differs."""
        middles = (middles_and_sizes(boxes)[0] - self.corner) * self.scale + RIM
        columns, rows = (middles / CELL).astype(int).T[..., np.newaxis]
        # The surest of the nine places around the middle.
        last = np.subtract(self.certainty.shape, 1)
        rows = (rows + np.repeat([-1, 0, 1], 3)).clip(0, last[0])
        columns = (columns + np.tile([-1, 0, 1], 3)).clip(0, last[1])
        best = np.arange(len(boxes)), self.certainty[rows, columns].argmax(1)
        found = self.at(rows[best], columns[best])
        same = np.sqrt(overlap(boxes, [one.box for one in found])[0]).tolist()
        return [
            one._replace(certainty=one.certainty * alike)
            for one, alike in zip(found, same, strict=True)
        ]

    def ink(self, box, size):
        """How probable it is that pixels in a box are ink: float32 (height, width, 2).

        First that of digits, then any other. The box is in pixels of the picture; what is returned
        has another `size` (width, height).
        """
        step = np.divide(box[2:], size) * self.scale / 2
        start = (np.subtract(box[:2], self.corner) * self.scale + RIM + step) / 2 - 0.5
        matrix = np.column_stack([np.diag(step), start])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return sigmoid(cv2.warpAffine(self.squares, matrix, size, flags=flags))

    @functools.cached_property  # while one draws, no one asks for it
    def squares(self):
        """The finder's answers about ink, for each square of 2x2 pixels: float32 (h, w, 2)."""
        return cv2.merge([*unfold(self.answers[-INKS:])])


def unfold(answers):
    """Answers about 2x2 places, which lie behind each other, (4 C, h, w): (C, 2 h, 2 w)."""
    _, high, wide = answers.shape
    answers = answers.reshape(2, 2, -1, high, wide).transpose(2, 3, 0, 4, 1)
    return answers.reshape(-1, 2 * high, 2 * wide)


def likely_size(box, usual):
    """How probable a digit with this box is beside digits of a `usual` height: up to 1."""
    unlike = math.log(max(box[3], 0.7 * box[2]) / usual) / HEIGHT_SPREAD
    return math.exp(-(unlike**2) / 2)


def softmax(logits):
    """Logits (N, 11) as probabilities: each row sums to 1."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def sigmoid(logits):
    """Logits as probabilities."""
    return 1 / (1 + np.exp(-logits))


def overlap(box, boxes):
    """The intersection of a box with others: over their union (IoU), and over the smaller area.

    Of as many boxes (N, 4) as others, each is compared with the one at its place.
    """
    (middle, size), (middles, sizes) = middles_and_sizes(box), middles_and_sizes(boxes)
    common = (size + sizes) / 2 - np.abs(middles - middle)  # (N, 2)
    both = common.clip(0, np.minimum(size, sizes)).prod(-1)
    one, other = size.prod(-1), sizes.prod(-1)
    return both / (one + other - both), both / np.minimum(one, other)


def middles_and_sizes(boxes):
    """The middles of boxes (N, 4), or of one, and their widths and heights: two arrays (N, 2).

    A bare one may be a pixel wide: a little room is added.
    """
    boxes = np.array(boxes, float).reshape(-1, 4)
    corners, sizes = boxes[:, :2], boxes[:, 2:]
    return corners + sizes / 2, np.maximum(sizes, 0.3 * sizes[:, ::-1])


def image_pyramid(picture, model):
    """The picture, uint8 (height, width), as the finder sees it from near to afar: a list of Views.

    It looks from afar first, which is quick, and no nearer where all ink is that of large digits.
    Where most are small in the nearest View, there is one from nearer still.
    """
    longer = max(picture.shape)
    sides = [side for side in SIDES if side <= LARGER * longer] or SIDES[-1:]

    def resized(source, side):
        kind = cv2.INTER_AREA if side < longer else cv2.INTER_LINEAR
        return cv2.resize(source, scaled_size(picture, side / longer), interpolation=kind)

    def views(some):
        return [View(model.finder, small, max(small.shape) / longer) for small in some]

    # Each is made from the one before, which takes less time.
    smaller = [*itertools.accumulate([picture, *sides], resized)][1:]
    seen = views(small for small in smaller if max(small.shape) <= FAR)
    found, _ = fuse(seen)
    if min([one.box[3] for one in found], default=0) * seen[0].scale >= LARGE:
        pieces = ink_pieces(picture, seen, found)
        if not ink_coverage(picture.shape, pieces, found)[1]:  # all ink is theirs
            return seen
    seen = views(small for small in smaller if max(small.shape) > FAR) + seen
    heights = [found.box[3] * seen[0].scale for found in seen[0].found]
    if len(heights) > FEW and np.median(heights) < MIN_HEIGHT:
        seen = views([resized(picture, round(NEARER * seen[0].scale * longer))]) + seen
    return seen


def fuse(views):
    """The digits in Views of a picture, from near to far, and what lies in them: two lists.

    Both are of Detections, surest first. What is seen in several views counts once: its box and
    which digit it is are the mean of what they say (Solovyev, Wang and Gabruseva 2021, "Weighted
    boxes fusion"). What lies in a surer digit is a part of it, or another digit that it touches.
    """
    seen = []
    for number, view in enumerate(views):
        least = MIN_HEIGHT if number else 0
        seen += [one for one in view.found if one.box[3] * view.scale >= least]
    seen.sort(key=lambda one: -one.certainty)
    boxes, left, fused = np.array([one.box for one in seen]), np.arange(len(seen)), []
    while len(left):
        same = overlap(boxes[left[0]], boxes[left])[0] > SAME_IOU
        certainty, which, where = zip(*(seen[one] for one in left[same]), strict=True)
        weights = np.divide(certainty, sum(certainty))
        fused.append(Detection(certainty[0], weights @ which, tuple((weights @ where).tolist())))
        left = left[~same]
    # From near a loop may be more certain than its digit, so an unlikely size takes certainty away.
    usual = usual_height(fused) if fused else 0.0
    sized = [one._replace(certainty=one.certainty * likely_size(one.box, usual)) for one in fused]
    certain = [one for one in sized if one.certainty >= MIN_CERTAINTY]
    certain.sort(key=lambda one: -one.certainty)
    boxes, alone = np.array([one.box for one in certain]), np.zeros(len(certain), bool)
    for number, box in enumerate(boxes):
        alone[number] = overlap(box, boxes[alone])[1].max(initial=0) < MAX_OVERLAP
    return tuple([*itertools.compress(certain, which)] for which in (alone, ~alone))


def usual_height(found):
    """The usual height of found digits in pixels: the median, certain and tall ones count more."""
    heights, certainty = np.array([(one.box[3], one.certainty) for one in found]).T
    weights = certainty * heights
    return float(np.quantile(heights, 0.5, weights=weights, method="inverted_cdf"))


def best_fit(views, box):
    """The digit that has just this box, in the View that shows it best: a Detection."""
    return max((view.fitting([box])[0] for view in views), key=lambda found: found.certainty)


def showing(views, height, pixels):
    """The View in which what is so high in the picture is nearest to so many pixels high."""
    return min(views, key=lambda view: abs(math.log(view.scale * height / pixels)))


def find_digits(image, model=None):
    """Where the digits of a picture are: a list of Detections, the surest first.

    Arguments as for read_digits. Without a finder there are none. Raises DigitRecognizerError.
    """
    model = default_model() if model is None else model
    return fuse(image_pyramid(to_grey(image), model))[0] if model.finder else []


# ---------------------------------------------------------------------------
# A picture read: predict_digit names what was found, on its own ink
# ---------------------------------------------------------------------------
#
# Ink that belongs to no digit is unread. Digits stand in lines, and a page may lie on its side.

READ_HEIGHT = 40  # pixels: so high the finder tells pieces of ink, and strokes, from each other
INK_HEIGHT = 56  # pixels: so high it tells best which pixels are a digit's ink; on made pages
OWN_SIDE = 120  # pixels: the longer side of what own_ink works on, at most
# Of a digit's longer side: so far around its box its ink is searched for. Of 580 made pictures
# 0.15 reads 524, 0.5 reads 530 (12 instead of 15 signs wrong though sure), 0.7 reads 528.
INK_MARGIN = 0.5
SAME_PIECE_IOU = 0.8  # intersection over union: such a digit is all of a piece of ink
# The finder's certainty counts to this power beside the probability of the network that names.
# Chosen among 0.2, 0.3 and 0.4 on rows of made hands, each with a slant and ways of its own.
FINDER_WEIGHT = 0.3
NO_DIGIT_FROM = 0.5  # probability, of both networks together: what is so surely none is left out
LEAST_MARK = 0.15  # of the usual height: smaller marks are dust
LETTER_GAP = 0.2  # of a digit's height: letters of a word stand closer to each other
# Of their height: digits that differ by less are level. Of 3,000 made pages, their lines one height
# apart and more, 24 come out wrong so; with 0.6 and 0.8 50 and 46.
LEVEL = 0.7
LEGIBLE = 0.75  # of the marks: where fewer are sure digits, a page may lie on its side
# How much more probable a page is that lies upright, as a logarithm: 625 may be 529, upside down.
# Of 200 made numbers that lie upside down 108 are read, with log(2) 116; of upright ones as many as
# if no page were turned.
UPRIGHT_PRIOR = math.log(5)


def read_digits(image, model=None):
    """Read every digit of a picture, any that to_grey takes, line by line: a Reading.

    `model` is what load_model gives, by default that of the file beside this script.
    A page that lies on its side, or upside down, is turned where it is unclear as it lies and clear
    after the turn; where either may be, no digit is sure. Of one or two digits no one can tell.
    """
    model = default_model() if model is None else model
    picture = to_grey(image)
    as_it_lies = read_upright(picture, model)
    sure, marks = legible(as_it_lies)
    if sure >= LEGIBLE * len(marks):
        return as_it_lies
    readings, likely = [as_it_lies], [UPRIGHT_PRIOR + sum(map(math.log, marks))]
    for quarters in (1, 2, 3):
        turned = turn_back(picture, quarters, model)
        clear, marks = legible(turned)
        if clear > max(2, sure):
            readings.append(turned)
            likely.append(sum(map(math.log, marks)))
    best = readings[np.argmax(likely)]
    # How probable that is, among the ways in which the page may lie.
    if 1 / np.exp(np.array(likely) - max(likely)).sum() >= SURE_TOGETHER:
        return best
    # The page may as well lie otherwise, and its digits be others.
    return best.changed(Digit.unsure)


def legible(reading):
    """How many digits of a Reading are sure, and how probable each of its marks is as a digit.

    A number, and a list of numbers from 0.1 to 1: unread marks that are no specks count 0.1 each.
    """
    least = 0.4 * statistics.median([digit.box[3] for digit in reading.digits] or [0])
    unread = sum(box[3] > least for box in reading.unread)
    marks = [max(0.1, digit.confidence) for digit in reading.digits] + [0.1] * unread
    return sum(digit.sure for digit in reading.digits), marks


def upright(box, quarters, shape=(0, 0)):
    """A box after quarter turns to the left of its picture, or about the corner (0, 0).

    `shape` is the picture's (height, width); without it x, y may become negative.
    """
    for _ in range(quarters):
        box, shape = (box[1], shape[1] - box[0] - box[2], box[3], box[2]), shape[::-1]
    return box


def turn_back(picture, quarters, model):
    """What is read in a picture after quarter turns to the left: a Reading, boxes as it lies."""
    turned = np.ascontiguousarray(np.rot90(picture, quarters))
    back = functools.partial(upright, quarters=-quarters % 4, shape=turned.shape)
    reading = read_upright(turned, model).moved(back)._replace(quarters=quarters)
    return reading.changed(lambda digit: digit._replace(ink=np.rot90(digit.ink, -quarters)))


def read_upright(picture, model):
    """As read_digits, of a grey picture, uint8 (height, width), that is upright."""
    if np.ptp(picture) < MIN_CONTRAST:
        return Reading([])
    views = image_pyramid(picture, model) if model.finder else []
    found, inside = fuse(views)
    if found:
        pieces = ink_pieces(picture, views, found)
        found, digits = weigh_alternatives(picture, found, inside, pieces, views, model)
        covered, unread = ink_coverage(picture.shape, pieces, found)
        digits = [one._replace(single=much) for one, much in zip(digits, covered, strict=True)]
        return doubt_letters(name_digits(digits, model, unread, several=len(found) > 1))
    # All ink is taken for one digit; where the finder saw none, for an unsure one.
    ink = find_ink(picture)
    x, y, width, height = box = cv2.boundingRect(ink)
    opinion = best_fit(views, box).opinion() if views and width else None
    ink, image = ink[y : y + height, x : x + width], normalize_digit(ink)
    return name_digits([Digit(None, box, image, ink, opinion=opinion)], model)


def name_digits(digits, model, unread=(), several=False):
    """Name digits, a list of Digit, and lay them in lines: a Reading.

    What both networks take for no digit is unread beside sure digits, or wherever there are
    `several` marks.
    """
    named = [
        one._replace(prediction=predict_digit(one.image, model, one.opinion, one.single, one.cut))
        for one in digits
        if one.image.any()
    ]
    if several or any(digit.sure for digit in named):
        unread = *unread, *(digit.box for digit in named if digit.no_digit >= NO_DIGIT_FROM)
        named = [digit for digit in named if digit.no_digit < NO_DIGIT_FROM]
    return Reading(to_lines(named), tuple(unread))


def doubt_letters(reading):
    """The Reading; among words no digit is sure close beside which stands what is none, or unsure.

    It may be a letter: alone, an "l" is a one. Words are many unread marks as high as digits.
    """
    usual = np.median([digit.box[3] for digit in reading.digits] or [0])
    letters = [box for box in reading.unread if usual / 2 < box[3] < 2 * usual]
    if len(letters) <= 2 * len(reading.digits):
        return reading
    letters += [digit.box for digit in reading.digits if not digit.sure]
    left, top, wide, high = np.transpose(letters)

    def checked(digit):
        x, y, width, height = digit.box
        gap = np.maximum(left - x - width, x - left - wide) / height
        common = np.minimum(top + high, y + height) - np.maximum(top, y)
        beside = (left > x) | (left + wide < x + width)  # else it is a frame, or itself
        letter = (beside & (gap < LETTER_GAP) & (common > height / 2)).any()
        return digit.unsure() if letter else digit

    return reading.changed(checked)


def within(box, shape):
    """A box in whole pixels, within a picture of this shape (height, width), at least one large."""
    low = np.clip(np.floor(box[:2]), 0, np.subtract(shape[::-1], 1))
    high = np.clip(np.ceil(np.add(box[:2], box[2:])), low + 1, shape[::-1])
    return tuple(np.append(low, high - low).astype(int).tolist())


def own_ink(picture, found, others, views):
    """A digit that was found, as a Digit without its neighbours' ink, not named yet.

    What the finder takes for ink, from near, tells how dark ink and paper are there.
    """
    x, y, width, height = found.box
    view = showing(views, height, INK_HEIGHT)
    room = INK_MARGIN * max(width, height)
    box = within((x - room, y - room, width + 2 * room, height + 2 * room), picture.shape)
    part = picture[scaled_box(box, 1)]
    size = scaled_size(part, min(1, OWN_SIDE / max(box[2:])))
    part, step = cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.divide(box[2:], size)
    mine, other = cv2.split(view.ink(box, size))
    across = (np.arange(size[0]) + 0.5) * step[0] + box[0]
    down = (np.arange(size[1])[:, np.newaxis] + 0.5) * step[1] + box[1]
    # The finder may take a bare one for a line: in its box all ink is its own, beside it digits'.
    inside = (abs(across - x - width / 2) < width / 2) & (abs(down - y - height / 2) < height / 2)
    mine = np.where(inside, np.maximum(mine, other), mine)
    paper = (1 - cv2.max(mine, other)) ** 4
    light, dark = (np.average(part, weights=some + 1e-9) for some in (paper, mine**2))
    ink = ((part - light) / (dark - light or 1)).clip(0, 1) * (2 * mine).clip(0, 1)
    # Of two digits' ink, each pixel belongs to the one whose box it is nearer to.
    near = overlap(box, [one.box for one in others])[0] > 0
    rivals = [one.box for one in itertools.compress(others, near) if one is not found]
    middles, sizes = middles_and_sizes([found.box, *rivals])
    (x, y), (wide, high) = (two.T[..., np.newaxis, np.newaxis] for two in (middles, sizes))
    far = ((across - x) / wide) ** 2 + ((down - y) / high) ** 2  # (boxes, height, width)
    kept = far[0] <= far.min(0)
    cut = 1 - float(ink[inside & kept].sum() / (ink[inside].sum() + 1e-6))
    ink = drop_specks(np.rint(255 * ink * kept).astype(np.uint8))
    there = np.maximum(cv2.boundingRect(ink), (0, 0, 1, 1))  # a blank one is left out
    corner, extent = box[:2] + there[:2] * step, there[2:] * step
    box = within((*corner, *extent), picture.shape)
    mine = cv2.resize(ink[scaled_box(there, 1)], box[2:])
    return Digit(None, box, normalize_digit(ink), mine, 0, found.opinion(), cut=cut)


def ink_pieces(picture, views, found):
    """The connected pieces of ink that the finder sees in a picture, uint8 (height, width).

    A map of their numbers, int32 (h, w), 0 where there is none, a list of their boxes (x, y, width,
    height) in the map, and the map's scale.
    """
    view = showing(views, usual_height(found), READ_HEIGHT)
    ink = view.ink((0, 0, *picture.shape[::-1]), scaled_size(picture, view.scale / 2)).max(2)
    marks = cv2.dilate((ink > 0.4).astype(np.uint8), np.ones((2, 2), np.uint8))
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(marks)
    return numbers, stats[:, :4].tolist(), view.scale / 2


def piece_of(one, numbers, scale):
    """The number of the piece of ink that most of a digit's box holds, 0 for none (ink_pieces)."""
    counts = np.bincount(numbers[scaled_box(one.box, scale)].ravel(), minlength=2)
    return int(counts[1:].argmax()) + 1 if counts[1:].any() else 0


def scaled_box(box, scale, room=0.0):
    """Where a box lies in a map of this scale, with room on all sides, as an index."""
    x, y, width, height = (v * scale for v in box)
    return np.s_[
        max(0, int(y - room)) : max(0, math.ceil(y + height + room)),
        max(0, int(x - room)) : max(0, math.ceil(x + width + room)),
    ]


def weigh_alternatives(picture, found, inside, pieces, views, model):
    """What was found and the same as Digits, two tuples, after other ways to read it were weighed.

    What lies `inside` of a surer digit may be one of its own, and what was found in a connected
    piece of ink may be parts of one digit. Each way costs as much as its costliest digit: by the
    sum of costs, a row with one digit that is hard to name would be better one digit.
    """
    digits = [(one, own_ink(picture, one, found, views)) for one in found]

    def highest_cost(some):
        answers = model.read(np.array([digit.image for _, digit in some]))
        return cost(answers[:, :NO_DIGIT].max(1), [one.certainty for one, _ in some]).max()

    def weighed(one, gone=()):
        """The digits, with `one` in place of those that are `gone` where that costs less."""
        goes = np.array([any(other is part for part in gone) for other, _ in digits])
        near = goes | (overlap(one.box, [other.box for other, _ in digits])[0] > 0)
        old, far = ([*itertools.compress(digits, which)] for which in (near, ~near))
        now = [one, *(other for other, _ in itertools.compress(digits, near & ~goes))]
        others = [*now, *(other for other, _ in far)]
        new = [(other, own_ink(picture, other, others, views)) for other in now]
        return far + min(old, new, key=highest_cost)

    for one in inside:
        digits = weighed(one)
    numbers, boxes, scale = pieces
    groups = {}  # what was found in each piece
    for one, _ in digits:
        groups.setdefault(piece_of(one, numbers, scale), []).append(one)
    for number, parts in groups.items():
        box = tuple(v / scale for v in boxes[number])
        if number and overlap(box, [parts[0].box])[0] <= SAME_PIECE_IOU:
            digits = weighed(best_fit(views, box)._replace(box=box), parts)
    return zip(*digits, strict=True)


def cost(probability, certainty):
    """What it costs to take something for what both networks think it is, in logarithms: (N,).

    `probability` is what predict_digit's network says, `certainty` the finder's, both (N,).
    """
    return -np.log((probability * np.clip(certainty, 0.01, 0.99) ** FINDER_WEIGHT).clip(1e-5))


def ink_coverage(shape, pieces, found):
    """For each digit found the share, 0 to 1, of its piece of ink that is digits'; all other ink.

    The latter as boxes (x, y, width, height) in a picture of this shape (height, width). A letter's
    stem may look like a one, but it leaves most of its piece.
    """
    numbers, boxes, scale = pieces
    other, whose = numbers.copy(), [piece_of(one, numbers, scale) for one in found]
    for one, piece in zip(found, whose, strict=True):
        near = scaled_box(one.box, scale, room=0.15 * max(one.box[2:]) * scale)
        other[near][numbers[near] == piece] = 0  # around its box only its own is gone, no comma
        other[scaled_box(one.box, scale)] = 0
    left, total = (np.bincount(ink.ravel(), minlength=len(boxes)) for ink in (other, numbers))
    left[0], total[0] = 0, 1  # what is in no piece leaves nothing
    covered = (1 - left[whose] / total[whose]).tolist()
    _, _, stats, _ = cv2.connectedComponentsWithStats((other > 0).astype(np.uint8))
    return covered, [
        within([v / scale for v in box], shape)
        for box in stats[1:, :4].tolist()
        if max(box[2:]) >= LEAST_MARK * READ_HEIGHT / 2
    ]


def middle_of(digit):
    """The middle of a Digit's box: x and y."""
    x, y, width, height = digit.box
    return x + width / 2, y + height / 2


def to_lines(digits):
    """Digits in lines, from top to bottom, each from left to right: lists of Digit.

    Each joins the line whose last digit is level with it. A second round follows the tilt that the
    first one's lines show: of 3,000 made pages 2,976 instead of 2,941 come out right.
    """
    height = statistics.median(digit.box[3] for digit in digits) if digits else 0
    lines = []
    for _ in range(2):
        steps = [
            (b[1] - a[1]) / (b[0] - a[0])
            for line in ([middle_of(digit) for digit in line] for line in lines)
            for a, b in zip(line, line[2:], strict=False)
            if b[0] - a[0] > height
        ]
        # How far lines fall, in pixels a pixel.
        slope = statistics.median(steps) if len(steps) >= 2 else 0.0
        lines = []
        for digit in sorted(digits, key=middle_of):
            x, y = middle_of(digit)
            ends = [middle_of(line[-1]) for line in lines]
            off = [abs(y - end[1] - slope * (x - end[0])) for end in ends]
            if off and min(off) < LEVEL * height:
                lines[off.index(min(off))].append(digit)
            else:
                lines.append([digit])
    lines.sort(key=lambda line: statistics.fmean(y - slope * x for x, y in map(middle_of, line)))
    return [[digit._replace(line=number) for digit in line] for number, line in enumerate(lines)]


# ---------------------------------------------------------------------------
# Strokes: which of them make a digit
# ---------------------------------------------------------------------------
#
# Whose ink is whose is known here. Strokes are grouped as both networks find it most probable:
# Viterbi's algorithm finds the cheapest way, forward and backward say how certain it is.

MOST_STROKES = 4  # of one digit
DOT = 0.2  # of the height of most strokes: what moves no further is no part of a digit
BLOT = 3  # times the pen's width: what is no larger can't show what it is
MAX_GAP = 0.35  # of the height of most strokes: what is further from others is read by itself
MIN_PART = 0.6  # of a digit's height: a shorter part of a stroke is no digit of its own
# Of the larger one's width and height: digits whose middles are nearer to each other are in one
# place. With 0.2 to 0.3, made "$", "x" and "#" are not sure, and made rows as sure as without.
SAME_PLACE = 0.25
# How probable a mark that is no digit is against a digit; chosen from 0.2 to 0.5 on made rows.
NO_DIGIT_PRIOR = 0.2
OVER = 0.25  # of the height: a stroke that lies so far over its others is not beside them
MAX_WIDTH = 1.6  # heights: strokes that are together wider are more than one digit or mark
# What each OVER by which strokes lie apart costs, beside each other, and above or below: a digit,
# and a mark, as a letter. So of 250 made sheets with digits and letters 188 instead of 176 are told
# apart, and as many rows are read. With 0.5 it would be 195, but a "=" that touches a digit would
# take it along.
APART_IN_DIGIT, APART_IN_MARK = (1.0, 0.0), (0.7, 1.0)
INVERSE_TEMPERATURE = 8  # so groups are right as often as their posteriors say, on made rows


def read_strokes(strokes, pen, model=None):
    """Read every digit that a pen wrote, line by line: a Reading.

    `strokes` is a list of arrays (points, 2), x and y in pixels, in the order in which they were
    drawn; `pen` is the line's width in pixels. Raises DigitRecognizerError without a model.
    """
    model = default_model() if model is None else model
    strokes = [np.asarray(stroke, np.float32).reshape(-1, 2) for stroke in strokes if len(stroke)]
    strokes, usual, apart = without_dots(strokes, pen)
    if not strokes:
        return Reading([], apart)
    if not model.finder:
        return name_digits([draw_digit(strokes, pen)], model, apart)
    # What has not changed since it was read is not read again: so a page is read at each movement.
    before, model.parts, digits = model.parts, {}, []
    for some in connected(strokes, MAX_GAP * usual + pen):
        key = (pen, usual, *(stroke.tobytes() for stroke in some))
        model.parts[key] = before.get(key) or read_connected(some, pen, usual, model)
        digits += model.parts[key]
    return name_digits(digits, model, apart)


def without_dots(strokes, pen):
    """Strokes without dots: (strokes, their usual height, the boxes of dots beside them).

    A dot on ink changes nothing, one within the box of a stroke is a part of its digit.
    """
    if not strokes:
        return [], 0.0, ()
    corners = np.array([(stroke.min(0), stroke.max(0)) for stroke in strokes])  # (N, 2, 2)
    extents = np.ptp(corners, axis=1)
    wide, tall = extents.T
    # A five's bar shows by its width how high its digit is, but a line under a number is no digit.
    heights = np.maximum(tall, np.minimum(0.7 * wide, tall.max()))
    usual = float(np.median(heights[heights >= 0.35 * heights.max()])) + pen
    usual = max(usual, float(wide.max()) / 40)  # where it is all that there is
    large = extents.max(1) > DOT * usual
    kept, dots = ([*itertools.compress(strokes, which)] for which in (large, ~large))
    low, high = corners[large, 0] - pen, corners[large, 1] + pen
    ink, beside = draw_digit(kept, 2 * pen) if kept and dots else None, []
    for dot in dots:
        x, y = dot.mean(0)
        if not ((low <= (x, y)) & ((x, y) < high)).all(1).any():
            beside.append(draw_digit([dot], pen).box)
        elif not ink.ink[math.floor(y) - ink.box[1], math.floor(x) - ink.box[0]]:
            kept.append(dot)
    return kept, usual, tuple(beside)


def connected(strokes, far):
    """Strokes in lists: those whose boxes are less than `far` pixels apart, or linked by others."""
    lows, highs = (np.array([way(stroke, 0) for stroke in strokes]) for way in (np.min, np.max))
    near = np.maximum(lows[:, np.newaxis] - highs, lows - highs[:, np.newaxis]).max(2) < far
    first, before = np.arange(len(strokes)), None  # of each, the first that it is known to lie with
    while not np.array_equal(first, before):
        first, before = np.where(near, first[first], len(first)).min(1), first
    return [[strokes[one] for one in np.flatnonzero(first == some)] for some in np.unique(first)]


def read_connected(strokes, pen, usual, model):
    """Which of some strokes make a digit, where most are `usual` pixels high: a list of Digit."""
    view = view_strokes(strokes, pen, usual, model)
    strokes = cut_strokes(strokes, pen, fuse([view])[0])
    ends = [(*stroke.min(0).tolist(), *(stroke.max(0) + pen).tolist()) for stroke in strokes]
    order = stroke_order(ends, usual)
    runs = {  # of strokes in this order, (start, end), and their numbers as they were drawn
        (end - some, end): sorted(order[end - some : end])
        for end in range(1, len(order) + 1)
        for some in range(1, min(end, MOST_STROKES) + 1)
    }
    apart = {run: scatter([ends[one] for one in some], usual) for run, some in runs.items()}
    apart = {run: far for run, far in apart.items() if far[0] < math.inf}
    parts = [[strokes[one] for one in runs[run]] for run in apart]
    judged = judge(parts, np.array([*apart.values()]), view, pen, usual, model)
    digits, costs = (dict(zip(apart, some, strict=True)) for some in judged)
    best, posteriors = zip(*cheapest_runs(costs, len(order)), strict=True)
    chosen, read = [digits[run] for run in best], []
    true = np.array([digit.opinion[NO_DIGIT] < NO_DIGIT_FROM for digit in chosen])
    alone, frame = places(np.array([digit.box for digit in chosen]), true)
    certain = np.multiply(alone, posteriors).tolist()
    for digit, much, around in zip(chosen, certain, frame.tolist(), strict=True):
        digit = digit._replace(single=much * digit.single)
        if around:  # whatever it looks like by itself
            digit = digit._replace(opinion=np.eye(NO_DIGIT + 1, dtype=np.float32)[-1], cut=1.0)
        read.append(digit)
    return read


def places(boxes, true):
    """Which of N boxes (N, 4) have a place to themselves, and which are frames: two arrays (N,).

    What is around one of the `true` digits, (N,) bool, on all sides, is a frame, as on a form. And
    two digits are not in the same place: a "$" is no sure 5 and 1.
    """
    # Without middles_and_sizes' room: a bare one may stand close beside another digit.
    middles, sizes = boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 2:]
    far, wider = abs(middles[:, np.newaxis] - middles), sizes[:, np.newaxis] - sizes
    near = (far < SAME_PLACE * np.maximum(sizes[:, np.newaxis], sizes)).all(2)
    frame = (near & (2 * far < wider).all(2) & true).any(1)
    return (true & ~frame & near).sum(1) < 2, frame  # each is near itself: 1 is none


def stroke_order(ends, usual):
    """The numbers of strokes line by line, each line from left to right: a list of int.

    `ends` are (left, top, right, bottom) of each. So a late one, as a seven's bar, comes to stand
    beside what it belongs to.
    """
    left, top, right, bottom = np.transpose(ends)
    middles = np.sort((top + bottom)[bottom - top > usual / 2]) / 2
    lines = middles[1:][np.diff(middles) > usual / 2] - usual / 4  # where the next ones begin
    return np.lexsort([left + right, np.searchsorted(lines, (top + bottom) / 2)]).tolist()


def judge(parts, apart, view, pen, usual, model):
    """Lists of strokes as Digits with both networks' opinion, and a list of what each costs.

    Each is taken for a digit, or for a mark that is none, whichever costs less. `apart` (N, 2) is
    what scatter says of each.
    """
    digits = [draw_digit(part, pen) for part in parts]
    seen = view.fitting([digit.box for digit in digits])
    certainty = np.array([one.certainty for one in seen])
    answers = model.read(np.array([digit.image for digit in digits]))
    # The network that names sees no size: a comma is as tall as a one to it.
    sizes = np.array([likely_size(digit.box, usual) for digit in digits])
    named = answers[:, :NO_DIGIT] * np.maximum(sizes, certainty)[:, np.newaxis]
    answers = np.column_stack([named, 1 - named.sum(1)])
    as_digit = cost(named.max(1), certainty) + apart @ APART_IN_DIGIT
    # A mark of one stroke may have any size, one of several is hardly larger than a digit.
    longer = np.array([max(digit.box[2:]) for digit in digits])
    large = (longer > usual) & [len(part) > 1 for part in parts]
    as_mark = cost(NO_DIGIT_PRIOR * np.where(large, sizes, 1) * answers[:, NO_DIGIT], 1 - certainty)
    as_mark += apart @ APART_IN_MARK
    # Whose ink it is is known here: so the network that names counts three quarters.
    opinions = (np.array([one.opinion() for one in seen]) + answers) / 2
    digits = [
        digit._replace(opinion=opinion, single=float(max(digit.box[2:]) > BLOT * pen))
        for digit, opinion in zip(digits, opinions, strict=True)
    ]
    return digits, np.minimum(as_digit, as_mark).tolist()


def draw_digit(strokes, pen):
    """Some strokes as a Digit that is not named yet."""
    points = np.concatenate(strokes)
    low, high = np.floor(points.min(0) - pen / 2), np.ceil(points.max(0) + pen / 2)
    box = tuple(np.append(low, high - low).astype(int).tolist())
    ink = draw_strokes([stroke - box[:2] for stroke in strokes], pen, box[2:])
    return Digit(None, box, normalize_digit(ink), ink)


def view_strokes(strokes, pen, usual, model):
    """What the finder sees in strokes, where most are `usual` pixels high: a View."""
    points, scale = np.concatenate(strokes), READ_HEIGHT / usual
    corner, size = points.min(0) - pen, np.ptp(points, axis=0) + 2 * pen
    small = [(stroke - corner) * scale for stroke in strokes]
    ink = draw_strokes(small, max(1, round(pen * scale)), np.ceil(size * scale).astype(int))
    return View(model.finder, 255 - ink, scale, corner)


def cut_strokes(strokes, pen, found):
    """Strokes; one that writes several digits is cut where it leaves one of those found."""
    if len(found) < 2:
        return strokes
    middles, sizes = middles_and_sizes([one.box for one in found])
    parts = []
    for stroke in strokes:
        end = lengths(stroke)[-1]
        at = np.linspace(0, end, 2 + int(2 * end / pen))  # half a pen's width apart
        even = points_at(stroke, at)
        far = (((even[:, np.newaxis] - middles) / sizes) ** 2).sum(2)
        nearest = np.where(far.min(1) < 0.5, far.argmin(1), -1)  # in whose box is each point?
        ends = [0, *(np.flatnonzero(np.diff(nearest)) + 1), len(even) - 1]
        # Short parts are where a stroke touches its neighbour.
        long = [
            a
            for a, b in itertools.pairwise(ends)
            if nearest[a] >= 0 and at[b] - at[a] > MIN_PART * sizes[nearest[a], 1]
        ]
        cuts = [at[b] for a, b in itertools.pairwise(long) if nearest[a] != nearest[b]]
        between = itertools.pairwise([0.0, *cuts, end])
        parts += [stroke_part(stroke, *two) for two in between] if cuts else [stroke]
    return parts


def lengths(stroke):
    """How long a stroke (points, 2) is from its beginning to each of its points: (points,)."""
    return np.hypot(*np.diff(stroke, axis=0, prepend=stroke[:1]).T).cumsum()


def points_at(stroke, at):
    """The points of a stroke at lengths (N,) from its beginning: (N, 2)."""
    along = lengths(stroke)
    return np.column_stack([np.interp(at, along, axis) for axis in stroke.T])


def stroke_part(stroke, start, end):
    """The part of a stroke from a length on to another: float32 (points, 2)."""
    along = lengths(stroke)
    at = np.concatenate([[start], along[(along > start) & (along < end)], [end]])
    return points_at(stroke, at).astype(np.float32)


def scatter(ends, usual):
    """How far strokes lie beside those before them, and above or below: two sums, in units of OVER.

    `ends` are (left, top, right, bottom) of each. A stroke lies with the others where much of it,
    or its middle, is above or below them. What is too broad for one (MAX_WIDTH) is infinitely far.
    """
    beside = gaps = 0.0
    left, top, right, bottom = ends[0]
    for x, y, x_end, y_end in ends[1:]:
        common = min(right, x_end) - max(left, x)
        inside = min((x + x_end) / 2 - left, right - (x + x_end) / 2)
        beside += max(0, 1 - max(common, inside) / (OVER * usual))
        gaps += max(0, y - bottom, top - y_end) / (OVER * usual)
        left, top, right, bottom = min(left, x), min(top, y), max(right, x_end), max(bottom, y_end)
        if right - left > MAX_WIDTH * max(bottom - top, usual):
            beside = math.inf
    return beside, gaps


def cheapest_runs(costs, count):
    """The cheapest runs that hold each of `count` strokes once: a list of (run, posterior).

    `costs` are logarithms of how improbable runs (start, end) are, sorted by their ends. Viterbi
    (1967) finds the cheapest. The posterior, 0 to 1, is how certain it is that just these strokes
    are one digit: the probability of all ways that have this run among that of all ways (forward
    and backward).
    """
    best = [(0.0, ())] + [(math.inf, ())] * count  # of so many strokes: the cost, and the runs
    ahead, back = ([-math.inf] * (count + 1) for _ in range(2))
    ahead[0] = back[count] = 0.0
    for (start, end), price in costs.items():
        before, chosen = best[start]
        best[end] = min(best[end], (before + price, (*chosen, (start, end))))
        ahead[end] = np.logaddexp(ahead[end], ahead[start] - INVERSE_TEMPERATURE * price)
    for (start, end), price in reversed(costs.items()):
        back[start] = np.logaddexp(back[start], back[end] - INVERSE_TEMPERATURE * price)

    def posterior(start, end):
        weight = ahead[start] - INVERSE_TEMPERATURE * costs[start, end] + back[end] - ahead[count]
        return math.exp(min(0, weight))

    return [(run, posterior(*run)) for run in best[count][1]]


# ===========================================================================
# PART THREE: people's hands
# ===========================================================================
#
# MNIST is not how the world writes. So training gets more to learn from, MNIST's images varied,
# other ways of writing and what is no digit; and a trained network is taught its user's hand. It
# needs part one, and part two's glyphs.

# ---------------------------------------------------------------------------
# Handwriting: drawn from the table at the end of this file, and MNIST's images varied
# ---------------------------------------------------------------------------
#
# A way of writing is a few points. A smooth curve through them, drawn by an unsteady hand, is a
# digit that MNIST lacks.

DRAWN = 0.22  # in a batch, for each of MNIST's images, so many digits drawn as in HANDWRITING ...
OTHERS = 0.11  # ... and so many pictures of no digit
POOR_PEN = 0.25  # this share of digits is written as write_poorly does
ENLARGED = 3  # times: MNIST's images are bent and re-drawn at this size, to stay sharp ...
THICKER = 1, 1, 1, 3, 5, 7  # pixels: ... and half of the pens then dilated by so much


@functools.cache
def parse_way(text):
    """One line of HANDWRITING: its P points, float (P, 2), and a matrix (curve points, P) a stroke.

    The curve of a stroke is its matrix @ points.
    """
    points = re.findall(r"([-.\d]+),([-.\d]+)", text)
    columns, strokes, end = np.eye(len(points)), [], 0
    for stroke in text.split(";"):
        curves = []
        for curve in stroke.split("|"):
            start = end - bool(curves)  # after a turn: the point where it turned
            end += len(curve.split())
            curves.append(smooth(end - start) @ columns[start:end])
        strokes.append(np.vstack(curves))
    return np.array(points, float), strokes


def smooth(count):
    """The matrix (curve points, count) that draws a smooth curve through `count` points.

    A Catmull-Rom spline: each curve point is a weighted mean of the four points around it.
    """
    t = np.arange(0, 1, 1 / 8)[:, np.newaxis]
    weights = np.hstack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    )
    rows = []
    for start in range(count - 1):
        around = np.clip(np.arange(start - 1, start + 3), 0, count - 1)
        rows.append(weights / 2 @ np.eye(count)[around])
    return np.vstack([*rows, np.eye(count)[-1:]])


def random_distortion(rng, slant, turn, stretch):
    """A random matrix (2, 2) that slants, turns and stretches, by these standard deviations."""
    slant, turn, stretch = rng.normal(0, (slant, turn, stretch))
    cos, sin = np.cos(turn), np.sin(turn)
    return np.array([[cos, -sin], [sin, cos]]) @ np.array([[np.exp(stretch), -slant], [0, 1]])


def write_strokes(way, rng):
    """What parse_way gives, as an unsteady hand writes it: strokes in percent of a digit."""
    points, matrices = way
    unsteady = rng.normal(0, 4.5 * rng.uniform(0.3, 1.3), points.shape)
    distortion = random_distortion(rng, slant=0.22, turn=0.1, stretch=0.22)
    strokes = []
    for matrix in matrices:
        # A stroke lies a little beside its place, some far, and its ends come early.
        beside = rng.normal(0, 2.5 if rng.random() < 0.85 else 8, 2)
        stroke = (matrix @ (points + unsteady) + beside) @ distortion.T
        first, last = (np.abs(rng.normal(0, 0.06, 2)).clip(0, 0.25) * len(stroke)).astype(int)
        strokes.append(stroke[first : len(stroke) - last])
    return write_poorly(strokes, rng) if rng.random() <= POOR_PEN else strokes


def write_poorly(strokes, rng):
    """Strokes as one of these leaves them: a mouse, a tablet, a tremor or a pen that skips."""
    kind = rng.choice(["mouse", "tablet", "tremor", "skip"])
    places = log_uniform(rng, 2, 10)  # so far apart are those that a tablet knows
    left = []
    for stroke in strokes:
        if kind == "mouse":  # it is asked for its place too seldom, so its line has corners
            stroke = stroke[np.unique(np.r_[0 : len(stroke) : rng.integers(3, 9), len(stroke) - 1])]
        elif kind == "tablet":  # its line has steps
            stroke = np.rint(stroke / places) * places
        elif kind == "tremor":
            stroke = stroke + rng.normal(0, 1.5, stroke.shape)
        elif len(stroke) > 12:
            gap = rng.integers(4, len(stroke) - 6)
            left.append(stroke[:gap])
            stroke = stroke[gap + rng.integers(1, 3) :]
        left.append(stroke)
    return left


def bend_image(image, rng):
    """An image of MNIST's slanted, stretched, bent, with another pen, enlarged: uint8 (84, 84)."""
    distortion = random_distortion(rng, slant=0.15, turn=0.1, stretch=0.15)
    centre = [IMAGE_SIZE / 2 - 0.5] * 2
    source = np.column_stack([np.linalg.inv(distortion), centre]).astype(np.float32)
    bend = bends()[rng.integers(len(bends()))]
    large = cv2.remap(image, cv2.transform(bend, source), None, cv2.INTER_LINEAR)
    edge, pen = divmod(rng.integers(15 * len(THICKER)), len(THICKER))  # a level of grey, a size
    contrast = ((np.arange(256) - 60 - 4 * edge) * 3 + 128).clip(0, 255).astype(np.uint8)
    thicken = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (THICKER[pen],) * 2)
    return cv2.dilate(cv2.LUT(large, contrast), thicken)


@functools.cache
def bends():
    """64 smooth random bends: float32 (84, 84, 2) each, for a pixel where to take it from.

    In pixels of the 28x28 image from its centre (elastic distortions: Simard et al. 2003).
    """
    rng = np.random.default_rng(SEED)
    size = IMAGE_SIZE * ENLARGED
    across = (np.arange(size, dtype=np.float32) + 0.5) / ENLARGED - IMAGE_SIZE / 2
    straight = np.dstack(np.meshgrid(across, across))
    knots = rng.normal(0, 0.8, (64, 6, 6, 2)).astype(np.float32)
    return [straight + cv2.resize(k, (size, size), interpolation=cv2.INTER_CUBIC) for k in knots]


def no_digit_image(images, labels, rng):
    """A picture of something that is no digit, often made from digits: uint8 (28, 28)."""
    if rng.random() < 0.8:
        return normalize_digit(other_glyph(rng, images, labels).ink)
    # Two digits beside each other, more or less far apart: they overlap, touch or stand alone.
    one, two = images[rng.integers(len(images), size=2)]
    apart = rng.integers(9, 22)
    pair = np.maximum(np.pad(one, ((0, 0), (0, apart))), np.pad(two, ((0, 0), (apart, 0))))
    return normalize_digit(cv2.resize(pair, None, fx=ENLARGED, fy=ENLARGED))


def vary_batch(images, labels, rng, progress):
    """A batch for training from MNIST's images (N, 28, 28) uint8 and labels (N,): more of both.

    Images are varied, less and less with the `progress` of training, 0 to 1, so that it ends on
    pictures like those that are to be read. After them come drawn digits and no digits.
    """
    untouched = np.interp(progress, (0, 1), (0.1, 0.7))  # of 1: this share is not varied
    pictures = [
        image if rng.random() < untouched else normalize_digit(bend_image(image, rng))
        for image in images
    ]
    digits = rng.integers(10, size=round(len(images) * DRAWN))
    pictures += [normalize_digit(written_glyph(digit, rng).ink) for digit in digits.tolist()]
    others = round(len(images) * OTHERS)
    pictures += [no_digit_image(images, labels, rng) for _ in range(others)]
    return np.array(pictures), np.concatenate([labels, digits, [NO_DIGIT] * others])


# ---------------------------------------------------------------------------
# Training on them, and on what was taught; the model file
# ---------------------------------------------------------------------------
#
# Part one's `train` learns from all of them. A model file holds the network that it makes, some
# known pictures (below), and the finder.


FINDER_SEPARATOR = b"digit_recognizer finder:"  # stands between the two networks of a model file
SIGNATURE = b"digit_recognizer network, SHA-256:"  # ends a model file, before its check sum


def train_and_save(path=None, epochs=EPOCHS, data=None, count=None, variation=True):
    """Train a network on MNIST (load_mnist(data)) and save it as the file `path`; the Keras model.

    The digits that were taught (load_taught), kept beside `path`, are trained on as well. What if
    there were only `count` of MNIST's images, or no `variation` of them? Ctrl-C or an error leave
    an earlier file as it was. Raises DigitRecognizerError.
    """
    path = Path(path or MODEL_FILE)
    check_writable(path)  # said now, not after minutes of training
    import_keras()
    (images, labels), test = training_data(path, data, count)
    model = train(images, labels, test, epochs, vary_batch if variation else None)
    replace_file(path, to_file(model, images, labels, path))
    return model


def training_data(path, data=None, count=None):
    """As load_mnist; to train on, only `count` images, and those taught beside the model `path`."""
    (images, labels), test = load_mnist(data)
    if count:  # as many in an epoch as ever, so that learning from few takes as long
        some = np.resize(np.random.default_rng(SEED).permutation(len(images))[:count], len(images))
        images, labels = images[some], labels[some]
    taught = load_taught(path.with_name(TAUGHT_FOLDER)) * 10  # so often in an epoch, mostly varied
    images = np.concatenate([images, *(digit.image[np.newaxis] for digit in taught)])
    labels = np.append(labels, np.uint8([digit.label for digit in taught]))
    return (images, labels), test


def check_writable(path):
    """Raise DigitRecognizerError where a file could not be written."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise DigitRecognizerError(f"{path}: no file can be written there; give another name")


def pack(network, finder=b""):
    """A model file's bytes, of a network with what belongs to it and a finder, if there is one."""
    content = network + (FINDER_SEPARATOR + finder if finder else b"")
    return content + SIGNATURE + hashlib.sha256(content).digest()


def to_file(model, images, labels, path):
    """A Keras model as the bytes of a model file, with the finder in `path`, or beside this script.

    From MNIST's images and labels come the known pictures that the file holds as well.
    """
    with quiet():
        network = export(model)
    finder = b""
    for file in (path, MODEL_FILE):
        with contextlib.suppress(DigitRecognizerError):
            finder = load_model(file).finder_content
            break
    return pack(network + choose_known(network, images, labels), finder)


# ---------------------------------------------------------------------------
# A network that is taught: its answers, its layers, what mattered to it, its file
# ---------------------------------------------------------------------------
#
# A TeachableNetwork is what a model file holds: both networks, and what its user taught it.

# From here on the mean of two networks is sure: so a drawing is, of which the one that names, which
# counts three quarters (judge), is certain. With 0.78 255 instead of 206 of made pictures' 1,600
# digits are right but unsure, and no fewer letters are sure digits.
SURE_TOGETHER = 0.74
AVERAGE_BELOW = 0.99  # probability: below, the network is asked about the image moved a little, too
DECIDED = 0.25  # of probability: where it moved an answer so far, what was taught decides alone
NO_FINDER = f"reads one digit at a time; python {PROGRAM} train --finder adds whole numbers"
TRAIN_AGAIN = f"python {PROGRAM} train makes a new one"
READ_AS = *map(str, range(10)), "none"  # what an answer means: its number, or that it is none
EMPTY = "□"  # stands for what is no digit: no one takes it for text, and every system can show it


class TeachableNetwork(Network):
    """The network in a model file's bytes, with the finder in it, and with what it was taught.

    `path` is that file; beside it lies what was taught. On `trial` it answers by itself, as if
    untaught. Raises DigitRecognizerError for a file that `train` did not write, or that was damaged
    since: OpenCV itself would crash on some of these.
    """

    def __init__(self, file, path):
        content, _, check_sum = file.rpartition(SIGNATURE)
        if not content or check_sum != hashlib.sha256(content).digest():
            raise DigitRecognizerError(f"{path}: damaged, or not made by train; {TRAIN_AGAIN}")
        if not hasattr(cv2.dnn, "ENGINE_CLASSIC"):  # OpenCV 4.10 and older
            raise DigitRecognizerError(
                f"OpenCV {cv2.__version__} is too old: python -m pip install -U opencv-python"
            )
        self.file, self.path = file, path  # the model file's bytes, and where it is
        self.own_content, _, self.finder_content = content.partition(FINDER_SEPARATOR)
        self.answers = {}  # an image's bytes -> what `run` answered to it
        self.parts = {}  # strokes -> what read_connected made of them
        self.trial = False
        what = f"{path}: another network than build_model's, or one that OpenCV can't run"
        with explaining(what, TRAIN_AGAIN):
            super().__init__(self.own_content)
            self.finder = self.finder_content and Network(self.finder_content).net  # finds digits
            self.run(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8))
            self.layers = [self.net.getLayer(name) for name in self.net.getLayerNames()]
            # The last Dense layer, Gemm to OpenCV, and before it the one that gives what it sees.
            pairs = itertools.pairwise(self.layers)
            *_, self.last_layers = (pair for pair in pairs if pair[1].type == "Gemm")

    @functools.cached_property
    def memory(self):
        """The Memory of what the user taught it, which lies beside the model file."""
        return Memory(self)

    def run(self, images):
        """As Network.run, but no image is run twice: while one draws, most are as they were."""
        if len(self.answers) > 5000:
            self.answers.clear()
        keys = [image.tobytes() for image in images]
        new = [number for number, key in enumerate(keys) if key not in self.answers]
        for part in chunks(new):
            answers = super().run(images[part])
            self.answers.update(zip([keys[number] for number in part], answers, strict=True))
        return np.array([self.answers[key] for key in keys]).reshape(-1, NO_DIGIT + 1)

    def read(self, images, taught=True):
        """The network's answers, with what it was `taught`: float32 (N, 11).

        Where it is not certain the mean counts of its answers to the image as it is and moved by a
        pixel each way ("test-time augmentation"). It is right a little more often: 99.58 % instead
        of 99.52 % of 5,000 held-out images of MNIST; of 400 rows that people wrote, 381 instead of
        371 are read.
        """
        run = self.memory.run if taught else self.run
        answers = run(images)
        uncertain = answers.max(1) < AVERAGE_BELOW
        if uncertain.any():
            wide = np.pad(images[uncertain], ((0, 0), (1, 1), (1, 1)))
            corners = (1, 0), (1, 2), (0, 1), (2, 1)
            moved = [wide[:, y : y + IMAGE_SIZE, x : x + IMAGE_SIZE] for y, x in corners]
            more = run(np.concatenate(moved)).reshape(4, -1, NO_DIGIT + 1)
            answers[uncertain] = (answers[uncertain] + more.sum(0)) / 5
        return answers

    def predict(self, image, opinion=None, single=1.0, cut=0.0):
        """The Prediction of an image (28, 28) uint8, with the other network's opinion (11,).

        Of two networks each counts half: they are seldom wrong in the same way. But the other saw
        the digit whole: it counts more by the share of ink that was `cut` off this image. And where
        what was taught changes the answer, that decides alone. `single` is how certain it is that
        the image shows just one digit.
        """
        (answer,), least = self.read(image[np.newaxis]), SURE
        if opinion is not None:
            decides, least = False, SURE_TOGETHER
            if self.memory.taught and not self.trial:
                alone = self.read(image[np.newaxis], taught=False)
                changed = np.abs(answer - alone).max() > DECIDED
                decides = changed or image.tobytes() in self.memory.exact
            counts = 0 if decides else min(1, 0.5 + cut)  # 0.5 to 3 times it: made rows tie
            answer = answer + counts * (opinion - answer)
        return to_prediction(answer, single, least)

    def maps(self, image):
        """The convolutions' filters, and the feature maps that they make of an image (28, 28).

        Two lists of float32 arrays, (filters, pictures seen, height, width) and (filters, height,
        width), after ReLU and pooling, as the next convolution sees them.
        """
        kinds = "Convolution", "Pooling", "ReLU", "NaryEltwise", "Const"  # ... BatchNormalization's
        filters, ends = [], []  # for each convolution, the last layer before the next one
        for layer in itertools.takewhile(lambda layer: layer.type in kinds, self.layers):
            if layer.type == "Convolution":
                filters.append(layer.blobs[0])
                ends.append(layer.name)
            elif ends and layer.type != "Const":
                ends[-1] = layer.name
        return filters, [maps[0].copy() for maps in self.inner(image, ends)] if ends else []

    def features(self, images):
        """What the last layer sees of images (N, 28, 28): float32 (N, F); 128 features each."""
        (features,) = self.inner(images, [self.last_layers[0].name])
        return features.reshape(len(images), -1).copy()

    def inner(self, images, names):
        """What inner layers answer to images, by their names: a list of arrays (N, ...)."""
        self.net.setInput(to_input(images).transpose(0, 3, 1, 2))
        return self.net.forward(names)


def occlusion(image, digit, model):
    """What in an image (28, 28) uint8 mattered for reading a digit: (importance, least).

    A patch of 7 x 7 pixels is covered, here and there all over the image, and the network
    asked again (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks").
    `importance` is float (28, 28), 0 to 1: how far the digit's probability fell, as the mean
    over the patches that cover a pixel; `least` the lowest probability that was left.
    """
    size = 7
    starts = range(0, IMAGE_SIZE - size + 1, 2)
    covered = np.zeros((len(starts) ** 2, *image.shape), bool)  # what each patch covers
    for patch, (y, x) in zip(covered, itertools.product(starts, repeat=2), strict=True):
        patch[y : y + size, x : x + size] = True
    answers = model.memory.run(np.array([image, *np.where(covered, 0, image)]))[:, digit]
    fallen = (answers[0] - answers[1:]).clip(0)
    return np.tensordot(fallen, covered, 1) / covered.sum(0).clip(1), float(answers.min())


def chunks(images):
    """The images in groups that fit a processor's cache: twice as fast as all 10,000 at once."""
    return (images[start : start + 100] for start in range(0, len(images), 100))


def spell(digit):
    """A Prediction or Digit as people read it: "7", "7?" where it is not sure, "□" for no digit."""
    if digit.no_digit > digit.confidence:
        return EMPTY
    return str(digit.digit) if digit.sure else f"{digit.digit}?"


def load_model(path=None):
    """The network saved in `path` (by default digit_recognizer.tflite beside this script).

    Raises DigitRecognizerError.
    """
    path = Path(path or MODEL_FILE)
    with explaining(f"{path}: can't be read", TRAIN_AGAIN):
        content = model_source(path).read_bytes()
    return TeachableNetwork(content, path)


def model_source(path):
    """Where a model file is: in a bundle is one, too, but a newer one beside it goes before."""
    in_bundle = BUNDLE and path == MODEL_FILE and not path.exists()
    return zipfile.Path(BUNDLE, MODEL_FILE.name) if in_bundle else path


default_model = functools.cache(load_model)  # the model beside this script, loaded once


def earlier_files(path):
    """The networks that were set aside, the last one at the end."""
    name = f"{glob.escape(path.stem)}-{'[0-9]' * 8}-*{path.suffix}"
    return sorted(path.parent.glob(name))


# ---------------------------------------------------------------------------
# What was taught: the last layer learns a hand
# ---------------------------------------------------------------------------

# Chosen on 120 made writers, each with ways of its own.
KNOWN_EACH = 230  # pictures of each class that hold in place what was not taught
TAUGHT_WEIGHT = 0.005  # how much all that was taught counts, against all that is known
TEACHING_STEPS, TEACHING_RATE, MOMENTUM = 30, 1.0, 0.9  # of the gradient descent
# Of the features' mean variance: added, so that what hardly varies counts little. Where 12 test
# digits of MNIST are taught wrongly, 5 of 3,000 others are misread since; with 0.001, 16.
RIDGE = 0.3
MIN_COSINE = 0.4  # of two drawings' features: above, what was taught of one counts for the other
# So much a neighbour adds to a logit at most. Chosen among 12, 24 and 48 on 360 made writers: one
# hand is read as well with 48, a class has a seventh fewer mistakes.
NEIGHBOUR_WEIGHT = 48
EPSILON = 1e-7  # the least probability, since zero has no logarithm

# Each taught digit is a small picture of its own, written once and never changed. So windows may
# teach at once, and the pictures can be looked at, deleted and carried to another machine.
TAUGHT_FOLDER = "my_digits"  # beside the model; in it "7-20261123-101530-123456.png" and others


def choose_known(network, images, labels):
    """What Memory.known reads, for a network (bytes), from MNIST's images and drawn ones: an .npz.

    Of each class half are those that the network is the least certain of: they would be the
    first to be lost. Stored as uint8, their features take some 200 KB.
    """
    model, rng = TeachableNetwork(pack(network), MODEL_FILE), np.random.default_rng(SEED)
    some = rng.permutation(len(images))[:10000]
    images, labels = vary_batch(images[some], labels[some], rng, 1)
    answers = model.run(images)
    margins = np.diff(np.sort(answers)[:, -2:]).ravel()  # of the best answer before the second
    chosen = []
    for label in range(NO_DIGIT + 1):
        order = np.flatnonzero(labels == label)
        order = order[margins[order].argsort()]
        half = KNOWN_EACH // 2
        chosen += [*order[:half], *rng.permutation(order[half:])[:half]]
    features = np.concatenate([model.features(images[part]) for part in chunks(chosen)])
    answers = answers[chosen].astype(np.float16)
    low, step = features.min(0), np.maximum(np.ptp(features, axis=0) / 255, 1e-9)
    features = np.rint((features - low) / step).astype(np.uint8)
    content = io.BytesIO()
    np.savez_compressed(content, features=features, low=low, step=step, answers=answers)
    return content.getvalue()


class Memory:
    """What the user taught a Network, and what follows from it: its last layer changes.

    The last layer multiplies what it sees, the features, by weights, a column a class. These are
    fine-tuned to the taught digits, while known pictures keep all else as it was. And what looks
    like a taught digit more than like known pictures is read as that digit; a taught digit itself
    always is. All is made anew from the folder, never written into the model file: forgotten, it
    leaves no trace.

    `taught` is a list of Taught, the oldest first; `problem` the DigitRecognizerError that keeps
    them from being used, or None.
    """

    def __init__(self, network):
        self.network = network
        self.folder = network.path.with_name(TAUGHT_FOLDER)  # where the taught digits are kept
        self.taught = []
        self.names = {}  # of files that were here or in another folder: a digit that returns has it
        self.reload()

    @functools.cached_property
    def known(self):
        """What the network knows already, and must not forget while it is taught: from its file.

        Features are whitened: around 0, with a spread of 1, each independent of the others. So the
        last layer learns as fast in all directions, and a cosine says what is alike.
        """
        with explaining(f"{self.network.path}: can't be taught", TRAIN_AGAIN):
            # A zip file may begin late: after the network.
            arrays = np.lib.npyio.NpzFile(io.BytesIO(self.network.own_content))
            features = arrays["features"] * arrays["step"] + arrays["low"]  # of K pictures: (K, F)
            answers = arrays["answers"].astype(np.float32)  # the network's to them: (K, 11)
        mean = features.mean(0)
        variances, axes = np.linalg.eigh(np.cov(features.T))
        whiten = (axes / np.sqrt(variances + RIDGE * variances.mean())).astype(np.float32)
        features = (features - mean) @ whiten
        known = types.SimpleNamespace(mean=mean, whiten=whiten, features=features, answers=answers)
        known.directions = unit_vectors(features)
        return known

    def reload(self):
        """Read the folder of taught digits again: another window may have taught, too."""
        before, self.problem = [taught.path for taught in self.taught], None
        try:
            self.taught = load_taught(self.folder)
            if self.taught and [taught.path for taught in self.taught] != before:
                self.fine_tune()
        except DigitRecognizerError as error:
            self.taught, self.problem = [], error
        if [taught.path for taught in self.taught] != before:
            self.network.parts.clear()  # what was cut in two may be one taught digit now
        self.exact = {taught.image.tobytes(): taught.label for taught in self.taught}
        self.remember_names(self.taught)

    def remember_names(self, some):
        """Remember what the files of some taught digits are called."""
        self.names |= {(one.image.tobytes(), one.label): one.path.name for one in some}

    def features(self, images):
        """The network's features of images (N, 28, 28), whitened: float32 (N, F)."""
        return (self.network.features(images) - self.known.mean) @ self.known.whiten

    def fine_tune(self):
        """Learn anew: the change of the last layer's weights, and who the neighbours are.

        All that was taught counts TAUGHT_WEIGHT times as much as all that is known, however much
        that is: else the hands of a whole class would tear at the layer from all sides.
        """
        _, labels, images = zip(*self.taught, strict=True)
        self.labels, images, known = np.array(labels), np.array(images), self.known
        features = self.features(images)
        self.neighbours = unit_vectors(features)
        counts = len(known.features), len(features)
        features = np.concatenate([known.features, features])
        answers = np.concatenate([known.answers, self.network.run(images)])
        one_hot = np.eye(NO_DIGIT + 1, dtype=np.float32)[self.labels]
        targets = np.concatenate([known.answers, one_hot])
        weights = np.float32([1 / counts[0], TAUGHT_WEIGHT / counts[1]]).repeat(counts)
        weighted, logits = features.T * weights, np.log(answers.clip(EPSILON))
        self.change, step = np.zeros((2, features.shape[1], NO_DIGIT + 1), np.float32)
        for _ in range(TEACHING_STEPS):
            gradient = weighted @ (softmax(logits + features @ self.change) - targets)
            step = MOMENTUM * step - TEACHING_RATE * gradient
            self.change = self.change + step

    def run(self, images):
        """As Network.run, with what was taught."""
        answers = self.network.run(images)
        if not self.taught or self.network.trial:
            return answers
        adapted = answers.copy()
        for part in chunks(np.arange(len(images))):
            features = self.features(images[part])
            logits = np.log(answers[part].clip(EPSILON)) + features @ self.change
            adapted[part] = softmax(logits + self.votes(unit_vectors(features)))
        for number, image in enumerate(images):
            label = self.exact.get(image.tobytes())
            if label is not None:
                adapted[number] = 0.0001  # ten times, and once:
                adapted[number, label] = 0.999
        return adapted

    def votes(self, directions):
        """What the nearest neighbours add to logits: (N, 11), for features (N, F), each 1 long.

        The nearest taught digit of each label raises the label's logit; the nearest known picture
        that is read otherwise speaks against it.
        """
        near, rivals = (  # (N, taught), (N, K)
            ((directions @ others.T - MIN_COSINE) / (1 - MIN_COSINE)).clip(0)
            for others in (self.neighbours, self.known.directions)
        )
        votes = np.zeros((len(directions), NO_DIGIT + 1), np.float32)
        for label in np.unique(self.labels):
            other = self.known.answers.argmax(1) != label
            alike = near[:, self.labels == label].max(1) - rivals[:, other].max(1, initial=0)
            votes[:, label] = NEIGHBOUR_WEIGHT * alike.clip(0)
        return votes

    def teach(self, image, label):
        """Keep an image (28, 28) uint8 as an example of a label, 0 to 10; raises as teach_all."""
        self.teach_all([(image, label)])

    def teach_all(self, digits):
        """Keep each (image, label), and learn them at once.

        Of equal images the latest word counts: the earlier one goes once it is written. Raises
        DigitRecognizerError.
        """
        latest = {image.tobytes(): (image, label) for image, label in digits}
        self.reload()
        if self.problem:
            raise self.problem
        self.features(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8))  # raises where it can't
        earlier = []
        try:
            for image, label in latest.values():
                keep_taught(self.folder, image, label, self.names.get((image.tobytes(), label)))
            earlier = [taught for taught in self.taught if taught.image.tobytes() in latest]
        finally:  # the disk may be full now, but some are kept
            self.forget(*earlier)

    def take_in(self, folder):
        """Learn the taught digits of another folder; for those that are here the word here stands.

        They lie in it, or in a TAUGHT_FOLDER in it. Raises DigitRecognizerError.
        """
        found = load_taught(folder) or load_taught(folder / TAUGHT_FOLDER)
        if not found:
            raise DigitRecognizerError(
                f"{folder}: holds no taught digits; give a folder named {TAUGHT_FOLDER}"
            )
        self.reload()
        new = [one for one in found if one.image.tobytes() not in self.exact]
        self.remember_names(new)
        self.teach_all([(one.image, one.label) for one in new])

    def forget(self, *some):
        """Delete some of the taught digits. Raises DigitRecognizerError."""
        try:
            for taught in some:
                with explaining(f"{taught.path}: can't be deleted", "delete it by hand"):
                    taught.path.unlink(missing_ok=True)
        finally:
            self.reload()


def unit_vectors(vectors):
    """Vectors (N, F), each made 1 long."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)


class Taught(NamedTuple):
    """A digit that the user taught."""

    path: Path  # of the picture that keeps it
    label: int  # what it shows, 0 to 9, or NO_DIGIT
    image: np.ndarray  # (28, 28) uint8


def load_taught(folder):
    """The digits taught in a folder, the oldest first: a list of Taught, empty without a folder.

    Files that hold no taught digit are passed over. Raises DigitRecognizerError.
    """
    found = []
    with explaining(f"{folder}: can't be read", "see who may read the folder"):
        paths = list(folder.iterdir()) if folder.exists() else []
        for path in sorted(paths, key=lambda path: path.name.partition("-")[2]):
            label, _, end = path.name.lower().partition("-")  # people copy and rename them
            if label not in READ_AS or not end.endswith(".png") or not path.is_file():
                continue
            content = np.frombuffer(path.read_bytes(), np.uint8)
            image = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
            if image is not None and (image.shape, image.dtype) == ((IMAGE_SIZE,) * 2, np.uint8):
                found.append(Taught(path, READ_AS.index(label), image))
    return found


def keep_taught(folder, image, label, name=None):
    """Write an image (28, 28) uint8 as a taught digit; no file is overwritten.

    Its `name` is used where no file has it, else it is made from the time. Raises
    DigitRecognizerError.
    """
    with explaining(f"{folder}: can't be made", "use another folder"):
        folder.mkdir(parents=True, exist_ok=True)
    new = named_by_time(folder / f"{READ_AS[label]}.png")
    path = folder / (name or new.name)
    replace_file(new if path.exists() else path, cv2.imencode(".png", image)[1].tobytes())


# ===========================================================================
# PART FOUR: how it learnt
# ===========================================================================
#
# What a network reads rightly and wrongly, in charts; and one that learns while it is watched,
# for as long as a class waits. It needs parts one and three.

# ---------------------------------------------------------------------------
# Evaluation: how well it reads, and pictures of how it learnt, for a projector
# ---------------------------------------------------------------------------
#
# Each chart is a Pillow image. A Chart holds it, and `plot` draws all curves.

DARK, BLUE, ORANGE, GREY = "#1a1a1a", "#0b5cad", "#e08a00", "#d0d0d0"  # told apart by all eyes


def accuracy_line(matrix):
    """The accuracy that a confusion matrix (10, 11) holds, in words."""
    right, count, none = int(np.trace(matrix)), int(matrix.sum()), int(matrix[:, NO_DIGIT].sum())
    return (
        f"Test images read right: {right / count:.2%} ({right:,} of {count:,}); "
        f"{none:,} taken for no digit."
    )


class Chart:
    """A white picture to draw on, with letters of any size; all lengths are in pixels."""

    def __init__(self, width, height):
        self.image = Image.new("RGB", (width, height), "white")
        self.draw = ImageDraw.Draw(self.image)

    def text(self, x, y, text, colour=DARK, anchor="mm", size=28):
        """Write a text, its middle there, or what else an anchor of Pillow's says."""
        self.draw.text((x, y), text, colour, ImageFont.load_default(size), anchor)

    def dot(self, x, y, colour, size, square=False):
        """A round or a square dot, so that no colour is needed to tell two lines apart."""
        box = x - size / 2, y - size / 2, x + size / 2, y + size / 2
        (self.draw.rectangle if square else self.draw.ellipse)(box, colour)


def plot(chart, frame, curves, across, up, letter):
    """Draw curves, their names, if any, above them, and axes on a Chart.

    `frame` is where: left, top, right, bottom. `curves` are (name, colour, xs, ys); `across` and
    `up` are the axes' ticks, (number, text), from end to end; `letter` is the letters' height.
    """
    left, top, right, bottom = frame

    def at(x, y):
        x = np.interp(x, (across[0][0], across[-1][0]), (left, right))
        return x, np.interp(y, (up[0][0], up[-1][0]), (bottom, top))

    for number, text in up:
        _, y = at(0, number)
        chart.draw.line([(left, y), (right, y)], GREY, round(letter / 14))
        chart.text(left - letter / 2, y, text, anchor="rm", size=letter)
    for number, text in across:
        chart.text(at(number, 0)[0], bottom + letter, text, size=letter)
    x, y = left + letter, top - 1.25 * letter
    for square, (name, colour, *numbers) in enumerate(curves):
        points = list(map(tuple, np.column_stack(at(*numbers)).tolist()))
        chart.draw.line(points, colour, round(letter / 6))
        for point in points[:: -(-len(points) // 10)]:  # at most ten of the points
            chart.dot(*point, colour, 0.65 * letter, square % 2)
        if name:
            chart.dot(x, y, colour, 0.65 * letter, square % 2)
            chart.text(x + letter, y, name, anchor="lm", size=letter)
        x += (right - left) / len(curves)


def draw_curves(history):
    """How training went, from Keras's History.history, a finder's as well: a Pillow image."""
    chart, names = Chart(1500, 720), ("varied digits", "test digits")  # learnt from, tested on
    metric, counts = "accuracy", "Accuracy: the share read right"
    if "recall" in history:
        metric, counts, names = "recall", "Recall: the share of digits", ("made pages", "held out")
    epochs = range(1, len(history["loss"]) + 1)
    across = [(epoch, str(epoch)) for epoch in epochs[:: -(-len(epochs) // 10)]]
    across = [(0.5, ""), *across, (len(epochs) + 0.5, "")]
    for left, key, title, form in (
        (110, "loss", "Loss: how wrong it is", ".2f"),
        (880, metric, counts, ".0%"),
    ):
        both = history[key], history[f"val_{key}"]
        low = np.floor(np.min(both) * 19.9) / 20  # the 5 % below the lowest
        low, high = (0, np.max(both)) if key == "loss" else (low, 1)
        up = [(number, format(number, form)) for number in np.linspace(low, high, 6)]
        curves = list(zip(names, (ORANGE, BLUE), (epochs, epochs), both, strict=True))
        chart.text(left + 280, 60, title, size=40)
        plot(chart, (left, 150, left + 560, 600), curves, across, up, 28)
        chart.text(left + 280, 675, "epoch")
    return chart.image


def draw_report(images, labels, answers):
    """What was read of images (N, 28, 28) with labels (N,) and answers (N, 11): a Pillow image."""
    chart = Chart(1920, 1080)
    matrix = confusion_matrix(answers, labels)
    chart.text(60, 60, accuracy_line(matrix), anchor="lm", size=44)
    draw_matrix(chart, matrix)
    draw_mistakes(chart, images, labels, answers)
    draw_reliability(chart, answers, labels)
    return chart.image


def draw_matrix(chart, matrix):
    """The confusion matrix, a row for each true digit, a column for what was read."""
    left, top, wide, cell = 120, 230, 67, 74
    chart.text(left + 5.5 * wide, 140, "Read as", size=32)
    chart.text(60, top - 40, "True", size=32)
    chart.text(960, top - 40, "Right", size=32)
    for read, name in enumerate(READ_AS):
        chart.text(left + (read + 0.5) * wide, top - 40, name)
    for digit, row in enumerate(matrix):
        middle = top + (digit + 0.5) * cell
        chart.text(60, middle, str(digit), size=32)
        chart.text(960, middle, f"{row[digit] / max(1, row.sum()):.1%}")
        for read, count in enumerate(row):
            x, y, right = left + read * wide, top + digit * cell, digit == read
            fill = BLUE if right else "#ffe0ad" if count else "white"
            chart.draw.rectangle((x, y, x + wide, y + cell), fill, GREY)
            colour = "white" if right else DARK if count else "#888888"
            chart.text(x + wide / 2, middle, str(count or "·"), colour, size=26)


def draw_mistakes(chart, images, labels, answers):
    """The mistakes of which the network was surest, with what was read."""
    left, top, tile, columns = 1300, 190, 112, 4
    read, sure = answers.argmax(1), answers.max(1)
    wrong = np.flatnonzero(read != labels)
    chart.text(left + columns * 74, 140, f"Worst of {len(wrong)} mistakes", size=32)
    for number, mistake in enumerate(wrong[np.argsort(-sure[wrong])][: 3 * columns]):
        x, y = left + number % columns * 148, top + number // columns * 172
        large = Image.fromarray(255 - images[mistake]).resize((tile, tile))
        chart.image.paste(large, (x + 18, y))
        text = f"{labels[mistake]} read {READ_AS[read[mistake]]}"
        chart.text(x + 74, y + tile + 14, text, size=24)
        chart.text(x + 74, y + tile + 40, f"{sure[mistake]:.0%}", size=22)


def draw_reliability(chart, answers, labels):
    """How often it is right (blue) where it says that it is so certain (grey).

    Of a network whose probabilities can be trusted these two are equal (Guo et al. 2017).
    """
    confidence, right = answers[:, :NO_DIGIT].max(1), answers.argmax(1) == labels
    levels = np.digitize(confidence, (0.6, 0.8, 0.9, 0.99))
    some = [levels == level for level in np.unique(levels)]
    said, true = ([values[which].mean() for which in some] for values in (confidence, right))
    ticks = [(number, f"{number:.0%}") for number in (0.2, 0.4, 0.6, 0.8, 1)]
    curves = (
        ("as sure as it says", GREY, (0.2, 1), (0.2, 1)),
        ("how often right", BLUE, said, true),
    )
    plot(chart, (1380, 790, 1860, 990), curves, ticks, ticks, 22)
    chart.text(1620, 1050, "how sure it says it is")


def save_png(image, path):
    """Write a Pillow image as a PNG file, in one step, and say so."""
    content = io.BytesIO()
    image.save(content, "PNG")
    replace_file(path, content.getvalue())
    print(f"Saved {path}")


# ---------------------------------------------------------------------------
# Watching it learn: one process trains, the window shows how far it is
# ---------------------------------------------------------------------------
#
# TensorFlow trains in a process of its own, so the window stays quick and all memory is given back
# afterwards. The two take turns on a pipe: the process tells, the window answers with an order,
# which the process reads after its next batch. So the window never waits for it longer than that,
# though a pipe may hold only 8 KiB. What the process tells is what is new of a Learner.
#
# A class waits for 20 seconds or five minutes, however fast its computer is. So a clock says how
# much of training is done: by that the learning rate falls and the images vary less and less.

EPOCHS_AT_MOST = 1000  # no computer gets through so many meanwhile
HELD_OUT = 1000  # of MNIST's test images, which it never learns from: the curve counts these
LEARNT = 500  # of the images that it does learn from: the other curve
REPORT_PARTS = 4  # of both: a Report reads one anew, since reading takes time from learning
REPORT_EVERY = 0.25  # seconds from point to point of the curves
WORST = 4  # of the held-out images are shown: those that it is the most wrong about
FILTERS = 8  # of the first layer are shown, at most


class Report(NamedTuple):
    """How far a network is that learns."""

    seen: int  # pictures of digits, so far
    left: int  # seconds until its training ends
    right: float  # of the held-out images, 0 to 1
    learnt: float  # of images that it learns from
    weights: int  # the numbers that it changes
    filters: np.ndarray  # (at most FILTERS, height, width) float32, of the first layer
    worst: list[tuple[np.ndarray, int, int]]  # image (28, 28), what it shows, its answer (READ_AS)


class Watcher:
    """In the process that trains: its clock; tells the window about a Keras model, and obeys it.

    It tells what is new of a Learner, {attribute: value}, of its reports the new ones. The window
    answers with an order ("pause", "step", "go", "stop" or None) and the drawing's images (N, 28,
    28) uint8, or None where they are as before. Once it is gone, the pipe raises EOFError or
    OSError: that ends the training.
    """

    def __init__(self, pipe, seconds, learnt, test):
        self.pipe, self.seconds = pipe, seconds
        unseen, seen = [x[:HELD_OUT] for x in test], [x[:LEARNT] for x in learnt]
        self.images, self.labels = map(np.concatenate, zip(unseen, seen, strict=True))
        self.unseen = len(unseen[0])  # the first of these images, which it never learns from
        self.count = EPOCHS_AT_MOST * (len(learnt[0]) // BATCH)  # of all batches, for `train`
        self.done, self.began = 0, None  # batches; when the first was done
        self.heard = None  # what the window said and is not obeyed yet
        self.drawn, self.paused, self.part = test[0][:0], False, 0
        self.told = self.batches = -1  # when the last Report was made, and after how many batches

    def progress(self):
        """How much of training is done, 0 to 1; TensorFlow sets out in the first batch."""
        return min(1, (time.monotonic() - self.began) / self.seconds) if self.began else 0

    def vary(self, images, labels, rng, _):
        """As vary_batch, by the clock."""
        return vary_batch(images, labels, rng, self.progress())

    def begin(self, model):
        """Tell what a network reads that has learnt nothing: in the drawing, too."""
        self.model = model
        self.answers = self.ask(self.images)
        self.pipe.send({})  # nothing yet: it is the window's turn to say what is drawn
        self.obey("go", self.pipe.recv()[1])
        self.heard = self.pipe.recv()  # the first batch takes seconds: the window shall not wait

    def after_batch(self, batch, logs):
        """Obey, if the window has answered; while paused and at the end, wait until it has.

        Then let the learning rate, which falls with Keras's count of batches, fall by the clock.
        """
        self.done += 1
        self.began = self.began or time.monotonic()
        ended, order = self.progress() == 1, None
        while order != "step" and (ended or self.paused or self.heard or self.pipe.poll()):
            waiting = time.monotonic()
            order, drawing = self.heard or self.pipe.recv()
            self.heard, self.began = None, self.began + time.monotonic() - waiting
            if ended or order == "stop":
                self.model.stop_training = True
                break
            self.obey(order, drawing)
        self.model.optimizer.iterations.assign(round(self.progress() * self.count))

    def obey(self, order, drawing):
        """Do what the window has ordered, and tell what is new."""
        new = {}
        if order:
            self.paused = order != "go"
            new["state"] = "paused" if self.paused else "learning"
        often = self.paused or time.monotonic() - self.told > REPORT_EVERY
        if often and self.done > self.batches:
            new["reports"] = [self.report()]
        self.drawn = self.drawn if drawing is None else drawing
        if len(self.drawn) and ("reports" in new or drawing is not None):
            new["answers"] = dict(zip(map(bytes, self.drawn), self.ask(self.drawn), strict=True))
        self.pipe.send(new)

    def ask(self, images):
        """What the network answers to images (N, 28, 28) by now: float32 (N, 11)."""
        return np.array(self.model(to_input(images), training=False))

    def report(self):
        """How well the network reads and what it looks like inside: a Report."""
        part, self.part = slice(self.part % REPORT_PARTS, None, REPORT_PARTS), self.part + 1
        self.answers[part] = self.ask(self.images[part])
        self.told, self.batches = time.monotonic(), self.done
        read, some = self.answers.argmax(1), np.arange(self.unseen)
        right, true = read == self.labels, self.answers[some, self.labels[some]]
        layers = self.model.layers
        kernel = next(np.asarray(layer.kernel) for layer in layers if hasattr(layer, "kernel"))
        if kernel.ndim == 2:  # of a Dense layer: as large as the image that it sees
            side = math.ceil(len(kernel) ** 0.5)
            kernel = np.resize(kernel, (side, side, kernel.shape[1]))
        return Report(
            self.done * BATCH,
            math.ceil(self.seconds * (1 - self.progress())),
            float(right[some].mean()),
            float(right[self.unseen :].mean()),
            self.model.count_params(),
            np.moveaxis(kernel.reshape(*kernel.shape[:2], -1), 2, 0)[:FILTERS],
            [(self.images[i], int(self.labels[i]), int(read[i])) for i in true.argsort()[:WORST]],
        )


def learn(pipe, path, seconds, count, variation):
    """What a Learner's process does: train for so many seconds with a Watcher on the pipe.

    In the end it tells "ending" and "done" or, whenever it fails, "failed". Other arguments as for
    train_and_save.
    """
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  until the process ends
    if sys.platform == "win32":  # the window goes first: this process (-1) is "below normal"
        import ctypes

        ctypes.windll.kernel32.SetPriorityClass(ctypes.c_void_p(-1), 0x4000)
    else:
        os.nice(5)
    try:
        keras = import_keras()
        learnt, test = training_data(path, None, count)
        watcher = Watcher(pipe, seconds, learnt, test)
        callback = keras.callbacks.LambdaCallback(
            on_train_begin=lambda logs: watcher.begin(callback.model),
            on_train_batch_end=watcher.after_batch,
        )
        few = [x[:BATCH] for x in test]  # train measures it on these; the Watcher does so on more
        vary = watcher.vary if variation else None
        model = train(*learnt, few, EPOCHS_AT_MOST, vary, [callback])
        pipe.send({"state": "ending"})
        end = {"state": "done", "content": to_file(model, *learnt, path)}
    except Exception as error:  # whatever it is, the window says it
        end = {"state": "failed", "problem": reason(error)}
    with contextlib.suppress(OSError):  # the window is gone
        pipe.send(end)


class Learner:
    """In the window: the process that trains, and what it told.

    Its `state` is "starting", "learning", "paused", "ending", "done" or "failed"; `reports` are all
    so far; `answers` are the network's to the drawing, float32 (11,) by an image's bytes; in the
    end `content` is the trained network, a file's bytes, or `problem` says why there is none. The
    window sets `order` and `drawing`, which the process is told next (Watcher). Arguments as for
    learn. Raises DigitRecognizerError where no process can be started.
    """

    def __init__(self, path, seconds, count, variation):
        self.state, self.problem, self.content = "starting", None, None
        self.reports, self.answers = [], {}
        self.order = self.drawing = None
        import multiprocessing

        program = sys.modules["__main__"]
        with explaining("can't start training", "close other programs"):
            spawn = multiprocessing.get_context("spawn")  # the same on every system
            self.pipe, other = spawn.Pipe()
            options = other, path, seconds, count, variation
            self.process = spawn.Process(target=learn, args=options, daemon=True)  # ends with us
            try:
                if __name__ != "__main__":  # the process would run the script that imported us
                    sys.modules["__main__"] = types.ModuleType("__main__")
                self.process.start()
            finally:
                sys.modules["__main__"] = program
        other.close()  # now the process alone holds this end: when it ends, the pipe breaks

    def follow(self):
        """Take in what the process told since, and answer it: whether there was anything new."""
        try:
            if not self.pipe.poll():
                return False
            told = self.pipe.recv()
        except (EOFError, OSError):
            told = {"state": "failed", "problem": "Training ended by itself: it may lack memory."}
        new, self.reports = bool(told), self.reports + told.pop("reports", [])
        vars(self).update(told)
        if self.state not in ("ending", "done", "failed"):
            with contextlib.suppress(OSError):  # it has failed since: the next message says why
                self.pipe.send((self.order, self.drawing))
            self.order = self.drawing = None
        return new

    def reread(self, reading):
        """A Reading as the network that learns has it by now, or None, as long as it has not."""

        def answered(digit):
            answer = self.answers[bytes(digit.image)]
            return digit._replace(prediction=to_prediction(answer, digit.single))

        with contextlib.suppress(KeyError):  # it has not read all of these yet
            return reading.changed(answered)

    def says(self):
        """What happens now, in a sentence or two."""
        report = self.reports[-1] if self.reports else None
        return {
            "starting": "Starting TensorFlow. All numbers of the new network are random: "
            "it can only guess.",
            "learning": report
            and f"It looks at {BATCH} digits, compares what it says with what is true, and nudges "
            f"each of its {report.weights:,} numbers a little. Then the next {BATCH}. "
            f"{report.left} s left.",
            "paused": f"Paused. Step lets it learn from {BATCH} digits more: watch what changes.",
            "ending": "Saving what it learnt.",
            "done": "Draw: the new network reads. Keep it? Anew shows the choices for another.",
            "failed": self.problem,
        }[self.state]


# ===========================================================================
# PART FIVE: the window
# ===========================================================================
#
# Draw, and see what is read, why, and how a network learns it. It needs all parts before it; none
# of them needs it. One direction: strokes or a picture, their Reading, App.show, and what is
# painted. The paper is on the left; on the right stand the answer, eleven columns, and one of five
# views. All that is no button is painted anew when something changes. Lengths are in units: a unit
# is the height of a line of text, and the whole window is so many of them wide and high.

WIDE, HIGH = 75, 39  # units: the whole window; what is left over goes to the paper
SIDE, HEAD = 39, 9.5  # units: the width of the right-hand side, the height of what stands on top
PENS = {"thin": 0.66, "medium": 1.1, "thick": 1.76}  # units; in MNIST, a tenth of a digit's height
WHITE, SOFT, OFF = "#ffffff", "#56616c", "#9aa4ae"  # paper, lesser texts, what can't be pressed
RULE, TRACK = "#c3ccd5", "#edf1f5"  # outlines, empty columns
TINT, HOVER = "#9dbbd9", "#e3eef9"  # BLUE for what counts, this for the rest and at the pointer
UNSURE = "#b04a00"  # not sure; never by its colour alone
# Of networks that learnt before: as many as find_networks lists.
CURVES = "#7b8794", "#c4579a", "#2f8f6b", "#7a5cc0", "#8a6d3b", "#30363c"
MATTERS_NOT, MATTERS = (214, 205, 190), (10, 15, 150)  # BGR: ink by what it did for the answer
SPACE_HEIGHT = 0.6  # of a line's height: a gap so wide, and as wide as a digit, is a space
SIGN_HEIGHT = 0.25  # of their height: a mark so long may be a minus, a smaller one is a speck
MAC = sys.platform == "darwin"
COMMAND = "Command" if MAC else "Control"  # as Tk calls it
KEY_NAMES = {"Control": "Cmd" if MAC else "Ctrl", "Return": "Enter", "Escape": "Esc"}
KEYPAD = {"Return": "KP_Enter", **{f"{digit}": f"KP_{digit}" for digit in range(10)}}
ENTER = "Return", KEYPAD["Return"]


# ---------------------------------------------------------------------------
# Words, strokes and drawings
# ---------------------------------------------------------------------------
#
# What the window says and what it holds, as functions and data that need no screen.


def key_name(key):
    """A key of ACTIONS as people call it: "Control-z" is Ctrl+Z, on a Mac Cmd+Z."""
    parts = (KEY_NAMES.get(part, part) for part in key.split("-"))
    return "+".join(part.upper() if len(part) == 1 else part for part in parts)


def in_signs(reading):
    """A Reading in signs: "4?" where it is not sure, EMPTY for a minus, spaces in wide gaps."""
    lines, reading = [], reading.moved(functools.partial(upright, quarters=reading.quarters))
    for digits in reading.lines:
        signs = [(digit.box, spell(digit)) for digit in digits]
        boxes = [box for box, _ in signs]
        across, height = np.median([box[2:] for box in boxes], axis=0).tolist()
        for mark in reading.unread:  # those beside a digit, and no specks
            x, y = mark[0] + mark[2] / 2, mark[1] + mark[3] / 2
            left, top, wide, high = min(boxes, key=lambda box, x=x: abs(box[0] + box[2] / 2 - x))
            beside = top <= y <= top + high and not left <= x <= left + wide
            if beside and max(mark[2:]) >= SIGN_HEIGHT * height:
                signs.append((mark, EMPTY))
        text, end = "", math.inf
        for (x, _, wide, _), sign in sorted(signs, key=lambda one: one[0][0] + one[0][2] / 2):
            if not (sign == text[-1:] == EMPTY and x < end):  # the second bar of "="
                text += " " * (x - end >= max(across, SPACE_HEIGHT * height)) + sign
            end = x + wide
        lines.append(text)
    return "\n".join(lines)


def as_words(answer, article=False):
    """An answer 0 to 10 as people say it: "7", with an article "a 7", "an 8"; or "no digit"."""
    a = ("an " if answer == 8 else "a ") * article
    return "no digit" if answer == NO_DIGIT else f"{a}{answer}"


def ppm(image):
    """An image, grey (height, width) or BGR (height, width, 3), as Tk reads it: bytes."""
    return cv2.imencode(".pnm", image)[1].tobytes()


def distance(point, box):
    """From a point to a box: 0 in its middle, 0.5 at its sides."""
    x, y, width, height = box
    return max(abs((point[0] - x) / width - 0.5), abs((point[1] - y) / height - 0.5))


class Stroke(NamedTuple):
    """A line that the pen drew, or a dot."""

    points: list[tuple[float, float]]  # x and y in pixels of the sheet
    pen: int  # its width in pixels


class Drawing(NamedTuple):
    """A drawing or a picture."""

    strokes: list[Stroke] = ()
    picture: np.ndarray | None = None  # uint8, grey or BGR, as open_picture has it
    home: tuple[int, int] | None = None  # width and height on which the strokes were begun

    def used(self):
        """Whether there is anything on it."""
        return bool(self.strokes) or self.picture is not None

    def wiped(self, path, radius):
        """The same without ink within a radius of points (N, 2): strokes end and go on there."""
        strokes = []
        for stroke in self.strokes:
            # It is looked at a pixel apart, so that it ends at the eraser's rim.
            points = np.array(stroke.points)
            along = lengths(points)
            at = np.union1d(along, np.arange(along[-1]))
            close = points_at(points, at)[:, np.newaxis]
            far = (np.linalg.norm(close - path, axis=2) > radius).all(1)
            runs = np.split(at, np.flatnonzero(np.diff(far)) + 1)
            for run in runs[1 - far[0] :: 2]:  # they are by turns left and wiped
                part = stroke_part(points, run[0], run[-1])
                strokes.append(stroke._replace(points=list(map(tuple, part.tolist()))))
        return self._replace(strokes=strokes)

    def ink(self, size, scale=1):
        """The drawing, of `size` (width, height), at a scale: uint8, ink 255."""
        ink = draw_strokes([], 1, size)
        for stroke in self.strokes:
            draw_onto(ink, [np.multiply(stroke.points, scale)], max(1, round(stroke.pen * scale)))
        return ink

    def read(self, model):
        """What a network reads in it, a Reading, which knows one pen only: of median width."""
        if self.picture is not None:
            return read_digits(self.picture, model)
        pen = int(np.median([stroke.pen for stroke in self.strokes] or [0]))
        return read_strokes([stroke.points for stroke in self.strokes], pen, model)


# Stands in a model file between a network that learnt in the window and the finder; after it, as
# JSON, when it was trained, and its curve. So these go where the file goes.
LEARNT_SEPARATOR = b"digit_recognizer learnt:"
test_digits = functools.cache(lambda: load_mnist(MNIST_FILE)[1])  # of MNIST: images, labels


@functools.cache
def how_it_learnt(content):
    """How a model file's network learnt: (curve, right, origin).

    The curve is a list of (digits seen, share read right), empty where it is not known; `right` is
    the share in the end, or None; `origin` says in words what it learnt from, and when.
    """
    model = TeachableNetwork(content, MODEL_FILE)
    _, mark, notes = model.own_content.partition(LEARNT_SEPARATOR)
    if mark:
        origin, curve = json.loads(notes)
        return curve, curve[-1][1], origin
    right = None
    with contextlib.suppress(DigitRecognizerError):  # MNIST is not here
        images, labels = (some[:HELD_OUT] for some in test_digits())
        right = np.mean(model.run(images).argmax(1) == labels)
    return [], right, "came with the program"


HINTS = {  # what to do in a view
    "Read": "Draw a digit or a number with the mouse, a pen or a finger. Each digit becomes a "
    "picture of 28 x 28 pixels: the network sees nothing else. Example shows digits of others.",
    "Inside": "Draw a digit. Its dark red ink is what matters for the answer, and the pictures are "
    "what each layer makes of it: click one.",
    "Learn": "A new network, all its numbers random, learns from MNIST: up to 60,000 digits that "
    "clerks and pupils wrote, each with its name. Draw a digit, press Start, and watch.",
    "learnt": "A click on a network lets it read the drawing. Anew shows the choices for another.",
    "Taught": "Draw a digit, then say what it is: press its key or click its column (N or none if "
    "it is no digit). Click one here to see what teaching changed. The folder is yours: copy it.",
    "Play": "Choose a game, then draw what it asks for.",
    "game": "Draw what is asked for. Esc clears the paper.",
    "Help": "7? and a dashed box: not sure. □: no digit. 7*: as taught. A grey box: a mark that is "
    "not read. The columns belong to the thick box: Left and Right choose another.",
}


# ---------------------------------------------------------------------------
# What the window knows
# ---------------------------------------------------------------------------
#
# A State changes by what people do. The window looks at it and shows what has changed.


class State:
    """What the window knows and can do, without the window.

    The `model` reads the `sheet`, a Drawing: `reading` is what it reads by now. `message` is what
    there is to say, until something changes. `news` and `to_read` tell the window what is due.
    Raises DigitRecognizerError where an action fails: App.callback_failed says it.
    """

    GAME = 60  # seconds
    BAR = 0.8  # seconds: a stroke that follows sooner, as a seven's bar, belongs to its drawing
    ONCE_MORE = 0.75  # seconds: a key that comes again sooner is held down, or typed in a number

    def __init__(self, model):
        self.model, self.message, self.view = model, None, "Read"
        self.back = "Read"  # the view that Help covers
        self.news = self.to_read = False
        self.sheet = Drawing()
        # What undo and redo bring back, the nearest last: a Drawing, or a lesson, two sets of what
        # Memory.exact holds, those that it lacked before and those that it lacks since.
        self.past, self.future = [], []
        self.down = None  # what the pen does at each point while it is down, a function; else None
        self.moved = 0  # when it last moved, or all changed
        self.pen, self.erasing = "medium", False  # which of PENS; whether it is an eraser
        self.capture = None  # the camera whose pictures are read live, until anything is changed
        # What the model reads; and what is shown: the network that learns may read otherwise.
        self.found = self.reading = Reading([])
        self.pointer = 0, 0  # in the drawing, where it last drew or clicked
        self.filter, self.explained = (0, 0), ""  # Inside shows this filter, and why it reads so
        self.picked = None  # the file of the taught digit that was clicked
        self.passed = {}  # how many of a label's taught digits come before those that are shown
        self.mistake = False  # whether the next Example is one that is misread
        self.asked = None, 0  # ((image, label), when): the same a second time teaches a sure digit
        self.game, self.over = None, "Which game?"  # the latter says how the last one ended
        self.learner, self.watching = None, True  # ... and whether it reads the drawing
        self.choices = {"seconds": 20, "count": 0, "variation": True}  # of the next Learner
        # Files: (content, *how_it_learnt, its curve's colour) of all; those that are not kept.
        self.networks, self.tried = [], []
        self.own = model.file  # what the model file holds

    @property
    def number(self):
        """Which of the digits is nearest to the pointer: the columns show it."""
        far = [distance(self.pointer, digit.box) for digit in self.reading.digits]
        return far.index(min(far))

    @property
    def chosen(self):
        """That Digit, or None where there is none."""
        digits = self.reading.digits
        return digits[self.number] if digits else None

    def say(self, text):
        """Say something, until something changes."""
        self.set(message=text)

    def set(self, **what):
        """Something has changed that is to be shown; what was said before is no more."""
        vars(self).update({"message": None} | what, news=True)

    def read_soon(self):
        """Something has changed: it is read as soon as the pen rests."""
        self.message, self.to_read, self.moved = None, True, time.monotonic()

    def read(self, asked=False):
        """Read the drawing or the picture as it is by now; `asked` by a key or button, keep it."""
        if asked:
            self.capture = self.message = None
        self.to_read, self.found = False, self.sheet.read(self.model)
        if self.learning():
            images = [digit.image for digit in self.found.digits]
            self.learner.drawing = np.reshape(images, (-1, IMAGE_SIZE, IMAGE_SIZE))
        self.update_reading()
        self.count_point(asked)

    def update_reading(self):
        """Take what was found, as the network reads it that counts by now, if it has read it."""
        reading = self.learner.reread(self.found) if self.learner_reads() else self.found
        self.reading, self.news = reading or self.reading, True

    def untaught(self):
        """What each digit would be read as without teaching, None where it is read so, too."""
        digits, model = self.reading.digits, self.model
        if not digits or model.trial or self.learning() or not model.memory.taught:
            return [None] * len(digits)
        images = np.array([digit.image for digit in digits])
        alone, read = (model.read(images, taught).argmax(1).tolist() for taught in (False, True))
        final = [digit.answer.argmax() for digit in digits]
        return [a if a != b == f else None for a, b, f in zip(alone, read, final, strict=True)]

    def remember(self, what):
        """Keep a Drawing or a lesson for undo; the pen is off the paper, the camera off."""
        self.past.append(what)
        self.future, self.down, self.capture = [], None, None
        self.read_soon()

    def fresh(self, picture=None):
        """Put a fresh sheet, or a picture, in the place of this one, and take the pen."""
        self.remember(self.sheet)
        self.sheet, self.erasing, self.pointer = Drawing([], picture), False, (0, 0)

    def clear(self):
        """Close Help, if that was opened last; else an empty sheet, or a game's next round."""
        if self.view == "Help":
            self.set(view=self.back)
        elif self.game and self.game.counted:
            self.next_round()
        else:
            self.fresh()

    def example(self):
        """Put a test digit of MNIST on the paper, every other time one that is misread."""
        if not MNIST_FILE.exists():
            text = f"Copy {MNIST_FILE.name} beside the program."
            return self.say(f"Examples are test digits of MNIST: it never saw them. {text}")
        images, labels = test_digits()
        # What misleads a network that learns by now is not known.
        mistake, self.mistake = self.mistake and not self.learner_reads(), not self.mistake
        for number in random.sample(range(len(images)), len(images)):
            image, meant, read = images[number], labels[number], [labels[number]]
            large = 255 - cv2.resize(image, None, fx=10, fy=10, interpolation=cv2.INTER_CUBIC)
            if mistake and self.model.read(image[np.newaxis]).argmax() != meant:
                read = [one.answer.argmax() for one in read_digits(large, self.model).digits]
            if not mistake or read != [meant]:
                break
        self.fresh(large)
        kind = "One of its mistakes" if mistake else "A test digit"
        return self.say(f"{kind}. People wrote it for MNIST, and it is {as_words(meant, True)}.")

    def see(self):
        """Read the camera's picture half as large, which is quicker; it can't be undone."""
        there, frame = self.capture.read()
        if not there:
            return self.read(asked=True)
        self.sheet = self.sheet._replace(picture=frame)
        half = cv2.resize(to_grey(frame), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        found = read_upright(half, self.model)
        found = found.moved(lambda box: within(np.multiply(box, 2), frame.shape[:2]))
        self.to_read, self.found, self.reading = False, found, found
        hint = f"Hold a sheet to the camera. {key_name('Return')} keeps the picture."
        return self.say(self.message or hint)

    def step(self, by):
        """Choose the next digit, or the one before."""
        digits = self.reading.digits
        if digits and not self.down:
            number = (self.number + by) % len(digits)
            self.set(pointer=middle_of(digits[number]))

    def words(self, untaught):
        """What to say above the view: the answer, the verdict, whose columns these are."""
        digits, chosen, used = self.reading.digits, self.chosen, self.sheet.used()
        count, unsure = len(digits), sum(not digit.sure for digit in digits)
        if all(spell(digit) == EMPTY for digit in digits):
            verdict = "no digit" if used else ""
        elif count > 1:
            verdict = f"{unsure} of {count} not sure" if unsure else "sure of all digits"
        else:
            verdict = "not sure" if unsure else f"{chosen.confidence:.0%} sure"
        if not digits:
            return EMPTY if used else "", verdict, ""
        marks, taught = len(self.reading.unread), count - untaught.count(None)
        if taught:
            verdict += f", {taught} as taught" if count > 1 else ", as taught"
        verdict += f", {marks} mark{'s' if marks > 1 else ''} not read" if marks else ""
        whose = f"Digit {self.number + 1} of {count}. " if count > 1 else ""
        if self.model.trial or self.learner_reads():
            whose += "Another network reads: see Learn."
        elif chosen.sure or chosen.confidence < SURE_TOGETHER:
            whose += "Wrong? Click the right one."
        else:
            whose += "Is it cut off, too small, or part of something larger?"
        return in_signs(self.reading), verdict, whose

    def status(self, untaught):
        """What to say in the last row: what happened or happens, or else what to do next."""
        digits, chosen, learner = self.reading.digits, self.chosen, self.learner
        if self.message:
            return self.message
        done = learner and learner.state == "done" and self.view == "Learn"
        left = done and not (self.model.trial and self.model.file == learner.content)  # or kept
        if self.learning() or (learner and self.view == "Learn" and not left):
            return learner.says()
        if not self.sheet.used() or not (self.game or self.view in ("Read", "Inside")):
            return HINTS["game" if self.game else "learnt" if left else self.view]
        if not digits:
            return "No digit found here. Clear the sheet, or open another picture."
        if untaught[self.number] is not None:
            return f"Without teaching it would read {as_words(untaught[self.number])}."
        if len(digits) > 1:
            return f"Click a digit to see its columns. {key_name('Control-c')} copies the number."
        undo = f"undo a stroke ({key_name('Control-z')}), or clear all ({key_name('Escape')})"
        reads = "It reads" if chosen.sure or chosen.no_digit > SURE else "Perhaps it is"
        draw = "Draw on" if self.sheet.picture is None else "Draw on a fresh sheet"
        return f"{reads} {as_words(chosen.answer.argmax(), not chosen.sure)}. {draw}, {undo}."

    def teach(self, label):
        """Keep the chosen digit as an example of `label`, and learn from it at once."""
        if self.to_read or self.capture:  # whose picture is kept
            self.read(asked=self.capture is not None)
        digit = self.chosen
        self.check_teachable()
        if self.down:
            return self.say("Lift the pen first; then its key, or a click, teaches.")
        if digit is None:
            return self.say("Draw a digit first; then its key, or a click on its column, teaches.")
        now, wish = time.monotonic(), (digit.image.tobytes(), label)
        (asked, when), self.asked = self.asked, (wish, now)
        again = asked == wish and now - when >= self.ONCE_MORE
        if digit.sure and digit.digit != label and not again:
            sure = f"It is sure that this is {as_words(digit.digit, True)}. Wait a second."
            return self.say(f"{sure} Once more, and from now on this is {as_words(label, True)}.")
        text = f"From now on this is {as_words(label, True)}. {key_name('Control-z')} forgets it."
        return self.change_taught(lambda: self.model.memory.teach(digit.image, label), text)

    def delete_taught(self):
        """Forget the one that was picked."""
        self.reload_taught()
        some = [one for one in self.model.memory.taught if one.path == self.picked]
        text = f"{self.picked.name} has another name by now, or is gone."
        text = f"Forgotten. {key_name('Control-z')} brings it back." if some else text
        self.change_taught(lambda: self.model.memory.forget(*some), text)

    def undo(self, redo=False):
        """Take the last change back, or the last undo; what was taught or forgotten, too."""
        source, target = (self.future, self.past) if redo else (self.past, self.future)
        if isinstance(source[-1], Drawing):
            target.append(self.sheet)
            self.sheet, self.down, self.capture = source.pop(), None, None
            return self.read_soon()
        self.check_teachable()
        (gone, new), memory = source.pop(), self.model.memory
        target.append((new, gone))
        images = [np.frombuffer(image, np.uint8).reshape(IMAGE_SIZE, -1) for image, _ in new]
        try:
            memory.forget(*(one for one in memory.taught if (bytes(one.image), one.label) in gone))
            memory.teach_all([*zip(images, (label for _, label in new), strict=True)])
        finally:
            self.read()
        texts = [
            f"{what} {as_words(min(some)[1], True) if len(some) == 1 else f'{len(some)} digits'}."
            for what, some in (("No longer taught:", gone), ("Taught again:", new))
            if some
        ]
        return self.say(" ".join(texts))

    def next_pen(self):
        """Take the next pen, for new strokes; after the eraser the pen that was used before."""
        names = list(PENS)
        self.pen = names[(names.index(self.pen) + (not self.erasing)) % len(names)]
        self.erasing = False
        self.say(f"A {self.pen} pen, for new strokes.")

    def reload_taught(self):
        """Read again what another window may have taught meanwhile."""
        memory, before = self.model.memory, self.model.memory.exact
        if not self.learning():
            memory.reload()
        if memory.exact != before:
            self.read_soon()

    def check_teachable(self):
        """Raise DigitRecognizerError where nothing can be taught or forgotten now."""
        if self.learning():
            text = "Nothing is taught or forgotten while a network learns: press Stop first."
            raise DigitRecognizerError(text)
        if self.model.trial:
            text = "This network is not kept: press Keep in Learn, or click another there."
            raise DigitRecognizerError(text)
        if self.game and not self.game.fool:
            raise DigitRecognizerError("Nothing is taught or forgotten against the clock.")

    def change_taught(self, change, text):
        """Change the taught digits, which can be undone; say so, {} being how many are new."""
        self.check_teachable()
        memory, before = self.model.memory, self.model.memory.exact.items()
        spelled = {digit.box: spell(digit) for digit in self.reading.digits}
        if spelled:  # of the others
            del spelled[self.chosen.box]
        try:
            change()
        finally:  # it may have failed halfway
            self.read()
            after = memory.exact.items()
            if before != after:
                self.remember((after - before, before - after))
        others = [
            f"{spelled[digit.box]} is now {spell(digit)}"
            for digit in self.reading.digits
            if spelled.get(digit.box, spell(digit)) != spell(digit)
        ]
        text = text.replace("{}", str(len(after - before)))
        self.say(f"{text} Elsewhere on the paper {', '.join(others)}." if others else text)

    def start_game(self, fool):
        """Start a game: draw what is asked for, or `fool` the network, for as long as one likes."""
        end, asked = time.monotonic() + (1e9 if fool else self.GAME), random.randrange(10)
        self.game = types.SimpleNamespace(fool=fool, score=0, asked=asked, end=end)
        self.view = "Play"
        self.next_round()

    def seconds_left(self):
        """Until the end of the game."""
        return max(0, math.ceil(self.game.end - time.monotonic()))

    def stop_game(self, text="The game is over."):
        """End the game, with the score."""
        self.over, self.game = f"{text} Score: {self.game.score}.", None
        self.say(self.over)

    def count_point(self, asked):
        """Count a point that was won; the network is fooled only where that was `asked` for."""
        game, digits = self.game, self.reading.digits
        if not game or not self.sheet.strokes or self.down or (game.fool and not asked):
            return
        sure = len(digits) == 1 and digits[0].sure
        if game.counted:
            if asked:
                self.say("This drawing has counted. The next stroke goes on.")
        elif sure and (digits[0].digit != game.asked) == game.fool:
            game.score, game.counted = game.score + 1, True
            if game.fool:
                then = f"Press {game.asked}, and a second later again, to teach it; or draw on."
                self.say(f"Fooled! It reads {digits[0].digit}. {then}")
            game.asked = (game.asked + random.randrange(1, 10)) % 10
        elif game.fool:
            self.say("Not fooled: it must be sure of another digit. Draw on, or start anew.")

    def next_round(self):
        """A fresh sheet for the next drawing: no undo brings one back that has counted."""
        self.fresh()
        # Whether the drawing has earned its point; in whose place this round began.
        self.game.counted, self.game.before = False, self.past[-1]

    def learning(self):
        """Whether a network learns."""
        return self.learner is not None and self.learner.state not in ("done", "failed")

    def learner_reads(self):
        """Whether the network that learns reads the drawing, which begins with its first Report."""
        reads = self.learning() and self.watching and not self.capture  # which is too fast for it
        return reads and bool(self.learner.reports)

    def start_learning(self):
        """Let a new network learn, beside the one that reads."""
        self.view = "Learn"
        if self.learner:  # one has learnt: first the choices are shown
            return self.set(learner=None)
        self.find_networks()
        self.learner, self.watching = Learner(self.model.path, *self.choices.values()), True
        return self.read_soon()

    def give(self, order):
        """Give the network that learns an order; while it is paused, "pause" lets it go on."""
        paused = self.learner.state == "paused"
        if self.learner.order != "stop":  # which the process has not heard yet
            self.learner.order = "go" if paused and order == "pause" else order

    def follow(self):
        """Take in what the network that learns has told."""
        learner = self.learner
        if not learner.follow():
            return
        if learner.state == "done":
            curve = [(report.seen, report.right) for report in learner.reports]
            _, count, variation = self.choices.values()
            count = min(curve[-1][0], count or 60000)  # from so many it has learnt
            what = f"{count:,} {'digits' if variation else 'never bent'}"
            notes = json.dumps([f"{what}, {time.strftime('%d %b %H:%M')}", curve]).encode()
            try:
                model = TeachableNetwork(learner.content, self.model.path)
                new = pack(model.own_content + LEARNT_SEPARATOR + notes, model.finder_content)
                self.read_with(new)
                best = sorted(self.tried, key=lambda one: how_it_learnt(one)[1])[-2:]
                self.tried, learner.content = [*best, new], new  # there is room for three
            except DigitRecognizerError as error:
                learner.state, learner.problem = "failed", str(error)
            self.find_networks()
        if self.learning():
            self.update_reading()
        else:
            self.read_soon()

    def read_with(self, content):
        """Let a model file's network read; one that is not the window's own, by itself."""
        model = TeachableNetwork(content, self.model.path)
        model.trial = content != self.own
        self.model, self.watching = model, False
        self.read_soon()

    def find_networks(self):
        """List the networks: the model file's, two earlier ones, and those that are not kept."""
        contents = [self.own]
        for file in earlier_files(self.model.path)[-2:]:
            with contextlib.suppress(OSError):
                contents.append(file.read_bytes())
        contents = dict.fromkeys(contents + self.tried)
        had = {one: colour for one, *_, colour in self.networks if one in contents}
        free = (colour for colour in CURVES if colour not in had.values())
        self.networks = []
        for one in contents:  # each keeps its colour as long as it is listed
            with contextlib.suppress(DigitRecognizerError):  # a file that is damaged
                self.networks.append((one, *how_it_learnt(one), had.get(one) or next(free)))

    def keep_network(self):
        """Make the network that reads the model file; the earlier one is set aside."""
        path, content = self.model.path, self.model.file
        aside = named_by_time(path)
        try:  # where there is no file yet, as in a bundle, what the window began with is kept
            replace_file(aside, path.read_bytes() if path.exists() else self.own)
            replace_file(path, content)
        except DigitRecognizerError as error:
            return self.say(f"The new network still reads, but is not kept. {error}")
        for file in earlier_files(path):  # it has changed places with the one that was there
            with contextlib.suppress(OSError):
                if file.read_bytes() == content:
                    file.unlink()
        self.own, self.tried = content, [one for one in self.tried if one != content]
        self.find_networks()
        self.read_with(content)
        return self.say(f"Kept: the program starts with it now. The earlier one is {aside.name}.")


# ---------------------------------------------------------------------------
# Two canvases: what is painted anew, and the paper
# ---------------------------------------------------------------------------
#
# A Scene forgets all that it showed whenever it is painted. Only the Paper keeps its ink, since the
# pen must not wait.


class Scene:
    """A canvas that is painted anew; lengths are in units.

    What is painted with a `pick`, a function, is a target: a click on it calls that. So does Enter,
    once the arrow keys have led there.
    """

    def __init__(self, parent):
        self.canvas = tkinter.Canvas(parent, background=WHITE, highlightthickness=0)
        self.images, self.targets, self.at = [], {}, 0
        self.canvas.tag_bind("pick", "<Button-1>", self.clicked)
        self.canvas.tag_bind("pick", "<Enter>", lambda event: self.canvas.configure(cursor="hand2"))
        self.canvas.tag_bind("pick", "<Leave>", lambda event: self.canvas.configure(cursor=""))
        self.canvas.bind("<Key>", self.key_pressed)
        for event in ("<FocusIn>", "<FocusOut>"):
            self.canvas.bind(event, lambda event: self.show_focus())

    def paint(self, unit, painter, *what):
        """Paint anew: `painter` is called with this scene and `what` there is to paint."""
        self.canvas.delete("all")
        self.canvas.configure(cursor="")
        self.unit, self.images, self.targets = unit, [], {}  # Tk shows pictures that are kept
        painter(self, *what)
        for item in self.targets:
            self.canvas.addtag_withtag("pick", item)
        self.canvas.itemconfigure("!pick", state="disabled")  # a click goes through all else
        self.at = min(self.at, max(0, len(self.targets) - 1))
        self.canvas.configure(takefocus=bool(self.targets))
        self.show_focus()

    def text(self, x, y, text, size=1.0, bold=False, width=0, **options):
        """Write a text, from its upper left corner on or as an anchor says; the y where it ends."""
        usual = {"fill": DARK, "anchor": "nw", "font": large_font(self.canvas, size, bold)}
        options = usual | options | {"text": text, "width": width * self.unit}
        item = self.canvas.create_text(x * self.unit, y * self.unit, **options)
        return (self.canvas.bbox(item) or [0] * 4)[3] / self.unit

    def box(self, left, top, right, bottom, pick=None, **options):
        """A rectangle, filled or with an outline."""
        corners = (n * self.unit for n in (left, top, right, bottom))
        item = self.canvas.create_rectangle(*corners, **{"width": 0} | options)
        if pick:
            self.targets[item] = pick

    def picture(self, x, y, image, side, pick=None, frame=None):
        """An image, uint8, grey or BGR, so many units wide, pixels sharp; `frame` is a colour."""
        size = scaled_size(image, side * self.unit / image.shape[1])
        kind = cv2.INTER_NEAREST if size[0] > image.shape[1] else cv2.INTER_AREA
        large = ppm(cv2.resize(image, size, interpolation=kind))
        self.images.append(tkinter.PhotoImage(master=self.canvas, data=large, format="PPM"))
        place = round(x * self.unit), round(y * self.unit)
        item = self.canvas.create_image(*place, image=self.images[-1], anchor="nw")
        if frame:
            options = {"outline": frame, "width": max(2, self.unit // 6)}
            self.canvas.create_rectangle(*self.canvas.bbox(item), **options)
        if pick:
            self.targets[item] = pick

    def clicked(self, event):
        """Do what a target is for; the keys go on from there."""
        (item,) = self.canvas.find_withtag("current")
        self.at = list(self.targets).index(item)
        self.canvas.focus_set()
        self.targets[item]()

    def key_pressed(self, event):
        """Arrows lead to the next target that way; Enter and Space press it."""
        ways = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
        way, pressed = ways.get(event.keysym), event.keysym in (*ENTER, "space")
        if not self.targets or not (way or pressed):
            return None
        if way:
            boxes = np.array([self.canvas.bbox(item) for item in self.targets])
            middles = (boxes[:, :2] + boxes[:, 2:]) / 2
            offsets = middles - middles[self.at]
            along, across = offsets @ way, abs(offsets @ way[::-1])
            row = (boxes[:, 1] < boxes[self.at, 3]) & (boxes[:, 3] > boxes[self.at, 1])
            there = (along > 0) & (row | (way[0] == 0))
            if there.any():
                self.at = int(np.where(there, along + 3 * across, np.inf).argmin())
        self.show_focus()
        if pressed:
            list(self.targets.values())[self.at]()
        return "break"

    def show_focus(self):
        """A frame around the target where the keys are."""
        self.canvas.delete("focus")
        if self.targets and str(self.canvas.tk.call("focus")) == str(self.canvas):
            box = self.canvas.bbox(list(self.targets)[self.at])
            for width, colour in ((5, WHITE), (2, DARK)):  # to be seen on black, too
                options = {"width": width, "outline": colour, "state": "disabled"}
                self.canvas.create_rectangle(*box, **options, tags="focus")


class Paper:
    """The sheet, and the pen on it: ink or a picture, boxes, and colours for what mattered.

    On `canvas` lies `state.sheet`, on which the pen draws, and above it items with tags.
    """

    def __init__(self, parent, state):
        self.canvas = tkinter.Canvas(parent, background=WHITE, takefocus=True, cursor="pencil")
        frame = {"highlightbackground": RULE, "highlightcolor": BLUE}  # BLUE: the keys go here
        self.canvas.configure(highlightthickness=2, **frame)
        self.state = state
        self.image, self.why = tkinter.PhotoImage(master=parent), tkinter.PhotoImage(master=parent)
        self.canvas.create_image(0, 0, image=self.image, anchor="nw", tags="sheet")
        self.shown = None  # the Drawing that is shown
        self.ink, self.scale, self.corner = None, 1.0, (0, 0)  # as it is shown: uint8; how, where
        self.pressed = None  # where the pen is that has not begun: on a digit, a picture, beside
        for widget in (self.canvas, parent):  # a stroke may begin beside the paper
            widget.bind("<ButtonPress-1>", self.pen_down)
            widget.bind("<B1-Motion>", self.pen_moved)
            widget.bind("<ButtonRelease-1>", self.pen_up)

    def size(self):
        """Width and height in pixels."""
        return self.canvas.winfo_width(), self.canvas.winfo_height()

    def inside(self, event):
        """Whether the pointer is on the paper; its place there becomes x and y of the event."""
        event.x = event.x_root - self.canvas.winfo_rootx()
        event.y = event.y_root - self.canvas.winfo_rooty()
        return 0 <= event.x < self.size()[0] and 0 <= event.y < self.size()[1]

    def point_at(self, event):
        """The point of the drawing or picture where the pointer is, within the sheet."""
        (width, height), (left, top) = self.size(), self.corner
        x, y = min(max(event.x, 0), width - 1), min(max(event.y, 0), height - 1)
        return (x - left) / self.scale, (y - top) / self.scale

    def pen_down(self, event):
        """Begin a stroke, with a dot; on a box or a picture see first if it is a click."""
        inside, self.pressed, point = self.inside(event), event, self.point_at(event)
        reading, picture = self.state.reading, self.state.sheet.picture
        boxes = [*(digit.box for digit in reading.digits), *reading.unread]
        may_click = picture is not None or any(distance(point, box) < 0.6 for box in boxes)
        if inside and (self.state.erasing or not may_click):
            self.begin()

    def begin(self):
        """Put the pen or the eraser down, on a fresh sheet where a picture was."""
        state = self.state
        self.canvas.focus_set()
        if state.game and state.game.counted and time.monotonic() - state.moved > state.BAR:
            state.next_round()
        state.remember(state.sheet)  # so one undo brings a picture back
        if not state.sheet.strokes:
            state.sheet = state.sheet._replace(picture=None, home=self.size())
        self.show_sheet()
        self.canvas.delete("why", "hint")
        state.pointer, self.pressed = self.point_at(self.pressed), None
        width = max(1, round(self.unit * PENS[state.pen] / self.scale))
        state.down = functools.partial(self.wipe, 1.5 * width)  # three times as wide as the pen
        if not state.erasing:
            strokes = [*state.sheet.strokes, Stroke([state.pointer], width)]
            state.sheet = self.shown = state.sheet._replace(strokes=strokes)
            state.down = self.draw  # it draws on there
        state.down(state.pointer)

    def pen_moved(self, event):
        """Draw or wipe on, if the pen is down; from beside the paper from where it enters."""
        start, inside = self.pressed, self.inside(event)
        if not inside:
            self.pressed = (start or self.state.down) and event
        elif start and math.dist((start.x, start.y), (event.x, event.y)) > self.unit / 4:
            self.begin()
        if self.state.down:
            self.state.down(self.point_at(event))
            self.state.read_soon()
            if not inside:  # the stroke ends at the edge: it may come in elsewhere
                self.state.down = None

    def draw(self, point):
        """Draw the stroke on to a point; this is quick, so that every point arrives."""
        stroke = self.state.sheet.strokes[-1]
        if point != stroke.points[-1]:
            stroke.points.append(point)
        points, wide = np.multiply(stroke.points[-2:], self.scale), round(stroke.pen * self.scale)
        draw_onto(self.ink, [points], max(1, wide))
        x, y = np.maximum(points.min(0) - wide - 2, 0).astype(int).tolist()
        right, bottom = (points.max(0) + wide + 2).astype(int).tolist()
        part = ppm(255 - self.ink[y:bottom, x:right])
        self.canvas.tk.call(self.image, "put", part, "-format", "PPM", "-to", x, y)
        self.state.pointer = point

    def wipe(self, radius, point):
        """Move the eraser to a point of the drawing."""
        before = self.state.pointer
        path = np.linspace(before, point, 2 + int(math.dist(before, point) / radius))
        self.state.sheet, self.state.pointer = self.state.sheet.wiped(path, radius), point
        self.show_sheet()

    def pen_up(self, event):
        """End the stroke; a click selects a digit."""
        if self.state.down:
            self.state.down = None
            self.state.read_soon()
        elif self.pressed and self.pressed.widget is self.canvas:
            self.canvas.focus_set()
            self.state.set(pointer=self.point_at(self.pressed))
        self.pressed = None

    def show_sheet(self):
        """Show the picture, as large as the sheet allows, or all ink, where it has changed."""
        sheet, size, picture = self.state.sheet, self.size(), self.state.sheet.picture
        if self.shown is sheet:
            return
        self.shown = sheet
        if picture is None:
            wide, high = sheet.home if sheet.strokes else size
            self.scale, self.corner = min(size[0] / wide, size[1] / high), (0, 0)
            self.ink = sheet.ink(size, self.scale)
            large = 255 - self.ink
        else:
            high, wide = picture.shape[:2]
            self.scale = min(size[0] / wide, size[1] / high, 4)
            fitted = scaled_size(picture, self.scale)
            self.corner = (size[0] - fitted[0]) // 2, (size[1] - fitted[1]) // 2
            large = cv2.resize(picture, fitted, interpolation=cv2.INTER_AREA)
        self.image.configure(data=ppm(large), format="PPM")
        self.canvas.coords("sheet", *self.corner)

    def show(self, hint, untaught):
        """All that there is, with boxes around digits, the chosen one's thicker; or a hint."""
        self.show_sheet()
        self.canvas.delete("box", "mark", "hint")
        (width, height), thin = self.size(), max(1, self.unit // 18)
        options = {"fill": SOFT, "width": 0.9 * width, "tags": "hint"}
        self.canvas.create_text(width / 2, height / 2, text=hint, **options)
        state, rectangle = self.state, self.canvas.create_rectangle
        digits, chosen = state.reading.digits, state.chosen
        for mark in state.reading.unread if digits else []:
            rectangle(*self.corners(mark), outline=OFF, width=thin, tags="mark")
        if state.sheet.picture is None and len(digits) < 2 and not state.reading.unread:
            return
        for digit, read in zip(digits, untaught, strict=True):
            x, y, right, bottom = self.corners(digit.box)
            colour, dash = (BLUE, ()) if digit.sure else (UNSURE, (6, 4))
            wide = 3 * thin if digit is chosen and len(digits) > 1 else thin
            rectangle(x, y, right, bottom, outline=colour, width=wide, dash=dash, tags="box")
            high, name = 1.2 * self.unit, spell(digit) + "*" * (read is not None)  # a tag
            top = y - high if y > high else min(bottom, height - high)
            options = {"font": large_font(self.canvas, 1.2), "fill": WHITE, "tags": "box"}
            place = x + high / 6, top + high / 2
            text = self.canvas.create_text(*place, text=name, anchor="w", **options)
            end = self.canvas.bbox(text)[2] + high / 6
            ground = rectangle(x, top, end, top + high, width=0, fill=colour, tags="box")
            self.canvas.tag_lower(ground, text)

    def explain(self):
        """Colour the chosen digit by what mattered, not in a camera's live picture; in words."""
        state, digit = self.state, self.state.chosen
        if state.learning():
            return "These layers are not those of the network that learns."
        if digit is None or spell(digit) == EMPTY or state.capture:
            return "Draw a digit: the darker its ink then, the more that ink matters."
        importance, least = occlusion(digit.image, digit.digit, state.model)
        x, y, width, height = cv2.boundingRect(digit.image)
        weight = importance[y : y + height, x : x + width] * (255 / max(importance.max(), 0.1))
        weight = np.rot90(weight, -state.reading.quarters)  # as the picture lies
        # It covers each pixel of the paper on which the digit lies, as far as it is ink.
        left, top, right, bottom = self.corners(digit.box, margin=0)
        left, top = math.floor(left), math.floor(top)
        size = math.ceil(right) - left, math.ceil(bottom) - top
        ink = cv2.resize(cv2.add(digit.ink, digit.ink), size)  # its soft rim, too
        weight = cv2.resize(weight.astype(np.uint8), size)
        colours = np.linspace(MATTERS_NOT, MATTERS, 256).astype(np.uint8)[weight]
        coloured = cv2.imencode(".png", np.dstack([colours, ink]))[1].tobytes()
        self.why.configure(data=coloured, format="PNG")
        self.canvas.create_image(left, top, image=self.why, anchor="nw", tags="why")
        self.canvas.tag_raise("box")
        return (
            f"Why {digit.digit}? Cover the dark red ink, and its probability falls "
            f"to {least:.0%}. The paler, the less it matters."
        )

    def corners(self, box, margin=0.2):
        """A box of the drawing on the canvas, so many units wider: left, top, right, bottom."""
        (left, top), margin = self.corner, margin * self.unit
        x, y, width, height = (self.scale * number for number in box)
        x, y = left + x - margin, top + y - margin
        return x, y, x + width + 2 * margin, y + height + 2 * margin


# ---------------------------------------------------------------------------
# The views: each is painted on a Scene
# ---------------------------------------------------------------------------
#
# A view is a function of the Scene and the State; it keeps nothing.


def paint_answer(scene, state, answer, verdict, whose):
    """The number and how sure it is; below, a digit's eleven probabilities. A click teaches."""
    digit, lines = state.chosen, answer.split("\n")
    lines = lines if len(lines) <= 6 else [*lines[:5], f"(and {len(lines) - 5} lines)"]
    if len(lines) > 2 and len(" / ".join(lines)) < 38:  # beside each other they are larger
        lines = [" / ".join(lines)]
    size = min(2.9 / len(lines), 38 / max(1, *map(len, lines)))
    sure = digit is not None and all(one.sure for one in state.reading.digits)
    none = digit is not None and digit.no_digit > SURE
    colour = DARK if sure or none else UNSURE
    scene.text(0, 1.6, "\n".join(lines), size=size, bold=True, anchor="w", fill=colour)
    scene.text(SIDE, 1.6, verdict, size=1.2, anchor="e", width=14, justify="right", fill=colour)
    probabilities = [0] * 11 if digit is None else digit.answer.tolist()
    room = SIDE / 11
    for number, (name, probability) in enumerate(zip(READ_AS, probabilities, strict=True)):
        left, middle = number * room, (number + 0.5) * room
        best = probability > 0 and probability == max(probabilities)
        pick = functools.partial(state.teach, number)
        scene.box(left, 3.2, left + room, 8.3, fill=WHITE, pick=pick)
        scene.box(left + 0.5, 4.4, left + room - 0.5, 7, fill=TRACK)
        colour = TINT if not best else BLUE if digit.sure or none else UNSURE
        if probability > 0.002:
            top = 7 - 2.6 * probability
            scene.box(left + 0.5, top, left + room - 0.5, 7, fill=colour)
        colour = DARK if best else SOFT
        if digit is not None:
            scene.text(middle, 3.8, f"{probability:.0%}", anchor="center", fill=colour)
        scene.text(middle, 7.7, name, size=1.2, bold=best, anchor="center", fill=colour)
    scene.text(0, 8.4, whose, fill=SOFT)


def paint_read(scene, state):
    """What the network sees of a digit, large, and what decided how it is read."""
    digit = state.chosen
    image = np.zeros((IMAGE_SIZE,) * 2, np.uint8) if digit is None else digit.image
    scene.text(0, 0.3, f"What the network sees: {IMAGE_SIZE} x {IMAGE_SIZE} pixels", fill=SOFT)
    scene.picture(0, 1.8, image, 17)
    x, y = 18.5, 1.8
    if digit is None:
        return
    scene.text(x, 0.3, "What decided", fill=SOFT)
    image, before = digit.image[np.newaxis], 0
    said = {"The network that learns": digit.answer}
    if not state.learner_reads():
        said = {
            "The network by itself": state.model.read(image, taught=False)[0],
            "With what it was taught": state.model.read(image)[0],
            "With the second network, which finds digits on the whole paper": digit.answer,
        }
    for title, answer in said.items():
        if np.abs(answer - before).max() > 0.005:
            y = scene.text(x, y, title, width=SIDE - x, fill=SOFT)
            says = f"{as_words(answer.argmax())}, {answer.max():.0%}"
            y = scene.text(x, y, says, size=1.5, bold=True) + 0.6
        before = answer


LAYERS = "Edges, line ends", "Corners, bends", "Loops, hooks, bars", "Larger parts"
TILES = 11  # filters of each layer are shown
COUNTS = {100: "100", 1000: "1,000", 10000: "10,000", 0: "60,000"}  # digits to learn from


def paint_inside(scene, state):
    """The pictures that the layers make of a digit, one filter large, and the last layer."""
    model, memory, digit = state.model, state.model.memory, state.chosen
    image = np.zeros((IMAGE_SIZE,) * 2, np.uint8) if digit is None else digit.image
    filters, maps = model.maps(image)
    scene.text(0, 0.1, state.explained, fill=BLUE, width=SIDE)
    if not maps:
        scene.text(0, 3, "This network has no convolution: no layer slides a filter.", fill=SOFT)
        return
    high = min(2.85, 11.4 / len(maps))
    for layer, answers in enumerate(maps):
        y = 2.3 + high * layer
        name = f"{layer + 1}. {LAYERS[min(layer, 3)]}"
        scene.text(0, y + high / 2, name, anchor="w", width=7)
        tiles = (answers * (255 / max(answers.max(), 1e-6))).astype(np.uint8)
        for place, number in enumerate(range(len(tiles))[:: max(1, len(tiles) // TILES)][:TILES]):
            left, pick = 7.2 + 2.9 * place, functools.partial(state.set, filter=(layer, number))
            frame = ORANGE if (layer, number) == state.filter else None
            scene.picture(left, y, tiles[number], high - 0.15, pick, frame)
    (layer, number), y = state.filter, 14
    if layer < len(maps) and number < len(maps[layer]):
        weights = filters[layer][number]  # for each picture that it sees
        across = math.ceil(len(weights) ** 0.5)
        tiles = np.pad(weights, ((0, across**2 - len(weights)), (0, 1), (0, 1)))  # with gaps
        rows = [np.hstack(tiles[start : start + across]) for start in range(0, len(tiles), across)]
        scene.picture(0, y, in_colours(np.vstack(rows)[:-1, :-1]), 5.5)
        answer = cv2.normalize(maps[layer][number], None, 0, 255, cv2.NORM_MINMAX, cv2.CV_8U)
        scene.picture(5.9, y, answer, 5.5)
        seen = f"{len(weights)} pictures of the layer before" if layer else "the digit"
        text = f"It slides over {seen}. Where it finds its blue and not its orange, it is bright."
        scene.text(11.8, y, text, width=10, fill=SOFT)
    if digit is None:
        return
    shown = int(digit.answer.argmax())
    weights = model.last_layers[1].blobs[0]
    rows = [(f"Its last layer's numbers for {as_words(shown)}", weights[shown])]
    if memory.taught and not model.trial:
        change = (memory.known.whiten @ memory.change)[:, shown]
        rows.append(("What teaching changed in them", change))
    for title, numbers in rows:  # (features,)
        scene.text(22.6, y, title)
        row = in_colours(numbers[np.newaxis]).repeat(max(1, len(numbers) // 14), 0)
        scene.picture(22.6, y + 1.2, row, SIDE - 22.6)
        y += 2.45
    scene.text(22.6, y, "Blue speaks for it, orange against.", fill=SOFT)


def paint_learn(scene, state):
    """The networks that are there with their curves, and what the one that learns is like."""
    learner, unit, x, y = state.learner, scene.unit, 18.6, 0
    reports = learner.reports if learner else []
    watch = functools.partial(state.set, watching=True, to_read=True)
    newest = learner and learner.content  # what has just learnt: its curve is still blue
    networks = [
        (file, *more, BLUE if file == newest else colour) for file, *more, colour in state.networks
    ]
    curves = [(colour, curve) for file, curve, _, _, colour in networks if file != newest]
    curves.append((ORANGE, [(report.seen, report.learnt) for report in reports]))
    curves.append((BLUE, [(report.seen, report.right) for report in reports]))
    curves = [("", colour, *zip(*curve, strict=True)) for colour, curve in curves if curve]
    end = 1000 * max([1, *(math.ceil(xs[-1] / 1000) for *_, xs, _ in curves)])
    # In small letters one space is a pixel wide.
    across = (0, "0"), (end / 2, "digits  seen"), (end, f"{end:,}")
    up = [(right, f"{right:.0%}") for right in (0, 0.25, 0.5, 0.75, 1)]
    chart = Chart(18 * unit, 20 * unit)
    plot(chart, np.array((3, 0.45, 16.3, 18.12)) * unit, curves, across, up, 0.8 * unit)
    scene.picture(0, 0, to_array(chart.image), 18)
    reads = None if state.learner_reads() else state.model.file
    if reports and state.learning():
        networks.insert(0, (None, [], reports[-1].right, "the one that learns", BLUE))
    if reports:
        right = {file: right for file, _, right, *_ in networks}.get(reads)
        text, colour = "" if right is None else f"{right:.1%}", DARK if reads else BLUE
        scene.text(x, 0, text, size=2.2, bold=True, fill=colour)
        text = f"of {HELD_OUT:,} digits that it\nnever saw are read right"
        scene.text(25.8, 0, text, fill=colour)
        if reads == newest:
            text = f"{reports[-1].learnt:.1%} of those it learns from"
            scene.text(25.8, 2, text, fill=ORANGE)
        y = 3.5
    for file, _, right, origin, colour in networks:
        pick = functools.partial(state.read_with, file) if file else watch
        scene.box(x, y + 0.25, x + 0.7, y + 0.95, fill=colour)
        scene.box(x + 1, y, SIDE, y + 1.1, fill=HOVER if file == reads else WHITE, pick=pick)
        says = origin if right is None else f"{right:.1%}, {origin}"
        scene.text(x + 1.2, y, says, bold=file == reads)
        y += 1.15
    if reports and reads == newest:
        paint_progress(scene, reports[0], reports[-1], x, y + 0.6)
    elif not learner:
        paint_choices(scene, state, x, y + 0.8)


def paint_progress(scene, first, last, x, y):
    """Eight filters before and after, and the digits that are read worst, as large as fits."""
    room = min((SIDE - x) / FILTERS, (16.5 - y) / 3)
    scene.text(x, y, "Eight filters: at first, random, and now", fill=SOFT)
    for row, report in enumerate((first, last)):
        for number, weights in enumerate(report.filters):
            place = x + room * number, y + 1.2 + room * row
            scene.picture(*place, in_colours(weights), room - 0.2)
    text = "Its worst mistakes: what it is, what it reads"
    y, room = scene.text(x, y + 1.3 + 2 * room, text, fill=SOFT), (SIDE - x) / WORST
    side = min(room - 0.3, 18.3 - y)
    for number, (image, true, read) in enumerate(last.worst):
        place = x + room * number
        scene.picture(place, y + 0.2, 255 - image, side)
        colour = SOFT if read == true else UNSURE
        scene.text(place, y + side + 0.2, f"{true} → {READ_AS[read]}", fill=colour)


def paint_choices(scene, state, x, y):
    """How long a new network shall learn, and two what-ifs."""
    for title, name, choices in (
        ("A new network learns for", "seconds", {20: "20 s", 120: "2 min", 300: "5 min"}),
        ("What if it learns from so many digits only?", "count", COUNTS),
        ("Are they bent and slanted?", "variation", {True: "each time anew", False: "never"}),
    ):
        y, room = scene.text(x, y, title, width=SIDE - x) + 0.3, (SIDE - x) / len(choices)
        for number, (value, text) in enumerate(choices.items()):
            chosen, left, wide = state.choices[name] == value, x + room * number, room - 0.3
            pick = functools.partial(state.set, choices=state.choices | {name: value})
            scene.box(left, y, left + wide, y + 1.4, fill=BLUE if chosen else TRACK, pick=pick)
            colour = WHITE if chosen else DARK
            scene.text(left + wide / 2, y + 0.7, text, anchor="center", fill=colour)
        y += 2.1


def paint_taught(scene, state):
    """A row of taught pictures for each digit and for none, and one of them large."""
    model, x, most = state.model, 25.5, 12
    taught, says = model.memory.taught[::-1], ""  # the last one first
    some = f"{len(taught)} digit{'s' if len(taught) > 1 else ''}"
    text = f"{some}, in the folder {model.memory.folder.name}"
    text = text if taught else "Nothing is taught yet. Draw a seven of your own and press 7."
    scene.text(x, 18, text, width=SIDE - x, fill=SOFT)
    for label, name in enumerate(READ_AS):
        y, row = 1.78 * label, [one for one in taught if one.label == label]
        scene.text(0, y + 0.2, name, fill=SOFT, bold=True)
        start = state.passed.get(label, 0)
        start = start if len(row) > max(start, most) else 0  # some may be forgotten since
        for place, one in enumerate(row[start : start + most]):
            left, pick = 2.6 + 1.72 * place, functools.partial(state.set, picked=one.path)
            misread = model.run(one.image[np.newaxis]).argmax() != label
            frame = BLUE if one.path == state.picked else UNSURE if misread else None
            scene.picture(left, y, 255 - one.image, 1.6, pick, frame)
        if len(row) > most:  # a click shows the next ones, after the last the first
            left, start = 2.6 + 1.72 * most, start + most if start + most < len(row) else 0
            pick = functools.partial(state.set, passed=state.passed | {label: start})
            scene.box(left, y, left + 2, y + 1.6, fill=TRACK, pick=pick)
            scene.text(left + 0.2, y + 0.3, f"+{len(row) - most}", fill=SOFT)
    for one in taught:
        if one.path == state.picked:
            before, after = (some.run(one.image[np.newaxis])[0] for some in (model, model.memory))
            scene.picture(x, 0.3, 255 - one.image, SIDE - x - 3)
            says = (
                f"Taught: {as_words(one.label)}.\n\n"
                f"Without teaching it would read {as_words(before.argmax())}, {before.max():.0%}. "
                f"Now it reads {as_words(after.argmax())}, {after.max():.0%}."
            )
    scene.text(x, 11.5, says, width=SIDE - x - 0.5)


GAMES = {
    "Against the clock": "Draw the digits that are asked for, as many as you can in a minute.",
    "Fool it": "Draw a digit that every one of you reads, and the network takes for another.",
}


def paint_play(scene, state):
    """The task, the clock and the score, for the last row."""
    game = state.game
    if game is None:
        scene.text(0, 0.5, state.over, size=2.2, bold=True, width=SIDE, fill=BLUE)
        for fool, (name, says) in enumerate(GAMES.items()):
            y, pick = 6 + 7 * fool, functools.partial(state.start_game, bool(fool))
            scene.box(0, y, SIDE, y + 6, fill=TRACK, pick=pick)
            scene.text(1, y + 0.5, name, size=1.8, bold=True)
            scene.text(1, y + 3, says, size=1.2, width=SIDE - 2)
        return
    task, size = f"Draw {as_words(game.asked, True)}.", 4
    if game.fool and game.counted:
        task, size = "Fooled!", 4
    elif game.fool:
        task, size = f"{task[:-1]} that it takes for another digit. Then press Recognize.", 2.2
    scene.text(0, 0.3, task, size=size, bold=True, width=SIDE)
    scene.text(0, 12.2, "score", size=1.5, fill=SOFT)
    scene.text(0, 19.8, str(game.score), size=5, bold=True, fill=BLUE, anchor="sw")
    if not game.fool:
        scene.text(20, 12.2, "seconds left", size=1.5, fill=SOFT)
        scene.text(20, 19.8, str(state.seconds_left()), size=5, bold=True, anchor="sw")


def paint_help(scene, state):
    """All keys, and where things are."""
    rows = [(key_name(a.key), f"{a.place}: {a.name.rstrip('…')}{a.more}") for a in ACTIONS if a.key]
    rows += [("0 to 9, N", "say what the digit is; N: none")]
    rows += [("Tab", "go to the next part"), ("Arrows", "choose there; Enter presses")]
    half = math.ceil(len(rows) / 2)
    for number, (key, text) in enumerate(rows):
        x, y = number // half * (SIDE / 2 + 0.5), 1.25 * (number % half)
        scene.text(x, y, key, fill=BLUE)
        scene.text(x + 4.8, y, text)


def in_colours(weights):
    """Weights (height, width), blue where positive, orange where negative: BGR uint8."""
    scaled = weights[..., np.newaxis] / max(abs(weights).max(), 1e-9)
    blue, orange = (np.subtract(255, ImageColor.getrgb(c)[::-1]) for c in (BLUE, UNSURE))
    return (255 - scaled.clip(0) * blue + scaled.clip(None, 0) * orange).astype(np.uint8)


# ---------------------------------------------------------------------------
# Actions, and the window itself
# ---------------------------------------------------------------------------
#
# One table gives each action its button or menu entry, its key, and its line in Help.


class Action(NamedTuple):
    """What can be done, and where its button or menu entry stands."""

    name: str
    key: str  # as Tk names it; empty for none
    place: str  # one of MENUS or VIEWS, or "Paper"
    more: str  # words that Help adds
    do: object  # a function of the App


MENUS = "File", "Edit", "View", "Help"
VIEWS = {
    "Read": paint_read,
    "Inside": paint_inside,
    "Learn": paint_learn,
    "Taught": paint_taught,
    "Play": paint_play,
}
ACTIONS = (
    Action("Open…", "Control-o", "File", " a picture", lambda app: app.open_file()),
    Action("Camera", "Control-k", "File", ", read live", lambda app: app.camera()),
    Action("Save picture…", "Control-s", "File", "", lambda app: app.save()),
    Action("Copy", "Control-c", "Edit", " the number", lambda app: app.copy()),
    Action("Paste", "Control-v", "Edit", " a picture", lambda app: app.paste()),
    Action("Rotate left", "Control-l", "Edit", "", lambda app: app.turn(1)),
    Action("Rotate right", "Control-r", "Edit", "", lambda app: app.turn(3)),
    Action("Pen", "p", "Paper", ", for new strokes", lambda app: app.state.next_pen()),
    Action("Eraser", "e", "Paper", "", lambda app: app.state.set(erasing=not app.state.erasing)),
    Action("Undo", "Control-z", "Paper", "", lambda app: app.state.undo()),
    Action("Redo", "Control-y", "Paper", "", lambda app: app.state.undo(redo=True)),
    Action("Clear", "Escape", "Paper", "", lambda app: app.state.clear()),
    Action("Recognize", "Return", "Paper", "", lambda app: app.state.read(asked=True)),
    *(
        Action(view, f"Control-{number}", "View", "", lambda app, view=view: app.open_view(view))
        for number, view in enumerate(VIEWS, 1)
    ),
    Action("Full screen", "F11", "View", "", lambda app: app.fill_screen()),
    Action("Help", "F1", "Help", "", lambda app: app.open_view("Help")),
    Action("Example", "x", "Read", ", some misread", lambda app: app.state.example()),
    Action("Start", "s", "Learn", " to learn", lambda app: app.state.start_learning()),
    Action("Pause", "", "Learn", "", lambda app: app.state.give("pause")),
    Action("Step", "", "Learn", "", lambda app: app.state.give("step")),
    Action("Stop", "", "Learn", "", lambda app: app.state.give("stop")),
    Action("Keep", "", "Learn", "", lambda app: app.state.keep_network()),
    Action("Delete", "Delete", "Taught", " the marked one", lambda app: app.state.delete_taught()),
    Action("Open the folder", "", "Taught", "", lambda app: app.open_folder()),
    Action("Take in a folder…", "", "Taught", "", lambda app: app.take_in()),
    Action("Against the clock", "g", "Play", "", lambda app: app.state.start_game(fool=False)),
    Action("Fool it", "f", "Play", "", lambda app: app.state.start_game(fool=True)),
    Action("End the game", "", "Play", "", lambda app: app.state.stop_game()),
)


class App:
    """The window: a paper, and beside it what the network reads and one of five views.

    `show` alone decides what is shown and can be pressed. Raises DigitRecognizerError.
    """

    TICK = 10  # ms
    UP = 0.03  # seconds without a movement: then it is read
    IDLE = 0.12  # ... also where the pen is down; where it is up, the view is painted, too

    def __init__(self, model=None):
        self.state = State(default_model() if model is None else model)
        self.root = open_root()
        self.root.report_callback_exception = self.callback_failed
        self.root.protocol("WM_DELETE_WINDOW", self.leave)
        if MAC:  # Cmd+Q
            self.root.createcommand("tk::mac::Quit", self.leave)
        self.unit = 0  # pixels: the height of a line of text, once the window has a size
        self.pen = None  # the sizes of the dot on the pen's button
        self.source = 0  # the camera's number
        self.to_paint, self.clock = False, None  # whether the view is due; what its clock shows
        self.buttons, self.usable = {}, {}  # by actions' names; the latter: what can be done now
        self.build()
        width, height = self.root.winfo_screenwidth(), self.root.winfo_screenheight()
        self.root.geometry(f"{width * 97 // 100}x{height * 87 // 100}+{width // 70}+0")
        self.root.minsize(640, 380)  # below, buttons would be cut off
        self.root.deiconify()
        self.canvas.focus_set()
        self.tick()
        if self.state.model.memory.problem:
            self.state.say(f"{self.state.model.memory.problem}; going on without it.")
        elif not self.state.model.finder:
            self.state.say(f"This network {NO_FINDER}.")

    def callback_failed(self, kind, error, trace):
        """Say what failed, without a console, too: mostly a bug. Ctrl-C closes the window."""
        if issubclass(kind, KeyboardInterrupt):
            self.root.destroy()
            raise error
        if kind is DigitRecognizerError:
            self.state.say(str(error))
        elif "application has been destroyed" not in str(error):  # while a dialog was open: no bug
            traceback.print_exception(kind, error, trace)
            self.state.say(f"That went wrong, by a mistake in this program: {reason(error)}")

    def build(self):
        """Make all that stays; fit gives it its place. Tab goes through it in this order."""
        self.frame = tkinter.Frame(self.root, background=WHITE)
        self.frame.pack(fill="both", expand=True)
        self.frame.bind("<Configure>", self.fit)
        self.paper = Paper(self.frame, self.state)
        self.canvas = self.paper.canvas
        self.canvas.bind("<Destroy>", lambda event: self.close())
        self.tools, self.head = ttk.Frame(self.frame), Scene(self.frame)
        self.tabs, self.scene = ttk.Frame(self.frame), Scene(self.frame)
        self.bar = ttk.Frame(self.frame)
        self.status = ttk.Label(self.frame, anchor="nw", foreground=DARK)
        menu = tkinter.Menu(self.root)
        self.menus = {place: tkinter.Menu(menu, tearoff=False) for place in MENUS}
        for place in MENUS:
            menu.add_cascade(label=place, menu=self.menus[place], underline=0)  # Alt and a letter
        self.root.configure(menu=menu)
        bars = {"Paper": self.tools, **dict.fromkeys(VIEWS, self.bar)}
        for action in ACTIONS:
            name, do = action.name, functools.partial(self.press, action)
            if action.place in MENUS:
                key = key_name(action.key)
                self.menus[action.place].add_command(label=name, accelerator=key, command=do)
            bar = self.tabs if name in VIEWS else bars.get(action.place)
            if bar:
                self.buttons[name] = ttk.Button(bar, text=name, command=do)
            if action.key:
                bind_key(self.root, action.key, do)
        self.dot = tkinter.PhotoImage(master=self.root)
        self.buttons["Pen"].configure(image=self.dot, compound="left")
        for key in ENTER:  # it presses what has the focus, also in Tk's dialogs, and does no more
            self.root.tk.call("bind", "TButton", f"<{key}>", "%W invoke; break")
        for key, by in (("Left", -1), ("Right", 1)):
            self.root.bind(f"<{key}>", lambda event, by=by: self.state.step(by))
        for label, key in enumerate("0123456789n"):
            bind_key(self.root, key, functools.partial(self.state.teach, label))
        self.root.bind(
            "<FocusIn>", lambda event: event.widget is self.root and self.state.reload_taught()
        )

    def press(self, action):
        """Do an action, if it can be done by now."""
        self.show()
        if self.usable[action.name]:
            action.do(self)

    def fit(self, event):
        """Fit all to the window: its size decides how large the letters are."""
        width, height = event.width, event.height
        self.paper.shown = None
        letters = font.nametofont("TkDefaultFont", root=self.root)
        line = min(width / WIDE, height / HIGH)  # pixels: so high a line of text may be
        for size in range(max(6, int(line)), 5, -1):  # in pixels, without the room between lines
            letters.configure(size=-size)
            if letters.metrics("linespace") <= line:
                break
        font.nametofont("TkMenuFont", root=self.root).configure(size=letters.cget("size"))
        self.unit = self.paper.unit = unit = letters.metrics("linespace")
        ttk.Style(self.root).configure("TButton", padding=(unit // 2, unit // 5), width=0)
        gap, side, row = unit * 3 // 4, SIDE * unit, 2 * unit
        left, low, top = width - side - gap, height - round(2.7 * unit), gap + round(HEAD * unit)
        bottom = low - row - gap // 2
        for widget, x, y, wide, high in (
            (self.canvas, gap, gap, left - 2 * gap, bottom - gap - gap // 2),
            (self.tools, gap, bottom, left - 2 * gap, row),
            (self.head.canvas, left, gap, side, top - gap),
            (self.tabs, left, top, side, row),
            (self.scene.canvas, left, top + row + gap // 2, side, bottom - top - row - gap // 2),
            (self.bar, left, bottom, side, row),
            (self.status, gap, low, width - 2 * gap, height - low),
        ):
            widget.place(x=x, y=y, width=wide, height=high)
        self.status.configure(wraplength=width - 2 * gap)
        self.root.update_idletasks()
        self.show()

    def leave(self):
        """Close the window; ask first where one learns, or one that has learnt is not kept."""
        lost = self.state.learning() or self.state.tried
        text = "A new network is not kept. Close, and lose it?"
        if not lost or messagebox.askokcancel(
            "Digit Recognizer", text, parent=self.root, default="cancel"
        ):
            self.root.destroy()

    def close(self):
        """The window is gone: so is the process that learns."""
        self.root.after_cancel(self.next_tick)
        if self.state.learner:
            self.state.learner.process.kill()

    def open_file(self):
        """Let the user choose a picture file, and read it."""
        ends = "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp"
        patterns = " ".join(f"*.{end} *.{end.upper()}" for end in ends)
        kinds = ("Pictures", patterns), ("All files", "*")
        name = filedialog.askopenfilename(parent=self.root, title="Open a picture", filetypes=kinds)
        if name:
            self.open(name)

    def paste(self):
        """Read the picture, or the picture file, that was copied in another program.

        On X11 Pillow asks through another program, which waits for the one that copied: for ever,
        if that is this window. So Tk, which answers itself meanwhile, asks first what there is.
        """
        copied, x11 = None, self.root.tk.call("tk", "windowingsystem") == "x11"
        # Tk's error means that nothing was copied.
        with (
            explaining("Can't paste", "save the picture and open its file"),
            contextlib.suppress(tkinter.TclError),
        ):
            if not x11 or "image/" in self.root.clipboard_get(type="TARGETS"):
                copied = ImageGrab.grabclipboard()  # a picture, or the names of files
            if isinstance(copied, Image.Image):
                copied = [to_array(copied)]
        if not copied:
            raise DigitRecognizerError("There is no picture to paste: copy one first.")
        self.open(copied[0])

    def open(self, source):
        """Read a picture, an array or a file's name; if it is none, the paper stays as it is."""
        self.say_now("Reading…")
        picture = source if isinstance(source, np.ndarray) else open_picture(source)
        self.state.fresh(picture)
        self.state.read()

    def turn(self, quarters):
        """Turn the picture by so many quarters to the left."""
        self.open(np.ascontiguousarray(np.rot90(self.state.sheet.picture, quarters)))

    def say_now(self, text):
        """Say something before what takes a while."""
        self.state.say(text)
        self.show()
        self.root.update_idletasks()

    def camera(self):
        """Read what the camera sees, or keep the picture that it sees now."""
        if self.state.capture:
            self.state.read(asked=True)
            return
        self.say_now("Looking for a camera…")
        with quiet():
            capture = cv2.VideoCapture(self.source)
        if not capture.isOpened():
            raise DigitRecognizerError("There is no camera here that this program can use.")
        self.state.fresh()
        self.state.capture = capture

    def save(self):
        """Save the drawing, or the picture, as a picture file."""
        # With an extension of its own the dialog asks whether this very file is replaced.
        options = {"initialfile": "digits.png", "defaultextension": ".png"}
        name = filedialog.asksaveasfilename(parent=self.root, title="Save the picture", **options)
        if name:
            path, sheet = Path(name), self.state.sheet
            image = 255 - sheet.ink(sheet.home) if sheet.picture is None else sheet.picture
            with explaining(f"{path.name}: can't be saved", "end the name in .png"):
                content = cv2.imencode(path.suffix, image)[1].tobytes()
            replace_file(path, content)
            self.state.say(f"Saved {name}")

    def copy(self):
        """Put the number on the clipboard."""
        text = in_signs(self.state.reading)
        self.root.clipboard_clear()
        self.root.clipboard_append(text)
        self.state.say(f"Copied: {text.replace(chr(10), ' / ')}")

    def open_folder(self):
        """Show the taught digits in the system's own file manager."""
        folder = self.state.model.memory.folder
        program = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
        with explaining("No file manager opens here", f"the taught digits are in {folder}"):
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.Popen([program, folder], stdout=subprocess.DEVNULL)
        self.state.say(f"The taught digits are in {folder}.")

    def take_in(self):
        """Copy the taught digits of another folder that are not here yet."""
        name = filedialog.askdirectory(parent=self.root, title="A folder of taught digits")
        state, text = self.state, "Digits that are taught now, too: {}."
        if name:
            state.change_taught(lambda: state.model.memory.take_in(Path(name)), text)

    def tick(self):
        """Go on with all that moves by itself; and give Python the chance to see Ctrl-C."""
        state, game = self.state, self.state.game
        try:
            if state.capture:
                state.see()
            if state.learning():
                state.follow()
            if game and state.view not in ("Play", "Help"):
                state.stop_game()
            elif game and not state.seconds_left():
                state.stop_game("The time is over.")
            elif game and state.seconds_left() != self.clock:
                self.clock, self.to_paint = state.seconds_left(), True
            idle = time.monotonic() - state.moved
            if state.to_read and idle >= (self.IDLE if state.down else self.UP):
                state.read()
            if state.news and self.unit:
                self.show()
            if self.to_paint and not state.down and idle >= self.IDLE:
                self.show_view()
        finally:
            self.next_tick = self.root.after(self.TICK, self.tick)

    def show(self):
        """Decide, from what the window knows, what is shown and which buttons can be pressed."""
        state, past, game = self.state, self.state.past, self.state.game
        used, state.news = state.sheet.used(), False
        doing = state.learner.state if state.learner else ""
        untaught = state.untaught()
        hint = "Press P for the pen" if state.erasing else "Draw a digit or a number here"
        hint = "" if used or state.game else state.message or hint
        self.paper.show(hint, untaught)
        self.head.paint(self.unit, paint_answer, state, *state.words(untaught))
        self.status.configure(text=state.status(untaught))
        usable = {
            "Undo": past and not (game and past[-1] is game.before),
            "Redo": state.future,
            "Eraser": state.sheet.strokes or state.erasing,
            "Copy": state.reading.text,
            "Clear": used or state.view == "Help",
            **dict.fromkeys(("Save picture…", "Recognize"), used),
            **dict.fromkeys(("Rotate left", "Rotate right"), state.sheet.picture is not None),
            "Start": not state.learning(),
            **dict.fromkeys(("Pause", "Stop"), doing in ("learning", "paused")),
            "Step": doing == "paused",
            "Keep": state.model.trial and not state.learning(),
            "Delete": state.view == "Taught"
            and state.picked in [one.path for one in state.model.memory.taught],
            "End the game": game,
            **dict.fromkeys(GAMES, not game),
        }
        marked = "Recognize", state.view, "Eraser" if state.erasing else ""
        focus = str(self.root.tk.call("focus"))
        for action in ACTIONS:
            self.usable[action.name] = can = bool(usable.get(action.name, True))
            if action.place in MENUS:
                entry = "normal" if can else "disabled"
                self.menus[action.place].entryconfigure(action.name, state=entry)
            button = self.buttons.get(action.name)
            if not button:
                continue
            flags = "!" * can + "disabled", "!" * (action.name not in marked) + "selected"
            button.state(flags)
            here = action.place not in VIEWS or action.place == state.view
            if here:
                side = "right" if action.name == "Recognize" else "left"
                button.pack(side=side, padx=(0, self.unit // 3))
            else:
                button.pack_forget()
            if str(button) == focus and not (here and can):  # there keys would do nothing
                self.canvas.focus_set()
        self.buttons["Pause"].configure(text="Go on" if doing == "paused" else "Pause")
        self.buttons["Start"].configure(text="Anew" if doing in ("done", "failed") else "Start")
        side, wide = self.unit, max(1, round(self.unit * PENS[state.pen] * 0.6))
        if self.pen != (side, wide):  # a dot, as wide as the pen
            self.pen = side, wide
            dot = 255 - draw_strokes([[(2 * side, 2 * side)]], 4 * wide, (4 * side, 4 * side))
            dot = cv2.resize(dot, (side, side), interpolation=cv2.INTER_AREA)
            self.dot.configure(data=ppm(dot), format="PPM")
        self.to_paint = True

    def open_view(self, name):
        """Show another view; Help a second time goes back."""
        state = self.state
        if name == "Learn" and not state.learning():  # while one learns, no folder is read
            state.find_networks()
        if state.view != "Help":
            state.back = state.view
        state.set(view=state.back if name == state.view == "Help" else name)

    def show_view(self):
        """Paint the view."""
        view, self.to_paint = self.state.view, False
        self.canvas.delete("why")
        if view == "Inside":
            self.state.explained = self.paper.explain()
        self.scene.paint(self.unit, VIEWS.get(view, paint_help), self.state)

    def fill_screen(self):
        """Fill the whole screen, or no longer."""
        self.root.attributes("-fullscreen", not self.root.attributes("-fullscreen"))


def large_font(widget, size, bold=False):
    """The system's font, so many times as large as all other text, as Tk takes it."""
    system = font.nametofont("TkDefaultFont", root=widget)
    pixels = round(system.cget("size") * size)
    return system.cget("family"), pixels, "bold" if bold else "normal"


def bind_key(root, key, action):
    """Bind a key to an action, with Caps Lock and on the keypad too; a plain key if it is plain."""
    *modifier, last = key.replace("Control", COMMAND).split("-")
    for name in {last, last.upper() if len(last) == 1 else last, KEYPAD.get(last, last)}:
        sequence = "-".join([*modifier, "Key", name])
        root.bind(f"<{sequence}>", lambda event: action())
        for other in ("Control", "Alt", "Meta", "Command") if not modifier else ():
            if not root.bind(f"<{other}-Key-{name}>"):
                root.bind(f"<{other}-Key-{name}>", lambda event: None)


def open_root():
    """Tk's main window, hidden, and sharp on Windows, too. Raises DigitRecognizerError."""
    # Reading picture files needs none of these: it starts sooner.
    global tkinter, filedialog, font, messagebox, ttk
    remedy = (
        "on Debian or Ubuntu sudo apt install python3-tk, on macOS brew install python-tk, on "
        "Windows tick tcl/tk in Python's installer"
    )
    with explaining("drawing needs tkinter", remedy):
        import tkinter
        from tkinter import filedialog, font, messagebox, ttk
    if sys.platform == "win32":  # before Tk starts, or Windows enlarges a blurred window
        import ctypes

        with contextlib.suppress(AttributeError, OSError):
            ctypes.windll.shcore.SetProcessDpiAwareness(1)
    with explaining("no screen to open a window on", "predict reads picture files without one"):
        root = tkinter.Tk(className="Digit Recognizer")
    root.withdraw()
    root.title("Digit Recognizer")
    root.configure(background=WHITE)
    style = ttk.Style(root)  # white and flat buttons, the same on every system
    style.theme_use("clam")
    style.configure(".", background=WHITE)
    style.configure("TButton", foreground=DARK, focuscolor=WHITE, bordercolor=RULE, relief="solid")
    grounds = [("disabled", WHITE), ("pressed", TINT), ("selected", BLUE), ("active", HOVER)]
    borders = [("disabled", TRACK), ("focus", DARK), ("active", BLUE)]
    texts = [("disabled", OFF), ("pressed", DARK), ("selected", WHITE)]
    style.map("TButton", relief=[], background=grounds, focuscolor=grounds)
    style.map("TButton", bordercolor=borders, foreground=texts)
    turn = np.linspace(-np.pi, 0.25 * np.pi, 20)  # a handwritten 2 on blue
    top = np.transpose([32 + 13 * np.cos(turn), 24 + 12 * np.sin(turn)])
    two = ppm(in_colours(255.0 - draw_strokes([[*top, (19, 51), (46, 51)]], 7, (64, 64))))
    root.iconphoto(True, tkinter.PhotoImage(master=root, data=two, format="PPM"))
    return root


# ===========================================================================
# PART SIX: the command line and plumbing
# ===========================================================================
#
# The subcommands, and what a first reader may skip: files that are never half written, and
# TensorFlow, which is imported only where it trains.

# ---------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------
#
# Each subcommand is a function, which main calls and whose errors it prints in one line.


def open_command(args):
    """Open the window; without a model, train one first."""
    if not model_source(args.model).exists():
        open_root().destroy()  # without a screen, training for a window would be in vain
        print(f"No trained model yet: training one, then the window opens. ({args.model})")
        save_curves(train_and_save(args.model), args.model)
    App(load_model(args.model)).root.mainloop()


def save_curves(model, path, name="training"):
    """Save a picture of how a Keras model's training went (draw_curves) beside its file."""
    save_png(draw_curves(model.history.history), path.with_name(f"{path.stem}-{name}.png"))


def train_command(args):
    """Train, save, and evaluate the saved file as OpenCV runs it."""
    started = time.perf_counter()
    if args.finder:
        if args.epochs or args.images or not args.variation:
            args.refuse("argument --finder: not allowed with --epochs, --images, --no-variation")
        save_curves(train_finder(args.model, args.data), args.model, "finder")
    else:
        options = args.epochs or EPOCHS, args.data, args.images, args.variation
        save_curves(train_and_save(args.model, *options), args.model)
    minutes, seconds = divmod(round(time.perf_counter() - started), 60)
    size = args.model.stat().st_size
    print(f"Saved {args.model} ({size:,} bytes) after {minutes} min {seconds} s.")
    if not args.finder:
        images, labels = load_mnist(args.data)[1]
        print(accuracy_line(confusion_matrix(load_model(args.model).read(images), labels)))


def evaluate_command(args):
    """Accuracy, each digit's own accuracy, the confusion matrix and the time per image."""
    if args.report:
        check_writable(args.report)  # said now, not after the evaluation
    model = load_taught_model(args)
    images, labels = load_mnist(args.data)[1]
    started = time.perf_counter()
    answers = model.read(images)
    milliseconds = (time.perf_counter() - started) * 1000 / len(images)
    matrix = confusion_matrix(answers, labels)
    print(accuracy_line(matrix))
    print("\nEach digit, and what it was read as:\n")
    print("digit     right    " + "".join(f"{name:>6}" for name in READ_AS))
    for digit, row in enumerate(matrix):
        counts = "".join(f"{count or '.':>6}" for count in row)
        print(f"{digit:5} {row[digit] / max(1, row.sum()):9.2%}    {counts}")
    print(f"\nTime: {milliseconds:.3f} ms an image.")
    if args.report:
        save_png(draw_report(images, labels, answers), args.report)


def load_taught_model(args):
    """The Network of the command line; on stderr, what it has to do without."""
    model = load_model(args.model)
    if model.memory.problem:
        print(f"digit_recognizer: {model.memory.problem}; going on without it", file=sys.stderr)
    if not model.finder:
        print(f"digit_recognizer: {args.model}: {NO_FINDER}", file=sys.stderr)
    return model


def predict_command(args):
    """Read picture files, a line of output for each page; 1 when some could not be read."""
    model = load_taught_model(args)
    if args.boxes:
        with explaining(f"{args.boxes}: can't be made", "give another folder"):
            args.boxes.mkdir(parents=True, exist_ok=True)
    names, failed = [], False
    for name in args.images:  # with * or ? it stands for all that fit, as Windows leaves to us
        fitting = [] if os.path.exists(name) else sorted(glob.glob(name))
        names += fitting or [name]
    for done, name in enumerate(names):
        show_progress(done, len(names))
        for answer in read_file(name, model, args.boxes):
            show_progress(None, len(names))
            failed = failed or answer["error"]
            if args.json:
                print(json.dumps(answer), flush=True)
            elif answer["error"]:
                print(f"digit_recognizer: {answer['error']}", file=sys.stderr)
            else:
                text = answer["text"].replace("\n", " / ") or "no digits"
                print(f"{name}: {text}", flush=True)
    return int(bool(failed))


def read_file(name, model, boxes):
    """What is read on each page of a picture file, as --json prints it; an error ends it."""
    answer = {"image": name, "text": "", "digits": [], "error": None}
    try:
        for page in open_pages(name):
            reading = read_digits(page, model)
            if boxes:
                save_boxes(page, reading, boxes / f"{Path(name).stem}.png")
            digits = [
                {
                    "digit": digit.digit,
                    "confidence": round(digit.confidence, 4),
                    "no_digit": round(digit.no_digit, 4),
                    "sure": digit.sure,
                    "line": digit.line,
                    "box": list(digit.box),
                }
                for digit in reading.digits
            ]
            yield answer | {"text": reading.text, "digits": digits}
    except DigitRecognizerError as error:
        yield answer | {"error": str(error)}


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
        where = x, max(12, y - 4 * thick)
        size = max(0.5, height / 100)
        cv2.putText(drawn, spell(digit), where, 0, size, colour, 2 * thick, cv2.LINE_AA)
    content = cv2.imencode(".png", drawn)[1].tobytes()
    names = itertools.chain([path.stem], (f"{path.stem}-{number}" for number in itertools.count(2)))
    replace_file(next(p for p in map(path.with_stem, names) if not p.exists()), content)


def bundle_command(args):
    """Write this program and its model as one file that Python runs."""
    if args.file.suffix != ".pyz":  # so that no document is overwritten
        raise DigitRecognizerError(f"{args.file}: give a name that ends in .pyz")
    model = load_model(args.model)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        # Not the program itself: a process that trains imports it, and it imports no __main__.py.
        start = 'run_module("digit_recognizer", run_name="__main__", alter_sys=True)'
        packed.writestr("__main__.py", f"from runpy import run_module\n\n{start}\n")
        packed.writestr("digit_recognizer.py", __loader__.get_data(__file__))
        packed.writestr(MODEL_FILE.name, model.file)
    replace_file(args.file, content.getvalue())
    print(
        f"Saved {args.file} ({args.file.stat().st_size:,} bytes). Where Python has numpy, "
        f"opencv-python and pillow, start it with python {args.file.name}"
    )


def whole_number(text):
    """An argument that is a whole number from 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def build_parser():
    """The command line: the subcommands, and no subcommand to draw."""
    shared, data = (argparse.ArgumentParser(add_help=False) for _ in range(2))
    text = "the trained network (default: digit_recognizer.tflite beside the script)"
    # A subcommand's default would win over what stands before the subcommand: main has it.
    shared.add_argument("--model", type=Path, default=argparse.SUPPRESS, metavar="FILE", help=text)
    text = "MNIST as mnist.npz (default: the script's)"
    data.add_argument("--data", type=Path, metavar="FILE", help=text)
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=(__doc__ or "").split("\n\nRead part one")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    parser.set_defaults(command=open_command)
    commands = parser.add_subparsers(title="subcommands", metavar="subcommand")

    def add(name, command, text, *parents):
        parents = shared, *parents
        added = commands.add_parser(name, help=text, description=text, parents=parents)
        added.set_defaults(command=command, refuse=added.error)
        return added.add_argument

    option = add("train", train_command, "train the network on MNIST and save it", data)
    text = f"times through the training images (default: {EPOCHS})"
    option("--epochs", type=whole_number, metavar="N", help=text)
    text = "what if it learns from only N of MNIST's images, as often as usual?"
    option("--images", type=whole_number, metavar="N", help=text)
    text = "what if it learns from MNIST's images as they are, and from nothing else?"
    option("--no-variation", dest="variation", action="store_false", help=text)
    text = "train the network that finds digits on a picture instead (an hour)"
    option("--finder", action="store_true", help=text)
    option = add("evaluate", evaluate_command, "measure it on MNIST's 10,000 test images", data)
    text = "draw the confusion matrix, the worst mistakes and how far certainty can be trusted"
    option("--report", type=Path, metavar="FILE.png", help=text)
    option = add("predict", predict_command, "read the digits in pictures, line by line")
    option("--json", action="store_true", help="print one JSON object a line")
    text = "write each picture there with boxes and digits drawn in, as PNG"
    option("--boxes", type=Path, metavar="FOLDER", help=text)
    option("images", nargs="+", metavar="IMAGE", help="a picture file")
    option = add("bundle", bundle_command, "pack the program and its model into one file")
    text, file = "the file to write (default: classroom.pyz)", Path("classroom.pyz")
    option("file", nargs="?", type=Path, default=file, metavar="FILE.pyz", help=text)
    return parser


def main(argv=None):
    """Run the command line `argv` (by default the program's own); its exit status."""
    # Without a console (pythonw) there is no output; a name may lack in the console's encoding.
    sys.stdout, sys.stderr = (s or open(os.devnull, "w") for s in (sys.stdout, sys.stderr))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    args = build_parser().parse_args(argv, argparse.Namespace(model=MODEL_FILE))
    try:
        status = args.command(args) or 0
        sys.stdout.flush()
        return status
    except DigitRecognizerError as error:
        print(f"digit_recognizer: {error}", file=sys.stderr)
    except OSError as error:  # of stdout: a full disk, or a reader that has seen enough (`| head`)
        if not isinstance(error, BrokenPipeError):
            print(f"digit_recognizer: can't print all ({error}); make room", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # where the rest may go
    except KeyboardInterrupt:
        print("\ndigit_recognizer: stopped", file=sys.stderr)
        return 130
    return 1


# ---------------------------------------------------------------------------
# Plumbing: files that are never half written, and TensorFlow
# ---------------------------------------------------------------------------
#
# What a first reader may skip.


def replace_file(path, content):
    """Write a file in one step: it holds the old or all of the new, never a part.

    Raises DigitRecognizerError.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with explaining(f"{path}: can't be written", "make room or use another folder"):
        try:
            with open(part, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            for wait in (0.05, 0.15, 0.3, 0.5):
                with contextlib.suppress(PermissionError):  # Windows': another program reads it now
                    return os.replace(part, path)
                time.sleep(wait)
            return os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def named_by_time(path):
    """A path beside `path` that is not there yet: for "7.png" "7-20261123-101530-123456.png"."""
    for micros in itertools.count(time.time_ns() // 1000):  # Windows' clock may stand still a while
        date = time.strftime("%Y%m%d-%H%M%S", time.localtime(micros // 10**6))
        named = path.with_name(f"{path.stem}-{date}-{micros % 10**6:06}{path.suffix}")
        if not named.exists():
            return named


def import_keras():
    """The keras package with TensorFlow behind it, which takes seconds and half a gigabyte.

    Raises DigitRecognizerError where they are missing or broken.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # errors only
    remedy = (
        "python -m pip install tensorflow, with Python 3.10 to 3.13 (this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}); "
        "to draw without it, copy digit_recognizer.tflite beside the script"
    )
    with explaining("training needs TensorFlow", remedy), quiet():
        import keras
        import tensorflow

        tensorflow.zeros(1)  # the import and the first use print a page that is no error
    return keras


@contextlib.contextmanager
def quiet():
    """Swallow all output, C++'s too, which sys.stdout never sees."""
    with open(os.devnull, "wb") as nowhere, contextlib.ExitStack() as undo:
        for number, stream in ((1, sys.stdout), (2, sys.stderr)):
            stream.flush()
            with contextlib.suppress(OSError):  # without a console there is nothing to swallow
                kept = os.dup(number)
                undo.callback(os.close, kept)  # the last of these is called first
                undo.callback(os.dup2, kept, number)
                undo.callback(stream.flush)
                os.dup2(nowhere.fileno(), number)
        yield


# ===========================================================================
# LAST: HANDWRITING
# ===========================================================================
#
# The ways of writing that MNIST lacks, drawn by part three. How do your pupils write their
# digits? Add a line here and train.

# One line for each way of writing. A line is the way of the pen over paper, as points "x,y" in
# percent of the digit's height: x to the right, y down. The pen runs smoothly through the points,
# turns sharply at "|" (in the point before it) and is lifted at ";".
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
        "30,42 22,26 34,4 60,2 82,30 80,72 52,98 20,88 4,56 8,22 28,2 40,0",  # ... and is round
        "44,40 40,14 52,0 74,12 84,44 72,84 42,100 12,86 0,52 8,20 30,0 56,2",
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


if __name__ == "__main__":
    raise SystemExit(main())
