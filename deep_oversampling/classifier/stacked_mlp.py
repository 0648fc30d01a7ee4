"""Many multi-layer perceptrons trained as one model (paper, Table 14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import keras
import numpy as np
from keras import ops

from deep_oversampling.training.backends import minimize


@dataclass(frozen=True)
class MLPSettings:
    """What fixes the classifier; the defaults are Table 14 and section 4.3.

    Parameters
    ----------
    hidden : tuple of int, default=(512, 512)
        Units of the hidden ReLU layers.
    dropout : float, default=0.2
        Share of units dropped after each hidden layer.
    learning_rate : float, default=1e-3
        Of RMSprop.
    epochs : int, default=20
        Passes over the training set.
    batch_size : int, default=128
        Images a step.
    """

    hidden: tuple[int, ...] = (512, 512)
    dropout: float = 0.2
    learning_rate: float = 1e-3
    epochs: int = 20
    batch_size: int = 128


class StackedMLP:
    """MLPs in ``n_groups`` groups of ``n_candidates``.

    The candidates of a group start from the same weights and share batches and dropout masks,
    so that they differ by their sample weights alone; each is still trained exactly as if alone,
    since RMSprop works element by element and the losses are summed. A group's random numbers follow
    from its own seed, whatever it is stacked with. A group without images in a batch keeps its weights,
    but RMSprop's averages decay and its noise moves on: groups trained together should have as many batches.

    Parameters
    ----------
    n_features, n_classes : int
        Sizes of input and output.
    seeds : sequence of int
        One for each group: initial weights and dropout masks.
    synthetic_weights : ndarray of shape (n_groups, n_candidates)
        Sample weight of synthetic images.
    class_weights : ndarray of shape (n_groups, n_classes)
        What the weight of an image of each class is multiplied by.
    settings : MLPSettings
    """

    def __init__(
        self,
        n_features: int,
        n_classes: int,
        seeds: Sequence[int],
        synthetic_weights: np.ndarray,
        class_weights: np.ndarray,
        settings: MLPSettings,
    ) -> None:
        self._synthetic_weights = np.asarray(synthetic_weights, np.float32)[..., None]
        self._class_weights = np.asarray(class_weights, np.float32)
        self.settings = settings
        self.kernels, self.biases = [], []
        for layer, (fan_in, fan_out) in enumerate(pairwise((n_features, *settings.hidden, n_classes))):
            initial = np.stack([_glorot_uniform(seed, layer, fan_in, fan_out).T for seed in seeds])
            kernel = np.stack([initial] * self._synthetic_weights.shape[1], axis=1)
            self.kernels.append(keras.Variable(kernel, name=f"kernel_{layer}"))
            self.biases.append(keras.Variable(np.zeros((*kernel.shape[:-1], 1), np.float32)))
        self.noise = [keras.random.SeedGenerator(seed) for seed in seeds]
        self.optimizer = keras.optimizers.RMSprop(settings.learning_rate)
        self.optimizer.build(self._trainable)

    @property
    def _trainable(self) -> list[keras.Variable]:
        return self.kernels + self.biases

    @property
    def variables(self) -> list[keras.Variable]:
        """All state that training changes."""
        return [*self._trainable, *self.optimizer.variables, *(noise.state for noise in self.noise)]

    def parameters(self, group: int, candidate: int) -> list[np.ndarray]:
        """Return one model's kernels and biases, layer by layer, as ``keras.Model.get_weights`` has them."""
        kernels = [ops.convert_to_numpy(kernel)[group, candidate].T for kernel in self.kernels]
        biases = [ops.convert_to_numpy(bias)[group, candidate, :, 0] for bias in self.biases]
        return [array for pair in zip(kernels, biases, strict=True) for array in pair]

    def logits(self, images: keras.KerasTensor, training: bool) -> keras.KerasTensor:
        """Return log-odds, shape (n_groups, n_candidates, batch, n_classes).

        Parameters
        ----------
        images : tensor of shape (n_groups, batch, n_features)
            In [0, 1].
        training : bool
            Whether to drop units.
        """
        groups, candidates, units, features = self.kernels[0].shape
        wide = ops.reshape(self.kernels[0], (groups, candidates * units, features))
        hidden = ops.matmul(wide, ops.transpose(images, (0, 2, 1)))
        hidden = ops.reshape(hidden, (groups, candidates, units, -1)) + self.biases[0]
        for kernel, bias in zip(self.kernels[1:], self.biases[1:], strict=True):
            hidden = ops.relu(hidden)
            hidden = ops.matmul(kernel, self._drop(hidden) if training else hidden) + bias
        return ops.transpose(hidden, (0, 1, 3, 2))

    def step(
        self,
        images: keras.KerasTensor,
        labels: keras.KerasTensor,
        synthetic: keras.KerasTensor,
        present: keras.KerasTensor,
    ) -> dict[str, keras.KerasTensor]:
        """Take one optimiser step of every model.

        Parameters
        ----------
        images : tensor of shape (batch, n_groups, n_features)
            Bytes.
        labels : tensor of shape (batch, n_groups, n_classes)
            One-hot.
        synthetic : tensor of shape (batch, n_groups)
            1 for a synthetic image, 0 for a real one.
        present : tensor of shape (batch, n_groups)
            0 for the padding of a last, partial batch, else 1.

        Returns
        -------
        dict of str to tensor
            ``loss``: the weighted cross-entropy, mean over the batch and all models.
        """
        of_class = present * ops.sum(labels * self._class_weights, axis=-1)
        synthetic, present, of_class = (ops.transpose(each)[:, None] for each in (synthetic, present, of_class))
        weights = of_class * (1 + synthetic * (self._synthetic_weights - 1))
        weights = weights / ops.maximum(ops.sum(present, axis=-1, keepdims=True), 1)
        images, labels = (ops.transpose(tensor, (1, 0, 2)) for tensor in (images, labels))
        images = ops.cast(images, "float32") / 255

        def loss() -> tuple[keras.KerasTensor, dict[str, keras.KerasTensor]]:
            logits = self.logits(images, training=True)
            log_likelihood = ops.sum(ops.log_softmax(logits, axis=-1) * labels[:, None], axis=-1)
            each = -ops.sum(weights * log_likelihood, axis=-1)
            return ops.sum(each), {"loss": ops.mean(each)}

        return minimize(loss, self._trainable, self.optimizer)

    def _drop(self, hidden: keras.KerasTensor) -> keras.KerasTensor:
        _, _, units, batch = hidden.shape
        keep = 1 - self.settings.dropout
        drawn = ops.stack([keras.random.uniform((units * batch,), seed=noise) for noise in self.noise])
        return hidden * ops.cast(ops.reshape(drawn, (-1, 1, units, batch)) < keep, hidden.dtype) / keep


def _glorot_uniform(seed: int, layer: int, fan_in: int, fan_out: int) -> np.ndarray:
    limit = np.sqrt(6 / (fan_in + fan_out))
    generator = np.random.default_rng([seed, layer])
    return generator.uniform(-limit, limit, (fan_in, fan_out)).astype(np.float32)
