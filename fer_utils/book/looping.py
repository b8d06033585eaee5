"""A short film that plays in a page without a kernel: the same pictures at several steps, side by side.

The frames of a track lie side by side in one WebP picture; ``book/assets/loop.js`` shows one at a time and adds the
buttons. Without a script the last frame of each track is seen.
"""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from fer_utils.checks import BadInput, bad, whole
from fer_utils.images import Array, to_bytes

if TYPE_CHECKING:
    from IPython.display import HTML

QUALITY = 88  # of WebP, out of 100


def loop(
    tracks: Mapping[str, Mapping[int, Array]],
    *,
    alt: str,
    label: str = "Training step",
    said: Mapping[int, str] | None = None,
    plays: bool = True,
) -> HTML:
    """Show networks on their way as a film that a reader can play, stop and drag.

    Args:
        tracks: For each title its pictures by step, each ``(size, size, 3)`` in [0, 1]. At a step that a track does
            not have, it shows the one before.
        alt: What is seen, for those who do not see it.
        label: What the slider moves through.
        said: A text for each step, in the place of "step 100".
        plays: Whether it begins by itself where a reader comes to it; otherwise it stands at the first step.

    Returns:
        What a notebook shows.

    Raises:
        BadInput: There is no track, a track has no picture, or a step has no text.

    Source: paper, figures 8 and 17, as a film.
    """
    from IPython.display import HTML  # only notebooks have, and need, IPython

    if not isinstance(tracks, Mapping) or not tracks or not all(tracks.values()):
        raise BadInput("tracks must hold at least one track, each with at least one picture.")
    steps = sorted({whole("step", step, least=0) for frames in tracks.values() for step in frames})
    screens = "".join(_screen(title, frames, steps, alt) for title, frames in tracks.items())
    more = f" data-label='{html.escape(label)}'" + ("" if plays else " data-still='yes'")
    if said is not None:
        if missing := [step for step in steps if step not in said]:
            raise bad("said", "a text for each step", f"none for step {missing[0]}")
        more += f" data-said='{html.escape(json.dumps([str(said[step]) for step in steps]))}'"
    return HTML(
        f"<div class='fer-loop' data-steps='{json.dumps(steps)}'{more}>"
        f"<div class='fer-loop-tracks'>{screens}</div></div>"
    )


def _screen(title: str, frames: Mapping[int, Array], steps: list[int], alt: str) -> str:
    """Write one track: its strip of frames, and which of them is seen at each step."""
    own = sorted(frames)
    shown = [max(0, int(np.searchsorted(own, step, side="right")) - 1) for step in steps]
    shift = 100 * (len(own) - 1) / len(own)
    height, width = np.shape(frames[own[0]])[:2]
    wide = " class='fer-wide'" if width > 2 * height else ""
    return (
        f"<figure{wide}><div class='fer-loop-screen' role='img' aria-label='{html.escape(f'{title}: {alt}')}' "
        f"data-frames='{json.dumps(shown)}' data-count='{len(own)}'>"
        f"<img alt='' src='{_strip([frames[step] for step in own])}' "
        f"style='width:{100 * len(own)}%;transform:translateX(-{shift:.4f}%)'></div>"
        f"<figcaption>{html.escape(title)}</figcaption></figure>"
    )


def _strip(pictures: list[Array]) -> str:
    """Encode pictures side by side as a data URI."""
    if len({np.shape(picture) for picture in pictures}) > 1:
        raise bad("tracks", "pictures of one size in each track", [np.shape(picture) for picture in pictures])
    buffer = io.BytesIO()
    strip = np.concatenate([to_bytes(picture) for picture in pictures], axis=1)
    Image.fromarray(strip).save(buffer, format="WEBP", quality=QUALITY, method=6)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
