rule time_balancing:
    input:
        SKEWED,
    output:
        TIMING,
    log:
        f"{RESULTS}/logs/time_balancing/{RUN}/{{timed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/time_balancing/{RUN}/{{timed}}.tsv"
    wildcard_constraints:
        timed="|".join(TIMED),
    conda:
        "../envs/training.yaml"
    # All cores, so that nothing else runs beside it.
    threads: workflow.resource_settings.cores or 1
    resources:
        mem_mb=memory(NETWORK_MB),
        runtime=minutes(60),
        gpu=1,
    params:
        settings=timing_settings,
        seed=seed_of(f"timings/{RUN}"),
        code=code("time_balancing", timed_modules),
    script:
        "../scripts/time_balancing.py"
