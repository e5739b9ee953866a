// Calls to the API of this site, as the browser's session.

/** A call that was refused: problem+json as the contract has it. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string,
              readonly errors: { field: string; code: string; message: string }[] = []) {
    super(message);
  }
}

/** The token that unsafe calls by cookie must carry; the page's own forms hold it. */
function csrfToken(): string | null {
  return document.querySelector<HTMLInputElement>('input[name="csrf_token"]')?.value ?? null;
}

/**
 * @param path below /api/v1, e.g. `/requests`
 * @param body sent as JSON, or as it is where it is a FormData
 * @throws Refused; TypeError where the network is away
 */
export async function call<Answer = unknown>(
  method: string, path: string, body?: unknown, options: { headers?: Record<string, string>; signal?: AbortSignal; keepalive?: boolean } = {}
): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  const token = csrfToken();
  if (method !== "GET" && token) headers["X-CSRF-Token"] = token;
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const response = await fetch("/api/v1" + path, {
    method, headers, signal: options.signal, keepalive: options.keepalive, credentials: "same-origin",
    body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  const problem = await response.json().catch(() => ({}));
  throw new Refused(response.status, problem.code ?? "unknown", problem.detail ?? response.statusText, problem.errors ?? []);
}
