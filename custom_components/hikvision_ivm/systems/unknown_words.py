"""Words that a system says and no table names."""

from collections import Counter
import logging
import re
from typing import Final

LONGEST: Final = 60
"""Characters of a word that are kept."""
OTHERS: Final = "…"
"""Stands for all words there is no room for."""
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class UnknownWords(Counter[str]):
    """Words, and how often each came. A word is logged once; those beyond `most` are counted together."""

    def __init__(self, logger: logging.Logger, sentence: str, *, most: int) -> None:
        """`sentence`: what is logged, with `%s` for the word."""
        super().__init__()
        self._logger = logger
        self._sentence = sentence
        self._most = most

    def note(self, word: str) -> None:
        """Count a word."""
        name = _CONTROLS.sub(" ", word)[:LONGEST].strip()
        if name not in self and len(self) >= self._most:
            name = OTHERS
        if name not in self:
            self._logger.info(self._sentence, name)
        self[name] += 1
