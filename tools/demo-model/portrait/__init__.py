"""A painter of portraits: 64 normal numbers in, a picture out. Our own work, from no photograph.

A portrait is drawn as material planes (`planes`: how much of the light of skin, hair, cloth ... is
seen at each point; a function of the geometry), which are multiplied by the colours of the
materials (`colours`) and added up (`compose`).

The canvas is x to the right, y down, both in -1..1; eyes near (±0.24, -0.06), the mouth near
(0, 0.36), the chin near (0, 0.70): the framing of aligned FFHQ faces.
"""

from .colours import TABLE, colours, constants, directions
from .paint import MATERIALS, M, NOISE_LAYER, NOISE_SIDE, texture
from .params import COLOUR, GEOMETRY, HEADWEAR, INDEX, NAMES, ON, P, bends, displacing, layer_mask, seen
from .render import MEAN_AREA, compose, planes, render

__all__ = [
    *("COLOUR", "GEOMETRY", "HEADWEAR", "INDEX", "M", "MATERIALS", "MEAN_AREA", "NAMES"),
    *("NOISE_LAYER", "NOISE_SIDE", "ON", "P", "TABLE", "bends", "colours"),
    *("compose", "constants", "directions", "displacing", "layer_mask", "planes", "render", "seen", "texture"),
]
