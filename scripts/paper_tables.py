"""Write the tables in the paper's layout."""

from pathlib import Path

from deep_oversampling.job import job

with job(snakemake):
    from deep_oversampling.schemas import CLASSIFIER_TABLE, FID_TABLE, TIMING
    from deep_oversampling.storage import read_frame
    from deep_oversampling.tables.published import classifier_layouts, fid_layouts, timing_layouts
    from deep_oversampling.tables.render import write_layout

    majority_count = snakemake.params.majority_count
    layouts = classifier_layouts(read_frame(snakemake.input.classifier, CLASSIFIER_TABLE), majority_count)
    layouts += timing_layouts(read_frame(snakemake.input.timings, TIMING), majority_count)
    fids = read_frame(snakemake.input.fid[0], FID_TABLE) if snakemake.input.fid else FID_TABLE.empty_table().to_pandas()
    layouts += fid_layouts(fids, majority_count)
    by_name = {layout.name: layout for layout in layouts}
    for path in snakemake.output:
        write_layout(path, by_name[Path(path).stem])
