"""Whole runs with each engine: seeds, the store, interruptions of every kind, divergence, and what is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import fer_utils as fer
from fer_utils import storage
from fer_utils.checks import BadInput
from fer_utils.cppn import Architecture, Network
from fer_utils.storage import Store
from fer_utils.training import Recipe, Run, choosing, fit, gpu, initialise
from fer_utils.training.engine import TorchEngine
from fer_utils.training.fused import FusedEngine, obstacle
from fer_utils.training.problem import Engine, State

ARCHITECTURE = Architecture.parse("2;gaussian:3,identity:2,sin:2")
IMAGE = initialise(ARCHITECTURE, 7, gain=2).image(12)
SHORT = Recipe(steps=60, snapshots=(0, 10, 25, 1000))


class Chosen:
    """The engine that the tests are about at present."""

    maker: type[Engine] = TorchEngine


BOTH = [
    TorchEngine,
    pytest.param(FusedEngine, marks=pytest.mark.skipif(obstacle() is not None, reason=f"{obstacle()}")),
]


@pytest.fixture(scope="module", autouse=True, params=BOTH, ids=["torch", "fused"])
def maker(request: pytest.FixtureRequest) -> type[Engine]:
    """Run every test of this file with each engine."""
    Chosen.maker = request.param
    return Chosen.maker


def plainly(**options: Any) -> dict[str, Any]:
    """Return options to fit on one thread, without a bar and, unless told, without a store."""
    return {"threads": 1, "progress": False, "store": False, "engine": Chosen.maker.name, "device": "cpu", **options}


def quiet(recipe: Recipe = SHORT, **options: Any) -> list[Run]:
    """Fit the image of this file."""
    return fit(IMAGE, ARCHITECTURE, recipe, **plainly(**options))


def same_bits(one: Run, other: Run) -> bool:
    """Say whether two runs agree in weights, curve and snapshots, bit for bit."""
    curves = all(
        np.array_equal(getattr(one.history, name), getattr(other.history, name), equal_nan=True)
        for name in ("steps", "loss")
    )
    paths = {step: network.content_hash() for step, network in one.snapshots.items()}
    others = {step: network.content_hash() for step, network in other.snapshots.items()}
    return curves and paths == others and one.network.content_hash() == other.network.content_hash()


@pytest.fixture(scope="module")
def alone(maker: type[Engine]) -> dict[int, Run]:
    """Return the short run of each seed, trained alone and never interrupted."""
    return {seed: quiet(seeds=[seed])[0] for seed in (0, 1, 2)}


@pytest.fixture
def interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return a store with two checkpoints of a run that was stopped by the keyboard at step 31 or so."""
    advance, store = Chosen.maker.advance, Store(tmp_path / "runs")

    def stop(self: Engine, states: Any, steps: int) -> Any:
        if states[0].step >= 31:
            raise KeyboardInterrupt
        return advance(self, states, steps)

    with monkeypatch.context() as patch:
        patch.setattr(Chosen.maker, "advance", stop)
        with pytest.raises(KeyboardInterrupt):
            quiet(store=store, checkpoint_every=0)
    assert files(store) == ["checkpoint-0.safetensors", "checkpoint-1.safetensors"]
    yield store


def files(store: Store) -> list[str]:
    """Return the names of all files in a store."""
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


# --- what comes back ---


def test_a_run_says_all_about_itself(alone: dict[int, Run]) -> None:
    run = alone[1]
    assert (run.seed, run.status, run.engine, run.threads, run.reused) == (1, "trained", Chosen.maker.name, 1, False)
    assert run.recipe == SHORT
    assert list(run.snapshots) == [0, 10, 25, 60]
    assert list(run.history.steps) == list(range(61))
    assert run.history.loss[-1] == run.loss
    assert run.seconds > 0
    assert set(run.versions) == {"python", "numpy", "torch", "fer_utils"}
    assert run.network.label == "SGD twin, seed 1"
    assert "seed=1" in repr(run)


def test_the_loss_is_that_of_the_rendered_networks(alone: dict[int, Run]) -> None:
    run = alone[0]
    for step, network in run.snapshots.items():
        assert run.history.loss[step] == pytest.approx(np.mean((network.image(12) - IMAGE) ** 2), rel=1e-4)
    assert run.snapshots[60].content_hash() == run.network.content_hash()
    assert run.snapshots[0].content_hash() == initialise(ARCHITECTURE, 0).content_hash()


