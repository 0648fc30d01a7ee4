rule fetch_dataset:
    output:
        expand(
            f"{RESOURCES}/datasets/{{{{dataset}}}}/{{file}}-ubyte",
            file=[
                "train-images-idx3",
                "train-labels-idx1",
                "t10k-images-idx3",
                "t10k-labels-idx1",
            ],
        ),
    log:
        f"{RESULTS}/logs/fetch_dataset/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fetch_dataset/{{dataset}}.tsv"
    conda:
        "../envs/data.yaml"
    script:
        "../scripts/fetch_dataset.py"


rule convert_dataset:
    input:
        rules.fetch_dataset.output,
    output:
        ORIGINAL,
    log:
        f"{RESULTS}/logs/convert_dataset/{{dataset}}/{{split}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/convert_dataset/{{dataset}}/{{split}}.tsv"
    group:
        "sets"
    conda:
        "../envs/data.yaml"
    resources:
        mem_mb=memory(250),
        runtime=minutes(2),
    params:
        code=code("convert_dataset"),
    script:
        "../scripts/convert_dataset.py"
