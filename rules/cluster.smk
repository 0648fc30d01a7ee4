"""What the jobs of a group share on a cluster, for Snakemake passes them no limits."""

import os

if workflow.remote_exec and "SLURM_JOB_ID" in os.environ:
    for limit, variable in (
        ("_cores", "SLURM_CPUS_PER_TASK"),
        ("gpu", "SLURM_GPUS_ON_NODE"),
    ):
        workflow.register_resource(limit, int(os.getenv(variable, limit == "_cores")))
