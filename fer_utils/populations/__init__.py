"""Populations: many (image, architecture, recipe, seed) runs as one table, on as many processes as there are.

A *job* trains some seeds of one network on one image and measures each, or measures an evolved genome or a null. Jobs
go to a Dask cluster: a local one by default, any other by its address. Rows are written as they come, one small file
each, so that whatever is killed, what was measured is not lost and is not done again; a job that fails becomes a row
with its error. The modules: `jobs` (what is to be done), `working` (doing it, in a worker), `rows` (what is kept),
`running` (the cluster) and `claims` (what a population says).

Convention that bites: all of a population is trained and measured on one grid, 64 pixels by default, so the errors are
those on that grid and not those of the paper's 256 pixels.
"""

from __future__ import annotations

from fer_utils.populations.claims import CLAIMS, Claim, Finding, judge, published_population, usable
from fer_utils.populations.jobs import KINDS, Job, Plan
from fer_utils.populations.rows import read_rows, write_table
from fer_utils.populations.running import population

__all__ = [
    "CLAIMS",
    "KINDS",
    "Claim",
    "Finding",
    "Job",
    "Plan",
    "judge",
    "population",
    "published_population",
    "read_rows",
    "usable",
    "write_table",
]
