"""Holds what is written by hand against what it stands for. A few seconds; nothing has to be trained for it.

    python3 check.py

- the operations of fused.cc, forward and backward, against PyTorch's own;
- latent.py: numbers through the mapping network's w come back, and what copies differ by cancels;
- planenet.py: a grown network begins as the upsampled picture of what it was;
- assemble.py: the StyleGAN1 draws what planes and colours are composed to.
"""

from __future__ import annotations

import sys

import torch
import torch.nn.functional as F
from torch import Tensor

import assemble
import fused
import latent
import network
import portrait
from planenet import PLANE_STD, PlaneNet


def distance(a: Tensor, b: Tensor) -> float:
    """Relative, by norms."""
    return ((a - b).norm() / b.norm()).item()


def report(what: str, value: float, limit: float) -> None:
    print(f"{what:60} {value:.1e} (at most {limit:.0e})")
    if not value <= limit:
        sys.exit(f"{what}: too far off")


def check_fused() -> None:
    if not fused.LIBRARY:
        sys.exit("fused.cc is not built")
    # bfloat16 has 8 bits: one rounding is 2^-9 at most, several add up.
    limit = 1e-2

    def compare(name: str, op, reference, *inputs: Tensor) -> None:
        low = [x.to(torch.bfloat16) if x.dim() == 4 else x for x in inputs]
        mine = [x.clone().requires_grad_() for x in low]
        exact = [x.double().requires_grad_() for x in low]
        y, z = op(*mine), reference(*exact)
        g = torch.randn_like(z)
        y.backward(g.to(y.dtype))
        z.backward(g)
        report(f"fused: {name}", distance(y.double(), z), limit)
        for i, (a, b) in enumerate(zip(mine, exact)):
            report(f"fused: {name}, gradient {i}", distance(a.grad.double(), b.grad), limit)

    n, c = 3, 16
    compare("upblur", fused.upblur, fused.upblur_reference, torch.randn(n, 4 * c, 8, 6))
    inputs = torch.randn(n, c, 7, 5), torch.randn(c), torch.randn(n, c), torch.randn(n, c)
    compare("epilogue", fused.epilogue, fused.epilogue_reference, *inputs)


def check_latent() -> None:
    p = torch.randn(50, portrait.P)
    report("latent: numbers, spread and decoded", distance(latent.decode(latent.spread(p)), p), 1e-5)
    noise = latent.sphere_noise(0.5 * p, 2)
    report("latent: what copies differ by, decoded", latent.decode(noise).abs().max().item(), 1e-5)
    radius = (latent.spread(0.5 * p)[:, None] + noise).square().sum(-1)
    # The noise is not scaled to the sphere one by one: 7/8 of 512 normal numbers.
    report("latent: mean of |v - mu|^2 / 512 - 1", abs(radius.mean().item() / 512 - 1), 0.03)
    z = torch.randn(2000, 512)
    v = F.leaky_relu(network.mapping(assemble.mapping_state(), z), 5.0)
    fit = assemble.gaussian_fit()
    report("latent: mean of the mapping network's w", ((v.mean(0) - fit["mean"]) * 2000**0.5).abs().max().item(), 5)
    report("latent: its deviation", ((v.std(0) / fit["std"] - 1) * 4000**0.5).abs().max().item(), 5)


def random_net() -> PlaneNet:
    """Of 32 px, with planes about as large as those of portraits."""
    net = PlaneNet(32)
    for layer in net.layers:
        layer.style.data = 0.1 * torch.randn_like(layer.style)
        layer.style.data[0] = layer.style.data[layer.channels] = 0
    net.head.data = torch.randn_like(net.head) * (PLANE_STD / net.head.shape[1] ** 0.5)[:, None, None, None]
    net.head.data[:, 0] = 0
    return net


@torch.no_grad()
def check_grown_and_assembled() -> None:
    net = random_net()
    p = torch.randn(6, portrait.P)
    f = latent.features(latent.w_of(p))[:, None]
    before = net(f, torch.float32)
    while net.resolution < network.RESOLUTION:
        net.grow()
        up = F.interpolate(before, scale_factor=2, mode="nearest")
        up = F.conv2d(
            F.pad(up, (1, 1, 1, 1), mode="replicate"), fused.BLUR.expand(portrait.M, 1, 3, 3), groups=portrait.M
        )
        up = up - up.mean((2, 3), keepdim=True)
        after = net(f, torch.float32)
        # The anchor swallows what a plane has of its pattern, and borders are blurred with zeros.
        inner = slice(4, -4)
        error = distance(after[..., inner, inner], up[..., inner, inner])
        report(f"planenet: {net.resolution} px, just grown, against 32 px blurred up", error, 0.3)
        before = after

    state = assemble.synthesis_state(net)
    w = latent.w_of(p)[:, None].expand(-1, network.LAYERS, -1)
    picture = portrait.compose(before, portrait.colours(p))
    # Planes of a random network have more of the pattern of the anchor than portraits do.
    error = (network.synthesis(state, w) - picture).abs().mean().item()
    report("assemble: the StyleGAN1 against planes in their colours", error, 0.06)
    half = {k: v.half().float() for k, v in state.items()}
    error = (network.synthesis(half, w) - network.synthesis(state, w)).abs().mean().item()
    report("assemble: float16 against float32", error, 4e-3)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(0)
    check_fused()
    check_latent()
    check_grown_and_assembled()