def test_the_loss_falls() -> None:
    run = quiet(Recipe(steps=400))[0]
    assert run.loss < 0.1 * run.history.loss[0]


def test_seeds_differ_and_each_is_as_if_alone(alone: dict[int, Run]) -> None:
    together = quiet(seeds=[2, 0, 1])
    assert [run.seed for run in together] == [2, 0, 1]
    assert all(same_bits(run, alone[run.seed]) for run in together)
    assert len({run.network.content_hash() for run in together}) == 3


def test_another_size_trains_on_the_resampled_target(alone: dict[int, Run]) -> None:
    small = quiet(SHORT.variant(size=8))[0]
    direct = fit(fer.images.resample(IMAGE, 8), ARCHITECTURE, SHORT, **plainly())[0]
    assert same_bits(small, direct)
    assert small.key == direct.key
    assert not same_bits(small, alone[0])


def test_a_picture_of_several_tiles_is_trained_on_whole(monkeypatch: pytest.MonkeyPatch, alone: dict[int, Run]) -> None:
    monkeypatch.setattr("fer_utils.training.gradient.TILE", 50)
    assert quiet(Recipe(steps=5))[0].loss == pytest.approx(alone[0].history.loss[5], rel=1e-3)


@pytest.mark.parametrize(
    "change",
    [{"schedule": "cosine"}, {"optimiser": "sgd"}, {"weight_l1": 0.1}, {"weight_l2": 0.1}, {"map_l1": 0.1}],
)
def test_every_variant_trains_and_differs(change: dict[str, Any], alone: dict[int, Run]) -> None:
    run = quiet(SHORT.variant(**change))[0]
    assert run.loss < run.history.loss[0]
    assert not same_bits(run, alone[0])


def test_training_leaves_torch_and_numpy_as_they_were() -> None:
    before = (torch.get_num_threads(), torch.get_rng_state(), torch.is_grad_enabled(), np.random.get_state()[1])  # noqa: NPY002
    quiet(Recipe(steps=2), threads=torch.get_num_threads() + 1)
    after = (torch.get_num_threads(), torch.get_rng_state(), torch.is_grad_enabled(), np.random.get_state()[1])  # noqa: NPY002
    assert before[0] == after[0]
    assert torch.equal(before[1], after[1])
    assert before[2] == after[2]
    np.testing.assert_array_equal(before[3], after[3])


def test_the_bar_shows_the_loss_and_can_be_silenced(capfd: pytest.CaptureFixture[str]) -> None:
    quiet()
    assert capfd.readouterr() == ("", "")
    quiet(progress=True, seeds=[0, 4])
    shown = capfd.readouterr().err
    assert "loss" in shown
    assert "120/120" in shown


# --- the store ---


def test_a_stored_run_is_reused_and_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = quiet(store=tmp_path, seeds=[3, 5])
    assert files(Store(tmp_path)) == ["run.safetensors", "run.safetensors"]
    monkeypatch.setattr(Chosen.maker, "advance", None)  # nothing may be trained now
    again = quiet(SHORT.variant(name="another name"), store=str(tmp_path), seeds=[5, 3])
    assert [run.status for run in again] == ["reused", "reused"]
    assert all(run.reused and run.recipe.name == "another name" for run in again)
    for old, new in zip(first, reversed(again), strict=True):
        assert same_bits(old, new)
        assert (old.seconds, old.loss, old.key, old.versions) == (new.seconds, new.loss, new.key, new.versions)


def test_only_the_missing_seeds_are_trained(tmp_path: Path) -> None:
    quiet(store=tmp_path, seeds=[0])
    assert [run.status for run in quiet(store=tmp_path, seeds=[1, 0])] == ["trained", "reused"]


def test_whatever_decides_the_result_decides_the_key(tmp_path: Path) -> None:
    other = Architecture.parse("2;gaussian:2,identity:3,sin:2")
    quick = plainly()
    recipes = [SHORT, SHORT.variant(steps=61), SHORT.variant(learning_rate=1e-3), SHORT.variant(snapshots=(5,))]
    keys = [quiet(recipe)[0].key for recipe in recipes]
    keys += [fit(1 - IMAGE, ARCHITECTURE, SHORT, **quick)[0].key, fit(IMAGE, other, SHORT, **quick)[0].key]
    keys += [quiet(seeds=[1])[0].key]
    assert len(set(keys)) == len(keys)


