import subprocess
import sys

import pytest
from imblearn.over_sampling import ADASYN

from deep_oversampling.errors import InputError
from deep_oversampling.samplers.preflight import check_samplers
from deep_oversampling.samplers.synthesis import fewer_neighbours

SMOTE = {"sampler": "imblearn.over_sampling.SMOTE"}
CVAE = {"generator": "deep_oversampling.samplers.cvae.CVAE"}


@pytest.mark.parametrize(
    ("definition", "scarcest", "said"),
    [
        ({"sampler": "imblearn.over_sampling.SMOET"}, 10, "no sampler imblearn.over_sampling.SMOET"),
        ({**SMOTE, "parameters": {"k_neighbours": 5}}, 10, "k_neighbours"),
        (SMOTE, 5, "k_neighbors 5 needs more than 5 images of every class, but the smallest has 5"),
        ({"sampler": "imblearn.over_sampling.ADASYN"}, 5, "n_neighbors 5 needs more than 5 images"),
        ({**CVAE, "parameters": {"epoch": 5}}, 10, "unknown parameter 'epoch'; did you mean epochs?"),
        ({"generator": "deep_oversampling.samplers.cvae.CVEA"}, 10, "no class 'CVEA'"),
        ({"generator": "deep_oversampling.samplers.cave.CVAE"}, 10, "no module 'deep_oversampling.samplers.cave'"),
        ({"generator": "CVAE"}, 10, "no module ''"),
    ],
)
def test_a_method_that_can_not_work_is_one_line(definition, scarcest, said):
    with pytest.raises(InputError) as caught:
        check_samplers(["method"], {"method": definition}, scarcest)
    message = str(caught.value)
    assert message.startswith("config: samplers.method: ")
    assert said in message
    assert "\n" not in message


def test_only_methods_of_the_experiment_are_checked():
    check_samplers(["SMOTE", "CVAE"], {"SMOTE": SMOTE, "CVAE": CVAE, "other": {"sampler": "no.such.thing"}}, 6)


def test_looking_a_generator_up_starts_no_deep_learning_library():
    program = (
        "import sys; from deep_oversampling.samplers.preflight import check_samplers;"
        f"check_samplers(['CVAE'], {{'CVAE': {CVAE}}}, 10); sys.exit('keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_adasyn_looks_at_fewer_neighbours_where_a_fold_has_fewer_images():
    sampler = ADASYN(n_neighbors=5)
    assert fewer_neighbours(sampler, [0] * 9 + [1] * 4) == "n_neighbors 3 instead of 5"
    assert sampler.n_neighbors == 3
