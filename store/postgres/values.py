"""Strings as PostgreSQL takes them: it refuses NUL, and what is not Unicode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from psycopg.abc import AdaptContext, Buffer
from psycopg.types.string import StrDumper, StrDumperUnknown

ESCAPED_NUL = b"\\u0000"


def storable_text(text: str) -> str:
    """Return a string without what PostgreSQL refuses; such characters are shown nowhere."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def storable_json(value: Any) -> str:
    """Return a value as JSON for a column of type `jsonb`."""
    try:
        encoded = orjson.dumps(value)
    except orjson.JSONEncodeError:  # a lone surrogate
        encoded = orjson.dumps(_storable(value))
    if ESCAPED_NUL in encoded:
        encoded = orjson.dumps(_storable(value))
    return encoded.decode()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, Mapping):
        return {storable_text(str(key)): _storable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    return value


class _TextDumper(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(storable_text(obj))


class _UnknownDumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(storable_text(obj))


def send_storable_text(context: AdaptContext) -> None:
    """Have every string among the parameters of a connection sent as PostgreSQL takes it."""
    if context.adapters is not None:
        for dumper in (_TextDumper, _UnknownDumper):  # in arrays, and by itself
            context.adapters.register_dumper(str, dumper)
