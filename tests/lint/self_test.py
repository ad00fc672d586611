"""Each lint must flag its bad samples and leave its good ones alone."""
import unittest

import co_await
import layout
import rooms
import words
from source_tree import without_comments


def coroutine(body):
    return "boost::asio::awaitable<void> f() {\n    " + body + "\n}\n"


class CoAwait(unittest.TestCase):
    BAD = [
        "if (co_await ready()) return;",
        "if (auto x = co_await ready(); x) co_return;",
        "while (co_await next()) {}",
        "switch (co_await kind()) { default: break; }",
        "for (auto const& x : co_await list()) use(x);",
        "use(co_await load());",
        "auto x = first(co_await load()) + 1;",
        "auto x = co_await send(Request{1, 2});",
        "auto x = co_await send({1, 2});",
        "auto x = co_await send(flag ? a : b);",
        "auto x = co_await spawn([this] { run(); });",
        "auto x = co_await spawn(pool, [y](int z) { return y + z; });",
        "auto x = co_await a() + co_await b();",
        "co_return 1 + co_await load();",
        "auto x = co_await a() && ready;",
        "if (ready) use(co_await load());",
        "auto x = co_await send(\n        Request{1},\n        deadline);",
        "x = ready ? co_await a() : b;",
        "auto x = (co_await a()).value();",
    ]
    GOOD = [
        "co_await send();",
        "co_await (a() && b());",
        "co_await (courier_.run() && scheduler_.run());",
        "co_return co_await send(request);",
        "(void)co_await timer.async_wait(token);",
        "auto const answer = co_await send(std::move(request));",
        "const cadence::Result<int> answer =\n        co_await send(request, deadline);",
        "auto [ec, size] = co_await socket.async_read_some(buffer, token);",
        "shared_.answer = co_await send(request);",
        "if (ready) co_return co_await send(request);",
        "for (auto const& one : all) co_await send(one);",
        "if (x) {\n        co_await send(x);\n    }",
        "co_await send(rows[0], table[key]);",
        "for (;;) {\n        auto const x = co_await next();\n    }",
        "// if (co_await in a comment)",
        'log("use(co_await x)");',
        "switch (kind) {\n        case Kind::Send: co_await send(); break;\n        default: co_return;\n    }",
        "std::chrono::milliseconds const wait{5};\n    co_await sleep(wait);",
    ]

    def test_bad_samples_are_flagged(self):
        for body in self.BAD:
            with self.subTest(body):
                self.assertTrue(co_await.findings_in("lib/x.cpp", coroutine(body)))

    def test_good_samples_pass(self):
        for body in self.GOOD:
            with self.subTest(body):
                self.assertEqual([], co_await.findings_in("lib/x.cpp", coroutine(body)))

    def test_the_line_is_named(self):
        found = co_await.findings_in("lib/x.cpp", "int a;\n" + coroutine("use(co_await load());"))
        self.assertEqual(3, found[0][1])


class Rooms(unittest.TestCase):
    BAD = [
        ("lib/cadence/window.cpp", '#include "engine/clock.hpp"'),
        ("lib/cadence/window.cpp", "#include <boost/asio/awaitable.hpp>"),
        ("lib/cadence/window.hpp", "#include <sqlite3.h>"),
        ("lib/engine/lane.cpp", '#include "ledger/store.hpp"'),
        ("lib/engine/lane.cpp", "#include <nlohmann/json.hpp>"),
        ("lib/engine/lane.cpp", "#include <spdlog/spdlog.h>"),
        ("lib/ledger/store.cpp", '#include "engine/courier.hpp"'),
        ("lib/ledger/store.cpp", '#include "net/https_pool.hpp"'),
        ("lib/net/tls.cpp", '#include "ledger/store.hpp"'),
        ("lib/net/tls.cpp", '#include "daemon/options.hpp"'),
        ("lib/platform/chastify/client.cpp", '#include "ledger/store.hpp"'),
        ("daemon/options.cpp", '#include "ledger/store.hpp"'),
        ("daemon/options.cpp", '#include "platform/chastify/chastify.hpp"'),
        ("daemon/options.cpp", '#include "net/system_clock.hpp"'),
        ("daemon/routes/routes.cpp", "#include <nlohmann/json.hpp>"),
        ("lib/engine/lane.cpp", '#include "tests/fake.hpp"'),
    ]
    GOOD = [
        ("lib/cadence/window.cpp", '#include "cadence/time.hpp"\n#include <chrono>'),
        ("lib/engine/lane.cpp", '#include "cadence/time.hpp"\n#include <boost/asio/awaitable.hpp>'),
        ("lib/ledger/store.cpp", '#include "engine/docket.hpp"'),
        ("daemon/daemon.cpp", '#include "ledger/store.hpp"'),
        ("daemon/routes/status_json.cpp", "#include <nlohmann/json.hpp>"),
        ("lib/cadence/window.cpp", '// #include "engine/clock.hpp"'),
    ]

    def test_bad_samples_are_flagged(self):
        for name, text in self.BAD:
            with self.subTest(name + " " + text):
                self.assertTrue(rooms.findings_in(name, text))

    def test_good_samples_pass(self):
        for name, text in self.GOOD:
            with self.subTest(name + " " + text):
                self.assertEqual([], rooms.findings_in(name, text))


