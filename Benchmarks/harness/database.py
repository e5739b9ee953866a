"""The filled database: made once for each state of the schema, then kept."""

import shutil
import subprocess

from .lamppost import digest
from .services import Failure, PostgreSQL


def open_cluster(root, checkout, processes, requests, say):
    """A running server, and whether its database is filled. It is thrown away when what it was made from has changed;
    migrations that came since are applied to it."""
    folder = root / f"{digest(checkout / 'Benchmarks' / 'fill.sql')}-{requests}"
    for other in root.glob("*/cluster"):
        if other.parent != folder:
            shutil.rmtree(other.parent)
    postgresql = PostgreSQL(folder, processes)
    made_from = folder / "filled"
    known = made_from.read_text().split() if made_from.exists() else []
    is_filled = bool(known) and known == names(checkout)[:len(known)]
    if not is_filled:
        say(f"filling {folder} with {requests:,} requests (once, some minutes)")
        shutil.rmtree(folder, ignore_errors=True)
        postgresql.create()
    postgresql.start()
    return postgresql, is_filled


def names(checkout):
    """The migrations with their contents' digests, in order."""
    return [f"{path.name}:{digest(path)}" for path in sorted((checkout / "Migrations").glob("*.sql"))]


def prepare(postgresql, lamppost, checkout, requests, is_filled):
    if not is_filled:
        fill(postgresql, lamppost, checkout, requests)
    lamppost.command("migrate")
    forget_new(postgresql, requests)
    (postgresql.folder / "filled").write_text("\n".join(names(checkout)))


def fill(postgresql, lamppost, checkout, requests):
    postgresql.query("CREATE DATABASE lamppost", database="postgres")
    lamppost.command("migrate")
    lamppost.command("tenant", "create", "bench", "--name", "Bench")
    command = ["psql", "--no-psqlrc", "--quiet", f"--dbname={postgresql.url()}", "--set=tenant=1",
               f"--set=requests={requests}", "--file", checkout / "Benchmarks" / "fill.sql"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failure(f"filling failed: {done.stderr.strip()[-2000:]}")


def forget_new(postgresql, requests):
    """Takes out what earlier loads wrote, so that every one begins with the same rows and the same indexes."""
    new = "(SELECT id FROM requests WHERE id > {})".format(requests)
    postgresql.query(f"""
        SET session_replication_role = replica;
        DELETE FROM tracking_codes WHERE request_id > {requests};
        DELETE FROM request_events WHERE request_id > {requests};
        DELETE FROM request_areas WHERE request_id IN {new};
        DELETE FROM attachments WHERE request_id > {requests};
        DELETE FROM map_deltas;
        DELETE FROM jobs;
        DELETE FROM requests WHERE id > {requests};
        ALTER TABLE requests ALTER COLUMN id RESTART WITH {requests + 1};
        """)
    postgresql.query("VACUUM (ANALYZE)")
    postgresql.query("CHECKPOINT")
