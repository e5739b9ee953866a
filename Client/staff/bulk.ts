// What is done with what is chosen: a bar with one dialog for each kind of change, a preview in numbers, and an undo.
import { Refused } from "../lib/api";
import { announce, find, findAll, make } from "../lib/dom";
import { clearToast, toast, undoButton } from "../lib/desk/toast";
import { t } from "../lib/messages";
import type { Outcome } from "./selection";
import { bulk, choose, complain, number, onComplaint, onSelection, replaceSelection, selectBy, selected, undo, wordsFor } from "./selection";
import { currentRow, rowOf } from "./queue";
import { filters } from "./state";

export type Kind = "assign" | "status" | "categorize" | "prioritize" | "duplicate" | "route";

let changed: () => void = () => undefined;
let opened: { kind: Kind; dialog: HTMLDialogElement } | null = null;

const group = (kind: Kind): HTMLFieldSetElement | null => find<HTMLFieldSetElement>("#bulk-" + kind);

/** @param done hears that requests were changed. */
export function startBulk(done: () => void): void {
  changed = done;
  onComplaint((message) => toast(message));
  const fields = find<HTMLDetailsElement>("#bulk");
  if (!fields) return;
  const store = make("div", { hidden: "" });
  for (const part of findAll<HTMLFieldSetElement>(".bulk-group", fields)) {
    find("button", part)?.remove();
    store.append(part);
  }
  document.body.append(store);
  store.id = "bulk-store";
  fields.remove();
  find("#queue-form")?.addEventListener("submit", (event) => event.preventDefault());
  const bar = make("div", { id: "bulk-bar", class: "bulk-bar", role: "group", "aria-label": t("Nothing selected") });
  bar.hidden = true;
  const all = make("button", { type: "button", class: "quiet small", id: "select-all" }, t("Select everything the list finds"));
  all.addEventListener("click", () => void selectBy({ filter: filters() }));
  find("#queue-panel")?.prepend(make("p", { class: "queue-tools" }, all));
  find("#queue-panel")?.append(bar);
  onSelection(() => show(bar));
  if (selected().length > 0) show(bar);
}

const labels: [Kind, () => string][] = [
  ["assign", () => t("Assign…")], ["status", () => t("Status…")], ["categorize", () => t("Category…")],
  ["prioritize", () => t("Priority…")], ["duplicate", () => t("Duplicates…")],
  ["route", () => t("Route…")],
];

function show(bar: HTMLElement): void {
  const count = selected().length;
  bar.hidden = count === 0;
  const text = count === 1 ? t("1 selected") : t("{count} selected", { count: number(count) });
  bar.setAttribute("aria-label", text);
  if (!bar.firstChild) {
    bar.append(make("strong", { id: "bulk-count" }));
    for (const [kind, label] of labels) {
      if (!group(kind)) continue;
      const button = make("button", { type: "button", class: "small", id: "bulk-open-" + kind }, label());
      button.addEventListener("click", () => openBulk(kind));
      bar.append(button);
    }
    const none = make("button", { type: "button", class: "link", id: "bulk-clear" }, t("Clear the selection"));
    none.addEventListener("click", () => { replaceSelection([]); cleared(); });
    bar.append(none);
  }
  const counter = find("#bulk-count", bar);
  if (counter) counter.textContent = text;
}

let cleared: () => void = () => undefined;
export function onClear(listener: () => void): void { cleared = listener; }

