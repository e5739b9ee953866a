// Reports that wait for a connection, with their photos, in the browser's own database; and the receipts of those that were
// sent from there. Used by pages and by the service worker: nothing here touches a document.

/** A report as it is sent: the API's request object, the files, and the key that makes a second sending harmless. */
export interface Report {
  request: { title: string; anonymous?: boolean; [name: string]: unknown };
  files: File[];
  idempotencyKey: string;
}

/** A report that waits. */
export interface Waiting extends Report {
  /** Milliseconds since 1970. */
  writtenAt: number;
  /** What the server said when it refused the report for good; such a report waits for the person. */
  refused?: string;
}

/** What came back for a report that was sent while nobody looked. */
export interface Receipt {
  idempotencyKey: string;
  title: string;
  reference: string;
  trackingCode?: string;
  sentAt: number;
}

const NAME = "lamppost";
const WAITING = "waiting";
const RECEIPTS = "receipts";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(WAITING, { keyPath: "idempotencyKey" });
      request.result.createObjectStore(RECEIPTS, { keyPath: "idempotencyKey" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Runs one transaction to its end. */
async function transact<Value>(
  stores: string[], mode: IDBTransactionMode, body: (transaction: IDBTransaction) => IDBRequest<Value> | void
): Promise<Value | undefined> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(stores, mode);
      const request = body(transaction);
      transaction.oncomplete = () => resolve(request ? request.result : undefined);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Keeps a report until it is sent. Resolves once it is on disk. */
export async function keep(report: Report): Promise<void> {
  const waiting: Waiting = { ...report, writtenAt: Date.now() };
  await transact([WAITING], "readwrite", (transaction) => { transaction.objectStore(WAITING).put(waiting); });
}

export async function waiting(): Promise<Waiting[]> {
  return (await transact<Waiting[]>([WAITING], "readonly", (transaction) => transaction.objectStore(WAITING).getAll())) ?? [];
}

export async function receipts(): Promise<Receipt[]> {
  return (await transact<Receipt[]>([RECEIPTS], "readonly", (transaction) => transaction.objectStore(RECEIPTS).getAll())) ?? [];
}

/** The report was taken: its receipt takes its place, in one step. */
export async function settle(receipt: Receipt): Promise<void> {
  await transact([WAITING, RECEIPTS], "readwrite", (transaction) => {
    transaction.objectStore(WAITING).delete(receipt.idempotencyKey);
    transaction.objectStore(RECEIPTS).put(receipt);
  });
}

export async function markRefused(report: Waiting, reason: string): Promise<void> {
  await transact([WAITING], "readwrite", (transaction) => {
    transaction.objectStore(WAITING).put({ ...report, refused: reason });
  });
}

/** The person has seen the receipt, or throws the report away. */
export async function forget(idempotencyKey: string): Promise<void> {
  await transact([WAITING, RECEIPTS], "readwrite", (transaction) => {
    transaction.objectStore(WAITING).delete(idempotencyKey);
    transaction.objectStore(RECEIPTS).delete(idempotencyKey);
  });
}
