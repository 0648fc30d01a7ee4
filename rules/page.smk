rule page:
    input:
        scores=SCORES,
        fids=[FIDS] * bool(image_methods()),
        classifier=CLASSIFIER_TABLE,
        comparison=COMPARISON,
        overall=OVERALL_COMPARISON,
        ranks=RANKS,
        timings=TIMINGS,
        fid=[FID_TABLE] * bool(image_methods()),
        figures=figure_files(),
        tables=paper_tables("html"),
    output:
        f"{RESULTS}/index.html",
    log:
        f"{RESULTS}/logs/page.log",
    benchmark:
        f"{RESULTS}/benchmarks/page.tsv"
    group:
        "results"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=memory(400),
        runtime=minutes(2),
    params:
        adding=[method for method in config["methods"] if adds_images(method)],
        experiment=dict(config),
        code=code("page"),
    script:
        "../scripts/page.py"
