-- A route stands in the tree of its key already, and long values have pages of their own.
SELECT 1;
