"""Whether a classic NetCDF file is whole, which the NetCDF library does not ask.

It opens a file that was cut off and gives fill values for what is missing: a broken download
would look like a float that measured less. The header says where each variable lies, so the
size that the file must have can be worked out. Format: "NetCDF Classic and 64-bit Offset
File Formats", Unidata.
"""

import math
import struct
from dataclasses import dataclass

_DIMENSIONS, _VARIABLES, _ATTRIBUTES = 10, 11, 12
# byte char short int float double, and from version 5 unsigned and 64-bit integers.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}
_PAGES = 1 << 16  # sixteen of the library's
_STREAMING = {4: 0xFFFFFFFF, 8: 0xFFFFFFFFFFFFFFFF}


@dataclass
class _Header:
    """A reading position in the header; integers are big-endian."""

    content: bytes
    count_size: int  # of counts and lengths: 4 bytes, 8 from version 5
    offset_size: int  # of positions in the file: 4 bytes, 8 from version 2
    at: int = 4

    def number(self, size: int) -> int:
        (value,) = struct.unpack_from(">I" if size == 4 else ">Q", self.content, self.at)
        self.at += size
        return int(value)

    def count(self) -> int:
        return self.number(self.count_size)

    def skip(self, size: int) -> None:
        self.at += math.ceil(size / 4) * 4

    def items(self, tag: int) -> int:
        found, number = self.number(4), self.count()
        if found != tag and (found, number) != (0, 0):
            raise ValueError("its header is damaged")
        return number

    def skip_attributes(self) -> None:
        for _ in range(self.items(_ATTRIBUTES)):
            self.skip(self.count())
            kind = self.number(4)
            self.skip(self.count() * _SIZES[kind])


def missing_bytes(content: bytes) -> int:
    """How many bytes a classic NetCDF file lacks at its end; 0 if it is whole.

    Raises
    ------
    ValueError
        If its header cannot be read to its end.
    """
    try:
        return max(0, _size(content) - len(content))
    except (struct.error, KeyError, IndexError) as error:
        raise ValueError("its header is cut off or damaged") from error


def padded(content: bytes) -> bytes:
    """The file with zeros behind it, as the NetCDF library can open it from memory.

    It reads a header page by page, beyond the end of a file that is little more than a header,
    and then says that the operation is not permitted. A file of another format stays as it is.
    """
    return content + bytes(_PAGES) if content.startswith(b"CDF") else content


def _size(content: bytes) -> int:
    version = content[3]
    header = _Header(content, 8 if version == 5 else 4, 4 if version == 1 else 8)
    records = header.count()
    if records == _STREAMING[header.count_size]:
        records = 0
    lengths = []
    for _ in range(header.items(_DIMENSIONS)):
        header.skip(header.count())
        lengths.append(header.count())
    header.skip_attributes()
    ends, slices = [header.at], []
    for _ in range(header.items(_VARIABLES)):
        header.skip(header.count())
        shape = [lengths[header.count()] for _ in range(header.count())]
        header.skip_attributes()
        size = _SIZES[header.number(4)]
        header.count()  # the size as the header says it, which may be too large to be said
        begin = header.number(header.offset_size)
        if shape and shape[0] == 0:  # the record dimension, of which there are `records`
            slices.append((begin, size * math.prod(shape[1:])))
        else:
            ends.append(begin + size * math.prod(shape))
    if records and slices:
        alone = len(slices) == 1
        stride = sum(size if alone else math.ceil(size / 4) * 4 for _, size in slices)
        ends.extend(begin + (records - 1) * stride + size for begin, size in slices)
    return max(ends)
