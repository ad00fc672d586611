"""The shape of the tree: what may lie at the top, and how long a file may become."""
import sys

from source_tree import project_files, read, report

TOP = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md",
       "daemon", "lib", "schema", "systemd", "tests"}
LONGEST = 400
LONGEST_MAIN = 60
# Generated during a build and never stored.
GENERATED = (".o", ".a", ".so", ".pyc", ".sqlite", ".db", "compile_commands.json")


def findings_in(files, line_counts):
    """`files`: every path; `line_counts`: lines of each source file."""
    found = []
    for top in sorted({name.split("/")[0] for name in files}):
        if top not in TOP and not top.startswith("."):
            found.append((top, 1, "does not belong at the top level"))
    for name in files:
        if name.endswith(GENERATED) and not name.startswith("tests/data/"):
            found.append((name, 1, "is a product of the build"))
    for name, lines in line_counts.items():
        longest = LONGEST_MAIN if name == "daemon/main.cpp" else LONGEST
        if lines > longest:
            found.append((name, lines, f"is longer than {longest} lines: split it"))
    return found


if __name__ == "__main__":
    root = sys.argv[1]
    files = project_files(root)
    counted = {name: read(root, name).count("\n") for name in files
               if name.endswith((".cpp", ".hpp", ".py", ".sh", ".cmake"))}
    report("layout", findings_in(files, counted))