/** Opens the dialog of one kind of change, for what is chosen, else for the row that has the focus. */
export function openBulk(kind: Kind): void {
  const fields = group(kind);
  if (!fields || opened) return;
  const row = currentRow();
  if (selected().length === 0 && row) choose([row.dataset.reference ?? ""], true);
  if (selected().length === 0) return announce(t("Nothing selected"));
  const back = document.activeElement as HTMLElement | null;
  const count = number(selected().length);
  const title = {
    assign: t("Assign the selected requests"), status: t("Change their status"), categorize: t("Change their category"),
    prioritize: t("Change their priority"), duplicate: t("Mark them as duplicates"),
    route: t("Route anew by the rules"),
  }[kind];
  if (kind === "duplicate") offerSurvivors(fields);
  const preview = make("div", { class: "notice", id: "bulk-preview", role: "status", "aria-live": "polite" });
  const apply = make("button", { id: "bulk-apply" }, t("Change {count}", { count }));
  const cancel = make("button", { type: "button", class: "quiet", id: "bulk-cancel" }, t("Cancel"));
  const form = make("form", { method: "dialog", novalidate: "" }, make("h2", { id: "bulk-title" }, title), fields, preview,
    make("p", { class: "cluster" }, apply, cancel));
  const dialog = make("dialog", { id: "bulk-dialog", "aria-labelledby": "bulk-title" }, form);
  document.body.append(dialog);
  opened = { kind, dialog };
  const ask = previewer(kind, preview, apply);
  const look = (): void => { needed(fields); ask(); };
  fields.addEventListener("input", look);
  cancel.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", (event) => { event.preventDefault(); void run(kind, apply, preview); });
  dialog.addEventListener("close", () => {
    fields.removeEventListener("input", look);
    find("#bulk-store")?.append(fields);
    dialog.remove();
    opened = null;
    if (back?.isConnected) back.focus();
  });
  dialog.showModal();
  find<HTMLElement>("select, input, textarea", fields)?.focus();
  look();
}

/** Of the selected, one may go on; what is chosen stands in the field of the reference. */
function offerSurvivors(fields: HTMLElement): void {
  find("#bulk-survivor", fields)?.closest(".field")?.remove();
  const field = find<HTMLInputElement>("[name=of]", fields);
  if (!field || selected().length > 50) return;
  field.value = "";
  const choice = make("select", { id: "bulk-survivor" }, make("option", { value: "" }, t("Another, by its reference")),
    ...selected().map((reference) => {
      const title = find(".row-title", rowOf(reference) ?? make("div"))?.textContent?.trim();
      return make("option", { value: reference }, title ? `${reference} · ${title}` : reference);
    }));
  choice.addEventListener("input", () => { field.value = choice.value; });
  field.addEventListener("input", () => { choice.value = selected().includes(field.value.trim()) ? field.value.trim() : ""; });
  field.closest(".field")?.before(make("div", { class: "field" },
    make("label", { for: "bulk-survivor" }, t("One of the selected goes on")), choice));
}

/** Of reason and note only what the chosen status needs. */
function needed(fields: HTMLElement): void {
  const status = find<HTMLSelectElement>("[name=status]", fields)?.value;
  const needs: Record<string, string[]> = { reason: ["on_hold", "rejected"], note: ["completed"] };
  for (const [name, statuses] of Object.entries(needs)) {
    const field = find<HTMLTextAreaElement>(`[name=${name}]`, fields);
    const wrapper = field?.closest<HTMLElement>(".field");
    if (!field || !wrapper) continue;
    wrapper.hidden = !statuses.includes(status ?? "");
    field.required = !wrapper.hidden;
  }
}

/** The fields as the API's action; null while nothing is said. */
function action(kind: Kind): Record<string, unknown> | null {
  const value = (name: string): string => {
    const field = find<HTMLInputElement>(`[name="${name}"]`, group(kind) ?? document);
    return field && !field.closest("[hidden]") ? field.value.trim() : "";
  };
  if (kind === "route") return { type: kind };
  if (kind === "duplicate") return value("of") ? { type: kind, of: value("of") } : null;
  if (kind !== "assign") {
    const names = { status: ["status", "reason", "note"], categorize: ["category"], prioritize: ["priority"] }[kind];
    return { type: kind, ...Object.fromEntries(names.map((name) => [name, value(name)]).filter(([, text]) => text)) };
  }
  const [person, department] = [value("assignee"), value("department")];
  if (!person && !department) return null;
  return {
    type: kind, ...(person ? { assignee: person === "none" ? null : Number(person) } : {}),
    ...(department ? { department: department === "none" ? null : department } : {}),
  };
}

/** What the preview told, and in which version it saw each: what somebody has changed since stays as they left it. */
let seen: Outcome["versions"] = [];

function previewer(kind: Kind, preview: HTMLElement, apply: HTMLButtonElement): () => void {
  let timer = 0;
  let running = new AbortController();
  return () => {
    clearTimeout(timer);
    running.abort();
    const wanted = action(kind);
    apply.disabled = true;
    seen = [];
    preview.textContent = wanted ? t("Looking what would change…") : t("Nothing would change");
    if (!wanted) return;
    running = new AbortController();
    const { signal } = running;
    timer = window.setTimeout(() => {
      bulk(wanted, true, undefined, signal).then((outcome) => {
        if (signal.aborted) return;
        tell(preview, outcome);
        seen = outcome.versions;
        apply.disabled = outcome.changed.count === 0;
        apply.textContent = t("Change {count}", { count: number(outcome.changed.count) });
      }).catch((error) => {
        if (signal.aborted) return;
        const code = error instanceof Refused ? error.errors[0]?.code ?? error.code : "";
        preview.textContent = code === "unknown_request" ? t("There is no such report.")
          : code === "merge_not_allowed" ? t("Nothing can be merged into that report.") : wordsFor(error);
      });
    }, 250);
  };
}

