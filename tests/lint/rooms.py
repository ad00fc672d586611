"""Include directions: each folder knows only what the layout lets it know."""
import re
import sys

from source_tree import read, report, sources, without_comments

PORTS = ("clock", "docket", "entropy", "intake", "journal", "outbox", "platform", "records")
# Ours that a room may include besides its own folder, by prefix or whole path.
ROOMS = {
    "lib/cadence/": ["cadence/"],
    "lib/engine/": ["engine/", "cadence/"],
    "lib/ledger/": ["ledger/", "cadence/"] + [f"engine/{port}.hpp" for port in PORTS],
    "lib/net/": ["net/", "cadence/"] + [f"engine/{port}.hpp" for port in PORTS],
    "lib/platform/": ["platform/", "cadence/"] + [f"engine/{port}.hpp" for port in PORTS]
    + ["net/https_pool.hpp", "net/http_message.hpp"],
    "daemon/": ["daemon/", "cadence/", "engine/", "net/http_message.hpp",
                "net/unix_http_server.hpp", "net/unix_http_client.hpp"],
}
# The one place that names concrete types, in four files: the daemon, the commands, the ledger, TLS.
COMPOSITION_ROOT = ("daemon/daemon.cpp", "daemon/commands.cpp", "daemon/open_ledger.hpp",
                    "daemon/open_ledger.cpp", "daemon/trust.cpp")
OURS = ("cadence/", "engine/", "ledger/", "net/", "platform/", "daemon/", "tests/")
# What the pure rooms must not know of the outside.
FOREIGN = {
    "lib/cadence/": re.compile(r"boost/|sqlite3|nlohmann|spdlog|toml|CLI/|systemd/|openssl"),
    "lib/engine/": re.compile(r"boost/beast|boost/asio/(?:ip|ssl|local|posix)|sqlite3|nlohmann|"
                              r"spdlog|toml|CLI/|systemd/|openssl"),
    "lib/ledger/": re.compile(r"boost/beast|boost/asio/(?:ip|ssl|local|posix)|toml|CLI/|systemd/"),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def findings_in(name, text):
    if name in COMPOSITION_ROOT:
        return []
    room = next((prefix for prefix in ROOMS if name.startswith(prefix)), None)
    if room is None:
        return []
    found = []
    code = without_comments(text)
    for match in INCLUDE.finditer(code):
        path, line = match.group(1), code.count("\n", 0, match.start(1)) + 1
        if path.startswith(OURS) and not path.startswith(tuple(ROOMS[room])):
            found.append((name, line, f"{room} must not include {path}"))
        if room in FOREIGN and FOREIGN[room].search(path):
            found.append((name, line, f"{room} must not know {path}"))
        if "nlohmann/json.hpp" in path and not name.endswith(("_json.cpp", "_json.hpp")):
            found.append((name, line, "JSON belongs in files named *_json"))
    return found


if __name__ == "__main__":
    root = sys.argv[1]
    found = []
    for source in sources(root, {"lib", "daemon"}):
        found += findings_in(source, read(root, source))
    report("rooms", found)
