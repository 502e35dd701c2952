"""A schema's `load` without what a schema for facts never uses, which is half of its time."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, missing

Load = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def loader(schema: Schema) -> Load:
    """`schema.load` by the fields' own `deserialize`; the whole of marshmallow where it could tell a difference.

    That is for a schema with hooks or methods of its own, one that looks at unknown names, and for data that does not
    fit, of which `load` says everything that is wrong.
    """
    if not _is_plain(schema):
        return schema.load
    fields = [
        (
            attribute,
            field.data_key if field.data_key is not None else attribute,
            field.deserialize,
        )
        for attribute, field in schema.load_fields.items()
    ]

    def load(data: Mapping[str, Any]) -> Mapping[str, Any]:
        loaded = {}
        try:
            for attribute, key, deserialize in fields:
                value = deserialize(data.get(key, missing), key, data)
                if value is not missing:
                    loaded[attribute] = value
        except ValidationError:
            return schema.load(data)  # type: ignore[no-any-return]
        return loaded

    return load


def _is_plain(schema: Schema) -> bool:
    own = type(schema)
    return (
        not any(schema._hooks.values())
        and all(getattr(own, name) is getattr(Schema, name) for name in ("load", "_do_load", "_deserialize"))
        and schema.unknown == EXCLUDE
        and not schema.many
        and schema.partial is None
        and schema.dict_class is dict
        and all(field.attribute is None for field in schema.load_fields.values())
    )
