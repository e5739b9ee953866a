// Boxes on a photo, drawn by mouse or finger. The numbers beside it are what is sent: whatever is drawn is written there,
// and whatever is typed there is drawn.
import { announce, find, findAll, make } from "../lib/dom";
import { t } from "../lib/messages";

/** In pixels of the photo. */
interface Box { x: number; y: number; width: number; height: number }

const NAMES = ["x", "y", "width", "height"] as const;
/** Less than this is a slip of the finger, in pixels of the screen. */
const SMALLEST = 6;

const picture = find("#picture");
const boxes = find("#boxes");
if (picture && boxes) start(picture, boxes);

function start(picture: HTMLElement, boxes: HTMLElement): void {
  const size = { width: Number(picture.dataset.width), height: Number(picture.dataset.height) };
  const layer = make("div", { class: "layer", "aria-hidden": "true" });
  picture.append(layer);
  const template = find(".box-row", boxes)!.cloneNode(true) as HTMLElement;
  let from: { x: number; y: number } | null = null;

  const rows = (): HTMLElement[] => findAll(".box-row", boxes);
  const inputs = (row: HTMLElement): HTMLInputElement[] => findAll<HTMLInputElement>("input", row);

  function read(row: HTMLElement): Box | null {
    const [x, y, width, height] = inputs(row).map((input) => input.value.trim() === "" ? NaN : Number(input.value));
    const numbers = [x, y, width, height];
    return numbers.every((number) => Number.isFinite(number)) ? { x: x!, y: y!, width: width!, height: height! } : null;
  }

  function write(row: HTMLElement, box: Box): void {
    inputs(row).forEach((input, index) => { input.value = String(box[NAMES[index]!]); });
  }

  /** The first row that nobody has written in, or a new one. */
  function freeRow(): HTMLElement {
    const free = rows().find((row) => inputs(row).every((input) => input.value.trim() === ""));
    if (free) return free;
    const row = template.cloneNode(true) as HTMLElement;
    const name = t("Box {number}", { number: rows().length + 1 });
    row.setAttribute("aria-label", name);
    find(".box-name", row)!.textContent = name;
    for (const input of inputs(row)) input.value = "";
    boxes.append(row);
    addRemoval(row);
    return row;
  }

  function addRemoval(row: HTMLElement): void {
    const label = t("Remove box {number}", { number: rows().indexOf(row) + 1 });
    const button = make("button", { type: "button", class: "small quiet", "aria-label": label }, "×");
    button.addEventListener("click", () => {
      for (const input of inputs(row)) input.value = "";
      inputs(row)[0]!.focus();
      draw();
    });
    row.append(button);
  }

  function draw(drawn?: Box): void {
    const all = [...rows().map(read), drawn ?? null].filter((box): box is Box => box !== null);
    layer.replaceChildren(...all.map((box) => {
      const shown = make("div", { class: "box" });
      shown.style.left = `${(box.x / size.width) * 100}%`;
      shown.style.top = `${(box.y / size.height) * 100}%`;
      shown.style.width = `${(box.width / size.width) * 100}%`;
      shown.style.height = `${(box.height / size.height) * 100}%`;
      return shown;
    }));
  }

  /** Where a pointer is, in pixels of the photo and inside of it. */
  function place(event: PointerEvent): { x: number; y: number } {
    const frame = layer.getBoundingClientRect();
    const within = (value: number, limit: number): number => Math.max(0, Math.min(limit, Math.round(value * limit)));
    return {
      x: within((event.clientX - frame.left) / frame.width, size.width),
      y: within((event.clientY - frame.top) / frame.height, size.height),
    };
  }

  function between(one: { x: number; y: number }, other: { x: number; y: number }): Box {
    return {
      x: Math.min(one.x, other.x), y: Math.min(one.y, other.y),
      width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y),
    };
  }

  layer.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    layer.setPointerCapture(event.pointerId);
    from = place(event);
  });
  layer.addEventListener("pointermove", (event) => { if (from) draw(between(from, place(event))); });
  layer.addEventListener("pointercancel", () => { from = null; draw(); });
  layer.addEventListener("pointerup", (event) => {
    if (!from) return;
    const box = between(from, place(event));
    from = null;
    const scale = layer.getBoundingClientRect().width / size.width;
    if (box.width * scale >= SMALLEST && box.height * scale >= SMALLEST) {
      write(freeRow(), box);
      announce(t("{count} boxes", { count: rows().filter((row) => read(row)).length }));
    }
    draw();
  });
  boxes.addEventListener("input", () => draw());
  rows().forEach(addRemoval);
  draw();
}
