"""The OpenAPI document against the running daemon: what it serves, accepts and answers.

    openapi_test.py BIN_DIR      where cadenced and platform-sandbox are
"""
import sys
from datetime import datetime, timezone

from live import Live
from openapi_backend import Backend
from openapi_document import Document, check_document
from openapi_refusals import begin_slow, crowd_out, end_slow, other_methods, refuse_all
from openapi_requests import BEYOND_SCHEMAS, WORDS, Agreement, bodies, seeds
from openapi_scenario import Scenario

# The caps as high as they can be: a schema knows no others.
CONFIGURATION = """grace = "0s"
first_window = "strict"
[caps]
punishment_seconds = 31536000
punishment_seconds_per_day = 31536000
"""


def body_schema(call):
    return call.body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]


def subject_of(call, number):
    """The id with which a call is tried for the nth time; a valid body meets 404 at worst."""
    if "/deliveries/" in call.path:
        return "999999"
    return {"putSession": f"changed-{number}", "addLaunch": "launched"}.get(call.id, "mutant")


def agree_on_bodies(backend):
    """Every call that takes a body, with bodies near the documented ones."""
    document, counts = backend.document, []
    enrolment = seeds(datetime.now(timezone.utc))["SessionRequest"][0]
    backend.ask("putSession", enrolment, id="mutant", expect=201)
    for call in document.calls.values():
        if call.body is None:
            continue
        agreement = Agreement(document, body_schema(call))
        for seed in seeds(datetime.now(timezone.utc))[agreement.name]:
            tried = list(bodies(document, agreement.name, seed))
            for number, (body, member, new) in enumerate(tried):
                answer = backend.try_body(call, body, subject_of(call, number))
                agreement.note(body, member, new, answer.status)
                assert number or answer.status not in (400, 422), f"{call.id}: {answer.body}"
        backend.wrong += agreement.wrong
        counts.append(f"{call.id} {agreement.accepted}/{agreement.asked}")
    print("bodies accepted of those tried:", ", ".join(counts))


def agree_on_queries(backend):
    """Every documented query parameter, with values near its schema."""
    values = ["", "0", "1", "1000", "1001", "-1", "1.5", "ten", "lock-1", "a/b", *WORDS,
              *("x" * length for length in (64, 65, 128, 129)), "2026-03-01T08:00:00Z",
              "2026-03-01T08:00:00+01:00", "2026-03-01T08:00:00", "2026-03-01"]
    for call in backend.document.calls.values():
        for name, schema in call.query().items():
            validator = backend.document.request_validator(schema)
            whole = backend.document.resolved(schema).get("type") == "integer"
            for value in values:
                typed = int(value) if whole and value.lstrip("-").isdigit() else value
                valid = value != "" and validator.is_valid(typed)
                taken = backend.try_query(call, {name: value}).status == 200
                if valid != taken and not (valid and name in BEYOND_SCHEMAS):
                    backend.wrong.append(f"{call.id}: {name}={value} is {valid} by its schema")
            assert backend.try_query(call, [(name, "1"), (name, "1")]).status == 422, name


def agree_on_ids(backend):
    """Only a PUT tells an id that none could have from one that is not there."""
    validator = backend.document.request_validator({"$ref": "#/components/schemas/SessionId"})
    call = backend.document.calls["putSession"]
    for id in ("a", "A.b_c~d-9", "x" * 128, "x" * 129, "a b", "a/b", "a:b", "\u00e4", "%"):
        answer = backend.try_body(call, {"requirements": []}, id)
        if validator.is_valid(id) != (answer.status < 300):
            backend.wrong.append(f"{call.id}: the id {id} is answered {answer.status}")


def unseen(backend):
    documented = set().union(*(call.outcomes() for call in backend.document.calls.values()))
    return documented - backend.seen


def main():
    with Live(sys.argv[1], CONFIGURATION) as live:
        document = Document(live.ask("GET", "/v1/openapi.json").body)
        check_document(document)
        backend = Backend(live, document)
        slow = begin_slow(live, backend)
        refuse_all(live, backend)
        other_methods(live, backend)
        Scenario(live, backend).run()
        agree_on_queries(backend)
        agree_on_ids(backend)
        agree_on_bodies(backend)
        end_slow(backend, slow)
        crowd_out(live, backend)
        missing = unseen(backend)
    for line in backend.wrong:
        print("wrong:", line)
    for outcome in sorted(missing):
        print("documented and not seen:", *outcome)
    print(f"{len(document.calls)} calls, {len(backend.seen)} outcomes seen")
    return 1 if backend.wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())
