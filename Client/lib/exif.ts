// Where a photo was taken, as the camera wrote it (Exif 2.3, sections 4.5 and 4.6.6). The server removes all of this from
// every photo; here it is only offered as the place.

export interface Spot { latitude: number; longitude: number }

/** The GPS position of a JPEG; null where it has none. */
export async function gpsOf(file: Blob): Promise<Spot | null> {
  // The position stands in the first segment, which is at most 64 KiB.
  const bytes = new DataView(await file.slice(0, 128 << 10).arrayBuffer());
  try {
    const start = exifStart(bytes);
    return start === null ? null : position(bytes, start);
  } catch (error) {
    // Cut short or misleading: there is no position then.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Where the TIFF header of the Exif segment begins. */
function exifStart(bytes: DataView): number | null {
  if (bytes.byteLength < 4 || bytes.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < bytes.byteLength;) {
    const marker = bytes.getUint16(at);
    if (marker < 0xff01 || marker === 0xffda) return null;
    // "Exif", then two zeros.
    if (marker === 0xffe1 && bytes.getUint32(at + 4) === 0x45786966) return at + 10;
    at += 2 + bytes.getUint16(at + 2);
  }
  return null;
}

function position(bytes: DataView, start: number): Spot | null {
  const little = bytes.getUint16(start) === 0x4949;
  const short = (at: number) => bytes.getUint16(start + at, little);
  const long = (at: number) => bytes.getUint32(start + at, little);
  /** The entry of a tag in the directory at `at`: where its value field stands. */
  const entry = (at: number, tag: number): number | null => {
    for (let index = 0; index < short(at); index++) {
      const here = at + 2 + 12 * index;
      if (short(here) === tag) return here + 8;
    }
    return null;
  };
  const pointer = entry(long(4), 0x8825);
  if (pointer === null) return null;
  const directory = long(pointer);
  /** Three fractions: degrees, minutes, seconds. */
  const degrees = (tag: number): number => {
    const at = entry(directory, tag);
    if (at === null) return NaN;
    const [d, m, s] = [0, 8, 16].map((step) => long(long(at) + step) / (long(long(at) + step + 4) || 1)) as [number, number, number];
    return d + m / 60 + s / 3600;
  };
  /** N, S, E or W. */
  const half = (tag: number): string => {
    const at = entry(directory, tag);
    return at === null ? "" : String.fromCharCode(bytes.getUint8(start + at));
  };
  const latitude = degrees(2) * (half(1) === "S" ? -1 : 1);
  const longitude = degrees(4) * (half(3) === "W" ? -1 : 1);
  // Cameras that found no satellite write zeros.
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) || (latitude === 0 && longitude === 0)) return null;
  return { latitude, longitude };
}
