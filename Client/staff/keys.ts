// One key for each thing that is done often; never while somebody types, and off for who wants it off.
import { announce, find, make } from "../lib/dom";
import { t } from "../lib/messages";
import { openBulk } from "./bulk";
import { choose, isSelected } from "./selection";
import { currentRow, move } from "./queue";

const storeKey = "triage-keys";

const isOff = (): boolean => localStorage.getItem(storeKey) === "off";

/** Key, what it does, and how. */
const keys: [string[], () => string, () => void][] = [
  [["j"], () => t("Next request"), () => move(1)],
  [["k"], () => t("Previous request"), () => move(-1)],
  [["x"], () => t("Select or unselect"), toggle],
  [["o"], () => t("Open the request"), () => open("")],
  [["a"], () => t("Assign"), () => openBulk("assign")],
  [["s"], () => t("Change the status"), () => openBulk("status")],
  [["d"], () => t("Mark as duplicates"), () => openBulk("duplicate")],
  [["c"], () => t("Write a comment"), () => open("#composer-internal")],
  [["/"], () => t("Search"), () => find<HTMLInputElement>("#filter-q")?.focus()],
  [["?"], () => t("This help"), () => help()],
];

function toggle(): void {
  const reference = currentRow()?.dataset.reference;
  if (!reference) return announce(t("Nothing selected"));
  choose([reference], !isSelected(reference));
}

function open(hash: string): void {
  const link = find<HTMLAnchorElement>(".row-title", currentRow() ?? document.createElement("div"));
  if (link) location.href = link.href + hash;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target.isContentEditable || target.matches("textarea, select");
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (find("dialog[open]") || isOff() && event.key !== "?") return;
    const entry = keys.find(([names]) => names.includes(event.key));
    if (!entry) return;
    event.preventDefault();
    entry[2]();
  });
  const hint = find(".hints");
  if (!hint) return;
  const button = make("button", { type: "button", class: "link", id: "help-open" }, ...Array.from(hint.childNodes));
  button.addEventListener("click", help);
  hint.replaceChildren(button);
}

function help(): void {
  const back = document.activeElement as HTMLElement | null;
  const list = make("dl", { class: "facts keys" });
  const more: [string, string][] = [
    ["Enter", t("Open the request, or finish drawing")], ["Escape", t("Cancel drawing or close")],
  ];
  for (const [names, label] of [...keys.map(([names, words]): [string, string] => [names[0], words()]), ...more]) {
    list.append(make("dt", {}, make("kbd", {}, names)), make("dd", {}, label));
  }
  const box = make("input", { type: "checkbox", id: "keys-on" });
  box.checked = !isOff();
  box.addEventListener("change", () => localStorage.setItem(storeKey, box.checked ? "on" : "off"));
  const close = make("button", { type: "button", id: "help-close" }, t("Close"));
  const dialog = make("dialog", { id: "help", "aria-labelledby": "help-title" },
    make("h2", { id: "help-title" }, t("Keyboard shortcuts")), list,
    make("p", { class: "choice" }, box, make("label", { for: "keys-on" }, t("Use these keys on this device"))), close);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); back?.focus(); });
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}
