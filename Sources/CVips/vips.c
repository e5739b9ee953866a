#include <stdlib.h>
#include <vips/vips.h>

#include "CVips.h"

int lamppost_vips_start(const char *name) {
  // Without this the loaders of SVG, PDF and more are alive; by name we call none of them, but better none exist. Its
  // vector code is compiled while running, which the sandbox forbids.
  setenv("VIPS_BLOCK_UNTRUSTED", "1", 1);
  setenv("VIPS_NOVECTOR", "1", 1);
  if (vips_init(name)) return -1;
  vips_concurrency_set(1);
  vips_cache_set_max(0);
  return 0;
}

VipsImage *lamppost_vips_open(int format, const void *bytes, size_t length, int shrink) {
  VipsImage *image = NULL;
  void *buffer = (void *) bytes;
  const VipsFailOn strictness = VIPS_FAIL_ON_TRUNCATED;
  const VipsAccess access = VIPS_ACCESS_SEQUENTIAL;
  int failed;
  switch (format) {
  case LAMPPOST_VIPS_JPEG:
    failed = vips_jpegload_buffer(
      buffer, length, &image, "fail_on", strictness, "access", access, "shrink", shrink, NULL);
    break;
  case LAMPPOST_VIPS_PNG:
    failed = vips_pngload_buffer(buffer, length, &image, "fail_on", strictness, "access", access, NULL);
    break;
  case LAMPPOST_VIPS_WEBP:
    failed = vips_webpload_buffer(buffer, length, &image, "fail_on", strictness, "access", access, "n", 1, NULL);
    break;
  case LAMPPOST_VIPS_HEIF:
    failed = vips_heifload_buffer(buffer, length, &image, "fail_on", strictness, "access", access, "n", 1, NULL);
    break;
  default:
    return NULL;
  }
  return failed ? NULL : image;
}

void lamppost_vips_release(VipsImage *image) { g_object_unref(image); }

int lamppost_vips_width(VipsImage *image) { return vips_image_get_width(image); }
int lamppost_vips_height(VipsImage *image) { return vips_image_get_height(image); }
int lamppost_vips_has_alpha(VipsImage *image) { return vips_image_hasalpha(image); }

VipsImage *lamppost_vips_to_srgb(VipsImage *image) {
  VipsImage *result = NULL;
  if (vips_image_get_typeof(image, VIPS_META_ICC_NAME)) {
    // A profile that does not fit the image is no reason to refuse it: viewers ignore such a profile too.
    if (!vips_icc_transform(image, &result, "srgb", "embedded", TRUE, "depth", 8, NULL)) return result;
    vips_error_clear();
    result = NULL;
  }
  return vips_colourspace(image, &result, VIPS_INTERPRETATION_sRGB, NULL) ? NULL : result;
}

VipsImage *lamppost_vips_fit(VipsImage *image, int edge) {
  // Averaging to at least twice the size, then the fine filter: a tenth of the time that the filter alone takes of a
  // photograph. Colours under transparency must not bleed into the average, so there the filter works alone.
  const int factor = VIPS_MAX(image->Xsize, image->Ysize) / edge / 2;
  VipsImage *smaller = NULL, *result = NULL;
  if (factor < 2 || vips_image_hasalpha(image)) {
    smaller = image;
    g_object_ref(smaller);
  } else if (vips_shrink(
               image, &smaller, VIPS_MIN(factor, image->Xsize), VIPS_MIN(factor, image->Ysize), NULL)) {
    return NULL;
  }
  int failed = vips_thumbnail_image(
    smaller, &result, edge, "height", edge, "size", VIPS_SIZE_DOWN, "no_rotate", TRUE, NULL);
  g_object_unref(smaller);
  return failed ? NULL : result;
}

VipsImage *lamppost_vips_decoded(VipsImage *image) { return vips_image_copy_memory(image); }

VipsImage *lamppost_vips_upright(VipsImage *image) {
  VipsImage *result = NULL;
  return vips_autorot(image, &result, NULL) ? NULL : result;
}

VipsImage *lamppost_vips_bare(VipsImage *image) {
  VipsImage *result = NULL;
  if (vips_copy(image, &result, "xres", 1.0, "yres", 1.0, NULL)) return NULL;
  char **fields = vips_image_get_fields(result);
  // Those that describe the pixels (width and so on) cannot be removed; the call then does nothing.
  for (char **field = fields; *field; field++) vips_image_remove(result, *field);
  g_strfreev(fields);
  return result;
}

VipsImage *lamppost_vips_opaque(VipsImage *image) {
  VipsImage *result = NULL;
  VipsArrayDouble *white = vips_array_double_newv(1, 255.0);
  int failed = vips_flatten(image, &result, "background", white, NULL);
  vips_area_unref(VIPS_AREA(white));
  return failed ? NULL : result;
}

VipsImage *lamppost_vips_blacken(VipsImage *image, int left, int top, int width, int height) {
  // Painting works in place: on a copy of our own, so that nothing else holds the pixels.
  VipsImage *result = vips_image_copy_memory(image);
  if (!result) return NULL;
  double ink[4] = {0, 0, 0, 0};
  int bands = vips_image_get_bands(result);
  int failed = bands > 4;
  if (!failed) {
    if (vips_image_hasalpha(result)) ink[bands - 1] = 255;
    failed = vips_draw_rect(result, ink, bands, left, top, width, height, "fill", TRUE, NULL);
  }
  if (failed) {
    g_object_unref(result);
    return NULL;
  }
  return result;
}

int lamppost_vips_save(VipsImage *image, int format, void **bytes, size_t *length) {
  switch (format) {
  case LAMPPOST_VIPS_JPEG:
    return vips_jpegsave_buffer(image, bytes, length, "Q", 85, "strip", TRUE, NULL);
  case LAMPPOST_VIPS_PNG:
    return vips_pngsave_buffer(image, bytes, length, "compression", 4, "strip", TRUE, NULL);
  case LAMPPOST_VIPS_WEBP:
    return vips_webpsave_buffer(image, bytes, length, "Q", 85, "effort", 2, "strip", TRUE, NULL);
  default:
    return -1;
  }
}

void lamppost_vips_free(void *bytes) { g_free(bytes); }

const char *lamppost_vips_error(void) { return vips_error_buffer(); }
void lamppost_vips_forget_errors(void) { vips_error_clear(); }
