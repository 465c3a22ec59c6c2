#!/usr/bin/env python3
"""Times one search step of a StyleGAN1 or 2 in PyTorch, for docs/performance.md: the arithmetic of the original, on this machine.

    python3 tools/pytorch-step.py [--steps 5] [--threads 2] [demo] [256] [1024] [sg2-256] [sg2-1024]
    python3 tools/pytorch-step.py --device cuda --precision f32,f16 --batch 1,16 --json 1024

On a GPU it is eager PyTorch as one would write it: float32 without TF32, or float16 by autocast; cuDNN may look for its fastest convolutions
first. Exit code 3: there is no PyTorch, or none that has the device.

On a processor, preload jemalloc (Debian: libjemalloc2, MALLOC_CONF=dirty_decay_ms:-1,muzzy_decay_ms:-1): without it most of a step at 1024 px is page faults.

A maintainer's tool and no part of the package; needs PyTorch (Debian: python3-torch) and pulse_losses.py beside it. Random weights of
the shapes that `npm run bench` has, the default search (L2 and GEOCROSS, Adam), one picture or, of StyleGAN1, several. Written from the papers (Karras
et al., CVPR 2019 and 2020; Menon et al., CVPR 2020).
"""

import argparse
import contextlib
import json
import resource
import statistics
import sys
import time

NOTHING_THERE = 3

try:
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(f"python3 has no PyTorch ({error})", file=sys.stderr)
    sys.exit(NOTHING_THERE)

from pulse_losses import bicubic, geocross

SHAPES = {
    "demo": (1, 128, 2048, 128, 16),
    "256": (1, 256, 8192, 512, 32),
    "1024": (1, 1024, 8192, 512, 32),
    "sg2-256": (2, 256, 32768, 512, 32),
    "sg2-1024": (2, 1024, 32768, 512, 32),
}


