"""co_await stands alone on named values: g++ 12 miscompiles it silently elsewhere.

Allowed is a statement that is `[declaration =] co_await expression;`, with `co_return`, `(void)` or
a std::move of a named value at most, and `co_await (a() && b());`. Refused are co_await in a
condition, twice in a statement, inside another call's arguments, and on an expression with a
braced temporary, a capturing lambda or a conditional.
"""
import re
import sys

from source_tree import read, report, sources, without_comments

ALONE = re.compile(
    r"^(?:co_return\s+)?(?:\(\s*void\s*\)\s*)?"
    r"(?:(?:(?:const|auto|constexpr)\b|[\w:<>,&*\s]|\[[\w,\s]+\]|\.|->)+?=\s*)?co_await\b")
CONDITION = re.compile(r"^(?:else\s+)?(?:if|while|switch|for)\b")
TEMPORARY = re.compile(r"[\w(,>]\s*\{")
LAMBDA = re.compile(r"(?<![\w\])])\[[^\]]*\]\s*(?:\(|mutable|\{)")
GUARD = re.compile(r"^(?:else\s+)?(?:if|while|for)\s*(?:constexpr\s*)?")


def closing(text, start):
    """The index after the parenthesis that closes the one at start."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    return len(text)


def statement_around(code, at):
    """From the last ';', '{' or '}' outside parentheses before `at` to the ';' or body after it."""
    start, depth = at, 0
    while start > 0:
        before = code[start - 1]
        depth += {")": 1, "(": -1}.get(before, 0)
        if depth <= 0 and before in ";{}" and not (before == ";" and depth < 0):
            break
        start -= 1
    end, depth = at, 0
    while end < len(code) and not (code[end] == ";" and depth <= 0):
        depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(code[end], 0)
        if depth < 0 and code[end] == "}":
            break
        end += 1
    return code[start:end], start


def complaint(statement):
    text = " ".join(statement.split())
    text = re.sub(r"^(?:(?:case\b(?:[^:]|::)*|default)\s*:(?!:)\s*)+", "", text)
    while (match := GUARD.match(text)) and match.end() < len(text) and text[match.end()] == "(":
        end = closing(text, match.end())
        if "co_await" in text[match.end():end]:
            return "co_await in a condition or a loop's head"
        text = text[end:].strip()
    text = re.sub(r"^(?:else|do)\s+", "", text)
    if CONDITION.match(text) or text.startswith("switch"):
        return "co_await in a condition"
    if text.count("co_await") > 1:
        return "two co_await in one statement"
    if not ALONE.match(text):
        return "co_await inside a larger expression"
    awaited = text.split("co_await", 1)[1].strip()
    if re.match(r"\(", awaited) and closing(awaited, 0) == len(awaited):
        awaited = re.sub(r"&&|\|\|", ",", awaited)  # co_await (a() && b())
    if "?" in awaited:
        return "co_await on a conditional"
    if "&&" in awaited or "||" in awaited:
        return "co_await as part of a logical expression"
    if TEMPORARY.search(awaited) or awaited.startswith("{"):
        return "co_await on an expression with a braced temporary"
    if LAMBDA.search(awaited):
        return "co_await on an expression with a lambda"
    return None


def findings_in(name, text):
    code = without_comments(text)
    found, last = [], None
    for match in re.finditer(r"\bco_await\b", code):
        statement, start = statement_around(code, match.start())
        if start == last:
            continue
        last = start
        wrong = complaint(statement)
        if wrong:
            found.append((name, code.count("\n", 0, match.start()) + 1, wrong))
    return found


if __name__ == "__main__":
    root = sys.argv[1]
    found = []
    for source in sources(root, {"lib", "daemon"}):
        found += findings_in(source, read(root, source))
    report("co_await", found)
