"""The network as it is trained: geometry in, material planes out.

Layers 0 to 10 are those of the StyleGAN1. What is left away is its end: there, every plane is
multiplied by its colour, which needs no training (assemble.py). So the network learns ten grey
planes of each portrait instead of one coloured picture, and colours cannot go wrong.

Two kinds of channels are set apart so that instance norm does no harm and growing none, either:

- The anchor: channel 0 of every layer is one and the same fixed pattern, a soft chequerboard of 4 x 4
  fields, with which no plane has anything in common.
- The bypass: from 64 px on, channels 1 to M carry the planes of the block before, each with a
  multiple of the anchor on top. The anchor dominates the standard deviation, so normalisation divides
  by about a constant whatever the plane holds, and large biases keep leaky ReLU out of its bend:
  these channels are linear. A new block begins as an upsampled copy of what was, and learns what
  to add.
"""

from __future__ import annotations

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

import network
from fused import CHANNELS_LAST, epilogue, upconv
from latent import G
from portrait import M, NOISE_LAYER, layer_mask

RESOLUTIONS = (4, 8, 16, 32, 64, 128)
CHANNELS = {r: network.channels(r) for r in RESOLUTIONS}
#: About the standard deviation of each plane within a picture where it is.
PLANE_STD = torch.tensor([0.47, 0.30, 0.20, 0.17, 0.09, 0.02, 0.02, 0.02, 0.04, 0.03])
#: The anchor in a bypass channel: larger where a plane is full in one portrait and empty in the next.
ANCHOR = torch.tensor([0.8, 0.8, 1.2, 0.8, 1.4, 0.1, 0.1, 0.4, 0.2, 0.1])
#: The last block has a smaller one: in bfloat16 an anchor leaves rings of rounding in proportion, and there, they are in the picture.
LAST_ANCHOR = 0.6 * ANCHOR
#: Keeps the anchor where leaky ReLU is linear.
ANCHOR_BIAS = 4.0
CHEQUERS = (torch.arange(4)[:, None] + torch.arange(4)) % 2 * 2.0 - 1


#: Convolutions put out values of some 40, whose size is nobody's concern before a norm; noise has to be as large to be seen.
NOISE_SCALE = 20


def head_size(resolution: int) -> int:
    """Kernel of the last convolution: at 128 px it becomes conv1 of the StyleGAN1, before that it is temporary."""
    return 3 if resolution == 128 else 1


class Layer(nn.Module):
    """A convolution (layer 0: a constant) and its epilogue. Styles multiply features of the latent (latent.py)."""

    def __init__(self, index: int, resolution: int, before: int, channels: int) -> None:
        super().__init__()
        self.resolution, self.channels = resolution, channels
        self.kind = "const" if index == 0 else "up" if index % 2 == 0 else "same"
        if self.kind == "const":
            self.weight = nn.Parameter(torch.randn(1, channels, 4, 4))
            self.weight.data[0, 0] = CHEQUERS
        else:
            self.weight = nn.Parameter(torch.randn(channels, before, 3, 3) * (2 / (9 * before)) ** 0.5)
            self.weight.data[0] = 0
            self.weight.data[0, 0, 1, 1] = 1
        self.bias = nn.Parameter(torch.zeros(channels))
        self.bias.data[0] = ANCHOR_BIAS
        #: How much of the layer's noise map each channel gets. Where the painter knows none, there is none.
        self.noise = nn.Parameter(0.5 * torch.randn(channels)) if index == NOISE_LAYER else None
        if self.noise is not None:
            self.noise.data[0] = 0
        self.style = nn.Parameter(torch.zeros(2 * channels, G))
        self.style_bias = nn.Parameter(torch.zeros(2 * channels))
        self.register_buffer("mask", layer_mask()[index, :G], persistent=False)

    def forward(self, x: Tensor | None, f: Tensor, dtype: torch.dtype, noise: Tensor | None = None) -> Tensor:
        if self.kind == "const":
            x = self.weight.to(dtype).expand(len(f), -1, -1, -1)
        elif self.kind == "up":
            x = upconv(x, self.weight)
        else:
            x = F.conv2d(x, self.weight.to(dtype).contiguous(memory_format=CHANNELS_LAST), padding=1)
        if noise is not None and self.noise is not None:
            x = x + noise.to(dtype) * (NOISE_SCALE * self.noise).to(dtype).view(1, -1, 1, 1)
        style = F.linear(f * self.mask, self.style, self.style_bias)
        c = self.channels
        return epilogue(x, self.bias, style[:, :c] + 1, style[:, c:])

    def protect(self) -> None:
        """Takes the gradient off the anchor."""
        if self.kind == "const":
            self.weight.grad[:, 0] = 0
        else:
            self.weight.grad[0] = 0
        self.bias.grad[0] = 0
        if self.noise is not None and self.noise.grad is not None:
            self.noise.grad[0] = 0
        for g in (self.style.grad, self.style_bias.grad):
            g[0] = 0
            g[self.channels] = 0