class StyleGan1:
    """The synthesis network, as functions over plain tensors without gradients of their own."""

    def __init__(self, resolution, base, most):
        channels = lambda r: min(most, base // (r // 2))
        self.start = torch.randn(1, channels(4), 4, 4)
        self.layers = []
        before = channels(4)
        self.add(before, before, 4, "const")
        self.add(before, before, 4, "same")
        r = 8
        while r <= resolution:
            after = channels(r)
            self.add(before, after, r, "up")
            self.add(after, after, r, "same")
            before, r = after, r * 2
        self.rgb = torch.randn(3, before, 1, 1) / before**0.5
        self.blur = (torch.tensor([1.0, 2, 1])[:, None] * torch.tensor([1.0, 2, 1]))[None, None] / 16

    def add(self, i, o, r, kind):
        weight = torch.randn(o, i, 3, 3) * (2 / (9 * i)) ** 0.5
        if kind == "up" and r >= 128:  # a transposed convolution of stride 2 with a 4×4 kernel
            padded = F.pad(weight, (1, 1, 1, 1))
            weight = padded[:, :, 1:, 1:] + padded[:, :, :-1, 1:] + padded[:, :, 1:, :-1] + padded[:, :, :-1, :-1]
            weight = weight.permute(1, 0, 2, 3).contiguous()
        style, bias = torch.randn(2 * o, 512) / 512**0.5, torch.randn(o) * 0.1
        self.layers.append((kind, r, weight, style, bias, torch.randn(o) * 0.1))

    def __call__(self, w, noise):
        x = self.start
        for index, (kind, r, weight, style, bias, noise_weight) in enumerate(self.layers):
            if kind == "same":
                x = F.conv2d(x, weight, padding=1)
            elif kind == "up":
                if r >= 128:
                    x = F.conv_transpose2d(x, weight, stride=2, padding=1)
                else:
                    x = F.conv2d(F.interpolate(x, scale_factor=2, mode="nearest"), weight, padding=1)
                x = F.conv2d(x, self.blur.expand(x.shape[1], 1, 3, 3), padding=1, groups=x.shape[1])
            x = x + noise_weight.view(1, -1, 1, 1) * noise[index] + bias.view(1, -1, 1, 1)
            x = F.instance_norm(F.leaky_relu(x, 0.2), eps=1e-5)
            scale, shift = F.linear(w[:, index], style).view(len(w), 2, -1, 1, 1).unbind(1)
            x = x * (scale + 1) + shift
        return F.conv2d(x, self.rgb)


class StyleGan2:
    """The synthesis network, its weights scaled and demodulated for each picture as the original does (equations 1 and 3)."""

    def __init__(self, resolution, base, most):
        channels = lambda r: min(most, base // r)
        self.start = torch.randn(1, channels(4), 4, 4)
        self.layers = []
        self.rgb = {}
        tap = torch.tensor([1.0, 3, 3, 1])
        self.fir = (tap[:, None] * tap)[None, None] / 64
        r = 4
        while r <= resolution:
            after = channels(r)
            if r > 4:
                self.add(channels(r // 2), after, r, "up")
            self.add(after, after, r, "same")
            self.rgb[r] = (torch.randn(3, after, 1, 1), self.affine(after), torch.randn(1, 3, 1, 1) * 0.1)
            r *= 2

    def affine(self, channels):
        return torch.randn(channels, 512) / 512**0.5, 1 + torch.randn(channels) * 0.1

    def add(self, i, o, r, kind):
        weight = torch.randn(o, i, 3, 3)
        self.layers.append((kind, r, weight, self.affine(i), torch.randn(1, o, 1, 1) * 0.1, torch.randn(()) * 0.1))

    def filtered(self, x, pad, gain):
        x = F.pad(x, pad)
        return F.conv2d(x, (self.fir * gain).expand(x.shape[1], 1, 4, 4), groups=x.shape[1])

    def upsampled(self, image):
        n, c, h, w = image.shape
        spaced = F.pad(image.view(n, c, h, 1, w, 1), (0, 1, 0, 0, 0, 1)).reshape(n, c, 2 * h, 2 * w)
        return self.filtered(spaced, (2, 1, 2, 1), 4)

    def __call__(self, w, noise):
        x, image = self.start, None
        for index, (kind, r, weight, affine, bias, strength) in enumerate(self.layers):
            style = F.linear(w[:, index], *affine)
            weight = weight * style.view(1, -1, 1, 1)
            weight = weight * (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).rsqrt()
            if kind == "up":
                x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
                x = self.filtered(x, (1, 1, 1, 1), 4)
            else:
                x = F.conv2d(x, weight, padding=1)
            x = F.leaky_relu(x + noise[index] * strength + bias, 0.2) * 2**0.5
            if kind == "same":
                weight, affine, bias = self.rgb[r]
                style = F.linear(w[:, index + 1], *affine) / x.shape[1] ** 0.5
                rgb = F.conv2d(x, weight * style.view(1, -1, 1, 1)) + bias
                image = rgb if image is None else self.upsampled(image) + rgb
        return image


def autocast(device, precision):
    return torch.autocast(device, dtype=torch.float16) if precision == "f16" else contextlib.nullcontext()


def measure(name, steps, batch, device, precision):
    """Seconds of a step for the whole batch: the median of `steps`, after some that are not counted."""
    kind, resolution, base, most, size = SHAPES[name]
    network = (StyleGan1 if kind == 1 else StyleGan2)(resolution, base, most)
    rows = len(network.layers) + kind - 1
    latent = torch.randn(batch, rows, 512, requires_grad=True)
    noise = [torch.randn(batch, 1, r, r, requires_grad=i < 5) for i, (_, r, *_) in enumerate(network.layers)]
    parameters = [latent, *noise[:5]]
    target, optimiser = torch.rand(batch, 3, size, size), torch.optim.Adam(parameters, lr=0.01)
    scaler = torch.cuda.amp.GradScaler(enabled=precision == "f16")
    warm = 1 if device == "cpu" else 5
    times = []
    for _ in range(warm + steps):
        began = time.perf_counter()
        optimiser.zero_grad()
        with autocast(device, precision):
            w = F.leaky_relu(latent, 0.2)
            image = (network(w, noise) + 1) / 2
        # The losses in float32, as autocast has them too: sums over pictures of what each loses.
        near = ((bicubic(image.float(), size) - target) ** 2).mean((1, 2, 3))
        loss = (100 * near + 0.05 * geocross(w.float())).sum()
        scaler.scale(loss).backward()
        scaler.step(optimiser)
        scaler.update()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - began)
    return statistics.median(times[warm:])


def peak_megabytes(device):
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def prepare(device, threads):
    if threads:
        torch.set_num_threads(threads)
    if device == "cpu":
        return f"{torch.get_num_threads()} threads, oneDNN {torch.backends.mkldnn.is_available()}"
    if not torch.cuda.is_available():
        print("PyTorch is there, but finds no GPU (torch.cuda.is_available() is false)", file=sys.stderr)
        sys.exit(NOTHING_THERE)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    torch.set_default_device(device)
    return torch.cuda.get_device_name()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", default="f32", help="f32, f16 (on a GPU), or both with a comma")
    parser.add_argument("--batch", default="1", help="pictures in a step; several with commas")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("shapes", nargs="*", default=list(SHAPES))
    words = parser.parse_args()
    machine = prepare(words.device, words.threads)
    if not words.json:
        print(f"PyTorch {torch.__version__}, {machine}")
    measured = []
    for name in words.shapes:
        for precision in words.precision.split(","):
            for batch in map(int, words.batch.split(",")):
                if batch > 1 and SHAPES[name][0] == 2:
                    parser.error(f"{name}: the weights of a StyleGAN2 are scaled for one picture; leave --batch out")
                seconds = measure(name, words.steps, batch, words.device, precision)
                about = {"shape": name, "precision": precision, "batch": batch, "seconds": seconds}
                measured.append({**about, "torch": torch.__version__, "device": machine})
                if not words.json:
                    peak = f"peak {peak_megabytes(words.device):.0f} MB (of all so far)"
                    print(f"{name}: {seconds:.4f} s/step, {precision}, batch {batch}, {peak}", flush=True)
    if words.json:
        print(json.dumps(measured))


if __name__ == "__main__":
    main()
