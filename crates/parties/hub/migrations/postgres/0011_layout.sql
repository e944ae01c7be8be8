-- Sealed values do not become smaller: nobody tries to. An answer stands in its row, not beside it.
ALTER TABLE person ALTER COLUMN identity SET STORAGE EXTERNAL;
ALTER TABLE certificate ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE answer ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE answer SET (toast_tuple_target = 8160);
ALTER TABLE registration_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE registration_result ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE audit ALTER COLUMN entries SET STORAGE EXTERNAL;
ALTER TABLE audit ALTER COLUMN leaves SET STORAGE EXTERNAL;
