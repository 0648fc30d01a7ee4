"""What the tests of the generators share: networks as rows of a table, single steps, slopes."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import expit, log_softmax
from scipy.stats import norm

from deep_oversampling.training.backends import compile_epoch
from deep_oversampling.training.engine import shuffled_batches

TINY = {"image_shape": (8, 8, 1), "n_classes": 3, "latent_size": 4, "widths": (3, 4, 6)}

LEAKY_RELU, RELU, SIGMOID = (-0.4, 3.0), (0.0, 3.0), (expit(-2), expit(3))
"""What an activation makes of −2 and 3."""

GENERATOR = [
    ("Dense", (1024,), None, None, ["batch-norm", RELU]),
    ("Dense", (6272,), None, None, ["batch-norm", RELU]),
    ("Conv2DTranspose", (14, 14, 64), (4, 4), (2, 2), ["batch-norm", RELU]),
    ("Conv2DTranspose", (28, 28, 1), (4, 4), (2, 2), [SIGMOID]),
]
FEATURES = [
    ("Conv2D", (14, 14, 64), (4, 4), (2, 2), [LEAKY_RELU]),
    ("Conv2D", (7, 7, 128), (4, 4), (2, 2), ["batch-norm", LEAKY_RELU]),
    ("Dense", (1024,), None, None, ["batch-norm", LEAKY_RELU]),
]


def described(network, bias=True):
    """Every layer with weights as a row of the paper's tables, and what follows it."""
    rows = []
    for layer in network.layers:
        match layer:
            case keras.layers.Conv2D() | keras.layers.Conv2DTranspose() | keras.layers.Dense():
                assert layer.use_bias == bias
                kernel, strides = getattr(layer, "kernel_size", None), getattr(layer, "strides", None)
                rows.append(
                    (type(layer).__name__, layer.output.shape[1:], kernel, strides, activated(layer.activation))
                )
            case keras.layers.BatchNormalization():
                assert (layer.momentum, layer.epsilon) == (0.9, 1e-5)
                rows[-1][-1].append("batch-norm")
            case keras.layers.Dropout():
                rows[-1][-1].append(f"dropout {layer.rate}")
            case keras.layers.UpSampling2D() if rows:
                assert layer.interpolation == "nearest"
                rows[-1][-1].append(f"upsample {layer.size}")
            case keras.layers.LeakyReLU() | keras.layers.ReLU() | keras.layers.Activation():
                rows[-1][-1].extend(activated(layer))
            case _:
                assert not layer.weights
    return rows


def activated(activation):
    points = np.array([-2, 3], np.float32)
    values = ops.convert_to_numpy(activation(ops.convert_to_tensor(points)))
    return [] if (values == points).all() else [pytest.approx(values, rel=1e-6)]


def shapes(tensors):
    return [tuple(each.shape) for each in tensors]


def parameters_of_convolution(inputs, maps, size=4):
    return size * size * inputs * maps + maps


def parameters_of_dense(inputs, units):
    return inputs * units + units


def parameters_of_generator():
    return (
        parameters_of_dense(62 + 10, 1024)
        + 4 * 1024
        + parameters_of_dense(1024, 7 * 7 * 128)
        + 4 * 7 * 7 * 128
        + parameters_of_convolution(128, 64)
        + 4 * 64
        + parameters_of_convolution(64, 1)
    )


def parameters_of_features(channels):
    return (
        parameters_of_convolution(channels, 64)
        + parameters_of_convolution(64, 128)
        + 4 * 128
        + parameters_of_dense(7 * 7 * 128, 1024)
        + 4 * 1024
    )


def kernels_of(*networks):
    """The kernels of all layers, by layer; a layer that networks share comes once."""
    layers = {id(layer): layer for network in networks for layer in network.layers if hasattr(layer, "kernel")}
    return [(layer, layer.kernel.numpy()) for layer in layers.values()]


def check_paper_s_initial_weights(*networks, count):
    kernels = kernels_of(*networks)
    for layer, kernel in kernels:
        assert not layer.bias.numpy().any()
        truncated = type(layer) is keras.layers.Conv2D
        assert (np.abs(kernel).max() <= 0.04) == truncated
        expected = 0.02 * (norm.expect(lambda x: x * x, lb=-2, ub=2, conditional=True) ** 0.5 if truncated else 1)
        assert kernel.std() == pytest.approx(expected, rel=4 / np.sqrt(2 * kernel.size))
        assert kernel.mean() == pytest.approx(0, abs=5 * 0.02 / np.sqrt(kernel.size))
    assert len(kernels) == count
    assert len({kernel.ravel()[0] for _, kernel in kernels}) == count


def first_convolution_sees(network, inputs):
    first = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
    return ops.convert_to_numpy(keras.Model(network.inputs, first.input)(inputs))


def check_adam(optimizer, learning_rate):
    assert type(optimizer) is keras.optimizers.Adam
    assert float(optimizer.learning_rate) == pytest.approx(learning_rate)
    assert (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.5, 0.999, 1e-7)
    assert (optimizer.weight_decay, optimizer.clipnorm, optimizer.use_ema, optimizer.amsgrad) == (
        None,
        None,
        False,
        False,
    )


