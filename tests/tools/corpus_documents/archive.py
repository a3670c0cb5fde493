"""Zip containers written the same way twice: fixed dates, same order, same bytes."""

import re
import zipfile
from datetime import date
from io import BytesIO

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def settle(container: bytes, on: date) -> bytes:
    """Rewrite a DOCX, XLSX or ODT so that nothing in it tells when it was produced."""
    settled = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(container)) as source,
        zipfile.ZipFile(settled, "w") as target,
    ):
        for entry in source.infolist():
            words = source.read(entry)
            if entry.filename == "docProps/core.xml":
                words = _MODIFIED.sub(rb"\g<1>%sT08:00:00Z\g<2>" % str(on).encode(), words)
            twin = zipfile.ZipInfo(entry.filename, _ZIP_EPOCH)
            twin.compress_type = entry.compress_type
            twin.create_system = 3
            twin.external_attr = 0o644 << 16
            target.writestr(twin, words)
    return settled.getvalue()
