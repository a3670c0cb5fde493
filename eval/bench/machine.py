"""The machine that the figures are of."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "numpy",
    "qdrant-edge-py",
    "SQLAlchemy",
    "onnxruntime",
    "tokenizers",
    "torch",
    "sentence-transformers",
    "llama-index-core",
    "llama-index-vector-stores-qdrant",
    "qdrant-client",
)


def describe() -> dict[str, str]:
    """Processor, cores, memory, load, and the versions that matter."""
    one, five, _ = os.getloadavg()
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{_memory() / 2**30:.1f} GiB",
        "load before": f"{one:.1f} over 1 min, {five:.1f} over 5 min",
        "system": platform.platform(),
        "Python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