class Words(unittest.TestCase):
    BAD = [
        ("lib/engine/lane.cpp", "auto t = std::chrono::system_clock::now();"),
        ("lib/cadence/window.cpp", "auto t = std::chrono::steady_clock::now();"),
        ("lib/ledger/store.cpp", "clock_gettime(CLOCK_REALTIME, &t);"),
        ("lib/net/tls.cpp", "std::this_thread::sleep_for(1s);"),
        ("daemon/daemon.cpp", "co_spawn(io, f(), boost::asio::detached);"),
        ("lib/net/pool.cpp", "class A : std::enable_shared_from_this<A> {};"),
        ("lib/net/pool.cpp", "auto f = [&] { g(); };"),
        ("lib/net/pool.cpp", "auto f = [=, &x] { g(); };"),
        ("daemon/daemon.cpp", 'std::getenv("HOME");'),
        ("lib/ledger/store.cpp", '::secure_getenv("HOME");'),
        ("daemon/log.cpp", "print(secret.reveal());"),
    ]
    GOOD = [
        ("lib/net/system_clock.cpp", "auto t = std::chrono::system_clock::now();"),
        ("lib/engine/lane.cpp", "auto t = clock.now();"),
        ("lib/engine/lane.cpp", "// sleep_for(1s), detached, [&]"),
        ("daemon/environment.cpp", "std::getenv(name);"),
        ("lib/net/pool.cpp", "auto f = [&x, this] { g(); }; a[0] = b;"),
        ("lib/net/https_wire.cpp", "append(secret.reveal());"),
    ]

    def test_bad_samples_are_flagged(self):
        for name, text in self.BAD:
            with self.subTest(text):
                self.assertTrue(words.findings_in(name, text))

    def test_good_samples_pass(self):
        for name, text in self.GOOD:
            with self.subTest(text):
                self.assertEqual([], words.findings_in(name, text))


class Layout(unittest.TestCase):
    def test_strangers_at_the_top_are_flagged(self):
        for stranger in ("notes.txt", "src/a.cpp", "Makefile"):
            self.assertTrue(layout.findings_in([stranger], {}))

    def test_products_of_the_build_are_flagged(self):
        self.assertTrue(layout.findings_in(["lib/net/tls.o"], {}))

    def test_long_files_are_flagged(self):
        self.assertTrue(layout.findings_in([], {"lib/a.cpp": 401}))
        self.assertTrue(layout.findings_in([], {"daemon/main.cpp": 61}))

    def test_the_layout_passes(self):
        files = ["CMakeLists.txt", "README.md", ".gitignore", ".ci/run", "lib/net/tls.cpp"]
        self.assertEqual([], layout.findings_in(files, {"lib/a.cpp": 400, "daemon/main.cpp": 60}))


class Comments(unittest.TestCase):
    def test_lines_stay_where_they_are(self):
        text = 'a; // b\n/* c\n d */ e; "f\\"g" \'h\' R"(i\nj)" k;\n'
        stripped = without_comments(text)
        self.assertEqual(text.count("\n"), stripped.count("\n"))
        for gone in "bcdfghij":
            self.assertNotIn(gone, stripped)
        for kept in "aek":
            self.assertIn(kept, stripped)

    def test_digit_separators_are_no_literals(self):
        self.assertIn("later", without_comments("int x = 1'000; later; int y = 2'000;"))


if __name__ == "__main__":
    unittest.main()
