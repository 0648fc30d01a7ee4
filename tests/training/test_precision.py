import keras
import numpy as np
import pytest
from keras import layers

from deep_oversampling.training.precision import computing_in


@pytest.mark.parametrize(("policy", "computed"), [("float32", "float32"), ("mixed_bfloat16", "bfloat16")])
def test_layers_built_inside_compute_in_it_and_keep_float32_weights(policy, computed):
    with computing_in(policy):
        network = keras.Sequential([layers.Dense(2), layers.BatchNormalization()])
    assert keras.backend.standardize_dtype(network(np.ones((4, 3))).dtype) == computed
    assert {variable.dtype for variable in network.variables} == {"float32"}


def test_layers_built_afterwards_do_not():
    before = keras.config.dtype_policy()
    with computing_in("mixed_bfloat16"):
        pass
    assert keras.config.dtype_policy() == before
    assert layers.Dense(2).compute_dtype == "float32"


def test_an_error_inside_changes_nothing_outside():
    with pytest.raises(ZeroDivisionError), computing_in("mixed_bfloat16"):
        raise ZeroDivisionError
    assert layers.Dense(2).compute_dtype == "float32"


def test_the_policy_outside_comes_back_whatever_it_was():
    with computing_in("mixed_bfloat16"):
        with computing_in("float32"):
            assert layers.Dense(2).compute_dtype == "float32"
        assert layers.Dense(2).compute_dtype == "bfloat16"
