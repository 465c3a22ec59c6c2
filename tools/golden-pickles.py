"""Writes test/goldens/pickles: one value, pickled by Python and NumPy themselves in every protocol.

    python3 tools/golden-pickles.py test/goldens/pickles

The classes of dnnlib are stood in for by empty ones of the same names: pickles hold names and state alone.
"""

import argparse
import collections
import pathlib
import pickle
import sys
import types

import numpy as np


def class_of(module, name, *bases):
    """An empty class that pickles as `module.name`."""
    for depth in range(module.count(".") + 1):
        part = module.rsplit(".", depth)[0]
        sys.modules.setdefault(part, types.ModuleType(part))
    made = type(name, bases or (object,), {"__module__": module})
    setattr(sys.modules[module], name, made)
    return made


EasyDict = class_of("dnnlib.util", "EasyDict", dict)
Network = class_of("dnnlib.tflib.network", "Network")

numbers = (np.arange(12).reshape(3, 4) / 8 - 0.5).astype("f4")
network = Network()
network.__dict__.update(
    version=3,
    name="Gs",
    static_kwargs=EasyDict(a=1),
    components={},
    variables=[("x/w", numbers), ("lod", np.float32(2.5))],
)
value = {
    "c": numbers,
    "fortran": np.asfortranarray(numbers),
    "big": numbers.astype(">f4"),
    "half": numbers.astype("f2"),
    "double": numbers.astype("f8"),
    "int": np.arange(-6, 6).reshape(3, 4).astype("i8"),
    "slice": numbers[::2, 1:],
    "empty": np.zeros((0, 3), "f4"),
    "objects": np.array([1, "x", None], dtype=object),
    "texts": np.array(["ab", "c"]),
    "scalar": np.float32(1.5),
    "i64": np.int64(-3),
    "set": {1, 2},
    "frozenset": frozenset([3]),
    "ordered": collections.OrderedDict(x=1),
    "default": collections.defaultdict(dict, {"q": 2}),
    "namespace": argparse.Namespace(lr=0.5, name="é😀\n\\"),
    "bytearray": bytearray(b"abc\xff"),
    "network": network,
    "negative": -5,
    "large": 2**70,
    "tuple": (1, 2, 3, 4),
    "easy": EasyDict(k="v"),
}

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for protocol in range(6):
    (folder / f"python.protocol{protocol}.pkl").write_bytes(pickle.dumps(value, protocol=protocol))
