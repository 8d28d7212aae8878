"""What an endpoint takes, in words: its parameters and their types from the declaration, for every document alike."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from perfwatch_net.endpoints import Endpoint

_REF = "#/components/schemas/{name}"
_NAMES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `words` say what it takes, `schema` says so to programs (JSON Schema 2020-12)."""

    name: str
    required: bool
    words: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Described:
    """One endpoint in words; `text` is the whole of what it does."""

    name: str
    path: str
    access: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...]


def described(endpoints: Iterable[Endpoint]) -> list[Described]:
    """All endpoints, in their order."""
    all_of_them = list(endpoints)
    _, schemas = msgspec.json.schema_components([one.params for one in all_of_them], ref_template=_REF)
    return [_described(one, schemas[one.params.__name__]) for one in all_of_them]


def _described(endpoint: Endpoint, schema: dict[str, Any]) -> Described:
    needed = schema.get("required", ())
    return Described(
        endpoint.name,
        endpoint.path,
        endpoint.access.value,
        endpoint.summary,
        inspect.getdoc(endpoint.run) or "",
        tuple(
            Parameter(name, name in needed, _words(field), field)
            for name, field in schema.get("properties", {}).items()
        ),
    )


def _words(schema: dict[str, Any]) -> str:
    """`whole number from 1 to 10000, otherwise 1000`."""
    default = schema.get("default")
    otherwise = "" if default in (None, {}, []) else f", otherwise {_said(default)}"
    return _kind(schema) + otherwise


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        # what may be null need not be said: leaving it out is the same
        return " or ".join(_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"] if one is not None)
    kind = schema.get("type", "")
    if kind == "array":
        return f"list of {_kind(schema['items'])}{_bounds(schema, 'minItems', 'maxItems')}"
    if kind == "object":
        return "object"
    return _NAMES[kind] + _bounds(schema, "minimum", "maximum")


def _bounds(schema: dict[str, Any], least: str, most: str) -> str:
    return f" from {schema[least]} to {schema[most]}" if least in schema and most in schema else ""


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
