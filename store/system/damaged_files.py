"""Move damaged files aside, under a name that is free."""

from __future__ import annotations

import contextlib
import glob
import os
from datetime import datetime
from pathlib import Path

from store.model.errors import SaveFailed
from store.system.files import FILE_MODE, make_save_error, write_atomically


def preserve_damaged_file(path: Path, data: bytes, now: datetime) -> Path:
    """Keep the bytes of a damaged file beside it, durably, under a name that was free.

    It is a copy and not a rename, so that at no moment the file's own name is missing: the file
    stays what it is until it is replaced. Bytes that are kept already are not kept again.

    Args:
        path: The damaged file; a link is followed.
        data: What was read from it.
        now: For the name: `<name>.damaged-20261122T130500`, with a number if that is taken.

    Raises:
        NotSaved: They cannot be kept; the file must not be replaced then.
    """
    target = Path(os.path.realpath(path))
    for there in sorted(target.parent.glob(f"{glob.escape(target.name)}.damaged-*")):
        with contextlib.suppress(OSError):
            if there.read_bytes() == data:
                return there
    kept = _reserve_name(target, f"{target.name}.damaged-{now:%Y%m%dT%H%M%S}")
    try:
        write_atomically(kept, data)
    except SaveFailed:
        with contextlib.suppress(OSError):
            kept.unlink()
        raise
    return kept


def _reserve_name(target: Path, name: str) -> Path:
    """Take a name in the folder of the file; nobody else can have it then."""
    kept, number = target.with_name(name), 1
    while True:
        try:
            kept.touch(FILE_MODE, exist_ok=False)
        except FileExistsError:
            number += 1
            kept = target.with_name(f"{name}-{number}")
        except OSError as error:
            raise make_save_error(error, kept, 0) from error
        else:
            return kept
