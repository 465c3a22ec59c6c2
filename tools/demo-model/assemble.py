"""From the trained planes network to a StyleGAN1 in PULSE's names.

What is missing is the end: picture = sum over materials of plane * colour. The last convolution
computes every plane once for red, green and blue, the last style multiplies by the colours. Colours
vary about a mean; the mean picture has channels of its own, so that most of the picture does not
depend on products of geometry and colour.

Instance norm divides each channel by its standard deviation in this picture, which would undo how
much of a hat there is. So every channel carries the anchor (planenet.py) on top, as much of it as
keeps the deviation steadiest (`steadiest`), and three channels that hold nothing else take it off again:

    channel           0-23               24-26           27-29     30-31
    holds             planes, per RGB    mean picture    anchor    nothing
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

import latent
import network
import portrait
from fused import BLUR, EPSILON
from planenet import ANCHOR_BIAS, NOISE_SCALE, PlaneNet
from portrait import M, MATERIALS

#: Materials whose colour varies, in the order of their channels.
COLOURED = tuple(m for m, name in enumerate(MATERIALS) if portrait.TABLE[name][1])
#: Anchors to choose from, for the channels of a plane and of the mean picture.
ANCHORS = torch.linspace(-3, 3, 61)
#: How far above 0 the lowest value of a channel stays, among the portraits that are looked at.
MARGIN = 0.7
LAST = network.LAYERS - 1


def mean_colours() -> Tensor:
    """[M, 3]: over the normal distribution."""
    weight, bias = colour_weights()
    return weight @ latent.MEAN.repeat(latent.COPIES) + bias


def colour_weights() -> tuple[Tensor, Tensor]:
    """colours = weight @ w + bias: [M, 3, 512], [M, 3]."""
    return latent.fold_seen(portrait.directions(), portrait.constants())


@dataclass(frozen=True)
class Anchoring:
    """How a channel that holds x + anchor * a is read: as x * scale / deviation, and what to take off.

    Instance norm divides by sqrt(v + anchor^2 + 2 anchor c), with v the variance of x in a picture and c its covariance with a.
    A large anchor hides v, but takes along what x itself has of the pattern, c * a.
    """

    anchor: float
    scale: float
    #: Lifts the channel above 0, where leaky ReLU is linear.
    bias: float


def deviation(v: Tensor, c: Tensor, anchor: float) -> Tensor:
    return (v + anchor**2 + 2 * anchor * c + EPSILON).sqrt()


def steadiest(v: Tensor, c: Tensor, lowest: Tensor, a: tuple[float, float]) -> Anchoring:
    """The anchor with which the deviation varies least over portraits, [n] each: its changes are the error that remains.

    lowest: the lowest value of x in each; a: lowest and highest of the anchor's pattern.
    """
    best = min(ANCHORS.tolist(), key=lambda x: (deviation(v, c, x) - deviation(v, c, x).mean()).abs().mean().item())
    bias = MARGIN - lowest.min().item() - min(best * a[0], best * a[1])
    return Anchoring(best, deviation(v, c, best).mean().item(), bias)


@dataclass(frozen=True)
class Calibration:
    #: Of each plane, and of the mean picture in red, green and blue.
    planes: list[Anchoring]
    picture: list[Anchoring]
    #: What the anchor of the mean picture is multiplied by in excess of 1, as a linear layer on features: [3, G], [3].
    excess: tuple[Tensor, Tensor]


@torch.no_grad()
def calibrate(net: PlaneNet, count: int = 400) -> Calibration:
    g = torch.Generator().manual_seed(1)
    f = latent.features(latent.w_of(torch.randn(count, portrait.P, generator=g)))
    mean = mean_colours()
    v, c, lowest = [], [], []
    for q in f.split(10):
        x = net.body(q[:, None], torch.float32)
        y = F.conv2d(x, net.head, padding=1)
        y = torch.cat([y, torch.einsum("nmhw,mc->nchw", y, mean)], 1)
        lowest.append(y.amin((2, 3)))
        y = y - y.mean((2, 3), keepdim=True)
        a = x[:, :1] - x[:, :1].mean((2, 3), keepdim=True)
        v.append(y.square().mean((2, 3)))
        c.append((y * a).mean((2, 3)))
    v, c, lowest, pattern = torch.cat(v), torch.cat(c), torch.cat(lowest), (a.min().item(), a.max().item())
    anchoring = [steadiest(*columns, pattern) for columns in zip(v.T, c.T, lowest.T)]
    picture = anchoring[M:]
    # What the geometry tells of the deviation: a regression, with a ridge so small that only noise feels it.
    ratio = torch.stack([e.scale / deviation(v[:, M + j], c[:, M + j], e.anchor) - 1 for j, e in enumerate(picture)], 1)
    one = torch.cat([f, torch.ones(count, 1)], 1)
    solved = torch.linalg.solve(one.T @ one + 2 * torch.eye(one.shape[1]), one.T @ ratio)
    return Calibration(anchoring[:M], picture, (solved[:-1].T, solved[-1]))


def _set_layer(
    state: network.State, index: int, weight: Tensor, bias: Tensor, style: Tensor, style_bias: Tensor,
    noise: Tensor | None = None,
) -> None:  # fmt: skip
    layer = network.layers()[index]
    if layer.up:
        state[layer.weight.replace("weight", "intermediate.kernel")] = BLUR.clone()
    if layer.transposed:  # reads the kernel the other way round
        weight = weight.flip(2, 3)
    state[layer.weight] = weight / network.conv_factor(layer.before) if index else weight
    state[layer.bias] = bias
    state[f"{layer.epilogue}.noise.weight"] = torch.zeros(layer.channels) if noise is None else noise
    state[f"{layer.epilogue}.style_mod.lin.weight"] = style / network.STYLE_FACTOR
    state[f"{layer.epilogue}.style_mod.lin.bias"] = style_bias


@torch.no_grad()
def synthesis_state(net: PlaneNet) -> network.State:
    state: network.State = OrderedDict()
    for i, layer in enumerate(net.layers):
        style, style_bias = latent.fold(layer.style * layer.mask, layer.style_bias)
        noise = None if layer.noise is None else NOISE_SCALE * layer.noise
        _set_layer(state, i, layer.weight.clone(), layer.bias.clone(), style, style_bias, noise)

    calibration = calibrate(net)
    c = network.channels(128)
    weight, bias = torch.zeros(c, c, 3, 3), torch.full((c,), ANCHOR_BIAS)
    style, style_bias = torch.zeros(2, c, 512), torch.zeros(2, c)
    style_bias[0] = -1  # the gain is 1 + style
    torgb = torch.zeros(3, c, 1, 1)
    colour, constant = colour_weights()
    mean = mean_colours()
    area = torch.tensor(portrait.MEAN_AREA)
    excess, excess_bias = latent.fold(*calibration.excess)
    # Gain of the channels that take off the anchor, and shift: the mean of the picture.
    for j in range(3):
        k = 27 + j
        weight[k, 0, 1, 1] = 1
        torgb[j, k] = 1
        style_bias[1, k] = -1 + 2 * (constant[:, j] * area).sum()
        style[1, k] = 2 * (colour[:, j] * area[:, None]).sum(0)
    for i, m in enumerate(COLOURED):
        e = calibration.planes[m]
        for j in range(3):
            k = 3 * i + j
            weight[k] = net.head[m]
            weight[k, 0, 1, 1] += e.anchor
            bias[k] = e.bias
            torgb[j, k] = 1
            style[0, k] = 2 * e.scale * colour[m, j]
            style_bias[0, k] += 2 * e.scale * (constant[m, j] - mean[m, j])
            style[0, 27 + j] -= 2 * e.anchor * colour[m, j]
            style_bias[0, 27 + j] -= 2 * e.anchor * (constant[m, j] - mean[m, j])
    for j, e in enumerate(calibration.picture):
        k = 24 + j
        weight[k] = torch.einsum("mihw,m->ihw", net.head, mean[:, j])
        weight[k, 0, 1, 1] += e.anchor
        bias[k] = e.bias
        torgb[j, k] = 1
        style_bias[0, k] += 2 * e.scale
        style[0, 27 + j] -= 2 * e.anchor * excess[j]
        style_bias[0, 27 + j] -= 2 * e.anchor * (1 + excess_bias[j])
    _set_layer(state, LAST, weight, bias, style.flatten(0, 1), style_bias.flatten())
    state["torgb.weight"] = torgb / network.conv_factor(c, 1, 1.0)
    state["torgb.bias"] = torch.zeros(3)
    return state


def mapping_state(seed: int = 7) -> network.State:
    """w = LeakyReLU(S A z / rms(z) + MU): A of orthonormal rows, S the copies with their signs (latent.py).

    The first layer turns and lifts everything above 0, where leaky ReLU is linear; the last undoes both.
    """
    g = torch.Generator().manual_seed(seed)
    a, _ = torch.linalg.qr(torch.randn(512, portrait.P, generator=g))
    turn, _ = torch.linalg.qr(torch.randn(512, 512, generator=g))
    lift = 8.0
    state: network.State = OrderedDict()
    for i in range(network.MAPPING_LAYERS):
        if i == 0:
            weight, bias = turn, torch.full((512,), lift)
        elif i < network.MAPPING_LAYERS - 1:
            weight, bias = torch.eye(512), torch.zeros(512)
        else:
            weight = (turn @ latent.spread(a)).T.contiguous()
            bias = latent.MU - lift * weight.sum(1)
        state[f"dense{i}.weight"] = weight / network.DENSE_FACTOR
        state[f"dense{i}.bias"] = bias / network.MAPPING_RATE
    return state


def gaussian_fit() -> dict[str, Tensor]:
    """Of LeakyReLU_5(w): known, as w is Gaussian before its leaky ReLU."""
    return {"mean": latent.MU.clone(), "std": torch.ones(512)}
