//! Connections, transactions and migrations over SQLite and PostgreSQL: one SQL text for both.
