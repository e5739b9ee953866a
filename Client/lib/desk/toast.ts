// Something that was done, or could not be, at the edge of the page for ten seconds; longer while it is looked at.
import { find, make } from "../dom";

const seconds = 10;

/** Shows `message`, with what can be done about it. */
export function toast(message: string, action?: HTMLElement): void {
  find(".toast")?.remove();
  const element = make("div", { class: "toast", role: "status" }, make("span", {}, message));
  if (action) element.append(action);
  document.body.append(element);
  let left = seconds;
  const timer = setInterval(() => {
    if (element.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left <= 0 || !element.isConnected) { clearInterval(timer); element.remove(); }
  }, 1000);
}

/** Takes the page's own notice of what was done, and its undo, out of the page's flow. */
export function liftNotice(): void {
  const notice = find("#done");
  if (!notice) return;
  const undo = find<HTMLFormElement>("form", notice);
  undo?.querySelector("button")?.classList.remove("quiet");
  notice.remove();
  toast(notice.querySelector("p")?.textContent ?? "", undo ?? undefined);
}