def check_all_variables_are_listed(build):
    """Whatever Keras variable comes into being with a model must be among its variables, once."""
    made, initialize = [], keras.Variable.__init__

    def record(variable, *args, **kwargs):
        made.append(variable)
        initialize(variable, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Variable, "__init__", record)
        listed = build().variables
    assert sorted(variable.path for variable in listed) == sorted(variable.path for variable in made)
    assert len(ids(listed)) == len(listed)
    assert ids(listed) == ids(made)


def spread(*networks):
    """Give weights that make losses differ from image to image."""
    generator = np.random.default_rng(1)
    for network in networks:
        for variable in network.trainable_variables:
            variable.assign(generator.normal(0, 0.5, variable.shape))


def stand_still(model):
    for value in vars(model).values():
        if isinstance(value, keras.optimizers.Optimizer):
            value.learning_rate = 0.0


def take_step(step, variables, arrays):
    """Take one step on all images; without compiling where that can be done, since it takes longest."""
    if keras.backend.backend() == "tensorflow":
        return {name: float(value) for name, value in step(*map(ops.convert_to_tensor, arrays)).items()}
    return compile_epoch(step, arrays, variables)(np.arange(len(arrays[0]), dtype=np.int32)[None])


def descend(model, optimizer_name, trained, arrays, step=None, rate=0.05):
    """Take a step with one of the optimisers replaced by plain gradient descent, the others standing still.

    Gives the terms, the ids of the trainable variables that moved, and a function that says how steep a loss is
    along the step: 1 if what the step followed is its whole gradient.
    """
    stand_still(model)
    optimizer = keras.optimizers.SGD(rate)
    optimizer.build(trained)
    setattr(model, optimizer_name, optimizer)
    before = {id(variable): variable.numpy() for variable in model.variables}
    terms = take_step(step or model.step, model.variables, arrays)
    after = {id(variable): variable.numpy() for variable in model.variables}
    moved = {id(each) for each in model.variables if each.trainable and (before[id(each)] != after[id(each)]).any()}
    gradients = [(before[id(variable)] - after[id(variable)]) / rate for variable in trained]
    length = np.sqrt(sum(np.square(gradient, dtype=np.float64).sum() for gradient in gradients))

    def place(distance):
        for variable, gradient in zip(trained, gradients, strict=True):
            variable.assign(before[id(variable)] + distance * gradient / length)

    def steepness(loss, distance=3e-4):
        losses = []
        for sign in (1, -1):
            place(sign * distance)
            losses.append(loss())
        place(-rate * length)
        return (losses[0] - losses[1]) / (2 * distance) / length

    return terms, moved, steepness


def outputs(network, *inputs, training=True):
    """What a network gives for arrays, as an array."""
    tensors = [ops.convert_to_tensor(each) for each in inputs]
    return ops.convert_to_numpy(network(tensors if len(tensors) > 1 else tensors[0], training=training))


def ids(variables):
    return {id(variable) for variable in variables}


def kernel_ids(*networks):
    return {id(layer.kernel) for layer, _ in kernels_of(*networks)}


def taken_for_real(logits):
    return -np.log(expit(np.asarray(logits, np.float64))).mean()


def taken_for_fake(logits):
    return -np.log(1 - expit(np.asarray(logits, np.float64))).mean()


def cross_entropy(logits, one_hot):
    return -(log_softmax(np.asarray(logits, np.float64), axis=1) * one_hot).sum(axis=1).mean()


class CompiledTraining:
    """Trains models of any seed and learning rates in one compiled program, each from its initial state on."""

    def __init__(self, build, arrays, step="step"):
        self.build, self.model = build, build(seed=0)
        self.run_epoch = compile_epoch(getattr(self.model, step), arrays, self.model.variables)
        self.n_images = len(arrays[0])

    def __call__(self, model, epochs, batch_size=6):
        for variable, initial in zip(self.model.variables, model.variables, strict=True):
            variable.assign(initial)
        draw, generator = shuffled_batches(self.n_images, batch_size), np.random.default_rng(0)
        history = [self.run_epoch(draw(generator)) for _ in range(epochs)]
        for variable, final in zip(model.variables, self.model.variables, strict=True):
            variable.assign(final)
        return history


def check_weights_follow_the_seed(build, names, arrays, steps=("step",)):
    """Two steps each: the same seed gives the same weights, byte by byte, and another seed other ones."""
    models = [build(seed) for seed in (5, 5, 6)]
    for model in models:
        for step in (*steps, *steps):
            take_step(getattr(model, step), model.variables, arrays)
    for name in names:
        check_same_seed_same_weights(*(getattr(model, name).trainable_variables for model in models))


def check_same_seed_same_weights(first, second, other):
    for one, same, another in zip(first, second, other, strict=True):
        assert one.numpy().tobytes() == same.numpy().tobytes()
        assert (one.numpy() != another.numpy()).any()


def closest_class(drawn, images, labels):
    """The class whose mean image each drawn one is closest to."""
    means = np.stack([images[column == 1].mean(axis=0) for column in labels.T])
    return np.linalg.norm((drawn[:, None] - means).reshape(*drawn.shape[:1], len(means), -1), axis=-1).argmin(axis=1)
