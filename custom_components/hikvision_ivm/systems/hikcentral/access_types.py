"""What a card, a face, a finger or a code at a door led to, by code (hikcentral §3.11).

Each group tells one kind; the word of the code says which of its many ways it was.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..kinds import Kind

_GRANTED: Final[Mapping[int, str]] = {
    196883: "multi_factor_authentication_granted",
    196884: "access_granted_by_super_password",
    196885: "access_granted_by_card_and_fingerprint",
    196886: "access_granted_by_card_fingerprint_and_pin",
    196887: "access_granted_by_fingerprint_and_pin",
    196888: "access_granted_by_face_and_fingerprint",
    196889: "access_granted_by_face_and_pin",
    196890: "access_granted_by_face_and_card",
    196891: "access_granted_by_face_pin_and_fingerprint",
    196892: "access_granted_by_face_card_and_fingerprint",
    196893: "access_granted_by_face",
    196894: "access_granted_by_employee_id_and_fingerprint",
    196895: "access_granted_by_employee_id_fingerprint_and_password",
    196896: "access_granted_by_employee_id_and_face",
    196897: "access_granted_by_employee_id_and_pin",
    197127: "access_granted_by_fingerprint",
    198914: "access_granted_by_card",
    198915: "access_granted_by_card_and_pin",
    200516: "access_granted_by_combined_authentication",
    263433: "access_granted_by_password",
}

_DENIED: Final[Mapping[int, str]] = {
    196898: "access_denied_invalid_mifare_card",
    196899: "access_denied_encrypted_cpu_card",
    196900: "access_denied_nfc_card_disabled",
    196901: "access_denied_em_card_disabled",
    196902: "access_denied_m1_card_disabled",
    196903: "access_denied_cpu_card_disabled",
    197128: "access_denied_by_fingerprint",
    197133: "card_and_password_attempts_exceeded",
    197134: "authentication_failed_by_card_and_fingerprint",
    197136: "access_denied_by_card_fingerprint_and_pin",
    197138: "authentication_failed_by_fingerprint_and_password",
    197140: "fingerprint_not_found",
    197141: "access_denied_by_face_and_fingerprint",
    197143: "access_denied_by_face_and_pin",
    197145: "access_denied_by_face_and_card",
    197147: "access_denied_by_face_pin_and_fingerprint",
    197149: "access_denied_by_face_card_and_fingerprint",
    197151: "access_denied_by_face",
    197152: "authentication_failed_by_employee_id_and_fingerprint",
    197154: "authentication_failed_by_employee_id_fingerprint_and_password",
    197156: "authentication_failed_by_employee_id_and_face",
    197158: "access_denied_by_employee_id_and_pin",
    197160: "face_recognition_failed",
    197161: "live_face_detection_failed",
    197382: "access_denied_by_card_and_pin",
    197383: "anti_passback_violation",
    197384: "access_denied_outside_valid_time",
    197391: "card_not_in_multi_factor_group",
    197392: "card_not_in_multi_factor_time",
    197633: "card_expired",
    197634: "card_not_found",
    197635: "no_access_level_assigned",
    198146: "multi_door_interlocking",
    199429: "card_attempts_exceeded",
    200477: "access_denied_first_person_not_authorized",
    200513: "access_denied_door_inactive",
    200514: "access_denied_sleep_mode",
    200515: "employee_number_not_found",
    200518: "authentication_method_mismatch",
    200519: "password_mismatch",
    261952: "card_encryption_check_failed",
    983304: "multi_password_unlock_failed",
}

_TIMED_OUT: Final[Mapping[int, str]] = {
    197132: "access_timed_out_by_card_and_password",
    197135: "access_timed_out_by_card_and_fingerprint",
    197137: "access_timed_out_by_card_fingerprint_and_pin",
    197139: "access_timed_out_by_fingerprint_and_password",
    197142: "access_timed_out_by_face_and_fingerprint",
    197144: "access_timed_out_by_face_and_pin",
    197146: "access_timed_out_by_face_and_card",
    197148: "access_timed_out_by_face_pin_and_fingerprint",
    197150: "access_timed_out_by_face_card_and_fingerprint",
    197153: "access_timed_out_by_employee_id_and_fingerprint",
    197155: "access_timed_out_by_employee_id_fingerprint_and_password",
    197157: "access_timed_out_by_employee_id_and_face",
    197159: "access_timed_out_by_employee_id_and_password",
    200517: "access_timed_out_by_combined_authentication",
}

ACCESS_CODES: Final[Mapping[int, tuple[str, Kind]]] = MappingProxyType(
    {
        **{code: (slug, Kind.ACCESS_GRANTED) for code, slug in _GRANTED.items()},
        **{code: (slug, Kind.ACCESS_DENIED) for code, slug in _DENIED.items()},
        **{code: (slug, Kind.ACCESS_TIMED_OUT) for code, slug in _TIMED_OUT.items()},
        197107: ("skin_temperature_measured", Kind.SKIN_TEMPERATURE),
        721678: ("duress", Kind.DURESS),
    }
)
"""Code → its word and its kind; 78 codes."""
