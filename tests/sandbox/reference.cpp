#include "tests/sandbox/reference.hpp"

#include <fmt/format.h>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/change.hpp"
#include "tests/sandbox/control_routes.hpp"
#include "tests/sandbox/fault_kinds.hpp"

namespace sandbox {
namespace {

constexpr std::string_view kSessions = R"(
FIELDS OF A LOCK SESSION (POST /sessions, PATCH /sessions/ID, "change" of POST /people)
  timeRemainingSeconds   addSeconds (signed)   maxTimeRemainingSeconds (null: none)
  frozen (true: without end)   frozenSeconds   pillorySeconds (0 ends it)
  pilloryEnabled   removeTimeAllowed   extensionEnabled   ended   revokeTokens
  role: wearer or keyholder   extensionRequirements: the platform's own object, or null
  errorShape: flat, nested, plain, empty or html; null: the key's error flat, others nested
  contextUnder: "data" or null   omitLockData: names left out of lockData
  nullLockData: names that are null in it
)";

constexpr std::string_view kRules = R"(
FAULTS
  Every rule may have, besides fault*, one of the names below, and that fault's own fields:
    match        {"session","method","path","action","reused"}: all that are given must fit.
                 path:@PATHS@
                 action:@ACTIONS@
                 reused: not (false) or only (true) after the first request of its connection.
                 A fault of connections has no match.
    skip         so many that fit go free at first
    times        how often it strikes, 1 or more; -1: for ever (the default)
    probability  above 0, and at most 1 (the default)
  Of the faults that end a request (break, late_apply, status_*, retry_after, redirect, html,
  garbage_status_line and the short names of break) the first in the list that strikes wins, and
  the others are not used up. Those that compose go with any other.

  at: 12 (after 12 bytes), -3 (3 before the end), "end", "head" (after the empty line),
  "half_head", "half_body", "random", or a sweep over successive requests that fit:
  {"from":0,"to":400,"step":7}, "to" being the end when it is left out. A sweep strikes at its
  last position once, and is over. A position beyond the end is the end.

  Bytes are those of plain HTTP. What is written at once travels as TLS records of its own, so a
  client has read all bytes before the position and none after it, and never half a record. Of a
  request a rule can only strike when it is known whom it is for: without match at once, by
  session, method and path after the first line, by action at the end. If the position has passed
  by then, what was read beyond it has no effect. A client that writes all at once cannot tell.
  A close of a request is a FIN; what the client still sends is drained for up to two seconds.
)";

constexpr std::string_view kJournal = R"(
A REQUEST'S RECORD (GET /requests)
  receivedAtMs  it was read completely, or cut     appliedAtMs   it took effect, or null
  answeredAtMs  the whole answer was given to the kernel, or null
  outcome       pending, answered, dropped, client_gone, or cut (the request itself was)
  cutAt         so many bytes of the answer, or of the request, were let through, or null
  faults        the ids of the rules that struck   effect        its sequence, or null
  status code connection action idempotencyKey requestId clientGone
  Times are milliseconds of the sandbox's wall clock; where no clock steps,
  receivedAtMs <= appliedAtMs <= answeredAtMs, but for a late_apply.

THE SEED governs launch tokens, probabilities, jitter, random positions and bytes, which change a
person makes and to which lock session. The same seed, start (or reset), rules and order of
requests give the same effects and the same faults. It does not govern times, ports, certificates
and TLS.
)";

void wrap(std::string& text, std::string_view words, std::size_t indent) {
    constexpr std::size_t kWidth = 96;
    auto column = kWidth;
    while (!words.empty()) {
        auto const word = words.substr(0, words.find(' '));
        if (column + word.size() + 1 > kWidth) {
            text += "\n" + std::string(indent, ' ');
            column = indent;
        } else {
            text += ' ';
            ++column;
        }
        text += word;
        column += word.size();
        words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
}

void add_entry(std::string& text, std::string_view name, std::string_view fields,
               std::string_view help) {
    text += fmt::format("  {}", name);
    if (!fields.empty()) wrap(text, fields, 12);
    wrap(text, help, 6);
    text += "\n";
}

void fill_in(std::string& text, std::string_view mark, const std::vector<std::string>& words) {
    constexpr std::size_t kIndent = 19;
    std::string list;
    for (auto const& word : words) list += (list.empty() ? "" : " ") + word;
    std::string wrapped;
    wrap(wrapped, list, kIndent);
    text.replace(text.find(mark), mark.size(), wrapped);
}

std::string rules_text() {
    std::string text(kRules);
    fill_in(text, "@PATHS@", endpoint_names());
    fill_in(text, "@ACTIONS@", action_names());
    return text;
}

std::string path_of(std::string_view pattern) {
    std::string path = "/";
    for (char const letter : pattern)
        path += letter == '*' ? std::string("ID") : std::string(1, letter);
    return path;
}

}  // namespace

