"""StyleGAN1 (Karras et al., CVPR 2019) in plain PyTorch, with the tensor names that PULSE's files have.

Slow and obvious: what others compute with the exported files. Written from the papers.
"""

from __future__ import annotations

import math
from typing import NamedTuple, OrderedDict

import torch
import torch.nn.functional as F
from torch import Tensor

from fused import BLUR, EPSILON, SLOPE

RESOLUTION = 128
LAYERS = 12
FMAP_BASE, FMAP_MAX = 2048, 128
MAPPING_LAYERS, MAPPING_RATE = 8, 0.01

State = OrderedDict[str, Tensor]


def channels(resolution: int) -> int:
    return min(FMAP_MAX, FMAP_BASE // (resolution // 2))


class Layer(NamedTuple):
    """The names of a layer's tensors, and what it is."""

    weight: str
    bias: str
    epilogue: str
    resolution: int
    before: int
    channels: int

    @property
    def up(self) -> bool:
        return "conv0_up" in self.weight

    @property
    def transposed(self) -> bool:
        """From 128 px on, StyleGAN1 upsamples by a transposed convolution, before that by copying pixels."""
        return self.up and self.resolution >= 128


def layers() -> list[Layer]:
    """The 12 layers."""
    out = [Layer("blocks.4x4.const", "blocks.4x4.bias", "blocks.4x4.epi1", 4, channels(4), channels(4))]
    out.append(Layer("blocks.4x4.conv.weight", "blocks.4x4.conv.bias", "blocks.4x4.epi2", 4, channels(4), channels(4)))
    r = 8
    while r <= RESOLUTION:
        for index, (name, before) in enumerate((("conv0_up", channels(r // 2)), ("conv1", channels(r))), 1):
            block = f"blocks.{r}x{r}"
            names = (f"{block}.{name}.weight", f"{block}.{name}.bias", f"{block}.epi{index}")
            out.append(Layer(*names, r, before, channels(r)))
        r *= 2
    return out


def conv_factor(before: int, kernel: int = 3, gain: float = math.sqrt(2)) -> float:
    """Run-time factor of a convolution's stored weights."""
    return gain / math.sqrt(before * kernel * kernel)


STYLE_FACTOR = 1 / math.sqrt(512)
DENSE_FACTOR = math.sqrt(2) / math.sqrt(512) * MAPPING_RATE


def synthesis(state: State, w: Tensor, noise: list[Tensor] | None = None, dtype: torch.dtype = torch.float32) -> Tensor:
    """w [n, 12, 512], 12 noise maps [n, 1, r, r] or none -> pictures [n, 3, 128, 128] in about -1..1."""
    x = None
    for i, layer in enumerate(layers()):
        weight = state[layer.weight].to(dtype)
        # widths as they are in the file: any StyleGAN1 of 128 px will do
        c, before = len(state[layer.bias]), weight.shape[1]
        if i == 0:
            x = weight.expand(len(w), -1, -1, -1)
        elif layer.up:
            weight = weight * conv_factor(before)
            if layer.transposed:
                k = F.pad(weight, (1, 1, 1, 1))
                k = k[..., 1:, 1:] + k[..., :-1, 1:] + k[..., 1:, :-1] + k[..., :-1, :-1]
                x = F.conv_transpose2d(x, k.transpose(0, 1), stride=2, padding=1)
            else:
                x = F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), weight, padding=1)
            x = F.conv2d(x, BLUR.to(dtype).expand(c, 1, 3, 3), padding=1, groups=c)
        else:
            x = F.conv2d(x, weight * conv_factor(before), padding=1)
        if noise is not None:
            x = x + noise[i].to(dtype) * state[f"{layer.epilogue}.noise.weight"].to(dtype).view(1, -1, 1, 1)
        x = x + state[layer.bias].to(dtype).view(1, -1, 1, 1)
        x = F.instance_norm(F.leaky_relu(x, SLOPE), eps=EPSILON)
        lin = f"{layer.epilogue}.style_mod.lin"
        style = F.linear(
            w[:, i].to(dtype), state[f"{lin}.weight"].to(dtype) * STYLE_FACTOR, state[f"{lin}.bias"].to(dtype)
        )
        scale, shift = style.view(-1, 2, c, 1, 1).unbind(1)
        x = x * (scale + 1) + shift
    rgb = state["torgb.weight"].to(dtype) * conv_factor(c, 1, 1.0)
    return F.conv2d(x, rgb, state["torgb.bias"].to(dtype))


def mapping(state: State, z: Tensor) -> Tensor:
    """z [n, 512] -> w [n, 512]"""
    x = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
    for i in range(MAPPING_LAYERS):
        x = F.linear(x, state[f"dense{i}.weight"] * DENSE_FACTOR, state[f"dense{i}.bias"] * MAPPING_RATE)
        x = F.leaky_relu(x, SLOPE)
    return x