def test_the_default_store_is_used_when_none_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_STORE", str(tmp_path / "default"))
    quiet(Recipe(steps=2), store=None)
    assert files(Store.default()) == ["run.safetensors"]


def test_a_broken_stored_run_is_said_and_trained_again(tmp_path: Path, alone: dict[int, Run]) -> None:
    path = Store(tmp_path).path_of(quiet(store=tmp_path)[0].key, "run")
    for data in (path.read_bytes()[:-5], b"", path.read_bytes().replace(b"fer-run/1", b"fer-run/2")):
        path.write_bytes(data)
        with pytest.warns(UserWarning, match=r"run\.safetensors is no usable run, so it is trained again"):
            run = quiet(store=tmp_path)[0]
        assert run.status == "trained"
        assert same_bits(run, alone[0])


# --- interruptions ---


def test_a_run_stopped_by_the_keyboard_goes_on_to_the_same_bits(interrupted: Store, alone: dict[int, Run]) -> None:
    run = quiet(store=interrupted)[0]
    assert run.status == "resumed"
    assert same_bits(run, alone[0])
    assert files(interrupted) == ["run.safetensors"]


def test_the_keyboard_loses_nothing_between_checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    advance = Chosen.maker.advance

    def stop(self: Engine, states: Any, steps: int) -> Any:
        if states[0].step >= 31:
            raise KeyboardInterrupt
        return advance(self, states, steps)

    monkeypatch.setattr(Chosen.maker, "advance", stop)
    with pytest.raises(KeyboardInterrupt):
        quiet(store=tmp_path, checkpoint_every=1e6, seeds=[0])
    (key,) = Store(tmp_path).keys()
    assert Store(tmp_path).load(key, "checkpoint-1")[1]["step"] > 0


def newest_checkpoint(store: Store) -> Path:
    """Return the file of the furthest checkpoint."""
    (key,) = store.keys()
    slots = ("checkpoint-0", "checkpoint-1")
    return store.path_of(key, max(slots, key=lambda slot: store.load(key, slot)[1]["step"]))


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "another kind"])
def test_a_broken_checkpoint_is_named_and_the_one_before_is_used(
    interrupted: Store, damage: str, alone: dict[int, Run]
) -> None:
    path = newest_checkpoint(interrupted)
    data = path.read_bytes()
    if damage == "another kind":
        storage.save_arrays(path, {"weights": np.zeros(3, np.float32)}, {"schema": "other"})
    else:
        broken = {"cut": data[:-1], "empty": b"", "flipped": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]}
        path.write_bytes(broken[damage])
    with pytest.warns(UserWarning, match=rf"checkpoint .*{path.name} is broken, so the one before it is used"):
        run = quiet(store=interrupted)[0]
    assert run.status == "resumed"
    assert same_bits(run, alone[0])


def test_with_both_checkpoints_broken_the_run_starts_anew(interrupted: Store, alone: dict[int, Run]) -> None:
    for path in interrupted.folder.rglob("*.safetensors"):
        path.write_bytes(b"rubbish")
    with pytest.warns(UserWarning, match="is broken"):
        run = quiet(store=interrupted)[0]
    assert run.status == "trained"
    assert same_bits(run, alone[0])


def test_a_disk_that_fills_up_is_said_and_the_run_still_returned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: dict[int, Run]
) -> None:
    save, calls = Store.save, []

    def full(self: Store, key: str, name: str, arrays: Any, meta: Any) -> Path:
        calls.append(name)
        if len(calls) > 1:
            raise BadInput("run.safetensors cannot be written: no space left on device.")
        return save(self, key, name, arrays, meta)

    monkeypatch.setattr(Store, "save", full)
    with pytest.warns(UserWarning, match="no space left") as caught:
        run = quiet(store=tmp_path, checkpoint_every=0)[0]
    sentences = [str(warning.message) for warning in caught]
    assert len(sentences) == 2  # once for all checkpoints, once for the run
    assert "training goes on" in sentences[0]
    assert "returned, but not stored" in sentences[1]
    assert same_bits(run, alone[0])
    assert files(Store(tmp_path)) == ["checkpoint-0.safetensors"]


