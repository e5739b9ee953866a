// On every page: the service worker, and a word about reports that wait for a connection or were sent from there.
import { announce, make } from "./dom";
import { t } from "./messages";
import * as outbox from "./outbox";
import { channel, sendWaiting } from "./sending";

/** Keeps a report that could not be sent, and arranges that it sends itself. Resolves once it is safe on this device. */
export async function keepForLater(report: outbox.Report): Promise<void> {
  await outbox.keep(report);
  const registration = await navigator.serviceWorker?.getRegistration();
  // Not in every browser: there the next page that is opened with a connection sends it.
  const { sync } = (registration ?? {}) as { sync?: { register(tag: string): Promise<void> } };
  await sync?.register("send-reports").catch(() => undefined);
  channel.postMessage("waiting");
  await show();
}

export function watchOutbox(): void {
  if (!("indexedDB" in window) || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  const trySending = () => { if (navigator.onLine) void sendWaiting().then(show).catch(() => undefined); };
  window.addEventListener("online", trySending);
  channel.addEventListener("message", () => void show());
  void show().then(trySending).catch(() => undefined);
}

let shown = "";

/** Shows the outbox above the page; nothing where it is empty. */
async function show(): Promise<void> {
  const [waiting, receipts] = [await outbox.waiting(), await outbox.receipts()];
  const now = JSON.stringify([waiting.map((one) => [one.idempotencyKey, one.refused]), receipts.map((one) => one.idempotencyKey)]);
  if (now === shown) return;
  shown = now;
  document.getElementById("outbox")?.remove();
  if (waiting.length + receipts.length === 0) return;
  const notices = [...waiting.map(waitingNotice), ...receipts.map(receiptNotice)];
  const box = make("section", { id: "outbox", "aria-label": t("Reports from this device") }, ...notices);
  document.getElementById("main")?.prepend(box);
  announce(notices.map((notice) => notice.firstElementChild?.textContent ?? "").join(" "));
}

function waitingNotice(report: outbox.Waiting): HTMLElement {
  const { title } = report.request;
  if (report.refused === undefined) {
    return make("div", { class: "notice warn" }, make("p", {}, t(
      "“{title}” is kept on this device with its photos. It is sent by itself as soon as there is a connection.", { title })));
  }
  return make("div", { class: "notice danger" },
    make("p", {}, t("“{title}” could not be sent: {reason}", { title, reason: report.refused })),
    dismissal(report.idempotencyKey, t("Throw it away")));
}

function receiptNotice(receipt: outbox.Receipt): HTMLElement {
  const path = receipt.trackingCode ? `/track/${receipt.trackingCode}` : `/requests/${receipt.reference}`;
  const { title, reference } = receipt;
  return make("div", { class: "notice good" },
    make("p", {}, t("“{title}” was sent. Its number is {reference}.", { title, reference })),
    make("p", {}, make("a", { href: path }, t("Open the report and keep its link"))),
    dismissal(receipt.idempotencyKey, t("Do not show this again")));
}

function dismissal(key: string, label: string): HTMLElement {
  const button = make("button", { type: "button", class: "quiet small" }, label);
  button.addEventListener("click", () => void outbox.forget(key).then(show));
  return button;
}
