"""What was committed, written down by the workload itself once COMMIT had returned (or its outcome was looked up)."""

import json
import time
from dataclasses import dataclass, field


@dataclass
class Change:
    """One row change. A row state is named by its version, which no other state of any row bears.

    op      c insert, u update, d delete, k update that changes the record key
    ended   version of the state that ended here, None for c
    began   version of the state that began here, None for d
    row     the new state as canonical cells, None for d
    statement   number of the statement within the transaction; changes of one statement may come in any order
    """

    table: str
    op: str
    ended: int | None
    began: int | None
    row: dict | None
    statement: int = 0


@dataclass
class Transaction:
    number: int
    worker: int
    changes: list = field(default_factory=list)
    begun: float = 0.0  # monotonic clock
    committed: float = 0.0  # when COMMIT had returned


class Journal:
    """Committed transactions; each worker appends its own, so that the order within a worker is commit order."""

    def __init__(self):
        self.transactions = []
        self.rolled_back = 0
        self.resolved = 0  # outcomes that had to be looked up

    def add(self, transaction):
        transaction.committed = time.monotonic()
        self.transactions.append(transaction)

    def changes(self):
        return sum(len(t.changes) for t in self.transactions)

    def dump(self, path):
        """One JSON line a transaction, for a look after a failure."""
        with open(path, "w", encoding="utf-8") as out:
            for t in self.transactions:
                changes = [[c.table, c.op, c.ended, c.began, c.row] for c in t.changes]
                line = {"transaction": t.number, "worker": t.worker, "begun": t.begun, "committed": t.committed,
                        "changes": changes}
                out.write(json.dumps(line, default=repr, ensure_ascii=False) + "\n")
