// Small words for the document. Nothing here knows what a request is.

/** The first element that matches; null where there is none. */
export function find<Kind extends Element = HTMLElement>(selector: string, within: ParentNode = document): Kind | null {
  return within.querySelector<Kind>(selector);
}

export function findAll<Kind extends Element = HTMLElement>(selector: string, within: ParentNode = document): Kind[] {
  return Array.from(within.querySelectorAll<Kind>(selector));
}

/** An element with attributes and children; a string child is text, never markup. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name, attributes: Record<string, string> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Tells who listens to the page instead of looking at it. */
export function announce(message: string): void {
  const announcer = document.getElementById("announcer");
  if (!announcer) return;
  // The same sentence twice would not be read again.
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = message; }, 50);
}