function reason(code: string): string {
  const words: Record<string, string> = {
    transition_not_allowed: t("their status does not allow it"), forbidden: t("they are not yours to change"),
    merge_not_allowed: t("they are duplicates of another report already"), proof_required: t("a photo of what was done is missing"),
    not_found: t("they are not there any more"), version_mismatch: t("somebody has changed them since"),
  };
  return words[code] ?? t("something went wrong");
}

function tell(preview: HTMLElement, outcome: Outcome): void {
  const lines = [t("{count} will change", { count: number(outcome.changed.count) })];
  if (outcome.unchanged.count > 0) lines.push(t("Unchanged: {count}", { count: number(outcome.unchanged.count) }));
  if (outcome.survivor) lines.push(t("They become duplicates of {title}.", { title: outcome.survivor.title }));
  preview.replaceChildren(...lines.map((line) => make("p", {}, line)), ...outcome.refused.map((group) =>
    make("p", {}, t("{count} cannot: {reason}", { count: number(group.count), reason: reason(group.code) }), " ",
      make("span", { class: "code small" }, group.references.slice(0, 3).join(", ") + (group.count > 3 ? "…" : "")))));
}

async function run(kind: Kind, apply: HTMLButtonElement, preview: HTMLElement): Promise<void> {
  const wanted = action(kind);
  if (!wanted || apply.disabled) return;
  const missing = findAll<HTMLTextAreaElement>("textarea", group(kind) ?? document).find((field) => field.required && !field.value.trim());
  if (missing) {
    preview.textContent = missing.name === "note" ? t("Write first what was done.") : t("Write the reason first.");
    return pointAt(missing);
  }
  apply.disabled = true;
  const count = number(selected().length);
  preview.textContent = t("Working…");
  try {
    const outcome = await bulk(wanted, false, (done) => {
      preview.textContent = t("{done} of {count} done", { done: number(done), count });
    }, undefined, seen);
    opened?.dialog.close();
    for (const field of findAll<HTMLTextAreaElement>("textarea", group(kind) ?? document)) field.value = "";
    const missed = outcome.refused.map((group) => t("{count} cannot: {reason}", { count: number(group.count), reason: reason(group.code) }));
    toast([t("{count} changed", { count: number(outcome.changed.count) }), ...missed].join(" · "), outcome.undo.length > 0 ? actions(kind, outcome) : undefined);
    changed();
  } catch (error) {
    apply.disabled = false;
    showMistake(kind, preview, error);
  }
}

/** What can be done about a change: take it back, and where the category is another, ask the rules anew. */
function actions(kind: Kind, outcome: Outcome): HTMLElement {
  const undoing = undoButton(() => takeBack(outcome.undo));
  if (kind !== "categorize" || !group("route")) return undoing;
  const route = make("button", { type: "button", id: "bulk-route-now" }, t("Route…"));
  route.addEventListener("click", () => { clearToast(); openBulk("route"); });
  return make("span", { class: "cluster" }, undoing, route);
}

/** A reason that is missing is asked for at its field. */
function showMistake(kind: Kind, preview: HTMLElement, error: unknown): void {
  const name = error instanceof Refused ? error.errors[0]?.field.replace("action.", "") : undefined;
  const field = name ? find<HTMLElement>(`[name="${name}"]`, group(kind) ?? document) : null;
  preview.textContent = error instanceof Refused ? error.message : wordsFor(error);
  if (field) pointAt(field);
}

function pointAt(field: HTMLElement): void {
  field.setAttribute("aria-invalid", "true");
  field.addEventListener("input", () => field.removeAttribute("aria-invalid"), { once: true });
  field.focus();
}

function takeBack(changes: Outcome["undo"]): void {
  undo(changes).then((count) => {
    toast(t("Undone: {count}", { count: number(count) }));
    changed();
  }).catch((error) => complain(wordsFor(error)));
}
