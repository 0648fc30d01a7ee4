import numpy as np
import pytest
from figure_data import cut_off, panels, tick_names, words

from deep_oversampling.figures.images import all_methods_figure, method_images_figure, mosaic
from deep_oversampling.storage import ImageSet


def flat_images(counts, first=0):
    """Images of one grey each, numbered from ``first``, so that every place tells which image it shows."""
    labels = np.repeat(list(counts), list(counts.values())).astype(np.uint8)
    greys = (first + np.arange(len(labels))).astype(np.uint8)
    return ImageSet(np.repeat(greys[:, None], 784, axis=1), labels)


def shown(axes):
    return np.ma.filled(np.ma.asarray(axes.images[0].get_array(), dtype=float), np.nan)


def places(canvas):
    """The grey of every place; NaN where it is blank."""
    return canvas[::30, ::30]


def test_images_are_taken_evenly_from_first_to_last():
    canvas = mosaic(flat_images({3: 9, 4: 9}), [3, 4], 3, (28, 28))
    assert canvas.shape == (58, 88)
    assert places(canvas).tolist() == [[0, 4, 8], [9, 13, 17]]
    assert np.isnan(canvas[28:30]).all()
    assert np.isnan(canvas[:, 28:30]).all()


def test_missing_images_leave_places_blank():
    canvas = places(mosaic(flat_images({3: 2}), [3, 4], 4, (28, 28)))
    assert canvas[0, :2].tolist() == [0, 1]
    assert np.isnan(canvas[0, 2:]).all()
    assert np.isnan(canvas[1]).all()


def test_pixels_are_not_turned():
    image = np.arange(6, dtype=np.uint8)
    assert mosaic(ImageSet(image[None], np.array([1], np.uint8)), [1], 1, (2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_real_images_left_and_synthetic_right():
    real, synthetic = flat_images({0: 3, 3: 4, 4: 4}), flat_images({3: 20, 4: 20}, first=100)
    figure = method_images_figure(real, synthetic, "mnist", [3, 4], "CVAE", "MNIST", images_per_class=4)
    left, right = panels(figure)
    assert (left.get_title(), right.get_title()) == ("Real images", "Synthetic images: CVAE")
    assert places(shown(left)).tolist() == [[3, 4, 5, 6], [7, 8, 9, 10]]
    assert places(shown(right))[:, 0].tolist() == [100, 120]
    assert tick_names(left) == ["3", "4"]
    assert "Blank" not in words(figure)
    assert not cut_off(figure)


def test_classes_have_names_and_blank_places_are_explained():
    real, synthetic = flat_images({3: 2, 5: 2}), flat_images({})
    figure = method_images_figure(real, synthetic, "fashion-mnist", [3, 5], "ADASYN", "Fashion-MNIST")
    left, right = panels(figure)
    assert tick_names(left) == ["Dress (3)", "Sandal (5)"]
    assert np.isnan(shown(right)).all()
    assert "Blank: the class has no more images." in words(figure)
    assert "† not in the paper" in words(figure)


@pytest.mark.parametrize("count", [1, 4, 9])
def test_a_block_for_each_method(count):
    methods = [f"Method{number}" for number in range(count)]
    synthetic = {method: flat_images({3: 5, 4: 5}, 10 * number) for number, method in enumerate(methods)}
    figure = all_methods_figure(flat_images({3: 5, 4: 5}, 200), synthetic, "mnist", [3, 4], "MNIST")
    blocks = panels(figure)
    assert [axes.get_title() for axes in blocks] == ["Real images", *(f"{method} †" for method in methods)]
    assert [places(shown(axes))[0, 0] for axes in blocks] == [200, *range(0, 10 * count, 10)]
    assert not cut_off(figure)
