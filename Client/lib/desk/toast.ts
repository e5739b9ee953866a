// Something that was done, or could not be, at the edge of the page for ten seconds; longer while it is looked at.
import { announce, find, make } from "../dom";
import { t } from "../messages";

const seconds = 10;

/** Takes away what is shown, if anything is. */
export function clearToast(): void { find(".toast")?.remove(); }

/** Shows `message`, with what can be done about it. */
export function toast(message: string, action?: HTMLElement): void {
  clearToast();
  const element = make("div", { class: "toast" }, make("span", {}, message));
  if (action) element.append(action);
  const close = make("button", { type: "button", class: "quiet" }, t("Close"));
  close.addEventListener("click", () => element.remove());
  element.append(close);
  (find("main") ?? document.body).append(element);
  announce(message);
  let left = seconds;
  const timer = setInterval(() => {
    if (!element.isConnected) return clearInterval(timer);
    if (element.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left <= 0) element.remove();
  }, 1000);
}

/** A button that takes back what the message tells of. */
export function undoButton(takeBack: () => void): HTMLElement {
  const button = make("button", { type: "button" }, t("Undo"));
  button.addEventListener("click", () => { clearToast(); takeBack(); });
  return button;
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
