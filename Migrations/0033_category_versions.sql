-- Raised by every change: who changes an older one is told.
ALTER TABLE categories ADD COLUMN version int NOT NULL DEFAULT 1;
