"""What a simulated site has beside devices: people, vehicles, lots, beds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DomainPlan:
    """Numbers of everything that is no device."""

    counting_groups: int = 1
    """People counting groups; the counting cameras are spread over them."""
    group_limit: int = 10
    """Threshold of each group, in persons; 0: none is set."""
    parking_lots: int = 1
    floors: int = 1
    """Floors of each lot."""
    spaces: int = 6
    """Parking spaces of each floor."""
    vehicle_groups: int = 2
    vehicles: int = 4
    """Vehicles that are known, spread over the groups."""
    mobile_vehicles: int = 0
    """Vehicles with an on-board device: the mobile devices, in their order."""
    orgs: int = 2
    """Organisations below the root."""
    persons: int = 3
    face_groups: int = 1
    """Face comparison groups; every person is in the first one."""
    access_levels: int = 2
    visitor_levels: int = 1
    """Access levels of visitors."""
    visitor_groups: int = 1
    rules: int = 1
    """Generic event rules."""
    rooms: int = 1
    """Rooms with healthcare radars."""
    beds: int = 2
    """Beds of each room."""
