-- What administrators let their township's pages wear: its name, and how it is called where there is little room.
ALTER TABLE tenants ADD COLUMN short_name text CHECK (length(short_name) BETWEEN 1 AND 30);
GRANT UPDATE (name, short_name) ON tenants TO lamppost_app;
