include: "table_files.smk"


rule gather_scores:
    input:
        over_scores(SCORE),
    output:
        SCORES,
    log:
        f"{RESULTS}/logs/gather_scores.log",
    benchmark:
        f"{RESULTS}/benchmarks/gather_scores.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=gathering_minutes,
    params:
        schema="SCORE",
        code=code("gather"),
    script:
        "../scripts/gather.py"


rule gather_fids:
    input:
        over_synthetic(FID),
    output:
        FIDS,
    log:
        f"{RESULTS}/logs/gather_fids.log",
    benchmark:
        f"{RESULTS}/benchmarks/gather_fids.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=gathering_minutes,
    params:
        schema="FID",
        code=code("gather"),
    script:
        "../scripts/gather.py"


rule gather_timings:
    input:
        over_timings(),
    output:
        TIMINGS,
    log:
        f"{RESULTS}/logs/gather_timings.log",
    benchmark:
        f"{RESULTS}/benchmarks/gather_timings.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=gathering_minutes,
    params:
        schema="TIMING",
        code=code("gather"),
    script:
        "../scripts/gather.py"


rule fid_table:
    input:
        FIDS,
    output:
        parquet=FID_TABLE,
        csv=FID_TABLE.replace(".parquet", ".csv"),
    log:
        f"{RESULTS}/logs/fid_table.log",
    benchmark:
        f"{RESULTS}/benchmarks/fid_table.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        majority_count=config["majority_count"],
        code=code("fid_table"),
    script:
        "../scripts/fid_table.py"


rule classifier_table:
    input:
        SCORES,
    output:
        parquet=CLASSIFIER_TABLE,
        csv=CLASSIFIER_TABLE.replace(".parquet", ".csv"),
    log:
        f"{RESULTS}/logs/classifier_table.log",
    benchmark:
        f"{RESULTS}/benchmarks/classifier_table.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        majority_count=config["majority_count"],
        code=code("classifier_table"),
    script:
        "../scripts/classifier_table.py"


rule comparisons:
    input:
        SCORES,
    output:
        comparison=COMPARISON,
        comparison_csv=COMPARISON.replace(".parquet", ".csv"),
        overall=OVERALL_COMPARISON,
        overall_csv=OVERALL_COMPARISON.replace(".parquet", ".csv"),
        ranks=RANKS,
        ranks_csv=RANKS.replace(".parquet", ".csv"),
    log:
        f"{RESULTS}/logs/comparisons.log",
    benchmark:
        f"{RESULTS}/benchmarks/comparisons.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        code=code("comparisons"),
    script:
        "../scripts/comparisons.py"


rule paper_tables:
    input:
        classifier=CLASSIFIER_TABLE,
        fid=[FID_TABLE] * bool(image_methods()),
        timings=TIMINGS,
    output:
        html=[
            report(
                path,
                caption="../report/paper_table.rst",
                category="Tables in the paper's layout",
                labels=paper_table_labels(Path(path).stem),
            )
            for path in paper_tables("html")
        ],
        others=[path for suffix in PAPER_SUFFIXES[1:] for path in paper_tables(suffix)],
    log:
        f"{RESULTS}/logs/paper_tables.log",
    benchmark:
        f"{RESULTS}/benchmarks/paper_tables.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        majority_count=config["majority_count"],
        code=code("paper_tables"),
    script:
        "../scripts/paper_tables.py"