def test_a_store_that_cannot_be_written_is_said_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setattr(Chosen.maker, "advance", None)
    with pytest.raises(BadInput, match=r"file/runs/.* cannot be written"):
        quiet(store=tmp_path / "file" / "runs")


# --- divergence ---


def test_a_huge_learning_rate_is_recorded_as_diverged(tmp_path: Path) -> None:
    recipe = Recipe(steps=50, learning_rate=1e30)
    for reused in (False, True):
        (run,) = quiet(recipe, store=tmp_path)
        assert (run.status, run.reused, run.diverged_at) == ("diverged", reused, 1)
        assert run.network.content_hash() == initialise(ARCHITECTURE, 0).content_hash()
        assert list(run.history.steps) == [0]
        assert np.isfinite(run.loss)
    assert files(Store(tmp_path)) == ["run.safetensors"]


def lose_losses(monkeypatch: pytest.MonkeyPatch, is_lost: Callable[[State], bool]) -> None:
    """Let the engine see a loss that is not finite at the states that are lost."""
    advance, losses = Chosen.maker.advance, Chosen.maker.losses

    def lose(self: Engine, states: Sequence[State]) -> np.ndarray:
        return np.where([is_lost(state) for state in states], np.nan, losses(self, states))

    def broken_advance(self: Engine, states: Sequence[State], steps: int) -> Any:
        rows: list[np.ndarray] = []
        for _ in range(steps):
            known = [is_lost(state) for state in states]
            states, row = advance(self, states, 1)
            rows.append(np.where(known, np.nan, row[:, 0]))
        return states, np.stack(rows, axis=1)

    monkeypatch.setattr(Chosen.maker, "advance", broken_advance)
    monkeypatch.setattr(Chosen.maker, "losses", lose)


@pytest.mark.parametrize("snapshots", [(), (36,), (37,), (36, 37)])
@pytest.mark.parametrize("steps", [37, 60])
def test_a_lost_loss_stops_its_seed_at_the_last_good_weights_and_no_other(
    monkeypatch: pytest.MonkeyPatch, alone: dict[int, Run], snapshots: tuple[int, ...], steps: int
) -> None:
    truth = quiet(SHORT.variant(snapshots=(36, 37)), seeds=[1])[0].snapshots
    lost = truth[37].flat().astype(np.float32)
    lose_losses(monkeypatch, lambda state: np.array_equal(state.weights, lost))
    zero, one, two = quiet(SHORT.variant(snapshots=snapshots, steps=steps), seeds=[0, 1, 2])
    assert (one.status, one.diverged_at) == ("diverged", 37)
    assert one.network.content_hash() == truth[36].content_hash()
    assert one.history.steps[-1] == 36
    assert one.loss == one.history.loss[-1] == alone[1].history.loss[36]
    assert sorted(one.snapshots) == sorted({0, 36})
    for run in (zero, two):
        assert run.status == "trained"
        np.testing.assert_array_equal(run.history.loss, alone[run.seed].history.loss[: steps + 1])


def test_a_network_that_never_had_a_finite_loss_is_kept_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    lose_losses(monkeypatch, lambda state: True)
    (run,) = quiet()
    assert (run.status, run.diverged_at, list(run.history.steps)) == ("diverged", 0, [0])
    assert np.isnan(run.loss)
    assert run.network.content_hash() == initialise(ARCHITECTURE, 0).content_hash()


# --- what is refused ---


def broken_images() -> dict[str, Any]:
    """Return images that cannot be targets."""
    low, dotted = IMAGE - 1, IMAGE.copy()
    dotted[3, 3, 1] = np.nan
    return {
        "flat": IMAGE[..., 0],
        "four channels": np.zeros((8, 8, 4)),
        "not square": IMAGE[:5],
        "empty": np.zeros((0, 0, 3)),
        "whole numbers": (IMAGE * 255).astype(np.uint8),
        "above 1": IMAGE + 0.5,
        "below 0": low,
        "nan": dotted,
        "text": "skull.png",
        "nothing": None,
        "network": Network(ARCHITECTURE, initialise(ARCHITECTURE, 0).weights),
    }


