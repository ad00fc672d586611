"""The OpenAPI document of the socket as its test reads it, and what is wrong with it by itself."""
import json
import re

import jsonschema

from openapi_shape import SHAPE

JSON, LINES = "application/json", "application/x-ndjson"
METHODS = ("get", "put", "post", "delete")
# A schema under these asks about a value and lists no members.
ASKING = ("if", "then", "else", "not")
DATA = ("const", "enum", "example", "examples")


def closed(schema, schemas):
    """The schema with every object refusing the members that it doesn't name, unlike for readers,
    who ignore them. `schemas`: what references refer to."""
    if isinstance(schema, list):
        return [closed(item, schemas) for item in schema]
    if not isinstance(schema, dict) or "additionalProperties" in schema:
        return schema
    if "allOf" in schema:
        schema = merged(schema, schemas)
    strict = {}
    for key, value in schema.items():
        if key in DATA or key in ASKING:
            strict[key] = value
        elif key == "properties":
            strict[key] = {name: closed(member, schemas) for name, member in value.items()}
        else:
            strict[key] = closed(value, schemas)
    if "properties" in schema:
        strict["additionalProperties"] = False
    return strict


def merged(schema, schemas):
    """An object that is said in parts, in one."""
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    whole.update(type="object", properties={}, required=[])
    for part in schema["allOf"]:
        if "$ref" in part:
            part = schemas[part["$ref"].rsplit("/", 1)[1]]
        whole["properties"].update(part["properties"])
        whole["required"] += part["required"]
    return whole


def without_duplicates(pairs):
    assert len(dict(pairs)) == len(pairs), f"a member is there twice: {[name for name, _ in pairs]}"
    return dict(pairs)


class Call:
    """One operation, with its references resolved."""

    def __init__(self, document, path, method, item):
        operation = item[method]
        self.id, self.path, self.method = operation["operationId"], path, method.upper()
        self.operation = operation
        own = operation.get("parameters", [])
        self.parameters = [document.resolved(one) for one in item.get("parameters", []) + own]
        self.body = operation.get("requestBody")
        self.responses = {status: document.resolved(response)
                          for status, response in operation["responses"].items()}

    def query(self):
        return {one["name"]: one["schema"] for one in self.parameters if one["in"] == "query"}

    def takes_lines(self):
        return self.body is not None and LINES in self.body["content"]

    def outcomes(self):
        """What is to be seen of it: its id, a status and a content type each."""
        return {(self.id, int(status), kind) for status, response in self.responses.items()
                if status != "default" for kind in response["content"]}


class Document:
    def __init__(self, text):
        self.root = json.loads(text, object_pairs_hook=without_duplicates)
        schemas = self.root["components"]["schemas"]
        strict = {name: closed(schema, schemas) for name, schema in schemas.items()}
        self.strict, self.kept = {"schemas": strict}, {}
        self.calls = {}
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item:
                    call = Call(self, path, method, item)
                    assert call.id not in self.calls, f"operationId {call.id} is there twice"
                    self.calls[call.id] = call

    def resolved(self, node):
        while "$ref" in node:
            found = self.root
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = {**found, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def _validator(self, schema, components):
        return jsonschema.Draft202012Validator(
            {**schema, "components": components},
            format_checker=jsonschema.FormatChecker(formats=["date"]))

    def request_validator(self, schema):
        return self._validator(schema, self.root["components"])

    def answer_validator(self, schema):
        """Kept: making one costs much more than asking it."""
        text = json.dumps(schema)
        if text not in self.kept:
            self.kept[text] = self._validator(
                closed(schema, self.root["components"]["schemas"]), self.strict)
        return self.kept[text]

    def wrong_in(self, media, text):
        """What is wrong with an answer's body by its documented media type; empty when nothing."""
        if "x-itemSchema" in media:
            values = [json.loads(line) for line in text.splitlines()]
            schema = media["x-itemSchema"]
        else:
            values, schema = [json.loads(text)], media["schema"]
        validator = self.answer_validator(schema)
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                for value in values for error in validator.iter_errors(value)]


def walk(node, visit):
    """Calls visit for every object of the document, but not for data in it."""
    if isinstance(node, list):
        for item in node:
            walk(item, visit)
    elif isinstance(node, dict):
        visit(node)
        for key, value in node.items():
            if key not in DATA:
                walk(value, visit)


def check_references(document):
    used = set()

    def visit(node):
        if "$ref" in node:
            assert document.resolved(node), node["$ref"]
            used.add(node["$ref"])

    walk(document.root, visit)
    for kind, members in document.root["components"].items():
        for name in members:
            assert f"#/components/{kind}/{name}" in used, f"components/{kind}/{name} is not used"


def check_parameters(document):
    for path, item in document.root["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            call = Call(document, path, method, item)
            named = {one["name"] for one in call.parameters if one["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path)), f"{call.id}: {path} has {named}"
            tags = {tag["name"] for tag in document.root["tags"]}
            assert set(call.operation["tags"]) <= tags, f"{call.id}: an unknown tag"


def check_examples(document):
    def check(validator, value, where):
        wrong = [error.message[:300] for error in validator.iter_errors(value)]
        assert not wrong, f"an example of {where} is not valid: {wrong}"

    for name, schema in document.root["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for value in schema.get("examples", []):
            check(document.answer_validator({"$ref": f"#/components/schemas/{name}"}), value, name)

    def visit(node):
        if "schema" not in node or "example" not in node:
            return
        if "x-itemSchema" in node:
            for line in node["example"].splitlines():
                check(document.answer_validator(node["x-itemSchema"]), json.loads(line), node)
        else:
            check(document.answer_validator(node["schema"]), node["example"], node)

    walk(document.root, visit)


def check_document(document):
    """All that can be told from the document alone."""
    jsonschema.Draft202012Validator(SHAPE).validate(document.root)
    check_references(document)
    check_parameters(document)
    check_examples(document)
