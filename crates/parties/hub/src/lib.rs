//! The hub: registration, numbering, eligibility and portal doors.
