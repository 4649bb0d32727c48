#!/usr/bin/env python3
"""Builds the WordPress plugin: plugin.py [OUT.zip] makes the zip, after checks that cost no package:
versions agree with VERSION, every text is in the template of translations, every translation of it is whole, PHP parses (where php is).
   plugin.py pot    writes languages/vitrine.pot from the texts in the code
   plugin.py check  the checks alone
The zip holds the same bytes for the same sources: sorted names, one date, one mode."""
import pathlib, re, shutil, struct, subprocess, sys, zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLUGIN = ROOT / "plugins" / "woocommerce"
LANGUAGES = PLUGIN / "languages"
POT = LANGUAGES / "vitrine.pot"
DATE = (2020, 1, 1, 0, 0, 0)
LEFT_OUT = {".po~", ".md", ".mo"}               # .mo is made here
STRING = r"""'((?:[^'\\]|\\.)*)'"""
CALL = re.compile(r"\b(?:__|_e|_x|esc_html__|esc_html_e|esc_attr__|esc_attr_e|esc_html_x|esc_attr_x|_n)\(\s*" + STRING + r"(?:\s*,\s*" + STRING + ")?")
PLURAL = re.compile(r"\b_n\(\s*" + STRING + r"\s*,\s*" + STRING)
CONTEXT = re.compile(r"\b(?:_x|esc_html_x|esc_attr_x)\(\s*" + STRING + r"\s*,\s*" + STRING)
NOTE = re.compile(r"translators:\s*(.*?)\s*\*/")
HEAD = """\
# Texts of Vitrine for WooCommerce.
# This file is distributed under the GPL-2.0-or-later.
msgid ""
msgstr ""
"Project-Id-Version: Vitrine for WooCommerce %s\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"X-Domain: vitrine\\n"
"""


def version():
    return (ROOT / "VERSION").read_text().strip()

def files():
    return sorted(p for p in PLUGIN.rglob("*") if p.is_file() and p.suffix not in LEFT_OUT and not p.name.startswith("."))

def plain(php):
    return php.replace("\\'", "'").replace("\\\\", "\\")

def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

# ---- texts ----
def texts():
    """{(context, text, plural): (places, note)} of all that the code asks to be translated, and of what WordPress translates by itself:
    the header of the plugin."""
    found = {}
    for path in files():
        if path.suffix != ".php":
            continue
        code, name = path.read_text(), path.relative_to(PLUGIN).as_posix()
        for m in CALL.finditer(code):
            start = code[m.start():]
            plural, context = PLURAL.match(start), CONTEXT.match(start)
            key = (plain(context.group(2)) if context else "", plain(m.group(1)), plain(plural.group(2)) if plural else "")
            above = NOTE.search("\n".join(code[:m.start()].splitlines()[-2:]))
            places, note = found.setdefault(key, ([], above.group(1) if above and "%" in key[1] else ""))
            places.append(f"{name}:{code.count(chr(10), 0, m.start()) + 1}")
    head = (PLUGIN / "vitrine.php").read_text()
    for what in ("Plugin Name", "Description"):
        found[("", re.search(rf"{what}:\s+(.*)", head).group(1), "")] = (["vitrine.php"], "")
    return found

def pot():
    out = [HEAD % version()]
    for (context, text, plural), (places, note) in sorted(texts().items(), key=lambda x: x[0][1]):
        out.append("")
        if note:
            out.append(f"#. {note}")
        out.append("#: " + " ".join(sorted({p.split(":")[0] for p in places})))
        if re.search(r"%(\d\$)?[sd]", text):
            out.append("#, php-format")
        if context:
            out.append(f"msgctxt {quoted(context)}")
        out.append(f"msgid {quoted(text)}")
        out += [f"msgid_plural {quoted(plural)}", 'msgstr[0] ""', 'msgstr[1] ""'] if plural else ['msgstr ""']
    return "\n".join(out) + "\n"

