"""What people write: text, without what no person writes."""

from __future__ import annotations


def plain(text: str) -> str:
    """Text without the space around it.

    Raises
    ------
    ValueError
        If it has control characters, or halves of characters.
    """
    text = text.strip()
    if any(not (each.isprintable() or each in "\n\t") for each in text):
        raise ValueError("it has characters that are none of a text")
    return text


def printed(text: str) -> str:
    """Text with a space for each character that a terminal obeys and does not show."""
    return "".join(each if each.isprintable() else " " for each in text)
