"""Words that must not appear in some rooms: clocks, sleeps, detached work, default captures, the
environment, and reveal() of a secret outside the places that put it on the wire or on disk."""
import re
import sys

from source_tree import read, report, sources, without_comments

PURE = ("lib/cadence/", "lib/engine/", "lib/ledger/", "lib/platform/")
EVERYWHERE = ("lib/", "daemon/")
# pattern, rooms, files that may, why
RULES = [
    (re.compile(r"(?:_clock|\bclock_type)\s*::\s*now\s*\("), PURE, (),
     "time comes from engine::Clock alone"),
    (re.compile(r"\b(?:clock_gettime|gettimeofday|std::time|::time)\s*\("), PURE, (),
     "time comes from engine::Clock alone"),
    (re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sqlite3_sleep)\s*\("), EVERYWHERE, (),
     "nothing sleeps"),
    (re.compile(r"\bdetached\b"), EVERYWHERE, (), "every coroutine has a parent that joins it"),
    (re.compile(r"\b(?:enable_)?shared_from_this\b"), EVERYWHERE, (), "ownership is explicit"),
    (re.compile(r"\[\s*[&=]\s*(?:,[^\]]*)?\]"), EVERYWHERE, (), "captures are named"),
    (re.compile(r"\b(?:secure_)?getenv\s*\("), EVERYWHERE, ("daemon/environment.cpp",),
     "the environment is read once, at the start"),
    (re.compile(r"\b(?:setenv|putenv)\s*\("), EVERYWHERE, (), "the environment is not changed"),
    (re.compile(r"(?:\.|->)\s*reveal\s*\(\s*\)"), EVERYWHERE,
     ("lib/ledger/launches.cpp", "lib/net/https_wire.cpp", "lib/net/https_connection.cpp",
      "lib/cadence/secret.cpp", "lib/platform/chastify/chastify_channel.cpp",
      "lib/platform/chastify/redaction.cpp",
      "daemon/routes/launch_token_json.cpp"),
     "a secret is revealed only where it goes on the wire or into its row"),
]


def findings_in(name, text):
    code = without_comments(text)
    found = []
    for pattern, rooms, allowed, why in RULES:
        if not name.startswith(rooms) or name in allowed:
            continue
        for match in pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            found.append((name, line, f"{match.group(0).strip()}: {why}"))
    return found


if __name__ == "__main__":
    root = sys.argv[1]
    found = []
    for source in sources(root, {"lib", "daemon"}):
        found += findings_in(source, read(root, source))
    report("words", found)
