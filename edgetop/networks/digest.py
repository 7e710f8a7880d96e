"""What a file's bytes amount to: the hash by which a changed or damaged one is noticed."""

from __future__ import annotations

import hashlib

CHUNK_BYTES = 1 << 20


def file_sha256(*paths: str) -> str:
    """Hex digest of the files' bytes, one after another; raises OSError."""
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
