// Small comforts on every page, each by an attribute or a kind of field.
import { announce, findAll, make } from "./dom";
import { language, t } from "./messages";

/** A password can be looked at before it is sent. */
function revealPasswords(): void {
  for (const input of findAll<HTMLInputElement>("input[type=password]")) {
    const button = make("button", { type: "button", class: "quiet", "aria-controls": input.id });
    const row = make("div", { class: "reveal" });
    input.replaceWith(row);
    row.append(input, button);
    const show = (shown: boolean) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? t("Hide") : t("Show");
      button.setAttribute("aria-label", shown ? t("Hide password") : t("Show password"));
    };
    show(false);
    button.addEventListener("click", () => show(input.type === "password"));
    // What browsers keep of a form must not hold it as a text.
    input.form?.addEventListener("submit", () => show(false));
  }
}

/** `<time data-relative>`: "5 minutes ago" stays true as long as the page is open. */
function keepTimesFresh(): void {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const opened = Date.now();
  setInterval(() => {
    if (document.hidden || Date.now() - opened < 60000) return;
    for (const time of findAll<HTMLTimeElement>("time[data-relative]")) {
      const minutes = Math.trunc((Date.parse(time.dateTime) - Date.now()) / 60000);
      const size = Math.abs(minutes);
      if (size === 0) continue;
      time.textContent = size < 60 ? format.format(minutes, "minute")
        : size < 2880 ? format.format(Math.trunc(minutes / 60), "hour") : format.format(Math.trunc(minutes / 1440), "day");
    }
  }, 30000);
}

/** `<form data-guard>`: whoever leaves with words that were not sent is asked first. */
function guardForms(): void {
  for (const form of findAll<HTMLFormElement>("form[data-guard]")) {
    let isDirty = false;
    form.addEventListener("input", () => { isDirty = true; });
    form.addEventListener("submit", () => { isDirty = false; });
    window.addEventListener("beforeunload", (event) => {
      if (isDirty && form.isConnected) event.preventDefault(), event.returnValue = "";
    });
  }
}

/** `[data-print]` prints; `[data-copy="text"]` copies. Both are hidden where there is no script. */
function giveButtons(): void {
  for (const button of findAll<HTMLButtonElement>("[data-print], [data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-print], [data-copy]");
    if (!button) return;
    if (button.dataset.copy === undefined) return print();
    await navigator.clipboard.writeText(button.dataset.copy);
    announce(button.textContent = t("Copied"));
  });
}

export function comfort(): void {
  revealPasswords();
  keepTimesFresh();
  guardForms();
  giveButtons();
}
