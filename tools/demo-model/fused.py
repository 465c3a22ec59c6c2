"""The stretches between convolutions as single operations, with gradients; see fused.cc."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

SLOPE = 0.2
EPSILON = 1e-5
CHANNELS_LAST = torch.channels_last


def _compile() -> ctypes.CDLL | None:
    """Builds fused.cc anew for this process: what lies ready may be for another processor, or someone else's."""
    source = Path(__file__).with_name("fused.cc")
    flags = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC", "-std=c++17"]
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "fused.so"
        try:
            subprocess.run(["g++", *flags, source, "-o", library], check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            why = getattr(error, "stderr", None) or error
            print(f"fused.cc was not built, training will be several times slower: {why}", file=sys.stderr)
            return None
        return ctypes.CDLL(str(library))


LIBRARY = _compile()


def _call(name: str, *args: Tensor | int | float) -> None:
    values = []
    for a in args:
        if isinstance(a, Tensor):
            values.append(ctypes.c_void_p(a.data_ptr()))
        else:
            values.append(ctypes.c_float(a) if isinstance(a, float) else ctypes.c_int(a))
    getattr(LIBRARY, name)(*values)


def _nhwc(x: Tensor) -> Tensor:
    return x.to(torch.bfloat16).contiguous(memory_format=CHANNELS_LAST)


def _empty(n: int, c: int, h: int, w: int) -> Tensor:
    return torch.empty(n, c, h, w, dtype=torch.bfloat16, memory_format=CHANNELS_LAST)


class _UpBlur(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        n, c4, h1, w1 = x.shape
        ctx.shape = n, c4 // 4, h1 - 1, w1 - 1
        n, c, h, w = ctx.shape
        y = _empty(n, c, 2 * h, 2 * w)
        _call("upblur_forward", _nhwc(x), y, n, h, w, c)
        return y

    @staticmethod
    def backward(ctx, gy: Tensor) -> Tensor:
        n, c, h, w = ctx.shape
        gx = _empty(n, 4 * c, h + 1, w + 1)
        _call("upblur_backward", _nhwc(gy), gx, n, h, w, c)
        return gx


class _Epilogue(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, bias: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
        n, c, h, w = x.shape
        x, bias, gain, shift = _nhwc(x), bias.contiguous(), gain.contiguous(), shift.contiguous()
        y = _empty(n, c, h, w)
        mean, rstd = torch.empty(n, c), torch.empty(n, c)
        _call("epilogue_forward", x, bias, gain, shift, y, mean, rstd, n, h * w, c, EPSILON)
        ctx.save_for_backward(x, bias, gain, mean, rstd)
        return y

    @staticmethod
    def backward(ctx, gy: Tensor) -> tuple[Tensor, ...]:
        x, bias, gain, mean, rstd = ctx.saved_tensors
        n, c, h, w = x.shape
        gx = _empty(n, c, h, w)
        ggain, gshift, gbias = torch.empty(n, c), torch.empty(n, c), torch.empty(n, c)
        _call("epilogue_backward", x, _nhwc(gy), bias, gain, mean, rstd, gx, ggain, gshift, gbias, n, h * w, c)
        return gx, gbias.sum(0), ggain, gshift


_BLUR = torch.tensor([1.0, 2.0, 1.0])
BLUR = (_BLUR[:, None] * _BLUR / 16)[None, None]


def upblur_reference(x: Tensor) -> Tensor:
    n, c4, h1, w1 = x.shape
    c, h, w = c4 // 4, h1 - 1, w1 - 1
    y = x.new_zeros(n, c, 2 * h, 2 * w)
    for a in range(2):
        for b in range(2):
            k = (a * 2 + b) * c
            y[:, :, a::2, b::2] = x[:, k : k + c, a : a + h, b : b + w]
    return F.conv2d(y, BLUR.to(y).expand(c, 1, 3, 3), padding=1, groups=c)


def epilogue_reference(x: Tensor, bias: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    z = F.leaky_relu(x + bias.view(1, -1, 1, 1).to(x), SLOPE).float()
    z = F.instance_norm(z, eps=EPSILON)
    return (z * gain[:, :, None, None] + shift[:, :, None, None]).to(x.dtype)


def upblur(x: Tensor) -> Tensor:
    """Phases [n, 4 c, h + 1, w + 1] of an upsampling convolution -> [n, c, 2 h, 2 w], blurred."""
    return _UpBlur.apply(x) if LIBRARY and x.dtype == torch.bfloat16 else upblur_reference(x)


def epilogue(x: Tensor, bias: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    """Bias [c], leaky ReLU, instance norm, then gain and shift [n, c]."""
    return (
        _Epilogue.apply(x, bias, gain, shift)
        if LIBRARY and x.dtype == torch.bfloat16
        else epilogue_reference(x, bias, gain, shift)
    )


_PHASE = torch.tensor([[[1.0, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]])


def upconv(x: Tensor, weight: Tensor) -> Tensor:
    """blur(conv3x3(nearest upsampling of x)), the convolution as four 2x2 phases on the small picture."""
    k = torch.einsum("oiyx,apy,bqx->aboipq", weight, _PHASE, _PHASE).reshape(-1, weight.shape[1], 2, 2)
    return upblur(F.conv2d(x, k.to(x.dtype).contiguous(memory_format=CHANNELS_LAST), padding=1))
