"""From the trained planes network to a StyleGAN1 in PULSE's names.

What is missing is the end: picture = sum over materials of plane * colour. The last convolution
computes every plane once for red, green and blue, the last style multiplies by the colours. Colours
vary about a mean; the mean picture has channels of its own, so that most of the picture does not
depend on products of geometry and colour.

Instance norm divides each channel by its standard deviation in this picture, which would undo how
much of a hat there is. So every channel carries the anchor (planenet.py) on top, which dominates
it, and three channels that hold nothing else take it off again:

    channel           0-23               24-26           27-29     30-31
    holds             planes, per RGB    mean picture    anchor    nothing
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor

import latent
import network
import portrait
from fused import BLUR
from planenet import ANCHOR_BIAS, PlaneNet
from portrait import M, MATERIALS

#: Materials whose colour varies, in the order of their channels.
COLOURED = tuple(m for m, name in enumerate(MATERIALS) if portrait.TABLE[name][1])
#: The anchor in the channels of each plane, and in those of the mean picture. Large where the amount of a material varies.
ANCHOR = torch.tensor([0.8, 0.8, 1.8, 0.8, 2.5, 0.1, 0.1, 0.7, 0.2, 0.1])
MEAN_ANCHOR = 1.0
LAST = network.LAYERS - 1


def mean_colours() -> Tensor:
    """[M, 3]: over the normal distribution."""
    g = torch.Generator().manual_seed(0)
    return portrait.colours(torch.randn(20_000, portrait.P, generator=g)).mean(0)


def colour_weights() -> tuple[Tensor, Tensor]:
    """colours = weight @ w + bias: [M, 3, 512], [M, 3]."""
    return latent.fold_seen(portrait.directions(), portrait.constants())


@torch.no_grad()
def calibrate(net: PlaneNet, count: int = 200) -> tuple[Tensor, Tensor]:
    """Median standard deviation, over portraits, of the channels of planes [M] and of the mean picture [3], without anchor."""
    g = torch.Generator().manual_seed(1)
    p = torch.randn(count, portrait.P, generator=g)
    planes = torch.cat([net(latent.features(latent.styles(latent.spread(q)))[:, None]) for q in p.split(10)])
    picture = torch.einsum("nmhw,mc->nchw", planes, mean_colours())
    return planes.var((2, 3)).median(0).values.sqrt(), picture.var((2, 3)).median(0).values.sqrt()


def _set_layer(
    state: network.State, index: int, weight: Tensor, bias: Tensor, style: Tensor, style_bias: Tensor
) -> None:
    conv, bias_name, epilogue, r, before, c = network.layers()[index]
    if index == 0:
        state[conv] = weight
    else:
        if "conv0_up" in conv:
            state[conv.replace("weight", "intermediate.kernel")] = BLUR.clone()
            if r >= 128:  # the transposed convolution reads the kernel the other way round
                weight = weight.flip(2, 3)
        state[conv] = weight / network.conv_factor(before)
    state[bias_name] = bias
    state[f"{epilogue}.noise.weight"] = torch.zeros(c)
    state[f"{epilogue}.style_mod.lin.weight"] = style / network.STYLE_FACTOR
    state[f"{epilogue}.style_mod.lin.bias"] = style_bias


@torch.no_grad()
def synthesis_state(net: PlaneNet) -> network.State:
    state: network.State = OrderedDict()
    for i, layer in enumerate(net.layers):
        style, style_bias = latent.fold(layer.style * layer.mask, layer.style_bias)
        _set_layer(state, i, layer.weight.clone(), layer.bias.clone(), style, style_bias)

    sd, mean_sd = calibrate(net)
    c = network.channels(128)
    weight, bias = torch.zeros(c, c, 3, 3), torch.full((c,), ANCHOR_BIAS)
    style, style_bias = torch.zeros(2, c, 512), torch.zeros(2, c)
    style_bias[0] = -1  # the gain is 1 + style
    torgb = torch.zeros(3, c, 1, 1)
    colour, constant = colour_weights()
    mean = mean_colours()
    area = torch.tensor(portrait.MEAN_AREA)
    # Gain of the channels that take off the anchor, and shift: the mean of the picture.
    for j in range(3):
        k = 27 + j
        weight[k, 0, 1, 1] = 1
        torgb[j, k] = 1
        style_bias[1, k] = -1 + 2 * (constant[:, j] * area).sum()
        style[1, k] = 2 * (colour[:, j] * area[:, None]).sum(0)
    for i, m in enumerate(COLOURED):
        total = (sd[m] ** 2 + ANCHOR[m] ** 2).sqrt()
        for j in range(3):
            k = 3 * i + j
            weight[k] = net.head[m]
            weight[k, 0, 1, 1] += ANCHOR[m]
            bias[k] = 2.5 * ANCHOR[m] + 1
            torgb[j, k] = 1
            style[0, k] = 2 * total * colour[m, j]
            style_bias[0, k] += 2 * total * (constant[m, j] - mean[m, j])
            style[0, 27 + j] -= 2 * ANCHOR[m] * colour[m, j]
            style_bias[0, 27 + j] -= 2 * ANCHOR[m] * (constant[m, j] - mean[m, j])
    for j in range(3):
        k = 24 + j
        weight[k] = torch.einsum("mihw,m->ihw", net.head, mean[:, j])
        weight[k, 0, 1, 1] += MEAN_ANCHOR
        bias[k] = 2.5 * MEAN_ANCHOR + 2
        torgb[j, k] = 1
        style_bias[0, k] += 2 * (mean_sd[j] ** 2 + MEAN_ANCHOR**2).sqrt()
        style_bias[0, 27 + j] -= 2 * MEAN_ANCHOR
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
