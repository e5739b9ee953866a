"""Files to send: real ones, and ones that mean harm."""

import functools
import gzip
import io
import pathlib
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib

# The test file that every scanner knows, in two halves, so that this file is not taken for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@functools.cache
def jpeg(width=640, height=480, quality=85):
    """A photo of noise, as hard to compress as photos get, with a comment that must not survive."""
    with tempfile.TemporaryDirectory() as folder:
        raw, path = f"{folder}/noise.v", pathlib.Path(folder) / "photo.jpg"
        subprocess.run(["vips", "gaussnoise", raw, str(width), str(height), "--mean", "128", "--sigma", "60"], check=True)
        subprocess.run(["vips", "cast", raw, f"{folder}/photo.v", "uchar"], check=True)
        subprocess.run(["vips", "jpegsave", f"{folder}/photo.v", str(path), "--Q", str(quality)], check=True)
        photo = path.read_bytes()
    comment = b"taken at home"
    return photo[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + photo[2:]


def png(width, height):
    """Of one colour, made without ever holding its pixels."""
    packer, rows = zlib.compressobj(9), bytearray()
    row = bytes(1 + (width + 7) // 8)
    for _ in range(height):
        rows += packer.compress(row)
    rows += packer.flush()

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", bytes(rows)) + chunk(b"IEND", b"")


def archive(name, content):
    """A zip of one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return buffer.getvalue()


def tarball(name, content):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as packed:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    return gzip.compress(buffer.getvalue())


def pdf(attached=None):
    """One empty page; what is attached lies in it as an embedded file."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R"
        + (b" /Names << /EmbeddedFiles << /Names [(a.txt) 4 0 R] >> >>" if attached else b"") + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    ]
    if attached:
        packed = zlib.compress(attached)
        objects += [
            b"<< /Type /Filespec /F (a.txt) /EF << /F 5 0 R >> >>",
            b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed
            + b"\nendstream",
        ]
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body)))


def with_position(photo, latitude, longitude, order="little"):
    """The JPEG as a camera that knows its place would have written it (Exif 2.3, 4.6.6), in either byte order."""
    mark = "<" if order == "little" else ">"

    def entry(tag, kind, count, value):
        return struct.pack(mark + "HHI", tag, kind, count) + value

    def offset(number):
        return struct.pack(mark + "I", number)

    def fractions(degrees):
        minutes, seconds = divmod(abs(degrees) * 3600, 60)
        whole, minutes = divmod(minutes, 60)
        return struct.pack(mark + "6I", int(whole), 1, int(minutes), 1, round(seconds * 1000), 1000)

    # Header, one directory that points to the GPS directory, then that one with its two triples of fractions behind it.
    gps, values = 26, 26 + 2 + 4 * 12 + 4
    tiff = (b"II*\0" if order == "little" else b"MM\0*") + offset(8)
    tiff += struct.pack(mark + "H", 1) + entry(0x8825, 4, 1, offset(gps)) + offset(0)
    tiff += struct.pack(mark + "H", 4)
    tiff += entry(1, 2, 2, b"S\0\0\0" if latitude < 0 else b"N\0\0\0") + entry(2, 5, 3, offset(values))
    tiff += entry(3, 2, 2, b"W\0\0\0" if longitude < 0 else b"E\0\0\0") + entry(4, 5, 3, offset(values + 24))
    tiff += offset(0) + fractions(latitude) + fractions(longitude)
    content = b"Exif\0\0" + tiff
    return photo[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + photo[2:]
