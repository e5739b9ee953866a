"""The stories that Lamppost exists for, each from the first press to the last."""
