import keras
import numpy as np
import pytest
from deep_toys import LABELS, PROVENANCE, TINY, eagerly, toy
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from deep_oversampling.errors import InputError
from deep_oversampling.network_archive import load_network, save_network
from deep_oversampling.provenance import Provenance
from deep_oversampling.samplers.cvae import CVAE

pytestmark = [
    pytest.mark.filterwarnings("ignore:Even though the .tf.config.experimental_run_functions_eagerly"),
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]


def test_it_must_be_trained_before_it_is_used(tmp_path):
    with pytest.raises(NotFittedError):
        CVAE(**TINY[CVAE]).sample(LABELS, seed=0)
    with pytest.raises(NotFittedError):
        CVAE(**TINY[CVAE]).save(tmp_path / "model.keras", PROVENANCE)
    assert list(tmp_path.iterdir()) == []


def test_a_loaded_generator_draws_the_same_images(sampler, tmp_path):
    path = tmp_path / "model.keras"
    sampler.save(path, PROVENANCE)
    loaded = clone(sampler).load(path)
    np.testing.assert_array_equal(loaded.classes_, sampler.classes_)
    np.testing.assert_array_equal(loaded.sample(LABELS, seed=6), sampler.sample(LABELS, seed=6))


def test_saving_twice_gives_the_same_bytes(sampler, tmp_path):
    for name in ("first.keras", "second.keras"):
        sampler.save(tmp_path / name, PROVENANCE)
    contents = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(contents) == 1


def test_provenance_is_kept_with_the_classes(sampler, tmp_path):
    sampler.save(tmp_path / "model.keras", PROVENANCE)
    _, provenance = load_network(tmp_path / "model.keras")
    settings = {"dataset": "toy", "sampler": type(sampler).__name__, "classes": [2, 5, 7]}
    assert provenance == Provenance("generator", settings, seed=3, versions={"keras": "0"})


@pytest.mark.parametrize("parameters", [{"latent_size": 4}, {"image_shape": (8, 12, 1)}])
def test_a_generator_of_other_parameters_is_refused(sampler, tmp_path, parameters):
    sampler.save(tmp_path / "model.keras", PROVENANCE)
    sampler = type(sampler)(**{**TINY[type(sampler)], **parameters})
    with pytest.raises(InputError, match="is no generator with these parameters; delete it and run again"):
        sampler.load(tmp_path / "model.keras")
    assert not hasattr(sampler, "generator_")


def test_another_network_is_refused(tmp_path):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    save_network(tmp_path / "model.keras", network, PROVENANCE)
    with pytest.raises(InputError, match="is no generator with these parameters"):
        CVAE(**TINY[CVAE]).load(tmp_path / "model.keras")


def test_another_samplers_generator_is_refused(sampler, tmp_path):
    sampler.save(tmp_path / "model.keras", PROVENANCE)
    other = next(sampler_class for sampler_class in TINY if sampler_class is not type(sampler))
    with pytest.raises(InputError, match="is no generator with these parameters"):
        other(**{**TINY[other], "latent_size": sampler.latent_size}).load(tmp_path / "model.keras")


# Half precision


def flat_layers(network):
    for layer in network.layers:
        yield from flat_layers(layer) if isinstance(layer, keras.Model) else [layer]


@pytest.mark.parametrize("sampler_class", TINY)
def test_half_precision(sampler_class, tmp_path):
    sampler = sampler_class(**TINY[sampler_class], precision="mixed_bfloat16", random_state=0)
    before = keras.config.dtype_policy().name
    with eagerly():
        sampler.fit(*toy())
    assert keras.config.dtype_policy().name == before == "float32"
    assert {variable.dtype for variable in sampler.generator_.variables} == {"float32"}
    *hidden, last = [layer.compute_dtype for layer in flat_layers(sampler.generator_) if layer.weights]
    assert (set(hidden), last) == ({"bfloat16"}, "float32")
    assert np.isfinite([value for epoch in sampler.history_ for value in epoch.terms.values()]).all()
    images = sampler.sample(LABELS, seed=2)
    assert images.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 1
    sampler.save(tmp_path / "model.keras", PROVENANCE)
    np.testing.assert_array_equal(clone(sampler).load(tmp_path / "model.keras").sample(LABELS, seed=2), images)


def test_precision_is_put_back_where_building_fails(monkeypatch):
    def fail(settings, seed):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        raise MemoryError

    monkeypatch.setattr(CVAE, "_model", staticmethod(fail))
    with pytest.raises(MemoryError):
        CVAE(**TINY[CVAE], precision="mixed_bfloat16").fit(*toy())
    assert keras.config.dtype_policy().name == "float32"
