// Finding the kind of problem by words, and reading its questions.
import { announce, find, findAll, make } from "./dom";
import { t } from "./messages";

export interface Categories {
  /** The chosen one; null for none. */
  chosen(): { slug: string; name: string; isPrivate: boolean; stops: string | null } | null;
  /** Answers to its questions by their keys, as the API takes them. */
  answers(): Record<string, unknown>;
  /** Fields that must be answered and are not. */
  missing(): { id: string; label: string }[];
}

const plain = (text: string) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
const wordsOf = (text: string) => plain(text).split(/[^\p{Letter}\p{Number}]+/u).filter((word) => word !== "");

/** Whether the two differ by at most one slip: a letter too many, too few, another, or two exchanged. */
function isSlip(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const [a, b] = [one.slice(at), other.slice(at)];
  return a.slice(1) === b.slice(1) || a === b.slice(1) || a.slice(1) === b
    || (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
}

const matches = (typed: string, word: string) =>
  word.startsWith(typed) || (typed.length > 3 && isSlip(typed, word.slice(0, Math.max(typed.length, word.length - 1))))
  || (typed.length > 3 && isSlip(typed, word));

export function makeCategories(form: HTMLFormElement, onChange: () => void): Categories {
  const all = find("#categories", form)!;
  const entries = findAll(".category", all).map((element) => ({
    element,
    words: wordsOf([
      element.querySelector("label")?.textContent, element.dataset.words,
      element.closest(".group")?.querySelector("h3")?.textContent,
    ].join(" ")),
  }));
  const search = make("input", {
    type: "search", id: "category-search", autocomplete: "off", spellcheck: "false", "aria-controls": "categories", "aria-describedby": "category-found",
  });
  const found = make("p", { class: "hint", id: "category-found" });
  all.before(make("div", { class: "field" }, make("label", { for: "category-search" }, t("Search, e.g. “lamp” or “trash”")), search, found));
  search.addEventListener("input", () => {
    const typed = wordsOf(search.value);
    let count = 0;
    for (const { element, words } of entries) {
      element.hidden = !typed.every((one) => words.some((word) => matches(one, word)))
        // What is chosen never disappears.
        && !element.querySelector<HTMLInputElement>("input[name=category]")!.checked;
      if (!element.hidden) count++;
    }
    for (const group of findAll(".group", all)) group.hidden = !group.querySelector(".category:not([hidden])");
    found.textContent = typed.length === 0 ? "" : count === 0
      ? t("Nothing fits. Try another word, or clear the search to see all.") : t("Fitting kinds: {count}", { count });
    announce(found.textContent);
  });
  search.addEventListener("keydown", (event) => {
    // Enter would send the form.
    if (event.key === "Enter") event.preventDefault();
  });

  const radio = () => find<HTMLInputElement>("input[name=category]:checked", all);
  all.addEventListener("change", (event) => {
    if ((event.target as HTMLInputElement).name === "category") {
      const stop = chosen()?.stops;
      if (stop) announce(stop);
    }
    onChange();
  });

  function chosen(): ReturnType<Categories["chosen"]> {
    const input = radio();
    const element = input?.closest<HTMLElement>(".category");
    if (!input || !element) return null;
    return {
      slug: input.value, name: element.querySelector("label > span:last-child")?.textContent ?? "",
      isPrivate: "private" in element.dataset,
      stops: "stops" in element.dataset ? (element.querySelector(".more")?.textContent ?? "").trim() : null,
    };
  }

  /** The questions of the chosen kind with what was answered. */
  function questions(): { element: HTMLElement; key: string; value: unknown }[] {
    const slug = chosen()?.slug ?? "";
    return findAll(".question", radio()?.closest(".category") ?? undefined).map((element) => {
      const inputs = findAll<HTMLInputElement>("input, textarea", element);
      const key = (inputs[0]?.name ?? "").slice(`q.${slug}.`.length);
      const checked = inputs.filter((input) => input.checked).map((input) => input.value);
      const text = (inputs[0]?.value ?? "").trim();
      switch (element.dataset.kind) {
        case "boolean": return { element, key, value: checked[0] === undefined ? undefined : checked[0] === "true" };
        case "choice": return { element, key, value: checked[0] };
        case "choices": return { element, key, value: checked.length > 0 ? checked : undefined };
        case "number": return { element, key, value: text === "" ? undefined : isFinite(Number(text)) ? Number(text) : text };
        default: return { element, key, value: text === "" ? undefined : text };
      }
    });
  }

  return {
    chosen,
    answers: () => Object.fromEntries(questions().filter((one) => one.value !== undefined).map((one) => [one.key, one.value])),
    missing: () => questions().filter((one) => one.value === undefined && "required" in one.element.dataset).map((one) => ({
      id: find("input, textarea", one.element)!.id,
      label: (find("legend, label", one.element)?.textContent ?? "").trim(),
    })),
  };
}
