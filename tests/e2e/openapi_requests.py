"""Bodies near the documented schemas: the daemon refuses what they refuse, and nothing else."""
import json
from datetime import timedelta

LONG = 20000
WRONG_TYPES = (None, True, 7, 1.5, "text", "", [], {})
# Every word of the contract: a schema that forgot one is found, too.
WORDS = ("waiting queued inFlight unknown applied rejected held waived progress punishment undo "
         "none add_time freeze pillory auto platform daemon nobody grace strict all latest count "
         "compensate ignore hold assume_applied resend not_applied day week monday tuesday "
         "wednesday thursday friday saturday sunday month game Monday").split()
# What a schema cannot say: there the daemon may refuse more. Members by name; texts and lists only.
BEYOND_SCHEMAS = {
    "cursor": "only the daemon's own are valid",
    "timezone": "the zone database decides", "platform": "the configuration decides",
    "grace": "at most 24h and the window",
    "requirements": "each metric once", "ProofRequest.metric": "the requirements decide",
    **dict.fromkeys(("activeFrom", "launchedAt", "happenedAt", "until", "from", "to"),
                    "the clock decides, and to is not before from")}


def seeds(now):
    """Valid bodies by their schema's name, between them with every documented member. `now`: a
    datetime in UTC."""
    def at(hours):
        return (now + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    steps = {"metric": "steps", "key": "steps:daily", "enabled": True, "requiredCount": 3,
             "cadence": {"every": 2, "unit": "day"},
             "punishment": {"type": "add_time", "seconds": 60, "reason": "late"},
             "owner": "auto", "activeFrom": at(-1), "punishPast": False, "firstWindow": "grace",
             "misfire": "all", "lateProof": "count", "grace": "5m",
             "onUnknown": {"punishment": "hold", "progress": "resend"}}
    swim = {"metric": "swim", "requiredCount": 1, "cadence": {"every": 1, "unit": "week"},
            "punishment": {"type": "freeze", "seconds": 3600}, "onUnknown": "hold"}
    settle = {"outcome": "applied", "reason": "why"}
    return {
        "SessionRequest": [
            {"platform": "chastify", "timezone": "Europe/Berlin", "weekStart": "sunday",
             "anchorDate": "2026-01-04", "requirements": [steps]},
            {"requirements": [swim]},
            {"requirements": [{**swim, "punishment": {"type": "none"}}]}],
        "LaunchRequest": [{"mainToken": "token-1", "launchedAt": at(-1), "timezone": "UTC"}],
        "ProofRequest": [{"id": "proof-1", "sessionId": "mutant", "metric": "steps", "amount": 2,
                          "happenedAt": at(-0.5)}],
        "PauseRequest": [{"until": at(48), "reason": "journey"}],
        "ReasonRequest": [{"reason": "why"}],
        "OptionalReasonRequest": [{"reason": "why"}],
        "SettleRequest": [settle],
        "BulkWaiveRequest": [{"filter": {"sessionId": "nobody", "kind": "undo", "state": "held"},
                              "reason": "why"}],
        "BulkSettleRequest": [{"filter": {"sessionId": "nobody"}, **settle}],
        "BackfillRequest": [{"from": at(0)[:10], "to": at(0)[:10], "sessionId": "mutant",
                             "metric": "steps", "dryRun": True, "punish": False}],
    }


def alternatives(document, schema):
    """The schema itself and what it refers to or is made of."""
    found = [document.resolved(schema)]
    for one in found:
        found += [document.resolved(part) for key in ("allOf", "anyOf", "oneOf")
                  for part in one.get(key, [])]
        found += [document.resolved(one[key]) for key in ("then", "else") if key in one]
    return found


def texts_near(text):
    """Strings that a pattern or a length may or may not allow."""
    yield from (text + " ", " " + text, text + "/", text + "\u0000", text + "\u007f", text + "ä",
                text.upper(), text.lower(), text[:-1], "0" + text, text.replace("T", " "),
                text.replace("Z", ""), text.replace("Z", "+01:00"), text.replace("Z", "-0100"),
                text.replace("Z", ".25Z"), text.replace("Z", ".1234567891Z"), text.replace("-", ""),
                "5m", "90s", "1h30m", "5 m", "-5m", "m", "24h", "2026-02-30", "2026-13-01",
                "2026-03-01T24:00:00Z", "2026-03-01T08:00:60Z", "1899-12-31", "9999-12-31")


def values_near(document, schema, value):
    """Values for the place of this one, without regard to what lies below it."""
    yield from WRONG_TYPES
    for one in alternatives(document, schema):
        if "enum" in one:
            yield from WORDS
        for bound in (one.get("minimum"), one.get("maximum")):
            if bound is not None:
                yield from (bound - 1, bound, bound + 1)
        if "maxLength" in one:
            yield from ("x" * one["maxLength"], "x" * (one["maxLength"] + 1))
    if isinstance(value, str):
        yield from texts_near(value)
        for length in (64, 65, 128, 129, LONG):
            yield "x" * length
    if isinstance(value, int) and not isinstance(value, bool):
        yield from (str(value), -value, 0, value + 0.5, 2**63, 2**64, 1e300)


def mutants(document, schema, value):
    """The mutated value, with the name and the new value of the member that was changed."""
    yield from ((near, None, near) for near in values_near(document, schema, value))
    if isinstance(value, dict):
        members = {}
        for one in alternatives(document, schema):
            for name, member in one.get("properties", {}).items():
                members.setdefault(name, {"anyOf": []})["anyOf"].append(member)
        for unknown in ("unknownMember", "Reason", "x"):
            yield {**value, unknown: 1}, None, 1
        for name, member in members.items():
            without = {key: one for key, one in value.items() if key != name}
            yield without, name, None
            for near, below, new in mutants(document, member, value.get(name)):
                yield {**value, name: near}, below or name, new
    if isinstance(value, list) and value:
        items = next(one["items"] for one in alternatives(document, schema) if "items" in one)
        for near, below, new in mutants(document, items, value[0]):
            yield [near] + value[1:], below, new
        twice = value + value[:1]
        yield twice, "requirements", twice
        for one in alternatives(document, schema):
            if "maxItems" in one:
                yield value * (one["maxItems"] + 1), "requirements", []


def bodies(document, schema_name, seed):
    """The seed, and each of its mutants once."""
    seen = set()
    schema = {"$ref": f"#/components/schemas/{schema_name}"}
    yield seed, None, None
    for body, member, new in mutants(document, schema, seed):
        text = json.dumps(body)
        if text not in seen:
            seen.add(text)
            yield body, member, new


class Agreement:
    """Holds what the schema says of each body against what the daemon says."""

    def __init__(self, document, schema_name):
        self.document, self.name = document, schema_name
        self.validator = document.request_validator(
            {"$ref": f"#/components/schemas/{schema_name}"})
        self.asked, self.accepted, self.wrong = 0, 0, []

    def note(self, body, member, new, status):
        valid, taken = self.validator.is_valid(body), status not in (400, 422)
        self.asked += 1
        self.accepted += taken
        beyond = member in BEYOND_SCHEMAS or f"{self.name}.{member}" in BEYOND_SCHEMAS
        if valid == taken or (valid and beyond and isinstance(new, (str, list))):
            return
        said = "allows" if valid else "refuses"
        self.wrong.append(f"{self.name}: the schema {said} this and the daemon answers {status}: "
                          f"{json.dumps(body)[:400]}")
