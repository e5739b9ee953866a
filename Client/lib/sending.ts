// Sends what waits in the outbox. Two tabs and the service worker may all try: the idempotency key makes one report of it,
// and a lock keeps them from trying at once.
import * as outbox from "./outbox";

const API = "/api/v1/requests";

/** Tells every other page of the site, and the service worker, that the outbox has changed. */
export const channel = new BroadcastChannel("lamppost-outbox");

/** Sends every report that waits. Resolves when none can be sent any more for now. */
export async function sendWaiting(): Promise<void> {
  if (!("locks" in navigator)) return sendAll();
  await navigator.locks.request("lamppost-outbox", sendAll);
}

async function sendAll(): Promise<void> {
  for (const report of await outbox.waiting()) {
    if (report.refused !== undefined) continue;
    const isSettled = await send(report);
    channel.postMessage(isSettled ? "sent" : "waiting");
    if (!isSettled) return;
  }
}

/** Whether the report is settled one way or the other; false where it has to wait. */
async function send(report: outbox.Waiting): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(API, await call(report));
  } catch {
    return false;
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) {
    await outbox.settle({
      idempotencyKey: report.idempotencyKey, title: report.request.title, reference: answer.reference,
      trackingCode: answer.tracking_code, sentAt: Date.now(),
    });
    return true;
  }
  // Too many, not available, signed out between: it can be taken later. Anything else never will.
  if (response.status === 429 || response.status >= 500 || response.status === 403 || response.status === 401) return false;
  await outbox.markRefused(report, answer.detail ?? String(response.status));
  return true;
}

async function call(report: outbox.Waiting): Promise<RequestInit> {
  const body = new FormData();
  body.append("request", JSON.stringify(report.request));
  for (const file of report.files) body.append("files", file, file.name);
  const headers: Record<string, string> = { Accept: "application/json", "Idempotency-Key": report.idempotencyKey };
  // In nobody's name: without the cookie there is no session to prove.
  if (report.request.anonymous) return { method: "POST", body, headers, credentials: "omit" };
  const token = await csrfToken();
  if (token) headers["X-CSRF-Token"] = token;
  return { method: "POST", body, headers, credentials: "same-origin" };
}

/** Of the session as it is now; the one in the page may be an older one's. */
async function csrfToken(): Promise<string | undefined> {
  const response = await fetch("/api/v1/me", { headers: { Accept: "application/json" } });
  return response.ok ? (await response.json()).csrf_token : undefined;
}
