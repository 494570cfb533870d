"""Adding saved searches to `settings.toml`, which keeps the user's comments and order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from store.model.errors import InvalidInput
from store.system.files import make_folder, read_regular, write_atomically
from tui.config.settings import SETTINGS_FILE

SEARCHES_TABLE = "searches"


def add_saved_searches(folder: Path, searches: Mapping[str, str]) -> int:
    """Add queries by name to the settings of a folder; names that are in use keep their query.

    Returns:
        The number of those that were added.

    Raises:
        InvalidInput: The settings cannot be parsed; they are left as they are.
        SaveFailed: They could not be written.
    """
    import tomlkit  # imported here: few commands need it
    from tomlkit.exceptions import TOMLKitError

    path = folder / SETTINGS_FILE
    try:
        settings = tomlkit.parse(read_regular(path).decode("utf-8-sig") if path.exists() else "")
        table = settings.setdefault(SEARCHES_TABLE, tomlkit.table())
        new = {name: query for name, query in searches.items() if name not in table}
        table.update(new)
    except (OSError, UnicodeDecodeError, TOMLKitError, AttributeError, TypeError) as error:
        raise InvalidInput(f"{path}: cannot be changed: {error}") from error
    if new:
        make_folder(folder)
        write_atomically(path, tomlkit.dumps(settings).encode())
    return len(new)
