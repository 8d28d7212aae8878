"""Takes out of a bundle what no program reads: symbols of libraries, and parts of ICU's data that Qt never asks for."""

import struct
import subprocess
import sys
import tempfile
from pathlib import Path

# Of ICU: tables of legacy encodings, names of languages, units, currencies and zones, dictionaries of word borders,
# transliterations. Qt has its own for all of them and asks ICU to compare words as a language does.
_ICU_UNUSED = {"brkitr", "curr", "lang", "rbnf", "region", "translit", "unit", "zone"}
_ICU_ENDINGS = (".cnv", ".cfu", ".spp", "unames.icu")
# Libraries that auditwheel moved and patched lose their layout in strip's hands; gains below this are not worth a try.
_PATCHED = ".libs"
_LEAST_GAIN = 4096


def strip(path: Path) -> int:
    """Strip one ELF file of what only debuggers and linkers read; the bytes gained."""
    before = path.stat().st_size
    with tempfile.TemporaryDirectory(dir=path.parent) as place:
        smaller = Path(place) / path.name
        subprocess.run(["strip", "--strip-unneeded", "-o", smaller, path], check=True)
        gain = before - smaller.stat().st_size
        if gain < _LEAST_GAIN:
            return 0
        smaller.chmod(path.stat().st_mode)
        smaller.rename(path)
    return gain


def icu_items(data: bytes) -> dict[str, bytes]:
    """The items of an ICU data package by name (ICU's `udata.h` and `ucmndata.h`: header, count, offsets)."""
    start, one, two = struct.unpack_from("<HBB", data)
    if (one, two) != (0xDA, 0x27):
        raise ValueError("this is no ICU data package")
    (count,) = struct.unpack_from("<I", data, start)
    table = [struct.unpack_from("<II", data, start + 4 + 8 * place) for place in range(count)]
    ends = [offset for _, offset in table[1:]] + [len(data) - start]
    return {
        data[start + name : data.index(0, start + name)].decode(): data[start + offset : start + end]
        for (name, offset), end in zip(table, ends, strict=True)
    }


def icu_package(header: bytes, items: dict[str, bytes]) -> bytes:
    """A data package of these items, which are looked up by bisection: in the order of their names."""
    ordered = sorted(items.items(), key=lambda item: item[0].encode())
    names = b"".join(name.encode() + b"\0" for name, _ in ordered)
    names_at = 4 + 8 * len(ordered)
    body_at = -(-(names_at + len(names)) // 16) * 16
    table, body, name_at = struct.pack("<I", len(ordered)), b"", names_at
    for name, content in ordered:
        table += struct.pack("<II", name_at, body_at + len(body))
        name_at += len(name.encode()) + 1
        body += content + b"\0" * (-len(content) % 16)
    return header + (table + names).ljust(body_at, b"\0") + body


def slim_icu(library: Path) -> int:
    """Link the library anew with the items that are used; the bytes gained."""
    before = library.stat().st_size
    with tempfile.TemporaryDirectory() as place:
        raw, kept, made, new = (Path(place) / name for name in ("raw", "kept", "made.o", library.name))
        subprocess.run(["objcopy", "-O", "binary", "--only-section=.rodata", library, raw], check=True)
        data = raw.read_bytes()
        items = icu_items(data)
        used = {
            name: content
            for name, content in items.items()
            if not _ICU_UNUSED.intersection(name.split("/")) and not name.endswith(_ICU_ENDINGS)
        }
        (length,) = struct.unpack_from("<H", data)
        kept.write_bytes(icu_package(data[:length], used))
        symbol = f"icudt{library.name.rpartition('.')[2]}_dat"
        source = f"""
            .section .note.GNU-stack, "", %progbits
            .section .rodata
            .balign 16
            .globl {symbol}
            .type {symbol}, %object
            {symbol}: .incbin "{kept}"
            .size {symbol}, . - {symbol}
        """
        subprocess.run(["as", "-o", made, "-"], input=source.encode(), check=True)
        subprocess.run(["ld", "-shared", "-soname", library.name, "-o", new, made], check=True)
        library.write_bytes(new.read_bytes())
    return before - library.stat().st_size


def main(folder: Path) -> None:
    """Slim the bundle in `folder` and say by how much."""
    icu = sum(slim_icu(library) for library in folder.rglob("libicudata.so.*") if not library.is_symlink())
    stripped = 0
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file() or path.parent.name.endswith(_PATCHED):
            continue
        # the program at the top carries its archive behind the ELF file
        if path.parent != folder and path.open("rb").read(4) == b"\x7fELF":
            stripped += strip(path)
    print(f"bundle: {stripped / 1e6:.0f} MB of symbols and {icu / 1e6:.0f} MB of ICU's data are left out")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
