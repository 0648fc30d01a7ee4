import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from imblearn import FunctionSampler
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import ADASYN, SMOTE, SVMSMOTE, BorderlineSMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from deep_oversampling.errors import InputError
from deep_oversampling.samplers.synthesis import draw_missing, fewer_neighbours, missing_labels, oversample, to_bytes
from deep_oversampling.storage import ImageSet

SIZES = {0: 30, 1: 6, 4: 9}
MISSING = {1: 24, 4: 21}


def images_of(sizes, seed=0, spread=60.0):
    """Images in mixed order, those of a class scattered around a common one."""
    generator = np.random.default_rng(seed)
    labels = np.repeat(np.array(list(sizes), np.uint8), list(sizes.values()))
    generator.shuffle(labels)
    centres = generator.uniform(60, 195, (max(sizes) + 1, 16))
    pixels = np.clip(np.rint(generator.normal(centres[labels], spread)), 0, 255)
    return ImageSet(pixels.astype(np.uint8), labels, np.arange(len(labels), dtype=np.uint32))


IMAGES = images_of(SIZES)


def refusal(sampler, image_set=IMAGES, name="method"):
    with pytest.raises(InputError) as refused:
        oversample(sampler, image_set, name)
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith(name)
    return message


def counted(labels):
    return dict(zip(*(found.tolist() for found in np.unique(labels, return_counts=True)), strict=True))


# What is added


@pytest.mark.parametrize(
    "sampler", [SMOTE(random_state=0), RandomOverSampler(random_state=0), BorderlineSMOTE(random_state=0)], ids=repr
)
def test_every_class_is_brought_to_the_majority_count(sampler):
    synthetic = oversample(sampler, IMAGES, "method")
    assert counted(synthetic.labels) == MISSING
    assert synthetic.images.shape == (45, 16)
    assert (synthetic.images.dtype, synthetic.labels.dtype) == (np.uint8, np.uint8)
    assert synthetic.source_index is None


@settings(max_examples=20)
@given(sizes=st.dictionaries(st.integers(0, 9), st.integers(1, 12), min_size=2), seed=st.integers(0, 2**31 - 1))
def test_random_adds_copies_of_the_classes_images(sizes, seed):
    image_set = images_of(sizes)
    synthetic = oversample(RandomOverSampler(random_state=seed), image_set, "RANDOM")
    np.testing.assert_array_equal(np.sort(synthetic.labels), missing_labels(image_set.labels))
    real = {(label, image.tobytes()) for label, image in zip(image_set.labels, image_set.images, strict=True)}
    assert {(label, image.tobytes()) for label, image in zip(synthetic.labels, synthetic.images, strict=True)} <= real


@pytest.mark.parametrize("k_neighbors", [2, 5])
def test_smote_adds_images_between_an_image_and_a_near_one_of_its_class(k_neighbors):
    synthetic = oversample(SMOTE(k_neighbors=k_neighbors, random_state=0), IMAGES, "SMOTE")
    between = 0
    for label in MISSING:
        real = IMAGES.images[IMAGES.labels == label].astype(float)
        distances = np.linalg.norm(real[:, None] - real, axis=-1)
        neighbours = np.argsort(distances, axis=1)[:, 1 : k_neighbors + 1]
        starts, steps = np.repeat(real, k_neighbors, axis=0), (real[neighbours] - real[:, None]).reshape(-1, 16)
        for image in synthetic.images[synthetic.labels == label].astype(float):
            shares = ((image - starts) * steps).sum(axis=1) / (steps**2).sum(axis=1)
            nearest = starts + np.clip(shares, 0, 1)[:, None] * steps
            errors = np.abs(image - nearest).max(axis=1)
            # Half a byte from rounding, and a little from the share being fitted to rounded pixels.
            assert errors.min() <= 1
            between += 0.05 < shares[errors.argmin()] < 0.95
    assert between > 20


def test_smote_is_what_imbalanced_learn_gives_on_the_unit_interval():
    synthetic = oversample(SMOTE(random_state=3), IMAGES, "SMOTE")
    pixels, labels = SMOTE(random_state=3).fit_resample(IMAGES.images.astype(np.float32) / 255, IMAGES.labels)
    np.testing.assert_array_equal(synthetic.labels, labels[45:])
    np.testing.assert_array_equal(synthetic.images, np.floor(pixels[45:].astype(float) * 255 + 0.5))


