"""Names of terminals."""

import pytest

from custom_components.hikvision_ivm.systems.isapi.ports import given_name


@pytest.mark.parametrize(
    "name", ["1", "Input 1", "Output 12", "Remote 301", "A<-2", "A->1", "Alarm Input1", "alarm in 3", "Local<-1", None]
)
def test_factory_names_say_nothing(name: str | None) -> None:
    """The number is shown once, not twice."""
    assert given_name(name) is None


@pytest.mark.parametrize("name", ["Doorbell", "Gate 2", "Input gate", "Halle 3 links", "入口1号门"])
def test_names_people_gave_stay(name: str) -> None:
    """Anything else is somebody's name for it."""
    assert given_name(name) == name
