"""A README taken apart for the tests: fenced blocks, tables, headings."""
import json
import re
from dataclasses import dataclass

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


@dataclass
class Block:
    tag: str
    text: str
    line: int
    answer: str = ""  # of an sh block: the json block right after it


def blocks_of(text):
    found, end = [], 0
    for match in FENCE.finditer(text):
        block = Block(match[1], match[2], text.count("\n", 0, match.start()) + 1)
        follows = found and found[-1].tag == "sh" and not text[end:match.start()].strip()
        if block.tag == "json" and follows:
            found[-1].answer = block.text
        found.append(block)
        end = match.end()
    return found


def table_below(text, heading):
    """The rows of the table whose first line begins so: lists of cells."""
    start = text.index(heading)
    rows = []
    for line in text[start:].split("\n"):
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows[2:]


def words_in(cell):
    """What stands in `backticks`."""
    return re.findall(r"`([^`]+)`", cell)


def documents(text):
    """JSON documents, one after the other."""
    decoder, rest, found = json.JSONDecoder(), text.strip(), []
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].lstrip()
    return found


# What stands there is what comes, not only its kind.
LITERAL = {"status", "title", "verdict", "state", "changed", "schemaVersion"}
# At the end of a list: more of the same may follow.
AND_SO_ON = "…"


def difference(shown, real, at="answer"):
    """Where two JSON values differ in shape, length or a LITERAL; None: nowhere. null may stand for
    anything but a LITERAL."""
    if at.rsplit(".", 1)[-1] in LITERAL:
        return None if shown == real else f"{at}: shown {shown!r}, real {real!r}"
    if shown is None or real is None:
        return None
    if isinstance(shown, dict) and isinstance(real, dict):
        if shown.keys() != real.keys():
            return (f"{at}: only shown: {sorted(shown.keys() - real.keys())},"
                    f" only real: {sorted(real.keys() - shown.keys())}")
        parts = [difference(shown[key], real[key], f"{at}.{key}") for key in shown]
        return next(filter(None, parts), None)
    if isinstance(shown, list) and isinstance(real, list):
        return list_difference(shown, real, at)
    kinds = {bool: "bool", int: "number", float: "number"}
    if kinds.get(type(shown), type(shown)) != kinds.get(type(real), type(real)):
        return f"{at}: shown {shown!r}, real {real!r}"
    return None


def list_difference(shown, real, at):
    open_ended = shown[-1:] == [AND_SO_ON]
    if open_ended:
        shown = shown[:-1]
    if len(real) < len(shown) or not open_ended and len(real) > len(shown):
        return f"{at}: {len(shown)} are shown{' and more' if open_ended else ''}, {len(real)} came"
    parts = [difference(one, other, f"{at}[{number}]") for number, (one, other) in enumerate(zip(shown, real))]
    return next(filter(None, parts), None)


def anchors_of(text):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
