"""The 64 numbers that describe a portrait, and what they mean.

Every number is standard normal. The first 46 are geometry: where things are and whether they are
there. The last 18 are colours. Nothing is drawn at random: a picture is a function of its numbers.

Two rules make that function one that a StyleGAN1 can learn:

- No switches. What some have and others have not (hats, glasses, beards) grows with its own
  number: headwear, buns, beards and moustaches from nothing at `ON[0]` to all there at `ON[1]`.
- A style layer sees every number through one bend (`BENDS`, `seen`), which lies where the picture
  begins to change, and nothing else of it. Colours are sums over what is seen, so style layers form
  them without error.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

#: From where to where an object grows: 18 % of all portraits are beyond the first, 12 % beyond the last.
ON = (0.92, 1.17)
#: The opacity of an object just before it grows.
HINT = 0.035

#: What is worn on the head, one at a time: the first of them that is there displaces the others.
HEADWEAR = ("scarf", "turban", "helmet", "beanie", "crown")

GEOMETRY = (
    # head
    *("yaw", "pitch", "headw", "forehead", "chin", "jaw", "cheek", "age", "shoulder", "body", "flat", "ears"),
    # hair
    *("hairline", "hairtop", "hairside", "hairlen", "fringe", "part", "curl", "bun"),
    # headwear, each with a number of its own
    *("beanie", "helmet", "turban", "scarf", "crown", "hatsize"),
    # eyes and brows
    *("eyesize", "eyeopen", "eyedist", "eyetilt", "lash", "browh", "browt", "browa"),
    # nose, mouth
    *("nosew", "mouthw", "lips", "smile", "mopen"),
    # beard, glasses, light
    *("beard", "beardlen", "tache", "glasses", "glshape", "gltint", "lightx"),
)
COLOUR = (
    *("bg0", "bg1", "bg2", "skin0", "skin1", "skin2", "hair0", "hair1", "hair2"),
    *("cloth0", "cloth1", "cloth2", "hat0", "hat1", "hat2", "lip0", "iris0", "frame0"),
)
NAMES = GEOMETRY + COLOUR
P = len(NAMES)

#: LeakyReLU_0.2(s (p - t)): s and t of the numbers whose effect begins or ends somewhere.
BENDS = {
    **{name: (1, 0.9) for name in (*HEADWEAR, "bun", "tache")},
    **{name: (1, 0.35) for name in ("beard", "glasses", "mopen", "body", "flat", "frame0")},
    **{name: (1, 0.0) for name in ("hairlen", "fringe", "curl", "beardlen", "hair0", "iris0")},
    **{name: (1, 0.6) for name in ("gltint", "hair1", "hair2", "lip0")},
    "hairline": (-1, -0.75),
    "skin0": (1, -1.3),
    "skin2": (1, 1.0),
}
#: The bend of all others is out of the way, but not far: the search ties layers by the angles between their w, which a
#: large mean would make small.
STRAIGHT = (1, -2.2)
INDEX = {name: i for i, name in enumerate(NAMES)}
assert P == 64 and len(GEOMETRY) == 46

#: Features of the face, which the coarsest style layers do not see.
_FEATURES = (
    *("eyesize", "eyeopen", "eyedist", "eyetilt", "lash", "browh", "browt", "browa", "nosew"),
    *("mouthw", "lips", "smile", "mopen", "tache", "glasses", "glshape", "gltint"),
)


def displacing(name: str) -> tuple[str, ...]:
    """The headwear that displaces this one; nothing does where it is no headwear."""
    return HEADWEAR[: HEADWEAR.index(name)] if name in HEADWEAR else ()


def bends() -> tuple[Tensor, Tensor]:
    """s and t of every number, [P] each."""
    sign, knot = torch.tensor([BENDS.get(name, STRAIGHT) for name in NAMES]).T
    return sign.contiguous(), knot.contiguous()


def seen(p: Tensor) -> Tensor:
    """What the style layers see of the numbers: [..., P], rising with p, 0 at 0."""
    sign, knot = bends()
    return sign * (F.leaky_relu(sign * (p - knot), 0.2) - F.leaky_relu(-sign * knot, 0.2))


def layer_mask(layers: int = 12) -> Tensor:
    """[layers, P], 1 where a style layer sees a number in training: colours only in the last, where they belong."""
    mask = torch.zeros(layers, P)
    for i, name in enumerate(NAMES):
        if name in COLOUR:
            mask[layers - 1, i] = 1
        else:
            mask[2 if name in _FEATURES else 0 : layers - 1, i] = 1
    return mask


def smoothstep(a: float, b: float, x: Tensor) -> Tensor:
    t = ((x - a) / (b - a)).clamp(0, 1)
    return t * t * (3 - 2 * t)


class Portrait:
    """Named access to a batch of parameter vectors, as [n, 1, 1]."""

    def __init__(self, p: Tensor) -> None:
        self.p = p

    def raw(self, name: str) -> Tensor:
        return self.p[:, INDEX[name], None, None]

    def range(self, name: str) -> Tensor:
        """In -1..1, bending gently towards the ends."""
        return torch.tanh(self.raw(name) * 0.6)

    def unit(self, name: str) -> Tensor:
        """In 0..1."""
        return self.range(name) * 0.5 + 0.5

    def on(self, name: str) -> Tensor:
        """How much of an object is there, in 0..1."""
        return smoothstep(*ON, self.raw(name))

    def hint(self, name: str) -> Tensor:
        """How strongly an object shimmers through before it is there, in 0..`HINT`.

        Hardly seen, but it gives whoever searches from a face without it a slope that leads to it.
        """
        return HINT * smoothstep(-1.2, ON[0], self.raw(name))

    def step(self, name: str, a: float, b: float) -> Tensor:
        return smoothstep(a, b, self.raw(name))
