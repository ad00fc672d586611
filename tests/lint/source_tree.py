"""What the lints share: which files are the project's, and C++ without its comments and strings."""
import os
import re
import subprocess
import sys

PRUNED = {"build", ".git", ".cache"}


def project_files(root):
    """Paths below root, '/'-separated: what git knows (or would add); without git, all but builds."""
    try:
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"],
            capture_output=True, check=True).stdout.decode()
        files = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        files = []
        for folder, folders, names in os.walk(root):
            if folder == root:
                folders[:] = [name for name in folders if name not in PRUNED]
            folders[:] = [name for name in folders if name != "__pycache__"]
            files += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(name for name in files if os.path.isfile(os.path.join(root, name)))


def sources(root, folders, endings=(".cpp", ".hpp")):
    return [name for name in project_files(root)
            if name.endswith(endings) and name.split("/")[0] in folders]


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.S)


def without_comments(text):
    """The text with comments and literals blanked out; every line stays on its line."""
    def blank(match):
        kept = re.sub(r"[^\n]", " ", match.group(0))
        return '""' + kept[2:] if match.group(0)[0] in 'R"' else kept
    # An #include's path is a string that the lints want to see.
    return "\n".join(
        original if original.lstrip().startswith("#include") else line
        for original, line in zip(text.split("\n"), TOKEN.sub(blank, text).split("\n")))


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8") as file:
        return file.read()


def report(lint, findings):
    """Prints file:line: text for each, and exits: 1 where there are any."""
    for name, line, text in findings:
        print(f"{name}:{line}: {text}")
    print(f"{lint}: {len(findings)} finding(s)")
    sys.exit(1 if findings else 0)
