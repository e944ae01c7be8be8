//! What every party shares: TLS listener and client, peer identity, problems, limits, admin door.
