// What scripts say, in the reader's language: the page brings the translations (Page.messages); without them, English.
const element = document.getElementById("messages");
const messages: Record<string, string> = element ? JSON.parse(element.textContent ?? "{}") : {};

/** Says a message; `{name}` is replaced by the value of that name. */
export function t(message: string, values: Record<string, string | number> = {}): string {
  return (messages[message] ?? message).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The reader's language, for dates and numbers. */
export const language = document.documentElement.lang || "en";