# ---- translations ----
def read_po(path):
    """{(context, text, plural): [translations]}; the header is at ("", "", "")."""
    entries, entry, at = {}, {}, None
    for line in path.read_text().splitlines() + [""]:
        m = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*("(.*)")$', line)
        if m:
            at = m.group(1) or at
            entry[at] = entry.get(at, "") + re.sub(r"\\(.)", lambda x: "\n" if x.group(1) == "n" else x.group(1), m.group(3))
        elif not line.strip() and "msgid" in entry:
            key = (entry.get("msgctxt", ""), entry["msgid"], entry.get("msgid_plural", ""))
            entries[key] = [entry[k] for k in sorted(entry) if k.startswith("msgstr")]
            entry, at = {}, None
    return entries

def mo(entries):
    """GNU gettext's binary form: a header of seven words, two tables of (length, place), the strings in the order of their bytes."""
    rows = []
    for (context, text, plural), said in entries.items():
        key = (context + "\4" if context else "") + text + ("\0" + plural if plural else "")
        rows.append((key.encode(), "\0".join(said).encode()))
    rows.sort()
    start, tables, strings = 28 + 16 * len(rows), [], b""
    for side in (0, 1):
        for row in rows:
            tables.append(struct.pack("<II", len(row[side]), start + len(strings)))
            strings += row[side] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, 28 + 16 * len(rows)) + b"".join(tables) + strings

# ---- checks ----
def holes(text):
    return sorted(re.findall(r"%(?:\d\$)?[sd]", text))

def check():
    bad, wanted = [], version()
    head, readme = (PLUGIN / "vitrine.php").read_text(), PLUGIN / "readme.txt"
    said = [re.search(r"\* Version:\s+(\S+)", head).group(1), re.search(r"'VITRINE_VERSION', '([^']+)'", head).group(1)]
    if readme.exists():
        said.append(re.search(r"Stable tag:\s*(\S+)", readme.read_text()).group(1))
    bad += [f"plugins/woocommerce says version {v}, VERSION says {wanted}" for v in said if v != wanted]
    if not POT.exists() or POT.read_text() != pot():
        bad.append("plugins/woocommerce/languages/vitrine.pot is not what the code says: python3 tools/plugin.py pot")
    for path in sorted(LANGUAGES.glob("*.po")):
        have = read_po(path)
        for key in texts():
            said = have.get(key, [])
            if not said or not all(said):
                bad.append(f"{path.name}: not translated: {key[1]}")
            elif any(holes(t) != holes(key[1]) and holes(t) != holes(key[2]) for t in said):
                bad.append(f"{path.name}: other placeholders: {key[1]}")
        bad += [f"{path.name}: nobody asks for: {key[1]}" for key in have if key != ("", "", "") and key not in texts()]
    if shutil.which("php"):
        for path in (p for p in files() if p.suffix == ".php"):
            done = subprocess.run(["php", "-l", str(path)], capture_output=True, text=True)
            if done.returncode:
                bad.append(done.stdout.strip() or done.stderr.strip())
    return bad

# ---- the zip ----
def build(out):
    out.parent.mkdir(parents=True, exist_ok=True)
    content = {p.relative_to(PLUGIN).as_posix(): p.read_bytes() for p in files()}
    for path in LANGUAGES.glob("*.po"):
        content[f"languages/vitrine-{path.stem.removeprefix('vitrine-')}.mo"] = mo(read_po(path))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        for name in sorted(content):
            info = zipfile.ZipInfo(f"vitrine/{name}", DATE)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            z.writestr(info, content[name])

def main():
    what = sys.argv[1] if len(sys.argv) > 1 else f"build/vitrine-{version()}.zip"
    if what == "pot":
        LANGUAGES.mkdir(exist_ok=True)
        POT.write_text(pot())
        return
    bad = check()
    print("\n".join(bad), end="\n" if bad else "")
    if bad:
        sys.exit(1)
    if what != "check":
        build(ROOT / what)
        print(f"{what}: Plugins, Add New, Upload Plugin")

if __name__ == "__main__":
    main()
