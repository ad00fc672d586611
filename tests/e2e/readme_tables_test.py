"""What the README says of the program is what the program says of itself.

    python3 readme_tables_test.py BIN_DIR SOURCE_DIR
"""
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest

from readme_parts import anchors_of, blocks_of, difference, table_below, words_in

BIN, SOURCE = sys.argv.pop(1), sys.argv.pop(1)
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
STRANGE = "zzzzzzzzzzzzzzzzzzzz"  # near to no key


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


README = read("README.md")


def sources(*folders):
    texts = []
    for folder in folders:
        for parent, _, names in os.walk(os.path.join(SOURCE, folder)):
            texts += [read(parent, name) for name in names if name.endswith((".cpp", ".hpp"))]
    return "\n".join(texts)


def check_config(text):
    """cadenced --check-config on this text."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return subprocess.run([os.path.join(BIN, "cadenced"), "--check-config", "--config", file.name],
                              capture_output=True, text=True, check=False)


def flat(table, prefix=""):
    found = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


def as_toml(values):
    """Dotted keys; platform's NAME is p."""
    return "\n".join(f"{key.replace('NAME', 'p')} = {value}" for key, value in values.items())


def to_number(text):
    return int(text[:-1]) * UNITS[text[-1]] if text[-1] in UNITS else int(text)


class Configuration(unittest.TestCase):
    rows = {words_in(row[0])[0]: row for row in table_below(README, "| key | default |")}

    def known(self):
        tables = ("", "platform.p.", "platform.p.limits.", "defaults.", "defaults.on_unknown.", "caps.")
        said = check_config(as_toml({table + STRANGE: 1 for table in tables})).stderr
        keys = set()
        for table, names in re.findall(rf": (\S*?){STRANGE}: .* known here: (.*)", said):
            keys |= {table.replace(".p.", ".NAME.") + name for name in names.split(", ")}
        self.assertIn("caps.proof_max_age", keys, said)
        return keys - {"platform", "defaults", "caps", "platform.NAME.limits", "defaults.on_unknown"}

    def test_keys_are_those_the_daemon_knows(self):
        self.assertEqual(set(self.rows), self.known())

    def test_defaults_are_those_of_the_example(self):
        values = flat(tomllib.loads(read("systemd", "cadenced.toml").replace(".chastify]", ".NAME]")))
        for key, value in values.items():
            default = words_in(self.rows[key][1])
            if default:  # else it is required, or follows from others
                shown = f'"{value}"' if isinstance(value, str) else str(value)
                self.assertEqual(default[0], shown, key)

    def test_ranges_are_those_the_daemon_names(self):
        ranges = {key: row[2].split(" to ") for key, row in self.rows.items() if " to " in row[2]}
        wrong = {key: '"99999d"' if bounds[0][-1] in UNITS else -1 for key, bounds in ranges.items()}
        said = check_config(as_toml(wrong)).stderr
        named = {key.replace(".p.", ".NAME."): [to_number(least), to_number(most)] for key, least, most
                 in re.findall(r': (\S+): .* from "?(\d+[smhd]?)"? to "?(\d+[smhd]?)"?', said)}
        self.assertEqual({key: [to_number(bound) for bound in ranges[key]] for key in ranges}, named, said)

    def test_choices_are_those_the_daemon_names(self):
        for key, row in self.rows.items():
            choices = words_in(row[2])
            if len(choices) < 2 or "…" in row[2]:
                continue
            said = check_config(f'{key.replace("NAME", "p")} = "{STRANGE}"').stderr
            named = re.search(rf"{STRANGE}\" is not known here; write one of: (.*)", said)
            self.assertTrue(named, said)
            self.assertEqual(choices, named[1].split(), key)

    def test_every_configuration_shown_is_right(self):
        shown = [block for block in blocks_of(README) if block.tag == "toml"]
        self.assertTrue(shown)
        for block in shown:
            checked = check_config(block.text)
            self.assertEqual(checked.returncode, 0, f"README.md:{block.line}: {checked.stderr}")


class Comparison(unittest.TestCase):
    """What the answers shown in the README are held to."""

    def test_what_differs_is_told(self):
        for shown, real in (({"changed": 1}, {"changed": 0}), ({"verdict": None}, {"verdict": "met"}),
                            ([{"a": 1}, {"state": "x"}], [{"a": 1}, {"state": "y"}]), ([1], [1, 2]), ([], [1]),
                            ([1, 2, "…"], [3]), ({"a": 1}, {"b": 1}), (1, "1")):
            self.assertIsNotNone(difference(shown, real), (shown, real))

    def test_what_may_differ_does(self):
        for shown, real in (([1, "…"], [1, 2]), ([1, "…"], [3]), ({"a": None}, {"a": 4}), ("a", "b"), (1, 2)):
            self.assertIsNone(difference(shown, real), (shown, real))


