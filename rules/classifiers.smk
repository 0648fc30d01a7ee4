for block, seeds in seed_blocks().items():

    rule:
        name:
            f"score_classifiers_{block}"
        input:
            skewed=SKEWED,
            synthetic=synthetic_if_any,
            test=TEST,
        output:
            expand(SCORE, classifier_seed=seeds, allow_missing=True),
        log:
            f"{RESULTS}/logs/score_classifiers/{RUN}/{{method}}/{{classifier}}/{{protocol}}/{block}.log",
        benchmark:
            f"{RESULTS}/benchmarks/score_classifiers/{RUN}/{{method}}/{{classifier}}/{{protocol}}/{block}.tsv"
        group:
            "judged_{method}"
        conda:
            "../envs/training.yaml"
        threads: config["threads"]
        resources:
            mem_mb=memory(SCORING_MB),
            runtime=scoring_minutes,
            gpu=gpus_to_score,
        params:
            settings=score_settings,
            seed=seed_of(f"classifiers/{RUN}"),
            fold_seed=seed_of(f"folds/{RUN}"),
            code=code("score_classifiers", scored_classes),
        script:
            "../scripts/score_classifiers.py"
