"""Muon, which trains the convolutions; PyTorch's Adam does the rest."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def orthogonalise(g: Tensor, steps: int = 5) -> Tensor:
    """About U V^T of g = U S V^T, by the quintic Newton-Schulz iteration of Muon (Jordan et al., 2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.to(torch.bfloat16)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        s = x @ x.T
        x = a * x + (b * s + c * s @ s) @ x
    return (x.T if tall else x).float()


class Muon(torch.optim.Optimizer):
    """Momentum whose update is orthogonalised: every direction of a weight matrix moves alike.

    A row without a gradient (the anchor's) stays exactly as it is. Kernels [o, i, 3, 3] count as matrices [o, 9 i].
    """

    def __init__(self, params: list[nn.Parameter], lr: float = 0.02, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(p)
                m = state["momentum"]
                m.mul_(group["momentum"]).add_(p.grad)
                g = p.grad.add(m, alpha=group["momentum"]).flatten(1)
                update = orthogonalise(g)
                p.add_(update.view_as(p), alpha=-group["lr"] * max(1.0, g.shape[0] / g.shape[1]) ** 0.5)
