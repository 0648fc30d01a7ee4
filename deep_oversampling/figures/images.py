"""Real images beside synthetic ones, a row for each minority class."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deep_oversampling.datasets.catalogue import DATASETS
from deep_oversampling.figures.looks import dagger_notes
from deep_oversampling.figures.style import PAGE_WIDTH, add_notes, add_title, house_style
from deep_oversampling.names import class_label, method_label
from deep_oversampling.storage import ImageSet

_GAP = 2
_MOST_BLOCKS_A_ROW = 5
_LABEL_WIDTH = 0.9


@house_style()
def method_images_figure(
    real: ImageSet,
    synthetic: ImageSet,
    dataset: str,
    minority: Sequence[int],
    method: str,
    title: str,
    images_per_class: int = 8,
) -> Figure:
    """Show real training images and a method's synthetic ones (paper, Figs. 1 and 2).

    Parameters
    ----------
    real, synthetic : ImageSet
        The skewed training set, and what the method added to it.
    dataset : str
        Its name; fixes the image shape and the classes' names.
    minority : sequence of int
        The classes, from the top row to the bottom one.
    method, title : str
        Whose images they are, and of which setting.
    images_per_class : int, default=8
        Places in a row of each half. Images are taken evenly from first to last; places that a class has no images
        for stay blank.

    Returns
    -------
    Figure
        Real images at the left, synthetic ones at the right.
    """
    blocks = {"Real images": real, f"Synthetic images: {method_label(method)}": synthetic}
    figure = _blocks_figure(blocks, dataset, minority, images_per_class)
    add_title(figure, title)
    add_notes(figure, [*_blank_notes(blocks, minority, images_per_class), *dagger_notes([method])])
    return figure


@house_style()
def all_methods_figure(
    real: ImageSet,
    synthetic: Mapping[str, ImageSet],
    dataset: str,
    minority: Sequence[int],
    title: str,
    images_per_class: int = 4,
) -> Figure:
    """Show real training images beside those of every method.

    Parameters
    ----------
    real : ImageSet
        The skewed training set.
    synthetic : mapping of str to ImageSet
        What each method added, by its name.
    dataset, minority, title, images_per_class
        As for :func:`method_images_figure`.

    Returns
    -------
    Figure
        A block for the real images and one for each method, in the order given.
    """
    blocks = {"Real images": real, **{method_label(method): images for method, images in synthetic.items()}}
    figure = _blocks_figure(blocks, dataset, minority, images_per_class)
    add_title(figure, title)
    add_notes(figure, [*_blank_notes(blocks, minority, images_per_class), *dagger_notes(synthetic)])
    return figure


def mosaic(
    image_set: ImageSet, classes: Sequence[int], images_per_class: int, image_shape: tuple[int, int]
) -> np.ndarray:
    """Put images into rows, one for each class, evenly taken from the first to the last of the class.

    Parameters
    ----------
    image_set : ImageSet
        Where images are taken from.
    classes : sequence of int
        From the top row to the bottom one.
    images_per_class : int
        Places in a row.
    image_shape : tuple of int
        Height and width in pixels.

    Returns
    -------
    ndarray of shape (n_classes * (height + 2) - 2, images_per_class * (width + 2) - 2), dtype float64
        0 black to 255 white; NaN between the images and at places without one.
    """
    height, width = image_shape
    canvas = np.full((len(classes) * (height + _GAP) - _GAP, images_per_class * (width + _GAP) - _GAP), np.nan)
    for row, label in enumerate(classes):
        images = image_set.images[image_set.labels == label]
        for column, place in enumerate(_evenly(len(images), images_per_class)):
            top, left = row * (height + _GAP), column * (width + _GAP)
            canvas[top : top + height, left : left + width] = images[place].reshape(image_shape)
    return canvas


def _evenly(count: int, wanted: int) -> np.ndarray:
    return np.linspace(0, count - 1, min(count, wanted)).round().astype(int)


def _blocks_figure(
    blocks: Mapping[str, ImageSet], dataset: str, minority: Sequence[int], images_per_class: int
) -> Figure:
    image_shape = _image_shape(dataset, next(iter(blocks.values())))
    columns = min(len(blocks), _MOST_BLOCKS_A_ROW)
    rows = -(-len(blocks) // columns)
    image_width = (PAGE_WIDTH - _LABEL_WIDTH) / columns / (images_per_class + 0.5)
    block_height = len(minority) * image_width * image_shape[0] / image_shape[1]
    figure = Figure(figsize=(PAGE_WIDTH, rows * (block_height + 0.3) + 0.7), layout="constrained")
    figure.get_layout_engine().set(wspace=0.04)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid[len(blocks) :]:
        axes.set_visible(False)
    for place, (axes, (name, images)) in enumerate(zip(grid, blocks.items(), strict=False)):
        _show_block(axes, mosaic(images, minority, images_per_class, image_shape), name)
        if place % columns == 0:
            middles = np.arange(len(minority)) * (image_shape[0] + _GAP) + image_shape[0] / 2 - 0.5
            axes.set_yticks(middles, [class_label(dataset, label) for label in minority])
    return figure


def _image_shape(dataset: str, images: ImageSet) -> tuple[int, int]:
    if dataset in DATASETS:
        return DATASETS[dataset].image_shape
    side = round(images.images.shape[1] ** 0.5)
    return side, side


def _show_block(axes: Axes, canvas: np.ndarray, name: str) -> None:
    axes.set_title(name)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.imshow(canvas, vmin=0, vmax=255)


def _blank_notes(blocks: Mapping[str, ImageSet], minority: Sequence[int], images_per_class: int) -> list[str]:
    fewest = min(np.count_nonzero(images.labels == label) for images in blocks.values() for label in minority)
    return ["Blank: the class has no more images."] if fewest < images_per_class else []
