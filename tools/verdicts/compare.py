#!/usr/bin/env python3
"""Holds bayplan's verdicts on objects against those of kubernetes-validate in strict mode.

    pip install kubernetes-validate==1.37.0
    cargo run -- snapshot
    tools/verdicts/compare.py snapshots [--minor 1.36] [--every 5]

Takes one object of each kind and shape below a folder of rendered manifests, and each of them once more per field and per way to
break it. Prints how many verdicts agree, and those that do not, by reason. Exits with 1 if bayplan lets something pass that the
judge refuses for another reason than those listed in LOOSER.
"""

import argparse
import collections
import copy
import json
import pathlib
import subprocess
import sys

import kubernetes_validate
import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What the judge refuses and bayplan accepts, and why that is right.
LOOSER = {}


def objects(folder):
    """One object of each kind with each set of fields, in order of path."""
    seen = set()
    for path in sorted(pathlib.Path(folder).rglob("*.yaml")):
        for value in yaml.load_all(path.read_text(), Loader=LOADER):
            if isinstance(value, dict) and "kind" in value and "apiVersion" in value:
                shape = (value["apiVersion"], value["kind"], frozenset(p for p, _ in fields(value)))
                if shape not in seen:
                    seen.add(shape)
                    yield value


def fields(value, path=()):
    """Each field below a value: its path, and the value. Items of lists count once, and labels and data not at all."""
    items = value.items() if isinstance(value, dict) else list(enumerate(value))[:1] if isinstance(value, list) else []
    for key, below in items:
        here = path + (key,)
        yield here, below
        if key not in ("labels", "annotations", "data", "matchLabels", "hard"):
            yield from fields(below, here)


def mutations(value):
    """Broken variants of an object: what was done, where, and the object."""
    for path, below in fields(value):
        if path[0] in ("apiVersion", "kind") or path == ("metadata", "name"):
            continue
        for what, new in ways(path, below):
            broken = copy.deepcopy(value)
            holder = broken
            for key in path[:-1]:
                holder = holder[key]
            if what == "misspelt":
                holder[f"{path[-1]}x"] = holder.pop(path[-1])
            elif what == "removed":
                del holder[path[-1]]
            else:
                holder[path[-1]] = new
            yield what, path, broken


def ways(path, below):
    if isinstance(path[-1], str):
        if path[-2:-1] and path[-2] in ("labels", "annotations", "data", "matchLabels", "hard", "requests", "limits", "nodeSelector"):
            pass
        else:
            yield "misspelt", None
        yield "removed", None
    if isinstance(below, bool):
        yield "a text", "yes"
        yield "a number", 1
    elif isinstance(below, int):
        yield "a text", "three"
        yield "a map", {"a": 1}
    elif isinstance(below, str):
        yield "a number", 3
        yield "a list", ["a"]
        yield "a map", {"a": "b"}
        yield "another text", "Not A Word!"
    elif isinstance(below, list):
        yield "a text", "a"
        yield "a map", {"a": "b"}
    elif isinstance(below, dict):
        yield "a text", "a"
        yield "a list", ["a"]


def judge(value, minor):
    """The judge's verdict; none where it knows no such kind."""
    try:
        kubernetes_validate.validate(value, minor, strict=True)
        return ""
    except kubernetes_validate.SchemaNotFoundError:
        return None
    except kubernetes_validate.ValidationError as error:
        return error.message.splitlines()[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--minor", default="1.36")
    parser.add_argument("--every", type=int, default=1, help="only every Nth broken object: the judge takes its time")
    arguments = parser.parse_args()
    rows = []
    for value in objects(arguments.folder):
        if judge(value, arguments.minor) is None:
            continue
        rows.append(("good", (), value))
        rows.extend(list(mutations(value))[:: arguments.every])
    texts = "".join(json.dumps(value) + "\n" for _, _, value in rows)
    command = ["cargo", "run", "--quiet", "--example", "verdicts", "--", arguments.minor]
    told = subprocess.run(command, input=texts, capture_output=True, text=True, check=True).stdout.splitlines()
    counts = collections.Counter()
    differ = collections.defaultdict(list)
    for (what, path, value), line in zip(rows, told, strict=True):
        theirs, ours = judge(value, arguments.minor), json.loads(line)
        good = "good" if what == "good" else "mutated"
        counts[good, bool(theirs), bool(ours)] += 1
        if bool(theirs) != bool(ours):
            side = "judge alone" if theirs else "bayplan alone"
            where = ".".join(str(key) for key in path if isinstance(key, str))
            reason = theirs[:90] if theirs else ours[0].split(";")[0][:110]
            differ[side, what, where].append((value["kind"], reason))
    for (good, theirs, ours), count in sorted(counts.items()):
        word = {False: "accepts", True: "refuses"}
        print(f"{good}: judge {word[theirs]}, bayplan {word[ours]}: {count}")
    unexplained = 0
    for (side, what, where), found in sorted(differ.items()):
        kind, reason = found[0]
        explained = LOOSER.get((what, where.rsplit(".", 1)[-1])) if side == "judge alone" else "documented"
        unexplained += explained is None
        print(f"{side} ({len(found)}): {what} at {kind} {where}: {reason}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
