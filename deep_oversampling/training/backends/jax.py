"""Training on JAX: an epoch is one scan over a step made free of side effects."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar

import jax
import jax.numpy as jnp
import keras
import numpy as np

Loss = Callable[[], tuple[jax.Array, dict[str, jax.Array]]]

_state: ContextVar[keras.StatelessScope] = ContextVar("state")


def minimize(
    loss_function: Loss, variables: Sequence[keras.Variable], optimizer: keras.optimizers.Optimizer
) -> dict[str, jax.Array]:
    """Take one optimiser step; see :func:`deep_oversampling.training.engine.train` for the loss function."""
    outer = _state.get()

    def stateless_loss(values: list[jax.Array]) -> tuple[jax.Array, tuple]:
        with keras.StatelessScope() as scope:
            scope.state_mapping.update(outer.state_mapping)
            for variable, value in zip(variables, values, strict=True):
                scope.add_update((variable, value))
            loss, terms = loss_function()
        return loss, (terms, scope.state_mapping)

    values = [outer.get_current_value(variable) for variable in variables]
    (_, (terms, state)), gradients = jax.value_and_grad(stateless_loss, has_aux=True)(values)
    outer.state_mapping.update(state)
    optimizer.apply(gradients, variables)
    return terms


def compile_epoch(
    step: Callable[..., dict[str, jax.Array]], arrays: Sequence[np.ndarray], variables: Sequence[keras.Variable]
) -> Callable[[np.ndarray], dict[str, float]]:
    """Compile a pass over index batches of arrays kept on the device; see the engine for ``step``."""
    on_device = [jnp.asarray(array) for array in arrays]

    def stateless_step(values: list[jax.Array], batch: jax.Array, data: list[jax.Array]) -> tuple[list, dict]:
        with keras.StatelessScope(list(zip(variables, values, strict=True))) as scope:
            token = _state.set(scope)
            terms = step(*(array[batch] for array in data))
            _state.reset(token)
        return [scope.get_current_value(variable) for variable in variables], terms

    @jax.jit
    def run_epoch(values: list[jax.Array], batches: jax.Array, data: list[jax.Array]) -> tuple[list, dict]:
        values, terms = jax.lax.scan(lambda carry, batch: stateless_step(carry, batch, data), values, batches)
        return values, jax.tree.map(jnp.mean, terms)

    def epoch(batches: np.ndarray) -> dict[str, float]:
        values, terms = run_epoch([variable.value for variable in variables], jnp.asarray(batches), on_device)
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return {name: float(value) for name, value in terms.items()}

    return epoch
