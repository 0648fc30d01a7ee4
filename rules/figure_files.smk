"""Where the figures are, and which of them an experiment has."""

FIGURES = f"{RESULTS}/figures"
IMAGE_FIGURE = f"{FIGURES}/images/{RUN}/{{method}}.png"
METHODS_FIGURE = f"{FIGURES}/methods/{RUN}.png"
LEARNING_CURVES = f"{FIGURES}/learning_curves/{RUN}/{{method}}.svg"
MINORITY_F1 = f"{FIGURES}/minority_f1/{{dataset}}/{{classifier}}/{{protocol}}.svg"
FID_FIGURE = f"{FIGURES}/fid/{{extractor}}/{{dataset}}.svg"
WEIGHTS = f"{FIGURES}/weights/{{dataset}}/{{classifier}}/{{protocol}}.svg"
FID_AND_GAIN = f"{FIGURES}/fid_and_gain/{{extractor}}/{{classifier}}/{{protocol}}.svg"
CONFUSION = f"{FIGURES}/confusion/{{dataset}}/{{minority}}/{{ratio}}/{{classifier}}/{{protocol}}.svg"
CRITICAL_DIFFERENCE = f"{FIGURES}/critical_difference/{{classifier}}/{{protocol}}.svg"


def figure_files():
    """Return the figures of the experiment; single sets are shown by the first replicate alone."""
    replicate = config["replicates"][0]
    scored = {"classifier": config["classifiers"], "protocol": config["protocols"]}
    compared = {"dataset": config["datasets"], **scored}
    files = expand(MINORITY_F1, **compared) + over_settings(CONFUSION, **scored)
    if image_methods():
        files += over_settings(
            IMAGE_FIGURE, replicate=replicate, method=image_methods()
        )
        files += over_settings(METHODS_FIGURE, replicate=replicate)
        files += expand(FID_FIGURE, dataset=config["datasets"], extractor=EXTRACTOR)
        files += expand(WEIGHTS, **compared)
        if not {"Imbalanced", "SMOTE"}.isdisjoint(config["methods"]):
            files += expand(FID_AND_GAIN, extractor=EXTRACTOR, **scored)
    if trained_methods():
        files += over_settings(
            LEARNING_CURVES, replicate=replicate, method=trained_methods()
        )
    n_settings = len(over_settings("{dataset}/{minority}/{ratio}"))
    if n_settings >= 2 and len(config["methods"]) >= 3:
        files += expand(CRITICAL_DIFFERENCE, **scored)
    return files
