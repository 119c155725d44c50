"""Pack a release: one zip with the template and a zip of each function, for `sam deploy` without a Rust toolchain.

    cargo lambda build --release --arm64
    python3 .ci/package.py --architecture arm64 --version 0.1.0

With `--local`, the path of the program of `cargo run`, it also packs a bundle: a tar archive with that program, the
functions and the template, which serves the stack on one machine with Linux. With `--cli`, the path of a static
`pipehook`, it also packs a tar archive with that program alone.

The same binaries give the same bytes: entries are sorted, and their times, owners and modes are constants.
"""

import argparse
import gzip
import io
import re
import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE_URI = re.compile(r"^(?P<indent> +)CodeUri: target/lambda/(?P<function>[a-z-]+)/$", re.MULTILINE)
PARAMETER = re.compile(r"^  Architecture:\n(?:    .*\n)+", re.MULTILINE)
DOCUMENTS = ["samconfig.toml", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"]

# The earliest time that a zip can hold.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int, level: int) -> None:
    entry = zipfile.ZipInfo(name, NO_TIME)
    # A zip does not get smaller by being packed again.
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".zip") else zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, whatever packs it: otherwise Lambda would not see that it may be run.
    entry.external_attr = (0o100000 | mode) << 16
    archive.writestr(entry, content, compresslevel=level)


def zip_of_function(binary: Path, level: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        add(archive, "bootstrap", binary.read_bytes(), 0o755, level)
    return buffer.getvalue()


def find_binary(binaries: Path, function: str) -> Path:
    # cargo lambda makes <function>/bootstrap, cargo makes <function>.
    for path in (binaries / function / "bootstrap", binaries / function):
        if path.is_file():
            return path
    sys.exit(f"{binaries}: {function} is missing. Build it first, with `cargo lambda build --release`.")


def built_for(architecture: str, template: str) -> str:
    """The template without the parameter Architecture. SAM keeps the value that an existing stack has for a parameter,
    and these binaries do not run on the other architecture."""
    packed, found = PARAMETER.subn("", template)
    if found != 1:
        sys.exit("template.yaml: there is no parameter Architecture.")
    for use, replacement in {
        "Architectures: [!Ref Architecture]": f"Architectures: [{architecture}]",
        "${Architecture}": architecture,
        ", Architecture]": "]",
    }.items():
        packed = packed.replace(use, replacement)
    if left := re.search(r".*\bArchitecture\b.*", packed):
        sys.exit(f"template.yaml: Architecture is used where a release has no such parameter: {left[0].strip()}")
    return packed


def functions_of(template: str) -> list[str]:
    functions = sorted(match["function"] for match in CODE_URI.finditer(template))
    if not functions or template.count("CodeUri:") != len(functions):
        sys.exit("template.yaml: each CodeUri must be target/lambda/<function>/ on a line of its own.")
    return functions


def pack(template: str, binaries: Path, architecture: str, output: Path, level: int) -> None:
    functions = functions_of(template)
    packed = CODE_URI.sub(r"\g<indent>CodeUri: functions/\g<function>.zip", template)
    packed = built_for(architecture, packed)
    with zipfile.ZipFile(output, "w") as archive:
        for name in DOCUMENTS:
            add(archive, name, (ROOT / name).read_bytes(), 0o644, level)
        for function in functions:
            packed_function = zip_of_function(find_binary(binaries, function), level)
            add(archive, f"functions/{function}.zip", packed_function, 0o644, level)
        for bom in sorted((ROOT / "target/sbom").glob("*.cdx.json")):
            add(archive, f"sbom/{bom.name}", bom.read_bytes(), 0o644, level)
        add(archive, "template.yaml", packed.encode(), 0o644, level)
    print(f"{output}: {len(functions)} functions for {architecture}, {output.stat().st_size / 1e6:.1f} MB")


def pack_archive(output: Path, documents: list[str], programs: dict[str, Path], level: int) -> None:
    """A directory called like the archive, with documents of the repository and with programs by their names."""
    directory = output.name.removesuffix(".tar.gz")
    files = [(Path(name).name, ROOT / name, 0o644) for name in documents]
    files += [(name, path, 0o755) for name, path in programs.items()]
    # Neither the archive nor its compression holds a time.
    with output.open("wb") as file, gzip.GzipFile("", "wb", level, file, mtime=0) as compressed:
        with tarfile.open(fileobj=compressed, mode="w") as archive:
            for name, path, mode in files:
                content = path.read_bytes()
                entry = tarfile.TarInfo(f"{directory}/{name}")
                entry.size, entry.mode = len(content), mode
                archive.addfile(entry, io.BytesIO(content))
    print(f"{output}: {output.stat().st_size / 1e6:.1f} MB")


def pack_bundle(template: str, binaries: Path, program: Path, output: Path, level: int) -> None:
    """`pipehook-local` finds what lies beside it: also the worker that it starts, which works alone too."""
    programs = {f"functions/{function}": find_binary(binaries, function) for function in functions_of(template)}
    programs |= {"pipehook-local": program, "pipehook": program.with_name("pipehook")}
    pack_archive(output, ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "template.yaml"], programs, level)


def pack_cli(program: Path, output: Path, level: int) -> None:
    """The command line. It is static: it runs on any Linux, whatever its C library."""
    if b"ld-linux" in program.read_bytes():
        sys.exit(f"{program}: is linked to the C library of a machine. Build it for musl.")
    pack_archive(output, ["LICENSE-APACHE", "LICENSE-MIT", "docs/cli.md"], {"pipehook": program}, level)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], required=True, help="what the binaries are for")
    parser.add_argument("--version", default="dev", help="part of the file's name (default: %(default)s)")
    parser.add_argument("--binaries", type=Path, default=ROOT / "target/lambda", help="default: target/lambda")
    parser.add_argument("--output", type=Path, default=ROOT / "target/package", help="default: target/package")
    parser.add_argument("--local", type=Path, help="also packs a bundle, with this program")
    parser.add_argument("--level", type=int, choices=range(1, 10), default=9, help="how small: 1 is quickest")
    parser.add_argument("--cli", type=Path, help="also packs this static program")
    arguments = parser.parse_args()
    version, architecture, output = arguments.version, arguments.architecture, arguments.output
    binaries, level = arguments.binaries, arguments.level
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    output.mkdir(parents=True, exist_ok=True)
    pack(template, binaries, architecture, output / f"pipehook-{version}-{architecture}.zip", level)
    if arguments.local:
        name = f"pipehook-local-{version}-linux-{architecture}.tar.gz"
        pack_bundle(template, binaries, arguments.local, output / name, level)
    if arguments.cli:
        pack_cli(arguments.cli, output / f"pipehook-cli-{version}-linux-{architecture}.tar.gz", level)


if __name__ == "__main__":
    main()
