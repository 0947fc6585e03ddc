"""Tests of digit_recognizer.py on real parts: MNIST, the committed model, files, the real window.

    python -m pytest

They stand in the order of the data's way, part one first. Those that need a screen are skipped
without one; with CI=true in the environment a skip is a failure.
"""

import ast
import contextlib
import functools
import gc
import hashlib
import importlib.util
import io
import itertools
import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes
from PIL import Image

import digit_recognizer as dr

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "digit_recognizer.py"

# A shell starts what runs in its background deaf to Ctrl-C, and so would be the programs below.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Digits as strokes in percent of a square, written for these tests by a hand of their own.
DRAWN = {
    0: [[(50, 8), (30, 20), (22, 50), (30, 82), (52, 92), (72, 80), (78, 50), (70, 20), (48, 8)]],
    1: [[(38, 28), (54, 10), (54, 50), (54, 92)]],
    2: [[(26, 30), (36, 12), (60, 10), (72, 28), (60, 52), (26, 90), (50, 90), (78, 90)]],
    3: [[(28, 16), (52, 8), (70, 22), (62, 42), (44, 48), (66, 56), (72, 76), (52, 92), (26, 84)]],
    4: [[(36, 10), (26, 58), (52, 58), (78, 56)], [(62, 34), (58, 94)]],
    5: [
        [(34, 12), (30, 46), (54, 42), (72, 60), (64, 84), (40, 92), (24, 84)],
        [(34, 12), (72, 10)],
    ],
    6: [[(62, 8), (38, 34), (28, 66), (38, 90), (60, 90), (70, 72), (56, 58), (34, 66)]],
    7: [[(26, 14), (50, 12), (76, 10), (58, 48), (44, 92)]],
    8: [[(66, 18), (46, 8), (32, 22), (42, 40), (62, 56), (70, 78), (50, 92), (32, 78), (62, 12)]],
    9: [[(68, 20), (48, 8), (30, 22), (38, 44), (58, 42), (68, 20), (66, 54), (58, 92)]],
}
MNIST_RIGHT = 9950  # of the 10,000 test images, at least, by the committed model
CROSS = [[(15, 15), (85, 85)], [(85, 15), (15, 85)]]
HEART = [
    [(50, 30), (35, 12), (15, 25), (20, 50), (50, 90), (80, 50), (85, 25), (65, 12), (50, 30)],
]


def skip(why):
    """Skip a test; where the tests must all run (CI), fail it."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)


def drawing(strokes, size=300, pen=14, corner=(0, 0), scale=1.0):
    """Strokes drawn dark on a white canvas, by OpenCV alone: uint8 (size, size)."""
    image = np.full((size, size), 255, np.uint8)
    for stroke in strokes:
        points = np.array(stroke) * size / 100 * scale + corner
        cv2.polylines(image, [np.rint(points).astype(np.int32)], False, 0, pen, cv2.LINE_AA)
    return image


def run(*arguments, **options):
    """The program as a user starts it: a finished process with its text output."""
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def need_tensorflow():
    """Skip a test where TensorFlow is missing: newer Pythons and some machines have none."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")


@functools.cache
def mnist():
    """The committed MNIST."""
    return dr.load_mnist(HERE / "mnist.npz")


@pytest.fixture(scope="session")
def model():
    """The committed model."""
    return dr.load_model(HERE / "digit_recognizer.tflite")


# ---------------------------------------------------------------------------
# Constants and imports
# ---------------------------------------------------------------------------


def requirements():
    """What requirements.txt asks for, a line each."""
    lines = (HERE / "requirements.txt").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_the_scripts_own_requirements_equal_requirements_txt():
    block = re.search(r"# dependencies = \[(.*?)# \]", SCRIPT.read_text("utf-8"), re.DOTALL)
    assert re.findall(r'"(.+?)"', block.group(1)) == requirements()


@pytest.mark.parametrize(
    ("minor", "system", "machine", "tensorflow"),
    [(13, "linux", "x86_64", True), (14, "win32", "AMD64", False), (13, "darwin", "x86_64", False)],
)
def test_tensorflow_is_asked_for_just_where_it_has_wheels(minor, system, machine, tensorflow):
    """Its wheels in November 2026: Python 3.10 to 3.13, on no Mac with Intel's processor."""
    packaging = pytest.importorskip("packaging.requirements")
    where = {"python_version": f"3.{minor}", "sys_platform": system, "platform_machine": machine}
    asked = [
        one.name
        for one in map(packaging.Requirement, requirements())
        if one.marker is None or one.marker.evaluate(where)
    ]
    assert asked == ["tensorflow"] * tensorflow + ["opencv-python", "numpy", "pillow"]


def test_reading_a_digit_imports_neither_tensorflow_nor_what_the_window_needs():
    code = (
        "import sys, numpy; from digit_recognizer import predict_digit;"
        "predict_digit(numpy.eye(40)); print(sys.modules.keys()"
        " & {'tensorflow', 'keras', 'tkinter', 'multiprocessing'})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")


