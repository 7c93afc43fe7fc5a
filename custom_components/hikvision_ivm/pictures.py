"""The last picture of every image entity, within a limit for all of them together."""

from .systems.model import Picture

LIMIT_BYTES = 64 * 1024 * 1024


class Pictures:
    """Pictures by feature id. When they become too many bytes, the oldest give way to the newest."""

    def __init__(self, limit: int = LIMIT_BYTES) -> None:
        """Hold at most `limit` bytes."""
        self._limit = limit
        self._pictures: dict[str, Picture] = {}
        self.size = 0

    def get(self, feature_id: str) -> Picture | None:
        """Return the picture of a feature, if it is still held."""
        return self._pictures.get(feature_id)

    def put(self, feature_id: str, picture: Picture | None) -> None:
        """Hold another picture for a feature, or none."""
        if (old := self._pictures.pop(feature_id, None)) is not None:
            self.size -= len(old.content)
        if picture is None:
            return
        self._pictures[feature_id] = picture
        self.size += len(picture.content)
        while self.size > self._limit:
            self.put(next(iter(self._pictures)), None)
