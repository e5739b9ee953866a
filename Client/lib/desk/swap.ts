// Forms of a page sent without leaving it: the server answers with the page as it is now, and its main part takes the place
// of the one shown. What is right without a script is right with it.
import { announce, find, findAll } from "../dom";
import { t } from "../messages";
import { clearToast, toast } from "./toast";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What was typed into forms other than `except`, by the fields' ids. */
function unsent(except: HTMLFormElement | null): Map<string, string> {
  const values = new Map<string, string>();
  for (const field of findAll<Field>("main textarea, main select, main input:not([type=hidden], [type=file], [type=checkbox], [type=radio])")) {
    if (!field.id || field.form === except) continue;
    const before = field instanceof HTMLSelectElement
      ? Array.from(field.options).find((option) => option.defaultSelected)?.value ?? field.options[0]?.value : field.defaultValue;
    if (field.value !== before) values.set(field.id, field.value);
  }
  return values;
}

/** Whether somebody has begun to fill in a form that changes the request. */
export function isChanging(): boolean {
  return Array.from(unsent(null).keys()).some((id) => document.getElementById(id)?.closest(".change[open]"));
}

/** Puts the main part of `next` in the place of ours; keeps what stands open, what was typed elsewhere, and the map. */
function replaceMain(next: Document, sent: HTMLFormElement | null): void {
  const main = find("main")!;
  const open = findAll<HTMLDetailsElement>("details[open][id]", main).filter((each) => !sent || !each.contains(sent)).map((each) => each.id);
  const values = unsent(sent);
  const map = find("#map", main);
  // What it spoke of is on the page now.
  clearToast();
  const chosen = findAll<HTMLInputElement>("input[type=radio]:checked", main).map((each) => each.id);
  const scroll = window.scrollY;
  main.replaceChildren(...Array.from(find("main", next)!.childNodes));
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const id of chosen) {
    const radio = document.getElementById(id) as HTMLInputElement | null;
    if (radio) radio.checked = true;
  }
  for (const [id, value] of values) {
    const field = document.getElementById(id) as Field | null;
    if (field) field.value = value;
  }
  // A map that still shows the same place is not drawn anew.
  const place = find("#map", main);
  if (map && place && map.dataset.latitude === place.dataset.latitude && map.dataset.longitude === place.dataset.longitude) {
    place.replaceWith(map);
  }
  window.scrollTo({ top: scroll, behavior: "instant" as ScrollBehavior });
  document.title = next.title;
}

/** The page as it is now, from the server; null where it cannot be had. */
async function read(response: Response): Promise<Document | null> {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return find(".desk", page) ? page : null;
}

/** What tells one state of the request from the next; times go on by themselves. */
function state(page: ParentNode): string {
  return [
    ...findAll("#timeline li[id]", page).map((entry) => entry.id),
    ...findAll("[data-attachment]", page).map((file) => `${file.dataset.attachment} ${file.dataset.state}`),
    find<HTMLInputElement>("input[name=version]", page)?.defaultValue ?? "",
  ].join("\n");
}

/** Whether the request is another than the one shown: what this page did itself it shows already. */
export async function hasNews(): Promise<boolean> {
  try {
    const page = await read(await fetch(location.pathname, { credentials: "same-origin" }));
    return page !== null && state(page) !== state(document);
  } catch {
    return false;
  }
}

/** Reads the page again, after something outside of it has changed. */
export async function refresh(): Promise<boolean> {
  try {
    const page = await read(await fetch(location.pathname, { credentials: "same-origin" }));
    if (!page) return false;
    replaceMain(page, null);
    return true;
  } catch {
    return false;
  }
}

export interface Outcome {
  /** Whether the server did what the form asked for. */
  isDone: boolean;
  form: HTMLFormElement;
}

/** Sends `form` and shows the answer. */
export async function send(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<Outcome> {
  const body = new FormData(form);
  if (button?.name) body.append(button.name, button.value);
  const words = button?.textContent ?? "";
  if (button) { button.disabled = true; button.textContent = t("Sending…"); }
  const fail = (message: string): Outcome => {
    if (button) { button.disabled = false; button.textContent = words; button.focus(); }
    toast(message);
    return { isDone: false, form };
  };
  let response: Response;
  try {
    // The property is the field of that name.
    response = await fetch(form.getAttribute("action")!, { method: "POST", body, credentials: "same-origin" });
  } catch {
    return fail(t("No connection. What you wrote is kept here."));
  }
  if (response.status === 401) {
    location.assign("/sign-in?next=" + encodeURIComponent(location.pathname));
    return { isDone: false, form };
  }
  const page = await read(response);
  if (!page) return fail(t("That did not work. Please try again."));
  const disclosure = form.closest("details")?.id ?? form.id;
  replaceMain(page, form);
  const trouble = find<HTMLElement>(".error-summary, #conflict");
  if (trouble) {
    trouble.tabIndex = -1;
    trouble.focus();
    if (trouble.id === "conflict") trouble.scrollIntoView({ block: "center" });
    return { isDone: false, form };
  }
  focusBack(disclosure);
  announce(find("#done")?.textContent?.trim() ?? "");
  return { isDone: true, form };
}

/** The focus goes to what opened the form, so that it is not lost with the form. */
function focusBack(id: string): void {
  const element = document.getElementById(id);
  const target = element?.querySelector<HTMLElement>(":scope > summary") ?? find<HTMLElement>("#work-title");
  if (!target) return;
  if (target.tagName !== "SUMMARY") target.tabIndex = -1;
  target.focus({ preventScroll: true });
}
