//! Medical institutions and pharmacies: the reception terminal.
