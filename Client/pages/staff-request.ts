// The request for staff. Everything works by plain forms; this saves the way to the server's next page and back.
import { call } from "../lib/api";
import { announce, find, findAll, make } from "../lib/dom";
import { onLive } from "../lib/live";
import { t } from "../lib/messages";
import { hearPresence, showPresence, startPresence } from "../lib/presence";
import { dropDraft, keepDraft, restoreDrafts } from "../lib/desk/drafts";
import { offerMentions } from "../lib/desk/mention";
import { showPlace } from "../lib/desk/place";
import { hasNews, isChanging, refresh, send } from "../lib/desk/swap";
import { clearToast, liftNotice, toast } from "../lib/desk/toast";
import { showPhoto } from "../lib/desk/viewer";

/** What must be done to the page whenever it is new. */
function enhance(): void {
  liftNotice();
  restoreDrafts();
  offerMentions();
  showNeeded();
  watchFiles();
  showPresence();
  const keys = find("#keys");
  if (keys) keys.hidden = false;
  const isOn = find<HTMLInputElement>("#keys-on");
  if (isOn) isOn.checked = keysAreOn();
  void showPlace();
}

/** Of reason and note, only what the chosen status needs. */
function showNeeded(): void {
  const status = find<HTMLSelectElement>("#field-status");
  if (!status) return;
  const need = status.selectedOptions[0]?.dataset.needs;
  for (const name of ["reason", "note"]) {
    const field = find<HTMLTextAreaElement>(`#field-${name}`);
    if (!field) continue;
    field.closest<HTMLElement>(".field")!.hidden = need !== name;
    field.disabled = need !== name;
  }
}

let watching = 0;
let pending = 0;

/** Files that are being checked: the list is read again as soon as one of them is done. */
function watchFiles(): void {
  clearTimeout(watching);
  const files = findAll("[data-attachment][aria-busy]");
  if (files.length === 0) return;
  watching = window.setTimeout(async () => {
    const states = await Promise.all(files.map((file) =>
      call<{ state: string }>("GET", `/attachments/${file.dataset.attachment}`).then((answer) => answer.state).catch(() => "scanning")));
    const isNews = states.some((state) => state !== "quarantined" && state !== "scanning");
    if (isNews && await refresh()) {
      announce(t("A file has been checked."));
      enhance();
    } else {
      watchFiles();
    }
  }, 1500);
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches(".desk-form")) return;
  event.preventDefault();
  const button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
  if (button?.name === "insert") { insertTemplate(form); return; }
  if (form.closest(".toast")) clearToast();
  void send(form, button).then(({ isDone }) => {
    if (isDone) dropDraft(form);
    if (isDone) history.replaceState(null, "", location.pathname);
    enhance();
  });
});

function insertTemplate(form: HTMLFormElement): void {
  const text = find<HTMLSelectElement>("select[name=template]", form)?.selectedOptions[0]?.dataset.text;
  const field = find<HTMLTextAreaElement>("textarea", form);
  if (!text || !field) return;
  field.setRangeText((field.value.trim() === "" ? "" : "\n\n") + text, field.value.length, field.value.length, "end");
  keepDraft(field);
  field.focus();
}

document.addEventListener("input", (event) => {
  const field = event.target as Element;
  if (field instanceof HTMLTextAreaElement && field.closest(".composer")) keepDraft(field);
});

document.addEventListener("change", (event) => {
  const field = event.target as HTMLInputElement;
  if (field.id === "field-status") showNeeded();
  if (field.id === "keys-on") localStorage.setItem("keys", field.checked ? "on" : "off");
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const photo = target.closest<HTMLAnchorElement>("a.photo");
  if (photo && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    showPhoto(photo);
  }
  if (target.id === "show-keys") find<HTMLDialogElement>("#keys-dialog")?.showModal();
  if (target.id === "keys-close") find<HTMLDialogElement>("#keys-dialog")?.close();
});

const keysAreOn = (): boolean => localStorage.getItem("keys") !== "off";

/** Opens a form and goes to its first field. */
function open(id: string): boolean {
  const details = document.getElementById(id) as HTMLDetailsElement | null;
  if (!details) return false;
  details.open = true;
  const field = find<HTMLElement>("textarea, select:not([name=template]), input:not([type=hidden])", details);
  field?.focus();
  field?.scrollIntoView({ block: "center" });
  return true;
}

document.addEventListener("keydown", (event) => {
  const target = event.target as Element;
  const form = target.closest<HTMLFormElement>(".desk-form");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form && target instanceof HTMLTextAreaElement) {
    event.preventDefault();
    form.requestSubmit(find<HTMLButtonElement>("button:not([name])", form));
    return;
  }
  const opened = target.closest<HTMLDetailsElement>("details.change[open]");
  if (event.key === "Escape" && opened && !event.defaultPrevented) {
    opened.open = false;
    find("summary", opened)?.focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog[open]")) return;
  if (event.key !== "?" && !keysAreOn()) return;
  const isDone = event.key === "c" ? open("composer-internal")
    : event.key === "s" ? open("change-status")
    : event.key === "a" ? open("change-assign")
    : event.key === "?" ? (find<HTMLDialogElement>("#keys-dialog")?.showModal(), true) : false;
  if (isDone) event.preventDefault();
});

if (new URLSearchParams(location.search).has("done")) history.replaceState(null, "", location.pathname + location.hash);
enhance();
// Whoever comes to write, from the queue by its key, can write at once. After the browser has gone to the address's
// fragment, since that takes the focus away.
if (/^#(composer|change)-/.test(location.hash)) window.addEventListener("load", () => setTimeout(() => open(location.hash.slice(1))));
void startPresence();

/** Brings what colleagues did, unless somebody is writing: then it waits to be asked for. */
async function bringNews(): Promise<void> {
  if (!await hasNews()) return;
  const busy = document.activeElement?.closest("input, textarea, select, .desk-form, dialog");
  // Nor under the hands of somebody who has begun a change: they would send it as if they had seen the news.
  if (!busy && !isChanging()) {
    if (await refresh()) { enhance(); announce(t("This request has just been changed.")); }
    return;
  }
  const button = make("button", { type: "button" }, t("Show what is new"));
  button.addEventListener("click", () => {
    clearToast();
    void refresh().then(enhance);
  });
  toast(t("This request has just been changed."), button);
}

const reference = find("#reference")?.textContent ?? "";
onLive((event) => {
  hearPresence(event);
  if (event.name === "presence" || event.data.reference !== reference) return;
  clearTimeout(pending);
  pending = window.setTimeout(() => void bringNews(), 700);
});
