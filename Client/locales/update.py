#!/usr/bin/env python3
"""Gathers what pages and scripts say into the catalogues: update.py adds what is new to every .po file and drops what nothing
says any more; update.py --check changes nothing and fails where a translation is missing or has other {names}.

A message is the literal in t("…"), t.plural("…", "…") or t.plural's TypeScript counterpart; in the files of LISTS every
literal of a message list is one.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LITERAL = r'"((?:[^"\\\n]|\\.)*)"'
SINGLE = re.compile(r'(?<!\w)t\(\s*' + LITERAL)
PLURAL = re.compile(r'(?<!\w)(?:t\.plural|plural)\(\s*' + LITERAL + r',\s*' + LITERAL)
TRANSLATOR = re.compile(r'(?<!\w)self\(\s*' + LITERAL)
# Files whose messages are looked up by a value: the pattern finds their literals.
LISTS = {
    "Sources/Lamppost/API/ProblemCode.swift": re.compile(r'^\s*case [^:\n]*:\s*' + LITERAL + '$', re.M),
    "Sources/Localization/Translator+Time.swift": re.compile(r'(?<=[\s\[,])"([A-Z][a-z]+)"(?=[,\n\]])'),
}
# A list of messages that is looked up elsewhere is marked by this comment before its literals, up to an empty line.
MARK = re.compile(r'//\s*messages:[^\n]*\n((?:[^\n]*\S[^\n]*\n)+)')


def unescape(text):
    text = re.sub(r'\\u\{([0-9A-Fa-f]+)\}', lambda match: chr(int(match[1], 16)), text)
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def sources():
    yield from sorted(ROOT.glob("Sources/Lamppost/**/*.swift"))
    yield from sorted(ROOT.glob("Sources/Localization/*.swift"))
    for folder in ("pages", "lib", "staff", "worker"):
        yield from sorted(ROOT.glob(f"Client/{folder}/**/*.ts"))


def messages():
    """Every message with its plural (None where it has none) and where it is said first."""
    found = {}
    for path in sources():
        name = str(path.relative_to(ROOT))
        # Comments show examples.
        text = re.sub(r'^\s*///?.*$', lambda match: match[0] if "messages:" in match[0] else "", path.read_text(), flags=re.M)
        for one, many in PLURAL.findall(text):
            found[unescape(one)] = (unescape(many), name)
        singles = SINGLE.findall(text)
        if name.startswith("Sources/Localization/"):
            singles += TRANSLATOR.findall(text)
        if name in LISTS:
            singles += LISTS[name].findall(text)
        for block in MARK.findall(text):
            singles += re.findall(LITERAL, block)
        for single in singles:
            found.setdefault(unescape(single), (None, name))
    return found


def read(path):
    """The header and the translations of a catalogue: by message, the list of its forms."""
    header, known = "", {}
    for block in re.split(r'\n\s*\n', path.read_text()):
        fields, key = {}, None
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            match = re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?)\s+(.*)$', line)
            if match:
                key, line = match[1], match[2]
                fields[key] = ""
            if key and line.startswith('"'):
                fields[key] += unescape(line[1:-1])
        if fields.get("msgid") == "":
            header = block.strip("\n")
        elif "msgid" in fields:
            known[fields["msgid"]] = [value for name, value in fields.items() if name.startswith("msgstr")]
    return header, known


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def write(path, header, known, wanted):
    blocks = [header]
    for message, (plural, place) in sorted(wanted.items(), key=lambda item: (item[1][1], item[0])):
        forms = known.get(message, [])
        lines = [f"#: {place}", f"msgid {quote(message)}"]
        if plural is None:
            lines.append(f"msgstr {quote(forms[0] if forms else '')}")
        else:
            forms = (forms + ["", ""])[:2]
            lines += [f"msgid_plural {quote(plural)}", f"msgstr[0] {quote(forms[0])}", f"msgstr[1] {quote(forms[1])}"]
        blocks.append("\n".join(lines))
    path.write_text("\n\n".join(blocks) + "\n")


def names(text):
    return set(re.findall(r'\{(\w+)\}', text))


def mistakes(path, known, wanted):
    for message, (plural, place) in wanted.items():
        forms = known.get(message, [])
        if len(forms) != (1 if plural is None else 2) or not all(forms):
            yield f"{path.name}: not translated: {message!r} ({place})"
        # A singular may leave the count out; times of day may count otherwise.
        elif any(not names(form) <= names(message) | names(plural or "") | {"hour24"} for form in forms):
            yield f"{path.name}: a {{name}} that the message has not: {message!r}"
    for message in known.keys() - wanted.keys():
        yield f"{path.name}: nothing says this any more: {message!r}"


def main():
    wanted, wrong = messages(), []
    for path in sorted(HERE.glob("*.po")):
        header, known = read(path)
        if "--check" in sys.argv:
            wrong += mistakes(path, known, wanted)
        else:
            write(path, header, known, wanted)
    for line in wrong:
        print(line)
    print(f"{len(wanted)} messages, {len(wrong)} mistakes")
    sys.exit(bool(wrong))


main()
