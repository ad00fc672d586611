"""What of OpenAPI 3.1 the socket's description uses, as a JSON Schema: stricter than the standard,
so that a misspelt member is found."""

TEXT = {"type": "string", "minLength": 1}


def thing(required, optional=None):
    """An object with these members and no other."""
    return {"type": "object", "properties": {**required, **(optional or {})},
            "required": list(required), "additionalProperties": False}


def mapping(values, names=r"^[A-Za-z0-9._ /+{}-]+$"):
    return {"type": "object", "patternProperties": {names: values}, "additionalProperties": False}


def named(name):
    return {"$ref": f"#/$defs/{name}"}


def or_reference(value):
    return {"if": {"required": ["$ref"]}, "then": thing({"$ref": TEXT}), "else": value}


CALL = thing(
    {"operationId": {"type": "string", "pattern": "^[a-z][A-Za-z]+$"},
     "tags": {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 1},
     "summary": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "[^.]$"},
     "responses": {
         "type": "object", "required": ["default"], "minProperties": 2,
         "patternProperties": {"^([1-5][0-9]{2}|default)$": or_reference(named("response"))},
         "additionalProperties": False}},
    {"description": TEXT, "parameters": named("parameters"),
     "requestBody": thing({"required": {"type": "boolean"}, "content": named("content")})})

SHAPE = thing(
    {"openapi": {"const": "3.1.0"},
     "info": thing({"title": TEXT, "summary": TEXT, "description": TEXT,
                    "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
                    "license": thing({"name": TEXT, "identifier": TEXT})}),
     "servers": {"type": "array", "minItems": 1,
                 "items": thing({"url": TEXT, "description": TEXT})},
     "security": {"const": []},
     "tags": {"type": "array", "items": thing({"name": TEXT, "description": TEXT})},
     "paths": mapping(named("path"), "^/"),
     "components": thing({
         "parameters": mapping(named("parameter")),
         "responses": mapping(named("response")),
         "schemas": mapping({"type": "object"}, "^[A-Z][A-Za-z]+$")})})

SHAPE["$defs"] = {
    "path": {**thing({}, {"parameters": named("parameters"), "get": CALL, "put": CALL,
                          "post": CALL, "delete": CALL}), "minProperties": 1},
    "parameters": {"type": "array", "items": or_reference(named("parameter"))},
    "parameter": {
        **thing({"name": TEXT, "in": {"enum": ["path", "query"]}, "schema": {"type": "object"},
                 "description": TEXT}, {"required": {"const": True}}),
        "if": {"properties": {"in": {"const": "path"}}}, "then": {"required": ["required"]}},
    "response": thing({"description": TEXT, "content": named("content")},
                      {"headers": mapping(thing({"description": TEXT,
                                                 "schema": {"type": "object"}}))}),
    "content": mapping(
        thing({"schema": {"type": "object"}},
              {"example": True, "x-itemSchema": {"type": "object"}}),
        r"^application/(json|problem\+json|x-ndjson)$"),
}
