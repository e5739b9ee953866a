"""What Lamppost really sends to PostgreSQL, made into scripts of pgbench, so that the two cannot drift apart.

The server's log of a few calls gives each statement's text and values. A value that the calls were made with becomes a
variable of the script, any other value of a bind a constant one.
"""

import json
import re
import time

from .services import Failure

CENTER = """\\set k random(1, 400)
\\set x :k * 0.7548776662
\\set y :k * 0.5698402910
\\set longitude -71.195 + 0.24 * (:x - int(:x - 0.5)) + (random(0, 1000000) / 1000000.0 - 0.5) * 0.012
\\set latitude 42.225 + 0.18 * (:y - int(:y - 0.5)) + (random(0, 1000000) / 1000000.0 - 0.5) * 0.009
"""


def times_x(name):
    return f"(((:{name} << 1) # ((:{name} >> 4) * 37)) & 31)"


def reference_steps():
    """The arithmetic of fill.sql's octal_reference."""
    lines = ["\\set n random(0, 458751)", "\\set d 1 + (:n >> 16)", "\\set s :d", f"\\set s {times_x('s')}"]
    lines.append("\\set reference :d")
    for shift in (13, 10, 7, 4):
        lines += [f"\\set d (:n >> {shift}) & 7", "\\set s :s # :d", f"\\set s {times_x('s')}",
                  "\\set reference :reference * 10 + :d"]
    for bits in ("(:n >> 2) & 3", ":n & 3"):
        lines += [f"\\set d ({bits}) | (:s & 4)", "\\set s :s # :d", f"\\set s {times_x('s')}",
                  "\\set reference :reference * 10 + :d"]
    return "\n".join(lines + ["\\set reference :reference * 10 + :s", ""])


class Statement:
    def __init__(self, text, values):
        self.text = text
        self.values = values

    def script(self, known, constants):
        """The statement with variables for its binds; what is constant is added to `constants`."""
        def variable(match):
            value = self.values[int(match.group(1)) - 1]
            if value is None:
                return "NULL"
            for name, meant in known.items():
                if same(value, meant):
                    return ":" + name
            name = f"c{len(constants)}"
            constants[name] = value
            return ":" + name
        return re.sub(r"\$(\d+)", variable, self.text).strip() + ";"


def same(value, meant):
    if isinstance(meant, float):
        try:
            return abs(float(value) - meant) < 1e-9
        except ValueError:
            return False
    return value == str(meant)


class Recorder:
    """Runs calls on a server of which every statement is logged."""

    def __init__(self, postgresql, lamppost):
        self.postgresql = postgresql
        self.lamppost = lamppost
        self.log = postgresql.folder / "cluster" / "recorded" / "server.json"

    def __enter__(self):
        self.postgresql.query("ALTER ROLE lamppost_app SET log_statement = 'all'")
        self.process = self.lamppost.serve()
        # The township is looked up once, before what is to be recorded.
        self.lamppost.call("GET", "/api/v1/categories")
        return self

    def __exit__(self, *_):
        self.lamppost.processes.stop(self.process)
        self.postgresql.query("ALTER ROLE lamppost_app RESET log_statement")

    def record(self, method, path, body=None):
        """The call's answer and its statements in order."""
        self._settle()
        start = self.log.stat().st_size
        answer = self.lamppost.call(method, path, body)
        self._settle()
        with open(self.log, "rb") as file:
            file.seek(start)
            entries = [json.loads(line) for line in file]
        statements = [statement(entry) for entry in entries if entry.get("user") == "lamppost_app"]
        statements = [statement for statement in statements if statement]
        if not statements:
            raise Failure(f"PostgreSQL's log shows no statement of {method} {path}")
        return answer, statements

    def _settle(self):
        """Until the log has grown by a mark: all before it has been written."""
        mark = f"mark {time.monotonic_ns()}"
        self.postgresql.query(f"DO $$ BEGIN RAISE LOG '{mark}'; END $$")
        end = time.monotonic() + 10
        while mark.encode() not in self.log.read_bytes()[-5000:]:
            if time.monotonic() > end:
                raise Failure("PostgreSQL's log does not grow")
            time.sleep(0.01)


def statement(entry):
    match = re.fullmatch(r"execute [^:]*: (.*)", entry["message"], re.DOTALL)
    if not match:
        return None
    values = [None if quoted == "NULL" else quoted[1:-1].replace("''", "'")
              for _, quoted in re.findall(r"\$(\d+) = (NULL|'(?:[^']|'')*')", entry.get("detail", ""))]
    return Statement(match.group(1), values)


def read_script(statements, known, prelude):
    """A single read: the setting and the statement, pipelined as Lamppost does. Returns script and constants."""
    constants = {}
    lines = [statement.script(known, constants) for statement in statements]
    return prelude + "\\startpipeline\n" + "\n".join(lines) + "\n\\endpipeline\n", constants


def report_script(statements, known, categories):
    """The INSERTs of a report and what makes them one transaction, without Lamppost's questions before and after."""
    constants = {}
    written = [statement for statement in statements
               if re.match(r"\s*(BEGIN|INSERT|COMMIT|SELECT set_config)", statement.text)]
    lines = [statement.script(known, constants) for statement in written]
    first = next(index for index, line in enumerate(lines) if line.startswith("INSERT INTO requests"))
    if not lines[0].startswith("BEGIN") or not lines[-1].startswith("COMMIT"):
        raise Failure("a report is no longer one transaction")
    # pgbench takes a row's values outside of pipelines alone.
    return "\n".join([
        CENTER + f"\\set category random({categories[0]}, {categories[1]})",
        "\\set counter :counter + 1",
        # No reference of digits that was filled in begins with an 8 or 9; each client counts through its own.
        "\\set reference 80000000 + :client_id * 2000000 + :counter",
        "\\set digest 1000000000000000000 + :reference",
        "\\startpipeline", *lines[:first], "\\endpipeline",
        lines[first][:-1] + " \\gset",
        "\\startpipeline", *lines[first + 1:], "\\endpipeline", ""]), constants
