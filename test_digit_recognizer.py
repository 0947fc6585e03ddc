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
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tracemalloc
import types
import zipfile
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


SYSTEMS = [
    ("linux", "x86_64"),
    ("linux", "aarch64"),
    ("win32", "AMD64"),
    ("darwin", "arm64"),
    ("darwin", "x86_64"),
]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("minor", range(10, 17))
def test_tensorflow_is_asked_for_just_where_it_has_wheels(minor, system):
    """Its wheels in November 2026: Python 3.10 to 3.13, on no Mac with Intel's processor."""
    packaging = pytest.importorskip("packaging.requirements")
    where = {"python_version": f"3.{minor}"} | dict(
        zip(("sys_platform", "platform_machine"), system, strict=True)
    )
    asked = [
        one.name
        for one in map(packaging.Requirement, requirements())
        if one.marker is None or one.marker.evaluate(where)
    ]
    tensorflow = minor <= 13 and system != ("darwin", "x86_64")
    assert asked == ["tensorflow"] * tensorflow + ["opencv-python", "numpy", "pillow"]


def test_reading_a_digit_imports_no_tensorflow():
    code = (
        "import sys, numpy; from digit_recognizer import predict_digit;"
        "predict_digit(numpy.eye(40)); print([m for m in ('tensorflow', 'keras')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


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
    """Part one as a module, all that stands in it from `start` to before `end` replaced."""
    text = part_one()
    if start:
        assert text.count(start) == 1
        before, changed = text.split(start)
        text = before + instead + changed[changed.index(end) :]
    module = types.ModuleType("part_one")
    module.__file__ = str(SCRIPT)
    exec(compile(text, "part one", "exec"), vars(module))
    return module


def learn(module, images, labels):
    """A Network of this module, trained on images for an epoch."""
    need_tensorflow()
    test = mnist()[1][0][:100], mnist()[1][1][:100]
    return module.Network(module.export(module.train(images, labels, test, epochs=1)))


def share_right(network, images, labels):
    """The share of images that a network reads right."""
    return np.mean(network.run(images).argmax(1) == labels)


@pytest.fixture(scope="module")
def first_network():
    """The network that the experiments start from, of fewer images."""
    return learn(lesson(), *(array[:3200] for array in mnist()[0]))


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


def test_part_one_as_a_file_of_its_own_trains_evaluates_and_reads_a_drawing(tmp_path):
    need_tensorflow()
    (tmp_path / "recogniser.py").write_text(part_one(), "utf-8")
    code = (
        "from recogniser import *\n"
        f"(x, y), (x_test, y_test) = load_mnist({str(HERE / 'mnist.npz')!r})\n"
        "model = train(x[:6000], y[:6000], (x_test, y_test), epochs=1)\n"
        "network = Network(export(model))\n"
        "right = confusion_matrix(network.run(x_test), y_test).trace()\n"
        f"seven = draw_strokes({[np.array(s).tolist() for s in DRAWN[7]]}, 7, (100, 100))\n"
        "print(right, predict_digit(normalize_digit(seven), network).digit)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "val_accuracy" in done.stdout  # Keras's fit and evaluate
    right, digit = done.stdout.split()[-2:]
    assert int(right) > 9000
    assert digit == "7"


def test_the_worked_examples_are_right():
    corner_filter = np.array([[-1, -1, -1], [1, 1, -1], [-1, 1, -1]])
    corner = np.array([[0, 0, 0], [1, 1, 0], [0, 1, 0]])
    bar = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]])
    ink = np.ones((3, 3))
    assert [(corner_filter * seen).sum() for seen in (corner, bar, ink)] == [3, 1, -3]
    powers = np.exp([2, 1, -1])
    assert np.round([*powers, powers.sum()], 2).tolist() == [7.39, 2.72, 0.37, 10.48]
    assert np.round(powers / powers.sum(), 2).tolist() == [0.71, 0.26, 0.04]
    assert np.allclose(dr.softmax(np.array([[2.0, 1, -1]])), powers / powers.sum())


@pytest.mark.parametrize(("rate", "after"), [(3.0, 0.4958), (0.001, 0.4999986)])
def test_one_step_of_adadelta_is_as_in_the_worked_example(rate, after):
    need_tensorflow()
    keras = dr.import_keras()
    weight = keras.Variable([0.5])
    keras.optimizers.Adadelta(rate).apply([keras.ops.convert_to_tensor([0.2])], [weight])
    assert weight.numpy()[0] == pytest.approx(after, abs=5e-5 if rate > 1 else 1e-7)


def test_experiment_1_with_keras_own_rate_it_learns_nothing(first_network):
    slow = lesson("LEARNING_RATE = 3.0", "  # at first", "LEARNING_RATE = 0.001")
    network = learn(slow, *(array[:1280] for array in mnist()[0]))
    assert share_right(network, *mnist()[1]) < 0.25
    assert share_right(first_network, *mnist()[1]) > 0.7


def test_experiment_2_who_saw_zeros_and_ones_reads_nothing_else():
    (images, labels), (x_test, _) = mnist()
    some = np.flatnonzero(labels < 2)[:1920]
    answers = learn(lesson(), images[some], labels[some]).run(x_test)
    assert answers.argmax(1).max() <= 1
    assert answers.max(1).mean() > 0.7


def test_experiment_3_of_a_hundred_images_it_learns_these_by_heart():
    (images, labels), test = mnist()
    images, labels = images[:100], labels[:100]
    network = learn(lesson(), np.tile(images, (40, 1, 1)), np.tile(labels, 40))
    assert share_right(network, images, labels) > share_right(network, *test) + 0.1


def test_experiment_4_convolutions_find_an_edge_wherever_it_is(first_network):
    start = "            # Edges and line ends"
    flat = learn(lesson(start, "            layers.Flatten()"), *(a[:3200] for a in mnist()[0]))
    images, labels = mnist()[1]
    moved = np.roll(images, 3, axis=2)
    assert share_right(flat, images, labels) > 0.75
    assert share_right(flat, moved, labels) < share_right(first_network, moved, labels) - 0.1


def test_experiment_5_dark_on_light_it_reads_nothing(first_network):
    images, labels = mnist()[1]
    assert share_right(first_network, 255 - images, labels) < 0.3


# ---------------------------------------------------------------------------
# MNIST
# ---------------------------------------------------------------------------


def test_mnist_is_the_real_one():
    (x_train, y_train), (x_test, y_test) = mnist()
    sums = [hashlib.sha256(a.tobytes()).hexdigest()[:8] for a in (x_train, y_train, x_test, y_test)]
    assert sums == ["741c9888", "1feba77c", "6d87418d", "ddeff807"]


