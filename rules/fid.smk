rule fetch_inception:
    output:
        INCEPTION,
    log:
        f"{RESULTS}/logs/fetch_inception.log",
    benchmark:
        f"{RESULTS}/benchmarks/fetch_inception.tsv"
    conda:
        "../envs/data.yaml"
    script:
        "../scripts/fetch_inception.py"


rule train_lenet:
    input:
        train=TRAIN,
        test=TEST,
    output:
        model=LENET,
        history=LENET_HISTORY,
    log:
        f"{RESULTS}/logs/train_lenet/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_lenet/{{dataset}}.tsv"
    group:
        "reference"
    conda:
        "../envs/training.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory(1100),
        runtime=minutes(10),
        gpu=1,
    params:
        settings=config["lenet"],
        seed=seed_of("extractors/lenet/{dataset}"),
        code=code("train_lenet"),
    script:
        "../scripts/train_lenet.py"


rule real_statistics:
    input:
        test=TEST,
        extractor=extractor_file,
    output:
        STATISTICS,
    log:
        f"{RESULTS}/logs/real_statistics/{{extractor}}/{{dataset}}/{{class_label}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/real_statistics/{{extractor}}/{{dataset}}/{{class_label}}.tsv"
    group:
        "reference"
    conda:
        "../envs/training.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory(EXTRACTOR_MB),
        runtime=minutes(15),
        gpu=1,
    params:
        settings=extractor_settings,
        code=code("real_statistics"),
    script:
        "../scripts/real_statistics.py"


rule fid:
    input:
        synthetic=SYNTHETIC,
        test=TEST,
        extractor=extractor_file,
        statistics=minority_statistics,
        lenet=LENET,
    output:
        FID,
    log:
        f"{RESULTS}/logs/fid/{{extractor}}/{RUN}/{{method}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fid/{{extractor}}/{RUN}/{{method}}.tsv"
    group:
        "judged_{method}"
    conda:
        "../envs/training.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory(EXTRACTOR_MB),
        runtime=minutes(120 if EXTRACTOR == "inception" else 5),
        gpu=1,
    params:
        settings=fid_settings,
        code=code("fid"),
    script:
        "../scripts/fid.py"