@pytest.mark.parametrize("kind", broken_images())
def test_an_image_that_is_none_is_refused(kind: str) -> None:
    with pytest.raises(BadInput, match=r"^image must be") as caught:
        fit(broken_images()[kind], ARCHITECTURE, SHORT, **plainly())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"seeds": []}, "seeds must be a list of different whole numbers of at least 0, got []."),
        ({"seeds": [1, 1]}, "seeds must be a list of different whole numbers of at least 0, got [1, 1]."),
        ({"seeds": [-1]}, "seed in seeds must be a whole number of at least 0"),
        ({"seeds": [0.5]}, "seed in seeds must be a whole number"),
        ({"seeds": [True]}, "seed in seeds must be a whole number"),
        ({"seeds": 3}, "seeds must be a list of different whole numbers of at least 0, got 3."),
        ({"seeds": "012"}, "seeds must be a list"),
        ({"seeds": [2**64]}, "seed in seeds must be a whole number"),
        ({"architecture": str(ARCHITECTURE)}, "architecture must be an Architecture, as Architecture.parse makes it"),
        ({"architecture": None}, "architecture must be an Architecture"),
        ({"recipe": {"steps": 3}}, "recipe must be a Recipe, got {'steps': 3}."),
        ({"engine": "torhc"}, "engine must be one of auto, torch, fused, gpu (did you mean 'torch'?), got 'torhc'."),
        ({"engine": None}, "engine must be one of auto, torch, fused"),
        ({"device": "gpu"}, "device must be one of auto, cpu, cuda"),
        ({"threads": 0}, "threads must be a whole number of at least 1"),
        ({"threads": "two"}, "threads must be a whole number"),
        ({"progress": "yes"}, "progress must be True or False, got 'yes'."),
        ({"checkpoint_every": -1}, "checkpoint_every must be a finite number of at least 0"),
        ({"checkpoint_every": float("nan")}, "checkpoint_every must be a finite number"),
        ({"store": 5}, "store must be a Store, a folder, None or False, got 5."),
        ({"store": ""}, "folder must be a path"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_sentence(
    options: dict[str, Any], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = {"architecture": ARCHITECTURE, "recipe": SHORT, "store": tmp_path / "runs", "progress": False}
    with pytest.raises(BadInput) as caught:
        fit(IMAGE, **{**arguments, **options})
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="torch sees no GPU"):
        quiet(device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_the_gpu_starts_like_the_cpu() -> None:
    here, there = quiet(device="cpu")[0], quiet(device="cuda")[0]
    assert there.device == "cuda"
    np.testing.assert_allclose(here.history.loss[:10], there.history.loss[:10], rtol=1e-3)


def test_fit_is_quiet_about_everything_else(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet(store=tmp_path, seeds=[0, 1])


# --- which engine ---


def test_the_default_engine_is_the_fused_one_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = "fused" if obstacle() is None else "torch"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = fit(IMAGE, ARCHITECTURE, Recipe(steps=2), **plainly(engine="auto"))[0]
    assert run.engine == expected
    assert run.key == quiet(Recipe(steps=2), engine=expected)[0].key
    assert run.key != quiet(Recipe(steps=2), engine="torch" if expected == "fused" else "fused")[0].key


def test_without_a_compiler_torch_trains_and_it_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_CXX", "/nonexistent")
    monkeypatch.setattr(choosing, "_said", set())
    with pytest.warns(UserWarning, match=r"needs a C\+\+ compiler.*The torch engine trains in its place") as caught:
        runs = [quiet(Recipe(steps=2), engine="auto")[0] for _ in range(2)]
    assert [run.engine for run in runs] == ["torch", "torch"]
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)
    with pytest.raises(BadInput, match="FER_CXX"):
        quiet(engine="fused")


def test_the_fused_engine_works_on_no_gpu() -> None:
    if torch.cuda.is_available():
        with pytest.raises(BadInput, match="device must be 'cpu' for the fused engine"):
            quiet(engine="fused", device="cuda")
    with pytest.raises(BadInput, match="got 'cuda'" if torch.cuda.is_available() else "torch sees no GPU"):
        quiet(engine="fused", device="cuda")


def test_engines_agree_at_first() -> None:
    there = {"torch": True, "fused": obstacle() is None, "gpu": gpu.obstacle() is None}
    assert set(there) == set(choosing.ENGINES)
    curves = [quiet(engine=name)[0].history.loss[:30] for name in there if there[name]]
    for curve in curves:
        np.testing.assert_allclose(curve, curves[0], rtol=1e-3)
