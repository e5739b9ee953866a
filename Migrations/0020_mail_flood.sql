-- What one address was made a follower of lately: its mails are limited by it.
CREATE INDEX followers_by_email ON followers (tenant_id, email, created_at) WHERE email IS NOT NULL;