@pytest.mark.parametrize(
    "broken", ["ImportError('No module named keras')", "TypeError('Descriptors cannot be created')"]
)
def test_without_tensorflow_train_says_how_to_install_it(broken, tmp_path):
    (tmp_path / "keras.py").write_text(f"print('much ado'); raise {broken}")
    model = tmp_path / "new.tflite"
    done = run("train", "--model", model, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "python -m pip install tensorflow" in done.stderr
    assert "Python 3.10 to 3.13" in done.stderr
    assert "copy digit_recognizer.tflite" in done.stderr
    assert not model.exists()


def test_without_tkinter_pictures_are_read_all_the_same(tmp_path):
    (tmp_path / "tkinter.py").write_text("raise ImportError('No module named _tkinter')")
    cv2.imwrite(str(tmp_path / "5.png"), drawing(DRAWN[5]))
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    assert run("predict", tmp_path / "5.png", env=environment).stdout.endswith("5.png: 5\n")


def test_without_a_console_all_is_done_all_the_same(tmp_path):
    """As pythonw on Windows: no streams, no file descriptors 0 to 2."""
    cv2.imwrite(str(tmp_path / "5.png"), drawing(DRAWN[5]))
    code = (
        "import os, sys, digit_recognizer as dr\n"
        "sys.stdout = sys.stderr = None\n"
        "for number in (0, 1, 2): os.close(number)\n"
        f"status = dr.main(['predict', '--boxes', {str(tmp_path / 'out')!r}, sys.argv[1]])\n"
        "with dr.quiet(): print('swallowed')\n"
        "os._exit(40 + status)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "5.png"], cwd=HERE)
    assert done.returncode == 40
    assert os.listdir(tmp_path / "out") == ["5.png"]


# ---------------------------------------------------------------------------
# Part one, by itself, its worked examples and its experiments
# ---------------------------------------------------------------------------


def part_one():
    """The program's text up to part two."""
    return SCRIPT.read_text("utf-8").partition(f"# {'=' * 75}\n# PART TWO")[0]


def lesson(start="", end="", instead=""):
    """Part one as a file of its own, imported; what stands from `start` to `end` is replaced."""
    text = part_one()
    if start:
        assert text.count(start) == 1
        before, changed = text.split(start)
        text = before + instead + changed[changed.index(end) :]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "recogniser.py")
        file.write_text(text, "utf-8")
        spec = importlib.util.spec_from_file_location("recogniser", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def learn(module, images, labels, epochs=2):
    """A Network of this module, trained on images in seconds."""
    need_tensorflow()
    test = mnist()[1][0][:100], mnist()[1][1][:100]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        network = module.Network(module.export(module.train(images, labels, test, epochs)))
    network.module, network.printed = module, printed.getvalue()
    return network


def share_right(network, images=None):
    """The share of a thousand test images, or of these in their place, that is read right."""
    images = mnist()[1][0][:1000] if images is None else images
    matrix = network.module.confusion_matrix(network.run(images), mnist()[1][1][: len(images)])
    return matrix.trace() / len(images)


@pytest.fixture(scope="module")
def first_network():
    """The network that the experiments start from, of fewer images, by part one alone."""
    alone = lesson()
    (images, labels), _ = alone.load_mnist(HERE / "mnist.npz")
    return learn(alone, images[:2000], labels[:2000])


def test_part_one_has_at_most_400_lines_and_its_parts_stand_in_the_docstring():
    text = part_one()
    assert text[text.index("# PART ONE") :].count("\n") < 400
    parts = re.findall(r"^# =+\n# (?:PART )?(\w+): ", SCRIPT.read_text("utf-8"), re.MULTILINE)
    assert [part.lower() for part in parts] == re.findall(r"^    (\w+) {2,}\S", dr.__doc__, re.M)


def test_part_one_names_nothing_of_later_parts_that_its_own_work_needs():
    nodes = list(ast.walk(ast.parse(part_one())))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    local = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    local |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    used, defined = {node.id for node in names} - local, vars(lesson())
    later = {name for name in used if name in vars(dr) and name not in defined}
    assert later == {"find_ink", "default_model"}  # of pictures that are not prepared; by default


def test_part_one_as_a_file_of_its_own_trains_evaluates_and_reads_a_drawing(first_network):
    assert "val_accuracy" in first_network.printed  # Keras's fit and evaluate
    assert share_right(first_network) > 0.85
    alone = first_network.module
    seven = alone.draw_strokes([np.array(stroke) for stroke in DRAWN[7]], 7, (100, 100))
    assert alone.predict_digit(alone.normalize_digit(seven), first_network).digit == 7


def test_the_worked_examples_are_right():
    text = part_one()
    rows = re.findall(
        r"#     *([-\d]+) +([-\d]+) +([-\d]+) +" + r"([01]) ([01]) ([01]) *" * 3, text
    )
    table = np.array(rows, int).reshape(3, 4, 3)  # three rows of the filter and what it sees
    answers = [int((table[:, 0] * table[:, seen]).sum()) for seen in (1, 2, 3)]
    assert answers == [3, 1, -3]
    assert re.search(r"1\+1\+1 = 3 +1\+1-1 = 1 +3-6 = -3", text)
    powers = np.exp([2, 1, -1])
    softmax = re.search(r"Scores of 2, 1 and -1 give(.+?)all positive", text, re.DOTALL).group(1)
    numbers = [float(number) for number in re.findall(r"\d+\.\d+", softmax)]
    assert numbers[:4] == np.round([*powers, powers.sum()], 2).tolist()
    assert numbers[4:] == np.round(powers / powers.sum(), 3).tolist()
    assert np.allclose(dr.softmax(np.array([[2.0, 1, -1]])), powers / powers.sum())


@pytest.mark.parametrize(("rate", "after"), [(3.0, 0.4958), (0.001, 0.4999986)])
def test_one_step_of_adadelta_is_as_in_the_worked_example(rate, after):
    need_tensorflow()
    keras = dr.import_keras()
    weight = keras.Variable([0.5])
    keras.optimizers.Adadelta(rate).apply([keras.ops.convert_to_tensor([0.2])], [weight])
    assert weight.numpy()[0] == pytest.approx(after, abs=5e-5 if rate > 1 else 1e-7)
    assert str(after) in part_one()


def test_so_many_weights_are_fitted():
    need_tensorflow()
    count = sum(int(np.prod(weight.shape)) for weight in dr.build_model().trainable_weights)
    assert f"{count:,} weights" in part_one()


def test_experiment_1_with_keras_own_rate_it_learns_nothing(first_network):
    slow = lesson("LEARNING_RATE = 3.0", "  # at first", "LEARNING_RATE = 0.001")
    assert share_right(learn(slow, *(array[:2000] for array in mnist()[0]))) < 0.25


def test_experiment_2_who_saw_zeros_and_ones_reads_nothing_else():
    images, labels = mnist()[0]
    some = np.flatnonzero(labels < 2)[:2000]
    answers = learn(lesson(), images[some], labels[some], epochs=1).run(mnist()[1][0][:1000])
    assert answers.argmax(1).max() <= 1
    assert answers.max(1).mean() > 0.7


def test_experiment_3_of_a_hundred_images_it_learns_these_by_heart():
    images, labels = (array[:100] for array in mnist()[0])
    network = learn(lesson(), np.tile(images, (20, 1, 1)), np.tile(labels, 20))
    by_heart = np.mean(network.run(images).argmax(1) == labels)
    assert by_heart > share_right(network) + 0.1


def test_experiment_4_convolutions_find_an_edge_wherever_it_is(first_network):
    start = "            # Edges and line ends"
    flat = learn(lesson(start, "            layers.Flatten()"), *(a[:2000] for a in mnist()[0]))
    moved = np.roll(mnist()[1][0][:1000], 3, axis=2)
    assert share_right(flat) > 0.75
    assert share_right(flat, moved) < share_right(first_network, moved) - 0.1


def test_experiment_5_dark_on_light_it_reads_nothing(first_network):
    assert share_right(first_network, 255 - mnist()[1][0][:1000]) < 0.3


# ---------------------------------------------------------------------------
# MNIST
# ---------------------------------------------------------------------------


def test_mnist_is_the_real_one_and_the_networks_input_is_scaled_to_one_with_a_channel():
    (x_train, y_train), (x_test, y_test) = mnist()
    sums = [hashlib.sha256(a.tobytes()).hexdigest()[:8] for a in (x_train, y_train, x_test, y_test)]
    assert sums == ["741c9888", "1feba77c", "6d87418d", "ddeff807"]
    inputs = dr.to_input(x_test)
    assert (inputs.shape, inputs.dtype) == ((10000, 28, 28, 1), np.float32)
    assert (inputs.min(), inputs.max()) == (0, 1)


@pytest.mark.parametrize("damage", ["missing", "text", "cut", "keys", "shape"])
def test_a_file_that_is_not_mnist_gives_one_clear_line(tmp_path, damage):
    path, empty = tmp_path / "mnist.npz", np.zeros((5, 28, 28), np.uint8)
    if damage == "text":
        path.write_text("hello")
    elif damage == "cut":
        path.write_bytes((HERE / "mnist.npz").read_bytes()[:100_000])
    elif damage == "keys":
        np.savez(path, images=empty)
    elif damage == "shape":
        np.savez(path, x_train=empty, y_train=empty, x_test=empty, y_test=empty)
    with pytest.raises(dr.DigitRecognizerError) as error:
        dr.load_mnist(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


# ---------------------------------------------------------------------------
# Preparing
# ---------------------------------------------------------------------------


def test_a_single_point_is_a_dot_as_wide_as_the_pen():
    dot = dr.draw_strokes([np.array([(20, 30)])], 10, (60, 40))
    assert cv2.boundingRect(np.uint8(dot > 127)) == pytest.approx((15, 25, 10, 10), abs=1)


def test_mnists_own_images_are_prepared_already():
    images = mnist()[1][0][:500]
    same = [np.abs(dr.normalize_digit(i).astype(int) - i).max() <= 8 for i in images]
    assert np.mean(same) > 0.95


def test_the_digit_lies_in_a_box_of_20_around_its_centre_of_mass():
    for strokes in DRAWN.values():
        image = dr.normalize_digit(dr.find_ink(drawing(strokes, pen=4))).astype(float)
        rows, columns = np.flatnonzero(image.sum(1)), np.flatnonzero(image.sum(0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        y, x = (np.mgrid[:28, :28] * image).sum((1, 2)) / image.sum()
        assert abs(y - 14) <= 0.51
        assert abs(x - 14) <= 0.51
        assert image.max() == 255  # a thin pen's line, too


def test_what_predict_digit_prepared_it_takes_as_it_is():
    for strokes in DRAWN.values():
        image = dr.normalize_digit(dr.find_ink(drawing(strokes)))
        assert dr.is_normal(image)
        small = np.zeros((28, 28), np.uint8)
        small[:14, :14] = cv2.resize(image, (14, 14), interpolation=cv2.INTER_AREA)
        assert not dr.is_normal(small)
        assert not dr.is_normal(255 - image)


RED, GREEN = (40, 40, 220), (40, 133, 40)  # BGR, of equal brightness


def painted(plain, ink, paper):
    """A picture, dark on white, in two colours (BGR): uint8 (height, width, 3)."""
    share = plain[..., np.newaxis] / 255
    return np.rint(share * np.array(paper) + (1 - share) * np.array(ink)).astype(np.uint8)


@pytest.mark.parametrize("digit", range(10))
def test_size_place_colours_and_type_of_a_picture_do_not_matter(digit, model):
    plain = drawing(DRAWN[digit])
    colour = cv2.cvtColor(plain, cv2.COLOR_GRAY2BGR)
    clear = np.dstack([np.zeros_like(colour), 255 - plain])  # black ink, no paper
    white = np.dstack([np.full_like(colour, 255), 255 - plain])  # white ink, no paper
    bold = drawing(DRAWN[digit], pen=42, corner=(45, 45), scale=0.7)  # more ink than paper
    ys, xs = (np.flatnonzero((bold < 128).any(axis)) for axis in (1, 0))
    pictures = {
        "light on dark": 255 - plain,
        "grey on grey": (plain // 3 + 90).astype(np.uint8),
        "small in a corner": drawing(DRAWN[digit], corner=(150, 170), scale=0.4, pen=7),
        "BGRA": clear,
        "BGRA, white ink": white,
        "0 to 1": plain / 255,
        "bold and cut close": bold[ys[0] - 6 : ys[-1] + 7, xs[0] - 6 : xs[-1] + 7],
        "16 bits": plain.astype(np.uint16) * 257,
        "12 bits": plain.astype(np.uint16) * 16,
        "0 and 1": (plain > 127).astype(int),
        "mean 0, deviation 1": (plain / 255 - 0.1307) / 0.3081,
        "red on green": painted(plain, RED, GREEN),
        "bool": plain > 127,
        "one channel": plain[..., np.newaxis],
        "Pillow": Image.fromarray(colour),
        "Pillow, 16 bits": Image.fromarray(plain.astype(np.uint16) * 256),
        "Pillow, palette": Image.fromarray(colour).quantize(8),
        "Pillow, CMYK": Image.fromarray(colour).convert("CMYK"),
        "Pillow, grey and alpha": Image.fromarray(clear).convert("LA"),
    }
    read = {name: dr.predict_digit(picture, model).digit for name, picture in pictures.items()}
    assert read == dict.fromkeys(pictures, digit)


def test_images_of_8x8_pixels_and_16_greys_are_read_as_with_256(model):
    small = [
        cv2.resize(image, (8, 8), interpolation=cv2.INTER_AREA) for image in mnist()[1][0][:200]
    ]
    greys = [np.rint(image / image.max() * 16).astype(np.uint8) for image in small]
    read = [dr.predict_digit(grey, model).digit for grey in greys]
    full = [dr.predict_digit(grey * 15, model).digit for grey in greys]
    assert np.mean(np.equal(read, full)) > 0.95


@pytest.mark.parametrize("read", [dr.predict_digit, dr.read_digits])
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (np.zeros((0, 5)), "no picture"),
        (np.zeros((2, 3, 2)), "no picture"),
        (np.array([["a"]]), "no picture"),
        (np.zeros(784), r"no picture; .*reshape\(28, 28\)"),
        (np.zeros((1, 784, 1)), r"no picture; .*reshape\(28, 28\)"),
        ("3.png", "open the file first"),
        (Path("3.png"), "open the file first"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_remedy(wrong, says, read, model):
    with pytest.raises(dr.DigitRecognizerError, match=says):
        read(wrong, model)


@pytest.mark.filterwarnings("error")
def test_a_blank_picture_has_no_digit_whatever_its_numbers(model):
    blank = [np.zeros((28, 28)), np.full((300, 200, 3), 255, np.uint8), np.ones((1, 1))]
    for picture in [*blank, *(np.full((30, 30), value) for value in (-1e308, 1e308, -0.4242))]:
        prediction = dr.predict_digit(picture, model)
        assert (prediction.digit, prediction.sure, prediction.confidence) == (None, False, 0)


def test_specks_beside_the_digit_do_not_move_it():
    clean = drawing(DRAWN[3])
    dusty = clean.copy()
    dusty[5:8, 5:8] = dusty[290:292, 280:283] = 0
    assert np.array_equal(
        dr.normalize_digit(dr.find_ink(clean)), dr.normalize_digit(dr.find_ink(dusty))
    )


# ---------------------------------------------------------------------------
# Recognition
# ---------------------------------------------------------------------------


def test_the_committed_model_reads_mnists_test_images(model):
    images, labels = mnist()[1]
    matrix = dr.confusion_matrix(model.read(images), labels)
    assert matrix.sum(1).tolist() == np.bincount(labels).tolist()
    assert np.trace(matrix) >= MNIST_RIGHT
    assert (HERE / "digit_recognizer.tflite").stat().st_size <= 3_000_000


@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_is_read_for_sure(digit, model):
    prediction = dr.predict_digit(drawing(DRAWN[digit]), model)
    assert (prediction.digit, prediction.sure) == (digit, True)
    assert prediction.confidence == prediction.probabilities[digit]
    assert prediction.probabilities.shape == (10,)
    assert prediction.probabilities.sum() + prediction.no_digit == pytest.approx(1, abs=1e-5)
    assert dr.spell(prediction) == str(digit)


A = [[(20, 90), (50, 10), (80, 90)], [(32, 60), (68, 60)]]
DOT = [[(50, 50), (50, 50)]]
SCRIBBLE = [np.random.default_rng(4).uniform(10, 90, (20, 2))]


@pytest.mark.parametrize("strokes", [A, CROSS, HEART, DOT, SCRIBBLE])
def test_what_is_no_digit_is_not_sure(strokes, model):
    prediction = dr.predict_digit(drawing(strokes), model)
    assert not prediction.sure
    if strokes is A:
        assert prediction.no_digit > 0.5
        assert dr.spell(prediction) == "□"


def test_a_second_look_is_the_mean_of_five_and_brings_no_ink_to_the_other_side(model):
    """At the image as it is and moved, with paper where it moved away."""
    images, seen = mnist()[1][0][:3000], 0
    for image in images[model.run(images).max(1) < 0.9]:
        x, y, width, height = cv2.boundingRect(image)
        image = np.roll(image, (-y, 28 - width - x), (0, 1))  # into a corner
        if max(width, height) != 20 or model.run(image[np.newaxis]).max() >= 0.99:
            continue
        seen += 1
        ways = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
        moved = [
            cv2.warpAffine(image, np.float32([[1, 0, x], [0, 1, y]]), (28, 28)) for x, y in ways
        ]
        expected = model.run(np.array(moved)).mean(0)
        prediction = dr.predict_digit(image, model)
        assert [*prediction.probabilities, prediction.no_digit] == pytest.approx(expected, abs=1e-5)
    assert seen >= 5


@pytest.mark.parametrize("content", [None, b"", "cut", "changed"])
def test_a_model_file_that_is_not_whole_is_refused(tmp_path, content):
    path = tmp_path / "model.tflite"
    whole = (HERE / "digit_recognizer.tflite").read_bytes()
    if content == "cut":
        content = whole[:-1]
    elif content == "changed":
        content = whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(dr.DigitRecognizerError, match="train") as error:
        dr.load_model(path)
    assert str(path) in str(error.value)


# ---------------------------------------------------------------------------
# Pages to train the finder on, and the finder
# ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def pages():
    """Pages made for training: (picture, boxes, ink) of each."""
    rng = np.random.default_rng(3)
    marks = dr.Marks(rng, *mnist()[0])
    return [dr.make_page(rng, marks) for _ in range(160)]


def test_a_made_pages_boxes_hold_its_digits(pages, model):
    right = []
    for picture, boxes, ink in pages:
        assert picture.shape == (dr.PAGE, dr.PAGE)
        assert picture.dtype == ink.dtype == np.uint8
        for box in boxes:
            if not (0 < box.x < dr.PAGE and 0 < box.y < dr.PAGE):
                continue  # a page that was turned may have lost it
            digit = ink[box.pixels()][..., 0]
            assert digit.any()
            assert box.height <= dr.NEAR
            if box.height > 30:  # and it is the digit that the box says
                read = dr.predict_digit(digit, model).digit
                right.append(read == box.label)
    assert len(right) > 100
    assert np.mean(right) > 0.75


def test_made_pages_hold_all_that_the_finder_will_meet(pages):
    def share(some):
        return np.mean([bool(one) for one in some])

    sizes = [box.height for _, boxes, _ in pages for box in boxes]
    others = [(ink[..., 1] > 127).mean() for _, _, ink in pages]
    dark = [np.median(picture) < 100 for picture, _, _ in pages]
    together = [
        any(
            abs(a.x - b.x) < (a.width + b.width) / 2 and abs(a.y - b.y) < (a.height + b.height) / 2
            for a, b in itertools.combinations(boxes, 2)
        )
        for _, boxes, _ in pages
    ]
    assert min(sizes) < 14  # small and large ones,
    assert max(sizes) > 90
    assert {box.label for _, boxes, _ in pages for box in boxes} == set(range(10))
    assert 0.1 < share(not boxes for _, boxes, _ in pages) < 0.45  # pages without a digit,
    assert 0.05 < share(len(boxes) == 1 for _, boxes, _ in pages) < 0.3  # with one,
    assert 0.1 < share(len(boxes) > 9 for _, boxes, _ in pages) < 0.5  # and with many,
    assert 0.15 < share(together) < 0.5  # that touch,
    assert 0.35 < share(other > 0.01 for other in others) < 0.8  # other ink,
    assert 0.15 < share(dark) < 0.5  # light on dark,
    even = [np.bincount(picture.ravel()).max() > 0.1 * picture.size for picture, _, _ in pages]
    assert 0.5 < share(even) < 0.9  # clean paper, and such with shade and grain


def test_what_is_covered_or_on_its_side_is_no_digit_and_a_six_upside_down_is_a_nine(model):
    rng = np.random.default_rng(3)
    marks, read = dr.Marks(rng, *mnist()[0]), []
    for _ in range(30):
        sheet = dr.Sheet(rng, marks)
        sheet.turn(np.pi)
        for box in sheet.boxes:
            if box.height > 30:  # a smaller one is hard to read
                digit = dr.predict_digit(sheet.digits[box.pixels()], model).digit
                read.append((box.label, digit == box.label))
        left = np.arange(dr.PAGE) < 100
        where = np.broadcast_to(left, (dr.PAGE, dr.PAGE))
        sheet.cover(np.zeros(where.shape), np.zeros(where.shape), where)
        assert not sheet.ink[:, where].any()
        assert all(box.x + box.width / 2 > 100 for box in sheet.boxes)
        sheet.turn(np.pi / 2)
        assert not sheet.boxes
    assert {label for label, _ in read} == {0, 1, 6, 8, 9}
    assert np.mean([right for label, right in read if label in (6, 9)]) > 0.6


def test_a_made_page_costs_a_few_milliseconds():
    rng = np.random.default_rng(4)
    marks = dr.Marks(rng, *mnist()[0])
    with dr.one_thread():
        started = time.process_time()
        for _ in range(60):
            dr.make_page(rng, marks)
        assert time.process_time() - started < 60 * 0.015


class Answering:
    """In the place of the finder: a network that answers what it was given."""

    def __init__(self, answers):
        self.answers = answers

    def setInput(self, blob):
        """Take a picture, as OpenCV's networks do."""

    def forward(self):
        """Answer."""
        return self.answers


def test_what_the_targets_say_of_a_page_is_what_a_view_reads_out(pages):
    """A finder that says just what it should finds just the boxes: the way there and back."""
    places, room = dr.PAGE // dr.CELL, dr.RIM // dr.CELL
    for picture, boxes, ink in pages[:60]:
        targets = dr.to_targets(boxes, ink)
        answers = np.full((places + 2 * room, places + 2 * room, dr.ANSWERS), -20, np.float32)
        middle = answers[room:-room, room:-room]
        middle[..., 0] = np.where(targets[..., 0] > 0.999, 5, -5)
        middle[..., 1:11] = 20 * (targets[..., 2:3] == np.arange(10))
        middle[..., 11:15] = targets[..., 3:7]
        middle[..., 15:] = 20 * (targets[..., 7:] - 0.5)
        half = answers.shape[0] // 2
        blob = answers.reshape(half, 2, half, 2, dr.ANSWERS).transpose(1, 3, 4, 0, 2)
        view = dr.View(Answering(blob.reshape(1, -1, half, half)), picture, 1.0)
        found = view.peaks
        # Two middles in places side by side are one peak; there are few.
        assert 0.75 * len(boxes) - 1 <= len(found) <= len(boxes)
        for one in found:
            x, y, width, height = one.box
            near = [
                box.label
                for box in boxes
                if np.allclose((x + width / 2, y + height / 2), (box.x, box.y), atol=1e-2)
                and np.allclose((width, height), (box.width, box.height), rtol=1e-3)
            ]
            assert one.probabilities.argmax() in near
        both = cv2.resize(ink, (96, 96), interpolation=cv2.INTER_AREA) > 127
        assert np.mean((view.ink((0, 0, 192, 192), (96, 96)) > 0.5) == both) > 0.999


def test_the_finder_trains_is_saved_and_opencv_runs_it_at_any_size(model, tmp_path, monkeypatch):
    need_tensorflow()
    keras = dr.import_keras()
    monkeypatch.setattr(dr, "FINDER_EPOCH", 1)
    monkeypatch.setattr(dr, "FINDER_BATCH", 2)
    monkeypatch.setattr(dr, "HELD_OUT_PAGES", 2)
    path = Path(shutil.copy(HERE / "digit_recognizer.tflite", tmp_path / "two.tflite"))
    trained = dr.train_finder(path, batches=2)
    assert keras.mixed_precision.global_policy().name == "float32"
    both = dr.load_model(path)
    assert path.stat().st_size < 3_000_000
    digit = mnist()[1][0][:1]
    assert np.array_equal(both.run(digit), model.run(digit))  # the other network is as it was
    rng = np.random.default_rng(1)
    for shape in ((64, 64), (96, 320), (200, 104)):
        picture = rng.uniform(-0.5, 0.5, shape).astype(np.float32)
        both.finder.setInput(picture[np.newaxis, np.newaxis])
        said = np.array(trained(picture[np.newaxis, ..., np.newaxis], training=False))
        assert np.abs(both.finder.forward()[0].transpose(1, 2, 0) - said[0]).max() < 0.05


def test_training_the_digits_network_keeps_the_finder(short_training, model):
    kept = dr.load_model(short_training[1]).finder_content
    assert kept == model.finder_content


def test_without_a_finder_a_drawing_is_read_as_one_digit(model, tmp_path):
    alone = dr.open_model(dr.pack(model.own_content), tmp_path / "alone.tflite")
    assert dr.find_digits(drawing(DRAWN[7]), alone) == []
    assert dr.read_digits(drawing(DRAWN[7]), alone).text == "7"
    assert dr.read_strokes([np.array(s) * 3 for s in DRAWN[4]], 12, alone).text == "4"


# ---------------------------------------------------------------------------
# Whole numbers
# ---------------------------------------------------------------------------


def paste_digits(rows, size=60, gap=14, seed=0):
    """Rows of MNIST's test digits as dark ink on white paper, and a box (x, y, w, h) for each."""
    rng = np.random.default_rng(seed)
    (_, _), (images, labels) = mnist()
    paper = np.full((100 + 110 * len(rows), 160 + 80 * max(map(len, rows))), 255, np.uint8)
    boxes = []
    for line, row in enumerate(rows):
        left = 70
        for character in row:
            image = images[rng.choice(np.flatnonzero(labels[:2000] == int(character))[:20])]
            x, y, width, height = cv2.boundingRect(image)
            large = cv2.resize(
                image[y : y + height, x : x + width], None, fx=size / 20, fy=size / 20
            )
            top = 70 + 110 * line + (size - large.shape[0]) // 2
            part = paper[top : top + large.shape[0], left : left + large.shape[1]]
            np.minimum(part, 255 - large, out=part)
            boxes.append((left, top, large.shape[1], large.shape[0]))
            left += large.shape[1] + gap
    return paper, boxes


def photograph(paper, rng, dark=60, light=190, noise=3.0, tilt=0.0):
    """Paper as a phone sees it: shade from corner to corner, grey ink, noise, a tilt in degrees."""
    height, width = paper.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1)
    paper = cv2.warpAffine(paper, turn, (width, height), borderValue=255)
    shade = np.linspace(1, 0.6, width) * np.linspace(1, 0.8, height)[:, np.newaxis]
    grey = (dark + (light - dark) * (paper / 255.0)) * shade + rng.normal(0, noise, paper.shape)
    return cv2.GaussianBlur(np.clip(grey, 0, 255).astype(np.uint8), (3, 3), 0)


def write(text, step=86, height=100):
    """A number's digits (DRAWN), or other strokes in percent, from left to right: in pixels."""
    items = [DRAWN[int(item)] if isinstance(item, str) else item for item in text]
    return [
        np.add(np.multiply(stroke, height / 100), (30 + step * place, 30))
        for place, item in enumerate(items)
        for stroke in item
    ]


def overlap(a, b):
    """Intersection over union of two boxes (x, y, width, height)."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(0, across) * max(0, down)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def digits_of(reading):
    """The lines of a reading, with the best guesses."""
    return ["".join(str(digit.digit) for digit in line) for line in reading.lines]


def sure_digits(reading):
    """The digits that are sure, in reading order."""
    return "".join(str(digit.digit) for digit in reading.digits if digit.sure)


PAGE = ["20261122", "31415", "9072", "86400"]


@pytest.mark.parametrize("kind", ["scan", "photograph", "chalk"])
def test_a_page_is_read_line_by_line_with_a_box_for_each_digit(kind, model):
    paper, boxes = paste_digits(PAGE)
    if kind != "scan":
        paper = photograph(paper, np.random.default_rng(1))
    reading = dr.read_digits(255 - paper if kind == "chalk" else paper, model)
    assert digits_of(reading) == PAGE
    assert reading.text.count("\n") == 3
    assert [d.line for d in reading.digits] == [0] * 8 + [1] * 5 + [2] * 4 + [3] * 5
    for digit, box in zip(reading.digits, boxes, strict=True):
        assert overlap(digit.box, box) >= 0.7


@pytest.mark.parametrize("colours", [(RED, GREEN), (GREEN, RED)])
def test_a_photograph_of_red_on_green_of_equal_brightness_is_read(colours, model):
    rng = np.random.default_rng(24)
    page = painted(paste_digits(PAGE)[0], *colours)
    shade = np.linspace(1, 0.6, page.shape[1])[:, np.newaxis]
    page = np.clip(page * shade + rng.normal(0, 3, page.shape), 0, 255).astype(np.uint8)
    read = digits_of(dr.read_digits(cv2.GaussianBlur(page, (3, 3), 0), model))
    assert [*map(len, read)] == [*map(len, PAGE)]
    assert sum(a == b for a, b in zip("".join(read), "".join(PAGE), strict=True)) >= 20  # of 22


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_that_lies_on_its_side_or_upside_down_is_turned(turns, model):
    paper, boxes = paste_digits(["20357", "46924"])
    photo = photograph(paper, np.random.default_rng(8))
    reading = dr.read_digits(np.ascontiguousarray(np.rot90(photo, turns)), model)
    assert digits_of(reading) == ["20357", "46924"]
    for digit, box in zip(reading.digits, boxes, strict=True):
        there = np.zeros_like(paper)
        there[box[1] : box[1] + box[3], box[0] : box[0] + box[2]] = 1
        there = cv2.boundingRect(np.ascontiguousarray(np.rot90(there, turns)))
        assert overlap(digit.box, there) >= 0.7
        assert digit.ink.shape == (digit.box[3], digit.box[2])


@pytest.mark.parametrize("number", ["041", "064", "275", "380"])
def test_a_number_upside_down_is_never_another_number(number, model):
    page = dr.draw_strokes(write(number), 8, (340, 170))
    page = photograph(np.pad(255 - page, 40, constant_values=255), np.random.default_rng(4))
    assert sure_digits(dr.read_digits(page, model)) == number
    reading = dr.read_digits(np.ascontiguousarray(page[::-1, ::-1]), model)
    assert reading.text == number or not sure_digits(reading)


@pytest.mark.parametrize("turns", [0, 1])
def test_boxes_lie_within_the_picture_where_digits_are_cut_by_its_rim(turns, model):
    paper, _ = paste_digits(["20357", "46924"])
    large = cv2.resize(photograph(paper, np.random.default_rng(8)), None, fx=1.6, fy=1.6)
    rows, columns = (np.flatnonzero((paper < 128).any(axis)) for axis in (1, 0))
    tight = paper[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for part in (tight, large[:630, :559], large[:379, :900]):
        part = np.ascontiguousarray(np.rot90(part, turns))
        reading = dr.read_digits(part, model)
        assert len(reading.digits) >= 5
        for x, y, width, height in [*(digit.box for digit in reading.digits), *reading.unread]:
            assert 0 <= x < x + width <= part.shape[1]
            assert 0 <= y < y + height <= part.shape[0]
        assert all(digit.ink.shape == digit.box[:1:-1] for digit in reading.digits)


def made_page(kind, seed):
    """Four lines of MNIST's test digits on paper of a kind, photographed: (picture, lines)."""
    rng = np.random.default_rng(seed)
    lines = ["".join(map(str, rng.integers(0, 10, rng.integers(3, 7)))) for _ in range(4)]
    paper, _ = paste_digits(lines, size=int(rng.integers(40, 64)), gap=18, seed=seed)
    apart = int(rng.integers(28, 60))
    for y in range(apart // 2, paper.shape[0], apart) if kind in ("ruled", "squared") else ():
        paper[y : y + 2] = np.minimum(paper[y : y + 2], 160)
    for x in range(apart // 3, paper.shape[1], apart) if kind == "squared" else ():
        paper[:, x : x + 2] = np.minimum(paper[:, x : x + 2], 160)
    tilt = 4 * rng.choice([-1, 1]) if kind == "tilted" else rng.uniform(-2, 2)
    photo = photograph(paper, rng, noise=2, tilt=tilt).astype(float)
    if kind == "shadow":
        edge = rng.uniform(0.3, 0.7) * photo.shape[1] + 0.3 * np.arange(photo.shape[0])[:, None]
        photo *= np.where(np.arange(photo.shape[1]) < edge, 1, 0.55)
    if kind == "table":
        photo = cv2.copyMakeBorder(photo, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=50)
        photo += cv2.GaussianBlur(rng.normal(0, 12, photo.shape), (0, 0), 1)
    return photo.clip(0, 255).astype(np.uint8), lines


@pytest.mark.parametrize("kind", ["tilted", "ruled", "squared", "shadow", "table"])
def test_made_pages_are_read(kind, model):
    right = 0
    for seed in range(8):
        picture, lines = made_page(kind, seed)
        read = digits_of(dr.read_digits(picture, model))
        right += sum(line in read for line in lines)
    assert right >= 28  # lines of 32


def made_row(rng, gap, height=150):
    """A row in the tests' own hand, each digit a little different: (text, strokes, pen)."""
    pen, left, strokes, text = int(rng.integers(8, 16)), 40.0, [], ""
    for digit in rng.integers(0, 10, rng.integers(2, 7)).tolist():
        text += str(digit)
        shear, turn = rng.normal(0, 0.12), rng.normal(0, 0.06)
        matrix = [[np.exp(rng.normal(0, 0.1)), shear + turn], [-turn, 1]]
        written = [np.array(s) + rng.normal(0, 1.2, (len(s), 2)) for s in DRAWN[digit]]
        written = [np.array(matrix) @ s.T for s in written]
        low, high = (way([way(s, 1) for s in written], 0) for way in (np.min, np.max))
        scale = height * rng.uniform(0.85, 1.1) / (high[1] - low[1])
        strokes += [(s.T - low) * scale + (left, 30) for s in written]
        left += (high[0] - low[0]) * scale + pen + height * rng.uniform(*gap)
    return text, strokes, pen


# How many of 50 rows are read at least by their strokes, and of the first 25 as a picture.
ROWS = {(0.1, 0.35): (49, 24), (0.0, 0.15): (49, 24), (-0.1, 0.05): (48, 24), (-0.2, 0.0): (47, 19)}


@pytest.mark.parametrize("gap", ROWS)
def test_rows_are_read_apart_touching_and_over_each_other(gap, model):
    rng, by_strokes, as_picture = np.random.default_rng(6), 0, 0
    for number in range(50):
        text, strokes, pen = made_row(rng, gap)
        reading = dr.read_strokes(strokes, pen, model)
        by_strokes += digits_of(reading) == [text]
        assert all(digit.ink.shape == digit.box[:1:-1] for digit in reading.digits)
        if number < 25:
            size = np.ceil(np.concatenate(strokes).max(0) + 40).astype(int)
            page = 255 - dr.draw_strokes(strokes, pen, size)
            as_picture += digits_of(dr.read_digits(page, model)) == [text]
    assert (by_strokes >= ROWS[gap][0], as_picture >= ROWS[gap][1]) == (True, True)


def test_where_strokes_may_as_well_be_other_digits_it_is_not_sure(model):
    rng, misread, sure = np.random.default_rng(6), 0, 0
    for _ in range(30):
        text, strokes, pen = made_row(rng, (-0.45, -0.2))  # half over each other
        reading = dr.read_strokes(strokes, pen, model)
        if digits_of(reading) != [text]:
            misread += 1
            sure += "?" not in reading.text
    assert sure <= 2 < 8 < misread


def test_forty_lines_and_one_digit_that_fills_the_picture_are_both_read(model):
    paper, _ = paste_digits(["1234567890"] * 40, size=44)
    read = digits_of(dr.read_digits(photograph(paper, np.random.default_rng(9)), model))
    assert sum(line == "1234567890" for line in read) >= 30
    huge = photograph(drawing(DRAWN[2], size=1500, pen=110), np.random.default_rng(9))
    assert dr.read_digits(huge[100:1400, 330:1230], model).text == "2"


def test_twelve_megapixels_take_less_than_two_seconds(model):
    paper, _ = paste_digits(PAGE)
    photo = cv2.resize(photograph(paper, np.random.default_rng(4)), (4000, 3000))
    started = time.process_time()
    assert digits_of(dr.read_digits(photo, model)) == PAGE
    assert time.process_time() - started < 2


def test_pages_without_digits_are_read_quickly_as_nothing(model):
    rng = np.random.default_rng(1)
    shape = (750, 500)
    for page in (
        np.full(shape, 255, np.uint8),
        rng.integers(0, 256, shape).astype(np.uint8),
        np.clip(rng.normal(200, 4, shape), 0, 255).astype(np.uint8),
        photograph(np.full(shape, 255, np.uint8), rng),
    ):
        started = time.process_time()
        assert dr.read_digits(page, model).digits == []
        assert time.process_time() - started < 4  # noise is turned to all sides
    for shape in ((1, 10000), (10000, 1), (1, 1), (2, 700)):
        page = rng.integers(0, 2, shape).astype(np.uint8) * 255
        assert isinstance(dr.read_digits(page, model), dr.Reading)


def circle(x, y, across, down):
    """A stroke: a circle around x, y."""
    turn = np.linspace(0, 2 * np.pi, 24)
    return np.column_stack([x + across * np.sin(turn), y - down * np.cos(turn)])


FIVE = [[(6, 24), (3, 52), (24, 46), (42, 64), (34, 90), (0, 94)], [(12, 4), (46, 2)]]
SEVEN = [[(0, 4), (50, 2), (34, 50), (18, 100)], [(8, 52), (52, 50)]]


@pytest.mark.parametrize(
    ("strokes", "text"),
    [
        ([[(20, 20), (20, 120)], circle(58, 70, 30, 50), circle(116, 70, 30, 50)], "100"),
        ([circle(70, 40, 22, 24), circle(70, 92, 26, 28)], "8"),
        (FIVE, "5"),
        ([FIVE[0], [(90, 0), (90, 96)], circle(140, 50, 26, 48), FIVE[1]], "510"),
        ([SEVEN[0], circle(90, 50, 26, 48), [(140, 0), (138, 98)], SEVEN[1]], "701"),
    ],
)
def test_strokes_that_belong_together_are_one_digit_in_any_order(strokes, text, model):
    strokes = [np.array(stroke, float) + 30 for stroke in strokes]
    for order in itertools.permutations(strokes):
        assert dr.read_strokes(order, 8, model).text == text


def test_a_bar_that_comes_last_finds_its_seven(model):
    body, bar = SEVEN
    strokes = [body, circle(90, 50, 26, 48), [(140, 0), (138, 98)], bar]
    reading = dr.read_strokes([np.array(stroke, float) * 2 + 40 for stroke in strokes], 16, model)
    assert (reading.text, reading.unread) == ("701", ())


def test_a_digit_in_several_pieces_is_one_digit(model):
    five = [DRAWN[5][0], [(38, -2), (74, -4)]]  # its bar, well apart
    five = [np.array(stroke) * 0.9 + (0, 8) for stroke in five]
    reading = dr.read_digits(drawing(five, pen=8), model)
    assert [d.digit for d in reading.digits] == [5]


def test_a_stroke_that_wrote_two_digits_is_cut(model):
    two = [(22, 40), (40, 22), (62, 40), (50, 70), (22, 110), (70, 108)]
    zero = circle(112, 68, 28, 46)[::-1]
    zero = np.roll(zero[:-1], 16, axis=0)
    stroke = np.concatenate([two, zero, zero[:1]])
    assert digits_of(dr.read_strokes([stroke], 7, model)) == ["20"]


def test_the_cheapest_runs_are_found_and_weighed_as_by_trying_all():
    rng = np.random.default_rng(2)
    for count in range(1, 9):
        runs = [
            slice(start, end)
            for end in range(1, count + 1)
            for start in range(end - 1, max(-1, end - 5), -1)
        ]
        costs = rng.exponential(2, len(runs))
        ways = {}  # numbers of runs that hold each stroke once -> what they cost
        for cuts in itertools.product([False, True], repeat=count - 1):
            ends = [0, *(i + 1 for i, cut in enumerate(cuts) if cut), count]
            parts = [slice(a, b) for a, b in itertools.pairwise(ends)]
            if all(part in runs for part in parts):
                way = tuple(runs.index(part) for part in parts)
                ways[way] = sum(costs[number] for number in way)
        best = dr.cheapest_runs(runs, costs, count)
        assert tuple(number for number, _ in best) == min(ways, key=ways.get)
        total = sum(np.exp(-cost) for cost in ways.values())
        for number, share in best:
            mine = sum(np.exp(-cost) for way, cost in ways.items() if number in way)
            assert share == pytest.approx(mine / total)


def test_no_strokes_and_single_points_are_read_as_nothing(model):
    for strokes in ([], [np.empty((0, 2))], [[(20, 20)], []]):
        assert dr.read_strokes(strokes, 3, model).digits == []


@pytest.mark.parametrize("count", [1, 6, 20])
def test_taps_beside_a_digit_decide_nothing_and_are_marked(count, model):
    taps = [[(310 + 30 * (n % 3), 20 + 30 * (n // 3))] for n in range(count)]
    for digit, strokes in DRAWN.items():
        drawn = [np.array(stroke) * 3.0 for stroke in strokes]
        reading = dr.read_strokes(drawn + taps, 14, model)
        assert reading.text == str(digit)
        assert len(reading.unread) == count
        touching = [drawn[0][len(drawn[0]) // 2 :][:1]] * count  # on the ink
        reading = dr.read_strokes(drawn + touching, 14, model)
        assert (reading.text, reading.unread) == (str(digit), ())


def test_a_dot_within_a_digit_is_a_part_of_it(model):
    strokes = [np.array(DRAWN[0][0]) * 3.0, np.array([(150.0, 150.0)])]
    (digit,) = dr.read_strokes(strokes, 14, model).digits
    assert digit.digit == 0
    assert digit.ink[150 - digit.box[1], 150 - digit.box[0]] == 255


@pytest.mark.parametrize(("size", "side", "count"), [(28, 2, 20), (40, 3, 6), (112, 6, 14)])
def test_dots_beside_a_drawn_digit_decide_nothing(size, side, count, model):
    """Dots of some pixels, each too large to be taken for dust."""
    for digit, strokes in DRAWN.items():
        page = np.pad(drawing(strokes, size=size, pen=size // 20 + 1), ((0, 0), (0, size)), "edge")
        for number in range(count):
            x, y = size + 2 + number % 4 * size // 5, 3 + number // 4 * size // 5
            page[y : y + side, x : x + side] = 0
        assert dr.read_digits(page, model).text == str(digit)


@pytest.mark.parametrize("height", [20, 30, 40, 60])
def test_a_small_zero_between_tall_digits_is_read_or_marked(height, model):
    """A pupil's small zero is not passed over in silence."""
    for gap in (20, 90):
        small = np.array(DRAWN[0][0]) * height / 100 + (120 + gap, 120 - height)
        seven = np.add(DRAWN[7][0], (120 + 2 * gap + height, 20))
        strokes = [*(np.array(stroke) + 20.0 for stroke in DRAWN[4]), small, seven]
        page = 255 - dr.draw_strokes(strokes, 6, (500, 150))
        ink = [*(small.min(0) - 3), *(np.ptp(small, axis=0) + 6)]  # with the pen's width
        for reading in (dr.read_strokes(strokes, 6, model), dr.read_digits(page, model)):
            if digits_of(reading) != ["407"]:
                assert reading.text == "47"
                low = np.min([box[:2] for box in reading.unread], 0)  # it may be in two parts
                high = np.max([np.add(box[:2], box[2:]) for box in reading.unread], 0)
                assert overlap([*low, *(high - low)], ink) > 0.2


def test_what_is_far_smaller_than_the_digits_is_none_of_them(model):
    """As the number that is printed at a sheet's corner."""
    ink = dr.draw_strokes(write("407"), 8, (400, 180))
    ink |= dr.draw_strokes(
        [np.add(stroke, (290, 70)) for stroke in write("3", height=30)], 3, (400, 180)
    )
    reading = dr.read_digits(255 - ink, model)
    assert reading.text == "407"
    assert len(reading.unread) == 1
    for height in (30, 36):
        hook = [[(0, 100 - height), (height / 2, 100 - height), (height / 4, 100)]]
        assert "?" in dr.read_strokes(write([*"12", hook, "5"]), 8, model).text


@pytest.mark.parametrize("size", [(40, 60), (5, 60), (60, 5), (1, 1)])
def test_a_box_has_all_in_common_with_itself_and_as_much_on_either_side(size):
    box = 10, 20, *size
    assert [share.item() for share in dr.overlap(box, [box])] == pytest.approx([1, 1])
    sides = [(10 + x, 20 + y, *size) for x, y in ((3, 0), (-3, 0), (0, 3), (0, -3))]
    right, left, below, above = dr.overlap(box, sides)[0]
    assert (right, below) == pytest.approx((left, above))


def test_a_sum_of_three_lines_above_a_rule_is_no_scrawl(model):
    rule = [np.array([(20, 255), (320, 250)], float)]
    one, two, three = (
        [np.add(stroke, (0, down)) for stroke in write(number)]
        for number, down in (("145", 5), ("854", 115), ("999", 240))
    )
    reading = dr.read_strokes([*one, *two, *rule, *three], 9, model)
    assert digits_of(reading) == ["145", "854", "999"]
    assert any(box[2] > 250 for box in reading.unread)  # the rule


PLUS = [[(0, 50), (50, 50)], [(25, 25), (25, 75)]]
EQUALS = [[(0, 40), (45, 40)], [(0, 62), (45, 62)]]
MINUS, COMMA, FULL_STOP = [[(0, 52), (40, 50)]], [[(4, 90), (0, 106)]], [[(2, 92), (4, 93)]]


@pytest.mark.parametrize(
    ("items", "digits", "marks"),
    [
        ([*"12", PLUS, "7", EQUALS, *"19"], "12719", 2),
        ([MINUS, *"42"], "42", 1),
        (["3", COMMA, *"50"], "350", 1),
        ([*"25", FULL_STOP, *"11", FULL_STOP, *"2026"], "25112026", 2),
    ],
)
def test_signs_are_no_digits_and_have_a_grey_box(items, digits, marks, model):
    strokes = write(items)
    reading = dr.read_strokes(strokes, 8, model)
    assert reading.text == digits
    assert len(reading.unread) >= marks
    ink = dr.draw_strokes(strokes, 8, (140 + 86 * len(items), 180))
    assert dr.read_digits(255 - ink, model).text.replace("?", "") == digits


K = [[(20, 5), (18, 95)], [(62, 8), (20, 52), (66, 95)]]
R = [[(20, 95), (24, 5), (60, 12), (62, 40), (24, 50), (66, 95)]]
F = [[(60, 6), (20, 8), (16, 96)], [(18, 48), (54, 46)]]


@pytest.mark.parametrize("letter", [K, R, F])
def test_a_letter_alone_is_no_sure_digit(letter, model):
    for pen in (8, 14, 22):
        assert not sure_digits(dr.read_digits(drawing(letter, pen=pen), model))


@pytest.mark.parametrize("photographed", [False, True])
def test_boxes_of_a_form_are_no_digits(photographed, model):
    page = 255 - dr.draw_strokes(write("40725", step=130), 7, (700, 160))
    for place in range(5):
        cv2.rectangle(page, (26 + 130 * place, 14), (136 + 130 * place, 146), 0, 2)
    if photographed:
        page = photograph(page, np.random.default_rng(3), tilt=1)
    reading = dr.read_digits(page, model)
    assert digits_of(reading) == ["40725"]
    assert len(sure_digits(reading)) >= 4


def test_in_a_form_the_numbers_are_read_and_the_names_before_them_are_not(model):
    page, marks = np.full((520, 900), 255, np.uint8), ["12", "9", "35", "8", "60"]
    names = ["Alexander", "Charlotte", "Maximilian", "Wilhelmina", "Friederike"]
    for line, (name, mark) in enumerate(zip(names, marks, strict=True)):
        cv2.putText(page, name, (30, 80 + 95 * line), 7, 1.7, 0, 3, cv2.LINE_AA)
        strokes = [stroke * 0.7 for stroke in write(mark, step=80)]
        page[95 * line : 95 * line + 100, 560:800] -= dr.draw_strokes(strokes, 5, (240, 100))
    assert sure_digits(dr.read_digits(page, model)) == "".join(marks)


def test_a_screenshots_bar_and_words_are_not_its_numbers(model):
    page = np.full((700, 1000), 255, np.uint8)
    page[:44] = 60
    cv2.putText(page, "Untitled - Paint", (14, 30), 0, 0.8, 240, 2, cv2.LINE_AA)
    cv2.putText(page, "File   Edit   View   Image   Help", (14, 74), 0, 0.7, 30, 1, cv2.LINE_AA)
    page[200:540, 100:900] -= dr.draw_strokes([s * 2.2 for s in write("407")], 14, (800, 340))
    assert sure_digits(dr.read_digits(page, model)) == "407"


def test_a_page_of_words_has_hardly_a_sure_digit(model):
    page = np.full((900, 700), 245, np.uint8)
    words = ["We", "hope", "that", "nobody", "reads", "numbers", "where", "none", "are"]
    for number, word in enumerate(words * 2):
        where = 30 + 220 * (number % 3), 60 + 80 * (number // 3)
        cv2.putText(page, word, where, 7 if number % 2 else 6, 1.4, 40, 2, cv2.LINE_AA)
    assert len(sure_digits(dr.read_digits(page, model))) <= 1


@pytest.mark.parametrize(
    ("word", "font"), [("BDEHNM", 0), ("BDEHNM", 6), ("BDEHNM", 7), ("Rhine", 6), ("bipod", 6)]
)
def test_a_part_of_a_letter_is_no_sure_digit(word, font, model):
    """A stem may look like a one, but then it leaves ink of the letter unexplained."""
    page = np.full((200, 700), 255, np.uint8)
    cv2.putText(page, word, (40, 130), font, 3, 0, 6, cv2.LINE_AA)
    assert not sure_digits(dr.read_digits(page, model))


# ---------------------------------------------------------------------------
# Handwriting
# ---------------------------------------------------------------------------


def written_by(way, rng, label=7):
    """A way as a page's mark has it, ready for the network: uint8 (28, 28)."""
    return dr.normalize_digit(dr.drawn_mark(label, dr.write_strokes(way, rng), rng).ink)


@pytest.mark.parametrize("label", range(11))
def test_every_way_of_writing_can_still_be_read(label, model):
    """Each line of the table, written 20 times: the committed network reads its digit in it."""
    rng = np.random.default_rng(5)
    for text, way in zip(dr.HANDWRITING[label], dr.ways_to_write(label), strict=True):
        images = np.array([written_by(way, rng, label) for _ in range(20)])
        assert images.shape == (20, 28, 28)
        assert images.dtype == np.uint8
        assert len({image.tobytes() for image in images}) > 5  # of a dot there are not many
        assert np.mean(model.read(images).argmax(1) == label) >= 0.7, text


def test_the_pen_runs_smoothly_turns_sharply_and_is_lifted_where_the_table_says_so():
    way = dr.parse_way("0,40 20,-10 100,0 | 30,100; 10,50 60,50")
    seven, bar = (matrix @ way.points for matrix in way.strokes)
    for point in ((0, 40), (20, -10), (100, 0), (30, 100)):
        assert np.isclose(seven, point).all(1).any()
    steps = np.diff(seven, axis=0) @ [1, 1j]  # as complex numbers, whose ratios are angles
    steps = steps[abs(steps) > 1e-9]
    *smooth, sharp = sorted(abs(np.angle(steps[1:] / steps[:-1], deg=True)))
    assert max(smooth) < 50
    assert sharp > 100
    assert seven[:, 0].max() == pytest.approx(100)  # a smooth curve would swing further out
    assert np.allclose(bar[[0, -1]], [[10, 50], [60, 50]])


class Choosing(np.random.Generator):
    """A random generator whose `choice` is this one, wherever it can be."""

    def __init__(self, kind, seed=3):
        super().__init__(np.random.PCG64(seed))
        self.kind = kind

    def choice(self, kinds, *rest, **options):
        """The kind that is wanted."""
        return self.kind if self.kind in list(kinds) else super().choice(kinds, *rest, **options)


def test_a_mouse_leaves_corners_a_hand_trembles_and_a_pen_skips():
    line = np.linspace((0, 0), (0, 100), 60)
    (mouse,) = dr.write_poorly([line], Choosing("mouse"))
    assert len(mouse) < 25
    assert {(0, 0), (0, 100)} <= set(map(tuple, mouse)) <= set(map(tuple, line))
    (trembled,) = dr.write_poorly([line], Choosing("tremor"))
    assert 1 < np.abs(np.diff(trembled[:, 0])).mean() < 3
    one, two = dr.write_poorly([line], Choosing("skip"))
    assert 57 < len(one) + len(two) < 60


def test_writing_is_unsteady():
    """A straight stroke is bent, slanted and cut short, and may be written by a pen that skips."""
    way, rng = dr.parse_way("0,0 0,50 0,100"), np.random.default_rng(1)
    written = [dr.write_strokes(way, rng) for _ in range(400)]
    skipped = np.mean([len(strokes) == 2 for strokes in written])
    assert 0.03 < skipped < 0.1  # by a third of a fifth
    first, middle, last = (
        np.array([stroke[round(place * (len(stroke) - 1)), 0] for stroke, *_ in written])
        for place in (0, 0.5, 1)
    )
    assert np.std(last - first) > 15
    assert np.std(middle - (first + last) / 2) > 2
    assert len({len(stroke) for stroke, *_ in written}) > 5


def test_varied_images_are_slanted_bent_and_thickened_and_still_their_digits(model):
    (_, _), (x_test, y_test) = mnist()
    rng = np.random.default_rng(3)
    varied = np.array([dr.vary(image, rng) for image in x_test[:1000]])
    assert np.mean(model.read(varied).argmax(1) == y_test[:1000]) > 0.97
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 13:15] = 255
    slants, bows, widths = [], [], []
    for _ in range(300):
        image = dr.vary(bar, rng) / 255
        rows = np.flatnonzero(image.sum(1) > 0.4)[2:-2]
        middle = image[rows] @ np.arange(28) / image[rows].sum(1)
        line = np.polyfit(rows, middle, 1)
        slants.append(line[0])
        bows.append(np.abs(np.polyval(line, rows) - middle).mean())
        widths.append(image[rows].sum(1).mean())
    assert np.std(slants) > 0.12
    assert np.mean(bows) > 0.2
    assert np.std(widths) > 0.65


def test_what_is_no_digit_is_mostly_read_as_none(model):
    images, labels = (array[:500] for array in mnist()[0])
    rng = np.random.default_rng(3)
    made = np.array([dr.no_digit(images, labels, rng) for _ in range(500)])
    assert made.shape == (500, 28, 28)
    assert np.mean(model.run(made).argmax(1) == dr.NO_DIGIT) > 0.85


def test_a_batch_holds_mnist_drawn_digits_and_what_is_no_digit():
    (x_train, y_train), _ = mnist()
    for share, least, most in ((0, 0.02, 0.2), (0.5, 0.25, 0.55), (1, 0.55, 0.85)):
        rng = np.random.default_rng(1)
        images, labels = dr.vary_batch(x_train[:100], y_train[:100], rng, share)
        assert images.shape == (133, 28, 28)
        assert images.dtype == np.uint8
        assert np.array_equal(labels[:100], y_train[:100])
        assert labels[100:122].max() <= 9
        assert labels[122:].tolist() == [dr.NO_DIGIT] * 11
        assert least < (images[:100] == x_train[:100]).all((1, 2)).mean() < most
        assert images.any((1, 2)).all()


# ---------------------------------------------------------------------------
# Training
# ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def short_training(tmp_path_factory):
    """A real training run, one epoch over 6,000 images: (Keras model, saved file)."""
    need_tensorflow()
    (x_train, y_train), (x_test, y_test) = mnist()
    path = tmp_path_factory.mktemp("model") / "short.tflite"
    few = (x_train[:6000], y_train[:6000]), (x_test[:500], y_test[:500])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dr, "load_mnist", lambda path: few)
        return dr.train_and_save(path, epochs=1), path


def test_what_the_user_taught_is_trained_on_ten_times(tmp_path):
    (x_train, y_train), _ = mnist()
    for number in (5, 6):
        dr.keep_taught(tmp_path / "my_digits", x_train[number], 8)
    (images, labels), _ = dr.training_data(tmp_path / "new.tflite")
    assert np.array_equal(images[:60_000], x_train)
    assert np.array_equal(images[60_000:], np.tile(x_train[5:7], (10, 1, 1)))
    assert np.array_equal(labels, [*y_train, *[8] * 20])
    assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)


def test_batches_are_the_same_every_time_and_vary_less_and_less():
    (images, labels), _ = mnist()
    images, labels = images[:500], labels[:500]
    shares = np.arange(40) / 40
    once, again = (list(dr.batches(images, labels, shares, dr.vary_batch)) for _ in range(2))
    for (pictures, targets), (others, same) in zip(once, again, strict=True):
        assert np.array_equal(pictures, others)
        assert np.array_equal(targets, same)
    whole = {dr.to_input(image).tobytes() for image in images}
    untouched = [np.mean([p.tobytes() in whole for p in batch[: dr.BATCH]]) for batch, _ in once]
    assert np.mean(untouched[:10]) < 0.35
    assert np.mean(untouched[-10:]) > 0.5


def test_without_variation_it_learns_from_mnists_images_and_from_nothing_else():
    (images, labels), _ = mnist()
    images, labels = images[:200], labels[:200]
    made = dr.batches(images, labels, [0] * 10)
    true = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    for pictures, targets in made:
        assert pictures.shape == (dr.BATCH, 28, 28, 1)
        grey = np.rint(pictures[..., 0] * 255).astype(np.uint8)
        assert [true[image.tobytes()] for image in grey] == targets.tolist()


def test_from_few_images_it_learns_as_often_as_from_all(tmp_path):
    (images, labels), test = dr.training_data(tmp_path / "new.tflite", None, 100)
    assert len(images) == len(labels) == 60_000
    assert len({image.tobytes() for image in images}) == 100
    true = {i.tobytes(): label for i, label in zip(*mnist()[0], strict=True)}
    assert all(true[i.tobytes()] == label for i, label in zip(images[:100], labels, strict=False))
    assert np.array_equal(test[0], mnist()[1][0])


def test_training_learns_and_what_is_saved_equals_the_keras_model(short_training):
    keras_model, path = short_training
    images, labels = (array[5000:7000] for array in mnist()[1])
    expected = keras_model.predict(dr.to_input(images), verbose=0)
    saved = dr.load_model(path).run(images)
    assert np.abs(saved - expected).max() < 1e-4
    assert np.mean(saved.argmax(1) == labels) > 0.85
    assert [file.name for file in path.parent.iterdir()] == [path.name]


no_sigint = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows sends no SIGINT to another process"
)


def read_until(stream, text):
    """What a program prints, up to and with a text that must come."""
    read = ""
    while text not in read:
        more = os.read(stream.fileno(), 1000).decode()
        assert more, f"{text!r} never came: {read}"
        read += more
    return read


@no_sigint
def test_ctrl_c_leaves_the_earlier_model_as_it_was(tmp_path):
    need_tensorflow()
    import pty

    path = tmp_path / "old.tflite"
    path.write_bytes(b"an earlier model")
    command = [sys.executable, SCRIPT, "train", "--epochs", "1", "--model", str(path)]
    terminal, end = pty.openpty()  # where Keras shows each step
    with (
        open(terminal, "rb", buffering=0) as shown,
        subprocess.Popen(command, stdout=end, stderr=subprocess.PIPE, text=True) as training,
    ):
        read_until(shown, "5/937")
        training.send_signal(signal.SIGINT)
        errors = training.communicate(timeout=30)[1]
    assert training.returncode == 130
    assert errors.strip() == "digit_recognizer: stopped"
    assert path.read_bytes() == b"an earlier model"
    assert os.listdir(tmp_path) == ["old.tflite"]


def test_training_leaves_opencvs_threads_as_they_were(short_training):
    threads = cv2.getNumThreads()
    with dr.one_thread():
        assert cv2.getNumThreads() == 1
    assert cv2.getNumThreads() == threads > 0


@pytest.mark.parametrize("model", [".", "missing/new.tflite"])
def test_train_says_at_once_that_it_cannot_write_there(model, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(dr, "import_keras", lambda: pytest.fail("it began to train"))
    assert dr.main(["train", "--model", str(tmp_path / model)]) == 1
    assert "no file can be written there; give another name" in capsys.readouterr().err


def test_a_model_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda number: (_ for _ in ()).throw(OSError(28, "disk full")))
        with pytest.raises(dr.DigitRecognizerError, match="disk full"):
            dr.replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    dr.replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_a_file_that_another_program_reads_is_replaced_a_moment_later(tmp_path, monkeypatch):
    """On Windows a file that is open can't be replaced."""
    path, replace, tries = tmp_path / "model.tflite", os.replace, []

    def busy(*paths):
        tries.append(paths)
        if len(tries) < 4:
            raise PermissionError(13, "used by another process")
        replace(*paths)

    monkeypatch.setattr(os, "replace", busy)
    dr.replace_file(path, b"new")
    assert path.read_bytes() == b"new"

    def locked(*_):
        raise PermissionError(13, "used by another process")

    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(dr.DigitRecognizerError, match="used by another process"):
        dr.replace_file(path, b"newer")
    assert path.read_bytes() == b"new"


# ---------------------------------------------------------------------------
# What was taught, the layers, and what mattered
# ---------------------------------------------------------------------------


@pytest.fixture
def teachable(tmp_path):
    """The committed model in a folder of its own, where it can be taught."""
    return dr.load_model(shutil.copy(HERE / "digit_recognizer.tflite", tmp_path))


def test_what_was_taught_is_read_at_once_and_nothing_else_changes(teachable):
    images = mnist()[1][0][:1000]
    before = read_by(teachable, images)
    heart = dr.normalize_digit(255 - drawing(HEART))
    assert not dr.predict_digit(heart, teachable).sure
    teachable.memory.teach(heart, 3)
    assert dr.predict_digit(heart, teachable).sure
    for pen, scale in ((14, 1), (12, 0.9), (16, 0.7), (10, 1)):
        assert dr.predict_digit(drawing(HEART, pen=pen, scale=scale), teachable).digit == 3
    assert np.array_equal(read_by(teachable, images), before)


def test_no_image_is_run_twice(teachable, monkeypatch):
    images, ran, run_network = mnist()[1][0][:250], [], dr.Network.run
    monkeypatch.setattr(
        dr.Network, "run", lambda network, some: ran.extend(some) or run_network(network, some)
    )
    once, again = teachable.run(images[:200]), teachable.run(images)
    assert np.array_equal(again[:200], once)
    assert len(ran) == 250
    many = np.random.default_rng(1).integers(0, 256, (5200, 28, 28), np.uint8)
    for some in dr.chunks(many):
        teachable.run(some)
    assert len(teachable.answers) <= 5100


# A seven of a hand of its own: the leg runs far back, the bar is a dot.
ODD_SEVEN = "-17,19 17,19 39,-7 40,26 59,60 4,88; 31,59 33,49"


def odd_sevens(count):
    """Sevens of this hand: uint8 (count, 28, 28)."""
    way, rng = dr.parse_way(ODD_SEVEN), np.random.default_rng(7)
    return np.array([written_by(way, rng) for _ in range(count)])


def read_by(model, images):
    """The digits that a model reads."""
    return model.read(images)[:, :10].argmax(1)


def teach_all(model, digits):
    """Teach digits, (image, label) each: learnt once, since each time takes a moment."""
    for image, label in digits:
        dr.keep_taught(model.memory.folder, image, label)
    model.memory.look()


def labels_of(memory):
    """What was taught, the oldest first."""
    return [taught.label for taught in memory.taught]


def test_it_learns_its_writer_from_a_few_digits(teachable):
    sevens = odd_sevens(40)
    before = (read_by(teachable, sevens) != 7).mean()
    for image in sevens[:10]:
        if read_by(teachable, image[np.newaxis])[0] != 7:
            teachable.memory.teach(image, 7)
    assert len(teachable.memory.taught) <= 5
    after = (read_by(teachable, sevens[10:]) != 7).mean()
    assert before > 0.5
    assert after < before / 4


def test_the_last_layer_learns_where_no_taught_digit_is_near(teachable, monkeypatch):
    """And the nearest taught digit counts where the last layer learns nothing."""
    sevens = odd_sevens(40)
    never = teachable.read(sevens)[:, 7].mean()
    teachable.memory.teach(sevens[0], 7)
    both = teachable.read(sevens[1:])[:, 7].mean()
    with monkeypatch.context() as patch:
        patch.setattr(dr, "TRUST", 0)
        layer = teachable.read(sevens[1:])[:, 7].mean()
    teachable.memory.change[:] = 0
    near = teachable.read(sevens[1:])[:, 7].mean()
    assert min(layer, near) > never + 0.1
    assert both > max(layer, near)


def test_a_taught_digit_is_always_read_as_taught(teachable):
    images = mnist()[1][0][:300]
    sure = images[teachable.run(images).max(1) > 0.9999]
    taught = [(image, (number + 3) % 10) for number, image in enumerate(sure[:12])]
    taught += [(dr.normalize_digit(255 - drawing(HEART)), 4)]
    taught += [(sure[30], int(teachable.run(sure[30:31]).argmax()))]  # as it is read anyway
    # Nearly the same picture, of two minds: each word counts.
    taught += [(sure[20], 2), (np.roll(sure[20], 1, 1), 6)]
    another = np.full(11, 0.05, np.float32)
    another[8] = 0.5
    teach_all(teachable, taught)
    for image, label in taught:
        for opinion in (None, another):  # of the finder
            prediction = dr.predict_digit(image, teachable, opinion)
            assert (prediction.digit, prediction.sure) == (label, True)


def test_what_was_taught_decides_against_the_finder_for_what_looks_like_it(teachable):
    one, *sevens = odd_sevens(20)
    opinion = np.full(11, 0.01, np.float32)
    opinion[2] = 0.9
    before = dr.predict_digit(sevens[0], teachable, opinion)
    teachable.memory.teach(one, 7)
    alone = [dr.predict_digit(image, teachable) for image in sevens]
    both = [dr.predict_digit(image, teachable, opinion) for image in sevens]
    assert before.digit == 2
    assert np.mean([prediction.digit == 7 for prediction in both]) > 0.6
    assert [p.digit for p in both if p.digit == 7] == [p.digit for p in alone if p.digit == 7]
    teachable.trial = True
    assert dr.predict_digit(sevens[0], teachable, opinion).confidence == before.confidence


def test_a_joke_on_one_digit_is_no_joke_on_others(teachable):
    images, labels = mnist()[1]
    ones = images[labels == 1][:301]
    ones = ones[teachable.run(ones)[:, 1] > 0.999][:101]
    for joke in (0, 50):
        teachable.memory.teach(ones[joke], 7)
        others = np.delete(ones, joke, axis=0)
        assert read_by(teachable, ones[joke : joke + 1]) == 7
        assert (read_by(teachable, others) != 1).sum() <= 2
        teachable.memory.forget(*teachable.memory.taught)


def test_what_is_surely_read_stays_so_and_forgetting_brings_all_back_to_the_bit(teachable):
    images, labels = mnist()[1]
    right = np.flatnonzero(teachable.run(images[:2000])[range(2000), labels[:2000]] > 0.99)
    fixed = np.concatenate([right[labels[right] == digit][:10] for digit in range(10)])
    misread = np.flatnonzero(read_by(teachable, images) != labels)[:20]
    some, sevens = np.concatenate([images[:100], images[misread]]), odd_sevens(5)
    never, content = teachable.read(some), teachable.path.read_bytes()
    teachable.memory.teach(sevens[0], 7)
    once = teachable.read(some)
    teach_all(teachable, zip(images[misread], labels[misread], strict=True))
    teach_all(teachable, [(image, 7) for image in sevens[1:]])
    assert len(teachable.memory.taught) == 25
    assert read_by(teachable, images[fixed]).tolist() == labels[fixed].tolist()
    teachable.memory.forget(*teachable.memory.taught[1:])
    assert np.array_equal(teachable.read(some), once)
    assert not np.array_equal(once, never)
    teachable.memory.forget(*teachable.memory.taught)
    assert np.array_equal(teachable.read(some), never)
    assert teachable.path.read_bytes() == content


def test_what_is_no_taught_digit_among_them_is_passed_over(teachable):
    folder, images = teachable.memory.folder, mnist()[1][0][:100]
    teachable.memory.teach(odd_sevens(1)[0], 7)
    before, kept = teachable.read(images), os.listdir(folder)
    whole = cv2.imencode(".png", images[1])[1].tobytes()
    for name, content in {
        "grey": cv2.imencode(".png", images[1].astype(np.uint16))[1].tobytes(),
        "large": cv2.imencode(".png", np.zeros((300, 300), np.uint8))[1].tobytes(),
        "colour": cv2.imencode(".png", np.dstack([images[1]] * 3))[1].tobytes(),
        "cut": whole[:-40],
        "text": b"seven",
        "empty": b"",
    }.items():
        (folder / f"3-{name}.png").write_bytes(content)
    (folder / "notes.txt").write_text("no digits")
    (folder / "12.png").write_bytes(whole)
    (folder / "4-folder.png").mkdir()
    teachable.memory.look()
    assert [taught.path.name for taught in teachable.memory.taught] == kept
    assert teachable.memory.problem is None
    assert np.array_equal(teachable.read(images), before)
    assert np.array_equal(dr.load_model(teachable.path).read(images), before)
    assert len(os.listdir(folder)) == 10


def test_two_windows_teach_and_forget_in_one_folder(teachable):
    other, images = dr.load_model(teachable.path), mnist()[1][0][:100]
    one, two = odd_sevens(2)
    teachable.memory.teach(one, 7)
    other.memory.teach(two, 3)
    teachable.memory.look()
    assert labels_of(teachable.memory) == labels_of(other.memory) == [7, 3]
    assert np.array_equal(teachable.read(images), other.read(images))
    teachable.memory.forget(teachable.memory.taught[0])
    other.memory.forget(other.memory.taught[0])  # once more: it is gone already
    assert labels_of(teachable.memory) == labels_of(other.memory) == [3]


def test_the_latest_word_counts_whatever_the_clocks_say(teachable):
    heart = dr.normalize_digit(255 - drawing(HEART))
    teachable.memory.teach(heart, 8)
    (path,) = teachable.memory.folder.iterdir()
    path.rename(path.with_name("8-20991231-235959-999999.png"))  # by a clock that is ahead
    teachable.memory.teach(heart, 3)
    assert labels_of(teachable.memory) == labels_of(dr.load_model(teachable.path).memory) == [3]
    assert dr.predict_digit(heart, teachable).digit == 3


def test_a_network_that_was_taught_cuts_anew_what_it_cut_before(teachable):
    teachable.parts["some strokes"] = "a four and a one"
    teachable.memory.teach(odd_sevens(1)[0], 7)
    assert not teachable.parts


def test_another_folders_taught_digits_are_taken_in(teachable, tmp_path):
    """Small pictures under any name: so a file manager carries them along."""
    images = mnist()[1][0][:6]
    teachable.memory.teach(images[0], 1)
    (path,) = teachable.memory.folder.iterdir()
    assert re.fullmatch(r"1-\d{8}-\d{6}-\d{6}\.png", path.name)
    assert np.array_equal(np.asarray(Image.open(path)), images[0])
    theirs = tmp_path / "anna's digits"
    theirs.mkdir()
    names = "7-20261123-101530-123456 - Kopie.png", "7-anna.png", "2-ANNA.PNG", "3-1 (2).png"
    for name, image in zip([*names, "none-z.png"], images, strict=False):
        Image.fromarray(image).save(theirs / name, "PNG")
    (theirs / "3-damaged.png").write_bytes(b"damaged")
    was = {file.name: file.read_bytes() for file in theirs.iterdir()}
    teachable.memory.take_in(theirs)  # of the first one the own word stands
    assert sorted(labels_of(teachable.memory)) == [1, 2, 3, 7, dr.NO_DIGIT]
    assert teachable.read(images[4:5]).argmax() == dr.NO_DIGIT
    teachable.memory.take_in(theirs)  # once more: nothing is new
    kept = {taught.image.tobytes() for taught in dr.load_model(teachable.path).memory.taught}
    assert kept == {image.tobytes() for image in images[:5]}
    assert {file.name: file.read_bytes() for file in theirs.iterdir()} == was
    for name in ("4-x.png", "5-y.png"):  # of equal pictures there, the later one's word counts
        Image.fromarray(images[5]).save(tmp_path / name)
    teachable.memory.take_in(tmp_path)
    assert teachable.memory.exact[images[5].tobytes()] == 5


@pytest.mark.parametrize("folder", [".", "missing", "model.tflite"])
def test_a_folder_without_taught_digits_is_named_in_a_line(folder, teachable, tmp_path):
    (tmp_path / "model.tflite").touch()
    with pytest.raises(dr.DigitRecognizerError) as error:
        teachable.memory.take_in(tmp_path / folder)
    assert str(error.value).startswith(str(tmp_path / folder))
    assert "\n" not in str(error.value)
    assert not teachable.memory.folder.exists()


def test_what_cannot_be_read_is_named_and_then_nothing_is_taught(
    teachable, tmp_path, capsys, monkeypatch
):
    def unreadable(path):
        if path.suffix == ".png":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    teachable.memory.teach(mnist()[1][0][0], 7)
    folder, read_bytes = teachable.memory.folder, Path.read_bytes
    theirs, kept = shutil.copytree(folder, tmp_path / "theirs"), os.listdir(folder)
    cv2.imwrite(str(tmp_path / "5.png"), drawing(DRAWN[5]))
    monkeypatch.setattr(Path, "read_bytes", unreadable)
    with pytest.raises(dr.DigitRecognizerError, match="theirs: can't be read"):
        teachable.memory.take_in(theirs)
    with pytest.raises(dr.DigitRecognizerError, match="my_digits: can't be read"):
        teachable.memory.teach(mnist()[1][0][1], 2)
    assert os.listdir(folder) == kept
    assert dr.main(["predict", "--model", str(teachable.path), str(tmp_path / "5.png")]) == 0
    printed = capsys.readouterr()
    assert printed.out.endswith("5.png: 5\n")
    assert printed.err.count("\n") == 1
    assert "my_digits: can't be read (Permission denied)" in printed.err


def test_programs_that_teach_at_once_lose_nothing(tmp_path):
    code = (
        "import sys, numpy as np, digit_recognizer as dr; from pathlib import Path\n"
        "for i in range(20): dr.keep_taught(Path(sys.argv[1]),"
        " np.full((28, 28), i + 100 * int(sys.argv[2]), np.uint8), int(sys.argv[2]))"
    )
    folder = tmp_path / "my_digits"
    command = [sys.executable, "-c", code, str(folder)]
    running = [subprocess.Popen([*command, str(number)], cwd=HERE) for number in (0, 1, 2)]
    assert [program.wait(60) for program in running] == [0, 0, 0]
    taught = dr.load_taught(folder)
    wanted = {(number, i + 100 * number) for number in range(3) for i in range(20)}
    assert {(one.label, int(one.image[0, 0])) for one in taught} == wanted
    assert len(os.listdir(folder)) == 60


def test_without_a_temporary_folder_teaching_says_so_and_keeps_nothing(teachable, monkeypatch):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(dr.DigitRecognizerError, match="temporary"):
        teachable.memory.teach(mnist()[1][0][0], 7)
    assert not teachable.memory.folder.exists()


def test_the_layers_answers_are_those_of_the_keras_model(short_training):
    keras_model, path = short_training
    import keras

    image = mnist()[1][0][0]
    after = ["re_lu", "re_lu_1", "re_lu_2", "re_lu_3"]
    names = [layer.name for layer in keras_model.layers if layer.name.startswith("re_lu")]
    assert len(names) == len(after)
    inner = keras.Model(keras_model.inputs, [keras_model.get_layer(n).output for n in names])
    expected = inner.predict(dr.to_input(image), verbose=0)
    _, found = dr.load_model(path).maps(image)
    for maps, truth in zip(found, expected, strict=True):
        assert np.abs(maps.transpose(1, 2, 0) - truth[0]).max() < 1e-3


def test_what_matters_is_found_by_covering_it(model):
    image, digit = mnist()[1][0][0], mnist()[1][1][0]
    importance, least = dr.occlusion(image, digit, model)
    assert importance.shape == (28, 28)
    assert 0 <= importance.min() <= importance.max() <= 1
    left = []
    for y in range(0, 22, 2):
        for x in range(0, 22, 2):
            covered = image.copy()
            covered[y : y + 7, x : x + 7] = 0
            left.append(model.run(covered[np.newaxis])[0, digit])
    assert least == pytest.approx(min(left), abs=1e-5)
    y, x = divmod(int(np.argmin(left)), 11)
    assert importance[2 * y : 2 * y + 7, 2 * x : 2 * x + 7].max() == importance.max()


# ---------------------------------------------------------------------------
# How it learnt: charts, and watching it learn
# ---------------------------------------------------------------------------


def test_curves_pass_where_their_numbers_are():
    history = {"loss": [2.0, 0.5], "val_loss": [1.0, 0.0]}
    history |= {"accuracy": [0.51, 0.9], "val_accuracy": [0.75, 1.0]}
    picture = np.asarray(dr.draw_curves(history))

    def colour(number):
        return [int(number[start : start + 2], 16) for start in (1, 3, 5)]

    # A diagram lies 150 to 600 pixels below the top; epochs in its first and third quarter.
    for x, share, which in (
        (250, 0, dr.ORANGE),  # the largest loss is at the top
        (530, 0.75, dr.ORANGE),
        (250, 0.5, dr.BLUE),
        (530, 1, dr.BLUE),
        (1020, 0.98, dr.ORANGE),  # the accuracies go from 50 to 100 %
        (1300, 0.2, dr.ORANGE),
        (1160, 0.25, dr.BLUE),  # between two epochs
        (1300, 0, dr.BLUE),
    ):
        assert picture[round(150 + 450 * share), x].tolist() == colour(which)


def test_how_often_what_it_is_sure_of_is_right_is_counted():
    answers = np.full((7, 11), 0.001, np.float32)
    read, sure = [3, 3, 3, 3, 5, 5, 8], [0.95, 0.95, 0.95, 0.95, 0.7, 0.7, 0.999]
    answers[np.arange(7), read] = sure
    counts, said, right = zip(*dr.reliability(answers, [3, 3, 3, 2, 5, 6, 8]), strict=True)
    assert counts == (0, 2, 0, 4, 1)  # below 60, 80, 90, 99 and 100 %
    assert said == pytest.approx((0, 0.7, 0, 0.95, 0.999))
    assert right == (0, 0.5, 0, 0.75, 1)


def first_report(network, images, labels):
    """The Report that a window gets of a network that is about to learn from these images."""
    pipe, window = multiprocessing.Pipe()
    window.send((None, None))
    test = images, labels
    dr.Watcher(pipe, 20, test, test).begin(network)
    word, (report, answers) = window.recv()
    assert (word, answers) == ("learning", {})
    return report


@pytest.fixture
def watched(monkeypatch):
    """A lesson of 20 s that has begun: (window's end of the pipe, Watcher, Keras model, clock)."""
    need_tensorflow()
    keras, now = dr.import_keras(), [100.0]
    clock = types.SimpleNamespace(monotonic=lambda: now[0])  # of this module alone: pipes need one
    monkeypatch.setattr(dr, "time", clock)
    pipe, window = multiprocessing.Pipe()
    watcher = dr.Watcher(pipe, 20, mnist()[0], mnist()[1])
    model = dr.build_model(keras.optimizers.schedules.CosineDecay(3.0, watcher.count))
    model.stop_training = False
    window.send((None, None))
    watcher.begin(model)
    window.recv()
    watcher.heard = None
    return window, watcher, model, now


def test_the_learning_rate_falls_by_the_clock_less_the_pauses(watched):
    _, watcher, model, now = watched

    def rate():
        watcher.before_batch(0, {})
        return float(model.optimizer.learning_rate)

    now[0] = 107.0  # TensorFlow sets out
    assert (watcher.share(), rate()) == (0, 3.0)
    watcher.after_batch(0, {})
    now[0] += 5
    assert watcher.share() == 0.25
    assert rate() == pytest.approx(1.5 * (1 + np.cos(np.pi / 4)), abs=1e-3)

    class Slow:  # the window answers after a minute
        def __init__(self):
            self.orders = [("pause", None), ("go", None)]
            self.send, self.poll = (lambda told: None), (lambda: len(self.orders) == 2)

        def recv(self):
            now[0] += 60
            return self.orders.pop(0)

    watcher.pipe = Slow()
    watcher.after_batch(0, {})
    assert watcher.pipe.orders == []  # paused, it waited for the second
    assert watcher.share() == 0.25
    now[0] += 100
    assert watcher.share() == 1
    assert rate() == pytest.approx(0, abs=1e-3)


def test_images_are_varied_less_and_less_by_the_clock(watched):
    _, watcher, _, now = watched
    images, labels = (array[:400] for array in mnist()[0])
    watcher.after_batch(0, {})

    def untouched():
        made, _ = watcher.vary(images, labels, np.random.default_rng(0), 0.5)
        return (made[:400] == images).all((1, 2)).mean()

    first = untouched()
    now[0] += 20
    assert untouched() > first + 0.3


def test_a_lesson_pauses_goes_on_step_by_step_and_stops(watched):
    window, watcher, model, now = watched
    drawn = mnist()[1][0][:2]

    def batch(*orders, seconds=1):
        for order in orders:
            window.send(order)
        now[0] += seconds
        watcher.after_batch(0, {})
        told = []
        while window.poll():
            told.append(window.recv()[1])
        return told

    assert batch() == []  # the window has not answered: it is not waited for
    ((report, answers),) = batch((None, drawn))
    assert (report.seen, set(answers)) == (2 * dr.BATCH, set(map(bytes, drawn)))
    assert np.allclose(answers[bytes(drawn[0])], watcher.ask(drawn)[0])
    # It waits until there is a step; what a step changes is told at once.
    told = batch(("pause", None), (None, None), ("step", None), seconds=0)
    assert [report.seen if report else None for report, _ in told] == [3 * dr.BATCH, None, None]
    told = batch(("go", None))
    assert [report.seen for report, _ in told] == [4 * dr.BATCH]
    assert not model.stop_training
    assert batch(("stop", None)) == []
    assert model.stop_training
    model.stop_training = False
    now[0] += 20
    assert batch((None, None)) == []  # the clock ends it as well
    assert model.stop_training


@pytest.mark.parametrize("state", ["learning", "paused", "over"])
def test_a_lesson_whose_window_is_gone_ends(watched, state):
    window, watcher, _, now = watched
    watcher.paused = state == "paused"
    watcher.after_batch(0, {}) if state == "over" else None
    now[0] += 30 if state == "over" else 1
    window.close()  # as the system does for a window that was killed
    with pytest.raises((EOFError, OSError)):
        watcher.after_batch(0, {})


# ---------------------------------------------------------------------------
# The drawing window
# ---------------------------------------------------------------------------


def test_the_eraser_takes_what_it_touches_and_nothing_else():
    lines = [[(x, y) for x in range(20, 421, 2)] for y in (20, 90)]  # slowly: many points
    sheet = dr.Drawing([dr.Stroke(points, 8) for points in lines])
    before = sheet.ink((440, 110))
    for x in range(0, 150, 3):
        sheet = sheet.wiped([(x, 20), (x + 3, 20)], 12)
    after = sheet.ink((440, 110))
    assert np.array_equal(after[:, 170:], before[:, 170:])
    assert np.array_equal(after[60:], before[60:])
    assert not after[:40, :155].any()
    wiped, other = sheet.strokes
    assert wiped.points[0] == pytest.approx((162, 20), abs=1)  # cut just where the eraser's rim was
    assert other.points == lines[1]
    assert len(sheet.wiped([(300, 20)], 11).strokes) == 3  # in the middle: two strokes are left
    dot = dr.Drawing([dr.Stroke([(50, 50)], 8)])
    assert dot.wiped([(60, 50)], 9) == dot
    assert not dot.wiped([(60, 50)], 11).used()


@contextlib.contextmanager
def window(model):
    """The real window; a test fails when one of its callbacks raised."""
    try:
        app = dr.App(model)
    except dr.DigitRecognizerError as error:
        skip(str(error))
    errors = []
    app.root.report_callback_exception = lambda *error: errors.append(error)
    settle(app)
    yield app
    settle(app)
    app.root.destroy()
    del app
    gc.collect()  # here, or a thread of TensorFlow's does it later: Tk minds
    assert errors == []


@pytest.fixture
def app(model):
    """The window with the committed model."""
    with window(model) as app:
        yield app


@pytest.fixture
def teachable_app(teachable):
    """The window with a model that can be taught."""
    with window(teachable) as app:
        yield app


def wait_until(app, true, seconds=60):
    """Let the window do what is due until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        app.root.update()
        time.sleep(0.001)


def settle(app):
    """Let the window do all that is due: read, show, paint the view."""
    app.root.update()
    wait_until(app, lambda: app.unit and not (app.state.to_read or app.state.news or app.to_paint))


def rest(app, seconds):
    """Let time go by, where time is what a test is about."""
    end = time.monotonic() + seconds
    wait_until(app, lambda: time.monotonic() > end)


def draw(app, strokes):
    """Draw strokes (percent of the canvas's height) with the pointer, and wait for the reading."""
    side = app.canvas.winfo_height()
    for stroke in strokes:
        points = [(round(x * side / 100), round(y * side / 100)) for x, y in stroke]
        app.canvas.event_generate("<ButtonPress-1>", x=points[0][0], y=points[0][1])
        for x, y in points[1:]:
            app.canvas.event_generate("<B1-Motion>", x=x, y=y)
        app.canvas.event_generate("<ButtonRelease-1>", x=points[-1][0], y=points[-1][1])
    settle(app)


def write_number(app, number):
    """Draw several digits side by side."""
    for place, character in enumerate(number):
        digit = DRAWN[int(character)]
        draw(app, [[(x * 0.23 + 3 + 24 * place, y * 0.4 + 25) for x, y in s] for s in digit])


def click(app, x, y, widget=None):
    """Press and release at a point of the paper, or of another widget."""
    for event in ("<Motion>", "<ButtonPress-1>", "<ButtonRelease-1>"):
        (widget or app.canvas).event_generate(event, x=round(x), y=round(y))
    settle(app)


def hit(app, scene, number):
    """Click one of a Scene's targets."""
    settle(app)
    left, top, right, bottom = scene.canvas.bbox(list(scene.targets)[number])
    click(app, (left + right) / 2, (top + bottom) / 2, scene.canvas)


def press(app, key, widget=None):
    """Press a key, as this system calls it, and let the window do what is due."""
    (widget or app.root).event_generate(f"<{key.replace('Control', dr.COMMAND)}>")
    settle(app)


def insist(app, digit):
    """Press a digit's key and, a moment later, once more."""
    for wait in (dr.State.ONCE_MORE, 0):
        press(app, f"Key-{digit}")
        rest(app, wait)


def written(canvas, tag="all"):
    """The texts on a canvas, in the order in which they were painted."""
    items = canvas.find_withtag(tag)
    return [canvas.itemcget(item, "text") for item in items if canvas.type(item) == "text"]


def answer(app):
    """The number that was read, as it is shown."""
    return written(app.head.canvas)[0]


def verdict(app):
    """What is said of it."""
    return written(app.head.canvas)[1]


def shares(app):
    """What the columns say, by their names: percent, or {} where they say nothing."""
    said = written(app.head.canvas)[2:-1]
    pairs = zip(said[::2], said[1::2], strict=True) if len(said) == 22 else ()
    return {name: int(share.rstrip("%")) for share, name in pairs}


def said(app):
    """What the status line says."""
    return str(app.status.cget("text"))


def shown(app):
    """All that the view says."""
    return " ".join(" ".join(written(app.scene.canvas)).split())


def labels(app):
    """What is taught."""
    return [taught.label for taught in app.state.model.memory.taught]


def names(app):
    """What stands on the boxes."""
    return written(app.canvas, "box")


def shown_ink(app):
    """The drawing as the canvas shows it: uint8 (height, width), ink dark."""
    data = app.root.tk.call(app.paper.image, "data", "-background", "#ffffff")
    rows = [[int(pixel[1:3], 16) for pixel in row.split()] for row in app.root.tk.splitlist(data)]
    return np.array(rows or [[255]], np.uint8)


LETTER_A = [[(20, 90), (50, 10), (80, 90)], [(32, 60), (68, 60)]]
SIZES = [(993, 522), (1325, 668), (1862, 939), (3724, 1879)]  # on the four screens of a class


@pytest.mark.parametrize("digit", range(10))
def test_the_window_reads_each_digit_while_it_is_drawn(app, digit):
    draw(app, DRAWN[digit])
    assert answer(app) == str(digit)
    assert list(shares(app)) == [*"0123456789", "none"]
    assert shares(app)[str(digit)] > 50
    assert f"reads {digit}" in said(app)


def test_the_real_pointer_draws_without_gaps(app):
    if not shutil.which("xdotool"):
        skip("xdotool is not installed")
    left, top = app.canvas.winfo_rootx(), app.canvas.winfo_rooty()
    side = app.canvas.winfo_height()
    for number, (x, y) in enumerate(DRAWN[7][0]):
        move = ["mousemove", str(left + x * side // 100), str(top + y * side // 100)]
        subprocess.run(["xdotool", *move, *(["mousedown", "1"] if number == 0 else [])], check=True)
        wait_until(
            app,
            lambda n=number: (
                app.state.sheet.strokes and len(app.state.sheet.strokes[-1].points) > n
            ),
            5,
        )
    subprocess.run(["xdotool", "mouseup", "1"], check=True)
    wait_until(app, lambda: not app.state.down)
    settle(app)
    assert answer(app) == "7"
    assert cv2.connectedComponents(app.state.sheet.ink(app.paper.size()))[0] == 2


def test_the_canvas_shows_the_ink_that_is_read_smooth_and_whole(app):
    draw(app, DRAWN[8])
    on_paper, read = shown_ink(app), app.state.sheet.ink(app.paper.size())
    height, width = (min(sizes) for sizes in zip(on_paper.shape, read.shape, strict=True))
    both = on_paper[:height, :width].ravel(), read[:height, :width].ravel()
    assert np.corrcoef(*both)[0, 1] < -0.999
    assert len(np.unique(on_paper)) > 20  # soft rims, no jags


def test_what_is_not_sure_and_what_is_no_digit_is_said(app):
    assert (answer(app), verdict(app), shares(app)) == ("", "", {})
    assert "Draw" in app.canvas.itemcget("hint", "text")
    draw(app, CROSS)
    assert answer(app).endswith(("?", "□"))
    assert verdict(app) in ("not sure", "no digit")
    press(app, "Escape")
    draw(app, LETTER_A)
    assert (answer(app), verdict(app)) == ("□", "no digit")
    assert shares(app)["none"] > 50
    assert sum(shares(app).values()) in range(95, 106)  # each is rounded
    press(app, "Escape")
    draw(app, [[(50, 50)]])  # a dot: nothing to read
    assert answer(app) == "□"


def test_a_number_is_read_live_boxed_copied_and_gone_through(app):
    write_number(app, "2026")
    assert answer(app) == "2026"
    assert names(app) == ["2", "0", "2", "6"]
    press(app, "Control-c")
    assert app.root.clipboard_get() == "2026"
    assert written(app.head.canvas)[-1] == "Digit 4 of 4. Wrong? Click what it is."
    two = app.state.reading.digits[2].box
    before = shown_ink(app)
    click(app, two[0] + two[2] / 2, two[1] + two[3] / 2)
    assert np.array_equal(shown_ink(app), before)  # no dot was drawn
    assert shares(app)["2"] > 50
    app.canvas.focus_force()
    for key, digit in (("Right", "6"), ("Right", "2"), ("Left", "6"), ("Left", "2")):
        press(app, key, app.canvas)
        assert shares(app)[digit] > 50


def test_marks_that_are_not_read_are_boxed_and_counted_and_signs_are_copied(app):
    def sign(lines, place):
        return [[(x * 0.25 + 4 + 26 * place, y * 0.3 + 30) for x, y in line] for line in lines]

    minus = [[(25, 55), (75, 53)]]
    equals = [[(25, 40), (75, 40)], [(25, 65), (75, 65)]]
    drawings = (("□42", minus, DRAWN[4], DRAWN[2]), ("4□2", DRAWN[4], equals, DRAWN[2]))
    for number, *parts in (*drawings, ("4□2", DRAWN[4], LETTER_A, DRAWN[2])):
        press(app, "Escape")
        draw(app, [line for place, part in enumerate(parts) for line in sign(part, place)])
        assert answer(app).replace(" ", "") == number
        press(app, "Control-c")
        assert app.root.clipboard_get().replace(" ", "") == number
    press(app, "Escape")
    draw(app, [*sign(DRAWN[2], 0), *sign(minus, 1), *sign(DRAWN[3], 2)])
    assert "1 mark not read" in verdict(app)
    assert len(app.canvas.find_withtag("mark")) == 1
    press(app, "Escape")
    draw(app, [*sign(DRAWN[4], 0), [(40, 50), (40.5, 50)]])  # a speck is no sign
    assert answer(app) == "4"


def test_where_it_is_not_sure_beside_a_full_column_it_asks_why(app):
    draw(app, DRAWN[7])
    (seven,) = app.state.reading.digits
    unsure = seven._replace(prediction=seven.prediction._replace(sure=False))
    for digit, why in ((seven, "Wrong? Click what it is."), (unsure, "Is it cut off, ")):
        app.state.set(reading=dr.Reading([[digit]]))
        settle(app)
        assert written(app.head.canvas)[-1].startswith(why)


def test_a_blot_is_not_sure_whatever_it_looks_like():
    for size in (20, 30, 200):
        three = [np.array(stroke) * size / 100 + 50 for stroke in DRAWN[3]]
        assert [d.sure for d in dr.read_strokes(three, pen=16).digits] == [size == 200]


# Menu, keys, tools, views


def test_the_views_move_nothing_and_nothing_pops_up(app):
    write_number(app, "42")

    def places():
        parts = app.canvas, app.head.canvas, app.scene.canvas, app.tools, app.status
        return [
            (w.winfo_rootx(), w.winfo_rooty(), w.winfo_width(), w.winfo_height()) for w in parts
        ]

    before = places()
    for number, view in enumerate(dr.VIEWS, 1):
        for way in (f"Control-Key-{number}", None):
            press(app, way) if way else app.buttons[view].invoke()
            settle(app)
            assert app.state.view == view
            assert app.buttons[view].instate(["selected"])
            assert answer(app) == "42"
            assert shown(app)
            assert places() == before
    press(app, "F1")
    assert places() == before
    assert [w for w in app.root.winfo_children() if w.winfo_class() == "Toplevel"] == []
    press(app, "F1")
    assert app.state.view == "Read"


def test_every_action_stands_in_a_menu_or_on_a_button_and_help_lists_its_key(app):
    press(app, "F1")
    listed = written(app.scene.canvas)
    for action in dr.ACTIONS:
        if action.place in dr.MENUS:
            menu = app.menus[action.place]
            entry = menu.index(action.name)
            assert menu.entrycget(entry, "accelerator") == dr.key_name(action.key)
        else:
            assert app.buttons[action.name].cget("text") == action.name
        assert not action.key or dr.key_name(action.key) in listed
        assert not action.key or any(action.name.rstrip("…") in text for text in listed)


def test_what_makes_no_sense_can_not_be_pressed(app):
    def usable():
        disabled = [n for n, b in app.buttons.items() if b.instate(["disabled"])]
        entries = [(menu, n) for menu in app.menus.values() for n in range(menu.index("end") + 1)]
        disabled += [
            m.entrycget(n, "label") for m, n in entries if m.entrycget(n, "state") != "normal"
        ]
        return {action.name for action in dr.ACTIONS} - set(disabled)

    empty = {"Open…", "Camera", "Paste", "Pen", *dr.VIEWS, "Full screen", "Help", "Example"}
    empty |= {"Start", "Open the folder", "Take in another…", "Against the clock", "Fool it"}
    assert usable() == empty
    draw(app, DRAWN[3])
    drawn = {"Save picture…", "Copy", "Eraser", "Undo", "Clear"}
    assert usable() == empty | drawn | {"Recognize"}
    press(app, "Control-z")
    assert usable() == empty | {"Redo"}


def test_the_recognize_button_reads_on_demand(app):
    draw(app, DRAWN[6])
    for way in (app.buttons["Recognize"].invoke, lambda: press(app, "Return")):
        app.state.reading = dr.Reading([])
        app.state.news = True
        settle(app)
        assert answer(app) == "□"
        way()
        settle(app)
        assert answer(app) == "6"


def test_another_pen_is_for_new_strokes(app):
    write_number(app, "1")
    ink = app.state.sheet.ink(app.paper.size()).copy()
    dot = app.dot["data"]
    app.buttons["Pen"].invoke()
    settle(app)
    assert said(app) == "A thick pen, for new strokes."
    assert app.dot["data"] != dot  # its button shows how thick
    draw(app, [[(70, 30), (70, 60)]])
    both, quarter = app.state.sheet.ink(app.paper.size()), ink.shape[1] // 4
    assert np.array_equal(both[:, :quarter], ink[:, :quarter])
    assert [stroke.pen for stroke in app.state.sheet.strokes] == [
        round(app.unit * dr.PEN * thick) for thick in (1.0, 1.6)
    ]
    assert answer(app).replace(" ", "") == "11"


def test_the_eraser_wipes_what_it_crosses_and_undo_brings_it_back(app):
    write_number(app, "17")
    app.buttons["Eraser"].invoke()
    column = 3 + 0.23 * 54  # of the 1, and then its hook, in one jump each
    draw(app, [[(column, 20), (column, 75)], [(6, 40), (17, 27)]])
    assert answer(app) == "7"
    press(app, "Control-z")
    press(app, "Control-z")
    assert answer(app) == "17"
    press(app, "Key-p")  # a pen ends it
    assert not app.state.erasing
    press(app, "Key-e")
    assert app.state.erasing
    press(app, "Escape")  # and so does an empty sheet
    assert not app.state.erasing
    draw(app, DRAWN[3])
    assert answer(app) == "3"


@pytest.mark.parametrize("key", ["Escape", "Control-z"])
def test_a_pen_that_is_up_draws_nothing(app, key):
    draw(app, DRAWN[1])
    before = app.state.sheet.strokes
    app.canvas.event_generate("<B1-Motion>", x=200, y=90)  # as after a double-click in a dialog
    app.canvas.event_generate("<ButtonRelease-1>", x=200, y=90)
    assert app.state.sheet.strokes is before
    app.canvas.event_generate("<ButtonPress-1>", x=50, y=50)
    app.canvas.event_generate("<B1-Motion>", x=60, y=60)
    app.root.event_generate(f"<{key}>")
    app.canvas.event_generate("<B1-Motion>", x=300, y=300)
    app.canvas.event_generate("<ButtonRelease-1>", x=300, y=300)
    settle(app)
    assert app.state.sheet.strokes == (before if key == "Control-z" else [])


@pytest.mark.parametrize("view", dr.VIEWS)
def test_while_the_pen_is_at_work_nothing_is_done_but_reading(app, monkeypatch, view):
    draw(app, DRAWN[3])
    app.open_view(view)
    settle(app)
    painted, reads, read = [], [], dr.read_strokes
    monkeypatch.setattr(app.scene, "paint", lambda *what: painted.append(what))
    monkeypatch.setattr(dr, "read_strokes", lambda *what: reads.append(1) or read(*what))
    app.canvas.event_generate("<ButtonPress-1>", x=50, y=50)
    for number in range(60):
        app.canvas.event_generate("<B1-Motion>", x=50 + number, y=50 + number)
        app.root.update()
    assert reads == []  # while points arrive
    wait_until(app, lambda: reads)  # it rests
    rest(app, 0.3)
    assert len(app.state.sheet.strokes[-1].points) == 60
    assert (len(reads), painted) == (1, [])
    app.canvas.event_generate("<ButtonRelease-1>", x=110, y=110)
    settle(app)
    assert len(painted) >= 1


def test_plain_keys_are_plain(teachable_app):
    app = teachable_app
    draw(app, DRAWN[5])
    for modifier in ("Control", "Alt"):
        for key in ("g", "G", "Key-p", "Key-8", "KP_8", "F1"):
            app.root.event_generate(f"<{modifier}-{key}>")
            settle(app)
    assert (app.state.game, app.state.view, labels(app)) == (None, "Read", [])
    press(app, "G")  # with Caps Lock
    assert app.state.game


def test_tab_reaches_all_buttons_and_enter_presses_what_has_the_focus(app):
    draw(app, DRAWN[5])
    order, widget = [], app.canvas
    while widget not in order:
        order.append(widget)
        widget = widget.tk_focusNext()
    tools, tabs = ("Pen", "Eraser", "Undo", "Clear", "Recognize"), tuple(dr.VIEWS)
    buttons = [app.buttons[name] for name in (*tools, *tabs, "Example")]
    assert order == [app.canvas, *buttons[:5], app.head.canvas, *buttons[5:]]
    for key in dr.ENTER:
        app.buttons["Clear"].focus_force()
        app.root.update()
        app.buttons["Clear"].event_generate(f"<{key}>")
        settle(app)
        assert not app.state.sheet.used()
        draw(app, DRAWN[5])


def test_with_the_keyboard_alone(teachable_app, tmp_path, monkeypatch):
    app, path = teachable_app, tmp_path / "page.png"
    cv2.imwrite(str(path), paste_digits(PAGE)[0])
    monkeypatch.setattr("tkinter.filedialog.askopenfilename", lambda **options: str(path))
    press(app, "Control-o")
    assert answer(app).split("\n") == PAGE
    app.canvas.focus_force()
    press(app, "Right", app.canvas)
    app.head.canvas.focus_force()
    app.root.update()
    for _ in range(10):
        press(app, "Right", app.head.canvas)
    assert len(app.head.canvas.find_withtag("focus")) == 1
    press(app, "Return", app.head.canvas)  # none, though it is sure: once more
    rest(app, dr.State.ONCE_MORE)
    press(app, "space", app.head.canvas)
    assert labels(app) == [dr.NO_DIGIT]
    press(app, "Control-z")
    assert labels(app) == []
    assert answer(app).split("\n") == PAGE
    press(app, "Control-Key-2")
    app.scene.canvas.focus_force()
    app.root.update()
    first = app.state.filter
    press(app, "Down", app.scene.canvas)
    press(app, "Return", app.scene.canvas)
    assert app.state.filter != first
    assert len(app.scene.canvas.find_withtag("focus")) == 1
    press(app, "g")
    assert (app.state.view, app.state.game.fool) == ("Play", False)


@pytest.mark.parametrize("size", SIZES)
def test_everything_can_be_seen_on_every_screen(teachable, size):
    images, truth = mnist()[1]
    some = [n for n in range(200) if truth[n] in (1, 7)]  # more than a row of the gallery holds
    teachable.memory.teach_all([(images[n], int(truth[n])) for n in some])
    report = dr.Report(
        60_000,
        0.5,
        0.97,
        0.99,
        390_827,
        np.eye(5)[np.newaxis].repeat(32, 0),
        [(images[0], 7, 10)] * 4,
    )
    with window(teachable) as app:
        app.root.minsize(*size)
        app.root.geometry("{}x{}".format(*size))
        wait_until(app, lambda: app.frame.winfo_width() >= size[0])
        write_number(app, "2026")
        insist(app, 3)
        width, height = app.frame.winfo_width(), app.frame.winfo_height()
        assert app.canvas.winfo_width() > 0.4 * width
        for view in (*dr.VIEWS, "Learning", "Help"):
            if view == "Learning":
                app.state.learner = types.SimpleNamespace(
                    state="learning",
                    reports=[report] * 2,
                    says=lambda: "A longer sentence of it. " * 6,
                    busy=lambda: True,
                    reread=lambda reading: reading,
                    follow=lambda: False,
                    end=lambda: None,
                )
            app.open_view("Learn" if view == "Learning" else view)
            if view == "Play":
                app.state.start_game(fool=True)
            settle(app)
            buttons = [b for b in app.buttons.values() if b.winfo_ismapped()]
            assert len(buttons) >= 11
            scenes = app.canvas, app.head.canvas, app.scene.canvas, app.status
            for part in (*scenes, *buttons):
                x = part.winfo_rootx() - app.frame.winfo_rootx()
                y = part.winfo_rooty() - app.frame.winfo_rooty()
                assert (
                    0
                    <= x
                    < x + max(part.winfo_width(), 0 if part in scenes else part.winfo_reqwidth())
                    <= width
                )
                assert 0 <= y < y + part.winfo_height() <= height
            assert app.status.winfo_reqheight() <= app.status.winfo_height()
            for canvas in (app.head.canvas, app.scene.canvas):
                for item in canvas.find_all():
                    left, top, right, bottom = canvas.bbox(item) or (0, 0, 1, 1)
                    what = (view, canvas.type(item), canvas.itemcget(item, "tags"))
                    assert left >= -3, what
                    assert top >= -3, what
                    assert right <= canvas.winfo_width() + 3, (what, written(canvas, item))
                    assert bottom <= canvas.winfo_height() + 3, (what, written(canvas, item))
            if view == "Learning" and size == SIZES[1]:  # it was 75 pixels high
                canvas = app.scene.canvas
                lines = [i for i in canvas.find_all() if canvas.type(i) == "line"]
                tops = [canvas.bbox(item)[1] for item in lines]
                assert max(tops) - min(tops) >= 300
        app.state.learner = None
        app.state.stop_game()


def test_a_drawing_is_shown_whole_and_read_alike_on_papers_of_other_sizes(app):
    write_number(app, "389")
    boxes, home = [digit.box for digit in app.state.reading.digits], app.paper.size()
    for width, height in ((700, 500), (1200, 640)):
        app.root.geometry(f"{width}x{height}")
        wait_until(app, lambda: app.frame.winfo_width() == width)  # noqa: B023  at once
        press(app, "Return")
        assert answer(app) == "389"
        assert [digit.box for digit in app.state.reading.digits] == boxes
        on_paper = np.argwhere(shown_ink(app) < 128)
        scale = min(now / then for now, then in zip(app.paper.size(), home, strict=True))
        inked = np.argwhere(app.state.sheet.ink(home) > 127) * scale
        assert np.abs(on_paper.min(0) - inked.min(0)).max() < 3
        assert np.abs(on_paper.max(0) - inked.max(0)).max() < 3


# Pictures from elsewhere


def test_undo_brings_back_what_clear_and_pictures_took_and_redo_takes_it_again(app, tmp_path):
    cv2.imwrite(str(tmp_path / "page.png"), paste_digits(PAGE)[0])
    draw(app, DRAWN[3])
    press(app, "Escape")
    app.open(tmp_path / "page.png")
    settle(app)
    assert len(names(app)) == sum(map(len, PAGE))
    assert app.state.sheet.picture is not None
    x, y, right, bottom = app.paper.corners(app.state.reading.digits[0].box)
    click(app, (x + right) / 2, (y + bottom) / 2)  # chooses; the picture stays
    assert answer(app).split("\n") == PAGE
    draw(app, [[(50, 5), (52, 90)]])
    assert app.state.sheet.picture is None
    before = ["1", "", "\n".join(PAGE), "", "3", ""]  # drawing on a picture clears it first
    for text, after in itertools.pairwise(before):
        assert answer(app) == text
        press(app, "Control-z")
        assert answer(app) == after
    assert shown_ink(app).min() == 255
    press(app, "Control-y")
    assert answer(app) == "3"
    for _ in range(4):
        app.buttons["Redo"].invoke()
    settle(app)
    assert answer(app) == "1"


def test_a_file_that_is_no_picture_is_said_on_an_empty_paper(app, tmp_path):
    cv2.imwrite(str(tmp_path / "8.png"), drawing(DRAWN[8]))
    app.open(tmp_path / "8.png")
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7")
    for name in ("none.png", "page.pdf", "a long name " * 8 + "none.png"):
        app.open(tmp_path / name)
        settle(app)
        assert name in said(app)
        assert (answer(app), shares(app)) == ("", {})
        assert app.canvas.itemcget("hint", "text") == said(app)
        left, _, right, _ = app.canvas.bbox("hint")
        assert 0 < left < right < app.paper.size()[0]
        assert app.status.winfo_reqheight() <= app.status.winfo_height()
    for _ in range(3):
        press(app, "Control-z")
    assert answer(app) == "8"


def test_a_picture_that_takes_long_is_said_to_be_read(app, tmp_path, monkeypatch):
    draw(app, DRAWN[8])
    cv2.imwrite(str(tmp_path / "3.png"), drawing(DRAWN[3]))
    seen, read = [], dr.open_picture

    def slowly(*arguments):
        seen.append((said(app), answer(app), app.canvas.itemcget("hint", "text")))
        return read(*arguments)

    monkeypatch.setattr(dr, "open_picture", slowly)
    app.open(tmp_path / "3.png")
    settle(app)
    assert seen == [("Reading…", "", "Reading…")]
    assert answer(app) == "3"


def test_a_picture_is_turned(app, tmp_path):
    cv2.imwrite(str(tmp_path / "3.png"), np.rot90(drawing(DRAWN[7])))
    app.open(tmp_path / "3.png")
    settle(app)
    press(app, "Control-r")
    assert answer(app) == "7"
    app.menus["Edit"].invoke(app.menus["Edit"].index("Rotate left"))
    settle(app)
    assert answer(app) != "7"


def test_a_transparent_picture_is_shown_as_it_is_read(app, tmp_path):
    ink = 255 - drawing(DRAWN[3], size=120)
    layers = [np.zeros_like(ink)] * 3 + [ink]  # black ink on nothing, which is black as well
    Image.merge("RGBA", [Image.fromarray(layer) for layer in layers]).save(tmp_path / "3.png")
    app.open(tmp_path / "3.png")
    app.open_view("Inside")
    settle(app)
    assert answer(app) == "3"
    assert app.paper.image.get(1, 1) == (255, 255, 255)
    assert app.paper.why.get(0, 0) == (255, 255, 255)


def test_a_saved_picture_is_read_as_the_drawing_was(app, tmp_path, monkeypatch, model):
    write_number(app, "42")
    path, other = tmp_path / "a.b.png", tmp_path / "a.b"
    monkeypatch.setattr(dr.filedialog, "asksaveasfilename", lambda **_: str(path))
    press(app, "Control-s")
    assert said(app) == f"Saved {path}"
    assert dr.read_digits(dr.open_picture(path), model).text == "42"
    path.write_bytes(b"earlier")
    monkeypatch.setattr(dr.filedialog, "asksaveasfilename", lambda **_: str(other))
    press(app, "Control-s")
    assert said(app).endswith("end the name in .png")
    assert path.read_bytes() == b"earlier"  # no file but the one that the dialog asked about
    assert not other.exists()


def copy_elsewhere(app, content, kind):
    """Put something on the clipboard from another program, and wait until it is there."""
    if not shutil.which("xclip"):
        skip("xclip is not installed")
    command = ["xclip", "-selection", "clipboard", "-target", kind, "-loops", "30"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=-3, stderr=-3) as program:
        program.communicate(content, timeout=5)

    def is_there():
        with contextlib.suppress(dr.tkinter.TclError):
            return kind in app.root.clipboard_get(type="TARGETS")

    wait_until(app, is_there, 10)


def test_pasting_own_text_a_file_and_from_a_clipboard_that_fails(app, tmp_path, monkeypatch):
    asked = []  # on X11 Pillow would wait for this window, and this window for Pillow
    monkeypatch.setattr("PIL.ImageGrab.grabclipboard", lambda: asked.append("Pillow"))
    draw(app, DRAWN[8])
    press(app, "Control-c")
    press(app, "Control-v")
    assert said(app) == "There is no picture to paste: copy one first."
    assert answer(app) == "8"

    def fail():
        raise NotImplementedError("xclip is required\nfor this")

    if app.root.tk.call("tk", "windowingsystem") == "x11":
        assert asked == []
    monkeypatch.setattr("PIL.ImageGrab.grabclipboard", fail)
    monkeypatch.setattr(app.root, "clipboard_get", lambda **_: "image/png")
    press(app, "Control-v")
    assert said(app).startswith("Can't paste: xclip is required;")
    assert "\n" not in said(app)
    cv2.imwrite(str(tmp_path / "5.png"), drawing(DRAWN[5]))
    monkeypatch.setattr("PIL.ImageGrab.grabclipboard", lambda: [str(tmp_path / "5.png")])
    press(app, "Control-v")
    assert answer(app) == "5"


def test_a_picture_and_a_text_that_another_program_copied(app):
    if app.root.tk.call("tk", "windowingsystem") != "x11":
        pytest.skip("xclip is for X11")
    content = cv2.imencode(".png", drawing(DRAWN[6], size=200))[1].tobytes()
    copy_elsewhere(app, content, "image/png")
    press(app, "Control-v")
    assert answer(app) == "6"
    copy_elsewhere(app, b"no picture", "UTF8_STRING")
    press(app, "Control-v")
    assert said(app) == "There is no picture to paste: copy one first."
    assert answer(app) == "6"


def film(path, pictures):
    """A film of grey pictures, 640 x 480, as a camera would give them."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (640, 480))
    for picture in pictures:
        writer.write(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR))
    writer.release()
    return str(path)


def test_a_camera_is_read_live_and_held_and_nothing_is_kept(app, tmp_path):
    draw(app, DRAWN[8])
    page = cv2.resize(paste_digits(["2026"])[0], (480, 200))
    sheet = cv2.copyMakeBorder(page, 140, 140, 80, 80, cv2.BORDER_CONSTANT, value=255)
    app.source = film(tmp_path / "film.avi", [np.full_like(sheet, 255), *[sheet] * 20])
    press(app, "Control-k")
    wait_until(app, lambda: answer(app) == "2026")
    assert "Enter" in said(app)
    settle(app)
    assert names(app) == ["2", "0", "2", "6"]
    before = app.state.sheet.picture
    wait_until(app, lambda: app.state.sheet.picture is not before)  # it goes on
    press(app, "Return")
    held = app.state.sheet.picture
    rest(app, 0.2)
    assert app.state.sheet.picture is held
    assert app.capture is None
    assert answer(app) == "2026"
    assert os.listdir(tmp_path) == ["film.avi"]
    press(app, "Control-z")
    assert answer(app) == "8"
    press(app, "Control-k")
    wait_until(app, lambda: app.state.sheet.picture is not None)
    draw(app, DRAWN[4])  # drawing ends it
    rest(app, 0.2)
    assert (answer(app), app.capture) == ("4", None)


def test_without_a_camera_there_is_a_line_and_the_drawing_stays(app, tmp_path):
    draw(app, DRAWN[3])
    app.source = str(tmp_path / "none.avi")
    app.menus["File"].invoke(app.menus["File"].index("Camera"))
    settle(app)
    assert said(app) == "There is no camera here that this program can use."
    assert answer(app) == "3"


def test_an_example_is_a_test_image_and_every_other_one_is_misread(app, monkeypatch, tmp_path):
    for mistake in (False, True, False):
        app.buttons["Example"].invoke()
        settle(app)
        assert said(app).startswith("One of its mistakes" if mistake else "One of MNIST's test")
        assert not mistake or [str(d.digit) for d in app.state.reading.digits] != [said(app)[-2]]
    monkeypatch.setattr(dr, "MNIST_FILE", tmp_path / "mnist.npz")
    press(app, "x")
    assert "Copy mnist.npz beside the program." in said(app)


# Teaching


def test_teaching_by_a_key_undo_and_redo(teachable_app):
    app = teachable_app
    press(app, "Key-4")
    assert "Draw a digit first" in said(app)
    draw(app, HEART)
    before = answer(app)
    assert before != "4"
    press(app, "Key-4")
    assert (answer(app), labels(app)) == ("4", [4])
    assert "From now on this is a 4" in said(app)
    insist(app, 7)
    assert labels(app) == [7]  # the latest word counts
    draw(app, [[(95, 10), (95, 90)]])
    for strokes, taught in ((1, [7]), (1, [4]), (1, [])):  # the last change goes first
        press(app, "Control-z")
        assert len(app.state.sheet.strokes) == strokes
        assert labels(app) == taught
    assert answer(app) == before
    for taught in ([4], [7]):
        press(app, "Control-y")
        assert labels(app) == taught
    assert answer(app) == "7"
    press(app, "Escape")
    press(app, "Control-z")
    assert labels(app) == [7]


def test_a_click_on_a_column_teaches_no_digit_too(teachable_app):
    app = teachable_app
    draw(app, DRAWN[7])
    hit(app, app.head, 1)  # it is sure of the 7: once more
    assert (answer(app), labels(app)) == ("7", [])
    rest(app, dr.State.ONCE_MORE)
    hit(app, app.head, 1)
    assert (answer(app), labels(app)) == ("1", [1])
    rest(app, dr.State.ONCE_MORE)
    for _ in range(2):
        hit(app, app.head, dr.NO_DIGIT)
        rest(app, dr.State.ONCE_MORE)
    assert (answer(app), labels(app)) == ("□", [dr.NO_DIGIT])
    (kept,) = os.listdir(app.state.model.memory.folder)
    assert kept.startswith("none-")
    assert "as taught" in verdict(app)


@pytest.mark.parametrize("pause", [0, 0.1])  # seconds: held down, as X11 tells it; typed twice
def test_a_key_that_is_held_or_typed_twice_overrules_nothing(teachable_app, pause):
    app = teachable_app
    draw(app, DRAWN[6])
    for _ in range(12):
        app.root.event_generate("<Key-5>")
        rest(app, pause)
        app.root.event_generate("<KeyRelease-5>")
        rest(app, 0.05 * (pause > 0))
    assert labels(app) == []
    settle(app)
    assert "Once more, and from now on this is a 5" in said(app)
    for _ in range(8):  # held down, as Windows tells it
        app.root.event_generate("<Key-4>")
        rest(app, 0.1)
    assert labels(app) == []


def test_what_teaching_changes_is_marked_counted_and_said(teachable_app):
    app = teachable_app
    way = dr.parse_way(ODD_SEVEN)
    for corner, slant in ((16, 0), (70, 0.1)):  # two beside each other
        strokes = [(matrix @ way.points) * 0.5 + (corner, 15) for matrix in way.strokes]
        draw(app, [[(x - slant * y, y) for x, y in stroke] for stroke in strokes])
    assert "7" not in answer(app)
    press(app, "Key-7")
    assert answer(app) == "77"
    assert re.search(r"Elsewhere on the paper .* is now 7\.$", said(app))
    assert verdict(app).endswith("2 as taught")
    assert names(app) == ["7*", "7*"]
    press(app, "Return")
    assert said(app).startswith("Without teaching it would read ")
    assert "With what it was taught 7, " in shown(app)
    press(app, "Control-c")
    assert "*" not in app.root.clipboard_get()
    app.open_view("Inside")
    settle(app)
    assert "What teaching changed in them" in shown(app)
    app.open_view("Taught")
    hit(app, app.scene, 0)
    assert re.search(r"Taught: 7\. Without teaching it would read .* Now it reads 7, ", shown(app))


def test_a_window_looks_again_at_what_was_taught_when_it_gets_the_focus(teachable_app):
    app = teachable_app
    draw(app, HEART)
    with window(dr.load_model(app.state.model.path)) as other:
        draw(other, HEART)
        press(other, "Key-3")
    app.root.event_generate("<FocusIn>")
    settle(app)
    assert (answer(app), labels(app)) == ("3", [3])
    press(app, "Control-z")  # not its own lesson: only its own stroke is undone
    assert labels(app) == [3]


def test_teaching_that_fails_says_so_and_keeps_nothing(teachable_app, monkeypatch):
    app = teachable_app

    def none():
        raise FileNotFoundError(2, "No usable temporary directory found")

    draw(app, DRAWN[7])
    past = len(app.state.past)
    monkeypatch.setattr(tempfile, "gettempdir", none)
    insist(app, 1)  # it is sure of the 7
    assert "temporary" in said(app)
    assert (answer(app), labels(app), len(app.state.past)) == ("7", [], past)
    app.open_view("Inside")  # the layers need it as well
    settle(app)
    assert "temporary" in said(app)


def test_the_gallery_by_keyboard_delete_and_its_undo(teachable_app):
    app = teachable_app
    for digit in (7, 4):
        draw(app, DRAWN[digit])
        press(app, f"Key-{digit}")
        press(app, "Escape")
    assert labels(app) == [7, 4]
    press(app, "Control-Key-4")
    app.scene.canvas.focus_force()
    app.root.update()
    press(app, "Right", app.scene.canvas)
    press(app, "Left", app.scene.canvas)
    press(app, "Return", app.scene.canvas)
    picked = app.state.picked
    assert f"Taught: {picked.name[0]}." in shown(app)
    press(app, "Delete")
    assert labels(app) == [7 if picked.name[0] == "4" else 4]
    press(app, "Control-z")
    assert sorted(labels(app)) == [4, 7]
    press(app, "Control-y")
    assert len(labels(app)) == 1


def test_the_folder_is_opened_and_another_is_taken_in_once(teachable_app, tmp_path, monkeypatch):
    app, images = teachable_app, mnist()[1][0]
    folder = tmp_path / "another class"
    for number, name in enumerate(("7-anna.png", "none-bert.png", "letter.png")):
        folder.mkdir(exist_ok=True)
        cv2.imwrite(str(folder / name), images[number])
    monkeypatch.setattr(dr.filedialog, "askdirectory", lambda **_: str(folder))
    app.open_view("Taught")
    for count in (2, 0):
        app.buttons["Take in another…"].invoke()
        settle(app)
        assert said(app) == f"Learnt {count} more taught digits."
    assert sorted(labels(app)) == [7, dr.NO_DIGIT]
    press(app, "Control-z")
    assert labels(app) == []
    if sys.platform == "linux":
        opened = tmp_path / "opened"
        program = tmp_path / "xdg-open"
        program.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        app.buttons["Open the folder"].invoke()
        wait_until(app, lambda: opened.exists() and opened.read_text())
        assert opened.read_text().strip() == str(app.state.model.memory.folder)


# Looking inside


def test_inside_colours_the_drawing_and_shows_the_filter_that_is_clicked(app):
    press(app, "Control-Key-2")
    draw(app, DRAWN[3])
    assert "cover" in shown(app).lower()
    colours = cv2.imdecode(np.frombuffer(app.paper.why["data"], np.uint8), cv2.IMREAD_COLOR)
    inked = colours[colours.max(2) < 250].astype(int)
    red = inked[:, 2] - inked[:, 1]
    assert red.min() < 0 < 60 < red.max()  # pale blue where it did not matter, red where it did
    assert len(app.scene.targets) == 4 * dr.TILES
    before = shown(app)
    hit(app, app.scene, dr.TILES + 2)
    layer, number = app.state.filter
    assert layer == 1
    assert number > 0
    assert "It looks at 32 pictures of the layer before" in shown(app)
    assert shown(app) != before
    app.canvas.event_generate("<ButtonPress-1>", x=5, y=5)
    assert app.canvas.find_withtag("why") == ()  # own ink, while one draws
    app.canvas.event_generate("<ButtonRelease-1>", x=5, y=5)
    settle(app)
    app.open_view("Read")
    settle(app)
    assert app.canvas.find_withtag("why") == ()


# Games


def test_a_game_against_the_clock_counts_what_was_asked_for(app):
    draw(app, DRAWN[5])
    press(app, "Key-g")
    game = app.state.game
    assert not app.state.sheet.used()
    game.asked = 3
    draw(app, DRAWN[3])
    assert (game.score, game.asked == 3) == (1, False)
    wait_until(app, lambda: "1" in written(app.scene.canvas))
    game.asked = 4
    points = [(x, 300) for x in range(40, 200, 10)]  # the next one is drawn at once
    app.canvas.event_generate("<ButtonPress-1>", x=40, y=300)
    for x, y in points[1:]:
        app.canvas.event_generate("<B1-Motion>", x=x, y=y)
    app.canvas.event_generate("<ButtonRelease-1>", x=190, y=300)
    settle(app)
    assert [stroke.points for stroke in app.state.sheet.strokes] == [points]
    press(app, "Escape")
    draw(app, DRAWN[3])
    assert game.score == 1
    game.end = 0
    wait_until(app, lambda: app.state.game is None)
    settle(app)
    assert said(app) == "The time is over. Score: 1."
    assert "Score: 1." in shown(app)
    for _ in range(6):
        press(app, "Control-z")
        if answer(app) == "5":
            break
    assert answer(app) == "5"  # what was there before the game


def test_a_game_of_fooling_the_network_counts_a_drawing_once(app):
    app.open_view("Play")
    app.buttons["Fool it"].invoke()
    game = app.state.game
    game.asked = 9
    draw(app, DRAWN[8])
    assert game.score == 0  # only when it is asked for
    for _ in range(3):
        press(app, "Return")
        assert game.score == 1
    assert said(app) == "This drawing has counted. The next stroke goes on."
    press(app, "Escape")
    assert game.asked != 9
    press(app, "Control-z")
    assert not app.state.sheet.used()  # what has counted is not brought back
    app.buttons["Against the clock"].invoke()
    assert not app.state.game.fool
    app.buttons["End the game"].invoke()
    settle(app)
    assert app.state.game is None


# Watching a network learn


def test_a_network_learns_while_one_draws_is_kept_and_changes_places(teachable_app):
    need_tensorflow()
    app, state = teachable_app, teachable_app.state
    path, before = state.model.path, state.model.path.read_bytes()
    draw(app, DRAWN[3])
    press(app, "Control-Key-3")
    assert "came with the program" in shown(app)
    state.choices |= {"seconds": 300, "count": 1000}
    press(app, "s")
    learner = state.learner
    wait_until(app, lambda: learner.reports)
    assert (learner.reports[0].seen, learner.reports[0].right < 0.4) == (0, True)  # it only guesses
    wait_until(app, lambda: learner.reports[-1].right > 0.7)
    wait_until(app, lambda: answer(app) == "3" and "Its worst mistakes" in shown(app))
    assert re.search(r"\d\d\.\d% of 1,000 digits, read right, that it never saw", shown(app))
    (digit,) = state.reading.digits
    assert bytes(digit.image) in learner.answers
    press(app, "Key-7")
    assert "press Stop first" in said(app)

    hit(app, app.scene, 1)  # meanwhile the one that came with the program reads, and again this
    assert not state.learner_reads()
    assert np.array_equal(
        state.reading.digits[0].probabilities, state.found.digits[0].probabilities
    )
    hit(app, app.scene, 0)
    assert state.learner_reads()

    app.buttons["Pause"].invoke()
    wait_until(app, lambda: app.buttons["Pause"].cget("text") == "Go on")
    rest(app, 2)  # the order may come two batches later
    seen = learner.reports[-1].seen
    for count in (1, 2):
        rest(app, 0.5)
        assert learner.reports[-1].seen == seen + (count - 1) * dr.BATCH
        app.buttons["Step"].invoke()
        wait_until(app, lambda count=count: learner.reports[-1].seen == seen + count * dr.BATCH)
    app.buttons["Pause"].invoke()
    wait_until(app, lambda: learner.reports[-1].seen > seen + 2 * dr.BATCH)
    app.buttons["Stop"].invoke()
    wait_until(app, lambda: learner.state == "done")
    settle(app)
    learner.process.join(10)
    assert learner.process.exitcode == 0
    assert state.model.trial
    assert (path.read_bytes(), os.listdir(path.parent)) == (before, [path.name])
    press(app, "Key-7")
    assert "press Keep in Learn" in said(app)

    with pytest.MonkeyPatch.context() as patch:
        replace = dr.replace_file

        def full(file, content):
            if file == path:
                raise dr.DigitRecognizerError(f"{path}: can't be written (No space left on device)")
            replace(file, content)

        patch.setattr(dr, "replace_file", full)
        app.buttons["Keep"].invoke()
        settle(app)
        assert "is not kept" in said(app)
        assert "No space left" in said(app)
        assert path.read_bytes() == before
        dr.earlier_files(path)[0].unlink()
    app.buttons["Keep"].invoke()
    settle(app)
    content = path.read_bytes()
    assert content.startswith(learner.content[:500_000])
    (earlier,) = dr.earlier_files(path)
    assert earlier.read_bytes() == before
    images, truth = mnist()[1]
    assert np.mean(dr.load_model(path).run(images[:500]).argmax(1) == truth[:500]) > 0.65

    # Another window finds both, knows how the one was trained, and lets them change places.
    with window(dr.load_model(path)) as other:
        other.open_view("Learn")
        settle(other)
        kept, came = other.state.networks
        assert kept[1] == [[report.seen, report.right] for report in learner.reports]
        assert came[0] == before
        assert re.match(r"99\.\d%, came with the program", came[2])
        draw(other, DRAWN[7])
        hit(other, other.scene, 1)
        assert (answer(other), other.state.model.trial) == ("7", True)
        other.buttons["Keep"].invoke()
        settle(other)
        assert path.read_bytes() == before
        (earlier,) = dr.earlier_files(path)
        assert earlier.read_bytes() == content


def test_closing_the_window_ends_the_learning_and_nothing_else(teachable):
    need_tensorflow()
    with window(teachable) as app:
        before = teachable.path.read_bytes()
        app.state.start_learning()
        learner = app.state.learner
        wait_until(app, lambda: learner.reports)
    learner.process.join(5)
    assert learner.process.exitcode is not None
    assert teachable.path.read_bytes() == before
    assert os.listdir(teachable.path.parent) == [teachable.path.name]


@pytest.mark.parametrize("state", ["starting", "paused"])
def test_a_process_that_trains_ends_with_its_window_however_that_ends(teachable, state):
    need_tensorflow()
    learner = dr.Learner(teachable.path, 600, 0, True)
    if state == "paused":
        learner.order = "pause"
    while state != "starting" and not (learner.reports and learner.reports[-1].seen):
        learner.follow()
        time.sleep(0.01)
    assert learner.state == state
    learner.pipe.close()  # as the system does for a window that was killed
    learner.process.join(30)
    assert learner.process.exitcode == 0


# Instead of Tk's main loop: a Learner in the program that has opened the window.
LESSON = """
import sys, time, tkinter
def learn(window):
    program = sys.modules["__main__"]
    learner = program.Learner(program.MODEL_FILE, 1, 100, True)
    while learner.busy():
        learner.follow()
        time.sleep(0.01)
    print(learner.state, len(learner.reports) > 0, learner.problem)
    program.open_model(learner.content, program.MODEL_FILE)
tkinter.Misc.mainloop = learn
"""


@pytest.mark.parametrize("name", ["classroom.pyz", "digit_recognizer.py"])
def test_a_network_learns_from_a_bundle_and_a_script_and_the_console_stays_clean(tmp_path, name):
    need_tensorflow()
    (tmp_path / "sitecustomize.py").write_text(LESSON)
    if name == "classroom.pyz":
        assert run("bundle", tmp_path / name).returncode == 0
    else:
        for file in (name, "digit_recognizer.tflite"):
            shutil.copy(HERE / file, tmp_path)
    shutil.copy(HERE / "mnist.npz", tmp_path)
    done = subprocess.run(
        [sys.executable, name],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if "no screen" in done.stderr:
        skip(done.stderr)
    assert (done.stdout, done.stderr) == ("done True None\n", "")


def other_program(monkeypatch, tmp_path, code):
    """Let a Learner's process import another program than this one: its folder."""
    program = tmp_path / "other program" / "digit_recognizer.py"
    program.parent.mkdir(exist_ok=True)
    program.write_text(code, "utf-8")
    monkeypatch.syspath_prepend(program.parent)
    return program.parent


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("mnist", "mnist.npz: can't be read"),
        ("no mnist", "no mnist.npz here, nor can it be downloaded"),
        ("keras", "training needs TensorFlow (No module named flatbuffers)"),
        ("PIL", "Training ended by itself"),
    ],
)
def test_why_no_network_can_learn_is_said(teachable_app, tmp_path, monkeypatch, broken, words):
    need_tensorflow()
    app = teachable_app
    folder = other_program(monkeypatch, tmp_path, SCRIPT.read_text("utf-8"))
    if broken in ("keras", "PIL"):
        what = {"keras": "No module named flatbuffers", "PIL": "DLL load failed"}[broken]
        (folder / f"{broken}.py").write_text(f"raise ImportError({what!r})")
    elif broken == "mnist":
        (folder / "mnist.npz").write_bytes(b"no data")
    else:  # nowhere
        monkeypatch.setenv("KERAS_HOME", str(folder))
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
    app.state.start_learning()
    wait_until(app, lambda: app.state.learner.state == "failed")
    settle(app)
    assert words in said(app)
    assert "URL fetch failure" not in said(app)
    app.buttons["Start"].invoke()  # the choices again
    settle(app)
    assert app.state.learner is None


def test_the_window_waits_for_no_process_that_learns_whatever_is_drawn(teachable):
    need_tensorflow()
    learner, took = dr.Learner(teachable.path, 1, 0, True), []
    while learner.busy():  # while it starts, before its first batch, while it learns and saves
        learner.drawing = np.random.default_rng(0).integers(0, 256, (500, 28, 28), np.uint8)
        began = time.monotonic()
        learner.follow()
        took.append(time.monotonic() - began)
        time.sleep(0.01)
    assert (learner.state, len(learner.answers)) == ("done", 500)
    assert max(took) < 1


def learns(app, monkeypatch, tmp_path, content):
    """Let a process "learn" that sends a Report and this content, at once, as the new network."""
    file = tmp_path / "content"
    file.write_bytes(content)
    report = "digit_recognizer.Report(64, 1.0, 0.5, 0.5, 9, numpy.ones((8, 5, 5)), [])"
    code = (
        "import sys, numpy\nfrom typing import NamedTuple\n\n\nclass Report(NamedTuple):\n"
        + "".join(f"    {name}: object\n" for name in dr.Report._fields)
    )
    code += (
        "\n\ndef learn(pipe, *_):\n    digit_recognizer = sys.modules[__name__]\n"
        f"    pipe.send(('learning', ({report}, {{}})))\n    pipe.recv()\n"
        f"    pipe.send(('done', open({str(file)!r}, 'rb').read()))\n"
    )
    other_program(monkeypatch, tmp_path, code)
    app.state.start_learning()
    wait_until(app, lambda: not app.state.learner.busy())
    settle(app)


def test_a_new_network_that_cannot_be_opened_is_said_and_none_is_kept(
    teachable_app, monkeypatch, tmp_path
):
    app, old = teachable_app, teachable_app.state.model
    learns(app, monkeypatch, tmp_path, b"no network")
    assert "damaged" in said(app)
    assert app.state.model is old
    assert len(app.state.networks) == 1
    assert app.buttons["Keep"].instate(["disabled"])


def test_a_new_network_is_judged_by_itself_until_it_is_kept(teachable_app, monkeypatch, tmp_path):
    app = teachable_app
    draw(app, DRAWN[5])
    insist(app, 6)
    assert answer(app) == "6"
    learns(app, monkeypatch, tmp_path, dr.pack(app.state.model.own_content + b" "))
    assert (answer(app), "taught" in verdict(app)) == ("5", False)
    app.buttons["Keep"].invoke()
    settle(app)
    assert answer(app) == "6"


def test_of_two_windows_that_keep_their_networks_none_is_lost(teachable, monkeypatch, tmp_path):
    path, kept = teachable.path, [teachable.path.read_bytes()]
    for number in range(2):
        with window(dr.open_model(kept[0], path)) as app:  # each was opened before the others kept
            network = app.state.model.own_content + b" " * (number + 1)
            learns(app, monkeypatch, tmp_path, dr.pack(network))
            app.buttons["Keep"].invoke()
            settle(app)
            kept.append(path.read_bytes())
    assert len(set(kept)) == 3
    none_is_lost = [earlier.read_bytes() for earlier in dr.earlier_files(path)] == kept[:2]
    assert none_is_lost


# The window as a whole


def test_closing_the_window_beneath_an_open_dialog_says_nothing(app, model, capsys):
    other = dr.App(model)  # `app` shows that there is a screen
    other.root.report_callback_exception = other.callback_failed
    ended = []
    other.root.bind("<Destroy>", lambda event: ended.append(event), add=True)
    other.root.after(1, other.open_file)
    other.root.after(300, other.root.destroy)
    with contextlib.suppress(dr.tkinter.TclError):
        while not ended:
            other.root.update()
    assert capsys.readouterr().err == ""


def test_an_error_that_nobody_expected_is_said_in_the_status_line(app, monkeypatch):
    monkeypatch.setattr(app.root, "report_callback_exception", app.callback_failed)
    monkeypatch.setattr(sys, "stderr", None)  # as without a console
    app.root.after(1, lambda: 1 / 0)
    wait_until(app, lambda: said(app).startswith("That went wrong"))
    assert said(app) == "That went wrong, by a mistake in this program: division by zero"


def test_on_a_mac_all_texts_name_its_keys(model, monkeypatch):
    monkeypatch.setitem(dr.KEY_NAMES, "Control", "Cmd")
    assert dr.key_name("Control-z") == "Cmd+Z"
    with window(model) as app:
        seen = []
        for strokes in (DRAWN[1], LETTER_A, HEART):
            draw(app, strokes)
            seen.append(said(app))
        press(app, "F1")
        seen.append(shown(app))
    assert any("Cmd" in text for text in seen)
    assert not any("Ctrl" in text for text in seen)


def test_mashed_keys_while_drawing_and_reading_do_no_harm(teachable_app):
    app = teachable_app
    rng = np.random.default_rng(12)
    keys = ["<Key-3>", "<Return>", "<Escape>", "<Control-z>", "<Control-y>", "<Control-c>", "<F1>"]
    keys += [
        "<Delete>",
        "<Tab>",
        "<Key-8>",
        "<n>",
        "<Control-v>",
        "<e>",
        "<p>",
        "<f>",
        "<Control-l>",
    ]
    keys += [f"<Control-Key-{number}>" for number in range(1, 6)]
    for _ in range(300):
        kind = ("<ButtonPress-1>", "<B1-Motion>", "<ButtonRelease-1>")[rng.integers(3)]
        x, y = rng.integers(0, 400, 2).tolist()
        app.canvas.event_generate(kind, x=x, y=y)
        app.root.event_generate(keys[rng.integers(len(keys))])
        if rng.random() < 0.3:
            app.root.update()
    app.canvas.event_generate("<ButtonRelease-1>", x=1, y=1)
    if app.state.game:
        app.state.stop_game()
    app.root.event_generate("<Escape>")
    draw(app, DRAWN[4])
    assert answer(app) == "4"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_thousands_of_strokes_keep_memory_flat_and_reading_live(app):
    def megabytes():
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    rng = np.random.default_rng(4)
    draw(app, CROSS)
    times = []
    for number in range(2000):
        if number == 500:  # by now the networks have room for all that they need at once
            before = megabytes()
        x, y = rng.integers(20, 400, 2).tolist()
        app.canvas.event_generate("<ButtonPress-1>", x=x, y=y)
        for _ in range(5 if number else 3000):  # the first stroke is a long one
            x, y = x + int(rng.integers(-9, 10)), y + int(rng.integers(-9, 10))
            app.canvas.event_generate("<B1-Motion>", x=x % 500, y=y % 350)
        app.canvas.event_generate("<ButtonRelease-1>", x=x % 500, y=y % 350)
        if number % 100 == 0:
            app.root.update()
            started = time.perf_counter()
            app.state.read()
            times.append(time.perf_counter() - started)
    assert megabytes() - before < 130  # what OpenCV and numpy keep for later
    assert np.median(times[-5:]) < 1
    for size in ("1x1", "1000x640") * 5:
        app.root.geometry(size)
        app.root.update()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one program")
def test_ctrl_c_closes_the_window():
    with subprocess.Popen([sys.executable, SCRIPT], stderr=subprocess.PIPE, text=True) as window:
        time.sleep(2.5)
        if window.poll() is not None:
            skip(window.stderr.read())
        window.send_signal(signal.SIGINT)
        errors = window.communicate(timeout=5)[1]
    assert window.returncode == 130
    assert errors.strip() == "digit_recognizer: stopped"


@pytest.mark.skipif(sys.platform != "linux", reason="only X11 can be without a screen")
def test_no_screen_gives_one_line():
    done = run(env=os.environ | {"DISPLAY": ":987"})
    assert done.returncode == 1
    assert done.stderr.startswith("digit_recognizer: no screen")
    assert done.stderr.count("\n") == 1


# ---------------------------------------------------------------------------
# The command line
# ---------------------------------------------------------------------------


def page_file(path, rows=("4711",)):
    """A page with these rows of digits as a picture file: its path."""
    Image.fromarray(paste_digits(rows)[0]).save(path)
    return path


def said_by(capsys, *arguments):
    """What the command line prints and its one line of an error, which it must have on status 1."""
    status = dr.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert (status, err.count("\n")) in ((0, 0), (1, 1))
    assert err.startswith("digit_recognizer: ") or not err
    return out, err


def test_evaluate_prints_accuracy_digits_and_matrix_and_draws_them(capsys, model, tmp_path):
    report = tmp_path / "report.png"
    lines = said_by(capsys, "evaluate", "--report", report)[0].splitlines()
    right = int(re.search(r"\(([\d,]+) of 10,000\)", lines[0]).group(1).replace(",", ""))
    assert right == (model.read(mnist()[1][0]).argmax(1) == mnist()[1][1]).sum()
    rows = [line.split() for line in lines if re.match(r" +\d +\d+\.\d+%", line)]
    assert len(rows) == 10
    assert sum(int(row[2 + int(row[0])]) for row in rows) == right
    assert lines[-2].startswith("Time: ")
    assert lines[-1] == f"Saved {report}"
    drawn = np.asarray(Image.open(report))
    assert drawn.shape == (1080, 1920, 3)
    blue = (drawn == (11, 92, 173)).all(2)  # the ten cells of the diagonal
    assert blue[240, 130]
    assert blue[910, 730]
    assert not blue[240, 840]


def test_read_right_is_what_is_read_as_its_digit_and_not_as_none(capsys, model, monkeypatch):
    """In `evaluate`, its report and on the board: as the window shows it."""
    images, labels = mnist()[1]
    unclear = model.run(images).max(1) < 0.9
    images, labels = images[unclear], labels[unclear]
    monkeypatch.setattr(dr, "load_mnist", lambda path: (None, (images, labels)))
    read = [dr.predict_digit(image, model) for image in images]
    none = np.array([prediction.no_digit > prediction.confidence for prediction in read])
    right = np.array([prediction.digit for prediction in read]) == labels
    assert (none & right).sum() >= 5  # the digit would be right, if it took it for one
    expected = f"({(right & ~none).sum()} of {len(images)}); {none.sum()} taken for no digit."
    assert expected in said_by(capsys, "evaluate")[0]
    answers, some = model.read(images), none & right
    counted = sum(count * share for count, _, share in dr.reliability(answers, labels))
    assert counted == pytest.approx((right & ~none).sum())
    known = dict(zip(map(bytes, dr.to_input(images[some])), answers[some], strict=True))

    def network(inputs, training):  # as Keras has one
        return [known[bytes(image)] for image in inputs]

    network.layers = [types.SimpleNamespace(kernel=np.zeros((5, 5, 1, 32)))]
    network.count_params = lambda: 0
    report = first_report(network, images[some], labels[some])
    assert report.right == report.learnt == 0
    assert all(read == 10 for _, _, read in report.worst)


@pytest.mark.parametrize("name", [".", "missing/report.png"])
def test_evaluate_says_before_it_begins_that_it_cannot_write_its_report(name, monkeypatch, capsys):
    monkeypatch.setattr(dr, "load_mnist", lambda path: pytest.fail("it began to evaluate"))
    error = f"digit_recognizer: {Path(name)}: no file can be written there; give another name\n"
    assert said_by(capsys, "evaluate", "--report", name) == ("", error)


def test_predict_prints_a_json_line_for_each_picture_whatever_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("two.png", drawing(DRAWN[2]))
    cv2.imwrite("cross.jpg", drawing(CROSS))
    content = page_file(Path("good.png")).read_bytes()
    Path("cut.png").write_bytes(content[: len(content) // 2])
    Path("empty.png").touch()
    Path("text.png").write_text("4711")
    Path("folder.png").mkdir()
    Image.new("1", (10000, 10000)).save("bomb.png")
    # To be turned (0x0112), beside a tag (0x012D) that should be numbers and is a text.
    entries = "012D 0002 00000006 00000026 0112 0003 00000001 00060000 00000000"
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02" + bytes.fromhex(entries) + b"\0" * 12
    Image.open("good.png").save("exif.jpg", exif=exif)
    cv2.imwrite("1x1.png", np.zeros((1, 1), np.uint8))
    cv2.imwrite("1x10000.png", np.full((1, 10000), 200, np.uint8))
    readable = ["good.png", "two words.png", "fünf.png", "😀.png"]
    readable += [] if sys.platform == "win32" else ["a\\b.png"]
    for name in readable:
        Path(name).write_bytes(content)
    wrong = ["cut.png", "empty.png", "text.png", "folder.png", "missing.png", "bomb.png"]
    wrong += ["exif.jpg"]
    names = ["two.png", "cross.jpg", *wrong, "1x1.png", "1x10000.png", *readable]
    done = run("predict", "--json", *names)
    assert (done.returncode, done.stderr) == (1, "")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["image"] for answer in answers] == names
    texts = ["2", "?", *[""] * (len(wrong) + 2), *["4711"] * len(readable)]
    assert [answer["text"] for answer in answers] == texts
    for name, answer in zip(names, answers, strict=True):
        assert set(answer) == {"image", "text", "digits", "error"}
        assert (answer["error"] or "").startswith(f"{name}: ") == (name in wrong)
    (two,), (cross,) = answers[0]["digits"], answers[1]["digits"]
    assert set(two) == {"digit", "confidence", "no_digit", "sure", "line", "box"}
    assert (two["digit"], two["sure"], two["line"], cross["sure"]) == (2, True, 0, False)
    assert two["no_digit"] < 0.1 < 0.9 < two["confidence"]
    assert cross["no_digit"] > 0.1
    assert two["box"] == pytest.approx((71, 23, 171, 255), abs=8)


def test_predict_without_json_and_a_star_where_the_shell_leaves_it(tmp_path, capsys):
    """As cmd.exe does."""
    a, b = tmp_path / "a.png", tmp_path / "b[1].png"
    for path in (b, a):
        cv2.imwrite(str(path), drawing(DRAWN[5]))
    assert said_by(capsys, "predict", tmp_path / "*.png") == (f"{a}: 5\n{b}: 5\n", "")
    assert said_by(capsys, "predict", b) == (f"{b}: 5\n", "")
    none = tmp_path / "*.gif"
    out, err = said_by(capsys, "predict", none, a)
    assert out == f"{a}: 5\n"
    assert err.startswith(f"digit_recognizer: {none}: can't be read (No such file")


def test_boxes_are_drawn_into_a_copy_on_paper_and_nothing_is_overwritten(tmp_path, capsys):
    page, before = tmp_path / "page.png", paste_digits(PAGE)[0]
    clear = Image.new("RGBA", before.shape[::-1])
    clear.putalpha(Image.fromarray(255 - before))
    clear.save(page)
    content, lines = page.read_bytes(), " / ".join(PAGE)
    assert said_by(capsys, "predict", "--boxes", tmp_path, page) == (f"{page}: {lines}\n", "")
    unchanged = page.read_bytes() == content  # pytest would take minutes to show what is not
    assert unchanged
    boxed = cv2.imread(str(tmp_path / "page-2.png")).astype(int)
    assert boxed.shape[:2] == before.shape
    assert (boxed[..., 0] - boxed[..., 2] > 100).sum() > 1000  # blue
    assert (boxed[:20] == 255).all()  # white paper
    out, err = said_by(capsys, "predict", "--boxes", page, page)
    assert (out, "page.png: can't be made (" in err) == ("", True)


PICTURES = {  # as phones and scanners make them, of a grey page
    "turned.jpg": lambda page, path: page.rotate(90, expand=True).save(path, exif=TURNED),
    "16.png": lambda page, path: Image.fromarray(np.uint16(page) * 257).save(path),
    "12 bits in 16.png": lambda page, path: Image.fromarray(np.uint16(page) * 16).save(path),
    "red on green.png": lambda page, path: cv2.imwrite(
        str(path), painted(np.asarray(page), RED, GREEN)
    ),
    "palette.png": lambda page, path: page.convert("P").save(path),
    "cmyk.jpg": lambda page, path: page.convert("CMYK").save(path),
    "lossy.webp": lambda page, path: page.save(path),
    "with another.jpg": lambda page, path: page.save(
        path, "MPO", save_all=True, append_images=[Image.fromarray(paste_digits(["305"])[0])]
    ),
}
TURNED = Image.Exif()
TURNED[0x0112] = 6  # to be turned by 90 degrees to the right


@pytest.mark.parametrize("kind", PICTURES)
def test_pictures_as_phones_and_scanners_make_them(kind, tmp_path, capsys):
    PICTURES[kind](Image.fromarray(paste_digits(["4711"])[0]), tmp_path / kind)
    assert said_by(capsys, "predict", tmp_path / kind)[0] == f"{tmp_path / kind}: 4711\n"


@pytest.mark.parametrize("kind", ["tiff", "gif"])
def test_every_page_of_a_file_is_read_a_line_each_until_a_damaged_one(kind, tmp_path, capsys):
    first, *others = [Image.fromarray(paste_digits([text])[0]) for text in ("4711", "305", "86")]
    path, boxes = tmp_path / f"pages.{kind}", tmp_path / "boxes"
    options = {"compression": "tiff_lzw"} if kind == "tiff" else {}
    first.save(path, save_all=True, append_images=others, **options)
    out = f"{path}: 4711\n{path}: 305\n{path}: 86\n"
    assert said_by(capsys, "predict", "--boxes", boxes, path) == (out, "")
    assert sorted(os.listdir(boxes)) == ["pages-2.png", "pages-3.png", "pages.png"]
    answers = said_by(capsys, "predict", "--json", path)[0].splitlines()
    assert [json.loads(line)["text"] for line in answers] == ["4711", "305", "86"]
    assert np.array_equal(dr.to_grey(dr.open_picture(path)), np.asarray(first))
    path.write_bytes(path.read_bytes()[:-700])
    out, err = said_by(capsys, "predict", path)
    assert out == f"{path}: 4711\n{path}: 305\n"
    assert err.startswith(f"digit_recognizer: {path}: ")


@pytest.mark.parametrize(
    ("name", "said"),
    [("IMG_1.jpg", ("HEIC", "JPEG", "most compatible")), ("page.png", ("PDF", "screenshot"))],
)
def test_what_heic_and_pdf_are_is_told_by_what_is_in_the_file(name, said, tmp_path, capsys):
    if name.startswith("IMG"):
        (tmp_path / name).write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(2000))
    else:
        Image.new("RGB", (50, 50)).save(tmp_path / name, "PDF")
    err = said_by(capsys, "predict", tmp_path / name)[1]
    assert all(word in err for word in (str(tmp_path / name), *said))


def test_any_console_can_show_any_name(tmp_path):
    path = page_file(tmp_path / "Größe 😀.png")
    done = run("predict", path, encoding="ascii", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(".png: 4711\n")


@pytest.mark.skipif(sys.platform != "linux", reason="Windows has no head, macOS no full disk")
@pytest.mark.parametrize(
    ("command", "out", "said"),
    [
        (f"predict {'3.png ' * 50} | head -n 1", "3.png: 3\n", ""),
        ("bundle > /dev/full", "", "No space left on device"),
    ],
)
def test_a_reader_who_has_seen_enough_and_a_full_disk_give_no_traceback(
    command, out, said, tmp_path
):
    cv2.imwrite(str(tmp_path / "3.png"), drawing(DRAWN[3]))
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        f"'{sys.executable}' '{SCRIPT}' {command}",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env=buffered,
    )
    assert done.stdout == out
    assert said in done.stderr
    assert done.stderr.count("\n") == bool(said)


@pytest.mark.parametrize(
    ("package", "content", "command", "said"),
    [
        ("tkinter", "raise ImportError('No module named _tkinter')", [], "python3-tk"),
        ("PIL", "raise ImportError('DLL load failed')", ["evaluate"], "DLL load failed; python -m"),
        ("cv2", "raise AttributeError('_ARRAY_API not found')", ["train"], "opencv-python"),
        ("numpy", "raise ImportError('built for another Python')", [], "-U numpy"),
    ],
)
def test_a_missing_or_broken_package_gives_one_line(package, content, command, said, tmp_path):
    (tmp_path / f"{package}.py").write_text(content)
    done = run(*command, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("digit_recognizer: ")
    assert said in done.stderr


def test_an_old_opencv_gives_one_line(monkeypatch, capsys):
    monkeypatch.delattr(cv2.dnn, "ENGINE_CLASSIC")
    assert "old: python -m pip install -U opencv-python" in said_by(capsys, "evaluate")[1]


@no_sigint
def test_ctrl_c_ends_a_subcommand_at_once_with_one_line(tmp_path):
    path = tmp_path / "3.png"
    cv2.imwrite(str(path), drawing(DRAWN[3]))
    command = [sys.executable, SCRIPT, "predict", *[path] * 3000]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True) as program:
        assert program.stdout.readline() == f"{path}: 3\n"
        program.send_signal(signal.SIGINT)
        errors = program.communicate(timeout=3)[1]
    assert program.returncode == 130
    assert errors.strip() == "digit_recognizer: stopped"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_a_bar_shows_the_progress_in_a_terminal_only(tmp_path):
    import pty

    path = tmp_path / "3.png"
    cv2.imwrite(str(path), drawing(DRAWN[3]))
    terminal, end = pty.openpty()
    command = [sys.executable, SCRIPT, "predict", *[path] * 20]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=end, text=True, timeout=60)
    assert done.stdout == f"{path}: 3\n" * 20
    shown = os.read(terminal, 10000).decode()
    assert f"[{'#' * 20}{'.' * 20}] 10 of 20" in shown
    assert shown.rsplit("\r", 2)[1].isspace()  # wiped away at the end
    assert run("predict", *[path] * 20).stderr == ""


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ("--help", 0, "predict PICTURE"),
        ("predict", 2, "required: IMAGE"),
        ("train --epochs 0", 2, "'0' is not a whole number from 1"),
        ("train --finder --images 3", 2, "--finder: not allowed with"),
        ("train --finder --no-variation", 2, "--finder: not allowed with"),
    ],
)
def test_help_shows_examples_and_wrong_usage_is_status_2(arguments, status, said, capsys):
    with pytest.raises(SystemExit) as end:
        dr.main(arguments.split())
    assert end.value.code == status
    assert said in capsys.readouterr()[status // 2]


def test_the_model_option_works_before_and_after_the_subcommand(capsys):
    for arguments in (["--model", "no.tflite", "evaluate"], ["evaluate", "--model", "no.tflite"]):
        err = said_by(capsys, *arguments)[1]
        assert "no.tflite: can't be read (No such file" in err
        assert err.endswith("train makes a new one\n")


def test_without_a_model_file_it_trains_first_and_then_opens(tmp_path, monkeypatch, short_training):
    opened = []
    keras_model, file = short_training
    monkeypatch.setattr(dr, "train_and_save", lambda path: shutil.copy(file, path) and keras_model)
    monkeypatch.setattr(dr, "open_root", lambda: types.SimpleNamespace(destroy=lambda: None))
    monkeypatch.setattr(
        dr, "App", lambda model: types.SimpleNamespace(run=lambda: opened.append(model))
    )
    assert dr.main(["--model", str(tmp_path / "new.tflite")]) == 0
    assert len(opened) == 1
    assert Image.open(tmp_path / "new-training.png").size == (1500, 720)


def test_a_bundle_reads_anywhere_without_tensorflow(tmp_path):
    assert run("bundle", cwd=tmp_path).returncode == 0
    (tmp_path / "keras.py").write_text("raise ImportError('No module named keras')")
    page_file(tmp_path / "page.png", PAGE)
    school = tmp_path / "elsewhere"
    school.mkdir()

    def bundle(*arguments):
        return subprocess.run(
            [sys.executable, tmp_path / "classroom.pyz", *arguments],
            capture_output=True,
            text=True,
            cwd=school,
            env=os.environ | {"PYTHONPATH": str(tmp_path), "DISPLAY": ":987"},
        )

    assert bundle("predict", "../page.png").stdout == f"../page.png: {' / '.join(PAGE)}\n"
    assert "python -m pip install tensorflow" in bundle("train").stderr
    assert "usage: classroom.pyz" in bundle("--help").stdout
    if sys.platform == "linux":
        assert "no screen" in bundle().stderr
    # What is taught is kept beside the bundle, and a model trained there goes before its own.
    dr.keep_taught(tmp_path / "my_digits", dr.normalize_digit(255 - drawing(HEART)), 3)
    cv2.imwrite(str(school / "heart.png"), drawing(HEART))
    assert bundle("predict", "heart.png").stdout == "heart.png: 3\n"
    (tmp_path / "digit_recognizer.tflite").write_bytes(b"damaged")
    assert "damaged" in bundle("predict", "../page.png").stderr
    model = HERE / "digit_recognizer.tflite"
    assert bundle("bundle", "again.pyz", "--model", model).returncode == 0
    assert sorted(os.listdir(school)) == ["again.pyz", "heart.png"]


def test_bundle_replaces_no_file_of_another_kind(tmp_path, capsys):
    letter = tmp_path / "letter.docx"
    letter.write_text("Dear teacher")
    assert "give a name that ends in .pyz" in said_by(capsys, "bundle", letter)[1]
    assert letter.read_text() == "Dear teacher"
    for _ in range(2):  # its own bundle is made anew
        assert said_by(capsys, "bundle", tmp_path / "classroom.pyz")[1] == ""


# ---------------------------------------------------------------------------
# What bad luck does: damaged files, any array, a program killed at any moment
# ---------------------------------------------------------------------------


def damaged(content, rng):
    """A file's content, cut, with flipped bits, or with a part of it overwritten or left out."""
    content = bytearray(content)
    kind, place = rng.integers(4), int(rng.integers(len(content)))
    if kind == 0:
        return bytes(content[:place])
    if kind == 1:
        for place in rng.integers(len(content), size=rng.integers(1, 20)):
            content[place] ^= 1 << rng.integers(8)
    elif kind == 2:
        content[place : place + 50] = rng.bytes(50)
    else:
        del content[place : place + int(rng.integers(1, 500))]
    return bytes(content)


def test_400_damaged_files_are_read_or_named_in_one_line(tmp_path, model):
    rng, page = np.random.default_rng(6), Image.fromarray(paste_digits(["4711"])[0])
    (tmp_path / "my_digits").mkdir()
    cv2.imwrite(str(tmp_path / "my_digits" / "7-1.png"), mnist()[1][0][0])
    for name in ("digit_recognizer.tflite", "mnist.npz"):
        shutil.copy(HERE / name, tmp_path)

    def read(path):
        dr.read_digits(dr.open_picture(path), model)

    kinds = {"digit_recognizer.tflite": (60, dr.load_model), "mnist.npz": (10, dr.load_mnist)}
    kinds["my_digits/7-1.png"] = 60, lambda path: dr.load_taught(path.parent)
    for name in ("a.png", "b.jpg", "c.gif", "d.bmp", "e.webp", "f.tiff"):
        page.save(tmp_path / name)
        kinds[name] = 45, read
    files, errors, slowest = 0, 0, 0.0
    for path, (count, read) in ((tmp_path / name, kind) for name, kind in kinds.items()):
        whole = path.read_bytes()
        for _ in range(count):
            wrong = damaged(whole, rng)
            path.write_bytes(wrong)
            files += 1
            said, started = None, time.perf_counter()
            try:
                read(path)
            except dr.DigitRecognizerError as error:
                said = str(error)
            slowest = max(slowest, time.perf_counter() - started)
            errors += said is not None
            assert said is None or (str(path) in said and "\n" not in said)
            assert path.read_bytes() == wrong
    assert files == 400
    assert errors > 200  # flipped pixels of a BMP are a picture all the same
    assert slowest < 5


def test_errors_are_one_line_of_what_failed_why_and_what_to_do():
    wrong = {
        OSError(28, "No space left on device", "/a/very/long/path"): "No space left on device",
        ValueError("not good\nat all"): "not good",
        KeyError(): "KeyError",
    }
    for error, reason in wrong.items():
        with pytest.raises(dr.DigitRecognizerError) as said, dr.explaining("7.png: lost", "try"):
            raise error
        assert str(said.value) == f"7.png: lost ({reason}); try"
    with pytest.raises(dr.DigitRecognizerError, match=r"^said$"), dr.explaining("lost"):
        raise dr.DigitRecognizerError("said")  # by itself
    with pytest.raises(KeyboardInterrupt), dr.explaining("lost"):
        raise KeyboardInterrupt  # is no error


@pytest.mark.parametrize(("size", "classes"), [(28, 10), (20, 11)])
def test_a_network_of_another_shape_is_refused(size, classes, tmp_path):
    need_tensorflow()
    import tensorflow as tf

    layers, path = tf.keras.layers, tmp_path / "other.tflite"
    image = tf.keras.Input((size, size, 1), batch_size=1)
    answer = layers.Dense(classes, activation="softmax")(layers.Flatten()(image))
    network = tf.keras.Model(image, answer)
    content = tf.lite.TFLiteConverter.from_keras_model(network).convert()
    path.write_bytes(dr.pack(content))
    with pytest.raises(dr.DigitRecognizerError, match="another network"):
        dr.load_model(path)


# What a pupil may make of build_model: its layers' names and arguments, before the last Dense;
# how many filters its convolutions have, and the shape of the first layer's on the board.
NETWORKS = {
    "no hidden layer": ([("Flatten",)], [], (8, 28, 28)),
    "first pooling": (
        [("MaxPooling2D", (2, 1)), ("Flatten",), ("Dense", 40)],
        [],
        (8, 20, 20),
    ),
    "one linear": ([("Conv2D", 1, (3, 5), 2), ("Flatten",)], [1], (1, 3, 5)),
    "pooled after ReLU": (
        [
            ("BatchNormalization",),
            ("Conv2D", 33, 3),
            ("BatchNormalization",),
            ("ReLU",),
            ("MaxPooling2D",),
            ("Conv2D", 8, 3),
            ("BatchNormalization",),
            ("ReLU",),
            ("Flatten",),
            ("Dense", 16, "relu"),
        ],
        [33, 8],
        (8, 3, 3),
    ),
}


@pytest.fixture(params=NETWORKS)
def pupils_network(request, monkeypatch, tmp_path):
    """What a pupil made of build_model, after 20 batches: (name, Keras model, saved file)."""
    need_tensorflow()
    keras = dr.import_keras()

    def build(learning_rate):
        layers = [getattr(keras.layers, kind)(*rest) for kind, *rest in NETWORKS[request.param][0]]
        last = keras.layers.Dense(11, activation="softmax")
        model = keras.Sequential([keras.Input((28, 28, 1)), *layers, last])
        optimizer = keras.optimizers.Adadelta(learning_rate)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    monkeypatch.setattr(dr, "build_model", build)
    images, labels = (array[:1280] for array in mnist()[0])
    monkeypatch.setattr(dr, "load_mnist", lambda path: ((images, labels), (images, labels)))
    path = tmp_path / "digit_recognizer.tflite"
    return request.param, dr.train_and_save(path, epochs=1), path


def test_every_network_that_a_pupil_builds_works_everywhere(pupils_network, tmp_path):
    name, keras_model, path = pupils_network
    _, convolutions, first = NETWORKS[name]
    images, labels = (array[:40] for array in mnist()[1])
    model = dr.load_model(path)
    expected = keras_model.predict(dr.to_input(images), verbose=0)
    assert np.abs(model.run(images) - expected).max() < 1e-4
    filters, maps = model.maps(images[0])
    assert [len(some) for some in filters] == [len(some) for some in maps] == convolutions
    assert dr.draw_curves(keras_model.history.history).size == (1500, 720)
    assert dr.main(["evaluate", "--model", str(path), "--report", str(tmp_path / "r.png")]) == 0
    importance, _ = dr.occlusion(images[0], labels[0], model)
    assert np.isfinite(importance).all()
    alone = model.run(images)
    model.memory.teach(images[0], 3)
    assert dr.predict_digit(images[0], model).digit == 3
    changed = model.memory.adapt(images, alone)
    assert np.abs(changed - alone).max(1).min() > 0  # its last layer has changed
    model.memory.forget(*model.memory.taught)
    assert np.array_equal(model.memory.adapt(images, alone), alone)
    report = first_report(keras_model, images, labels)
    assert report.filters.shape == first
    with window(model) as app:
        draw(app, DRAWN[7])
        app.open_view("Inside")
        settle(app)
        layers = {text[:2] for text in written(app.scene.canvas) if text[1:2] == "."}
        assert layers == {f"{number + 1}." for number in range(len(convolutions))}
        for number in range(len(app.scene.targets)):
            hit(app, app.scene, number)
        insist(app, 7)
        assert [taught.label for taught in model.memory.taught] == [7]
        assert answer(app) == "7"
        app.scene.paint(app.unit, dr.paint_progress, report, report, 0)
        settle(app)
    (taught,) = dr.load_model(path).memory.taught  # start again
    assert taught.label == 7


@settings(deadline=None, max_examples=300)
@given(
    arrays(
        dtype=st.one_of(scalar_dtypes(), st.just(np.dtype("uint8"))),
        shape=array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=40),
    )
)
def test_any_array_gives_a_prediction_or_a_clear_error(array):
    try:
        prediction = dr.predict_digit(array)
    except dr.DigitRecognizerError:
        with pytest.raises(dr.DigitRecognizerError, match="is no picture"):
            dr.read_digits(array)
        return
    reading = dr.read_digits(array)
    assert prediction.digit is None or 0 <= prediction.digit <= 9
    assert 0 <= prediction.confidence <= 1
    assert prediction.probabilities.shape == (10,)
    assert set(reading.text) <= set("0123456789?\n")


@functools.cache
def drawings():
    """1,000 test images of MNIST as drawings of 112x112 pixels, dark on white."""
    return [
        255 - cv2.resize(image, (112, 112), interpolation=cv2.INTER_CUBIC)
        for image in mnist()[1][0][:1000]
    ]


def moved(image, rng):
    paper = np.full((300, 300), 255, np.uint8)
    x, y = rng.integers(0, 188, 2)
    paper[y : y + 112, x : x + 112] = image
    return paper


def scaled(image, rng):
    size = round(112 * np.exp(rng.uniform(np.log(0.3), np.log(3))))
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)


def light_on_dark(image, rng):
    return 255 - image


def on_grey(image, rng):
    dark, light = rng.integers(0, 90), rng.integers(150, 256)
    return (dark + image / 255.0 * (light - dark)).astype(np.uint8)


@pytest.mark.parametrize("change", [moved, scaled, light_on_dark, on_grey])
def test_the_same_digit_is_read_wherever_and_however_it_is_drawn(change, model):
    rng = np.random.default_rng(9)
    equal = [
        dr.predict_digit(change(image, rng), model).digit == dr.predict_digit(image, model).digit
        for image in drawings()
    ]
    print(f"{change.__name__}: {np.mean(equal):.1%} of 1,000 read the same")
    assert np.mean(equal) >= 0.99


def test_killed_at_50_moments_of_saving_and_teaching_nothing_is_lost(tmp_path):
    code = (
        "import sys, numpy as np, digit_recognizer as dr; from pathlib import Path\n"
        "folder = Path(sys.argv[1]); model = folder / 'digit_recognizer.tflite'\n"
        "content = model.read_bytes(); i = int(sys.argv[2]); print('ready', flush=True)\n"
        "while True:\n"
        "    i += 1; image = np.frombuffer(i.to_bytes(784, 'little'), np.uint8).reshape(28, 28)\n"
        "    dr.keep_taught(folder / 'my_digits', image, 7); print(i, flush=True)\n"
        "    dr.replace_file(model, content)\n"
    )
    model = Path(shutil.copy(HERE / "digit_recognizer.tflite", tmp_path))
    rng, said, caught = np.random.default_rng(50), 0, 0
    for _ in range(50):
        command = [sys.executable, "-c", code, str(tmp_path), str(said + 1000)]
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0, 0.1))  # any moment
            program.kill()
            done = program.stdout.read().split()
        caught += any(tmp_path.rglob("*.part"))
        taught = dr.load_taught(tmp_path / "my_digits")
        kept = {int.from_bytes(one.image.tobytes(), "little") for one in taught}
        assert kept >= {int(number) for number in done}
        said = max([said, *kept])
        assert model.read_bytes() == (HERE / "digit_recognizer.tflite").read_bytes()
        for part in tmp_path.rglob("*.part"):
            part.unlink()
    assert caught >= 10  # else it was never killed in the middle of writing
