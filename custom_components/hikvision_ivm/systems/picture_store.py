"""The last picture of each of many things, within a limit for all of them together."""

from .model import Picture

LIMIT_BYTES = 64 * 1024 * 1024


class Pictures:
    """Pictures by id. When they become too many bytes, the oldest give way to the newest."""

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        """Hold at most `limit` bytes."""
        self._limit = limit
        self._pictures: dict[str, Picture] = {}
        self.size = 0

    def get(self, id_: str) -> Picture | None:
        """Return a picture, if it is still held."""
        return self._pictures.get(id_)

    def put(self, id_: str, picture: Picture | None) -> None:
        """Hold another picture under an id, or none."""
        if (old := self._pictures.pop(id_, None)) is not None:
            self.size -= len(old.content)
        if picture is None:
            return
        self._pictures[id_] = picture
        self.size += len(picture.content)
        while self.size > self._limit:
            self.put(next(iter(self._pictures)), None)
