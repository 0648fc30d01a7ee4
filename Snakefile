from snakemake.utils import min_version

min_version("9.5")


# A preset stands alone: nothing of config.yaml shows through it.
if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


report: "report/workflow.rst"


include: "rules/common.smk"
include: "rules/settings.smk"
include: "rules/resources.smk"
include: "rules/data.smk"
include: "rules/skewing.smk"
include: "rules/generators.smk"
include: "rules/synthetic.smk"
include: "rules/classifiers.smk"
include: "rules/fid.smk"
include: "rules/timing.smk"
include: "rules/tables.smk"
include: "rules/figures.smk"
include: "rules/page.smk"


localrules:
    all,
    fetch_dataset,
    fetch_inception,
    fetched,
    skewed,
    synthetic,
    scores,
    fids,
    tables,
    figures,


rule all:
    default_target: True
    input:
        stage_files(),
        table_files(),
        figure_files(),
        f"{RESULTS}/index.html",


# What takes the internet: all that a cluster without it needs beforehand.
rule fetched:
    input:
        expand(rules.fetch_dataset.output, dataset=config["datasets"]),
        [INCEPTION] * (EXTRACTOR == "inception" and bool(image_methods())),


rule skewed:
    input:
        f"{RESULTS}/skewed/manifest.parquet",


rule synthetic:
    input:
        over_synthetic(SYNTHETIC),


rule scores:
    input:
        over_scores(SCORE),


rule fids:
    input:
        over_synthetic(FID),


rule tables:
    input:
        table_files(),


rule figures:
    input:
        figure_files(),
