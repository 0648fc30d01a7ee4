rule train_generator:
    input:
        SKEWED,
    output:
        model=kept("generators", GENERATOR),
        history=HISTORY,
    log:
        f"{RESULTS}/logs/train_generator/{RUN}/{{method}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_generator/{RUN}/{{method}}.tsv"
    wildcard_constraints:
        method=methods_with("generator"),
    conda:
        "../envs/training.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory(NETWORK_MB),
        runtime=minutes(TRAINING_MINUTES),
        gpu=1,
    params:
        settings=method_settings,
        seed=seed_of(f"generators/{RUN}/{{method}}"),
        code=code("train_generator", method_classes),
    script:
        "../scripts/train_generator.py"
