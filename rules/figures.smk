include: "figure_files.smk"


SET_LABELS = {
    "data set": "{dataset}",
    "minority classes": "{minority}",
    "ratio": "{ratio}",
    "replicate": "{replicate}",
}
SCORE_LABELS = {"classifier": "{classifier}", "protocol": "{protocol}"}


if image_methods():

    rule figure_images:
        input:
            skewed=SKEWED,
            synthetic=expand(SYNTHETIC, method=image_methods(), allow_missing=True),
        output:
            by_method=[
                report(
                    IMAGE_FIGURE.replace("{method}", method),
                    caption="../report/images.rst",
                    category="Synthetic images",
                    subcategory="By method",
                    labels={**SET_LABELS, "method": method},
                )
                for method in image_methods()
            ],
            together=report(
                METHODS_FIGURE,
                caption="../report/methods.rst",
                category="Synthetic images",
                subcategory="All methods",
                labels=SET_LABELS,
            ),
        log:
            f"{RESULTS}/logs/figure_images/{RUN}.log",
        benchmark:
            f"{RESULTS}/benchmarks/figure_images/{RUN}.tsv"
        group:
            "results"
        conda:
            "../envs/report.yaml"
        resources:
            mem_mb=memory(400),
            runtime=minutes(2),
        params:
            methods=image_methods(),
            code=code("figure_images"),
        script:
            "../scripts/figure_images.py"


if trained_methods():

    rule figure_learning_curves:
        input:
            expand(HISTORY, method=trained_methods(), allow_missing=True),
        output:
            [
                report(
                    LEARNING_CURVES.replace("{method}", method),
                    caption="../report/learning_curves.rst",
                    category="Training",
                    labels={**SET_LABELS, "method": method},
                )
                for method in trained_methods()
            ],
        log:
            f"{RESULTS}/logs/figure_learning_curves/{RUN}.log",
        benchmark:
            f"{RESULTS}/benchmarks/figure_learning_curves/{RUN}.tsv"
        group:
            "results"
        conda:
            "../envs/report.yaml"
        resources:
            mem_mb=memory(400),
            runtime=minutes(2),
        params:
            methods=trained_methods(),
            code=code("figure_learning_curves"),
        script:
            "../scripts/figure_learning_curves.py"


rule figure_minority_f1:
    input:
        SCORES,
    output:
        report(
            MINORITY_F1,
            caption="../report/minority_f1.rst",
            category="Classifier",
            subcategory="Minority F1",
            labels={"data set": "{dataset}", **SCORE_LABELS},
        ),
    log:
        f"{RESULTS}/logs/figure_minority_f1/{{dataset}}/{{classifier}}/{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure_minority_f1/{{dataset}}/{{classifier}}/{{protocol}}.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        majority_count=config["majority_count"],
        code=code("figure_minority_f1"),
    script:
        "../scripts/figure_minority_f1.py"


rule figure_fid:
    input:
        FIDS,
    output:
        report(
            FID_FIGURE,
            caption="../report/fid.rst",
            category="FID",
            labels={"data set": "{dataset}", "extractor": "{extractor}"},
        ),
    log:
        f"{RESULTS}/logs/figure_fid/{{extractor}}/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure_fid/{{extractor}}/{{dataset}}.tsv"
    wildcard_constraints:
        extractor=EXTRACTOR,
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        majority_count=config["majority_count"],
        code=code("figure_fid"),
    script:
        "../scripts/figure_fid.py"


rule figure_weights:
    input:
        SCORES,
    output:
        report(
            WEIGHTS,
            caption="../report/weights.rst",
            category="Classifier",
            subcategory="Weights of synthetic images",
            labels={"data set": "{dataset}", **SCORE_LABELS},
        ),
    log:
        f"{RESULTS}/logs/figure_weights/{{dataset}}/{{classifier}}/{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure_weights/{{dataset}}/{{classifier}}/{{protocol}}.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        code=code("figure_weights"),
    script:
        "../scripts/figure_weights.py"


rule figure_fid_and_gain:
    input:
        scores=SCORES,
        fids=FIDS,
    output:
        report(
            FID_AND_GAIN,
            caption="../report/fid_and_gain.rst",
            category="FID",
            labels={"extractor": "{extractor}", **SCORE_LABELS},
        ),
    log:
        f"{RESULTS}/logs/figure_fid_and_gain/{{extractor}}/{{classifier}}/{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure_fid_and_gain/{{extractor}}/{{classifier}}/{{protocol}}.tsv"
    wildcard_constraints:
        extractor=EXTRACTOR,
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        code=code("figure_fid_and_gain"),
    script:
        "../scripts/figure_fid_and_gain.py"


rule figure_confusion:
    input:
        SCORES,
    output:
        report(
            CONFUSION,
            caption="../report/confusion.rst",
            category="Classifier",
            subcategory="Confusion matrices",
            labels={
                "data set": "{dataset}",
                "minority classes": "{minority}",
                "ratio": "{ratio}",
                **SCORE_LABELS,
            },
        ),
    log:
        f"{RESULTS}/logs/figure_confusion/{{dataset}}/{{minority}}/{{ratio}}/{{classifier}}/{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure_confusion/{{dataset}}/{{minority}}/{{ratio}}/{{classifier}}/{{protocol}}.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        code=code("figure_confusion"),
    script:
        "../scripts/figure_confusion.py"


rule figure_critical_difference:
    input:
        SCORES,
    output:
        report(
            CRITICAL_DIFFERENCE,
            caption="../report/critical_difference.rst",
            category="Classifier",
            subcategory="Ranks over settings",
            labels=SCORE_LABELS,
        ),
    log:
        f"{RESULTS}/logs/figure_critical_difference/{{classifier}}/{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/figure_critical_difference/{{classifier}}/{{protocol}}.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        code=code("figure_critical_difference"),
    script:
        "../scripts/figure_critical_difference.py"
