-- Who was erased, by the partition's own count, which is never given twice and leads to nobody: a restored backup may
-- hold the person still. With a whole partition its record in `erasure` says it.
CREATE TABLE erased (
    municipality_code TEXT   NOT NULL,
    person            INTEGER NOT NULL,
    PRIMARY KEY (municipality_code, person)
) STRICT;
