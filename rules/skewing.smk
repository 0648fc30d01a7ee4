rule skew:
    input:
        TRAIN,
    output:
        kept("skewed", SKEWED),
    log:
        f"{RESULTS}/logs/skew/{RUN}.log",
    benchmark:
        f"{RESULTS}/benchmarks/skew/{RUN}.tsv"
    group:
        "sets"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        settings=skewing_settings,
        seed=seed_of(f"skewed/{RUN}"),
        code=code("skew"),
    script:
        "../scripts/skew.py"


rule manifest:
    input:
        over_runs(SKEWED),
    output:
        parquet=f"{RESULTS}/skewed/manifest.parquet",
        csv=f"{RESULTS}/skewed/manifest.csv",
    log:
        f"{RESULTS}/logs/manifest.log",
    benchmark:
        f"{RESULTS}/benchmarks/manifest.tsv"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(10),
    params:
        code=code("manifest"),
    script:
        "../scripts/manifest.py"
