"""Trains the planes network; stops at any time and goes on with the same command.

    python3 train.py DIR [--threads 2]

DIR/pool/ comes from pool.py. DIR/checkpoint.pt is written every few minutes and on SIGTERM,
DIR/log.jsonl gets a line per report. STAGES is the recipe; the present stage may be prolonged while the training is stopped.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

# Each thread computes its part of the batch alone and they meet once per step: where other programs run, threads that
# share every operation wait for the slower one every time (measured: 37 pictures/s on two, 145 on one).
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import files
import latent
import portrait
from heldout import heldout, score
from imaging import sheet
from optim import Muon
from planenet import PlaneNet
from pool import Pool


@dataclass(frozen=True)
class Stage:
    resolution: int
    batch: int
    #: Pictures after which the stage ends, counted from the start of the training.
    until: int
    #: Muon's learning rate at the beginning; it falls along a cosine to `end` of itself.
    rate: float
    end: float


STAGES = (
    Stage(32, 32, 265_000, 0.02, 0.25),
    Stage(64, 32, 450_000, 0.008, 0.25),
    Stage(128, 16, 1_120_000, 0.003, 0.005),
)
#: Pictures over which the rate rises at the beginning of a stage: new channels must not shake the old ones.
WARM_UP = 6_000
#: Adam's learning rate, as a share of Muon's.
ADAM_SHARE = 0.1
#: The average goes over some 500 steps, which is enough: the rate falls to next to nothing at the end.
EMA = 0.998
CHECKPOINT_SECONDS = 180
REPORT_STEPS = 50
EVALUATE_SECONDS = 600
#: Steps that took longer had been stopped, and do not count as training.
STOPPED_SECONDS = 10
#: Part of the batch whose copies differ as far as the sphere of the search lets them (latent.sphere_noise): not at all
#: for the half of portraits that is extreme anyway, more the more average one is.
NOISY = 0.3
#: Part of the batch that gets noise.
WITH_NOISE = 0.6
#: What the loss is made of, besides the mean |error| of pictures in random colours: the planes themselves, which sees to
#: materials that are seldom seen; the differences between neighbours, which sharpens edges; and the picture scaled down by 2
#: and by 4, so that what is missed by a few pixels is still told in which direction it lies.
PLANE_WEIGHT = 0.25
GRADIENT_WEIGHT = 0.8
COARSE_WEIGHT = 0.5


def gradient_loss(e: Tensor) -> Tensor:
    return e.diff(dim=-1).abs().mean() + e.diff(dim=-2).abs().mean()


def loss_of(planes: Tensor, target: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """The loss, and the mean absolute error of pictures in -1..1."""
    error = planes - (target - target.mean((2, 3), keepdim=True))
    # Two sets of colours for every geometry; another portrait's are as good as its own.
    n = len(p)
    colour = portrait.colours(torch.cat([p, torch.randn_like(p)]))
    picture = 2 * torch.einsum("nmhw,knmc->nkchw", error, colour.view(2, n, portrait.M, 3)).flatten(1, 2)
    l1 = picture.abs().mean()
    # Per colour, as the picture's error is: ten planes against three channels.
    of_planes = error.abs().mean() * portrait.M / 3
    loss = l1 + GRADIENT_WEIGHT * gradient_loss(picture) + PLANE_WEIGHT * of_planes
    coarse = picture
    for _ in range(2):
        coarse = F.avg_pool2d(coarse, 2)
        loss = loss + COARSE_WEIGHT * coarse.abs().mean()
    return loss, l1.detach()


class Training:
    def __init__(self, folder: Path, threads: int) -> None:
        self.folder, self.threads = folder, threads
        self.workers = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))
        self.seen = self.step = self.stage_start = 0
        self.seconds = 0.0
        path = folder / "checkpoint.pt"
        state = torch.load(path) if path.exists() else None
        if state and state["latent"] != latent.layout():
            raise SystemExit(f"{path}: trained on other numbers than portrait/params.py has now")
        self.stage = state["stage"] if state else 0
        self._build(PlaneNet(STAGES[self.stage].resolution))
        if state:
            self.net.load_state_dict(state["net"])
            self.ema.load_state_dict(state["ema"])
            self.muon.load_state_dict(state["muon"])
            self.adam.load_state_dict(state["adam"])
            self.seen, self.step, self.seconds = state["seen"], state["step"], state["seconds"]
            self.stage_start = state["stage_start"]

    def _build(self, net: PlaneNet) -> None:
        self.net = net
        self.ema = PlaneNet(net.resolution)
        self.ema.load_state_dict(net.state_dict())
        self.matrices = [p for k, p in net.named_parameters() if k.endswith(".weight") and k != "layers.0.weight"]
        ids = {id(p) for p in self.matrices}
        # Replicas share the parameters and have gradients of their own.
        self.replicas = [net]
        for _ in range(self.threads - 1):
            replica = PlaneNet(net.resolution)
            for mine, shared in zip(replica.parameters(), net.parameters()):
                mine.data = shared.data
            self.replicas.append(replica)
        self.rest = [p for p in net.parameters() if id(p) not in ids]
        self.muon = Muon(self.matrices)
        self.adam = torch.optim.Adam(self.rest, betas=(0.9, 0.98))
        self.pool = Pool(self.folder / "pool", net.resolution)

    def grow(self) -> None:
        net = PlaneNet(self.net.resolution)
        net.load_state_dict(self.ema.state_dict())
        net.grow()
        self.stage += 1
        self.stage_start = self.seen
        self._build(net)

    def save(self) -> None:
        names = ("net", "ema", "muon", "adam")
        state = {k: getattr(self, k).state_dict() for k in names}
        state |= {
            "resolution": self.net.resolution,
            "seen": self.seen,
            "step": self.step,
            "seconds": self.seconds,
            "stage": self.stage,
            "stage_start": self.stage_start,
            "latent": latent.layout(),
        }
        with files.whole(self.folder / "checkpoint.pt") as f:
            torch.save(state, f)

    def log(self, **values: object) -> None:
        with (self.folder / "log.jsonl").open("a") as f:
            f.write(json.dumps(values) + "\n")

    def rate(self) -> float:
        stage = STAGES[self.stage]
        done = self.seen - self.stage_start
        f = min(1.0, done / (stage.until - self.stage_start))
        fall = stage.end + (1 - stage.end) * 0.5 * (1 + math.cos(math.pi * f))
        return stage.rate * fall * min(1.0, (done + stage.batch) / WARM_UP)

    def batch(self, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """Numbers, style features, planes."""
        index = np.sort(np.random.randint(0, self.pool.ready(), size))
        p, planes = self.pool.get(index)
        layers = len(self.net.layers)
        v = latent.spread(p)[:, None].expand(-1, layers, -1)
        noisy = (torch.rand(size, 1, 1) < NOISY).float()
        v = v + latent.sphere_noise(p, layers) * noisy
        return p, latent.features(latent.styles(v)), planes

    def gradients(self, net: PlaneNet, size: int) -> float:
        p, f, target = self.batch(size)
        noise = torch.randn(size, 1, portrait.NOISE_SIDE, portrait.NOISE_SIDE) * (
            torch.rand(size, 1, 1, 1) < WITH_NOISE
        )
        loss, l1 = loss_of(net(f, noise=noise), portrait.texture(target, noise), p)
        for q in net.parameters():
            q.grad = None
        loss.backward()
        net.protect()
        return l1.item()

    def train_step(self) -> float:
        stage = STAGES[self.stage]
        rate = self.rate()
        size = stage.batch // self.threads
        l1 = sum(self.workers.map(lambda net: self.gradients(net, size), self.replicas)) / self.threads
        for replica in self.replicas[1:]:
            for shared, mine in zip(self.net.parameters(), replica.parameters()):
                shared.grad += mine.grad
        for p in self.net.parameters():
            p.grad /= self.threads
        if not (math.isfinite(l1) and all(torch.isfinite(p.grad).all() for p in self.net.parameters())):
            raise RuntimeError("loss or gradient is not finite; the last checkpoint is from before")
        self.muon.param_groups[0]["lr"] = rate
        self.adam.param_groups[0]["lr"] = rate * ADAM_SHARE
        self.muon.step()
        self.adam.step()
        self.step += 1
        self.seen += stage.batch
        with torch.no_grad():
            d = min(EMA, (1 + self.step) / (10 + self.step))
            for a, b in zip(self.ema.parameters(), self.net.parameters()):
                a.lerp_(b, 1 - d)
        return l1

    def evaluate(self) -> None:
        p, planes = heldout(self.folder, self.net.resolution)
        errors = score(self.ema, p[:200], planes[:200])
        self.log(kind="heldout", seen=self.seen, minutes=self.seconds / 60, resolution=self.net.resolution, **errors)
        with torch.no_grad():
            q = p[:24]
            y = self.ema(latent.features(latent.w_of(q))[:, None], torch.float32)
        colour = portrait.colours(q)
        a = torch.stack([portrait.compose(planes[:24], colour), portrait.compose(y, colour)], 1).flatten(0, 1)
        a = F.interpolate(a, size=128, mode="nearest")
        sheet(a, 12, str(self.folder / f"preview-{self.net.resolution}.png"))

    def run(self) -> None:
        mean, saved, evaluated = None, time.time(), time.time()
        seconds, seen = self.seconds, self.seen
        stop = []
        signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
        while self.stage < len(STAGES):
            if stop:
                self.save()
                return
            if self.seen >= STAGES[self.stage].until:
                self.evaluate()
                self.save()
                if self.stage + 1 == len(STAGES):
                    return
                self.grow()
                mean = None
                continue
            started = time.time()
            l1 = self.train_step()
            mean = l1 if mean is None else 0.98 * mean + 0.02 * l1
            now = time.time()
            if now - started < STOPPED_SECONDS:
                self.seconds += now - started
            if self.step % REPORT_STEPS == 0:
                self.log(
                    kind="train", seen=self.seen, minutes=round(self.seconds / 60, 2), resolution=self.net.resolution,
                    l1=round(mean, 4), rate=round(self.rate(), 5),
                    per_second=round((self.seen - seen) / max(1e-3, self.seconds - seconds), 1),
                    pool=self.pool.ready(),
                )  # fmt: skip
                seconds, seen = self.seconds, self.seen
            if now - evaluated > EVALUATE_SECONDS:
                self.evaluate()
                evaluated = time.time()
            if now - saved > CHECKPOINT_SECONDS:
                self.save()
                saved = time.time()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if any(stage.batch % args.threads for stage in STAGES):
        parser.error(
            f"--threads {args.threads} does not divide the batches of {STAGES[-1].batch} and {STAGES[0].batch}"
        )
    torch.set_num_threads(1)
    Training(args.folder, args.threads).run()
