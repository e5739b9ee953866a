// What was begun to be written is kept for this window, until it is sent.
import { find, findAll, make } from "../dom";
import { t } from "../messages";

const key = (field: HTMLTextAreaElement): string => `draft ${location.pathname} ${field.name}`;

function composers(): HTMLTextAreaElement[] { return findAll<HTMLTextAreaElement>(".composer textarea"); }

function note(field: HTMLTextAreaElement, isKept: boolean): void {
  const form = field.form!;
  const shown = find(".draft-kept", form);
  if (!isKept) { shown?.remove(); return; }
  if (!shown) form.append(make("p", { class: "draft-kept muted" }, t("Draft kept on this device")));
}

/** Brings drafts back into fields that are empty. */
export function restoreDrafts(): void {
  for (const field of composers()) {
    const text = sessionStorage.getItem(key(field));
    if (text && field.value === "") {
      field.value = text;
      field.closest("details")!.open = true;
    }
    note(field, field.value !== "" && text !== null);
  }
}

export function keepDraft(field: HTMLTextAreaElement): void {
  if (field.value.trim() === "") sessionStorage.removeItem(key(field));
  else sessionStorage.setItem(key(field), field.value);
  note(field, field.value.trim() !== "");
}

/** Forgets what a form held that has been sent. */
export function dropDraft(form: HTMLFormElement): void {
  for (const field of findAll<HTMLTextAreaElement>("textarea", form)) sessionStorage.removeItem(key(field));
}