class Tables(unittest.TestCase):
    def test_exit_codes(self):
        codes = {int(code) for code in re.findall(r"^ +\w+ = (\d+),", read("daemon", "exit_code.hpp"), re.M)}
        rows = table_below(README, "| code | means |")
        self.assertEqual({int(row[0]) for row in rows}, codes)
        unit = read("systemd", "cadenced.service")
        for_good = {int(code) for code in re.search(r"RestartPreventExitStatus=(.*)", unit)[1].split()}
        self.assertEqual({int(row[0]) for row in rows if row[2].startswith("no")}, for_good)

    def test_delivery_states(self):
        words = read("lib", "cadence", "words.hpp").split("kDeliveryStates")[1].split("}};")[0]
        states = re.findall(r'"(\w+)"', words)
        self.assertCountEqual([words_in(row[0])[0] for row in table_below(README, "| a delivery is |")],
                              states)

    def test_warnings(self):
        words = read("lib", "engine", "warnings.cpp").split("to_string(WarningCode")[1]
        codes = set(re.findall(r'return "(\w+)"', words))
        self.assertEqual({words_in(row[0])[0] for row in table_below(README, "| warning | means |")}, codes)

    def test_verdicts_and_reasons_exist(self):
        text = sources("lib/cadence", "lib/engine", "lib/ledger")
        cells = [row[0] for heading in ("| waived because |", "| waiting or queued because |",
                                        "| unknown, held or applied because |", "| an attempt's outcome |",
                                        "| an attempt's code of ours |", "| a proof's reason |")
                 for row in table_below(README, heading)]
        cells += [cell for row in table_below(README, "| a window is | because") for cell in row[:2]]
        for word in [word for cell in cells for word in words_in(cell)]:
            with self.subTest(word):
                written = re.sub("^(unwanted|reopened)_outcome", "_outcome", word)
                self.assertTrue(f'"{written}"' in text, f"nothing in lib/ says {written}")

    def test_what_makes_a_delivery_wait_or_an_attempt_end_is_listed(self):
        """Every reason that a transition, a postponement or an answer's kind gives."""
        given = set(re.findall(r'postpone_punishments\([^;]*"(\w+)"', sources("lib/engine", "lib/ledger")))
        life = read("lib", "cadence", "delivery.cpp")
        given |= set(re.findall(r'(?:DeliveryState::\w+|again\(facts), "(\w+)"', life))
        given |= set(re.findall(r'return "(\w+)"', life.split("to_string(AnswerKind")[1].split("\n}")[0]))
        self.assertGreater(len(given), 12)
        for reason in given:
            self.assertIn(f"`{reason}`", README)

    def test_events_exist(self):
        text = sources("lib", "daemon")
        for row in table_below(README, "| event | says |"):
            for event in words_in(row[0]):
                self.assertRegex(text, rf'event={event}\b', event)

    def test_events_of_level_warning_and_error_are_listed(self):
        """Those whose statement names a lower level may be left out; all others not."""
        shown = {event for row in table_below(README, "| event | says |") for event in words_in(row[0])}
        text = sources("lib", "daemon")
        events = list(re.finditer(r'"event=(\w+)', text))
        self.assertGreater(len(events), 30)
        for found in events:
            statement = text[text.rindex(";", 0, found.start()):found.start()]
            if not re.search(r"Level::(Info|Debug|Trace)\b", statement):
                self.assertIn(found[1], shown)

    def test_links_lead_somewhere(self):
        anchors = anchors_of(README)
        for target in re.findall(r"\]\(([^)]+)\)", README):
            if target.startswith("#"):
                self.assertIn(target[1:], anchors)
            elif not target.startswith("https:"):
                self.assertTrue(os.path.exists(os.path.join(SOURCE, target)), target)

    def test_excerpts_are_the_examples_own(self):
        for tag, path in (("js", "node/backend.mjs"), ("python", "python/backend.py"),
                          ("bash", "curl/backend.sh")):
            shown = [block for block in blocks_of(README) if block.tag == tag]
            self.assertTrue(shown, tag)
            for block in shown:
                self.assertIn(block.text, read("daemon", "examples", path), f"README.md:{block.line}")


if __name__ == "__main__":
    unittest.main(verbosity=1)
