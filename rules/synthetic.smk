rule oversample:
    input:
        SKEWED,
    output:
        kept("synthetic", SYNTHETIC),
    log:
        f"{RESULTS}/logs/oversample/{RUN}/{{method}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/oversample/{RUN}/{{method}}.tsv"
    wildcard_constraints:
        method=methods_with("sampler"),
    group:
        "judged_{method}"
    conda:
        "../envs/data.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory(700),
        runtime=minutes(5),
    params:
        settings=method_settings,
        seed=seed_of(f"synthetic/{RUN}/{{method}}"),
        code=code("oversample", method_classes),
    script:
        "../scripts/oversample.py"


rule sample_generator:
    input:
        skewed=SKEWED,
        model=GENERATOR,
    output:
        kept("synthetic", SYNTHETIC),
    log:
        f"{RESULTS}/logs/sample_generator/{RUN}/{{method}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/sample_generator/{RUN}/{{method}}.tsv"
    wildcard_constraints:
        method=methods_with("generator"),
    group:
        "judged_{method}"
    conda:
        "../envs/training.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory(NETWORK_MB),
        runtime=minutes(10),
        gpu=1,
    params:
        settings=method_settings,
        seed=seed_of(f"synthetic/{RUN}/{{method}}"),
        code=code("sample_generator", method_classes),
    script:
        "../scripts/sample_generator.py"