std::string reference_text() {
    std::string text =
        "CONTROL CALLS: plain HTTP, JSON. A wrong body is 400 (not JSON) or 422 and changes "
        "nothing:\n{\"error\":{\"detail\",\"field\"}}. Fields that are not known are wrong. A "
        "field "
        "with a *\nmust be there; all others may be left out. a|b: the one or the other.\n";
    for (auto const& route : control_routes()) {
        add_entry(text, fmt::format("{} {}", route.method, path_of(route.pattern)), route.fields,
                  route.help);
    }
    text += kSessions;
    text += rules_text();
    for (auto const& fault : fault_names()) add_entry(text, fault.name, fault.fields, fault.help);
    text += kJournal;
    return text;
}

std::string lesson_text() {
    return R"(A FIRST RUN (with curl and jq)
  mkdir -p /tmp/sandbox
  platform-sandbox --dir /tmp/sandbox --key my-dev-key &
  timeout 10 sh -c 'until [ -s /tmp/sandbox/ports.json ]; do sleep 0.1; done'   # it listens
  C=http://127.0.0.1:$(jq .control /tmp/sandbox/ports.json)     # the control port: you
  P=https://localhost:$(jq .https /tmp/sandbox/ports.json)      # the platform: your program

  Make a lock session of a day, and open the extension as its wearer would:
    curl -d '{"id":"s1","timeRemainingSeconds":86400}' $C/sessions
    TOKEN=$(curl -s -X POST $C/sessions/s1/launch | jq -r .mainToken)

  Call it as your backend does:
    curl --cacert /tmp/sandbox/ca.pem -H 'authorization: Bearer my-dev-key' \
         -H "x-chastify-main-token: $TOKEN" -H 'content-type: application/json' \
         -d '{"name":"add_time","params":300}' $P/api/extensions/sessions/s1/action

  Look at what truly happened, whatever your program believes:
    curl "$C/effects?session=s1"; curl "$C/requests?session=s1"; curl $C/sessions/s1

POINT YOUR PROGRAM AT IT
  Its base URL is $P, its developer key my-dev-key, its trusted authority /tmp/sandbox/ca.pem.
  For cadenced this is a complete configuration; the credential is a file of mode 0600:
    (umask 077; echo my-dev-key >/tmp/sandbox/key)
    cat >/tmp/sandbox/cadenced.toml <<END
state_dir = "/tmp/sandbox"
socket = "/tmp/sandbox/cadenced.sock"

[platform.chastify]
kind = "chastify"
base_url = "$P"
credential = "/tmp/sandbox/key"
ca_file = "/tmp/sandbox/ca.pem"
END
    cadenced --check-config --config /tmp/sandbox/cadenced.toml
  In the file base_url then is https://localhost:PORT; another start means another PORT. Hand
  cadenced the launch token as your own backend would.

MAKE IT FAIL
  An answer that never comes, though the time was added; once:
    curl -d '{"fault":"break","at":0,"match":{"action":"add_time"},"times":1}' $C/faults
  Successive answers cut after 0, 1, 2 ... bytes, to the end:
    curl -d '{"fault":"break","at":{"from":0},"match":{"path":"action"}}' $C/faults
  The documented rate limits; a token that dies after five requests; a meddling keyholder:
    curl -d '{"preset":"documented"}' $C/limits
    curl -d '{"dieAfterUses":5}' $C/sessions/s1/launch
    curl -d '{"everyRequests":3,"change":[{"addSeconds":600},{"frozen":true}]}' $C/people
  All control calls, fields and faults:  curl $C/help  or  platform-sandbox --reference

TYPICAL MISTAKES
  TLS verification fails      trust DIR/ca.pem; it is another authority at each start. Say
                              localhost or 127.0.0.1, not the machine's name.
  401 invalid_api_key         the key is none of --key or POST /keys.
  401 invalid_main_token      the launch token is of another lock session, older than 10 h, or
                              from before a restart: all state is in memory.
  404 session_not_found       POST /sessions first.
  400 validation_error        content-type must be application/json, and the body flat:
                              {"name":...,"params":...}, not wrapped.
  A fault strikes nobody      GET /faults shows hits; GET /requests shows what came, and which
                              rules struck. Is match.path one of the words of --reference?
  It worked twice             then /effects has two rows: the platform knows no idempotency.

EXIT CODES
  0 ended by SIGTERM or SIGINT; 64 wrong options; 69 a port is taken; 70 no certificates;
  73 a file cannot be written. While it listens DIR holds ca.pem and ports.json
  {"https":PORT,"control":PORT,"pid":N}, which appears whole.
)";
}

}  // namespace sandbox
