// What the words of a report tell of people, pointed out before they are published. It keeps nobody from sending.
import { call } from "./api";
import { find, make } from "./dom";
import { t } from "./messages";

interface Warning { field: string; kind: "telephone" | "email" | "plate"; text: string }

/** Milliseconds of rest after the last key. */
const REST = 500;

/** Asks the server about what stands in title and description once somebody has stopped writing. */
export function pointOutDetails(form: HTMLFormElement, value: (name: string) => string, isPrivate: () => boolean): () => void {
  const box = find("#pointed-out", form);
  let asked = "";
  let timer = 0;
  return () => {
    const words = { title: value("title"), description: value("description") };
    const question = isPrivate() ? "" : JSON.stringify(words);
    if (!box || question === asked) return;
    asked = question;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), REST);
    async function ask(): Promise<void> {
      const answer = question === "" ? null
        : await call<{ warnings: Warning[] }>("POST", "/requests/check", words).catch(() => null);
      if (question === asked) show(answer?.warnings ?? []);
    }
  };

  function show(warnings: Warning[]): void {
    const titles = {
      telephone: t("Looks like a telephone number"), email: t("Looks like an email address"), plate: t("Looks like a number plate"),
    };
    const items = warnings.map((warning) => make("li", {}, titles[warning.kind] + ": ", make("strong", {}, warning.text)));
    box!.replaceChildren(...(items.length === 0 ? [] : [
      make("p", {}, make("strong", {}, t("Do you want everybody to read this?"))), make("ul", {}, ...items),
    ]));
  }
}
