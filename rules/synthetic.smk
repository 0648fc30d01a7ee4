rule oversample:
    input:
        SKEWED,
    output:
        SYNTHETIC,
    log:
        f"{RESULTS}/logs/oversample/{RUN}/{{method}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/oversample/{RUN}/{{method}}.tsv"
    wildcard_constraints:
        method=methods_with("sampler"),
    conda:
        "../envs/data.yaml"
    params:
        settings=method_settings,
        seed=seed_of(f"synthetic/{RUN}/{{method}}"),
    script:
        "../scripts/oversample.py"


rule sample_generator:
    input:
        skewed=SKEWED,
        model=GENERATOR,
    output:
        SYNTHETIC,
    log:
        f"{RESULTS}/logs/sample_generator/{RUN}/{{method}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/sample_generator/{RUN}/{{method}}.tsv"
    wildcard_constraints:
        method=methods_with("generator"),
    conda:
        "../envs/training.yaml"
    params:
        settings=method_settings,
        seed=seed_of(f"synthetic/{RUN}/{{method}}"),
    script:
        "../scripts/sample_generator.py"
