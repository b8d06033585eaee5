"""A warm process that trains in forked children, for the tests that kill, starve and shut out what trains.

It reads one JSON command a line and answers one line. Importing takes seconds and forking none, so twenty runs can be
killed in the time of one. A child's end is told as {"ended": exit status or minus the signal, "said": what it wrote}.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import warnings
from typing import Any

from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture
from fer_utils.training import Recipe, fit, initialise

ARCHITECTURE = Architecture.parse("3;gaussian:3,identity:2,sin:2")
SIZE = 20  # small enough that the fused engine takes all seeds in one call
STEPS = {"torch": 1500, "fused": 40_000}  # some seconds of work


def train(command: dict[str, Any]) -> dict[str, Any]:
    """Train as told, and describe what came out, to the bit."""
    image = initialise(ARCHITECTURE, 7, gain=2).image(SIZE)
    recipe = Recipe(steps=command.get("steps", STEPS[command["engine"]]), snapshots=(100, 1000))
    options: dict[str, Any] = {"engine": command["engine"], "device": "cpu", "threads": 1, "progress": False}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        runs = fit(image, ARCHITECTURE, recipe, seeds=[0, 1, 2], store=command["store"], checkpoint_every=0, **options)
    return {
        "status": [run.status for run in runs],
        "bits": [
            [run.network.content_hash(), run.history.loss.tobytes().hex()[-64:], len(run.history)] for run in runs
        ],
        "snapshots": [[net.content_hash() for net in run.snapshots.values()] for run in runs],
        "warnings": [str(one.message) for one in caught],
    }


def child(command: dict[str, Any], out: int) -> None:
    """Do what is asked under the limits that are asked for; never return."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that a write beyond the limit fails like one on a full disk
    if limit := command.get("largest_file"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if command.get("as_nobody"):
        train({"engine": command["engine"], "store": False, "steps": 1})  # nobody may not read what is imported late
        os.setuid(65534)
    try:
        said = json.dumps(train(command))
    except BadInput as error:
        said = json.dumps({"refused": str(error)})
    except KeyboardInterrupt:
        said = json.dumps({"stopped": True})
    with os.fdopen(out, "w") as pipe:
        pipe.write(said)
    os._exit(0)


def run(command: dict[str, Any]) -> dict[str, Any]:
    """Fork, strike after a while if that is asked for, and tell the end."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        child(command, writer)
    os.close(writer)
    if "signal" in command:
        time.sleep(command["after"])
        os.kill(process, command["signal"])
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    _, status = os.waitpid(process, 0)
    return {"ended": os.waitstatus_to_exitcode(status), "said": json.loads(said) if said else None}


if __name__ == "__main__":
    # What is started in the background of a script is told to ignore Ctrl-C, and so would be all its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()
