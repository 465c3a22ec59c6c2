"""Portraits in advance: draws material planes into memory-mapped files, while training reads them.

    python3 pool.py DIR [COUNT] [--processes 2]

DIR/planes-{32,64,128}.u8 hold [COUNT, M, size, size] bytes (value * SCALE), DIR/numbers.npy their
numbers, DIR/ready how many are drawn, DIR/painter which painter drew them. Run again, it goes on where it stopped; a larger
COUNT adds to what is there. The colours are not in it: training paints every picture anew.
"""

from __future__ import annotations

import argparse
import os
from multiprocessing import Pool as Workers
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import files
import portrait

SIZES = (32, 64, 128)
#: Bytes for planes of up to 1.42; white at its brightest is 1.3.
SCALE = 180
BLOCK = 1000
BATCH = 4
#: Training does not begin with fewer: it would learn them by heart.
MINIMUM = 5000
#: Numbers that a part of the pool has in their tails: what is rare needs examples, too. Crowns, which all other headwear
#: displaces, need more of them.
RARE_HIGH = (
    *portrait.HEADWEAR,
    *["crown"] * 3,
    *("beard", "tache", "glasses", "gltint", "mopen", "age", "bun", "body", "flat"),
)
RARE_LOW = ("hairline", "age", "eyeopen", "smile")


def numbers(block: int) -> Tensor:
    """[BLOCK, 64] of the block: 65 % standard normal, 10 % shrunk to the average, 25 % with one rare attribute."""
    g = torch.Generator().manual_seed(100_000 + block)
    p = torch.randn(BLOCK, portrait.P, generator=g)
    kind = torch.rand(BLOCK, generator=g)
    shrink = torch.rand(BLOCK, generator=g) * 0.7 + 0.3
    which = torch.randint(len(RARE_HIGH) + len(RARE_LOW), (BLOCK,), generator=g)
    tail = 1.1 + 0.5 * torch.randn(BLOCK, generator=g).abs()
    for i in range(BLOCK):
        if kind[i] < 0.10:
            p[i] *= shrink[i]
        elif kind[i] < 0.35:
            k = int(which[i])
            name, sign = (RARE_HIGH[k], 1) if k < len(RARE_HIGH) else (RARE_LOW[k - len(RARE_HIGH)], -1)
            p[i, portrait.INDEX[name]] = sign * tail[i]
            for other in portrait.displacing(name):
                p[i, portrait.INDEX[other]].clamp_(max=portrait.ON[0])
    return p


class Pool:
    """What is drawn so far, at one size."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        if not (folder / "ready").exists() or int((folder / "ready").read_text()) < MINIMUM:
            raise SystemExit(f"{folder}: fewer than {MINIMUM} portraits; draw some first: python3 pool.py {folder}")
        files.same_painter(folder / "painter")
        self.numbers = torch.from_numpy(np.load(folder / "numbers.npy"))
        shape = (len(self.numbers), portrait.M, size, size)
        self.planes = np.memmap(folder / f"planes-{size}.u8", np.uint8, "r", shape=shape)

    def ready(self) -> int:
        """How many can be taken; a pool that has been prolonged since shows that to whoever opens it anew."""
        return min(int((self.folder / "ready").read_text()), len(self.numbers))

    def get(self, index: np.ndarray) -> tuple[Tensor, Tensor]:
        """Numbers [n, 64] and planes [n, M, size, size]; a sorted index reads fastest."""
        planes = torch.from_numpy(self.planes[index]).float().mul_(1 / SCALE)
        return self.numbers[torch.from_numpy(index)], planes


_files: dict[int, np.memmap] = {}
_numbers: Tensor


def _open(folder: Path, count: int, p: Tensor) -> None:
    global _numbers
    torch.set_num_threads(1)
    _numbers = p
    for size in SIZES:
        _files[size] = np.memmap(folder / f"planes-{size}.u8", np.uint8, "r+", shape=(count, portrait.M, size, size))


def _draw(i: int) -> int:
    a = portrait.planes(_numbers[i : i + BATCH], SIZES[-1])
    for size in SIZES:
        small = F.avg_pool2d(a, SIZES[-1] // size) if size < SIZES[-1] else a
        _files[size][i : i + BATCH] = (small * SCALE + 0.5).clamp(0, 255).byte().numpy()
    return i + BATCH


def main(folder: Path, count: int, processes: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    count = -(-count // BLOCK) * BLOCK
    mark = folder / "ready"
    start = int(mark.read_text()) if mark.exists() else 0
    p = torch.zeros(0, portrait.P)
    if start:
        files.same_painter(folder / "painter")
        p = torch.from_numpy(np.load(folder / "numbers.npy"))
        count = max(count, len(p))
    (folder / "painter").write_text(files.painter())
    for size in SIZES:
        with (folder / f"planes-{size}.u8").open("ab") as f:  # all of it at once: a full disk is noticed now
            os.posix_fallocate(f.fileno(), 0, count * portrait.M * size * size)
    # What is drawn keeps its numbers, even if `numbers` has changed since.
    p = torch.cat([p, *(numbers(b) for b in range(len(p) // BLOCK, count // BLOCK))])
    with files.whole(folder / "numbers.npy") as f:
        np.save(f, p.numpy())
    with Workers(processes, _open, (folder, count, p)) as workers:
        for done in workers.imap(_draw, range(start, count, BATCH)):
            if done % 200 == 0:
                with files.whole(mark) as f:
                    f.write(str(done).encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=50_000)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    main(args.folder, args.count, args.processes)
