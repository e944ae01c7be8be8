-- A task that ended before its last row: 1 cancelled, 2 failed. Its chunks are dropped one after the other, each row
-- with a result; next_chunk counts them too.
ALTER TABLE registration_task ADD COLUMN ending INTEGER;
-- Rows that were dropped.
ALTER TABLE registration_task ADD COLUMN not_applied INTEGER NOT NULL DEFAULT 0;
-- Of a failed task: the code of the failure, and the lines of the chunk at fault.
ALTER TABLE registration_task ADD COLUMN failure_code TEXT;
ALTER TABLE registration_task ADD COLUMN failure_lines TEXT;
-- Which lines stand in a chunk, as ranges, so that its rows have their results even if it does not open.
-- Chunks from before this column name none.
ALTER TABLE registration_chunk ADD COLUMN lines TEXT NOT NULL DEFAULT '';
CREATE INDEX registration_task_waiting ON registration_task (municipality_code, accepted_order)
    WHERE next_chunk < chunks;
