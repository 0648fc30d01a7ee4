"""What jobs may take together: on a workstation what there is, in a group on a cluster what SLURM gave.

Snakemake knows of no limit but the cores, and passes a group none.
"""

import os

from deep_oversampling.machine import memory_mb, visible_gpus

limits = {}
if workflow.remote_exec and "SLURM_JOB_ID" in os.environ:
    limits = {
        "_cores": int(os.getenv("SLURM_CPUS_PER_TASK", 1)),
        "gpu": int(os.getenv("SLURM_GPUS_ON_NODE", 0)),
    }
# Jobs that are sent elsewhere have a number that may be there at once; what this machine has isn't their limit.
elif workflow.is_main_process and workflow.resource_settings.nodes is None:
    found = {"mem_mb": memory_mb(), "gpu": len(visible_gpus())}
    # Without a GPU, jobs that would take one take cores alone.
    limits = {
        name: limit
        for name, limit in found.items()
        if limit and name not in workflow.global_resources
    }
for name, limit in limits.items():
    workflow.register_resource(name, limit)
