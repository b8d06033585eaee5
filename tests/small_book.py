"""A book of small notebooks, for the tests of the driver."""

from __future__ import annotations

from pathlib import Path

from fer_utils import storage

NOTEBOOK = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   fer:
#     needs: {needs}
# ---

# %% [markdown]
# # {title}

# %% tags=["parameters"]
steps = 3  # of nothing
words = "plain"
out = "build/out"  # where

# %% mystnb={{"image": {{"alt": "A grey square"}}}}
import json, os, pathlib, sys
from IPython.display import Image, Markdown

png = bytes.fromhex("{png}")
pathlib.Path(out, "square.png").write_bytes(png)
Image(data=png)

# %% tags=["remove-input"]
Markdown(f"**{{steps}}** {{words}}")

# %%
{body}
"""
# One grey pixel.
PNG = (
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
)


def write_notebook(root: Path, name: str, body: str, needs: str = "[]") -> Path:
    """Add a notebook that draws a square, says a word, and then does what the body says."""
    title = name[3:].replace("_", " ").capitalize()
    source = NOTEBOOK.format(needs=needs, title=title, png=PNG, body=body)
    return storage.write_text(root / "notebooks" / f"{name}.py", source)


def begin_book(root: Path) -> None:
    """Write what a book has besides its notebooks."""
    storage.write_text(root / "notebooks" / "presets" / "quick.yml", "defaults: {steps: 5}\n")
    storage.write_text(root / "requirements.lock", "numpy==1\n")
