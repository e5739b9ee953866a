// Names written along streets.

export type Line = [number, number][];

interface Glyph { text: string; x: number; y: number; angle: number; width: number }

/** Writes `name` along the line where it fits whole into the tile, does not bend sharply and covers no other name. */
export function drawLabel(
  context: CanvasRenderingContext2D, line: Line, scale: number, side: number, name: string, size: number, colour: string,
  halo: string, taken: DOMRect[]
): void {
  context.font = `500 ${size}px system-ui, sans-serif`;
  const points = line.map(([x, y]): [number, number] => [x * scale, y * scale]);
  const lengths = points.map((point, index) => index === 0 ? 0 : Math.hypot(point[0] - points[index - 1][0], point[1] - points[index - 1][1]));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const width = context.measureText(name).width;
  if (total < width + 12) return;
  for (const share of [0.5, 0.3, 0.7, 0.15, 0.85]) {
    const start = Math.max(4, Math.min(total - width - 4, total * share - width / 2));
    const glyphs = place(context, name, points, lengths, start);
    if (!glyphs || !isCalm(glyphs)) continue;
    const box = boxAround(glyphs, size);
    if (box.left < 2 || box.top < 2 || box.right > side - 2 || box.bottom > side - 2) continue;
    if (taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)) continue;
    taken.push(box);
    write(context, glyphs, colour, halo);
    return;
  }
}

/** Each letter where it stands; from left to right, whichever way the line runs. */
function place(
  context: CanvasRenderingContext2D, name: string, points: Line, lengths: number[], start: number
): Glyph[] | null {
  const width = context.measureText(name).width;
  const [from, to] = [at(points, lengths, start), at(points, lengths, start + width)];
  const runsBack = to[0] < from[0];
  const glyphs: Glyph[] = [];
  let way = runsBack ? start + width : start;
  for (const text of name) {
    const step = context.measureText(text).width;
    const [x, y, angle] = at(points, lengths, runsBack ? way - step / 2 : way + step / 2);
    glyphs.push({ text, x, y, angle: runsBack ? angle + Math.PI : angle, width: step });
    way += runsBack ? -step : step;
  }
  return glyphs;
}

function at(points: Line, lengths: number[], distance: number): [number, number, number] {
  let index = 1;
  while (index < points.length - 1 && distance > lengths[index]) distance -= lengths[index++];
  const [[x, y], [u, v]] = [points[index - 1], points[index]];
  const share = lengths[index] > 0 ? distance / lengths[index] : 0;
  return [x + (u - x) * share, y + (v - y) * share, Math.atan2(v - y, u - x)];
}

function isCalm(glyphs: Glyph[]): boolean {
  return glyphs.every((glyph, index) => {
    if (index === 0) return true;
    const turn = Math.abs(glyph.angle - glyphs[index - 1].angle) % (2 * Math.PI);
    return Math.min(turn, 2 * Math.PI - turn) < 0.4;
  });
}

function boxAround(glyphs: Glyph[], size: number): DOMRect {
  const [xs, ys] = [glyphs.map((glyph) => glyph.x), glyphs.map((glyph) => glyph.y)];
  const [left, top] = [Math.min(...xs) - size, Math.min(...ys) - size];
  return new DOMRect(left, top, Math.max(...xs) + size - left, Math.max(...ys) + size - top);
}

function write(context: CanvasRenderingContext2D, glyphs: Glyph[], colour: string, halo: string): void {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = halo;
  context.fillStyle = colour;
  for (const draws of ["stroke", "fill"]) {
    for (const glyph of glyphs) {
      context.save();
      context.translate(glyph.x, glyph.y);
      context.rotate(glyph.angle);
      if (draws === "stroke") context.strokeText(glyph.text, 0, 0);
      else context.fillText(glyph.text, 0, 0);
      context.restore();
    }
  }
}
