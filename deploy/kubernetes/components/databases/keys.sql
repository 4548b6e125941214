-- The keys of homes and accounts lie in a database of their own.
CREATE DATABASE ahorraluz_keys OWNER ahorraluz;
