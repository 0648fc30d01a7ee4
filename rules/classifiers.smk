rule score_classifier:
    input:
        skewed=SKEWED,
        synthetic=SYNTHETIC,
        test=TEST,
    output:
        SCORE,
    log:
        f"{RESULTS}/logs/score_classifier/{RUN}/{{method}}/{{protocol}}/{{classifier_seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_classifier/{RUN}/{{method}}/{{protocol}}/{{classifier_seed}}.tsv"
    conda:
        "../envs/training.yaml"
    threads: config["threads"]
    params:
        settings=score_settings,
        seed=seed_of(f"scores/{RUN}/{{method}}/{{protocol}}/{{classifier_seed}}"),
    script:
        "../scripts/score_classifier.py"
