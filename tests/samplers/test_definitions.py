from deep_oversampling.samplers.definitions import images_made_by, share_images

SMOTE = {"sampler": "imblearn.over_sampling.SMOTE", "parameters": {"k_neighbors": 3}}


def test_a_method_with_another_s_images_is_defined_as_they_are():
    shared = share_images({"SMOTE-adjusted": {"images_of": "SMOTE", "logit_adjustment": "tuned"}, "SMOTE": SMOTE})
    assert shared["SMOTE-adjusted"] == {**SMOTE, "images_of": "SMOTE", "logit_adjustment": "tuned"}


def test_what_is_not_of_the_images_is_the_method_s_own():
    definitions = {"CVAE": {"generator": "a.B", "refit_in_folds": False}, "CVAE-2": {"images_of": "CVAE"}}
    assert share_images(definitions)["CVAE-2"] == {"generator": "a.B", "images_of": "CVAE"}


def test_other_definitions_stay_as_they_are():
    definitions = {"Imbalanced": {}, "SMOTE": SMOTE, "ClassWeights": {"class_weight": "balanced"}}
    assert share_images(definitions) == definitions


def test_only_what_makes_the_images_is_of_them():
    assert images_made_by({**SMOTE, "logit_adjustment": 1, "refit_in_folds": False}) == SMOTE
    assert images_made_by({"class_weight": "balanced"}) == {}
