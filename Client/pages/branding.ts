// The chooser of a colour and its text say the same, and the preview follows both.
import { find, findAll } from "../lib/dom";

/** Rest after the last change before the preview is fetched, in milliseconds. */
const PAUSE = 300;

/** Between two looks at a logo that is being scanned, in milliseconds. */
const LOOK = 1500;

watchLogo();
const form = find<HTMLFormElement>("#branding");
if (form) start(form);

/** What became of the logo that was sent is shown as soon as it is known. */
function watchLogo(): void {
  if (!find("#logo[data-pending]")) return;
  window.setTimeout(() => {
    void fetch(location.pathname).then(async (response) => {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const [old, fresh] = [find("#logo"), find("#logo", page)];
      if (!response.ok || !old || !fresh) return;
      if (!fresh.hasAttribute("data-pending")) {
        // The band above shows it too; what somebody has typed into the form meanwhile stays.
        const [band, freshBand] = [find("header.site .brand"), find("header.site .brand", page)];
        if (band && freshBand) band.replaceChildren(...Array.from(freshBand.childNodes));
        // Put in once more, it is told to who listens.
        old.replaceWith(fresh);
      }
    }).catch(() => undefined).finally(watchLogo);
  }, LOOK);
}

function start(form: HTMLFormElement): void {
  let timer = 0;
  let asked = 0;

  async function refresh(): Promise<void> {
    const number = ++asked;
    const body = new FormData(form);
    body.set("action", "preview");
    // Not form.action: the buttons are called so.
    const response = await fetch(form.getAttribute("action")!, { method: "POST", body: new URLSearchParams(body as unknown as Record<string, string>) })
      .catch(() => null);
    // A colour that is half typed is none: the picture of the last one stays.
    if (!response?.ok || number !== asked) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const [old, fresh] = [find("#preview"), find("#preview", page)];
    if (old && fresh) old.replaceChildren(...Array.from(fresh.childNodes));
  }

  function soon(): void {
    clearTimeout(timer);
    timer = window.setTimeout(() => { void refresh(); }, PAUSE);
  }

  for (const pair of findAll(".colour", form)) {
    const text = find<HTMLInputElement>("input[type=text]", pair)!;
    const chooser = find<HTMLInputElement>("input[type=color]", pair)!;
    text.addEventListener("input", () => {
      const digits = text.value.trim().replace(/^#/, "");
      if (/^[0-9a-f]{6}$/i.test(digits)) chooser.value = `#${digits.toLowerCase()}`;
      soon();
    });
    chooser.addEventListener("input", () => {
      text.value = chooser.value;
      soon();
    });
  }
  find<HTMLInputElement>("[name=name]", form)?.addEventListener("input", soon);
}
