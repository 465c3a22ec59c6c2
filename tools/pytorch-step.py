#!/usr/bin/env python3
"""Times one search step of a StyleGAN1 in PyTorch, for docs/performance.md: the arithmetic of the original, on this machine.

    python3 tools/pytorch-step.py [--steps 5] [--threads 2] [demo] [256] [1024]

A maintainer's tool and no part of the package; needs PyTorch (Debian: python3-torch) and pulse_losses.py beside it. Random weights of
the shapes that `npm run bench` has, the default search (L2 and GEOCROSS, Adam), one picture. Written from the papers (Karras
et al., CVPR 2019; Menon et al., CVPR 2020).
"""

import argparse
import resource
import statistics
import time

import torch
import torch.nn.functional as F

from pulse_losses import bicubic, geocross

SHAPES = {"demo": (128, 2048, 128, 16), "256": (256, 8192, 512, 32), "1024": (1024, 8192, 512, 32)}


class Network:
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
            scale, shift = F.linear(w[:, index], style).view(1, 2, -1, 1, 1).unbind(1)
            x = x * (scale + 1) + shift
        return F.conv2d(x, self.rgb)


def measure(name, steps):
    resolution, base, most, size = SHAPES[name]
    network = Network(resolution, base, most)
    latent = torch.randn(1, len(network.layers), 512, requires_grad=True)
    noise = [torch.randn(1, 1, r, r, requires_grad=i < 5) for i, (_, r, *_) in enumerate(network.layers)]
    parameters = [latent, *noise[:5]]
    target, optimiser = torch.rand(1, 3, size, size), torch.optim.Adam(parameters, lr=0.01)
    times = []
    for _ in range(steps + 1):
        began = time.perf_counter()
        optimiser.zero_grad()
        w = F.leaky_relu(latent, 0.2)
        image = (network(w, noise) + 1) / 2
        loss = 100 * ((bicubic(image, size) - target) ** 2).mean() + 0.05 * geocross(w).mean()
        loss.backward()
        optimiser.step()
        times.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{name}: {statistics.median(times[1:]):.3f} s/step, peak {peak:.0f} MB (of all so far)", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("shapes", nargs="*", default=list(SHAPES))
    words = parser.parse_args()
    if words.threads:
        torch.set_num_threads(words.threads)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, oneDNN {torch.backends.mkldnn.is_available()}")
    for name in words.shapes:
        measure(name, words.steps)


if __name__ == "__main__":
    main()