def test_the_seed_fixes_what_is_added():
    def added(seed):
        return oversample(SMOTE(random_state=seed), IMAGES, "SMOTE").images

    np.testing.assert_array_equal(added(1), added(1))
    assert (added(1) != added(2)).any()


def test_a_sampler_that_adds_nothing_is_fine():
    synthetic = oversample(FunctionSampler(), IMAGES, "Imbalanced")
    assert len(synthetic) == 0
    assert synthetic.images.shape == (0, 16)


def test_a_balanced_set_lacks_nothing():
    balanced = images_of({0: 8, 1: 8})
    assert len(oversample(SMOTE(), balanced, "SMOTE")) == 0


def test_the_images_given_are_left_alone():
    before = IMAGES.images.copy(), IMAGES.labels.copy()

    def spoil(X, y):
        X[:], y[:] = 0, 1
        return X, y

    refusal(FunctionSampler(func=spoil))
    np.testing.assert_array_equal(IMAGES.images, before[0])
    np.testing.assert_array_equal(IMAGES.labels, before[1])


# ADASYN adds about as many as are missing


def lone_minority():
    """A class of 5 far apart from each other, each among the 20 of another class: ADASYN adds 3 beside each."""
    places = np.repeat(np.arange(5), 5)
    images = np.zeros((25, 10), np.uint8)
    images[np.arange(25), places] = 250
    images[np.arange(25), 5 + np.arange(25) % 5] = 10
    labels = np.where(np.arange(25) % 5 == 0, 1, 0).astype(np.uint8)
    return ImageSet(images, labels)


def test_adasyn_is_taken_where_it_adds_exactly_what_is_missing():
    synthetic = oversample(ADASYN(n_neighbors=4, random_state=0), lone_minority(), "ADASYN")
    assert counted(synthetic.labels) == {1: 15}


@pytest.mark.parametrize("surplus", [False, True])
def test_adasyn_adds_exactly_what_is_missing_where_it_alone_adds_another_number(surplus):
    def added(images):
        return len(ADASYN(random_state=0).fit_resample(images.scaled(), images.labels)[1]) - len(images)

    sets = (images_of({0: 30, 1: 7}, seed=seed, spread=150.0) for seed in range(40))
    uneven = next(images for images in sets if added(images) != 23 and (added(images) > 23) == surplus)
    synthetic = oversample(ADASYN(random_state=0), uneven, "ADASYN")
    assert counted(synthetic.labels) == {1: 23}


def test_adasyn_is_refused_where_it_gives_up():
    apart = images_of({0: 30, 1: 7}, spread=1.0)
    assert "ADASYN is not suited for this specific dataset" in refusal(ADASYN(), apart, "ADASYN")


# What is refused


@pytest.mark.parametrize(
    "sampler",
    [
        SMOTEENN(random_state=0),
        RandomUnderSampler(random_state=0),
        FunctionSampler(func=lambda X, y: (X[::-1], y[::-1])),
        FunctionSampler(func=lambda X, y: (X, y[::-1])),
        FunctionSampler(func=lambda X, y: (X * np.float32(0.99), y)),
        FunctionSampler(func=lambda X, y: (np.multiply(X, np.float32(0.99), out=X), y)),
        FunctionSampler(func=lambda X, y: (X, np.subtract(4, y, out=y))),
        FunctionSampler(func=lambda X, y: (X[:-1], y[:-1])),
    ],
    ids=[
        "SMOTEENN",
        "under",
        "reversed",
        "relabelled",
        "darkened",
        "darkened in place",
        "relabelled in place",
        "fewer",
    ],
)
def test_a_sampler_that_changes_what_it_is_given_is_refused(sampler):
    assert refusal(sampler) == "method changes the images it is given; only samplers that add images can be used"


def test_a_sampler_that_does_not_balance_is_refused():
    assert "adds 14 images to class 1, which lacks 24" in refusal(SMOTE(sampling_strategy={1: 20, 4: 30}))
    assert "adds 0 images to class 4, which lacks 21" in refusal(SMOTE(sampling_strategy="minority"))
    few = images_of({0: 30, 1: 8, 2: 7})
    assert "which lacks" in refusal(SVMSMOTE(random_state=0), few)


@pytest.mark.parametrize("label", [0, 7])
def test_images_of_a_class_that_lacks_none_are_refused(label):
    def add(X, y):
        X, y = RandomOverSampler(random_state=0).fit_resample(X, y)
        return np.concatenate([X, X[:1]]), np.append(y, np.uint8(label))

    assert f"adds 1 images to class {label}, which lacks 0" in refusal(FunctionSampler(func=add))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixels_that_are_no_numbers_are_refused(value):
    def add(X, y):
        X, y = RandomOverSampler(random_state=0).fit_resample(X, y)
        X[-1, 0] = value
        return X, y

    message = refusal(FunctionSampler(func=add))
    assert message == "method adds images with pixels that are no finite numbers; choose another sampler"


