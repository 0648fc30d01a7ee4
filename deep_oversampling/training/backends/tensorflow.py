"""Training on TensorFlow: an epoch is one graph, its step compiled by XLA."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

Loss = Callable[[], tuple[tf.Tensor, dict[str, tf.Tensor]]]


def minimize(
    loss_function: Loss, variables: Sequence[keras.Variable], optimizer: keras.optimizers.Optimizer
) -> dict[str, tf.Tensor]:
    """Take one optimiser step; see :func:`deep_oversampling.training.engine.train` for the loss function.

    Gradients are neither clipped nor decayed, whatever the optimiser is set to.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([variable.value for variable in variables])
        loss, terms = loss_function()
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    # `optimizer.apply` would first sum over replicas, by a function that TensorFlow keeps for the life of the process
    # with all that its graph refers to, these variables too (tensorflow#97697).
    learning_rate = optimizer.learning_rate
    for gradient, variable in zip(gradients, variables, strict=True):
        optimizer.update_step(gradient, variable.value, learning_rate)
    optimizer.iterations.assign_add(1)
    return terms


def compile_epoch(
    step: Callable[..., dict[str, tf.Tensor]], arrays: Sequence[np.ndarray], variables: Sequence[keras.Variable]
) -> Callable[[np.ndarray], dict[str, float]]:
    """Compile a pass over index batches of arrays kept in memory; see the engine for ``step``."""
    del variables
    tensors = [tf.convert_to_tensor(array) for array in arrays]
    compiled_step = tf.function(step, jit_compile=True, autograph=False)

    @tf.function(autograph=False)
    def run_epoch(batches: tf.Tensor) -> dict[str, tf.Tensor]:
        def body(position: tf.Tensor, totals: dict[str, tf.Tensor]) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
            terms = compiled_step(*(tf.gather(tensor, batches[position]) for tensor in tensors))
            return position + 1, tf.nest.map_structure(tf.add, totals, terms)

        count = tf.shape(batches)[0]
        signature = [tf.TensorSpec(batches.shape[1:] + tensor.shape[1:], tensor.dtype) for tensor in tensors]
        names = compiled_step.get_concrete_function(*signature).structured_outputs
        zeros = {name: tf.zeros(()) for name in names}
        _, totals = tf.while_loop(
            lambda position, _: position < count, body, (tf.constant(0), zeros), parallel_iterations=1
        )
        return tf.nest.map_structure(lambda total: total / tf.cast(count, total.dtype), totals)

    def epoch(batches: np.ndarray) -> dict[str, float]:
        return {name: float(value) for name, value in run_epoch(tf.constant(batches)).items()}

    return epoch