def test_the_networks_input_is_scaled_to_one_with_a_channel():
    inputs = dr.to_input(mnist()[0][0])
    assert inputs.shape == (60000, 28, 28, 1)
    assert (inputs.dtype, inputs.min(), inputs.max()) == (np.float32, 0, 1)


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut", "keys", "shape", "pickle"])
def test_a_file_that_is_not_mnist_gives_one_clear_line(tmp_path, damage):
    path = tmp_path / "mnist.npz"
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("hello")
    elif damage == "cut":
        path.write_bytes((HERE / "mnist.npz").read_bytes()[:100_000])
    elif damage == "keys":
        np.savez(path, images=np.zeros(3))
    elif damage == "shape":
        empty = np.zeros((5, 28, 28), np.uint8)
        np.savez(path, x_train=empty, y_train=empty, x_test=empty, y_test=empty)
    elif damage == "pickle":
        np.savez(path, x_train=np.array([{}], object))
    with pytest.raises(dr.DigitRecognizerError) as error:
        dr.load_mnist(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


# ---------------------------------------------------------------------------
# Preparing
# ---------------------------------------------------------------------------


def test_mnists_own_images_are_prepared_already():
    images = mnist()[1][0][:500]
    same = [np.abs(dr.normalize_digit(i).astype(int) - i).max() <= 8 for i in images]
    assert np.mean(same) > 0.95


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
    pictures = {
        "as drawn": plain,
        "light on dark": 255 - plain,
        "grey on grey": (plain // 3 + 90).astype(np.uint8),
        "small in a corner": drawing(DRAWN[digit], corner=(150, 170), scale=0.4, pen=7),
        "BGR": colour,
        "BGRA": clear,
        "BGRA, white ink": white,
        "0 to 1": plain / 255,
        "16 bits": plain.astype(np.uint16) * 257,
        "12 bits": plain.astype(np.uint16) * 16,
        "0 and 1": (plain > 127).astype(int),
        "0 to 16": np.rint(plain / 255 * 16),
        "mean 0, deviation 1": (plain / 255 - 0.1307) / 0.3081,
        "red on green": painted(plain, RED, GREEN),
        "blue on grey": painted(plain, (200, 60, 60), (76, 76, 76)),
        "bool": plain > 127,
        "one channel": plain[..., np.newaxis],
        "Pillow": Image.fromarray(plain),
        "Pillow, 16 bits": Image.fromarray(plain.astype(np.uint16) * 257),
        "Pillow, palette": Image.fromarray(colour).quantize(8),
        "Pillow, CMYK": Image.fromarray(colour).convert("CMYK"),
        "Pillow, grey and alpha": Image.fromarray(clear).convert("LA"),
    }
    read = {name: dr.predict_digit(picture, model).digit for name, picture in pictures.items()}
    assert read == dict.fromkeys(pictures, digit)


@pytest.mark.parametrize("kind", [float, int, np.uint8])
def test_images_of_8x8_pixels_and_16_greys_are_read_as_with_256(kind, model):
    small = [
        cv2.resize(image, (8, 8), interpolation=cv2.INTER_AREA) for image in mnist()[1][0][:200]
    ]
    greys = [np.rint(image / image.max() * 16) for image in small]
    read = [dr.predict_digit(grey.astype(kind), model).digit for grey in greys]
    full = [dr.predict_digit((grey * 15).astype(np.uint8), model).digit for grey in greys]
    assert np.mean(np.equal(read, full)) > 0.95


@pytest.mark.parametrize("wrong", [(0, 5), (4,), (2, 3, 2), (2, 2, 2, 2)])
def test_an_array_that_is_no_picture_is_refused(wrong):
    with pytest.raises(dr.DigitRecognizerError, match="no picture"):
        dr.predict_digit(np.zeros(wrong))


@pytest.mark.parametrize("flat", [(784,), (1, 784), (784, 1), (1, 784, 1)])
def test_an_image_laid_flat_is_refused_with_its_remedy(flat):
    image = mnist()[1][0][0].reshape(flat)
    for read in (dr.predict_digit, dr.read_digits):
        with pytest.raises(dr.DigitRecognizerError, match=r"no picture; .*reshape\(28, 28\)"):
            read(image)


def test_of_a_files_name_one_learns_to_open_it_first(tmp_path):
    cv2.imwrite(str(tmp_path / "3.png"), drawing(DRAWN[3]))
    for name in (tmp_path / "3.png", str(tmp_path / "3.png")):
        for read in (dr.predict_digit, dr.read_digits):
            with pytest.raises(dr.DigitRecognizerError, match="open the file first"):
                read(name)


@pytest.mark.filterwarnings("error")
def test_numbers_too_large_to_subtract_are_no_picture_of_a_digit(model):
    for image in (np.full((30, 30), -1e308), np.full((30, 30), 1e308), np.full((30, 30), -0.4242)):
        assert dr.predict_digit(image, model).digit is None


def test_what_predict_digit_prepared_it_takes_as_it_is():
    for strokes in DRAWN.values():
        image = dr.normalize_digit(dr.find_ink(drawing(strokes)))
        assert dr.is_normal(image)
        small = np.zeros((28, 28), np.uint8)
        small[:14, :14] = cv2.resize(image, (14, 14), interpolation=cv2.INTER_AREA)
        assert not dr.is_normal(small)
        assert not dr.is_normal(255 - image)


def test_the_digit_lies_in_a_box_of_20_around_its_centre_of_mass():
    for strokes in DRAWN.values():
        image = dr.normalize_digit(dr.find_ink(drawing(strokes))).astype(float)
        rows, columns = np.flatnonzero(image.sum(1)), np.flatnonzero(image.sum(0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        y, x = (np.mgrid[:28, :28] * image).sum((1, 2)) / image.sum()
        assert abs(y - 14) <= 0.51
        assert abs(x - 14) <= 0.51


def test_specks_beside_the_digit_do_not_move_it():
    clean = drawing(DRAWN[3])
    dusty = clean.copy()
    dusty[5:8, 5:8] = dusty[290:292, 280:283] = 0
    assert np.array_equal(
        dr.normalize_digit(dr.find_ink(clean)), dr.normalize_digit(dr.find_ink(dusty))
    )


def test_a_blank_picture_has_no_digit(model):
    for blank in (np.zeros((28, 28)), np.full((300, 200, 3), 255, np.uint8), np.ones((1, 1))):
        prediction = dr.predict_digit(blank, model)
        assert prediction.digit is None
        assert not prediction.sure
        assert prediction.confidence == 0


# ---------------------------------------------------------------------------
# Handwriting
# ---------------------------------------------------------------------------


@pytest.mark.parametrize("label", range(11))
def test_every_way_of_writing_can_still_be_read(label, model):
    """Each line of the table, written 40 times: the committed network reads its digit in it."""
    rng = np.random.default_rng(5)
    for text, way in zip(dr.HANDWRITING[label], dr.ways_to_write(label), strict=True):
        images = np.array([dr.write(way, rng) for _ in range(40)])
        assert images.shape == (40, 28, 28)
        assert images.dtype == np.uint8
        read = model.read(images).argmax(1)
        assert np.mean(read == label) >= 0.7, text


def test_a_smooth_curve_passes_through_its_points():
    points = np.array([[0, 0], [50, 10], [60, 80], [10, 90]])
    curve = dr.smooth(4) @ points
    assert all(np.isclose(curve, point).all(1).any() for point in points)


def test_the_pen_is_lifted_and_turns_sharply_where_the_table_says_so():
    way = dr.parse_way("0,0 100,0 | 30,100; 10,50 60,50")
    seven, bar = (matrix @ way.points for matrix in way.strokes)
    assert np.isclose(seven, [100, 0]).all(1).any()
    assert seven[:, 0].max() == pytest.approx(100)  # a smooth curve would swing further out
    assert np.allclose(bar[[0, -1]], [[10, 50], [60, 50]])


def test_varied_images_are_still_their_digits(model):
    (_, _), (x_test, y_test) = mnist()
    rng = np.random.default_rng(3)
    varied = np.array([dr.vary(image, rng) for image in x_test[:1000]])
    assert not (varied == x_test[:1000]).all((1, 2)).any()
    read = model.read(varied).argmax(1)
    assert np.mean(read == y_test[:1000]) > 0.97


def test_a_batch_holds_mnist_drawn_digits_and_what_is_no_digit():
    (x_train, y_train), _ = mnist()
    images, labels = dr.augment(x_train[:96], y_train[:96], np.random.default_rng(1))
    assert images.shape == (len(labels), 28, 28)
    assert len(labels) > 96
    assert np.array_equal(labels[:96], y_train[:96])
    assert set(labels[96:]) >= {dr.NO_DIGIT}
    untouched = (images[:96] == x_train[:96]).all((1, 2)).mean()
    assert 0.2 < untouched < 0.6
    assert all(image.any() for image in images)


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


def test_what_the_user_taught_is_trained_on(tmp_path, monkeypatch):
    need_tensorflow()
    (x_train, y_train), test = mnist()
    monkeypatch.setattr(dr, "load_mnist", lambda path: ((x_train[:960], y_train[:960]), test))
    seen = []

    def batches(images, labels, *rest):
        seen.extend([images, labels])
        raise dr.DigitRecognizerError("that is enough")

    monkeypatch.setattr(dr, "batches", batches)
    dr.keep_taught(tmp_path / "my_digits", x_train[1000], 8)
    with pytest.raises(dr.DigitRecognizerError, match="enough"):
        dr.train_and_save(tmp_path / "new.tflite")
    images, labels = seen
    assert len(images) == len(labels) == 970
    assert (images[960:] == x_train[1000]).all()
    assert (labels[960:] == 8).all()


def test_mnist_is_copied_once_however_much_was_taught(tmp_path, monkeypatch):
    test = mnist()[1]
    monkeypatch.setattr(dr, "load_mnist", lambda path: (test, test))
    for number in range(40):
        dr.keep_taught(tmp_path / "my_digits", test[0][number], test[1][number])
    copied, join = [], np.concatenate

    def count(*arguments, **options):
        copied.append(join(*arguments, **options))
        return copied[-1]

    monkeypatch.setattr(np, "concatenate", count)
    (images, labels), _ = dr.training_data(tmp_path / "new.tflite")
    assert len(images) == len(labels) == 10_400
    found = {i.tobytes(): label for i, label in zip(images[10_000:], labels[10_000:], strict=True)}
    assert found == {test[0][n].tobytes(): test[1][n] for n in range(40)}
    assert sum(made.nbytes for made in copied) < 1.1 * (images.nbytes + labels.nbytes)


def test_batches_are_the_same_every_time_and_vary_less_and_less():
    (images, labels), _ = mnist()
    images, labels = images[:500], labels[:500]
    whole = {image.tobytes() for image in images}

    def first(count):
        return list(dr.batches(images, labels, np.arange(count) / count, dr.vary_batch))

    once, again = first(40), first(40)
    for (pictures, targets), (others, same) in zip(once, again, strict=True):
        assert np.array_equal(pictures, others)
        assert np.array_equal(targets, same)

    def untouched(some):
        pictures = np.concatenate([batch[: dr.BATCH, ..., 0] for batch, _ in some])
        return np.mean([np.rint(p * 255).astype(np.uint8).tobytes() in whole for p in pictures])

    assert untouched(once[:10]) < 0.35
    assert untouched(once[-10:]) > 0.5


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


def test_the_pace_of_a_lesson_is_its_clock_less_the_pauses(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(dr.time, "monotonic", lambda: now[0])
    pace = dr.Pace(seconds=20)
    now[0] = 107.0  # TensorFlow sets out
    assert pace.share() == 0
    pace.count()
    now[0] += 5
    assert pace.share() == 0.25
    now[0] += 60
    pace.rest(60)
    assert pace.share() == 0.25
    now[0] += 100
    assert pace.share() == 1


def test_training_learns_and_what_is_saved_equals_the_keras_model(short_training):
    keras_model, path = short_training
    images, labels = (array[5000:7000] for array in mnist()[1])
    expected = keras_model.predict(dr.to_input(images), verbose=0)
    saved = dr.load_model(path).run(images)
    assert np.abs(saved - expected).max() < 1e-4
    assert np.mean(saved.argmax(1) == labels) > 0.85
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_network_has_the_layers_that_the_lesson_is_about(short_training):
    kinds = {type(layer).__name__ for layer in short_training[0].layers}
    assert kinds >= {"Conv2D", "MaxPooling2D", "Dropout", "Dense"}
    assert type(short_training[0].optimizer).__name__ == "Adadelta"


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
    stale, fresh = (tmp_path / f"model.tflite.{number}.part" for number in (1, 2))
    stale.touch()
    fresh.touch()
    os.utime(stale, (1, 1))
    dr.replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert sorted(os.listdir(tmp_path)) == ["model.tflite", fresh.name]


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
    assert prediction.digit == digit
    assert prediction.sure
    assert prediction.confidence == prediction.probabilities[digit]
    assert prediction.probabilities.shape == (10,)
    assert prediction.probabilities.sum() + prediction.no_digit == pytest.approx(1, abs=1e-5)
    assert dr.spell(prediction) == str(digit)


def test_the_sign_for_no_digit_is_an_empty_box(model):
    letter = drawing([[(20, 90), (50, 10), (80, 90)], [(32, 60), (68, 60)]])  # A
    prediction = dr.predict_digit(letter, model)
    assert prediction.no_digit > 0.5
    assert dr.spell(prediction) == "□"


@pytest.mark.parametrize("strokes", [CROSS, HEART, [[(50, 50), (50, 50)]]])
def test_what_is_no_digit_is_not_sure(strokes, model):
    assert not dr.predict_digit(drawing(strokes), model).sure


def test_a_scribble_is_not_sure(model):
    points = np.random.default_rng(4).uniform(10, 90, (20, 2))
    assert not dr.predict_digit(drawing([points]), model).sure


def test_a_second_look_brings_no_ink_to_the_other_side(model):
    """The mean of five looks, at the image as it is and moved, with paper where it moved away."""
    rng, seen = np.random.default_rng(19), 0
    for _ in range(300):
        image = np.zeros((28, 28), np.uint8)
        points = (rng.integers(0, 20, (6, 2)) + rng.choice([0, 8], 2)).astype(np.int32)
        cv2.polylines(image, [points], False, 255, 2, cv2.LINE_AA)
        x, y, width, height = cv2.boundingRect(image)
        rim = x == 0 or y == 0 or x + width == 28 or y + height == 28
        if max(width, height) != 20 or not rim or model.run(image[np.newaxis]).max() >= 0.99:
            continue
        seen += 1
        ways = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
        moved = [
            cv2.warpAffine(image, np.float32([[1, 0, x], [0, 1, y]]), (28, 28)) for x, y in ways
        ]
        expected = model.run(np.array(moved)).mean(0)
        prediction = dr.predict_digit(image, model)
        assert [*prediction.probabilities, prediction.no_digit] == pytest.approx(expected, abs=1e-5)
    assert seen >= 20


def test_without_a_model_given_the_one_beside_the_script_is_used():
    assert dr.predict_digit(drawing(DRAWN[4])).digit == 4


@pytest.mark.parametrize("content", [None, b"", b"TFL3" * 100, "cut", "changed"])
def test_a_model_file_that_is_not_whole_is_refused(tmp_path, content):
    path = tmp_path / "model.tflite"
    whole = (HERE / "digit_recognizer.tflite").read_bytes()
    if content == "cut":
        content = whole[:-1]
    elif content == "changed":
        content = whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(dr.DigitRecognizerError) as error:
        dr.load_model(path)
    assert str(path) in str(error.value)
    assert "train" in str(error.value)


@pytest.fixture
def teachable(tmp_path):
    """The committed model in a folder of its own, where it can be taught."""
    return dr.load_model(shutil.copy(HERE / "digit_recognizer.tflite", tmp_path))


def test_what_was_taught_is_read_at_once_and_nothing_else_changes(teachable):
    images = mnist()[1][0][:1000]
    before = teachable.read(images)[:, :10].argmax(1)
    heart = dr.normalize_digit(255 - drawing(HEART))
    assert not dr.predict_digit(heart, teachable).sure
    teachable.memory.teach(heart, 3)
    assert dr.predict_digit(heart, teachable).sure
    for pen, scale in ((14, 1), (12, 0.9), (16, 0.7), (10, 1)):
        assert dr.predict_digit(drawing(HEART, pen=pen, scale=scale), teachable).digit == 3
    assert np.array_equal(teachable.read(images)[:, :10].argmax(1), before)
    teachable.memory.teach(heart, 8)  # the latest word counts
    assert [taught.label for taught in teachable.memory.taught] == [8]
    assert dr.predict_digit(drawing(HEART), teachable).digit == 8
    teachable.memory.forget(teachable.memory.taught[0])
    assert teachable.memory.taught == []
    assert not dr.predict_digit(heart, teachable).sure


# A seven of a hand of its own: the leg runs far back, the bar is a dot.
ODD_SEVEN = "-17,19 17,19 39,-7 40,26 59,60 4,88; 31,59 33,49"


def odd_sevens(count):
    """Sevens of this hand: uint8 (count, 28, 28)."""
    way, rng = dr.parse_way(ODD_SEVEN), np.random.default_rng(7)
    return np.array([dr.write(way, rng) for _ in range(count)])


def read_by(model, images):
    """The digits that a model reads."""
    return model.read(images)[:, :10].argmax(1)


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


def test_a_taught_digit_is_always_read_as_taught(teachable):
    images = mnist()[1][0][:300]
    sure = images[teachable.run(images).max(1) > 0.9999]
    taught = {number: (image, (number + 3) % 10) for number, image in enumerate(sure[:12])}
    taught[12] = dr.normalize_digit(255 - drawing(HEART)), 4
    # Nearly the same picture, of two minds: each word counts.
    taught[13], taught[14] = (sure[20], 2), (np.roll(sure[20], 1, 1), 6)
    for image, label in taught.values():
        teachable.memory.teach(image, label)
    for image, label in taught.values():
        prediction = dr.predict_digit(image, teachable)
        assert (prediction.digit, prediction.sure) == (label, True)


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


def test_what_is_surely_read_stays_so_whatever_is_taught(teachable):
    images, labels = mnist()[1]
    right = np.flatnonzero(teachable.run(images[:2000])[range(2000), labels[:2000]] > 0.99)
    fixed = np.concatenate([right[labels[right] == digit][:10] for digit in range(10)])
    misread = np.flatnonzero(read_by(teachable, images) != labels)[:20]
    teachable.memory.teach_all([(images[number], int(labels[number])) for number in misread])
    teachable.memory.teach_all([(image, 7) for image in odd_sevens(5)])
    assert len(teachable.memory.taught) == 25
    assert read_by(teachable, images[fixed]).tolist() == labels[fixed].tolist()


def test_forgetting_brings_every_answer_back_to_the_bit(teachable):
    images = np.concatenate([mnist()[1][0][:150], odd_sevens(10)])
    never, content = teachable.read(images), teachable.path.read_bytes()
    teachable.memory.teach(images[0], 8)
    once = teachable.read(images)
    assert not np.array_equal(once, never)
    teachable.memory.teach_all([(images[-1], 7), (images[-2], 7)])
    assert not np.array_equal(teachable.read(images), once)
    teachable.memory.forget(*teachable.memory.taught[1:])
    assert np.array_equal(teachable.read(images), once)
    teachable.memory.forget(*teachable.memory.taught)
    assert np.array_equal(teachable.read(images), never)
    assert teachable.path.read_bytes() == content


@pytest.mark.parametrize("content", ["grey", "large", "colour", "cut", "text"])
def test_a_damaged_or_foreign_picture_among_taught_digits_changes_nothing(teachable, content):
    images = mnist()[1][0][:100]
    teachable.memory.teach(odd_sevens(1)[0], 7)
    before = teachable.read(images)
    whole = cv2.imencode(".png", images[1])[1].tobytes()
    content = {
        "grey": cv2.imencode(".png", images[1].astype(np.uint16))[1].tobytes(),
        "large": cv2.imencode(".png", np.zeros((300, 300), np.uint8))[1].tobytes(),
        "colour": cv2.imencode(".png", np.dstack([images[1]] * 3))[1].tobytes(),
        "cut": whole[:-40],
        "text": b"seven",
    }[content]
    (teachable.memory.folder / "3-foreign.png").write_bytes(content)
    teachable.memory.look()
    assert [taught.label for taught in teachable.memory.taught] == [7]
    assert np.array_equal(teachable.read(images), before)
    assert np.array_equal(dr.load_model(teachable.path).read(images), before)


def test_two_programs_on_one_folder_read_alike(teachable):
    images = mnist()[1][0][:100]
    other = dr.load_model(teachable.path)
    one, two = odd_sevens(2)
    teachable.memory.teach(one, 7)
    other.memory.teach(two, 7)
    teachable.memory.look()
    assert len(teachable.memory.taught) == len(other.memory.taught) == 2
    assert np.array_equal(teachable.read(images), other.read(images))


def test_a_model_file_of_an_earlier_version_learns_what_is_taught(teachable, tmp_path):
    network = teachable.content[: teachable.content.index(b"PK\x03\x04")]
    path = tmp_path / "earlier" / "digit_recognizer.tflite"
    path.parent.mkdir()
    path.write_bytes(network + dr.seal(network))
    model = dr.load_model(path)
    sevens = odd_sevens(20)
    misread = sevens[read_by(model, sevens) != 7]
    model.memory.teach(misread[0], 7)
    assert (read_by(model, misread) == 7).sum() > 1


def test_the_latest_word_counts_whatever_the_clocks_say(teachable):
    heart = dr.normalize_digit(255 - drawing(HEART))
    dr.keep_taught(teachable.memory.folder, heart, 8)
    (path,) = teachable.memory.folder.iterdir()
    path.rename(path.with_name("8-20991231-235959-999999.png"))  # by a clock that is ahead
    teachable.memory.teach(heart, 3)
    assert [taught.label for taught in teachable.memory.taught] == [3]
    assert [taught.label for taught in dr.load_model(teachable.path).memory.taught] == [3]


def test_where_what_was_taught_cannot_be_read_nothing_more_is_taught(teachable, monkeypatch):
    one, two = mnist()[1][0][:2]
    teachable.memory.teach(one, 7)
    kept = os.listdir(teachable.memory.folder)
    monkeypatch.setattr(Path, "read_bytes", unreadable(Path.read_bytes))
    with pytest.raises(dr.DigitRecognizerError, match="my_digits: can't be read"):
        teachable.memory.teach(two, 2)
    assert os.listdir(teachable.memory.folder) == kept


@pytest.mark.parametrize(
    "name", ["7-20261123-101530-123456 - Kopie.png", "7-anna.png", "7-ANNA.PNG", "7-1 (2).png"]
)
def test_taught_digits_have_any_name_in_the_folder_and_in_a_saved_file(name, teachable, tmp_path):
    image = mnist()[1][0][0]
    dr.keep_taught(teachable.memory.folder, image, 3)
    (path,) = teachable.memory.folder.iterdir()
    path.rename(path.with_name(name))
    teachable.memory.look()
    assert [taught.label for taught in teachable.memory.taught] == [7]
    dr.save_taught(teachable.memory.taught, tmp_path / "saved.zip")
    with zipfile.ZipFile(tmp_path / "by hand.zip", "w") as packed:
        packed.write(teachable.memory.folder / name, f"my_digits/{name}")
    for file in ("saved.zip", "by hand.zip"):
        ((found, label),) = dr.open_taught(tmp_path / file)
        assert (found.tolist(), label) == (image.tolist(), 7)


def test_a_file_of_taught_digits_that_lies_about_its_sizes_takes_no_memory(tmp_path):
    path, size = tmp_path / "bomb.zip", 50_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("7-1.png", bytes(size))
    lie = path.read_bytes().replace(size.to_bytes(4, "little"), (900).to_bytes(4, "little"))
    path.write_bytes(lie)
    tracemalloc.start()
    with pytest.raises(dr.DigitRecognizerError, match="bomb"):
        dr.open_taught(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_a_misread_digit_is_read_right_after_it_was_taught(teachable):
    images, labels = mnist()[1]
    misread = np.flatnonzero(teachable.read(images)[:, :10].argmax(1) != labels)
    for number in misread:
        teachable.memory.teach(images[number], labels[number])
    read = teachable.read(images[misread])[:, :10].argmax(1)
    assert np.array_equal(read, labels[misread])


def test_what_was_taught_is_a_small_picture_that_can_be_carried_along(teachable, tmp_path):
    image = mnist()[1][0][0]
    teachable.memory.teach(image, 7)
    (path,) = (tmp_path / "my_digits").iterdir()
    assert re.fullmatch(r"7-\d{8}-\d{6}-\d{6}\.png", path.name)
    assert np.array_equal(np.asarray(Image.open(path)), image)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "my_digits", elsewhere / "my_digits")
    shutil.copy(tmp_path / "digit_recognizer.tflite", elsewhere)
    (taught,) = dr.load_model(elsewhere / "digit_recognizer.tflite").memory.taught
    assert (taught.label, taught.image.tolist()) == (7, image.tolist())


def test_a_window_forgets_what_it_says_and_not_what_another_one_taught(teachable, tmp_path):
    other = dr.load_model(tmp_path / "digit_recognizer.tflite")
    one, two = mnist()[1][0][:2]
    teachable.memory.teach(one, 7)
    other.memory.teach(two, 3)
    teachable.memory.forget(
        teachable.memory.taught[-1]
    )  # the 7: it has not looked into the folder since
    assert [taught.label for taught in teachable.memory.taught] == [3]
    other.memory.forget(other.memory.taught[0])  # the 7 once more: it is gone already
    assert [taught.label for taught in other.memory.taught] == [3]


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


def test_a_drive_whose_files_change_their_numbers_can_be_taught_on(tmp_path, monkeypatch):
    """On some network drives os.stat and os.fstat differ; on FAT Python 3.12.0's fstat fails."""
    image = mnist()[1][0][0]
    with monkeypatch.context() as drive:
        drive.setattr(os.path, "samestat", lambda *_: False)
        drive.delattr(os, "fstat")
        dr.keep_taught(tmp_path / "my_digits", image, 7)
    (taught,) = dr.load_taught(tmp_path / "my_digits")
    assert np.array_equal(taught.image, image)


def test_without_a_temporary_folder_teaching_says_so_and_keeps_nothing(teachable, monkeypatch):
    def none():
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(dr.DigitRecognizerError, match="temporary"):
        teachable.memory.teach(mnist()[1][0][0], 7)
    assert not teachable.memory.folder.exists()


def test_files_that_hold_no_taught_digit_are_passed_over(tmp_path, capsys):
    shutil.copy(HERE / "digit_recognizer.tflite", tmp_path)
    folder = tmp_path / "my_digits"
    dr.keep_taught(folder, mnist()[1][0][0], 7)
    kept = os.listdir(folder)
    (folder / "3-empty.png").touch()
    (folder / "3-text.png").write_text("no digits")
    (folder / "notes.txt").write_text("no digits")
    cv2.imwrite(str(folder / "3-large.png"), drawing(DRAWN[3]))
    cv2.imwrite(str(folder / "3-colour.png"), np.zeros((28, 28, 3), np.uint8))
    (folder / "4-folder.png").mkdir()
    model = dr.load_model(tmp_path / "digit_recognizer.tflite")
    assert [taught.path.name for taught in model.memory.taught] == kept
    assert model.memory.problem is None
    assert len(os.listdir(folder)) == 7


def test_an_old_file_of_taught_digits_keeps_nothing_from_starting(tmp_path):
    shutil.copy(HERE / "digit_recognizer.tflite", tmp_path)
    images, labels = mnist()[1]
    np.savez_compressed(tmp_path / "my_digits.npz", images=images[:5], labels=labels[:5])
    (tmp_path / "my_digits.npz.old").mkdir()
    model = dr.load_model(tmp_path / "digit_recognizer.tflite")
    assert (model.memory.taught, model.memory.problem) == ([], None)


def test_a_folder_of_taught_digits_that_cannot_be_read_is_named(tmp_path, capsys, monkeypatch):
    shutil.copy(HERE / "digit_recognizer.tflite", tmp_path)
    dr.keep_taught(tmp_path / "my_digits", mnist()[1][0][0], 7)
    cv2.imwrite(str(tmp_path / "5.png"), drawing(DRAWN[5]))
    monkeypatch.setattr(Path, "read_bytes", unreadable(Path.read_bytes))
    model = str(tmp_path / "digit_recognizer.tflite")
    assert dr.main(["predict", "--model", model, str(tmp_path / "5.png")]) == 0
    printed = capsys.readouterr()
    assert printed.out.endswith("5.png: 5\n")
    assert printed.err.count("\n") == 1
    assert "my_digits: can't be read (Permission denied)" in printed.err


def unreadable(read_bytes):
    """Path.read_bytes, but for PNG files, which may not be read."""

    def read(path):
        if path.suffix == ".png":
            raise PermissionError(13, "Permission denied")
        return read_bytes(path)

    return read


def test_the_layers_answers_are_those_of_the_keras_model(short_training):
    keras_model, path = short_training
    import keras

    images = mnist()[1][0][:20]
    after = ["re_lu", "re_lu_1", "re_lu_2", "re_lu_3"]
    names = [layer.name for layer in keras_model.layers if layer.name.startswith("re_lu")]
    assert len(names) == len(after)
    inner = keras.Model(keras_model.inputs, [keras_model.get_layer(n).output for n in names])
    expected = inner.predict(dr.to_input(images), verbose=0)
    found = dr.load_model(path).maps(images)
    for maps, truth in zip(found, expected, strict=True):
        assert np.abs(maps.transpose(0, 2, 3, 1) - truth).max() < 1e-3


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


def test_2000_damaged_files_are_read_or_named_in_one_line(tmp_path, model):
    rng = np.random.default_rng(6)
    page = Image.fromarray(paste_digits(["4711"])[0])
    whole = {}
    for name in ("a.png", "b.jpg", "c.gif", "d.bmp", "e.webp", "f.tiff"):
        page.save(tmp_path / name)
        whole[name] = (
            (tmp_path / name).read_bytes(),
            230,
            lambda path: dr.read_digits(dr.open_picture(path), model),
        )
    (tmp_path / "my_digits").mkdir()
    whole["model.tflite"] = (HERE / "digit_recognizer.tflite").read_bytes(), 300, dr.load_model
    taught = cv2.imencode(".png", mnist()[1][0][0])[1].tobytes()
    whole["my_digits/7-1.png"] = taught, 300, lambda path: dr.load_taught(path.parent)
    whole["mnist.npz"] = (HERE / "mnist.npz").read_bytes(), 20, dr.load_mnist
    files = errors = 0
    slowest = 0.0
    for name, (content, count, read) in whole.items():
        path = tmp_path / name
        for _ in range(count):
            wrong = damaged(content, rng)
            path.write_bytes(wrong)
            files += 1
            said = None
            started = time.perf_counter()
            try:
                read(path)
            except dr.DigitRecognizerError as error:
                said = str(error)
            slowest = max(slowest, time.perf_counter() - started)
            errors += said is not None
            assert said is None or (str(path) in said and "\n" not in said)
            assert path.read_bytes() == wrong
    assert files == 2000
    assert errors > 1000  # flipped pixels of a BMP are a picture all the same
    assert slowest < 5


def test_a_network_of_another_shape_is_refused(tmp_path, model):
    need_tensorflow()
    import tensorflow as tf

    for size, classes in ((28, 10), (20, 11)):
        network = tf.keras.Sequential(
            [
                tf.keras.Input((size, size, 1), batch_size=1),
                tf.keras.layers.Conv2D(4, 3),
                tf.keras.layers.Flatten(),
                tf.keras.layers.Dense(classes, activation="softmax"),
            ]
        )
        content = tf.lite.TFLiteConverter.from_keras_model(network).convert()
        path = tmp_path / "other.tflite"
        path.write_bytes(content + dr.seal(content))
        with pytest.raises(dr.DigitRecognizerError, match="another network"):
            dr.load_model(path)


def layers_of(name):
    """The layers of a network that a pupil may build from those of build_model."""
    layers = dr.import_keras().layers
    dense = [layers.Flatten(), layers.Dense(16, activation="relu")]
    return {
        "no convolution": dense,
        "no hidden layer": [layers.Flatten()],
        "first pooling": [layers.MaxPooling2D((2, 1)), layers.Flatten(), layers.Dense(40)],
        "one convolution": [layers.Conv2D(9, 5), layers.MaxPooling2D(), layers.ReLU(), *dense],
        "one linear, no hidden layer": [layers.Conv2D(1, (3, 5), strides=2), layers.Flatten()],
        "two, pooled after ReLU": [
            layers.BatchNormalization(),
            layers.Conv2D(33, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            *dense,
        ],
        "five convolutions": [layers.Conv2D(4 + n, 3, activation="relu") for n in range(5)] + dense,
    }[name]


NETWORKS = {  # filters of each convolution, and of the first layer on the board
    "no convolution": ([], (16, 28, 28)),
    "no hidden layer": ([], (11, 28, 28)),
    "first pooling": ([], (20, 20, 20)),
    "one convolution": ([9], (9, 5, 5)),
    "one linear, no hidden layer": ([1], (1, 3, 5)),
    "two, pooled after ReLU": ([33, 8], (17, 3, 3)),
    "five convolutions": ([4, 5, 6, 7, 8], (4, 3, 3)),
}


@pytest.fixture(params=NETWORKS)
def pupils_network(request, monkeypatch, tmp_path):
    """What a pupil made of build_model, after 20 batches: (name, Keras model, saved file)."""
    need_tensorflow()
    keras = dr.import_keras()

    def build(learning_rate):
        model = keras.Sequential([keras.Input((28, 28, 1)), *layers_of(request.param)])
        model.add(keras.layers.Dense(11, activation="softmax"))
        optimizer = keras.optimizers.Adadelta(learning_rate)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    monkeypatch.setattr(dr, "build_model", build)
    images, labels = (array[:1280] for array in mnist()[0])
    monkeypatch.setattr(dr, "load_mnist", lambda path: ((images, labels), (images, labels)))
    path = tmp_path / "digit_recognizer.tflite"
    model = dr.train_and_save(path, epochs=1)
    return request.param, model, path


def first_report(network, images, labels):
    """The Report that a window gets of a network that is about to learn from these images."""
    told, test = [], (images, labels)
    pipe = types.SimpleNamespace(send=told.append, recv=lambda: (None, None), poll=lambda: False)
    dr.Watcher(pipe, dr.Pace(seconds=1), test, test).begin(network)
    (word, (report, answers)), *_ = told
    assert (word, answers) == ("learning", {})
    return report


def test_every_network_that_a_pupil_builds_works_everywhere(pupils_network, tmp_path):
    name, keras_model, path = pupils_network
    convolutions, first = NETWORKS[name]
    images, labels = (array[:40] for array in mnist()[1])
    model = dr.load_model(path)
    expected = keras_model.predict(dr.to_input(images), verbose=0)
    assert np.abs(model.run(images) - expected).max() < 1e-4
    assert [len(maps[0]) for maps in model.maps(images)] == convolutions
    assert [len(weights) for weights in model.filters()] == convolutions
    assert dr.draw_curves(keras_model.history.history).size == (1500, 720)
    assert dr.main(["evaluate", "--model", str(path), "--report", str(tmp_path / "r.png")]) == 0
    importance, _ = dr.occlusion(images[0], labels[0], model)
    assert np.isfinite(importance).all()
    alone = model.run(images)
    model.memory.teach(images[0], 3)
    assert dr.predict_digit(images[0], model).digit == 3
    assert np.abs(model.answer(images) - alone).max(1).min() > 0  # its last layer has changed
    model.memory.forget(*model.memory.taught)
    assert np.array_equal(model.answer(images), alone)
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
        assert labels(app) == [7]
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


def inverted(image, rng):
    return 255 - image


def on_grey(image, rng):
    dark, light = rng.integers(0, 90), rng.integers(150, 256)
    return (dark + image / 255.0 * (light - dark)).astype(np.uint8)


@pytest.mark.parametrize("change", [moved, scaled, inverted, on_grey])
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
    rng = np.random.default_rng(50)
    said, caught = 0, 0
    for _ in range(50):
        command = [sys.executable, "-c", code, str(tmp_path), str(said + 1000)]
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0, 0.1))
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


# ---------------------------------------------------------------------------
# Pages to train the finder on, and the finder
# ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def pages():
    """Sixty pages made for training: (picture, boxes, ink) of each."""
    rng = np.random.default_rng(3)
    marks = dr.Marks(rng, *mnist()[0])
    return [dr.make_page(rng, marks) for _ in range(60)]


def test_a_made_pages_boxes_hold_digits_ink_and_lie_on_the_page(pages):
    assert 200 < sum(len(boxes) for _, boxes, _ in pages) < 2000
    assert any(not boxes for _, boxes, _ in pages)  # pages without a digit are needed, too
    for picture, boxes, ink in pages:
        assert picture.shape == (dr.PAGE, dr.PAGE)
        assert picture.dtype == ink.dtype == np.uint8
        for box in boxes:
            digits = ink[box.pixels()][..., 0]
            assert box.label in range(10)
            assert digits.max() > 100
            assert box.height <= dr.NEAR


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
    for picture, boxes, ink in pages:
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
                (box.label, box)
                for box in boxes
                if np.allclose((x + width / 2, y + height / 2), (box.x, box.y), atol=1e-2)
                and np.allclose((width, height), (box.width, box.height), rtol=1e-3)
            ]
            assert one.probabilities.argmax() in [label for label, _ in near]
        both = cv2.resize(ink, (96, 96), interpolation=cv2.INTER_AREA) > 127
        assert np.mean((view.ink((0, 0, 192, 192), (96, 96)) > 0.5) == both) > 0.999


def test_the_finder_trains_is_saved_and_opencv_runs_it_at_any_size(
    model, tmp_path, monkeypatch, short_training
):
    import keras

    monkeypatch.setattr(dr, "FINDER_EPOCH", 1)
    monkeypatch.setattr(dr, "FINDER_BATCH", 2)
    monkeypatch.setattr(dr, "HELD_OUT_PAGES", 2)
    path = tmp_path / "two.tflite"
    path.write_bytes((HERE / "digit_recognizer.tflite").read_bytes())
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
    _, path = short_training
    assert (
        dr.load_model(path).content.partition(dr.FINDER_MARK)[2]
        == (model.content.partition(dr.FINDER_MARK)[2])
    )


def test_without_a_finder_a_drawing_is_read_as_one_digit(model, tmp_path):
    content = model.content.partition(dr.FINDER_MARK)[0]
    alone = dr.open_model(content + dr.seal(content), tmp_path / "alone.tflite")
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


def overlap(a, b):
    """Intersection over union of two boxes (x, y, width, height)."""
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(0, across) * max(0, down)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def digits_of(reading):
    """The text of a reading with the best guesses."""
    lines = {}
    for digit in reading.digits:
        lines.setdefault(digit.line, []).append(str(digit.digit))
    return ["".join(line) for line in lines.values()]


PAGE = ["20261122", "31415", "9072", "86400"]


def test_a_page_is_read_line_by_line_with_a_box_for_each_digit(model):
    paper, boxes = paste_digits(PAGE)
    reading = dr.read_digits(paper, model)
    assert digits_of(reading) == PAGE
    assert reading.text.count("\n") == 3
    assert [d.line for d in reading.digits] == [0] * 8 + [1] * 5 + [2] * 4 + [3] * 5
    for digit, box in zip(reading.digits, boxes, strict=True):
        assert overlap(digit.box, box) >= 0.7


@pytest.mark.parametrize("light_ink", [False, True])
def test_a_photograph_with_shade_and_noise_is_read(light_ink, model):
    paper, boxes = paste_digits(PAGE)
    photo = photograph(paper, np.random.default_rng(1))
    reading = dr.read_digits(255 - photo if light_ink else photo, model)
    assert digits_of(reading) == PAGE
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


@pytest.mark.parametrize("tilt", [-4, 4])
def test_lines_are_kept_apart_on_a_tilted_page(tilt, model):
    photo = photograph(paste_digits(PAGE)[0], np.random.default_rng(2), tilt=tilt)
    assert digits_of(dr.read_digits(photo, model)) == PAGE


@pytest.mark.parametrize("squared", [False, True])
def test_the_lines_of_the_paper_are_taken_out(squared, model):
    paper, _ = paste_digits(PAGE)
    for y in range(25, paper.shape[0], 55):
        paper[y : y + 2] = np.minimum(paper[y : y + 2], 150)
    for x in range(25, paper.shape[1], 55) if squared else ():
        paper[:, x : x + 2] = np.minimum(paper[:, x : x + 2], 150)
    photo = photograph(paper, np.random.default_rng(3), noise=1)
    read = digits_of(dr.read_digits(photo, model))
    assert list(map(len, read)) == list(map(len, PAGE))  # nothing is added by a line, nothing lost
    unsure = sum(a != b for a, b in zip("".join(read), "".join(PAGE), strict=True))
    assert unsure <= (3 if squared else 0)  # a line that runs along a stroke takes some of it
    assert all(a in (b, "?") for a, b in zip("".join(read), "".join(PAGE), strict=True))


def test_a_sharp_shadow_is_no_ink(model):
    photo = photograph(paste_digits(["90631"])[0], np.random.default_rng(5), light=150)
    dark = photo.astype(float)
    edge = np.clip((np.arange(len(photo)) - 0.8 * len(photo)) / 6, 0, 1)[:, np.newaxis]
    assert digits_of(dr.read_digits((dark * (1 - 0.3 * edge)).astype(np.uint8), model)) == ["90631"]


@pytest.mark.parametrize("table", [30, 90])
def test_the_table_around_a_sheet_is_no_ink(table, model):
    rng = np.random.default_rng(7)
    sheet = photograph(paste_digits(PAGE)[0], rng)
    photo = cv2.copyMakeBorder(sheet, 50, 50, 60, 60, cv2.BORDER_CONSTANT, value=table)
    photo = np.clip(photo + rng.normal(0, 2, photo.shape), 0, 255).astype(np.uint8)
    assert digits_of(dr.read_digits(photo, model)) == PAGE


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


@pytest.mark.parametrize(("right", "low"), [(803, 900), (1300, 545)])
@pytest.mark.parametrize("turns", [0, 1])
def test_boxes_lie_within_the_picture_where_digits_are_cut_by_its_rim(
    right, low, turns, model, tmp_path, capsys
):
    photo = photograph(paste_digits(["20357", "46924"])[0], np.random.default_rng(8))
    part = cv2.resize(photo, None, fx=2.3, fy=2.3)[:low, :right]
    part = np.ascontiguousarray(np.rot90(part, turns))
    path, boxes = tmp_path / "part.png", tmp_path / "boxes"
    cv2.imwrite(str(path), part)
    assert dr.main(["predict", "--json", "--boxes", str(boxes), str(path)]) == 0
    told = json.loads(capsys.readouterr().out)["digits"]
    reading = dr.read_digits(part, model)
    assert [digit["box"] for digit in told] == [list(digit.box) for digit in reading.digits]
    assert len(told) >= 5
    for x, y, width, height in [*(digit["box"] for digit in told), *reading.unread]:
        assert min(x, y) >= 0 < min(width, height)
        assert x + width <= part.shape[1]
        assert y + height <= part.shape[0]
    for digit in reading.digits:
        assert digit.ink.shape == (digit.box[3], digit.box[2])


def test_narrow_squares_are_no_grain_and_no_ones(model):
    paper, _ = paste_digits(PAGE)
    for start in range(7, max(paper.shape), 14):
        for line in (np.s_[start], np.s_[:, start]):
            with contextlib.suppress(IndexError):
                paper[line] = np.minimum(paper[line], 170)
    photo = photograph(paper, np.random.default_rng(6), noise=2)
    assert digits_of(dr.read_digits(photo, model)) == PAGE


def test_a_digit_in_several_pieces_is_one_digit(model):
    five = [[(34, 16), (30, 46), (54, 42), (72, 60), (64, 84), (40, 92), (24, 84)]]
    five.append([(38, 6), (74, 4)])  # its bar, well apart
    reading = dr.read_digits(drawing(five, pen=8), model)
    assert [d.digit for d in reading.digits] == [5]


def circle(x, y, across, down):
    """A stroke: a circle around x, y."""
    turn = np.linspace(0, 2 * np.pi, 24)
    return np.column_stack([x + across * np.sin(turn), y - down * np.cos(turn)])


def write_strokes(text, step, height=100):
    """A number in pixels, as strokes: its digits (DRAWN) begin `step` pixels apart."""
    strokes = []
    for place, character in enumerate(text):
        for stroke in DRAWN[int(character)]:
            strokes.append(np.array(stroke, float) * height / 100 + (20 + step * place, 20))
    return strokes


FIVE = [[(6, 24), (3, 52), (24, 46), (42, 64), (34, 90), (0, 94)], [(12, 4), (46, 2)]]
SEVEN = [[(0, 4), (50, 2), (34, 50), (18, 100)], [(8, 52), (52, 50)]]


@pytest.mark.parametrize(
    ("strokes", "text"),
    [
        ([[(20, 20), (20, 120)], circle(58, 70, 30, 50), circle(116, 70, 30, 50)], "100"),
        ([circle(70, 40, 22, 24), circle(70, 92, 26, 28)], "8"),
        (FIVE, "5"),
        (SEVEN, "7"),
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


def test_digits_that_lie_over_their_neighbours_are_read_from_strokes(model):
    strokes = write_strokes("2026", step=48)
    ink = dr.draw_strokes(strokes, 8, (300, 150))
    assert cv2.connectedComponents(ink)[0] == 2  # the paper and one piece of ink
    reading = dr.read_strokes(strokes, 8, model)
    assert digits_of(reading) == ["2026"]
    assert all(np.array_equal(d.ink.shape, d.box[:1:-1]) for d in reading.digits)


def test_the_lines_of_a_sum_stay_lines(model):
    lines = [write_strokes(number, step=80) for number in ("120", "803", "923")]
    strokes = [stroke + np.array([0, 125 * n]) for n, line in enumerate(lines) for stroke in line]
    assert digits_of(dr.read_strokes(strokes, 8, model)) == ["120", "803", "923"]


def test_a_stroke_that_wrote_two_digits_is_cut(model):
    two = [(22, 40), (40, 22), (62, 40), (50, 70), (22, 110), (70, 108)]
    zero = circle(112, 68, 28, 46)[::-1]
    zero = np.roll(zero[:-1], 16, axis=0)
    stroke = np.concatenate([two, zero, zero[:1]])
    assert digits_of(dr.read_strokes([stroke], 7, model)) == ["20"]


def test_no_strokes_and_single_points_are_read_as_nothing(model):
    assert dr.read_strokes([], 8, model)[:2] == ("", [])
    assert dr.read_strokes([np.empty((0, 2))], 8, model)[:2] == ("", [])
    assert dr.read_strokes([[(20, 20)], []], 3, model)[:2] == ("", [])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 10, 20])
def test_taps_beside_a_digit_decide_nothing_and_are_marked(count, model):
    taps = [[(310 + 30 * (n % 3), 20 + 30 * (n // 3))] for n in range(count)]
    for digit, strokes in DRAWN.items():
        drawn = [np.array(stroke) * 3.0 for stroke in strokes]
        reading = dr.read_strokes(drawn + taps, 14, model)
        assert reading.text == str(digit)
        assert len(reading.unread) == count
        touching = [drawn[0][len(drawn[0]) // 2 :][:1]] * count  # on the ink
        reading = dr.read_strokes(drawn + touching, 14, model)
        assert reading[0] == str(digit)
        assert reading.unread == ()


@pytest.mark.parametrize("count", [2, 6, 9, 14, 20])
@pytest.mark.parametrize(("size", "side"), [(28, 2), (40, 3), (112, 6)])
def test_dots_beside_a_drawn_digit_decide_nothing(count, size, side, model):
    """Dots of some pixels, each too large to be taken for dust."""
    for digit, strokes in DRAWN.items():
        page = np.pad(drawing(strokes, size=size, pen=size // 20 + 1), ((0, 0), (0, size)), "edge")
        for number in range(count):
            x, y = size + 2 + number % 4 * size // 5, 3 + number // 4 * size // 5
            page[y : y + side, x : x + side] = 0
        assert dr.read_digits(page, model).text == str(digit)


@pytest.mark.parametrize("height", [20, 30, 40, 60])
@pytest.mark.parametrize("gap", [20, 40, 90])
def test_a_small_zero_between_tall_digits_is_read_or_marked(height, gap, model):
    """A pupil's small zero is not passed over in silence."""
    (zero,), (seven,) = DRAWN[0], DRAWN[7]
    small = np.array(zero) * height / 100 + (120 + gap, 120 - height)
    seven = np.add(seven, (120 + 2 * gap + height, 20))
    strokes = [*(np.array(stroke) + 20.0 for stroke in DRAWN[4]), small, seven]
    page = 255 - dr.draw_strokes(strokes, 6, (500, 150))
    ink = np.array([*(small.min(0) - 3), *(np.ptp(small, axis=0) + 6)])  # with the pen's width
    for reading in (dr.read_strokes(strokes, 6, model), dr.read_digits(page, model)):
        if digits_of(reading) != ["407"]:
            assert reading.text == "47"
            corners = np.array(
                [(*box[:2], box[0] + box[2], box[1] + box[3]) for box in reading.unread]
            )
            low, high = (
                corners[:, :2].min(0),
                corners[:, 2:].max(0),
            )  # it may be marked in two parts
            assert overlap([*low, *(high - low)], ink) > 0.2


def test_touching_digits_are_cut_apart(model):
    """Pairs of drawn digits, moved together until they touch: most are read as two."""
    right = 0
    pairs = ["20", "35", "68", "56", "03", "26", "85", "90"]
    for pair in pairs:
        one, two = (255 - drawing([np.array(s) for s in DRAWN[int(c)]], pen=10) for c in pair)
        apart = 300
        while not ((shifted := np.roll(np.pad(two, ((0, 0), (0, 300))), apart, 1)) & 128)[:, :300][
            one > 127
        ].any():
            apart -= 1
        both = np.maximum(np.pad(one, ((0, 0), (0, 300))), shifted)
        assert cv2.connectedComponents((both > 127).astype(np.uint8))[0] == 2
        right += digits_of(dr.read_digits(both, model)) == [pair]
    assert right >= len(pairs) - 2


def pushed_together(pair, lap=0):
    """MNIST's test images, large, as ink: the right ones `lap` pixels over the left ones."""
    inks = []
    for image in pair:
        x, y, width, height = cv2.boundingRect(image)
        large = cv2.resize(image[y : y + height, x : x + width], (5 * width, 5 * height))
        inks.append(np.pad(large, ((20, 140 - len(large)), (20, 20))))
    left, right = inks
    size = left.shape[1] + right.shape[1]
    for apart in range(left.shape[1], 0, -1):
        both = np.zeros((2, 160, size), np.uint8)
        both[0, :, : left.shape[1]] = left
        both[1, :, apart : apart + right.shape[1]] = right
        if (both >= 128).all(0).any():
            return np.roll(both[1], -lap, 1) | both[0]
    raise AssertionError("they never touch")


@pytest.mark.parametrize(("lap", "least"), [(0, 84), (5, 72)])
def test_mnists_digits_pushed_together_are_read_as_two(lap, least, model):
    (_, _), (images, labels) = mnist()
    right = 0
    for number in range(0, 200, 2):
        ink = pushed_together(images[number : number + 2], lap)
        text = "".join(str(label) for label in labels[number : number + 2])
        right += digits_of(dr.read_digits(ink, model)) == [text]
    assert right >= least


def test_pages_without_digits_are_read_quickly_as_nothing(model):
    rng = np.random.default_rng(1)
    shape = (1500, 1000)
    for page in (
        np.full(shape, 255, np.uint8),
        np.zeros(shape, np.uint8),
        rng.integers(0, 256, shape).astype(np.uint8),
        np.clip(rng.normal(200, 4, shape), 0, 255).astype(np.uint8),
        photograph(np.full(shape, 255, np.uint8), rng),
    ):
        started = time.perf_counter()
        assert dr.read_digits(page, model)[:2] == ("", [])
        assert time.perf_counter() - started < 4  # noise is turned to all sides


@pytest.mark.parametrize("shape", [(1, 10000), (10000, 1), (1, 1), (2, 700)])
def test_a_picture_of_hardly_any_height_or_width_is_read_without_an_error(shape, model):
    noise = np.random.default_rng(1).integers(0, 2, shape).astype(np.uint8) * 255
    for picture in (np.zeros(shape, np.uint8), noise):
        assert isinstance(dr.read_digits(picture, model), dr.Reading)


def test_twelve_megapixels_take_less_than_two_seconds(model):
    paper, _ = paste_digits(PAGE)
    photo = cv2.resize(photograph(paper, np.random.default_rng(4)), (4000, 3000))
    started = time.perf_counter()
    assert digits_of(dr.read_digits(photo, model)) == PAGE
    assert time.perf_counter() - started < 2


def texts(reading):
    """What is read of each line: the digits, "?" where they are not sure."""
    return reading.text.split("\n")


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
    photo = photograph(paper, rng, noise=2, tilt=rng.uniform(-2, 2)).astype(float)
    if kind == "shadow":
        edge = rng.uniform(0.3, 0.7) * photo.shape[1] + 0.3 * np.arange(photo.shape[0])[:, None]
        photo *= np.where(np.arange(photo.shape[1]) < edge, 1, 0.55)
    if kind == "table":
        photo = cv2.copyMakeBorder(photo, 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=50)
        photo += cv2.GaussianBlur(rng.normal(0, 12, photo.shape), (0, 0), 1)
    return photo.clip(0, 255).astype(np.uint8), lines


MADE = {"plain": 28, "ruled": 28, "squared": 28, "shadow": 28, "table": 28}  # lines of 32


@pytest.mark.parametrize("kind", MADE)
def test_made_pages_are_read(kind, model):
    right = 0
    for seed in range(8):
        picture, lines = made_page(kind, seed)
        read = digits_of(dr.read_digits(picture, model))
        right += sum(line in read for line in lines)
    assert right >= MADE[kind]


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


ROWS = {(0.1, 0.35): 48, (0.0, 0.15): 48, (-0.1, 0.05): 47, (-0.2, 0.0): 45}  # of 50 right


@pytest.mark.parametrize("gap", ROWS)
def test_rows_of_strokes_are_read_apart_touching_and_over_each_other(gap, model):
    rng = np.random.default_rng(6)
    rows = [made_row(rng, gap) for _ in range(50)]
    right = sum(digits_of(dr.read_strokes(s, pen, model)) == [text] for text, s, pen in rows)
    assert right >= ROWS[gap]


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
        best = dr.best_runs(runs, costs, count)
        assert tuple(number for number, _ in best) == min(ways, key=ways.get)
        total = sum(np.exp(-cost) for cost in ways.values())
        for number, share in best:
            mine = sum(np.exp(-cost) for way, cost in ways.items() if number in way)
            assert share == pytest.approx(mine / total)


PLUS, EQUALS = (
    [[(0, 50), (50, 50)], [(25, 25), (25, 75)]],
    [[(0, 40), (45, 40)], [(0, 62), (45, 62)]],
)
MINUS, COMMA, DOT = [[(0, 52), (40, 50)]], [[(4, 90), (0, 106)]], [[(2, 92), (4, 93)]]


def write(items, step=86):
    """Digits (DRAWN) and signs from left to right: strokes in pixels."""
    strokes = []
    for place, item in enumerate(items):
        for stroke in DRAWN[item] if isinstance(item, int) else item:
            strokes.append(np.add(stroke, (30 + step * place, 30.0)))
    return strokes


@pytest.mark.parametrize("size", [(40, 60), (5, 60), (60, 5), (1, 1)])
def test_a_box_has_all_in_common_with_itself_and_as_much_on_either_side(size):
    box = 10, 20, *size
    assert [share.item() for share in dr.overlap(box, [box])] == pytest.approx([1, 1])
    sides = [(10 + x, 20 + y, *size) for x, y in ((3, 0), (-3, 0), (0, 3), (0, -3))]
    right, left, below, above = dr.overlap(box, sides)[0]
    assert (right, below) == pytest.approx((left, above))


def test_a_sum_of_three_lines_above_a_rule_is_no_scrawl(model):
    rule = [np.array([(20, 255), (320, 250)], float)]
    lines = [np.add(stroke, (0, 5)) for stroke in write([1, 2, 0])]
    lines += [np.add(stroke, (0, 115)) for stroke in write([8, 0, 3])]
    strokes = lines + rule + [np.add(stroke, (0, 240)) for stroke in write([9, 2, 3])]
    reading = dr.read_strokes(strokes, 9, model)
    assert ["".join(str(d.digit) for d in line) for line in dr.lines_of(reading)] == [
        "120",
        "803",
        "923",
    ]
    assert any(box[2] > 250 for box in reading.unread)  # the rule


K, R = (
    [[(20, 5), (18, 95)], [(62, 8), (20, 52), (66, 95)]],
    [[(20, 95), (24, 5), (60, 12), (62, 40), (24, 50), (66, 95)]],
)
F = [[(60, 6), (20, 8), (16, 96)], [(18, 48), (54, 46)]]


@pytest.mark.parametrize("letter", [K, R, F])
def test_a_letter_alone_is_no_sure_digit(letter, model):
    for pen in (8, 14, 22):
        reading = dr.read_digits(drawing(letter, pen=pen), model)
        assert not any(digit.sure for digit in reading.digits)


@pytest.mark.parametrize(
    ("items", "digits", "marks"),
    [
        ([1, 2, PLUS, 7, EQUALS, 1, 9], "12719", 2),
        ([MINUS, 4, 2], "42", 1),
        ([3, COMMA, 5, 0], "350", 1),
        ([2, 5, DOT, 1, 1, DOT, 2, 0, 2, 6], "25112026", 2),
    ],
)
def test_signs_are_no_digits_and_have_a_grey_box(items, digits, marks, model):
    strokes = write(items)
    reading = dr.read_strokes(strokes, 8, model)
    assert reading.text == digits
    assert len(reading.unread) >= marks
    ink = dr.draw_strokes(strokes, 8, (140 + 86 * len(items), 180))
    assert dr.read_digits(255 - ink, model).text.replace("?", "") == digits


def sure_digits(reading):
    """The digits that are sure, in reading order."""
    return "".join(str(digit.digit) for digit in reading.digits if digit.sure)


@pytest.mark.parametrize("photographed", [False, True])
def test_boxes_of_a_form_are_no_digits(photographed, model):
    page = 255 - dr.draw_strokes(write([4, 0, 7, 2, 5], step=130), 7, (700, 160))
    for place in range(5):
        cv2.rectangle(page, (26 + 130 * place, 14), (136 + 130 * place, 146), 0, 2)
    if photographed:
        page = photograph(page, np.random.default_rng(3), tilt=1)
    reading = dr.read_digits(page, model)
    assert digits_of(reading) == ["40725"]
    assert len(sure_digits(reading)) >= 4


def test_in_a_form_the_numbers_are_read_and_the_names_before_them_are_not(model):
    page, marks = np.full((520, 900), 255, np.uint8), ["12", "9", "35", "8", "60"]
    for line, (name, mark) in enumerate(
        zip(
            ["Alexander", "Charlotte", "Maximilian", "Wilhelmina", "Friederike"], marks, strict=True
        )
    ):
        cv2.putText(page, name, (30, 80 + 95 * line), 7, 1.7, 0, 3, cv2.LINE_AA)
        strokes = write([int(digit) for digit in mark], step=80)
        ink = dr.draw_strokes([stroke * 0.7 for stroke in strokes], 5, (240, 100))
        part = page[95 * line : 95 * line + 100, 560:800]
        np.minimum(part, 255 - ink, out=part)
    reading = dr.read_digits(page, model)
    assert sure_digits(reading) == "".join(marks)


def test_a_screenshots_bar_and_words_are_not_its_numbers(model):
    page = np.full((700, 1000), 255, np.uint8)
    page[:44] = 60
    cv2.putText(page, "Untitled - Paint", (14, 30), 0, 0.8, 240, 2, cv2.LINE_AA)
    cv2.putText(page, "File   Edit   View   Image   Help", (14, 74), 0, 0.7, 30, 1, cv2.LINE_AA)
    ink = dr.draw_strokes([stroke * 2.2 for stroke in write([4, 0, 7])], 14, (800, 340))
    page[200:540, 100:900] = np.minimum(page[200:540, 100:900], 255 - ink)
    assert sure_digits(dr.read_digits(page, model)) == "407"


@pytest.mark.parametrize("number", ["041", "064", "275", "380"])
def test_a_number_upside_down_is_never_another_number(number, model):
    page = dr.draw_strokes(write([int(digit) for digit in number]), 8, (340, 170))
    page = photograph(np.pad(255 - page, 40, constant_values=255), np.random.default_rng(4))
    assert sure_digits(dr.read_digits(page, model)) == number
    reading = dr.read_digits(np.ascontiguousarray(page[::-1, ::-1]), model)
    assert reading.text == number or not sure_digits(reading)


def test_a_page_of_words_has_hardly_a_sure_digit(model):
    page = np.full((900, 700), 245, np.uint8)
    words = ["We", "hope", "that", "nobody", "reads", "numbers", "where", "none", "are"]
    for number, word in enumerate(words * 2):
        where = 30 + 220 * (number % 3), 60 + 80 * (number // 3)
        cv2.putText(page, word, where, 7 if number % 2 else 6, 1.4, 40, 2, cv2.LINE_AA)
    assert sum(digit.sure for digit in dr.read_digits(page, model).digits) <= 1


def test_forty_lines_and_one_digit_that_fills_the_picture_are_both_read(model):
    paper, _ = paste_digits(["1234567890"] * 40, size=44)
    read = digits_of(dr.read_digits(photograph(paper, np.random.default_rng(9)), model))
    assert sum(line == "1234567890" for line in read) >= 30
    huge = photograph(drawing(DRAWN[2], size=1500, pen=110), np.random.default_rng(9))
    assert dr.read_digits(huge[100:1400, 330:1230], model).text == "2"


def test_boxes_lie_within_the_picture(model):
    paper, _ = paste_digits(["35", "82"])
    ink = paper < 128
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    tight = paper[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for turns in range(4):
        turned = np.ascontiguousarray(np.rot90(tight, turns))
        reading = dr.read_digits(turned, model)
        assert reading.digits
        for x, y, width, height in [*(d.box for d in reading.digits), *reading.unread]:
            assert 0 <= x < x + width <= turned.shape[1]
            assert 0 <= y < y + height <= turned.shape[0]


# ---------------------------------------------------------------------------
# The drawing window
# ---------------------------------------------------------------------------


def test_a_sketch_undoes_stroke_by_stroke():
    sketch = dr.Sketch()
    sketch.begin((20, 20), 10)
    sketch.sheet.strokes[-1].points.append((80, 20))
    one = sketch.ink((100, 100)).copy()
    sketch.begin((50, 50), 10)
    assert sketch.ink((100, 100))[50, 50] == 255  # a single dot is drawn, too
    sketch.go(sketch.past, sketch.future)
    assert np.array_equal(sketch.ink((100, 100)), one)
    sketch.change(strokes=[])
    assert not sketch.ink((100, 100)).any()
    sketch.go(sketch.past, sketch.future)
    assert np.array_equal(sketch.ink((100, 100)), one)
    sketch.go(sketch.future, sketch.past)
    assert not sketch.ink((100, 100)).any()


def test_a_sketch_drawn_on_from_reading_to_reading_is_the_same_picture():
    rng = np.random.default_rng(3)
    sketch, whole = dr.Sketch(), dr.Sketch()
    for number in range(30):
        points = rng.integers(0, 100, (5, 2)).tolist()
        for one in (sketch, whole):
            one.begin(points[0], 4 + number % 9)
        for point in points[1:]:
            for one in (sketch, whole):
                one.sheet.strokes[-1].points.append(point)
            sketch.ink((100, 100))
        if number % 7 == 3:
            for one in (sketch, whole):
                one.go(one.past, one.future)
    assert np.array_equal(sketch.ink((100, 100)), whole.ink((100, 100)))


def test_the_eraser_takes_what_it_touches_and_nothing_else():
    sketch = dr.Sketch()
    for y in (20, 90):  # slowly: a point in every two pixels
        sketch.begin((20, y), 8)
        sketch.sheet.strokes[-1].points.extend((x, y) for x in range(22, 421, 2))
    before, untouched = sketch.ink((440, 110)).copy(), sketch.sheet.strokes[1].points
    for x in range(0, 150, 3):
        sketch.wipe([(x, 20), (x + 3, 20)], 12)
    after = sketch.ink((440, 110))
    assert np.array_equal(after[:, 170:], before[:, 170:])
    assert np.array_equal(after[60:], before[60:])
    assert not after[:40, :155].any()
    wiped, other = sketch.sheet.strokes
    assert wiped.points[0] == pytest.approx((162, 20))  # cut just where the eraser's rim was
    assert other.points == untouched
    sketch.wipe([(300, 20)], 11)  # in the middle: two strokes are left
    assert len(sketch.sheet.strokes) == 3
    sketch.begin((50, 50), 8)  # a dot
    sketch.wipe([(60, 50)], 9)
    assert sketch.sheet.strokes[-1].points == [(50, 50)]
    sketch.wipe([(60, 50)], 11)
    assert len(sketch.sheet.strokes) == 3


def test_a_sketch_turns_as_a_picture_does():
    sketch = dr.Sketch(dr.Drawing(home=(120, 80)))
    for stroke in DRAWN[7]:
        sketch.begin(stroke[0], 6)
        sketch.sheet.strokes[-1].points.extend((x, 0.8 * y) for x, y in stroke[1:])
    ink = sketch.ink((120, 80)).copy()
    for turns in (1, -1, -1):
        sketch.turn(turns)
        ink, shown = np.rot90(ink, turns), sketch.ink(sketch.sheet.home)
        assert np.corrcoef(shown.ravel(), ink.ravel())[0, 1] > 0.9  # but for half a pixel


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
    wait_until(app, lambda: app.unit and app.due is app.view_due is app.show_due is None)


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
    (widget or app.root).event_generate(f"<{key.replace('Control', dr.MODIFIERS['Control'])}>")
    settle(app)


def insist(app, digit):
    """Press a digit's key and, a moment later, once more."""
    for wait in (dr.State.ONCE_MORE + 0.05, 0):
        for event in ("Key", "KeyRelease"):
            app.root.event_generate(f"<{event}-{digit}>")
        settle(app)
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
    data = app.root.tk.call(app.paper.ink, "data", "-background", "#ffffff")
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
        settle_pen(app, number + 1)
    subprocess.run(["xdotool", "mouseup", "1"], check=True)
    wait_until(app, lambda: not app.state.sketch.down)
    settle(app)
    assert answer(app) == "7"
    assert cv2.connectedComponents(app.state.sketch.ink(app.paper.size()))[0] == 2


def settle_pen(app, count):
    """Wait until a stroke has so many points."""

    def arrived():
        return app.state.sketch.sheet.strokes and (
            len(app.state.sketch.sheet.strokes[-1].points) >= count
        )

    wait_until(app, arrived, 5)


def test_a_stroke_begun_beside_the_paper_is_drawn_from_where_it_enters(app):
    if not shutil.which("xdotool"):
        skip("xdotool is not installed")
    left, top = app.canvas.winfo_rootx(), app.canvas.winfo_rooty()
    for number, (x, y) in enumerate([(-4, 60), (-4, 70), (60, 70), (120, 90)]):
        move = ["mousemove", str(left + x), str(top + y), *["mousedown", "1"] * (number == 0)]
        subprocess.run(["xdotool", *move], check=True)
        rest(app, 0.1)
    subprocess.run(["xdotool", "mouseup", "1", "mousemove", str(left + 200), str(top + 90)])
    rest(app, 0.1)
    ((first, *_, last),) = (stroke.points for stroke in app.state.sketch.sheet.strokes)
    assert first == pytest.approx((0, 70), abs=3)
    assert last == pytest.approx((120, 90), abs=3)


def test_the_canvas_shows_the_ink_that_is_read_smooth_and_whole(app):
    draw(app, DRAWN[8])
    on_paper, read = shown_ink(app), app.state.sketch.ink(app.paper.size())
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


def test_where_it_is_not_sure_beside_a_full_column_it_says_why(app):
    size = round(100 * app.paper.size()[0] / app.paper.size()[1])
    draw(app, [[(x + size - 75, y) for x, y in stroke] for stroke in DRAWN[7]])
    chosen = app.state.chosen
    unsure = chosen._replace(sure=False)
    for digit, why in (
        (unsure, "Cut off by the rim."),
        (unsure._replace(box=(50, 50, 90, 120)), "Part of something larger?"),
        (unsure._replace(box=(50, 50, 20, 22)), "Too small to be sure."),
        (unsure._replace(confidence=0.4), "Wrong? Click what it is."),
        (chosen, "Wrong? Click what it is."),
    ):
        app.state.reading = app.state.reading._replace(digits=[digit])
        app.state.changed()
        settle(app)
        assert written(app.head.canvas)[-1] == why


def test_a_blot_is_not_sure_whatever_it_looks_like():
    for size in (20, 30, 200):
        three = [np.array(stroke) * size / 100 + 50 for stroke in DRAWN[3]]
        assert [d.sure for d in dr.read_strokes(three, pen=16).digits] == [size == 200]


# Menu, keys, tools, views


def test_the_views_move_nothing_and_nothing_pops_up(app):
    write_number(app, "42")

    def places():
        parts = app.canvas, app.head.canvas, app.scene.canvas, app.bars["Tools"], app.status
        return [
            (w.winfo_rootx(), w.winfo_rooty(), w.winfo_width(), w.winfo_height()) for w in parts
        ]

    before = places()
    for number, view in enumerate(dr.VIEWS, 1):
        for way in (f"Control-Key-{number}", None):
            press(app, way) if way else app.buttons[view].invoke()
            settle(app)
            assert app.state.view == app.view.get() == view
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
    drawn = {"Save picture…", "Copy", "Rotate left", "Rotate right", "Eraser", "Undo", "Clear"}
    assert usable() == empty | drawn | {"Recognize"}
    press(app, "Control-z")
    assert usable() == empty | {"Redo"}


def test_undo_and_clear_by_button_menu_and_key(app):
    draw(app, DRAWN[1])
    one = shown_ink(app)
    draw(app, CROSS)
    app.buttons["Undo"].invoke()
    press(app, "Control-z")
    assert answer(app) == "1"
    rows, columns = one.shape
    assert np.array_equal(shown_ink(app)[:rows, :columns], one)
    app.buttons["Clear"].invoke()
    settle(app)
    assert answer(app) == ""
    assert shown_ink(app).min() == 255
    press(app, "Control-z")
    assert answer(app) == "1"
    press(app, "Control-Shift-Key-Z")
    assert answer(app) == ""


def test_the_recognize_button_reads_on_demand(app):
    draw(app, DRAWN[6])
    for way in (app.buttons["Recognize"].invoke, lambda: press(app, "Return")):
        app.state.reading = dr.Reading("", [])
        app.state.changed()
        settle(app)
        assert answer(app) == "□"
        way()
        settle(app)
        assert answer(app) == "6"


def test_another_pen_is_for_new_strokes(app):
    write_number(app, "1")
    ink = app.state.sketch.ink(app.paper.size()).copy()
    dot = app.dot[2]["data"]
    app.buttons["Pen"].invoke()
    settle(app)
    assert said(app) == "A thick pen, for new strokes."
    assert app.dot[2]["data"] != dot  # its button shows how thick
    draw(app, [[(70, 30), (70, 60)]])
    both, quarter = app.state.sketch.ink(app.paper.size()), ink.shape[1] // 4
    assert np.array_equal(both[:, :quarter], ink[:, :quarter])
    assert [stroke.pen for stroke in app.state.sketch.sheet.strokes] == [
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
    assert not app.paper.eraser.get()
    press(app, "Key-e")
    assert app.paper.eraser.get()
    press(app, "Escape")  # and so does an empty sheet
    assert not app.paper.eraser.get()
    draw(app, DRAWN[3])
    assert answer(app) == "3"


@pytest.mark.parametrize("key", ["Escape", "Control-z"])
def test_a_pen_that_is_up_draws_nothing(app, key):
    draw(app, DRAWN[1])
    before = app.state.sketch.sheet.strokes
    app.canvas.event_generate("<B1-Motion>", x=200, y=90)  # as after a double-click in a dialog
    app.canvas.event_generate("<ButtonRelease-1>", x=200, y=90)
    assert app.state.sketch.sheet.strokes is before
    app.canvas.event_generate("<ButtonPress-1>", x=50, y=50)
    app.canvas.event_generate("<B1-Motion>", x=60, y=60)
    app.root.event_generate(f"<{key}>")
    app.canvas.event_generate("<B1-Motion>", x=300, y=300)
    app.canvas.event_generate("<ButtonRelease-1>", x=300, y=300)
    settle(app)
    assert app.state.sketch.sheet.strokes == (before if key == "Control-z" else [])


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
    assert len(app.state.sketch.sheet.strokes[-1].points) == 61
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
        assert not app.state.sketch.used()
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
    press(app, "KeyRelease-Return", app.head.canvas)
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
                    end=lambda: None,
                )
            app.open_view("Learn" if view == "Learning" else view)
            if view == "Play":
                app.play(fool=True)
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
        app.state.learner = None
        app.state.stop_game()


def test_the_curve_is_four_times_as_high_as_it_was(app):
    """It was 75 pixels high on a screen of 1366 x 768."""
    app.root.geometry("{}x{}".format(*SIZES[1]))
    app.state.networks = [dr.Trained(b"", "today", 1000, 0.9, ((0, 0.0), (1000, 1.0)))]
    app.state.set(view="Learn")
    settle(app)
    lines = [
        app.scene.canvas.bbox(i)
        for i in app.scene.canvas.find_all()
        if app.scene.canvas.type(i) == "line"
    ]
    assert max(bottom - top for _, top, _, bottom in lines) >= 300


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
        inked = np.argwhere(dr.Sketch(app.state.sketch.sheet).ink(home) > 127) * scale
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
    assert len(app.canvas.find_withtag("picture")) == 1
    x, y, right, bottom = app.paper.corners(app.state.reading.digits[0].box)
    click(app, (x + right) / 2, (y + bottom) / 2)  # chooses; the picture stays
    assert answer(app).split("\n") == PAGE
    draw(app, [[(50, 5), (52, 90)]])
    assert app.canvas.find_withtag("picture") == ()
    before = ["1", "", "\n".join(PAGE), "", "3", ""]  # drawing on a picture clears it first
    for text, after in itertools.pairwise(before):
        assert answer(app) == text
        press(app, "Control-z")
        assert answer(app) == after
    press(app, "Control-y")
    assert answer(app) == "3"


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


def test_a_picture_and_a_drawing_are_turned(app, tmp_path):
    cv2.imwrite(str(tmp_path / "3.png"), np.rot90(drawing(DRAWN[7])))
    app.open(tmp_path / "3.png")
    settle(app)
    press(app, "Control-r")
    assert answer(app) == "7"
    press(app, "Escape")
    draw(app, DRAWN[4])
    app.menus["Edit"].invoke(app.menus["Edit"].index("Rotate left"))
    settle(app)
    assert answer(app) != "4"
    press(app, "Control-r")
    assert answer(app) == "4"


def test_a_transparent_picture_is_shown_as_it_is_read(app, tmp_path):
    ink = 255 - drawing(DRAWN[3], size=120)
    layers = [np.zeros_like(ink)] * 3 + [ink]  # black ink on nothing, which is black as well
    Image.merge("RGBA", [Image.fromarray(layer) for layer in layers]).save(tmp_path / "3.png")
    app.open(tmp_path / "3.png")
    app.open_view("Inside")
    settle(app)
    assert answer(app) == "3"
    assert app.paper.picture.get(1, 1) == (255, 255, 255)
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


def test_pasting_what_this_window_copied_says_at_once_that_it_is_no_picture(app, monkeypatch):
    asked = []  # on X11 Pillow would wait for this window, and this window for Pillow
    monkeypatch.setattr("PIL.ImageGrab.grabclipboard", lambda: asked.append("Pillow"))
    draw(app, DRAWN[8])
    press(app, "Control-c")
    press(app, "Control-v")
    assert said(app) == "There is no picture to paste: copy one first."
    assert answer(app) == "8"
    if app.root.tk.call("tk", "windowingsystem") == "x11":
        assert asked == []


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


def test_pasting_a_file_and_a_clipboard_that_fails(app, tmp_path, monkeypatch):
    cv2.imwrite(str(tmp_path / "5.png"), drawing(DRAWN[5]))
    monkeypatch.setattr(app.root, "clipboard_get", lambda **_: "image/png")
    for copied in ([str(tmp_path / "5.png")], Image.fromarray(drawing(DRAWN[5]))):
        monkeypatch.setattr("PIL.ImageGrab.grabclipboard", lambda copied=copied: copied)
        press(app, "Control-v")
        assert answer(app) == "5"
        press(app, "Escape")

    def fail():
        raise NotImplementedError("xclip is required\nfor this")

    monkeypatch.setattr("PIL.ImageGrab.grabclipboard", fail)
    press(app, "Control-v")
    assert said(app).startswith("Can't paste: xclip is required;")
    assert "\n" not in said(app)


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
    before = app.state.sketch.sheet.picture
    wait_until(app, lambda: app.state.sketch.sheet.picture is not before)  # it goes on
    press(app, "Return")
    held = app.state.sketch.sheet.picture
    rest(app, 0.2)
    assert app.state.sketch.sheet.picture is held
    assert app.capture is None
    assert answer(app) == "2026"
    assert os.listdir(tmp_path) == ["film.avi"]
    press(app, "Control-z")
    assert answer(app) == "8"
    press(app, "Control-k")
    wait_until(app, lambda: app.state.sketch.sheet.picture is not None)
    draw(app, DRAWN[4])  # drawing ends it
    rest(app, 0.2)
    assert (answer(app), app.capture) == ("4", None)


def test_without_a_camera_there_is_a_line(app, tmp_path):
    app.source = str(tmp_path / "none.avi")
    app.menus["File"].invoke(app.menus["File"].index("Camera"))
    settle(app)
    assert said(app) == "There is no camera here that this program can use."


def test_an_example_is_a_test_image_and_every_other_one_is_misread(app, monkeypatch, tmp_path):
    for mistake in (False, True, False):
        app.buttons["Example"].invoke()
        settle(app)
        assert said(app).startswith("One of its mistakes" if mistake else "One of MNIST's test")
        assert not mistake or [str(d.digit) for d in app.state.reading.digits] != [said(app)[-2]]
        assert f"Whoever wrote it meant {said(app)[-2]}." in shown(app)
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
        assert len(app.state.sketch.sheet.strokes) == strokes
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
    assert "nothing yet" not in shown(app)
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
    past = len(app.state.sketch.past)
    monkeypatch.setattr(tempfile, "gettempdir", none)
    insist(app, 1)  # it is sure of the 7
    assert "temporary" in said(app)
    assert (answer(app), labels(app), len(app.state.sketch.past)) == ("7", [], past)
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
    assert sorted(os.listdir(app.state.model.memory.folder)) == ["7-anna.png", "none-bert.png"]
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
    assert not app.state.sketch.used()
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
    assert [stroke.points for stroke in app.state.sketch.sheet.strokes] == [points]
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
    assert not app.state.sketch.used()  # what has counted is not brought back
    app.buttons["Against the clock"].invoke()
    assert not app.state.game.fool
    app.buttons["End the game"].invoke()
    settle(app)
    assert app.state.game is None


def test_an_eight_has_its_article():
    game = dr.Game(fool=False)
    for digit, says in ((8, "Draw an 8."), (7, "Draw a 7.")):
        game.asked = digit
        assert game.says() == says


# Watching a network learn


def test_a_network_learns_while_one_draws_is_kept_and_changes_places(teachable_app):
    need_tensorflow()
    app, state = teachable_app, teachable_app.state
    path, before = state.model.path, state.model.path.read_bytes()
    draw(app, DRAWN[3])
    press(app, "Control-Key-3")
    assert "came with the program" in shown(app)
    state.choose("seconds", 300)
    state.choose("count", 1000)
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
        assert (path.read_bytes(), dr.earlier_files(path)) == (before, [])
    app.buttons["Keep"].invoke()
    settle(app)
    assert path.read_bytes() == learner.content
    (earlier,) = dr.earlier_files(path)
    assert earlier.read_bytes() == before
    images, truth = mnist()[1]
    assert np.mean(dr.load_model(path).run(images[:500]).argmax(1) == truth[:500]) > 0.65

    # Another window finds both, knows how the one was trained, and lets them change places.
    with window(dr.load_model(path)) as other:
        other.open_view("Learn")
        settle(other)
        kept, came = other.state.networks
        assert (kept.seen, kept.right) == (learner.reports[-1].seen, learner.reports[-1].right)
        assert len(kept.curve) == len(learner.reports)
        assert (came.content, came.says()) == (before, "came with the program")
        draw(other, DRAWN[7])
        hit(other, other.scene, 1)
        assert (answer(other), other.state.model.trial) == ("7", True)
        other.buttons["Keep"].invoke()
        settle(other)
        assert path.read_bytes() == before
        (earlier,) = dr.earlier_files(path)
        assert earlier.read_bytes() == learner.content


def test_closing_the_window_ends_the_learning_and_nothing_else(teachable):
    need_tensorflow()
    with window(teachable) as app:
        before = teachable.path.read_bytes()
        app.start()
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
        learner.give("pause")
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
    app.start()
    wait_until(app, lambda: app.state.learner.state == "failed")
    settle(app)
    assert words in said(app)
    assert "URL fetch failure" not in said(app)
    app.buttons["Start"].invoke()  # the choices again
    settle(app)
    assert app.state.learner is None


def test_the_window_waits_for_no_process_that_starts(teachable, monkeypatch, tmp_path):
    other_program(monkeypatch, tmp_path, "import time; time.sleep(60)")
    began = time.monotonic()
    learner = dr.Learner(teachable.path, 20, 0, True)
    learner.look(np.zeros((500, 28, 28), np.uint8))  # far more than a pipe holds
    assert not learner.follow()
    assert time.monotonic() - began < 3
    learner.end()


def test_the_window_waits_for_no_process_that_learns_whatever_is_drawn(teachable):
    need_tensorflow()
    learner, took = dr.Learner(teachable.path, 1, 0, True), []
    while learner.busy():  # while it starts, before its first batch, while it learns and saves
        learner.look(np.random.default_rng(0).integers(0, 256, (500, 28, 28), np.uint8))
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
    monkeypatch.setattr(dr, "find_tensorflow", lambda: None)
    app.start()
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
    network = dr.TeachableNetwork(app.state.model.content + b" ", app.state.model.path).content
    learns(app, monkeypatch, tmp_path, network + dr.seal(network))
    assert (answer(app), "taught" in verdict(app)) == ("5", False)
    app.buttons["Keep"].invoke()
    settle(app)
    assert answer(app) == "6"


def test_of_two_windows_that_keep_their_networks_none_is_lost(teachable, monkeypatch, tmp_path):
    path, kept = teachable.path, [teachable.path.read_bytes()]
    for number in range(2):
        with window(dr.open_model(kept[0], path)) as app:  # each was opened before the others kept
            network = app.state.model.content + b" " * (number + 1)
            kept.append(network + dr.seal(network))
            learns(app, monkeypatch, tmp_path, kept[-1])
            app.buttons["Keep"].invoke()
            settle(app)
    assert path.read_bytes() == kept[2]
    assert [earlier.read_bytes() for earlier in dr.earlier_files(path)] == kept[:2]


def test_without_tensorflow_it_says_what_to_install(app, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorflow" else find(name)
    )
    press(app, "s")
    assert app.state.learner is None
    assert "python -m pip install tensorflow, with Python 3.10 to 3.13" in said(app)


def test_how_often_what_it_is_sure_of_is_right_is_counted():
    answers = np.full((7, 11), 0.001, np.float32)
    read, sure = [3, 3, 3, 3, 5, 5, 8], [0.95, 0.95, 0.95, 0.95, 0.7, 0.7, 0.999]
    answers[np.arange(7), read] = sure
    counts, said, right = dr.reliability(answers, np.array([3, 3, 3, 2, 5, 6, 8]))
    assert counts == [0, 2, 0, 4, 1]  # below 60, 80, 90, 99 and 100 %
    assert said == pytest.approx([0, 0.7, 0, 0.95, 0.999])
    assert right == [0, 0.5, 0, 0.75, 1]


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


def test_every_classic_widget_has_its_own_colours(app):
    """Where the system is in its dark mode, Tk's own would be pale on pale or dark on dark."""
    assert (app.status.cget("background"), app.status.cget("foreground")) == (dr.WHITE, dr.DARK)
    for widget in (app.frame, *app.bars.values(), app.canvas, app.head.canvas, app.scene.canvas):
        assert widget.cget("background") == dr.WHITE


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


def test_evaluate_prints_accuracy_digits_and_matrix(capsys, model):
    assert dr.main(["evaluate"]) == 0
    lines = capsys.readouterr().out.splitlines()
    right = int(re.search(r"\(([\d,]+) of 10,000\)", lines[0]).group(1).replace(",", ""))
    rows = [line.split() for line in lines if re.match(r" +\d +\d+\.\d+%", line)]
    assert len(rows) == 10
    assert sum(int(row[2 + int(row[0])]) for row in rows) == right
    assert lines[-1].startswith("Time: ")


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
    assert dr.main(["evaluate"]) == 0
    said = capsys.readouterr().out
    assert f"({(right & ~none).sum()} of {len(images)}); {none.sum()} taken for no digit." in said
    answers = model.read(images)
    assert np.trace(dr.confusion_matrix(answers, labels)) == (right & ~none).sum()
    counts, _, shares = dr.reliability(answers, labels)
    assert np.dot(counts, shares) == pytest.approx((right & ~none).sum())
    some = none & right
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
    assert dr.main(["evaluate", "--report", name]) == 1
    error = f"digit_recognizer: {Path(name)}: no file can be written there; give another name\n"
    assert capsys.readouterr().err == error


def test_predict_prints_a_json_line_for_each_picture(tmp_path):
    cv2.imwrite(str(tmp_path / "two.png"), drawing(DRAWN[2]))
    cv2.imwrite(str(tmp_path / "cross.jpg"), drawing(CROSS))
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((50, 50), 255, np.uint8))
    (tmp_path / "text.png").write_text("no picture")
    names = ["two.png", "cross.jpg", "missing.png", "text.png", "blank.png"]
    done = run("predict", "--json", *names, cwd=tmp_path)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [answer["image"] for answer in answers] == names
    assert [answer["text"] for answer in answers] == ["2", "?", "", "", ""]
    two, cross, missing, text, blank = answers
    assert set(two["digits"][0]) == {"digit", "confidence", "no_digit", "sure", "line", "box"}
    assert two["digits"][0]["no_digit"] < 0.1 < cross["digits"][0]["no_digit"]
    assert (two["digits"][0]["digit"], two["digits"][0]["sure"]) == (2, True)
    x, y, width, height = two["digits"][0]["box"]
    assert (x, y, width, height) == pytest.approx((71, 23, 171, 255), abs=8)
    assert cross["digits"][0]["sure"] is False
    assert "missing.png" in missing["error"]
    assert "text.png" in text["error"]
    assert blank == {"image": "blank.png", "text": "", "digits": [], "error": None}


def test_predict_without_json(tmp_path, capsys):
    good, bad = str(tmp_path / "9.png"), str(tmp_path / "none.png")
    cv2.imwrite(good, drawing(DRAWN[9]))
    assert dr.main(["predict", bad, good]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"{good}: 9\n"
    assert printed.err.startswith(f"digit_recognizer: {bad}: No such file")


def test_boxes_are_drawn_into_a_copy_and_nothing_is_overwritten(tmp_path, capsys):
    page = tmp_path / "page.png"
    cv2.imwrite(str(page), paste_digits(PAGE)[0])
    before = page.read_bytes()
    assert dr.main(["predict", "--boxes", str(tmp_path), str(page)]) == 0
    assert capsys.readouterr().out == f"{page}: {' / '.join(PAGE)}\n"
    assert page.read_bytes() == before
    boxed = cv2.imread(str(tmp_path / "page-2.png"))
    assert boxed.shape[:2] == cv2.imread(str(page)).shape[:2]
    blue = (boxed[..., 0].astype(int) - boxed[..., 2] > 100).sum()
    assert blue > 1000


@pytest.mark.parametrize(
    "kind",
    [
        "turned.jpg",
        "16.png",
        "12 bits in 16.png",
        "red on green.png",
        "palette.png",
        "alpha.png",
        "cmyk.jpg",
        "grey.jpg",
        "lossy.webp",
        "scan.tiff",
        "fünf Zahlen.png",
    ],
)
def test_pictures_as_phones_and_scanners_make_them(kind, tmp_path, capsys):
    image = Image.fromarray(paste_digits(["4711"])[0])
    path = tmp_path / kind
    if kind == "turned.jpg":
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by 90 degrees to the right
        image.rotate(90, expand=True).save(path, exif=exif)
    elif kind == "16.png":
        Image.fromarray(np.asarray(image).astype(np.uint16) * 257).save(path)
    elif kind == "12 bits in 16.png":
        Image.fromarray(np.asarray(image).astype(np.uint16) * 16).save(path)
    elif kind == "red on green.png":
        cv2.imwrite(str(path), painted(np.asarray(image), RED, GREEN))
    elif kind == "palette.png":
        image.convert("P").save(path)
    elif kind == "alpha.png":
        clear = Image.new("RGBA", image.size)
        clear.putalpha(Image.fromarray(255 - np.asarray(image)))
        clear.save(path)
    elif kind == "cmyk.jpg":
        image.convert("CMYK").save(path)
    else:
        image.save(path)
    assert dr.main(["predict", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 4711\n"


@pytest.mark.parametrize("kind", ["tiff", "gif"])
def test_every_page_of_a_file_is_read_a_line_each(kind, tmp_path, capsys):
    pages = [Image.fromarray(paste_digits([text])[0]) for text in ("4711", "305", "86")]
    path = tmp_path / f"pages.{kind}"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    boxes = tmp_path / "boxes"
    assert dr.main(["predict", "--boxes", str(boxes), str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 4711\n{path}: 305\n{path}: 86\n"
    sizes = [Image.open(boxes / f"pages{end}.png").size for end in ("", "-2", "-3")]
    assert kind == "gif" or sizes == [page.size for page in pages]
    assert dr.main(["predict", "--json", str(path)]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == ["4711", "305", "86"]
    assert {answer["image"] for answer in answers} == {str(path)}
    assert np.array_equal(dr.to_grey(dr.open_picture(path)), np.asarray(pages[0]))


def test_the_pages_before_a_damaged_one_are_read_and_the_damage_is_said(tmp_path, capsys):
    pages = [Image.fromarray(paste_digits([text])[0]) for text in ("4711", "305")]
    path = tmp_path / "pages.tiff"
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="tiff_lzw")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 700])
    assert dr.main(["predict", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"{path}: 4711\n"
    assert printed.err.startswith(f"digit_recognizer: {path}: ")
    assert printed.err.count("\n") == 1


def test_of_a_phones_picture_with_another_inside_the_first_is_read(tmp_path, capsys):
    pages = [Image.fromarray(paste_digits([text])[0]) for text in ("4711", "305")]
    path = tmp_path / "phone.jpg"
    pages[0].save(path, "MPO", save_all=True, append_images=pages[1:])
    assert dr.main(["predict", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 4711\n"


@pytest.mark.parametrize("name", ["IMG_1.HEIC", "IMG_1.jpg", "page.pdf", "page.png"])
def test_what_heic_and_pdf_are_is_told_by_what_is_in_the_file_with_a_remedy(name, tmp_path, capsys):
    path = tmp_path / name
    if name.startswith("IMG"):
        path.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(2000))
    else:
        Image.new("RGB", (50, 50)).save(path, "PDF")
    assert dr.main(["predict", str(path)]) == 1
    said = capsys.readouterr().err
    expected = (
        ("HEIC", "JPEG", "most compatible") if name.startswith("IMG") else ("PDF", "screenshot")
    )
    assert all(word in said for word in (str(path), *expected))
    assert said.count("\n") == 1


def test_pictures_that_are_none_get_an_error_each_and_the_others_are_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = paste_digits(["4711"])[0]
    cv2.imwrite("good.png", page)
    content = Path("good.png").read_bytes()
    Path("cut.png").write_bytes(content[: len(content) // 2])
    Path("empty.png").touch()
    Path("text.png").write_text("4711")
    Path("folder.png").mkdir()
    Image.new("1", (20000, 20000)).save("bomb.png")
    cv2.imwrite("1x1.png", np.zeros((1, 1), np.uint8))
    cv2.imwrite("1x10000.png", np.full((1, 10000), 200, np.uint8))
    # To be turned (0x0112), beside a tag (0x012D) that should be numbers and is a text.
    entries = "012D 0002 00000006 00000026 0112 0003 00000001 00060000 00000000"
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02" + bytes.fromhex(entries) + b"\0" * 12
    Image.fromarray(page).save("exif.jpg", exif=exif)
    Image.fromarray(page).save("page.gif")
    readable = ["good.png", "page.gif"]
    for name in ("two words.png", "fünf.png", "😀.png", "a\\b.png"):
        if sys.platform != "win32" or name != "a\\b.png":
            Path(name).write_bytes(content)
            readable.append(name)
    wrong = ["cut.png", "empty.png", "text.png", "folder.png", "missing.png", "bomb.png"]
    wrong += ["exif.jpg"]
    blank = ["1x1.png", "1x10000.png"]
    done = run("predict", "--json", *wrong, *blank, *readable)
    assert done.returncode == 1
    assert done.stderr == ""
    answers = {line["image"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert list(answers) == wrong + blank + readable
    for name in wrong:
        assert answers[name]["error"].startswith(f"{name}: ")
    for name in blank:
        assert (answers[name]["text"], answers[name]["error"]) == ("", None)
    for name in readable:
        assert (answers[name]["text"], answers[name]["error"]) == ("4711", None)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_any_console_can_show_any_name(encoding, tmp_path):
    path = tmp_path / "Größe 😀.png"
    Image.fromarray(paste_digits(["4711"])[0]).save(path)
    done = run("predict", path, encoding=encoding, env=os.environ | {"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(".png: 4711\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no head")
def test_a_reader_who_has_seen_enough_gives_no_traceback(tmp_path):
    path = tmp_path / "3.png"
    cv2.imwrite(str(path), drawing(DRAWN[3]))
    command = f"'{sys.executable}' '{SCRIPT}' predict {' '.join([str(path)] * 50)} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (f"{path}: 3\n", "")


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
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("digit_recognizer: ")
    assert said in done.stderr


def test_an_old_opencv_gives_one_line(monkeypatch, capsys):
    monkeypatch.delattr(cv2.dnn, "ENGINE_CLASSIC")
    assert dr.main(["evaluate"]) == 1
    assert "too old: python -m pip install -U opencv-python" in capsys.readouterr().err


@no_sigint
@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_ctrl_c_ends_a_subcommand_at_once_with_one_line(command, tmp_path):
    path = tmp_path / "3.png"
    cv2.imwrite(str(path), drawing(DRAWN[3]))
    images = [str(path)] * 3000 if command == "predict" else []
    with subprocess.Popen(
        [sys.executable, SCRIPT, command, *images],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        time.sleep(0.8)
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


def test_help_shows_examples_and_wrong_usage_is_status_2():
    done = run("--help")
    assert done.returncode == 0
    assert "predict page.jpg" in done.stdout
    assert run("train", "--epochs", "0").returncode == 2
    assert run("predict").returncode == 2


def test_the_model_option_works_before_and_after_the_subcommand(tmp_path, capsys):
    for arguments in (["--model", "no.tflite", "evaluate"], ["evaluate", "--model", "no.tflite"]):
        assert dr.main(arguments) == 1
        assert "no.tflite: no such model file" in capsys.readouterr().err


def test_without_a_model_file_it_trains_first_and_then_opens(tmp_path, monkeypatch, short_training):
    opened = []
    keras_model, file = short_training
    monkeypatch.setattr(
        dr, "train_and_save", lambda path, *_: shutil.copy(file, path) and keras_model
    )
    monkeypatch.setattr(dr, "open_root", lambda: types.SimpleNamespace(destroy=lambda: None))
    monkeypatch.setattr(
        dr, "App", lambda model: types.SimpleNamespace(run=lambda: opened.append(model))
    )
    assert dr.main(["--model", str(tmp_path / "new.tflite")]) == 0
    assert len(opened) == 1
    assert Image.open(tmp_path / "new-training.png").size == (1500, 720)


def test_a_bundle_reads_anywhere_without_tensorflow(tmp_path):
    assert run("bundle", "classroom.pyz", cwd=tmp_path).returncode == 0
    (tmp_path / "keras.py").write_text("raise ImportError('No module named keras')")
    cv2.imwrite(str(tmp_path / "page.png"), paste_digits(PAGE)[0])
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
    assert bundle("evaluate", "--data", HERE / "mnist.npz").stdout.startswith("Test images read")
    # What is taught is kept beside the bundle, and a model trained there goes before its own.
    dr.keep_taught(tmp_path / "my_digits", dr.normalize_digit(255 - drawing(HEART)), 3)
    cv2.imwrite(str(school / "heart.png"), drawing(HEART))
    assert bundle("predict", "heart.png").stdout == "heart.png: 3\n"
    (tmp_path / "digit_recognizer.tflite").write_bytes(b"damaged")
    assert "damaged" in bundle("predict", "../page.png").stderr
    assert (
        bundle("bundle", "again.pyz", "--model", HERE / "digit_recognizer.tflite").returncode == 0
    )
    assert sorted(os.listdir(school)) == ["again.pyz", "heart.png"]


def test_bundle_replaces_no_file_of_another_kind(tmp_path, capsys):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear teacher")
    document = tmp_path / "letter.docx"  # a zip file, as a bundle is
    with zipfile.ZipFile(document, "w") as packed:
        packed.writestr("word/document.xml", "Dear teacher")
    for file in (letter, document):
        before = file.read_bytes()
        assert dr.main(["bundle", str(file)]) == 1
        assert "is no bundle" in capsys.readouterr().err
        assert file.read_bytes() == before
    for _ in range(2):  # its own bundle is made anew
        assert dr.main(["bundle", str(tmp_path / "classroom.pyz")]) == 0


def test_a_star_stands_for_pictures_where_the_shell_leaves_it(tmp_path, capsys):
    """As cmd.exe does."""
    for name in ("b[1].png", "a.png"):
        cv2.imwrite(str(tmp_path / name), drawing(DRAWN[5]))
    assert dr.main(["predict", str(tmp_path / "*.png")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'a.png'}: 5\n{tmp_path / 'b[1].png'}: 5\n"
    assert dr.main(["predict", str(tmp_path / "b[1].png")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'b[1].png'}: 5\n"
    assert dr.main(["predict", str(tmp_path / "*.gif")]) == 1
    assert "*.gif: No such file" in capsys.readouterr().err


def test_a_transparent_picture_is_shown_on_paper_as_it_is_read(tmp_path, capsys):
    page = paste_digits(["4711"])[0]
    clear = Image.new("RGBA", page.shape[::-1])
    clear.putalpha(Image.fromarray(255 - page))
    clear.save(tmp_path / "clear.png")
    assert dr.main(["predict", "--boxes", str(tmp_path / "out"), str(tmp_path / "clear.png")]) == 0
    assert capsys.readouterr().out.endswith("clear.png: 4711\n")
    boxed = cv2.imread(str(tmp_path / "out" / "clear.png"))
    assert (boxed[:20] == 255).all()  # white paper
    assert boxed.min() < 30  # black ink


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of memory")
def test_a_page_of_joined_writing_takes_little_memory(tmp_path):
    """200 words, each one long piece that may be cut in many ways."""
    word = np.full((60, 260), 255, np.uint8)
    across = np.arange(10, 250)
    points = np.column_stack([across, 30 + 18 * np.sin(across / 5)]).astype(np.int32)
    cv2.polylines(word, [points], False, 0, 3, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "page.png"), np.tile(word, (25, 8)))
    code = (
        "import re, sys, digit_recognizer as dr;"
        "dr.main(sys.argv[1:]);"
        "print(int(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "predict", "--json", tmp_path / "page.png"],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    answer, megabytes = done.stdout.splitlines()
    assert json.loads(answer)["error"] is None
    assert int(megabytes) < 400


def test_evaluate_draws_a_report(tmp_path, monkeypatch, capsys):
    (_, _), (images, labels) = mnist()
    few = (None, (images[:1000], labels[:1000]))
    monkeypatch.setattr(dr, "load_mnist", lambda path: few)
    report = tmp_path / "report.png"
    assert dr.main(["evaluate", "--report", str(report)]) == 0
    assert f"Saved {report}" in capsys.readouterr().out
    drawn = np.asarray(Image.open(report))
    assert drawn.shape == (1080, 1920, 3)
    blue = (drawn == (11, 92, 173)).all(2)
    assert blue[230:970, 120:860].mean() > 0.08  # the ten cells of the diagonal
    assert blue[240, 130]
    assert not blue[240, 840]