@pytest.mark.parametrize("sampler", [SMOTE(k_neighbors=6), BorderlineSMOTE(k_neighbors=8)])
def test_too_few_images_for_the_neighbours_are_one_clear_line(sampler):
    wanted = sampler.k_neighbors
    assert refusal(sampler, name="SMOTE") == (
        f"SMOTE needs more than {wanted} images of every class, but class 1 has 6; lower the imbalance ratio or"
        " k_neighbors"
    )


def test_just_enough_images_for_the_neighbours_will_do():
    assert counted(oversample(SMOTE(k_neighbors=5, random_state=0), IMAGES, "SMOTE").labels) == MISSING


def test_any_other_refusal_of_the_sampler_is_one_line():
    def refuse(X, y):
        raise ValueError("first\n  second")

    assert refusal(FunctionSampler(func=refuse)) == "method: first second"
    assert "n_neighbors" in refusal(ADASYN(n_neighbors=100))
    assert "'k_neighbors' parameter of SMOTE" in refusal(SMOTE(k_neighbors=-1))


# Labels, neighbours and bytes


@given(labels=arrays(np.uint8, st.integers(1, 60), elements=st.integers(0, 5)))
def test_missing_labels_balance(labels):
    missing = missing_labels(labels)
    assert missing.dtype == np.uint8
    np.testing.assert_array_equal(missing, np.sort(missing))
    counts = counted(np.concatenate([labels, missing]))
    assert set(counts.values()) == {max(counted(labels).values())}
    assert set(counts) == set(labels.tolist())


class Drawer:
    """Draws constant images as dark as their label; records the seed."""

    def sample(self, labels, seed):
        self.seed = seed
        return np.repeat(labels[:, None] / np.float32(5), 16, axis=1)


def test_missing_images_are_drawn_with_their_labels():
    drawer = Drawer()
    synthetic = draw_missing(drawer, IMAGES, seed=9)
    assert drawer.seed == 9
    assert counted(synthetic.labels) == MISSING
    np.testing.assert_array_equal(synthetic.images, np.repeat(synthetic.labels[:, None] * 51, 16, axis=1))
    assert synthetic.images.dtype == np.uint8
    assert synthetic.source_index is None


@pytest.mark.parametrize(("smallest", "expected"), [(2, 1), (4, 3), (5, 4)])
def test_neighbours_are_lowered_to_the_scarcest_class(smallest, expected):
    labels = np.repeat([0, 1, 2], [20, smallest, 9])
    sampler = SMOTE(k_neighbors=5)
    assert fewer_neighbours(sampler, labels) == f"k_neighbors {expected} instead of 5"
    assert sampler.k_neighbors == expected
    image_set = ImageSet(np.random.default_rng(0).integers(0, 256, (len(labels), 4), np.uint8), labels.astype(np.uint8))
    assert len(oversample(sampler, image_set, "SMOTE")) == 60 - len(labels)


@pytest.mark.parametrize("smallest", [1, 6, 30])
def test_neighbours_stay_where_they_suffice_or_nothing_helps(smallest):
    sampler = SMOTE(k_neighbors=5)
    assert fewer_neighbours(sampler, np.repeat([0, 1], [40, smallest])) is None
    assert sampler.k_neighbors == 5


@pytest.mark.parametrize("sampler", [RandomOverSampler(), FunctionSampler(), Drawer()])
def test_samplers_without_neighbours_are_left_alone(sampler):
    assert fewer_neighbours(sampler, np.array([0, 0, 1])) is None


@given(images=arrays(np.uint8, (3, 7)))
def test_bytes_survive_the_way_to_the_unit_interval_and_back(images):
    np.testing.assert_array_equal(to_bytes(ImageSet(images, np.zeros(3, np.uint8)).scaled()), images)


@given(pixels=arrays(np.float32, 20, elements=st.floats(-2, 3, width=32)))
def test_bytes_are_the_nearest_ones(pixels):
    found = to_bytes(pixels)
    assert found.dtype == np.uint8
    assert np.abs(found - np.clip(pixels.astype(float), 0, 1) * 255).max() <= 0.5 + 1e-4
