// Photos before they are sent: by choosing, by camera, by dropping; shown, removed, and asked where they were taken.
import { announce, find, make } from "./dom";
import { Spot, gpsOf } from "./exif";
import { t } from "./messages";

export interface Photos {
  files(): File[];
}

/** @param onPlace told of the first photo that knows where it was taken; null when none does any more */
export function makePhotos(form: HTMLFormElement, onPlace: (spot: Spot | null) => void, onChange: () => void): Photos {
  const [maximum, maximumBytes] = [Number(form.dataset.files), Number(form.dataset.bytes)];
  const zone = find("#drop", form)!;
  const input = find<HTMLInputElement>("#field-files", form)!;
  const list = make("ul", { class: "photos", id: "photo-list" });
  const status = make("p", { class: "error", role: "alert", hidden: "" });
  const chosen: { file: File; spot: Spot | null }[] = [];

  // Chosen files are kept here: a second choice adds, where the browser's own field would replace.
  input.classList.add("visually-hidden");
  const pick = make("label", { for: "field-files", class: "button" }, t("Choose photos"));
  const row = make("div", { class: "cluster" }, pick);
  if (matchMedia("(pointer: coarse)").matches) {
    const camera = make("input", {
      type: "file", accept: "image/*", capture: "environment", id: "camera", class: "visually-hidden", "aria-label": t("Take a photo"),
    });
    camera.addEventListener("change", () => void take(camera));
    row.prepend(camera, make("label", { for: "camera", class: "button" }, t("Take a photo")));
    pick.classList.add("quiet");
  } else {
    row.append(make("span", { class: "hint" }, t("or drop them here")));
  }
  zone.append(row);
  zone.after(status, list);
  input.addEventListener("change", () => void take(input));

  async function take(from: HTMLInputElement): Promise<void> {
    const files = Array.from(from.files ?? []);
    from.value = "";
    await add(files);
  }

  async function add(files: File[]): Promise<void> {
    const refused: string[] = [];
    for (const file of files) {
      if (chosen.some((one) => one.file.name === file.name && one.file.size === file.size && one.file.lastModified === file.lastModified)) continue;
      if (file.size > maximumBytes) {
        refused.push(t("{name} is larger than {size} MB.", { name: file.name, size: Math.floor(maximumBytes / 1048576) }));
      } else if (chosen.length >= maximum) {
        refused.push(t("No more than {count} files can be sent.", { count: maximum }));
        break;
      } else {
        chosen.push({ file, spot: await gpsOf(file).catch(() => null) });
      }
    }
    status.textContent = refused.join(" ");
    status.hidden = refused.length === 0;
    draw();
    if (chosen.length > 0) announce(t("Photos chosen: {count}", { count: chosen.length }));
  }

  function draw(): void {
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.replaceChildren(...chosen.map(({ file }, index) => {
      const image = make("img", { alt: "", src: URL.createObjectURL(file) });
      // No browser shows every kind; the file is sent all the same.
      image.onerror = () => image.replaceWith(make("span", { class: "no-picture", "aria-hidden": "true" }, "📄"));
      const remove = make("button", { type: "button", class: "quiet small", "aria-label": t("Remove {name}", { name: file.name }) }, t("Remove"));
      remove.addEventListener("click", () => {
        chosen.splice(index, 1);
        draw();
        announce(t("{name} was removed", { name: file.name }));
        (list.querySelectorAll("button")[Math.min(index, chosen.length - 1)] ?? input).focus();
      });
      return make("li", {}, image, make("span", { class: "photo-name" }, file.name), remove);
    }));
    onPlace(chosen.find((one) => one.spot)?.spot ?? null);
    onChange();
  }

  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    void add(Array.from(event.dataTransfer?.files ?? []));
  });
  // A file dropped beside the zone must not replace the page, and with it the report.
  for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());
  form.addEventListener("paste", (event) => {
    const files = Array.from(event.clipboardData?.files ?? []);
    if (files.length > 0) void add(files);
  });
  return { files: () => chosen.map((one) => one.file) };
}
