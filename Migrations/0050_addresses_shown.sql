-- Whether somebody has shown that mail to their address reaches them: by an invitation, a link that was mailed, or because
-- whoever made the account vouches for it. Who registers by themselves has not, and is given no role before they have.
ALTER TABLE people ADD address_shown boolean NOT NULL DEFAULT true;
UPDATE people SET address_shown = false WHERE role = 'citizen';