class PlaneNet(nn.Module):
    def __init__(self, resolution: int = 32) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        self.resolution = 0
        for r in RESOLUTIONS:
            if r <= resolution:
                self._add_block(r)
        self.head = nn.Parameter(torch.zeros(M, CHANNELS[resolution], head_size(resolution), head_size(resolution)))

    def _add_block(self, r: int) -> None:
        before = CHANNELS[max(4, r // 2)]
        index = len(self.layers)
        self.layers.append(Layer(index, r, before, CHANNELS[r]))
        if r < 128:
            self.layers.append(Layer(index + 1, r, CHANNELS[r], CHANNELS[r]))
        self.resolution = r

    def grow(self) -> None:
        """Adds the next block, which begins by handing on the planes of the present one."""
        head = self.head.data
        start = len(self.layers)
        self._add_block(2 * self.resolution)
        rows = torch.arange(1, M + 1)
        anchor = LAST_ANCHOR if self.resolution == RESOLUTIONS[-1] else ANCHOR
        deviation = (PLANE_STD.square() + anchor.square()).sqrt()
        for i, layer in enumerate(self.layers[start:]):
            w = layer.weight.data
            w[1 : M + 1] = 0
            if i == 0:
                w[1 : M + 1, :, 1, 1] = head[:, :, 0, 0]
                w[1 : M + 1, 0, 1, 1] += anchor
            else:
                w[rows, rows, 1, 1] = deviation
            layer.bias.data[1 : M + 1] = 2.5 * anchor + 0.5
        size = head_size(self.resolution)
        head = torch.zeros(M, CHANNELS[self.resolution], size, size)
        head[rows - 1, rows, size // 2, size // 2] = deviation
        head[:, 0, size // 2, size // 2] = -anchor
        self.head = nn.Parameter(head)

    def body(self, f: Tensor, dtype: torch.dtype = torch.bfloat16, noise: Tensor | None = None) -> Tensor:
        """Features [n, layers or 1, G], noise [n, 1, 16, 16] -> what the last layer puts out, [n, c, r, r], in float32."""
        x = None
        for i, layer in enumerate(self.layers):
            x = layer(x, f[:, i if f.shape[1] > 1 else 0], dtype, noise)
        return x.float()

    def forward(self, f: Tensor, dtype: torch.dtype = torch.bfloat16, noise: Tensor | None = None) -> Tensor:
        """Features [n, layers or 1, G], noise [n, 1, 16, 16] or none -> planes [n, M, r, r] with mean 0, in float32."""
        # In float32, as the anchor cancels here.
        y = F.conv2d(self.body(f, dtype, noise), self.head, padding=self.head.shape[-1] // 2)
        return y - y.mean((2, 3), keepdim=True)

    def protect(self) -> None:
        for layer in self.layers:
            layer.protect()
        # The mean of a plane is no one's concern (`forward`), so nothing but rounding would move the last shifts: Adam makes
        # that a walk, away from 0, where the block to come and assemble.py expect them.
        last = self.layers[-1]
        for g in (last.style.grad, last.style_bias.grad):
            g[last.channels :] = 0
