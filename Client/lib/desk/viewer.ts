// Photos at their full size, one after another, in a dialog. Without a script a photo's link shows it.
import { find, findAll, make } from "../dom";
import { t } from "../messages";

/** Shows the photo of `link`, and its neighbours by arrow keys. */
export function showPhoto(link: HTMLAnchorElement): void {
  const links = findAll<HTMLAnchorElement>("a.photo");
  let index = links.indexOf(link);
  const picture = make("img", { alt: "" });
  const caption = make("p", { class: "viewer-caption", "aria-live": "polite" });
  const button = (label: string, sign: string, act: () => void): HTMLButtonElement => {
    const element = make("button", { type: "button", class: "quiet", "aria-label": label }, sign);
    element.addEventListener("click", act);
    return element;
  };
  const go = (step: number): void => {
    index = (index + step + links.length) % links.length;
    const shown = links[index]!;
    const name = find<HTMLImageElement>("img", shown)?.alt ?? "";
    picture.src = shown.href;
    picture.alt = name;
    caption.textContent = `${t("Photo {number} of {count}", { number: index + 1, count: links.length })} · ${name}`;
  };
  const close = make("button", { type: "button" }, t("Close"));
  const row = make("div", { class: "viewer-row" }, caption);
  if (links.length > 1) row.append(button(t("Previous photo"), "‹", () => go(-1)), button(t("Next photo"), "›", () => go(1)));
  row.append(close);
  const dialog = make("dialog", { class: "viewer", "aria-label": t("Photo {number} of {count}", { number: index + 1, count: links.length }) }, picture, row);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft" && links.length > 1) go(-1);
    if (event.key === "ArrowRight" && links.length > 1) go(1);
  });
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  document.body.append(dialog);
  go(0);
  dialog.showModal();
  close.focus();
}
