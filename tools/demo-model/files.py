"""Weight files: facewright's .safetensors in half precision and back; files that appear whole; which painter it was."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

import network

NAME = "demo-128.safetensors"


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file that is there when all of it has been written, and until then as it was."""
    temporary = path.with_name(f"{path.name}.tmp")
    with temporary.open("wb") as f:
        yield f
    temporary.replace(path)


def painter() -> str:
    """Changes with the painter's code: what another has drawn belongs to other numbers."""
    sources = sorted(Path(__file__).with_name("portrait").glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def same_painter(mark: Path) -> None:
    if not mark.exists() or mark.read_text() != painter():
        raise SystemExit(f"{mark.parent}: drawn by another version of portrait/; remove the folder and draw anew")


def write_safetensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Float16. The format: length of the header as u64, the header as JSON, the data."""
    header: dict[str, object] = {"__metadata__": metadata}
    offset = 0
    data = []
    for name, tensor in tensors.items():
        half = tensor.detach().half()
        if not torch.isfinite(half).all():
            raise ValueError(f"{name} does not fit into half precision")
        raw = half.contiguous().numpy().tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
        data.append(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with whole(path) as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Of float16 and float32, in float32."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    out = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        kind = {"F16": np.float16, "F32": np.float32}.get(entry["dtype"])
        if kind is None:
            continue
        values = np.frombuffer(raw[8 + length + start : 8 + length + end], kind)
        out[name] = torch.from_numpy(values.reshape(entry["shape"]).astype(np.float32))
    return out


def part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}


def read_generator(path: Path) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Synthesis and mapping network of an exported .safetensors."""
    tensors = read_safetensors(path)
    return part(tensors, "synthesis."), part(tensors, "mapping.")


def metadata() -> dict[str, str]:
    return {
        "format": "pt",
        "resolution": str(network.RESOLUTION),
        "fmap_base": str(network.FMAP_BASE),
        "fmap_max": str(network.FMAP_MAX),
        "norm_epsilon": "1e-5",
        "licence": "CC0-1.0",
    }
