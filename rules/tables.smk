rule fid_table:
    input:
        over_synthetic(FID),
    output:
        parquet=f"{RESULTS}/tables/fid_{EXTRACTOR}.parquet",
        csv=f"{RESULTS}/tables/fid_{EXTRACTOR}.csv",
    log:
        f"{RESULTS}/logs/fid_table.log",
    benchmark:
        f"{RESULTS}/benchmarks/fid_table.tsv"
    conda:
        "../envs/data.yaml"
    params:
        majority_count=config["majority_count"],
    script:
        "../scripts/fid_table.py"


rule classifier_table:
    input:
        over_scores(SCORE),
    output:
        parquet=f"{RESULTS}/tables/classifier.parquet",
        csv=f"{RESULTS}/tables/classifier.csv",
    log:
        f"{RESULTS}/logs/classifier_table.log",
    benchmark:
        f"{RESULTS}/benchmarks/classifier_table.tsv"
    conda:
        "../envs/data.yaml"
    params:
        majority_count=config["majority_count"],
    script:
        "../scripts/classifier_table.py"
