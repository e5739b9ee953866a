"""Holds answers to more than clients may rely on: a field that the description does not name is a failure."""

import schemathesis


def close(schema):
    if isinstance(schema, list):
        for item in schema:
            close(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            close(value)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    close(raw_schema["components"]["schemas"])
    for path in raw_schema["paths"].values():
        for operation in path.values():
            # The description does not describe itself.
            if operation["operationId"] != "readDescription":
                close(operation["responses"])
