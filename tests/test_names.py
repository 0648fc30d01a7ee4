from deep_oversampling.names import (
    class_label,
    dataset_label,
    extractor_label,
    protocol_label,
    run_title,
    setting_title,
)


def test_names_as_printed():
    assert dataset_label("fashion-mnist") == "Fashion-MNIST"
    assert dataset_label("kmnist") == "kmnist"
    assert setting_title({"minority": "3-4-5", "imbalance_ratio": 320}) == "m = {3, 4, 5}, ρ = 320"
    assert run_title("mnist", "3-4", "5", "1", method="CVAE") == "MNIST, m = {3, 4}, ρ = 5, replicate 1"
    assert (protocol_label("paper"), protocol_label("leak_free")) == ("the paper's protocol", "leak-free protocol")
    assert extractor_label("lenet") == "LeNet"


def test_classes_are_named_where_they_have_names():
    assert class_label("mnist", 3) == "3"
    assert class_label("fashion-mnist", 3) == "Dress (3)"
    assert class_label("kmnist", 3) == "3"
