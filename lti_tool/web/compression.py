"""Pages compressed on their way to the browser: zstd, brotli or gzip. Static files: assets.py."""

from flask import Flask
from flask_compress import Compress

_SMALLEST = 500
"""Bytes; below, the headers weigh more than what is saved."""


def init_compression(app: Flask) -> None:
    """HTML alone: the record store's documents have entity tags, which clients send back."""
    app.config.update(
        COMPRESS_MIMETYPES=["text/html"],
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
        COMPRESS_MIN_SIZE=_SMALLEST,
        COMPRESS_STREAMS=False,
    )
    Compress(app)
