-- PostgreSQL keeps every table beside its keys.
SELECT 1;
