"""What is in the binary: a CycloneDX list (SBOM), the copyright file, and the licences of all crates.

    sbom.py ROOT VERSION FOLDER

Reads `cargo metadata` for this machine's platform and the features of the packages, and the files that the crates bring.
Writes FOLDER/sbom.cdx.json, FOLDER/copyright and FOLDER/licences.txt.gz, the same bytes each time.
"""

import datetime
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

FEATURES = "gssapi"
NAMES = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)


def main() -> None:
    root, version, folder = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    metadata = read(root)
    packages = {package["id"]: package for package in metadata["packages"]}
    edges = {node["id"]: linked(node) for node in metadata["resolve"]["nodes"]}
    program = metadata["resolve"]["root"]
    inside = sorted(reached(program, edges) - {program}, key=lambda one: order(packages[one]))
    checksums = locked(root / "Cargo.lock")
    folder.mkdir(parents=True, exist_ok=True)
    bom = document(packages, program, inside, edges, checksums, version)
    (folder / "sbom.cdx.json").write_text(json.dumps(bom, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "copyright").write_text(copyright_file(root, [packages[one] for one in inside]), encoding="utf-8")
    texts = licences([packages[one] for one in inside]).encode()
    with open(folder / "licences.txt.gz", "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(texts)


def read(root: pathlib.Path) -> dict:
    host = next(
        line.split()[1]
        for line in subprocess.check_output(["rustc", "-vV"], text=True).splitlines()
        if line.startswith("host:")
    )
    command = ["cargo", "metadata", "--format-version=1", "--locked", "--features", FEATURES, "--filter-platform", host]
    return json.loads(subprocess.check_output(command, cwd=root))


def linked(node: dict) -> list:
    """What ends in the program: neither tests nor build scripts do."""
    return [dep["pkg"] for dep in node["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]


def reached(start: str, edges: dict) -> set:
    seen, todo = set(), [start]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(edges[one])
    return seen


def order(package: dict) -> tuple:
    return package["name"], package["version"]


def locked(lock: pathlib.Path) -> dict:
    """The checksums of Cargo.lock, which cargo holds every download against."""
    found = {}
    for part in lock.read_text(encoding="utf-8").split("[[package]]"):
        fields = dict(re.findall(r'^(name|version|checksum) = "(.*)"$', part, re.MULTILINE))
        if "checksum" in fields:
            found[fields["name"], fields["version"]] = fields["checksum"]
    return found


def purl(package: dict) -> str:
    return f"pkg:cargo/{package['name']}@{package['version']}"


def document(packages, program, inside, edges, checksums, version) -> dict:
    instant = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    ours = packages[program]
    ref = f"pkg:cargo/{ours['name']}@{version}"
    refs = {one: purl(packages[one]) for one in inside} | {program: ref}
    components = [component(packages[one], checksums) for one in inside]
    dependencies = [
        {"ref": refs[one], "dependsOn": sorted({refs[to] for to in edges[one] if to in refs})} for one in [program, *inside]
    ]
    components, dependencies = with_sqlite(packages, inside, components, dependencies)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ref)}",
        "version": 1,
        "metadata": {
            "timestamp": instant.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": ref,
                "name": ours["name"],
                "version": version,
                "purl": ref,
                "licenses": [{"expression": ours["license"]}],
            },
        },
        "components": components,
        "dependencies": dependencies,
    }


def component(package: dict, checksums: dict) -> dict:
    found = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package["description"]:
        found["description"] = " ".join(package["description"].split())
    if package["license"]:
        # some crates still write `MIT/Apache-2.0`
        found["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    checksum = checksums.get((package["name"], package["version"]))
    if checksum:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package["repository"]:
        found["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return found


def with_sqlite(packages, inside, components, dependencies):
    """SQLite is built in from C, and no crate of that name tells its version."""
    for one in inside:
        if packages[one]["name"] != "libsqlite3-sys":
            continue
        header = pathlib.Path(packages[one]["manifest_path"]).parent / "sqlite3" / "sqlite3.h"
        version = re.search(r'#define SQLITE_VERSION\s+"([^"]+)"', header.read_text(encoding="utf-8")).group(1)
        ref = f"pkg:generic/sqlite@{version}"
        sqlite = {"type": "library", "bom-ref": ref, "name": "sqlite", "version": version, "purl": ref}
        sqlite["licenses"] = [{"license": {"name": "public domain"}}]
        components = [*components, sqlite]
        dependencies = [*dependencies, {"ref": ref, "dependsOn": []}]
        next(row for row in dependencies if row["ref"] == purl(packages[one]))["dependsOn"].append(ref)
    return components, dependencies


def copyright_file(root: pathlib.Path, crates: list) -> str:
    """In the form of Debian (DEP 5): the program's own licence in full, of the crates which each one has."""
    body = "\n".join(" " + (line or ".") for line in (root / "LICENSE").read_text(encoding="utf-8").splitlines())
    rows = "\n".join(f" {crate['name']} {crate['version']}: {crate['license'] or 'see its files'}" for crate in crates)
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: rosterd\n"
        "Comment: The program holds these crates, each under its own licence; their texts are in licences.txt.gz.\n"
        f"{rows}\n\n"
        "Files: *\nCopyright: 2026 the authors of rosterd\nLicense: MPL-2.0\n\n"
        f"License: MPL-2.0\n{body}\n"
    )


def licences(crates: list) -> str:
    """The texts that the crates bring, each once, with who brings it."""
    texts: dict = {}
    for crate in crates:
        here = pathlib.Path(crate["manifest_path"]).parent
        for file in sorted(path for path in here.iterdir() if path.is_file() and NAMES.match(path.name)):
            text = file.read_text(encoding="utf-8", errors="replace").strip()
            texts.setdefault(text, []).append(f"{crate['name']} {crate['version']} ({file.name})")
    parts = [f"{'=' * 100}\n{chr(10).join(who)}\n{'=' * 100}\n\n{text}\n" for text, who in texts.items()]
    return "\n".join(parts)


main()
