"""Uploading: a file larger than any page takes is dropped while it comes in, not afterwards."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from yunzhang.people.permissions import pack


class Limited(FileUploadHandler):
    """Stands before Django's own handlers and ends a file at the pack's limit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - asked so
        """Pass the bytes on; the rest of the request is read away so that the page can say why."""
        self._taken += len(raw_data)
        if self._taken > pack().limit("import.file_bytes"):
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Another handler makes the file."""
