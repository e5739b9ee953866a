#pragma once
#include <stddef.h>

// The few operations of libvips the intake needs, without a variadic call and without glib's headers. A function that
// makes an image returns NULL, one that returns int returns non-zero, when it fails; lamppost_vips_error says why.

typedef struct _VipsImage VipsImage;

enum {
  LAMPPOST_VIPS_JPEG = 1,
  LAMPPOST_VIPS_PNG = 2,
  LAMPPOST_VIPS_WEBP = 3,
  LAMPPOST_VIPS_HEIF = 4,
};

// Starts no thread. Operations do, one each.
int lamppost_vips_start(const char *name);

// Reads the header with the loader of that format and no other; the bytes must outlive the image. `shrink` (1, 2, 4, 8)
// makes JPEG decode to a fraction. Only the first frame of an animation is read; a truncated file fails on decoding.
VipsImage *lamppost_vips_open(int format, const void *bytes, size_t length, int shrink);
void lamppost_vips_release(VipsImage *image);

int lamppost_vips_width(VipsImage *image);
int lamppost_vips_height(VipsImage *image);
int lamppost_vips_has_alpha(VipsImage *image);

// 8-bit sRGB, by the embedded profile where there is a usable one.
VipsImage *lamppost_vips_to_srgb(VipsImage *image);
// At most `edge` pixels along the longer side; never enlarges.
VipsImage *lamppost_vips_fit(VipsImage *image, int edge);
// Decoded into memory.
VipsImage *lamppost_vips_decoded(VipsImage *image);
// Turned and mirrored as its orientation says.
VipsImage *lamppost_vips_upright(VipsImage *image);
// Without any metadata: the "strip" of a saver is not enough, WebP's keeps all of it (8.14) and writes Exif of its own
// even where there was none: size, orientation 1, and the resolution, which is therefore made the same for all.
VipsImage *lamppost_vips_bare(VipsImage *image);
// Transparency becomes white.
VipsImage *lamppost_vips_opaque(VipsImage *image);

// A copy with a rectangle painted black and opaque; parts outside of the image are left out.
VipsImage *lamppost_vips_blacken(VipsImage *image, int left, int top, int width, int height);

// `*bytes` is freed by lamppost_vips_free.
int lamppost_vips_save(VipsImage *image, int format, void **bytes, size_t *length);
void lamppost_vips_free(void *bytes);

// The messages since the last call of lamppost_vips_forget_errors.
const char *lamppost_vips_error(void);
void lamppost_vips_forget_errors(void);
