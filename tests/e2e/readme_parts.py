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


def difference(shown, real, at="answer"):
    """Where two JSON values differ in shape; None: nowhere. null may stand for anything."""
    if shown is None or real is None:
        return None
    if isinstance(shown, dict) and isinstance(real, dict):
        if shown.keys() != real.keys():
            return (f"{at}: only shown: {sorted(shown.keys() - real.keys())},"
                    f" only real: {sorted(real.keys() - shown.keys())}")
        parts = [difference(shown[key], real[key], f"{at}.{key}") for key in shown]
        return next(filter(None, parts), None)
    if isinstance(shown, list) and isinstance(real, list):
        if bool(shown) != bool(real):
            return f"{at}: one of the two lists is empty"
        return difference(shown[0], real[0], f"{at}[0]") if shown else None
    kinds = {bool: "bool", int: "number", float: "number"}
    if kinds.get(type(shown), type(shown)) != kinds.get(type(real), type(real)):
        return f"{at}: shown {shown!r}, real {real!r}"
    return None


def anchors_of(text):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
