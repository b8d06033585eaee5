"""From a stranger's file to an XML element, believing nothing: sizes are counted, entities refused."""

from __future__ import annotations

import copy
import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from defusedxml import DefusedXmlException, DTDForbidden
from defusedxml import ElementTree as SafeXml

from fer_utils.checks import BadInput, shorten

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES: Final = 8 * 1024 * 1024


def read_bytes(place: Path) -> bytes:
    """Return the XML text, unpacked if need be; no more than ``MOST_BYTES`` of anything is ever held."""
    try:
        with place.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"the file cannot be read ({error.strerror}).") from None
    if not data:
        raise BadInput("a genome file must be a zip or an XML file, got an empty file.")
    if len(data) > MOST_BYTES:
        raise BadInput(f"a genome file must have at most {MOST_BYTES:,} bytes, got more.")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _unzip(data)
    if data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        return data
    raise BadInput(f"a genome file must be a zip or an XML file, got one that begins with {data[:8]!r}.")


def parse_xml(data: bytes) -> Element:
    """Parse with entities, document types and external references refused; return the ``<genome>`` element."""
    try:
        root: Element = SafeXml.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        found = "a document type" if isinstance(error, DTDForbidden) else "an entity"
        raise BadInput(f"the XML must not have a document type or entities, got {found}.") from None
    except (SyntaxError, ValueError, LookupError) as error:
        raise BadInput(f"the XML must be well-formed, got: {one_line(error)}.") from None
    if root.tag == "genome":
        return root
    if root.tag != "data":
        raise BadInput(f"the root element must be <data> or <genome>, got <{shorten(root.tag).strip(chr(39))}>.")
    genomes = root.findall("genome")
    if len(genomes) != 1:
        raise BadInput(f"<data> must have exactly one <genome>, got {len(genomes) or 'none'}.")
    return genomes[0]


def one_line(error: Exception) -> str:
    """Write an error's text on one line, without its full stop."""
    return " ".join(str(error).split()).rstrip(".")


def _unzip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _only_member(archive)
    except BadInput:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadInput(f"the zip must be whole, got a damaged one ({one_line(error)}).") from None


def _only_member(archive: zipfile.ZipFile) -> bytes:
    members = archive.infolist()
    if len(members) != 1:
        raise BadInput(f"the zip must have exactly one member, got {len(members) or 'none'}.")
    member = members[0]
    if member.flag_bits & 0x1:
        raise BadInput(f"the zip must not be encrypted, got the encrypted member {member.filename!r}.")
    if member.file_size > MOST_BYTES:
        raise BadInput(f"the zip's member must have at most {MOST_BYTES:,} bytes, got {member.file_size:,} declared.")
    # Zipfile stops at the declared size; we want to know whether there is more, so we let it go on past the limit.
    honest = copy.copy(member)
    honest.file_size = MOST_BYTES + 2
    with archive.open(honest) as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadInput(
            f"the zip's member must have at most {MOST_BYTES:,} bytes, got more than the {member.file_size:,} declared."
        )
    if len(data) != member.file_size:
        raise BadInput(f"the zip's member must have the {member.file_size:,} bytes it declares, got {len(data):,}.")
    return data
