-- A route is read from its index alone, and the entries of some thirty queries stand in their row, not in pieces beside it.
ALTER TABLE route DROP CONSTRAINT route_pkey;
ALTER TABLE route ADD PRIMARY KEY (pmh_tag, municipality_code, person) INCLUDE (mac);
ALTER TABLE audit SET (toast_tuple_target = 8160);
