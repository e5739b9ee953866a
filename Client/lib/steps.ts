// One form as screens, one after the other: back button, focus and title follow.
import { announce, find, findAll, make } from "./dom";
import { t } from "./messages";

export interface Steps {
  /** Shows a screen by its name, as a step of the browser's history. */
  go(name: string): void;
  /** The name of the screen that is shown. */
  current(): string;
  /** Adds a screen that is none of the counted ones, before `before`. */
  insert(section: HTMLElement, before: string): void;
}

/**
 * @param mayLeave asked before the next screen is shown: whether this one is done, and which one follows, where it is another
 *   than the next
 */
export function makeSteps(form: HTMLFormElement, mayLeave: (name: string) => Promise<boolean | string>): Steps {
  const counted = findAll<HTMLElement>(".step", form);
  let sections = [...counted];
  const title = document.title;
  const progress = make("div", { class: "progress" });
  const words = make("p", { class: "progress-words" });
  const bar = make("div", { class: "progress-bar", "aria-hidden": "true" });
  counted.forEach(() => bar.append(make("span")));
  progress.append(words, bar);
  form.prepend(progress);
  form.classList.add("stepping");
  let shown = -1;

  const indexOf = (name: string) => Math.max(0, sections.findIndex((section) => section.id === name));

  function show(index: number, isFirst = false): void {
    shown = index;
    const section = sections[index] as HTMLElement;
    sections.forEach((one) => { one.hidden = one !== section; });
    const number = sections.slice(0, index + 1).filter((one) => counted.includes(one)).length;
    const heading = find("h2", section) as HTMLElement;
    words.textContent = t("Step {number} of {count}", { number, count: counted.length });
    Array.from(bar.children).forEach((part, at) => part.classList.toggle("done", at < number));
    if (isFirst) return;
    document.title = `${words.textContent}: ${heading.textContent} · ${title}`;
    // Focus reads the heading out, and the next Tab leads to its first field.
    heading.focus({ preventScroll: true });
    scrollTo({ top: Math.max(0, form.getBoundingClientRect().top + scrollY - 12) });
    announce(words.textContent ?? "");
  }

  function go(name: string): void {
    if (sections[shown]?.id === name) return;
    history.pushState({ step: name }, "", "#" + name);
    show(indexOf(name));
  }

  function addButtons(section: HTMLElement): void {
    const row = make("div", { class: "step-buttons" });
    const index = () => sections.indexOf(section);
    if (index() > 0) {
      const back = make("button", { type: "button", class: "quiet" }, t("Back"));
      back.addEventListener("click", () => history.back());
      row.append(back);
    }
    if (section !== counted[counted.length - 1]) {
      const next = make("button", { type: "button", class: "call next" }, t("Continue"));
      next.addEventListener("click", async () => {
        next.disabled = true;
        const answer = await mayLeave(section.id).finally(() => { next.disabled = false; });
        if (answer) go(typeof answer === "string" ? answer : (sections[index() + 1] as HTMLElement).id);
      });
      row.append(next);
      section.append(row);
    } else {
      // Beside the button that sends.
      section.append(row);
    }
  }

  counted.forEach(addButtons);
  history.replaceState({ step: sections[0]?.id }, "", location.pathname + location.search);
  window.addEventListener("popstate", (event) => show(indexOf(event.state?.step ?? "")));
  show(0, true);
  return {
    go, current: () => sections[shown]?.id ?? "",
    insert(section, before) {
      const at = indexOf(before);
      sections[at]?.before(section);
      section.hidden = true;
      sections = [...sections.slice(0, at), section, ...sections.slice(at)];
      addButtons(section);
    },
  };
}
