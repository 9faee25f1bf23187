"""Traditional characters to simplified ones."""

from __future__ import annotations

from functools import lru_cache

# Traditional characters live in these blocks; opencc is asked once about each of their code points.
_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))


@lru_cache(maxsize=1)
def traditional_table() -> dict[int, str]:
    """Code point of a traditional character → its simplified form, as opencc's `t2s` has it.

    One table lookup replaces opencc's segmentation for every message; its phrase rules matter for a handful
    of words (乾坤, 著作) that customers of a fuel app do not write.
    """
    from opencc import OpenCC

    characters = [chr(code) for first, last in _BLOCKS for code in range(first, last)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    # Forms outside the basic plane are rarer than what they replace: 嗰 stays, nobody writes its simplified twin.
    pairs = zip(characters, converted, strict=True)
    table = {ord(old): new for old, new in pairs if old != new and ord(new) < 0x10000}
    # One meaning in messages; opencc decides these by phrase.
    table.update({ord("著"): "着", ord("乾"): "干", ord("裏"): "里"})
    return table
