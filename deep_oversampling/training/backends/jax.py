"""Training on JAX: a step made free of side effects, compiled alone on the CPU, else with its loop over an epoch.

An OrderedDict keeps its order through JAX's transformations, where a dict comes out sorted.
"""

from collections import OrderedDict
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
        return loss, (OrderedDict(terms), scope.state_mapping)

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
        return [scope.get_current_value(variable) for variable in variables], OrderedDict(terms)

    run_step = jax.jit(stateless_step, donate_argnums=0)

    def loop(values: list[jax.Array], batches: np.ndarray, data: list[jax.Array]) -> tuple[list, dict]:
        values, terms = [jnp.copy(value) for value in values], []
        for batch in batches:
            values, terms_of_batch = run_step(values, batch, data)
            terms.append(terms_of_batch)
        return values, jax.tree.map(lambda *term: np.asarray(term), *terms)

    @jax.jit
    def scan(values: list[jax.Array], batches: jax.Array, data: list[jax.Array]) -> tuple[list, dict]:
        return jax.lax.scan(lambda carry, batch: stateless_step(carry, batch, data), values, batches)

    # XLA's own loops convolve up to 60 times slower on the CPU.
    run_epoch = loop if jax.default_backend() == "cpu" else scan

    def epoch(batches: np.ndarray) -> dict[str, float]:
        values, terms = run_epoch([variable.value for variable in variables], batches, on_device)
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return {name: float(value.mean()) for name, value in terms.items()}

    return epoch
